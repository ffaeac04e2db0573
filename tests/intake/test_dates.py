"""A date in every form people type it in; what has two meanings is told with its readings, and a desk may settle it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_reading import one, read, rules_with, told

from xltools.core.record import ScheduledDelivery
from xltools.intake.conventions import Conventions
from xltools.intake.dates import EARLIEST, LATEST, read_date
from xltools.intake.schedules import read_schedule

JULY_11 = dt.date(2025, 7, 11)


@pytest.mark.parametrize(
    "value",
    [
        "2025年7月11日",
        "2025年7月11号",
        "２０２５年７月１１日",
        "2025.7.11",
        "2025/7/11",
        "2025-07-11",
        "2025 / 07 / 11",
        "20250711",
        20250711.0,
        20250711,
        "25年7月11日",
        "2025/7/11交",
        "2025-07-11 交货",
        "2025-07-11 00:00:00",
        "2025-07-11T08:30",
        "2025/7/11 5:30 PM",
        "2025/7/11（五）",
        "2025年7月11日 星期五",
        "Fri, Jul 11, 2025",
        "Jul 11, 2025",
        "11-Jul-2025",
        "11 July 2025",
        "July 11th 2025",
        "2025-Jul-11",
        45849.0,
        45849.75,
        "45849",
        dt.datetime(2025, 7, 11, 8),
        JULY_11,
    ],
)
def test_a_date_is_read_in_every_form_with_one_meaning(value):
    assert read_date(value).value == JULY_11


@pytest.mark.parametrize(
    ("value", "readings"),
    [
        ("03/04/19", "2003-04-19 / 2019-03-04 / 2019-04-03"),
        ("03/04/2025", "2025-03-04 / 2025-04-03"),
        ("11-Jul-25", "2011-07-25 / 2025-07-11"),
        ("6.1", "YYYY-01-06 / YYYY-06-01"),
        ("6月1日", "YYYY-06-01"),
        ("Jul 11", "YYYY-07-11"),
        ("11/22,12/25", "YYYY-11-22×…; YYYY-12-25×… / YYYY-11-22 / YYYY-12-25"),
        ("2023/6/13 6/16", "2023-06-13×…; 2023-06-16×… / 2023-06-13 / 2023-06-16"),
        ("2026-03-01; 2026-04-01", "2026-03-01×…; 2026-04-01×… / 2026-03-01 / 2026-04-01"),
    ],
)
def test_a_date_with_two_meanings_is_not_chosen_but_named(value, readings):
    for reading in (read_date(value), read_schedule(value).failure):
        assert reading.value is None
        assert " / ".join(reading.ambiguous) == readings


def test_the_tenth_of_june_typed_as_a_number_may_be_the_first():
    """Excel keeps neither the zero of 6.10 nor what was meant by it."""
    assert read_date(6.1).ambiguous == ("YYYY-01-06", "YYYY-06-01", "YYYY-06-10", "YYYY-10-06")
    assert read_date(6.15).ambiguous == ("YYYY-06-15",)


def test_a_date_with_one_possible_reading_is_taken():
    assert read_date("25/12/2025").value == dt.date(2025, 12, 25)


def test_a_weekday_tells_two_readings_apart_and_one_that_is_wrong_is_asked_about():
    assert read_date("03/04/2025（四）").value == dt.date(2025, 4, 3)
    assert read_date("2025/7/11（三）").ambiguous == ("2025-07-11", "YYYY-07-11")


@pytest.mark.parametrize("value", ["2025年7月", "2025-07", "2025/7", 2025.7, "Jul 2025", "2025年7月份"])
def test_a_month_is_no_date(value):
    reading = read_date(value)
    assert (reading.value, reading.code, reading.example) == (None, "date-without-day", "2025-07-31")


@pytest.mark.parametrize(
    "value", [0.0, 3.0, 120.0, "1900-01-00", "1900/1/0", dt.date(1900, 1, 7), dt.time(), "1899-12-30", "2199/1/1"]
)
def test_what_an_empty_cell_with_a_date_format_looks_like_is_told_as_such(value):
    assert read_date(value).code == "date-out-of-range"


@pytest.mark.parametrize(
    "value",
    ["2025-02-30", "下周", "11/14/144", "144年11月14日", "13/13/2025", "Jul-25", "星期五", "", "月底", True, -5.0],
)
def test_what_is_no_date_is_none(value):
    reading = read_date(value)
    assert (reading.value, reading.ambiguous, reading.code) == (None, (), "date-not-understood")


@pytest.mark.parametrize(
    ("value", "order", "day"),
    [
        ("03/04/19", "day-first", dt.date(2019, 4, 3)),
        ("03/04/19", "month-first", dt.date(2019, 3, 4)),
        ("03/04/19", "year-first", dt.date(2003, 4, 19)),
        ("03/04/2025", "day-first", dt.date(2025, 4, 3)),
        ("11-Jul-25", "day-first", JULY_11),
        ("25/12/2025", "month-first", dt.date(2025, 12, 25)),
        ("03/04/2025", "year-first", None),
        ("6.1", "month-first", None),
    ],
)
def test_a_desk_may_settle_the_order_of_day_month_and_year(value, order, day):
    assert read_date(value, Conventions(order)).value == day


@pytest.mark.parametrize(
    ("value", "order", "day"),
    [
        ("6月1日", None, dt.date(2026, 6, 1)),
        ("3/2", "month-first", dt.date(2026, 3, 2)),
        ("3/1", "month-first", dt.date(2027, 3, 1)),
        ("6.1", "year-first", dt.date(2026, 6, 1)),
        ("6.1", "day-first", dt.date(2027, 1, 6)),
        ("2月29日", None, dt.date(2028, 2, 29)),
        (6.5, "month-first", dt.date(2026, 6, 5)),
        ("6.1", None, None),
        (6.1, "month-first", None),
        ("11/22,12/25", "month-first", None),
    ],
)
def test_a_desk_may_settle_that_a_day_without_a_year_is_the_next_such_day(value, order, day):
    assert read_date(value, Conventions(order, dt.date(2026, 3, 2))).value == day


ORDER = "| 客户 | 示例 | 接单日期 | {day} |\n| 品名 | 数量 | 要求交期 |\n| 端盖 | 10 | {due} |"


def test_the_desks_setting_and_the_layouts_own_which_goes_before_it():
    text = ORDER.format(day="03/02/2026", due="4/5")
    assert told(read(text)) == [("date-ambiguous", "D1"), ("date-ambiguous", "C3")]
    desk = rules_with(settings="reading: {date_order: month-first, yearless: next}")
    assert one(read(text, by=desk)).get("order_date") == dt.date(2026, 3, 2)
    assert one(read(text, by=desk)).lines[0].get("requested_date") == (ScheduledDelivery(dt.date(2026, 4, 5)),)
    own = rules_with(settings="reading: {date_order: month-first}", layouts__order_intake_sheet="date_order: day-first")
    assert one(read(text, by=own)).get("order_date") == dt.date(2026, 2, 3)


@given(
    st.dates(EARLIEST, LATEST), st.sampled_from(["{0:%Y}年{0.month}月{0.day}日", "{0:%Y.%m.%d}", "{0:%Y%m%d}", "{0}交"])
)
def test_every_day_of_our_time_is_read_as_it_was_written(day, pattern):
    assert read_date(pattern.format(day)).value == day
