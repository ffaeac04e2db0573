# ruff: noqa: N802, N803 - Excel's names
"""Ranges: cells of one sheet, in one or more areas; what stands in them. The rest is in their base classes."""

from collections.abc import Iterator
from typing import Any

from . import typed_values
from .addresses import COLUMNS, ROWS, Area, quoted, write_areas
from .cells import cell_at, locked_at
from .copying import Copying
from .counting import ComCollection, ComObject, always, refusal
from .looks import Looks
from .notes import CellNotes
from .rules import FormatConditions
from .seeking import Seeking
from .tables import rename_columns, table_at, tables_that_grow


class Areas(ComCollection):
    """The areas of a range."""

    def __init__(self, of: "Range") -> None:
        super().__init__(of.app, of.book)
        self.of = of

    def items(self) -> list["Range"]:
        """Each as a range."""
        return [Range(self.of.sheet, [area]) for area in self.of.areas]


class Range(Looks, CellNotes, Copying, Seeking, ComObject):
    """Cells; `unit` says whether they are counted as cells, rows or columns."""

    def __init__(self, sheet: Any, areas: list[Area], unit: str = "cells") -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet, self.areas, self.unit = sheet, areas, unit

    @property
    def ws(self) -> Any:
        """openpyxl's sheet."""
        return self.sheet.ws

    @property
    def first(self) -> Area:
        """The first area: what most members of a range speak of."""
        return self.areas[0]

    def places(self) -> Iterator[tuple[int, int]]:
        """Every cell's row and column."""
        for area in self.areas:
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    yield row, column

    def address(self, row_absolute: bool = True, column_absolute: bool = True) -> str:
        """Its address."""
        return write_areas(self.areas, row_absolute, column_absolute)

    Parent = property(lambda self: self.sheet)
    Worksheet = property(lambda self: self.sheet)
    Row = property(lambda self: self.first.top)
    Column = property(lambda self: self.first.left)
    Rows = property(lambda self: Range(self.sheet, self.areas, "rows"))
    Columns = property(lambda self: Range(self.sheet, self.areas, "columns"))
    Cells = property(lambda self: Range(self.sheet, self.areas))
    Areas = property(Areas)
    Address = property(lambda self: self.address())
    ListObject = property(lambda self: table_at(self.sheet, self.first.top, self.first.left))
    FormatConditions = property(FormatConditions)
    CountLarge = property(lambda self: self.count())
    HasArray = always(False)

    @property
    def EntireRow(self) -> "Range":
        return Range(self.sheet, [Area(one.top, 1, one.bottom, COLUMNS) for one in self.areas], "rows")

    @property
    def EntireColumn(self) -> "Range":
        return Range(self.sheet, [Area(1, one.left, ROWS, one.right) for one in self.areas], "columns")

    @property
    def Count(self) -> int:
        if (number := self.count()) >= 2**31:
            raise refusal("Overflow")
        return number

    def count(self) -> int:
        """Cells, rows or columns."""
        if self.unit == "rows":
            return self.first.height
        if self.unit == "columns":
            return self.first.width
        return sum(area.height * area.width for area in self.areas)

    def GetAddress(
        self, RowAbsolute: bool = True, ColumnAbsolute: bool = True, Style: int = 1, External: bool = False
    ) -> str:
        if Style != 1:
            raise refusal("R1C1 is not in this Excel for tests")
        address = self.address(RowAbsolute, ColumnAbsolute)
        if not External:
            return address
        whole = f"[{self.book.name}]{self.sheet.name}"
        bare = quoted(self.sheet.name) == self.sheet.name and quoted(self.book.name) == self.book.name
        return f"{whole if bare else quoted(whole)}!{address}"

    def __call__(self, *key: int) -> "Range":
        self.trip("Item")
        return self.item(*key)

    def Item(self, *key: int) -> "Range":
        return self.item(*key)

    def item(self, row: int, column: int | None = None) -> "Range":
        """A cell, row or column by its number within the first area; it may lie outside."""
        area = self.first
        if self.unit == "rows" and column is None:
            found = Area(area.top + row - 1, area.left, area.top + row - 1, area.right)
            return Range(self.sheet, [found], "rows")
        if self.unit == "columns" and column is None:
            found = Area(area.top, area.left + row - 1, area.bottom, area.left + row - 1)
            return Range(self.sheet, [found], "columns")
        if column is None:
            row, column = (row - 1) // area.width + 1, (row - 1) % area.width + 1
        at = area.top + row - 1, area.left + column - 1
        if not (1 <= at[0] <= ROWS and 1 <= at[1] <= COLUMNS):
            raise refusal("Application-defined or object-defined error")
        return self.sheet.cell(*at)

    def __iter__(self) -> Iterator["Range"]:
        self.trip("_NewEnum")
        for number in range(1, self.count() + 1):
            self.trip("Next")
            yield self.item(number)

    def GetOffset(self, RowOffset: int = 0, ColumnOffset: int = 0) -> "Range":
        return Range(self.sheet, [area.moved(RowOffset, ColumnOffset) for area in self.areas])

    def GetResize(self, RowSize: int | None = None, ColumnSize: int | None = None) -> "Range":
        top, left, bottom, right = self.first
        return Range(
            self.sheet,
            [Area(top, left, top + RowSize - 1 if RowSize else bottom, left + ColumnSize - 1 if ColumnSize else right)],
        )

    def _block(self, read: Any) -> Any:
        """What `read(row, column)` gives: one value for one cell, else a tuple of rows."""
        area, last = self.first, max(self.sheet.used_area().bottom, 1)
        if area.height == area.width == 1:
            return read(area.top, area.left)
        empty = tuple(read(ROWS + 1, 1) for _ in range(area.width)) if area.bottom > last else ()
        columns = range(area.left, area.right + 1)
        return tuple(
            tuple(read(row, column) for column in columns) if row <= last else empty
            for row in range(area.top, area.bottom + 1)
        )

    def _read(self, bare: bool) -> Any:
        cells, results = self.ws._cells, self.sheet.results

        def one(row: int, column: int) -> Any:
            cell = cells.get((row, column))
            return None if cell is None else typed_values.read(cell, results.get((row, column)), bare)

        return self._block(one)

    @property
    def Value(self) -> Any:
        return self._read(bare=False)

    @Value.setter
    def Value(self, data: Any) -> None:
        self.write(data)

    @property
    def Value2(self) -> Any:
        return self._read(bare=True)

    @Value2.setter
    def Value2(self, data: Any) -> None:
        self.write(data)

    @property
    def Formula(self) -> Any:
        cells = self.ws._cells
        return self._block(
            lambda row, column: typed_values.formula(cells[row, column]) if (row, column) in cells else ""
        )

    @Formula.setter
    def Formula(self, data: Any) -> None:
        self.write(data)

    Formula2 = Formula

    @property
    def HasFormula(self) -> bool | None:
        cells = self.ws._cells
        kinds = {(cell := cells.get(place)) is not None and cell.data_type == "f" for place in self.places()}
        return kinds.pop() if len(kinds) == 1 else None

    @property
    def PrefixCharacter(self) -> str:
        cell = self.ws._cells.get((self.first.top, self.first.left))
        return "'" if cell is not None and cell.quotePrefix else ""

    @property
    def Text(self) -> str | None:
        cell = self.ws._cells.get((self.first.top, self.first.left))
        return None if self.count() > 1 else "" if cell is None else typed_values.formula(cell)

    def refuse_locked(self) -> None:
        """Raise where the sheet's protection locks one of the cells: nothing is written then."""
        if not self.ws.protection.sheet or self.sheet.state.get("interface only"):
            return
        vast = any(area.height * area.width > 2_000_000 for area in self.areas)  # some cell of them is locked
        if vast or any(locked_at(self.ws, *place) for place in self.places()):
            raise refusal("The cell or chart you're trying to change is on a protected sheet.")

    def write(self, data: Any) -> None:
        """Put one value into all cells, or an array into each area, as Excel does."""
        rows = _rows(data)
        for value in [data] if rows is None else [value for row in rows for value in row]:
            typed_values.check_variant(value)
            if rows is not None and isinstance(value, str) and len(value) > typed_values.LONGEST_IN_ARRAY:
                raise refusal("Application-defined or object-defined error")
        self.refuse_locked()
        self.app.clipboard = None
        today = self.app.today()
        growing = [table for area in self.areas for table in tables_that_grow(self.sheet, area, data)]
        for area in self.areas:
            for row in range(area.height):
                for column in range(area.width):
                    value = data if rows is None else _element(rows, row, column)
                    self._enter(area.top + row, area.left + column, value, today)
            rename_columns(self.sheet, area)
        for table, bottom in growing:
            table.grow_to(bottom)
        self.sheet.changed()

    def _enter(self, row: int, column: int, value: Any, today: Any) -> None:
        if value in (None, "") and (row, column) not in self.ws._cells:
            return
        self.sheet.results.pop((row, column), None)
        typed_values.enter(cell_at(self.ws, row, column), value, today)

    def ClearContents(self) -> None:
        merged = [one for one in self.ws.merged_cells.ranges if self._cuts(one)]
        if merged:
            raise refusal("We can't do that to a merged cell.")
        self.refuse_locked()
        for place in self._existing():
            self.sheet.results.pop(place, None)
            typed_values.enter(self.ws._cells[place], None, self.app.today())
        self.sheet.changed()

    def Clear(self) -> None:
        self.refuse_locked()
        self.sheet.refuse_if_protected("formatCells")
        for place in self._existing():
            del self.ws._cells[place]
            self.sheet.results.pop(place, None)
        FormatConditions(self).clear()
        self.sheet.changed()

    def _existing(self) -> list[tuple[int, int]]:
        return [place for place in self.ws._cells if any(area.holds(*place) for area in self.areas)]

    def _cuts(self, merged: Any) -> bool:
        """Whether a merged range lies half inside."""
        whole = Area(merged.min_row, merged.min_col, merged.max_row, merged.max_col)
        parts = [common for area in self.areas if (common := area.common(whole))]
        return bool(parts) and whole not in parts


def _rows(data: Any) -> list[list[Any]] | None:
    """An array as rows; None for one value."""
    if not isinstance(data, list | tuple):
        return None
    return [list(row) for row in data] if data and isinstance(data[0], list | tuple) else [list(data)]


def _element(rows: list[list[Any]], row: int, column: int) -> Any:
    """One row or column is repeated; what lies beyond an array is #N/A."""
    line = rows[0] if len(rows) == 1 else rows[row] if row < len(rows) else None
    if line is None:
        return typed_values.ERRORS["#N/A"]
    if len(line) == 1:
        return line[0]
    return line[column] if column < len(line) else typed_values.ERRORS["#N/A"]
