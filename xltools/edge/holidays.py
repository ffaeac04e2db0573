"""China's public holidays and make-up working days (chinese-calendar)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicDays:
    """Days off, weekend days that are worked (调休), and the years for which neither is known."""

    holidays: frozenset[dt.date]
    workdays: frozenset[dt.date]
    unknown_years: tuple[int, ...]


def china_days(years: Iterable[int]) -> PublicDays:
    """The State Council's holidays and make-up days of these years.

    The State Council names them each November for the year after; a year that the installed library does not know yet
    comes back as unknown, so that the desk can warn and count plain weekends.
    """
    # Imported here: only desks with `country: CN` need it.
    import chinese_calendar  # noqa: PLC0415

    holidays: set[dt.date] = set()
    workdays: set[dt.date] = set()
    unknown: list[int] = []
    for year in sorted(set(years)):
        try:
            for day in _days_of(year):
                is_off, name = chinese_calendar.get_holiday_detail(day)
                # Plain weekends and weekdays have no name; the factory's own weekend decides them.
                if name:
                    (holidays if is_off else workdays).add(day)
        except NotImplementedError:
            unknown.append(year)
    return PublicDays(frozenset(holidays), frozenset(workdays), tuple(unknown))


def _days_of(year: int) -> Iterable[dt.date]:
    first = dt.date(year, 1, 1)
    return (first + dt.timedelta(days=index) for index in range((dt.date(year + 1, 1, 1) - first).days))
