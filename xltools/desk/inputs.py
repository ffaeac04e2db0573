"""All that a run depends on, gathered before anything is decided: from the desk, or from archive/ to do a run again."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xltools.books.read import read_workbook
from xltools.core.codec import Json, decode_value, encode_value
from xltools.core.place import Place
from xltools.core.problem import Problem, warning
from xltools.core.record import Edit, FieldValue, Table
from xltools.desk.manifest import list_manifests
from xltools.desk.session import STATE_FOLDER, Desk, Layers, MasterWorkbook, read_master
from xltools.edge.folders import WaitingFile, archive_path, is_open_elsewhere, scan_inbox
from xltools.forms.rules import Rules
from xltools.intake.edits import WrittenValues, read_edits
from xltools.ledger.replay import Ledger
from xltools.reports.tracker import written_values
from xltools.resources import resource_root

CONTRACT_TEMPLATE = "sales-contract.docx"
TRACKER_STATE = f"{STATE_FOLDER}/tracker.json"
GENERATION = "xltools-generation"


@dataclass(frozen=True)
class ReceivedFile:
    """A workbook in the inbox: its desk-relative path, the customer its folder names, its bytes, its archive path."""

    file: str
    customer: str
    content: bytes
    sha256: str
    archived: str


@dataclass(frozen=True)
class TrackerState:
    """The tracker as it lies there, and as it was last written.

    `sha256` of the file now (empty: none); `rows` as last written, by order and line. `edited` is the content of a file
    that people changed since, `generation` the id that file still carries and `written` the editable values under it,
    `written_sha256` the file as we last wrote it. `is_open` says that somebody has it open.
    """

    sha256: str = ""
    rows: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    edited: bytes | None = None
    generation: str = ""
    written: WrittenValues = field(default_factory=dict)
    written_sha256: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class RunInputs:
    """What one run works on; with the same inputs it comes to the same plan."""

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
    edits: tuple[Edit, ...] = ()
    tracker: TrackerState = TrackerState()
    problems: tuple[Problem, ...] = ()


def gather_inputs(desk: Desk, ledger: Ledger, as_of: dt.date, pause: Callable[[], None]) -> RunInputs:
    """The inputs of a run on the desk as it lies there; `pause` is waited between two looks at fresh inbox files."""
    scan = scan_inbox(desk.paths, pause)
    taken = [_receive(desk, found.file, found.customer, as_of) for found in scan.ready]
    master = desk.master_workbooks()
    tables, problems = read_master(master, desk.rules, as_of)
    tracker, edits, edit_problems = _read_tracker(desk, ledger)
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
        edits=edits,
        tracker=tracker,
        problems=(*problems, *edit_problems),
    )


def _receive(desk: Desk, file: str, customer: str, as_of: dt.date) -> ReceivedFile | WaitingFile:
    try:
        content = (desk.path / file).read_bytes()
    except OSError:  # locked by a program that saves it, or by a virus scanner: the next run tries again
        return WaitingFile(file, warning("workbook-not-accessible", Place(file)))
    sha256 = hashlib.sha256(content).hexdigest()
    archived = archive_path(desk.folders, as_of, Path(file).name, sha256)
    return ReceivedFile(file, customer, content, sha256, archived)


def next_manifest_number(desk: Desk) -> int:
    """One more than the last run that left a manifest."""
    return max((int(path.stem[4:]) for path in list_manifests(desk.path / desk.folders.archive)), default=0) + 1


def read_template(desk: Path, name: str) -> bytes:
    """A template of the desk's own, else the package's."""
    own = desk / "templates" / name
    return (own if own.is_file() else resource_root() / "templates" / name).read_bytes()


def _read_tracker(desk: Desk, ledger: Ledger) -> tuple[TrackerState, tuple[Edit, ...], tuple[Problem, ...]]:
    path = desk.path / desk.folders.tracker
    state = _read_json(desk.path / TRACKER_STATE)
    ours = str(state.get("sha256", ""))
    rows, written = _read_generation(desk, str(state.get("generation", "")), ledger)
    opened = TrackerState(is_open=True, rows=rows, written_sha256=ours)
    if not path.is_file():
        return TrackerState(), (), ()
    if is_open_elsewhere(path):
        # Nobody's saving is raced: what they typed is read once they have closed it.
        return opened, (), (warning("tracker-open", Place(desk.folders.tracker)),)
    try:
        content = path.read_bytes()
    except OSError:  # Excel on Windows lets nobody else read while it saves
        return opened, (), (warning("tracker-open", Place(desk.folders.tracker)),)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 == ours:
        return TrackerState(sha256, rows, written_sha256=ours), (), ()
    workbook = read_workbook(path, desk.folders.tracker, content)
    if isinstance(workbook, Problem):
        return TrackerState(sha256, rows, content, written_sha256=ours), (), (workbook,)
    generation = workbook.properties.get(GENERATION, "")
    if generation:
        _, written = _read_generation(desk, generation, ledger)
    edits, problems = read_edits(workbook, desk.rules, written)
    return TrackerState(sha256, rows, content, generation, written, ours), edits, problems


def _read_generation(
    desk: Desk, generation: str, ledger: Ledger
) -> tuple[dict[tuple[str, str], tuple[str, ...]], WrittenValues]:
    """What was written under a generation id; the ledger's values where that is not known."""
    written = _read_json(desk.path / generation_file(generation)) if generation.isalnum() else {}
    if not written:
        return {}, written_values(ledger.orders.values(), desk.rules)
    rows = {(order, line): tuple(cells) for order, line, cells in written["rows"]}
    values: dict[tuple[str, str, str], FieldValue | None] = {
        (order, line, name): None if value is None else decode_value(value)
        for order, line, name, value in written["values"]
    }
    return rows, values


def generation_file(generation: str) -> str:
    """Where it is kept what was written under a generation id."""
    return f"{STATE_FOLDER}/tracker/{generation}.json"


def encode_generation(rows: Mapping[tuple[str, str], tuple[str, ...]], values: WrittenValues) -> Json:
    """What the tracker holds, as JSON."""
    return {
        "rows": [[order, line, list(cells)] for (order, line), cells in rows.items()],
        "values": [[*key, None if value is None else encode_value(value)] for key, value in values.items()],
    }


def _read_json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    written: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return written
