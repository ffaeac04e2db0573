"""Returned workbooks: known again when they come mended, under any name, and closed once they are."""

import pytest
from order_documents import AS_OF, EMPTY, append, decide, document, item, record

from xltools.core.event import Event
from xltools.core.record import Document, Record
from xltools.ledger.decide import Decision
from xltools.ledger.documents import accept_event, find_return, return_event, return_id
from xltools.ledger.replay import Ledger, ReturnedOrder

BAD = record(item("P1", "5"), order_no="A-1", customer_po="PO-1")
GOOD = record(item("P2", "5"), order_no="B-1")


def receive(given: Document, ledger: Ledger = EMPTY, answers: str = "") -> tuple[Decision, Ledger]:
    """A document as a run takes it: decided, accepted as far as it can be, and what is left of it returned."""
    found = find_return(given, ledger, answers)
    decision = decide(given, ledger, answers=found)
    ledger = append(ledger, *decision.events)
    if decision.orders and not decision.duplicate:
        accepted = accept_event(
            given, decision.orders, ledger, AS_OF, archived="archive/x", partly=bool(decision.rejected), answers=found
        )
        ledger = append(ledger, accepted)
    if decision.rejected:
        ledger = append(ledger, send_back(given, ledger, decision.rejected, found))
    return decision, ledger


def send_back(given: Document, ledger: Ledger, records: tuple[Record, ...], answers: str = "") -> Event | None:
    return return_event(
        given.file,
        given.sha256,
        ledger,
        AS_OF,
        archived="archive/x",
        returned="returned/x",
        form=given.form,
        problems=len(records),
        records=records,
        answers=answers,
    )


def own(given: Document) -> str:
    return return_id(given.sha256)


def test_a_return_says_which_orders_it_is_about() -> None:
    given = document(rejected=[BAD, BAD, record(item("P1", "5"))])
    _, ledger = receive(given)
    assert ledger.returned[own(given)].about == (
        ReturnedOrder("A-1", "PO-1", "宁波泰衡"),
        ReturnedOrder("", "", "宁波泰衡"),
    )


def test_of_a_long_list_fifty_orders_are_kept() -> None:
    given = document(rejected=[record(item("P1", "5"), order_no=str(number)) for number in range(80)])
    _, ledger = receive(given)
    assert len(ledger.returned[own(given)].about) == 50


@pytest.mark.parametrize("way", ["id", "number", "purchase"])
def test_a_mended_workbook_is_known_again_and_closes_its_return(way: str) -> None:
    given = document(rejected=[record(customer_po="PO 1")] if way == "purchase" else [BAD])
    _, ledger = receive(given)
    fields = {"id": {}, "number": {"order_no": " Ａ-1"}, "purchase": {"customer_po": "ＰＯ 1"}}[way]
    mended = document(record(item("P1", "5"), **fields), name="随便什么名字.xlsx")
    answers = own(given) if way == "id" else ""
    assert find_return(mended, ledger, answers) == own(given)
    decision, ledger = receive(mended, ledger, answers)
    assert (decision.outcome, dict(ledger.returned)) == ("accepted", {})
    assert ledger.closed_returns[own(given)].closed == AS_OF


@pytest.mark.parametrize(
    "other",
    [
        record(item("P1", "5"), order_no="A-2", customer_po="PO-1"),  # one PO cut into several orders
        record(item("P1", "5"), customer_po="PO-1", customer="别的客户"),
        record(item("P1", "5")),
    ],
)
def test_an_order_of_another_number_purchase_or_customer_mends_nothing(other: Record) -> None:
    _, ledger = receive(document(rejected=[BAD]))
    assert find_return(document(other, name="b.xlsx"), ledger) == ""


def test_a_good_order_of_a_list_sent_again_does_not_close_the_return_of_the_bad_one() -> None:
    given = document(GOOD, rejected=[BAD])
    _, ledger = receive(given)
    assert find_return(document(GOOD, name="b.xlsx"), ledger) == ""


def test_the_same_workbook_again_stays_one_open_return() -> None:
    given = document(GOOD, rejected=[BAD])
    _, ledger = receive(given)
    assert find_return(given, ledger, own(given)) == ""
    orders = ledger.accepted[given.sha256].orders
    assert accept_event(given, orders, ledger, AS_OF, archived="x", partly=True, answers=own(given)) is None
    for answers in ("", own(given)):
        _, again = receive(given, ledger, answers)
        assert again == ledger


@pytest.mark.parametrize("partly", [True, False])
def test_a_mended_workbook_that_is_still_wrong_takes_the_place_of_its_return(partly: bool) -> None:
    first = document(rejected=[BAD, BAD])
    _, ledger = receive(first)
    second = document(*([GOOD] if partly else []), name="b.xlsx", rejected=[BAD])
    decision, ledger = receive(second, ledger)
    assert decision.outcome == ("partly" if partly else "returned")
    assert list(ledger.returned) == [own(second)]
    assert (list(ledger.closed_returns), ledger.returned[own(second)].answers) == ([own(first)], own(first))
    # Mended at last, in the first copy that was sent back.
    third = document(record(item("P1", "5")), name="c.xlsx")
    assert (find_return(third, ledger), find_return(third, ledger, own(first))) == ("", own(second))
    _, ledger = receive(third, ledger, own(first))
    assert (dict(ledger.returned), set(ledger.closed_returns)) == ({}, {own(first), own(second)})


def test_numbers_that_the_desk_gave_hold_through_several_returns() -> None:
    good = [record(item("P1", "5")), record(item("P2", "5"))]
    bad = record(order_no="X")
    first = document(*good, rejected=[bad])
    _, ledger = receive(first)
    numbers = tuple(ledger.orders)
    rest = document(name="只发了错的.xlsx", rejected=[bad])
    _, ledger = receive(rest, ledger)
    assert list(ledger.returned) == [own(rest)]
    whole = document(*good, record(item("P3", "5"), order_no="X"), name="c.xlsx")
    decision, ledger = receive(whole, ledger)
    assert (decision.orders, set(ledger.orders)) == ((*numbers, "X"), {*numbers, "X"})
    assert dict(ledger.returned) == {}


def test_one_number_is_given_to_one_order_only_however_often_its_list_came_back() -> None:
    same, bad = record(item("P1", "5")), record(order_no="X")
    _, ledger = receive(document(same, rejected=[bad]))
    _, ledger = receive(document(same, name="b.xlsx", rejected=[bad]), ledger)
    (number,) = ledger.orders
    third = document(same, same, record(item("P3", "5"), order_no="X"), name="c.xlsx")
    decision, ledger = receive(third, ledger)
    assert decision.orders[0] == number
    assert len(set(decision.orders)) == len(ledger.orders) == 3


def test_a_first_workbook_that_comes_once_more_after_its_mended_one_ends_in_no_circle() -> None:
    first, second = document(rejected=[BAD]), document(rejected=[BAD], name="b.xlsx")
    _, ledger = receive(first)
    _, ledger = receive(second, ledger)
    _, ledger = receive(first, ledger)
    assert (list(ledger.returned), list(ledger.closed_returns)) == ([own(first)], [own(second)])
    _, ledger = receive(document(BAD, name="c.xlsx"), ledger)
    assert dict(ledger.returned) == {}


def test_a_workbook_of_another_form_mends_nothing() -> None:
    _, ledger = receive(document(rejected=[BAD]))
    same = document(BAD, name="b.xlsx")
    other = Document(same.file, same.sha256, "shipping-list", same.layout, same.records)
    assert find_return(other, ledger) == ""
    assert find_return(same, ledger) != ""
