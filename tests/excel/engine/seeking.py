# ruff: noqa: N802, N803 - Excel's names
"""Where to go from a range: to its end, its region, its visible cells; selecting and filtering it."""

from typing import Any

from . import typed_values
from .addresses import COLUMNS, ROWS, Area
from .cells import column_of
from .counting import refusal
from .filters import AND, apply_filter, is_hidden

_STEPS = {-4121: (1, 0), -4162: (-1, 0), -4159: (0, -1), -4161: (0, 1)}
VISIBLE, CONSTANTS, FORMULAS, BLANKS = 12, 2, -4123, 4


class Seeking:
    """The part of a range that finds other ranges."""

    def filled(self, row: int, column: int) -> bool:
        """Whether something stands in the cell."""
        cell = self.ws._cells.get((row, column))
        return cell is not None and cell.value is not None

    def End(self, Direction: int) -> Any:
        down, right = _STEPS[Direction]
        row, column = self.first.top, self.first.left
        used = self.sheet.used_area()

        def inside() -> bool:
            return 1 <= row + down <= ROWS and 1 <= column + right <= COLUMNS

        follow = self.filled(row, column) and inside() and self.filled(row + down, column + right)
        while inside():
            if not follow and not used.holds(row, column) and not self._ahead(used, row, column, down, right):
                return self.sheet.cell(
                    ROWS if down > 0 else 1 if down < 0 else row, COLUMNS if right > 0 else 1 if right < 0 else column
                )
            if follow and not self.filled(row + down, column + right):
                break
            row, column = row + down, column + right
            if not follow and self.filled(row, column):
                break
        return self.sheet.cell(row, column)

    @staticmethod
    def _ahead(used: Area, row: int, column: int, down: int, right: int) -> bool:
        """Whether used cells may still come on the way."""
        if down:
            return used.left <= column <= used.right and (row < used.bottom if down > 0 else row > used.top)
        return used.top <= row <= used.bottom and (column < used.right if right > 0 else column > used.left)

    @property
    def CurrentRegion(self) -> Any:
        top, left, bottom, right = self.first
        filled = {place for place, cell in self.ws._cells.items() if cell.value is not None}
        while True:
            near = [(r, c) for r, c in filled if top - 1 <= r <= bottom + 1 and left - 1 <= c <= right + 1]
            grown = (
                min([top, *(r for r, _ in near)]),
                min([left, *(c for _, c in near)]),
                max([bottom, *(r for r, _ in near)]),
                max([right, *(c for _, c in near)]),
            )
            if grown == (top, left, bottom, right):
                return self.sheet.range_of(Area(*grown))
            top, left, bottom, right = grown

    def SpecialCells(self, Type: int, Value: int | None = None) -> Any:
        areas = [self.sheet.used_area()] if self.count() == 1 else self.areas
        if Type == VISIBLE:
            found = [part for area in areas for part in self._visible(area)]
        else:
            used = [part for area in areas if (part := area.common(self.sheet.used_area()))]
            found = [
                Area(row, column, row, column)
                for area in used
                for row in range(area.top, area.bottom + 1)
                for column in range(area.left, area.right + 1)
                if self._special(row, column, Type, Value)
            ]
            found = _joined(found)
        if not found:
            raise refusal("未找到单元格。" if self.app.language == 2052 else "No cells were found.")
        return self.sheet.range_of(*found)

    def _visible(self, area: Area) -> list[Area]:
        rows = _runs(area.top, area.bottom, lambda row: not is_hidden(self.sheet, row), self._last_hidden_row())
        columns = _runs(area.left, area.right, self._column_shows, COLUMNS)
        return [Area(top, left, bottom, right) for top, bottom in rows for left, right in columns]

    def _last_hidden_row(self) -> int:
        return max(self.ws.row_dimensions, default=0)

    def _column_shows(self, column: int) -> bool:
        found = column_of(self.ws, column)
        return found is None or not found.hidden

    def _special(self, row: int, column: int, kind: int, value: int | None) -> bool:
        cell = self.ws._cells.get((row, column))
        if cell is None or cell.value is None:
            return kind == BLANKS
        if kind == BLANKS or (cell.data_type == "f") != (kind == FORMULAS):
            return False
        read = typed_values.read(cell, self.sheet.results.get((row, column)), bare=True)
        number = 1 if isinstance(read, float) else 2 if isinstance(read, str) else 4 if isinstance(read, bool) else 16
        return value is None or bool(value & number)

    def AutoFilter(
        self, Field: int | None = None, Criteria1: Any = None, Operator: int = AND, Criteria2: Any = None
    ) -> bool:
        apply_filter(self, Field, Criteria1, Operator, Criteria2)
        return True

    def Select(self) -> bool:
        if self.app.active_sheet is not self.sheet:
            raise refusal("Select method of Range class failed")
        self.sheet.selected = list(self.areas)
        self.sheet.active_cell = self.first.top, self.first.left
        view = self.ws.sheet_view.selection[0]
        view.activeCell, view.sqref = (
            self.address(False, False).split(",")[0].split(":")[0],
            self.address(False, False).replace(",", " "),
        )
        return True

    def Activate(self) -> bool:
        inside = any(area.holds(self.first.top, self.first.left) for area in self.sheet.selected)
        if self.app.active_sheet is self.sheet and inside:
            self.sheet.active_cell = self.first.top, self.first.left
            return True
        return Seeking.Select(self)


def _runs(first: int, last: int, shows: Any, known: int) -> list[tuple[int, int]]:
    """Stretches of visible rows or columns; beyond `known` all show."""
    found: list[tuple[int, int]] = []
    for number in range(first, min(last, known) + 1):
        if shows(number):
            if found and found[-1][1] == number - 1:
                found[-1] = found[-1][0], number
            else:
                found.append((number, number))
    if last > known:
        start = max(first, known + 1)
        if found and found[-1][1] == start - 1:
            found[-1] = found[-1][0], last
        else:
            found.append((start, last))
    return found


def _joined(cells: list[Area]) -> list[Area]:
    """Cells beside each other in a row as one area."""
    found: list[Area] = []
    for one in cells:
        if found and found[-1].top == one.top and found[-1].right == one.left - 1:
            found[-1] = found[-1]._replace(right=one.right)
        else:
            found.append(one)
    return found
