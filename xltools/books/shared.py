"""Reading workbooks that are shared with people: exact to the cell, with tables and the errors that formulas give."""

import hashlib
import io
import pathlib
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import Element

from xltools.books import guard
from xltools.books.cell_values import CellValues
from xltools.books.guard import FileKind
from xltools.books.number_formats import read_moments
from xltools.books.package import ROOT, Package, PackageError, Relation, parse_xml
from xltools.books.properties import read_custom_properties, read_saved_by
from xltools.books.read import read_workbook
from xltools.books.shared_strings import read_shared_strings
from xltools.books.sheet_rows import ExtentError, read_block, read_sheet_part
from xltools.books.xml_pieces import decode_escapes, local_name
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.sheet import NamedTable, Range, Sheet, Workbook

_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # PackageError too
    LookupError,
    ArithmeticError,
    RuntimeError,  # NotImplementedError too
)


def read_shared_workbook(content: bytes, file: str) -> Workbook | Problem:
    """The workbook, or what keeps it from being read; never raises for what the file holds.

    As `read_workbook` gives it, and: error cells and formulas without a stored result are CellErrors, `tables` holds
    the Excel tables that have a header row. What is no .xlsx or .xlsm is given to `read_workbook`.
    """
    if len(content) > guard.LARGEST_FILE or guard.identify_file(content) is not FileKind.XLSX:
        return read_workbook(pathlib.Path(file), file, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # Old .NET programs pack with backslashes, which Open XML forbids: such a file can't be patched either.
            odd = any("\\" in name for name in archive.namelist())
            if odd or guard.identify_archive(archive) is not FileKind.XLSX:
                return read_workbook(pathlib.Path(file), file, content)
            return _read_archive(archive, content, file)
    except _DAMAGES:
        return error("workbook-unreadable", Place(file))


def _read_archive(archive: zipfile.ZipFile, content: bytes, file: str) -> Workbook | Problem:
    if guard.is_too_large(archive):
        return error("workbook-too-large", Place(file))
    if guard.is_oddly_packed(archive):
        return error("workbook-unreadable", Place(file))
    try:
        return _Book(archive, content, file).read()
    except ExtentError:  # seen while reading: the look beforehand takes as long as reading where a sheet is large
        extent = guard.measure_extent(archive, FileKind.XLSX)
        return error("workbook-extent-too-large", Place(file), rows=extent.rows, columns=extent.columns)


@dataclass(frozen=True, slots=True)
class _Tab:
    """A worksheet as the workbook part lists it."""

    name: str
    part: str
    hidden: bool


class _Book:
    """The parts of one workbook while they are read."""

    def __init__(self, archive: zipfile.ZipFile, content: bytes, file: str) -> None:
        self._archive = archive
        self._package = Package(content)
        self._names = {name.lower(): name for name in self._package.names}
        self._file = file
        self._sha256 = hashlib.sha256(content).hexdigest()
        self._part = _one_target(self._package.relations(ROOT), "officeDocument")
        self._root = parse_xml(self._package.read(self._part))
        self._relations = self._package.relations(self._part)

    def read(self) -> Workbook:
        values, tabs = self._values(), tuple(self._tabs())
        sheets = tuple(self._sheet(tab, values) for tab in tabs)
        tables = {table.name: table for tab in tabs for table in self._tables(tab)}
        properties = dict(read_custom_properties(self._archive))
        return Workbook(self._file, self._sha256, sheets, read_saved_by(self._archive), properties, tables)

    def _values(self) -> CellValues:
        kinds = {one.kind: one.target for one in self._relations}
        strings = read_shared_strings(self._opener(kinds["sharedStrings"])) if "sharedStrings" in kinds else []
        moments = read_moments(parse_xml(self._package.read(kinds["styles"]))) if "styles" in kinds else {}
        settings = next(_named(self._root, "workbookPr"), None)
        since_1904 = settings is not None and settings.get("date1904", "") in {"1", "true", "on"}
        return CellValues(strings, moments, since_1904=since_1904)

    def _tabs(self) -> Iterator[_Tab]:
        """The worksheets in tab order; chart sheets, dialogs and old macro sheets hold no cells of interest."""
        relations = {one.id: one for one in self._relations}
        for listed in _named(self._root, "sheet"):
            id_ = next((value for key, value in listed.attrib.items() if key.endswith("}id")), "")
            if id_ not in relations:
                raise PackageError("reason-damaged")
            if relations[id_].kind == "worksheet":
                hidden = listed.get("state", "visible") != "visible"
                yield _Tab(decode_escapes(listed.get("name", "")), relations[id_].target, hidden)

    def _sheet(self, tab: _Tab, values: CellValues) -> Sheet:
        rows, merges = read_sheet_part(self._opener(tab.part), values)
        return Sheet(self._file, tab.name, rows, tab.hidden, merges, self._sha256)

    def _tables(self, tab: _Tab) -> Iterator[NamedTable]:
        for one in self._package.relations(tab.part):
            if one.kind != "table":
                continue
            table = parse_xml(self._package.read(one.target))
            if table.get("headerRowCount", "1") == "1":
                yield _read_table(table, tab.name)

    def _opener(self, part: str) -> Callable[[], IO[bytes]]:
        name = self._names[part.lower()]
        return lambda: self._archive.open(name)


def _read_table(table: Element, sheet: str) -> NamedTable:
    block = read_block(table.get("ref", ""))
    totals = int(table.get("totalsRowCount", "0"))
    name = decode_escapes(table.get("displayName", "") or table.get("name", ""))
    columns = tuple(decode_escapes(column.get("name", "")) for column in _named(table, "tableColumn"))
    return NamedTable(
        name, sheet, Range(block.top, block.left, block.bottom - totals, block.right), columns, totals > 0
    )


def _one_target(relations: tuple[Relation, ...], kind: str) -> str:
    found = [one.target for one in relations if one.kind == kind and not one.external]
    if not found:
        raise PackageError("reason-no-workbook")
    return found[0]


def _named(root: Element, name: str) -> Iterator[Element]:
    """The elements of this name whatever their namespace: strict and transitional files differ in it."""
    return (one for one in root.iter() if local_name(one) == name)
