"""Receipts that customers signed: which orders they are about, and whether what arrived is what left."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from xltools.core.codec import plain_decimal, value_text
from xltools.core.event import Event
from xltools.core.order import Order
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Finding, Record, Value
from xltools.forms.model import ORDER_NUMBER
from xltools.ledger.delivery_notes import NOTE_FIELD, find_note, list_shipped
from xltools.ledger.items import ItemOpener
from xltools.ledger.replay import Ledger

RECEIVED, DAMAGE = "received_quantity", "damage"


def find_named_orders(record: Record, ledger: Ledger) -> tuple[Order, ...] | Problem:
    """The order that a record names, else those whose goods left on the delivery note that it names.

    Problems at the cell: order-unknown, delivery-note-unknown (for a note without goods of that order too),
    delivery-note-voided.
    """
    order, given = ledger.find_order(record.text(ORDER_NUMBER)), record.values.get(NOTE_FIELD)
    spot = record.values.get(ORDER_NUMBER)
    if order is None and (spot or given is None):
        place = spot.place if spot else record.place
        return error("order-unknown", place, ORDER_NUMBER, value=record.text(ORDER_NUMBER))
    if given is None:
        return (order,) if order else ()
    note = find_note(given, NOTE_FIELD, ledger)
    if isinstance(note, Problem):
        return note
    shipped = {one.order.number: one.order for one in list_shipped(note, ledger)}
    if order is None:
        return tuple(shipped.values())
    if order.number not in shipped:
        return error("delivery-note-unknown", given.place, NOTE_FIELD, note=note)
    return (order,)


def settle_receipt(
    record: Record, orders: Iterable[Order], ledger: Ledger, items: ItemOpener
) -> tuple[tuple[Event, ...], tuple[Problem, ...]]:
    """An open item for a receipt that tells of damage, or of another quantity than left; that is a warning, too.

    The quantity is that of the whole delivery note, of the order's goods on it where the receipt names the order.
    """
    values = record.values
    note = str(values[NOTE_FIELD].value) if NOTE_FIELD in values else ""
    about = {order.number for order in orders}
    parts = [one for one in list_shipped(note, ledger) if one.order.number in about]
    if not parts:
        return (), ()
    shipped = sum((one.shipment.quantity for one in parts), Decimal(0))
    received = _differing(values, shipped)
    if received is None and DAMAGE not in values:
        return (), ()
    typed = " · ".join(filter(None, (value_text(received.value) if received else "", record.text(DAMAGE))))
    spot = received or values[DAMAGE]
    finding = Finding(
        "receipt-differs",
        parts[0].order.number,
        field=NOTE_FIELD,
        typed=typed,
        kept=f"{note}: {plain_decimal(shipped)}",
        place=spot.place,
    )
    told = {"note": note, "shipped": plain_decimal(shipped), "received": value_text(spot.value)}
    problems = () if received is None else (warning("received-differs", spot.place, RECEIVED, **told),)
    return items.open(finding), problems


def _differing(values: Mapping[str, Value], shipped: Decimal) -> Value | None:
    given = values.get(RECEIVED)
    is_number = given is not None and isinstance(given.value, int | Decimal)
    return given if is_number and given and Decimal(str(given.value)) != shipped else None
