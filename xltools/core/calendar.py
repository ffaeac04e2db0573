"""The factory's working days."""

import datetime as dt
from dataclasses import dataclass, field

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked: the weekend (0 is Monday), holidays off, and weekend days that are worked (调休)."""

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[dt.date] = field(default=frozenset())
    workdays: frozenset[dt.date] = field(default=frozenset())

    def is_working_day(self, day: dt.date) -> bool:
        """True when the factory works that day."""
        if day in self.workdays:
            return True
        return day not in self.holidays and day.weekday() not in self.weekend

    def add_working_days(self, day: dt.date, days: int) -> dt.date:
        """The date that many working days after `day`; `day` itself for 0."""
        while days > 0:
            day += _DAY
            days -= self.is_working_day(day)
        return day
