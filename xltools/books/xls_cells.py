"""What python-calamine leaves out of .xls files, from their records ([MS-XLS] 2.1.4): error cells and stray cells.

Calamine gives blanks for errors. It also makes the whole grid from A1 to the last value: where one lies far out, the
rows are numbered anew in a copy before calamine reads it, and put back after.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from xltools.books.compound import CompoundError, CompoundFile
from xltools.core.sheet import CellError

_BEGIN, _END, _SHEET, _PASSWORD, _CALCULATED, _EXTENT = 0x0809, 0x000A, 0x0085, 0x002F, 0x01C1, 0x0200
_BEGINNINGS = {0x0009, 0x0209, 0x0409, _BEGIN}
_ERROR = 0x0205
_FORMULAS = {0x0006, 0x0206, 0x0406}
_SEVERAL = 0x00BD  # a row's numbers side by side
_VALUES = {_ERROR, *_FORMULAS, _SEVERAL, 0x0203, 0x027E, 0x007E, 0x00FD, 0x0204, 0x00D6}
_WORKSHEET = 0
_SMALL_GRID = 1_000_000  # cells
_MOST_SHEETS = 20_000

_HEADER = struct.Struct("<HH")
_CELL = struct.Struct("<HH")
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_ERRORS |= {0x2B: "#GETTING_DATA"}

Address = tuple[int, int]


def error_of_code(code: int) -> CellError:
    """The error that a code stands for in binary workbooks ([MS-XLS] 2.5.10, [MS-XLSB] 2.5.97.2)."""
    return CellError(_ERRORS.get(code, "#VALUE!"))


@dataclass(slots=True)
class BinarySheet:
    """What was seen of one worksheet: errors by row and column, and what its values span; all counted from 0."""

    errors: dict[Address, CellError] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)
    last_column: int = -1
    cells: int = 0

    def see(self, row: int, first: int, last: int) -> None:
        """A value, or some side by side."""
        self.rows.add(row)
        self.cells += last - first + 1
        self.last_column = max(self.last_column, last)

    @property
    def is_sparse(self) -> bool:
        """True when a whole grid would take much more memory than what is in it."""
        grid = (max(self.rows, default=-1) + 1) * (self.last_column + 1)
        return grid > max(_SMALL_GRID, 4 * self.cells)


@dataclass(frozen=True, slots=True)
class XlsWorkbook:
    """What is known of an .xls before calamine reads it.

    `content` is what calamine is to read; `rows` gives for each worksheet whose rows were numbered anew the true ones.
    """

    content: bytes
    sheets: tuple[BinarySheet, ...] = ()
    rows: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def is_encrypted_xls(stream: bytes) -> bool:
    """True when a FilePass record follows soon after the workbook's first record ([MS-XLS] 2.4.117)."""
    kinds = (kind for kind, _, _ in _records(stream, 0))
    return any(kind == _PASSWORD for kind, _ in zip(kinds, range(8), strict=False))


def workbook_stream(file: CompoundFile) -> str:
    """The name of the stream that holds the workbook, empty where there is none; the newer one where there are two."""
    names = {name.lower(): name for name in file.names}
    return names.get("workbook") or names.get("book") or ""


def look_at_xls(content: bytes, file: CompoundFile, name: str) -> XlsWorkbook:
    """The errors of each worksheet, and the file with the rows of sparse worksheets numbered anew.

    Raises CompoundError and struct.error for damaged files.
    """
    stream = file.read(name)
    starts, is_calculated = _read_globals(stream)
    sheets, uncalculated, has_results = [], list[dict[Address, CellError]](), False
    for start in starts:
        sheet, blanks, results = _look_at_sheet(stream, start)
        sheets.append(sheet)
        uncalculated.append(blanks)
        has_results |= results
    # A formula's empty text and its missing result are written alike. Whoever calculates leaves results, or a note of
    # which version did; a program that only writes formulas leaves neither.
    if not has_results and not is_calculated:
        for sheet, blanks in zip(sheets, uncalculated, strict=True):
            sheet.errors.update(blanks)
    sparse = {number: tuple(sorted(sheet.rows)) for number, sheet in enumerate(sheets) if sheet.is_sparse}
    if sparse:
        content = _renumber(content, file, name, {starts[number]: rows for number, rows in sparse.items()})
    return XlsWorkbook(content, tuple(sheets), sparse)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, position and size of each record from a position on."""
    unpack, end = _HEADER.unpack_from, len(stream) - _HEADER.size
    while at <= end:
        kind, size = unpack(stream, at)
        at += 4
        yield kind, at, size
        at += size


def _read_globals(stream: bytes) -> tuple[list[int], bool]:
    """Where the worksheets begin, in tab order, and whether somebody left a note of having calculated them."""
    starts, is_calculated = list[int](), False
    for kind, at, size in _records(stream, 0):
        if kind == _END:
            break
        if kind == _CALCULATED:
            is_calculated = True
        elif kind == _SHEET and size >= 6 and stream[at + 5] == _WORKSHEET:
            starts.append(int.from_bytes(stream[at : at + 4], "little"))
            if len(starts) > _MOST_SHEETS:
                raise CompoundError
    return starts, is_calculated


def _sheet_records(stream: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """The records of one worksheet; charts that lie within it are passed over."""
    depth = 0
    for kind, at, size in _records(stream, start):
        if kind in _BEGINNINGS:
            depth += 1
        elif kind == _END:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, at, size


def _look_at_sheet(stream: bytes, start: int) -> tuple[BinarySheet, dict[Address, CellError], bool]:
    """The sheet, its formulas without a result or with an empty text, and whether any has another result."""
    sheet, blanks, has_results = BinarySheet(), dict[Address, CellError](), False
    for kind, at, size in _sheet_records(stream, start):
        if kind not in _VALUES or size < 6:
            continue
        row, column = _CELL.unpack_from(stream, at)
        last = int.from_bytes(stream[at + size - 2 : at + size], "little") if kind == _SEVERAL else column
        sheet.see(row, column, max(column, last))
        if kind == _ERROR and size >= 8 and stream[at + 7]:
            sheet.errors[row, column] = error_of_code(stream[at + 6])
        elif kind in _FORMULAS and size >= 14:
            result = stream[at + 6 : at + 14]
            if result[6:] == b"\xff\xff" and result[0] == 2:
                sheet.errors[row, column] = error_of_code(result[2])
            elif result[6:] == b"\xff\xff" and result[0] == 3:
                blanks[row, column] = CellError("=")
                continue
            has_results = True
    return sheet, blanks, has_results


def _renumber(content: bytes, file: CompoundFile, name: str, sparse: Mapping[int, Iterable[int]]) -> bytes:
    """The file with the values of these worksheets, known by where they begin, in rows without gaps."""
    stream, positions, changed = file.read(name), file.positions(name), bytearray(content)

    def write(at: int, number: int, size: int) -> None:
        for offset, byte in enumerate(number.to_bytes(size, "little")):
            changed[positions[at + offset]] = byte

    for start, rows in sparse.items():
        numbers = {row: number for number, row in enumerate(rows)}
        for kind, at, size in _sheet_records(stream, start):
            if kind in _VALUES and size >= 6:
                write(at, numbers[_CELL.unpack_from(stream, at)[0]], 2)
            elif kind == _EXTENT and size >= 14:
                write(at, 0, 4)
                write(at + 4, len(numbers), 4)
    return bytes(changed)
