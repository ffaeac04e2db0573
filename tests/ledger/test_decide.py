import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_documents import AS_OF, append, codes, decide, document, item, on, package_rules, record, take

from xltools.core.event import Event, EventKind
from xltools.core.place import Place
from xltools.core.record import Document, Edit, Origin
from xltools.ledger.decide import decide_edits
from xltools.ledger.documents import accept_event, return_event, return_id
from xltools.ledger.replay import Ledger, orders_table
from xltools.ledger.standing import CHANGE_NOTICE

FIRST = record(item("P1", "500", requested_date=on("2026-03-30")), item("P2", "20", 1), order_no="A-1", revision=1)


def second(*lines: object, **fields: object) -> Document:
    return document(record(*lines, **{"order_no": "A-1", **fields}), name="b.xlsx")


def test_a_new_order_is_received_with_its_lines_numbered() -> None:
    ledger = take(document(FIRST))
    order = ledger.orders["A-1"]
    assert [line.number for line in order.lines] == ["1", "2"]
    assert (order.revision, order.entered, order.text("order_no"), order.received) == (1, "received", "A-1", AS_OF)
    assert order.lines[0].get("line_no") == "1"
    assert order.history[0].by == "李雯"


def test_the_same_file_twice_is_harmless() -> None:
    ledger = take(document(FIRST))
    again = decide(document(FIRST), ledger)
    assert (again.events, again.orders, again.outcome) == ((), ("A-1",), "duplicate")


def test_the_same_content_in_another_file_makes_no_event() -> None:
    ledger = take(document(FIRST))
    again = decide(document(FIRST, name="saved again.xlsx"), ledger)
    assert (again.events, again.outcome, codes(again)) == ((), "duplicate", [])


def test_an_order_number_is_compared_in_its_normal_form() -> None:
    ledger = take(document(FIRST))
    again = decide(document(record(*FIRST.lines, order_no=" Ａ－1", revision=1), name="b.xlsx"), ledger)
    assert (again.events, again.orders) == ((), ("A-1",))


def test_a_higher_revision_replaces_and_keeps_what_staff_typed_in_the_tracker() -> None:
    ledger = take(document(FIRST))
    rules = package_rules()
    edits = [
        Edit("A-1", "1", "shortage", "缺铝锭", Place("order-tracker.xlsx", "总表", "N2"), "王五"),
        Edit("A-1", "2", "pmc_remark", "急", Place("order-tracker.xlsx", "总表", "O3"), "王五"),
        Edit("A-1", "1", "promised_date", on("2026-04-01"), Place("order-tracker.xlsx", "总表", "K2"), "王五"),
    ]
    ledger = append(ledger, *decide_edits(edits, ledger, rules, AS_OF).events)
    revised = second(item("P1", "600", requested_date=on("2026-04-10")), item("P3", "7", 1), revision=2)
    decision = decide(revised, ledger)
    assert [event.kind for event in decision.events] == [EventKind.ORDER_REVISED, EventKind.ITEM_OPENED]
    order = append(ledger, *decision.events).orders["A-1"]
    assert [(line.number, line.text("product_code"), line.quantity) for line in order.lines] == [
        ("1", "P1", 600),
        ("3", "P3", 7),
    ]
    assert order.lines[0].text("shortage") == "缺铝锭"
    (delivery,) = order.lines[0].deliveries
    assert (delivery.quantity, delivery.requested) == (600, dt.date(2026, 4, 10))
    assert delivery.promised == delivery.first_promised == dt.date(2026, 4, 1)
    assert [entry.kind for entry in order.history].count(EventKind.VALUE_EDITED) == 3


@pytest.mark.parametrize("revision", [{}, {"revision": 1}])
def test_other_content_under_the_same_revision_is_a_conflict(revision: dict[str, int]) -> None:
    decision = decide(second(item("P1", "501"), **revision), take(document(FIRST)))
    assert (decision.outcome, codes(decision), decision.events) == ("returned", ["revision-conflict"], ())


