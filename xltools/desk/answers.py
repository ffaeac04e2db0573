"""The verbs that only tell of orders: late, status, why, export."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from xltools.books.build import build_workbook
from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.desk.failure import UsageError
from xltools.desk.session import Desk
from xltools.edge.parquet import parquet_bytes
from xltools.forms.messages import Say
from xltools.ledger.replay import Ledger
from xltools.reports.export import EXPORT_COLUMNS, Row, export_csv, export_grid, export_rows
from xltools.reports.late import LateRow, list_late
from xltools.reports.status import StatusReport, report_status
from xltools.reports.why import Explanation, explain_value


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
