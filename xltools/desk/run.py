"""The main job: what lies in the inbox → ledger, papers, tracker."""

import datetime as dt
import os
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from xltools.core.place import Place
from xltools.core.plan import AppendEvents, ArchiveFile, Plan, RemoveFile, WriteFile
from xltools.core.problem import Problem, error
from xltools.desk.closing import check_year, close_books
from xltools.desk.failure import BusyError
from xltools.desk.held import recall_held
from xltools.desk.inputs import gather_inputs
from xltools.desk.open_books import OpenBook, change_open_books, copy_open_books
from xltools.desk.planning import Watch, plan_run
from xltools.desk.reading import open_workers
from xltools.desk.result import RunResult
from xltools.desk.session import STATE_FOLDER, Desk
from xltools.edge.journal import PlanHeldError, PlanOutdatedError, carry_out, recover
from xltools.edge.lock import DeskBusyError, Lock, hold_lock
from xltools.edge.store import StaleLedgerError
from xltools.reports.wording import Say

SETTLE_SECONDS = 0.5  # between two looks at an inbox file that was written just now
LOCK_FILE = f"{STATE_FOLDER}/lock"


def settle() -> None:
    """Waits between two looks at a fresh file."""
    time.sleep(SETTLE_SECONDS)


@dataclass(frozen=True)
class RunOptions:
    """How a run goes about it: the pause between two looks at a fresh file, and who watches its progress.

    A run that does not `take_inbox` only brings papers and tracker up to date; one that `closes_year` begins the
    tracker anew. `open_books` are the shared workbooks that whoever asks has open, by their file: people's changes are
    taken from there, and ours are made there.
    """

    dry_run: bool = False
    take_inbox: bool = True
    pause: Callable[[], None] = settle
    watch: Watch = iter
    closes_year: int | None = None
    open_books: Mapping[str, OpenBook] = field(default_factory=dict)


def run_desk_at(desk: Desk, as_of: dt.date, options: RunOptions | None = None) -> RunResult:
    """Takes in what lies in the inbox and brings the tracker and papers up to date.

    BusyError where another run holds the desk, LedgerError where the ledger does not verify. With `dry_run` the
    result says what would be done, and nothing is.
    """
    options = options or RunOptions()
    started = time.perf_counter()
    recovered: tuple[Problem, ...] = ()
    with hold_desk(desk) as lock, open_workers() as workers:
        if not options.dry_run:
            recovered = recover_desk(desk)
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
            left = (*recovered, *carry_out(planned.plan, desk.path, desk.store))
            left += change_open_books(desk, planned.opened, options.open_books)
        except PlanHeldError as held:
            raise BusyError([error("file-held", Place(held.path))]) from held
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


def recover_desk(desk: Desk) -> tuple[Problem, ...]:
    """Carries through what a run that was cut short had planned; BusyError where a file that it needs is in use."""
    try:
        return recover(desk.path, desk.store)
    except PlanHeldError as held:
        raise BusyError([error("file-held", Place(held.path))]) from held


@contextmanager
def hold_desk(desk: Desk) -> Iterator[Lock]:
    """Keeps other runs off the desk; BusyError where one is at work."""
    (desk.path / STATE_FOLDER).mkdir(exist_ok=True)
    try:
        with hold_lock(desk.path / LOCK_FILE, socket.gethostname(), os.getpid(), time.time) as lock:
            yield lock
    except DeskBusyError as busy:
        raise BusyError([error("desk-busy", Place(LOCK_FILE), holder=busy)]) from busy


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
