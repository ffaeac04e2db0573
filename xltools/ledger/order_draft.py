"""An order while events are applied to it; their bodies are described in replay.py."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from xltools.core.codec import decode_place, decode_value, decode_values, value_text
from xltools.core.event import ChainedEvent, Event, EventKind
from xltools.core.order import Delivery, HistoryEntry, Order, OrderLine, Paper, Shipment
from xltools.core.place import Place
from xltools.core.record import Origin, Value
from xltools.ledger.deliveries import PROMISE, allocate_shipped, plan_deliveries
from xltools.ledger.items import item_words

_PLANNED_BY = frozenset({PROMISE, "requested_date", "quantity"})  # the line fields that deliveries are made of

# Line (empty for the header) and field → what the order's latest workbook said there, None for a blank.
Overtyped = Mapping[tuple[str, str], Value | None]


@dataclass(slots=True)
class _LineDraft:
    number: str
    values: dict[str, Value]
    place: Place
    deliveries: tuple[Delivery, ...]
    shipments: list[Shipment]

    def plan(self) -> None:
        line = OrderLine(self.number, self.values)
        requested, promised = line.get("requested_date"), line.get(PROMISE)
        self.deliveries = plan_deliveries(line.quantity, requested, promised, self.deliveries)

    def finish(self) -> OrderLine:
        shipped = sum((shipment.quantity for shipment in self.shipments), Decimal(0))
        deliveries = allocate_shipped(self.deliveries, shipped)
        return OrderLine(self.number, self.values, deliveries, tuple(self.shipments), self.place)


class OrderDraft:
    """An order while events are applied to it; `overtyped` tells where people typed over what its workbook said."""

    def __init__(self, order: Order, overtyped: Overtyped) -> None:
        """Begins with the order as earlier events left it."""
        self.order = order
        self.overtyped = dict(overtyped)
        self.values = dict(order.values)
        self.lines = {
            line.number: _LineDraft(line.number, dict(line.values), line.place, line.deliveries, list(line.shipments))
            for line in order.lines
        }
        self.papers = list(order.papers)
        self.history = list(order.history)

    def take(self, chained: ChainedEvent) -> None:
        """One event of the order: what it changes, and its entry in the history."""
        event = chained.event
        match event.kind:
            case EventKind.ORDER_RECEIVED | EventKind.ORDER_REVISED:
                self._revise(event)
            case EventKind.GOODS_SHIPPED:
                self._ship(event)
            case EventKind.VALUE_EDITED:
                self._edit(event)
            case EventKind.PAPER_ISSUED:
                self._issue(event)
        words = _history_words(event)
        self.history.append(HistoryEntry(chained.number, event.when, event.kind, event.by, event.place, words))

    def finish(self) -> Order:
        """The order as these events leave it."""
        lines = tuple(line.finish() for line in self.lines.values())
        papers, history = tuple(self.papers), tuple(self.history)
        return replace(self.order, values=self.values, lines=lines, papers=papers, history=history)

    def _revise(self, event: Event) -> None:
        """The order as a new revision has it; shipments, first promises and what staff typed in the tracker stay."""
        body = event.body
        before = self.lines
        self.order = bare_order(event, self.order.received)
        self.values = self._keep_overtyped("", self.values, decode_values(body["values"], event.document))
        self.lines = {}
        for written in body["lines"]:
            number, values = written["number"], decode_values(written["values"], event.document)
            line = _LineDraft(number, values, decode_place(written["place"], event.document), (), [])
            if old := before.get(number):
                line.values = self._keep_overtyped(number, old.values, values)
                line.deliveries, line.shipments = old.deliveries, old.shipments
            line.plan()
            self.lines[number] = line
        self.overtyped = {spot: said for spot, said in self.overtyped.items() if spot[0] in {"", *self.lines}}

    def _keep_overtyped(self, line: str, typed: Mapping[str, Value], said: dict[str, Value]) -> dict[str, Value]:
        """What a workbook said, with what people typed over it: a value that they blanked stays blank."""
        kept = dict(said)
        for spot in self.overtyped:
            if spot[0] != line:
                continue
            name = spot[1]
            self.overtyped[spot] = said.get(name)
            if name in typed:
                kept[name] = typed[name]
            else:
                kept.pop(name, None)
        return kept

    def _ship(self, event: Event) -> None:
        body = event.body
        date, quantity = dt.date.fromisoformat(body["date"]), Decimal(body["quantity"])
        self.lines[body["line"]].shipments.append(Shipment(date, quantity, event.place, body["delivery_note"]))

    def _edit(self, event: Event) -> None:
        body = event.body
        number, name = body["line"], body["field"]
        line = self.lines[number] if number else None
        values = line.values if line else self.values
        self.overtyped.setdefault((number, name), values.get(name))
        if body["value"] is None:
            values.pop(name, None)
        else:
            values[name] = Value(decode_value(body["value"]), event.place, Origin.TRACKER)
        if line and name in _PLANNED_BY:
            line.plan()

    def _issue(self, event: Event) -> None:
        body = event.body
        self.papers.append(Paper(body["paper"], body["revision"], body["file"], body["sha256"], event.when))


def bare_order(event: Event, received: dt.date) -> Order:
    """The order that an event of kind order-received or order-revised speaks of, before its values and lines."""
    body = event.body
    return Order(
        number=event.order,
        revision=body["revision"],
        received=received,
        values={},
        lines=(),
        content=body["content"],
        entered=body["entered"],
        place=event.place,
        document=event.document,
        form=body["form"],
        layout=body["layout"],
    )


def _history_words(event: Event) -> dict[str, str]:
    body = event.body
    match event.kind:
        case EventKind.GOODS_SHIPPED:
            return {name: body[name] for name in ("line", "quantity", "date", "delivery_note")}
        case EventKind.VALUE_EDITED:
            words = {"line": body["line"], "field": body["field"]}
            return words | {"value": _value_words(body["value"]), "was": _value_words(body["was"])}
        case EventKind.ITEM_OPENED | EventKind.ITEM_CLOSED:
            return item_words(body)
        case EventKind.PAPER_ISSUED:
            words = {name: body[name] for name in ("paper", "number", "file")}
            return words | {"revision": str(body["revision"])}
        case _:
            return {"revision": str(body["revision"])}


def _value_words(written: Any) -> str:
    return "" if written is None else value_text(decode_value(written))
