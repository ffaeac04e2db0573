"""What people typed in a shared workbook: taken, refused, or in conflict; never lost."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_documents import AS_OF, append, codes, document, item, on, package_rules, record, take

from xltools.core.codec import value_text
from xltools.core.event import Event, EventKind
from xltools.core.place import Place
from xltools.core.record import Edit, FieldValue
from xltools.forms.rules import Rules
from xltools.ledger.decide import EditDecision, decide_edits
from xltools.ledger.items import OpenItem
from xltools.ledger.replay import Ledger

FIRST = record(
    item("P1", "500", requested_date=on("2026-03-30")), item("P2", "20", 1), order_no="A-1", revision=1, remark="原备注"
)
SPOT = Place("order-tracker.xlsx", "总表", "N2", sha256="e" * 64)


def edit(
    field: str,
    value: FieldValue | None,
    was: FieldValue | None = None,
    *,
    order: str = "A-1",
    number: str = "1",
    known: bool = True,
) -> Edit:
    return Edit(order, number, field, value, SPOT, "王五", was, known)


def editable(*names: str) -> Rules:
    """The package's rules, these fields of the order form editable too."""
    rules = package_rules()
    form = rules.forms["order-intake"]
    header, lines = (
        tuple(replace(one, editable=one.editable or one.name in names) for one in fields)
        for fields in (form.header, form.lines)
    )
    return changed(rules, header=header, lines=lines)


def changed(rules: Rules, **update: object) -> Rules:
    """Rules with another order form."""
    form = rules.forms["order-intake"]
    return replace(rules, forms={**rules.forms, form.name: replace(form, **update)})


def with_check(field: str, rule: str, severity: str) -> Rules:
    """The same, with one check of a line and no other."""
    rules = editable("quantity", "requested_date")
    form = rules.forms["order-intake"]
    words = replace(form.line_checks[0], code="own-check", rule=rule, field=field, severity=severity, optional=())
    return changed(rules, line_checks=(words,))


def decided(*edits: Edit, ledger: Ledger | None = None, rules: Rules | None = None) -> tuple[EditDecision, Ledger]:
    before = take(document(FIRST)) if ledger is None else ledger
    decision = decide_edits(edits, before, rules or package_rules(), AS_OF)
    return decision, append(before, *decision.events)


def opened(ledger: Ledger) -> list[tuple[str, str, str, str, str, str]]:
    return [(one.kind, one.line, one.field, one.typed, one.kept, one.code) for one in ledger.open_items]


def test_only_what_was_typed_over_becomes_an_event() -> None:
    edits = [edit("shortage", "缺料"), edit("shortage", "缺料"), edit("pmc_remark", None)]
    decision, ledger = decided(*edits)
    assert [(event.body["field"], event.body["value"], event.body["was"]) for event in decision.events] == [
        ("shortage", "缺料", None)
    ]
    assert decided(*edits, ledger=ledger)[0] == EditDecision()
    _, ledger = decided(edit("shortage", None, "缺料"), ledger=ledger)
    assert ledger.orders["A-1"].lines[0].get("shortage") is None


def test_what_was_changed_on_both_sides_stands_as_the_ledger_has_it_and_both_are_kept() -> None:
    _, ledger = decided(edit("shortage", "缺铝锭"))
    decision, ledger = decided(edit("shortage", "缺螺丝", "缺料"), ledger=ledger)
    assert [event.kind for event in decision.events] == [EventKind.ITEM_OPENED]
    assert (decision.orders, len(decision.refused), codes(decision)) == ((), 1, ["edit-conflict"])
    assert not decision.problems[0].is_error
    assert ledger.orders["A-1"].lines[0].text("shortage") == "缺铝锭"
    assert ledger.items == {
        "T-0001": OpenItem(
            "T-0001", "edit-conflict", "A-1", "1", "shortage", "缺螺丝", "缺铝锭", (), "", SPOT, AS_OF, "王五"
        )
    }
    assert ledger.items["T-0001"].place.sha256 == SPOT.sha256
    assert [entry.kind for entry in ledger.orders["A-1"].history][-1] is EventKind.ITEM_OPENED
    # Read once more, as when the tracker could not be written: the item is open already.
    assert decided(edit("shortage", "缺螺丝", "缺料"), ledger=ledger)[0].events == ()


@pytest.mark.parametrize("was", ["缺料", "缺铝锭"])
def test_what_the_ledger_says_by_now_too_is_no_conflict(was: str) -> None:
    _, ledger = decided(edit("shortage", "缺铝锭"))
    assert decided(edit("shortage", "缺铝锭", was), ledger=ledger)[0] == EditDecision()


def test_a_value_blanked_here_and_changed_elsewhere_is_a_conflict() -> None:
    _, ledger = decided(edit("promised_date", on("2026-04-01×300", "2026-05-01×200")))
    decision, ledger = decided(edit("promised_date", None, on("2026-03-20")), ledger=ledger)
    assert opened(ledger) == [("edit-conflict", "1", "promised_date", "", "2026-04-01×300; 2026-05-01×200", "")]
    assert ("typed", "—") in decision.problems[0].values


