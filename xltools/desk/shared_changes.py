"""What people did to the shared workbooks since they were written: each by the reader of its table."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath

from xltools.core.cell_text import same_text
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Answer, Document, Edit, Finding
from xltools.core.sheet import Workbook
from xltools.desk.session import Desk
from xltools.desk.shared_workbooks import SharedWorkbook, block_shared
from xltools.edge.folders import archive_path
from xltools.forms.tracker_columns import TRACKER_TABLE
from xltools.intake.conventions import find_conventions
from xltools.intake.edits import read_answers, read_overwritten, read_tracker
from xltools.intake.identify import Match
from xltools.intake.review_rows import AskedRow, read_review_rows
from xltools.intake.shared_table import FoundTable, find_shared_table
from xltools.ledger.replay import Ledger
from xltools.ledger.review import REVIEW_FORM, ReviewTask
from xltools.ledger.review_lists import list_department_tasks
from xltools.reports.merge import table_labels
from xltools.reports.prices import PRICES_TABLE, build_prices
from xltools.reports.review_list import REVIEW_TABLE, THEIRS, review_table
from xltools.reports.to_resolve import build_to_resolve


@dataclass(frozen=True)
class SharedChanges:
    """What people did to the shared workbooks since they were written.

    `edits` where they may type, `findings` where they may not, `answers` to open items; `rows` that they typed as
    orders, or the `typed` document that an earlier run made of them; `reviews` is what departments said in their lists.
    `tracker` is where the tracker that all this stands in is archived, empty where it was not read. `workbook`, `found`
    and `contents` (by archived path) are what the rest comes from. `withheld` is what was typed over and can't be put
    back, since the workbook can't be patched.
    """

    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    answers: tuple[Answer, ...] = ()
    rows: Match | None = None
    typed: Document | None = None
    reviews: tuple[Document, ...] = ()
    tracker: str = ""
    withheld: tuple[Finding, ...] = ()
    workbook: Workbook | None = None
    contents: Mapping[str, bytes] = field(default_factory=dict)
    found: FoundTable | None = None

    def withholding(self, findings: Collection[Finding]) -> "SharedChanges":
        """The same without these findings."""
        told = tuple(one for one in self.findings if one not in findings)
        return replace(self, findings=told, withheld=(*self.withheld, *findings))


@dataclass(frozen=True)
class _Read:
    """A workbook once it was read, with what all those read so far come to."""

    book: SharedWorkbook
    changes: SharedChanges
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Desk:
    """What every reader may need of the desk."""

    desk: Desk
    ledger: Ledger
    as_of: dt.date

    @cached_property
    def tasks(self) -> Mapping[str, Sequence[ReviewTask]]:
        """What stands on the review lists, by department."""
        return list_department_tasks(self.ledger, self.desk.rules)

    @cached_property
    def known(self) -> frozenset[tuple[str, str]]:
        """The order lines of the ledger."""
        orders = self.ledger.orders.values()
        return frozenset((order.number, line.number) for order in orders for line in order.lines)

    def archived(self, book: SharedWorkbook) -> str:
        """Where a workbook goes that something was taken from."""
        return archive_path(self.desk.folders, self.as_of, PurePosixPath(book.file).name, book.sha256)


_Reader = Callable[[SharedWorkbook, Workbook, _Desk, SharedChanges], _Read]


def read_shared_changes(
    desk: Desk, shared: Iterable[SharedWorkbook], ledger: Ledger, as_of: dt.date
) -> tuple[tuple[SharedWorkbook, ...], SharedChanges, tuple[Problem, ...]]:
    """What people did to the shared workbooks; one in which nothing can be told apart is not written."""
    at = _Desk(desk, ledger, as_of)
    changes, books, problems = SharedChanges(), list[SharedWorkbook](), list[Problem]()
    for book in shared:
        if book.workbook is None or book.is_new or book.blocked:
            books.append(book)
            continue
        read = _READERS[book.main_table](book, book.workbook, at, changes)
        books.append(read.book)
        changes = read.changes
        problems += read.problems
    return tuple(books), changes, tuple(problems)


def _read_tracker(book: SharedWorkbook, workbook: Workbook, at: _Desk, changes: SharedChanges) -> _Read:
    reading = read_tracker(workbook, at.desk.rules, book.written.get(book.main_table), at.known)
    if isinstance(reading, Problem):
        return _Read(block_shared(at.desk, book), changes, (reading,))
    archived = at.archived(book)
    taken = replace(
        changes,
        edits=reading.edits,
        findings=(*changes.findings, *_typed_by_people(reading.findings, book)),
        answers=_read_item_answers(book, at),
        rows=reading.typed,
        tracker=archived,
        workbook=workbook,
        contents={**changes.contents, archived: book.content},
        found=reading.found,
    )
    return _Read(replace(book, reading=reading), taken, reading.problems)


def _read_prices(book: SharedWorkbook, workbook: Workbook, at: _Desk, changes: SharedChanges) -> _Read:
    """Nothing in the prices is people's: what they typed over them is told, and put back."""
    before = book.written.get(book.main_table)
    if not before:
        return _Read(book, changes)
    rules = at.desk.rules
    labels = table_labels(build_prices((), rules, rules.settings.language, at.desk.say))
    found = _typed_by_people(read_overwritten(workbook, book.main_table, labels, before, at.known), book)
    contents = {**changes.contents, at.archived(book): book.content} if found else changes.contents
    return _Read(book, replace(changes, findings=(*changes.findings, *found), contents=contents))


