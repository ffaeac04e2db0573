"""Work in processes of its own (pebble), so that what it works on can't harm the run: each may die, hang or swell.

Every process writes into a logbook what it begins, and its stderr goes there too. So it is known which piece of work
ended a process, and why, even where pebble took no notice: it overlooks an exit with code 0, and a process that ends
before its receipt for the work was read.
"""

import gc
import os
import re
import signal
import sys
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Future, wait
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

if sys.platform == "linux":
    import resource

if TYPE_CHECKING:  # pebble is loaded with the first process: most verbs start none
    from pebble import ProcessPool

Result = TypeVar("Result")
Arguments = tuple[Any, ...]

_LOOK_SECONDS = 0.2  # between two looks for work whose process ended unnoticed
_GRACE_SECONDS = 5.0  # beyond the time limit; then a process ends itself, its parent may be gone
_AHEAD = 4  # pieces of work given out per process before the first result is taken: large ones don't pile up
_MOST_BREAKDOWNS = 3  # of the whole pool without any result, before it is given up
_BEGUN = re.compile(rb"\x00begin (\d+)\n")
_OUT_OF_MEMORY = (b"memory allocation of", b"MemoryError", b"bad_alloc")  # what Rust, Python and C++ say as they end


class Ending(StrEnum):
    """How a piece of work ended that brought no result."""

    DIED = "died"  # it took its process with it
    TOO_LONG = "too-long"
    TOO_MUCH_MEMORY = "too-much-memory"
    RAISED = "raised"


