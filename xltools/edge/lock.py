"""One run of a desk at a time: a lock file that names its holder and tells when they are gone."""

import contextlib
import ctypes
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

STALE_AFTER = 900.0  # seconds without a heartbeat


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, and the wall-clock time of their last heartbeat."""

    host: str
    pid: int
    time: float


class DeskBusyError(Exception):
    """Another run holds the desk; `holder` is None where its lock file can't be read."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(f"{holder.host}, process {holder.pid}" if holder else "unknown")
        self.holder = holder


class Lock:
    """A lock that is held."""

    def __init__(self, path: Path, host: str, pid: int, now: Callable[[], float]) -> None:
        self._path, self._host, self._pid, self._now = path, host, pid, now

    def beat(self) -> None:
        """Say that the run is alive; call it at least every few minutes."""
        # Locks of the operating system are unreliable on some shares; a time in a file works on all.
        self._path.write_text(_write_holder(Holder(self._host, self._pid, self._now())), encoding="utf-8")


@contextmanager
def hold_lock(
    path: Path,
    host: str,
    pid: int,
    now: Callable[[], float],
    *,
    wait: Callable[[], bool] = lambda: False,
    is_alive: Callable[[int], bool] | None = None,
) -> Iterator[Lock]:
    """Hold the lock file at `path` for the length of a with block; DeskBusyError where someone else does.

    While it is held `wait` is asked whether to try again. A lock is stale, and is taken over, when its process on this
    host is gone, or its heartbeat is older than STALE_AFTER. `now` is the wall clock in seconds.
    """
    alive = is_alive or is_process_alive
    while not _create(path, Holder(host, pid, now())):
        text = _read_text(path)
        if text is None:  # given back between the two looks
            continue
        holder = _read_holder(text)
        if _is_stale(path, holder, host, now(), alive) and _remove_stale(path, text, pid):
            continue
        if not wait():
            raise DeskBusyError(holder)
    try:
        yield Lock(path, host, pid, now)
    finally:
        left = _read_holder(_read_text(path) or "")
        if left and (left.host, left.pid) == (host, pid):
            path.unlink(missing_ok=True)


def is_process_alive(pid: int) -> bool:
    """True when a process with this id runs on this machine."""
    if sys.platform == "win32":  # os.kill would end it
        query_limited_information = 0x1000
        handle = ctypes.windll.kernel32.OpenProcess(query_limited_information, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _create(path: Path, holder: Holder) -> bool:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_write_holder(holder))
    except FileExistsError:
        return False
    return True


def _remove_stale(path: Path, text: str, pid: int) -> bool:
    """Take a stale lock file away; False where someone else was quicker and the lock is theirs now."""
    aside = path.with_name(f"{path.name}.{pid}.stale")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return True
    if _read_text(aside) != text:
        with contextlib.suppress(OSError):
            aside.replace(path)
        return False
    aside.unlink(missing_ok=True)
    return True


def _is_stale(path: Path, holder: Holder | None, host: str, now: float, is_alive: Callable[[int], bool]) -> bool:
    if holder is None:  # a power cut left it empty
        with contextlib.suppress(FileNotFoundError):
            return now - path.stat().st_mtime > STALE_AFTER
        return True
    return now - holder.time > STALE_AFTER or (holder.host == host and not is_alive(holder.pid))


def _write_holder(holder: Holder) -> str:
    return json.dumps(asdict(holder), ensure_ascii=False)


def _read_holder(text: str) -> Holder | None:
    try:
        written = json.loads(text)
        return Holder(str(written["host"]), int(written["pid"]), float(written["time"]))
    except (KeyError, TypeError, ValueError):
        return None


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
