"""The orders that a ledger adds up to."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from xltools.core.event import EventKind
from xltools.core.money import line_amount
from xltools.core.place import Place
from xltools.core.record import Fields, FieldValue, Schedule, Value

ACTION = "action-"


@dataclass(frozen=True, slots=True)
class Shipment(Fields):
    """Goods of one order line that left; `values` is what else the shipping list says of them (batch, packages …)."""

    date: dt.date
    quantity: Decimal
    place: Place
    delivery_note: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    document: str = ""


@dataclass(frozen=True, slots=True)
class Statement(Fields):
    """What a form's document says of an order, or of its `line`: a verdict, a payment, goods received into stock.

    `revision` is the order's at that time, `change` the number of the change notice that it is about (empty: none).
    `by` is the name typed as who says so, `deputy_for` who that person stands in for; `when` the run that took it in.
    """

    form: str
    line: str
    revision: int
    values: Mapping[str, Value]
    place: Place
    when: dt.date
    by: str = ""
    deputy_for: str = ""
    change: str = ""
    document: str = ""
    number: int = 0  # of its event


@dataclass(frozen=True, slots=True)
class ChangeItem:
    """One value that changes; `line` is empty for a header field, None stands for a blank.

    What is done to an order or line as a whole has `action-` and what it is for a field, as `action-cancel`: no field
    is called so.
    """

    line: str
    field: str
    was: FieldValue | None
    value: FieldValue | None
    place: Place = Place("")

    @property
    def action(self) -> str:
        """What is done to the order or line as a whole: cancel, close-rest, hold, resume, rush; else empty."""
        return self.field.removeprefix(ACTION) if self.field.startswith(ACTION) else ""


ChangeState = Literal["unconfirmed", "pending", "approved", "refused", "replaced"]


@dataclass(frozen=True, slots=True)
class Change(Fields):
    """A change notice on an order.

    `values` are the notice's header fields. An `unconfirmed` one came by telephone and moves nothing until a notice
    confirms it, which leaves it `replaced`. `revision` is the one that it was made on, `made` the one that it made (0:
    none).
    """

    number: str
    kinds: tuple[str, ...]
    values: Mapping[str, Value]
    items: tuple[ChangeItem, ...]
    revision: int
    state: ChangeState
    since: dt.date
    place: Place
    by: str = ""
    document: str = ""
    closed: dt.date | None = None
    made: int = 0
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """True while it waits."""
        return self.state in {"unconfirmed", "pending"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A scheduled delivery of a line: what was asked, what was promised first and last, what has gone."""

    quantity: Decimal
    requested: dt.date | None = None
    first_promised: dt.date | None = None
    promised: dt.date | None = None
    shipped: Decimal = Decimal(0)
    destination: str = ""
    words: str = ""

    @property
    def due(self) -> dt.date | None:
        """The current promise, else the requested date."""
        return self.promised or self.requested

    @property
    def open(self) -> Decimal:
        """What has not been shipped of it."""
        return max(self.quantity - self.shipped, Decimal(0))


@dataclass(frozen=True, slots=True)
class OrderLine(Fields):
    """One line of an order; `values` are its fields as they stand now."""

    number: str
    values: Mapping[str, Value]
    deliveries: tuple[Delivery, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    place: Place = Place("")
    cancelled: bool = False

    def decimal(self, name: str) -> Decimal | None:
        """The value of a number field, None when it is blank."""
        found = self.get(name)
        return Decimal(found) if isinstance(found, (int, Decimal)) else None

    @property
    def quantity(self) -> Decimal:
        """The ordered quantity."""
        return self.decimal("quantity") or Decimal(0)

    @property
    def shipped(self) -> Decimal:
        """The quantity shipped so far."""
        return sum((shipment.quantity for shipment in self.shipments), Decimal(0))

    @property
    def open(self) -> Decimal:
        """Ordered and not yet shipped; nothing of a cancelled line."""
        return Decimal(0) if self.cancelled else max(self.quantity - self.shipped, Decimal(0))

    @property
    def last_shipped(self) -> dt.date | None:
        """The date of the last shipment."""
        return max((shipment.date for shipment in self.shipments), default=None)

    @property
    def amount(self) -> Decimal | None:
        """The given amount, else quantity × price × (1 − discount); None without a price."""
        given = self.decimal("amount")
        if given is not None:
            return given
        price = self.decimal("unit_price")
        return None if price is None else line_amount(self.quantity, price, self.decimal("discount"))


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper made for an order: which kind and revision, where it lies, its sha256 as we wrote it.

    `number` is its own, such as the delivery note's. One that was `voided` on a date must not be used any more.
    """

    kind: str
    revision: int
    file: str
    sha256: str
    when: dt.date
    number: str = ""
    voided: dt.date | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One event of an order, as its history shows it; `items` are the values that a revision or change notice names."""

    number: int
    when: dt.date
    kind: EventKind
    by: str
    place: Place
    words: Mapping[str, str] = field(default_factory=dict)
    items: tuple[ChangeItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Order(Fields):
    """A sales order as its events left it.

    `entered` is the stage that its layout brought it in at, `content` the hash of what its workbook said, `form` and
    `layout` what it was read by. `reviewed` is the revision that came by intake and that its review is about: approved
    changes make further revisions that bring their own signatures. `approved` is when its review was through. It is
    `novel` where it has a product that no order before it had.
    """

    number: str
    revision: int
    received: dt.date
    values: Mapping[str, Value]
    lines: tuple[OrderLine, ...]
    content: str
    entered: str
    place: Place
    document: str
    papers: tuple[Paper, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    form: str = "order-intake"
    layout: str = ""
    reviewed: int = 1
    approved: dt.date | None = None
    novel: bool = False
    statements: tuple[Statement, ...] = ()
    changes: tuple[Change, ...] = ()
    held: bool = False
    cancelled: bool = False

    def statements_of(self, form: str) -> tuple[Statement, ...]:
        """What documents of a form said of it, the oldest first."""
        return tuple(one for one in self.statements if one.form == form)

    @property
    def open_changes(self) -> tuple[Change, ...]:
        """The change notices that wait."""
        return tuple(one for one in self.changes if one.is_open)

    def line(self, number: str) -> OrderLine | None:
        """The line with this number."""
        return next((line for line in self.lines if line.number == number), None)


def split_schedule(quantity: Decimal, schedule: Schedule) -> tuple[Delivery, ...]:
    """The deliveries that a line of `quantity` with this schedule has; one where nothing else is said."""
    if not schedule:
        return (Delivery(quantity),)
    return tuple(
        Delivery(
            quantity if part.quantity is None else part.quantity,
            requested=part.date,
            destination=part.destination,
            words=part.words,
        )
        for part in schedule
    )
