"""A workbook as it was read: sheets of plain values whose addresses are Excel's own."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from xltools.core.place import Place, cell_name

# float covers every number: calamine, like Excel, knows no other.
Scalar = str | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None


class CellError(str):
    """What a cell holds that has no value: `#N/A` and its like, or `=` and a formula that was never calculated."""

    __slots__ = ()


class Cell(NamedTuple):
    """One value and where it stands."""

    value: Scalar
    place: Place


@dataclass(frozen=True, slots=True)
class Range:
    """A block of cells; all four bounds counted from 0 and inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """True when the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet. `rows[r][c]` is the cell in row r, column c, counted from 0 from A1, rows may differ in length."""

    file: str
    name: str
    rows: tuple[tuple[Scalar, ...], ...]
    hidden: bool = False
    merges: tuple[Range, ...] = ()
    sha256: str = ""

    @property
    def width(self) -> int:
        """The number of columns of the longest row."""
        return max(map(len, self.rows), default=0)

    def value(self, row: int, column: int) -> Scalar:
        """The value of a cell, None outside the sheet."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None

    def place(self, row: int, column: int) -> Place:
        """The place of a cell."""
        return Place(self.file, self.name, cell_name(row, column), None, None, self.sha256)

    def cell(self, row: int, column: int) -> Cell:
        """A cell with its place."""
        return Cell(self.value(row, column), self.place(row, column))

    def merge_at(self, row: int, column: int) -> Range:
        """The merged block that a cell lies in, or the cell alone."""
        for block in self.merges:
            if block.holds(row, column):
                return block
        return Range(row, column, row, column)

    def filled_cells(self) -> Iterator[tuple[int, int, Scalar]]:
        """Row, column and value of each cell that is not blank."""
        for r, row in enumerate(self.rows):
            for c, value in enumerate(row):
                if not is_blank(value):
                    yield r, c, value


@dataclass(frozen=True, slots=True)
class NamedTable:
    """An Excel table: its block from the header row to the last data row (a row of totals left out), its column names.

    `has_totals` says that a row of totals lies under the block.
    """

    name: str
    sheet: str
    block: Range
    columns: tuple[str, ...]
    has_totals: bool = False


@dataclass(frozen=True, slots=True)
class Workbook:
    """What was read of one file: its sheets in tab order, who saved it last, its custom document properties.

    `tables` are by name, and known only where the reader of shared workbooks read it.
    """

    file: str
    sha256: str
    sheets: tuple[Sheet, ...]
    saved_by: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, NamedTable] = field(default_factory=dict)


def is_blank(value: Scalar) -> bool:
    """True for None and for text of white space alone: people blank a cell with the space bar."""
    return value is None or (isinstance(value, str) and not value.strip())
