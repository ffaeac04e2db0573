"""The points of a run at which the plug can be pulled: before, amid and after each act on a file, and each commit.

Functions of os, io and SQLAlchemy are wrapped while a run goes on. Nothing of the program is: what is tried is what
runs. An act is something that changes the desk's folder; looks are reads, which a vanished share refuses too.
"""

import builtins
import errno
import functools
import io
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

BEFORE, AMID, AFTER, LOOK = "before", "amid", "after", "look"
COMMIT = "commit"
_WRITING = set("wax+")
_ACTS = ("replace", "rename", "unlink", "remove", "mkdir", "rmdir", "utime", "chmod", "link", "truncate")
_LOOKS = ("stat", "lstat", "listdir", "scandir")
_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True)
class Point:
    """A moment of a run: `number` counts the acts (looks, where it is one), `when` says on which side of it."""

    number: int
    when: str
    act: str
    file: str
    path: str = ""


Meet = Callable[[Point], None]


_WATCHING: list["Watched"] = []


@contextmanager
def unwatched() -> Iterator[None]:
    """What the trial itself looks at is no part of the run."""
    before = [one.busy for one in _WATCHING]
    for one in _WATCHING:
        one.busy = True
    try:
        yield
    finally:
        for one, was in zip(_WATCHING, before, strict=True):
            one.busy = was


class Watched:
    """The acts on the files of one folder, counted; `meet` is called at each point and may end it all."""

    def __init__(self, folder: Path, meet: Meet) -> None:
        self.folder, self.meet, self.pid = str(folder), meet, os.getpid()
        self.acts = self.looks = 0
        self.busy = False  # what is done while meeting a point is no act of the run

    def find(self, path: Any, folder: int | None = None) -> str | None:
        """The path inside the folder, as the report names it; None for one elsewhere."""
        if self.busy or os.getpid() != self.pid:
            return None
        try:
            if isinstance(path, int):
                path, folder = Path(f"/proc/self/fd/{path}").readlink(), None
            text = os.fsdecode(path)
            if folder is not None:
                text = str(Path(f"/proc/self/fd/{folder}").readlink() / text)
        except (OSError, TypeError):
            return None
        return os.path.relpath(text, self.folder) if text == self.folder or text.startswith(self.folder + "/") else None

    def met(self, number: int, when: str, act: str, file: str) -> None:
        """One point: whoever watches decides what comes of it."""
        self.busy = True
        try:
            self.meet(Point(number, when, act, file, f"{self.folder}/{file}"))
        finally:
            self.busy = False

    def act(self, name: str, file: str | None, do: Callable[[], Any], half: Callable[[], Any] | None = None) -> Any:
        """An act, with the points before and after it, and amid it where it can be torn."""
        if file is None:
            return do()
        self.acts += 1
        number = self.acts
        self.met(number, BEFORE, name, file)
        if half is not None:
            half_done = functools.partial(self._tear, half)
            self.meet_torn(Point(number, AMID, name, file), half_done)
        done = do()
        self.met(number, AFTER, name, file)
        return done

    def meet_torn(self, point: Point, tear: Callable[[], None]) -> None:
        """The point amid an act; who wants to end there tears it first."""
        self.busy = True
        try:
            torn = getattr(self.meet, "torn", None)
            if torn is not None:
                torn(point, tear)
        finally:
            self.busy = False

    @staticmethod
    def _tear(half: Callable[[], Any]) -> None:
        half()

    def look(self, name: str, file: str | None) -> None:
        """A look at the folder, before it is taken."""
        if file is not None:
            self.looks += 1
            self.met(self.looks, LOOK, name, file)

    # What stands in for a function while a run is watched.

    def acting(self, name: str, real: Any) -> Any:
        """A function of os that changes something."""

        def done(path: Any, *more: Any, **how: Any) -> Any:
            file = self.find(path, how.get("dir_fd", how.get("src_dir_fd")))
            return self.act(name, file, lambda: real(path, *more, **how))

        return done

    def looking(self, name: str, real: Any) -> Any:
        """A function of os that changes nothing."""

        def done(path: Any = ".", *more: Any, **how: Any) -> Any:
            self.look(name, self.find(path, how.get("dir_fd")))
            return real(path, *more, **how)

        return done

    def opening(self, name: str, real: Any) -> Any:
        """The built-in open."""

        def done(path: Any, mode: str = "r", *more: Any, **how: Any) -> Any:
            file = self.find(path)
            if file is None or not _WRITING & set(mode):
                self.look(name, file)
                return real(path, mode, *more, **how)
            return WrittenFile(self, self.act(name, file, lambda: real(path, mode, *more, **how)), file)

        return done

    def os_opening(self, name: str, real: Any) -> Any:
        """The open of os."""

        def done(path: Any, flags: int, *more: Any, **how: Any) -> Any:
            file = self.find(path, how.get("dir_fd"))
            if flags & _FLAGS:
                return self.act(name, file, lambda: real(path, flags, *more, **how))
            self.look(name, file)
            return real(path, flags, *more, **how)

        return done

    def committing(self, name: str, real: Any) -> Any:
        """The end of a transaction."""

        def done(dialect: Any, connection: Any) -> Any:
            return self.act(name, self.database, lambda: real(dialect, connection))

        return done

    def executing(self, name: str, real: Any) -> Any:
        """A statement, which changes the database or doesn't."""

        def done(dialect: Any, cursor: Any, statement: str, *more: Any) -> Any:
            if statement.lstrip().upper().startswith(("INSERT", "CREATE")):
                return self.act(name, self.database, lambda: real(dialect, cursor, statement, *more))
            self.look(name, self.database)
            return real(dialect, cursor, statement, *more)

        return done

    def connecting(self, name: str, real: Any) -> Any:
        """A new connection to the database."""

        def done(dialect: Any, *more: Any, **how: Any) -> Any:
            self.look(name, self.database)
            return real(dialect, *more, **how)

        return done

    @property
    def database(self) -> str | None:
        """The ledger's file, where it is the run that asks."""
        return None if self.busy or os.getpid() != self.pid else ".desk/ledger.db"


