"""The lint of a worksheet: its rows and cells, what is said about blocks of them, its comments."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from xlsx_lint_book import Book, SheetPart, lint_counts, lint_twice
from xlsx_lint_package import Parts, local
from xlsx_lint_refs import Block, column_letters, index_of, overlaps, parse_block, parse_cell

LONGEST_LIST = 255  # characters of a list validation's literal
LONGEST_TEXT = 32_767  # UTF-16 units in a cell
MOST_LINKS = 65_530
_LONGEST_WORDS = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 225}
_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
_ERRORS |= {"#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#BUSY!", "#PYTHON!", "#EXTERNAL!"}
_REFERENCES = {"ref": 1, "activeCell": 1, "topLeftCell": 1, "sqref": 0}  # 1: one block, 0: several, blanks between
_NOTE = re.compile(r'<x:ClientData[^>]*ObjectType=["\']Note["\'].*?</x:ClientData>', re.DOTALL)
_NOTE_CELL = {key: re.compile(rf"<x:{key}>\s*(\d+)\s*</x:{key}>") for key in ("Row", "Column")}


def lint_sheet(parts: Parts, book: Book, sheet: SheetPart, found: list[str]) -> None:
    """Look through a worksheet part; its formula cells are noted in the book for the calculation chain."""
    root = parts.tree(sheet.part)
    if root is None:
        return
    lint_counts(sheet.part, root, found)
    filled = list(_lint_cells(book, sheet, root, found))
    _lint_dimension(sheet.part, root, filled, found)
    _lint_references(sheet.part, root, found)
    _lint_merges(sheet.part, root, found)
    _lint_columns(book, sheet.part, root, found)
    _lint_validations(book, sheet.part, root, found)
    _lint_conditions(book, sheet.part, root, found)
    links = root.findall("{*}hyperlinks/{*}hyperlink")
    lint_twice(sheet.part, "link on", [one.get("ref", "") for one in links], found)
    if len(links) > MOST_LINKS:
        found.append(f"{sheet.part}: {len(links)} links")
    _lint_attachments(parts, sheet.part, root, found)
    _lint_comments(parts, sheet.part, root, found)


def _lint_cells(book: Book, sheet: SheetPart, root: Element, found: list[str]) -> Iterator[tuple[int, int]]:
    """Row and column of each cell that is there, from 1; findings of rows and cells on the way."""
    row, formulas, masters = 0, book.formula_cells.setdefault(sheet.id, set()), set[str]()
    for record in root.iterfind("{*}sheetData/{*}row"):
        number = index_of(record.get("r"), row + 1)
        if number <= row:
            found.append(f"{sheet.part}: row {number} after row {row}")
        row, column = number, 0
        _lint_style(book, f"{sheet.part}: row {row}", record.get("s"), found)
        for cell in record:
            address = cell.get("r") or f"{column_letters(column + 1)}{row}"
            at = parse_cell(address)
            if at is None or at[0] != row:
                found.append(f"{sheet.part}: cell {address} in row {row}")
                continue
            if at[1] <= column:
                found.append(f"{sheet.part}: cell {address} after {column_letters(column)}{row}")
            column = at[1]
            where = f"{sheet.part}: {address}"
            _lint_style(book, where, cell.get("s"), found)
            _lint_content(book, where, cell, found)
            if (formula := cell.find("{*}f")) is not None:
                formulas.add(address)
                _lint_cell_formula(book, where, at, formula, masters, found)
            yield at


def _lint_style(book: Book, where: str, style: str | None, found: list[str]) -> None:
    if style is not None and index_of(style) >= max(book.styles, 1):
        found.append(f"{where}: style {style} of {book.styles}")


def _lint_content(book: Book, where: str, cell: Element, found: list[str]) -> None:
    kind, value = cell.get("t", "n"), cell.findtext("{*}v")
    inline = cell.find("{*}is")
    if (kind == "inlineStr") != (inline is not None):
        found.append(f"{where}: type {kind} {'with' if inline is not None else 'without'} inline text")
    if kind == "s":
        if value is None or index_of(value.strip()) >= len(book.strings):
            found.append(f"{where}: shared string {value} of {len(book.strings)}")
        return
    text = "".join(inline.itertext()) if inline is not None else value or ""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_TEXT:
        found.append(f"{where}: text longer than Excel's longest")
    if value and not _fits(kind, value.strip()):  # an empty one is how openpyxl writes a formula without a result
        found.append(f"{where}: type {kind} and value {value!r}")


def _fits(kind: str, value: str) -> bool:
    match kind:
        case "b":
            return value in ("0", "1")
        case "e":
            return value in _ERRORS
        case "n":
            try:
                return abs(float(value)) < float("inf")
            except ValueError:
                return False
        case _:
            return kind in ("str", "d")


def _lint_cell_formula(
    book: Book, where: str, at: tuple[int, int], formula: Element, masters: set[str], found: list[str]
) -> None:
    kind, shared, block = formula.get("t", "normal"), formula.get("si", ""), formula.get("ref")
    is_master = block is not None or bool(formula.text)
    if kind == "shared" and is_master:
        if shared in masters:
            found.append(f"{where}: shared formula {shared} begins twice")
        masters.add(shared)
    elif kind == "shared" and shared not in masters:
        found.append(f"{where}: shared formula {shared} has no beginning")
    if kind == "array" and (parse_block(block or "") or Block(0, 0, 0, 0))[:2] != at:
        found.append(f"{where}: array formula over {block}")
    if kind in ("normal", "array") or (kind == "shared" and is_master):
        book.lint_formula(where, formula.text or "", found)


def _lint_dimension(part: str, root: Element, filled: list[tuple[int, int]], found: list[str]) -> None:
    dimension = root.find("{*}dimension")
    said = None if dimension is None else parse_block(dimension.get("ref", ""))
    if said is None or not filled:
        return
    rows, columns = [row for row, _ in filled], [column for _, column in filled]
    used = Block(min(rows), min(columns), max(rows), max(columns))
    if not said.holds(used):
        found.append(f"{part}: dimension {root.find('{*}dimension').get('ref')} leaves out cells")


def _lint_references(part: str, root: Element, found: list[str]) -> None:
    for element in root.iter():
        references = [(key, element.get(key), one) for key, one in _REFERENCES.items() if element.get(key) is not None]
        if local(element) == "sqref":
            references.append(("sqref", element.text or "", 0))
        for key, text, is_one in references:
            blocks = [text] if is_one else text.split()
            if not blocks or any(parse_block(block) is None for block in blocks):
                found.append(f"{part}: <{local(element)}> {key}={text!r} is no reference")


def _lint_merges(part: str, root: Element, found: list[str]) -> None:
    names = [one.get("ref", "") for one in root.iterfind("{*}mergeCells/{*}mergeCell")]
    merges = [(name, block) for name in names if (block := parse_block(name)) is not None]
    found.extend(f"{part}: merge {name} is one cell" for name, block in merges if block[:2] == block[2:])
    found.extend(f"{part}: merges {one} and {other} overlap" for one, other in overlaps(merges))


def _lint_columns(book: Book, part: str, root: Element, found: list[str]) -> None:
    last = 0
    for column in root.iterfind("{*}cols/{*}col"):
        start, end = index_of(column.get("min")), index_of(column.get("max"))
        if not last < start <= end:
            found.append(f"{part}: columns {start} to {end} after column {last}")
        last = end
        _lint_style(book, f"{part}: column {start}", column.get("style"), found)


def _lint_validations(book: Book, part: str, root: Element, found: list[str]) -> None:
    for check in root.iter():
        if local(check) != "dataValidation":
            continue
        where = f"{part}: validation of {check.get('sqref') or check.findtext('{*}sqref')}"
        for key, longest in _LONGEST_WORDS.items():
            if len(check.get(key, "")) > longest:
                found.append(f"{where}: {key} has {len(check.get(key, ''))} characters")
        for key in ("formula1", "formula2"):
            bound = check.find(f"{{*}}{key}")
            if bound is None:
                continue
            text = "".join(bound.itertext())  # an x14 bound has its formula one element deeper
            if text.startswith('"') and len(text.replace('""', '"')) - 2 > LONGEST_LIST:
                found.append(f"{where}: list of {len(text) - 2} characters")
            book.lint_formula(where, text, found)
        if check.get("type") == "list" and check.find("{*}formula1") is None:
            found.append(f"{where}: list without entries")


def _lint_conditions(book: Book, part: str, root: Element, found: list[str]) -> None:
    for rule in root.iter():
        if local(rule) == "cfRule":
            look = rule.get("dxfId")
            if look is not None and index_of(look) >= book.dxfs:
                found.append(f"{part}: condition with look {look} of {book.dxfs}")
            for formula in rule:
                if local(formula) in ("f", "formula"):
                    book.lint_formula(f"{part}: condition", formula.text or "", found)


def _lint_attachments(parts: Parts, part: str, root: Element, found: list[str]) -> None:
    """Each drawing, table and the like is named in the sheet as often as a relationship leads to it."""
    relations = parts.relations(part)
    for kind, path in (("drawing", "drawing"), ("vmlDrawing", "legacyDrawing*"), ("table", "tableParts/{*}tablePart")):
        elements = _attached(root, path)
        named = {value for one in elements for key, value in one.attrib.items() if key.endswith("/relationships}id")}
        related = {id_ for id_, relation in relations.items() if relation.kind == kind}
        found.extend(f"{part}: {kind} {id_} is not named in the sheet" for id_ in sorted(related - named))
        found.extend(f"{part}: {id_} is no {kind}" for id_ in sorted(named & relations.keys() - related))


def _attached(root: Element, path: str) -> list[Element]:
    if path.endswith("*"):
        return [one for one in root if local(one).startswith(path[:-1])]
    return root.findall(f"{{*}}{path}")


def _lint_comments(parts: Parts, part: str, root: Element, found: list[str]) -> None:
    texts = parts.related(part, "comments")
    if len(texts) > 1:
        found.append(f"{part}: {len(texts)} lists of comments")
    ids = [value for one in root.iterfind("{*}legacyDrawing") for value in one.attrib.values()]
    vml = {one.target for id_, one in parts.relations(part).items() if id_ in ids and one.target in parts}
    shapes = [cell for name in sorted(vml) for cell in _note_cells(parts.read(name).decode("utf-8", "replace"))]
    lint_twice(part, "shape of the comment on", shapes, found)
    commented: list[str] = []
    for name in texts:
        comments = parts.tree(name)
        if comments is None:
            continue
        authors = len(comments.findall("{*}authors/{*}author"))
        for one in comments.iterfind("{*}commentList/{*}comment"):
            commented.append(one.get("ref", ""))
            if index_of(one.get("authorId")) >= authors:
                found.append(f"{name}: comment on {one.get('ref')} has author {one.get('authorId')} of {authors}")
        lint_twice(name, "comment on", commented, found)
    found.extend(f"{part}: comment on {cell} has no shape" for cell in commented if cell not in shapes)
    found.extend(f"{part}: shape of a comment on {cell}, which has none" for cell in shapes if cell not in commented)


def _note_cells(vml: str) -> Iterator[str]:
    for note in _NOTE.findall(vml):
        row, column = _NOTE_CELL["Row"].search(note), _NOTE_CELL["Column"].search(note)
        if row and column:
            yield f"{column_letters(int(column[1]) + 1)}{int(row[1]) + 1}"
