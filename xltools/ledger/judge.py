"""What each record of an order document is: a new order, one sent again, a new revision, or none that can go in."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xltools.core.codec import encode_place, encode_values, plain_decimal
from xltools.core.event import Event, EventKind
from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Document, Origin, Record, Value
from xltools.forms.model import Layout
from xltools.forms.rules import Rules
from xltools.ledger.content import hash_content
from xltools.ledger.documents import return_chain, return_id
from xltools.ledger.items import ItemOpener
from xltools.ledger.lines import NumberedLine, number_lines
from xltools.ledger.number import next_number, normalize_order_number
from xltools.ledger.order_draft import Overtyped
from xltools.ledger.replay import Ledger
from xltools.ledger.revision import conflict_problem, find_lost_values, find_overruled, restore_said
from xltools.ledger.standing import CHANGE_NOTICE, is_approved


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one record; without `number` it is rejected."""

    number: str = ""
    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()


class OrderJudge:
    """Judges the records of one document, in their order; keeps in mind which numbers it has given."""

    def __init__(
        self,
        document: Document,
        layout: Layout,
        ledger: Ledger,
        rules: Rules,
        *,
        as_of: dt.date,
        taken: Collection[str],
        answers: str,
    ) -> None:
        self.document, self.layout, self.ledger = document, layout, ledger
        self.rules, self.as_of = rules, as_of
        self.typed: dict[str, set[str]] = {}  # what the document says of each order that it numbers
        for record in document.records:
            self.typed.setdefault(_typed_number(record), set()).add(hash_content(record, layout))
        rejected = map(_typed_number, document.rejected)
        self.taken = {*ledger.orders, *map(normalize_order_number, taken), *self.typed, *rejected} - {""}
        self.items = ItemOpener(ledger.items, as_of)
        self.numbered_before = _numbered_before(document, ledger, answers)
        self.done: set[str] = set()
        self.assigned: list[tuple[str, Record]] = []

    def judge(self, record: Record) -> Verdict:
        """What becomes of one record."""
        content = hash_content(record, self.layout)
        number = _typed_number(record)
        if not number:
            return self._judge_unnumbered(record, content)
        place = record.values["order_no"].place
        if len(self.typed[number]) > 1:
            return Verdict(problems=(error("order-twice-in-document", place, "order_no", order=number),))
        if number in self.done:
            problem = warning("order-twice-in-document", place, "order_no", order=number)
            return Verdict(number, problems=(problem,))
        self.done.add(number)
        order = self.ledger.orders.get(number)
        if order and order.content != content and (conflict := self._find_conflict(record, order, place)):
            return Verdict(problems=(conflict,))
        return self._take(record, number, content, order)

    def _find_conflict(self, record: Record, order: Order, place: Place) -> Problem | None:
        """Why an order may not be replaced by what a document says of it now; None where it may."""
        if order.text("customer") != record.text("customer"):
            theirs = order.text("customer")
            return error("order-of-another-customer", place, "order_no", order=order.number, customer=theirs)
        if self._is_settled(order):
            return error("order-already-approved", place, "order_no", order=order.number)
        revision = _revision(record)
        if revision > order.revision:
            return None
        spot = record.values.get("revision")
        return error(
            "revision-conflict",
            spot.place if spot and spot.origin is Origin.CELL else place,
            "revision",
            order=order.number,
            revision=revision,
            current=order.revision,
            file=order.place.file,
        )

    def _is_settled(self, order: Order) -> bool:
        """True when only a change notice may change the order: goods have left, or it is approved.

        Where no change notices are installed, a higher revision is the only way that a change can be told at all.
        """
        if any(line.shipments for line in order.lines):
            return True
        return CHANGE_NOTICE in self.rules.forms and is_approved(order, self.rules, self.as_of)

    def _judge_unnumbered(self, record: Record, content: str) -> Verdict:
        """A record without a number is the order it was in the document before it was returned, else a new one."""
        before = next((order for order in self.numbered_before if order.content == content), None)
        if before:
            self.numbered_before.remove(before)
            return self._take(record, before.number, content, before)
        number = next_number(self.rules.settings.number_series.order, self.as_of, self.taken)
        verdict = self._take(record, number, content, None)
        if not verdict.number:
            return verdict
        problems = [warning("order-number-assigned", record.place, "order_no", order=number)]
        if twin := self._find_twin(record, content):
            spot = record.values.get("customer_po")
            place = spot.place if spot else record.place
            problems.append(warning("possible-duplicate-order", place, "customer_po", order=number, earlier=twin))
        self.taken.add(number)
        self.assigned.append((number, record))
        return Verdict(number, verdict.events, (*problems, *verdict.problems))

    def _find_twin(self, record: Record, content: str) -> str:
        """The latest order with the same content, or with the same customer, customer PO and lines; empty for none."""
        trade = _trade_terms(record)
        for number, other in reversed(self.assigned):
            if hash_content(other, self.layout) == content or (trade[1] and _trade_terms(other) == trade):
                return number
        for order in reversed(tuple(self.ledger.orders.values())):
            if order.content == content:
                return order.number
            if trade[1] and order.text("customer_po") == trade[1] and _trade_terms(order) == trade:
                return order.number
        return ""

    def _take(self, record: Record, number: str, content: str, order: Order | None) -> Verdict:
        """The record as order `number`: received, revised, or unchanged; and what of it has left since."""
        overtyped = self.ledger.overtyped.get(number, {})
        lines, problems = number_lines(record, restore_said(order, overtyped) if order else None, self.layout)
        if problems:
            return Verdict(problems=problems)
        events: list[Event] = []
        conflicts: tuple[Problem, ...] = ()
        if order is None or order.content != content:
            kind = EventKind.ORDER_REVISED if order else EventKind.ORDER_RECEIVED
            events.append(self._order_event(kind, record, number, content, lines))
            if order:
                opened, conflicts = self._settle_overtyped(order, record, lines, overtyped)
                events += opened
        if self.layout.shipped:
            events += self._shipped_events(number, lines, order, self.layout.shipped.date)
        return Verdict(number, tuple(events), conflicts)

    def _settle_overtyped(
        self, order: Order, record: Record, lines: Sequence[NumberedLine], overtyped: Overtyped
    ) -> tuple[list[Event], tuple[Problem, ...]]:
        """What people typed in the tracker and a revision says otherwise, or takes away: an open item for each."""
        overruled = tuple(find_overruled(order, record, lines, overtyped, self.document.saved_by))
        lost = find_lost_values(order, lines, overtyped)
        events = [event for found in (*overruled, *lost) for event in self.items.open(found)]
        return events, tuple(conflict_problem(found) for found in overruled)

    def _order_event(
        self, kind: EventKind, record: Record, number: str, content: str, lines: Iterable[NumberedLine]
    ) -> Event:
        sha256 = self.document.sha256
        typed = record.values.get("order_no")
        order_no = Value(number, typed.place, typed.origin) if typed else Value(number, record.place, Origin.ASSIGNED)
        revision = record.values.get("revision") or Value(1, record.place, Origin.DEFAULT)
        body = {
            "revision": _revision(record),
            "entered": self.layout.enters or self.rules.workflow.stages[0].name,
            "content": content,
            "form": self.document.form,
            "layout": self.document.layout,
            "values": encode_values({**record.values, "order_no": order_no, "revision": revision}, sha256),
            "lines": [
                {
                    "number": line.number,
                    "place": encode_place(line.record.place, sha256),
                    "values": encode_values(line.values(), sha256),
                }
                for line in lines
            ],
        }
        return self._event(kind, record.place, number, body)

    def _shipped_events(
        self, number: str, lines: Iterable[NumberedLine], order: Order | None, date_field: str
    ) -> Iterable[Event]:
        """A line with a shipped date left in full: what was open of it until now."""
        for line in lines:
            known = order.line(line.number) if order else None
            open_quantity = known.open if known else _quantity(line.record)
            shipped = line.record.values.get(date_field)
            if shipped and isinstance(shipped.value, dt.date) and open_quantity > 0:
                body = {
                    "line": line.number,
                    "date": shipped.value.isoformat(),
                    "quantity": plain_decimal(open_quantity),
                    "delivery_note": "",
                }
                yield self._event(EventKind.GOODS_SHIPPED, shipped.place, number, body)

    def _event(self, kind: EventKind, place: Place, order: str, body: Mapping[str, object]) -> Event:
        return Event(kind, self.as_of, place, order, body, self.document.sha256, self.document.saved_by)


