"""What python-calamine leaves out of .xls files or mistakes, from their records ([MS-XLS] 2.1.4).

It gives blanks for errors, takes some numbers for dates and some dates for numbers, and makes a whole grid around stray
cells.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xltools.books.binary_cells import Address, BinarySheet, Places, error_of_code, find_sparse
from xltools.books.compound import CompoundError, CompoundFile
from xltools.books.number_formats import serial_moment
from xltools.books.xls_globals import XlsGlobals, read_globals, read_records
from xltools.core.sheet import CellError

_BEGINNINGS = {0x0009, 0x0209, 0x0409, 0x0809}
_END, _PASSWORD, _EXTENT = 0x000A, 0x002F, 0x0200
_ERROR, _NUMBER, _SHORT_NUMBER, _SEVERAL = 0x0205, 0x0203, 0x027E, 0x00BD  # the last: short numbers side by side
_FORMULA = 0x0006
_OLD_FORMULAS = {0x0206, 0x0406}  # Apple's Numbers writes them, and calamine passes them over
_VALUES = {_ERROR, _NUMBER, _SHORT_NUMBER, _SEVERAL, _FORMULA, *_OLD_FORMULAS, 0x007E, 0x00FD, 0x0204, 0x00D6}
_NO_NUMBER = b"\xff\xff"
_BOOLEAN_RESULT, _ERROR_RESULT, _BLANK_RESULT = 1, 2, 3
_COLUMNS = 256

_CELL = struct.Struct("<HHH")  # row, column, style
_DOUBLE = struct.Struct("<d")


@dataclass(frozen=True, slots=True)
class XlsWorkbook:
    """What is known of an .xls before calamine reads it.

    `content` is what calamine is to read; `places` has for each worksheet whose values were moved where they belong.
    """

    content: bytes
    sheets: tuple[BinarySheet, ...] = ()
    places: Mapping[int, Places] = field(default_factory=dict)


def is_encrypted_xls(stream: bytes) -> bool:
    """True when a FilePass record follows soon after the workbook's first record ([MS-XLS] 2.4.117)."""
    kinds = (kind for kind, _, _ in read_records(stream, 0))
    return any(kind == _PASSWORD for kind, _ in zip(kinds, range(8), strict=False))


def workbook_stream(file: CompoundFile) -> str:
    """The name of the stream that holds the workbook, empty where there is none; the newer one where there are two."""
    names = {name.lower(): name for name in file.names}
    return names.get("workbook") or names.get("book") or ""


def look_at_xls(content: bytes, file: CompoundFile, name: str) -> XlsWorkbook:
    """What to lay over each worksheet, and the file with the values of sparse worksheets moved together.

    Raises CompoundError and struct.error for damaged files, guard.ExtentError for more values than memory should hold.
    """
    stream = file.read(name)
    book = read_globals(stream)
    looks = [_look_at_sheet(stream, start, book) for start in book.starts]
    # A formula's empty text and its missing result are written alike. Whoever calculates leaves results, or a note of
    # which version did; a program that only writes formulas leaves neither.
    if not book.is_calculated and not any(look.has_results for look in looks):
        for look in looks:
            look.sheet.values.update(look.blanks)
    sheets = tuple(look.sheet for look in looks)
    sparse = find_sparse(sheets)
    if not sparse and not book.code_page:
        return XlsWorkbook(content, sheets)
    copy = _Copy(content, file, name, stream)
    if book.code_page:
        copy.write(book.code_page, 1200, 2)
    places = {number: copy.move_together(book.starts[number]) for number in sparse}
    return XlsWorkbook(bytes(copy.changed), sheets, places)


@dataclass(slots=True)
class _Look:
    """A sheet, its formulas without a result or with an empty text, and whether any has another result."""

    sheet: BinarySheet = field(default_factory=BinarySheet)
    blanks: dict[Address, CellError] = field(default_factory=dict)
    has_results: bool = False


