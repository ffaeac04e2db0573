"""What people did to the shared workbooks, taken into the ledger: edits, rows that are orders, questions, answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from xltools.core.event import EventKind
from xltools.core.place import cell_position
from xltools.core.problem import Problem
from xltools.core.record import Document, Finding, Record
from xltools.desk.book import Book, RunTables
from xltools.desk.inputs import RunInputs
from xltools.edge.folders import archive_path
from xltools.intake.document import read_matched
from xltools.intake.shared_table import FoundTable
from xltools.intake.typed_rows import tracker_layout
from xltools.ledger.decide import decide_edits, decide_intake, decide_items
from xltools.ledger.documents import accept_event
from xltools.ledger.statements import decide_statements


@dataclass(frozen=True)
class TakenChanges:
    """What became of people's changes: the number of edits taken and of conflicts, and what is to be told.

    `findings` and the document `typed` are what the run's manifest keeps. `is_anything` says that the ledger has new
    events of them, so that the workbook they stand in is archived.
    """

    edits: int = 0
    conflicts: int = 0
    findings: tuple[Finding, ...] = ()
    typed: Document | None = None
    problems: tuple[Problem, ...] = ()
    is_anything: bool = False


def take_changes(inputs: RunInputs, book: Book) -> TakenChanges:
    """Takes people's changes into the book."""
    changes, before = inputs.changes, book.ledger.number
    edited = decide_edits(changes.edits, book.ledger, inputs.rules, inputs.as_of)
    book.add(edited.events)
    typed, findings, problems = changes.typed, changes.findings, edited.problems
    if typed is not None:  # done again: what was found of it then is among the findings
        _take_rows(typed, inputs, book)
    elif changes.rows and changes.workbook and changes.found:
        tables = RunTables(inputs.tables, book)
        reading = read_matched(changes.rows, changes.workbook, inputs.rules, tables, inputs.as_of)
        typed = reading.document
        if typed is not None:
            rejected, told = _take_rows(typed, inputs, book)
            problems += (*reading.problems, *told)
            findings += tuple(_incomplete(rejected, (*reading.problems, *told), changes.found))
    for review in changes.reviews:
        problems += _take_review(review, inputs, book)
    items = decide_items(findings, changes.answers, book.ledger, inputs.as_of, reread=bool(changes.tracker))
    book.add(items.events)
    return TakenChanges(
        edits=sum(event.kind is EventKind.VALUE_EDITED for event in edited.events),
        conflicts=sum(problem.code in {"edit-conflict", "tracker-edits-differ"} for problem in problems),
        findings=findings,
        typed=typed,
        problems=(*problems, *items.problems),
        is_anything=book.ledger.number > before,
    )


def _take_review(review: Document, inputs: RunInputs, book: Book) -> tuple[Problem, ...]:
    """Takes what a department said in its list; the list itself goes to archive/."""
    rules, as_of = inputs.rules, inputs.as_of
    tables = RunTables(inputs.tables, book)
    decision = decide_statements(review, book.ledger, rules, tables, as_of, is_whole=False)
    book.add(decision.events)
    if decision.orders and not decision.duplicate:
        archived = archive_path(rules.settings.folders, as_of, PurePosixPath(review.file).name, review.sha256)
        partly = bool(decision.rejected)
        book.add([accept_event(review, decision.orders, book.ledger, as_of, archived=archived, partly=partly)])
    return decision.problems


def _take_rows(typed: Document, inputs: RunInputs, book: Book) -> tuple[tuple[Record, ...], tuple[Problem, ...]]:
    """Takes rows that people typed as orders; gives those that can't go in yet."""
    layout = tracker_layout(inputs.rules)
    decision = decide_intake(typed, layout, book.ledger, inputs.rules, inputs.as_of)
    book.add(decision.events)
    if decision.orders and not decision.duplicate:
        accepted = accept_event(
            typed,
            decision.orders,
            book.ledger,
            inputs.as_of,
            archived=inputs.changes.tracker,
            partly=bool(decision.rejected),
        )
        book.add([accepted])
    return decision.rejected, decision.problems


def _incomplete(rejected: tuple[Record, ...], problems: tuple[Problem, ...], found: FoundTable) -> Iterator[Finding]:
    """One question for each row that can't be an order yet, with what stands in it and the first thing to mend."""
    errors = [one for one in problems if one.is_error and one.place.cell]
    for record in rejected:
        for line in record.lines or (record,):
            row = cell_position(line.place.cell)[0]
            first = next((one for one in errors if cell_position(one.place.cell)[0] == row), None)
            # An item keeps the code alone: what needs more words than value and order is told by the run only.
            blanks = {name for name, _ in first.values} if first else set()
            plain = first is not None and blanks <= {"value", "order"}
            yield Finding(
                "row-incomplete",
                order=record.text("order_no") if plain and "order" in blanks else "",
                field=first.field if first else "",
                typed=found.row_text(row),
                code=first.code if first and plain else "",
                place=line.place,
            )
