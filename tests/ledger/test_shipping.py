from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from order_documents import AS_OF, append, codes, day, on
from shipping_lists import Row, list_of, ordered, receipt, rules, ship, shipping_list, sign

from xltools.core.event import ChainedEvent, Event, EventKind, chain_events
from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.core.record import Document
from xltools.ledger.case_numbers import read_cases
from xltools.ledger.documents import accept_event, return_event, return_id
from xltools.ledger.replay import Ledger, extend
from xltools.ledger.shipping import decide_shipments


def shipped(ledger: Ledger, order: str = "A") -> dict[str, Decimal]:
    return {line.number: line.shipped for line in ledger.orders[order].lines}


def notes(ledger: Ledger, order: str = "A") -> list[str]:
    return [one.delivery_note for line in ledger.orders[order].lines for one in line.shipments]


def figures(problem: Problem) -> dict[str, str]:
    return dict(problem.values)


def test_three_partial_shipments_and_the_second_corrected_by_a_list_that_voids_it() -> None:
    ledger = ordered("A", "500", "200")
    for at, (one, two) in enumerate((("200", "100"), ("180", "0"), ("120", "100")), 1):
        list_at = shipping_list(
            list_of("A", Row("1", one), Row("2", two), date=day(f"2026-03-0{at}")), name=f"{at}.xlsx"
        )
        decision, ledger = ship(list_at, ledger)
        assert (decision.outcome, codes(decision)) == ("accepted", [])
    assert shipped(ledger) == {"1": Decimal(500), "2": Decimal(200)}
    assert notes(ledger) == [f"DN202603-00{n}" for n in (1, 2, 3, 1, 3)]
    correction = list_of("A", Row("1", "150"), date=day("2026-03-02"), voids="DN202603-002", reason="实装150")
    decision, ledger = ship(shipping_list(correction, name="更正.xlsx"), ledger)
    assert (decision.outcome, codes(decision)) == ("accepted", [])
    assert [event.kind for event in decision.events] == [EventKind.SHIPMENT_VOIDED, EventKind.GOODS_SHIPPED]
    assert shipped(ledger) == {"1": Decimal(470), "2": Decimal(200)}
    assert notes(ledger) == ["DN202603-001", "DN202603-003", "DN202603-004", "DN202603-001", "DN202603-003"]
    history = [entry.words.get("reason") for entry in ledger.orders["A"].history]
    assert "实装150" in history


def test_what_the_warehouse_says_of_the_goods_goes_with_them() -> None:
    header = {"carrier": "顺丰", "plate": "浙B·8K217", "list_no": "L1", "receiver": "赵敏", "inspection": "孙倩"}
    row = Row("1", "20", {"batch": "B1", "packages": 2, "product": "端盖", "ordered": Decimal(50), "open": Decimal(50)})
    _, ledger = ship(shipping_list(list_of("A", row, **header)), ordered("A", "50"))
    (shipment,) = ledger.orders["A"].lines[0].shipments
    assert {name: one.value for name, one in shipment.values.items()} == {**header, "batch": "B1", "packages": 2}
    assert (shipment.date, shipment.place.cell) == (AS_OF, "B6")


def test_two_batches_of_one_line_are_two_shipments_on_one_note() -> None:
    rows = (Row("1", "20", {"batch": "B1"}), Row("1", "30", {"batch": "B2"}))
    _, ledger = ship(shipping_list(list_of("A", *rows)), ordered("A", "50"))
    said = [(one.text("batch"), one.quantity, one.delivery_note) for one in ledger.orders["A"].lines[0].shipments]
    assert said == [("B1", Decimal(20), "DN202603-001"), ("B2", Decimal(30), "DN202603-001")]


def test_one_lorry_has_a_note_for_each_customer_and_address() -> None:
    ledger = ordered("A", "50")
    ledger = ordered("B", "50", ledger=ledger)
    ledger = ordered("C", "50", ledger=ledger, customer="苏州明远")
    ledger = ordered("D", "50", ledger=ledger, delivery_address="杭州")
    lorry = shipping_list(*(list_of(order, Row("1", "10")) for order in "ABCD"))
    decision, ledger = ship(lorry, ledger)
    assert decision.orders == ("A", "B", "C", "D")
    assert [notes(ledger, order) for order in "ABCD"] == [
        ["DN202603-001"],
        ["DN202603-001"],
        ["DN202603-002"],
        ["DN202603-003"],
    ]
    assert ledger.delivery_notes["DN202603-001"] == ("A", "B")


