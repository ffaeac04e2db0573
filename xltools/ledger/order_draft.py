"""An order while events are applied to it; their bodies are described in replay.py."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from xltools.core.codec import decode_place, decode_value, decode_values, value_text
from xltools.core.event import ChainedEvent, Event, EventKind
from xltools.core.order import (
    Change,
    ChangeItem,
    ChangeState,
    Delivery,
    HistoryEntry,
    Order,
    OrderLine,
    Paper,
    Shipment,
    Statement,
)
from xltools.core.place import Place
from xltools.core.record import Origin, Value
from xltools.ledger.changed_values import Parts, list_differences, read_change, read_items
from xltools.ledger.deliveries import PROMISE, allocate_shipped, plan_deliveries
from xltools.ledger.items import item_words

_ABOUT = frozenset({"order_no", "line_no", "revision", "name", "change_no"})  # what a statement is about, and whose
_STATEMENT_WORDS = ("form", "line", "change", "name", "deputy_for")
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
    cancelled: bool = False

    def plan(self) -> None:
        line = OrderLine(self.number, self.values)
        requested, promised = line.get("requested_date"), line.get(PROMISE)
        self.deliveries = plan_deliveries(line.quantity, requested, promised, self.deliveries)

    def finish(self) -> OrderLine:
        shipped = sum((shipment.quantity for shipment in self.shipments), Decimal(0))
        deliveries = allocate_shipped(self.deliveries, shipped)
        return OrderLine(self.number, self.values, deliveries, tuple(self.shipments), self.place, self.cancelled)


class OrderDraft:
    """An order while events are applied to it; `overtyped` tells where people typed over what its workbook said."""

    def __init__(self, order: Order, overtyped: Overtyped) -> None:
        """Begins with the order as earlier events left it."""
        self.order = order
        self.overtyped = dict(overtyped)
        self.values = dict(order.values)
        self.lines = {
            line.number: _LineDraft(
                line.number, dict(line.values), line.place, line.deliveries, list(line.shipments), line.cancelled
            )
            for line in order.lines
        }
        self.papers = list(order.papers)
        self.history = list(order.history)
        self.statements = list(order.statements)
        self.changes = {change.number: change for change in order.changes}
        self.changed: tuple[ChangeItem, ...] = ()  # by the event at hand
        self._appliers: Mapping[EventKind, Callable[[Event], None]] = {
            EventKind.ORDER_RECEIVED: self._revise,
            EventKind.ORDER_REVISED: self._revise,
            EventKind.GOODS_SHIPPED: self._ship,
            EventKind.SHIPMENT_VOIDED: self._void_shipment,
            EventKind.VALUE_EDITED: self._edit,
            EventKind.PAPER_ISSUED: self._issue,
            EventKind.PAPER_VOIDED: self._void_paper,
            EventKind.ORDER_APPROVED: self._approve,
            EventKind.CHANGE_REQUESTED: self._request_change,
            EventKind.CHANGE_APPROVED: self._approve_change,
            EventKind.CHANGE_REFUSED: self._refuse_change,
        }

    def take(self, chained: ChainedEvent) -> None:
        """One event of the order: what it changes, and its entry in the history."""
        event, self.changed = chained.event, ()
        if event.kind is EventKind.STATEMENT_MADE:
            statement = read_statement(chained)
            self.statements.append(statement)
            words = _statement_words(event, statement)
        else:
            if apply := self._appliers.get(event.kind):
                apply(event)
            words = _history_words(event)
        entry = HistoryEntry(chained.number, event.when, event.kind, event.by, event.place, words, self.changed)
        self.history.append(entry)

    def finish(self) -> Order:
        """The order as these events leave it."""
        lines = tuple(line.finish() for line in self.lines.values())
        return replace(
            self.order,
            values=self.values,
            lines=lines,
            papers=tuple(self.papers),
            history=tuple(self.history),
            statements=tuple(self.statements),
            changes=tuple(self.changes.values()),
        )

    def tell_novelty(self, novel: bool) -> None:
        """Whether it has a product that no order before it had."""
        self.order = replace(self.order, novel=novel)

    def _revise(self, event: Event) -> None:
        """The order as a new revision has it; shipments, first promises and what staff typed in the tracker stay."""
        body = event.body
        before, said = self.lines, self.values
        self.order = replace(bare_order(event, self.order.received), held=self.order.held)
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
        self.overtyped = {spot: value for spot, value in self.overtyped.items() if spot[0] in {"", *self.lines}}
        if event.kind is EventKind.ORDER_REVISED:
            self.changed = tuple(list_differences(_parts(said, before), _parts(self.values, self.lines)))

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
        values = decode_values(body.get("values", {}), event.document)
        shipment = Shipment(date, quantity, event.place, body["delivery_note"], values, event.document)
        self.lines[body["line"]].shipments.append(shipment)

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
        paper = Paper(body["paper"], body["revision"], body["file"], body["sha256"], event.when, body["number"])
        self.papers.append(paper)

    def _void_paper(self, event: Event) -> None:
        file = event.body["file"]
        self.papers = [replace(one, voided=event.when) if one.file == file else one for one in self.papers]

    def _void_shipment(self, event: Event) -> None:
        delivery_note = event.body["delivery_note"]
        for line in self.lines.values():
            line.shipments = [one for one in line.shipments if one.delivery_note != delivery_note]

    def _approve(self, event: Event) -> None:
        """The review is through: what it promised stands, over what was promised before."""
        self.order = replace(self.order, approved=event.when)
        for number, (written, place) in event.body["promises"].items():
            if line := self.lines.get(number):
                self._set_value(number, PROMISE, Value(decode_value(written), decode_place(place, event.document)))
                line.plan()

    def _request_change(self, event: Event) -> None:
        """A notice, or the same again with more signatures: it waits since it first came."""
        change = read_change(event)
        known = self.changes.get(change.number)
        if known and known.state == change.state:
            change = replace(change, since=known.since)
        self.changes[change.number], self.changed = change, change.items
        for number in event.body["confirms"]:
            if number != change.number and (taken_over := self.changes.get(number)):
                self.changes[number] = replace(taken_over, state="replaced", closed=event.when, reason=change.number)

    def _approve_change(self, event: Event) -> None:
        """The change as approved: its values stand, over what people typed there; the order is a new revision."""
        body, change = event.body, self._close_change(event, "approved")
        if body["revision"] != self.order.revision:
            self.values["revision"] = Value(body["revision"], change.place)
        self.order = replace(
            self.order,
            revision=body["revision"],
            held=self.order.held if body["held"] is None else body["held"],
            cancelled=self.order.cancelled or body["cancelled"],
        )
        for item in change.items:
            if not item.action:
                place = item.place if item.place.file else change.place
                self._set_value(item.line, item.field, None if item.value is None else Value(item.value, place))
        for number in body["cancelled_lines"]:
            self.lines[number].cancelled = True
        for line in self.lines.values():
            line.plan()

    def _refuse_change(self, event: Event) -> None:
        self._close_change(event, "refused")

    def _close_change(self, event: Event, state: ChangeState) -> Change:
        body = event.body
        change = self.changes[body["change"]]
        made = body["revision"] if state == "approved" and body["revision"] > self.order.revision else 0
        items = read_items(body["items"], event.document) if "items" in body else change.items
        reason = body.get("reason", change.reason)
        closed = replace(change, state=state, closed=event.when, made=made, reason=reason, items=items)
        self.changes[change.number] = closed
        return closed

    def _set_value(self, line: str, name: str, value: Value | None) -> None:
        """A value that overrules what was typed in the tracker."""
        values = self.lines[line].values if line else self.values
        self.overtyped.pop((line, name), None)
        values.pop(name, None)
        if value is not None:
            values[name] = value


def _parts(header: Mapping[str, Value], lines: Mapping[str, _LineDraft]) -> Parts:
    return {"": header, **{number: line.values for number, line in lines.items()}}


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
        reviewed=body["revision"],
    )


def read_statement(chained: ChainedEvent) -> Statement:
    """The statement of an event of kind statement-made."""
    event, body = chained.event, chained.event.body
    return Statement(
        form=body["form"],
        line=body["line"],
        revision=body["revision"],
        values=decode_values(body["values"], event.document),
        place=event.place,
        when=event.when,
        by=body["name"],
        deputy_for=body["deputy_for"],
        change=body["change"],
        document=event.document,
        number=chained.number,
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
        case EventKind.CHANGE_REQUESTED:
            return {"change": body["change"], "kinds": ", ".join(body["kinds"]), "state": body["state"]}
        case EventKind.CHANGE_APPROVED | EventKind.CHANGE_REFUSED:
            return {
                "change": body["change"],
                "reason": body.get("reason", ""),
                "revision": str(body.get("revision", "")),
            }
        case EventKind.SHIPMENT_VOIDED | EventKind.PAPER_VOIDED:
            return {name: str(said) for name, said in body.items()}
        case _:
            return {"revision": str(body["revision"])}


def _statement_words(event: Event, statement: Statement) -> dict[str, str]:
    """Who says it of what, and what is said beside that: `conclusion acceptable; available_date 2026-03-30`."""
    said = (f"{name} {value_text(one.value)}" for name, one in statement.values.items() if name not in _ABOUT)
    return {name: event.body[name] for name in _STATEMENT_WORDS} | {"says": "; ".join(said)}


def _value_words(written: Any) -> str:
    return "" if written is None else value_text(decode_value(written))
