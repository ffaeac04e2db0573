"""Sheets of binary workbooks, .xls and .xlsb: as python-calamine reads them, with what it leaves out laid over."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xltools.books.calamine_sheets import read_sheets
from xltools.books.compound import CompoundFile
from xltools.books.guard import CellCount
from xltools.books.xls_cells import BinarySheet, look_at_xls
from xltools.books.xlsb_cells import look_at_xlsb
from xltools.core.sheet import Scalar, Sheet

Row = tuple[Scalar, ...]


def read_xls(content: bytes, compound: CompoundFile, stream: str, file: str, sha256: str) -> tuple[Sheet, ...]:
    """The worksheets of an .xls in tab order; raises CompoundError, struct.error and NotReadError for damaged ones."""
    seen = look_at_xls(content, compound, stream)
    sheets = read_sheets(seen.content, file, sha256)
    if len(sheets) != len(seen.sheets):
        return tuple(_with_floats(sheet) for sheet in sheets)
    counted = CellCount()
    return tuple(
        _lay_over(sheet, seen.sheets[number], seen.rows.get(number), counted) for number, sheet in enumerate(sheets)
    )


def read_xlsb(archive: zipfile.ZipFile, content: bytes, file: str, sha256: str) -> tuple[Sheet, ...]:
    """The worksheets of an .xlsb in tab order; raises what zipfile raises, LookupError and NotReadError."""
    seen = look_at_xlsb(archive, content)
    sheets, counted = read_sheets(seen.content, file, sha256), CellCount()
    return tuple(
        _lay_over(sheet, seen.sheets.get(sheet.name, BinarySheet()), seen.rows.get(sheet.name), counted)
        for sheet in sheets
    )


def _lay_over(sheet: Sheet, seen: BinarySheet, numbers: Sequence[int] | None, counted: CellCount) -> Sheet:
    """The sheet with its errors, and with its rows back where they were."""
    rows = {number: row for number, row in enumerate(_with_floats(sheet).rows) if row}
    if numbers is not None:
        rows = {numbers[number]: row for number, row in rows.items() if number < len(numbers)}
    rows |= _with_errors(rows, seen)
    last = max(rows, default=-1)
    counted.add(0, last + 1)
    for row in rows.values():
        counted.add(len(row))
    blank: Row = ()
    return replace(sheet, rows=tuple([rows.get(number, blank) for number in range(last + 1)]))


def _with_errors(rows: Mapping[int, Row], seen: BinarySheet) -> dict[int, Row]:
    changed: dict[int, list[Scalar]] = {}
    for (row, column), trouble in seen.errors.items():
        cells = changed.setdefault(row, list(rows.get(row, ())))
        cells.extend([None] * (column + 1 - len(cells)))
        if cells[column] is None:
            cells[column] = trouble
    return {row: tuple(cells) for row, cells in changed.items()}


def _with_floats(sheet: Sheet) -> Sheet:
    """Whole numbers of binary files come as int from calamine, those of all others as float."""
    return replace(sheet, rows=tuple([tuple([_as_float(value) for value in row]) for row in sheet.rows]))


def _as_float(value: Scalar | int) -> Scalar:
    return float(value) if type(value) is int else value
