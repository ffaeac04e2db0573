"""From events to orders: the state that a ledger adds up to.

Bodies of events, schema version 1; dates are ISO text, quantities plain decimal text, values as in core/codec.py:

- document-accepted: `file`, `archived`, `form`, `layout`, `orders` (numbers), `partly` (bool), `answers` (the return id
  of the marked copy that this is, or empty)
- document-returned: `file`, `archived`, `returned` (the marked copy), `form`, `problems` (count), `return_id`
- order-received, order-revised: `revision`, `entered` (stage), `content` (hash), `form`, `layout`, `values` (of the
  header, order_no and revision among them), `lines`: `[{number, place, values}]`
- goods-shipped: `line`, `date`, `quantity`, `delivery_note`
- value-edited: `line` (empty for a header field), `field`, `value` (null: blanked), `was` (null: was blank)
- paper-issued: `paper` (kind), `revision`, `number`, `file`, `sha256`

Places are `[file, sheet, cell]` in the event's own document; one in another workbook (master data, an earlier order,
the tracker) has that workbook's sha256 as a fourth. The place of an event is the cell that says so, of a received order
the place of its record. `document` is the sha256 of the workbook, or empty.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from xltools.core.codec import decode_place, decode_value, decode_values
from xltools.core.event import EVENT_VERSION, GENESIS, ChainedEvent, Event, EventKind
from xltools.core.order import Delivery, HistoryEntry, Order, OrderLine, Paper, Shipment
from xltools.core.place import Place
from xltools.core.record import Origin, Record, Table, Value, schedule_text
from xltools.ledger.deliveries import allocate_shipped, plan_deliveries
from xltools.ledger.number import normalize_order_number

PROMISE = "promised_date"


@dataclass(frozen=True, slots=True)
class AcceptedDocument:
    """A workbook whose orders went in, all or `partly`, and where its original lies."""

    sha256: str
    file: str
    archived: str
    form: str
    layout: str
    orders: tuple[str, ...]
    partly: bool
    when: dt.date
    by: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedDocument:
    """A workbook that was returned, and its marked copy: open until a corrected one comes."""

    sha256: str
    file: str
    archived: str
    returned: str
    form: str
    problems: int
    return_id: str
    when: dt.date


@dataclass(frozen=True, slots=True)
class Ledger:
    """What all events up to `number` add up to.

    `orders` by number, `accepted` by sha256, `returned` by return id (only open ones), `paper_numbers` by kind.
    """

    orders: Mapping[str, Order] = field(default_factory=dict)
    accepted: Mapping[str, AcceptedDocument] = field(default_factory=dict)
    returned: Mapping[str, ReturnedDocument] = field(default_factory=dict)
    paper_numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    head: str = GENESIS
    number: int = 0

    def find_order(self, number: str) -> Order | None:
        """The order with this number, in whatever form it was typed."""
        return self.orders.get(normalize_order_number(number))


def replay(events: Iterable[ChainedEvent]) -> Ledger:
    """The ledger that these events add up to, from the first one on; ValueError where one does not follow the other."""
    return extend(Ledger(), events)


def extend(ledger: Ledger, events: Iterable[ChainedEvent]) -> Ledger:
    """The ledger after these further events; ValueError where they do not follow its head.

    Orders that no event touches are shared with `ledger`. Give many events at once: each call copies the indexes.
    """
    draft = _LedgerDraft(ledger)
    for chained in events:
        draft.take(chained)
    return draft.finish()


def orders_table(ledger: Ledger) -> Table:
    """The orders as a table `orders` that a repeat order is looked up in: a record per order, with its lines."""
    return Table("orders", (_order_record(order) for order in ledger.orders.values()))


def _order_record(order: Order) -> Record:
    return Record(order.place, order.values, tuple(Record(line.place, line.values) for line in order.lines))


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


class _OrderDraft:
    """An order while events are applied to it."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.values = dict(order.values)
        self.lines = {
            line.number: _LineDraft(line.number, dict(line.values), line.place, line.deliveries, list(line.shipments))
            for line in order.lines
        }
        self.papers = list(order.papers)
        self.history = list(order.history)

    def finish(self) -> Order:
        lines = tuple(line.finish() for line in self.lines.values())
        papers, history = tuple(self.papers), tuple(self.history)
        return replace(self.order, values=self.values, lines=lines, papers=papers, history=history)

    def revise(self, event: Event) -> None:
        """The order as a new revision has it; shipments, first promises and what staff typed in the tracker stay."""
        body = event.body
        self.order = _bare_order(event, self.order.received)
        self.values = {**decode_values(body["values"], event.document), **_typed_in_tracker(self.values)}
        before = self.lines
        self.lines = {}
        for written in body["lines"]:
            number, values = written["number"], decode_values(written["values"], event.document)
            line = _LineDraft(number, values, decode_place(written["place"], event.document), (), [])
            if old := before.get(number):
                line.values |= _typed_in_tracker(old.values)
                line.deliveries, line.shipments = old.deliveries, old.shipments
            line.plan()
            self.lines[number] = line

    def ship(self, event: Event) -> None:
        body = event.body
        date, quantity = dt.date.fromisoformat(body["date"]), Decimal(body["quantity"])
        self.lines[body["line"]].shipments.append(Shipment(date, quantity, event.place, body["delivery_note"]))

    def edit(self, event: Event) -> None:
        body = event.body
        line = self.lines[body["line"]] if body["line"] else None
        values = line.values if line else self.values
        if body["value"] is None:
            values.pop(body["field"], None)
        else:
            values[body["field"]] = Value(decode_value(body["value"]), event.place, Origin.TRACKER)
        if line and body["field"] == PROMISE:
            line.plan()

    def issue(self, event: Event) -> None:
        body = event.body
        self.papers.append(Paper(body["paper"], body["revision"], body["file"], body["sha256"], event.when))


