import datetime as dt

import pytest

from xltools.core.calendar import WorkCalendar
from xltools.core.send_hours import SendHours, retry_wait
from xltools.forms.mail_settings import read_hours

HOURS = SendHours(dt.time(8), dt.time(18))
OFF = WorkCalendar(holidays=frozenset({dt.date(2026, 4, 6)}), workdays=frozenset({dt.date(2026, 4, 11)}))


def at(day, hour, minute=0):
    return dt.datetime(2026, 4, day, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(7, 8), at(7, 8)),
        (at(7, 17, 59), at(7, 17, 59)),
        (at(7, 7, 59), at(7, 8)),
        (at(7, 18), at(8, 8)),
        (at(3, 20), at(7, 8)),  # Friday evening, then a weekend and a holiday
        (at(6, 10), at(7, 8)),  # the holiday
        (at(10, 19), at(11, 8)),  # a Saturday that is worked
    ],
)
def test_mails_go_in_working_hours_of_working_days(now, opens):
    assert HOURS.next_opening(now, OFF) == opens
    assert HOURS.is_open(now, OFF) == (now == opens)


def test_on_every_day_only_the_hours_count():
    assert SendHours(dt.time(8), dt.time(18), workdays_only=False).is_open(at(6, 10), OFF)


def test_the_rests_grow_up_to_four_hours():
    assert [retry_wait(count).total_seconds() / 60 for count in range(8)] == [0, 5, 15, 30, 60, 120, 240, 240]


@pytest.mark.parametrize("text", ["", "8-18", "18:00-08:00", "08:00-08:00", "08:00-25:00", "08:00", "24:00-24:00"])
def test_what_is_no_hours_of_a_day_is_none(text):
    assert read_hours(text) is None


def test_hours_are_read():
    assert read_hours("08:30 - 17:15") == (dt.time(8, 30), dt.time(17, 15))
    assert read_hours("00:00-24:00") == (dt.time(0), dt.time.max)
