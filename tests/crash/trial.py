"""One trial: the main job in a process of its own, which comes to grief at a point, and once more undisturbed.

The processes are forked from one that has everything imported, so that a trial takes what its two runs take.
"""

import gc
import hashlib
import io
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from evening import EVENING, LEFT_AT, TRACKER
from points import Count, Meet, Point, unwatched, watch_points

from xltools import desk
from xltools.cli import main
from xltools.desk import run as running
from xltools.edge.workers import Ending, Failure, Limits

# Of .desk/, what the next run goes by. Lock, log and backups are of each run's own.
KEPT_STATE = ("tracker", "digests", "returned")
DONE_CODES = {0, 1}


class AtOnce:
    """Workers without processes: what is killed is the run, and the inbox holds nothing that could do harm."""

    limits = Limits()

    def __enter__(self) -> "AtOnce":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @staticmethod
    def map(function: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
        """The results, in turn."""
        for one in arguments:
            try:
                yield function(*one)
            except Exception as trouble:
                yield Failure(Ending.RAISED, repr(trouble))


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative for a signal), and what it said."""

    code: int
    said: str


@dataclass(frozen=True)
class Picture:
    """A desk as it lies there: what must be the same whatever happened on the way."""

    head: tuple[int, str]
    files: Mapping[str, str]
    times: Mapping[str, int]
    kinds: Mapping[str, int] = field(default_factory=dict)

    def differs_from(self, other: "Picture") -> list[str]:
        """In words, how this one differs from what it should be; empty where it does not."""
        told = [] if self.head == other.head else [f"ledger at {self.head[0]} instead of {other.head[0]}"]
        for name in sorted({*self.files, *other.files}):
            mine, theirs = self.files.get(name), other.files.get(name)
            if mine != theirs:
                told.append(f"{name} {'missing' if mine is None else 'too many' if theirs is None else 'differs'}")
        told += [f"{name}: time of change" for name in other.times if name in self.files and name not in self.times]
        return told


def take_picture(path: Path) -> Picture:
    """The desk at this moment."""
    files, times = {}, {}
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        first, *rest = file.relative_to(path).parts
        if file.is_file() and (first != ".desk" or (rest and rest[0] in {*KEPT_STATE, "journal.json", "staging"})):
            files[name] = hash_of(file)
            if first == "archive" and file.stat().st_mtime_ns == LEFT_AT:
                times[name] = LEFT_AT  # an original of the inbox, put away with its time of change
    head = desk.open_desk_at(path, "en").store.head()
    return Picture(tuple(head), files, times)


def hash_of(file: Path) -> str:
    """A file's sha256."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def find_lost(path: Path, originals: Mapping[str, str]) -> list[str]:
    """The originals that lie nowhere any more."""
    everywhere = {hash_of(file) for file in path.rglob("*") if file.is_file()}
    return [name for name, sha256 in originals.items() if sha256 not in everywhere]


def run_verbs(path: Path, verbs: Sequence[Sequence[str]]) -> int:
    """The verbs one after the other, as the command line has them; the first code that is none of success."""
    codes = []
    for verb, *more in verbs:
        try:
            codes.append(int(main([verb, str(path), *more], standalone_mode=False) or 0))
        except SystemExit as end:
            codes.append(int(end.code or 0))
        if codes[-1] not in DONE_CODES:
            return codes[-1]
    return max(codes)


RUN = ("run", "--as-of", f"{EVENING}", "--quiet", "--wait", "0")
DIGEST = ("digest", "--as-of", f"{EVENING}")


def run_apart(
    path: Path,
    meet: Meet | None = None,
    verbs: Sequence[Sequence[str]] = (RUN,),
) -> Ended:
    """The verbs in a process of their own, watched at each point where `meet` is given."""
    said = path.with_name(f"{path.name}.said")
    said.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            with (
                said.open("w", encoding="utf-8") as words,
                redirect_stdout(words),
                redirect_stderr(words),
                watch_points(path, meet) if meet else nullcontext(),
            ):
                code = run_verbs(path, verbs)
        except BaseException:
            said.write_text(traceback.format_exc(), encoding="utf-8")
            code = 99
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return Ended(os.waitstatus_to_exitcode(status), said.read_text("utf-8", errors="replace"))


