"""Where a table of ours stands in a workbook that people work in: whatever they moved, renamed, inserted or removed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xltools.core.cell_text import same_text, scalar_text
from xltools.core.sheet import CellError, NamedTable, Range, Scalar, Sheet, Workbook, is_blank
from xltools.core.table_state import RowKey, TableState, pack_texts, unpack_texts
from xltools.core.text import label_key
from xltools.intake.convert import plain_text
from xltools.intake.labels import Labels, find_label
from xltools.intake.table_header import find_table

_ALIKE = 0.6  # of a column's cells must be as they were written, for it to be that column under another name
_LOOKED_AT = 200  # rows, to tell a renamed column
_FAMILIAR = 2 / 3  # of our headers must head a range of cells, for it to be a table of ours that is no Excel table now
_Row = tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table as it stands in a sheet: its block, and the sheet column and header of each of our columns in it.

    `bottom` is the last row in which people wrote something: not every program makes a table grow with what is typed
    under it. `packed` has the texts of our columns by row, of the rows that have any; in `odd` rows stands an error.
    The caption stands above the block's first column, or in the sheet column `caption_at`.
    """

    sheet: Sheet
    block: Range
    columns: Mapping[str, int]
    headers: Mapping[str, str]
    bottom: int
    packed: Mapping[int, bytes]
    odd: frozenset[int] = frozenset()
    caption_at: int | None = None

    def text(self, row: int, column: str) -> str:
        """The text of one of our columns in a row of the sheet."""
        return scalar_text(self.sheet.value(row, self.columns[column]))

    def texts(self, row: int) -> dict[str, str]:
        """The texts of all our columns in a row of the sheet."""
        packed = self.packed.get(row)
        texts = unpack_texts(packed) if packed else [""] * len(self.columns)
        return dict(zip(self.columns, texts, strict=True))

    def row_text(self, row: int) -> str:
        """What stands in a row of the sheet, as one text for people."""
        return " | ".join(filter(None, self.texts(row).values()))

    def is_blank(self, row: int) -> bool:
        """True when none of our columns holds anything in a row of the sheet."""
        return row not in self.packed

    def key(self, row: int, names: Sequence[str]) -> RowKey:
        """What a row is found by, as codes are read: a number cell `10248.0` is `10248`."""
        return tuple([plain_text(self.sheet.value(row, self.columns[name])) for name in names])

    def rows(self) -> range:
        """The rows under the header."""
        return range(self.block.top + 1, self.bottom + 1)

    def rows_by_key(self, names: Sequence[str]) -> dict[RowKey, int]:
        """The rows by their key, of several with the same the first; those that lack a part of it are left out."""
        found: dict[RowKey, int] = {}
        for row in self.packed:
            key = self.key(row, names)
            if all(key):
                found.setdefault(key, row)
        return found

    def rows_by_position(self) -> dict[RowKey, int]:
        """The rows of a table without a key, by their number from 0."""
        block = range(self.block.top + 1, self.block.bottom + 1)
        return {(str(number),): row for number, row in enumerate(block)}

    def caption(self) -> str:
        """The text of the caption, which may be people's own."""
        at = self.block.left if self.caption_at is None else self.caption_at
        return scalar_text(self.sheet.value(self.block.top - 1, at))

    def state(self, rows: Mapping[tuple[str, str], int] | Mapping[RowKey, int]) -> TableState:
        """The table as it stands, with these of its rows."""
        blank, block = pack_texts("" for _ in self.columns), self.block
        kept = {key: (row, self.packed.get(row, blank)) for key, row in rows.items()}
        known = {row for row, _ in kept.values()}
        last = block.bottom  # blank rows further up part what people keep together
        while last > block.top and last not in known and self._is_free(last):
            last -= 1
        free = tuple(range(last + 1, block.bottom + 1))
        below = tuple(row for row in range(block.bottom + 1, self.bottom + 1) if not self._is_free(row))
        sheet, caption = self.sheet.name, self.caption()
        return TableState(sheet, block, self.columns, self.headers, caption, kept, free, below, self.caption_at)

    def with_texts(self, changes: Mapping[int, Mapping[str, str]]) -> "FoundTable":
        """The table as if these texts stood in it, by row and column."""
        changed = {row: pack_texts((self.texts(row) | dict(texts)).values()) for row, texts in changes.items()}
        return replace(self, packed={**self.packed, **changed}) if changed else self

    def _is_free(self, row: int) -> bool:
        """True when nothing stands in a row at all, people's own columns included; a blank that was typed does."""
        return not any(value is not None for value in _cells(self.sheet, row, self.block))


