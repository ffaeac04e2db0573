"""One cell × one field → a value, or the problem that it is none. Nothing is guessed."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from xltools.core.codec import plain_decimal
from xltools.core.money import round_to
from xltools.core.payment_terms import PaymentTerms
from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.core.record import FieldValue, Origin, ScheduledDelivery, Value
from xltools.core.sheet import Cell, CellError, Scalar
from xltools.core.text import label_key, normalize_text
from xltools.forms.model import FieldType, FormField
from xltools.intake.conventions import NOTHING_SETTLED, Conventions
from xltools.intake.dates import EARLIEST, LATEST, DateReading, read_date
from xltools.intake.numbers import is_dash, number_readings, read_number
from xltools.intake.quantity import settle_unit, split_quantity
from xltools.intake.schedules import read_schedule
from xltools.intake.ticks import read_ticks
from xltools.intake.unread import Unread, unread

_YES = {"是", "y", "yes", "true", "√", "✓", "✔", "☑", "■", "有", "对", "是yes", "1"}
_NO = {"否", "n", "no", "false", "×", "✗", "无", "不", "否no", "0"}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s\-()/,;.转extEXT*#]{5,40}")
# What nearly all date cells hold needs no reading.
_FIRST_MOMENT, _LAST_MOMENT = (dt.datetime.combine(day, dt.time()) for day in (EARLIEST, LATEST))
_WHOLE = Decimal(100)  # per cent
_AS_TYPED = frozenset({FieldType.TEXT, FieldType.CODE})  # where a dash is a text like any other
_BOXED = frozenset({FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO})
_BETWEEN = re.compile(r"[、,;/|\n]+")

Converted = FieldValue | Problem


def convert_cell(
    cell: Cell, field: FormField, origin: Origin = Origin.CELL, conventions: Conventions = NOTHING_SETTLED
) -> Value | Problem:
    """The value of a cell that is not blank, as its field's type reads it."""
    given = read_scalar(cell.value, field, conventions)
    return given.at(cell.place, field.name) if isinstance(given, Unread) else Value(given, cell.place, origin)


def convert_scalar(
    value: Scalar, field: FormField, place: Place, conventions: Conventions = NOTHING_SETTLED
) -> Converted:
    """A scalar as the field's type reads it, within the field's bounds, choices and pattern; an error cell never."""
    given = read_scalar(value, field, conventions)
    return given.at(place, field.name) if isinstance(given, Unread) else given


def is_left_blank(value: Scalar, field: FormField) -> bool:
    """True for a blank, and for what people draw in its place: a dash where no text belongs, boxes not ticked."""
    if value is None:
        return True
    if not isinstance(value, str) or isinstance(value, CellError):
        return False
    if not value or value.isspace():
        return True
    if field.type in _AS_TYPED:
        return False
    if is_dash(value):
        return True
    ticks = read_ticks(value) if field.type in _BOXED else None
    return ticks is not None and not ticks.ticked


def read_scalar(value: Scalar, field: FormField, conventions: Conventions = NOTHING_SETTLED) -> FieldValue | Unread:
    """The same as `convert_scalar`, or why not, without a place."""
    if isinstance(value, CellError):
        # A formula that went wrong, or was saved without being calculated, says nothing: not even blank.
        return unread("formula-not-calculated" if value.startswith("=") else "cell-error", value=value)
    given = _READERS[field.type](value, field, conventions)
    if isinstance(given, str) and field.pattern and not re.fullmatch(field.pattern, given):
        return unread("pattern-differs", value=given, pattern=field.pattern)
    return given


def plain_text(value: Scalar) -> str:
    """A scalar as the text of a code: NFKC, trimmed; `10248.0`, a number cell, is `10248`."""
    if isinstance(value, float):
        return plain_decimal(Decimal(repr(value)))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # what normalising would come to
    return normalize_text(text)


def bound_number(number: Decimal, field: FormField) -> int | Decimal | Unread:
    """A number at the field's scale, if it lies within the field's bounds."""
    if field.type is FieldType.INTEGER:
        if number != number.to_integral_value():
            return unread("number-not-whole", value=plain_decimal(number))
        return _check_bounds(number, field) or int(number)
    rounded = round_to(number, field.decimal_places)
    return _check_bounds(rounded, field) or rounded


def _check_bounds(number: Decimal, field: FormField) -> Unread | None:
    if field.above is not None and number <= field.above:
        return unread("number-too-small", value=plain_decimal(number), bound=f"> {field.above}")
    if field.minimum is not None and number < field.minimum:
        return unread("number-too-small", value=plain_decimal(number), bound=f"≥ {field.minimum}")
    if field.maximum is not None and number > field.maximum:
        return unread("number-too-large", value=plain_decimal(number), bound=f"≤ {field.maximum}")
    return None


def _read_number(value: Scalar, field: FormField, conventions: Conventions) -> int | Decimal | Unread:
    number = read_number(value)
    if number is not None:
        return bound_number(number, field)
    if readings := number_readings(value):
        return unread("number-ambiguous", value=plain_text(value), readings=" / ".join(readings))
    if field.unit and (written := split_quantity(value)):
        settled = settle_unit(written, field.unit, conventions.units)
        return settled if isinstance(settled, Unread) else bound_number(settled, field)
    return unread("number-not-understood", value=plain_text(value))