def test_of_two_orders_on_one_lorry_the_good_one_goes_in_and_the_other_whole_not_at_all() -> None:
    ledger = ordered("B", "50", ledger=ordered("A", "50", "50"))
    lorry = shipping_list(list_of("A", Row("1", "10"), Row("2", "51")), list_of("B", Row("1", "10")))
    decision, ledger = ship(lorry, ledger)
    assert (decision.outcome, decision.orders, codes(decision)) == ("partly", ("B",), ["over-shipment"])
    assert [one.text("order_no") for one in decision.rejected] == ["A"]
    assert (shipped(ledger), shipped(ledger, "B")) == ({"1": 0, "2": 0}, {"1": 10})


@pytest.mark.parametrize(
    ("own", "desk", "before", "quantity", "passes"),
    [
        (None, "0", "0", "101", "100"),
        (None, "0", "60", "41", "40"),
        ("0.05", "0", "0", "106", "105"),
        ("0.05", "0", "100", "6", "5"),
        ("0.05", "0", "105", "1", "0"),
        ("0", "0.1", "0", "101", "100"),
        (None, "0.1", "100", "11", "10"),
        ("0.005", "0", "100", "1", "0.5"),
    ],
)
def test_more_than_was_ordered_is_refused_with_the_figure_that_would_pass(
    own: str | None, desk: str, before: str, quantity: str, passes: str
) -> None:
    tolerance = {} if own is None else {"short_tolerance": Decimal(own)}
    ledger = ordered("A", "100", **tolerance)
    if before != "0":
        body = {"line": "1", "date": "2026-03-01", "quantity": before, "delivery_note": "X"}
        ledger = append(ledger, Event(EventKind.GOODS_SHIPPED, AS_OF, Place("x"), "A", body))
    law = rules()
    lateness = replace(law.settings.lateness, short_tolerance=Decimal(desk))
    law = replace(law, settings=replace(law.settings, lateness=lateness))

    def say(amount: str) -> list[Problem]:
        document = shipping_list(list_of("A", Row("1", amount)))
        return list(decide_shipments(document, ledger, law, {}, AS_OF).problems)

    (problem,) = say(quantity)
    assert (problem.code, figures(problem)["passes"], figures(problem)["shipped"]) == ("over-shipment", passes, before)
    assert passes == "0" or say(passes) == []


def test_rows_of_one_line_are_added_up_before_they_are_weighed() -> None:
    decision, _ = ship(shipping_list(list_of("A", Row("1", "60"), Row("1", "50"))), ordered("A", "100"))
    (problem,) = decision.problems
    assert (problem.code, figures(problem)["passes"], problem.place.cell) == ("over-shipment", "40", "B7")


def test_a_row_of_nought_leaves_nothing_behind() -> None:
    decision, ledger = ship(shipping_list(list_of("A", Row("1", "0"), Row("2", "5"))), ordered("A", "9", "9"))
    assert (decision.outcome, shipped(ledger)) == ("accepted", {"1": 0, "2": 5})


def test_a_quantity_in_another_unit_is_counted_in_the_order_s() -> None:
    ledger = ordered("A", "100")
    _, ledger = ship(shipping_list(list_of("A", Row("1", "5", {"unit": "打"}))), ledger)
    assert shipped(ledger) == {"1": 60}
    decision, _ = ship(shipping_list(list_of("A", Row("1", "5", {"unit": "kg"}))), ledger)
    assert codes(decision) == ["unit-not-convertible"]


@pytest.mark.parametrize(
    ("row", "code"),
    [(Row("7", "1"), "line-unknown"), (Row("", "1", {"product_code": "P9"}), "line-unknown")],
)
def test_a_line_that_is_not_there(row: Row, code: str) -> None:
    decision, _ = ship(shipping_list(list_of("A", row)), ordered("A", "9"))
    assert (decision.outcome, codes(decision)) == ("returned", [code])


