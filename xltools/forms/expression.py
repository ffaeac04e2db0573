"""The small language of conditions in rules: fields, constants, comparisons, arithmetic, functions of the trade.

It is written as Python's expressions are, of which it has a few. Python's own parser reads it, and nothing of it is
ever run as Python: what is allowed becomes functions of ours, what isn't is refused.
"""

import ast
import datetime as dt
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from xltools.core import money
from xltools.core.payment_due import POINTS, PaymentPoint, share_due
from xltools.core.record import FieldValue, Schedule
from xltools.core.text import normalize_text

_MONTHLY = re.compile(r"月\s?[结結]|\bnet\s?[0-9]|\bmonthly\b")
MAX_LENGTH = 500
MAX_DEPTH = 30  # brackets in brackets; Python's own parser gives up at 200
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_TOKEN = re.compile(r"\w+|[<>=!*/]{1,2}|\S")

Values = Mapping[str, FieldValue | None]
_Part = Callable[[Values], Any]


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
    _compiled: _Part

    def evaluate(self, values: Values) -> object:
        """What it comes to; a field that `values` lacks is blank. Never raises.

        None where it can't be said: a blank in a comparison or sum, a schedule without a date, division by zero, types
        that don't compare. A check fails only where this is False, a gate is not needed only where it is True.
        """
        try:
            return self._compiled(values)
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
    line = " ".join(text.split("\n")).strip()
    if "#" in _QUOTED.sub("", line):  # Python would take the rest for a comment
        raise ExpressionError("'#' is not expected here", "#")
    try:
        reader = _Reader()
        with warnings.catch_warnings(action="ignore"):  # what Python thinks of odd escapes is nothing to people
            tree = ast.parse(line, mode="eval")
        compiled = reader.read(tree.body)
    except SyntaxError as bad:
        raise _explain(bad, line) from bad
    except (RecursionError, MemoryError, ValueError) as bad:
        if isinstance(bad, ExpressionError):
            raise
        raise ExpressionError("too long or too deep") from bad
    return Expression(text, frozenset(reader.names), compiled)


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

_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "none": None}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
_SIGNS: Mapping[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def _multiply(left: Any, right: Any) -> Decimal:
    """Numbers alone: a text times a million fills the memory."""
    return _exact(left) * _exact(right)


def _divide(left: Any, right: Any) -> Decimal:
    return _exact(left) / _exact(right)


def _exact(number: Any) -> Decimal:
    """1/3 is not exact as a float; _BlankError for what is no number."""
    if not isinstance(number, int | Decimal):
        raise _BlankError
    return Decimal(number)


_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _multiply,
    ast.Div: _divide,
}


class _Reader:
    """Python's tree of an expression as functions of the values, each part one; `names` are the fields in it."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def read(self, node: ast.expr) -> _Part:
        """The function that a part stands for; ExpressionError for what the language doesn't have."""
        match node:
            case ast.Constant(value):
                return self._read_constant(value)
            case ast.Name(name):
                return self._read_name(name)
            case ast.List(parts) | ast.Tuple(parts):
                members = self._read_all(parts)
                return lambda values: [member(values) for member in members]
            case ast.Call(ast.Name(name)):
                return self._read_call(name, node)
            case ast.IfExp():
                return self._read_choice(node)
            case ast.BoolOp(kind, parts):
                return self._read_junction(isinstance(kind, ast.And), self._read_all(parts))
            case ast.Compare():
                return self._read_comparison(node)
            case _:
                return self._read_operation(node)

    def _read_operation(self, node: ast.expr) -> _Part:
        """A sign before a part, or one between two."""
        match node:
            case ast.UnaryOp(sign, operand) if type(sign) in _SIGNS:
                change, part = _SIGNS[type(sign)], self.read(operand)
                return lambda values: change(part(values))
            case ast.BinOp(one, sign, other) if type(sign) in _ARITHMETIC:
                combine, left, right = _ARITHMETIC[type(sign)], self.read(one), self.read(other)
                return lambda values: combine(left(values), right(values))
        kind = type(getattr(node, "op", node)).__name__.lower()
        raise ExpressionError(f"'{kind}' is not part of the language", str(getattr(node, "attr", "")))

    def _read_all(self, parts: list[ast.expr]) -> list[_Part]:
        return [self.read(part) for part in parts]

    def _read_constant(self, value: object) -> _Part:
        if isinstance(value, float):  # 0.05 in a rule is the 0.05 of a cell
            value = Decimal(repr(value))
        if not isinstance(value, str | int | Decimal | None):
            raise ExpressionError(f"'{type(value).__name__}' is not part of the language")
        return lambda _: value

    def _read_name(self, name: str) -> _Part:
        if name in _CONSTANTS:
            return self._read_constant(_CONSTANTS[name])
        if name in FUNCTIONS:
            raise ExpressionError(f"{name} is a function: it needs brackets", name)
        self.names.add(name)
        return lambda values: values.get(name)

    def _read_call(self, name: str, call: ast.Call) -> _Part:
        if name not in FUNCTIONS or call.keywords:
            raise ExpressionError(f"unknown function {name}", name)
        _check_words(name, call.args)
        function, parts = FUNCTIONS[name], self._read_all(call.args)
        return lambda values: function(*[part(values) for part in parts])

    def _read_choice(self, node: ast.IfExp) -> _Part:
        condition, then, otherwise = self._read_all([node.test, node.body, node.orelse])
        return lambda values: then(values) if condition(values) else otherwise(values)

    @staticmethod
    def _read_junction(is_and: bool, parts: list[_Part]) -> _Part:
        """`and`, `or`: the first part that settles it, else the last."""

        def settle(values: Values) -> Any:
            found = None
            for part in parts:
                found = part(values)
                if bool(found) is not is_and:
                    return found
            return found

        return settle

    def _read_comparison(self, node: ast.Compare) -> _Part:
        """`a < b`, and `a < b < c`, which holds where each pair does."""
        if unknown := next((one for one in node.ops if type(one) not in _COMPARISONS), None):
            raise ExpressionError(f"'{type(unknown).__name__.lower()}' is not part of the language")
        first, *others = self._read_all([node.left, *node.comparators])
        steps = [(_COMPARISONS[type(kind)], part) for kind, part in zip(node.ops, others, strict=True)]

        def compare(values: Values) -> Any:
            left, holds = first(values), True
            for holds_between, part in steps:
                right = part(values)
                holds = holds_between(left, right)
                if not holds:
                    return holds
                left = right
            return holds

        return compare


def _check_words(function: str, arguments: list[ast.expr]) -> None:
    """ExpressionError where a function is given another word than those it knows."""
    position, words = _WORDS.get(function, (0, ()))
    given = arguments[position] if words and position < len(arguments) else None
    if words and not (isinstance(given, ast.Constant) and given.value in words):
        said = str(given.value) if isinstance(given, ast.Constant) else ""
        raise ExpressionError(f"{function} asks for one of {', '.join(map(repr, words))}", said or function)


def _explain(bad: SyntaxError, line: str) -> ExpressionError:
    """Where Python's parser stopped, in words that stay the same from one Python to the next."""
    if "unterminated string" in bad.msg:
        return ExpressionError("a text lacks its closing quotation mark")
    found = _TOKEN.match(line, bad.offset - 1) if bad.offset else None  # none: it stopped at the end
    if found is None:
        return ExpressionError("something is missing at the end")
    what = "never closed" if "never closed" in bad.msg else "not expected here"
    return ExpressionError(f"'{found[0]}' is {what}", found[0])