def test_where_it_is_not_known_what_was_typed_over_only_a_blank_is_filled() -> None:
    _, ledger = decided(edit("shortage", "缺料", known=False))
    assert ledger.orders["A-1"].lines[0].text("shortage") == "缺料"
    assert decided(edit("shortage", "缺料", known=False), ledger=ledger)[0] == EditDecision()
    decision, ledger = decided(edit("shortage", "缺螺丝", known=False), ledger=ledger)
    assert codes(decision) == ["edit-conflict"]
    for was in (None, "缺料"):
        assert codes(decided(edit("shortage", None, was, known=False), ledger=ledger)[0]) == ["edit-conflict"]


def test_one_spot_typed_twice_in_one_reading_is_no_conflict_with_itself() -> None:
    decision, ledger = decided(edit("shortage", "缺料"), edit("shortage", "不缺了"))
    assert len(decision.events) == 2
    assert ledger.orders["A-1"].lines[0].text("shortage") == "不缺了"


def test_an_edit_of_nothing_known_is_refused_and_kept_as_an_item() -> None:
    edits = [
        edit("shortage", "x", order="Z"),
        edit("shortage", "x", number="9"),
        edit("quantity", Decimal("1.50")),
        edit("q", 1),
    ]
    decision, ledger = decided(*edits)
    assert codes(decision) == ["edit-order-unknown", "edit-line-unknown", "field-not-editable", "field-not-editable"]
    assert decision.refused == tuple(edits)
    assert decision.orders == ()
    assert opened(ledger) == [
        ("edit-refused", "1", "shortage", "x", "", "edit-order-unknown"),
        ("edit-refused", "9", "shortage", "x", "", "edit-line-unknown"),
        ("edit-refused", "1", "quantity", "1.5", "500", "field-not-editable"),
        ("edit-refused", "", "q", "1", "", "field-not-editable"),
    ]
    assert list(ledger.items) == ["T-0001", "T-0002", "T-0003", "T-0004"]
    # One about no order of ours is an item all the same, in no order's history.
    assert ledger.items["T-0001"].order == "Z"
    assert "Z" not in ledger.orders
    assert [entry.kind for entry in ledger.orders["A-1"].history].count(EventKind.ITEM_OPENED) == 3


def test_a_promise_that_cannot_be_read_is_kept_as_typed_and_promises_nothing() -> None:
    decision, ledger = decided(edit("promised_date", "下周"))
    line = ledger.orders["A-1"].lines[0]
    assert (line.text("promised_date"), codes(decision)) == ("下周", [])
    assert line.deliveries[0].promised is None


def test_a_standing_promise_needs_a_change_notice_where_the_desk_has_them() -> None:
    _, ledger = decided(edit("promised_date", on("2026-04-01")))
    later = edit("promised_date", on("2026-04-09"), on("2026-04-01"))
    moved = decided(later, ledger=ledger)[1].orders["A-1"].lines[0].deliveries[0]
    assert (moved.promised, moved.first_promised) == (dt.date(2026, 4, 9), dt.date(2026, 4, 1))
    rules = package_rules()
    body = {"revision": 1, "promises": {}}
    ledger = append(ledger, Event(EventKind.ORDER_APPROVED, AS_OF, SPOT, "A-1", body))
    without = replace(rules, forms={name: one for name, one in rules.forms.items() if name != "change-notice"})
    assert codes(decided(later, ledger=ledger, rules=without)[0]) == []
    refused, ledger = decided(later, ledger=ledger)
    assert codes(refused) == ["promise-needs-change-notice"]
    assert opened(ledger) == [
        ("edit-refused", "1", "promised_date", "2026-04-09", "2026-04-01", "promise-needs-change-notice")
    ]
    assert decided(edit("promised_date", on("2026-04-09"), number="2"), ledger=ledger)[0].orders


def test_a_warning_of_the_form_is_told_at_the_edit_and_the_edit_is_taken() -> None:
    decision, ledger = decided(edit("promised_date", on("1999-01-01")))
    assert codes(decision) == ["promised-before-order"]
    assert (decision.problems[0].place, decision.problems[0].field) == (SPOT, "promised_date")
    assert ledger.orders["A-1"].lines[0].get("promised_date") == on("1999-01-01")
    # It is told of the edit that brings it in, not of the next one.
    again, _ = decided(edit("promised_date", on("1999-01-02"), on("1999-01-01")), ledger=ledger)
    assert (codes(again), len(again.events)) == ([], 1)


