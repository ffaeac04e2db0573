"""A sheet as it is looked through for labels: its texts in compared form, its merged blocks by cell."""

from functools import cached_property

from xltools.core.sheet import Range, Sheet
from xltools.core.text import label_key
from xltools.intake.labels import CLOSING, LONGEST_LABEL, Labels, without_brackets

_TALL = 200  # rows; a taller block is not entered row by row
_SEARCHED = 2000  # rows with a text in them: below so many that are none, no header is looked for


class MergedCells:
    """The merged blocks of one sheet; a real one had 2,456 of them."""

    def __init__(self, sheet: Sheet) -> None:
        """Enters each block under the rows it covers; a tall one is looked for one by one."""
        self.blocks = sheet.merges
        self._by_row: dict[int, list[Range]] = {}
        self._tall: list[Range] = []
        for block in sheet.merges:
            if block.bottom - block.top > _TALL:
                self._tall.append(block)
                continue
            for row in range(block.top, block.bottom + 1):
                self._by_row.setdefault(row, []).append(block)

    def block_at(self, row: int, column: int) -> Range:
        """The merged block that a cell lies in, or the cell alone."""
        for blocks in (self._by_row.get(row, ()), self._tall):
            for block in blocks:
                if block.holds(row, column):
                    return block
        return Range(row, column, row, column)

    def begins_in(self, row: int) -> list[Range]:
        """The blocks whose top row this is."""
        return [block for block in (*self._by_row.get(row, ()), *self._tall) if block.top == row]

    def tops(self, last: int) -> dict[tuple[int, int], int]:
        """The top row of each cell up to row `last`, the first left out, of the blocks that are one column wide.

        People merge an order's number or customer over its lines; a quantity they merge is the sum of its lines.
        """
        return {
            (row, block.left): block.top
            for block in self.blocks
            if block.left == block.right
            for row in range(block.top + 1, min(block.bottom, last) + 1)
        }


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
