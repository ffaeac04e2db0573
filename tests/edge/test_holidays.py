import datetime as dt

from xltools.core.calendar import WorkCalendar
from xltools.edge.holidays import china_days


def test_national_day_is_off_and_the_make_up_saturday_is_worked():
    days = china_days([2026])
    calendar = WorkCalendar(holidays=days.holidays, workdays=days.workdays)
    assert not calendar.is_working_day(dt.date(2026, 10, 1))
    assert calendar.is_working_day(dt.date(2026, 10, 10))
    assert days.unknown_years == ()


def test_plain_weekends_are_left_to_the_factory():
    days = china_days([2026])
    assert dt.date(2026, 3, 7) not in days.holidays | days.workdays


def test_a_year_that_nobody_knows_yet_is_said_to_be_unknown():
    days = china_days([2026, 2099, 1998])
    assert days.unknown_years == (1998, 2099)
    assert {day.year for day in days.holidays} == {2026}
