import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.core.order import Delivery, OrderLine, Shipment
from xltools.core.place import Place
from xltools.core.record import Value
from xltools.core.text import Text
from xltools.ledger.standing import Standing, Waiting
from xltools.reports.kpi import (
    Share,
    count_late,
    count_work,
    last_months,
    measure_dwell,
    measure_on_time,
    sum_up,
    time_deliveries,
)

AS_OF = dt.date(2026, 4, 1)


def by_month(lines, rules, as_of=AS_OF):
    return {month.month: month for month in measure_on_time(lines, rules, as_of)}


def test_the_twelve_months_end_with_that_of_the_date():
    months = last_months(dt.date(2026, 1, 31))
    assert months[0] == (2025, 2)
    assert months[-1] == (2026, 1)
    assert len(set(months)) == 12


def test_a_share_of_nothing_is_no_percentage():
    assert Share().rate is None
    assert Share(2, 3).rate == Decimal("0.6667")


def test_a_delivery_is_delivered_on_the_day_it_is_in_full(make_line, rules):
    line = make_line(quantity=500, due=[("03-10", 300), ("03-20", 200)], shipped=[("03-09", 250), ("03-12", 150)])
    first, second = time_deliveries(line, rules)
    assert first.completed == dt.date(2026, 3, 12)
    assert second.completed is None


def test_shipments_count_by_their_dates_in_whatever_order_they_were_booked(make_line, rules):
    line = make_line(quantity=100, due="03-10", shipped=[("03-12", 40), ("03-08", 60)])
    (only,) = time_deliveries(line, rules)
    assert only.completed == dt.date(2026, 3, 12)


def test_within_the_short_tolerance_a_delivery_is_in_full(make_line, rules_with):
    line = make_line(quantity=100, due="03-10", shipped=[("03-09", 96), ("03-30", 4)])
    (strict,) = time_deliveries(line, rules_with())
    (loose,) = time_deliveries(line, rules_with(short_tolerance=Decimal("0.05")))
    assert (strict.completed, loose.completed) == (dt.date(2026, 3, 30), dt.date(2026, 3, 9))


def test_goods_that_must_arrive_by_a_day_must_leave_before_it(make_order, make_line, assess, rules_with):
    lines = assess(make_order("SO-1", make_line(due="03-10", shipped=[("03-08", 100)])))
    to_ship, to_arrive = rules_with(), rules_with(due_means="arrive", transit_days=3)
    assert by_month(lines, to_ship)[2026, 3].to_request == Share(1, 1)
    assert by_month(lines, to_arrive)[2026, 3].to_request == Share(0, 1)


def test_on_time_is_measured_to_the_request_the_first_and_the_current_promise(make_order, make_line, assess, rules):
    moved = Delivery(
        Decimal(100),
        requested=dt.date(2026, 3, 5),
        first_promised=dt.date(2026, 3, 10),
        promised=dt.date(2026, 3, 20),
        shipped=Decimal(100),
    )
    line = OrderLine(
        "1",
        {"quantity": Value(Decimal(100), Place(""))},
        (moved,),
        (Shipment(dt.date(2026, 3, 15), Decimal(100), Place("")),),
    )
    asked_only = make_line("2", due="03-15", shipped=[("03-15", 100)])
    month = by_month(assess(make_order("SO-1", line, asked_only)), rules)[2026, 3]
    assert month.delivered == 2
    assert month.to_request == Share(1, 2)
    assert month.to_first_promise == Share(0, 1)  # what was never promised is left out
    assert month.to_promise == Share(1, 1)
    assert month.due == Share(2, 2)


def test_what_is_overdue_and_undelivered_shows_among_the_due_only(make_order, make_line, assess, rules):
    lines = assess(
        make_order(
            "SO-1",
            make_line("1", due="03-10", shipped=[("03-10", 100)]),
            make_line("2", due="03-12"),
            make_line("3", due="04-01"),  # due on the as-of date itself: there is time until the evening
            make_line("4", due=None),
        )
    )
    months = by_month(lines, rules)
    assert (months[2026, 3].delivered, months[2026, 3].to_request) == (1, Share(1, 1))
    assert months[2026, 3].due == Share(1, 2)
    assert months[2026, 4].due == Share(0, 0)


def test_what_was_cancelled_is_no_failure_to_deliver(make_order, make_line, assess, rules):
    gone = make_line("1", due="03-10", shipped=[("03-10", 100)])
    cancelled = [replace(line, cancelled=True) for line in (gone, make_line("2", due="03-12"))]
    lines = assess(make_order("SO-1", *cancelled), replace(make_order("SO-2", make_line(due="03-12")), cancelled=True))
    month = by_month(lines, rules)[2026, 3]
    assert (month.delivered, month.due) == (1, Share(1, 1))


