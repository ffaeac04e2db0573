"""Delivery notes: what left on them, their numbers, and what an order is without one that is void."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from xltools.core.order import Order, OrderLine, Shipment
from xltools.core.problem import Problem, error
from xltools.core.record import Value
from xltools.core.text import label_key
from xltools.forms.rules import Rules
from xltools.ledger.deliveries import allocate_shipped
from xltools.ledger.number import next_number, normalize_order_number
from xltools.ledger.replay import Ledger

NOTE_FIELD = "delivery_note"  # the field by which a document names one


@dataclass(frozen=True, slots=True)
class ShippedPart:
    """Goods of an order line that left on a delivery note."""

    order: Order
    line: OrderLine
    shipment: Shipment


def list_shipped(number: str, ledger: Ledger) -> Iterator[ShippedPart]:
    """What left on a delivery note, order by order and line by line; nothing of one that is unknown or void."""
    for name in ledger.delivery_notes.get(number, ()):
        order = ledger.orders[name]
        for line in order.lines:
            yield from (ShippedPart(order, line, one) for one in line.shipments if one.delivery_note == number)


def find_note(given: Value, field: str, ledger: Ledger) -> str | Problem:
    """The delivery note that a cell names, as the ledger has it.

    Problems at the cell: delivery-note-unknown, and delivery-note-voided for one whose goods all count as not shipped.
    """
    number = normalize_order_number(str(given.value))
    if number not in ledger.delivery_notes:
        return error("delivery-note-unknown", given.place, field, note=given.value)
    if next(list_shipped(number, ledger), None) is None:
        return error("delivery-note-voided", given.place, field, note=number)
    return number


def without_note(order: Order, number: str) -> Order:
    """The order as if what left on this delivery note had not."""
    return replace(order, lines=tuple(_without_note(line, number) for line in order.lines)) if number else order


def _without_note(line: OrderLine, number: str) -> OrderLine:
    kept = replace(line, shipments=tuple(one for one in line.shipments if one.delivery_note != number))
    return replace(kept, deliveries=allocate_shipped(line.deliveries, kept.shipped))


class NoteNumbers:
    """Gives the numbers of one shipping list's delivery notes: one for each customer and delivery address."""

    def __init__(self, ledger: Ledger, rules: Rules, as_of: dt.date) -> None:
        """`as_of` fills the dates in the number series."""
        self._taken = set(ledger.delivery_notes)
        self._series, self._as_of = rules.settings.number_series.delivery_note, as_of
        self._given: dict[tuple[str, str], str] = {}

    def give(self, order: Order) -> str:
        """The number of the note on which this order's goods leave; ValueError for a bad pattern of the series."""
        key = label_key(order.text("customer")), label_key(order.text("delivery_address"))
        if key not in self._given:
            self._given[key] = next_number(self._series, self._as_of, self._taken)
            self._taken.add(self._given[key])
        return self._given[key]
