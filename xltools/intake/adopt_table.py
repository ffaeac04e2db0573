"""What stands in a sheet that nobody has described: its columns and their headers, the labels around the table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from xltools.core.sheet import Cell, Scalar, Sheet, is_blank
from xltools.core.text import label_key, normalize_text
from xltools.intake.adopt_words import FieldWords, is_dated, is_near
from xltools.intake.label_block import value_further_right
from xltools.intake.labels import LONGEST_LABEL, Labels
from xltools.intake.sheet_view import MergedCells, SheetView
from xltools.intake.sums import find_sum_word
from xltools.intake.table_header import Header, find_header

_SEARCHED = 60  # rows whose words may be only like those known
_VALUE_ROWS = 400
_SAMPLES, _LONGEST_SAMPLE = 3, 24
_INLINE = re.compile(r"([^:：]{2,30})[:：]\s*(\S.*)", re.DOTALL)
_SURE = 92.0  # labels around a table stand among letterhead and remarks: only known words count


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column, or a label with its value: the header as shown, as an alias, and all it may be read as; the values."""

    cell: Cell
    column: int
    header: str
    alias: str
    values: tuple[Scalar, ...]
    names: tuple[str, ...]

    @property
    def written(self) -> str:
        """The header's own words, without those of the group over it."""
        return self.names[-1]

    @property
    def is_dated(self) -> bool:
        """True where the header itself is a date."""
        return is_dated(self.cell.value)

    @property
    def samples(self) -> tuple[str, ...]:
        """Some of the values, no two alike, short."""
        texts = dict.fromkeys(sample_text(value) for value in self.values[:_VALUE_ROWS])
        return tuple(text if len(text) <= _LONGEST_SAMPLE else f"{text[: _LONGEST_SAMPLE - 1]}…" for text in texts)[
            :_SAMPLES
        ]


@dataclass(frozen=True, slots=True)
class SeenTable:
    """A table: its sheet, first and last header row counted from 0, its columns; `named` counts its fields."""

    sheet: Sheet
    top: int
    row: int
    columns: tuple[SeenColumn, ...]
    named: int


def see_table(sheet: Sheet, words: FieldWords) -> SeenTable | None:
    """The table of a sheet as the reader will find it, once it knows the words; None where no row names two fields."""
    view = SheetView(sheet)
    header = find_header(view, _likely_labels(sheet, words))
    if header is None:
        return None
    columns = tuple(_see_columns(sheet, header, view.merges))
    return SeenTable(sheet, header.top, header.row, columns, len(header.matched))


def _likely_labels(sheet: Sheet, words: FieldWords) -> Labels:
    """All words that are known, and the texts of the sheet's first rows that are like one of them."""
    labels = dict(words.labels)
    for row in sheet.rows[:_SEARCHED]:
        for value in row:
            if _is_text(value) and len(value) <= LONGEST_LABEL and (key := label_key(value)) not in labels:
                rated = words.rate(value)
                labels[key] = next((name for name, score in rated.items() if is_near(score)), "")
    return labels


def _see_columns(sheet: Sheet, header: Header, merges: MergedCells) -> Iterator[SeenColumn]:
    rows = list(_lines(sheet, header))
    for column, text in sorted(header.texts.items()):
        cell = _header_cell(sheet, header, column)
        if is_blank(cell.value):
            continue
        written = text.strip() if isinstance(text, str) else sample_text(cell.value)
        group = _group_over(sheet, header, merges, column)
        names = (f"{written}{group}", f"{group}{written}", written) if group else (written,)
        values = (row[column] for row in rows if column < len(row))
        # Headers are repeated where a page begins.
        kept = tuple(value for value in values if not is_blank(value) and value != cell.value)
        yield SeenColumn(cell, column, f"{group} {written}".strip(), names[0], kept, names)


def _lines(sheet: Sheet, header: Header) -> Iterator[Sequence[Scalar]]:
    """The rows under the headers that are lines: under a sum, taxes, addresses and signatures stand too."""
    least = 2
    for row in sheet.rows[header.row + 1 : header.row + 1 + _VALUE_ROWS]:
        if find_sum_word(row) is not None:
            least = max(2, len(header.matched) // 2 + 1)
        elif sum(not is_blank(value) for value in row) >= least:
            yield row


def _header_cell(sheet: Sheet, header: Header, column: int) -> Cell:
    lower = sheet.cell(header.row, column)
    return sheet.cell(header.top, column) if is_blank(lower.value) else lower


def _group_over(sheet: Sheet, header: Header, merges: MergedCells, column: int) -> str:
    """The word over several columns, of which this is one; empty where the header has one row, or nothing below."""
    if header.top == header.row or is_blank(sheet.value(header.row, column)):
        return ""
    block = merges.block_at(header.top, column)
    left = block.left
    while left and block.left == block.right and is_blank(sheet.value(header.top, left)):
        left -= 1
    over = sheet.value(header.top, left)
    wide = block.right > block.left or is_blank(sheet.value(header.top, left + 1))
    return over.strip() if _is_text(over) and wide and block.bottom == header.top else ""


def find_labels(table: SeenTable, words: FieldWords) -> dict[str, SeenColumn]:
    """The labels above and under a table that surely name a field, by field: the first of each, with its value."""
    sheet, found = table.sheet, dict[str, SeenColumn]()
    last = _last_line(table)
    for row in (*range(table.top), *range(last + 1, min(len(sheet.rows), last + 1 + _SEARCHED))):
        for column, value in enumerate(sheet.rows[row]):
            if not _is_text(value):
                continue
            inline = _INLINE.fullmatch(value.strip())
            label = (inline[1] if inline else value).strip().rstrip(":：").rstrip()
            rated = words.rate(label) if len(label) <= LONGEST_LABEL else {}
            name = max(rated, key=lambda one: rated[one], default="")
            # A title such as PURCHASE ORDER names a field too, but nothing stands beside it.
            if name and rated[name] >= _SURE and not (name in found and found[name].values):
                beside = inline[2] if inline else _value_beside(sheet, row, column, words)
                values = () if is_blank(beside) else (beside,)
                if name in found and not values:
                    continue
                found[name] = SeenColumn(sheet.cell(row, column), column, label, label, values, (label,))
    return found


def _last_line(table: SeenTable) -> int:
    """The last row under the headers before a sum, or before rows with less than two cells filled."""
    sheet, columns = table.sheet, [seen.column for seen in table.columns]
    last = table.row
    for row in range(table.row + 1, len(sheet.rows)):
        filled = sum(not is_blank(sheet.value(row, column)) for column in columns)
        if filled < 2 or find_sum_word(sheet.rows[row]) is not None:
            break
        last = row
    return last


def _value_beside(sheet: Sheet, row: int, column: int, words: FieldWords) -> Scalar:
    """The value right of a label, else the one under it."""
    block = sheet.merge_at(row, column)
    if further := value_further_right(sheet, row, column, block.right + 1):
        return further.value
    for at, beside in ((row, block.right + 1), (block.bottom + 1, column)):
        over = sheet.merge_at(at, beside)
        value = sheet.value(over.top, over.left)
        if not is_blank(value) and not (_is_text(value) and (words.knows(value) or _INLINE.fullmatch(value.strip()))):
            return value
    return None


def _is_text(value: Scalar) -> TypeGuard[str]:
    return isinstance(value, str) and not is_blank(value)


def sample_text(value: Scalar) -> str:
    """A value as it is shown: one line, whole numbers without a point, dates without a midnight."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return normalize_text("" if value is None else str(value).removesuffix(" 00:00:00"))
