"""What stands at the sample desk after a day, as the readable text in samples/expected/stories."""

from collections.abc import Iterable, Mapping
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from lifecycle import Day, Life

from xltools import desk
from xltools.books.read import read_workbook
from xltools.core.codec import plain_decimal
from xltools.core.sheet import Workbook

# Headers of the tracker, by their first word, that a story looks at.
_COLUMNS = ("预警", "订单数", "已发", "欠数", "承诺交期", "阶段", "等谁·自何时", "单据")


def write_day(opened: desk.Desk, result: desk.RunResult, life: Life, day: Day, mails: Mapping[str, str]) -> str:
    """A day of a life: the workbooks that came, then orders, tracker rows, papers, what is late, mails."""
    rows = [f"{day.day.isoformat()} {day.told}"]
    rows += _write_documents(result, life, day)
    ledger = opened.replay_ledger()
    standings = opened.assess(ledger, day.day).standings
    tracker = read_tracker_rows(opened)
    for number in life.orders:
        order = ledger.orders.get(number)
        if order is None:
            continue
        standing = standings[number]
        state = f", {standing.state}: {standing.reason}" if standing.state else ""
        rows.append(f"  order {number} revision {order.revision}: {standing.stage}{state}")
        for line in order.lines:
            cells = tracker.get((number, line.number), {})
            rows.append(
                f"    line {line.number}: " + " | ".join(f"{key} {text}" for key, text in cells.items() if text)
            )
            rows += [
                f"      shipped {plain_decimal(one.quantity)} on {one.date.isoformat()}, {one.delivery_note}"
                for one in line.shipments
            ]
        for change in order.changes:
            rows.append(f"    change {change.number}: {', '.join(change.kinds)}, {change.state}, since {change.since}")
        for paper in order.papers:
            if day.day in (paper.when, paper.voided):
                rows.append(f"    paper {paper.file}{' VOIDED' if paper.voided else ''}")
    for row in result.late:
        if row["order"] in life.orders:
            rows.append(
                f"  late: {row['kind']} {row['order']} {row['line']} {row['days_late']} days, {row['waiting_for']}"
            )
    for reader, text in mails.items():
        rows += [
            f"  mail to {reader}: {line.strip()}"
            for line in text.splitlines()
            if any(number in line for number in life.orders)
        ]
    return "\n".join(rows) + "\n"


def read_mails(opened: desk.Desk, files: Iterable[str]) -> Mapping[str, str]:
    """The plain texts of mails by whom they go to."""
    mails = [message_from_bytes((opened.path / file).read_bytes(), policy=default) for file in files]
    return {str(mail["To"]): mail.get_body(("plain",)).get_content() for mail in mails}


def _write_documents(result: desk.RunResult, life: Life, day: Day) -> list[str]:
    dropped = {Path(path).name for path, _, _ in life.files()}
    return [
        f"  workbook {Path(document.file).name}: {document.outcome}"
        + "".join(f"\n    {one.severity} {one.code}" for one in document.problems)
        for document in result.documents
        if Path(document.file).name in dropped
    ] + [f"  typed {row.file}: {' '.join(row.cells.values())}" for row in day.typed]


def read_tracker_rows(opened: desk.Desk) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """The rows of the tracker as it lies there, by order and line: what stands in the columns of a story."""
    path = opened.path / opened.folders.tracker
    workbook = read_workbook(path, path.name)
    assert isinstance(workbook, Workbook)
    header: dict[str, int] = {}
    rows: dict[tuple[str, str], Mapping[str, str]] = {}
    for cells in workbook.sheets[0].rows:
        if not header:
            heads = {
                str(value).split()[0]: at for at, value in enumerate(cells) if isinstance(value, str) and value.strip()
            }
            header = heads if {"订单编号", "行号"} <= heads.keys() else {}
            continue
        texts = {key: _text(cells[at]) for key, at in header.items() if at < len(cells)}
        rows[texts.get("订单编号", ""), texts.get("行号", "")] = {key: texts.get(key, "") for key in _COLUMNS}
    return rows


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
