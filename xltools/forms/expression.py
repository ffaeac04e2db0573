"""The small language of conditions in rules: fields, constants, comparisons, arithmetic, functions of the trade."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.environment import TemplateExpression
from jinja2.parser import Parser
from jinja2.sandbox import SandboxedEnvironment

from xltools.core import money
from xltools.core.payment_due import POINTS, PaymentPoint, share_due
from xltools.core.record import FieldValue, Schedule
from xltools.core.text import normalize_text

_MONTHLY = re.compile(r"月\s?[结結]|\bnet\s?[0-9]|\bmonthly\b")
MAX_LENGTH = 500
MAX_DEPTH = 30  # brackets in brackets; Python's own parser gives up at 200


class ExpressionError(ValueError):
    """A text that is no expression; the message says why, `near` is the word it is about (empty: all of it)."""

    def __init__(self, reason: str, near: str = "") -> None:
        super().__init__(reason)
        self.near = near


class _BlankError(Exception):
    """A function was asked about something that isn't there."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled condition and the fields that it names."""

    text: str
    names: frozenset[str]
    _compiled: TemplateExpression

    def evaluate(self, values: Mapping[str, FieldValue | None]) -> object:
        """What it comes to; a field that `values` lacks is blank. Never raises.

        None where it can't be said: a blank in a comparison or sum, a schedule without a date, division by zero, types
        that don't compare. A check fails only where this is False, a gate is not needed only where it is True.
        """
        try:
            return self._compiled({name: values.get(name) for name in self.names})
        except Exception:  # whatever a rule does with odd values, it only means that it can't be said
            return None


@lru_cache(maxsize=1024)
def compile_expression(text: str) -> Expression:
    """The expression that a text stands for; ExpressionError where it is none.

    Allowed are names, numbers, quoted texts, true, false, none, lists, and or not in, `a if c else b`, comparisons,
    + - * / and the functions of FUNCTIONS. Attributes, indexes, powers, filters and loops are not.
    """
    depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if depth > MAX_DEPTH or len(text) > MAX_LENGTH:
            raise ExpressionError("too long or too deep")
    try:
        parser = Parser(_ENVIRONMENT, text, state="variable")
        tree = parser.parse_expression()
        if not parser.stream.eos:
            raise ExpressionError(f"{parser.stream.current} is not expected here", str(parser.stream.current.value))
        names = _check_names(tree)
        exact = nodes.Assign(nodes.Name("result", "store"), _make_exact(tree), lineno=1)
        template = _ENVIRONMENT.from_string(nodes.Template([exact], lineno=1))
    except TemplateError as bad:
        reason = (bad.message or "not an expression").replace("'end of template'", "the end")
        raise ExpressionError(reason) from bad
    except (RecursionError, SyntaxError) as bad:
        raise ExpressionError("too long or too deep") from bad
    return Expression(text, names, TemplateExpression(template, undefined_to_none=True))


def line_amount(quantity: Decimal, unit_price: Decimal, discount: Decimal | None = None) -> Decimal:
    """Quantity × price × (1 − discount), half up to the cent."""
    return money.line_amount(Decimal(quantity), Decimal(unit_price), discount)


def round_money(amount: Decimal) -> Decimal:
    """The amount half up to the cent."""
    return money.round_cents(Decimal(amount))


def first_date(schedule: Schedule | dt.date) -> dt.date:
    """The earliest date of a schedule; where it has none, the whole expression can't be said."""
    if isinstance(schedule, dt.date):
        return schedule
    dates = [part.date for part in schedule if part.date]
    if not dates:
        raise _BlankError
    return min(dates)


def schedule_total(schedule: Schedule, quantity: Decimal | None = None) -> Decimal:
    """The sum of a schedule's quantities; `quantity` where it gives none."""
    given = [part.quantity for part in schedule if part.quantity is not None]
    if given:
        return sum(given, Decimal(0))
    if quantity is None:
        raise _BlankError
    return quantity


