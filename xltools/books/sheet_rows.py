"""The rows and merged cells of a worksheet part, in one pass and without the part as a whole in memory."""

import re
from collections.abc import Callable
from functools import cache
from typing import IO
from xml.etree.ElementTree import Element

from xltools.books.cell_values import CellValues, read_number, uncalculated
from xltools.books.guard import CellCount
from xltools.books.package import PackageError
from xltools.books.xml_pieces import (
    OddMarkupError,
    decode_text,
    local_name,
    markup_text,
    read_elements,
    read_pieces,
    tree_text,
)
from xltools.core.sheet import Range, Scalar

Row = tuple[Scalar, ...]
Part = Callable[[], IO[bytes]]

_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383

_ROW = re.compile(rb'<row r="(\d{1,7})"(?: [\w:.]+="[^"<>]*")*\s*(/?)>')
# Column, style and type, `cm` and `vm` of Excel's dynamic arrays and pictures, then a formula's element and its result,
# or whatever else the cell has.
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="(\w+)")?(?: [cv]m="[0-9]+")*'
    rb"(?:/>|>(?:(<f[^<>]*>(?:[^<]*</f>)?)?<v>([^<]*)</v></c>|(.*?)</c>))",
    re.S,
)
_INLINE = re.compile(rb'<is><t( xml:space="preserve")?>([^<]*)</t></is>')
_FORMULA = re.compile(rb"<f(?: [^<>]*)?>([^<]*)</f>|<f(?: [^<>]*)?/>")
_VALUE = re.compile(rb"<v>([^<]*)</v>|<v\s*/>")
_MERGE = re.compile(rb'<mergeCell ref="([^"]*)"\s*/>')
_BLOCK = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})(?::([A-Za-z]{1,3})([0-9]{1,7}))?")


def read_sheet_part(part: Part, values: CellValues, count: CellCount) -> tuple[tuple[Row, ...], tuple[Range, ...]]:
    """The rows from row 1, each up to its last value, and the merged blocks.

    PackageError where it is no worksheet, guard.ExtentError where `count`, which goes on from sheet to sheet, is full.
    `part` opens the part anew: it is read once more where it is not spelled as Excel, WPS and LibreOffice do.
    """
    before = count.cells
    try:
        with part() as stream:
            return _by_patterns(stream, values, count)
    except OddMarkupError:
        count.cells = before
        with part() as stream:
            return _by_elements(stream, values, count)


def read_block(reference: str) -> Range:
    """A block such as `B2:D3`, or one cell, as rows and columns; PackageError for anything else."""
    found = _BLOCK.fullmatch(reference)
    if not found:
        raise PackageError("reason-not-standard")
    left, top, right, bottom = found.groups()
    first = _row_index(top), column_index(left)
    return Range(*first, *((_row_index(bottom), column_index(right)) if right else first))


