"""One sheet of an Excel template: its rows filled and repeated, and all that lies below moved along."""

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lxml import etree

from xltools.core.codec import plain_decimal
from xltools.core.place import cell_name, cell_position
from xltools.core.sandbox import BoundedSandbox
from xltools.edge.placeholders import FILLING_FAILED, failed_line
from xltools.edge.row_map import RowMap, move_formula, move_range, move_ranges, shift_formula

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# Marks in the text that Jinja2 fills; none of them can stand in a cell.
_ROW, _CELL, _TEXT, _END, _RUN, _NUMBER, _NUMBER_END = "\x01\x02\x03\x04\x05\x06\x07"
_FILLED = re.compile(f"{_ROW}(\\d+)\n|{_CELL}(\\d+){_TEXT}([^{_END}]*){_END}")
_ONE_NUMBER = re.compile(f"{_NUMBER}([^{_NUMBER_END}]*){_NUMBER_END}")
_CONTROL = re.compile(r"\s*\{%-?\s*tr\s+(.*?)-?%\}\s*", re.DOTALL)
_RANGES = ("conditionalFormatting", "dataValidation", "ignoredError", "protectedRange")
_ONE_RANGE = ("hyperlink", "autoFilter", "dimension")

Run = tuple[Any, str]  # a run's own format (None: the cell's), and its text


