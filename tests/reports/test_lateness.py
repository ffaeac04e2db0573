import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.calendar import WorkCalendar
from xltools.core.order import Delivery, OrderLine
from xltools.core.place import Place
from xltools.core.record import Value
from xltools.ledger.standing import Standing
from xltools.reports.lateness import assess_line

IN_STOCK = Standing("in-stock", dt.date(2026, 3, 5))


@pytest.fixture
def assess_one(rules, calendar, standing):
    def assess(line, as_of, rules=rules, standing=standing, calendar=calendar):
        return assess_line(line, standing, rules, calendar, dt.date.fromisoformat(f"2026-{as_of}"))

    return assess


def test_a_delivery_is_late_from_the_day_after_it_was_due(make_line, assess_one):
    line = make_line(due="03-30")
    assert not assess_one(line, "03-30").late
    status = assess_one(line, "03-31")
    assert status.late
    assert status.days_late == 1
    assert status.days_left == -1


def test_the_current_promise_counts_before_the_requested_date(make_line, assess_one):
    status = assess_one(make_line(due=("03-30", "04-10")), "04-02")
    assert not status.late
    assert status.due == status.promised == status.first_promised == dt.date(2026, 4, 10)
    assert status.requested == dt.date(2026, 3, 30)


def test_the_warning_window_counts_working_days(make_line, assess_one):
    # 2026-03-30 is a Monday: the Friday a week before is the fifth working day but one.
    line = make_line(due="03-30")
    assert assess_one(line, "03-23").at_risk
    assert not assess_one(line, "03-20").at_risk


def test_a_holiday_widens_the_warning_window(make_line, assess_one):
    closed = WorkCalendar(holidays=frozenset({dt.date(2026, 3, 25)}))
    assert assess_one(make_line(due="03-30"), "03-20", calendar=closed).at_risk


def test_goods_in_stock_are_not_at_risk_but_can_be_late(make_line, assess_one):
    line = make_line(due="03-30")
    assert not assess_one(line, "03-30", standing=IN_STOCK).at_risk
    assert assess_one(line, "03-31", standing=IN_STOCK).late


def test_a_line_to_be_promised_has_no_due_date_and_is_not_late(make_line, assess_one):
    status = assess_one(make_line(due=None), "12-31")
    assert (status.due, status.days_left, status.days_late) == (None, None, 0)
    assert not status.late


def test_what_is_left_within_the_tolerance_is_not_open(make_line, assess_one, rules_with):
    line = make_line(quantity=100, due="03-30", shipped=[("03-28", 96)])
    assert assess_one(line, "04-10").late
    status = assess_one(line, "04-10", rules=rules_with(short_tolerance=Decimal("0.05")))
    assert not status.is_open
    assert not status.late
    assert status.days_late == 0
    assert status.open_quantity == 4


def test_the_lines_own_tolerance_goes_before_the_desks(make_line, assess_one, rules_with):
    line = make_line(quantity=100, shipped=[("03-28", 96)], short_tolerance=Decimal("0.01"))
    assert assess_one(line, "04-10", rules=rules_with(short_tolerance=Decimal("0.05"))).late


def test_each_delivery_of_a_split_line_has_its_own_lateness(make_line, assess_one):
    line = make_line(quantity=500, due=[("03-20", 300), ("04-15", 200)])
    status = assess_one(line, "03-25")
    assert [(one.late, one.at_risk) for one in status.deliveries] == [(True, False), (False, False)]
    assert (status.due, status.days_late) == (dt.date(2026, 3, 20), 5)


def test_the_next_open_delivery_counts_once_the_first_has_gone(make_line, assess_one):
    line = make_line(quantity=500, due=[("03-20", 300), ("04-15", 200)], shipped=[("03-19", 300)])
    status = assess_one(line, "03-25")
    assert not status.late
    assert (status.due, status.days_left) == (dt.date(2026, 4, 15), 21)


def test_a_first_delivery_short_within_the_lines_tolerance_is_not_late(make_line, assess_one):
    line = make_line(
        quantity=500,
        due=[("03-20", 300), ("04-15", 200)],
        shipped=[("03-19", 290)],
        short_tolerance=Decimal("0.05"),
    )
    assert not assess_one(line, "03-25").late
    assert assess_one(line, "04-16").late


def test_a_line_that_has_gone_is_measured_by_its_last_shipment_whatever_the_clock_says(make_line, assess_one):
    line = make_line(due="03-30", shipped=[("04-02", 100)])
    for as_of in ("03-01", "04-01", "12-31"):
        status = assess_one(line, as_of)
        assert (status.late, status.days_late, status.days_left) == (False, 3, None)


def test_goods_due_to_arrive_must_leave_earlier_by_the_days_in_transit(make_line, assess_one, rules_with):
    rules = rules_with(due_means="arrive", transit_days=7)
    status = assess_one(make_line(due="03-30"), "03-24", rules=rules)
    assert status.late
    assert status.due == dt.date(2026, 3, 23)
    assert status.requested == dt.date(2026, 3, 30)


dates = st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
deliveries = st.builds(
    Delivery,
    quantity=st.integers(1, 500).map(Decimal),
    requested=dates,
    promised=dates,
    shipped=st.integers(0, 500).map(Decimal),
)


@given(parts=st.lists(deliveries, max_size=4), as_of=st.dates(dt.date(2025, 12, 1), dt.date(2027, 1, 31)))
def test_a_line_is_never_late_with_nothing_open_and_no_delivery_both_late_and_at_risk(
    parts, as_of, rules, calendar, standing
):
    quantity = sum((part.quantity for part in parts), Decimal(0))
    line = OrderLine("1", {"quantity": Value(quantity, Place("a"))}, tuple(parts))
    status = assess_line(line, standing, rules, calendar, as_of)
    assert status.days_late >= 0
    assert not status.late or (status.is_open and status.days_late > 0)
    for one in status.deliveries:
        assert not (one.late and one.at_risk)
        assert not (one.late or one.at_risk) or one.delivery.open > 0
