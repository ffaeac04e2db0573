"""Fills a template the way staff do: finds a label, types into the cell beside or under it."""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet
from story import OrderStory, Typed

from xltools.core.text import label_key

ROOT = Path(__file__).parents[2]
_BLOCKS = re.compile(rb"<mergeCells.*?</mergeCells>", re.DOTALL)
_BLOCK = re.compile(rb'<mergeCell ref="([^"]+)"/>')
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of a form: label keys to field names, of the header and of the lines."""

    form: str
    header: Mapping[str, str]
    lines: Mapping[str, str]

    @property
    def all(self) -> dict[str, str]:
        return {**self.header, **self.lines}


@cache
def load_labels(form: str) -> Labels:
    """The labels of a form as its rules file gives them."""
    rules = yaml.safe_load((ROOT / "rules" / "forms" / f"{form}.yaml").read_text(encoding="utf-8"))
    return Labels(form, _label_keys(rules["header"]), _label_keys(rules.get("lines", ())))


def _label_keys(fields: Iterable[dict[str, Any]]) -> dict[str, str]:
    keys: dict[str, str] = {}
    for field in fields:
        zh, en = field["label"]["zh"], field["label"]["en"]
        keys |= {label_key(words): field["name"] for words in (f"{zh} {en}", zh, en)}
    return keys


def data_sheet(book: Workbook) -> Worksheet:
    """The sheet that staff fill: the first one to be seen."""
    return next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")


def header_row(sheet: Worksheet, keys: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    """The row that holds most of these labels, and the column of each field in it."""
    best: tuple[int, dict[str, int]] = (0, {})
    for row in sheet.iter_rows():
        found = {name: cell.column for cell in row if (name := keys.get(label_key(_words(cell))))}
        if len(found) > len(best[1]):
            best = (row[0].row, found)
    return best


def label_cells(sheet: Worksheet, keys: Mapping[str, str], last_row: int) -> dict[str, Cell]:
    """The label cell of each field above `last_row`."""
    cells: dict[str, Cell] = {}
    for row in sheet.iter_rows(max_row=last_row):
        for cell in row:
            name = keys.get(label_key(_words(cell)))
            if name and isinstance(cell, Cell):
                cells.setdefault(name, cell)
    return cells


def type_into(cell: Cell | MergedCell, value: Typed) -> None:
    """Types a value; text that starts with `=` stays text, as after an apostrophe."""
    assert isinstance(cell, Cell), f"{cell.coordinate} lies inside a merged block"
    cell.value = value
    if isinstance(value, str) and value.startswith("="):
        cell.data_type = "s"
        cell.quotePrefix = True


def fill_sheet(sheet: Worksheet, labels: Labels, told: OrderStory) -> None:
    """Types one order into an order sheet: header cells beside their labels, lines under theirs."""
    top, columns = header_row(sheet, labels.lines)
    fill_header(sheet, labels, told.header, top)
    for row, cells in enumerate(told.lines, start=top + 1):
        for name, value in cells.items():
            type_into(sheet.cell(row, columns[name]), value)


def fill_header(sheet: Worksheet, labels: Labels, header: Mapping[str, Typed], top: int) -> None:
    """Types header cells beside their labels above the row `top`."""
    places = label_cells(sheet, labels.header, top - 1)
    for name, value in header.items():
        label = places[name]
        block = next((block for block in sheet.merged_cells.ranges if label.coordinate in block), None)
        type_into(sheet.cell(label.row, (block.max_col if block else label.column) + 1), value)


def fill_list(sheet: Worksheet, labels: Labels, rows: Iterable[Mapping[str, Typed]]) -> None:
    """Types rows under the header row of a list; its table, where it has one, grows with them."""
    top, columns = header_row(sheet, labels.all)
    row = top
    for row, cells in enumerate(rows, start=top + 1):
        for name, value in cells.items():
            type_into(sheet.cell(row, columns[name]), value)
    for table in sheet.tables.values():
        start, end = table.ref.split(":")
        width, height = re.findall(r"[A-Z]+|\d+", end)
        table.ref = f"{start}:{width}{max(int(height), row)}"
        if table.autoFilter:
            table.autoFilter.ref = table.ref


def list_rows(orders: Iterable[OrderStory]) -> Iterable[dict[str, Typed]]:
    """Orders as list rows, their header cells on every row."""
    return ({**told.header, **cells} for told in orders for cells in told.lines)


def save_workbook(book: Workbook, saved: dt.date, by: str) -> bytes:
    """The bytes of a workbook that `by` saved on that day; the same workbook always gives the same bytes."""
    moment = dt.datetime.combine(saved, dt.time(9, 0))
    book.properties.creator = by
    book.properties.lastModifiedBy = by
    book.properties.created = moment
    out = io.BytesIO()
    book.save(out)
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    fixed = io.BytesIO()
    with zipfile.ZipFile(out) as made, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in made.infolist():
            content = made.read(entry)
            if entry.filename == "docProps/core.xml":  # openpyxl writes the clock there
                content = _MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            member = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            target.writestr(member, content)
    return fixed.getvalue()


def open_template(templates: Path, name: str) -> Workbook:
    """A template of that name; merged blocks are put in afterwards, openpyxl takes ages over those of the guide."""
    content, blocks = _without_blocks(templates / f"{name}.xlsx")
    book = load_workbook(io.BytesIO(content))
    for sheet, found in zip(book.worksheets, blocks, strict=True):
        for block in found:
            sheet.merged_cells.add(block)
    return book


@cache
def _without_blocks(template: Path) -> tuple[bytes, tuple[tuple[str, ...], ...]]:
    """A workbook without its merged blocks, and the blocks of each sheet."""
    out, blocks = io.BytesIO(), []
    with zipfile.ZipFile(template) as made, zipfile.ZipFile(out, "w") as target:
        for member in made.namelist():
            content = made.read(member)
            if member.startswith("xl/worksheets/sheet"):
                blocks.append(tuple(found.decode() for found in _BLOCK.findall(content)))
                content = _BLOCKS.sub(b"", content)
            target.writestr(member, content)
    return out.getvalue(), tuple(blocks)


def _words(cell: Cell | MergedCell) -> str:
    return cell.value if isinstance(cell.value, str) else ""


def members(content: bytes) -> Mapping[str, bytes]:
    """The unpacked members of a workbook: packed bytes may differ from one zlib to the next."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {"": content}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}
