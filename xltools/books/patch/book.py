"""The workbook part: its sheets, its names, and that all is to be calculated anew when it is opened."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from xltools.books.package import ROOT, Package, PackageError, parse_xml
from xltools.books.patch import markup
from xltools.books.patch.areas import SheetGrowth

_RELATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
# What may stand before calcPr among a workbook's children, the nearest first (ECMA-376 Part 1, 18.2.27).
_BEFORE_CALCULATION = ("definedNames", "externalReferences", "functionGroups", "sheets")


@dataclass(frozen=True, slots=True)
class BookSheet:
    """A sheet of a workbook: its name, its place among the tabs from 0, its part."""

    name: str
    index: int
    part: str


class Book:
    """The workbook part of a package, changed in memory until `save`."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.part = next((one.target for one in package.relations(ROOT) if one.kind == "officeDocument"), "")
        if not self.part or self.part not in package or self.part.lower().endswith(".bin"):
            raise PackageError("reason-no-workbook")
        self._before = self._content = markup.checked(package.read(self.part))
        self._prefix, name = markup.read_root(self._content)
        if name != "workbook":
            raise PackageError("reason-no-workbook")
        self._relations = {one.id: one for one in package.relations(self.part)}
        self._listed = [_read_listed(one) for one in parse_xml(self._content).iter() if one.tag.endswith("}sheet")]

    @property
    def is_1904(self) -> bool:
        """True where days are counted from 1 January 1904."""
        found = markup.start_tags(self._prefix, "workbookPr").search(self._content)
        return bool(found and markup.is_set(found[0], "date1904"))

    def find_sheet(self, name: str) -> BookSheet:
        """The sheet of cells with a name, compared without case as Excel does; PackageError where there is none."""
        folded = [one.casefold() for one, _ in self._listed]
        if name.casefold() not in folded:
            raise PackageError("reason-sheet-missing", sheet=name)
        index = folded.index(name.casefold())
        relation = self._relations.get(self._listed[index][1])
        if relation is None or relation.external or relation.target not in self._package:
            raise PackageError("reason-damaged")
        if relation.kind != "worksheet":
            raise PackageError("reason-sheet-missing", sheet=name)
        return BookSheet(self._listed[index][0], index, relation.target)

    def sheet_parts(self) -> Iterator[str]:
        """The parts of all sheets of cells."""
        return self._parts("worksheet")

    def part_of(self, kind: str) -> str:
        """The part that the workbook has of a kind, such as `styles`; empty where it has none."""
        return next(self._parts(kind), "")

    def pivot_caches(self) -> Iterator[str]:
        """The definitions of its pivot caches."""
        return self._parts("pivotCacheDefinition")

    def _parts(self, kind: str) -> Iterator[str]:
        relations = self._relations.values()
        return (
            one.target for one in relations if one.kind == kind and not one.external and one.target in self._package
        )

    def names_of(self, sheet: str) -> frozenset[str]:
        """The defined names, case folded, whose text speaks of a sheet."""
        quoted = sheet.replace("'", "''").casefold()
        return frozenset(
            (markup.read_attribute(markup.start_tag(found), "name") or "").casefold()
            for found in markup.whole_elements(self._prefix, "definedName").finditer(self._content)
            if quoted in markup.unescape_text((found[1] or b"").decode()).casefold()
        )

    @property
    def has_own_names(self) -> bool:
        """True where people defined a name: it may stand for a formula."""
        tags = markup.start_tags(self._prefix, "definedName").findall(self._content)
        return any(not (markup.read_attribute(tag, "name") or "").startswith("_xlnm.") for tag in tags)

    def stretch_names(self, growth: SheetGrowth, index: int) -> None:
        """Stretch what the names of the whole workbook and of one sheet, that at `index`, say of the blocks on it."""

        def replace(found: re.Match[bytes]) -> bytes:
            scope = markup.read_attribute(markup.start_tag(found), "localSheetId")
            if found[1] is None or scope not in {None, str(index)}:
                return found[0]
            formula = markup.unescape_text(found[1].decode())
            new = growth.stretch_formula(formula, at_home=False)
            if new == formula:
                return found[0]
            tag, end = markup.start_tag(found), found[0][found.end(1) - found.start() :]
            return tag + markup.escape_text(new) + end

        self._content = markup.whole_elements(self._prefix, "definedName").sub(replace, self._content)

    def calculate_on_load(self) -> None:
        """Have the program that opens the workbook calculate all formulas."""
        found = markup.start_tags(self._prefix, "calcPr").search(self._content)
        if found:
            if not markup.is_set(found[0], "fullCalcOnLoad"):
                tag = markup.set_attribute(found[0], "fullCalcOnLoad", "1")
                self._content = self._content[: found.start()] + tag + self._content[found.end() :]
            return
        before = (markup.whole_elements(self._prefix, name).search(self._content) for name in _BEFORE_CALCULATION)
        after = next((one.end() for one in before if one), None)
        if after is None:
            raise PackageError("reason-not-standard")
        new = b'<%scalcPr fullCalcOnLoad="1"/>' % self._prefix
        self._content = self._content[:after] + new + self._content[after:]

    def drop_calculation_chain(self) -> None:
        """Take out the list of cells with formulas in the order they were calculated: it is not true any more."""
        for part in list(self._parts("calcChain")):
            self._package.unrelate(self.part, part)
            self._package.remove(part)

    def save(self) -> None:
        """Write the part if it changed."""
        if self._content != self._before:
            self._package.write(self.part, self._content)


def _read_listed(one: ElementTree.Element) -> tuple[str, str]:
    return one.get("name", ""), next((one.get(name, "") for name in _RELATIONS if one.get(name) is not None), "")


def refresh_pivots(package: Package, book: Book, sheet: str, tables: Sequence[str]) -> None:
    """Have pivot tables that show a sheet, one of its tables or a name for cells of it read it anew when opened."""
    named = {name.casefold() for name in tables} | book.names_of(sheet)
    for part in book.pivot_caches():
        content = markup.checked(package.read(part))
        prefix, _ = markup.read_root(content)
        source = markup.start_tags(prefix, "worksheetSource").search(content)
        root = markup.start_tags(prefix, "pivotCacheDefinition").search(content)
        if not source or not root or _is_elsewhere(source[0], sheet, named):
            continue
        if not markup.is_set(root[0], "refreshOnLoad"):
            tag = markup.set_attribute(root[0], "refreshOnLoad", "1")
            package.write(part, content[: root.start()] + tag + content[root.end() :])


def _is_elsewhere(source: bytes, sheet: str, named: set[str]) -> bool:
    if any(name.endswith(":id") for name in markup.read_attributes(source)):  # in another workbook
        return True
    shown = (markup.read_attribute(source, "sheet") or "").casefold() == sheet.casefold()
    return not shown and (markup.read_attribute(source, "name") or "").casefold() not in named
