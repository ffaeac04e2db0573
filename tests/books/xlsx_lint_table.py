"""The lint of tables against the cells that they lie on, and of the calculation chain against the formulas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from xlsx_lint_book import Book, SheetPart, lint_counts, lint_twice
from xlsx_lint_package import Parts, local
from xlsx_lint_refs import Block, column_letters, index_of, overlaps, parse_block

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LOOKS = ("headerRowDxfId", "dataDxfId", "totalsRowDxfId", "headerRowBorderDxfId", "tableBorderDxfId")


@dataclass(frozen=True, slots=True)
class TablePart:
    """A table: its part, what is in it, the block it says it spans, and the XML of the sheet that it lies on."""

    part: str
    root: Element
    block: Block
    sheet: Element

    @property
    def ref(self) -> str:
        return self.root.get("ref", "")

    @property
    def totals(self) -> int:
        return index_of(self.root.get("totalsRowCount"))


def lint_tables(parts: Parts, book: Book, found: list[str]) -> None:
    """Look through the tables of all sheets, and the calculation chain."""
    tables: list[TablePart] = []
    for sheet in book.sheets:
        here = list(_read_tables(parts, sheet, found))
        for table in here:
            _lint_block(table, found)
            _lint_columns(book, table, found)
            _lint_filter(table, found)
        blocks = [(table.part, table.block) for table in here]
        found.extend(f"{sheet.part}: tables {one} and {other} overlap" for one, other in overlaps(blocks))
        tables.extend(here)
    lint_twice("tables", "id", [table.root.get("id", "") for table in tables], found)
    lint_twice("tables", "name", [table.root.get("displayName", "") for table in tables], found)
    lint_twice("tables", "part", [table.part for table in tables], found)
    for name in parts.related(parts.workbook or "", "calcChain"):
        _lint_chain(parts, book, name, found)


def _read_tables(parts: Parts, sheet: SheetPart, found: list[str]) -> Iterator[TablePart]:
    page = parts.tree(sheet.part)
    for part in parts.related(sheet.part, "table"):
        root = parts.tree(part)
        if page is None or root is None:
            continue
        block = parse_block(root.get("ref", ""))
        if block is None:
            found.append(f"{part}: {root.get('ref')} is no reference")
        else:
            yield TablePart(part, root, block, page)


def _lint_block(table: TablePart, found: list[str]) -> None:
    headers = index_of(table.root.get("headerRowCount"), 1)
    if table.block.bottom - table.block.top + 1 <= headers + table.totals:
        found.append(f"{table.part}: {table.ref} has no data row")
    dimension = table.sheet.find("{*}dimension")
    used = None if dimension is None else parse_block(dimension.get("ref", ""))
    if used is not None and not used.holds(table.block):
        found.append(f"{table.part}: {table.ref} reaches beyond the sheet's dimension")
    for merge in table.sheet.iterfind("{*}mergeCells/{*}mergeCell"):
        block = parse_block(merge.get("ref", ""))
        if block is not None and table.block.meets(block):
            found.append(f"{table.part}: merged cells {merge.get('ref')} lie in it")


def _lint_columns(book: Book, table: TablePart, found: list[str]) -> None:
    part, block = table.part, table.block
    lint_counts(part, table.root, found)
    columns = table.root.findall("{*}tableColumns/{*}tableColumn")
    names = [_unescape(column.get("name", "")) for column in columns]
    lint_twice(part, "column", names, found)
    lint_twice(part, "column id", [column.get("id", "") for column in columns], found)
    if len(columns) != block.right - block.left + 1:
        found.append(f"{part}: {len(columns)} columns over {table.ref}")
    if table.root.get("headerRowCount") != "0":
        shown = _texts_of_row(book, table.sheet, block.top)
        for number, name in enumerate(names, block.left):
            address = f"{column_letters(number)}{block.top}"
            if shown.get(address) != name:
                found.append(f"{part}: column {name!r}, but {address} shows {shown.get(address)!r}")
    for element in table.root.iter():
        looks = [(key, look) for key in _LOOKS if (look := element.get(key)) is not None]
        found.extend(f"{part}: {key} {look} of {book.dxfs}" for key, look in looks if index_of(look) >= book.dxfs)
    for column in columns:
        for kind in ("calculatedColumnFormula", "totalsRowFormula"):
            if (formula := column.find(f"{{*}}{kind}")) is not None:
                book.lint_formula(f"{part}: column {column.get('name')}", formula.text or "", found)


def _texts_of_row(book: Book, tree: Element, wanted: int) -> dict[str, str | None]:
    """What the text cells of a row show, by address; None for what is no text, which a header must be."""
    shown: dict[str, str | None] = {}
    number = 0
    for record in tree.iterfind("{*}sheetData/{*}row"):
        number = index_of(record.get("r"), number + 1)
        if number != wanted:
            continue
        for position, cell in enumerate(record, 1):
            address, value = cell.get("r") or f"{column_letters(position)}{wanted}", cell.findtext("{*}v")
            match cell.get("t"):
                case "s":
                    index = index_of(value, len(book.strings))
                    shown[address] = book.strings[index] if index < len(book.strings) else None
                case "inlineStr":
                    shown[address] = "".join(cell.find("{*}is").itertext())
                case "str":
                    shown[address] = value
                case _:
                    shown[address] = None
    return {address: None if text is None else _unescape(text) for address, text in shown.items()}


def _unescape(text: str) -> str:
    """Text without `_x000a_` for a line break and its like, and with one kind of line break."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def _lint_filter(table: TablePart, found: list[str]) -> None:
    # The arrows span the table, without its totals row.
    expected = table.block._replace(bottom=table.block.bottom - table.totals)
    for arrows in table.root.iterfind("{*}autoFilter"):
        if parse_block(arrows.get("ref", "")) != expected:
            found.append(f"{table.part}: filter over {arrows.get('ref')}, table over {table.ref}")
        found.extend(
            f"{table.part}: filter of column {column.get('colId')}, which is missing"
            for column in arrows.iterfind("{*}filterColumn")
            if index_of(column.get("colId")) > table.block.right - table.block.left
        )
    for element in table.root.iter():
        block = parse_block(element.get("ref", "")) if local(element) in ("sortState", "sortCondition") else None
        if block is not None and not table.block.holds(block):
            found.append(f"{table.part}: sorted over {element.get('ref')}, table over {table.ref}")


def _lint_chain(parts: Parts, book: Book, name: str, found: list[str]) -> None:
    root = parts.tree(name)
    sheet, seen = "", []
    for entry in () if root is None else root:
        sheet = entry.get("i", sheet)
        cell = entry.get("r", "")
        seen.append(f"{cell} of sheet {sheet}")
        if cell not in book.formula_cells.get(sheet, ()):
            found.append(f"{name}: {cell} of sheet {sheet} holds no formula")
    lint_twice(name, "entry", seen, found)
    if root is not None and not len(root):
        found.append(f"{name}: no entry")
