"""A run, decided whole before any of it is carried out: inputs → plan and result. It reads and writes no file.

The workbooks it was given are read on the way, in processes of their own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xltools.core.order import Order
from xltools.core.plan import Action, AppendEvents, Plan, WriteFile
from xltools.desk.book import Book
from xltools.desk.changes import TakenChanges, take_changes
from xltools.desk.documents import TakenDocuments, take_documents
from xltools.desk.held import tell_held
from xltools.desk.inputs import RunInputs, read_received
from xltools.desk.meetings import plan_meeting_sheets
from xltools.desk.papers import IssuedPapers, issue_papers
from xltools.desk.result import DocumentResult, ProblemWriter, RunResult
from xltools.desk.returned import plan_tidying
from xltools.desk.review import settle_reviews
from xltools.desk.session import assess
from xltools.desk.snapshot import plan_manifest
from xltools.desk.tracker import find_untrue, plan_tracker
from xltools.edge.workers import Workers
from xltools.forms.messages import Catalogue
from xltools.forms.rules import Rules
from xltools.ledger.approval import approve_orders
from xltools.ledger.change_settling import settle_changes
from xltools.ledger.decide import close_year
from xltools.ledger.gates import is_line_open
from xltools.ledger.replay import Ledger
from xltools.reports.late import late_json, list_late

Watch = Callable[[Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True)
class RunPlan:
    """What a run will do, and what it will then report."""

    plan: Plan
    ledger: Ledger
    result: RunResult


def plan_run(inputs: RunInputs, catalogue: Catalogue, workers: Workers, watch: Watch = iter) -> RunPlan:
    """Edits, documents, papers, tracker, manifest: the plan of a run.

    Events come first in it, so that nothing else is done where the ledger has moved on; `watch` goes through the
    received files, for a progress bar and the lock's heartbeat.
    """
    book = Book(inputs.ledger)
    language = inputs.rules.settings.language
    writer = ProblemWriter(catalogue, language, inputs.rules)
    if inputs.closes_year is not None:
        book.add([close_year(book.ledger, inputs.closes_year, inputs.as_of)])
    changes = take_changes(inputs, book)
    reading = read_received(inputs.received, inputs.ledger, workers)
    taken = take_documents(
        (received for _, received in zip(watch(inputs.received), reading, strict=True)), inputs, book, writer
    )
    papers = settle(inputs, book, taken)
    held = tell_held(inputs, book, taken.results)
    documents = list(taken.results.values())
    assessment = assess(book.ledger, inputs.rules, inputs.as_of)
    tracker = plan_tracker(inputs, book.ledger, assessment, catalogue, edits=changes.edits, conflicts=changes.conflicts)
    if untold := find_untrue(inputs, tracker):  # decided again without them: they would be numbered items by now
        return plan_run(replace(inputs, changes=inputs.changes.withholding(untold)), catalogue, workers, watch)
    archived = [one for one in documents if one.archived]
    snapshots = plan_manifest(inputs, book, changes, archived, papers.files, held)
    say = catalogue.speaker(language)
    actions = (
        *((AppendEvents(tuple(book.events)),) if book.events else ()),
        *taken.actions,
        *plan_tidying(inputs, book.ledger),
        *_keep_shared(inputs, changes),
        *snapshots,
        *papers.actions,
        *plan_meeting_sheets(inputs, book.ledger, say, {one.file for one in archived}),
        *tracker.actions,
    )
    waiting = tuple(DocumentResult(found.file, "", "", (), "waiting", (found.problem,)) for found in inputs.waiting)
    late = list_late(
        assessment.lines, inputs.rules, assessment.calendar, inputs.as_of, language, say, inputs.tables.get("staff")
    )
    result = RunResult(
        as_of=inputs.as_of,
        documents=(*documents, *waiting),
        tracker=tracker.result,
        papers=papers.files,
        late=tuple(late_json(row) for row in late),
        problems=(
            *inputs.problems,
            *changes.problems,
            *papers.problems,
            *tracker.problems,
            *assessment.problems,
        ),
    )
    return RunPlan(Plan(actions), book.ledger, result)


def settle(inputs: RunInputs, book: Book, taken: TakenDocuments) -> IssuedPapers:
    """What follows of itself, until nothing more does: approvals, changes, papers, documents that waited for them."""
    issued = IssuedPapers()
    orders = (*_list_live(book.ledger, inputs.rules), *_list_touched(book, 0))
    while orders:
        before = len(book.events)
        book.add(approve_orders(_pick(book.ledger, orders), inputs.rules, inputs.as_of))
        book.add(settle_changes(_pick(book.ledger, orders), book.ledger, inputs.rules, inputs.as_of))
        reviews = settle_reviews(_pick(book.ledger, orders), inputs, book.ledger, taken.writer)
        book.add(reviews.events)
        papers = issue_papers(_pick(book.ledger, orders), inputs, book.ledger)
        book.add(papers.events)
        issued += reviews + papers
        taken.retry()
        orders = _list_touched(book, before)
    return issued


def _list_live(ledger: Ledger, rules: Rules) -> tuple[str, ...]:
    """The orders with goods still open: what is done is not looked at again and again over the years."""
    orders = ledger.orders.values()
    return tuple(order.number for order in orders if any(is_line_open(line, rules) for line in order.lines))


def _list_touched(book: Book, since: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.event.order for one in book.events[since:] if one.event.order))


def _pick(ledger: Ledger, numbers: Iterable[str]) -> tuple[Order, ...]:
    return tuple(ledger.orders[number] for number in dict.fromkeys(numbers) if number in ledger.orders)


def _keep_shared(inputs: RunInputs, changes: TakenChanges) -> list[Action]:
    """The tracker that changes were taken from goes to archive/, where `why` finds them; a closed year's whole."""
    kept: list[Action] = [WriteFile(path, content, required=True) for path, content in inputs.keeps]
    if changes.is_anything:
        kept += [WriteFile(path, content, required=True) for path, content in inputs.changes.contents.items()]
    return kept
