"""The words of clauses: text with Jinja2 placeholders, filled in a sandbox."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError
from jinja2.meta import find_undeclared_variables

from xltools.core.sandbox import BoundedSandbox

# What a clause may name: values of a contract, all text, and the two parties with their names and roles.
CLAUSE_NAMES = (
    *("seller", "buyer", "number", "order_no", "customer_po", "revision", "date", "currency", "total", "total_words"),
    *("tax_zh", "tax_en", "payment_zh", "payment_en", "trade_terms", "delivery_address", "transport", "packing"),
    *("requirements", "partial", "partial_en", "remark", "owner", "deposit_share"),
)
_FAILED = (ArithmeticError, TypeError, ValueError, AttributeError, LookupError, RecursionError)
_ENVIRONMENT = BoundedSandbox(autoescape=False)


class ClauseError(ValueError):
    """Words that can't be filled; the message says why."""


def fill_clause(text: str, values: Mapping[str, Any]) -> str:
    """The clause with its placeholders filled; ClauseError where that can't be done."""
    _ENVIRONMENT.renew()
    try:
        return _compile(text).render(values)
    except (TemplateError, *_FAILED) as bad:
        raise ClauseError(str(bad)) from bad


def clause_names(text: str) -> frozenset[str]:
    """The values that a clause names; ClauseError where its placeholders are not well formed."""
    try:
        return frozenset(find_undeclared_variables(_ENVIRONMENT.parse(text)))
    except TemplateError as bad:
        raise ClauseError(str(bad)) from bad


@lru_cache(maxsize=512)
def _compile(text: str) -> Template:
    return _ENVIRONMENT.from_string(text)
