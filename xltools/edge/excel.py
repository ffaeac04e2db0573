"""Excel papers from templates: cells filled, rows repeated, everything else of the workbook as it was.

Only the parts that hold placeholders are written anew; logos, formats, page setup and printer settings are the
template's own bytes. openpyxl would lose shapes, rich text and pictures.
"""

import datetime as dt
import io
import posixpath
import zipfile
from collections.abc import Mapping
from typing import Any

from lxml import etree

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.edge.excel_sheet import (
    MAIN,
    SheetError,
    SheetTemplate,
    fill_sheet,
    move_parts,
    plain_words,
    read_sheet,
    show_value,
    string_runs,
)
from xltools.edge.placeholders import (
    FILLING_FAILED,
    check_package,
    make_printable,
    names_near,
    open_sandbox,
    tell_cause,
)
from xltools.edge.row_map import RowMap, move_formula
from xltools.edge.word import date_zip

_WORKBOOK, _STRINGS, _CHAIN = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/calcChain.xml"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_SHAPE_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_TERMS = "{http://purl.org/dc/terms/}"
_BROKEN = (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, AttributeError, TypeError)


def render_xlsx(template: bytes, context: Mapping[str, Any], as_of: dt.date, place: Place) -> bytes | Problem:
    """The template (.xlsx) filled with the context's values, dated by `as_of`; same inputs, same bytes.

    Placeholders `{{ … }}` may stand in cells, in text boxes, and in page headers and footers; rows between one with
    `{%tr for line in lines %}` and one with `{%tr endfor %}` are repeated, those two vanish, and what lies below moves:
    merged cells, page breaks, print area, formulas, pictures. The problems are those of render_docx, at the sheet and
    cell.
    """
    try:
        check_package(template)
        package = _Package(template)
    except _BROKEN as cause:
        return error("template-unreadable", place, cause=tell_cause(cause))
    values = make_printable(dict(context))
    try:
        package.fill(values)
    except SheetError as wrong:
        sheet, cell = wrong.cell.rpartition("!")[::2]
        near = names_near(wrong.cause, wrong.text, package.words, values)
        spot = place._replace(sheet=sheet, cell=cell)
        return error("template-placeholder-wrong", spot, cause=tell_cause(wrong.cause), where=wrong.cell, near=near)
    except _BROKEN as cause:
        return error("template-unreadable", place, cause=tell_cause(cause))
    return date_zip(package.write(as_of), as_of)


def _parser() -> Any:
    """Reads XML without what it may define, or lead to."""
    return etree.XMLParser(resolve_entities=False, no_network=True)


class _Package:
    """A workbook's parts by name; those that were touched are in `trees`."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.trees: dict[str, Any] = {}
        self.strings = [string_runs(item) for item in self.tree(_STRINGS)] if _STRINGS in self.parts else []
        self.names: dict[str, str] = {}  # sheet names by part
        links = self.links(_WORKBOOK)
        for sheet in self.tree(_WORKBOOK).iterfind(f"{MAIN}sheets/{MAIN}sheet"):
            part = links.get(sheet.get(f"{_RELATION}id"), "")
            if part.startswith("xl/worksheets/"):
                self.names[part] = sheet.get("name")
        self.sheets = {part: read_sheet(self.tree(part), name, self.strings) for part, name in self.names.items()}
        self.words = "\n".join(sheet.words for sheet in self.sheets.values())

    def tree(self, part: str) -> Any:
        """A part's XML, which is written back."""
        if part not in self.trees:
            self.trees[part] = etree.fromstring(self.parts[part], _parser())
        return self.trees[part]

    def links(self, part: str) -> dict[str, str]:
        """What a part refers to: parts by relationship id."""
        folder, name = posixpath.split(part)
        relations = f"{folder}/_rels/{name}.rels"
        if relations not in self.parts:
            return {}
        return {
            one.get("Id"): posixpath.normpath(posixpath.join(folder, one.get("Target"))).lstrip("/")
            if not one.get("Target").startswith("/")
            else one.get("Target").lstrip("/")
            for one in etree.fromstring(self.parts[relations], _parser())
            if one.get("TargetMode") != "External"
        }

    def fill(self, context: Mapping[str, Any]) -> None:
        """Fills all sheets; SheetError with `sheet!cell` where that fails."""
        environment = open_sandbox(finalize=show_value)
        maps: dict[str, RowMap] = {}
        for part, sheet in self.sheets.items():
            if sheet.cells:
                try:
                    maps[part] = fill_sheet(sheet, context, environment)
                except SheetError as wrong:
                    raise SheetError(f"{sheet.name}!{wrong.cell}", wrong.text, wrong.cause) from wrong
            self._fill_headers(sheet, context)
        by_name = {self.names[part]: rows for part, rows in maps.items()}
        for part, sheet in self.sheets.items():
            rows = maps.get(part) or RowMap((), 0)
            if maps:
                move_parts(sheet.root, rows, by_name)
            for linked in self.links(part).values():
                if linked.startswith("xl/drawings/drawing"):
                    self._fill_drawing(linked, sheet.name, rows, context)
        self._move_names(by_name)
        self._forget_strings()
        self._calculate_anew()

    def _fill_headers(self, sheet: SheetTemplate, context: Mapping[str, Any]) -> None:
        for element in sheet.root.iterfind(f"{MAIN}headerFooter/*"):
            if "{{" in (element.text or "") or "{%" in (element.text or ""):
                # An ampersand begins a code there: &P is the page's number.
                element.text = self._fill_text(element.text, f"{sheet.name}!&header", context, ("&", "&&"))

    def _fill_drawing(self, part: str, name: str, rows: RowMap, context: Mapping[str, Any]) -> None:
        root = self.tree(part)
        for text in root.iter(_SHAPE_TEXT):
            if "{{" in (text.text or ""):
                text.text = self._fill_text(text.text, f"{name}!", context)
        for anchor in root:
            start = anchor.find(f"{_DRAWING}from/{_DRAWING}row")
            if start is None:
                continue
            moved = rows.first(int(start.text) + 1) - 1 - int(start.text)
            for corner in ("from", "to"):
                row = anchor.find(f"{_DRAWING}{corner}/{_DRAWING}row")
                if row is not None:
                    row.text = str(int(row.text) + moved)

    def _fill_text(
        self, text: str, where: str, context: Mapping[str, Any], replaced: tuple[str, str] | None = None
    ) -> str:
        def show(value: Any) -> Any:
            shown = show_value(value)
            return shown.replace(*replaced) if replaced and isinstance(shown, str) else shown

        self.words += f"\n{text}"
        try:
            return plain_words(open_sandbox(finalize=show).from_string(text).render(context))
        except FILLING_FAILED as cause:
            raise SheetError(where, text, cause) from cause

    def _move_names(self, maps: Mapping[str, RowMap]) -> None:
        """Print areas, print titles and other names follow their rows."""
        for name in self.tree(_WORKBOOK).iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
            name.text = move_formula(name.text or "", None, 0, maps)

    def _forget_strings(self) -> None:
        """Empties the shared strings whose cells were filled: nothing uses them, and a search would find them."""
        if _STRINGS not in self.parts:
            return
        for item in self.tree(_STRINGS):
            if "{{" in (words := "".join(text for _, text in string_runs(item))) or "{%" in words:
                for child in list(item):
                    item.remove(child)
                etree.SubElement(item, f"{MAIN}t")

    def _calculate_anew(self) -> None:
        """Formulas are calculated when the paper is opened; the order in which Excel once did that is forgotten."""
        workbook = self.tree(_WORKBOOK)
        settings = workbook.find(f"{MAIN}calcPr")
        if settings is not None:
            settings.set("fullCalcOnLoad", "1")
        if self.parts.pop(_CHAIN, None) is None:
            return
        for part, attribute in (("[Content_Types].xml", "PartName"), ("xl/_rels/workbook.xml.rels", "Target")):
            for child in list(self.tree(part)):
                if (child.get(attribute) or "").endswith("calcChain.xml"):
                    self.tree(part).remove(child)

    def write(self, as_of: dt.date) -> bytes:
        """The workbook's bytes."""
        core = "docProps/core.xml"
        if core in self.parts:
            for name in ("created", "modified"):
                element = self.tree(core).find(f"{_TERMS}{name}")
                if element is not None:
                    element.text = f"{as_of.isoformat()}T00:00:00Z"
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w") as archive:
            for part, content in self.parts.items():
                tree = self.trees.get(part)
                changed = (
                    content
                    if tree is None
                    else etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
                )
                archive.writestr(part, changed)
        return written.getvalue()
