"""What python-calamine leaves out of .xlsb files, from their records ([MS-XLSB] 2.1.4): error cells and stray cells.

As for .xls: the values of a sparse sheet are moved together in a copy before calamine reads it.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from xltools.books.binary_cells import BinarySheet, Places, error_of_code, find_sparse
from xltools.books.package import PackageError, parse_xml

_ROW, _ERROR, _FORMULA_ERROR = 0, 3, 11
_VALUES = range(2, 12)  # 1 is a blank that has a format
_SHEET, _EXTENT, _BEGIN_CELLS, _END_CELLS = 156, 148, 145, 146
_WORKSHEET = "/worksheet"
_LEAST_WIDTH = 256
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383


@dataclass(frozen=True, slots=True)
class XlsbWorkbook:
    """What is known of an .xlsb before calamine reads it.

    `content` is what calamine is to read; `places` has for each worksheet whose values were moved where they belong.
    """

    content: bytes
    sheets: Mapping[str, BinarySheet] = field(default_factory=dict)
    places: Mapping[str, Places] = field(default_factory=dict)


def look_at_xlsb(archive: zipfile.ZipFile, content: bytes) -> XlsbWorkbook:
    """The errors of each worksheet by its name, and the file with the values of sparse ones moved together.

    Raises what zipfile raises for damaged parts; KeyError where a part is missing; guard.ExtentError for more values
    than the memory should hold.
    """
    parts = dict(_list_sheets(archive))
    sheets = {name: _look_at_sheet(archive.read(part)) for name, part in parts.items()}
    sparse = [list(parts)[number] for number in find_sparse(list(sheets.values()))]
    places, changed = {}, {}
    for name in sparse:
        changed[parts[name]], places[name] = _move_together(archive.read(parts[name]))
    return XlsbWorkbook(_with_parts(archive, changed) if changed else content, sheets, places)


def _list_sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The name and the part of each worksheet, in tab order."""
    book = next(name for name in archive.namelist() if name.lower().endswith("workbook.bin"))
    folder, file = posixpath.split(book)
    relations = {
        one.get("Id", ""): one.get("Target", "")
        for one in parse_xml(archive.read(f"{folder}/_rels/{file}.rels"))
        if one.get("Type", "").endswith(_WORKSHEET)
    }
    listed = archive.read(book)
    for kind, at, _ in _records(listed):
        if kind == _SHEET:
            relation, name_at = _read_string(listed, at + 8)  # after its visibility and its number
            if relation in relations:
                target = unquote(relations[relation])
                joined = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
                yield _read_string(listed, name_at)[0], _find(archive, joined)


def _find(archive: zipfile.ZipFile, part: str) -> str:
    return {name.lower(): name for name in archive.namelist()}[part.lower()]


def _read_string(content: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    length = int.from_bytes(content[at : at + 4], "little")
    end = at + 4 + 2 * length
    return content[at + 4 : end].decode("utf-16-le", "replace"), end


def _look_at_sheet(records: bytes) -> BinarySheet:
    sheet, row = BinarySheet(), 0
    for kind, at, size in _cell_records(records):
        if kind == _ROW:
            row = _number(records, at)
        elif kind in _VALUES and size >= 8:
            column = _number(records, at)
            if row > _LAST_ROW or column > _LAST_COLUMN:
                raise PackageError("reason-not-standard")
            sheet.see(row, column)
            if kind in {_ERROR, _FORMULA_ERROR} and size >= 9:
                sheet.values[row, column] = error_of_code(records[at + 8])
    return sheet


def _move_together(records: bytes) -> tuple[bytes, Places]:
    """The sheet with its values side by side: rows of the copy hold those of many rows, under the same number."""
    rows = list(_list_rows(records))
    places, changed = Places(max([_LEAST_WIDTH, *(len(cells) for _, _, cells in rows)])), bytearray(records)

    def write(at: int, number: int) -> None:
        changed[at : at + 4] = number.to_bytes(4, "little")

    for at, row, cells in rows:
        new_row, new_column = places.take(len(cells))
        write(at, new_row)
        for number, cell in enumerate(cells):
            places.fill(row, _number(records, cell))
            write(cell, new_column + number)
    for kind, at, size in _records(records):
        if kind == _EXTENT and size >= 8:
            changed[at : at + 8] = bytes(4) + places.rows.to_bytes(4, "little")
    return bytes(changed), places


def _list_rows(records: bytes) -> Iterator[tuple[int, int, list[int]]]:
    """Of each row where its number stands, the number, and where the columns of its values stand."""
    at, row, cells = -1, 0, list[int]()
    for kind, position, size in _cell_records(records):
        if kind == _ROW and size >= 4:
            if at >= 0:
                yield at, row, cells
            at, row, cells = position, _number(records, position), []
        elif kind in _VALUES and size >= 8:
            cells.append(position)
    if at >= 0:
        yield at, row, cells


def _cell_records(records: bytes) -> Iterator[tuple[int, int, int]]:
    """Only between 145 and 146, where the sheet's cells lie: elsewhere these numbers mean other things."""
    inside = False
    for record in _records(records):
        if record[0] in {_BEGIN_CELLS, _END_CELLS}:
            inside = record[0] == _BEGIN_CELLS
        elif inside:
            yield record


def _records(records: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, position and size of each record."""
    at, end = 0, len(records)
    while at < end:
        kind, at = _read_varint(records, at, 2)
        size, at = _read_varint(records, at, 4)
        yield kind, at, size
        at += size


def _read_varint(part: bytes, at: int, longest: int) -> tuple[int, int]:
    number = 0
    for shift, byte in enumerate(part[at : at + longest]):
        number |= (byte & 0x7F) << 7 * shift
        at += 1
        if byte < 0x80:
            break
    return number, at


def _number(records: bytes, at: int) -> int:
    return int.from_bytes(records[at : at + 4], "little")


def _with_parts(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for part in archive.infolist():
            if not part.is_dir():
                copy.writestr(part.filename, changed.get(part.filename) or archive.read(part))
    return target.getvalue()
