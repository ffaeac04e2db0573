"""Reading workbooks: any .xlsx, .xlsm, .xlsb, .xls or .ods as sheets of plain values."""

import hashlib
import io
import pathlib
import zipfile
import zlib
from collections.abc import Sequence

import python_calamine as calamine

from xltools.books import guard
from xltools.books.guard import FileKind
from xltools.books.properties import read_custom_properties, read_saved_by
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.sheet import Range, Scalar, Sheet, Workbook

_REFUSALS = {
    FileKind.EMPTY: "workbook-empty",
    FileKind.OTHER: "workbook-not-a-spreadsheet",
    FileKind.PROTECTED: "workbook-protected",
    FileKind.BROKEN: "workbook-unreadable",
}


def read_workbook(path: pathlib.Path, file: str, content: bytes | None = None) -> Workbook | Problem:
    """The workbook at `path`, or what keeps it from being read; never raises for what the file holds.

    `file` is the name that places carry, `content` the file's bytes where the caller has them already. Addresses are
    Excel's own; numbers are floats, dates stay dates, blank cells are None, and so are error cells and formulas
    without a stored result, which the reader can't tell apart. Rows end at their last value.
    """
    if content is None:
        try:
            with path.open("rb") as stream:
                content = stream.read(guard.LARGEST_FILE + 1)
        except OSError:
            return error("workbook-not-accessible", Place(file))
    return _read_content(content, file)


def _read_content(content: bytes, file: str) -> Workbook | Problem:
    if len(content) > guard.LARGEST_FILE:
        return error("workbook-too-large", Place(file))
    kind = guard.identify_file(content)
    if kind in _REFUSALS:
        return error(_REFUSALS[kind], Place(file))
    if kind is FileKind.XLS:
        return _read_sheets(content, file, "", {})
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read_archive(archive, content, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
        return error("workbook-unreadable", Place(file))


def _read_archive(archive: zipfile.ZipFile, content: bytes, file: str) -> Workbook | Problem:
    kind = guard.identify_archive(archive)
    if kind in _REFUSALS:
        return error(_REFUSALS[kind], Place(file))
    if guard.is_too_large(archive):
        return error("workbook-too-large", Place(file))
    if guard.is_oddly_packed(archive):
        return error("workbook-unreadable", Place(file))
    extent = guard.measure_extent(archive, kind)
    if extent.cells > guard.LARGEST_GRID:
        return error("workbook-extent-too-large", Place(file), rows=extent.rows, columns=extent.columns)
    return _read_sheets(content, file, read_saved_by(archive), dict(read_custom_properties(archive)))


def _read_sheets(content: bytes, file: str, saved_by: str, properties: dict[str, str]) -> Workbook | Problem:
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheets = tuple(
                _read_sheet(book, sheet, file, sha256)
                for sheet in book.sheets_metadata
                if sheet.typ is calamine.SheetTypeEnum.WorkSheet
            )
    except calamine.PasswordError:
        return error("workbook-protected", Place(file))
    except Exception:  # calamine raises whatever its formats' parsers raise
        return error("workbook-unreadable", Place(file))
    except BaseException as trouble:
        # Some corrupt files make calamine panic; pyo3 hands that on as a BaseException with no importable class.
        if type(trouble).__name__ != "PanicException":
            raise
        return error("workbook-unreadable", Place(file))
    return Workbook(file, sha256, sheets, saved_by, properties)


def _read_sheet(book: calamine.CalamineWorkbook, listed: calamine.SheetMetadata, file: str, sha256: str) -> Sheet:
    sheet = book.get_sheet_by_name(listed.name)
    rows = [_trim_row(row) for row in sheet.to_python(skip_empty_area=False)]
    while rows and not rows[-1]:
        rows.pop()
    merges = tuple(Range(*start, *end) for start, end in sheet.merged_cell_ranges or ())
    hidden = listed.visible is not calamine.SheetVisibleEnum.Visible
    return Sheet(file, listed.name, tuple(rows), hidden, merges, sha256)


def _trim_row(row: Sequence[Scalar]) -> tuple[Scalar, ...]:
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    return tuple([None if value == "" else value for value in row[:end]])
