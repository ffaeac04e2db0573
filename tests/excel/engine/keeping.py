"""Files: read and written by openpyxl, with the results of formulas that openpyxl would lose."""

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils import coordinate_to_tuple
from openpyxl.utils.datetime import to_excel

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


def load(path: Path) -> openpyxl.Workbook:
    """The book, with its macros where it has any."""
    return openpyxl.load_workbook(path, keep_vba=path.suffix.lower() in (".xlsm", ".xltm", ".xlam"))


def known_results(path: Path, sheet: Any) -> dict[tuple[int, int], Any]:
    """What the formulas of a sheet came to when the file was last calculated."""
    formulas = [cell for cell in sheet.ws._cells.values() if cell.data_type == "f"]
    if not formulas:
        return {}
    if "calculated" not in sheet.book.state:
        sheet.book.state["calculated"] = openpyxl.load_workbook(path, data_only=True)
    values = sheet.book.state["calculated"][sheet.ws.title]
    return {(one.row, one.column): values.cell(one.row, one.column).value for one in formulas}


def store(book: Any, path: Path) -> None:
    """Write the book as it is now."""
    book.model.save(path)
    results = {number: sheet.results for number, sheet in enumerate(book.sheets(), 1) if sheet.results}
    if not results:
        return
    with zipfile.ZipFile(path) as package:
        members = [(one, package.read(one)) for one in package.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for info, content in members:
            number = info.filename.removeprefix("xl/worksheets/sheet").removesuffix(".xml")
            known = results.get(int(number)) if number.isdigit() else None
            package.writestr(info, _with_results(content, known) if known else content)


def _with_results(xml: bytes, results: dict[tuple[int, int], Any]) -> bytes:
    root = etree.fromstring(xml)
    for cell in root.iter(f"{_MAIN}c"):
        value = results.get(coordinate_to_tuple(cell.get("r")))
        if cell.find(f"{_MAIN}f") is None or value is None:
            continue
        if (place := cell.find(f"{_MAIN}v")) is None:
            place = etree.SubElement(cell, f"{_MAIN}v")
        cell.attrib.pop("t", None)
        if isinstance(value, bool):
            cell.set("t", "b")
            place.text = str(int(value))
        elif isinstance(value, str):
            cell.set("t", "e" if value in _ERRORS else "str")
            place.text = value
        else:
            place.text = repr(value if isinstance(value, int | float) else to_excel(_moment(value)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _moment(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value