def test_after_approval_a_higher_revision_is_refused_where_there_are_change_notices() -> None:
    ledger = take(document(record(item("P1", "5"), order_no="A-1")))
    changed = document(record(item("P1", "6"), order_no="A-1", revision=2), name="c.xlsx")
    assert [event.kind for event in decide(changed, ledger).events] == [EventKind.ORDER_REVISED]
    approval = Event(EventKind.ORDER_APPROVED, AS_OF, Place(""), "A-1", {"revision": 1, "promises": {}})
    ledger = append(ledger, approval)
    decision = decide(changed, ledger)
    assert (codes(decision), decision.outcome) == (["order-already-approved"], "returned")
    # Where there are no change notices, a higher revision is the only way to tell a change.
    rules = package_rules()
    without = replace(rules, forms={name: form for name, form in rules.forms.items() if name != CHANGE_NOTICE})
    assert [event.kind for event in decide(changed, ledger, without).events] == [EventKind.ORDER_REVISED]


def test_an_order_of_which_goods_have_left_is_not_replaced() -> None:
    ledger = take(document(record(item("P1", "5"), order_no="A-1")))
    gone = record(item("P1", "5", shipped_date=dt.date(2026, 3, 1)), order_no="A-1")
    shipped = decide(document(gone, name="list.xlsx", layout="shipped-order-list"), ledger)
    assert [event.kind for event in shipped.events] == [EventKind.GOODS_SHIPPED]
    ledger = append(ledger, *shipped.events)
    assert codes(decide(second(item("P1", "6"), revision=2), ledger)) == ["order-already-approved"]


def test_an_order_without_number_gets_the_next_of_the_series() -> None:
    ledger = take(document(record(item("P9", "1"), order_no="SO202603-004")))
    batch = document(record(item("P1", "5")), record(item("P2", "5")), record(item("P3", "5"), order_no="SO202603-005"))
    decision = decide(batch, ledger, taken={"SO202603-006"})
    assert decision.orders == ("SO202603-007", "SO202603-008", "SO202603-005")
    assert codes(decision) == ["order-number-assigned"] * 2
    order = append(ledger, *decision.events).orders["SO202603-007"]
    assert order.values["order_no"].origin is Origin.ASSIGNED


def test_a_number_in_a_rejected_record_is_not_given_to_another() -> None:
    given_document = document(record(item("P1", "5")), rejected=[record(order_no="SO202603-001")])
    assert decide(given_document).orders == ("SO202603-002",)


def test_a_workbook_that_went_in_partly_keeps_its_numbers_when_it_comes_again() -> None:
    good, bad = record(item("P1", "5")), record(item("P2", "5"))
    first = document(good, rejected=[bad])
    ledger = take(first)
    again = decide(first, ledger)
    assert (again.events, again.orders, again.outcome) == ((), ("SO202603-001",), "partly")
    assert accept_event(first, again.orders, ledger, AS_OF, archived="x", partly=True) is None
    mended = document(good, bad, name="mended.xlsx")
    decision = decide(mended, ledger, answers=return_id(first.sha256))
    assert decision.orders == ("SO202603-001", "SO202603-002")
    assert [event.order for event in decision.events] == ["SO202603-002"]


def test_the_same_purchase_without_number_is_taken_with_a_warning() -> None:
    ledger = take(document(record(item("P1", "5"), customer_po="PO-1", order_no="A-1")))
    decision = decide(document(record(item("P1", "5"), customer_po="PO-1", remark="再发"), name="b.xlsx"), ledger)
    assert codes(decision) == ["order-number-assigned", "possible-duplicate-order"]
    assert ("earlier", "A-1") in decision.problems[1].values
    other = decide(document(record(item("P1", "6"), customer_po="PO-1"), name="c.xlsx"), ledger)
    assert codes(other) == ["order-number-assigned"]


def test_one_order_twice_in_a_workbook_is_taken_once_or_not_at_all() -> None:
    same = document(record(item("P1", "5"), order_no="A"), record(item("P1", "5"), order_no="A"))
    decision = decide(same)
    assert (decision.orders, len(decision.events), codes(decision)) == (("A",), 1, ["order-twice-in-document"])
    assert decision.outcome == "accepted"
    other = document(record(item("P1", "5"), order_no="A"), record(item("P1", "6"), order_no="A"))
    decision = decide(other)
    assert (decision.outcome, codes(decision)) == ("returned", ["order-twice-in-document"] * 2)


def test_the_good_orders_of_a_list_go_in() -> None:
    repeated = record(item("P1", "5", line_no="1"), item("P2", "5", 1, line_no="1"), order_no="B")
    decision = decide(document(record(item("P1", "5"), order_no="A"), repeated))
    assert (decision.outcome, decision.orders, decision.rejected) == ("partly", ("A",), (repeated,))
    assert codes(decision) == ["line-number-repeated"] * 2


