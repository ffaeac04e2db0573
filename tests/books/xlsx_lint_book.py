"""The lint of what sheets share: the list of sheets, names, styles, shared strings, pivot caches."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from xlsx_lint_package import Parts, local
from xlsx_lint_refs import index_of, parse_block, scan_formula

# What each index in a style record counts through (ECMA-376 Part 1, 18.8.45).
_STYLE_LISTS = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
_COUNTED = {
    *("borders", "cellStyleXfs", "cellStyles", "cellXfs", "dataValidations", "dxfs", "fills", "fonts", "mergeCells"),
    *("numFmts", "tableColumns", "tableParts"),
}
_FIRST_OWN_FORMAT = 164  # number formats below are built in, and differ by language
_SHEET_KINDS = {"worksheet", "chartsheet", "dialogsheet", "macrosheet", "xlMacrosheet", "xlIntlMacrosheet"}


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet: its name, its id in the workbook, its part."""

    name: str
    id: str
    part: str


@dataclass(slots=True)
class Book:
    """What the lint of a sheet must know of the workbook; sizes are numbers of list entries."""

    sheets: list[SheetPart] = field(default_factory=list)
    sheet_names: set[str] = field(default_factory=set)
    table_names: Mapping[str, str] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    styles: int = 0
    dxfs: int = 0
    formula_cells: dict[str, set[str]] = field(default_factory=dict)  # by sheet id, filled by the lint of its sheet

    def lint_formula(self, where: str, text: str, found: list[str]) -> None:
        """The findings of a formula, or of a defined name's."""
        scan = scan_formula(text)
        found.extend(f"{where}: formula {complaint}" for complaint in scan.complaints)
        found.extend(
            f"{where}: formula names sheet {name}, which is missing"
            for name in scan.sheets
            if name.casefold() not in self.sheet_names
        )
        found.extend(
            f"{where}: formula names table {name}, which is missing"
            for name in scan.tables
            if name.casefold() not in self.table_names
        )


def lint_book(parts: Parts, found: list[str]) -> Book:
    """Look through the workbook part and what it leads to; gives what the sheets must agree with."""
    book = Book()
    root = parts.tree(parts.workbook)
    if parts.workbook is None or root is None:
        found.append("the package has no workbook")
        return book
    book.table_names = _table_names(parts)
    _lint_sheets(parts, book, root, found)
    _lint_names(book, parts.workbook, root, found)
    _lint_styles(parts, book, found)
    for name in parts.related(parts.workbook, "sharedStrings"):
        tree = parts.tree(name)
        book.strings = [] if tree is None else ["".join(one.itertext()) for one in tree.iterfind("{*}si")]
    for name in parts.related(parts.workbook, "pivotCacheDefinition"):
        _lint_pivot_cache(parts, book, name, found)
    for name in parts.names:
        chart = parts.tree(name) if "/charts/" in name else None
        for series in () if chart is None else chart.iterfind(".//{*}f"):
            book.lint_formula(name, series.text or "", found)
    return book


def lint_counts(name: str, root: Element, found: list[str]) -> None:
    """The `count` of lists against how many there are."""
    for element in root.iter():
        said = element.get("count")
        if local(element) in _COUNTED and said is not None and said != str(len(element)):
            found.append(f"{name}: <{local(element)}> says {said} and holds {len(element)}")


def lint_twice(where: str, what: str, values: Iterable[str], found: list[str]) -> None:
    """What should stand once; names are compared as Excel does, without case."""
    for value, count in Counter(one.casefold() for one in values).items():
        if count > 1:
            found.append(f"{where}: {count} × {what} {value}")


def _table_names(parts: Parts) -> Mapping[str, str]:
    relations = (one for name in parts.names for one in parts.relations(name).values())
    wanted = {one.target for one in relations if one.kind == "table" and one.target}
    roots = {name: parts.tree(name) for name in sorted(wanted)}
    return {root.get("displayName", "").casefold(): name for name, root in roots.items() if root is not None}