class SheetError(Exception):
    """A placeholder that can't be filled: the cell it stands in, and its text."""

    def __init__(self, cell: str, text: str, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cell, self.text, self.cause = cell, text, cause


@dataclass(slots=True)
class SheetTemplate:
    """A sheet that has placeholders: its XML, and the runs of those cells by row and column (from 1)."""

    root: Any
    name: str
    cells: dict[int, dict[int, list[Run]]] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """All its placeholders."""
        return "\n".join(_plain(runs) for row in self.cells.values() for runs in row.values())


def read_sheet(root: Any, name: str, strings: Sequence[Sequence[Run]]) -> SheetTemplate:
    """The sheet with what of it is to be filled; `strings` are the workbook's shared strings."""
    sheet = SheetTemplate(root, name)
    for row in root.iter(f"{MAIN}row"):
        for cell in row.iter(f"{MAIN}c"):
            runs = _cell_runs(cell, strings)
            if "{{" in (text := _plain(runs)) or "{%" in text:
                at, column = cell_position(cell.get("r"))
                sheet.cells.setdefault(at + 1, {})[column + 1] = _whole_runs(runs)
    return sheet


def fill_sheet(sheet: SheetTemplate, context: Mapping[str, Any], environment: BoundedSandbox) -> RowMap:
    """Fills the sheet in place and tells where its rows went; SheetError at the cell that can't be filled.

    A cell of nothing but `{{ … }}` that comes to a number holds that number; anything else is text, never a formula.
    """
    last = max(sheet.cells, default=0)
    source, spots = _write_source(sheet, last)
    try:
        filled = environment.from_string(source).render(context)
    except FILLING_FAILED as cause:
        line = failed_line(cause)
        cell, text = _find_spot(sheet, spots, line)
        raise SheetError(cell, text, cause) from cause
    emitted, texts = _read_filled(filled)
    rows = RowMap(emitted, last)
    _expand_shared(sheet.root)
    _rebuild_rows(sheet, rows, texts)
    return rows


def move_parts(root: Any, rows: RowMap, others: Mapping[str, RowMap]) -> None:
    """Formulas, merged cells, breaks, formats and links of a sheet follow its rows."""
    for row in root.iter(f"{MAIN}row"):
        for formula in row.iter(f"{MAIN}f"):
            formula.text = move_formula(formula.text or "", rows, int(row.get("r")), others)
            if formula.get("ref"):
                formula.set("ref", move_range(formula.get("ref"), rows))
    _move_merges(root, rows)
    for row_break in root.iterfind(f"{MAIN}rowBreaks/{MAIN}brk"):
        row_break.set("id", str(rows.end(int(row_break.get("id")))))
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        tag = etree.QName(element).localname
        if tag in _RANGES and element.get("sqref"):
            element.set("sqref", move_ranges(element.get("sqref"), rows))
        elif tag in _ONE_RANGE and element.get("ref"):
            element.set("ref", move_range(element.get("ref"), rows))
        elif tag == "sqref" and element.text:  # of formats in the extension list
            element.text = move_ranges(element.text, rows)


def string_runs(item: Any) -> list[Run]:
    """The runs of a shared or inline string."""
    runs: list[Run] = []
    for part in item:
        if part.tag == f"{MAIN}t":
            runs.append((None, part.text or ""))
        elif part.tag == f"{MAIN}r":
            text = part.find(f"{MAIN}t")
            runs.append((part.find(f"{MAIN}rPr"), (text.text or "") if text is not None else ""))
    return runs


def show_value(value: Any) -> Any:
    """How Jinja2 prints a value: numbers marked, so that a cell of nothing else holds the number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "" if value is None else value
    plain = plain_decimal(value) if isinstance(value, Decimal) else str(value)
    return f"{_NUMBER}{plain}{_NUMBER_END}"


def plain_words(text: str) -> str:
    """Filled text without the marks of numbers."""
    return _ONE_NUMBER.sub(r"\1", text)


def _cell_runs(cell: Any, strings: Sequence[Sequence[Run]]) -> list[Run]:
    kind = cell.get("t")
    if kind == "s":
        at = int(cell.findtext(f"{MAIN}v") or 0)
        return list(strings[at]) if at < len(strings) else []
    inline = cell.find(f"{MAIN}is")
    return string_runs(inline) if kind == "inlineStr" and inline is not None else []


def _plain(runs: Sequence[Run]) -> str:
    return "".join(text for _, text in runs)


def _whole_runs(runs: list[Run]) -> list[Run]:
    """Runs joined where a placeholder goes across them: Excel cuts one up when part of it was formatted."""
    whole: list[Run] = []
    for style, text in runs:
        if whole and any(whole[-1][1].count(a) != whole[-1][1].count(b) for a, b in (("{{", "}}"), ("{%", "%}"))):
            whole[-1] = (whole[-1][0], whole[-1][1] + text)
        else:
            whole.append((style, text))
    return whole


def _write_source(sheet: SheetTemplate, last: int) -> tuple[str, list[tuple[int, int]]]:
    """The text that Jinja2 fills, row by row, and for each of its lines the row and column that it is of."""
    parts: list[str] = []
    spots: list[tuple[int, int]] = []

    def add(text: str, row: int, column: int) -> None:
        parts.append(f"{text}\n")
        spots.extend([(row, column)] * (text.count("\n") + 1))

    for row in range(1, last + 1):
        cells = sheet.cells.get(row, {})
        control = {column: found for column, runs in cells.items() if (found := _CONTROL.fullmatch(_plain(runs)))}
        if control:
            for column, found in control.items():
                add(f"{{% {found[1]} %}}", row, column)
            continue
        add(f"{_ROW}{row}", row, 0)
        for column, runs in sorted(cells.items()):
            add(f"{_CELL}{column}{_TEXT}{_RUN.join(text for _, text in runs)}{_END}", row, column)
    return "".join(parts), spots


def _find_spot(sheet: SheetTemplate, spots: Sequence[tuple[int, int]], line: int | None) -> tuple[str, str]:
    """The cell of a line; of a block that is left open only the end is known: the last tag is the likeliest."""
    row, column = spots[line - 1] if line and line <= len(spots) else (0, 0)
    if not column or column not in sheet.cells.get(row, {}):
        tagged = [(at, one) for at, cells in sheet.cells.items() for one, runs in cells.items() if "{%" in _plain(runs)]
        row, column = tagged[-1] if tagged else (next(iter(sheet.cells)), next(iter(next(iter(sheet.cells.values())))))
    return cell_name(row - 1, column - 1), _plain(sheet.cells[row][column])


def _read_filled(filled: str) -> tuple[list[int], list[dict[int, str]]]:
    """The rows as they came out, and the text of their filled cells by column."""
    emitted: list[int] = []
    texts: list[dict[int, str]] = []
    for found in _FILLED.finditer(filled):
        if found[1]:
            emitted.append(int(found[1]))
            texts.append({})
        else:
            texts[-1][int(found[2])] = found[3]
    return emitted, texts


def _rebuild_rows(sheet: SheetTemplate, rows: RowMap, texts: Sequence[dict[int, str]]) -> None:
    """The sheet's rows as they came out, each with its cells renamed."""
    holder = sheet.root.find(f"{MAIN}sheetData")
    known = {int(row.get("r")): row for row in holder.iterfind(f"{MAIN}row")}
    made = []
    for new, (row, filled) in enumerate(zip(rows.emitted, texts, strict=True), start=1):
        if row in known:
            element = copy.deepcopy(known[row])
            _name_row(element, new)
            _fill_cells(element, filled, sheet.cells.get(row, {}))
            made.append(element)
    for row, element in known.items():
        if row > rows.last:
            _name_row(element, rows.first(row))
            made.append(element)
    for element in list(holder):
        holder.remove(element)
    holder.extend(made)


def _name_row(row: Any, number: int) -> None:
    row.set("r", str(number))
    for cell in row.iterfind(f"{MAIN}c"):
        cell.set("r", cell_name(number - 1, cell_position(cell.get("r"))[1]))
        value = cell.find(f"{MAIN}v")
        if cell.find(f"{MAIN}f") is not None and value is not None:
            cell.remove(value)  # what it came to in the template


def _fill_cells(row: Any, filled: Mapping[int, str], runs: Mapping[int, list[Run]]) -> None:
    for cell in row.iterfind(f"{MAIN}c"):
        column = cell_position(cell.get("r"))[1] + 1
        if column in filled:
            _fill_cell(cell, filled[column], [style for style, _ in runs[column]])
    if filled and row.get("customHeight") not in {"1", "true"}:
        row.attrib.pop("ht", None)  # not set by a person: as high as what it holds now


def _fill_cell(cell: Any, text: str, styles: Sequence[Any]) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if number := _ONE_NUMBER.fullmatch(text):
        etree.SubElement(cell, f"{MAIN}v").text = number[1]
        return
    parts = [plain_words(part) for part in text.split(_RUN)]
    if not any(parts):
        return
    cell.set("t", "inlineStr")
    inline = etree.SubElement(cell, f"{MAIN}is")
    if len(parts) == 1 and styles[0] is None:
        _add_text(inline, parts[0])
        return
    for style, part in zip(styles, parts, strict=True):
        if part:
            run = etree.SubElement(inline, f"{MAIN}r")
            if style is not None:
                run.append(copy.deepcopy(style))
            _add_text(run, part)


def _add_text(holder: Any, text: str) -> None:
    element = etree.SubElement(holder, f"{MAIN}t")
    element.text = text
    element.set(_SPACE, "preserve")


def _expand_shared(root: Any) -> None:
    """Shared formulas written out: their rows may part."""
    masters: dict[str, tuple[str, int, int]] = {}
    for cell in root.iter(f"{MAIN}c"):
        formula = cell.find(f"{MAIN}f")
        if formula is None or formula.get("t") != "shared":
            continue
        row, column = cell_position(cell.get("r"))
        if formula.text:
            masters[formula.get("si")] = (formula.text, row, column)
        words, at_row, at_column = masters.get(formula.get("si"), ("", row, column))
        formula.text = shift_formula(words, row - at_row, column - at_column)
        for name in ("t", "si", "ref"):
            formula.attrib.pop(name, None)


def _move_merges(root: Any, rows: RowMap) -> None:
    holder = root.find(f"{MAIN}mergeCells")
    if holder is None:
        return
    refs = []
    for merged in list(holder):
        first, _, last = merged.get("ref").partition(":")
        (top, left), (bottom, right) = cell_position(first), cell_position(last or first)
        for start, end in rows.blocks(top + 1, bottom + 1):
            refs.append(f"{cell_name(start - 1, left)}:{cell_name(end - 1, right)}")
        holder.remove(merged)
    for ref in refs:
        etree.SubElement(holder, f"{MAIN}mergeCell", ref=ref)
    if refs:
        holder.set("count", str(len(refs)))
    else:
        holder.getparent().remove(holder)
