"""Conditions of the rules in the words that people read: `kind == "payment"` is 事项 = 收款."""

import re
from collections.abc import Iterator, Mapping

from xltools.core.text import Language
from xltools.forms.model import Form, FormField

_TOKEN = re.compile(r'"([^"]*)"|\'([^\']*)\'|([A-Za-z_][A-Za-z_0-9]*)|(==|!=|<=|>=|[<>])|([\[\]])|(\s+)|(.)')
_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
_WORDS: Mapping[str, tuple[str, str]] = {
    "and": ("且", "and"),
    "or": ("或", "or"),
    "not": ("非", "not"),
    "in": ("=", "="),
    "none": ("空", "blank"),
    "true": ("是", "yes"),
    "false": ("否", "no"),
    "total_amount": ("订单金额", "order amount"),
}


def condition_words(condition: str, form: Form | None, language: Language) -> str:
    """A condition with fields and choices by their labels; of a list `a / b`. Functions keep their names."""
    return " ".join("".join(_translate(condition, form, language)).split())


def _translate(condition: str, form: Form | None, language: Language) -> Iterator[str]:
    field: FormField | None = None
    in_list = False
    for double, single, name, sign, bracket, blank, other in _TOKEN.findall(condition):
        if bracket:
            in_list = bracket == "["
        elif name in _WORDS:
            yield f" {_WORDS[name][language == 'en']} "
        elif name:
            field = (form.field(name) if form else None) or field
            yield field.label.text.in_language(language) if field and field.name == name else name
        elif double or single:
            yield _choice_words(double or single, field, language)
        elif sign:
            yield f" {_SIGNS.get(sign, sign)} "
        else:
            yield " / " if in_list and other == "," else blank or other


def _choice_words(value: str, field: FormField | None, language: Language) -> str:
    choices = field.choices if field else ()
    return next((one.label.text.in_language(language) for one in choices if one.value == value), value)
