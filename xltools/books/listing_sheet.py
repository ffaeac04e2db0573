"""A sheet of ours that joins a workbook of somebody else's as its first, and leaves it again.

It is built as a workbook of its own; its XML, table and styles are then carried over. The target keeps its own string
table, so texts stand in the cells themselves. A hidden name that belongs to the sheet tells later that it is ours.
"""

import datetime as dt
import posixpath
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import count

from xltools.books.build import build_workbook
from xltools.books.cell_styles import CellStyles
from xltools.books.outline import (
    MAIN,
    TRANSITIONAL,
    Edit,
    change_tag,
    escape_text,
    outline,
    read_tag,
    set_attribute,
    splice,
)
from xltools.books.package import ROOT, Package
from xltools.books.sheet_cells import unselect
from xltools.books.workbook_part import SheetName, WorkbookPart
from xltools.core.grid import Grid

OURS = "xltools_listing"
_LONGEST_NAME = 31
_SHEET, _STRINGS, _STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_TABLE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"
# Parts that nothing but their sheet refers to.
_VECTORS = {"TitlesOfParts", "HeadingPairs"}
EXTENDED_PROPERTIES = {"extended-properties", "extendedProperties"}
_OWN_PARTS = {"table", "comments", "vmlDrawing", "drawing", "printerSettings"}
_ANY_DAY = dt.date(2000, 1, 1)  # a sheet has no date of its own
_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"(?: s="([0-9]+)")?(?: t="(\w+)")?(/?)>(?:<v>([^<]*)</v></c>)?')
_BLOCK_STYLE = re.compile(rb'(<row\b[^>]*? s="|<col\b[^>]*? style=")([0-9]+)')
_TABLE_PART = re.compile(rb'<tablePart r:id="[^"]*"/>')


def find_listing(book: WorkbookPart, name: str, known: bool) -> int | None:
    """The position of a sheet that an earlier call put there, None for none.

    `known` says that the workbook is one of ours: a sheet of that name counts then even if a program dropped the name
    that tells it.
    """
    position = book.sheet_named(OURS)
    if position is None and known:
        position = next((at for at, one in enumerate(book.sheets) if one.name == name), None)
    return position


def remove_listing(book: WorkbookPart, position: int) -> None:
    """Take a sheet out with all parts that only it uses."""
    package, part = book.package, book.sheets[position].part
    book.remove_sheet(position)
    for one in package.relations(part):
        if one.kind in _OWN_PARTS and not one.external and one.target in package:
            package.remove(one.target)
    package.unrelate(book.part, part)
    if part in package:
        package.remove(part)


def add_listing(book: WorkbookPart, listing: Grid, styles: CellStyles) -> None:
    """Make a grid the first sheet: its cells, sizes, merges, tables, internal links and print setup."""
    package = book.package
    named = replace(listing, name=_free_name(listing.name, [one.name for one in book.sheets]))
    built = Package(build_workbook([_plain_grid(named)], _ANY_DAY))
    folder = posixpath.dirname(book.part)
    part = package.new_name(posixpath.join(folder, "worksheets/sheet{}.xml"))
    content = _own_texts(built, styles.adopt(CellStyles(built.read(_STYLES))))
    package.write(part, content)  # the place is taken; the relationships to its tables follow
    package.set_content_type(part, _SHEET_TYPE)
    tables = [one.target for one in built.relations(_SHEET) if one.kind == "table"]
    ids = iter(_add_tables(book, [built.read(one) for one in tables], part))
    content = _TABLE_PART.sub(lambda _: f'<tablePart r:id="{next(ids)}"/>'.encode(), content)
    package.write(part, _in_space(content, book.space))
    relation = package.relate(book.part, f"{book.space}/worksheet", part)
    printed = [one for one in WorkbookPart(built).own_names(0) if one.name.startswith("_xlnm.Print_")]
    quoted = named.name.replace("'", "''")
    book.insert_first(named.name, relation, [*printed, SheetName(OURS, f"'{quoted}'!$A$1", hidden=True)])


