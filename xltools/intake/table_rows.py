"""The rows under a table's header: its lines, its sums, and what is neither."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xltools.core.place import Place, column_name
from xltools.core.problem import Problem, warning
from xltools.core.sheet import Cell, Scalar, Sheet, is_blank
from xltools.core.text import label_key
from xltools.forms.model import FieldType, FormField, Stage
from xltools.intake.date_columns import join_deliveries, read_date_header
from xltools.intake.label_block import names_label
from xltools.intake.labels import LONGEST_LABEL, LayoutWords, TableWords, match_row, written_text
from xltools.intake.sums import QUANTITY, Cells, SumRow, find_sum_word
from xltools.intake.table_header import LineTable

NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT})
_WORDS = frozenset({FieldType.TEXT, FieldType.CODE})
_LINE_NUMBER = "line_no"
# What is written under and between lines: `备注1：以上价格含税`, `说明：`, `制单：张三  审核：`.
_REMARK = re.compile(
    r"\s*[（(]?(备注|備註|注意?|註|说明|說明|制单|制表|编制|审核|批准|复核|经办|remarks?|notes?|"
    r"prepared by|checked by|approved by)\s*[\d一二三四五六七八九十]{0,2}[）)]?\s*[:：、].*",
    re.IGNORECASE | re.DOTALL,
)
_AMOUNT = re.compile(r"\s*[^\w\s]?\s*\d[\d,，.]*\s*\D{0,4}")  # `¥1,200`, `80kg`; whether it is right is told later
_MARKS = (":", "：", "、")


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table that are lines, with their cells by field; its sums; `others` are rows that are neither."""

    lines: tuple[tuple[int, Cells], ...]
    sums: tuple[tuple[SumRow, Cells], ...]
    others: tuple[int, ...]

    @property
    def last(self) -> int:
        """The last row that is a line; -1 where there is none."""
        return self.lines[-1][0] if self.lines else -1


def split_rows(sheet: Sheet, table: LineTable, words: LayoutWords, part: TableWords) -> TableRows:
    """The rows under a table's headers.

    A sum may be that of a month, with further lines under it. Under a sum only a row is a line that has what no line
    may lack: there stand taxes, remarks and signatures too.
    """
    return _Splitter(sheet, table, words, part).split()


