"""All that a run depends on, gathered before anything is decided: from the desk, or from archive/ to do a run again."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Answer, Document, Edit, Finding, Table
from xltools.core.sheet import Workbook
from xltools.desk.manifest import list_manifests
from xltools.desk.reading import read_workbooks
from xltools.desk.session import STATE_FOLDER, Desk, Layers, MasterWorkbook, read_master
from xltools.desk.shared_workbooks import SharedWorkbook, block_shared, read_shared_workbooks
from xltools.edge.folders import WaitingFile, archive_path, scan_inbox
from xltools.edge.workers import Workers
from xltools.forms.rules import Rules
from xltools.intake.edits import read_answers, read_overwritten, read_tracker
from xltools.intake.identify import Match
from xltools.intake.shared_table import FoundTable, find_shared_table
from xltools.ledger.decide import SETTLED
from xltools.ledger.replay import Ledger
from xltools.reports.merge import table_labels
from xltools.reports.prices import build_prices
from xltools.reports.to_resolve import build_to_resolve
from xltools.resources import resource_root

MOST_BYTES = 1_000_000_000  # of a file that is taken: a film, say, would fill the memory
CONTRACT_TEMPLATE = "sales-contract.docx"
RETURNED_STATE = f"{STATE_FOLDER}/returned"


@dataclass(frozen=True)
class ReceivedFile:
    """A workbook in the inbox: its desk-relative path, the customer its folder names, its bytes, its archive path.

    `workbook` is what was read of it, or what kept it from being read; None while it is unread.
    """

    file: str
    customer: str
    content: bytes
    sha256: str
    archived: str
    workbook: Workbook | Problem | None = None


@dataclass(frozen=True)
class SharedChanges:
    """What people did to the shared workbooks since they were written.

    `edits` where they may type, `findings` where they may not, `answers` to open items; `rows` that they typed as
    orders, or the `typed` document that an earlier run made of them. `tracker` is where the tracker that all this
    stands in is archived, empty where it was not read. `workbook`, `found` and `contents` (by archived path) are what
    the rest comes from. `withheld` is what was typed over and can't be put back, since the workbook can't be patched.
    """

    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    answers: tuple[Answer, ...] = ()
    rows: Match | None = None
    typed: Document | None = None
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
class RunInputs:
    """What one run works on; with the same inputs it comes to the same plan.

    `copies` are the marked copies of open returns, by return id: their sha256 by path. One that `closes_year` archives
    what it `keeps` (path and content).
    """

    as_of: dt.date
    number: int
    rules: Rules
    layers: Layers
    ledger: Ledger
    tables: Mapping[str, Table]
    master: tuple[MasterWorkbook, ...]
    templates: Mapping[str, bytes]
    received: tuple[ReceivedFile, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()
    changes: SharedChanges = SharedChanges()
    shared: tuple[SharedWorkbook, ...] = ()
    copies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    closes_year: int | None = None
    keeps: tuple[tuple[str, bytes], ...] = ()
    problems: tuple[Problem, ...] = ()


def gather_inputs(desk: Desk, ledger: Ledger, as_of: dt.date, pause: Callable[[], None], workers: Workers) -> RunInputs:
    """The inputs of a run on the desk as it lies there; `pause` is waited between two looks at fresh inbox files."""
    scan = scan_inbox(desk.paths, pause)
    taken = [_receive(desk, found.file, found.customer, as_of) for found in scan.ready]
    master = desk.master_workbooks()
    tables, problems = read_master(master, desk.rules, as_of, workers)
    reread = any(item.kind in SETTLED for item in ledger.open_items)
    shared, shared_problems = read_shared_workbooks(desk, ledger.desk_id, reread=reread)
    shared, changes, change_problems = _read_changes(desk, shared, ledger, as_of)
    return RunInputs(
        as_of=as_of,
        number=next_manifest_number(desk),
        rules=desk.rules,
        layers=desk.layers,
        ledger=ledger,
        tables=tables,
        master=master,
        templates={CONTRACT_TEMPLATE: read_template(desk.path, CONTRACT_TEMPLATE)},
        received=tuple(one for one in taken if isinstance(one, ReceivedFile)),
        waiting=(*scan.waiting, *(one for one in taken if isinstance(one, WaitingFile))),
        changes=changes,
        shared=shared,
        copies={one: _read_copies(desk, one) for one in ledger.returned},
        problems=(*problems, *shared_problems, *change_problems),
    )


def _receive(desk: Desk, file: str, customer: str, as_of: dt.date) -> ReceivedFile | WaitingFile:
    path = desk.path / file
    try:
        if path.stat().st_size > MOST_BYTES:
            megabytes = MOST_BYTES // 1_000_000
            return WaitingFile(file, error("file-too-large-to-take", Place(file), megabytes=f"{megabytes:,}"))
        content = path.read_bytes()
    except OSError:  # locked by a program that saves it, or by a virus scanner: the next run tries again
        return WaitingFile(file, warning("workbook-not-accessible", Place(file)))
    sha256 = hashlib.sha256(content).hexdigest()
    archived = archive_path(desk.folders, as_of, Path(file).name, sha256)
    return ReceivedFile(file, customer, content, sha256, archived)


def read_received(files: Sequence[ReceivedFile], ledger: Ledger, workers: Workers) -> Iterator[ReceivedFile]:
    """The received files with what is in them, read as they are asked for: all at once could fill the memory.

    Those that the ledger has taken whole are left unread.
    """
    unread = [one for one in files if _is_to_read(one, ledger)]
    workbooks = read_workbooks([(one.file, one.content) for one in unread], workers)
    return (replace(one, workbook=next(workbooks)) if _is_to_read(one, ledger) else one for one in files)


def _is_to_read(received: ReceivedFile, ledger: Ledger) -> bool:
    return received.workbook is None and not is_taken(received.sha256, ledger)


def is_taken(sha256: str, ledger: Ledger) -> bool:
    """True for a workbook all of whose orders were accepted: another of the same bytes brings nothing."""
    known = ledger.accepted.get(sha256)
    return known is not None and not known.partly


def _read_copies(desk: Desk, return_id: str) -> Mapping[str, str]:
    """The copies that lie in returned/ for an open return: their sha256 by path."""
    path = desk.path / RETURNED_STATE / f"{return_id}.json"
    try:
        copies: dict[str, str] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return copies


def next_manifest_number(desk: Desk) -> int:
    """One more than the last run that left a manifest."""
    return max((int(path.stem[4:]) for path in list_manifests(desk.path / desk.folders.archive)), default=0) + 1


def read_template(desk: Path, name: str) -> bytes:
    """A template of the desk's own, else the package's."""
    own = desk / "templates" / name
    return (own if own.is_file() else resource_root() / "templates" / name).read_bytes()


def _read_changes(
    desk: Desk, shared: tuple[SharedWorkbook, ...], ledger: Ledger, as_of: dt.date
) -> tuple[tuple[SharedWorkbook, ...], SharedChanges, tuple[Problem, ...]]:
    """What people did to the shared workbooks; a tracker in which nothing can be told apart is not written."""
    known = frozenset((order.number, line.number) for order in ledger.orders.values() for line in order.lines)
    changes, books = SharedChanges(), list[SharedWorkbook]()
    problems: tuple[Problem, ...] = ()
    for book in shared:
        if book.workbook is None or book.is_new or book.blocked:
            books.append(book)
        elif book.takes_edits:
            reading = read_tracker(book.workbook, desk.rules, book.written.get(book.main_table), known)
            if isinstance(reading, Problem):
                books.append(block_shared(desk, book))
                problems += (reading,)
                continue
            books.append(replace(book, reading=reading))
            problems += reading.problems
            archived = archive_path(desk.folders, as_of, Path(book.file).name, book.sha256)
            changes = SharedChanges(
                edits=reading.edits,
                findings=(*changes.findings, *reading.findings),
                answers=_read_item_answers(book, desk, as_of),
                rows=reading.typed,
                tracker=archived,
                workbook=book.workbook,
                contents={archived: book.content},
                found=reading.found,
            )
        else:
            books.append(book)
            before = book.written.get(book.main_table)
            if before:
                labels = table_labels(build_prices((), desk.rules, desk.rules.settings.language, desk.say))
                found = read_overwritten(book.workbook, book.main_table, labels, before, known)
                kept = {archive_path(desk.folders, as_of, Path(book.file).name, book.sha256): book.content}
                contents = {**changes.contents, **kept} if found else changes.contents
                changes = replace(changes, findings=(*changes.findings, *found), contents=contents)
    return tuple(books), changes, problems


def _read_item_answers(book: SharedWorkbook, desk: Desk, as_of: dt.date) -> tuple[Answer, ...]:
    """What people wrote beside the items to resolve; nothing where that sheet is gone."""
    table = build_to_resolve(Ledger(), desk.rules, desk.rules.settings.language, desk.say, as_of)
    if book.workbook is None:
        return ()
    before = book.written.get(table.name)
    found = find_shared_table(book.workbook, table.name, table_labels(table), table.key, before)
    return read_answers(found, book.workbook.saved_by, before) if found and "answer" in found.columns else ()
