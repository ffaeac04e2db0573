"""Marks in a workbook that goes back to its sender: faulty cells filled and noted, a list of the problems in front.

All else in the file stays, part by part. Marks of an earlier call are taken off first, whatever program saved the
workbook since, so that a mended copy which has to go back again shows no old ones; so are those that a button put into
the workbook while it was open.
"""

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from xml.parsers.expat import ExpatError

from xltools.books import guard
from xltools.books.addresses import LAST_COLUMN, LAST_ROW
from xltools.books.cell_styles import EMPTY_STYLES, CellStyles
from xltools.books.custom_properties import set_custom_properties
from xltools.books.listing_sheet import (
    EXTENDED_PROPERTIES,
    add_listing,
    clear_selected,
    correct_titles,
    find_listing,
    remove_listing,
)
from xltools.books.note_shapes import Lattice
from xltools.books.notes import SheetNotes, rows_beside
from xltools.books.outline import MAIN
from xltools.books.package import ROOT, Package, PackageError
from xltools.books.properties import read_custom_properties
from xltools.books.sheet_cells import SheetCells
from xltools.books.workbook_part import SheetEntry, WorkbookPart
from xltools.core.grid import Grid
from xltools.core.patch import MARK_FORMULA, Mark
from xltools.core.problem import Problem

