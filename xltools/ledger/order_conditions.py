"""Conditions of the workflow on orders and on what is said of them; remembered, as most orders say the same."""

from functools import lru_cache

from xltools.core.order import Order, OrderLine
from xltools.core.record import Fields, FieldValue
from xltools.forms.expression import compile_expression
from xltools.ledger.routing import total_amount


def evaluate_for_order(condition: str, order: Order, line: str = "") -> object:
    """What a condition comes to for an order, as its `order_figures` have it; with `line` that line's fields first."""
    part = order.line(line) if line else None
    return _evaluate(condition, *(_find_figure(name, order, part) for name in _list_names(condition)))


def evaluate_for_fields(condition: str, said: Fields) -> object:
    """What a condition comes to over the fields of a statement."""
    return _evaluate(condition, *(said.get(name) for name in _list_names(condition)))


def _find_figure(name: str, order: Order, line: OrderLine | None) -> FieldValue | None:
    if line and name in line.values:
        return line.get(name)
    if name == "total_amount":
        return total_amount(order)
    return order.novel if name == "novel" else order.get(name)


@lru_cache(maxsize=1024)
def _list_names(condition: str) -> tuple[str, ...]:
    return tuple(sorted(compile_expression(condition).names))


@lru_cache(maxsize=8192, typed=True)
def _evaluate(condition: str, *values: FieldValue | None) -> object:
    return compile_expression(condition).evaluate(dict(zip(_list_names(condition), values, strict=True)))