def _lint_sheets(parts: Parts, book: Book, root: Element, found: list[str]) -> None:
    name = parts.workbook or ""
    relations = parts.relations(name)
    listed = root.findall("{*}sheets/{*}sheet")
    lint_twice(name, "sheet id", [one.get("sheetId", "") for one in listed], found)
    lint_twice(name, "sheet", [one.get("name", "") for one in listed], found)
    for one in listed:
        title = one.get("name", "")
        book.sheet_names.add(title.casefold())
        if not 0 < len(title.encode("utf-16-le")) <= 62 or set(title) & set("[]:*?/\\") or title.strip("'") != title:
            found.append(f"{name}: Excel takes no sheet named {title!r}")
        ids = [value for key, value in one.attrib.items() if key.endswith("/relationships}id")]
        relation = relations.get(ids[0]) if ids else None
        if relation is None or relation.kind not in _SHEET_KINDS:
            found.append(f"{name}: sheet {title} leads to no sheet")
        elif relation.kind == "worksheet" and relation.target in parts:
            book.sheets.append(SheetPart(title, one.get("sheetId", ""), relation.target or ""))
    if all(one.get("state", "visible") != "visible" for one in listed):
        found.append(f"{name}: no sheet is visible")
    for view in root.iterfind("{*}bookViews/{*}workbookView"):
        found.extend(
            f"{name}: {key} {view.get(key)} of {len(listed)} sheets"
            for key in ("activeTab", "firstSheet")
            if index_of(view.get(key)) >= len(listed)
        )


def _lint_names(book: Book, part: str, root: Element, found: list[str]) -> None:
    listed = root.findall("{*}definedNames/{*}definedName")
    sheets = len(root.findall("{*}sheets/{*}sheet"))
    seen = [f"{one.get('name', '')} of sheet {one.get('localSheetId', 'any')}" for one in listed]
    lint_twice(part, "name", seen, found)
    for one in listed:
        name, owner = one.get("name", ""), one.get("localSheetId")
        if owner is not None and index_of(owner) >= sheets:
            found.append(f"{part}: name {name} belongs to sheet {owner} of {sheets}")
        if name.casefold() in book.table_names and owner is None:
            found.append(f"{part}: name {name} is a table's too")
        if one.get("function") is None:
            book.lint_formula(f"{part}: name {name}", one.text or "", found)


def _lint_styles(parts: Parts, book: Book, found: list[str]) -> None:
    for name in parts.related(parts.workbook or "", "styles"):
        root = parts.tree(name)
        if root is None:
            continue
        lint_counts(name, root, found)
        sizes = {local(one): len(one) for one in root}
        book.styles, book.dxfs = sizes.get("cellXfs", 0), sizes.get("dxfs", 0)
        own = [one.get("numFmtId", "") for one in root.iterfind("{*}numFmts/{*}numFmt")]
        lint_twice(name, "number format", own, found)
        for kind in ("cellStyleXfs", "cellXfs"):
            for number, record in enumerate(root.iterfind(f"{{*}}{kind}/{{*}}xf")):
                _lint_record(f"{name}: {kind} {number}", record, sizes, own, found)
        found.extend(
            f"{name}: style {style.get('name')} has xfId {style.get('xfId')}"
            for style in root.iterfind("{*}cellStyles/{*}cellStyle")
            if index_of(style.get("xfId")) >= sizes.get("cellStyleXfs", 0)
        )


def _lint_record(where: str, record: Element, sizes: Mapping[str, int], own: list[str], found: list[str]) -> None:
    for key, listed in _STYLE_LISTS.items():
        if index_of(record.get(key)) >= max(sizes.get(listed, 0), 1):
            found.append(f"{where} has {key} {record.get(key)} of {sizes.get(listed, 0)}")
    number_format = record.get("numFmtId", "0")
    if index_of(number_format) >= _FIRST_OWN_FORMAT and number_format not in own:
        found.append(f"{where} has number format {number_format}, which is missing")


def _lint_pivot_cache(parts: Parts, book: Book, name: str, found: list[str]) -> None:
    root = parts.tree(name)
    source = None if root is None else root.find("{*}cacheSource/{*}worksheetSource")
    if source is None or any(key.endswith("}id") for key in source.attrib):  # with an id it lies in another workbook
        return
    sheet, block = source.get("sheet"), source.get("ref")
    if sheet is not None and sheet.casefold() not in book.sheet_names:
        found.append(f"{name}: source is sheet {sheet}, which is missing")
    if block is not None and parse_block(block) is None:
        found.append(f"{name}: source {block} is no reference")
