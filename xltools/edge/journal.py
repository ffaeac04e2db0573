"""Carrying out a plan so that, killed at any point, the next run arrives at the same end state."""

import errno
import hashlib
import json
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from xltools.core.codec import canonical_json
from xltools.core.event import ChainedEvent, event_text, parse_event
from xltools.core.place import Place
from xltools.core.plan import Action, AppendEvents, ArchiveFile, Plan, Provided, RemoveFile, WriteFile
from xltools.core.problem import Problem, warning
from xltools.edge.folders import inside_desk
from xltools.edge.store import StaleLedgerError, Store

_STATE = ".desk"
_VERSION = 1
READ_ONLY, _WRITABLE = 0o444, 0o644
Step = Callable[[str], None]


class PlanOutdatedError(Exception):
    """A file that the plan takes away is not what it was when the plan was made; nothing was done, plan again."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class PlanHeldError(Exception):
    """A new file, or one that the rest of the plan counts on, can't be written now, or the drive fails at any.

    `recover` carries the plan through; the cause is the system's own error.
    """

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def carry_out(plan: Plan, desk: Path, store: Store, step: Step = lambda _: None) -> tuple[Problem, ...]:
    """Do what the plan says, events first; the problems name what had to be left alone, for the next run.

    What the plan writes, and the originals it archives, are copied to .desk/staging/, and the plan to
    .desk/journal.json, before the first act: from then on it is carried through, by `recover` if need be. Warnings:
    file-changed-meanwhile, file-in-use, archive-name-taken. Raises PlanOutdatedError or StaleLedgerError, with nothing
    done, where the inbox or the ledger has changed since the plan was made; OSError likewise, where it can't be written
    down; ValueError for a plan whose events don't come first; PlanHeldError, with the journal left for `recover`, where
    a required file can't be written now, or the drive fails. `step` is called with a few words before each act; what it
    raises ends it there, as a kill would.
    """
    if any(isinstance(action, AppendEvents) for action in plan.actions[1:]):
        raise ValueError("events come first in a plan, once")
    if not plan.actions:
        return ()
    work = _Work(desk, store, step)
    try:
        work.prepare(plan)
    except PlanOutdatedError:
        work.clear()
        raise
    except OSError:
        with suppress(OSError):  # the disk is full perhaps: it never began, and takes no room
            work.clear()
        raise
    return work.finish(plan)


def recover(desk: Path, store: Store, step: Step = lambda _: None) -> tuple[Problem, ...]:
    """Carry a plan through that a killed run left behind; nothing where there is none.

    A plan whose journal is not whole never began. One whose events can't be appended any more, since the ledger went on
    without them, is dropped: its files still lie in the inbox.
    """
    work = _Work(desk, store, step)
    plan = work.read_journal()
    problems: tuple[Problem, ...] = ()
    if plan:
        try:
            problems = work.finish(plan)
        except StaleLedgerError:
            problems = ()
    work.clear()
    return problems


class _Work:
    def __init__(self, desk: Path, store: Store, step: Step) -> None:
        self.desk, self.store, self.step = desk, store, step
        self.staging = desk / _STATE / "staging"
        self.journal = desk / _STATE / "journal.json"

    def prepare(self, plan: Plan) -> None:
        for action in plan.actions:  # a bad path must not get into a journal: it would stop every run after it
            for path in _paths(action):
                inside_desk(self.desk, path)
        for action in plan.actions:
            if isinstance(action, WriteFile):
                self._stage(action.content)
            elif isinstance(action, ArchiveFile):
                self._stage_original(action)
        self.step("write the journal")
        self.staging.mkdir(parents=True, exist_ok=True)
        write_durably(self.journal, _write_plan(plan).encode("utf-8", "surrogatepass"))

    def read_journal(self) -> Plan | None:
        try:
            return _read_plan(self.journal.read_bytes(), self.staging)
        except FileNotFoundError:
            return None
        except (KeyError, TypeError, ValueError):
            return None

    def finish(self, plan: Plan) -> tuple[Problem, ...]:
        problems: list[Problem] = []
        refused: list[WriteFile] = []
        for action in plan.actions:
            if isinstance(action, AppendEvents):
                self.step("append events")
                try:
                    self.store.append(action.events)
                except StaleLedgerError:
                    self.clear()
                    raise
            elif isinstance(action, WriteFile):
                problems += self._write(action, refused)
            elif isinstance(action, RemoveFile):
                problems += self._remove(action)
            else:
                problems += self._archive(action)
        if refused:  # nothing would make them again
            write_durably(self.journal, _write_plan(Plan(tuple(refused))).encode("utf-8", "surrogatepass"))
            raise PlanHeldError(refused[0].path) from PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        self.clear()
        return tuple(problems)

    def clear(self) -> None:
        self.step("remove the journal")
        self.journal.unlink(missing_ok=True)
        self.step("clear staging")
        shutil.rmtree(self.staging, ignore_errors=True)

    def _stage(self, content: bytes) -> None:
        staged = self.staging / _hash(content)
        if not staged.exists():
            self.step(f"stage {staged.name}")
            write_durably(staged, content)

    def _stage_original(self, action: ArchiveFile) -> None:
        """Keep the bytes that the plan was made from: nothing archived can be lost to somebody saving it again."""
        target = inside_desk(self.desk, action.archived)
        if _hash_file(target) == action.sha256:
            return
        original = inside_desk(self.desk, action.path)
        try:
            content, seen = original.read_bytes(), original.stat()
        except OSError as failure:
            raise PlanOutdatedError(action.path) from failure
        if _hash(content) != action.sha256:
            raise PlanOutdatedError(action.path)
        self._stage(content)
        os.utime(self.staging / action.sha256, ns=(seen.st_mtime_ns, seen.st_mtime_ns))

    def _write(self, action: WriteFile, refused: list[WriteFile]) -> Iterable[Problem]:
        """What is in use is only told: whoever has it open has it.

        `refused` takes what nobody has open, and that can't be put there all the same: new files, and our own.
        """
        target = inside_desk(self.desk, action.path)
        current: str | None = ""
        if not self._holds(action.provided):
            return
        try:  # Windows: a workbook that is open can't be replaced, sometimes not even read
            wanted, current = _hash(action.content), _hash_file(target)
            if current == wanted:
                return
            if action.expected is not None and current not in {None, action.expected}:
                yield warning("file-changed-meanwhile", Place(action.path))
                return
            self.step(f"write {action.path}")
            make_writable(target)
            write_durably(target, action.content)
            if action.read_only:
                target.chmod(READ_ONLY)
        except OSError as trouble:
            if action.required or not _is_in_use(trouble):
                raise PlanHeldError(action.path) from trouble
            if current is None or action.path.startswith(f"{_STATE}/"):
                refused.append(action)
            else:
                yield warning("file-in-use", Place(action.path))

    def _remove(self, action: RemoveFile) -> Iterable[Problem]:
        target = inside_desk(self.desk, action.path)
        if not self._holds(action.provided):
            return
        try:
            current = _hash_file(target)
            if current is None or action.expected not in {None, current}:
                return
            self.step(f"remove {action.path}")
            make_writable(target)
            target.unlink(missing_ok=True)
        except OSError as trouble:
            if not _is_in_use(trouble):
                raise PlanHeldError(action.path) from trouble
            yield warning("file-in-use", Place(action.path))

    def _holds(self, provided: Provided | None) -> bool:
        if provided is None:
            return True
        try:
            return _hash_file(inside_desk(self.desk, provided.path)) == provided.sha256
        except OSError:
            return False

    def _archive(self, action: ArchiveFile) -> Iterable[Problem]:
        try:
            yield from self._put_away(action)
        except OSError as trouble:
            raise PlanHeldError(action.path) from trouble

    def _put_away(self, action: ArchiveFile) -> Iterable[Problem]:
        target = inside_desk(self.desk, action.archived)
        current = _hash_file(target)
        if current is None:
            staged = self.staging / action.sha256
            self.step(f"archive {action.path}")
            write_durably(target, staged.read_bytes(), staged.stat().st_mtime_ns)
            current = _hash_file(target)
        if current != action.sha256:
            yield warning("archive-name-taken", Place(action.path), archived=action.archived)
            return
        original = inside_desk(self.desk, action.path)
        found = _hash_file(original)
        if found is None:
            return
        if found != action.sha256:
            yield warning("file-changed-meanwhile", Place(action.path))
            return
        self.step(f"take away {action.path}")
        try:
            original.unlink(missing_ok=True)
        except PermissionError:
            yield warning("file-in-use", Place(action.path))


def _paths(action: Action) -> tuple[str, ...]:
    if isinstance(action, WriteFile | RemoveFile):
        return (action.path,)
    return (action.path, action.archived) if isinstance(action, ArchiveFile) else ()


def write_durably(target: Path, content: bytes, modified: int | None = None) -> None:
    """Put content at a path, whole or not at all; made beside it, so that it gets the folder's own permissions.

    `modified` is its time of change in nanoseconds, the present where it is None.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # The inbox scan leaves out names like this one; the next attempt takes the same.
    passing = target.with_name(f".~{hashlib.sha256(target.name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}.tmp")
    try:
        with passing.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if modified is not None:
            os.utime(passing, ns=(modified, modified))
        passing.replace(target)
    except OSError:
        with suppress(OSError):
            passing.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _is_in_use(trouble: OSError) -> bool:
    """True for what a file answers that is open elsewhere; whatever else it says, the drive is the matter."""
    return isinstance(trouble, PermissionError) or trouble.errno in {errno.EBUSY, errno.ETXTBSY}


