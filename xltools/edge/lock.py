"""One run of a desk at a time: a lock file that names its holder and tells when they are gone.

Locks of the operating system are unreliable on some shares; a file that only one can create works on all. A lock is
judged by the clock of the drive that it lies on: those of two machines may be an hour apart.
"""

import contextlib
import ctypes
import errno
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

STALE_AFTER = 900.0  # seconds without a heartbeat
BEAT_EVERY = 10.0
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.EINVAL}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, and since when by their own clock; `machine` tells two of one name apart."""

    host: str
    pid: int
    time: float
    machine: str = ""


class DeskBusyError(Exception):
    """Another run holds the desk; `holder` is None where its lock file can't be read."""

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(f"{holder.host}, process {holder.pid}" if holder else "unknown")
        self.holder = holder


class LockLostError(Exception):
    """The lock was taken over, from a run that stood still too long to seem alive; the desk is another's now."""


class Lock:
    """A lock that is held."""

    def __init__(self, path: Path, text: str, monotonic: Callable[[], float]) -> None:
        self._path, self._text, self._monotonic = path, text, monotonic
        self._beaten = monotonic()

    def confirm(self) -> None:
        """LockLostError where somebody else has taken it; asked before each act of a run, whose machine may sleep."""
        if _read_text(self._path) != self._text:
            raise LockLostError(f"{_read_holder(self._text)} has lost {self._path.name}")

    def beat(self) -> None:
        """Confirm it, and say every now and then that the run is alive; call it at least every few minutes."""
        self.confirm()
        if self._monotonic() - self._beaten >= BEAT_EVERY:
            # In a file of its own: written into the lock, a late beat would undo a takeover.
            _beat_file(self._path).write_text(self._text, encoding="utf-8")
            self._beaten = self._monotonic()

    def give_back(self) -> None:
        """Let others in; a lock that is another's by now, or can't be reached, stays."""
        with contextlib.suppress(OSError):
            if _read_text(self._path) == self._text:
                _beat_file(self._path).unlink(missing_ok=True)
                self._path.unlink(missing_ok=True)


@contextmanager
def hold_lock(
    path: Path,
    host: str,
    pid: int,
    now: Callable[[], float],
    *,
    machine: str = "",
    wait: Callable[[], bool] = lambda: False,
    is_alive: Callable[[int], bool] | None = None,
    read_drive_clock: Callable[[Path], float] | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Iterator[Lock]:
    """Hold the lock file at `path` for the length of a with block; DeskBusyError where someone else does.

    While it is held `wait` is asked whether to try again. A lock is stale, and is taken over, when its process on this
    very machine is gone, or its heartbeat is further than STALE_AFTER from the drive's own time. `now` is the wall
    clock in seconds, and only told.
    """
    alive, clock = is_alive or is_process_alive, read_drive_clock or read_clock_of
    text = _write_holder(Holder(host, pid, now(), machine))
    while not _create(path, text):
        found = _read_text(path)
        if found is None:  # given back between the two looks
            continue
        holder = _read_holder(found)
        is_gone = holder is not None and (holder.host, holder.machine) == (host, machine) and not alive(holder.pid)
        if (is_gone or _is_silent(path, clock)) and _remove_stale(path, found, text):
            continue
        if not wait():
            raise DeskBusyError(holder)
    lock = Lock(path, text, monotonic)
    try:
        yield lock
    finally:
        lock.give_back()


def read_clock_of(folder: Path) -> float:
    """What time it is for the drive that a folder lies on: on a share, by the clock of its server."""
    probe = folder / f".~clock-{os.urandom(8).hex()}.tmp"  # two machines may have a process of one number
    try:
        probe.write_bytes(b"?")
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


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


def _create(path: Path, text: str) -> bool:
    """Put the lock there, whole, where there is none."""
    if path.exists():
        return False
    passing = path.with_name(f"{path.name}.{_name_of(text)}.new")
    try:
        passing.write_text(text, encoding="utf-8")
        os.link(passing, path)
    except FileExistsError:
        return False
    except OSError as trouble:
        if trouble.errno not in _NO_LINKS:
            raise
        return _create_in_place(path, text)
    finally:
        with contextlib.suppress(OSError):
            passing.unlink(missing_ok=True)
    return True


def _create_in_place(path: Path, text: str) -> bool:
    """The same on a drive that knows no hard links: whoever dies at it leaves an empty lock, stale by its age alone."""
    try:
        with path.open("x", encoding="utf-8") as file:
            try:
                file.write(text)
                file.flush()
            except OSError:  # an empty lock would keep everybody out until it is stale
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
                raise
    except FileExistsError:
        return False
    except PermissionError:
        if sys.platform == "win32":  # it is being deleted, or read, just now
            return False
        raise
    return True


def _remove_stale(path: Path, found: str, own: str) -> bool:
    """Take a stale lock file away; False where someone else was quicker and the lock is theirs now."""
    with _keep_others_off(path) as is_ours:
        if not is_ours or _read_text(path) != found:
            return False
        aside = path.with_name(f"{path.name}.{_name_of(own)}.stale")
        try:
            path.replace(aside)
        except FileNotFoundError:
            return True
        is_stale = _read_text(aside) == found
        if not is_stale:
            # Where the system's locks don't hold: back with it, if nobody has the place yet. Its holder else finds
            # that it is lost before doing anything more.
            with contextlib.suppress(OSError):
                os.link(aside, path)
        aside.unlink(missing_ok=True)
    return is_stale


@contextmanager
def _keep_others_off(path: Path) -> Iterator[bool]:
    """One at a time takes stale locks away, by the system's own lock where it has one: that ends with its process."""
    with path.with_name(f"{path.name}.takeover").open("a+b") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            yield False
            return
        except OSError:  # a drive that has no such locks
            pass
        yield True


def _is_silent(path: Path, read_clock: Callable[[Path], float]) -> bool:
    """True where nobody has written the lock or its heartbeat for long: or long from now, by a clock set back since."""
    written = []
    for file in (path, _beat_file(path)):
        with contextlib.suppress(FileNotFoundError):  # no heartbeat yet, or all of it was given back just now
            written.append(file.stat().st_mtime)
    return bool(written) and min(abs(read_clock(path.parent) - time) for time in written) > STALE_AFTER


def _beat_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.beat")


def _name_of(text: str) -> str:
    holder = _read_holder(text)
    return f"{holder.machine}-{holder.pid}" if holder else ""


def _write_holder(holder: Holder) -> str:
    return json.dumps(asdict(holder), ensure_ascii=False)


def _read_holder(text: str) -> Holder | None:
    try:
        written = json.loads(text)
        machine = str(written.get("machine", ""))
        return Holder(str(written["host"]), int(written["pid"]), float(written["time"]), machine)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _read_text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except PermissionError:
        if sys.platform == "win32":
            return ""
        raise
