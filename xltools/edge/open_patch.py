"""What is to change in a sheet, changed where it is open in Excel: block by block, and back again where that fails."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from xltools.core.content import CellContent
from xltools.core.patch import NewRow, SheetPatch
from xltools.core.sheet import Range
from xltools.edge.light_xlwings import xlwings as xw
from xltools.edge.typed_cells import LONGEST_TEXT, Typed, typed_content

MOST_ROWS = 2_000  # of a block that is written in one call
Undo = Callable[[], object]
_Cells = Mapping[tuple[int, int], CellContent]


class OpenTableError(Exception):
    """A table that can't grow where it stands."""


def change_sheet(sheet: xw.Sheet, patch: SheetPatch, done: list[Undo]) -> None:
    """Makes the changes of a sheet; what takes back each of them is added to `done`.

    Values come into cells whether a filter hides them or not. Rows that are new take the looks of the row above them;
    the height of a row that stands is left to Excel. Raises what Excel raises, and OpenTableError.
    """
    for block, contents in split_blocks(patch.cells):
        _write(sheet, block, contents, done)
    if patch.new_rows and patch.block is not None:
        _append(sheet, patch, patch.block, done)


def split_blocks(cells: _Cells) -> Iterator[tuple[Range, list[list[CellContent]]]]:
    """Cells as rectangles without a gap, as few as rows of equal width one under the other come to."""
    runs: dict[tuple[int, int], list[int]] = {}
    for row, columns in groupby(sorted(cells), key=lambda cell: cell[0]):
        for left, right in _runs([column for _, column in columns]):
            runs.setdefault((left, right), []).append(row)
    for (left, right), rows in runs.items():
        for top, bottom in _runs(rows):
            block = Range(top, left, bottom, right)
            yield block, [[cells[row, at] for at in range(left, right + 1)] for row in range(top, bottom + 1)]


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each run of numbers that follow each other; they are ascending."""
    for _, run in groupby(enumerate(numbers), key=lambda one: one[1] - one[0]):
        found = [number for _, number in run]
        yield found[0], found[-1]


def _cells(sheet: xw.Sheet, block: Range) -> xw.Range:
    return sheet.range((block.top + 1, block.left + 1), (block.bottom + 1, block.right + 1))


def _write(sheet: xw.Sheet, block: Range, contents: Sequence[Sequence[CellContent]], done: list[Undo]) -> None:
    for start in range(0, len(contents), MOST_ROWS):
        rows = contents[start : start + MOST_ROWS]
        top = block.top + start
        target = _cells(sheet, Range(top, block.left, top + len(rows) - 1, block.right))
        done.append(_take_back(target))
        target.raw_value = tuple(tuple(typed_content(content) for content in row) for row in rows)
        for at, row in enumerate(rows):
            for column, content in enumerate(row, block.left):
                if isinstance(content, str) and len(content) > LONGEST_TEXT:  # more than a block takes, not than a cell
                    sheet.range((top + at + 1, column + 1)).raw_value = f"'{content}"


def _take_back(target: xw.Range) -> Undo:
    """What puts back what stands in a block now: formulas as such, texts as texts."""
    values, formulas = _rows(target.api.Value2), _rows(target.api.Formula)
    before = tuple(
        tuple(_as_it_was(value, formula) for value, formula in zip(row, of_row, strict=True))
        for row, of_row in zip(values, formulas, strict=True)
    )
    return lambda: setattr(target, "raw_value", before)


def _as_it_was(value: Any, formula: Any) -> Typed:
    if isinstance(formula, str) and formula.startswith("=") and formula != value:
        return formula
    return f"'{value}" if isinstance(value, str) else value


def _rows(values: Any) -> tuple[tuple[Any, ...], ...]:
    return values if isinstance(values, tuple) else ((values,),)


def _append(sheet: xw.Sheet, patch: SheetPatch, block: Range, done: list[Undo]) -> None:
    """Rows under a block: its table grows first, then they take its looks, then their values."""
    first = block.bottom + 1 if patch.first_row is None else patch.first_row
    last = first + len(patch.new_rows) - 1
    _grow_table(sheet, block, last, done)
    room = _cells(sheet, Range(first, block.left, last, block.right))
    done.append(room.clear_contents)
    _take_looks(sheet, _cells(sheet, Range(block.bottom, block.left, block.bottom, block.right)), room)
    columns = sorted({column for row in patch.new_rows for column in row.cells})
    for left, right in _runs(columns):
        contents = [[row.cells.get(at) for at in range(left, right + 1)] for row in patch.new_rows]
        _write(sheet, Range(first, left, last, right), contents, [])
    _set_heights(sheet, first, patch.new_rows)


def _grow_table(sheet: xw.Sheet, block: Range, last: int, done: list[Undo]) -> None:
    table = sheet.range((block.top + 1, block.left + 1)).table
    if table is None:
        return
    if table.show_totals:  # what is written there would stand on them
        raise OpenTableError(table.name)
    done.append(lambda: table.resize(_cells(sheet, block)))
    table.resize(_cells(sheet, Range(block.top, block.left, last, block.right)))


def _take_looks(sheet: xw.Sheet, above: xw.Range, room: xw.Range) -> None:
    """Formats and what may be typed, from the row above; of one that a filter hides Excel copies nothing."""
    if above.api.EntireRow.Hidden:
        for at in range(above.shape[1]):
            room[:, at].number_format = above[0, at].number_format
        return
    for what in ("formats", "validation"):
        above.copy()
        room.paste(what)
    sheet.book.app.cut_copy_mode = False


def _set_heights(sheet: xw.Sheet, first: int, rows: Sequence[NewRow]) -> None:
    for height, run in groupby(enumerate(rows, first + 1), key=lambda one: one[1].height):
        if height is not None:
            numbers = [number for number, _ in run]
            sheet.range(f"{numbers[0]}:{numbers[-1]}").row_height = height
