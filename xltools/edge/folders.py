"""The desk as folders: where things lie, what has come in, and names that are safe on every system."""

import datetime as dt
import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256 as hash_of
from pathlib import Path, PurePosixPath
from typing import Protocol

from xltools.core.place import Place
from xltools.core.problem import Problem, warning
from xltools.edge.links import is_link

FRESH_SECONDS = 10.0
_MOST_OWNER_BYTES = 4096
MAX_NAME_BYTES = 255  # of ext4 and most others; NTFS takes 255 UTF-16 units, which are never fewer bytes

_LEFTOVERS = frozenset({"desktop.ini", "thumbs.db", ".ds_store"})
_PARTIAL_SUFFIXES = (".tmp", ".crdownload", ".part", ".partial", ".download")
_OWNER_PREFIXES = ("~$", ".~", "~WRL")
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|COM[0-9¹²³]|LPT[0-9¹²³]) *(?:\.|\Z)", re.IGNORECASE)
_RESERVED = frozenset('<>:"/\\|?*%')
_LONG_MARK = "%~"  # never begins the code of a byte
_MAX_SUFFIX_BYTES = 16
_EARLIER_HASH = re.compile(r"(?<=.)\.([0-9a-f]{8})\Z")
# Excel's, WPS's and OpenDocument's: workbooks and templates.
_WORKBOOK_SUFFIXES = {".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".et", ".ett", ".ods", ".ots"}


class LeavesDeskError(ValueError):
    """A path leads out of the desk, by itself or by a link; `file` is the path, `target` where it leads."""

    def __init__(self, file: str, target: object) -> None:
        super().__init__(f"leads out of the desk: {file!r}")
        self.file, self.target = file, str(target)


class FolderNames(Protocol):
    """What the desk calls its folders, relative to itself."""

    @property
    def inbox(self) -> str:
        """Where staff drop workbooks."""

    @property
    def archive(self) -> str:
        """Where originals are kept."""


@dataclass(frozen=True, slots=True)
class DeskFolders:
    """A desk's folder, and what the folders in it are called."""

    desk: Path
    names: FolderNames

    def path(self, relative: str) -> Path:
        """A desk-relative path as a real one; ValueError where it leads out of the desk, by itself or by a link."""
        return inside_desk(self.desk, relative)


@dataclass(frozen=True, slots=True)
class InboxFile:
    """A file to be taken in: its desk-relative path, and the folder under inbox/ it lies in (empty for none)."""

    file: str
    customer: str


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that is left where it is for now, and the problem that says why."""

    file: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class InboxScan:
    """What lies in the inbox, each sorted by file name."""

    ready: tuple[InboxFile, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()


def inside_desk(desk: Path, relative: str) -> Path:
    """A desk-relative path (forward slashes) as a real one; ValueError where it leads out of the desk."""
    parts = PurePosixPath(relative).parts
    if (
        not parts
        or relative.startswith("/")
        or (os.name == "nt" and "\\" in relative)
        or ":" in parts[0]
        or ".." in parts
    ):
        raise ValueError(f"not a path inside the desk: {relative!r}")
    path = desk.joinpath(*parts)
    if not path.resolve().is_relative_to(desk.resolve()):
        raise LeavesDeskError(relative, path.resolve())
    return path


def is_inside(desk: Path, relative: str) -> bool:
    """True for a desk-relative path that leads nowhere else, by itself or by a link."""
    try:
        inside_desk(desk, relative)
    except ValueError:
        return False
    return True


def scan_inbox(paths: DeskFolders, pause: Callable[[], None], now: Callable[[], float] = time.time) -> InboxScan:
    """The files in inbox/ and inbox/<customer>/, sorted by name; links, hidden, temporary and owner files are left out.

    A file that somebody has open, or that changed within the last 10 seconds and changes again during `pause` (called
    once, and only for such), waits: warnings file-open-elsewhere and file-being-written. `now` is the wall clock that
    the files' times are compared with.
    """
    inbox = paths.path(paths.names.inbox)
    looks: list[tuple[InboxFile, Path, os.stat_result]] = []
    waiting: list[WaitingFile] = []
    for path, customer in _list_inbox(inbox):
        file = path.relative_to(paths.desk).as_posix()
        if not _is_unicode(file):
            # Unpacked from an old zip on Linux: bytes that are no UTF-8 can stand in no event and on no screen.
            shown = file.encode("utf-8", "replace").decode()
            waiting.append(WaitingFile(shown, warning("file-name-unreadable", Place(shown))))
        elif is_open_elsewhere(path):
            waiting.append(WaitingFile(file, warning("file-open-elsewhere", Place(file))))
        else:
            looks.append((InboxFile(file, customer), path, path.stat()))
    is_fresh = [now() - seen.st_mtime < FRESH_SECONDS for _, _, seen in looks]
    if any(is_fresh):
        pause()
    ready = []
    for (found, path, seen), fresh in zip(looks, is_fresh, strict=True):
        if fresh and _has_changed(path, seen):
            waiting.append(WaitingFile(found.file, warning("file-being-written", Place(found.file))))
        else:
            ready.append(found)
    return InboxScan(tuple(sorted(ready, key=_by_name)), tuple(sorted(waiting, key=_by_name)))


def find_workbooks(folder: Path) -> Iterator[Path]:
    """The workbooks in a folder and those in it, by name; links, hidden, temporary and owner files are left out."""
    for path in _list_folder(folder):
        if path.is_dir():
            yield from find_workbooks(path)
        elif path.suffix.lower() in _WORKBOOK_SUFFIXES:
            yield path


def walk_files(folder: Path) -> Iterator[Path]:
    """All files in a folder and below, by path; a link is given as it is and not followed.

    What systems and programs leave lying about (Thumbs.db, owner files) is left out.
    """
    if is_link(folder) or not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if is_leftover(path.name):
            continue
        if is_link(path) or not path.is_dir():
            yield path
        else:
            yield from walk_files(path)


def is_open_elsewhere(path: Path) -> bool:
    """True when an owner file of Excel, WPS or LibreOffice beside it says that somebody has the file open."""
    return find_opener(path) is not None


def find_opener(path: Path) -> str | None:
    """Who has a file open, by the owner file beside it; empty where that doesn't say, None where nobody has."""
    office = (path.with_name(f"~${path.name}"), path.with_name(f".~{path.name}"))
    for owner in office:
        if owner.exists():
            return _read_owner(owner, _office_name)
    owner = path.with_name(f".~lock.{path.name}#")
    return _read_owner(owner, _libreoffice_name) if owner.exists() else None


def _read_owner(owner: Path, read_name: Callable[[bytes], str]) -> str:
    try:
        name = read_name(owner.read_bytes()[:_MOST_OWNER_BYTES])
    except (OSError, ValueError):  # Excel lets nobody read its own while it runs
        return ""
    return "".join(letter for letter in name if letter.isprintable()).strip()


def _office_name(content: bytes) -> str:
    """The user's name in an owner file of Excel or WPS: 55 bytes in the code page, then its length and UTF-16."""
    length = int.from_bytes(content[55:57], "little")
    return content[57 : 57 + 2 * length].decode("utf-16-le")


def _libreoffice_name(content: bytes) -> str:
    """The user's name in a lock file of LibreOffice: `name,account,host,date,profile;`."""
    name, account = [*content.decode().split(","), ""][:2]
    return name or account


def safe_name(text: str, suffix: str = "") -> str:
    """The text, and a suffix of ours, as a name that Windows, macOS and Linux all take; other texts get other names.

    Percent-encoded (UTF-8) are reserved and invisible characters, `%` itself, dots and blanks at the ends, and the
    first letter of device names such as CON. A name of more than 255 bytes is cut and ends with the text's hash.
    """
    last = len(text.rstrip(". "))
    letters = [
        _encode(letter) if _is_unsafe(letter) or at >= last or (at == 0 and letter in ".~ ") else letter
        for at, letter in enumerate(text)
    ]
    if _DEVICE.match(text):
        letters[0] = _encode(text[0])
    name = "".join(letters) or "%"
    if len((name + suffix).encode()) <= MAX_NAME_BYTES:
        return name + suffix
    mark = _LONG_MARK + hash_of(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] + suffix
    return _cut(letters, MAX_NAME_BYTES - len(mark)) + mark


def archive_path(names: FolderNames, as_of: dt.date, name: str, sha256: str) -> str:
    """Where a received file is kept: `archive/2026/03/<stem>.<first 8 of sha256>.<suffix>`, relative to the desk."""
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(suffix.encode("utf-8", "surrogatepass")) > _MAX_SUFFIX_BYTES:
        stem, dot, suffix = name, "", ""
    tail = f".{sha256[:8]}{dot}{safe_name(suffix) if suffix else ''}"
    return f"{names.archive}/{as_of:%Y}/{as_of:%m}/{_join_name(stem, tail)}"


def submission_name(name: str, sha256: str, digits: int = 8) -> str:
    """What a workbook is called in the inbox: `<stem>.<first digits of sha256>.<suffix>`; other content, another name.

    A hash that it got on an earlier way into the inbox or archive/ is taken off again. Eight figures without a letter
    stay: they are a date far more often. A suffix that is no workbook's stays in the stem, for a run passes over some.
    """
    stem, dot, suffix = name.rpartition(".")
    if not stem or dot + suffix.lower() not in _WORKBOOK_SUFFIXES:
        stem, dot, suffix = name, "", ""
    earlier = _EARLIER_HASH.search(stem)
    if earlier and (not earlier[1].isdigit() or sha256.startswith(earlier[1])):
        stem = stem[: earlier.start()]
    return _join_name(stem, f".{sha256[:digits]}{dot}{suffix}")


def _join_name(stem: str, tail: str) -> str:
    stem = safe_name(stem)
    if len(stem.encode()) + len(tail.encode()) > MAX_NAME_BYTES:
        stem = _cut(list(stem), MAX_NAME_BYTES - len(tail.encode()))
    return stem + tail


def _list_inbox(inbox: Path) -> Iterator[tuple[Path, str]]:
    for path in _list_folder(inbox):
        if path.is_file():
            yield path, ""
        elif path.is_dir():
            yield from ((inner, path.name) for inner in _list_folder(path) if inner.is_file())


def _list_folder(folder: Path) -> Iterator[Path]:
    """What lies in a folder; a link could lead anywhere, so none is followed."""
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if not is_link(path) and not is_leftover(path.name))


def is_leftover(name: str) -> bool:
    """True for the name of what a system or a program leaves lying about, or has not written whole yet."""
    return (
        name.startswith((*_OWNER_PREFIXES, "."))
        or name.lower() in _LEFTOVERS
        or name.lower().endswith(_PARTIAL_SUFFIXES)
    )


def _by_name(found: InboxFile | WaitingFile) -> tuple[str, str]:
    return PurePosixPath(found.file).name, found.file


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _has_changed(path: Path, seen: os.stat_result) -> bool:
    try:
        again = path.stat()
    except FileNotFoundError:
        return True
    return (again.st_size, again.st_mtime_ns) != (seen.st_size, seen.st_mtime_ns)


def _is_unsafe(letter: str) -> bool:
    # C*: control, format (text that reads right to left), surrogate, private, unassigned; Zl, Zp: line separators.
    return letter in _RESERVED or unicodedata.category(letter)[0] == "C" or unicodedata.category(letter) in {"Zl", "Zp"}


def _encode(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "surrogatepass"))


def _cut(letters: list[str], size: int) -> str:
    """As many of the (encoded) letters as fit into that many bytes."""
    kept = ""
    for letter in letters:
        size -= len(letter.encode())
        if size < 0:
            break
        kept += letter
    return kept
