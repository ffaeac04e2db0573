"""What staff do to a template that they make their own."""

from collections.abc import Callable

from fill import Labels, data_sheet, header_row, label_cells
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

Touch = Callable[[Workbook, Labels], None]


def add_letterhead(book: Workbook, labels: Labels) -> None:  # noqa: ARG001
    """Four rows on top with the factory's name and address."""
    sheet = data_sheet(book)
    _shift(sheet, rows=4)
    for row, words in enumerate(
        ("宁波澜桥精密制造有限公司", "浙江省宁波市鄞州区石碶工业园澜桥路 16 号", "电话 0574-8800 1660"), start=1
    ):
        sheet.cell(row, 2, words).font = Font(name="KaiTi", size=18 if row == 1 else 10, color="FF7F0000")


def shift_right(book: Workbook, labels: Labels) -> None:  # noqa: ARG001
    """A narrow column before everything."""
    sheet = data_sheet(book)
    _shift(sheet, columns=1)
    sheet.column_dimensions["A"].width = 2


def change_fonts(book: Workbook, labels: Labels) -> None:  # noqa: ARG001
    """Other fonts and colours on every cell."""
    for row in data_sheet(book).iter_rows():
        for cell in row:
            cell.font = Font(name="FangSong", size=12, bold=cell.font.bold, color="FF1F3864")
            if cell.fill.fill_type:
                cell.fill = PatternFill("solid", fgColor="FFFCE4D6")


def change_widths(book: Workbook, labels: Labels) -> None:  # noqa: ARG001
    """Other column widths, and a zoom for tired eyes."""
    sheet = data_sheet(book)
    for number in range(2, sheet.max_column + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 11 + number % 4 * 2
    sheet.sheet_view.zoomScale = 130


def delete_mark(book: Workbook, labels: Labels) -> None:
    """The form's name and version rubbed out, in the cell and in the file's properties."""
    sheet = data_sheet(book)
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, Cell) and isinstance(cell.value, str) and labels.form in cell.value:
                cell.value = None
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]


def break_labels(book: Workbook, labels: Labels) -> None:
    """Labels retyped: spaces inside, line breaks, full-width colons, stars in front."""
    sheet = data_sheet(book)
    top, columns = header_row(sheet, labels.lines)
    for number in columns.values():
        cell = sheet.cell(top, number)
        zh, _, en = str(cell.value).partition(" ")
        cell.value = f"{' '.join(zh)} \n{en}"
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
    sheet.row_dimensions[top].height = 34
    for place, cell in enumerate(label_cells(sheet, labels.header, top - 1).values()):
        zh = str(cell.value).strip("* ").split(" ")[0]
        cell.value = f"＊{zh[0]}\u3000{zh[1:]}：" if place % 2 else f"{zh}:"


def add_own_columns(book: Workbook, labels: Labels) -> None:
    """Two columns of the writer's own, one between ours and one after them."""
    sheet = data_sheet(book)
    top, columns = header_row(sheet, labels.lines)
    _insert_column(sheet, _free_boundary(sheet, labels, top, columns["unit_price"]), top, "内部成本", (21.5, 4.1))
    _insert_column(sheet, max(header_row(sheet, labels.lines)[1].values()) + 1, top, "开票备注", ("开专票", None))


def add_totals(book: Workbook, labels: Labels) -> None:
    """A total under the last line, and remarks under that."""
    sheet = data_sheet(book)
    top, columns = header_row(sheet, labels.lines)
    last = max(
        row for row in range(top + 1, sheet.max_row + 1) if sheet.cell(row, columns["quantity"]).value is not None
    )
    for name, whole in (("quantity", 0), ("amount", 0)):
        values = [sheet.cell(row, columns[name]).value for row in range(top + 1, last + 1)]
        sheet.cell(last + 1, columns[name]).value = sum((v for v in values if isinstance(v, (int, float))), whole)
    sheet.cell(last + 1, columns["product_code"]).value = "合计"
    sheet.cell(last + 3, columns["product_code"]).value = "备注1：叶轮须做动平衡，附报告"
    sheet.cell(last + 4, columns["product_code"]).value = "制表：陈思雨"


TOUCHES: dict[str, Touch] = {
    "letterhead": add_letterhead,
    "shift-right": shift_right,
    "fonts": change_fonts,
    "widths": change_widths,
    "delete-mark": delete_mark,
    "broken-labels": break_labels,
    "own-columns": add_own_columns,
    "totals": add_totals,
}


def _free_boundary(sheet: Worksheet, labels: Labels, top: int, wanted: int) -> int:
    """The first column from `wanted` on where a new column parts no label from its value."""
    blocks = {(block.min_row, block.min_col): block for block in sheet.merged_cells.ranges}
    taken = {
        (blocks[at].max_col if (at := (cell.row, cell.column)) in blocks else cell.column) + 1
        for cell in label_cells(sheet, labels.header, top - 1).values()
    }
    return next(column for column in range(wanted, sheet.max_column + 2) if column not in taken)


def _insert_column(sheet: Worksheet, column: int, top: int, label: str, values: tuple[str | float | None, ...]) -> None:
    _shift(sheet, columns=1, before=column)
    sheet.cell(top, column, label).font = Font(bold=True)
    for row, value in enumerate(values, start=top + 1):
        sheet.cell(row, column, value)


def _shift(sheet: Worksheet, rows: int = 0, columns: int = 0, before: int = 1) -> None:
    """Moves what lies at and after a column (and all rows) as Excel's insert does; openpyxl moves the cells alone."""
    blocks = list(sheet.merged_cells.ranges)
    for block in blocks:
        sheet.unmerge_cells(block.coord)
    heights = {row: sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)}
    widths = {c: sheet.column_dimensions[get_column_letter(c)].width for c in range(1, sheet.max_column + 1)}
    moved = CellRange(min_col=before, min_row=1, max_col=max(sheet.max_column, before), max_row=sheet.max_row)
    sheet.move_range(moved.coord, rows=rows, cols=columns)
    for row, height in heights.items():
        sheet.row_dimensions[row + rows].height = height
    for row in range(1, rows + 1):
        sheet.row_dimensions[row].height = None
    for column, width in widths.items():
        if column >= before:
            sheet.column_dimensions[get_column_letter(column + columns)].width = width
    for block in blocks:
        sheet.merge_cells(_moved(block, rows, columns, before).coord)
    for rule in sheet.data_validations.dataValidation:
        rule.sqref = MultiCellRange([_moved(block, rows, columns, before) for block in rule.sqref.ranges])
    if sheet.freeze_panes:
        pane = CellRange(sheet.freeze_panes)
        sheet.freeze_panes = _moved(pane, rows, columns, before).coord
    if sheet.print_title_rows and rows:
        first, last = (int(part.strip("$")) for part in sheet.print_title_rows.split(":"))
        sheet.print_title_rows = f"{first + rows}:{last + rows}"


def _moved(block: CellRange, rows: int, columns: int, before: int) -> CellRange:
    return CellRange(
        min_col=block.min_col + (columns if block.min_col >= before else 0),
        max_col=block.max_col + (columns if block.max_col >= before else 0),
        min_row=block.min_row + rows,
        max_row=block.max_row + rows,
    )
