"""From documents and edits to events: what is new in them, and what can't be taken."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from xltools.core.event import Event, EventKind
from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.problem import Problem, warning
from xltools.core.record import Answer, Document, Edit, Finding, FindingKind, Record
from xltools.forms.model import Layout
from xltools.forms.rules import Rules
from xltools.ledger.edits import EditJudge
from xltools.ledger.items import ItemOpener, OpenItem, close_event, close_return_event, finding_key
from xltools.ledger.judge import OrderJudge
from xltools.ledger.replay import Ledger

Outcome = Literal["accepted", "partly", "returned", "duplicate", "waiting"]
# What lies in a workbook until somebody mends it there, unlike what a person once did.
SETTLED: frozenset[FindingKind] = frozenset({"row-incomplete", "row-duplicated"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What a document does to the ledger.

    `orders` are the orders of the document that stand in the ledger once `events` are in it, those without any change
    too. `rejected` are its records that can't be taken, intake's own among them. `duplicate`: it says nothing new. A
    document that `waits` has no events yet: a gate is shut before it, as its `problems` say.
    """

    events: tuple[Event, ...] = ()
    orders: tuple[str, ...] = ()
    rejected: tuple[Record, ...] = ()
    problems: tuple[Problem, ...] = ()
    duplicate: bool = False
    waits: bool = False

    @property
    def outcome(self) -> Outcome:
        """What the run says of the document."""
        if self.waits:
            return "waiting"
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


@dataclass(frozen=True, slots=True)
class ItemDecision:
    """The events that open and close items, and the answers that are none."""

    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()


def decide_intake(
    document: Document,
    layout: Layout,
    ledger: Ledger,
    rules: Rules,
    as_of: dt.date,
    *,
    taken: Collection[str] = (),
    answers: str = "",
) -> Decision:
    """The events of an order document, by the rules of identity in docs/design.md.

    `taken` are order numbers that must not be assigned although
    they are not in the ledger yet (those of the run's other documents), `answers` the open return that the document
    mends (find_return). ValueError for a bad pattern in settings.number_series.
    """
    known = ledger.accepted.get(document.sha256)
    if known and not known.partly:
        return Decision(orders=known.orders, duplicate=True)
    judge = OrderJudge(document, layout, ledger, rules, as_of=as_of, taken=taken, answers=answers)
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
    """An event for each value typed in a shared workbook that differs from the ledger's, or an open item for it.

    What was changed on both sides since the workbook was written (edit-conflict) stands as the ledger has it. Each edit
    is checked as a workbook that came in would be: a form's error that it brings in refuses it, a warning does not. The
    other refusals: edit-order-unknown, edit-line-unknown, field-not-editable; and promise-needs-change-notice where a
    promise of an approved order stands already and the desk has change notices.
    """
    judge = EditJudge(ledger, rules, as_of)
    verdicts = [(edit, judge.judge(edit)) for edit in edits]
    events = tuple(event for _, verdict in verdicts for event in verdict.events)
    return EditDecision(
        events=events,
        orders=tuple(dict.fromkeys(event.order for event in events if event.kind is EventKind.VALUE_EDITED)),
        refused=tuple(edit for edit, verdict in verdicts if not verdict.counts),
        problems=tuple(problem for _, verdict in verdicts for problem in verdict.problems),
    )


def decide_items(
    findings: Iterable[Finding],
    answers: Iterable[Answer],
    ledger: Ledger,
    as_of: dt.date,
    settled: frozenset[FindingKind] = SETTLED,
    *,
    reread: bool,
) -> ItemDecision:
    """The events that open an item for each new finding, and close those that were answered.

    Items of a `settled` kind describe how a workbook lies there: where it was read (`reread`), those among them that no
    finding repeats have resolved themselves, and one that was answered is not asked again. Any text is an answer, to
    open returns too: a sender may never mend one. Who changes an answer that they saw is taken at their word; who did
    not know that there was one opens an item. Problem item-unknown for an answer to what never was an item.
    """
    opener = ItemOpener(ledger.items, as_of)
    found = [_in_ledger(one, ledger) for one in findings]
    answered = {item.key for item in ledger.items.values() if item.kind in settled and item.answer}
    events = [event for one in found if finding_key(one) not in answered for event in opener.open(one)]
    items = dict(ledger.items)
    problems: list[Problem] = []
    said = _known_answers(ledger)
    for answer in answers:
        text, item, known = answer.text.strip(), items.get(answer.item), said.get(answer.item)
        if not text or text == known:
            continue
        if known is None and item is None and answer.item not in ledger.returned:
            problems.append(warning("item-unknown", answer.place, item=answer.item))
        elif known is not None and known != answer.was.strip():
            conflict = _answer_conflict(answer, item, known)
            if all(finding_key(conflict) != one.key for one in items.values()):
                events += opener.open(conflict)
        else:
            said[answer.item] = text
            if item is None:
                events.append(close_return_event(answer.item, as_of, answer))
                continue
            events.append(close_event(item, as_of, answer.place, text, answer.by))
            items[item.id] = replace(item, closed=item.closed or as_of, answer=text)
    if reread:
        seen = {finding_key(one) for one in found}
        gone = (item for item in items.values() if item.is_open and item.kind in settled and item.key not in seen)
        events += [close_event(item, as_of, item.place) for item in gone]
    return ItemDecision(tuple(events), tuple(problems))


def _known_answers(ledger: Ledger) -> dict[str, str]:
    """The answers to what is closed, by the id of item or return; empty for what was mended or resolved itself."""
    closed = {item.id: item.answer for item in ledger.items.values() if not item.is_open}
    return closed | {one: returned.answer for one, returned in ledger.closed_returns.items()}


def _answer_conflict(answer: Answer, item: OpenItem | None, kept: str) -> Finding:
    order, line = (item.order, item.line) if item else ("", "")
    text = answer.text.strip()
    return Finding("answer-conflict", order, line, answer.item, typed=text, kept=kept, place=answer.place, by=answer.by)


def close_year(ledger: Ledger, year: int, as_of: dt.date) -> Event | None:
    """The event that closes a year: what was done by its end leaves the tracker. None where it is closed already."""
    if ledger.closed_year is not None and year <= ledger.closed_year:
        return None
    return Event(EventKind.YEAR_CLOSED, as_of, Place(""), body={"year": year})


def issue_paper(kind: str, order: Order, *, number: str, file: str, sha256: str, as_of: dt.date) -> Event:
    """The event that a paper with this number was made for the order's current revision and lies at `file`."""
    body = {"paper": kind, "revision": order.revision, "number": number, "file": file, "sha256": sha256}
    return Event(EventKind.PAPER_ISSUED, as_of, Place(file), order.number, body)


def _in_ledger(found: Finding, ledger: Ledger) -> Finding:
    """A finding with its order's number as the ledger has it."""
    order = ledger.find_order(found.order)
    return replace(found, order=order.number) if order else found
