"""`check`: what is wrong with workbooks, which stay where they are."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xltools.books.read import read_workbook
from xltools.core.problem import Problem
from xltools.core.record import Table
from xltools.core.sheet import Range, Workbook
from xltools.core.watch import Watch
from xltools.desk.failure import DONE, OUR_ERROR, RETURNED, worst_code
from xltools.desk.reading import open_workers, tell_failure
from xltools.desk.result import ProblemWriter
from xltools.desk.session import Desk, read_master
from xltools.edge.folders import find_workbooks
from xltools.edge.workers import Failure, Workers
from xltools.forms.rules import Rules
from xltools.intake.document import read_document
from xltools.intake.identify import unread_sheets

_ORDERS = "orders"
_LARGEST_BATCH, _FEWEST_BATCHES = 16, 32  # files, and batches where there are as many files


@dataclass(frozen=True)
class CheckResult:
    """What is wrong with one workbook; `orders` are the order numbers it holds, blank ones left out."""

    file: str
    form: str
    orders: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        """True when something must be mended."""
        return any(problem.is_error for problem in self.problems)


def check_files(
    paths: Sequence[Path],
    rules: Rules,
    tables: Mapping[str, Table],
    received: dt.date,
    form: str | None = None,
    watch: Watch = iter,
) -> list[CheckResult]:
    """The problems of these workbooks, and of all in these folders, in this order; several are checked side by side."""
    files = [file for path in paths for file in (find_workbooks(path) if path.is_dir() else [path])]
    results = _check_each(files, _Checks(rules, tables, received, form))
    return [result for _, result in zip(watch(files), results, strict=True)]


def _check_each(files: Sequence[Path], checks: "_Checks") -> Iterator[CheckResult]:
    """The results of files that are handed over several at a time: one by one that takes a tenth of its check.

    Where one of them ended its process, each is checked by itself.
    """
    size = min(_LARGEST_BATCH, -(-len(files) // _FEWEST_BATCHES)) or 1
    batches = [files[at : at + size] for at in range(0, len(files), size)]
    with _open_checkers(checks) as workers, _open_checkers(checks) as singly:
        for batch, result in zip(batches, workers.map(_check_in_worker, [(one,) for one in batches]), strict=True):
            if not isinstance(result, Failure):
                yield from result
            elif len(batch) == 1:
                yield _tell_end(result, batch[0], workers)
            else:
                alone = singly.map(_check_in_worker, [([file],) for file in batch])
                for file, one in zip(batch, alone, strict=True):
                    yield _tell_end(one, file, singly) if isinstance(one, Failure) else one[0]


def _tell_end(failure: Failure, file: Path, workers: Workers) -> CheckResult:
    return CheckResult(file.as_posix(), "", (), (tell_failure(failure, file.as_posix(), workers.limits),))


def _open_checkers(checks: "_Checks") -> Workers:
    return Workers(_prepare_checks, (checks,))


@dataclass(frozen=True)
class _Checks:
    """What all workbooks of one `check` are held against."""

    rules: Rules
    tables: Mapping[str, Table]
    received: dt.date
    form: str | None


_checks: list[_Checks] = []  # of a worker process, which is given them once


def _prepare_checks(checks: _Checks) -> None:
    _checks[:] = [checks]


def _check_in_worker(batch: Sequence[Path]) -> list[CheckResult]:
    (checks,) = _checks
    return [check_file(path, checks.rules, checks.tables, checks.received, checks.form) for path in batch]


def check_file(
    path: Path, rules: Rules, tables: Mapping[str, Table], received: dt.date, form: str | None = None
) -> CheckResult:
    """The problems of a workbook, which stays where it is; one in a folder inbox/<customer>/ is that customer's."""
    return _check_workbook(
        path, read_workbook(path, path.as_posix(), skip=unread_sheets(rules)), rules, tables, received, form
    )


def check_open_workbook(
    name: str, path: Path | None, content: bytes, rules: Rules, tables: Mapping[str, Table], received: dt.date
) -> tuple[CheckResult, Mapping[str, tuple[Range, ...]]]:
    """The problems of a workbook that is open and may not be saved: `content` is what it would be saved as.

    `path` is where its file lies, None for one never saved. Also the merged blocks of its sheets by their names: only
    their first cells can be marked.
    """
    place = path or Path(name)
    workbook = read_workbook(place, name, content, skip=unread_sheets(rules))
    merges = {} if isinstance(workbook, Problem) else {sheet.name: sheet.merges for sheet in workbook.sheets}
    return _check_workbook(place, workbook, rules, tables, received), merges


def _check_workbook(
    path: Path,
    workbook: Workbook | Problem,
    rules: Rules,
    tables: Mapping[str, Table],
    received: dt.date,
    form: str | None = None,
) -> CheckResult:
    file = path.as_posix() if isinstance(workbook, Problem) else workbook.file
    if isinstance(workbook, Problem):
        return CheckResult(file, "", (), (workbook,))
    inbox = rules.settings.folders.inbox
    customer = path.parent.name if path.parent.parent.name == inbox else ""
    reading = read_document(workbook, rules, tables, received, customer, form)
    if reading.document is None:
        return CheckResult(file, "", (), reading.problems)
    records = (*reading.document.records, *reading.document.rejected)
    orders = tuple(dict.fromkeys(number for record in records if (number := record.text("order_no"))))
    return CheckResult(file, reading.document.form, orders, reading.problems)


def check_exit_code(checked: Iterable[CheckResult]) -> int:
    """0 nothing to mend, 1 something is to be mended, 70 an error of ours."""
    told = [problem for one in checked for problem in one.problems if problem.is_error]
    failed = any(problem.code == "program-error" for problem in told)
    return worst_code([OUR_ERROR if failed else DONE, RETURNED if told else DONE])


def check_json(checked: CheckResult, writer: ProblemWriter) -> dict[str, Any]:
    """The JSON shape of `check`, one workbook of it."""
    problems = writer.write_all(checked.problems)
    return {"file": checked.file, "form": checked.form, "orders": list(checked.orders), "problems": problems}


class DeskTables(Mapping[str, Table]):
    """A desk's master data, and its orders as a table once they are asked for: few workbooks name an earlier order."""

    def __init__(self, desk: Desk, masters: Mapping[str, Table]) -> None:
        self._desk, self._masters = desk, masters

    @cached_property
    def _orders(self) -> Table:
        from xltools.ledger.replay import orders_table  # noqa: PLC0415 - with the ledger itself

        return orders_table(self._desk.replay_ledger())

    def __getitem__(self, name: str) -> Table:
        return self._orders if name == _ORDERS else self._masters[name]

    def __iter__(self) -> Iterator[str]:
        yield from (*self._masters, _ORDERS)

    def __len__(self) -> int:
        return len(self._masters) + 1

    def __reduce__(self) -> tuple[type, tuple[Mapping[str, Table]]]:
        return dict, (dict(self),)  # a worker process gets them all


def desk_tables(desk: Desk, as_of: dt.date) -> Mapping[str, Table]:
    """The desk's master data, and its orders as a table."""
    with open_workers() as workers:
        tables, _ = read_master(desk.master_workbooks(), desk.rules, as_of, workers)
    return DeskTables(desk, tables)