def test_lines_keep_their_numbers_by_content_then_code_then_product() -> None:
    first = record(
        item("P1", "5"), item("P1", "7", 1), item("P2", "5", 2), item("P3", "5", 3, specification="大"), order_no="A-1"
    )
    ledger = take(document(first))
    unnamed = record(
        item("P2", "9"), item("P1", "7", 1), item("P9", "1", 2), item("P1", "6", 3), order_no="A-1", revision=2
    )
    order = take(document(unnamed, name="b.xlsx"), ledger).orders["A-1"]
    assert [line.number for line in order.lines] == ["3", "2", "5", "1"]


def test_a_line_that_could_be_two_is_returned() -> None:
    ledger = take(document(record(item("P1", "5"), item("P1", "7", 1), order_no="A-1")))
    decision = decide(second(item("P1", "8"), revision=2), ledger)
    assert (decision.outcome, codes(decision)) == ("returned", ["line-ambiguous"])
    assert dict(decision.problems[0].values) == {"lines": "1, 2"}


def test_blank_line_numbers_fill_the_gaps_of_a_new_order() -> None:
    new = record(item("P1", "5", line_no="1"), item("P2", "5", 1), item("P3", "5", 2, line_no="3"), order_no="A")
    assert [line.number for line in take(document(new)).orders["A"].lines] == ["1", "2", "3"]


def test_a_shipped_date_books_the_open_quantity_of_its_line_once() -> None:
    def shipped_list(name: str, *dates: dt.date | None) -> Document:
        lines = [
            item(f"P{row}", "5", row, line_no=str(row), **({"shipped_date": date} if date else {}))
            for row, date in enumerate(dates, 1)
        ]
        return document(record(*lines, order_no="10248"), name=name, layout="shipped-order-list")

    ledger = take(shipped_list("1.xlsx", None, dt.date(2026, 2, 1)))
    order = ledger.orders["10248"]
    assert order.entered == "released"
    assert [(line.shipped, line.last_shipped) for line in order.lines] == [(0, None), (5, dt.date(2026, 2, 1))]
    assert order.lines[1].shipments[0].place.cell
    both = shipped_list("2.xlsx", dt.date(2026, 2, 9), dt.date(2026, 2, 1))
    decision = decide(both, ledger)
    assert [(event.kind, event.body["line"]) for event in decision.events] == [(EventKind.GOODS_SHIPPED, "1")]
    ledger = take(both, ledger)
    assert decide(shipped_list("3.xlsx", dt.date(2026, 2, 9), dt.date(2026, 2, 1)), ledger).events == ()


def test_a_returned_workbook_is_open_until_it_comes_mended() -> None:
    def sent_back(ledger: Ledger, problems: int = 1) -> object:
        return return_event(
            "inbox/x.xlsx",
            "f" * 64,
            ledger,
            AS_OF,
            archived="archive/x",
            returned="returned/x",
            form="order-intake",
            problems=problems,
        )

    ledger = append(Ledger(), sent_back(Ledger()))
    assert set(ledger.returned) == {return_id("f" * 64)}
    assert sent_back(ledger) is None
    assert sent_back(ledger, problems=2) is not None
    mended = document(FIRST)
    accepted = accept_event(
        mended, ["A-1"], ledger, AS_OF, archived="archive/y", partly=False, answers=return_id("f" * 64)
    )
    assert append(ledger, accepted).returned == {}


def test_an_earlier_order_is_found_in_the_orders_table() -> None:
    table = orders_table(take(document(FIRST)))
    found = table.find(["order_no"], "a-1")
    assert found is not None
    assert [line.text("product_code") for line in found.lines] == ["P1", "P2"]


orders = st.builds(
    lambda number, revision, lines: record(
        *(item(f"P{code}", str(amount), row) for row, (code, amount) in enumerate(lines)),
        revision=revision,
        **({"order_no": number} if number else {}),
    ),
    st.sampled_from(["", "A", "B", "C", "SO202603-002"]),
    st.integers(1, 4),
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(orders, min_size=1, max_size=3), max_size=5))
def test_deciding_any_document_twice_makes_no_event(batches: list[list[object]]) -> None:
    ledger = Ledger()
    for number, records in enumerate(batches):
        given_document = document(*records, name=f"{number}.xlsx")
        ledger = take(given_document, ledger)
        again = decide(given_document, ledger)
        assert again.events == ()
        assert take(given_document, ledger) == ledger