def test_goods_of_no_known_order() -> None:
    decision, _ = ship(shipping_list(list_of("Z", Row("1", "1"))), ordered("A", "9"))
    assert (decision.outcome, codes(decision)) == ("returned", ["order-unknown"])


def cancel(ledger: Ledger, **told: object) -> Ledger:
    asked = {
        "change": "CN1",
        "kinds": ["cancel"],
        "revision": 1,
        "state": "pending",
        "values": {},
        "items": [],
        "confirms": [],
    }
    done = {"change": "CN1", "revision": 1, "held": None, "cancelled": False, "cancelled_lines": [], **told}
    return append(
        ledger,
        Event(EventKind.CHANGE_REQUESTED, AS_OF, Place("x"), "A", asked),
        Event(EventKind.CHANGE_APPROVED, AS_OF, Place("x"), "A", done),
    )


def test_what_is_cancelled_stays() -> None:
    given = shipping_list(list_of("A", Row("1", "1"), Row("2", "1")))
    decision, _ = ship(given, cancel(ordered("A", "9", "9"), cancelled_lines=["2"]))
    assert [(one.code, figures(one)["line"]) for one in decision.problems] == [("shipment-of-cancelled", "2")]
    decision, _ = ship(given, cancel(ordered("A", "9", "9"), cancelled=True))
    assert codes(decision) == ["shipment-of-cancelled"] * 2


def test_an_order_on_hold_keeps_the_lorry_until_it_is_resumed() -> None:
    given = shipping_list(list_of("A", Row("1", "1")))
    held = cancel(ordered("A", "9"), held=True)
    decision, _ = ship(given, held)
    assert (decision.outcome, decision.orders, codes(decision)) == ("waiting", (), ["document-waits"])
    resumed = append(
        held,
        Event(
            EventKind.CHANGE_APPROVED,
            AS_OF,
            Place("x"),
            "A",
            {"change": "CN1", "revision": 1, "held": False, "cancelled": False, "cancelled_lines": []},
        ),
    )
    assert ship(given, resumed)[0].outcome == "accepted"


def test_a_shut_gate_of_one_order_keeps_the_whole_lorry() -> None:
    ledger = ordered("A", "9")
    ledger = ordered("B", "9", ledger=ledger, delivery_address=None)
    lorry = shipping_list(list_of("A", Row("1", "1")), list_of("B", Row("1", "1")))
    decision, after = ship(lorry, ledger)
    assert (decision.outcome, decision.events, after.number) == ("waiting", (), ledger.number)
    (problem,) = decision.problems
    assert figures(problem) == {"order": "B", "whom": "李雯", "what": "shipping fields filled"}
    typed = {"line": "", "field": "delivery_address", "value": "杭州", "was": None}
    opened = append(ledger, Event(EventKind.VALUE_EDITED, AS_OF, Place("t"), "B", typed))
    assert ship(lorry, opened)[0].outcome == "accepted"


def test_a_customer_who_takes_all_or_nothing_is_told_of() -> None:
    ledger = ordered("A", "9", "9", partial_allowed=False)
    decision, after = ship(shipping_list(list_of("A", Row("1", "9"), Row("2", "8"))), ledger)
    assert (decision.outcome, codes(decision)) == ("accepted", ["partial-not-allowed"])
    decision, _ = ship(shipping_list(list_of("A", Row("2", "1")), name="2.xlsx"), after)
    assert codes(decision) == []


def test_a_scheduled_delivery_that_leaves_before_its_day_is_told_of() -> None:
    schedule = on("2026-03-02×5", "2026-04-01×5")
    ledger = ordered("A", "10", requested_date=schedule, promised_date=schedule)
    decision, ledger = ship(shipping_list(list_of("A", Row("1", "5"))), ledger)
    assert codes(decision) == []
    decision, _ = ship(shipping_list(list_of("A", Row("1", "2"), date=day("2026-03-20")), name="2.xlsx"), ledger)
    assert [(one.code, figures(one)["due"]) for one in decision.problems] == [("shipped-early", "2026-04-01")]
    decision, _ = ship(shipping_list(list_of("A", Row("1", "2"), date=day("2026-04-01")), name="3.xlsx"), ledger)
    assert codes(decision) == []