def _read_percent(value: Scalar, field: FormField, _: Conventions) -> int | Decimal | Unread:
    number = read_number(value, percent=True)
    if number is None:
        return unread("number-not-understood", value=plain_text(value))
    # 13 where 13% is 0.13: typed into a cell without the percent format, or 1300%.
    if abs(number) > 1 and not (isinstance(value, str) and "%" in plain_text(value)):
        plain = plain_decimal(number)
        return unread("number-ambiguous", value=plain, readings=f"{plain}% / {plain_decimal(number * _WHOLE)}%")
    return bound_number(number, field)


def _read_date(value: Scalar, _: FormField, conventions: Conventions) -> FieldValue | Unread:
    if isinstance(value, dt.datetime) and _FIRST_MOMENT <= value <= _LAST_MOMENT:
        return value.date()
    reading = read_date(value, conventions)
    return _tell_date(reading, value) if reading.value is None else reading.value


def _read_schedule(value: Scalar, _: FormField, conventions: Conventions) -> FieldValue | Unread:
    if isinstance(value, dt.datetime) and _FIRST_MOMENT <= value <= _LAST_MOMENT:
        return (ScheduledDelivery(value.date()),)
    reading = read_schedule(value, conventions)
    return _tell_date(reading.failure, value) if reading.value is None else reading.value


def _tell_date(reading: DateReading, value: Scalar) -> Unread:
    if reading.ambiguous:
        return unread("date-ambiguous", value=plain_text(value), readings=" / ".join(reading.ambiguous))
    if reading.code == "date-without-day":
        return unread("date-without-day", value=plain_text(value), example=reading.example)
    return unread(reading.code, value=plain_text(value))


def _read_choice(value: Scalar, field: FormField, _: Conventions) -> str | Unread:
    text = plain_text(value)
    if chosen := field.choice_words.get(label_key(text)):
        return chosen
    ticked = _ticked(value)
    if len(ticked) > 1:
        return unread("choice-several-ticked", value=text, ticked="、".join(ticked))
    if ticked and (chosen := field.choice_words.get(label_key(ticked[0]))):
        return chosen
    options = "、".join(choice.label.text.both for choice in field.choices)
    return unread("choice-unknown", value=text, options=options)


def _read_choices(value: Scalar, field: FormField, _: Conventions) -> str | Unread:
    """Those that are ticked, or that stand there with commas or blanks between."""
    words = _ticked(value) or tuple(filter(None, map(str.strip, _BETWEEN.split(plain_text(value)))))
    single = [word if label_key(word) in field.choice_words else word.split() for word in words]
    chosen = set()
    for word in (one for each in single for one in ([each] if isinstance(each, str) else each)):
        found = field.choice_words.get(label_key(word))
        if found is None:
            options = "、".join(choice.label.text.both for choice in field.choices)
            return unread("choice-unknown", value=word, options=options)
        chosen.add(found)
    return " ".join(choice.value for choice in field.choices if choice.value in chosen)


def _read_yes_no(value: Scalar, field: FormField, _: Conventions) -> bool | Unread:
    if isinstance(value, bool):
        return value
    text = plain_text(value)
    ticked = _ticked(value)
    if len(ticked) > 1:
        return unread("choice-several-ticked", value=text, ticked="、".join(ticked))
    key = label_key(ticked[0] if ticked else text)
    # ☑ 含税: the box has the field's own name beside it, or none.
    own = {"", label_key(field.label.zh), label_key(field.label.en), label_key(field.label.text.both)}
    if key in _YES or key in _NO or (ticked and key in own):
        return key not in _NO
    return unread("yes-no-not-understood", value=text)


def _ticked(value: Scalar) -> tuple[str, ...]:
    ticks = read_ticks(value) if isinstance(value, str) else None
    return ticks.ticked if ticks else ()


def _read_email(value: Scalar, _: FormField, __: Conventions) -> str | Unread:
    text = plain_text(value)
    return text if _EMAIL.fullmatch(text) else unread("email-not-understood", value=text)


def _read_phone(value: Scalar, _: FormField, __: Conventions) -> str | Unread:
    text = plain_text(value)
    return text if _PHONE.fullmatch(text) else unread("phone-not-understood", value=text)


def _read_terms(value: Scalar, _: FormField, __: Conventions) -> str | Unread:
    """The terms as written; a word in them that is not known is no reason not to keep them."""
    terms = PaymentTerms(value.strip() if isinstance(value, str) else plain_text(value))
    if terms.parts and terms.total != _WHOLE:
        return unread("terms-not-whole", value=terms, total=plain_decimal(terms.total))
    return terms


def _read_code(value: Scalar, _: FormField, __: Conventions) -> str:
    return plain_text(value)


def _read_text(value: Scalar, _: FormField, __: Conventions) -> str:
    return value.strip() if isinstance(value, str) else plain_text(value)


_READERS: Mapping[FieldType, Callable[[Scalar, FormField, Conventions], FieldValue | Unread]] = {
    FieldType.TEXT: _read_text,
    FieldType.CODE: _read_code,
    FieldType.INTEGER: _read_number,
    FieldType.DECIMAL: _read_number,
    FieldType.MONEY: _read_number,
    FieldType.PERCENT: _read_percent,
    FieldType.DATE: _read_date,
    FieldType.SCHEDULE: _read_schedule,
    FieldType.CHOICE: _read_choice,
    FieldType.CHOICES: _read_choices,
    FieldType.YES_NO: _read_yes_no,
    FieldType.EMAIL: _read_email,
    FieldType.PHONE: _read_phone,
    FieldType.TERMS: _read_terms,
}
