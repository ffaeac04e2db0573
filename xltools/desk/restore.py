"""`backup` and `restore`: what was lost comes from a backup, and what came after it from archive/."""

import datetime as dt
import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from xltools.core.event import GENESIS
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.text import Language
from xltools.core.watch import Watch
from xltools.desk.audit import PATIENCE, catch_up
from xltools.desk.backup import BackupResult, backup_folder, write_desk_backup
from xltools.desk.failure import LedgerError, UsageError
from xltools.desk.manifest import list_manifests, read_manifest
from xltools.desk.reading import open_workers
from xltools.desk.result import ProblemWriter
from xltools.desk.run import hold_desk, recover_desk
from xltools.desk.session import SETTINGS_FILE, STATE_FOLDER, Desk, open_desk_at
from xltools.desk.verification import REPLACED_FOLDER
from xltools.edge.backup_file import BackupDamagedError, BackupFile, read_backup
from xltools.edge.folders import inside_desk
from xltools.edge.journal import sync_folder, write_durably
from xltools.edge.store import Head, StaleLedgerError, Store, UnreadableLedgerError
from xltools.ledger.replay import replay

_LEDGER_FILE = f"{STATE_FOLDER}/ledger.db"
# What SQLite keeps beside a database that was being written: it would be played into the restored one.
_BESIDE = tuple(f"{_LEDGER_FILE}{suffix}" for suffix in ("-journal", "-wal", "-shm"))
# A run's plan, and the files it puts where; and where they lie meanwhile.
_PENDING = (
    (f"{STATE_FOLDER}/journal.json", f"{STATE_FOLDER}/journal.aside.json"),
    (f"{STATE_FOLDER}/staging", f"{STATE_FOLDER}/staging.aside"),
)
_BATCH = 5_000  # events


@dataclass(frozen=True)
class RestoreResult:
    """A desk that was restored: its events, how many of them from archive/; what was put back, what went to archive/.

    `problems` say what archive/ could not give.
    """

    desk: Desk
    events: int
    caught_up: int
    files: tuple[str, ...]
    kept: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def is_ok(self) -> bool:
        """True when the ledger is as far as archive/ knows."""
        return not any(problem.is_error for problem in self.problems)


def backup_desk_at(desk: Desk, as_of: dt.date, to: Path | None = None) -> BackupResult:
    """Backs the desk up into a folder, its own of backups where none is named; `as_of` is the date it carries.

    BusyError while a run is at work, LedgerError for a ledger that does not verify: a backup of damage would push good
    ones out. UsageError where the folder can't be written.
    """
    with hold_desk(desk) as lock:
        recover_desk(desk, lock)
        folder = to or backup_folder(desk)
        ledger = desk.replay_ledger()
        try:
            return write_desk_backup(desk, ledger, as_of, folder)
        except OSError as trouble:
            raise UsageError([error("backup-not-written", Place(str(folder)), reason=trouble.strerror)]) from trouble


def restore_desk_at(
    path: Path,
    file: Path,
    language: Language | None = None,
    *,
    force: bool = False,
    replace: bool = False,
    watch: Watch = iter,
) -> RestoreResult:
    """Puts the ledger of a backup in place of the desk's, and back what the desk lacks or has damaged.

    Settings, rules and workbooks that are there and whole stay, unless they are to be `replace`d. What is replaced goes
    to archive/ first. Then the runs that archive/ knows of since are done again. Nothing is written where the backup is
    not whole or of another desk, where the ledger is further and whole (unless `force`d), or where another database
    than .desk/ledger.db would have to lose events: UsageError.
    """
    backup = _open_backup(file)
    kept: list[str] = []
    settings = [name for name in backup.files if name == SETTINGS_FILE or name.startswith("rules/")]
    files = _put_back(path, backup, settings, kept, replace=replace)
    desk = open_desk_at(path, language)
    with hold_desk(desk) as lock:
        _restore_ledger(desk, backup, kept, force=force)
        recovers = _set_aside(path)
        if not recovers:
            recover_desk(desk, lock)
        with open_workers(PATIENCE) as workers:
            caught = catch_up(desk, replay(desk.store.events()), workers, watch)
        if (path / _PENDING[0][1]).exists():
            _bring_back(path)
            if not caught.problems:
                recover_desk(desk, lock)
        files += _put_back(path, backup, [name for name in backup.files if name not in settings], kept, replace=replace)
    events = desk.store.head().number
    number = int(backup.about["events"])
    return RestoreResult(desk, events, events - number, tuple(files), tuple(kept), caught.problems)


def restore_json(result: RestoreResult, writer: ProblemWriter) -> dict[str, Any]:
    """What was restored, as JSON."""
    return {
        "ok": result.is_ok,
        "events": result.events,
        "caught_up": result.caught_up,
        "files": list(result.files),
        "kept": list(result.kept),
        "problems": writer.write_all(result.problems),
    }


def _open_backup(file: Path) -> BackupFile:
    place = Place(str(file))
    try:
        backup = read_backup(file)
    except BackupDamagedError as damage:
        raise UsageError([error("backup-damaged", place, reason=damage)]) from damage
    except OSError as trouble:
        raise UsageError([error("backup-damaged", place, reason=trouble.strerror)]) from trouble
    return backup


