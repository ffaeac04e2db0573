"""Orders whose goods left on delivery notes, and requests for the papers about them."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xltools.core.order import Order, OrderLine, Shipment
from xltools.core.place import Place
from xltools.core.record import Record, Value
from xltools.core.text import Language
from xltools.forms.model import Label
from xltools.forms.papers import PaperRule
from xltools.forms.rules import Rules
from xltools.ledger.deliveries import allocate_shipped
from xltools.ledger.replay import Ledger
from xltools.reports.paper_context import PaperRequest

NOTE = "DN202603-001"
PLACE = Place("inbox/发货清单.xlsx", "发货清单", "A4")
AS_OF = dt.date(2026, 3, 12)


def ship(line: OrderLine, *left: tuple[str, int, str] | tuple[str, int, str, dict[str, Any]]) -> OrderLine:
    """The line after goods left: each time (`03-12`, quantity, delivery note, what else the shipping list says)."""
    shipments = tuple(
        Shipment(
            dt.date.fromisoformat(f"2026-{when}"),
            Decimal(quantity),
            PLACE,
            note,
            {name: Value(value, PLACE) for name, value in (said[0] if said else {}).items()},
        )
        for when, quantity, note, *said in left
    )
    shipments = (*line.shipments, *shipments)
    gone = sum((one.quantity for one in shipments), Decimal(0))
    return dataclasses.replace(line, shipments=shipments, deliveries=allocate_shipped(line.deliveries, gone))


def request_paper(
    kind: str,
    orders: Sequence[Order],
    rules: Rules,
    number: str = NOTE,
    language: Language = "zh",
    priced: bool = False,
    **customer: str,
) -> PaperRequest:
    """A request for a paper about these orders, all of them on the delivery note `NOTE`."""
    label = Label(zh="单据", en="Paper")
    record = Record(PLACE, {name: Value(value, PLACE) for name, value in customer.items()})
    return PaperRequest(
        rule=PaperRule(name=kind, label=label, template=f"{kind}.docx", file=label),
        order=orders[0],
        ledger=Ledger(
            orders={order.number: order for order in orders},
            delivery_notes={NOTE: tuple(order.number for order in orders)},
        ),
        customer=record if customer else None,
        rules=rules,
        as_of=AS_OF,
        number=number,
        language=language,
        delivery_note=NOTE,
        priced=priced,
    )