def test_late_lines_are_counted_by_whom_with_the_most_late_first(make_order, make_line, assess):
    lines = assess(
        make_order("SO-1", make_line("1", due="03-20"), make_line("2", due="03-30"), customer="甲"),
        make_order("SO-2", make_line("1", due="03-01"), make_line("2", due="04-03"), customer="乙"),
        make_order("SO-3", make_line("1", due="08-01"), make_line("2", due="03-01", shipped=[("03-01", 100)])),
    )
    counts = count_late(lines, lambda one: one.order.text("customer"))
    assert [(one.name, one.late, one.at_risk, one.open, one.longest) for one in counts] == [
        ("甲", 2, 0, 2, 12),
        ("乙", 1, 1, 2, 31),
        ("泰衡", 0, 0, 1, 0),
    ]


def test_every_stage_stands_in_the_work_in_hand_with_its_open_lines(make_order, make_line, assess, rules):
    stages = [stage.name for stage in rules.workflow.stages]
    lines = assess(make_order("SO-1", make_line("1", due="03-20"), make_line("2", due=None)))
    counts = {one.stage: (one.open, one.late) for one in count_work(lines, rules)}
    assert list(counts) == stages
    assert counts["contract-signed"] == (2, 1)
    assert sum(found for found, _ in counts.values()) == 2


def gate(whom, since):
    return Waiting("g", Text("等", "wait"), whom, dt.date.fromisoformat(f"2026-{since}"))


def test_dwell_counts_each_line_once_for_each_it_waits_for(make_order, make_line, assess):
    standings = {
        "SO-1": Standing(
            "approved", AS_OF, (gate("finance", "03-22"), gate("finance", "03-30"), gate("owner", "03-31"))
        ),
        "SO-2": Standing("approved", AS_OF, (gate("finance", "03-29"),)),
    }
    gone = make_line("2", due="03-01", shipped=[("03-01", 100)])
    orders = (make_order("SO-1", make_line("1"), gone), make_order("SO-2", make_line("1")))
    counts = measure_dwell(assess(*orders, **standings), AS_OF)
    assert [(one.whom, one.lines, one.average, one.longest) for one in counts] == [
        ("finance", 2, Decimal("6.5"), 10),
        ("owner", 1, Decimal("1.0"), 1),
    ]


def test_the_headline_counts_a_line_once_and_this_week_to_its_sunday(make_order, make_line, assess, rules):
    lines = assess(  # the as-of date is a Wednesday
        make_order(
            "SO-1",
            make_line("1", due=[("03-30", 50), ("04-02", 50)]),  # late, and at risk with its other half
            make_line("2", due="04-05"),
            make_line("3", due="04-06"),
            make_line("4", due="03-02", shipped=[("03-03", 100)]),
        )
    )
    headline = sum_up(lines, measure_on_time(lines, rules, AS_OF), AS_OF)
    assert (headline.open, headline.late, headline.at_risk) == (3, 1, 2)
    assert headline.due_this_week == 2
    assert headline.incomplete == 1  # the standing misses a field of line 1
    assert headline.delivered_this_month == 0
    assert headline.on_time_this_month == Share(0, 0)


DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)).map(dt.date.isoformat)
LINES = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.one_of(st.none(), DAYS, st.tuples(DAYS, DAYS)), st.integers(1, 50)), min_size=1, max_size=3
        ),
        st.lists(st.tuples(DAYS, st.integers(1, 80)), max_size=4),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(LINES, st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
def test_shares_are_of_whole_deliveries_and_add_up(make_order, make_line, assess, rules, written, as_of):
    made = [
        make_line(str(at), quantity=sum(share for _, share in due), due=due, shipped=shipped)
        for at, (due, shipped) in enumerate(written, start=1)
    ]
    lines = assess(make_order("SO-1", *made), as_of=as_of.isoformat()) if made else ()
    months = measure_on_time(lines, rules, as_of)
    deliveries = sum(len(line.deliveries) for line in made)
    assert len(months) == 12
    assert sum(month.delivered for month in months) <= deliveries
    assert sum(month.due.of for month in months) <= deliveries
    for month in months:
        for share in (month.to_request, month.to_first_promise, month.to_promise):
            assert 0 <= share.on_time <= share.of <= month.delivered
        assert 0 <= month.due.on_time <= month.due.of
    late = count_late(lines, lambda one: one.order.text("customer"))
    work = count_work(lines, rules)
    headline = sum_up(lines, months, as_of)
    assert sum(one.open for one in late) == sum(one.open for one in work) == headline.open
    assert sum(one.late for one in late) == sum(one.late for one in work) == headline.late
    assert headline.late + headline.at_risk <= headline.open


@pytest.mark.parametrize("shipped", [[], [("03-01", 100)]])
def test_a_delivery_that_is_late_is_not_delivered_on_time(make_order, make_line, assess, rules, shipped):
    (line,) = assess(make_order("SO-1", make_line(due="03-10", shipped=shipped)))
    assert line.status.late == (by_month((line,), rules)[2026, 3].due == Share(0, 1))
