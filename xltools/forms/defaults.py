"""Whether a field would take its default."""

import datetime as dt
import re
from decimal import Decimal

from xltools.core.text import label_key
from xltools.forms.model import FieldType, FormField

RECEIVED = "$received"  # the day the desk took the workbook in
_NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT}
_PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s?%")


def default_fits(field: FormField, value: str | int | bool | Decimal) -> bool:
    """True when a default is of the field's type, among its choices and within its bounds."""
    if field.type in _NUMBERS:
        return _fits_number(field, value)
    if field.type is FieldType.YES_NO:
        return isinstance(value, bool)
    if field.type is FieldType.CHOICE:
        words = (word for each in field.choices for word in (each.value, each.label.zh, each.label.en, *each.aliases))
        return not isinstance(value, bool) and label_key(str(value)) in map(label_key, words)
    if field.type is FieldType.DATE:
        return value == RECEIVED or (isinstance(value, str) and _is_date(value))
    return not isinstance(value, bool) and not str(value).startswith("$")


def _fits_number(field: FormField, value: str | int | bool | Decimal) -> bool:
    if isinstance(value, str) and field.type is FieldType.PERCENT and (match := _PERCENTAGE.fullmatch(value)):
        value = Decimal(match[1]) / 100
    if isinstance(value, bool | str):
        return False
    number = Decimal(value)
    return (
        (field.minimum is None or number >= field.minimum)
        and (field.above is None or number > field.above)
        and (field.maximum is None or number <= field.maximum)
        and (field.type is not FieldType.INTEGER or number == number.to_integral_value())
    )


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
