"""Sheets as python-calamine reads them: by far the fastest way, and blind to errors and to what a grid costs."""

import io
from collections.abc import Sequence
from functools import lru_cache

import python_calamine as calamine

from xltools.core.sheet import Range, Scalar, Sheet


class NotReadError(Exception):
    """Calamine could not read the workbook; `has_password` where it takes one."""

    def __init__(self, *, has_password: bool = False) -> None:
        super().__init__(has_password)
        self.has_password = has_password


def read_sheets(content: bytes, file: str, sha256: str, skip: frozenset[str] = frozenset()) -> tuple[Sheet, ...]:
    """The worksheets in tab order but for those of the names in `skip`.

    Numbers are floats, blanks None, and so are errors and formulas without a result.
    """
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            if len(set(book.sheet_names)) < len(book.sheet_names):
                raise NotReadError  # for both of one name it would give the first
            return tuple(
                _read_sheet(book, listed, file, sha256)
                for listed in book.sheets_metadata
                if listed.typ is calamine.SheetTypeEnum.WorkSheet and listed.name not in skip
            )
    except calamine.PasswordError as trouble:
        raise NotReadError(has_password=True) from trouble
    except (MemoryError, NotReadError):
        raise
    except Exception as trouble:  # calamine raises whatever its formats' parsers raise
        raise NotReadError from trouble
    except BaseException as trouble:
        # Some corrupt files make calamine panic; pyo3 hands that on as a BaseException with no importable class.
        if type(trouble).__name__ != "PanicException":
            raise
        raise NotReadError from trouble


def _read_sheet(book: calamine.CalamineWorkbook, listed: calamine.SheetMetadata, file: str, sha256: str) -> Sheet:
    sheet = book.get_sheet_by_name(listed.name)
    rows = _read_rows(sheet)
    merges = tuple([_block(start, end) for start, end in sheet.merged_cell_ranges or ()])
    hidden = listed.visible is not calamine.SheetVisibleEnum.Visible
    return Sheet(file, listed.name, rows, hidden, merges, sha256)


def _read_rows(sheet: calamine.CalamineSheet) -> tuple[tuple[Scalar, ...], ...]:
    read = sheet.to_python(skip_empty_area=False)
    while read and not any(value != "" for value in read[-1]):
        read.pop()
    return tuple([_trim_row(row) for row in read])


def _trim_row(row: Sequence[Scalar]) -> tuple[Scalar, ...]:
    end = len(row)
    while end and row[end - 1] == "":
        end -= 1
    return tuple([None if value == "" else value for value in row[:end]])


@lru_cache(1 << 14)
def _block(start: tuple[int, int], end: tuple[int, int]) -> Range:
    """A merged block; those of a form come again with each workbook, by the hundred. Some write `B2:A1`."""
    rows, columns = sorted((start[0], end[0])), sorted((start[1], end[1]))
    return Range(rows[0], columns[0], rows[1], columns[1])
