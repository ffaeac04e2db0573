"""Where new rows go under a block, and how they look: like the last rows above them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xltools.books.addresses import LAST_ROW, overlap
from xltools.books.package import PackageError
from xltools.books.patch import markup
from xltools.books.patch.areas import Growth
from xltools.books.patch.contents import CellWriter
from xltools.books.patch.formulas import read_formula
from xltools.books.patch.references import translate_formula
from xltools.books.patch.rows import FoundCell, Row, Run, has_value, read_index, row_tag, split_cells
from xltools.books.patch.tables import CalculatedColumn, Table
from xltools.core.content import CellContent, Formula
from xltools.core.patch import NewRow
from xltools.core.place import column_name
from xltools.core.sheet import Range

_LOOKED_AT = 5  # Excel itself goes by the last five rows when it extends formats


@dataclass(frozen=True, slots=True)
class NewColumn:
    """What the cells of new rows get in a column: their format, and where it is calculated the formula.

    The formula is written for the row `formula_row`.
    """

    column: int
    letters: str
    style: int
    formula: CalculatedColumn | None = None
    formula_row: int = 0

    def write(self, row: int, style: int, content: CellContent, writer: CellWriter) -> str:
        """The cell in a row: the content, or where there is none the calculated column's formula; empty for no cell."""
        reference = f"{self.letters}{row + 1}"
        if self.formula is not None and (content is None or content == ""):
            text = translate_formula(self.formula.text, row - self.formula_row, 0)
            if text is not None and self.formula.is_array:
                return writer.write_array(reference, style, text)
            content = None if text is None else Formula(text)
        return writer.write(reference, style, content) if style or content is not None else ""


class Site:
    """The place under one block while a sheet's rows go by: free rows are looked for, the rows above are noted.

    New rows follow the block at once; where something was typed there, they follow that, so that nothing is written
    over and nothing moves, and the block reaches over it. A totals row makes room by moving down.
    """

    def __init__(self, block: Range, table: Table | None, rows: Sequence[NewRow], expected: int | None = None) -> None:
        self.block, self.table, self.rows, self.expected = block, table, rows, expected
        self.has_totals = bool(table and table.totals)
        self.first = block.bottom + 1
        self.totals: list[FoundCell] = []
        self._above: dict[int, tuple[bytes, dict[int, FoundCell]]] = {}

    @property
    def last(self) -> int:
        """The last of the new rows."""
        return self.first + len(self.rows) - 1

    @property
    def growth(self) -> Growth:
        """The block with its new rows."""
        return Growth(self.block, self.last, self.has_totals)

    @property
    def taken(self) -> Range:
        """The cells under the block that it comes to cover, its totals row included."""
        bottom = self.last + self.has_totals
        return Range(self.block.bottom + 1, self.block.left, bottom, self.block.right)

    def look(self, run: Run, prefix: bytes) -> None:
        """Take note of the rows of a run that matter here; runs come in the order of the sheet."""
        for row in run.rows(max(self.block.top + 1, self.block.bottom - _LOOKED_AT + 1), LAST_ROW):
            if row.number > self.last + self.has_totals:
                return
            self._see(row, split_cells(row.markup, row.number, prefix), prefix)

    def _see(self, row: Row, cells: list[FoundCell], prefix: bytes) -> None:
        block = self.block
        if row.number <= block.bottom:
            self._above[row.number] = (row_tag(row.markup), {cell.column: cell for cell in cells})
            return
        inside = [cell for cell in cells if block.left <= cell.column <= block.right]
        if self.has_totals and row.number == block.bottom + 1:
            self.totals = inside
        elif any(has_value(cell, prefix) for cell in inside):
            if self.has_totals:
                raise PackageError("reason-under-totals")
            self.first = row.number + 1

    def check_room(self, obstacles: Mapping[str, Sequence[Range]]) -> None:
        """PackageError where the rows would run off the sheet or into an obstacle (by the reason that it gives)."""
        if self.taken.bottom > LAST_ROW:
            raise PackageError("reason-sheet-full")
        if self.expected is not None and self.expected != self.first:
            raise PackageError("reason-room-elsewhere")
        for reason, areas in obstacles.items():
            if any(overlap(self.taken, area) for area in areas if area != (self.table and self.table.area)):
                raise PackageError(reason)

    def columns(self, prefix: bytes, default_styles: Mapping[int, int]) -> tuple[NewColumn, ...]:
        """What the new rows' cells get, for each column of the block."""
        span = range(self.block.left, self.block.right + 1)
        return tuple(self._column(column, prefix, default_styles.get(column, 0)) for column in span)

    def _column(self, column: int, prefix: bytes, default_style: int) -> NewColumn:
        style = self._style(column, default_style)
        calculated = self.table.calculated.get(column) if self.table else None
        if calculated is None:
            return NewColumn(column, column_name(column), style)
        # Relative references in it are written for one row, and no standard says which: the last row's own formula
        # is sure.
        cells = self._above.get(self.block.bottom, (b"", {}))[1]
        last = read_formula(cells[column], prefix) if column in cells else None
        if last and last.kind == "normal" and last.text:
            return NewColumn(column, column_name(column), style, CalculatedColumn(last.text), self.block.bottom)
        return NewColumn(column, column_name(column), style, calculated, self.block.top + 1)

    def _style(self, column: int, default_style: int) -> int:
        """The format that most of the last rows have, the last row's own where none has more than others."""
        first = max(self.block.top + 1, self.block.bottom - _LOOKED_AT + 1)
        styles = [self._style_at(row, column, default_style) for row in range(self.block.bottom, first - 1, -1)]
        if not styles:
            return default_style
        counts = Counter(styles)
        most = max(counts.values())
        return (
            styles[0]
            if counts[styles[0]] == most or list(counts.values()).count(most) > 1
            else max(counts, key=counts.__getitem__)
        )

    def _style_at(self, row: int, column: int, default_style: int) -> int:
        if row not in self._above:
            return default_style
        tag, cells = self._above[row]
        return cells[column].style if column in cells else row_style(tag, default_style)


def row_style(tag: bytes, default_style: int) -> int:
    """The format of a row's cells that are not written out: the row's own where it has one, else their column's."""
    return read_index(tag, "s") if markup.is_set(tag, "customFormat") else default_style


def read_column_styles(head: bytes, prefix: bytes) -> dict[int, int]:
    """The formats of whole columns that have one."""
    styles = {}
    for tag in markup.start_tags(prefix, "col").findall(head):
        if style := read_index(tag, "style"):
            last = min(read_index(tag, "max"), 16_384)
            styles.update(dict.fromkeys(range(read_index(tag, "min") - 1, last), style))
    return styles