def make_writable(target: Path) -> None:
    """Windows replaces and removes no file that is read-only."""
    if target.exists() and not target.stat().st_mode & stat.S_IWRITE:
        target.chmod(_WRITABLE)


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, not only in the system's memory."""
    if sys.platform == "win32":  # has no way to, and needs none
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hash_file(path: Path) -> str | None:
    try:
        return _hash(path.read_bytes())
    except FileNotFoundError:
        return None


def _write_plan(plan: Plan) -> str:
    actions = [_write_action(action) for action in plan.actions]
    return canonical_json({"version": _VERSION, "actions": actions, "sha256": _hash_actions(actions)})


def _hash_actions(actions: list[Any]) -> str:
    return _hash(canonical_json(actions).encode("utf-8", "surrogatepass"))


def _write_action(action: Action) -> dict[str, Any]:
    if isinstance(action, WriteFile):
        return {
            "write": action.path,
            "content": _hash(action.content),
            "expected": action.expected,
            "read_only": action.read_only,
            "provided": _write_provided(action.provided),
            "required": action.required,
        }
    if isinstance(action, RemoveFile):
        return {"remove": action.path, "expected": action.expected, "provided": _write_provided(action.provided)}
    if isinstance(action, ArchiveFile):
        return {"archive": action.path, "sha256": action.sha256, "archived": action.archived}
    return {"append": [[one.number, event_text(one.event), one.previous, one.hash] for one in action.events]}


