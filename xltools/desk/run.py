"""The main job: what lies in the inbox → ledger, papers, tracker."""

import datetime as dt
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from xltools.core.place import Place
from xltools.core.plan import AppendEvents, ArchiveFile, Plan, RemoveFile, WriteFile
from xltools.core.problem import Problem, error
from xltools.core.watch import Watch
from xltools.desk.backup import keep_daily_backup
from xltools.desk.closing import check_year, close_books
from xltools.desk.drive import expect_trouble, tell_trouble
from xltools.desk.failure import BusyError, RulesError
from xltools.desk.held import recall_held
from xltools.desk.inputs import gather_inputs
from xltools.desk.open_books import OpenBook, change_open_books, copy_open_books
from xltools.desk.planning import plan_run
from xltools.desk.reading import open_workers
from xltools.desk.result import RunResult
from xltools.desk.session import STATE_FOLDER, Desk
from xltools.edge.folders import LeavesDeskError
from xltools.edge.journal import PlanHeldError, PlanOutdatedError, carry_out, recover
from xltools.edge.lock import DeskBusyError, Lock, LockLostError, hold_lock
from xltools.edge.store import StaleLedgerError
from xltools.forms.messages import Say

SETTLE_SECONDS = 0.5  # between two looks at an inbox file that was written just now
LOCK_FILE = f"{STATE_FOLDER}/lock"
_LOOK_SECONDS = 0.2  # between two looks at a lock that another holds