@cache
def column_index(letters: str) -> int:
    """The column of its letters, counted from 0; PackageError beyond XFD."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    if not 0 < number <= _LAST_COLUMN + 1:
        raise PackageError("reason-not-standard")
    return number - 1


def _row_index(digits: str | bytes) -> int:
    row = int(digits) - 1
    if not 0 <= row <= _LAST_ROW:
        raise PackageError("reason-not-standard")
    return row


class _Rows:
    """Rows that come with their numbers; a number that comes again has the later values over the earlier."""

    def __init__(self, count: CellCount) -> None:
        self._rows: list[Row] = []
        self._count = count

    def put(self, row: int, cells: list[Scalar]) -> None:
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return
        self._count.add(len(cells))
        if (blank := row - len(self._rows)) >= 0:
            self._count.add(0, blank)
            self._rows.extend([()] * blank)
            self._rows.append(tuple(cells))
            return
        before = self._rows[row]
        cells += [None] * (len(before) - len(cells))
        under = (*before, *[None] * (len(cells) - len(before)))
        self._rows[row] = tuple([new if new is not None else old for new, old in zip(cells, under, strict=True)])

    def all(self) -> tuple[Row, ...]:
        return tuple(self._rows)


def _by_patterns(stream: IO[bytes], values: CellValues, count: CellCount) -> tuple[tuple[Row, ...], tuple[Range, ...]]:
    rows, tail = _Rows(count), list[bytes]()
    for piece in read_pieces(stream, "worksheet", "row"):
        if tail:
            tail.append(piece)
            continue
        end = max(piece.find(b"</sheetData>"), piece.find(b"<sheetData/>"))
        if end >= 0:
            tail.append(piece[end:])
        _put_rows(rows, piece[:end] if end >= 0 else piece, values)
    if not tail:
        raise OddMarkupError
    rest = b"".join(tail)
    merges = _MERGE.findall(rest)
    if len(merges) != rest.count(b"<mergeCell") - rest.count(b"<mergeCells"):
        raise OddMarkupError
    return rows.all(), tuple(read_block(reference.decode()) for reference in merges)


def _put_rows(rows: _Rows, piece: bytes, values: CellValues) -> None:
    count = at = 0
    while found := _ROW.search(piece, at):
        count, at = count + 1, found.end()
        if not found[2]:
            end = piece.find(b"</row>", at)
            if end < 0:
                raise OddMarkupError
            rows.put(_row_index(found[1]), _read_cells(piece[at:end], values))
            at = end
    if count != piece.count(b"<row"):
        raise OddMarkupError


def _read_cells(body: bytes, values: CellValues) -> list[Scalar]:
    """The cells of a row. What most cells are, numbers and shared strings, is done here: a call takes as long."""
    found = _CELL.findall(body)
    if len(found) != body.count(b"<c"):
        raise OddMarkupError
    cells: list[Scalar] = []
    moments, strings, shared = values.moments, values.strings, len(values.strings)
    for letters, style, kind, formula, content, rest in found:
        value: Scalar
        if content:
            if kind == b"s" and 0 <= (index := int(content)) < shared:
                value = strings[index] or None
            elif not kind and style not in moments:
                value = read_number(content)
            else:
                value = values.value(kind, style, content)
        elif formula:
            value = None if kind == b"str" else uncalculated(_formula_text(formula))
        elif rest:
            value = _read_rest(rest, kind, style, values)
        else:
            continue
        column = _columns[letters]
        if column == len(cells):
            cells.append(value)
        else:
            cells.extend([None] * (column + 1 - len(cells)))
            cells[column] = value
    return cells


class _Columns(dict[bytes, int]):
    """Columns by their letters as they stand in the file."""

    def __missing__(self, letters: bytes) -> int:
        self[letters] = column = column_index(letters.decode())
        return column


_columns = _Columns()


def _read_rest(rest: bytes, kind: bytes, style: bytes, values: CellValues) -> Scalar:
    """A cell whose text stands in it, or whose formula has no result; the order is `f`, `v`, `is`."""
    if inline := _INLINE.fullmatch(rest):
        return (values.text if inline[1] else values.trimmed)(inline[2]) or None
    formula = _FORMULA.match(rest)
    at = formula.end() if formula else 0
    value = _VALUE.match(rest, at)
    at = value.end() if value else at
    if rest.startswith(b"<is>", at) and rest.endswith(b"</is>"):
        return markup_text(rest[at:]) or None
    if rest[at:].strip():
        raise OddMarkupError
    content = value[1] if value else None
    if formula and not content and not (value and kind == b"str"):
        return uncalculated(_formula_text(formula[0]))
    return values.value(kind, style, content or b"")


def _formula_text(element: bytes) -> str:
    found = _FORMULA.fullmatch(element)
    if not found:
        raise OddMarkupError
    return decode_text(found[1] or b"")


def _by_elements(stream: IO[bytes], values: CellValues, count: CellCount) -> tuple[tuple[Row, ...], tuple[Range, ...]]:
    elements = read_elements(stream, "sheetData", "row", "mergeCell")
    if local_name(next(elements)) != "worksheet":
        raise PackageError("reason-not-standard")
    rows, merges, row, is_sheet = _Rows(count), list[Range](), -1, False
    for element in elements:
        match local_name(element):
            case "row":
                row = _put_row(rows, element, row, values)
            case "mergeCell":
                merges.append(read_block(element.get("ref", "")))
            case _:
                is_sheet = True
    if not is_sheet:
        raise PackageError("reason-not-standard")
    return rows.all(), tuple(merges)


def _put_row(rows: _Rows, element: Element, before: int, values: CellValues) -> int:
    """Put a row; gives its number: its own, or its first cell's, or the next, where exporters leave them out."""
    own = element.get("r")
    row = before + 1 if own is None else _row_index(own)
    cells: list[Scalar] = []
    column = 0
    for cell in (one for one in element if local_name(one) == "c"):
        if (reference := cell.get("r")) is not None:
            block = read_block(reference)
            column = block.left
            row = block.top if own is None and not cells else row
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = _tree_value(cell, values)
        column += 1
    if row > _LAST_ROW or column > _LAST_COLUMN + 1:
        raise PackageError("reason-not-standard")
    rows.put(row, cells)
    return row


def _tree_value(cell: Element, values: CellValues) -> Scalar:
    parts: dict[str, Element] = {local_name(one): one for one in cell}
    kind, style = cell.get("t", "").encode(), cell.get("s", "").encode()
    if "is" in parts:
        return tree_text(parts["is"]) or None
    value = parts.get("v")
    content = (value.text or "") if value is not None else ""
    if "f" in parts and not content and not (value is not None and kind == b"str"):
        return uncalculated(parts["f"].text or "")
    return values.value(kind, style, _as_raw(content))


def _as_raw(text: str) -> bytes:
    """Text as character data: what has been decoded once is not to be decoded again."""
    return text.replace("&", "&amp;").replace("\r", "&#13;").encode() if text else b""