def find_shared_table(
    workbook: Workbook, name: str, labels: Labels, key: Sequence[str], before: TableState | None
) -> FoundTable | None:
    """The Excel table of that name, else the range with its headers; None where its `key` columns are not found.

    A header is known by what it was when the table was written (`before`), by what stands under it, or by `labels`. A
    range must have most of our headers, for a table without a key all: it is written over from the top.
    """
    named = workbook.tables.get(name)
    if named:
        found = _find_named(workbook, named, labels, key, before)
        if found:
            return found
    ranges = []
    for sheet in workbook.sheets:
        block = None if sheet.hidden else _find_range(sheet, {**labels, **_labels_before(before)})
        if block and not any(_lies_in(block, sheet, table) for table in workbook.tables.values()):
            ranges.append((sheet, block, _match_columns(sheet, block, labels, key, before)))
    wanted = set(before.columns if before else labels.values())
    enough = len(wanted) * (_FAMILIAR if key else 1)
    ranges = [one for one in ranges if set(key) <= set(one[2]) and len(wanted & set(one[2])) >= enough]
    # Of copies of a sheet, the one that we wrote.
    best = max(ranges, key=lambda one: (len(one[2]), bool(before and one[0].name == before.sheet)), default=None)
    return _read_rows(best[0], best[1], best[1].bottom, best[2], before) if best else None


def holds_columns(sheet: Sheet, labels: Labels, names: Sequence[str]) -> bool:
    """True where a row of the sheet heads columns of all these names."""
    table = find_table(sheet, labels)
    return table is not None and set(names) <= set(table.columns)


def _find_named(
    workbook: Workbook, named: NamedTable, labels: Labels, key: Sequence[str], before: TableState | None
) -> FoundTable | None:
    sheet = next((one for one in workbook.sheets if one.name == named.sheet), None)
    if sheet is None:
        return None
    columns = _match_columns(sheet, named.block, labels, key, before)
    if not set(key) <= set(columns):
        return None
    shares_sheet = any(one.sheet == named.sheet and one.name != named.name for one in workbook.tables.values())
    bottom = named.block.bottom if named.has_totals or shares_sheet else _last_filled(sheet, named.block)
    return _read_rows(sheet, named.block, bottom, columns, before)


def _find_range(sheet: Sheet, labels: Labels) -> Range | None:
    """The block under the row that names the most of our columns, as far as anything stands in it."""
    table = find_table(sheet, labels)
    if table is None:
        return None
    filled = {at for at, value in enumerate(sheet.rows[table.row]) if not is_blank(value)}
    left = right = min(table.columns.values())
    while right + 1 in filled:
        right += 1
    block = Range(table.row, left, table.row + 1, max(right, *table.columns.values()))
    return replace(block, bottom=_last_filled(sheet, block))


def _lies_in(block: Range, sheet: Sheet, table: NamedTable) -> bool:
    return table.sheet == sheet.name and table.block.holds(block.top, block.left)


def _last_filled(sheet: Sheet, block: Range) -> int:
    """The last row from the block's bottom on in which something stands in the block's columns."""
    under = range(len(sheet.rows) - 1, block.bottom, -1)
    return next((row for row in under if any(value is not None for value in _cells(sheet, row, block))), block.bottom)


def _cells(sheet: Sheet, row: int, block: Range) -> _Row:
    return sheet.rows[row][block.left : block.right + 1] if row < len(sheet.rows) else ()


def _read_rows(
    sheet: Sheet, block: Range, bottom: int, columns: Mapping[str, int], before: TableState | None
) -> FoundTable:
    """The table with the texts of its rows; those that are as they were written are kept in memory once."""
    if before:  # in the order in which they were written, so that whole rows compare
        columns = {name: columns[name] for name in (*before.columns, *columns) if name in columns}
    known = {texts: texts for _, texts in before.rows.values()} if before else {}
    blank = [""] * len(columns)
    packed: dict[int, bytes] = {}
    odd: set[int] = set()
    positions = tuple(columns.values())
    for row in range(block.top + 1, min(bottom + 1, len(sheet.rows))):
        values = sheet.rows[row]
        width = len(values)
        cells = [values[at] if at < width else None for at in positions]
        texts = list(map(scalar_text, cells))
        if texts == blank:
            continue
        text = pack_texts(texts)
        packed[row] = known.get(text, text)
        if CellError in map(type, cells):
            odd.add(row)
    headers = {name: scalar_text(sheet.value(block.top, at)) for name, at in columns.items()}
    caption_at = _find_caption(sheet, block, before)
    return FoundTable(sheet, block, columns, headers, bottom, packed, frozenset(odd), caption_at)


