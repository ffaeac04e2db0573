"""Where a value came from: a cell of a workbook, or a line of a rules file."""

import re
from dataclasses import dataclass

_CELL_NAME = re.compile(r"^([A-Z]{1,3})([1-9][0-9]{0,6})$")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A file and what is known of the spot in it; paths are relative to the desk, with forward slashes.

    Workbook places carry `sheet` and `cell` (A1 notation), text files `line` and `column` (both from 1).
    """

    file: str
    sheet: str = ""
    cell: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        if self.line is not None:
            return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        spot = "!".join(part for part in (self.sheet, self.cell) if part)
        return f"{self.file} {spot}".rstrip()


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


def parse_cell_name(name: str) -> tuple[int, int]:
    """Row and column, from 0, of an A1 name; ValueError where it is none."""
    match = _CELL_NAME.match(name)
    if not match:
        raise ValueError(f"not a cell name: {name!r}")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]) - 1, column - 1
