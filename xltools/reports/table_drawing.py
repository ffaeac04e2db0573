"""Tables of a shared workbook drawn as sheets: once, for the template, into which every run patches its rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from xltools.core.grid import Condition, Grid, GridCell, GridTable, PrintSetup, Style, Validation
from xltools.core.place import column_name
from xltools.core.sheet import Range
from xltools.forms.drawing import Canvas, text_height
from xltools.reports.table import SheetTable, TableColumn

TITLE_ROW, CAPTION_ROW, HEADER_ROW = 0, 1, 2
FIRST_ROW = HEADER_ROW + 1
ROW_HEIGHT = 18.0  # points, of a row with one line of text
_FILTER_BUTTON = 2  # characters of a header that it may cover

Check = Callable[[Range], Validation | None]


def template_grid(
    table: SheetTable,
    title: str,
    *,
    conditions: Sequence[Condition] = (),
    checks: Mapping[str, Check] | None = None,
    frozen: int = 0,
    printed: int | None = None,
    least_height: float = ROW_HEIGHT,
) -> Grid:
    """The sheet of a table that begins in A3 under its title and caption; without rows, with one blank row.

    `conditions` are written for row 4 and reach as far down as the table; `checks` make the validations of columns by
    name. The header and `frozen` columns stay in sight; the first `printed` columns are printed, or all. Rows are
    `least_height` points high at least: the blank one is to hold the first row that comes.
    """
    canvas = Canvas()
    block = draw_table(canvas, table, (HEADER_ROW, 0))
    for row in range(FIRST_ROW, block.bottom + 1):
        canvas.grow(row, least_height)
    canvas.cells[TITLE_ROW, 0] = GridCell(title, Style.TITLE)
    canvas.grow(TITLE_ROW, 32)
    canvas.grow(CAPTION_ROW, 20)
    names = [column.name for column in table.columns]
    for name, check in (checks or {}).items():
        at = names.index(name)
        canvas.check(check(Range(FIRST_ROW, at, block.bottom, at)))
    looks = (*conditions, *fraction_conditions(table.columns, Range(FIRST_ROW, 0, block.bottom, block.right)))
    return Grid(
        name=table.sheet,
        cells=canvas.cells,
        widths=tuple(column.width for column in table.columns),
        heights=canvas.heights,
        validations=tuple(canvas.validations),
        tables=(GridTable(table.name, block),),
        freeze=(FIRST_ROW, frozen),
        print_setup=PrintSetup(landscape=True, repeat_rows=(HEADER_ROW, HEADER_ROW), columns=printed),
        conditions=tuple(replace(look, block=replace(look.block, bottom=block.bottom)) for look in looks),
    )


def draw_table(canvas: Canvas, table: SheetTable, corner: tuple[int, int], count: int = 1) -> Range:
    """Draws the caption, header and rows of a table whose header begins at the corner; gives its block.

    It has `count` rows at least.
    """
    top, left = corner
    canvas.cells[top - 1, left] = GridCell(table.caption or None, Style.SUBTITLE)
    for at, column in enumerate(table.columns):
        style = Style.HEADER_EDITABLE if column.editable else Style.HEADER
        canvas.cells[top, left + at] = GridCell(column.header, style)
        canvas.grow(top, text_height(column.header, column.width - _FILTER_BUTTON, ROW_HEIGHT + 2))
    bottom = top + max(count, len(table.rows))
    for row in range(top + 1, bottom + 1):
        given = table.rows[row - top - 1] if row - top <= len(table.rows) else None
        for at, column in enumerate(table.columns):
            canvas.cells[row, left + at] = GridCell(given.cells[at] if given else None, column.style)
        if given and given.height:
            canvas.grow(row, given.height)
    return Range(top, left, bottom, left + len(table.columns) - 1)


def fraction_conditions(columns: Sequence[TableColumn], body: Range) -> tuple[Condition, ...]:
    """Decimals for the quantities and percentages that have some.

    A number format knows nothing of the number: `#,##0.##` shows 500 as `500.`, and `#,##0` shows 4.8 as 5.
    """
    conditions = []
    for at, column in enumerate(columns, body.left):
        cell, block = f"{column_name(at)}{body.top + 1}", Range(body.top, at, body.bottom, at)
        if column.style is Style.QUANTITY:
            conditions.append(Condition(block, f"{cell}<>ROUND({cell},0)", Style.FRACTION))
        elif column.style in {Style.PERCENT, Style.INPUT_PERCENT}:
            # 0.07 times 100 is no whole number in a cell's arithmetic.
            formula = f"ROUND({cell}*100,6)<>ROUND({cell}*100,0)"
            conditions.append(Condition(block, formula, Style.FRACTION_PERCENT))
    return tuple(conditions)


def column_condition(
    columns: Sequence[TableColumn], shown_in: Sequence[str], formula: str, style: Style
) -> tuple[Condition, ...]:
    """A look for columns of a table that begins in A3; in the formula `{name}` is the cell of that column in row 4."""
    names = [column.name for column in columns]
    for at, name in enumerate(names):
        formula = formula.replace(f"{{{name}}}", f"${column_name(at)}{FIRST_ROW + 1}")
    places = [names.index(name) for name in shown_in]
    return tuple(Condition(Range(FIRST_ROW, at, FIRST_ROW, at), formula, style) for at in places)


def row_height(columns: Sequence[TableColumn], cells: Sequence[object], least: float = ROW_HEIGHT) -> float:
    """The height of a row that holds its wrapped texts, in points: not every program grows rows by itself."""
    heights = (
        text_height(cell, column.width, least)
        for column, cell in zip(columns, cells, strict=True)
        if isinstance(cell, str) and not _is_short(cell, column.width)
    )
    return max(heights, default=least)


def _is_short(text: str, width: float) -> bool:
    """True for what fits on one line: of 100,000 rows most need no more looking at.

    A Chinese character is three bytes and two columns wide, an ASCII one is one of both.
    """
    size = len(text) if text.isascii() else (len(text) + len(text.encode("utf-8", "surrogatepass"))) / 2
    return size <= width - 1 and "\n" not in text
