"""Where a value came from: a cell of a workbook, or a line of a rules file."""

from dataclasses import dataclass, field
from functools import cache


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file and what is known of the spot in it; paths are relative to the desk, with forward slashes.

    Workbook places carry `sheet` and `cell` (A1 notation), text files `line` and `column` (both from 1). `sha256` tells
    which of several workbooks that came under one name it is; it takes no part in comparing.
    """

    file: str
    sheet: str = ""
    cell: str = ""
    line: int | None = None
    column: int | None = None
    sha256: str = field(default="", compare=False, repr=False)

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