_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_DAMAGE = (
    LookupError,
    ValueError,
    ArithmeticError,
    EOFError,
    OSError,
    RuntimeError,
    ExpatError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
_MOST_PARTS = 5_000
_LARGEST_STYLES = 20_000_000  # bytes; the 65,000 cell formats that Excel takes are 10 million
_OPEN_MARK = MARK_FORMULA.partition("<")[0].encode()  # of the marks that a button puts into an open workbook
_BETWEEN = "\n\n"  # two notes on a cell
Cell = tuple[int, int]


def mark_workbook(
    content: bytes,
    marks: Mapping[str, Sequence[Mark]],
    listing: Grid,
    properties: Mapping[str, str],
    author: str = "xltools",
    file: str = "",
) -> bytes | Problem:
    """The sender's own file with faulty cells filled and noted, `listing` as its first sheet, custom properties set.

    `marks` are by sheet name; one on a cell under a merge goes to the merge's first cell, several on a cell become one.
    A cell with a thread of comments is filled only. Marks by the same `author` and a sheet of ours from an earlier call
    are replaced: marking twice is marking once. A problem `workbook-not-patchable` with `reason` for a file that can't
    be changed safely; never raises for what the file holds.
    """
    return _guarded(content, file, lambda package, known: _mark(package, known, marks, listing, properties, author))


def unmark_workbook(content: bytes, author: str = "xltools", file: str = "") -> bytes | Problem:
    """The file without what `mark_workbook` put there: fills, notes and the sheet; custom properties stay.

    Problems as there.
    """
    return _guarded(content, file, lambda package, _: _unmark(package, author))


def _guarded(content: bytes, file: str, change: Callable[[Package, Mapping[str, str]], None]) -> bytes | Problem:
    """What a change makes of a file, with the custom properties it has, or why it was not made."""
    try:
        package = Package(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if guard.is_too_large(archive) or _is_costly(archive):
                raise PackageError("reason-too-large")
            properties = read_custom_properties(archive)
        if any(one.kind == "origin" for one in package.relations(ROOT)):
            raise PackageError("reason-signed")
        change(package, properties)
        return package.save()
    except PackageError as trouble:
        return trouble.as_problem(file)
    except _DAMAGE:
        return PackageError("reason-damaged").as_problem(file)


def _is_costly(archive: zipfile.ZipFile) -> bool:
    """True for what would take minutes to mark: thousands of sheets, or a million formats."""
    parts = archive.infolist()
    styles = [part.file_size for part in parts if part.filename.lower().endswith("styles.xml")]
    return len(parts) > _MOST_PARTS or max(styles, default=0) > _LARGEST_STYLES


class _Marking:
    """One workbook while its marks change."""

    def __init__(self, package: Package, author: str) -> None:
        self.package = package
        self.book = WorkbookPart(package)
        self.author = author
        self.styles_part = self.book.related("styles") or self._add_styles()
        self.styles = CellStyles(package.read(self.styles_part))
        extended = next((one.target for one in package.relations(ROOT) if one.kind in EXTENDED_PROPERTIES), "")
        # LibreOffice writes a background colour of its own finding into solid fills, where ours tell what was there.
        trusted = extended not in package or b"LibreOffice" not in package.read(extended)
        self.unmarked = self.styles.unmark(trusted=trusted)

    def remove_listing(self, name: str, known: bool) -> str:
        """Take away our sheet of an earlier call; gives its name, empty for none."""
        position = find_listing(self.book, name, known)
        if position is None:
            return ""
        found = self.book.sheets[position].name
        remove_listing(self.book, position)
        return found

    def renew(self, marks: Mapping[str, Sequence[Mark]], *, listed: bool) -> None:
        """Take old marks off and put new ones on every sheet; `listed` when a sheet will join that is shown instead."""
        missing = [name for name in marks if name not in {one.name for one in self.book.worksheets}]
        if missing:
            raise PackageError("reason-sheet-missing", sheet=missing[0])
        for sheet in self.book.sheets:
            content = self.package.read(sheet.part)
            if sheet.kind == "worksheet":
                self._renew_sheet(sheet, content, marks.get(sheet.name, ()), listed=listed)
            elif listed and b"tabSelected" in content:
                self._write(sheet.part, content, clear_selected(content))
        self._write(self.styles_part, self.package.read(self.styles_part), self.styles.save())

    def _renew_sheet(self, sheet: SheetEntry, content: bytes, marks: Sequence[Mark], *, listed: bool) -> None:
        selected = listed and b"tabSelected" in content
        noted = any(one.kind == "comments" for one in self.package.relations(sheet.part))
        coloured = _OPEN_MARK in content
        if not (marks or selected or noted or coloured or self.unmarked):
            return
        cells = SheetCells(content)
        if coloured:
            cells.drop_conditions(MARK_FORMULA)
        cells.exchange_styles(self.unmarked)
        notes = SheetNotes(self.package, sheet.part, cells, self.book.space, self.author)
        notes.take_off()
        if marks:
            self._put(_gather(marks, cells), cells, notes)
        if selected:
            cells.clear_selected()
        notes.save()
        self._write(sheet.part, content, cells.save())

    def _put(self, marks: Mapping[Cell, Mark], cells: SheetCells, notes: SheetNotes) -> None:
        lattice = Lattice(cells.column_widths(), cells.row_heights(rows_beside(marks)))
        notes.put({cell: mark.note for cell, mark in marks.items() if mark.note.strip()}, lattice)
        cells.restyle({cell: partial(self.styles.mark, is_error=mark.is_error) for cell, mark in marks.items()})

    def _add_styles(self) -> str:
        usual = posixpath.join(posixpath.dirname(self.book.part), "styles{}.xml")
        # Some readers look for the usual name only.
        part = usual.format("") if usual.format("") not in self.package else self.package.new_name(usual)
        self.package.write(part, EMPTY_STYLES.format(space=MAIN[self.book.space]).encode())
        self.package.set_content_type(part, _STYLES_TYPE)
        self.package.relate(self.book.part, f"{self.book.space}/styles", part)
        return part

    def _write(self, part: str, before: bytes, after: bytes) -> None:
        if before != after:
            self.package.write(part, after)


def _mark(
    package: Package,
    known: Mapping[str, str],
    marks: Mapping[str, Sequence[Mark]],
    listing: Grid,
    properties: Mapping[str, str],
    author: str,
) -> None:
    set_custom_properties(package, properties)
    marking = _Marking(package, author)
    before = [one.name for one in marking.book.worksheets]
    old = marking.remove_listing(listing.name, not known.keys().isdisjoint(properties))
    marking.renew({name: some for name, some in marks.items() if some and name != old}, listed=True)
    add_listing(marking.book, listing, marking.styles)
    package.write(marking.styles_part, marking.styles.save())
    correct_titles(package, before, [one.name for one in marking.book.worksheets])


def _unmark(package: Package, author: str) -> None:
    marking = _Marking(package, author)
    before = [one.name for one in marking.book.worksheets]
    marking.remove_listing("", known=False)
    marking.renew({}, listed=False)
    correct_titles(package, before, [one.name for one in marking.book.worksheets])


def _gather(marks: Sequence[Mark], cells: SheetCells) -> dict[Cell, Mark]:
    """One mark a cell: on the first cell of a merged block, with all that is said of it."""
    merges = cells.merges()
    gathered = dict[Cell, Mark]()
    for mark in marks:
        if not (0 <= mark.row <= LAST_ROW and 0 <= mark.column <= LAST_COLUMN):
            raise PackageError("reason-outside")
        block = next((one for one in merges if one.holds(mark.row, mark.column)), None)
        cell = (block.top, block.left) if block else (mark.row, mark.column)
        said = gathered.get(cell)
        notes = [] if said is None else said.note.split(_BETWEEN)
        if mark.note.strip() and mark.note not in notes:
            notes.append(mark.note)
        is_error = mark.is_error or (said is not None and said.is_error)
        gathered[cell] = Mark(*cell, _BETWEEN.join(one for one in notes if one), is_error)
    return gathered
