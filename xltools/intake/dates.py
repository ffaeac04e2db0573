"""Dates as people type them; what has two meanings is told, not chosen."""

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from xltools.core.sheet import Scalar
from xltools.forms.model import DateOrder
from xltools.intake.conventions import NOTHING_SETTLED, Conventions

EARLIEST, LATEST = dt.date(1980, 1, 1), dt.date(2100, 12, 31)
_EXCEL_EPOCH = dt.date(1899, 12, 30)  # serial 0 of the 1900 date system, its false 29 February 1900 allowed for
_FIRST_SERIAL, _LAST_SERIAL = (EARLIEST - _EXCEL_EPOCH).days, (LATEST - _EXCEL_EPOCH).days

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<name>jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAYS = ("一mon", "二tue", "三wed", "四thu", "五fri", "六sat", "日天sun")
_WEEKDAY = re.compile(
    r"[(\[]?\s*(?:周|星期|礼拜)\s*([一二三四五六日天])\s*[)\]]?|[(\[]\s*([一二三四五六日天])\s*[)\]]"
    r"|[(\[]?\b(mon|tue|wed|thu|fri|sat|sun)(?:s?day|nesday|rsday|urday|s|rs|nes)?\b\.?[)\]]?,?"
)
_TIME = re.compile(r"(?<=[\d日号])(?:t|\s+|(?<=[日号]))(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:\s*[ap]m)?$")
_DELIVERED = re.compile(r"(?<=[\d日号])\s*(交货?|出货|发货)$")  # 2025/2/18交

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?")
_SHORT_YEAR_FIRST = re.compile(r"(\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
_MONTH_AND_DAY = re.compile(r"(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?")
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_NAMED = (
    re.compile(rf"{_MONTH}\s*{_DAY}(?:\s*,\s*|\s+)(?P<year>\d{{4}}|\d{{2}})"),  # Jul 11, 2025
    re.compile(rf"{_DAY}\s*(?:of)?[-/\s.]*{_MONTH}[-/\s,]*(?P<year>\d{{4}})"),  # 11-Jul-2025
    re.compile(rf"(?P<year>\d{{4}})[-/\s]*{_MONTH}[-/\s]*{_DAY}"),
    re.compile(rf"{_MONTH}\s+{_DAY}"),
    re.compile(rf"{_DAY}\s*[-\s]\s*{_MONTH}"),
)
_NAMED_SHORT = re.compile(rf"(?P<first>\d{{1,2}})[-/\s]*{_MONTH}[-/\s]*(?P<last>\d{{2}})")  # 11-Jul-25
_NO_DAY = re.compile(r"(\d{4})\s*(?:年\s*(\d{1,2})\s*月份?|[-/.]\s*(\d{1,2}))")
_NAMED_NO_DAY = re.compile(rf"{_MONTH}[-/\s,]*(?P<year>\d{{4}})")
_SEPARATOR = re.compile(r"\s*[,;、&和及]\s*|\s+")
_MOST_DATES = 12


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a cell says: a date, or why it is none.

    `ambiguous` are several readings between which nobody but its writer can choose. Otherwise `code` is that of the
    problem, and `example` what could be typed.
    """

    value: dt.date | None = None
    ambiguous: tuple[str, ...] = ()
    code: str = "date-not-understood"
    example: str = ""


class Reading(NamedTuple):
    """One way to read a text: the order of day, month and year it supposes, empty where the text leaves no choice."""

    order: DateOrder | None
    year: int | None
    month: int
    day: int

    @property
    def is_date(self) -> bool:
        """True for a day that the calendar has; any 29 February where no year is given."""
        return 1 <= self.month <= 12 and 1 <= self.day <= calendar.monthrange(self.year or 2000, self.month)[1]

    @property
    def is_of_our_time(self) -> bool:
        """True for a date from 1980 to 2100, and for one without a year."""
        return self.year is None or EARLIEST.year <= self.year <= LATEST.year

    def __str__(self) -> str:
        return f"{self.year or 'YYYY'}-{self.month:02}-{self.day:02}"


def read_date(value: Scalar, conventions: Conventions = NOTHING_SETTLED) -> DateReading:
    """A date cell, a serial number in a cell without date format, or text; years from 1980 to 2100.

    What has several readings is one date only where `conventions` settle it.
    """
    if isinstance(value, dt.datetime):
        return _of_our_time(value.date())
    if isinstance(value, dt.date):
        return _of_our_time(value)
    if isinstance(value, bool):
        return DateReading()
    if isinstance(value, int | float):
        return _read_number(float(value), conventions)
    if isinstance(value, str):
        return read_date_text(unicodedata.normalize("NFKC", value), conventions)
    # Midnight alone is what a 0 in a date cell comes to.
    return DateReading(code="date-out-of-range" if value == dt.time() else "date-not-understood")


def read_date_text(text: str, conventions: Conventions = NOTHING_SETTLED) -> DateReading:
    """A date in NFKC text, or several, which are ambiguous: parts of a delivery, or one date that was changed."""
    if match := _YEAR_FIRST.fullmatch(text):  # what nearly every date in text is
        return _choose([Reading(None, *map(int, match.groups()))], conventions, None)
    text, weekday = _strip_weekday(text.strip().casefold())
    text = _DELIVERED.sub("", _TIME.sub("", text)).strip()
    readings = list(_all_readings(text))
    if readings:
        return _choose(readings, conventions, weekday)
    if match := _NO_DAY.fullmatch(text) or _NAMED_NO_DAY.fullmatch(text):
        return _without_day(match)
    return DateReading(ambiguous=_read_several(text))


def _read_number(value: float, conventions: Conventions) -> DateReading:
    if _FIRST_SERIAL <= value < _LAST_SERIAL + 1:
        return DateReading(_EXCEL_EPOCH + dt.timedelta(days=int(value)))
    if not value.is_integer():
        # 6.1 typed for 1 June is a number to Excel, and so is 6.10 for the tenth: both are 6.1 then.
        text = f"{value:g}"
        both = (text, f"{text}0") if re.fullmatch(r"\d+\.[123]", text) else (text,)
        readings = [reading for one in both for reading in _readings(one)]
        return _choose(readings, conventions, None) if readings else read_date_text(text, conventions)
    if 0 <= value < _FIRST_SERIAL:
        return DateReading(code="date-out-of-range")
    return read_date_text(f"{value:.0f}", conventions)


def _strip_weekday(text: str) -> tuple[str, int | None]:
    match = _WEEKDAY.search(text)
    if match is None:
        return text, None
    word = next(filter(None, match.groups()))
    day = next(index for index, words in enumerate(_WEEKDAYS) if word in words)
    return (text[: match.start()].rstrip(" ,") + " " + text[match.end() :].lstrip(" ,")).strip(), day


def _readings(text: str) -> Iterator[Reading]:
    """All readings of a text that is one date as a whole, those of no possible date left out."""
    return (reading for reading in _all_readings(text) if reading.is_date)


def _all_readings(text: str) -> Iterator[Reading]:
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        yield Reading(None, *map(int, match.groups()))
    elif match := _SHORT_YEAR_FIRST.fullmatch(text):
        yield Reading(None, 2000 + int(match[1]), int(match[2]), int(match[3]))
    elif match := _YEAR_LAST.fullmatch(text):
        yield from _year_last_readings(int(match[1]), int(match[3]), int(match[4]))
    elif match := _MONTH_AND_DAY.fullmatch(text):
        yield Reading(None, None, int(match[1]), int(match[2]))
    elif match := _NO_YEAR.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        yield Reading("month-first", None, first, second)
        yield Reading("day-first", None, second, first)
    elif _SERIAL.fullmatch(text) and _FIRST_SERIAL <= float(text) <= _LAST_SERIAL:
        day = _EXCEL_EPOCH + dt.timedelta(days=int(float(text)))
        yield Reading(None, day.year, day.month, day.day)
    elif text[:1].isascii():
        yield from _named_readings(text)


def _year_last_readings(first: int, second: int, year: int) -> Iterator[Reading]:
    full = year if year >= 100 else 2000 + year
    yield Reading("month-first", full, first, second)
    yield Reading("day-first", full, second, first)
    if year < 100:  # the year may stand at either end: 03/04/19 is 3 April, 4 March, or 2003
        yield Reading("year-first", 2000 + first, second, year)


def _named_readings(text: str) -> Iterator[Reading]:
    for pattern in _NAMED:
        if match := pattern.fullmatch(text):
            given = int(match["year"]) if "year" in pattern.groupindex else None
            year = 2000 + given if given is not None and given < 100 else given
            yield Reading(None, year, _month(match), int(match["day"]))
            return
    if match := _NAMED_SHORT.fullmatch(text):
        yield Reading("day-first", 2000 + int(match["last"]), _month(match), int(match["first"]))
        yield Reading("year-first", 2000 + int(match["first"]), _month(match), int(match["last"]))


def _month(match: re.Match[str]) -> int:
    return _MONTHS.index(match["name"][:3]) + 1


def _choose(readings: Iterable[Reading], conventions: Conventions, weekday: int | None) -> DateReading:
    """The one reading that is possible and that nothing settled speaks against."""
    possible = [reading for reading in readings if reading.is_of_our_time and reading.is_date]
    if not possible:
        return DateReading(code=_reason_of(readings))
    settled = [reading for reading in possible if _agrees(reading, conventions.date_order)] or possible
    found = {_give_year(reading, conventions.year_from) for reading in settled}
    if weekday is not None:
        # A weekday that no reading falls on is a slip in one of the two.
        on_day = {one for one in found if one.year and dt.date(one.year, one.month, one.day).weekday() == weekday}
        found = on_day or (found if len(found) > 1 else {*found, _unknown_year(next(iter(found)))})
    if len({one[1:] for one in found}) == 1 and (only := next(iter(found))).year:
        return DateReading(dt.date(only.year, only.month, only.day))
    return DateReading(ambiguous=tuple(sorted({str(one) for one in found})))


def _reason_of(readings: Iterable[Reading]) -> str:
    """1900-01-00 is an empty cell with a date format; 2025-02-30 is no day."""
    is_date = any(reading.is_date or (reading.year or LATEST.year) < EARLIEST.year for reading in readings)
    return "date-out-of-range" if is_date else "date-not-understood"


def _unknown_year(reading: Reading) -> Reading:
    return reading._replace(year=None)


def _agrees(reading: Reading, order: DateOrder | None) -> bool:
    if order is None or reading.order in {None, order}:
        return True
    # Where years come first, months come before days.
    return order == "year-first" and reading.order == "month-first" and reading.year is None


def _give_year(reading: Reading, year_from: dt.date | None) -> Reading:
    """The reading as the next such day from `year_from` on."""
    if reading.year is not None or year_from is None:
        return reading
    for year in range(year_from.year, year_from.year + 9):  # 29 February may be eight years off
        dated = reading._replace(year=year)
        if dated.is_date and dt.date(year, reading.month, reading.day) >= year_from:
            return dated
    return reading


def _without_day(match: re.Match[str]) -> DateReading:
    """2025年7月: a month is no date, and its last day no better than its first."""
    if "name" in match.re.groupindex:
        year, month = int(match["year"]), _month(match)
    else:
        year, month = int(match[1]), int(match[2] or match[3])
    last = Reading(None, year, month, calendar.monthrange(year, month)[1] if 1 <= month <= 12 else 0)
    if not last.is_date or not last.is_of_our_time:
        return DateReading()
    return DateReading(code="date-without-day", example=str(last))


def _read_several(text: str) -> tuple[str, ...]:
    """The readings of `11/22,12/25` or `2023/6/13 6/16`: in parts, or one of the dates alone; empty for other text."""
    parts = [part for part in _SEPARATOR.split(text) if part]
    if not 2 <= len(parts) <= _MOST_DATES:
        return ()
    of_parts = [list(_readings(_DELIVERED.sub("", part))) for part in parts]
    orders: tuple[DateOrder, ...] = ("year-first", "month-first", "day-first")
    found: dict[str, None] = {}
    for order in orders:
        dates = _read_in_order(of_parts, order)
        if dates:
            found.update(dict.fromkeys(("; ".join(f"{day}×…" for day in dates), *dates)))
    return tuple(found)


def _read_in_order(of_parts: list[list[Reading]], order: DateOrder) -> list[str]:
    """Each part as one order of day, month and year has it; a part without a year takes that of the part before."""
    dates: list[str] = []
    year: int | None = None
    for readings in of_parts:
        reading = next((one for one in readings if one.is_of_our_time and _agrees(one, order)), None)
        if reading is None:
            return []
        year = reading.year or year
        dates.append(str(reading._replace(year=year)))
    return dates


def _of_our_time(day: dt.date) -> DateReading:
    return DateReading(day) if EARLIEST <= day <= LATEST else DateReading(code="date-out-of-range")
