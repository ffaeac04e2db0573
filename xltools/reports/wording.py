"""Values, stages and gates in the words that people read."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from xltools.core.codec import plain_decimal
from xltools.core.order import Order
from xltools.core.record import FieldValue, schedule_text
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.forms.model import ORDER_FORM, FieldType, Form, FormField
from xltools.forms.rules import Rules
from xltools.ledger.standing import CHANGE_NOTICE, Waiting

_DIGITS = re.compile(r"(\d+)")


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key in which 10 comes after 9: `SO-9` before `SO-10`, line 2 before line 10."""
    return tuple((0, int(part), part) if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(text) if part)


def order_form(rules: Rules) -> Form:
    """The form that orders are made of."""
    return rules.forms[ORDER_FORM]


def field_label(name: str, rules: Rules, language: Language) -> str:
    """A field's label in one language, or its name where the form has no such field."""
    field = order_form(rules).field(name)
    return field.label.text.in_language(language) if field else name


def act_text(action: str, rules: Rules, language: Language, say: Say) -> str:
    """What is done to an order or line as a whole, `cancel` or `hold`, as the change notice calls it."""
    if action in {"add", "remove"}:
        return say(f"ui-change-{action}")
    notice = rules.forms.get(CHANGE_NOTICE)
    return value_text(action, notice.field("kinds") if notice else None, language)


def value_text(value: FieldValue | None, field: FormField | None, language: Language) -> str:
    """A value as people read it: choices by their label, 0.13 as 13%, dates as ISO, blank for None."""
    if isinstance(value, bool):
        return {("zh", True): "是", ("zh", False): "否", ("en", True): "Yes", ("en", False): "No"}[language, value]
    if isinstance(value, Decimal) and field and field.type is FieldType.PERCENT:
        return f"{plain_decimal(value * 100)}%"
    if field and field.choices and isinstance(value, str):
        known = {one.value: one.label.text.in_language(language) for one in field.choices}
        words = value.split() if field.type is FieldType.CHOICES else [value]
        return ("、" if language == "zh" else ", ").join(known.get(word, word) for word in words)
    return plain_text(value)


def plain_text(value: FieldValue | None) -> str:
    """A value in the one form that programs read: ids of choices, plain decimals, ISO dates, `yes` and `no`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, tuple):
        return schedule_text(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def stage_text(stage: str, rules: Rules, language: Language) -> str:
    """The label of a workflow stage."""
    found = next((one for one in rules.workflow.stages if one.name == stage), None)
    return found.label.text.in_language(language) if found else stage


def whom_text(whom: str, order: Order, rules: Rules, language: Language, say: Say) -> str:
    """Who is awaited: the order's sales owner by name, a department by its label."""
    return (order.text("owner") if whom == "owner" else "") or role_text(whom, rules, language, say)


def role_text(whom: str, rules: Rules, language: Language, say: Say) -> str:
    """A role or department by its label, whoever holds it."""
    if whom == "owner":
        return say("ui-whom-owner")
    if whom == "departments":
        return say("ui-whom-departments")
    found = next((one for one in rules.routes.departments if one.name == whom), None)
    return found.label.text.in_language(language) if found else whom


def waiting_text(waiting: Waiting, order: Order, rules: Rules, language: Language, say: Say) -> str:
    """One shut gate: who, since when, what."""
    return say(
        "ui-waiting",
        whom=whom_text(waiting.whom, order, rules, language, say),
        since=waiting.since.isoformat(),
        what=waiting.what.in_language(language),
    )


def missing_fields(missing: Mapping[str, tuple[str, ...]], line: str) -> tuple[str, ...]:
    """The fields missing for a line: the order's own, then the line's."""
    return tuple(dict.fromkeys((*missing.get("", ()), *missing.get(line, ()))))


def labels_text(names: Iterable[str], rules: Rules, language: Language) -> str:
    """Fields by their labels, in one cell."""
    return ("、" if language == "zh" else ", ").join(field_label(name, rules, language) for name in names)


def json_number(value: Decimal) -> int | float:
    """A quantity as a JSON number; quantities keep four decimals at most, so a float holds them."""
    return int(value) if value == value.to_integral_value() else float(value)


def iso_date(day: dt.date | None) -> str | None:
    """A date as JSON has it: ISO text, or null."""
    return day.isoformat() if day else None