def settle() -> None:
    """Waits between two looks at a fresh file."""
    time.sleep(SETTLE_SECONDS)


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about it: the pause between two looks at a fresh file, and who watches its progress.

    It waits `wait_seconds` for another run to end.

    A run that does not `take_inbox` only brings papers and tracker up to date; one that `closes_year` begins the
    tracker anew. `open_books` are the shared workbooks that whoever asks has open, by their file: people's changes are
    taken from there, and ours are made there.
    """

    dry_run: bool = False
    take_inbox: bool = True
    pause: Callable[[], None] = settle
    watch: Watch = iter
    closes_year: int | None = None
    wait_seconds: float = 0.0
    open_books: Mapping[str, OpenBook] = field(default_factory=dict)


def run_desk_at(desk: Desk, as_of: dt.date, options: RunOptions | None = None) -> RunResult:
    """Takes in what lies in the inbox and brings the tracker and papers up to date.

    BusyError where another run holds the desk, or its drive fails: the next run does what is left. LedgerError where
    the ledger does not verify. With `dry_run` the result says what would be done, and nothing is.
    """
    options = options or RunOptions()
    started = time.perf_counter()
    recovered: tuple[Problem, ...] = ()
    with hold_desk(desk, options.wait_seconds) as lock, open_workers() as workers:
        if not options.dry_run:
            recovered = recover_desk(desk, lock)
        copies = copy_open_books(options.open_books)
        inputs = gather_inputs(desk, desk.replay_ledger(), as_of, options.pause, workers, copies)
        if not options.take_inbox:
            inputs = replace(inputs, received=(), waiting=(), held=recall_held(inputs.ledger))
        if options.closes_year is not None:
            inputs = close_books(desk, inputs, options.closes_year)
        planned = plan_run(inputs, desk.catalogue, workers, _beating(lock, options.watch))
        if options.dry_run:
            return replace(planned.result, planned=describe_plan(planned.plan, desk.say))
        try:
            left = (*recovered, *carry_out(planned.plan, desk.path, desk.store, beat_at(lock)))
            left += change_open_books(desk, planned.opened, options.open_books, beat_at(lock))
            left += keep_daily_backup(desk, planned.ledger, as_of)
        except LeavesDeskError as astray:
            raise RulesError([error("link-leaves-desk", Place(astray.file), target=astray.target)]) from astray
        except (PlanOutdatedError, StaleLedgerError) as outdated:
            # Somebody worked past the lock, or took a file out of the inbox: nothing was done; the next run sees.
            raise BusyError([error("desk-changed-meanwhile", Place(STATE_FOLDER), reason=outdated)]) from outdated
    result = planned.result
    shared = {book.file for book in inputs.shared}
    if any(problem.place.file in shared for problem in left):
        result = replace(result, tracker=replace(result.tracker, queued=True))
    return replace(result, problems=(*result.problems, *left), seconds=round(time.perf_counter() - started, 3))


def close_year_at(desk: Desk, year: int, as_of: dt.date) -> RunResult:
    """Starts fresh shared workbooks without what was done by the end of a year; the old ones are kept in archive/.

    UsageError for a year that is still to come or closed already, BusyError where a shared workbook is open.
    """
    check_year(desk, year, as_of)
    return run_desk_at(desk, as_of, RunOptions(take_inbox=False, closes_year=year))


def recover_desk(desk: Desk, lock: Lock) -> tuple[Problem, ...]:
    """Carries through what a run that was cut short had planned; PlanHeldError where a file that it needs is in use."""
    return recover(desk.path, desk.store, beat_at(lock))


def _tell_held(held: PlanHeldError, desk: Desk) -> Problem:
    """A file that is open elsewhere is to be closed; of anything else the drive is to be told."""
    trouble = held.__cause__
    told = tell_trouble(trouble, desk.path, held.path) if isinstance(trouble, OSError) else None
    return error("file-held", Place(held.path)) if told is None or told.code == "access-refused" else told


@contextmanager
def hold_desk(desk: Desk, wait_seconds: float = 0.0) -> Iterator[Lock]:
    """Keeps other runs off the desk.

    BusyError where one is at work for longer than that, where the drive fails within the block, or a file that a plan
    needs is in use there.
    """
    machine, pid = f"{uuid.getnode():012x}", os.getpid()
    wait = _patience(wait_seconds)
    try:
        with expect_trouble(desk.path):
            (desk.path / STATE_FOLDER).mkdir(exist_ok=True)
            lock_file = desk.path / LOCK_FILE
            with hold_lock(lock_file, socket.gethostname(), pid, time.time, machine=machine, wait=wait) as lock:
                yield lock
    except PlanHeldError as held:
        raise BusyError([_tell_held(held, desk)]) from held
    except DeskBusyError as busy:
        raise BusyError([error("desk-busy", Place(LOCK_FILE), holder=busy)]) from busy
    except LockLostError as lost:
        raise BusyError([error("lock-lost", Place(LOCK_FILE))]) from lost


def _patience(seconds: float) -> Callable[[], bool]:
    """Waits a little each time it is asked, and says no once all of that time has gone by."""
    until = time.monotonic() + seconds

    def wait() -> bool:
        left = until - time.monotonic()
        time.sleep(max(0.0, min(_LOOK_SECONDS, left)))
        return left > 0

    return wait


def beat_at(lock: Lock) -> Callable[[str], None]:
    """A heartbeat before each act of a plan: a run whose lock was taken over, while its machine slept, does no more."""
    return lambda _: lock.beat()


def _beating(lock: Lock, watch: Watch) -> Watch:
    """The same watch, with a heartbeat at each file: a long run is not taken for a dead one."""

    def beat_along(items: Sequence[Any]) -> Iterable[Any]:
        for item in watch(items):
            lock.beat()
            yield item

    return beat_along


def describe_plan(plan: Plan, say: Say) -> tuple[str, ...]:
    """The actions of a plan in words."""
    words: list[str] = []
    for action in plan.actions:
        match action:
            case AppendEvents(events):
                for one in events:
                    event = say(f"ui-event-{one.event.kind}")
                    words.append(say("ui-plan-event", event=event, order=one.event.order, place=one.event.place))
            case ArchiveFile(path, _, archived):
                words.append(say("ui-plan-archive", path=path, archived=archived))
            case WriteFile(path) if not path.startswith(STATE_FOLDER):
                words.append(say("ui-plan-write", path=path))
            case RemoveFile(path) if not path.startswith(STATE_FOLDER):
                words.append(say("ui-plan-remove", path=path))
            case _:
                pass
    return tuple(words)
