"""`submit FILE…`: workbooks that are right go into the inbox, where the next run takes them in; others are refused."""

import datetime as dt
import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xltools.books.guard import LARGEST_FILE
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Table
from xltools.core.watch import Watch
from xltools.desk.checking import CheckResult, check_files, check_json, desk_tables
from xltools.desk.result import ProblemWriter
from xltools.desk.session import Desk
from xltools.edge.folders import find_workbooks, submission_name
from xltools.edge.submission import place_new_file

_DIGITS = (8, 16, 64)  # of the hash in a name; more only where another file has the shorter name


@dataclass(frozen=True)
class SubmitResult:
    """What became of one workbook: its check, and the file in the inbox, desk-relative; empty where it was refused.

    `is_new` is False where a file with that content lay there already.
    """

    check: CheckResult
    file: str
    is_new: bool


def submit_workbook(
    desk: Desk, path: Path, as_of: dt.date, *, name: str = "", tables: Mapping[str, Table] | None = None
) -> SubmitResult:
    """One workbook, as `submit_workbooks` does it; `name` is what it is called, where `path` is a copy in passing."""
    (result,) = submit_workbooks(desk, [path], as_of, names={path: name} if name else {}, tables=tables)
    return result


def submit_workbooks(
    desk: Desk,
    paths: Sequence[Path],
    as_of: dt.date,
    *,
    names: Mapping[Path, str] | None = None,
    tables: Mapping[str, Table] | None = None,
    watch: Watch = iter,
) -> list[SubmitResult]:
    """Checks workbooks, and all in the folders among `paths`; puts those without an error into the inbox.

    A name there carries its hash: nobody's file is replaced, and the same content lies there once. `tables` are those
    of `desk_tables`, read where they are not given. Problems: those of the check, workbook-not-accessible,
    master-in-inbox, inbox-not-writable.
    """
    files = [file for path in paths for file in (find_workbooks(path) if path.is_dir() else [path])]
    tables = desk_tables(desk, as_of) if tables is None else tables
    # What is checked and what is handed in are the same bytes, whoever saves the workbook meanwhile.
    with tempfile.TemporaryDirectory(prefix="xltools-submit-", ignore_cleanup_errors=True) as folder:
        taken = [_take(file, (names or {}).get(file, ""), Path(folder, str(at))) for at, file in enumerate(files)]
        copies = [one.copy for one in taken if one.trouble is None]
        checked = iter(check_files(copies, desk.rules, tables, as_of, watch=watch))
        return [_submit(one, _check(one, next(checked), desk) if one.trouble is None else None, desk) for one in taken]


@dataclass(frozen=True)
class _Taken:
    """A workbook on its way: as people know it, its name, our copy, or why there is none."""

    file: str
    name: str
    copy: Path
    trouble: Problem | None = None


def _take(path: Path, name: str, copy: Path) -> _Taken:
    file = name or path.as_posix()
    taken = _Taken(file, name or path.name, copy)
    try:
        if path.stat().st_size > LARGEST_FILE:  # a film, say, would fill the memory
            return replace(taken, trouble=error("workbook-too-large", Place(file)))
        copy.write_bytes(path.read_bytes())
    except OSError:
        return replace(taken, trouble=error("workbook-not-accessible", Place(file)))
    return taken


def _check(taken: _Taken, found: CheckResult, desk: Desk) -> CheckResult:
    """What was found in the copy, told of the workbook."""
    problems = tuple(replace(one, place=_rename(one.place, found.file, taken.file)) for one in found.problems)
    form = desk.rules.forms.get(found.form)
    if form is not None and form.purpose == "master":
        problems = (error("master-in-inbox", Place(taken.file), form=form.label.text.both),)
    return replace(found, file=taken.file, problems=problems)


def _rename(place: Place, copy: str, file: str) -> Place:
    return place._replace(file=file) if place.file == copy else place


def _submit(taken: _Taken, check: CheckResult | None, desk: Desk) -> SubmitResult:
    if check is None:
        check = CheckResult(taken.file, "", (), (taken.trouble,) if taken.trouble else ())
    if check.has_errors:
        return SubmitResult(check, "", is_new=False)
    try:
        file, is_new = _hand_in(desk, taken.name, taken.copy.read_bytes())
    except OSError as trouble:
        problem = error(
            "inbox-not-writable", Place(desk.folders.inbox), reason=trouble.strerror or type(trouble).__name__
        )
        return SubmitResult(replace(check, problems=(*check.problems, problem)), "", is_new=False)
    return SubmitResult(check, file, is_new)


def _hand_in(desk: Desk, name: str, content: bytes) -> tuple[str, bool]:
    """The file in the inbox with this content, and whether it is new; OSError where there can be none."""
    inbox = desk.paths.path(desk.folders.inbox)
    if lying := _find_content(inbox, content):
        return lying.relative_to(desk.path).as_posix(), False
    sha256 = hashlib.sha256(content).hexdigest()
    for digits in _DIGITS:
        target = inbox / submission_name(name, sha256, digits)
        is_new = place_new_file(target, content)
        if is_new or _holds(target, content):  # somebody else was quicker, with the same workbook
            return target.relative_to(desk.path).as_posix(), is_new
    raise FileExistsError(0, f"{target.name}")


def _find_content(inbox: Path, content: bytes) -> Path | None:
    """A workbook in the inbox that is this one, whatever it is called and whose folder it lies in."""
    return next((path for path in find_workbooks(inbox) if _holds(path, content)), None)


def _holds(path: Path, content: bytes) -> bool:
    with suppress(OSError):  # a run takes it just now, or a program that saves it lets nobody read it
        return path.stat().st_size == len(content) and path.read_bytes() == content
    return False


def submit_json(result: SubmitResult, writer: ProblemWriter) -> dict[str, Any]:
    """The JSON shape of `submit`, one workbook of it."""
    return {**check_json(result.check, writer), "submitted": result.file}
