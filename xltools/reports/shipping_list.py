"""The shipping list that is handed out for an order: what is open of it, what is due first above."""

import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from xltools.core.content import CellContent
from xltools.core.order import Delivery, Order, OrderLine
from xltools.reports.wording import natural_key

# What of a line the warehouse knows its goods by.
_SHOWN = ("product_code", "customer_item", "product", "specification", "unit")


@dataclass(frozen=True, slots=True)
class PrefilledList:
    """The values of a form's fields: of its header, and of a row for each delivery that is open."""

    header: Mapping[str, CellContent]
    rows: tuple[Mapping[str, CellContent], ...]


def prefill_shipping_list(order: Order, as_of: dt.date, copy: int = 1) -> PrefilledList:
    """What is open of an order on a date, without the quantities that are going to leave: no rows where nothing is.

    Rows are sorted by due date, those without one last, then by line. The list's number tells the day's copies apart.
    """
    found = [
        (delivery.due or dt.date.max, natural_key(line.number), _row(order, line, delivery))
        for line in order.lines
        if not (line.cancelled or order.cancelled)
        for delivery in line.deliveries
        if delivery.open > 0
    ]
    found.sort(key=lambda one: one[:2])
    header: dict[str, CellContent] = {
        "date": as_of,
        "list_no": _list_number(order, as_of, copy),
        "receiver": order.text("contact") or None,
    }
    return PrefilledList(header, tuple(row for _, _, row in found))


def _row(order: Order, line: OrderLine, delivery: Delivery) -> dict[str, CellContent]:
    return {
        "order_no": order.number,
        "line_no": line.number,
        "customer": order.text("customer"),
        "due": delivery.due,
        **{name: line.text(name) or None for name in _SHOWN},
        "ordered": line.quantity,
        "open": delivery.open,
    }


def _list_number(order: Order, as_of: dt.date, copy: int) -> str:
    """The list's own number: a workbook that is saved and dropped once more is known by it again."""
    used = {one.text("list_no") for line in order.lines for one in line.shipments}
    first = f"{order.number}/{as_of:%m%d}"
    numbers = (first if count == 1 else f"{first}-{count}" for count in itertools.count(copy))
    return next(number for number in numbers if number not in used)