def test_the_same_list_under_another_name_is_booked_and_told_of() -> None:
    ledger = ordered("A", "100")
    _, ledger = ship(shipping_list(list_of("A", Row("1", "10"))), ledger)
    decision, _ = ship(shipping_list(list_of("A", Row("1", "10")), name="copy.xlsx"), ledger)
    assert [(one.code, figures(one)["note"]) for one in decision.problems] == [
        ("possible-duplicate-list", "DN202603-001")
    ]
    for other in (Row("1", "11"), Row("1", "10", {"batch": "B"})):
        date = AS_OF if other.quantity == "11" else day("2026-03-03")
        assert codes(ship(shipping_list(list_of("A", other, date=date), name="b.xlsx"), ledger)[0]) == []


def test_a_list_number_with_the_same_rows_counts_once() -> None:
    ledger = ordered("A", "100")
    _, ledger = ship(shipping_list(list_of("A", Row("1", "10"), list_no="L1")), ledger)
    decision, again = ship(shipping_list(list_of("A", Row("1", "10"), list_no="L1"), name="saved again.xlsx"), ledger)
    assert (decision.outcome, again.number) == ("duplicate", ledger.number)
    decision, _ = ship(shipping_list(list_of("A", Row("1", "12"), list_no="L1"), name="next.xlsx"), ledger)
    assert decision.outcome == "accepted"


def test_the_same_workbook_again_changes_nothing() -> None:
    given = shipping_list(list_of("A", Row("1", "10")))
    _, ledger = ship(given, ordered("A", "100"))
    decision, again = ship(given, ledger)
    assert (decision.outcome, again.number) == ("duplicate", ledger.number)


def send_back(given: Document, ledger: Ledger) -> Ledger:
    event = return_event(
        given.file, given.sha256, ledger, AS_OF, archived="a", returned="r", form=given.form, problems=1
    )
    return append(ledger, event)


def test_the_mended_copy_ships_only_what_was_refused() -> None:
    ledger = ordered("B", "50", ledger=ordered("A", "50"))
    first = shipping_list(list_of("A", Row("1", "10")), list_of("B", Row("1", "51")))
    _, ledger = ship(first, ledger)
    ledger = send_back(first, ledger)
    mended = shipping_list(list_of("A", Row("1", "10")), list_of("B", Row("1", "50")), name="mended.xlsx")
    decision, ledger = ship(mended, ledger, return_id(first.sha256))
    assert (decision.outcome, codes(decision)) == ("accepted", [])
    assert (shipped(ledger), shipped(ledger, "B"), ledger.returned) == ({"1": 10}, {"1": 50}, {})


def test_a_mended_copy_changes_nothing_that_has_left() -> None:
    ledger = ordered("B", "50", ledger=ordered("A", "50"))
    first = shipping_list(list_of("A", Row("1", "10")), list_of("B", Row("1", "51")))
    _, ledger = ship(first, ledger)
    mended = shipping_list(list_of("A", Row("1", "12")), list_of("B", Row("1", "50")), name="mended.xlsx")
    decision, ledger = ship(mended, send_back(first, ledger), return_id(first.sha256))
    assert (decision.outcome, codes(decision)) == ("partly", ["shipment-booked-already"])
    assert (shipped(ledger), shipped(ledger, "B")) == ({"1": 10}, {"1": 50})


def test_a_partly_taken_workbook_that_comes_again_ships_the_rest_alone() -> None:
    ledger = ordered("A", "50")
    given = shipping_list(list_of("A", Row("1", "10")), list_of("B", Row("1", "10")))
    _, ledger = ship(given, ledger)
    decision, ledger = ship(given, ordered("B", "50", ledger=ledger))
    assert (decision.outcome, decision.orders) == ("accepted", ("A", "B"))
    assert (shipped(ledger), shipped(ledger, "B")) == ({"1": 10}, {"1": 10})


