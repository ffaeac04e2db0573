"""What is to change in a workbook that people own: cells, rows, marks; all else in it stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xltools.core.content import CellContent
from xltools.core.sheet import Range


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to append: contents by sheet column from 0, and its height in points where the texts need one."""

    cells: Mapping[int, CellContent]
    height: float | None = None


@dataclass(frozen=True, slots=True)
class SheetPatch:
    """The changes of one sheet, rows and columns counted from 0.

    `cells` are set to the content, None blanks them; each keeps its look. `new_rows` are appended under `block`, the
    header row and the data rows of a table (or of a plain range that was one); they may be made while they are written,
    but are gone through once only and their number is known before. `first_row` is the row that the first of them must
    come to stand in, where the caller counts on it. `heights` are what the texts of changed rows need, in points: a row
    whose height a person has set keeps it, and none becomes lower.
    """

    sheet: str
    cells: Mapping[tuple[int, int], CellContent] = field(default_factory=dict)
    block: Range | None = None
    new_rows: Sequence[NewRow] = ()
    first_row: int | None = None
    heights: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BookPatch:
    """The changes of one workbook: those of its sheets, and the custom document properties that it is to have."""

    file: str
    sheets: tuple[SheetPatch, ...]
    properties: Mapping[str, str] = field(default_factory=dict)


# The formula of the conditional format that marks a cell of an open workbook, and tells it from people's own. It is
# always true, and without functions, whose names Excel would want in the language of the person's Excel.
MARK_FORMULA = '"xltools"<>""'


class OpenBookError(Exception):
    """A workbook that is open in another program can't be copied or changed there; `reason` is one of the catalogue."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong with a cell: it is filled, and `note` says what and how to mend it; a warning is filled paler."""

    row: int
    column: int
    note: str
    is_error: bool = True
