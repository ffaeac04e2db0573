"""Trackers as pipe tables: as they were written, and as people left them."""

from builders import workbook
from intake_reading import rules

from xltools.core.problem import Problem
from xltools.core.sheet import NamedTable, Range, Workbook
from xltools.core.table_state import TableState
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import TRACKER_TABLE
from xltools.intake.edits import TrackerReading, column_labels, read_tracker
from xltools.intake.shared_table import FoundTable, find_shared_table
from xltools.intake.tracker_rows import KEY

HEAD = (
    "| 客户 Customer | 订单号-行 Order-Line | 客户PO号 Customer PO | 客户料号/编码 Item / Code | 品名 Product"
    " | 订单数 Ordered | 要求交期 Requested Date | 承诺交期 Promised Date | 卡点/欠料 Shortage"
    " | 订单编号 Order No. | 行号 Line |"
)
ROWS = (
    "| 泰衡 | SO1-1 | PO-8 | TK-7 / P1 | 端盖 | 500 | 2026-03-28 | 2026-03-30 | 缺螺丝 | SO1 | 1 |",
    "| 泰衡 | SO1-2 | PO-8 | P2 | 垫片 | 200 | 2026-03-28 |  |  | SO1 | 2 |",
    "| 海川 | SO2-1 | PO-9 | P1 | 端盖 | 80 | 2026-04-10 |  |  | SO2 | 1 |",
)
KNOWN = frozenset({("SO1", "1"), ("SO1", "2"), ("SO2", "1")})


def tracker(*rows: str, head: str = HEAD, table: str = "") -> Workbook:
    """A tracker of one sheet; with a `table` name, its header and rows are an Excel table of that name."""
    book = workbook("\n".join((head, *rows)), "order-tracker.xlsx")
    if not table:
        return book
    sheet = book.sheets[0]
    return Workbook(book.file, book.sha256, book.sheets, "王芳", tables={table: whole_table(sheet, table)})


def whole_table(sheet, name: str) -> NamedTable:
    """The Excel table over all of a sheet."""
    headers = tuple(map(str, sheet.rows[0]))
    return NamedTable(name, sheet.name, Range(0, 0, len(sheet.rows) - 1, len(headers) - 1), headers)


def find(book: Workbook, before: TableState | None = None, by: Rules | None = None) -> FoundTable | None:
    """The tracker's table in a workbook."""
    return find_shared_table(book, TRACKER_TABLE, column_labels(by or rules()), KEY, before)


def written(*rows: str, head: str = HEAD) -> TableState:
    """A tracker as we wrote it."""
    found = find(tracker(*rows, head=head, table=TRACKER_TABLE))
    assert found
    return found.state(found.rows_by_key(KEY))


def read(book: Workbook, before: TableState | None = None, known=KNOWN, by: Rules | None = None) -> TrackerReading:
    """What people did to a tracker."""
    reading = read_tracker(book, by or rules(), before, known)
    assert not isinstance(reading, Problem), reading
    return reading


def left(*rows: str, head: str = HEAD, before: TableState | None = None, by: Rules | None = None) -> TrackerReading:
    """What people did who left these rows, of a tracker that had ROWS."""
    return read(tracker(*rows, head=head, table=TRACKER_TABLE), before or written(*ROWS), by=by)


def typed(reading: TrackerReading) -> list[tuple[object, ...]]:
    """The edits."""
    return [(one.order, one.line, one.field, one.value) for one in reading.edits]


def told(reading: TrackerReading) -> list[tuple[str, str]]:
    """The problems, with their cells."""
    return [(problem.code, problem.place.cell) for problem in reading.problems]


def asked(reading: TrackerReading) -> list[tuple[str, str, str]]:
    """What else people did."""
    return [(one.kind, one.order, one.line) for one in reading.findings]


def is_untouched(reading: TrackerReading) -> bool:
    """True when nothing was found that a person did."""
    return not (reading.edits or reading.findings or reading.problems or reading.typed or reading.spared)
