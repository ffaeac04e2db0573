"""A sheet as it is looked through for labels: its texts in compared form, its merged blocks by cell."""

from bisect import bisect_right
from collections.abc import Collection
from functools import cached_property

from xltools.core.sheet import Range, Sheet
from xltools.core.text import label_key
from xltools.intake.labels import CLOSING, LONGEST_LABEL, Labels, without_brackets

_TALL = 200  # rows or columns; of a larger block not each is entered
_SEARCHED = 2000  # rows with a text in them: below so many that are none, no header is looked for


class MergedCells:
    """The merged blocks of one sheet; a real one had 2,456 of them."""

    def __init__(self, sheet: Sheet) -> None:
        """Enters each block under the rows it covers, a tall one under its columns."""
        self.blocks = sheet.merges
        self._by_row: dict[int, list[Range]] = {}
        self._by_column: dict[int, list[Range]] = {}
        self._vast: list[Range] = []
        for block in sheet.merges:
            if block.bottom - block.top <= _TALL:
                for row in range(block.top, block.bottom + 1):
                    self._by_row.setdefault(row, []).append(block)
            elif block.right - block.left <= _TALL:
                for column in range(block.left, block.right + 1):
                    self._by_column.setdefault(column, []).append(block)
            else:
                self._vast.append(block)
        for blocks in self._by_row.values():
            blocks.sort(key=_left)

    def block_at(self, row: int, column: int) -> Range:
        """The merged block that a cell lies in, or the cell alone."""
        beside = self._by_row.get(row, ())
        at = bisect_right(beside, column, key=_left) - 1
        if at >= 0 and beside[at].holds(row, column):
            return beside[at]
        for blocks in (self._by_column.get(column, ()), self._vast):
            for block in blocks:
                if block.holds(row, column):
                    return block
        return Range(row, column, row, column)

    def begins_in(self, row: int) -> list[Range]:
        """The blocks whose top row this is."""
        return self._by_top.get(row, [])

    @cached_property
    def _by_top(self) -> dict[int, list[Range]]:
        tops: dict[int, list[Range]] = {}
        for block in self.blocks:
            tops.setdefault(block.top, []).append(block)
        return tops

    def tops(self, last: int, columns: Collection[int]) -> dict[tuple[int, int], int]:
        """The top row of each cell of these columns up to row `last`, the first left out, of blocks one column wide.

        People merge an order's number or customer over its lines; a quantity they merge is the sum of its lines.
        """
        return {
            (row, block.left): block.top
            for block in self.blocks
            if block.left == block.right and block.left in columns
            for row in range(block.top + 1, min(block.bottom, last) + 1)
        }


def _left(block: Range) -> int:
    return block.left


class SheetView:
    """A sheet with what is looked up in it for every layout that is tried, made once."""

    def __init__(self, sheet: Sheet) -> None:
        """Looks at nothing yet."""
        self.sheet = sheet

    @cached_property
    def merges(self) -> MergedCells:
        """Its merged blocks."""
        return MergedCells(self.sheet)

    @cached_property
    def label_rows(self) -> list[tuple[int, list[str]]]:
        """The rows that have texts short enough for labels, with these texts in compared form.

        Of `数量(Pcs)` both forms, with and without what stands in brackets.
        """
        rows: list[tuple[int, list[str]]] = []
        for row, values in enumerate(self.sheet.rows):
            keys = [label_key(value) for value in values if type(value) is str and len(value) <= LONGEST_LABEL]
            if keys:
                keys += [without_brackets(key) for key in keys if key.endswith(CLOSING)]
                rows.append((row, keys))
                if len(rows) == _SEARCHED:
                    break
        return rows

    @cached_property
    def pair_rows(self) -> frozenset[int]:
        """The rows in which a text has a colon, so that label and value may stand in one cell."""
        return frozenset(
            row
            for row, values in enumerate(self.sheet.rows)
            for value in values
            if type(value) is str and (":" in value or "：" in value)
        )

    def rows_naming(self, labels: Labels) -> list[tuple[int, int]]:
        """The rows that name a field, and how many of their texts do."""
        known = labels.__contains__
        return [(row, count) for row, keys in self.label_rows if (count := sum(map(known, keys)))]
