"""From events to orders: the state that a ledger adds up to.

Bodies of events, schema version 1; dates are ISO text, quantities plain decimal text, values as in core/codec.py:

- document-accepted: `file`, `archived`, `form`, `layout`, `orders` (numbers), `partly` (bool), `answers` (the return id
  of the marked copy that this is, or empty)
- document-returned: `file`, `archived`, `returned` (the marked copy), `form`, `problems` (count), `return_id`, `about`
  (the orders to be mended: `[{order, customer_po, customer}]`), `answers` (an earlier return that this one replaces)
- order-received, order-revised: `revision`, `entered` (stage), `content` (hash), `form`, `layout`, `values` (of the
  header, order_no and revision among them), `lines`: `[{number, place, values}]`
- goods-shipped: `line`, `date`, `quantity`, `delivery_note`, `values` (what else the shipping list says; may lack)
- shipment-voided: `delivery_note` (all goods of the order that left on it count as not shipped), `reason`
- statement-made: `form`, `line` (empty: the order), `revision`, `change` (number, or empty), `values`, `name` (who says
  so), `deputy_for`
- order-approved: `revision`, `promises` (`{line: [value, place]}`: promised dates by line, where the review gave any)
- change-requested: `change` (number), `kinds`, `revision`, `state` (unconfirmed or pending), `values`, `items`:
  `[{line, field, was, value, place}]` (null: blank; the place may lack; `action-cancel` and the like for a field where
  an order or line as a whole is changed), `confirms` (the numbers of unconfirmed changes that it takes over). Of one
  number again: what it says now, with further signatures
- change-approved: `change`, `revision` (the one that it makes; the same where it makes none), `held` (null: as before),
  `cancelled` (bool: the whole order), `cancelled_lines`, `items` (as requested, and what follows from them; may lack)
- change-refused: `change`, `reason`
- value-edited: `line` (empty for a header field), `field`, `value` (null: blanked), `was` (null: was blank)
- paper-issued: `paper` (kind), `revision`, `number`, `file`, `sha256`
- paper-voided: `file`, `number`, `paper` (kind), `reason`
- item-opened: `item` (its id), `kind`, `line`, `field`, `typed`, `kept` (as people read them), `cells` (`[[column,
  typed, put back]]`), `code`; the event's order need not be one of the ledger's
- item-closed: `item`, `answer` (empty: it resolved itself); of one that is closed already, its answer from now on
- year-closed: `year`

Places are `[file, sheet, cell]` in the event's own document; one in another workbook (master data, an earlier order,
the tracker) has that workbook's sha256 as a fourth. The place of an event is the cell that says so, of a received order
the place of its record. `document` is the sha256 of the workbook, or empty.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from xltools.core.codec import decode_value
from xltools.core.event import EVENT_VERSION, GENESIS, ChainedEvent, Event, EventKind
from xltools.core.order import Order
from xltools.core.record import Record, Table
from xltools.core.text import label_key
from xltools.ledger.items import OpenItem, apply_item
from xltools.ledger.number import normalize_order_number
from xltools.ledger.order_draft import OrderDraft, Overtyped, bare_order

_DESK_ID_LENGTH = 24
_PRODUCT_FIELDS = ("product_code", "product", "specification")


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
class ReturnedOrder:
    """What was legible of an order that must be mended: its number, customer PO and customer, as typed."""

    order: str = ""
    customer_po: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedDocument:
    """A workbook that was returned, and its marked copy: open until a corrected one comes, then `closed` on that date.

    `about` are the orders to be mended; `answers` is the return id of the earlier copy that it was meant to mend. One
    that a person closed by hand has their `answer`.
    """

    sha256: str
    file: str
    archived: str
    returned: str
    form: str
    problems: int
    return_id: str
    when: dt.date
    about: tuple[ReturnedOrder, ...] = ()
    answers: str = ""
    closed: dt.date | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What all events up to `number` add up to.

    `orders` by number, `accepted` by sha256, `returned` (open) and `closed_returns` by return id, `paper_numbers` by
    kind, `items` by id, closed ones among them. `overtyped` tells by order where people typed over its workbook in the
    tracker. `delivery_notes` are the numbers of the orders by delivery note, voided ones too; `change_numbers` those of
    all change notices, `products` the first orders of products by their keys. `closed_year` is the latest that was
    closed. `desk_id` tells this ledger's desk from any other: the hash of its first event in short (empty before it),
    so that a rebuilt desk has the same.
    """

    orders: Mapping[str, Order] = field(default_factory=dict)
    accepted: Mapping[str, AcceptedDocument] = field(default_factory=dict)
    returned: Mapping[str, ReturnedDocument] = field(default_factory=dict)
    paper_numbers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    head: str = GENESIS
    number: int = 0
    closed_returns: Mapping[str, ReturnedDocument] = field(default_factory=dict)
    items: Mapping[str, OpenItem] = field(default_factory=dict)
    overtyped: Mapping[str, Overtyped] = field(default_factory=dict)
    closed_year: int | None = None
    desk_id: str = ""
    delivery_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    change_numbers: frozenset[str] = frozenset()
    products: Mapping[str, str] = field(default_factory=dict)

    @property
    def open_items(self) -> tuple[OpenItem, ...]:
        """The items that wait for an answer, in the order of opening."""
        return tuple(item for item in self.items.values() if item.is_open)

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


