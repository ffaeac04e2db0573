"""Building workbooks: Grids to the bytes of an .xlsx, the same bytes for the same grids.

The only formulas in what is built here are those that a cell holds as such: text never becomes one.
"""

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_range_abs
from xlsxwriter.workbook import Workbook as Book
from xlsxwriter.worksheet import Worksheet as Page

from xltools.books import charts
from xltools.books.button_shapes import shape_buttons
from xltools.books.limits import check_sheet_names, cut_text, fits_number, plain_text, utf16_length
from xltools.books.package import Package
from xltools.books.styles import BASE, condition_look, number_format, style_look
from xltools.core.cell_text import fit_text
from xltools.core.content import Formula, shown_content
from xltools.core.grid import Button, Chart, Condition, Grid, GridCell, GridTable, Style, Validation
from xltools.core.place import cell_name
from xltools.core.sheet import Range

MOST_LINKS = 65_530  # on a sheet; Excel calls a file with more of them damaged
LISTS_SHEET = "lists"
_LONGEST_LIST = 255
_TABLE_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,254}$")
_FIRST_DAY = dt.date(1900, 3, 1)  # Excel has a 29 February 1900: dates before it shift by one elsewhere
Bound = Decimal | dt.date
_NUMBER_BOUND = Decimal("1e15")
# What Excel itself escapes in the target of a link, and `%` and `#`, which would change its meaning.
_LINK_ESCAPES = str.maketrans({mark: f"%{ord(mark):02X}" for mark in '%#" <>[]^`{}'})


def build_workbook(
    grids: Sequence[Grid],
    as_of: dt.date,
    properties: Mapping[str, str] | None = None,
    title: str = "",
    vba_project: bytes = b"",
) -> bytes:
    """The bytes of an .xlsx with one sheet per grid, dated `as_of`, with custom document `properties`.

    With a VBA project an .xlsm; the code names of its workbook and sheets are ThisWorkbook, Sheet1, Sheet2, …
    ValueError for a name of a sheet or a block that Excel refuses, for a table whose header isn't unique text, and for
    buttons without a VBA project.
    """
    _check_names(grids)
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_format_properties": dict(BASE),
    }
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": title, "created": dt.datetime.combine(as_of, dt.time())})
    for name, value in (properties or {}).items():
        book.set_custom_property(name, value, "text")
    buttons = [button for grid in grids for button in grid.buttons]
    if buttons and not vba_project:
        raise ValueError("buttons run macros: they need a VBA project")
    if vba_project:
        book.add_vba_project(io.BytesIO(vba_project), is_stream=True)
    try:
        _Builder(book, grids).build()
        book.close()
    except XlsxWriterException as trouble:
        raise ValueError(str(trouble)) from trouble
    return _with_buttons(target.getvalue(), buttons) if buttons else target.getvalue()


def _with_buttons(content: bytes, buttons: Sequence[Button]) -> bytes:
    package = Package(content)
    shape_buttons(package, buttons)
    return package.save()


def _check_names(grids: Sequence[Grid]) -> None:
    if not any(not grid.hidden for grid in grids):
        raise ValueError("a workbook needs a sheet that is not hidden")
    with_lists = any(_needs_list(check) for grid in grids for check in grid.validations)
    check_sheet_names((grid.name for grid in grids), (LISTS_SHEET,) if with_lists else ())


def _needs_list(check: Validation) -> bool:
    """True when the options don't fit into the validation itself: 255 characters, parted by commas."""
    return utf16_length(",".join(check.options)) > _LONGEST_LIST or any(
        set(option) & {",", '"'} for option in check.options
    )