class WrittenFile:
    """A file that is being written: each write is an act, half of which may have reached the disk."""

    def __init__(self, watched: Watched, file: Any, name: str) -> None:
        self._watched, self._file, self._name = watched, file, name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "WrittenFile":
        return self

    def __exit__(self, *trouble: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def write(self, content: Any) -> Any:
        def half() -> None:
            self._file.write(content[: len(content) // 2])
            self._file.flush()

        name = None if self._watched.busy or os.getpid() != self._watched.pid else self._name
        return self._watched.act("write", name, lambda: self._file.write(content), half)


@contextmanager
def watch_points(folder: Path, meet: Meet) -> Iterator[Watched]:
    """Calls `meet` at each point of what is done to the folder within the block."""
    watched = Watched(folder, meet)
    wrapped = [
        *((os, name, name, watched.acting) for name in (*_ACTS, "fsync")),
        *((os, name, name, watched.looking) for name in _LOOKS),
        (os, "open", "open", watched.os_opening),
        (io, "open", "open", watched.opening),
        (builtins, "open", "open", watched.opening),
        (DefaultDialect, "do_commit", COMMIT, watched.committing),
        (DefaultDialect, "do_execute", "execute", watched.executing),
        (DefaultDialect, "do_executemany", "execute", watched.executing),
        (DefaultDialect, "connect", "connect", watched.connecting),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _, _ in wrapped]
    for (owner, name, act, make), (_, _, real) in zip(wrapped, before, strict=True):
        setattr(owner, name, functools.wraps(real)(make(act, real)))
    _WATCHING.append(watched)
    try:
        yield watched
    finally:
        _WATCHING.remove(watched)
        for owner, name, real in before:
            setattr(owner, name, real)


class Count:
    """Writes down all points of a run."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.looks: list[Point] = []

    def __call__(self, point: Point) -> None:
        (self.looks if point.when == LOOK else self.points).append(point)

    def torn(self, point: Point, _tear: Callable[[], None]) -> None:
        self.points.append(point)


def choose_points(points: Sequence[Point]) -> list[Point]:
    """The points that leave the desk each in a state of its own.

    After an act is before the next one: nothing lies between that changes a file. Of the many writes in a row that
    make one backup, the first, the last and every 25th are taken.
    """
    chosen = []
    rows = 0
    for at, point in enumerate(points):
        following = next((one for one in points[at + 1 :] if one.number > point.number), None)
        in_row = (
            point.act == "write" and following is not None and (following.act, following.file) == ("write", point.file)
        )
        rows = rows + 1 if in_row else 0
        if in_row and rows > 3 and (rows // 3) % 25:
            continue
        if point.when != AFTER or following is None or point.act == "commit":
            chosen.append(point)
    return chosen


class Kill:
    """Pulls the plug at one point."""

    def __init__(self, at: Point) -> None:
        self.at = (at.number, at.when)

    def __call__(self, point: Point) -> None:
        if (point.number, point.when) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def torn(self, point: Point, tear: Callable[[], None]) -> None:
        if (point.number, point.when) == self.at:
            tear()
            os.kill(os.getpid(), signal.SIGKILL)


class Refuse:
    """The system refuses one act: before it, or when half of it is done."""

    def __init__(self, at: Point, number: int) -> None:
        self.at, self.errno = (at.number, at.when), number

    def __call__(self, point: Point) -> None:
        if point.when != LOOK and (point.number, point.when) == self.at:
            raise trouble(self.errno, point)

    def torn(self, point: Point, tear: Callable[[], None]) -> None:
        """Half of it is written before the refusal."""
        if (point.number, point.when) == self.at:
            tear()
            raise trouble(self.errno, point)


class Fill(Refuse):
    """The disk is full from one act on: whatever would take room is refused, what frees some is not."""

    def __call__(self, point: Point) -> None:
        takes_room = point.act in {"open", "write", "fsync", "mkdir", "execute", "commit"}
        if point.when == BEFORE and takes_room and point.number >= self.at[0]:
            raise trouble(self.errno, point)

    def torn(self, point: Point, tear: Callable[[], None]) -> None:
        """All of it was refused before."""


class Vanish:
    """The share is gone from one point on: nothing in it can be reached any more in this run."""

    def __init__(self, at: Point, number: int) -> None:
        self.at, self.errno, self.gone = (at.number, at.when), number, False

    def __call__(self, point: Point) -> None:
        self.gone = self.gone or (point.number, point.when) == self.at
        if self.gone:
            raise trouble(self.errno, point)

    def torn(self, point: Point, tear: Callable[[], None]) -> None:
        """A share that vanishes amid a write left half of it."""
        if (point.number, point.when) == self.at:
            tear()
            self.gone = True
            raise trouble(self.errno, point)


_OF_SQLITE = {
    errno.ENOSPC: "database or disk is full",
    errno.EIO: "disk I/O error",
    errno.EACCES: "attempt to write a readonly database",
}
_ITS_NAMES = {errno.ENOSPC: "SQLITE_FULL", errno.EIO: "SQLITE_IOERR_WRITE", errno.EACCES: "SQLITE_READONLY"}


def trouble(number: int, point: Point) -> Exception:
    """What a refused act raises: OSError, or what SQLite makes of it."""
    if point.act in {"commit", "execute", "connect"}:
        said = sqlite3.OperationalError(_OF_SQLITE.get(number, "unable to open database file"))
        said.sqlite_errorname = _ITS_NAMES.get(number, "SQLITE_CANTOPEN")
        return said
    if point.act in {"write", "fsync"}:  # the system names no file there
        return OSError(number, os.strerror(number))
    return OSError(number, os.strerror(number), point.path)
