"""The workbooks that the desk shares with people: as they lie there, and as they were last written."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from xltools.books.shared import read_shared_workbook
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.sheet import Workbook
from xltools.core.table_state import RowKey, Tables, decode_tables
from xltools.desk.session import STATE_FOLDER, Desk
from xltools.edge.folders import find_opener
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import KEY_COLUMNS, TRACKER_TABLE
from xltools.intake.shared_table import FoundTable
from xltools.ledger.review import REVIEW_FORM
from xltools.reports.prices import PRICES_TABLE
from xltools.reports.review_list import REVIEW_TABLE, TASK_KEY
from xltools.resources import resource_root

TRACKER_TEMPLATE, PRICES_TEMPLATE, REVIEW_TEMPLATE = "order-tracker.xlsx", "order-prices.xlsx", "review-list.xlsx"
TEMPLATES = (TRACKER_TEMPLATE, PRICES_TEMPLATE, REVIEW_TEMPLATE)
# Custom properties of the file: the id of its last writing, and the desk that it belongs to.
GENERATION, DESK_ID = "xltools-generation", "xltools-desk"
_IS_GENERATION = re.compile(r"[0-9a-f]{24}")
MOST_GENERATIONS = 30  # kept, of each workbook: somebody may save over a tracker that they opened days ago


@dataclass(frozen=True)
class BookKind:
    """One of the desk's shared workbooks: its name in .desk/, its file, its template, and its table of rows by key.

    One that `starts_empty` is written before there are any rows. A review list is that of a `department`.
    """

    name: str
    file: str
    template: str
    main_table: str
    key: tuple[str, ...]
    starts_empty: bool = True
    department: str = ""


def list_books(rules: Rules) -> tuple[BookKind, ...]:
    """The desk's shared workbooks: the tracker, the prices, and where there are reviews a list for each department."""
    folders = rules.settings.folders
    lists = (
        BookKind(
            name=f"review-{department.name}",
            file=f"{folders.review}/{department.name}/{folders.review_list}",
            template=REVIEW_TEMPLATE,
            main_table=REVIEW_TABLE,
            key=(TASK_KEY,),
            starts_empty=False,
            department=department.name,
        )
        for department in (rules.routes.departments if REVIEW_FORM in rules.forms else ())
    )
    return (
        BookKind("tracker", folders.tracker, TRACKER_TEMPLATE, TRACKER_TABLE, KEY_COLUMNS),
        BookKind("prices", folders.prices, PRICES_TEMPLATE, PRICES_TABLE, KEY_COLUMNS),
        *lists,
    )


def list_shared_files(desk: Desk) -> dict[str, Path]:
    """Where the desk's shared workbooks lie, by their desk-relative paths."""
    return {kind.file: desk.path / kind.file for kind in list_books(desk.rules)}


class TableReading(Protocol):
    """What was read of the rows of a shared workbook: its table, which row is which, and the cells to be left alone."""

    @property
    def found(self) -> FoundTable:
        """The table as it stands."""

    @property
    def kept(self) -> Mapping[RowKey, int]:
        """Its rows by key."""

    @property
    def spared(self) -> frozenset[tuple[int, int]]:
        """Cells (row, column) whose content must not be written over."""


