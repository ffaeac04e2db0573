"""When mails go out: in working hours, on working days; and how long to wait after a failure."""

import datetime as dt
from dataclasses import dataclass

from xltools.core.calendar import WorkCalendar

_WAITS = (5, 15, 30, 60, 120, 240)  # minutes after the first failure, the second …; the last one from then on
_FURTHEST = 60  # days: a calendar without any working day in them is wrong


@dataclass(frozen=True, slots=True)
class SendHours:
    """The hours of a day in which mails go out, from `opens` until before `closes`; of working days only, or all."""

    opens: dt.time = dt.time(8)
    closes: dt.time = dt.time(18)
    workdays_only: bool = True

    def is_open(self, local: dt.datetime, calendar: WorkCalendar) -> bool:
        """True where mails go out at that time of the desk's time zone."""
        return self._is_open_on(local.date(), calendar) and self.opens <= local.time() < self.closes

    def next_opening(self, local: dt.datetime, calendar: WorkCalendar) -> dt.datetime:
        """When mails go out next: at once within the hours, else when they begin again."""
        if self.is_open(local, calendar):
            return local
        today = local.date() if local.time() < self.opens else local.date() + dt.timedelta(1)
        days = (today + dt.timedelta(ahead) for ahead in range(_FURTHEST))
        day = next((one for one in days if self._is_open_on(one, calendar)), today)
        return dt.datetime.combine(day, self.opens, local.tzinfo)

    def _is_open_on(self, day: dt.date, calendar: WorkCalendar) -> bool:
        return not self.workdays_only or calendar.is_working_day(day)


def retry_wait(failures: int) -> dt.timedelta:
    """How long to wait after so many failures in a row; none before the first."""
    if failures <= 0:
        return dt.timedelta()
    return dt.timedelta(minutes=_WAITS[min(failures, len(_WAITS)) - 1])