class _Builder:
    """One workbook while it is built: its formats, made once each, and its hidden sheet of long lists."""

    def __init__(self, book: Book, grids: Sequence[Grid]) -> None:
        self.book = book
        self.grids = grids
        self.formats: dict[tuple[Style, bool, str], Format] = {}
        self.looks: dict[Style, Format] = {}
        self.lists: dict[tuple[str, ...], str] = {}

    def build(self) -> None:
        pages = [(self.book.add_worksheet(grid.name), grid) for grid in self.grids]
        for page, grid in pages:
            self._fill_page(page, grid)
        if self.lists:
            self._write_lists()
        first = next(page for page, grid in pages if not grid.hidden)
        first.activate()
        first.set_first_sheet()

    def _fill_page(self, page: Page, grid: Grid) -> None:
        _set_sizes(page, grid)
        for table in grid.tables:
            _add_table(page, grid, table)
        for block in grid.merges:
            # Excel draws a merged block's border from all of its cells, so each gets the format.
            look = self._format(grid.cells.get((block.top, block.left), GridCell()))
            page.merge_range(block.top, block.left, block.bottom, block.right, "", look)
        covered = _covered_cells(grid)
        links = 0
        for (row, column), cell in sorted(grid.cells.items()):
            if (row, column) not in covered:
                links += bool(cell.link)
                self._write_cell(page, row, column, cell, linked=bool(cell.link) and links <= MOST_LINKS)
        for check in grid.validations:
            self._add_validation(page, check)
        for condition in grid.conditions:
            self._add_condition(page, condition)
        for chart in grid.charts:
            self._add_chart(page, chart)
        for button in grid.buttons:
            _add_button(page, button)
        for name, block in grid.names.items():
            self._name_block(grid, name, block)
        _set_view(page, grid)
        _set_print(page, grid)

    def _write_cell(self, page: Page, row: int, column: int, cell: GridCell, *, linked: bool) -> None:
        value, look = cell.value, self._format(cell, linked=linked)
        if isinstance(value, Formula):
            page.write_formula(row, column, f"={value.text}", look, _cached(value))
            return
        if linked and value is not None and cell.link.startswith("#"):
            page.write_url(row, column, f"internal:{cell.link[1:]}", look, fit_text(plain_text(value)))
            return
        if linked and value is not None and len(link := cell.link.translate(_LINK_ESCAPES)) < 2_000:
            page.write_url(row, column, f"external:{link}", look, fit_text(plain_text(value)))
            return
        match value:
            case None | "":
                page.write_blank(row, column, None, look)
            case bool():
                page.write_boolean(row, column, value, look)
            case dt.date() if value >= _FIRST_DAY:
                page.write_datetime(row, column, dt.datetime.combine(value, dt.time()), look)
            case int() | Decimal() if fits_number(value):
                page.write_number(row, column, float(value), look)
            case _:
                page.write_string(row, column, fit_text(plain_text(value)), look)

    def _format(self, cell: GridCell, *, linked: bool = False) -> Format:
        shown = number_format(cell.style, shown_content(cell.value))
        key = (cell.style, linked, shown)
        if key not in self.formats:
            look = style_look(cell.style, linked)
            if shown:
                look["num_format"] = shown
            self.formats[key] = self.book.add_format(look)
        return self.formats[key]

    def _add_validation(self, page: Page, check: Validation) -> None:
        options: dict[str, Any] = {
            "validate": check.kind,
            "input_title": cut_text(check.title, 32),
            "input_message": cut_text(check.message, 255),
            "error_type": "stop" if check.strict else "warning",
        }
        if check.kind == "list":
            options["source"] = self._list_source(check.options) if _needs_list(check) else list(check.options)
        elif check.kind != "any":
            options |= {"criteria": "between", **_bounds(check)}
        block = check.block
        if page.data_validation(block.top, block.left, block.bottom, block.right, options):
            raise ValueError(f"not a validation that Excel takes: {check}")

    def _add_condition(self, page: Page, condition: Condition) -> None:
        style, block = condition.style, condition.block
        if style not in self.looks:
            self.looks[style] = self._make_look(condition_look(style))
        options = {"type": "formula", "criteria": f"={condition.formula}", "format": self.looks[style]}
        if page.conditional_format(block.top, block.left, block.bottom, block.right, options):
            raise ValueError(f"not a condition that Excel takes: {condition}")

    def _make_look(self, properties: dict[str, object]) -> Format:
        look = self.book.add_format(properties)
        if "font_color" not in properties:
            look.font_color = None  # the book's default would lie over a colour that people gave
        return look

    def _add_chart(self, page: Page, chart: Chart) -> None:
        drawn = self.book.add_chart(charts.chart_type(chart))
        for series in chart.series:
            drawn.add_series(charts.series_options(chart, series, page.get_name()))
        drawn.set_title(charts.title_options(chart))
        axes = (charts.category_axis(chart), charts.value_axis(chart))
        across, upright = reversed(axes) if "bar" in chart.kind else axes
        drawn.set_x_axis(across)
        drawn.set_y_axis(upright)
        drawn.set_legend(charts.legend_options(chart))
        drawn.set_plotarea(charts.plot_options(chart))
        drawn.set_chartarea(charts.area_options())
        width, height = chart.size
        drawn.set_size({"width": width, "height": height})
        page.insert_chart(*chart.at, drawn)

    def _name_block(self, grid: Grid, name: str, block: Range) -> None:
        place = f"={quote_sheetname(grid.name)}!{xl_range_abs(block.top, block.left, block.bottom, block.right)}"
        if not _TABLE_NAME.match(name) or self.book.define_name(name, place):
            raise ValueError(f"Excel does not take this name of a block: {name!r}")

    def _list_source(self, options: tuple[str, ...]) -> str:
        if options not in self.lists:
            column = cell_name(0, len(self.lists)).rstrip("1")
            self.lists[options] = f"={LISTS_SHEET}!${column}$1:${column}${len(options)}"
        return self.lists[options]

    def _write_lists(self) -> None:
        page = self.book.add_worksheet(LISTS_SHEET)
        for column, options in enumerate(self.lists):
            for row, option in enumerate(options):
                page.write_string(row, column, option)
        page.hide()


