"""Sheets of OpenDocument workbooks (OASIS OpenDocument 1.3, part 3): each value, and no grid around them.

Python-calamine gives blanks for errors and for formulas that nobody calculated, knows neither hidden sheets nor merged
cells of this format, and writes out whatever is said to repeat.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from xltools.books.guard import CellCount
from xltools.books.number_formats import read_iso_moment
from xltools.books.package import PackageError
from xltools.books.xml_pieces import expat_trouble
from xltools.core.sheet import CellError, Range, Scalar, Sheet

_PIECE = 1_000_000  # bytes
_LONGEST_TEXT = 1_000_000  # characters; LibreOffice shows 65,535 of a cell
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384
_CELLS = {"table-cell", "covered-table-cell"}
# What may stand in a cell and hold paragraphs of its own that are no part of its value.
_ASIDE = {"annotation", "shapes", "frame", "custom-shape", "tracked-changes", "dde-links", "forms"}
_ERROR = re.compile(r"(?:#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)|Err:\d+)")
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?")
_FOREIGN = re.compile("'.+'#", re.S)  # a sheet that is linked, but shown, has a name of its own
_DAY = dt.timedelta(days=1)
_MIDNIGHT = dt.datetime.combine(dt.date.min, dt.time())
_PREFIX = re.compile(r"^[a-z]+:(?==)")  # the `of:` of a formula says in which language it is written


class OdsDefinitionError(PackageError):
    """The part brings a document type definition, whose entities could grow without bound or fetch files."""


@dataclass(slots=True)
class _Tab:
    name: str
    hidden: bool = False
    is_copy: bool = False  # of a sheet of another workbook that formulas name
    rows: list[tuple[Scalar, ...]] = field(default_factory=list)
    merges: list[Range] = field(default_factory=list)
    row: int = 0  # the one that comes next, counted with those that are repeated


def read_ods(part: IO[bytes], file: str, sha256: str) -> tuple[Sheet, ...]:
    """The sheets of a content part in their order; rows end at their last value.

    PackageError for what is no XML, guard.ExtentError for more cells than the memory should hold.
    """
    reader = _Reader()
    parser = expat.ParserCreate(None, "|")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _refuse_definition
    try:
        while piece := part.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as trouble:
        raise expat_trouble(trouble) from trouble
    if not reader.is_spreadsheet:
        raise PackageError("reason-no-workbook")
    return tuple(
        Sheet(file, tab.name, tuple(tab.rows), tab.hidden, tuple(tab.merges), sha256)
        for tab in reader.tabs
        if not tab.is_copy
    )


class _Reader:
    """Takes the elements of a content part as they come."""

    def __init__(self) -> None:
        self.tabs: list[_Tab] = []
        self.is_spreadsheet = False
        self._styles: set[str] = set()  # of tables that are hidden
        self._style = ""
        self._count = CellCount()
        self._tables = self._aside = 0
        self._cells: list[Scalar] = []
        self._column = 0
        self._row_copies = 1
        self._cell: Mapping[str, str] = {}
        self._paragraphs: list[str] = []
        self._in_paragraph = False
        self._letters = 0  # of the cell's text so far

    def start(self, full: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        name = full.rpartition("|")[2]
        if self._aside or name in _ASIDE:
            self._aside += 1
        elif name in _CELLS:
            self._start_cell(_short(attributes))
        elif name == "table-row":
            self._cells, self._column = [], 0
            self._row_copies = _times(_short(attributes), "number-rows-repeated", _MOST_ROWS)
        elif name == "p" and self._cell:
            self._paragraphs.append("")
            self._in_paragraph = True
        elif self._in_paragraph:
            self._start_within(name, attributes)
        else:
            self._start_other(name, attributes)

    def _start_within(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "s":
            self.text(" " * _times(_short(attributes), "c", 10_000))
        elif name in {"tab", "line-break"}:
            self.text("\t" if name == "tab" else "\n")

    def _start_other(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "style":
            self._style = _short(attributes).get("name", "")
        elif name == "table-properties" and _short(attributes).get("display") == "false":
            self._styles.add(self._style)
        elif name == "spreadsheet":
            self.is_spreadsheet = True
        elif name == "table-source" and self._tables == 1:
            self.tabs[-1].is_copy = bool(_FOREIGN.match(self.tabs[-1].name))
        elif name == "table" and self.is_spreadsheet:
            self._tables += 1
            if self._tables == 1:  # a table within a cell is none of the sheets
                short = _short(attributes)
                self.tabs.append(_Tab(short.get("name", ""), short.get("style-name", "") in self._styles))

    def end(self, full: str) -> None:
        """An element ends."""
        name = full.rpartition("|")[2]
        if self._aside:
            self._aside -= 1
        elif name in _CELLS:
            self._end_cell()
        elif name == "table-row":
            self._end_row()
        elif name == "p":
            self._in_paragraph = False
        elif name == "table" and self.is_spreadsheet:
            self._tables -= 1

    def text(self, text: str) -> None:
        """Characters, within a paragraph of a cell those of its text."""
        if self._in_paragraph and not self._aside:
            self._letters += len(text)
            if self._letters > _LONGEST_TEXT:
                raise PackageError("reason-not-standard")
            self._paragraphs[-1] += text

    def _start_cell(self, cell: dict[str, str]) -> None:
        self._cell = cell or {"": ""}
        self._paragraphs, self._letters = [], 0

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, {}
        copies = _times(cell, "number-columns-repeated", _MOST_COLUMNS)
        if self.tabs and self._tables == 1 and self._column < _MOST_COLUMNS:
            value = _cell_value(cell, self._paragraphs)
            if value is not None:
                self._cells.extend([None] * (self._column - len(self._cells)))
                self._cells.extend([value] * min(copies, _MOST_COLUMNS - self._column))
            down, across = (_times(cell, f"number-{way}-spanned", _MOST_ROWS) for way in ("rows", "columns"))
            if down > 1 or across > 1:
                top, left = self.tabs[-1].row, self._column
                self.tabs[-1].merges.append(Range(top, left, top + down - 1, left + across - 1))
        self._column += copies

    def _end_row(self) -> None:
        if not self.tabs or self._tables != 1:
            return
        tab, cells, copies = self.tabs[-1], tuple(self._cells), self._row_copies
        first, tab.row = tab.row, min(tab.row + copies, _MOST_ROWS)
        if cells and tab.row > first:
            self._count.add(0, first - len(tab.rows))
            self._count.add(len(cells), tab.row - first)
            tab.rows.extend([()] * (first - len(tab.rows)))
            tab.rows.extend([cells] * (tab.row - first))


def _cell_value(cell: Mapping[str, str], paragraphs: list[str]) -> Scalar:
    kind, formula = cell.get("value-type", ""), _PREFIX.sub("", cell.get("formula", ""))
    read = _READERS.get(kind)
    if read:
        return read(cell)
    text = "\n".join(paragraphs)
    if kind == "error" or (formula and _ERROR.fullmatch(text)):
        return CellError(text or "#VALUE!")
    if formula and not kind and not paragraphs:
        return CellError(formula)  # LibreOffice writes an empty paragraph for an empty text
    if kind == "string":
        return (cell["string-value"] if cell.get("string-value") else text) or None
    return text or None


def _read_number(cell: Mapping[str, str]) -> Scalar:
    try:
        number = float(cell.get("value", ""))
    except ValueError:
        return None
    return number if number - number == 0 else CellError("#NUM!")  # neither infinite nor no number


def _read_time(cell: Mapping[str, str]) -> Scalar:
    """A duration: below a day it is a time of day, as LibreOffice writes both alike."""
    text = cell.get("time-value", "")
    found = _DURATION.fullmatch(text)
    if not found:
        return text or None
    sign, days, hours, minutes, seconds = found.groups()
    try:
        span = dt.timedelta(
            int(days or 0),
            hours=int(hours or 0),
            minutes=int(minutes or 0),
            seconds=float((seconds or "0").replace(",", ".")),
        )
    except OverflowError:
        return text
    if sign:
        return -span
    return (_MIDNIGHT + span).time() if span < _DAY else span


_READERS: Mapping[str, Callable[[Mapping[str, str]], Scalar]] = {
    "float": _read_number,
    "percentage": _read_number,
    "currency": _read_number,
    "boolean": lambda cell: cell.get("boolean-value") == "true",
    "date": lambda cell: read_iso_moment(cell.get("date-value", "")) or None,
    "time": _read_time,
}


def _short(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes by their local names; LibreOffice's own `value-type` says more where it says `error`."""
    short = {name.rpartition("|")[2]: value for name, value in attributes.items() if "calcext" not in name}
    if any("calcext" in name and value == "error" for name, value in attributes.items()):
        short["value-type"] = "error"
    return short


def _times(attributes: Mapping[str, str], name: str, most: int) -> int:
    """How often something is repeated, at least once."""
    said = attributes.get(name, "1")
    return max(1, min(int(said[:9]), most)) if said.isascii() and said.isdecimal() else 1


def _refuse_definition(*_: object) -> None:
    raise OdsDefinitionError("reason-odd-markup")