def test_a_note_is_voided_for_all_its_orders() -> None:
    ledger = ordered("B", "50", ledger=ordered("A", "50"))
    _, ledger = ship(shipping_list(list_of("A", Row("1", "10")), list_of("B", Row("1", "10"))), ledger)
    nothing = list_of("A", Row("1", "0"), voids="DN202603-001", reason="未发车")
    decision, ledger = ship(shipping_list(nothing, name="void.xlsx"), ledger)
    assert (decision.outcome, decision.orders) == ("accepted", ("A", "B"))
    assert (shipped(ledger), shipped(ledger, "B")) == ({"1": 0}, {"1": 0})
    decision, _ = ship(shipping_list(nothing, name="void again.xlsx"), ledger)
    assert (decision.outcome, codes(decision)) == ("returned", ["delivery-note-voided"])
    unknown = list_of("A", Row("1", "0"), voids="DN9")
    assert codes(ship(shipping_list(unknown), ledger)[0]) == ["delivery-note-unknown"]


def test_a_correction_is_weighed_as_if_the_old_had_not_left_and_goes_in_as_a_whole() -> None:
    ledger = ordered("B", "50", ledger=ordered("A", "50"))
    _, ledger = ship(shipping_list(list_of("A", Row("1", "50")), list_of("B", Row("1", "50"))), ledger)
    right = [list_of("A", Row("1", "45"), voids="DN202603-001"), list_of("B", Row("1", "50"), voids="DN202603-001")]
    wrong = list_of("B", Row("1", "51"), voids="DN202603-001")
    decision, same = ship(shipping_list(right[0], wrong, name="wrong.xlsx"), ledger)
    assert (decision.outcome, codes(decision), len(decision.rejected)) == ("returned", ["over-shipment"], 2)
    assert same.number == ledger.number
    decision, ledger = ship(shipping_list(*right, name="right.xlsx"), ledger)
    assert (decision.outcome, codes(decision)) == ("accepted", [])
    assert (shipped(ledger), notes(ledger, "B")) == ({"1": 45}, ["DN202603-002"])


def test_a_note_that_was_signed_for_is_voided_with_a_warning() -> None:
    _, ledger = ship(shipping_list(list_of("A", Row("1", "10"))), ordered("A", "50"))
    _, ledger = sign(receipt({"delivery_note": "DN202603-001"}), ledger)
    decision, _ = ship(shipping_list(list_of("A", Row("1", "9"), voids="DN202603-001"), name="v.xlsx"), ledger)
    assert (decision.outcome, codes(decision)) == ("accepted", ["note-voided-after-receipt"])


def test_a_receipt_of_a_note_is_said_of_all_its_orders() -> None:
    ledger = ordered("B", "50", ledger=ordered("A", "50"))
    _, ledger = ship(shipping_list(list_of("A", Row("1", "10")), list_of("B", Row("1", "20"))), ledger)
    signed = receipt({"delivery_note": "DN202603-001", "received_quantity": Decimal(30)})
    decision, ledger = sign(signed, ledger)
    assert (decision.orders, codes(decision)) == (("A", "B"), [])
    assert [one.text("received_by") for order in "AB" for one in ledger.orders[order].statements] == ["赵敏", "赵敏"]
    again, _ = sign(receipt({"delivery_note": "DN202603-001", "received_quantity": Decimal(30)}, name="2.xlsx"), ledger)
    assert again.outcome == "duplicate"


def test_receipts_of_two_notes_do_not_replace_each_other() -> None:
    ledger = ordered("A", "50")
    for at in (1, 2):
        _, ledger = ship(shipping_list(list_of("A", Row("1", f"{at}0")), name=f"{at}.xlsx"), ledger)
    _, ledger = sign(receipt({"delivery_note": "DN202603-001"}, {"delivery_note": "DN202603-002"}), ledger)
    decision, _ = sign(receipt({"delivery_note": "DN202603-001"}, name="again.xlsx"), ledger)
    assert decision.outcome == "duplicate"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"delivery_note": "DN9"}, "delivery-note-unknown"),
        ({"delivery_note": "DN202603-001", "order_no": "B"}, "delivery-note-unknown"),
        ({"delivery_note": "DN202603-001", "order_no": "Z"}, "order-unknown"),
        ({}, "order-unknown"),
    ],
)
def test_a_receipt_that_names_what_there_is_not(row: dict[str, str], code: str) -> None:
    _, ledger = ship(shipping_list(list_of("A", Row("1", "10"))), ordered("B", "5", ledger=ordered("A", "50")))
    decision, _ = sign(receipt(row), ledger)
    assert (decision.outcome, codes(decision)) == ("returned", [code])


