"""A run, decided whole before any of it is carried out: inputs → plan and result. It reads and writes no file.

The workbooks it was given are read on the way, in processes of their own.
"""

from dataclasses import dataclass, replace

from xltools.core.plan import Action, AppendEvents, Plan, WriteFile
from xltools.core.watch import Watch
from xltools.desk.assessing import assess
from xltools.desk.book import Book
from xltools.desk.changes import TakenChanges, take_changes
from xltools.desk.documents import take_documents
from xltools.desk.held import tell_held
from xltools.desk.inputs import RunInputs, read_received
from xltools.desk.meetings import plan_meeting_sheets
from xltools.desk.result import DocumentResult, ProblemWriter, RunResult
from xltools.desk.returned import plan_tidying
from xltools.desk.settling import settle
from xltools.desk.snapshot import plan_manifest
from xltools.desk.tracker import OpenPatch, find_untrue, plan_tracker
from xltools.edge.workers import Workers
from xltools.forms.messages import Catalogue
from xltools.ledger.decide import close_year
from xltools.ledger.replay import Ledger
from xltools.reports.late import late_json, list_late


@dataclass(frozen=True)
class RunPlan:
    """What a run will do, and what it will then report; `opened` are the changes of workbooks where they are open."""

    plan: Plan
    ledger: Ledger
    result: RunResult
    opened: tuple[OpenPatch, ...] = ()


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
    shared = _keep_shared(inputs, changes)
    snapshots = plan_manifest(inputs, book, changes, archived, papers.files, held, (*shared, *papers.actions))
    say = catalogue.speaker(language)
    actions = (
        *((AppendEvents(tuple(book.events)),) if book.events else ()),
        *taken.actions,
        *plan_tidying(inputs, book.ledger),
        *shared,
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
    return RunPlan(Plan(actions), book.ledger, result, tracker.opened)


def _keep_shared(inputs: RunInputs, changes: TakenChanges) -> list[Action]:
    """The tracker that changes were taken from goes to archive/, where `why` finds them; a closed year's whole."""
    kept: list[Action] = [WriteFile(path, content, required=True) for path, content in inputs.keeps]
    if changes.is_anything:
        kept += [WriteFile(path, content, required=True) for path, content in inputs.changes.contents.items()]
    return kept
