"""Who must say a word to an order, or to a change of it: the first route of rules/routes.yaml that fits."""

from decimal import Decimal

from xltools.core.money import round_cents
from xltools.core.order import Change, Order
from xltools.core.record import FieldValue
from xltools.forms.expression import compile_expression
from xltools.forms.rules import Rules
from xltools.forms.workflow import ChangeRoute, Route


def total_amount(order: Order) -> Decimal | None:
    """The sum of the order's lines in its own currency; None while a line that stands has no price."""
    amounts = [line.amount for line in order.lines if not line.cancelled]
    known = [amount for amount in amounts if amount is not None]
    return round_cents(sum(known, Decimal(0))) if len(known) == len(amounts) else None


def order_figures(order: Order, line: str = "") -> dict[str, FieldValue | None]:
    """What a condition may name of an order: its header fields, `total_amount`, `novel`; with `line` its fields too."""
    found: dict[str, FieldValue | None] = {name: given.value for name, given in order.values.items()}
    found |= {"total_amount": total_amount(order), "novel": order.novel}
    if line and (part := order.line(line)):
        found |= {name: given.value for name, given in part.values.items()}
    return found


def find_route(order: Order, rules: Rules) -> Route | None:
    """The route of an order's review; None where no route takes it."""
    figures = order_figures(order)
    return next((one for one in rules.routes.routes if _is_true(one.when, figures)), None)


def find_change_route(change: Change, order: Order, rules: Rules) -> ChangeRoute | None:
    """The route of a change's signatures; None where no route takes it."""
    ordered = sum((line.quantity for line in order.lines), Decimal(0))
    shipped = sum((line.shipped for line in order.lines), Decimal(0))
    figures: dict[str, FieldValue | None] = {name: given.value for name, given in change.values.items()}
    figures["kinds"] = " ".join(change.kinds)
    figures["shipped_share"] = shipped / ordered if ordered else Decimal(0)
    return next((one for one in rules.routes.changes if _is_true(one.when, figures)), None)


def _is_true(condition: str | None, figures: dict[str, FieldValue | None]) -> bool:
    return condition is None or compile_expression(condition).evaluate(figures) is True
