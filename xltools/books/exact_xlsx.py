"""The parts of an .xlsx as a workbook: exact to the cell, with tables, and with no grid around its values."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.etree.ElementTree import Element

from xltools.books.cell_values import CellValues
from xltools.books.guard import CellCount
from xltools.books.number_formats import read_moments
from xltools.books.package import ROOT, Package, PackageError, Relation, parse_xml
from xltools.books.properties import read_custom_properties, read_saved_by
from xltools.books.shared_strings import read_shared_strings
from xltools.books.sheet_rows import read_block, read_sheet_part
from xltools.books.xml_pieces import decode_escapes, local_name
from xltools.core.sheet import NamedTable, Range, Sheet, Workbook


@dataclass(frozen=True, slots=True)
class _Tab:
    """A worksheet as the workbook part lists it."""

    name: str
    part: str
    hidden: bool


class ExactBook:
    """The parts of one workbook while they are read.

    PackageError, LookupError and ValueError where they are not as the standard has them, guard.ExtentError for more
    cells than the memory should hold, and what zipfile raises for damaged ones.
    """

    def __init__(self, archive: zipfile.ZipFile, content: bytes, file: str, sha256: str) -> None:
        self._archive = archive
        self._package = Package(content)
        self._names = {name.lower(): name for name in self._package.names}
        self._file, self._sha256 = file, sha256
        self._part = _one_target(self._package.relations(ROOT), "officeDocument")
        self._root = parse_xml(self._package.read(self._part))
        self._relations = self._package.relations(self._part)
        self._count = CellCount()

    def read(self, *, tables: bool) -> Workbook:
        """The workbook; `tables` asks for the Excel tables that have a header row."""
        values, tabs = self._values(), tuple(self._tabs())
        sheets = tuple(self._sheet(tab, values) for tab in tabs)
        named = {table.name: table for tab in tabs for table in self._tables(tab)} if tables else {}
        properties = dict(read_custom_properties(self._archive))
        return Workbook(self._file, self._sha256, sheets, read_saved_by(self._archive), properties, named)

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
            if not id_:
                continue  # a module of Excel 5, which has been no sheet since Excel 97
            if id_ not in relations:
                raise PackageError("reason-damaged")
            if relations[id_].kind == "worksheet":
                hidden = listed.get("state", "visible") != "visible"
                yield _Tab(decode_escapes(listed.get("name", "")), relations[id_].target, hidden)

    def _sheet(self, tab: _Tab, values: CellValues) -> Sheet:
        rows, merges = read_sheet_part(self._opener(tab.part), values, self._count)
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