@dataclass
class Theatre:
    """The desk of an evening, the picture that it comes to undisturbed, and all points on the way."""

    start: Path
    scratch: Path
    end: Picture
    originals: Mapping[str, str]
    verbs: Sequence[Sequence[str]]
    points: Sequence[Point]
    looks: Sequence[Point]

    def try_point(self, point: Point, meet: Meet, *, kills: bool = True) -> list[str]:
        """What was wrong after coming to grief there, and after the run that followed; empty where nothing was."""
        path = self.scratch / f"{os.getpid()}"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.start, path)
        first = run_apart(path, meet, self.verbs)
        told = self._judge_end(first, kills=kills)
        told += [f"lost: {name}" for name in find_lost(path, self.originals)]
        second = run_apart(path, None, self.verbs)
        if second.code not in DONE_CODES:
            told.append(f"the next run: {second.code} {second.said[-2000:]}")
        told += [f"the next run: {one}" for one in take_picture(path).differs_from(self.end)]
        told += self._misplaced(path)
        try:
            openpyxl.load_workbook(path / TRACKER)
        except Exception as trouble:
            told.append(f"the tracker can't be read: {trouble!r}")
        shutil.rmtree(path, ignore_errors=True)
        return [f"{point.act} {point.file} ({point.when} {point.number}): {one}" for one in told]

    @staticmethod
    def _judge_end(first: Ended, *, kills: bool) -> list[str]:
        if kills:
            return [] if first.code == -signal.SIGKILL else [f"was not killed: {first.code} {first.said[-2000:]}"]
        told = [] if first.code in {0, 1, 4} else [f"exit code {first.code}"]
        if first.code not in {0, 1, 4} or "Traceback" in first.said:
            told.append(first.said[-3000:])
        return told

    def _misplaced(self, path: Path) -> list[str]:
        """Originals that do not lie in exactly one place: inbox or archive."""
        found: dict[str, list[str]] = {}
        for folder in ("inbox", "archive"):
            for file in (path / folder).rglob("*"):
                if file.is_file():
                    found.setdefault(hash_of(file), []).append(file.relative_to(path).as_posix())
        places = {name: found.get(sha256, []) for name, sha256 in self.originals.items()}
        return [f"{name} lies in {where}" for name, where in places.items() if len(where) != 1]


@dataclass
class Hurry:
    """No waiting for files that are being written, no processes beside the run's own, and nothing planned twice.

    A plan is made of what lies in the desk, and touches nothing (promises 3 and 9): where the same lies there, the one
    that was made before is taken. A trial is about what comes then.
    """

    plans: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def reign(self) -> Iterator[None]:
        """In a hurry from here to the end of the block, and no longer: other tests share this process."""
        plan_run = running.plan_run

        def recall_plan(inputs: Any, *more: Any) -> Any:
            with unwatched():
                key = repr(take_picture(inputs.shelf._desk))
            self.plans[key] = self.plans.get(key) or plan_run(inputs, *more)
            return self.plans[key]

        changed = [
            (running, "SETTLE_SECONDS", 0),
            (running, "open_workers", AtOnce),
            (running, "plan_run", recall_plan),
        ]
        before = [(module, name, getattr(module, name)) for module, name, _ in changed]
        for module, name, value in changed:
            setattr(module, name, value)
        try:
            yield
        finally:
            for module, name, value in before:
                setattr(module, name, value)


def raise_theatre(scratch: Path, start: Path, verbs: Sequence[Sequence[str]] = (RUN,)) -> Theatre:
    """Lets the verbs do their work on a copy of a desk once undisturbed, with their points counted."""
    scratch.mkdir(parents=True, exist_ok=True)
    undisturbed = scratch / "undisturbed"
    for path in (scratch / "rehearsal", undisturbed):  # once to remember the plans, once as the trials will go
        shutil.copytree(start, path)
        count = Count()
        with watch_points(path, count), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
            code = run_verbs(path, verbs)
        assert code in DONE_CODES, said.getvalue()
    end = take_picture(undisturbed)
    inbox = {
        file.relative_to(start).as_posix(): hash_of(file) for file in (start / "inbox").rglob("*") if file.is_file()
    }
    known = {hash_of(file) for file in (start / "archive").rglob("*") if file.is_file()}
    originals = {name: sha256 for name, sha256 in inbox.items() if sha256 not in known}
    gc.collect()
    gc.freeze()  # what is inherited is not looked through in each trial
    sys.stdout.flush()
    return Theatre(start, scratch, end, originals, verbs, tuple(count.points), tuple(count.looks))