def is_monthly(payment_terms: str | None) -> bool:
    """True for a customer on monthly account: 月结30天, net 30 days, monthly. Blank terms are not."""
    return bool(_MONTHLY.search(normalize_text(payment_terms or "").casefold()))


def payment_due(payment_terms: str, before: PaymentPoint) -> Decimal | None:
    """The share of the price due before `production`, or before `shipment`; can't be said of terms not understood."""
    return share_due(payment_terms, before)


FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "line_amount": line_amount,
    "round_money": round_money,
    "first_date": first_date,
    "schedule_total": schedule_total,
    "is_monthly": is_monthly,
    "payment_due": payment_due,
}
# Which argument of a function is one of a few words, and which words: a misspelt one would never be told otherwise.
_WORDS: Mapping[str, tuple[int, tuple[str, ...]]] = {"payment_due": (1, POINTS)}

_ALLOWED = (
    *(nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Call, nodes.CondExpr, nodes.Compare, nodes.Operand),
    *(nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div),
)


class _Environment(SandboxedEnvironment):
    """Sandboxed, and multiplies and divides Decimals only: text times a million fills the memory, 1/3 is not exact."""

    intercepted_binops = frozenset({"*", "/"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        if not (isinstance(left, int | Decimal) and isinstance(right, int | Decimal)):
            raise _BlankError
        return Decimal(left) * right if operator == "*" else Decimal(left) / right


_ENVIRONMENT = _Environment(optimized=False, autoescape=False)
_ENVIRONMENT.globals = {**FUNCTIONS, "exact": Decimal}


def _walk(tree: nodes.Node) -> list[nodes.Node]:
    found = [tree]
    for node in found:
        found.extend(node.iter_child_nodes())
    return found


def _check_names(tree: nodes.Node) -> frozenset[str]:
    """The fields that a tree names; ExpressionError for what the language doesn't have."""
    names: list[str] = []
    called: list[str] = []
    for node in _walk(tree):
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__.lower()
            raise ExpressionError(f"{kind} is not part of the language", str(getattr(node, "attr", "") or ""))
        if isinstance(node, nodes.Call):
            function = node.node.name if isinstance(node.node, nodes.Name) else ""
            if function not in FUNCTIONS or node.kwargs or node.dyn_args or node.dyn_kwargs:
                raise ExpressionError(f"unknown function {function}".rstrip(), function)
            _check_words(function, node.args)
            called.append(function)
        elif isinstance(node, nodes.Name):
            names.append(node.name)
    for function in called:
        names.remove(function)
    if uncalled := sorted(set(names) & set(FUNCTIONS)):
        raise ExpressionError(f"{uncalled[0]} is a function: it needs brackets", uncalled[0])
    return frozenset(names)


def _check_words(function: str, arguments: list[nodes.Expr]) -> None:
    """ExpressionError where a function is given another word than those it knows."""
    position, words = _WORDS.get(function, (0, ()))
    given = arguments[position] if words and position < len(arguments) else None
    if words and not (isinstance(given, nodes.Const) and given.value in words):
        said = str(given.value) if isinstance(given, nodes.Const) else ""
        raise ExpressionError(f"{function} asks for one of {', '.join(map(repr, words))}", said or function)


def _make_exact(tree: nodes.Node) -> Any:
    """The tree with fractions as Decimals: 0.05 in a rule is the 0.05 of a cell."""
    for node in _walk(tree):
        for name, child in node.iter_fields():
            if isinstance(child, list):
                setattr(node, name, [_exact_constant(item) for item in child])
            else:
                setattr(node, name, _exact_constant(child))
    return _exact_constant(tree)


def _exact_constant(child: Any) -> Any:
    if isinstance(child, nodes.Const) and isinstance(child.value, float):
        return nodes.Call(nodes.Name("exact", "load"), [nodes.Const(repr(child.value))], [], None, None, lineno=1)
    return child