def _restore_ledger(desk: Desk, backup: BackupFile, kept: list[str], *, force: bool) -> None:
    """The backup's events as the desk's ledger."""
    place = Place(str(backup.path))
    number, link = int(backup.about["events"]), str(backup.about["head"])
    _check_kin(desk, backup)
    head = _find_head(desk)
    if head is not None and head.number > number and not force:
        raise UsageError([error("ledger-newer", place, backup=number, found=head.number)])
    if head == (number, link):
        return
    if desk.rules.settings.ledger.url:
        # Nothing can be taken out of it: what stands there must be what the backup begins with.
        standing = {} if head is None else {one.number: one.hash for one in desk.store.events()}
        if any(standing.get(one.number, one.hash) != one.hash for one in backup.events()):
            raise UsageError([error("ledger-not-replaceable", place)])
        _append(desk.store, backup, head or Head(0, GENESIS), place)
        return
    new = desk.path / f"{_LEDGER_FILE}.restoring"
    new.unlink(missing_ok=True)
    _append(Store(f"sqlite:///{new}"), backup, Head(0, GENESIS), place)
    # One without events was only just made, for want of any.
    for file in _BESIDE if head == (0, GENESIS) else (_LEDGER_FILE, *_BESIDE):
        _keep(desk.path, file, desk.folders.archive, kept)
    for file in _BESIDE:
        (desk.path / file).unlink(missing_ok=True)
    new.replace(desk.path / _LEDGER_FILE)
    sync_folder(new.parent)


def _check_kin(desk: Desk, backup: BackupFile) -> None:
    """UsageError where ledger or manifests of the desk are not those that the backup was made of."""
    hashes = {one.number: one.hash for one in backup.events()}
    other = UsageError([error("backup-of-another-desk", Place(str(backup.path)))])
    for path in list_manifests(desk.path / desk.folders.archive):
        try:
            manifest = read_manifest(path.read_bytes())
        except (ValueError, KeyError, TypeError):
            continue  # `verify` tells
        cuts = manifest.first_event <= len(hashes) < manifest.last_event  # backups are made between runs
        if cuts or (manifest.last_event and hashes.get(manifest.last_event, manifest.head) != manifest.head):
            raise other
    try:
        first = next(desk.store.events(), None)
    except (LedgerError, UnreadableLedgerError):
        return
    if first and hashes and first.hash != hashes[1]:
        raise other


def _find_head(desk: Desk) -> Head | None:
    """The last event of the desk's ledger; None where it is damaged."""
    try:
        return None if desk.store.check() or desk.store.inspect() else desk.store.head()
    except (LedgerError, UnreadableLedgerError):
        return None


def _append(store: Store, backup: BackupFile, head: Head, place: Place) -> None:
    """The backup's events after those that stand; UsageError where other events stand, which nothing takes back."""
    events = (one for one in backup.events() if one.number > head.number)
    try:
        while batch := list(islice(events, _BATCH)):
            store.append(batch)
    except StaleLedgerError as stale:
        raise UsageError([error("ledger-not-replaceable", place)]) from stale
    except ValueError as broken:  # whoever changed it made its hashes anew, but not the chain
        raise UsageError([error("backup-damaged", place, reason=broken)]) from broken
    if store.check():
        raise UsageError([error("ledger-not-replaceable", place)])


def _put_back(path: Path, backup: BackupFile, files: Iterable[str], kept: list[str], *, replace: bool) -> list[str]:
    """Puts back files that the desk lacks or has damaged, or all that differ; gives those written."""
    written = []
    for file in files:
        try:
            target = inside_desk(path, file)
        except ValueError as astray:
            raise UsageError([error("backup-damaged", Place(str(backup.path)), reason=astray)]) from astray
        content = backup.read(file)
        if target.is_file() and (target.read_bytes() == content or not (replace or _is_damaged(target))):
            continue
        _keep(path, file, str(backup.about["archive"]), kept)
        write_durably(target, content)
        written.append(file)
    return written


def _is_damaged(target: Path) -> bool:
    """True for a workbook or Word document whose zip is not whole."""
    if target.suffix not in {".xlsx", ".xlsm", ".docx"}:
        return False
    try:
        with zipfile.ZipFile(target) as archive:
            return archive.testzip() is not None
    except Exception:  # zipfile lets through whatever its libraries raise on bytes that were changed
        return True


def _keep(path: Path, file: str, archive: str, kept: list[str]) -> None:
    """A copy in archive/ of what is to be replaced, named by its hash."""
    source = path / file
    if not source.is_file():
        return
    content = source.read_bytes()
    name = PurePosixPath(file.removeprefix("."))
    sha256 = hashlib.sha256(content).hexdigest()
    copy = f"{archive}/{REPLACED_FOLDER}/{name.with_name(f'{name.stem}.{sha256}{name.suffix}')}"
    if not (path / copy).is_file():
        write_durably(inside_desk(path, copy), content)
    kept.append(copy)


def _set_aside(path: Path) -> bool:
    """Puts the plan of a run that was cut short where the replay does not take its place; True where one lies there.

    It is carried through once the ledger stands where that run began.
    """
    if (path / _PENDING[0][1]).exists():  # of an earlier restore that was cut short
        return False
    for name, aside in reversed(_PENDING):
        if (path / name).exists():
            (path / name).replace(path / aside)
    return (path / _PENDING[0][1]).exists()


def _bring_back(path: Path) -> None:
    for name, aside in reversed(_PENDING):
        if (path / aside).exists():
            if (path / name).is_dir():
                shutil.rmtree(path / name)
            (path / aside).replace(path / name)