def _numbered_before(document: Document, ledger: Ledger, answers: str) -> list[Order]:
    """The orders numbered by the desk when this workbook, or one that it mends, came in partly.

    A mended copy may come without its return id: then any workbook whose return is still open may be the one.
    """
    returns = return_chain(answers, ledger) if answers else tuple(ledger.returned)
    numbers = [
        number
        for sha256, accepted in ledger.accepted.items()
        if sha256 == document.sha256 or return_id(sha256) in returns
        for number in accepted.orders
    ]
    orders = [ledger.orders[number] for number in dict.fromkeys(numbers)]
    return [order for order in orders if order.values["order_no"].origin is Origin.ASSIGNED]


def _typed_number(record: Record) -> str:
    return normalize_order_number(record.text("order_no"))


def _revision(record: Record) -> int:
    revision = record.get("revision")
    return int(revision) if isinstance(revision, (int, Decimal)) else 1


def _quantity(line: Record) -> Decimal:
    quantity = line.get("quantity")
    return Decimal(quantity) if isinstance(quantity, (int, Decimal)) else Decimal(0)


def _trade_terms(order: Order | Record) -> tuple[str, str, list[tuple[str, ...]]]:
    """What makes two orders look like the same one: customer, customer PO, and products with their quantities."""
    names = ("product_code", "product", "specification")
    lines = [(*(line.text(name) for name in names), _plain_quantity(line.get("quantity"))) for line in order.lines]
    return order.text("customer"), order.text("customer_po"), sorted(lines)


def _plain_quantity(value: object) -> str:
    return plain_decimal(Decimal(value)) if isinstance(value, (int, Decimal)) else ""