def _covered_cells(grid: Grid) -> set[tuple[int, int]]:
    """The cells that lie under a merged block, its first one apart."""
    return {
        (row, column)
        for block in grid.merges
        for row in range(block.top, block.bottom + 1)
        for column in range(block.left, block.right + 1)
        if (row, column) != (block.top, block.left)
    }


def _add_table(page: Page, grid: Grid, table: GridTable) -> None:
    block = table.block
    if not _TABLE_NAME.match(table.name):
        raise ValueError(f"Excel does not take this table name: {table.name!r}")
    headers = [_header_text(grid, block, column) for column in range(block.left, block.right + 1)]
    if len({header.casefold() for header in headers}) != len(headers):
        raise ValueError(f"the columns of table {table.name} need different headers: {headers}")
    bottom = max(block.bottom, block.top + 1)  # a table without a data row is a damaged file to Excel
    options = {
        "name": table.name,
        "style": None,
        "columns": [{"header": header} for header in headers],
        "autofilter": table.filtered,
    }
    if page.add_table(block.top, block.left, bottom, block.right, options):
        raise ValueError(f"not a table that Excel takes: {table}")


def _header_text(grid: Grid, block: Range, column: int) -> str:
    cell = grid.cells.get((block.top, column))
    if cell is None or not isinstance(cell.value, str) or not cell.value.strip():
        raise ValueError(f"a table header must be text: {cell_name(block.top, column)}")
    return cell.value


def _add_button(page: Page, button: Button) -> None:
    """Draws what takes a button's place until it is shaped."""
    (width, height), (right, down) = button.size, button.shift
    # It keeps its size whatever row or column is made larger.
    options = {"width": width, "height": height, "x_offset": right, "y_offset": down, "object_position": 2}
    page.insert_textbox(*button.at, button.caption, options)


def _set_sizes(page: Page, grid: Grid) -> None:
    for column, width in enumerate(grid.widths):
        page.set_column(column, column, width)
    for row, height in grid.heights.items():
        page.set_row(row, height)


def _set_view(page: Page, grid: Grid) -> None:
    if grid.freeze:
        page.freeze_panes(*grid.freeze)
    if grid.cells:
        rows, columns = zip(*grid.cells, strict=True)
        # Codes are text that looks like a number: no green corners on them.
        page.ignore_errors({"number_stored_as_text": f"A1:{cell_name(max(rows), max(columns))}"})
    page.hide_gridlines(2)
    if not grid.headings:
        page.hide_row_col_headers()
    if grid.hidden:
        page.hide()


def _set_print(page: Page, grid: Grid) -> None:
    setup = grid.print_setup
    page.set_paper(9)  # A4
    if setup.landscape:
        page.set_landscape()
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.center_horizontally()
    if setup.repeat_rows:
        page.repeat_rows(*setup.repeat_rows)
    if setup.footer:
        page.set_footer("&C&9&P / &N")
    if (setup.columns or setup.rows) and grid.cells:
        rows, columns = (max(at) for at in zip(*grid.cells, strict=True))
        page.print_area(0, 0, (setup.rows or rows + 1) - 1, (setup.columns or columns + 1) - 1)


def _cached(formula: Formula) -> object:
    """The value that a program shows which doesn't calculate."""
    match formula.shown:
        case None:
            return ""
        case str():
            return fit_text(formula.shown)
        case number:
            return float(number)


def _bounds(check: Validation) -> dict[str, object]:
    lowest: Bound = _FIRST_DAY if check.kind == "date" else -_NUMBER_BOUND
    highest: Bound = dt.date(9999, 12, 31) if check.kind == "date" else _NUMBER_BOUND
    low = lowest if check.minimum is None else check.minimum
    high = highest if check.maximum is None else check.maximum
    return {"minimum": _bound(low), "maximum": _bound(high)}


def _bound(value: Bound) -> object:
    """XlsxWriter writes bounds as their text, and only takes dates with a time."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value
