"""Cells of openpyxl, made as Excel makes them: a new one looks like its row or column."""

import copy
from typing import Any

from openpyxl.utils import get_column_letter


def column_of(ws: Any, column: int) -> Any:
    """The width and looks of a column, which openpyxl keeps under the first of several; None where it has none."""
    found = ws.column_dimensions.get(get_column_letter(column))
    if found is not None:
        return found
    for one in ws.column_dimensions.values():
        if one.min and one.max and one.min <= column <= one.max:
            return one
    return None


def own_column(ws: Any, column: int) -> Any:
    """The same, as one that can be changed without its neighbours."""
    found, letter = column_of(ws, column), get_column_letter(column)
    if found is None:
        return ws.column_dimensions[letter]
    first, last = found.min or column, found.max or column
    if first != last:
        for number in range(first, last + 1):
            one = copy.copy(found)
            one.index = get_column_letter(number)
            one.min = one.max = number
            ws.column_dimensions[one.index] = one
    return ws.column_dimensions[letter]


def default_of(ws: Any, row: int, column: int) -> Any:
    """The row or column whose looks an untouched cell has; None where neither has any."""
    line = ws.row_dimensions.get(row) if row in ws.row_dimensions else None
    if line is not None and line.has_style:
        return line
    found = column_of(ws, column)
    return found if found is not None and found.has_style else None


def cell_at(ws: Any, row: int, column: int) -> Any:
    """The cell, made where it is missing."""
    if (found := ws._cells.get((row, column))) is not None:
        return found
    made, default = ws.cell(row, column), default_of(ws, row, column)
    if default is not None:
        made._style = copy.copy(default._style)
    return made


def looks_of(ws: Any, row: int, column: int) -> Any:
    """Whatever says how a cell looks, the cell itself or its row or column; None where all is default."""
    return ws._cells.get((row, column)) or default_of(ws, row, column)


def locked_at(ws: Any, row: int, column: int) -> bool:
    """Whether protection locks the cell."""
    found = looks_of(ws, row, column)
    return True if found is None else bool(found.protection.locked)
