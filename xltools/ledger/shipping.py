"""Shipping lists: what has left, on which delivery note, and the lists that take an earlier one back."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xltools.core.codec import encode_values, plain_decimal
from xltools.core.event import Event, EventKind
from xltools.core.order import Order, Shipment
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Document, Record, Table
from xltools.forms.model import ORDER_NUMBER
from xltools.forms.rules import Rules
from xltools.ledger.case_numbers import check_cases
from xltools.ledger.decide import Decision
from xltools.ledger.delivery_notes import NOTE_FIELD, NoteNumbers, find_note, without_note
from xltools.ledger.documents import return_chain, return_id
from xltools.ledger.replay import Ledger
from xltools.ledger.shipped_rows import DATE, LIST_NUMBER, QUANTITY, ShippedRow, check_rows, read_rows, same_rows
from xltools.ledger.standing import assess_order, shipment_gates
from xltools.ledger.waiting import document_waits, tell_shut

VOIDS, REASON = "voids", "reason"
# What a row says to be recognised and compared by; all else it says goes with the goods.
_ABOUT = frozenset(
    {ORDER_NUMBER, "line_no", "customer", "due", "product_code", "customer_item", "product", "specification", "unit"}
    | {"ordered", "open", QUANTITY, DATE, VOIDS, REASON}
)


@dataclass(frozen=True, slots=True)
class _Judged:
    """One order's part of a list: the rows that leave, unless `known` says that they have left already."""

    record: Record
    order: Order | None = None
    rows: tuple[ShippedRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    awaited: tuple[Problem, ...] = ()
    known: bool = False

    @property
    def is_taken(self) -> bool:
        return self.order is not None and not any(problem.is_error for problem in self.problems)


def decide_shipments(
    document: Document,
    ledger: Ledger,
    rules: Rules,
    tables: Mapping[str, Table],
    as_of: dt.date,
    *,
    answers: str = "",
) -> Decision:
    """The events of a shipping list, which is one lorry: while a gate is shut for any of its orders, all of it waits.

    An order goes in whole or not at all. A list that `voids` a delivery note stands in its place: it is judged as if
    the note's goods had not left, and goes in as a whole. What the workbook, the one that it mends (`answers`), or a
    list of the same number and content has booked already is not booked again. Errors: order-unknown,
    shipment-booked-already, delivery-note-unknown, delivery-note-voided, and those of shipped_rows.py. Warnings:
    document-waits, possible-duplicate-list, note-voided-after-receipt, case-numbers-broken.
    """
    del tables
    accepted = ledger.accepted.get(document.sha256)
    if accepted and not accepted.partly:
        return Decision(orders=accepted.orders, duplicate=True)
    voided = _find_voided(document, ledger)
    if isinstance(voided, Problem):
        return Decision(rejected=(*document.records, *document.rejected), problems=(voided,))
    booked = _booked_by(document, ledger, answers)
    judged = [
        _judge(record, document, ledger, rules, as_of, voided=voided, booked=booked) for record in document.records
    ]
    problems = [problem for one in judged for problem in one.problems]
    taken = [one for one in judged if one.is_taken]
    if voided and (len(taken) < len(judged) or document.rejected):
        return Decision(rejected=(*document.records, *document.rejected), problems=tuple(problems))
    if awaited := tuple(problem for one in taken for problem in one.awaited):
        return Decision(rejected=document.rejected, problems=(*problems, *awaited), waits=True)
    problems += check_cases([row for one in taken for row in one.rows])
    voiding = tuple(_void_events(document, voided, ledger, as_of)) if voided else ()
    problems += _check_receipts(document, voided, ledger)
    events = (*voiding, *_shipped_events(document, taken, ledger, rules, as_of))
    orders = [one.order.number for one in taken if one.order] + [event.order for event in voiding]
    rejected = (*document.rejected, *(one.record for one in judged if not one.is_taken))
    return Decision(
        events=events,
        orders=tuple(dict.fromkeys(orders)),
        rejected=rejected,
        problems=tuple(problems),
        duplicate=bool(taken) and not rejected and not accepted and all(one.known for one in taken),
    )


def _judge(
    record: Record,
    document: Document,
    ledger: Ledger,
    rules: Rules,
    as_of: dt.date,
    *,
    voided: str,
    booked: frozenset[str],
) -> _Judged:
    order = ledger.find_order(record.text(ORDER_NUMBER))
    if order is None:
        spot = record.values.get(ORDER_NUMBER)
        place = spot.place if spot else record.place
        return _Judged(record, problems=(error("order-unknown", place, ORDER_NUMBER, value=record.text(ORDER_NUMBER)),))
    order = without_note(order, voided)
    date = record.get(DATE)
    rows, problems = read_rows(record, order, rules)
    if problems or not isinstance(date, dt.date):
        return _Judged(record, order, problems=problems)
    before = _Before(order, document.sha256, booked, record.text(LIST_NUMBER))
    if before.is_booked(rows, date):
        return _Judged(record, order, known=True)
    if note := before.booked_otherwise():
        told = {"order": order.number, "note": note}
        return _Judged(record, order, problems=(error("shipment-booked-already", record.place, QUANTITY, **told),))
    problems = tuple(check_rows(rows, order, date, rules))
    if rows and (note := before.find_twin(rows, date)):
        told = {"order": order.number, "note": note}
        problems += (warning("possible-duplicate-list", rows[0].place, QUANTITY, **told),)
    awaited = _awaited(order, rules, as_of, rows[0].place) if rows else ()
    return _Judged(record, order, rows, problems, awaited)


class _Before:
    """What left of an order before: by the workbooks that this one is or mends, by its list number, by any."""

    def __init__(self, order: Order, sha256: str, booked: frozenset[str], number: str) -> None:
        shipped = [(line.number, one) for line in order.lines for one in line.shipments]
        self._own = [one for one in shipped if one[1].document in booked]
        self._numbered = [one for one in shipped if number and one[1].text(LIST_NUMBER) == number]
        self._others: dict[tuple[str, str], list[tuple[str, Shipment]]] = {}
        for line, one in shipped:
            if one.document != sha256:
                self._others.setdefault((one.document, one.delivery_note), []).append((line, one))

    def is_booked(self, rows: tuple[ShippedRow, ...], date: dt.date) -> bool:
        """True where these very rows have left, by this list or one of its number."""
        return any(same_rows(rows, date, _plain(found)) for found in (self._own, self._numbered))

    def booked_otherwise(self) -> str:
        """The delivery note on which this list's goods left; empty where none did."""
        return next((one.delivery_note for _, one in self._own), "")

    def find_twin(self, rows: tuple[ShippedRow, ...], date: dt.date) -> str:
        """The delivery note of another list that says the same; empty for none."""
        for (_, note), shipped in self._others.items():
            if same_rows(rows, date, _plain(shipped)):
                return note or "—"  # of an order book that says what left, and on no note
        return ""


def _plain(shipped: Iterable[tuple[str, Shipment]]) -> list[tuple[str, Decimal, dt.date]]:
    return [(line, one.quantity, one.date) for line, one in shipped]


def _booked_by(document: Document, ledger: Ledger, answers: str) -> frozenset[str]:
    """The workbooks whose goods this one must not ship again: itself, partly in, and those that it mends."""
    mended = return_chain(answers, ledger) if answers else ()
    return frozenset({document.sha256, *(one for one in ledger.accepted if return_id(one) in mended)})


def _awaited(order: Order, rules: Rules, as_of: dt.date, place: Place) -> tuple[Problem, ...]:
    """What must happen before goods of the order may leave."""
    standing = assess_order(order, rules, as_of)
    if standing.state == "held":
        return (document_waits(order, place, rules),)
    return tell_shut(order, place, shipment_gates(standing, rules), rules)


def _find_voided(document: Document, ledger: Ledger) -> str | Problem:
    """The delivery note that the list takes back; empty for none."""
    given = next((record.values[VOIDS] for record in document.records if VOIDS in record.values), None)
    return find_note(given, VOIDS, ledger) if given else ""


def _void_events(document: Document, note: str, ledger: Ledger, as_of: dt.date) -> Iterator[Event]:
    record = next(one for one in document.records if VOIDS in one.values)
    body = {"delivery_note": note, "reason": record.text(REASON)}
    place = record.values[VOIDS].place
    for order in ledger.delivery_notes[note]:
        if any(one.delivery_note == note for line in ledger.orders[order].lines for one in line.shipments):
            yield Event(EventKind.SHIPMENT_VOIDED, as_of, place, order, body, document.sha256, by=document.saved_by)


def _check_receipts(document: Document, note: str, ledger: Ledger) -> Iterator[Problem]:
    """A note that the customer has signed is void all the same: somebody must tell them."""
    for name in ledger.delivery_notes.get(note, ()):
        for one in ledger.orders[name].statements:
            if one.text(NOTE_FIELD) == note:
                place = next(record.values[VOIDS].place for record in document.records if VOIDS in record.values)
                yield warning("note-voided-after-receipt", place, VOIDS, note=note, since=one.when)
                return


def _shipped_events(
    document: Document, taken: Iterable[_Judged], ledger: Ledger, rules: Rules, as_of: dt.date
) -> Iterator[Event]:
    """An event for each row that leaves: two batches of one line are two shipments."""
    numbers = NoteNumbers(ledger, rules, as_of)
    for one in taken:
        if one.order is None or not one.rows:
            continue
        note, date = numbers.give(one.order), one.record.text(DATE)
        for row in one.rows:
            said = {name: value for name, value in row.values.items() if name not in _ABOUT}
            body = {
                "line": row.line.number,
                "date": date,
                "quantity": plain_decimal(row.quantity),
                "delivery_note": note,
                "values": encode_values(said, document.sha256),
            }
            by = document.saved_by
            yield Event(EventKind.GOODS_SHIPPED, as_of, row.place, one.order.number, body, document.sha256, by)
