import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_documents import AS_OF, decide, document, item, on, package_rules, record

from xltools.core.event import Event, EventKind, chain_events, event_text, parse_event
from xltools.core.place import Place
from xltools.core.record import Answer, Edit, Finding
from xltools.ledger.decide import close_year, decide_edits, decide_items, issue_paper
from xltools.ledger.documents import accept_event, return_event
from xltools.ledger.replay import Ledger, extend, replay

SPOT = Place("order-tracker.xlsx", "S", "K2")


def chain(events: list[Event]) -> list[object]:
    return list(chain_events(events))


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """The events of all kinds in some order, as a desk would have decided them."""
    ledger, story = Ledger(), []
    for step in range(draw(st.integers(1, 9))):
        events: list[Event | None] = []
        what = draw(
            st.sampled_from(["document", "document", "edit", "edit", "ship", "paper", "return", "items", "year"])
        )
        order = ledger.orders[draw(st.sampled_from(sorted(ledger.orders)))] if ledger.orders else None
        if what == "document" or order is None:
            lines = draw(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9)), min_size=1, max_size=3))
            asked = draw(st.sampled_from([on("2026-03-30"), on("2026-03-30×1", "2026-04-30×4"), on("TBC")]))
            rows = [
                item(f"P{code}", str(amount), row, requested_date=asked) for row, (code, amount) in enumerate(lines)
            ]
            number = draw(st.sampled_from(["A", "B"]))
            given_document = document(
                record(*rows, order_no=number, revision=draw(st.integers(1, 3))), name=f"{step}.xlsx"
            )
            decision = decide(given_document, ledger)
            if decision.orders:
                accepted = accept_event(given_document, decision.orders, ledger, AS_OF, archived="x", partly=False)
                events = [accepted, *decision.events]
        elif what == "edit":
            name, value = draw(
                st.sampled_from(
                    [
                        ("promised_date", on("2026-04-01")),
                        ("promised_date", on("2026-04-01×2", "2026-05-01×1")),
                        ("promised_date", "下周"),
                        ("promised_date", None),
                        ("shortage", "缺料"),
                    ]
                )
            )
            line = draw(st.sampled_from([line.number for line in order.lines]))
            seen = order.line(line).get(name) if draw(st.booleans()) else None
            edits = [Edit(order.number, line, name, value, SPOT, "王五", seen, draw(st.booleans()))]
            events = list(decide_edits(edits, ledger, package_rules(), AS_OF).events)
        elif what == "return":
            sha256 = draw(st.sampled_from("abc")) * 64
            answers = draw(st.sampled_from(["", *ledger.returned, *ledger.closed_returns]))
            paths = {"archived": "archive/x", "returned": "returned/x", "form": "order-intake"}
            records = [record(order_no=order.number, customer_po="PO-1")]
            events = [
                return_event("x", sha256, ledger, AS_OF, **paths, problems=step, records=records, answers=answers)
            ]
        elif what == "items":
            found = Finding("row-duplicated", draw(st.sampled_from(["A", "没有的"])), "1", place=SPOT)
            answers = [Answer(one, "已处理", SPOT, "王五") for one in ledger.items]
            events = list(decide_items([found], answers, ledger, AS_OF, reread=draw(st.booleans())).events)
        elif what == "year":
            events = [close_year(ledger, draw(st.integers(2020, 2025)), AS_OF)]
        elif what == "ship":
            line = draw(st.sampled_from([line.number for line in order.lines]))
            body = {"line": line, "date": "2026-04-02", "quantity": "2", "delivery_note": "DN1"}
            events = [Event(EventKind.GOODS_SHIPPED, AS_OF, SPOT, order.number, body, "d" * 64)]
        else:
            events = [issue_paper("contract", order, number=f"HT{step}", file="p", sha256="0" * 64, as_of=AS_OF)]
        new = [event for event in events if event]
        story += new
        ledger = extend(ledger, chain_events(new, ledger.number, ledger.head))
    return story


@settings(max_examples=80, deadline=None)
@given(stories(), st.data())
def test_extending_agrees_with_replaying_from_the_start(story: list[Event], data: st.DataObject) -> None:
    events = chain(story)
    whole = replay(events)
    at = data.draw(st.integers(0, len(events)))
    assert extend(replay(events[:at]), events[at:]) == whole
    ledger = Ledger()
    for one in events:
        ledger = extend(ledger, [one])
    assert ledger == whole
    for order in whole.orders.values():
        for line in order.lines:
            assert sum(delivery.quantity for delivery in line.deliveries) == line.quantity
            assert sum(delivery.shipped for delivery in line.deliveries) == line.shipped


@settings(max_examples=30, deadline=None)
@given(stories())
def test_events_come_back_from_their_text_as_they_were(story: list[Event]) -> None:
    again = [parse_event(json.loads(event_text(event))) for event in story]
    assert replay(chain(again)) == replay(chain(story))


def test_events_that_do_not_follow_each_other_are_refused() -> None:
    decision = decide(document(record(item("P1", "5"), order_no="A"), record(item("P1", "5"), order_no="B")))
    first, second = chain(list(decision.events))
    with pytest.raises(ValueError, match="does not follow"):
        replay([second])
    with pytest.raises(ValueError, match="does not follow"):
        replay([first, replace(second, number=3)])


def test_an_event_of_a_newer_version_is_refused() -> None:
    (event,) = decide(document(record(item("P1", "5"), order_no="A"))).events
    with pytest.raises(ValueError, match="newer version"):
        replay(chain([replace(event, version=2)]))


def test_a_ledger_knows_its_documents_papers_and_head() -> None:
    given_document = document(record(item("P1", "5"), order_no="A"))
    decision = decide(given_document)
    accepted = accept_event(
        given_document, decision.orders, Ledger(), AS_OF, archived="archive/2026/03/a.xlsx", partly=False
    )
    events = chain([accepted, *decision.events])
    ledger = replay(events)
    assert ledger.accepted[given_document.sha256].archived == "archive/2026/03/a.xlsx"
    assert ledger.accepted[given_document.sha256].orders == ("A",)
    assert (ledger.number, ledger.head) == (2, events[-1].hash)
    assert ledger.find_order(" Ａ ") is ledger.orders["A"]


def test_the_history_says_what_happened_in_words() -> None:
    decision = decide(document(record(item("P1", "5"), order_no="A")))
    ledger = replay(chain(list(decision.events)))
    edits = [Edit("A", "1", "promised_date", on("2026-04-01×3", "2026-05-01×2"), SPOT, "王五")]
    more = decide_edits(edits, ledger, package_rules(), dt.date(2026, 3, 9)).events
    entry = extend(ledger, chain_events(more, ledger.number, ledger.head)).orders["A"].history[-1]
    assert (entry.number, entry.when, entry.by, entry.place) == (2, dt.date(2026, 3, 9), "王五", SPOT)
    words = {"line": "1", "field": "promised_date", "value": "2026-04-01×3; 2026-05-01×2", "was": ""}
    assert entry.words == words