def _look_at_sheet(stream: bytes, start: int, book: XlsGlobals) -> _Look:
    look = _Look()
    sheet, dated = look.sheet, book.moments
    for kind, at, size in _read_values(stream, start):
        row, column, style = _CELL.unpack_from(stream, at)
        if kind == _SEVERAL:
            number = (size - 6) // 6
            sheet.see(row, column, number)
            for offset in range(number):
                style = int.from_bytes(stream[at + 4 + 6 * offset : at + 6 + 6 * offset], "little")
                if style in dated:
                    _lay_number(sheet, row, column + offset, style, _short_number(stream, at + 6 + 6 * offset), book)
            continue
        sheet.see(row, column)
        if kind == _FORMULA or kind in _OLD_FORMULAS:
            _look_at_result(look, stream[at + 6 : at + 14], (row, column, style), kind, book)
        elif kind == _ERROR and size >= 8:
            if stream[at + 7]:
                sheet.values[row, column] = error_of_code(stream[at + 6])
        elif style in dated and kind == _NUMBER and size >= 14:
            _lay_number(sheet, row, column, style, _DOUBLE.unpack_from(stream, at + 6)[0], book)
        elif style in dated and kind == _SHORT_NUMBER and size >= 10:
            _lay_number(sheet, row, column, style, _short_number(stream, at + 6), book)
    return look


def _look_at_result(look: _Look, result: bytes, cell: tuple[int, int, int], kind: int, book: XlsGlobals) -> None:
    row, column, style = cell
    if len(result) < 8:
        return
    if result[6:] != _NO_NUMBER:
        if kind != _FORMULA or style in book.moments:
            _lay_number(look.sheet, row, column, style, _DOUBLE.unpack(result)[0], book)
    elif result[0] == _ERROR_RESULT:
        look.sheet.values[row, column] = error_of_code(result[2])
    elif result[0] == _BLANK_RESULT:
        look.blanks[row, column] = CellError("=")
        return
    elif result[0] == _BOOLEAN_RESULT and kind != _FORMULA:
        look.sheet.values[row, column] = bool(result[2])
    look.has_results = True


def _lay_number(sheet: BinarySheet, row: int, column: int, style: int, number: float, book: XlsGlobals) -> None:
    moment = book.moments.get(style)
    if number - number == 0:  # neither infinite nor no number
        sheet.values[row, column] = serial_moment(number, moment, since_1904=book.since_1904) if moment else number


def _short_number(stream: bytes, at: int) -> float:
    """A number in 30 bits ([MS-XLS] 2.5.217): whole or the upper half of a double, and as it is or times a hundred."""
    raw = stream[at : at + 4]
    bits = int.from_bytes(raw, "little", signed=True)
    number = bits >> 2 if bits & 2 else _DOUBLE.unpack(bytes(4) + bytes([raw[0] & 0xFC]) + raw[1:])[0]
    return float(number / 100 if bits & 1 else number)


def _read_values(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """The records of a worksheet's values; those of charts that lie within it are passed over."""
    depth = 0
    for kind, at, size in read_records(stream, start):
        if kind in _BEGINNINGS:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1 and kind in _VALUES and size >= 6 and at + size <= len(stream):
            yield kind, at, size


class _Copy:
    """The file with some of its numbers changed."""

    def __init__(self, content: bytes, file: CompoundFile, name: str, stream: bytes) -> None:
        self.changed = bytearray(content)
        self._positions, self._stream = file.positions(name), stream

    def write(self, at: int, number: int, size: int) -> None:
        """A number at a position of the stream, which may lie in two sectors."""
        for offset, byte in enumerate(number.to_bytes(size, "little")):
            self.changed[self._positions[at + offset]] = byte

    def move_together(self, start: int) -> Places:
        """Gives the values of a worksheet addresses side by side; where they belong is in the result."""
        places = Places(_COLUMNS)
        for kind, at, size in _read_values(self._stream, start):
            row, column, _ = _CELL.unpack_from(self._stream, at)
            number = (size - 6) // 6 if kind == _SEVERAL else 1
            if number > _COLUMNS - column:
                raise CompoundError
            new_row, new_column = places.take(number)
            places.fill(row, column, number)
            self.write(at, new_row, 2)
            self.write(at + 2, new_column, 2)
            if kind == _SEVERAL:
                self.write(at + size - 2, new_column + number - 1, 2)
        self._write_extent(start, places.rows)
        return places

    def _write_extent(self, start: int, rows: int) -> None:
        for kind, at, size in read_records(self._stream, start):
            if kind == _END:
                return
            if kind == _EXTENT and size >= 14:
                self.write(at, 0, 4)
                self.write(at + 4, rows, 4)
                self.write(at + 8, 0, 2)
                self.write(at + 10, _COLUMNS, 2)
