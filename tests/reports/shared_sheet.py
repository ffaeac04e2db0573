"""A shared workbook's sheet, on which a patch is carried out as books/patch does."""

import datetime as dt
from decimal import Decimal

from xltools.core.cell_text import fit_text
from xltools.core.content import CellContent, shown_content
from xltools.core.patch import SheetPatch
from xltools.core.sheet import NamedTable, Range, Scalar, Sheet, Workbook
from xltools.core.table_state import TableState
from xltools.core.text import label_key
from xltools.intake.shared_table import FoundTable, find_shared_table
from xltools.reports.table import SheetTable

FILE = "order-tracker.xlsx"


def scalar(content: CellContent) -> Scalar:
    """What is read of a cell in which this was written."""
    plain = shown_content(content)
    if isinstance(plain, bool) or plain is None:
        return plain
    if isinstance(plain, int | Decimal):
        return float(plain)
    return plain if isinstance(plain, dt.date) else fit_text(plain) or None


def carry_out(patch: SheetPatch, book: Workbook) -> Workbook:
    """The workbook after a patch: new rows go under the block, or under what was typed there."""
    (sheet,) = book.sheets
    cells = {(row, at): value for row, values in enumerate(sheet.rows) for at, value in enumerate(values)}
    block, rows = patch.block, list(patch.new_rows)
    for spot, content in patch.cells.items():
        cells[spot] = scalar(content)
    tables = dict(book.tables)
    if rows:
        first = block.bottom + 1
        for row in range(first, len(sheet.rows)):
            taken = any(sheet.value(row, at) is not None for at in range(block.left, block.right + 1))
            if taken and row < first + len(rows):
                first = row + 1
        for row, new in enumerate(rows, first):
            cells.update({(row, at): scalar(content) for at, content in new.cells.items()})
        grown = Range(block.top, block.left, first + len(rows) - 1, block.right)
        for name, table in tables.items():
            tables[name] = NamedTable(name, table.sheet, grown, table.columns)
    return Workbook(FILE, "1" * 64, (sheet_of(cells, sheet.name),), tables=tables)


def sheet_of(cells: dict[tuple[int, int], Scalar], name: str) -> Sheet:
    """A sheet of these cells."""
    bottom = max((row for row, _ in cells), default=-1)
    width = max((at for _, at in cells), default=-1) + 1
    rows = tuple(tuple(cells.get((row, at)) for at in range(width)) for row in range(bottom + 1))
    return Sheet(FILE, name, rows)


def template(table: SheetTable, top: int = 2, left: int = 0) -> Workbook:
    """The workbook of a table's template: its header, and one blank row."""
    cells: dict[tuple[int, int], Scalar] = {(0, 0): "标题"}
    cells |= {(top, left + at): column.header for at, column in enumerate(table.columns)}
    cells |= {(top + 1, left): None}
    block = Range(top, left, top + 1, left + len(table.columns) - 1)
    named = NamedTable(table.name, table.sheet, block, tuple(column.header for column in table.columns))
    return Workbook(FILE, "0" * 64, (sheet_of(cells, table.sheet),), tables={table.name: named})


def find(book: Workbook, table: SheetTable, before: TableState | None = None) -> FoundTable:
    """The table in the workbook."""
    labels = {label_key(column.header): column.name for column in table.columns}
    found = find_shared_table(book, table.name, labels, table.key, before)
    assert found
    return found


def stand(book: Workbook, table: SheetTable, before: TableState | None = None) -> TableState:
    """The table as it stands in the workbook."""
    found = find(book, table, before)
    return found.state(found.rows_by_key(table.key) if table.key else found.rows_by_position())
