"""Labels with their values beside, under or behind them: what stands around the lines of a form."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from xltools.core.sheet import Cell, Scalar, Sheet, is_blank
from xltools.core.text import label_key
from xltools.intake.labels import LONGEST_LABEL, Labels, find_label
from xltools.intake.sheet_view import MergedCells, SheetView

_PAIR = re.compile(r"\s*([^:：]+?)\s*[:：]\s*(.*?)\s*", re.DOTALL)
_GAP = re.compile(r"\n|\s{2,}|　+")  # `订单号：SO-1    客户：泰衡` in one cell
_COLONS = (":", "：")
_FURTHEST = 3  # columns from a label to its value, where the blanks between are not merged
Choices = Mapping[str, Mapping[str, str]]  # the words that a field may hold, by field
_LONGEST_PAIRS = 300  # letters of a cell with labels in it; longer ones are remarks


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value and the cell of its label, which for `订单号：SO-1` is the same."""

    label: Cell
    value: Cell


def find_block(
    view: SheetView, rows: Iterable[int], labels: Labels, every: Labels, choices: Choices | None = None
) -> dict[str, Labelled]:
    """The values of the labels in these rows, by field; of a label that stands twice, the first that is filled.

    `every` are the labels that can't be a value themselves, the table's too; but what is one of a field's `choices`
    beside its label is its value: 客户 is who asks for a change, and the label of another field.
    """
    found: dict[str, Labelled] = {}
    reader = _BlockReader(view.sheet, set(rows), labels, every, view.merges, choices or {})
    named = {row for row, _ in view.rows_naming(labels)} | view.pair_rows
    for row in sorted(named & reader.rows):
        for name, pair in reader.read_row(row):
            if name not in found or is_blank(found[name].value.value):
                found[name] = pair
    return found


class _BlockReader:
    def __init__(
        self, sheet: Sheet, rows: set[int], labels: Labels, every: Labels, merges: MergedCells, choices: Choices
    ) -> None:
        self.sheet, self.rows, self.labels, self.every, self.merges = sheet, rows, labels, every, merges
        self.choices = choices

    def read_row(self, row: int) -> Iterator[tuple[str, Labelled]]:
        """The labels of a row with their values."""
        at = {column: name for column, value in enumerate(self.sheet.rows[row]) if (name := self._label(value))}
        for column, name in tuple(at.items()):
            if column in at and (chosen := self._choice_beside(row, column, name)):
                at.pop(chosen, None)
        under = bool(at) and self._heads_values(row, at)
        for column, value in enumerate(self.sheet.rows[row]):
            if column in at:
                cell = self._value_under(row, column) if under else self._value_beside(row, column, at[column])
                yield at[column], Labelled(self.sheet.cell(row, column), cell)
            elif isinstance(value, str) and len(value) <= _LONGEST_PAIRS and (":" in value or "：" in value):
                yield from self._pairs(value, row, column)

    def _choice_beside(self, row: int, column: int, name: str) -> int | None:
        """The column right of a label where one of its field's choices stands."""
        if name not in self.choices:
            return None
        right = self.merges.block_at(row, column).right + 1
        value = self.sheet.value(row, right)
        return right if isinstance(value, str) and label_key(value) in self.choices[name] else None

    def _label(self, value: Scalar) -> str | None:
        return find_label(self.labels, value) if isinstance(value, str) else None

    def _pairs(self, text: str, row: int, column: int) -> Iterator[tuple[str, Labelled]]:
        """`订单号：SO-1`: label and value in one cell, where the label is known."""
        for part in _split_pairs(text):
            pair = _PAIR.fullmatch(part)
            if pair and pair[2] and len(pair[1]) <= LONGEST_LABEL and (name := find_label(self.labels, pair[1])):
                place = self.sheet.place(row, column)
                yield name, Labelled(Cell(pair[1], place), Cell(pair[2], place))

    def _value_beside(self, row: int, column: int, name: str) -> Cell:
        """The cell right of a label, past the merged block that the label may fill."""
        right = self.merges.block_at(row, column).right + 1
        block = self.merges.block_at(row, right)
        cell = self.sheet.cell(block.top, block.left)
        if is_blank(cell.value) and (further := value_further_right(self.sheet, row, column, right)):
            cell = further
        if self._choice_beside(row, column, name) is not None:
            return cell
        # An empty field followed by the next label: the value is blank, not that label.
        return Cell(None, cell.place) if find_label(self.every, cell.value) else cell

    def _value_under(self, row: int, column: int) -> Cell:
        block = self.merges.block_at(row, column)
        cell = self.sheet.cell(block.bottom + 1, block.left)
        return Cell(None, cell.place) if find_label(self.every, cell.value) else cell

    def _heads_values(self, row: int, at: Mapping[int, str]) -> bool:
        """True when the labels of a row stand above their values: two beside each other, and a row of values below.

        One label alone does where it and its value fill the same merged columns. Otherwise a blank label would take
        what stands by chance under it.
        """
        blocks = {column: self.merges.block_at(row, column) for column in at}
        below = {block.bottom + 1 for block in blocks.values()}
        if len(below) != 1 or not below <= self.rows:
            return False
        under = below.pop()
        values = self.sheet.rows[under]
        if any(find_label(self.every, value) for value in values):
            return False
        filled = [column for column, value in enumerate(self.sheet.rows[row]) if not is_blank(value)]
        headed = [column for column in filled if column < len(values) and not is_blank(values[column])]
        if len(filled) == 1:
            value_block = self.merges.block_at(under, filled[0])
            block = blocks[filled[0]]
            return headed == filled and value_block.left == block.left < block.right == value_block.right
        beside = sum(block.right + 1 in at for block in blocks.values())
        if headed == filled:
            return beside > 0
        # Some of the values may be blank where no label can have its value beside it.
        return len(headed) > 1 and all(column in at for column in filled)


