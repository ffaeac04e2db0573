"""What is known of a binary worksheet, .xls or .xlsb, before calamine reads it: values to lay over, and stray cells.

Calamine makes the whole grid from A1 to the last value. Where that is mostly empty, the values are moved close together
in a copy before calamine reads it, and put back after.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from xltools.books.guard import LARGEST_GRID, CellCount, ExtentError
from xltools.core.sheet import CellError, Scalar

_SMALL_GRID = 1_000_000  # cells
_COLUMN_BITS = 14
_NOWHERE = 2**64 - 1
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_ERRORS |= {0x2B: "#GETTING_DATA"}

Address = tuple[int, int]


def error_of_code(code: int) -> CellError:
    """The error that a code stands for in binary workbooks ([MS-XLS] 2.5.10, [MS-XLSB] 2.5.97.2)."""
    return CellError(_ERRORS.get(code, "#VALUE!"))


@dataclass(slots=True)
class BinarySheet:
    """What was seen of one worksheet: values by row and column that calamine does not give, and what all values span.

    Rows and columns are counted from 0.
    """

    values: dict[Address, Scalar] = field(default_factory=dict)
    last_row: int = -1
    last_column: int = -1
    cells: int = 0

    def see(self, row: int, column: int, number: int = 1) -> None:
        """A value, or some side by side."""
        self.cells += number
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column + number - 1)

    @property
    def grid(self) -> int:
        """The cells that calamine would make of it."""
        return (self.last_row + 1) * (self.last_column + 1)

    @property
    def is_sparse(self) -> bool:
        """True when a whole grid would take much more memory than what is in it."""
        return self.grid > max(_SMALL_GRID, 4 * self.cells)


def find_sparse(sheets: Sequence[BinarySheet]) -> list[int]:
    """The numbers of the sheets whose values are to be moved together; calamine holds the grids of all at once.

    guard.ExtentError where there are more values than the memory should hold.
    """
    if sum(sheet.cells for sheet in sheets) > LARGEST_GRID:
        raise ExtentError
    is_much = sum(sheet.cells if sheet.is_sparse else sheet.grid for sheet in sheets) > LARGEST_GRID
    return [number for number, sheet in enumerate(sheets) if sheet.is_sparse or (is_much and sheet.cells)]


class Places:
    """Where the values of a sparse sheet are moved, and where they belong; rows of the copy are `width` cells wide."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._own = array("Q")  # row and column of each cell of the copy

    @property
    def rows(self) -> int:
        """How many rows the copy has."""
        return -(-len(self._own) // self._width)

    def take(self, number: int) -> Address:
        """Where this many cells, no more than a row has, find room side by side; then `fill` says what they are."""
        row, column = divmod(len(self._own), self._width)
        if column + number > self._width:
            self._own.extend([_NOWHERE] * (self._width - column))
            row, column = row + 1, 0
        return row, column

    def fill(self, row: int, column: int, number: int = 1) -> None:
        """The next cells of the copy are those from this row and column of the sheet on."""
        first = row << _COLUMN_BITS | column
        self._own.extend(range(first, first + number))

    def put_back(self, rows: Sequence[Sequence[Scalar]]) -> dict[int, list[Scalar]]:
        """The rows of the copy as those of the sheet; guard.ExtentError where they would hold too many blanks."""
        found: dict[int, list[Scalar]] = {}
        count = CellCount()
        for number, cells in enumerate(rows):
            for own, value in zip(self._own[number * self._width : (number + 1) * self._width], cells, strict=False):
                if value is None or own == _NOWHERE:
                    continue
                row, column = own >> _COLUMN_BITS, own & (1 << _COLUMN_BITS) - 1
                before = found.setdefault(row, [])
                if (blank := column + 1 - len(before)) > 0:
                    count.add(blank)
                    before.extend([None] * blank)
                before[column] = value
        return found
