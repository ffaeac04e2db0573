# ruff: noqa: N802 - Excel's names
"""How cells look: formats, fills, fonts, locks, widths and heights, merges."""

import copy
from collections.abc import Callable
from typing import Any

from openpyxl.styles import Protection as ProtectionModel
from openpyxl.worksheet.cell_range import CellRange

from .addresses import COLUMNS, ROWS, Area
from .cells import cell_at, column_of, looks_of, own_column
from .counting import refusal
from .paint import Font, Interior
from .rules import FormatConditions

_HORIZONTAL = {None: 1, "general": 1, "left": -4131, "center": -4108, "right": -4152, "fill": 5, "justify": -4130}
_HORIZONTAL |= {"centerContinuous": 7, "distributed": -4117}
_VERTICAL = {"top": -4160, "center": -4108, None: -4107, "bottom": -4107, "justify": -4130, "distributed": -4117}
_MANY = 200_000


class Looks:
    """The part of a range that shows."""

    def shared(self, read: Callable[[Any], Any], default: Any) -> Any:
        """What all cells have in common, None where they differ."""
        found: set[Any] = set()
        for area in self.areas:
            if area.height * area.width > _MANY:
                area = area.common(self.sheet.used_area()) or Area(area.top, area.left, area.top, area.left)  # noqa: PLW2901
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    one = looks_of(self.ws, row, column)
                    found.add(default if one is None else read(one))
                    if len(found) > 1:
                        return None
        return found.pop()

    def restyle(self, change: Callable[[Any], None]) -> None:
        """Change how each cell looks; whole rows and columns keep it for cells yet to come."""
        self.sheet.refuse_if_protected("formatCells")
        for area in self.areas:
            if area.height * area.width <= _MANY and area.height < ROWS and area.width < COLUMNS:
                targets = [
                    cell_at(self.ws, row, column)
                    for row in range(area.top, area.bottom + 1)
                    for column in range(area.left, area.right + 1)
                ]
            else:
                targets = [cell for place, cell in self.ws._cells.items() if area.holds(*place)]
                if area.height == ROWS:
                    targets += [own_column(self.ws, column) for column in range(area.left, min(area.right, 256) + 1)]
                elif area.width == COLUMNS:
                    targets += [self.ws.row_dimensions[row] for row in range(area.top, area.bottom + 1)]
            for one in targets:
                change(one)
        self.sheet.changed()

    @property
    def NumberFormat(self) -> str | None:
        return self.shared(lambda one: one.number_format, "General")

    @NumberFormat.setter
    def NumberFormat(self, value: str) -> None:
        if not isinstance(value, str) or not value:
            raise refusal("Unable to set the NumberFormat property of the Range class")
        self.restyle(lambda one: setattr(one, "number_format", value))

    @property
    def Locked(self) -> bool | None:
        return self.shared(lambda one: bool(one.protection.locked), True)

    @Locked.setter
    def Locked(self, value: Any) -> None:
        if self.ws.protection.sheet:
            raise refusal("Unable to set the Locked property of the Range class")

        def lock(one: Any) -> None:
            one.protection = ProtectionModel(locked=bool(value), hidden=one.protection.hidden)

        self.restyle(lock)

    @property
    def WrapText(self) -> bool | None:
        return self.shared(lambda one: bool(one.alignment.wrap_text), False)

    @WrapText.setter
    def WrapText(self, value: Any) -> None:
        self.restyle(lambda one: _align(one, wrap_text=bool(value)))

    @property
    def HorizontalAlignment(self) -> int | None:
        return self.shared(lambda one: _HORIZONTAL[one.alignment.horizontal], 1)

    @HorizontalAlignment.setter
    def HorizontalAlignment(self, value: int) -> None:
        word = next(word for word, number in _HORIZONTAL.items() if number == value and word)
        self.restyle(lambda one: _align(one, horizontal=word))

    @property
    def VerticalAlignment(self) -> int | None:
        return self.shared(lambda one: _VERTICAL[one.alignment.vertical], -4107)

    @VerticalAlignment.setter
    def VerticalAlignment(self, value: int) -> None:
        word = next(word for word, number in _VERTICAL.items() if number == value and word)
        self.restyle(lambda one: _align(one, vertical=word))

    Interior = property(Interior)
    Font = property(Font)

    def _heights(self) -> set[float]:
        default = self.ws.sheet_format.defaultRowHeight or 15.0
        found = set()
        for row in range(self.first.top, min(self.first.bottom, self.sheet.used_area().bottom + 1) + 1):
            line = self.ws.row_dimensions.get(row) if row in self.ws.row_dimensions else None
            found.add(0.0 if line is not None and line.hidden else float((line.height if line else None) or default))
        return found or {default}

    @property
    def RowHeight(self) -> float | None:
        heights = self._heights()
        return heights.pop() if len(heights) == 1 else None

    @RowHeight.setter
    def RowHeight(self, value: float) -> None:
        self.sheet.refuse_if_protected("formatRows")
        if not 0 <= value <= 409.5:
            raise refusal("Unable to set the RowHeight property of the Range class")
        for area in self.areas:
            for row in range(area.top, min(area.bottom, area.top + _MANY) + 1):
                self.ws.row_dimensions[row].height = float(value)
                self.ws.row_dimensions[row].hidden = value == 0
        self.sheet.changed()

    @property
    def ColumnWidth(self) -> float | None:
        widths = set()
        for column in range(self.first.left, min(self.first.right, 1000) + 1):
            found = column_of(self.ws, column)
            default = self.ws.sheet_format.defaultColWidth or 8.43
            width = default if found is None or not found.customWidth else found.width
            widths.add(0.0 if found is not None and found.hidden else float(width))
        return widths.pop() if len(widths) == 1 else None

    @ColumnWidth.setter
    def ColumnWidth(self, value: float) -> None:
        self.sheet.refuse_if_protected("formatColumns")
        if not 0 <= value <= 255:
            raise refusal("Unable to set the ColumnWidth property of the Range class")
        for column in range(self.first.left, min(self.first.right, 1000) + 1):
            own_column(self.ws, column).width = float(value)
        self.sheet.changed()

    @property
    def Hidden(self) -> bool | None:
        if self.first.width == COLUMNS:
            found = {bool(self.ws.row_dimensions[row].hidden) for row in range(self.first.top, self.first.bottom + 1)}
        elif self.first.height == ROWS:
            columns = [column_of(self.ws, column) for column in range(self.first.left, self.first.right + 1)]
            found = {bool(one is not None and one.hidden) for one in columns}
        else:
            raise refusal("Unable to get the Hidden property of the Range class")
        return found.pop() if len(found) == 1 else None

    @Hidden.setter
    def Hidden(self, value: Any) -> None:
        self.sheet.refuse_if_protected("formatRows" if self.first.width == COLUMNS else "formatColumns")
        for area in self.areas:
            if area.width == COLUMNS:
                for row in range(area.top, area.bottom + 1):
                    self.ws.row_dimensions[row].hidden = bool(value)
            elif area.height == ROWS:
                for column in range(area.left, area.right + 1):
                    own_column(self.ws, column).hidden = bool(value)
            else:
                raise refusal("Unable to set the Hidden property of the Range class")
        self.sheet.changed()

    def merged_at(self, row: int, column: int) -> Area | None:
        """The merged area that holds the cell."""
        for one in self.ws.merged_cells.ranges:
            if one.min_row <= row <= one.max_row and one.min_col <= column <= one.max_col:
                return Area(one.min_row, one.min_col, one.max_row, one.max_col)
        return None

    @property
    def MergeArea(self) -> Any:
        if self.count() > 1 and self.merged_at(self.first.top, self.first.left) != self.first:
            raise refusal("Unable to get the MergeArea property of the Range class")
        return self.sheet.range_of(self.merged_at(self.first.top, self.first.left) or self.first)

    @property
    def MergeCells(self) -> bool | None:
        merged = [Area(one.min_row, one.min_col, one.max_row, one.max_col) for one in self.ws.merged_cells.ranges]
        parts = [common for one in merged if (common := one.common(self.first))]
        covered = sum(part.height * part.width for part in parts)
        return False if not covered else True if covered == self.first.height * self.first.width else None

    def Merge(self, across: Any = None) -> None:
        self.refuse_locked()
        self.sheet.refuse_if_protected("formatCells")
        top, left, bottom, right = self.first
        for row in range(top, bottom + 1) if across else [top]:
            self.ws.merge_cells(
                range_string=CellRange(
                    min_row=row, min_col=left, max_row=row if across else bottom, max_col=right
                ).coord
            )
        self.sheet.changed()

    def UnMerge(self) -> None:
        self.sheet.refuse_if_protected("formatCells")
        for one in list(self.ws.merged_cells.ranges):
            if self.first.common(Area(one.min_row, one.min_col, one.max_row, one.max_col)):
                self.ws.unmerge_cells(one.coord)
        self.sheet.changed()

    def ClearFormats(self) -> None:
        self.restyle(lambda one: setattr(one, "_style", type(one._style)()))
        FormatConditions(self).clear()

    def AutoFit(self) -> None:
        """Widths are not measured here."""


def _align(one: Any, **changes: Any) -> None:
    alignment = copy.copy(one.alignment)
    for name, value in changes.items():
        setattr(alignment, name, value)
    one.alignment = alignment
