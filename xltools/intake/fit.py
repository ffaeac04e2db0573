"""Whether what stands under a header is what its field holds: one header means different things in two factories."""

import datetime as dt
import re
from collections.abc import Iterable
from itertools import islice

from xltools.core.sheet import CellError, Scalar, is_blank
from xltools.forms.model import FieldType, FormField
from xltools.intake.convert import is_left_blank, read_scalar
from xltools.intake.dates import read_date
from xltools.intake.numbers import read_number
from xltools.intake.quantity import split_quantity
from xltools.intake.unread import Unread

_LOOKED_AT = 50  # values of a column that are enough to tell what it holds
# What is wrong with a value that is of the field's type nevertheless.
_OF_ITS_TYPE = frozenset(
    {
        "date-ambiguous",
        "date-without-day",
        "number-ambiguous",
        "number-not-whole",
        "number-too-small",
        "number-too-large",
        "terms-not-whole",
        "choice-several-ticked",
        "unit-differs",
        "unit-not-convertible",
    }
)
_DAY = re.compile(r"\s*\d{4}[年/]\d{1,2}[月/]")
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT})


def fits_field(value: Scalar, field: FormField) -> bool:
    """True for a value that the field's type can mean, be it ambiguous or out of bounds, and for a blank.

    Any text fits a text; a date is no code, though some columns headed 任务号 hold nothing else.
    """
    if field.type in _NUMBERS and read_number(value) is not None:
        return True
    if is_left_blank(value, field) or isinstance(value, CellError):
        return True
    if field.type is FieldType.CODE and _is_day(value):
        return False
    given = read_scalar(value, field)
    if not isinstance(given, Unread) or given.code in _OF_ITS_TYPE:
        return True
    return field.type in _NUMBERS and split_quantity(value) is not None


def _is_day(value: Scalar) -> bool:
    """True for a date cell, and for text that says that a day is one: `2025/2/18交`, but not 20250218."""
    if isinstance(value, str):
        return bool(_DAY.match(value)) and read_date(value).value is not None
    return isinstance(value, dt.date | dt.time | dt.timedelta)


def measure_fit(values: Iterable[Scalar], field: FormField) -> float:
    """The share, from 0 to 1, of the first 50 filled values that fit the field; 1 where none is filled."""
    filled = list(islice((value for value in values if not is_blank(value)), _LOOKED_AT))
    return sum(fits_field(value, field) for value in filled) / len(filled) if filled else 1.0
