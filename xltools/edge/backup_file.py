"""Backups as files: a .zip of what a desk can't do without, and in it the sha256 of every part."""

import datetime as dt
import hashlib
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xltools.core.event import GENESIS, ChainedEvent, event_text, parse_event
from xltools.edge.journal import sync_folder

ABOUT, LEDGER, FILES = "backup.json", "ledger.jsonl", "files/"
_VERSION = 1
_PIECE = 1 << 20
_NAME = re.compile(r"backup-([0-9a-f]{8})-([0-9]{4}-[0-9]{2}-[0-9]{2})-([0-9]{6,})\.zip")


class BackupDamagedError(Exception):
    """A file is no backup, or not as it was written; the message names the part."""


@dataclass(frozen=True, order=True, slots=True)
class KeptBackup:
    """A backup that lies in a folder, by what its name says: the as-of date and the last event in it."""

    day: dt.date
    number: int
    path: Path = field(compare=False)


@dataclass(frozen=True, slots=True)
class Rotation:
    """How many backups are kept: of the last days, weeks and months that have any, each time the latest."""

    daily: int
    weekly: int
    monthly: int


@dataclass(frozen=True, slots=True)
class BackupFile:
    """A backup that was read and is whole: where it lies, what it says of itself, and the desk-relative files in it."""

    path: Path
    about: Mapping[str, Any]
    files: tuple[str, ...]

    def read(self, file: str) -> bytes:
        """A file of the desk."""
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(FILES + file)

    def events(self) -> Iterator[ChainedEvent]:
        """The ledger's events."""
        with zipfile.ZipFile(self.path) as archive, archive.open(LEDGER) as lines:
            for line in lines:
                number, text, previous, link = json.loads(line)
                yield ChainedEvent(number, parse_event(json.loads(text)), previous, link)


def backup_name(desk_id: str, day: dt.date, number: int) -> str:
    """`backup-1f3a9c04-2026-03-10-000123.zip`: the desk's id, as-of date, last event."""
    return f"backup-{(desk_id or GENESIS)[:8]}-{day}-{number:06}.zip"


def list_backups(folder: Path, desk_id: str) -> list[KeptBackup]:
    """The backups of a desk in a folder, the oldest first."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        name = _NAME.fullmatch(path.name)
        if name and name[1] == (desk_id or GENESIS)[:8]:
            found.append(KeptBackup(dt.date.fromisoformat(name[2]), int(name[3]), path))
    return sorted(found)


def choose_outdated(backups: Iterable[KeptBackup], rotation: Rotation) -> list[KeptBackup]:
    """Those that a rotation keeps no more; the latest of all is always kept."""
    by_age = sorted(backups, reverse=True)
    kept = set(by_age[:1])
    spans = (
        (rotation.daily, lambda one: one.day.toordinal()),
        (rotation.weekly, lambda one: one.day.isocalendar()[:2]),
        (rotation.monthly, lambda one: (one.day.year, one.day.month)),
    )
    for most, span_of in spans:
        latest: dict[object, KeptBackup] = {}
        for one in by_age:
            latest.setdefault(span_of(one), one)
        kept.update(list(latest.values())[:most])
    return [one for one in by_age if one not in kept]


def write_backup(
    target: Path, events: Iterable[ChainedEvent], files: Iterable[tuple[str, bytes]], about: Mapping[str, Any]
) -> None:
    """A backup at a path, whole or not at all; same events and files, same bytes.

    `about` has at least `as_of`; the hashes of all parts are added to it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    passing = target.with_name(f".~{target.name}.tmp")
    day = dt.date.fromisoformat(about["as_of"])
    stamp = (max(day.year, 1980), day.month, day.day, 0, 0, 0)
    hashes: dict[str, str] = {}
    try:
        with passing.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                parts = [(FILES + name, (content,)) for name, content in files]
                for name, pieces in ((LEDGER, map(_write_event, events)), *parts):
                    hashes[name] = _add(archive, zipfile.ZipInfo(name, stamp), pieces)
                told = {"version": _VERSION, **about, "sha256": hashes}
                words = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
                _add(archive, zipfile.ZipInfo(ABOUT, stamp), (words.encode("utf-8", "surrogatepass"),))
            file.flush()
            os.fsync(file.fileno())
        passing.replace(target)
    except BaseException:
        passing.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def read_backup(path: Path) -> BackupFile:
    """A backup whose every part is as it was written; BackupDamagedError for any other file, OSError for none."""
    with path.open("rb"):
        pass
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read(ABOUT))
            hashes: dict[str, str] = about["sha256"]
            if about["version"] != _VERSION:
                raise BackupDamagedError(f"version {about['version']}")
            if sorted(archive.namelist()) != sorted([*hashes, ABOUT]) or LEDGER not in hashes:
                raise BackupDamagedError("parts")
            for name, sha256 in hashes.items():
                if _hash_part(archive, name) != sha256:
                    raise BackupDamagedError(name)
    except BackupDamagedError:
        raise
    except Exception as trouble:  # zipfile lets through whatever its libraries raise on bytes that were changed
        raise BackupDamagedError(str(trouble) or type(trouble).__name__) from trouble
    return BackupFile(path, about, tuple(name.removeprefix(FILES) for name in hashes if name.startswith(FILES)))


def _add(archive: zipfile.ZipFile, member: zipfile.ZipInfo, pieces: Iterable[bytes]) -> str:
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3  # whatever system it is written on
    digest = hashlib.sha256()
    with archive.open(member, "w", force_zip64=True) as part:
        for piece in pieces:
            digest.update(piece)
            part.write(piece)
    return digest.hexdigest()


def _hash_part(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _write_event(chained: ChainedEvent) -> bytes:
    written = [chained.number, event_text(chained.event), chained.previous, chained.hash]
    return json.dumps(written).encode() + b"\n"