def _product_key(written: Mapping[str, Any]) -> str:
    """What tells a product from others: its code, else its name and specification; empty where neither is given."""
    code, *words = (str(decode_value(written[name][0])) if name in written else "" for name in _PRODUCT_FIELDS)
    return label_key(code) if code else "|".join(map(label_key, words)).strip("|")


class _LedgerDraft:
    """A ledger while events are applied to it."""

    def __init__(self, ledger: Ledger) -> None:
        self.orders = dict(ledger.orders)
        self.accepted = dict(ledger.accepted)
        self.returned = dict(ledger.returned)
        self.closed_returns = dict(ledger.closed_returns)
        self.paper_numbers, self.numbered = dict(ledger.paper_numbers), dict[str, set[str]]()
        self.items = dict(ledger.items)
        self.overtyped = dict(ledger.overtyped)
        self.closed_year, self.desk_id = ledger.closed_year, ledger.desk_id
        self.delivery_notes = dict(ledger.delivery_notes)
        self.change_numbers = set(ledger.change_numbers)
        self.products = dict(ledger.products)
        self.head, self.number = ledger.head, ledger.number
        self.drafts: dict[str, OrderDraft] = {}

    def finish(self) -> Ledger:
        self.orders |= {number: draft.finish() for number, draft in self.drafts.items()}
        self.overtyped |= {number: draft.overtyped for number, draft in self.drafts.items() if draft.overtyped}
        for number, draft in self.drafts.items():
            if not draft.overtyped:
                self.overtyped.pop(number, None)
        for kind, numbers in self.numbered.items():
            self.paper_numbers[kind] = self.paper_numbers.get(kind, frozenset()) | numbers
        return Ledger(
            orders=self.orders,
            accepted=self.accepted,
            returned=self.returned,
            paper_numbers=self.paper_numbers,
            head=self.head,
            number=self.number,
            closed_returns=self.closed_returns,
            items=self.items,
            overtyped=self.overtyped,
            closed_year=self.closed_year,
            desk_id=self.desk_id,
            delivery_notes=self.delivery_notes,
            change_numbers=frozenset(self.change_numbers),
            products=self.products,
        )

    def take(self, chained: ChainedEvent) -> None:
        if chained.previous != self.head or chained.number != self.number + 1:
            raise ValueError(f"event {chained.number} does not follow event {self.number}")
        if chained.event.version > EVENT_VERSION:
            raise ValueError(f"event {chained.number} was written by a newer version of the program")
        self.head, self.number = chained.hash, chained.number
        self.desk_id = self.desk_id or chained.hash[:_DESK_ID_LENGTH]
        event = chained.event
        match event.kind:
            case EventKind.DOCUMENT_ACCEPTED:
                self._accept(event)
            case EventKind.DOCUMENT_RETURNED:
                self._return(event)
            case EventKind.YEAR_CLOSED:
                self.closed_year = max(event.body["year"], self.closed_year or 0)
            case EventKind.ITEM_CLOSED if event.body["item"] not in self.items:
                self._answer_return(event.body["item"], event.when, event.body["answer"])
            case EventKind.ITEM_OPENED | EventKind.ITEM_CLOSED:
                apply_item(self.items, event)
                if event.order in self.orders or event.order in self.drafts:
                    self._apply_to_order(chained)
            case _:
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
        self._close_return(body["answers"], event.when)
        if not body["partly"]:
            for return_id in [key for key, returned in self.returned.items() if returned.sha256 == sha256]:
                self._close_return(return_id, event.when)

    def _close_return(self, return_id: str, when: dt.date, answer: str = "") -> None:
        if closing := self.returned.pop(return_id, None):
            self.closed_returns[return_id] = replace(closing, closed=when, answer=answer)

    def _answer_return(self, return_id: str, when: dt.date, answer: str) -> None:
        closed = self.closed_returns.get(return_id)
        if closed and return_id not in self.returned:
            self.closed_returns[return_id] = replace(closed, answer=answer)
        else:
            self._close_return(return_id, when, answer)

    def _return(self, event: Event) -> None:
        body = event.body
        self._close_return(body["answers"], event.when)
        self.closed_returns.pop(body["return_id"], None)
        self.returned[body["return_id"]] = ReturnedDocument(
            sha256=event.document,
            file=body["file"],
            archived=body["archived"],
            returned=body["returned"],
            form=body["form"],
            problems=body["problems"],
            return_id=body["return_id"],
            when=event.when,
            about=tuple(ReturnedOrder(**one) for one in body["about"]),
            answers=body["answers"],
        )

    def _apply_to_order(self, chained: ChainedEvent) -> None:
        event = chained.event
        draft = self.drafts.get(event.order)
        if draft is None:
            order = self.orders.get(event.order) or bare_order(event, event.when)
            draft = OrderDraft(order, self.overtyped.get(event.order, {}))
            self.drafts[event.order] = draft
        draft.take(chained)
        match event.kind:
            case EventKind.PAPER_ISSUED:
                self.numbered.setdefault(event.body["paper"], set()).add(event.body["number"])
            case EventKind.GOODS_SHIPPED if note := event.body["delivery_note"]:
                self.delivery_notes[note] = tuple(dict.fromkeys((*self.delivery_notes.get(note, ()), event.order)))
            case EventKind.CHANGE_REQUESTED:
                self.change_numbers.add(event.body["change"])
            case EventKind.ORDER_RECEIVED | EventKind.ORDER_REVISED:
                keys = [key for written in event.body["lines"] if (key := _product_key(written["values"]))]
                draft.tell_novelty(any(self.products.setdefault(key, event.order) == event.order for key in keys))
