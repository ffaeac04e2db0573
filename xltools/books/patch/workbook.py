"""Patching a workbook: which parts have to change with a sheet, and what keeps a workbook from being patched."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xltools.books import guard
from xltools.books.addresses import overlap, read_area
from xltools.books.custom_properties import set_custom_properties
from xltools.books.package import ROOT, Package, PackageError
from xltools.books.patch import markup
from xltools.books.patch.areas import SheetGrowth
from xltools.books.patch.book import Book, BookSheet, refresh_pivots
from xltools.books.patch.contents import CellWriter
from xltools.books.patch.formats import FormatBook
from xltools.books.patch.formulas import Address, hand_over, has_formulas, mentions_row
from xltools.books.patch.placing import Site
from xltools.books.patch.rows import Row, SheetStream, split_rows
from xltools.books.patch.splice import Splice
from xltools.books.patch.survey import Survey, check_sites, survey_sheet
from xltools.books.patch.tables import Table, fill_table, grow_table, read_tables
from xltools.core.content import CellContent
from xltools.core.patch import SheetPatch
from xltools.core.problem import Problem
from xltools.core.sheet import Range

# What zipfile, zlib and the readers of XML raise for a damaged part.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OverflowError,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


def patch_workbook(
    content: bytes, patches: Sequence[SheetPatch], properties: Mapping[str, str] | None = None, file: str = ""
) -> bytes | Problem:
    """The workbook with cells changed, rows appended and custom document properties set, all else as it was.

    Several patches may be of one sheet. Parts that hold nothing of the change keep their very bytes; with nothing to
    change these are the bytes of the file. What can't be done safely gives a problem whose `reason` says why, never an
    exception for what the file holds.
    """
    try:
        package = Package(content)
        patcher = _Patcher(package, patches)
        patcher.write_small_parts()
        set_custom_properties(package, properties or {})
    except PackageError as trouble:
        return trouble.as_problem(file)
    except _DAMAGE:
        return PackageError("reason-damaged").as_problem(file)
    try:
        # All that the file holds was looked at by now: anything else raised here comes from who makes the new rows.
        patcher.write_sheets()
        return package.save() if package.is_changed else content
    except PackageError as trouble:
        return trouble.as_problem(file)
    except (struct.error, UnicodeDecodeError):  # the latter from cells that are carried into another row
        return PackageError("reason-damaged").as_problem(file)


@dataclass(frozen=True, slots=True)
class _SheetWork:
    """All that is to be done in one sheet."""

    sheet: BookSheet
    tables: tuple[Table, ...]
    sites: tuple[Site, ...]
    survey: Survey
    handed: Mapping[Address, bytes]
    heights: Mapping[int, float]

    @property
    def changes(self) -> bool:
        return bool(self.sites or self.survey.cells)

    def fills(self, block: Range) -> bool:
        """True where something comes into a block or grows from it."""
        inside = (block.holds(row, column) for row, columns in self.survey.cells.items() for column in columns)
        return any(site.block == block for site in self.sites) or any(inside)

    @property
    def growth(self) -> SheetGrowth:
        return SheetGrowth(self.sheet.name, tuple(site.growth for site in self.sites))


class _Patcher:
    """One workbook while it is patched: looked through when it is made, then changed part by part."""

    def __init__(self, package: Package, patches: Sequence[SheetPatch]) -> None:
        self._package = package
        _check_package(package)
        self._book = Book(package)
        self._formats = FormatBook(package, self._book.part_of("styles"))
        by_sheet: dict[str, tuple[BookSheet, list[SheetPatch]]] = {}
        for patch in patches:
            sheet = self._book.find_sheet(patch.sheet)
            by_sheet.setdefault(sheet.part, (sheet, []))[1].append(patch)
        works = [self._look_through(sheet, of_sheet) for sheet, of_sheet in by_sheet.values()]
        self._works = [work for work in works if work.changes]
        self._has_formulas = bool(self._works) and self._find_formulas()

    def _look_through(self, sheet: BookSheet, patches: Sequence[SheetPatch]) -> _SheetWork:
        tables = tuple(read_tables(self._package, sheet.part))
        cells = _without_headers(patches, tables)
        sites = tuple(_site(patch, tables) for patch in patches if len(patch.new_rows))
        survey = survey_sheet(self._package.read_pieces(sheet.part), cells, sites)
        check_sites(survey, sites, [table.area for table in tables], list(self._pivots_on(sheet.part)))
        handed: Mapping[Address, bytes] = {}
        if survey.lost:
            handed = hand_over(self._rows_of(sheet.part), survey.prefix, survey.lost, survey.cells)
        for site in sites:
            if site.totals:
                self._check_totals_unnamed(site.block.bottom + 1)
        heights = {row: height for patch in patches for row, height in patch.heights.items()}
        return _SheetWork(sheet, tables, sites, survey, handed, heights)

    def _rows_of(self, part: str) -> Iterator[Row]:
        stream, after = SheetStream(self._package.read_pieces(part)), -1
        for content in stream.runs():
            run = split_rows(content, stream.prefix, after)
            after = run.last
            yield from run.rows(0, after)

    def _pivots_on(self, part: str) -> Iterator[Range]:
        for relation in self._package.relations(part):
            if relation.kind == "pivotTable" and not relation.external:
                content = markup.checked(self._package.read(relation.target))
                location = markup.start_tags(markup.read_root(content)[0], "location").search(content)
                area = read_area(markup.read_attribute(location[0], "ref") or "") if location else None
                if area is None:
                    raise PackageError("reason-not-standard")
                yield area

    def _check_totals_unnamed(self, row: int) -> None:
        for part in self._book.sheet_parts():
            stream = SheetStream(self._package.read_pieces(part))
            if any(mentions_row(run, stream.prefix, row) for run in stream.runs()):
                raise PackageError("reason-totals-named")

    def _find_formulas(self) -> bool:
        if self._book.has_own_names or self._book.part_of("calcChain"):
            return True
        if any(work.survey.has_formulas or work.survey.changes_formulas for work in self._works):
            return True
        known = {work.sheet.part for work in self._works}
        return any(self._has_formulas_in(part) for part in self._book.sheet_parts() if part not in known)

    def _has_formulas_in(self, part: str) -> bool:
        stream = SheetStream(self._package.read_pieces(part))
        return any(has_formulas(run, stream.prefix) for run in stream.runs())

    def write_small_parts(self) -> None:
        """Change the tables, the names and the pivot caches; what is wrong with any of these parts shows here."""
        for work in self._works:
            for site in work.sites:
                if site.table:
                    grow_table(self._package, site.table, site.growth)
            for table in work.tables:
                if table.is_empty and work.fills(table.block):
                    fill_table(self._package, table)
            self._book.stretch_names(work.growth, work.sheet.index)
            refresh_pivots(self._package, self._book, work.sheet.name, [table.name for table in work.tables])

    def write_sheets(self) -> None:
        """Change the sheets, and then what their new cells make necessary: formats, and a calculation of all anew."""
        formulas = False
        for work in self._works:
            prefix = work.survey.prefix.decode()
            writer = CellWriter(prefix, self._book.is_1904, self._formats.dated, self._formats.plain)
            splice = Splice(work.survey, work.growth, work.sites, writer, work.handed, work.heights)
            self._package.write(work.sheet.part, splice.pieces(self._package.read_pieces(work.sheet.part)))
            moved = any(site.totals for site in work.sites)
            formulas |= writer.wrote_formulas or work.survey.changes_formulas or moved
        if formulas:
            self._book.drop_calculation_chain()
        if formulas or self._has_formulas:
            self._book.calculate_on_load()
        self._formats.save()
        self._book.save()


def _check_package(package: Package) -> None:
    package.content_types()  # it is changed last of all, when it is too late to find that it can't be read
    if any(name.lower().startswith("_xmlsignatures/") for name in package.names) or any(
        one.kind == "origin" for one in package.relations(ROOT)
    ):
        raise PackageError("reason-signed")
    if sum(package.size(name) for name in package.names) > guard.LARGEST_XML + guard.LARGEST_FILE:
        raise PackageError("reason-too-large")


def _site(patch: SheetPatch, tables: Sequence[Table]) -> Site:
    """Where a patch appends rows; PackageError where its block is not quite what an Excel table there holds."""
    block = patch.block
    if block is None:
        raise ValueError("rows can only be appended to a block")
    here = [table for table in tables if overlap(table.area, block)]
    if not here:
        return Site(block, None, patch.new_rows, patch.first_row)
    table = here[0]
    if len(here) > 1 or table.block != block or table.header_rows != 1 or table.totals > 1:
        raise PackageError("reason-other-table")
    if table.is_fed:
        raise PackageError("reason-table-fed", table=table.name)
    return Site(block, table, patch.new_rows, patch.first_row)


def _without_headers(patches: Sequence[SheetPatch], tables: Sequence[Table]) -> Mapping[Address, CellContent]:
    """The cells of all patches, without headers of tables that say so already; PackageError for another header.

    Excel calls a workbook damaged whose headers differ from the names in the table's part.
    """
    kept = {address: content for patch in patches for address, content in patch.cells.items()}
    for table in tables:
        top = table.area.top
        for column, header in enumerate(table.headers[: len(table.headers) * table.header_rows], table.area.left):
            if (top, column) in kept and kept.pop((top, column)) != header:
                raise PackageError("reason-table-header", table=table.name)
    return kept
