"""What a person does in a shared workbook that is open before them, as openpyxl can do it: an act a function."""

from collections.abc import Callable, Mapping
from typing import Any

from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

ORDER, LINE = "订单编号", "行号"


def type_value(book: Workbook, value: object, order: str, under: str, line: str = "1", which: int = 0) -> None:
    """A value into the row of an order line; `which` of them where a row was copied."""
    sheet = book.worksheets[0]
    key, number = _find_column(sheet, ORDER), _find_column(sheet, LINE)
    rows = [
        row
        for row in range(_header_row(sheet) + 1, sheet.max_row + 1)
        if (str(sheet.cell(row, key).value), str(sheet.cell(row, number).value)) == (order, line)
    ]
    sheet.cell(rows[which], _find_column(sheet, under)).value = value


def type_row(book: Workbook, values: Mapping[str, object], sheet: str = "") -> None:
    """A new row under the last one, by headers; Excel makes the table grow with it."""
    page = _find_sheet(book, sheet)
    row = _next_row(page)
    for under, value in values.items():
        page.cell(row, _find_column(page, under)).value = value
    _stretch_table(page, row)


def copy_row(book: Workbook, order: str) -> None:
    """The first row of an order once more, under the last one."""
    page = book.worksheets[0]
    key = _find_column(page, ORDER)
    source = next(row for row in range(1, page.max_row + 1) if str(page.cell(row, key).value) == order)
    row = _next_row(page)
    for cell in page[source]:
        page.cell(row, cell.column).value = cell.value
    _stretch_table(page, row)


def delete_rows(book: Workbook, order: str) -> None:
    """All rows of an order, as Excel deletes them: the table shrinks, and keeps one blank row at least."""
    page = book.worksheets[0]
    key, top = _find_column(page, ORDER), _header_row(page)
    rows = [row for row in range(top + 1, page.max_row + 1) if str(page.cell(row, key).value) == order]
    page.delete_rows(rows[0], len(rows))
    _stretch_table(page, max(_next_row(page) - 1, top + 1))


def delete_column(book: Workbook, under: str) -> None:
    """A column of the tracker away, out of its table too, as Excel does it."""
    page = book.worksheets[0]
    column, table = _find_column(page, under), next(iter(page.tables.values()))
    block = CellRange(table.ref)
    del table.tableColumns[column - block.min_col]
    page.delete_cols(column)
    block.shrink(right=1)
    table.ref = table.autoFilter.ref = block.coord


def delete_sheet(book: Workbook, name: str) -> None:
    """A sheet away, found by the word its name begins with."""
    book.remove(_find_sheet(book, name))


def copy_sheet(book: Workbook, name: str, leaving: str) -> None:
    """A copy of a sheet in front, under the sheet's own name, which leaves it another."""
    ours = _find_sheet(book, name)
    copy = book.copy_worksheet(ours)
    ours.title = leaving
    copy.title = name
    book.move_sheet(copy, 1 - len(book.worksheets))


def change_property(book: Workbook, name: str, to: str) -> None:
    """A custom document property of another value, as in the same workbook of another desk."""
    (known,) = [one for one in book.custom_doc_props.props if one.name == name]
    known.value = to


ACTS: Mapping[str, Callable[..., None]] = {
    "type": type_value,
    "type-row": type_row,
    "copy-row": copy_row,
    "delete-rows": delete_rows,
    "delete-column": delete_column,
    "delete-sheet": delete_sheet,
    "copy-sheet": copy_sheet,
    "change-property": change_property,
}


def act_on(book: Workbook, step: Mapping[str, Any]) -> None:
    """One act: its first key is the verb, further keys say more."""
    (verb, given), *more = step.items()
    ACTS[verb](book, given, **dict(more))


def _find_sheet(book: Workbook, word: str) -> Worksheet:
    return next(page for page in book.worksheets if page.title.startswith(word))


def _header_row(page: Worksheet) -> int:
    table = next(iter(page.tables.values()))
    return int(table.ref.split(":")[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def _find_column(page: Worksheet, word: str) -> int:
    found = [cell.column for cell in page[_header_row(page)] if str(cell.value).split()[0] == word]
    assert len(found) == 1, (word, found)
    return int(found[0])


def _next_row(page: Worksheet) -> int:
    return 1 + max(row for row in range(1, page.max_row + 1) if any(cell.value for cell in page[row]))


def _stretch_table(page: Worksheet, bottom: int) -> None:
    for table in page.tables.values():
        start, end = table.ref.split(":")
        table.ref = f"{start}:{end.rstrip('0123456789')}{bottom}"
        if table.autoFilter:
            table.autoFilter.ref = table.ref
