"""Backups: ledger, shared workbooks, settings and rules in one file; one a day is kept of itself, and old ones go."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xltools.core.place import Place
from xltools.core.problem import Problem, warning
from xltools.desk.manifest import list_manifests
from xltools.desk.session import SETTINGS_FILE, STATE_FOLDER, Desk
from xltools.desk.shared_workbooks import SharedWorkbook, list_books, read_shared
from xltools.edge.backup_file import Rotation, backup_name, choose_outdated, list_backups, write_backup
from xltools.edge.folders import walk_files
from xltools.edge.links import is_link
from xltools.ledger.replay import Ledger

BACKUP_FOLDER = f"{STATE_FOLDER}/backups"


@dataclass(frozen=True)
class BackupResult:
    """A backup that was made: its file and the number of events in it."""

    file: Path
    events: int


def keep_daily_backup(desk: Desk, ledger: Ledger, as_of: dt.date) -> tuple[Problem, ...]:
    """A run's backup, where there is none of its day, and away with those that are kept no more.

    A drive that is full or gone stops no run: warning backup-not-written.
    """
    settings = desk.rules.settings.backup
    if not settings.automatic or not ledger.number:
        return ()
    folder = backup_folder(desk)
    try:
        if any(one.day == as_of for one in list_backups(folder, ledger.desk_id)):
            return ()
        write_desk_backup(desk, ledger, as_of, folder)
        rotation = Rotation(settings.daily, settings.weekly, settings.monthly)
        for outdated in choose_outdated(list_backups(folder, ledger.desk_id), rotation):
            outdated.path.unlink(missing_ok=True)
    except OSError as trouble:
        return (warning("backup-not-written", Place(settings.folder or BACKUP_FOLDER), reason=trouble.strerror),)
    return ()


def backup_folder(desk: Desk) -> Path:
    """Where the desk's backups lie: in .desk/, or where its settings say, another drive at best."""
    return desk.path / (desk.rules.settings.backup.folder or BACKUP_FOLDER)


def write_desk_backup(desk: Desk, ledger: Ledger, as_of: dt.date, folder: Path) -> BackupResult:
    """Backs the desk up into a folder; `as_of` is the date that the backup carries."""
    target = folder / backup_name(ledger.desk_id, as_of, ledger.number)
    manifests = list_manifests(desk.path / desk.folders.archive)
    about = {
        "as_of": as_of.isoformat(),
        "desk": ledger.desk_id,
        "events": ledger.number,
        "head": ledger.head,
        "archive": desk.folders.archive,
        "manifest": manifests[-1].relative_to(desk.path).as_posix() if manifests else "",
        "manifest_sha256": hashlib.sha256(manifests[-1].read_bytes()).hexdigest() if manifests else "",
    }
    write_backup(target, desk.store.events(), _list_files(desk, ledger), about)
    return BackupResult(target, ledger.number)


def _list_files(desk: Desk, ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    """What is in a backup besides the ledger: path and content; what can't be read just now is left out."""
    kept = dict.fromkeys([SETTINGS_FILE])
    for folder in ("rules", "templates", desk.folders.master):
        kept |= dict.fromkeys(path.relative_to(desk.path).as_posix() for path in walk_files(desk.path / folder))
    for kind in list_books(desk.rules):
        book = SharedWorkbook(kind)
        kept |= dict.fromkeys([book.file, book.state_file])
        if (desk.path / kind.file).is_file() and (
            generation := read_shared(desk, kind, ledger.desk_id, reread=False)[0].generation
        ):
            kept |= dict.fromkeys([book.generation_file(generation), book.settled_file(generation)])
    for folder in ("returned", "digests"):
        kept |= dict.fromkeys(
            path.relative_to(desk.path).as_posix() for path in walk_files(desk.path / STATE_FOLDER / folder)
        )
    for file in sorted(kept):
        path = desk.path / file
        if is_link(path) or not path.is_file():
            continue
        try:
            content = path.read_bytes()
        except OSError:  # a workbook that Excel saves just now: the next day's backup has it
            continue
        yield file, content
