"""All that a run depends on, gathered before anything is decided: from the desk, or from archive/ to do a run again."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Finding, Table
from xltools.core.sheet import Workbook
from xltools.desk.manifest import list_manifests
from xltools.desk.meeting_folder import MeetingFolder, read_meeting_folder, scan_meetings
from xltools.desk.paper_shelf import PaperShelf
from xltools.desk.reading import read_workbooks
from xltools.desk.session import STATE_FOLDER, Desk, Layers, MasterWorkbook, read_master
from xltools.desk.shared_changes import SharedChanges, read_shared_changes
from xltools.desk.shared_workbooks import SharedWorkbook, read_shared_workbooks
from xltools.edge.folders import WaitingFile, archive_path, scan_inbox
from xltools.edge.workers import Workers
from xltools.forms.paper_templates import template_name
from xltools.forms.rules import Rules
from xltools.ledger.decide import SETTLED
from xltools.ledger.replay import Ledger
from xltools.resources import resource_root

MOST_BYTES = 1_000_000_000  # of a file that is taken: a film, say, would fill the memory
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
class RunInputs:
    """What one run works on; with the same inputs it comes to the same plan.

    `copies` are the marked copies of open returns, by return id: their sha256 by path. One that `closes_year`
    archives what it `keeps` (path and content). `meeting` are the sheets of review meetings; `read_archived` gives
    an original by its archived path, or raises OSError. `held` is what is known of workbooks that wait at a gate,
    None where the inbox tells it. `previous` is the sha256 of the last manifest (empty: there is none).
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
    changes: SharedChanges = field(default_factory=SharedChanges)
    shared: tuple[SharedWorkbook, ...] = ()
    copies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    closes_year: int | None = None
    keeps: tuple[tuple[str, bytes], ...] = ()
    shelf: PaperShelf = field(default_factory=PaperShelf)
    meeting: MeetingFolder = field(default_factory=MeetingFolder)
    read_archived: Callable[[str], bytes] = lambda _: b""
    held: tuple[Finding, ...] | None = None
    previous: str = ""
    problems: tuple[Problem, ...] = ()


def gather_inputs(
    desk: Desk,
    ledger: Ledger,
    as_of: dt.date,
    pause: Callable[[], None],
    workers: Workers,
    open_books: Mapping[str, bytes] | None = None,
) -> RunInputs:
    """The inputs of a run on the desk as it lies there; `pause` is waited between two looks at fresh inbox files.

    `open_books` are the shared workbooks that whoever asks for the run has open, by their file: their content there.
    """
    scan, meetings = scan_inbox(desk.paths, pause), scan_meetings(desk, pause)
    taken = [_receive(desk, found.file, found.customer, as_of) for found in (*scan.ready, *meetings.ready)]
    master = desk.master_workbooks()
    tables, problems = read_master(master, desk.rules, as_of, workers)
    reread = any(item.kind in SETTLED for item in ledger.open_items)
    shared, shared_problems = read_shared_workbooks(desk, ledger.desk_id, reread=reread, open_books=open_books)
    shared, changes, change_problems = read_shared_changes(desk, shared, ledger, as_of)
    return RunInputs(
        as_of=as_of,
        number=next_manifest_number(desk),
        previous=hash_last_manifest(desk),
        rules=desk.rules,
        layers=desk.layers,
        ledger=ledger,
        tables=tables,
        master=master,
        templates=read_templates(desk.path, desk.rules),
        shelf=PaperShelf(desk.path),
        meeting=read_meeting_folder(desk),
        read_archived=lambda archived: (desk.path / archived).read_bytes(),
        received=tuple(one for one in taken if isinstance(one, ReceivedFile)),
        waiting=(*scan.waiting, *meetings.waiting, *(one for one in taken if isinstance(one, WaitingFile))),
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


def hash_last_manifest(desk: Desk) -> str:
    """The sha256 of the last run's manifest, empty where there is none."""
    manifests = list_manifests(desk.path / desk.folders.archive)
    return hashlib.sha256(manifests[-1].read_bytes()).hexdigest() if manifests else ""


def read_templates(desk: Path, rules: Rules) -> dict[str, bytes]:
    """The templates of all papers by file name, those that are there: told when a paper is made of one that is not."""
    names = dict.fromkeys(template_name(paper, rules.settings) for paper in rules.papers.papers)
    found = {name: read_template(desk, name) for name in names}
    return {name: content for name, content in found.items() if content is not None}


def read_template(desk: Path, name: str) -> bytes | None:
    """A template of the desk's own, else the package's; None where there is neither."""
    for folder in (desk / "templates", resource_root() / "templates"):
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    return None
