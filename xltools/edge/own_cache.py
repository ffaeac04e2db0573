"""What takes long to work out and stays the same, kept in the user's own cache folder on this computer.

It is kept as pickles, and who can write a pickle can have anything done by whom it is read to. So it never lies in a
desk, which others write into, and a folder that others could write into is not used.
"""

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from xltools.edge.own_folder import own_folder

_Value = TypeVar("_Value")
_MOST_FILES = 24  # of desks, their earlier rules, and earlier versions of the program


def recall(kind: type[_Value], sources: Iterable[str], work_out: Callable[[], _Value]) -> _Value:
    """What `work_out` gives, or gave for the same sources before, by this Python and this code; raises what it raises.

    `sources` is all that the value depends on beside the code of xltools.
    """
    key = hashlib.sha256("\0".join((*_code(), *sources)).encode("utf-8", "surrogatepass")).hexdigest()
    path = own_folder("kept") / f"{key[:32]}.pickle"
    found = _read(path)
    if isinstance(found, kind):
        return found
    value = work_out()
    _keep(path, value)
    return value


def _code() -> tuple[str, ...]:
    """What tells this Python and the code of xltools from any other, without reading it."""
    package = Path(__file__).parents[1]
    files = sorted(path for folder in ("core", "forms") for path in (package / folder).glob("*.py"))
    seen = (path.stat() for path in files)
    return (sys.version, str(package), *(f"{one.st_size} {one.st_mtime_ns}" for one in seen))


def _read(path: Path) -> object:
    with suppress(Exception):  # not there, cut short, or of another time: whatever it is, it is worked out anew
        if _is_own(path.parent) and _is_own(path):
            return pickle.loads(path.read_bytes())  # noqa: S301 - our own, see above
    return None


def _keep(path: Path, value: object) -> None:
    passing = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _is_own(path.parent):
            return
        passing.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        passing.chmod(0o600)
        passing.replace(path)
        kept = sorted(path.parent.glob("*.pickle"), key=lambda one: one.stat().st_mtime_ns)
        for old in kept[:-_MOST_FILES]:
            old.unlink()


def _is_own(path: Path) -> bool:
    """True where nobody else can write; on Windows the folder of local data of a user is theirs alone."""
    if sys.platform == "win32":
        return True
    seen = path.stat(follow_symlinks=False)
    return seen.st_uid == os.getuid() and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
