"""Where a value came from: a cell of a workbook, or a line of a rules file."""

from functools import cache
from typing import NamedTuple


class Place(NamedTuple):
    """A file and what is known of the spot in it; paths are relative to the desk, with forward slashes.

    Workbook places carry `sheet` and `cell` (A1 notation), text files `line` and `column` (both from 1). `sha256` tells
    which of several workbooks that came under one name it is; it takes no part in comparing.
    """

    # A tuple, as Cell and Value are: every cell read makes one, and a frozen dataclass takes three times as long.

    file: str
    sheet: str = ""
    cell: str = ""
    line: int | None = None
    column: int | None = None
    sha256: str = ""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Place) and self[:5] == other[:5]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self[:5])

    def __str__(self) -> str:
        if self.line is not None:
            return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        spot = "!".join(part for part in (self.sheet, self.cell) if part)
        return f"{self.file} {spot}".rstrip()


@cache
def column_name(column: int) -> str:
    """The letters of a column counted from 0: 0 is A, 26 is AA (ECMA-376 Part 1, 18.3.1.4)."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """The A1 name of a cell whose row and column are counted from 0."""
    return f"{column_name(column)}{row + 1}"


def cell_position(name: str) -> tuple[int, int]:
    """The row and column, counted from 0, of an A1 name; ValueError for anything else."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(name[len(letters) :]) - 1, column - 1
