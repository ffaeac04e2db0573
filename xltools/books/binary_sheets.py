"""Sheets of binary workbooks, .xls and .xlsb: as python-calamine reads them, with what it leaves out laid over."""

import zipfile
from collections.abc import Mapping
from dataclasses import replace

from xltools.books.binary_cells import BinarySheet, Places
from xltools.books.calamine_sheets import NotReadError, read_sheets
from xltools.books.compound import CompoundFile
from xltools.books.guard import CellCount
from xltools.books.xls_cells import look_at_xls
from xltools.books.xlsb_cells import look_at_xlsb
from xltools.core.sheet import Scalar, Sheet

Row = tuple[Scalar, ...]


def read_xls(content: bytes, compound: CompoundFile, stream: str, file: str, sha256: str) -> tuple[Sheet, ...]:
    """The worksheets of an .xls in tab order; raises CompoundError, struct.error and NotReadError for damaged ones."""
    seen = look_at_xls(content, compound, stream)
    sheets = read_sheets(seen.content, file, sha256)
    if len(sheets) != len(seen.sheets):
        if seen.places:  # then nobody can tell where its values belong
            raise NotReadError
        return tuple(_with_floats(sheet) for sheet in sheets)
    counted = CellCount()
    return tuple(
        _lay_over(sheet, seen.sheets[number], seen.places.get(number), counted) for number, sheet in enumerate(sheets)
    )


def read_xlsb(archive: zipfile.ZipFile, content: bytes, file: str, sha256: str) -> tuple[Sheet, ...]:
    """The worksheets of an .xlsb in tab order; raises what zipfile raises, LookupError and NotReadError."""
    seen = look_at_xlsb(archive, content)
    sheets, counted = read_sheets(seen.content, file, sha256), CellCount()
    return tuple(
        _lay_over(sheet, seen.sheets.get(sheet.name, BinarySheet()), seen.places.get(sheet.name), counted)
        for sheet in sheets
    )


def _lay_over(sheet: Sheet, seen: BinarySheet, places: Places | None, counted: CellCount) -> Sheet:
    """The sheet with the values that calamine does not give, and with all values back where they were."""
    sheet = _with_floats(sheet)
    if places is None:
        rows = {number: row for number, row in enumerate(sheet.rows) if row}
    else:
        rows = {number: tuple(cells) for number, cells in places.put_back(sheet.rows).items()}
    rows |= _changed_rows(rows, seen)
    last = max(rows, default=-1)
    counted.add(0, last + 1)
    for row in rows.values():
        counted.add(len(row))
    blank: Row = ()
    return replace(sheet, rows=tuple([rows.get(number, blank) for number in range(last + 1)]))


def _changed_rows(rows: Mapping[int, Row], seen: BinarySheet) -> dict[int, Row]:
    changed: dict[int, list[Scalar]] = {}
    for (row, column), value in seen.values.items():
        cells = changed.setdefault(row, list(rows.get(row, ())))
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = value
    return {row: tuple(cells) for row, cells in changed.items()}


def _with_floats(sheet: Sheet) -> Sheet:
    """Whole numbers of binary files come as int from calamine, those of all others as float."""
    return replace(sheet, rows=tuple([tuple([_as_float(value) for value in row]) for row in sheet.rows]))


def _as_float(value: Scalar | int) -> Scalar:
    return float(value) if type(value) is int else value