def test_an_error_of_the_form_refuses_the_edit_with_the_checks_own_words() -> None:
    rules = with_check("requested_date", "schedule_total(requested_date, quantity) == quantity", "error")
    # The check points at the requested date; the quantity that was typed is what breaks it.
    taken, ledger = decided(edit("requested_date", on("2026-03-30×500"), on("2026-03-30")), rules=rules)
    decision, ledger = decided(edit("quantity", Decimal(600), Decimal(500)), ledger=ledger, rules=rules)
    assert (codes(taken), codes(decision)) == ([], ["own-check"])
    assert (decision.problems[0].place, decision.problems[0].field) == (SPOT, "quantity")
    assert decision.problems[0].message is not None
    assert opened(ledger) == [("edit-refused", "1", "quantity", "600", "500", "own-check")]
    assert ledger.orders["A-1"].lines[0].quantity == 500


def test_two_edits_of_one_reading_are_checked_together() -> None:
    rules = with_check("requested_date", "schedule_total(requested_date, quantity) == quantity", "error")
    both = [
        edit("requested_date", on("2026-03-30"), None, number="2"),
        edit("quantity", Decimal(30), Decimal(20), number="2"),
        edit("requested_date", on("2026-03-30×30"), None, number="2"),
    ]
    decision, ledger = decided(*both, rules=rules)
    assert (codes(decision), len(decision.events)) == ([], 3)
    assert ledger.orders["A-1"].lines[1].quantity == 30


@pytest.mark.parametrize(
    ("field", "value", "was", "code"),
    [
        ("quantity", Decimal(-5), Decimal(500), "number-too-small"),
        ("quantity", Decimal(0), Decimal(500), "number-too-small"),
        ("quantity", "五百", Decimal(500), "number-not-understood"),  # no order line goes without a quantity
        ("quantity", None, Decimal(500), "field-missing"),
        ("short_tolerance", Decimal(2), None, "number-too-large"),
        ("short_tolerance", "200%", None, "number-too-large"),
        ("tax_rate", Decimal("-0.13"), None, "number-too-small"),
        ("customer", None, "宁波泰衡", "field-missing"),
    ],
)
def test_a_value_that_its_field_does_not_allow_is_refused(
    field: str, value: FieldValue | None, was: FieldValue | None, code: str
) -> None:
    rules = editable("quantity", "short_tolerance", "tax_rate", "customer")
    decision, ledger = decided(edit(field, value, was), rules=rules)
    assert (codes(decision), len(decision.refused)) == ([code], 1)
    assert [(one.code, one.typed) for one in ledger.open_items] == [(code, value_text(value))]


def test_a_typed_quantity_or_requested_date_plans_the_deliveries_anew() -> None:
    rules = editable("quantity", "requested_date")
    _, ledger = decided(
        edit("quantity", Decimal(800), Decimal(500)),
        edit("requested_date", on("2026-04-01×500", "2026-05-01×300"), on("2026-03-30")),
        rules=rules,
    )
    deliveries = ledger.orders["A-1"].lines[0].deliveries
    assert [(one.quantity, one.requested) for one in deliveries] == [
        (500, dt.date(2026, 4, 1)),
        (300, dt.date(2026, 5, 1)),
    ]


def test_a_header_field_is_the_orders_and_any_of_its_rows_will_do() -> None:
    rules = editable("remark")
    decision, ledger = decided(
        edit("remark", "急单", "原备注", number="2"), edit("remark", "急单", "原备注"), rules=rules
    )
    assert [event.body["line"] for event in decision.events] == [""]
    assert ledger.orders["A-1"].text("remark") == "急单"


WORDS: st.SearchStrategy[FieldValue | None] = st.sampled_from(
    [None, "缺料", "缺螺丝", "下周", on("2026-04-01"), on("TBC")]
)
BATCHES = st.lists(
    st.lists(
        st.builds(
            edit,
            st.sampled_from(["shortage", "promised_date", "quantity", "remark", "product"]),
            WORDS,
            WORDS,
            order=st.sampled_from(["A-1", " ａ-1", "Z"]),
            number=st.sampled_from(["1", "2", "9"]),
            known=st.booleans(),
        ),
        max_size=4,
    ),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(BATCHES)
def test_nothing_that_was_typed_is_lost(batches: list[list[Edit]]) -> None:
    ledger = take(document(FIRST))
    rules = editable("quantity", "product")
    for edits in batches:
        for one in edits:
            decision, ledger = decided(one, ledger=ledger, rules=rules)
            order = ledger.find_order(one.order)
            line = order.line(one.line) if order else None
            part = line if rules.forms["order-intake"].is_line_field(one.field) else order
            stands = line is not None and part is not None and part.get(one.field) == one.value
            assert stands == (one not in decision.refused)
            assert stands or value_text(one.value) in [item.typed for item in ledger.open_items]
        # The same reading once more tells nothing new that is not taken or open already.
    for edits in batches:
        again, ledger = decided(*edits, ledger=ledger, rules=rules)
        twice = decide_edits(again.refused, ledger, rules, AS_OF)
        assert [event for event in twice.events if event.kind is EventKind.ITEM_OPENED] == []