class _LedgerDraft:
    """A ledger while events are applied to it."""

    def __init__(self, ledger: Ledger) -> None:
        self.orders = dict(ledger.orders)
        self.accepted = dict(ledger.accepted)
        self.returned = dict(ledger.returned)
        self.paper_numbers = dict(ledger.paper_numbers)
        self.head, self.number = ledger.head, ledger.number
        self.drafts: dict[str, _OrderDraft] = {}

    def finish(self) -> Ledger:
        self.orders |= {number: draft.finish() for number, draft in self.drafts.items()}
        return Ledger(self.orders, self.accepted, self.returned, self.paper_numbers, self.head, self.number)

    def take(self, chained: ChainedEvent) -> None:
        if chained.previous != self.head or chained.number != self.number + 1:
            raise ValueError(f"event {chained.number} does not follow event {self.number}")
        if chained.event.version > EVENT_VERSION:
            raise ValueError(f"event {chained.number} was written by a newer version of the program")
        self.head, self.number = chained.hash, chained.number
        event = chained.event
        if event.kind is EventKind.DOCUMENT_ACCEPTED:
            self._accept(event)
        elif event.kind is EventKind.DOCUMENT_RETURNED:
            self._return(event)
        else:
            self._apply_to_order(chained)

    def _accept(self, event: Event) -> None:
        body, sha256 = event.body, event.document
        self.accepted[sha256] = AcceptedDocument(
            sha256=sha256,
            file=body["file"],
            archived=body["archived"],
            form=body["form"],
            layout=body["layout"],
            orders=tuple(body["orders"]),
            partly=body["partly"],
            when=event.when,
            by=event.by,
        )
        self.returned.pop(body["answers"], None)
        if not body["partly"]:
            mended = [key for key, returned in self.returned.items() if returned.sha256 == sha256]
            for return_id in mended:
                del self.returned[return_id]

    def _return(self, event: Event) -> None:
        body = event.body
        self.returned[body["return_id"]] = ReturnedDocument(
            sha256=event.document,
            file=body["file"],
            archived=body["archived"],
            returned=body["returned"],
            form=body["form"],
            problems=body["problems"],
            return_id=body["return_id"],
            when=event.when,
        )

    def _apply_to_order(self, chained: ChainedEvent) -> None:
        event = chained.event
        draft = self.drafts.get(event.order)
        if draft is None:
            draft = _OrderDraft(self.orders.get(event.order) or _bare_order(event, event.when))
            self.drafts[event.order] = draft
        if event.kind in {EventKind.ORDER_RECEIVED, EventKind.ORDER_REVISED}:
            draft.revise(event)
        elif event.kind is EventKind.GOODS_SHIPPED:
            draft.ship(event)
        elif event.kind is EventKind.VALUE_EDITED:
            draft.edit(event)
        elif event.kind is EventKind.PAPER_ISSUED:
            draft.issue(event)
            kind, number = event.body["paper"], event.body["number"]
            self.paper_numbers[kind] = self.paper_numbers.get(kind, frozenset()) | {number}
        words = _history_words(event)
        draft.history.append(HistoryEntry(chained.number, event.when, event.kind, event.by, event.place, words))


def _bare_order(event: Event, received: dt.date) -> Order:
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


def _typed_in_tracker(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: given for name, given in values.items() if given.origin is Origin.TRACKER}


def _history_words(event: Event) -> dict[str, str]:
    body = event.body
    match event.kind:
        case EventKind.GOODS_SHIPPED:
            return {name: body[name] for name in ("line", "quantity", "date", "delivery_note")}
        case EventKind.VALUE_EDITED:
            words = {"line": body["line"], "field": body["field"]}
            return words | {"value": _value_words(body["value"]), "was": _value_words(body["was"])}
        case EventKind.PAPER_ISSUED:
            words = {name: body[name] for name in ("paper", "number", "file")}
            return words | {"revision": str(body["revision"])}
        case _:
            return {"revision": str(body["revision"])}


def _value_words(written: Any) -> str:
    if written is None:
        return ""
    value = decode_value(written)
    return schedule_text(value) if isinstance(value, tuple) else str(value)