@dataclass(frozen=True, slots=True)
class Failure:
    """A piece of work without a result; `reason` names the exception and where it arose, for one that was raised."""

    ending: Ending
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one piece of work may take: seconds, and megabytes beyond what its process holds when it starts.

    The memory limit (RLIMIT_AS) holds on Linux alone: macOS does not keep to it, Windows has none that a process can
    set for itself. There only what the machine lacks ends the work.
    """

    seconds: float = 25.0
    megabytes: int = 900


@dataclass(slots=True)
class _Task:
    """One piece of work on its way; `failure` where its process was found to have ended."""

    number: int
    arguments: Arguments
    future: Future[Any] = field(default_factory=Future)
    failure: Failure | None = None


class Workers:
    """Processes that do work; none is started before there is some, and none is left at the end of the block."""

    def __init__(
        self,
        prepare: Callable[..., object] | None = None,
        given: Arguments = (),
        limits: Limits = Limits(),
        share: int = 1,
    ) -> None:
        """A process for each `share` pieces of work, but no more than the machine has cores.

        Each calls `prepare(*given)` once before its first work. Where processes can't be forked (see `_start_method`)
        functions and what is given to them must be picklable.
        """
        self.limits = limits
        self._share = share
        self._prepare, self._given = prepare, given
        self._numbers = count(1)
        self._breakdowns = 0
        self._seen_ended = frozenset[int]()
        self._pool: ProcessPool | None = None
        self._size = 0
        self._preload: tuple[str, ...] = ()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def map(self, function: Callable[..., Result], arguments: Sequence[Arguments]) -> Iterator[Result | Failure]:
        """The results of a function of a module for each of the arguments, in their order; work begins at once.

        Only few results are held at a time: take one to have work go on, and all of them before the next `map`. What
        the work raises is a Failure as well, while RuntimeError says that no process could be started.
        """
        self._preload = (function.__module__,)
        wanted = min(-(-len(arguments) // self._share), _count_cores())
        if self._size < wanted:
            self._stop()
            self._size = wanted
        coming = iter(arguments)
        waiting = deque(self._begin(function, one) for one in islice(coming, _AHEAD * self._size))
        return self._take_results(function, coming, waiting)

    def _take_results(
        self, function: Callable[..., Result], coming: Iterator[Arguments], waiting: deque[_Task]
    ) -> Iterator[Result | Failure]:
        while waiting:
            yield self._settle(function, waiting)
            waiting.popleft()
            waiting.extend(self._begin(function, one) for one in islice(coming, 1))

    def _settle(self, function: Callable[..., Result], waiting: deque[_Task]) -> Result | Failure:
        """What came of the first piece of work that is waited for."""
        from pebble import ProcessExpired  # noqa: PLC0415

        task = waiting[0]
        while task.failure is None:
            if not wait([task.future], _LOOK_SECONDS).done:
                self._look_again(waiting)
                if not self._started().active:  # its own threads ended
                    self._begin_again(function, waiting)
                continue
            trouble = task.future.exception()
            match trouble:
                case None:
                    self._breakdowns = 0
                    result: Result | Failure = task.future.result()
                    return result
                case TimeoutError():
                    return Failure(Ending.TOO_LONG)
                case ProcessExpired():
                    return self._explain_end(trouble.pid, trouble.exitcode)
                case BrokenExecutor():
                    self._begin_again(function, waiting)
                case _:
                    raise trouble  # ours: what was given or what came of it can't be pickled
        return task.failure

    def _begin(self, function: Callable[..., Result], arguments: Arguments) -> _Task:
        task: _Task = _Task(next(self._numbers), arguments)
        self._schedule(function, task)
        return task

    def _schedule(self, function: Callable[..., Result], task: _Task) -> None:
        given = (task.number, self.limits.seconds, function, task.arguments)
        try:
            task.future = self._started().schedule(_work, given, timeout=self.limits.seconds)
        except RuntimeError:  # the pool broke since: told when this task's turn comes
            task.future = Future()
            task.future.set_exception(BrokenExecutor())

    def _started(self) -> "ProcessPool":
        if self._pool is None:
            import multiprocessing  # noqa: PLC0415 - as pebble

            from pebble import CONSTS, ProcessPool  # noqa: PLC0415

            CONSTS.sleep_unit = 0.01  # seconds; with pebble's own 0.1 each pool would take as long to end
            method = _start_method()
            context = multiprocessing.get_context(method)
            if method == "forkserver":
                context.set_forkserver_preload([*self._preload])
            given = (self._logbooks, self.limits.megabytes, self._prepare, self._given)
            self._pool = ProcessPool(self._size, initializer=_enter, initargs=given, context=context)
        return self._pool

    @property
    def _logbooks(self) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="xltools-", ignore_cleanup_errors=True)
        return self._folder.name

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    def _begin_again(self, function: Callable[..., Result], waiting: Iterable[_Task]) -> None:
        """The whole pool broke down: settle the work at which its processes ended, do the other work again."""
        self._breakdowns += 1
        self._stop()
        if self._breakdowns > _MOST_BREAKDOWNS:
            raise RuntimeError(f"no worker process could be started: {self._last_words()}")
        self._settle_ended(waiting, self._find_ended())
        for task in waiting:
            if task.failure is None and (not task.future.done() or task.future.exception() is not None):
                self._schedule(function, task)

    def _look_again(self, waiting: Iterable[_Task]) -> None:
        """Settles the work at which a process had ended at the last look already, and pebble still says nothing.

        At the first look pebble may just be about to tell of it, and knows more: it ends what takes too long.
        """
        ended = self._find_ended()
        known = {number: pid for number, pid in ended.items() if number in self._seen_ended}
        self._seen_ended = frozenset(ended)
        self._settle_ended(waiting, known)

    def _find_ended(self) -> dict[int, int]:
        """The numbers of the work that processes were at when they ended, and those processes."""
        import multiprocessing  # noqa: PLC0415 - as pebble

        alive = {child.pid for child in multiprocessing.active_children()}
        return {number: pid for pid, number in self._read_logbooks() if pid not in alive}

    def _settle_ended(self, waiting: Iterable[_Task], ended: Mapping[int, int]) -> None:
        for task in waiting:
            has_result = task.future.done() and task.future.exception() is None
            if task.number in ended and not has_result:
                task.failure = self._explain_end(ended[task.number], None)

    def _read_logbooks(self) -> Iterator[tuple[int, int]]:
        """Each process that began any work, and the last that it began."""
        for logbook in Path(self._logbooks).iterdir():
            if begun := _BEGUN.findall(logbook.read_bytes()):
                yield int(logbook.name), int(begun[-1])

    def _explain_end(self, pid: int | None, exitcode: int | None) -> Failure:
        """Why a process ended, by its exit code and what it said since it began its last work."""
        if sys.platform != "win32" and exitcode == -signal.SIGALRM:
            return Failure(Ending.TOO_LONG)
        # Nobody but the system's own guard of memory kills a process outright.
        if sys.platform != "win32" and exitcode == -signal.SIGKILL:
            return Failure(Ending.TOO_MUCH_MEMORY)
        logbook = Path(self._logbooks, str(pid))
        said = _BEGUN.split(logbook.read_bytes())[-1] if logbook.exists() else b""
        return Failure(Ending.TOO_MUCH_MEMORY if any(one in said for one in _OUT_OF_MEMORY) else Ending.DIED)

    def _last_words(self) -> str:
        said = [logbook.read_bytes().decode("utf-8", "replace").strip() for logbook in Path(self._logbooks).iterdir()]
        return max(said, key=len, default="")


def _count_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _start_method() -> str:
    """How a process is started: forked where that is safe, for it takes milliseconds and inherits what is loaded.

    Other threads (of a notebook, or a progress bar) could hold a lock that nobody would open in a forked process. And
    macOS's own libraries do not bear it.
    """
    if sys.platform == "linux":
        return "fork" if threading.active_count() == 1 else "forkserver"
    return "spawn"


def _enter(logbooks: str, megabytes: int, prepare: Callable[..., object] | None, given: Arguments) -> None:
    """A new process opens its logbook and takes its memory limit."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's own handler waits for C code to come back
    binary = getattr(os, "O_BINARY", 0)  # without it Windows writes \r\n for \n
    logbook = os.open(Path(logbooks, str(os.getpid())), os.O_WRONLY | os.O_CREAT | os.O_APPEND | binary, 0o600)
    os.dup2(logbook, 2)
    os.close(logbook)
    gc.freeze()  # what was inherited is not looked through, and its memory stays shared
    if sys.platform == "linux":
        held = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = held + megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit if most < 0 else min(limit, most), most))
    if prepare is not None:
        try:
            prepare(*given)
        except BaseException:
            os.write(2, traceback.format_exc().encode())
            raise


def _work(number: int, seconds: float, function: Callable[..., Result], arguments: Arguments) -> Result | Failure:
    """One piece of work, in its process."""
    os.write(2, b"\0begin %d\n" % number)
    _set_alarm(seconds + _GRACE_SECONDS)
    gc.disable()  # a workbook makes many objects and hardly a cycle: what there is goes between two pieces of work
    try:
        return function(*arguments)
    except MemoryError:
        return Failure(Ending.TOO_MUCH_MEMORY)
    except BaseException as trouble:  # pyo3's PanicException is no Exception
        return Failure(Ending.RAISED, _last_line(trouble))
    finally:
        gc.enable()
        _set_alarm(0)


def _set_alarm(seconds: float) -> None:
    """Ends this process after so many seconds even where it runs C code; not on Windows, where there is no alarm."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _last_line(trouble: BaseException) -> str:
    """The error, and where it came from."""
    trace = trouble.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return f"{type(trouble).__name__}: {trouble}"
    code = trace.tb_frame.f_code
    return f"{type(trouble).__name__}: {trouble} ({Path(code.co_filename).name}, {code.co_name})"