def _typed_by_people(findings: Iterable[Finding], book: SharedWorkbook) -> tuple[Finding, ...]:
    """The findings without cells in which only that stands which the last writing was to put there."""
    newest = book.newest.get(book.main_table)
    kept = []
    for one in findings:
        ours = (newest.texts((one.order, one.line)) if newest and one.kind == "cells-restored" else None) or {}
        cells = tuple(cell for cell in one.cells if not (cell[0] in ours and same_text(ours[cell[0]], cell[1])))
        if cells or not one.cells:
            kept.append(replace(one, cells=cells))
    return tuple(kept)


def _read_review_list(book: SharedWorkbook, workbook: Workbook, at: _Desk, changes: SharedChanges) -> _Read:
    """What a department said in its list."""
    rules, before = at.desk.rules, book.written.get(book.main_table)
    table = review_table(rules)
    found = find_shared_table(workbook, table.name, table_labels(table), table.key, before)
    if found is None:
        problem = error("review-list-not-found", Place(book.file))
        return _Read(block_shared(at.desk, book), changes, (problem,))
    asked = {one.id: _asked_row(one) for one in at.tasks.get(book.kind.department, ())}
    conventions = find_conventions(rules, None, at.as_of)
    reading = read_review_rows(
        found, table.key, THEIRS, rules.forms[REVIEW_FORM], asked, before, conventions, workbook.saved_by
    )
    reviews = (reading.document,) if reading.document else ()
    contents = {at.archived(book): book.content} if reviews or reading.findings else {}
    taken = replace(
        changes,
        findings=(*changes.findings, *reading.findings),
        reviews=(*changes.reviews, *reviews),
        contents={**changes.contents, **contents},
    )
    return _Read(replace(book, reading=reading), taken, reading.problems)


_READERS: Mapping[str, _Reader] = {
    TRACKER_TABLE: _read_tracker,
    PRICES_TABLE: _read_prices,
    REVIEW_TABLE: _read_review_list,
}


def _asked_row(task: ReviewTask) -> AskedRow:
    said = {**(task.accepted.values if task.accepted else {}), **(task.verdict.values if task.verdict else {})}
    return AskedRow(
        task.order,
        task.revision,
        task.line,
        task.department,
        change=task.change,
        said=said,
        whole=task.verdict is not None,
        settled=task.settled,
    )


def _read_item_answers(book: SharedWorkbook, at: _Desk) -> tuple[Answer, ...]:
    """What people wrote beside the items to resolve; nothing where that sheet is gone."""
    rules = at.desk.rules
    table = build_to_resolve(Ledger(), rules, rules.settings.language, at.desk.say, at.as_of)
    if book.workbook is None:
        return ()
    before = book.written.get(table.name)
    found = find_shared_table(book.workbook, table.name, table_labels(table), table.key, before)
    return read_answers(found, book.workbook.saved_by, before) if found and "answer" in found.columns else ()