def value_further_right(sheet: Sheet, row: int, column: int, right: int) -> Cell | None:
    """The value of `技术要求：` two or three columns off, past blanks not merged; None where a label comes first.

    Without a colon nothing says that the label waits for a value.
    """
    label = sheet.value(row, column)
    if not isinstance(label, str) or not label.rstrip().endswith(_COLONS):
        return None
    for at in range(right, right + _FURTHEST):
        value = sheet.value(row, at)
        if not is_blank(value):
            is_label = isinstance(value, str) and any(colon in value for colon in _COLONS)
            return None if is_label else sheet.cell(row, at)
    return None


def names_label(text: Scalar, labels: Labels) -> bool:
    """True for a label, and for a text that a label with its value stands in."""
    if not isinstance(text, str) or len(text) > _LONGEST_PAIRS:
        return False
    if find_label(labels, text):
        return True
    if ":" not in text and "：" not in text:
        return False
    pairs = [pair for part in _split_pairs(text) if (pair := _PAIR.fullmatch(part))]
    return any(pair[2] and find_label(labels, pair[1]) for pair in pairs)


def _split_pairs(text: str) -> list[str]:
    """The pairs of a cell; a gap parts them only where what follows it has a colon too."""
    parts: list[str] = []
    for part in _GAP.split(text):
        if parts and not (":" in part or "：" in part):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    return parts


def find_loose_labels(sheet: Sheet, rows: Iterable[int], block: Mapping[str, Labelled]) -> Iterator[Cell]:
    """Texts with a value right of them that are neither labels that were found nor their values."""
    known = {cell.place.cell for pair in block.values() for cell in (pair.label, pair.value)}
    for row in rows:
        values = sheet.rows[row]
        for column, value in enumerate(values[:-1]):
            if not isinstance(value, str) or len(value) > LONGEST_LABEL or is_blank(values[column + 1]):
                continue
            cell = sheet.cell(row, column)
            if cell.place.cell not in known and sheet.place(row, column + 1).cell not in known:
                yield cell
