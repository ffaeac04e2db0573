"""The verbs that only tell: check, late, status, why, export."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xltools.books.build import build_workbook
from xltools.books.read import read_workbook
from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Table
from xltools.desk.failure import DONE, OUR_ERROR, RETURNED, UsageError, worst_code
from xltools.desk.planning import Watch
from xltools.desk.reading import open_workers, tell_failure
from xltools.desk.result import ProblemWriter
from xltools.desk.session import Desk, read_master
from xltools.edge.folders import find_workbooks
from xltools.edge.parquet import parquet_bytes
from xltools.edge.workers import Failure, Workers
from xltools.forms.rules import Rules
from xltools.intake.document import read_document
from xltools.intake.identify import unread_sheets
from xltools.ledger.replay import Ledger, orders_table
from xltools.reports.export import EXPORT_COLUMNS, Row, export_csv, export_grid, export_rows
from xltools.reports.late import LateRow, list_late
from xltools.reports.status import StatusReport, report_status
from xltools.reports.why import Explanation, explain_value
from xltools.reports.wording import Say

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
    file = path.as_posix()
    workbook = read_workbook(path, file, skip=unread_sheets(rules))
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


def desk_tables(desk: Desk, as_of: dt.date) -> dict[str, Table]:
    """The desk's master data, and its orders as a table."""
    with open_workers() as workers:
        tables, _ = read_master(desk.master_workbooks(), desk.rules, as_of, workers)
    return {**tables, "orders": orders_table(desk.replay_ledger())}


def list_late_lines(desk: Desk, as_of: dt.date, say: Say) -> tuple[LateRow, ...]:
    """What is late, at risk or past its limit on a date."""
    assessment = desk.assess(desk.replay_ledger(), as_of)
    staff = desk.read_staff(as_of)
    return list_late(assessment.lines, desk.rules, assessment.calendar, as_of, desk.language, say, staff)


def tell_status(desk: Desk, order_number: str, as_of: dt.date) -> StatusReport:
    """Where an order stands; UsageError where there is no such order."""
    ledger = desk.replay_ledger()
    order = find_order(ledger, order_number)
    assessment = desk.assess(ledger, as_of)
    standing, calendar = assessment.standings[order.number], assessment.calendar
    items, staff = ledger.open_items, desk.read_staff(as_of)
    return report_status(order, standing, assessment.lines, desk.rules, calendar, as_of, items, staff)


def explain(desk: Desk, order_number: str, field: str, line: str, as_of: dt.date, say: Say) -> Explanation:
    """Where a value of an order came from; UsageError where there is no such order, line or field."""
    ledger = desk.replay_ledger()
    order = find_order(ledger, order_number)
    lines = [one for one in desk.assess(ledger, as_of).lines if one.order.number == order.number]
    archived = {one.sha256: one.archived for one in ledger.accepted.values()}
    archived |= _kept_copies(desk, order, archived)
    found = explain_value(lines, field, line, desk.rules, desk.language, say, archived)
    if isinstance(found, Problem):
        raise UsageError([found])
    return found


def _kept_copies(desk: Desk, order: Order, known: Mapping[str, str]) -> dict[str, str]:
    """Where archive/ keeps the master data and trackers that values of an order came from, by sha256."""
    values = [*order.values.values(), *(value for line in order.lines for value in line.values.values())]
    wanted = {value.place.sha256 for value in values} | {entry.place.sha256 for entry in order.history}
    archive = desk.path / desk.folders.archive
    kept = {}
    for sha256 in wanted - set(known) - {""}:
        master = archive / "master" / f"{sha256}.xlsx"
        for path in (master, *archive.rglob(f"*.{sha256[:8]}.*")):
            if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
                kept[sha256] = path.relative_to(desk.path).as_posix()
                break
    return kept


def find_order(ledger: Ledger, number: str) -> Order:
    """The order of that number; UsageError where there is none."""
    order = ledger.find_order(number)
    if order is None:
        raise UsageError([error("order-unknown", Place(""), "order_no", value=number)])
    return order


def export_lines(desk: Desk, as_of: dt.date) -> list[Row]:
    """The rows of `export`."""
    return export_rows(desk.assess(desk.replay_ledger(), as_of).lines)


def write_export(rows: Sequence[Row], target: Path, as_of: dt.date) -> tuple[Problem, ...]:
    """The rows as .csv, .xlsx or .parquet, by the file's ending; a problem for any other."""
    match target.suffix.lower():
        case ".csv":
            content: bytes | Problem = export_csv(rows).encode()
        case ".xlsx":
            content = build_workbook([export_grid(rows)], as_of, title="xltools export")
        case ".parquet":
            content = parquet_bytes(rows, EXPORT_COLUMNS, Place(target.name))
        case _:
            return (error("export-format-unknown", Place(target.name), suffix=target.suffix),)
    if isinstance(content, Problem):
        return (content,)
    try:
        target.write_bytes(content)
    except OSError as trouble:
        return (error("export-not-written", Place(str(target)), reason=trouble.strerror or trouble),)
    return ()
