import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from order_documents import day, on

from xltools.core.order import Delivery
from xltools.core.record import ScheduledDelivery
from xltools.ledger.deliveries import allocate_shipped, plan_deliveries

A, B, X, Y = "2026-03-30", "2026-04-15", "2026-04-01", "2026-05-01"


def rows(deliveries: tuple[Delivery, ...]) -> list[str]:
    return [f"{one.quantity:f} {one.requested} {one.promised} {one.first_promised}" for one in deliveries]


def plan(quantity: int, requested: object, promised: object = None, earlier: tuple[Delivery, ...] = ()) -> list[str]:
    return rows(plan_deliveries(Decimal(quantity), requested, promised, earlier))


def test_a_line_with_nothing_said_is_one_delivery_without_dates() -> None:
    assert plan(500, None) == ["500 None None None"]
    assert plan(500, "text that is no schedule", "下周") == ["500 None None None"]


def test_a_promise_with_one_date_is_for_all_deliveries() -> None:
    assert plan(500, on(f"{A}×300", f"{B}×200"), on(X)) == [f"300 {A} {X} {X}", f"200 {B} {X} {X}"]


def test_promises_without_quantities_go_to_the_requests_one_by_one() -> None:
    assert plan(500, on(f"{A}×300", f"{B}×200"), on(X, Y)) == [f"300 {A} {X} {X}", f"200 {B} {Y} {Y}"]


def test_a_request_promised_in_parts_becomes_as_many_deliveries() -> None:
    assert plan(500, on(A), on(f"{X}×300", f"{Y}×200")) == [f"300 {A} {X} {X}", f"200 {A} {Y} {Y}"]


def test_requests_and_promises_are_paired_by_quantity() -> None:
    both = plan(500, on(f"{A}×300", f"{B}×200"), on(f"{X}×100", f"{Y}×400"))
    assert both == [f"100 {A} {X} {X}", f"200 {A} {Y} {Y}", f"200 {B} {Y} {Y}"]


def test_a_promise_for_a_part_leaves_the_rest_unpromised() -> None:
    assert plan(500, on(A), on(f"{X}×300")) == [f"300 {A} {X} {X}", f"200 {A} None None"]


def test_a_split_that_does_not_add_up_is_filled_or_cut_to_the_ordered_quantity() -> None:
    assert plan(500, on(f"{A}×300")) == [f"300 {A} None None", "200 None None None"]
    assert plan(500, on(f"{A}×300", f"{B}×300")) == [f"300 {A} None None", f"200 {B} None None"]
    assert plan(500, on("2026-03-30", "2026-04-15")) == [f"500 {B} None None"]


def test_the_first_promise_stays_with_its_part_of_the_quantity() -> None:
    first = plan_deliveries(Decimal(500), on(A), on(f"{A}×300", f"{B}×200"))
    assert plan(500, on(A), on(Y), first) == [f"300 {A} {Y} {A}", f"200 {A} {Y} {B}"]
    assert plan(800, on(A), on(Y), plan_deliveries(Decimal(500), on(A), on(X))) == [f"800 {A} {Y} {X}"]


def test_tbc_keeps_its_words() -> None:
    (delivery,) = plan_deliveries(Decimal(5), on("TBC"), None)
    assert (delivery.requested, delivery.words) == (None, "TBC")


def test_what_is_due_first_is_served_first_and_what_has_no_date_last() -> None:
    deliveries = (Delivery(Decimal(5)), Delivery(Decimal(5), day(B)), Delivery(Decimal(5), day(B), promised=day(A)))
    assert [one.shipped for one in allocate_shipped(deliveries, Decimal(7))] == [0, 2, 5]
    assert [one.shipped for one in allocate_shipped(deliveries, Decimal(17))] == [7, 5, 5]


schedules = st.none() | st.lists(
    st.builds(
        ScheduledDelivery,
        date=st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)),
        quantity=st.none() | st.decimals(0, 900, places=2),
    ),
    max_size=4,
).map(tuple)
quantities = st.decimals(0, 1000, places=2, allow_nan=False)


@given(quantities, schedules, schedules, schedules, quantities)
def test_deliveries_always_add_up_to_the_line(
    quantity: Decimal, requested: object, promised: object, later: object, shipped: Decimal
) -> None:
    first = plan_deliveries(quantity, requested, promised)
    again = plan_deliveries(quantity, requested, later, first)
    for deliveries in (first, again):
        assert sum(one.quantity for one in deliveries) == quantity
    assert sum(one.shipped for one in allocate_shipped(again, shipped)) == shipped
    known = {one.first_promised for one in first} - {None}
    assert known <= {one.first_promised for one in again}