@dataclass(frozen=True)
class WrittenState:
    """What is known of the last writing: its generation id, the file's sha256, and the ids kept, the oldest first."""

    generation: str = ""
    sha256: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class SharedWorkbook:
    """A shared workbook as it lies there.

    `content` is the file's, of a new one its template's; `workbook` is what it says, read only where people changed it
    (and of a new one). `written` are our tables as they were written under the `generation` id that the file carries;
    `newest` are those of the last writing where the file is of an earlier one: it may have been changed in part where
    it was open. `sha256` of the file now (empty: none). A `blocked` one is open elsewhere or can't be read: it is not
    written; where people saved it all the same, it is `unread`: their changes wait. `reading` is what they did to one
    that was read. One that `is_open` lies open in the program that asks for the run, which changes it there: `content`
    is what that program has, saved or not. `template` is the workbook anew, for a stand-in where this one can't be
    patched. `latest` is the sha256 of the stand-in as it was last written beside it (empty: none).
    """

    kind: BookKind
    sha256: str = ""
    content: bytes = b""
    workbook: Workbook | None = None
    generation: str = ""
    written: Tables = field(default_factory=dict)
    newest: Tables = field(default_factory=dict)
    state: WrittenState = WrittenState()
    is_new: bool = False
    blocked: bool = False
    unread: bool = False
    is_open: bool = False
    reading: TableReading | None = None
    latest: str = ""
    template: "SharedWorkbook | None" = None

    @property
    def name(self) -> str:
        """What it is called in .desk/."""
        return self.kind.name

    @property
    def file(self) -> str:
        """Its desk-relative path."""
        return self.kind.file

    @property
    def main_table(self) -> str:
        """The name of its table of rows by key."""
        return self.kind.main_table

    @property
    def latest_file(self) -> str:
        """The stand-in beside it: `order-tracker.latest.xlsx`."""
        stem, dot, suffix = self.file.rpartition(".")
        return f"{stem}.latest{dot}{suffix}"

    @property
    def backup_file(self) -> str:
        """Where the last good one is kept before each writing."""
        return f"{STATE_FOLDER}/backups/{self.file}"

    @property
    def state_file(self) -> str:
        """Where the state of the last writing is kept."""
        return f"{STATE_FOLDER}/{self.name}.json"

    @property
    def latest_state(self) -> str:
        """Where the stand-in's sha256 is kept: what somebody typed into it all the same is not ours to take away."""
        return f"{STATE_FOLDER}/{self.name}.latest"

    def generation_file(self, generation: str) -> str:
        """Where it is kept what was written under a generation id."""
        return f"{STATE_FOLDER}/{self.name}/{generation}.tables"

    def settled_file(self, generation: str) -> str:
        """Where it is kept how a file of that generation stood when a run had dealt with people's changes in it.

        Once the next one is written, only the rows in it that were taken as orders count: somebody may save the file
        again from a session that does not know it.
        """
        return f"{STATE_FOLDER}/{self.name}/{generation}.settled"


def read_shared_workbooks(
    desk: Desk, desk_id: str, *, reread: bool, open_books: Mapping[str, bytes] | None = None
) -> tuple[tuple[SharedWorkbook, ...], tuple[Problem, ...]]:
    """All shared workbooks of the desk, and what keeps one from being read or written.

    `open_books` are those that the program that asks for the run has open itself, by their file: their content there.
    """
    there = open_books or {}
    kinds = list_books(desk.rules)
    found = [read_shared(desk, kind, desk_id, reread=reread, opened=there.get(kind.file)) for kind in kinds]
    books = tuple(book if book.is_new else replace(book, template=make_new(desk, book)) for book, _ in found)
    return books, tuple(problem for _, problems in found for problem in problems)


def read_shared(
    desk: Desk, kind: BookKind, desk_id: str, *, reread: bool, opened: bytes | None = None
) -> tuple[SharedWorkbook, tuple[Problem, ...]]:
    """A shared workbook of the desk with this id (Ledger.desk_id); `reread` even where its bytes are as they were left.

    Warning tracker-open where somebody has it open (nobody's saving is raced: what they typed is read once they have
    closed it), workbook-of-another-desk for one that says so, and the problems of a file that can't be read. What is
    `opened` is the content of one that whoever asks has open, and changes there.
    """
    file = kind.file
    shared = SharedWorkbook(kind)
    shared = replace(shared, state=_read_state(desk, shared), latest=_read_latest(desk.path / shared.latest_state))
    path = desk.path / file
    opener = None if opened is not None else find_opener(path)
    if not path.is_file() and opener is None and opened is None:
        return make_new(desk, shared), _template_problems(desk, shared)
    try:
        content = path.read_bytes() if opened is None else opened
    except OSError:  # Excel on Windows lets nobody else read while it saves
        return block_shared(desk, shared), (_told_open(file, opener),)
    shared = replace(shared, sha256=hashlib.sha256(content).hexdigest(), content=content, is_open=opened is not None)
    problems: tuple[Problem, ...] = ()
    if opener is not None:
        shared, problems = replace(shared, blocked=True), (_told_open(file, opener),)
    if shared.sha256 == shared.state.sha256 and not (reread and opener is None):
        written = _read_generation(desk, shared, shared.state.generation)
        if written:
            return replace(shared, generation=shared.state.generation, written=written), problems
    workbook = read_shared_workbook(content, file)
    if isinstance(workbook, Problem):
        return block_shared(desk, shared), (*problems, workbook)
    if workbook.properties.get(DESK_ID, desk_id) != desk_id:
        return block_shared(desk, shared), (*problems, error("workbook-of-another-desk", Place(file)))
    # A program that drops custom properties leaves no id: then it is taken for the file that was written last.
    carried = workbook.properties.get(GENERATION, "")
    generation = carried if _IS_GENERATION.fullmatch(carried) else shared.state.generation
    written = _read_generation(desk, shared, generation)
    read = replace(shared, workbook=workbook, generation=generation, written=written, unread=shared.blocked)
    return replace(read, newest=_read_newest(desk, shared, generation)), problems