def correct_titles(package: Package, before: Sequence[str], after: Sequence[str]) -> None:
    """Bring the worksheets' names in docProps/app.xml up to date, where they stand there as Excel writes them."""
    part = next((one.target for one in package.relations(ROOT) if one.kind in EXTENDED_PROPERTIES), "")
    if before == after or part not in package:
        return
    content = package.read(part)
    root = outline(content)
    vectors = {one.name: one.children[0] for one in root.children if one.name in _VECTORS and one.children}
    if len(vectors) != len(_VECTORS):
        return
    titles = vectors["TitlesOfParts"]
    number = next((one for one in vectors["HeadingPairs"].walk() if one.name == "i4"), None)
    listed = titles.children[: len(before)]
    # Excel lists worksheets first and says how many; other programs list what they like, and Excel asks for none of it.
    if number is None or number.text != str(len(before)) or not listed or [one.text for one in listed] != list(before):
        return
    first, last = listed[0], listed[-1]
    opening, closing = content[first.start : first.inner], content[first.close : first.end]
    names = b"".join(opening + escape_text(name).encode() + closing for name in after)
    size = {"size": str(len(titles.children) + len(after) - len(before))}
    edits = [
        change_tag(content, titles, size),
        Edit(first.start, last.end, names),
        Edit(number.inner, number.close, str(len(after)).encode()),
    ]
    package.write(part, splice(content, edits))


def clear_selected(content: bytes) -> bytes:
    """A sheet of any kind, not among those that the first window shows as selected."""
    return splice(content, unselect(content, outline(content)))


def _plain_grid(grid: Grid) -> Grid:
    """The grid without what would need parts or styles of its own beyond those that are carried over."""
    cells = {
        at: cell if cell.link.startswith("#") else replace(cell, link="") if cell.link else cell
        for at, cell in grid.cells.items()
    }
    return replace(grid, cells=cells, validations=(), conditions=(), charts=(), hidden=False)


def _free_name(name: str, taken: Collection[str]) -> str:
    folded = {one.casefold() for one in taken}
    for number in count(1):
        ending = "" if number == 1 else f" {number}"
        free = name[: _LONGEST_NAME - len(ending)] + ending
        if free.casefold() not in folded:
            return free
    raise AssertionError


def _own_texts(built: Package, styles: Sequence[int]) -> bytes:
    """The built sheet with the target's styles, and its texts in the cells themselves."""
    strings = outline(built.read(_STRINGS)).children if _STRINGS in built else []
    table = built.read(_STRINGS) if strings else b""
    texts = [table[one.inner : one.close] for one in strings]

    def write_cell(found: re.Match[bytes]) -> bytes:
        address, style, kind, empty, value = found.groups()
        start = b'<c r="%s" s="%d"' % (address, styles[int(style or 0)])
        if kind == b"s":
            return start + b' t="inlineStr"><is>' + texts[int(value)] + b"</is></c>"
        typed = b' t="' + kind + b'"' if kind else b""
        return start + typed + (b"/>" if empty or value is None else b"><v>" + value + b"</v></c>")

    content = _CELL.sub(write_cell, built.read(_SHEET))
    return _BLOCK_STYLE.sub(lambda one: one[1] + b"%d" % styles[int(one[2])], content)


def _add_tables(book: WorkbookPart, tables: Sequence[bytes], part: str) -> list[str]:
    """Write tables with ids and names that are free in the workbook; gives their relationships from the sheet."""
    package = book.package
    parts = [one.target for sheet in book.worksheets for one in package.relations(sheet.part) if one.kind == "table"]
    roots = [outline(package.read(one)) for one in parts]
    ids = [int(one.attribute("id")) for one in roots if one.attribute("id").isdecimal()]
    taken = [*book.names(), *(one.attribute(key) for one in roots for key in ("name", "displayName"))]
    relations = []
    for number, table in enumerate(tables, start=max([0, *ids]) + 1):
        element = outline(table)
        name = _free_name(element.attribute("name"), taken).replace(" ", "_")
        taken.append(name)
        tag = read_tag(table[element.start :])
        for key, value in (("id", str(number)), ("name", name), ("displayName", name)):
            tag = set_attribute(tag, key, value)
        written = splice(table, [Edit(element.start, element.inner, tag)])
        target = package.new_name(posixpath.join(posixpath.dirname(book.part), "tables/table{}.xml"))
        package.write(target, _in_space(written, book.space))
        package.set_content_type(target, _TABLE_TYPE)
        relations.append(package.relate(part, f"{book.space}/table", target))
    return relations


def _in_space(content: bytes, space: str) -> bytes:
    """What was built, in the namespaces that the workbook is written in."""
    own = content.replace(f'"{TRANSITIONAL}"'.encode(), f'"{space}"'.encode())
    return own.replace(f'"{MAIN[TRANSITIONAL]}"'.encode(), f'"{MAIN[space]}"'.encode())
