"""A table as it is wanted × as it stands → the cells to change and the rows to append, and nothing else."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import overload

from xltools.core.cell_text import content_text, same_text
from xltools.core.content import CellContent, shown_content
from xltools.core.patch import NewRow, SheetPatch
from xltools.core.table_state import RowKey, TableState, pack_texts, unpack_texts
from xltools.core.text import label_key
from xltools.reports.table import SheetTable, TableRow
from xltools.reports.table_drawing import ROW_HEIGHT, row_height

_Spot = tuple[int, int]


def table_labels(table: SheetTable) -> Mapping[str, str]:
    """The names of a table's columns by their headers, as labels are compared."""
    return {label_key(column.header): column.name for column in table.columns}


@dataclass(frozen=True, slots=True)
class MergedTable:
    """What a table needs: its patch, how it stands once that is done, the rows added and the cells changed in others.

    `is_changed` is False where it stands as it is wanted already.
    """

    patch: SheetPatch
    state: TableState
    added: int
    changed: int

    @property
    def is_changed(self) -> bool:
        """True when the patch does anything."""
        return bool(self.patch.cells or self.patch.new_rows)


def merge_table(
    wanted: SheetTable, stands: TableState, *, owns_caption: bool, spared: frozenset[_Spot] = frozenset()
) -> MergedTable:
    """What makes a table of what stands there what is wanted; `spared` cells (row, column) are left as they are.

    Rows of a keyed table are found by their keys wherever they stand; new ones take the blank rows of the block and
    are then appended: people's order stays. Rows without a key are written from the top, and what is left over is
    blanked. `owns_caption` says that what stands above the header is ours.
    """
    merge = _Merge(wanted, stands, spared)
    for at, row in enumerate(wanted.rows):
        merge.take(at, row.key if wanted.key else (str(at),), row)
    if not wanted.key:
        merge.blank_rest(len(wanted.rows))
    elif wanted.retired:
        merge.retire_rest({row.key for row in wanted.rows})
    caption = stands.caption
    if owns_caption and stands.block.top > 0 and content_text(wanted.caption) not in {"", caption}:
        merge.cells[stands.caption_cell] = wanted.caption
        caption = content_text(wanted.caption)
    return MergedTable(
        SheetPatch(
            stands.sheet,
            merge.cells,
            stands.block,
            _NewRows(merge.layout, wanted, merge.appended),
            merge.first_row,
            merge.heights,
        ),
        merge.state(caption),
        merge.filled + len(merge.appended),
        merge.changed,
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which cell of a wanted row goes where: for each column that stands, its sheet column and place in the row.

    A column of the sheet that is not wanted any more has no place there: -1.
    """

    columns: tuple[tuple[int, int], ...]

    def texts(self, row: TableRow) -> list[str]:
        """The texts of a row in the order of the columns that stand."""
        cells = row.cells
        return [content_text(cells[place]) if place >= 0 else "" for _, place in self.columns]

    def contents(self, row: TableRow) -> Mapping[int, CellContent]:
        """What a row fills, by sheet column."""
        cells = row.cells
        return {at: cells[place] for at, place in self.columns if place >= 0 and cells[place] is not None}


@dataclass(slots=True)
class _Merge:
    """The changes of one table while they are collected."""

    wanted: SheetTable
    stands: TableState
    spared: frozenset[_Spot]
    cells: dict[_Spot, CellContent] = field(default_factory=dict)
    appended: list[int] = field(default_factory=list)  # which of the wanted rows
    heights: dict[int, float] = field(default_factory=dict)  # of rows with longer texts
    changed: int = 0
    filled: int = 0
    layout: _Layout = field(init=False)
    _rows: dict[RowKey, tuple[int, bytes]] = field(init=False)
    _free: Iterator[int] = field(init=False)
    _new: list[tuple[RowKey, bytes]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        places = {column.name: place for place, column in enumerate(self.wanted.columns)}
        self.layout = _Layout(tuple((at, places.get(name, -1)) for name, at in self.stands.columns.items()))
        self._rows, self._free = dict(self.stands.rows), iter(self.stands.free)

    def take(self, at: int, key: RowKey, row: TableRow) -> None:
        """Finds the place of a wanted row, and changes what differs there."""
        texts = self.layout.texts(row)
        packed = pack_texts(texts)
        found = self._rows.get(key)
        if found:
            if found[1] != packed:
                self._set_row(found[0], key, row, texts)
        elif (blank := next(self._free, None)) is not None:
            self.cells |= {(blank, column): content for column, content in self.layout.contents(row).items()}
            self._rows[key] = blank, packed
            self.filled += 1
        else:
            self.appended.append(at)
            self._new.append((key, packed))

    def _set_row(self, row: int, key: RowKey, wanted: TableRow, texts: list[str]) -> None:
        """Changes what differs in a row that stands; what can't be taken of it is left alone."""
        stands, grows = unpack_texts(self._rows[key][1]), False
        for index, (at, place) in enumerate(self.layout.columns):
            if place < 0:
                texts[index] = stands[index]
            elif (row, at) not in self.spared and not same_text(texts[index], stands[index]):
                self.cells[row, at] = wanted.cells[place]
                self.changed += 1
                grows |= len(texts[index]) > len(stands[index])
        if grows:
            self.heights[row] = measure_row(self.wanted, wanted)
        self._rows[key] = row, pack_texts(texts)

    def blank_rest(self, count: int) -> None:
        """Takes away what stands in rows of ours that are not wanted any more."""
        for key, (row, packed) in self.stands.rows.items():
            if int(key[0]) >= count:
                texts = unpack_texts(packed)
                for index, (at, place) in enumerate(self.layout.columns):
                    if texts[index] and place >= 0:
                        self.cells[row, at], texts[index] = None, ""
                self._rows[key] = row, pack_texts(texts)

    def retire_rest(self, keys: Collection[RowKey]) -> None:
        """Says in rows that are not wanted any more that this is so."""
        said = {name: content_text(content) for name, content in self.wanted.retired.items()}
        for key, (row, packed) in self.stands.rows.items():
            if key in keys:
                continue
            texts = unpack_texts(packed)
            for index, (name, at) in enumerate(self.stands.columns.items()):
                if name in said and (row, at) not in self.spared and not same_text(said[name], texts[index]):
                    self.cells[row, at], texts[index] = self.wanted.retired[name], said[name]
                    self.changed += 1
            self._rows[key] = row, pack_texts(texts)

    @property
    def first_row(self) -> int | None:
        """The row of the sheet that the first appended row comes to stand in; None where none is appended."""
        if not self._new:
            return None
        return _first_room(self.stands.block.bottom + 1, len(self._new), self.stands.below)

    def state(self, caption: str) -> TableState:
        """The table as it stands once the changes are done."""
        block, free, below = self.stands.block, [*self._free], self.stands.below
        first = self.first_row
        if first is not None:
            for row, (key, packed) in enumerate(self._new, first):
                self._rows[key] = row, packed
            free = []  # what is blank above the new rows parts what people keep together
            block = replace(block, bottom=first + len(self._new) - 1)
            below = tuple(row for row in below if row > block.bottom)
        return replace(self.stands, block=block, caption=caption, rows=self._rows, free=tuple(free), below=below)


def _first_room(first: int, count: int, below: Sequence[int]) -> int:
    """The row where that many rows find room: under a block, or under what people wrote there."""
    for row in below:
        if first <= row < first + count:
            first = row + 1
    return first


class _NewRows(Sequence[NewRow]):
    """The rows to append, made as they are written: a first tracker may have 100,000."""

    def __init__(self, layout: _Layout, wanted: SheetTable, rows: Sequence[int]) -> None:
        self._layout, self._wanted, self._rows = layout, wanted, rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> NewRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[NewRow]: ...
    def __getitem__(self, index: int | slice) -> NewRow | Sequence[NewRow]:
        if isinstance(index, slice):
            return _NewRows(self._layout, self._wanted, self._rows[index])
        row = self._wanted.rows[self._rows[index]]
        height = measure_row(self._wanted, row)
        return NewRow(self._layout.contents(row), height if row.height or height > ROW_HEIGHT else None)

    def __iter__(self) -> Iterator[NewRow]:
        return (self[index] for index in range(len(self._rows)))


def measure_row(table: SheetTable, row: TableRow) -> float:
    """The height in points that a row is given, else what its texts need."""
    return row.height or row_height(table.columns, list(map(shown_content, row.cells)))