def _write_provided(provided: Provided | None) -> list[str] | None:
    return None if provided is None else [provided.path, provided.sha256]


def _read_provided(written: list[str] | None) -> Provided | None:
    return None if written is None else Provided(*written)


def _read_plan(content: bytes, staging: Path) -> Plan:
    """The plan of a journal; ValueError or KeyError where it is not whole, FileNotFoundError for missing content."""
    written = json.loads(content.decode("utf-8", "surrogatepass"))
    if written["version"] != _VERSION or written["sha256"] != _hash_actions(written["actions"]):
        raise ValueError("the journal is not whole")
    return Plan(tuple(_read_action(action, staging) for action in written["actions"]))


def _read_action(written: dict[str, Any], staging: Path) -> Action:
    if "write" in written:
        content = (staging / written["content"]).read_bytes()
        provided = _read_provided(written["provided"])
        return WriteFile(
            written["write"], content, written["expected"], written["read_only"], provided, written["required"]
        )
    if "remove" in written:
        return RemoveFile(written["remove"], written["expected"], _read_provided(written["provided"]))
    if "archive" in written:
        return ArchiveFile(written["archive"], written["sha256"], written["archived"])
    return AppendEvents(
        tuple(
            ChainedEvent(number, parse_event(json.loads(text)), previous, link)
            for number, text, previous, link in written["append"]
        )
    )
