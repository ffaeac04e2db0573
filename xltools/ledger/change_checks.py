"""What keeps a change notice from being taken although its rows can be read."""

from collections.abc import Iterator, Sequence

from xltools.core.codec import value_text
from xltools.core.order import ChangeItem, Order
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Origin, Record
from xltools.forms.rules import Rules
from xltools.ledger.changed_values import split_numbers, touched_cells
from xltools.ledger.deliveries import PROMISE, read_schedule
from xltools.ledger.replay import Ledger

_MOST_CANDIDATES = 5  # orders that a rush order might displace are named


def find_stale(record: Record, order: Order, rules: Rules) -> Iterator[Problem]:
    """The error that a notice was made on another revision than the one that stands, and what changed since."""
    given = record.values.get("revision")
    if given and given.value != order.revision and given.origin is Origin.CELL:
        changed = "; ".join(_changed_since(order, given.value, rules)) or "—"
        told = {"order": order.number, "current": order.revision, "revision": given.value, "changed": changed}
        yield error("change-stale", given.place, "revision", **told)


def _changed_since(order: Order, revision: object, rules: Rules) -> Iterator[str]:
    """`数量 Quantity: 100 → 80 (CN202603-001)`, a text for each value that changed since a revision."""
    form = rules.forms[order.form]
    for change in order.changes:
        if isinstance(revision, int) and change.made > revision:
            for item in change.items:
                field = form.field(item.field)
                label = field.label.text.both if field else item.action or item.field
                shown = f"{value_text(item.was) or '—'} → {value_text(item.value) or '—'}"
                yield f"{label}: {shown} ({change.number})"


def check_notice(record: Record, order: Order, items: Sequence[ChangeItem], ledger: Ledger) -> Iterator[Problem]:
    """What the changed values of a notice may not be while others are open, or lack.

    Errors change-already-open, naming the notice that speaks of the same cell, delay-by-missing, and order-unknown of
    an order that should make room; the warning rush-displaces-unnamed where none is named.
    """
    cells = touched_cells(items, order)
    for other in order.open_changes:
        if other.state == "pending" and (both := cells & touched_cells(other.items, order)):
            place = next((item.place for item in items if touched_cells([item], order) & both), record.place)
            yield error("change-already-open", place, "what", change=other.number)
    for item in items:
        if item.field == PROMISE and _is_put_back(item) and "delay_by" not in record.values:
            yield error("delay-by-missing", item.place, "delay_by")
    if any(item.action == "rush" for item in items):
        yield from _check_rush(record, order, ledger)


def _check_rush(record: Record, order: Order, ledger: Ledger) -> Iterator[Problem]:
    """A rush order names the orders that make room; those of the same products are proposed."""
    given = record.values.get("displaces")
    named = {number: ledger.find_order(number) for number in split_numbers(record.text("displaces"))}
    if given and any(found is not order for found in named.values()):  # an order makes no room for itself
        for number, found in named.items():
            if found is None:
                yield error("order-unknown", given.place, "displaces", value=number)
        return
    wanted = {line.text("product_code") or line.text("product") for line in order.lines} - {""}
    others = [one.number for one in ledger.orders.values() if one is not order and _makes(one, wanted)]
    near = "、".join(others[:_MOST_CANDIDATES]) or "—"
    yield warning("rush-displaces-unnamed", record.place, "displaces", order=order.number, near=near)


def _makes(order: Order, wanted: set[str]) -> bool:
    """True for an order of which some of these products are still to be made."""
    if order.held or order.cancelled:
        return False
    return any(line.open and {line.text("product_code"), line.text("product")} & wanted for line in order.lines)


def _is_put_back(item: ChangeItem) -> bool:
    """True where a promise goes to a later date, or to none."""
    was = [part.date for part in read_schedule(item.was) if part.date]
    now = [part.date for part in read_schedule(item.value)]
    dates = [date for date in now if date]
    return bool(was) and (len(dates) < len(now) or not dates or max(dates) > max(was))
