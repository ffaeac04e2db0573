"""A table of a shared workbook, before it meets the file: columns, rows by their keys, and what stands above it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xltools.core.content import CellContent
from xltools.core.grid import Style


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its name in the program, its header, how wide it is in characters, and the look of its cells."""

    name: str
    header: str
    width: float
    style: Style = Style.TEXT
    editable: bool = False  # what people type here counts


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: what it is found again by, its cells in the order of the columns, its height in points.

    Without a height it is measured where the row is appended: most rows stand already.
    """

    key: tuple[str, ...]
    cells: tuple[CellContent, ...]
    height: float | None = None


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table of ours in a shared workbook; `name` is that of its Excel table, `sheet` the sheet it is made on.

    Where `key` names columns, a row is found by them wherever people have moved it, and a row that is not wanted any
    more stays, with what its `retired` columns then say; without a key, rows are written anew from the top, and those
    left over are blanked. `caption` is the text one row above the header.
    """

    sheet: str
    name: str
    columns: tuple[TableColumn, ...]
    rows: Sequence[TableRow] = ()
    key: tuple[str, ...] = ()
    caption: str = ""
    retired: Mapping[str, CellContent] = field(default_factory=dict)

    @property
    def has_editable(self) -> bool:
        """True when people's typing in it counts."""
        return any(column.editable for column in self.columns)