class _Splitter:
    def __init__(self, sheet: Sheet, table: LineTable, words: LayoutWords, part: TableWords) -> None:
        self.sheet, self.table = sheet, table
        self.needed = [one for one in part.needed if one.name in table.columns]
        self.block = words.block if words.layout.kind != "two-sheets" and words.layout.lines else {}
        self.headers = {column: _header_keys(cell.value) for column, cell in table.headers.items()}
        self.above = {row for row in sheet.rows[: table.row + 1] if any(not is_blank(value) for value in row)}
        self.columns = [(name, column, column_name(column)) for name, column in table.columns.items()]
        self.figures = [at for name, at in table.columns.items() if part.fields[name].type in NUMBERS]
        self.counted = [one for one in self.columns if one[0] != _LINE_NUMBER]
        self.identity = [
            table.columns[name]
            for name, one in part.fields.items()
            if name in table.columns
            and one.type in _WORDS
            and one.required is Stage.INTAKE
            and (words.form.is_line_field(name) or not words.layout.lines)
        ]
        self.dates = {column: read_date_header(cell.value) for column, cell in table.dates.items()}
        self.across = words.across.name if words.across else ""

    def split(self) -> TableRows:
        lines: list[tuple[int, Cells]] = []
        sums: list[tuple[SumRow, Cells]] = []
        others: list[int] = []
        summed = False
        for row in range(self.table.row + 1, len(self.sheet.rows)):
            values = self.sheet.rows[row]
            if values.count(None) == len(values) or self._is_repeated(values):
                continue
            if (is_part := self._sum_level(values)) is not None:
                summed = True
                sums.append((SumRow(row, len(lines), is_part), self._cells(row, values)))
            elif self._is_filled(values) and (
                all(_can_be(self.sheet.value(row, self.table.columns[one.name]), one) for one in self.needed)
                or not (summed or self._is_aside(values))
            ):
                lines.append((row, self._cells(row, values)))
            elif any(not is_blank(value) for value in values) and (summed or self._is_aside(values)):
                others.append(row)
                # Under a form's lines its further labels begin.
                summed = summed or self._names_label(values)
        return TableRows(tuple(lines), tuple(sums), tuple(others))

    def _cells(self, row: int, values: Sequence[Scalar]) -> dict[str, Cell]:
        file, name, sha256, width = self.sheet.file, self.sheet.name, self.sheet.sha256, len(values)
        number = str(row + 1)
        make = tuple.__new__  # half the time of calling a named tuple's own, and this is done for each cell
        cells: dict[str, Cell] = {}
        for field, at, letters in self.columns:
            place = make(Place, (file, name, letters + number, None, None, sha256))
            cells[field] = make(Cell, (values[at] if at < width else None, place))
        if self.dates:
            self._add_deliveries(row, cells)
        return cells

    def _add_deliveries(self, row: int, cells: dict[str, Cell]) -> None:
        schedule, total = join_deliveries(self.sheet, row, self.dates)
        if not is_blank(schedule.value) or self.across not in cells:
            cells[self.across] = schedule
        if QUANTITY not in self.table.columns:
            cells[QUANTITY] = total or Cell(None, schedule.place)

    def _is_filled(self, values: Sequence[Scalar]) -> bool:
        """True when a row has more than a line number: that alone is a row prepared for typing."""
        width = len(values)
        for _, at, _ in self.counted:
            if at < width and (value := values[at]) is not None and not is_blank(value):
                return True
        return any(at < width and not is_blank(values[at]) for at in self.dates)

    def _is_repeated(self, values: tuple[Scalar, ...]) -> bool:
        """True for a row that stands above the lines too: a letterhead or a header that each printed page has."""
        if values in self.above:
            return True
        width = len(values)
        for at in self.figures:  # no header is a number: most rows are told by their quantity
            if at < width and type(values[at]) is float:
                return False
        filled = same = 0
        for column, value in enumerate(values):
            if value is None:
                continue
            filled += 1
            keys = self.headers.get(column)
            if keys and isinstance(value, str) and len(value) <= LONGEST_LABEL and label_key(value) in keys:
                same += 1
        return same >= 2 and 2 * same > filled

    def _sum_level(self, values: Sequence[Scalar]) -> bool | None:
        """Whether a row that is a sum sums a part only; None for others, a line that says 合计 in its remark too."""
        found = find_sum_word(values)
        if found is None:
            return None
        column, is_part = found
        if all(is_blank(value) for value in values[:column]):
            return is_part
        named = any(at != column and at < len(values) and not is_blank(values[at]) for at in self.identity)
        return None if named else is_part

    def _is_aside(self, values: Sequence[Scalar]) -> bool:
        """True for a remark, a signature, or a label of the form with its value."""
        first = next((value for value in values if not is_blank(value)), None)
        if not isinstance(first, str):
            return False
        if any(mark in first for mark in _MARKS) and _REMARK.fullmatch(first):
            return True
        return self._names_label(values)

    def _names_label(self, values: Sequence[Scalar]) -> bool:
        first = next((value for value in values if not is_blank(value)), None)
        return bool(self.block) and names_label(first, self.block)


def _header_keys(value: Scalar) -> frozenset[str]:
    """The texts that a header may repeat: of one over two rows each half too."""
    if not isinstance(value, str):
        return frozenset()
    return frozenset({label_key(value), label_key(value.partition("(")[0])})


def _can_be(value: Scalar, needed: FormField) -> bool:
    if needed.type in NUMBERS:
        return isinstance(value, float) or (isinstance(value, str) and bool(_AMOUNT.fullmatch(value)))
    return not is_blank(value)


def tell_unread_rows(sheet: Sheet, rows: Sequence[int], words: LayoutWords) -> Iterator[Problem]:
    """Rows under and between lines, such as remarks, that are neither lines nor labels with their values."""
    block = words.block if words.layout.lines else {}
    for row in rows:
        column, first = next((at, value) for at, value in enumerate(sheet.rows[row]) if not is_blank(value))
        text = written_text(first)
        if match_row(words.every, sheet, row) or any(names_label(value, block) for value in sheet.rows[row]):
            continue
        if label_key(text) not in words.ignored:
            yield warning("row-not-read", sheet.place(row, column), text=text)
