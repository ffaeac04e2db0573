"""Dates and delivery schedules as people type them; what has two meanings is told, not chosen."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from xltools.core.record import Schedule, ScheduledDelivery
from xltools.core.sheet import Scalar

EARLIEST, LATEST = dt.date(1980, 1, 1), dt.date(2100, 12, 31)
_EXCEL_EPOCH = dt.date(1899, 12, 30)  # serial 0 of the 1900 date system, its false 29 February 1900 allowed for

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+00:00(?::00)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4}|\d{2})")
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
# 要求交期 that is still to be promised, and terms that run from another event.
_UNDATED = re.compile(
    r"tbc|tba|tbd|asap|待定|待确认|未定|尽快|另行通知|[^\d×;]{1,12}后\s*\d{1,3}\s*(天|日|个?工作日)", re.IGNORECASE
)
_DELIVERED = re.compile(r"(?<=[\d日])\s*(交货?|出货|发货)$")  # 2025/2/18交
_PART = re.compile(r"(.+?)\s*[×xX*:]\s*(\d[\d,]*(?:\.\d+)?)\s*[^\d\s]{0,4}")
_PART_SEPARATOR = re.compile(r"\s*[;\n]\s*")


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a cell says: a date or schedule, or several readings between which nobody but its writer can choose."""

    value: dt.date | Schedule | None = None
    ambiguous: tuple[str, ...] = ()


def read_date(value: Scalar) -> DateReading:
    """A date cell, a serial number in a cell without date format, or text; years from 1980 to 2100."""
    if isinstance(value, dt.datetime):
        return _plausible(value.date())
    if isinstance(value, dt.date):
        return _plausible(value)
    if isinstance(value, float) and not isinstance(value, bool):
        return _read_serial(value)
    if isinstance(value, str):
        return _read_text(unicodedata.normalize("NFKC", value).strip())
    return DateReading()


def read_schedule(value: Scalar) -> DateReading:
    """A date; several as `2026-03-01×300; 2026-04-01×200`; or words such as `TBC`, which mean to be promised."""
    if not isinstance(value, str):
        return _as_schedule(read_date(value))
    text = unicodedata.normalize("NFKC", value).strip()
    whole = _read_part(text)
    if whole.value or whole.ambiguous:
        return whole
    deliveries: list[ScheduledDelivery] = []
    for part in _PART_SEPARATOR.split(text):
        split = _PART.fullmatch(part)
        reading = _read_part(split[1] if split else part)
        if not isinstance(reading.value, tuple):
            return reading
        quantity = Decimal(split[2].replace(",", "")) if split else None
        deliveries.append(ScheduledDelivery(reading.value[0].date, quantity, words=reading.value[0].words))
    return DateReading(tuple(deliveries))


def _read_part(text: str) -> DateReading:
    if _UNDATED.fullmatch(text):
        return DateReading((ScheduledDelivery(words=text),))
    return _as_schedule(_read_text(_DELIVERED.sub("", text)))


def _as_schedule(reading: DateReading) -> DateReading:
    if isinstance(reading.value, dt.date):
        return DateReading((ScheduledDelivery(reading.value),))
    return reading


def _read_serial(value: float) -> DateReading:
    # 6.1 typed for 1 June is a number to Excel; small numbers are never serials of our time.
    if not value.is_integer():
        return _read_text(f"{value:g}")
    if 0 <= value <= (LATEST - _EXCEL_EPOCH).days:
        return _plausible(_EXCEL_EPOCH + dt.timedelta(days=int(value)))
    return _read_text(f"{value:.0f}")


def _read_text(text: str) -> DateReading:
    for pattern in (_YEAR_FIRST, _COMPACT):
        if match := pattern.fullmatch(text):
            return _plausible(_date(int(match[1]), int(match[2]), int(match[3])))
    if match := _YEAR_LAST.fullmatch(text):
        return _choose(_year_last_readings(*map(int, match.groups())))
    if match := _NO_YEAR.fullmatch(text):
        return _no_year_reading(int(match[1]), int(match[2]))
    return DateReading()


def _year_last_readings(first: int, second: int, year: int) -> list[dt.date | None]:
    if year >= 100:
        return [_date(year, first, second), _date(year, second, first)]
    # Two digits may be the year at either end: 03/04/19 is 3 April, 4 March, or 2003.
    return [_date(2000 + year, first, second), _date(2000 + year, second, first), _date(2000 + first, second, year)]


def _choose(readings: list[dt.date | None]) -> DateReading:
    possible = sorted({reading for reading in readings if reading and EARLIEST <= reading <= LATEST})
    if len(possible) == 1:
        return DateReading(possible[0])
    return DateReading(ambiguous=tuple(day.isoformat() for day in possible))


def _no_year_reading(month: int, day: int) -> DateReading:
    """A date without a year: which year is for its writer to say."""
    readings = [f"YYYY-{m:02}-{d:02}" for m, d in {(month, day), (day, month)} if _date(2000, m, d)]
    return DateReading(ambiguous=tuple(sorted(readings)))


def _plausible(day: dt.date | None) -> DateReading:
    return DateReading(day if day and EARLIEST <= day <= LATEST else None)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
