"""Which cells are dates: numbers are told apart by how a workbook shows them (ECMA-376 Part 1, 18.8.30 and 18.8.31)."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from xml.etree.ElementTree import Element

from xltools.core.sheet import Scalar

# 27-36 and 50-58 are the built-ins of Chinese, Japanese and Korean Excel; files name them without saying what they are.
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)))
_BUILT_IN_ELAPSED = 46  # [h]:mm:ss

# Quoted, escaped, spacing and filling characters; brackets; the word General, which WPS writes as G/通用格式.
_TOKEN = re.compile(r'"[^"]*"?|[\\_*].?|\[[^\]]*\]?|General|G/通用格式|AM/PM|A/P|上午/下午|aaaa?|.', re.I | re.S)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.I)
_DATE_WORDS = frozenset(("y", "m", "d", "h", "s", "e", "b", "aaa", "aaaa", "am/pm", "a/p", "上午/下午"))

_MILLISECONDS = 86_400_000
_1904 = 1_462  # days from one epoch to the other
_EPOCH = dt.date(1899, 12, 30)
_DAY_ZERO = dt.datetime.combine(_EPOCH, dt.time())
_LONGEST = dt.timedelta.max.days - 1
_LAST = (dt.date.max - _EPOCH).days


class Moment(Enum):
    """What a number stands for when its format shows a time."""

    DATE = auto()
    ELAPSED = auto()


def read_moments(styles: Element) -> Mapping[int, Moment]:
    """Of a styles part, the cell styles by which a number is a time; styles are counted as cells name them."""
    codes = {one.get("numFmtId", ""): one.get("formatCode", "") for one in _children(styles, "numFmts")}
    found: dict[int, Moment] = {}
    for index, style in enumerate(_children(styles, "cellXfs")):
        id_ = style.get("numFmtId", "")
        moment = format_moment(codes[id_]) if codes.get(id_) else built_in_moment(_number_of(id_))
        if moment:
            found[index] = moment
    return found


def format_moment(code: str) -> Moment | None:
    """What a number format shows by its first section, the one for positive numbers; None for plain numbers."""
    for token in _TOKEN.findall(code):
        if _ELAPSED.fullmatch(token):
            return Moment.ELAPSED
        # No date has a digit before its first word; exporters that leave a unit unquoted write `0 pcs`.
        if token in {";", "0", "#", "?"}:
            return None
        if token.lower() in _DATE_WORDS:
            return Moment.DATE
    return None


def serial_moment(number: float, moment: Moment, *, since_1904: bool) -> Scalar:
    """A number as the time it stands for, to the millisecond; the number itself where Python has no such time.

    Below 1 it is a time of day, a whole one a date, any other both. Excel's 29 February 1900, day 60, never was: it is
    the day before, as in other readers.
    """
    if moment is Moment.ELAPSED:
        return dt.timedelta(milliseconds=_round(number * _MILLISECONDS)) if abs(number) < _LONGEST else number
    serial = number + _1904 if since_1904 else number
    if not abs(serial) < _LAST + 1:
        return number
    if serial < 60:
        serial += 1
    milliseconds = _round(serial * _MILLISECONDS)
    if number < 1:
        return (_DAY_ZERO + dt.timedelta(milliseconds=milliseconds % _MILLISECONDS)).time()
    try:
        at = _DAY_ZERO + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return number
    return at.date() if number == int(number) else at


def read_iso_moment(text: str) -> Scalar:
    """A date, time or both as ISO 8601 writes them, whatever zone is named; the text itself where it is none."""
    if "-" not in text and ":" not in text:  # 2026 is no time of day
        return text
    for read in (dt.date.fromisoformat, _read_time, _read_both):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _read_time(text: str) -> dt.time:
    return dt.time.fromisoformat(text).replace(tzinfo=None)


def _read_both(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=None)


def built_in_moment(number: int) -> Moment | None:
    """What the format of this number shows where the file does not spell it out."""
    if number == _BUILT_IN_ELAPSED:
        return Moment.ELAPSED
    return Moment.DATE if number in _BUILT_IN_DATES else None


def _number_of(id_: str) -> int:
    return int(id_[:6]) if id_.isascii() and id_.isdecimal() else 0


def _children(styles: Element, section: str) -> Iterator[Element]:
    """The children of a section; the namespace differs between strict and transitional files."""
    return (child for part in styles if part.tag.rpartition("}")[2] == section for child in part)


def _round(number: float) -> int:
    """Half away from zero, where Python would go to the even one."""
    return int(number + 0.5) if number >= 0 else -int(0.5 - number)
