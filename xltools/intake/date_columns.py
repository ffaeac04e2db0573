"""Delivery dates as columns: a header cell is a date, the cells under it are the quantities due then."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from xltools.core.codec import plain_decimal
from xltools.core.place import Place
from xltools.core.sheet import Cell, CellError, Scalar, Sheet, is_blank
from xltools.intake.dates import read_date
from xltools.intake.numbers import read_number

_NOTHING = frozenset({"-", "—", "－", "/", "0"})  # typed where nothing is due
_SHORTEST, _LONGEST = 3, 30  # letters of a date as text


def read_date_header(value: Scalar) -> str:
    """The date that heads a column, in ISO form where it has one meaning, else as it is written; empty for others."""
    if isinstance(value, str) and not (_SHORTEST <= len(value) <= _LONGEST and any(map(str.isdigit, value))):
        return ""
    if not isinstance(value, (str, float, dt.date)) or isinstance(value, bool):
        return ""
    reading = read_date(value)
    if isinstance(reading.value, dt.date):
        return reading.value.isoformat()
    # A number such as 6.1 may be anything: only a text can be a date of two meanings.
    return value.strip() if reading.ambiguous and isinstance(value, str) else ""


def join_deliveries(sheet: Sheet, row: int, dates: Mapping[int, str]) -> tuple[Cell, Cell | None]:
    """The deliveries of one row as one cell, `2026-03-01×300; 2026-04-01×200`, and their sum as a cell.

    The place is that of the first delivery, or of what is none; without any delivery both are blank.
    """
    parts: list[str] = []
    total = Decimal(0)
    first: Place | None = None
    for column, date in dates.items():
        value = sheet.value(row, column)
        if is_blank(value) or value == 0 or (isinstance(value, str) and value.strip() in _NOTHING):
            continue
        place = sheet.place(row, column)
        number = read_number(value)
        if isinstance(value, CellError):
            return Cell(value, place), None
        if number is None:
            return Cell(f"{date}×{value}", place), None
        first = first or place
        total += number
        parts.append(f"{date}×{plain_decimal(number)}")
    if first is None:
        return Cell(None, sheet.place(row, min(dates))), None
    return Cell("; ".join(parts), first), Cell(float(total), first)
