"""From documents and edits to events: what is new in them, and what can't be taken."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from xltools.core.codec import encode_value
from xltools.core.event import Event, EventKind
from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Document, Edit, FieldValue, Record
from xltools.forms.model import Layout
from xltools.forms.rules import Rules
from xltools.ledger.deliveries import is_promise
from xltools.ledger.judge import OrderJudge
from xltools.ledger.replay import PROMISE, Ledger
from xltools.ledger.standing import CHANGE_NOTICE

Outcome = Literal["accepted", "partly", "returned", "duplicate"]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a document does to the ledger.

    `orders` are the orders of the document that stand in the ledger once `events` are in it, those without any change
    too. `rejected` are its records that can't be taken, intake's own among them. `duplicate`: it says nothing new.
    """

    events: tuple[Event, ...] = ()
    orders: tuple[str, ...] = ()
    rejected: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()
    duplicate: bool = False

    @property
    def outcome(self) -> Outcome:
        """What the run says of the document."""
        if self.duplicate:
            return "duplicate"
        if not self.orders:
            return "returned"
        return "partly" if self.rejected else "accepted"


@dataclass(frozen=True, slots=True)
class EditDecision:
    """The events of what was typed, the orders they touch, and the edits that don't count, each with its problem."""

    events: tuple[Event, ...] = ()
    orders: tuple[str, ...] = ()
    refused: tuple[Edit, ...] = ()
    problems: tuple[Problem, ...] = ()


def decide_intake(
    document: Document,
    layout: Layout,
    ledger: Ledger,
    rules: Rules,
    as_of: dt.date,
    *,
    papers: frozenset[str],
    taken: Collection[str] = (),
    answers: str = "",
) -> Decision:
    """The events of an order document, by the rules of identity in docs/design.md.

    `papers` are the kinds of paper that the program can make, `taken` order numbers that must not be assigned although
    they are not in the ledger yet (those of the run's other documents), `answers` the return id in a marked copy.
    ValueError for a bad pattern in settings.number_series.
    """
    known = ledger.accepted.get(document.sha256)
    if known and not known.partly:
        return Decision(orders=known.orders, duplicate=True)
    judge = OrderJudge(document, layout, ledger, rules, as_of=as_of, papers=papers, taken=taken, answers=answers)
    verdicts = [judge.judge(record) for record in document.records]
    events = tuple(event for verdict in verdicts for event in verdict.events)
    rejected = [record for record, verdict in zip(document.records, verdicts, strict=True) if not verdict.number]
    orders = tuple(dict.fromkeys(verdict.number for verdict in verdicts if verdict.number))
    whole = not rejected and not document.rejected
    return Decision(
        events=events,
        orders=orders,
        rejected=(*document.rejected, *rejected),
        problems=tuple(problem for verdict in verdicts for problem in verdict.problems),
        duplicate=whole and bool(orders) and not events and not known and answers not in ledger.returned,
    )


def decide_edits(edits: Iterable[Edit], ledger: Ledger, rules: Rules, as_of: dt.date) -> EditDecision:
    """An event for each value typed in a shared workbook that differs from the ledger's.

    Problems: edit-order-unknown, edit-line-unknown, field-not-editable; and promise-needs-change-notice where a promise
    stands already and the desk has change notices.
    """
    events: list[Event] = []
    refused: list[Edit] = []
    problems: list[Problem] = []
    now: dict[tuple[str, str, str], FieldValue | None] = {}  # what earlier edits of this batch made of it
    for edit in edits:
        order = ledger.find_order(edit.order)
        if order is None:
            refused.append(edit)
            problems.append(error("edit-order-unknown", edit.place, edit.field, order=edit.order))
            continue
        form = rules.forms.get(order.form)
        field = form.field(edit.field) if form else None
        on_line = form is not None and form.is_line_field(edit.field)
        spot = (order.number, edit.line if on_line else "", edit.field)
        if spot not in now:
            line = order.line(edit.line)
            if line is None:
                refused.append(edit)
                problems.append(error("edit-line-unknown", edit.place, edit.field, order=order.number, line=edit.line))
                continue
            now[spot] = line.get(edit.field) if on_line else order.get(edit.field)
        if edit.value == now[spot]:
            continue
        problem = None
        if field is None or not field.editable:
            problem = error("field-not-editable", edit.place, edit.field, order=order.number)
        elif edit.field == PROMISE and CHANGE_NOTICE in rules.forms and is_promise(now[spot]):
            problem = error("promise-needs-change-notice", edit.place, edit.field, order=order.number, line=edit.line)
        if problem:
            refused.append(edit)
            problems.append(problem)
            continue
        events.append(_edit_event(edit, spot, now[spot], as_of))
        now[spot] = edit.value
    orders = tuple(dict.fromkeys(event.order for event in events))
    return EditDecision(tuple(events), orders, tuple(refused), tuple(problems))


def issue_paper(kind: str, order: Order, *, number: str, file: str, sha256: str, as_of: dt.date) -> Event:
    """The event that a paper with this number was made for the order's current revision and lies at `file`."""
    body = {"paper": kind, "revision": order.revision, "number": number, "file": file, "sha256": sha256}
    return Event(EventKind.PAPER_ISSUED, as_of, Place(file), order.number, body)


def _edit_event(edit: Edit, spot: tuple[str, str, str], was: FieldValue | None, as_of: dt.date) -> Event:
    order, line, field = spot
    body = {
        "line": line,
        "field": field,
        "value": None if edit.value is None else encode_value(edit.value),
        "was": None if was is None else encode_value(was),
    }
    return Event(EventKind.VALUE_EDITED, as_of, edit.place, order, body, by=edit.by)