def _told_open(file: str, opener: str | None) -> Problem:
    return warning("tracker-open", Place(file), who=opener or "—")


def make_new(desk: Desk, shared: SharedWorkbook) -> SharedWorkbook:
    """The workbook anew, from the desk's own template, else the package's; what lies there now may be replaced."""
    own = desk.path / "templates" / shared.kind.template
    for template in (own, resource_root() / "templates" / shared.kind.template):
        if template.is_file():
            content = template.read_bytes()
            workbook = read_shared_workbook(content, f"templates/{template.name}")
            if isinstance(workbook, Workbook):
                anew = replace(shared, content=content, workbook=workbook, is_new=True, reading=None)
                return replace(anew, generation="", written={})
    raise FileNotFoundError(shared.kind.template)


def _template_problems(desk: Desk, shared: SharedWorkbook) -> tuple[Problem, ...]:
    """What keeps the desk's own template from being used."""
    own = desk.path / "templates" / shared.kind.template
    if not own.is_file():
        return ()
    read = read_shared_workbook(own.read_bytes(), f"templates/{own.name}")
    return (read,) if isinstance(read, Problem) else ()


def block_shared(desk: Desk, shared: SharedWorkbook) -> SharedWorkbook:
    """A workbook that can't be read now: the stand-in is made from the backup, else anew."""
    sha256 = shared.sha256 or shared.state.sha256
    backup = desk.path / shared.backup_file
    if backup.is_file():
        content = backup.read_bytes()
        workbook = read_shared_workbook(content, shared.file)
        if isinstance(workbook, Workbook):
            read = replace(shared, sha256=sha256, content=content, workbook=workbook, blocked=True)
            generation = workbook.properties.get(GENERATION, "")
            return replace(read, generation=generation, written=_read_generation(desk, shared, generation))
    return replace(make_new(desk, shared), sha256=sha256, blocked=True)


def _read_state(desk: Desk, shared: SharedWorkbook) -> WrittenState:
    path = desk.path / shared.state_file
    if not path.is_file():
        return WrittenState()
    try:
        written: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return WrittenState(written["generation"], written["sha256"], tuple(written["kept"]))
    except (OSError, ValueError, KeyError, TypeError):  # then the file itself says what it is
        return WrittenState()


def _read_generation(desk: Desk, shared: SharedWorkbook, generation: str) -> Tables:
    """What was written under a generation id; nothing where that is not known (any more)."""
    if not _IS_GENERATION.fullmatch(generation):
        return {}
    written = _read_tables(desk.path / shared.generation_file(generation))
    settled = _read_tables(desk.path / shared.settled_file(generation))
    if generation == shared.state.generation:
        return settled or written
    return {
        name: replace(table, rows={**settled[name].rows, **table.rows})
        if name in settled and tuple(settled[name].columns) == tuple(table.columns)
        else table
        for name, table in written.items()
    }


def _read_newest(desk: Desk, shared: SharedWorkbook, generation: str) -> Tables:
    """What the last writing was to write, where that is not the one that the file says it is."""
    last = shared.state.kept[-1] if shared.state.kept else ""
    return {} if last in {"", generation} else _read_tables(desk.path / shared.generation_file(last))


def _read_tables(path: Path) -> Tables:
    try:
        return decode_tables(path.read_bytes())
    except (OSError, ValueError, KeyError, IndexError):
        return {}


def _read_latest(path: Path) -> str:
    return path.read_text("ascii").strip() if path.is_file() else ""
