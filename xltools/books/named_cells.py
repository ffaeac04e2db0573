"""What stands in the cells that a workbook gives names to."""

import re
from collections.abc import Mapping

from xltools.books.package import ROOT, Package, PackageError, parse_xml
from xltools.books.read import read_content
from xltools.core.place import cell_position
from xltools.core.sheet import Scalar, Workbook

_LARGEST = 1_000_000  # bytes of the part that lists the names; that of a small workbook has a few thousand
_CELL = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::.*)?")


def read_named_cells(content: bytes) -> Mapping[str, Scalar]:
    """The values of an .xlsx or .xlsm's named cells (of a block, its first cell); nothing where it can't be read."""
    book = read_content(content, "")
    if not isinstance(book, Workbook):
        return {}
    sheets = {sheet.name: sheet for sheet in book.sheets}
    found = {}
    for name, formula in _defined_names(content).items():
        spot = _CELL.fullmatch(formula)
        sheet = sheets.get((spot[1] or "").replace("''", "'") or spot[2]) if spot else None
        if spot and sheet:
            found[name] = sheet.value(*cell_position(f"{spot[3].upper()}{spot[4]}"))
    return found


def _defined_names(content: bytes) -> Mapping[str, str]:
    """The workbook's own names (ECMA-376 Part 1, 18.2.5) and what they stand for."""
    try:
        package = Package(content)
        part = next(one.target for one in package.relations(ROOT) if one.kind == "officeDocument")
        root = parse_xml(package.read(part)) if package.size(part) <= _LARGEST else ()
    except (PackageError, KeyError, StopIteration):
        return {}
    return {
        one.get("name", ""): (one.text or "").strip()
        for group in root
        if group.tag.rpartition("}")[2] == "definedNames"
        for one in group
        if one.get("localSheetId") is None
    }