def test_a_receipt_over_another_quantity_stays_open_until_somebody_answers() -> None:
    _, ledger = ship(shipping_list(list_of("A", Row("1", "10"))), ordered("A", "50"))
    rows = ({"delivery_note": "DN202603-001", "received_quantity": Decimal(9), "damage": "外箱破损"},)
    decision, ledger = sign(receipt(*rows), ledger)
    assert (decision.outcome, codes(decision)) == ("accepted", ["received-differs"])
    (found,) = ledger.open_items
    assert (found.kind, found.order, found.typed, found.kept) == (
        "receipt-differs",
        "A",
        "9 · 外箱破损",
        "DN202603-001: 10",
    )


def test_cases_are_numbered_without_gaps() -> None:
    rows = [
        Row("1", "10", {"case_no": "1-10"}),
        Row("2", "10", {"case_no": "11"}),
        Row("3", "10", {"case_no": "11-12"}),
    ]
    ledger = ordered("A", "50", "50", "50", "50")
    assert codes(ship(shipping_list(list_of("A", *rows)), ledger)[0]) == []
    gap = Row("4", "10", {"case_no": "15~16"})
    decision, _ = ship(shipping_list(list_of("A", gap, *rows)), ledger)
    assert [(one.code, figures(one)["last"], figures(one)["first"]) for one in decision.problems] == [
        ("case-numbers-broken", "12", "15")
    ]
    assert [read_cases(text) for text in ("7", "3-1", "A-2", "")] == [(7, 7), None, None, None]


QUANTITIES = st.decimals(min_value=0, max_value=150, places=1)
LISTS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(["A", "B"]), st.sampled_from(["1", "2"]), QUANTITIES), max_size=4),
        st.booleans(),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(LISTS, st.sampled_from(["0", "0.05", "0.1"]))
def test_whatever_lists_come_no_more_leaves_than_was_ordered_and_the_replay_adds_up(
    lists: list[tuple[list[tuple[str, str, Decimal]], bool]], tolerance: str
) -> None:
    ledger = ordered("A", "100", "80", short_tolerance=Decimal(tolerance))
    ledger = ordered("B", "100", "80", ledger=ledger, short_tolerance=Decimal(tolerance))
    chain: list[ChainedEvent] = []
    start = ledger
    sums: dict[tuple[str, str, str], Decimal] = {}
    for at, (rows, voids) in enumerate(lists):
        live = sorted({note for _, _, note in sums})
        header = {"voids": live[0]} if voids and live else {}
        records = [
            list_of(order, *(Row(line, str(q)) for name, line, q in rows if name == order), **header) for order in "AB"
        ]
        before = ledger
        document = shipping_list(*records, name=f"{at}.xlsx")
        decision, ledger = ship(document, ledger)
        if header and decision.outcome == "accepted":
            sums = {key: value for key, value in sums.items() if key[2] != header["voids"]}
        for event in decision.events:
            if event.kind is EventKind.GOODS_SHIPPED:
                key = event.order, event.body["line"], event.body["delivery_note"]
                sums[key] = sums.get(key, Decimal(0)) + Decimal(event.body["quantity"])
        accepted = accept_event(document, decision.orders, before, AS_OF, archived="a", partly=bool(decision.rejected))
        events = [*decision.events, *([accepted] if decision.orders and not decision.duplicate else [])]
        chain += chain_events(filter(None, events), before.number, before.head)
        for order in ledger.orders.values():
            for line in order.lines:
                assert line.shipped <= line.quantity * (1 + Decimal(tolerance))
                assert line.shipped == sum(
                    (v for (o, n, _), v in sums.items() if (o, n) == (order.number, line.number)), Decimal(0)
                )
                assert sum((one.shipped for one in line.deliveries), Decimal(0)) == line.shipped
    assert extend(start, chain) == ledger