def _find_caption(sheet: Sheet, block: Range, before: TableState | None) -> int | None:
    """The sheet column to which the caption went with a column that people moved; None where it has its place."""
    if before is None or not before.caption:
        return None
    places = (block.left, *range(block.left, block.right + 1))
    found = (at for at in places if scalar_text(sheet.value(block.top - 1, at)) == before.caption)
    at = next(found, block.left)
    return None if at == block.left else at


def _labels_before(before: TableState | None) -> Labels:
    return {} if before is None else {label_key(header): name for name, header in before.headers.items()}


def _match_columns(
    sheet: Sheet, block: Range, labels: Labels, key: Sequence[str], before: TableState | None
) -> Mapping[str, int]:
    """The sheet column of each of ours. People's own `备注` beside ours is not ours: what we wrote comes first."""
    if before is None:
        return _match_headers(sheet, block, labels, {})
    columns = _match_headers(sheet, block, _labels_before(before), {})
    columns = _match_contents(sheet, block, columns, key, before)
    columns = _match_headers(sheet, block, labels, columns)
    for name in before.columns:
        if name not in columns:
            free = [at for at in _free_columns(block, columns) if _share_blank(sheet, at, block) >= _ALIKE]
            fitting = _between_neighbours(free, name, columns, before)
            if len(fitting) == 1:
                columns[name] = fitting[0]
    return columns


def _match_headers(sheet: Sheet, block: Range, labels: Labels, found: Mapping[str, int]) -> dict[str, int]:
    columns = dict(found)
    for at in _free_columns(block, found):
        name = find_label(labels, sheet.value(block.top, at))
        if name:
            columns.setdefault(name, at)
    return columns


def _free_columns(block: Range, found: Mapping[str, int]) -> list[int]:
    taken = set(found.values())
    return [at for at in range(block.left, block.right + 1) if at not in taken]


def _match_contents(
    sheet: Sheet, block: Range, found: Mapping[str, int], key: Sequence[str], before: TableState
) -> dict[str, int]:
    """Columns whose headers people wrote anew, by what stands under them: what we wrote.

    Keys come first, since rows are compared by them.
    """
    matched = dict(found)
    for name in dict.fromkeys((*key, *before.columns)):
        if name in matched:
            continue
        expected = _expected_texts(sheet, block, name, matched, key, before)
        free = _free_columns(block, matched)
        fitting = [at for at in free if expected and _share_alike(sheet, at, expected) >= _ALIKE]
        if len(fitting) > 1:  # a column of small numbers of their own may look like line numbers
            fitting = _between_neighbours(fitting, name, matched, before, (block.left - 1, block.right + 1))
        if len(fitting) == 1:
            matched[name] = fitting[0]
    return matched


def _expected_texts(
    sheet: Sheet, block: Range, name: str, found: Mapping[str, int], key: Sequence[str], before: TableState
) -> Mapping[int, frozenset[str]]:
    """What a column must hold, by row: what was written in it; in a key column, before keys are known, any of the keys.

    Nothing for a column that was blank.
    """
    rows = range(block.top + 1, min(block.bottom, block.top + _LOOKED_AT) + 1)
    if set(key) <= set(found):
        keys = ((row, tuple(plain_text(sheet.value(row, found[one])) for one in key)) for row in rows)
        written = ((row, before.texts(of_row)) for row, of_row in keys if of_row in before.rows)
        return {row: frozenset({texts[name]}) for row, texts in written if texts and texts[name]}
    if name in key:
        known = frozenset(one[list(key).index(name)] for one in before.rows)
        return {row: known for row in rows if known and not all(map(is_blank, _cells(sheet, row, block)))}
    return {}


def _share_alike(sheet: Sheet, column: int, expected: Mapping[int, frozenset[str]]) -> float:
    """How much of a column holds what is expected of it."""
    alike = 0
    for row, texts in expected.items():
        value = sheet.value(row, column)
        if len(texts) == 1:
            alike += any(same_text(one, scalar_text(value)) for one in texts)
        else:
            alike += plain_text(value) in texts
    return alike / len(expected)


def _share_blank(sheet: Sheet, column: int, block: Range) -> float:
    rows = range(block.top + 1, min(block.bottom, block.top + _LOOKED_AT) + 1)
    return sum(is_blank(sheet.value(row, column)) for row in rows) / len(rows) if rows else 1


def _between_neighbours(
    free: Iterable[int], name: str, found: Mapping[str, int], before: TableState, ends: tuple[int, int] | None = None
) -> list[int]:
    """The columns between those it was written between; `ends` stand in for a neighbour that is not there."""
    order = list(before.columns)
    at = order.index(name)
    left = next((found[one] for one in reversed(order[:at]) if one in found), ends and ends[0])
    right = next((found[one] for one in order[at + 1 :] if one in found), ends and ends[1])
    return [] if left is None or right is None else [column for column in free if left < column < right]
