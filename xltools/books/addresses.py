"""Names of cells and blocks as workbooks write them; rows and columns are counted from 0."""

import re

from xltools.core.place import cell_name
from xltools.core.sheet import Range

LAST_ROW, LAST_COLUMN = 1_048_575, 16_383

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})")


def read_cell(text: str) -> tuple[int, int] | None:
    """Row and column of an A1 name, `$` signs ignored; None for what is none."""
    found = _CELL.fullmatch(text)
    if not found:
        return None
    row, column = int(found[2]) - 1, read_column(found[1])
    return (row, column) if row <= LAST_ROW and column <= LAST_COLUMN else None


def read_column(letters: str) -> int:
    """The column of its letters: A is 0, AA 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def read_area(text: str) -> Range | None:
    """The block of cells that `A1` or `A1:B2` names; None for what is neither (whole columns, names)."""
    first, _, last = text.partition(":")
    start, end = read_cell(first), read_cell(last or first)
    if start is None or end is None or start[0] > end[0] or start[1] > end[1]:
        return None
    return Range(start[0], start[1], end[0], end[1])


def area_name(area: Range) -> str:
    """`A1:B2`, or `A1` for a single cell."""
    first, last = cell_name(area.top, area.left), cell_name(area.bottom, area.right)
    return first if first == last else f"{first}:{last}"


def overlap(one: Range, other: Range) -> bool:
    """True where the two blocks share a cell."""
    return one.top <= other.bottom and other.top <= one.bottom and one.left <= other.right and other.left <= one.right
