"""One cell × one field → a value, or the problem that it is none. Nothing is guessed."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from xltools.core.codec import plain_decimal
from xltools.core.money import round_to
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import FieldValue, Origin, Value
from xltools.core.sheet import Cell, CellError, Scalar
from xltools.core.text import label_key, normalize_text
from xltools.forms.model import FieldType, FormField
from xltools.intake.dates import DateReading, read_date, read_schedule

_YES = {"是", "y", "yes", "true", "√", "✓", "有", "对", "是yes", "1"}
_NO = {"否", "n", "no", "false", "×", "✗", "无", "不", "否no", "0"}
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")
_CURRENCY_SIGNS = re.compile(r"^(RMB|CNY|USD|US\$|EUR|HKD|HK\$|JPY|[¥￥$€])\s*|\s*(元|圆)$")
_TOO_LARGE = Decimal(10) ** 15
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s\-()/,;.转extEXT*#]{5,40}")

Converted = FieldValue | Problem


def convert_cell(cell: Cell, field: FormField, origin: Origin = Origin.CELL) -> Value | Problem:
    """The value of a cell that is not blank, as its field's type reads it."""
    converted = convert_scalar(cell.value, field, cell.place)
    if isinstance(converted, Problem):
        return converted
    return Value(converted, cell.place, origin)


def convert_scalar(value: Scalar, field: FormField, place: Place) -> Converted:
    """A scalar as the field's type reads it, within the field's bounds, choices and pattern; an error cell never."""
    if isinstance(value, CellError):
        return _tell_error(value, field, place)
    converted = _convert_type(value, field, place)
    if isinstance(converted, Problem):
        return converted
    return _check_bounds(converted, field, place) or converted


def _tell_error(value: CellError, field: FormField, place: Place) -> Problem:
    """A formula that went wrong, or that a program saved without calculating it, says nothing: not even blank."""
    if value.startswith("="):
        return error("formula-not-calculated", place, field.name, value=value)
    return error("cell-error", place, field.name, value=value)


def _convert_type(value: Scalar, field: FormField, place: Place) -> Converted:
    match field.type:
        case FieldType.INTEGER | FieldType.DECIMAL | FieldType.MONEY | FieldType.PERCENT:
            return _convert_number(value, field, place)
        case FieldType.DATE:
            return _from_reading(read_date(value), value, field, place)
        case FieldType.SCHEDULE:
            return _from_reading(read_schedule(value), value, field, place)
        case FieldType.CHOICE:
            return _convert_choice(value, field, place)
        case FieldType.YES_NO:
            return _convert_yes_no(value, field, place)
        case FieldType.EMAIL:
            return _convert_pattern(value, field, place, _EMAIL, "email-not-understood")
        case FieldType.PHONE:
            return _convert_pattern(value, field, place, _PHONE, "phone-not-understood")
        case FieldType.CODE:
            return plain_text(value)
        case FieldType.TEXT:
            return plain_text(value) if not isinstance(value, str) else value.strip()


def plain_text(value: Scalar) -> str:
    """A scalar as the text of a code: NFKC, trimmed; `10248.0`, a number cell, is `10248`."""
    if isinstance(value, float):
        return plain_decimal(Decimal(repr(value)))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return normalize_text("" if value is None else str(value))


def _convert_number(value: Scalar, field: FormField, place: Place) -> Converted:
    number = read_number(value, percent=field.type is FieldType.PERCENT)
    if number is None:
        return error("number-not-understood", place, field.name, value=plain_text(value))
    if field.type is FieldType.INTEGER:
        if number != number.to_integral_value():
            return error("number-not-whole", place, field.name, value=plain_text(value))
        return int(number)
    return round_to(number, field.decimal_places)


def read_number(value: Scalar, *, percent: bool = False) -> Decimal | None:
    """A number cell, or text such as `1,200`, `１２０`, `¥3.50` (`13%` with `percent`); None for other things."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return _plausible(Decimal(repr(value)))
    if not isinstance(value, str):
        return None
    text = _CURRENCY_SIGNS.sub("", unicodedata.normalize("NFKC", value).strip()).strip()
    scale = 0
    if percent and text.endswith("%"):
        text, scale = text[:-1].strip(), -2
    if not text or not _NUMBER.fullmatch(text):
        return None
    try:
        return _plausible(Decimal(text.replace(",", "")).scaleb(scale))
    except InvalidOperation:  # "+" or "." alone
        return None


def _plausible(number: Decimal) -> Decimal | None:
    """Excel keeps 15 digits: a number beyond them was not meant as one."""
    return number if number.is_finite() and abs(number) < _TOO_LARGE else None


def _from_reading(reading: DateReading, value: Scalar, field: FormField, place: Place) -> Converted:
    if reading.ambiguous:
        readings = " / ".join(reading.ambiguous)
        return error("date-ambiguous", place, field.name, value=plain_text(value), readings=readings)
    if reading.value is None:
        return error("date-not-understood", place, field.name, value=plain_text(value))
    return reading.value


def _convert_choice(value: Scalar, field: FormField, place: Place) -> Converted:
    key = label_key(plain_text(value))
    for choice in field.choices:
        label = choice.label
        if key in map(label_key, (choice.value, label.zh, label.en, label.text.both, *choice.aliases)):
            return choice.value
    options = "、".join(choice.label.text.both for choice in field.choices)
    return error("choice-unknown", place, field.name, value=plain_text(value), options=options)


def _convert_yes_no(value: Scalar, field: FormField, place: Place) -> Converted:
    if isinstance(value, bool):
        return value
    key = label_key(plain_text(value))
    if key in _YES or key in _NO:
        return key in _YES
    return error("yes-no-not-understood", place, field.name, value=plain_text(value))


def _convert_pattern(value: Scalar, field: FormField, place: Place, pattern: re.Pattern[str], code: str) -> Converted:
    text = plain_text(value)
    return text if pattern.fullmatch(text) else error(code, place, field.name, value=text)


def _check_bounds(value: FieldValue, field: FormField, place: Place) -> Problem | None:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        number = Decimal(value)
        if field.above is not None and number <= field.above:
            return error("number-too-small", place, field.name, value=plain_decimal(number), bound=f"> {field.above}")
        if field.minimum is not None and number < field.minimum:
            return error("number-too-small", place, field.name, value=plain_decimal(number), bound=f"≥ {field.minimum}")
        if field.maximum is not None and number > field.maximum:
            return error("number-too-large", place, field.name, value=plain_decimal(number), bound=f"≤ {field.maximum}")
    if field.pattern and isinstance(value, str) and not re.fullmatch(field.pattern, value):
        return error("pattern-differs", place, field.name, value=value, pattern=field.pattern)
    return None
