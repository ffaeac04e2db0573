"""The rows of a sheet's XML, one after the other, as the bytes they are."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from operator import lt
from typing import NamedTuple

from xltools.books.addresses import LAST_COLUMN, LAST_ROW, read_cell, read_column
from xltools.books.package import PackageError
from xltools.books.patch import markup
from xltools.core.place import column_name

_PLAIN_CELL = re.compile(rb'\s+r="([A-Z]{1,3})([1-9][0-9]{0,6})"')


class Row(NamedTuple):
    """A row: its number from 0, and where in a run its bytes lie, from the start tag up to the next row's."""

    number: int
    run: bytes
    start: int
    end: int

    @property
    def markup(self) -> bytes:
        """Its bytes."""
        return self.run[self.start : self.end]


class FoundCell(NamedTuple):
    """A cell: its column from 0, where in the row its bytes begin, its start tag, its content (None: self-closed)."""

    column: int
    start: int
    markup: bytes
    tag: bytes
    content: bytes | None

    @property
    def style(self) -> int:
        """The index of its format."""
        return read_index(self.tag, "s")


class SheetStream:
    """A sheet's XML, taken apart while it comes: `head` at once, runs of whole rows, then `tail`.

    `head` ends before the sheetData element, `tail` begins after it. PackageError for what is no worksheet.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self.tail = b""
        start = self._read_until(b"sheetData")
        self.prefix, name = markup.read_root(start)
        if name != "worksheet":
            raise PackageError("reason-not-standard")
        opening = None
        while not (opening := markup.start_tags(self.prefix, "sheetData").search(start)):
            piece = next(self._pieces, None)
            if piece is None:
                raise PackageError("reason-not-standard")
            start += piece
        self.head, self.opening, self._rest = start[: opening.start()], opening[0], start[opening.end() :]

    def _read_until(self, word: bytes) -> bytes:
        start = b""
        for piece in self._pieces:
            start += piece
            if word in start:
                break
        return start

    def runs(self) -> Iterator[bytes]:
        """The rows, many at a time; none is cut in two."""
        if self.opening.endswith(b"/>"):
            self.tail = b"".join((self._rest, *self._pieces))
            return
        begin, closing, buffer = b"<%srow" % self.prefix, b"</%ssheetData" % self.prefix, self._rest
        while True:
            cut = buffer.rfind(begin)
            is_row = buffer[cut + len(begin) : cut + len(begin) + 1].strip() in {b"", b"/", b">"}  # no `<rowBreaks`
            end = buffer.find(closing, cut if cut > 0 and is_row else 0)
            after = buffer.find(b">", end) if end >= 0 else -1
            if after >= 0:
                break
            if cut > 0:
                yield buffer[:cut]
                buffer = buffer[cut:]
            piece = next(self._pieces, None)
            if piece is None:
                raise PackageError("reason-damaged")
            buffer += piece
        if end:
            yield buffer[:end]
        self.tail = b"".join((buffer[after + 1 :], *self._pieces))

    def check(self, run: bytes) -> None:
        """PackageError where a run of rows holds what could hide a tag, or is not UTF-8."""
        # Single bytes are found much faster than pairs, and these two are rare.
        if (b"!" in run and b"<!" in run) or (b"?" in run and b"<?" in run) or b"\0" in run:
            raise PackageError("reason-odd-markup")

    def check_frame(self) -> None:
        """PackageError where what lies around the rows, all gone through by now, is not as `markup.checked` wants it.

        The rows themselves are not parsed as a whole, which would take longer than all the rest.
        """
        start = self.opening if self.opening.endswith(b"/>") else self.opening + b"</%ssheetData>" % self.prefix
        markup.checked(self.head + start + self.tail)


@cache
def _row_starts(prefix: bytes) -> re.Pattern[bytes]:
    """What finds the beginning of a row; group 1 is its number where that is the first attribute, as it mostly is."""
    return re.compile(rb'<%srow(?=[\s/>])(?:\s+r="([0-9]{1,7})")?' % re.escape(prefix))


@dataclass(frozen=True, slots=True)
class Run:
    """Whole rows of a sheet: their numbers from 0, ascending, and where in `content` each begins and the last ends.

    They are found by number, not gone through: most of a large sheet's rows are only copied. `last` is the number of
    the last row, or of that before the run where it has none.
    """

    content: bytes
    numbers: list[int]
    starts: list[int]
    last: int

    def next_number(self, number: int) -> int | None:
        """The number of the first row from a number on; None where there is none."""
        index = bisect_left(self.numbers, number)
        return self.numbers[index] if index < len(self.numbers) else None

    def rows(self, first: int, last: int) -> Iterator[Row]:
        """The rows whose numbers lie between two, both inclusive."""
        for index in range(bisect_left(self.numbers, first), bisect_right(self.numbers, last)):
            yield Row(self.numbers[index], self.content, self.starts[index], self.starts[index + 1])

    def start_of(self, number: int) -> int:
        """Where the first row from a number on begins; the end of the run where there is none."""
        return self.starts[bisect_left(self.numbers, number)]


def split_rows(content: bytes, prefix: bytes, after: int) -> Run:
    """The rows of a run; `after` is the number of the row before it, -1 for none.

    A row that does not say its number follows the one before (ECMA-376 Part 1, 18.3.1.73). PackageError where rows
    do not come in order, or something else lies before the first.
    """
    found = list(_row_starts(prefix).finditer(content))
    starts = [one.start() for one in found] + [len(content)]
    if content[: starts[0]].strip():
        raise PackageError("reason-not-standard")
    numbers = list[int]()
    for index, one in enumerate(found):
        written = one[1]
        if not written:
            before = numbers[-1] if numbers else after
            numbers.append(_read_number(content[starts[index] : starts[index + 1]], before))
        else:
            numbers.append(int(written) - 1)
    if numbers and (numbers[0] <= after or numbers[-1] > LAST_ROW or not all(map(lt, numbers, numbers[1:]))):
        raise PackageError("reason-not-standard")
    return Run(content, numbers, starts, numbers[-1] if numbers else after)


def _read_number(row: bytes, after: int) -> int:
    written = markup.read_attribute(row_tag(row), "r")
    if written is None:
        return after + 1
    if not re.fullmatch(r"[0-9]{1,7}", written):
        raise PackageError("reason-not-standard")
    return int(written) - 1


def row_tag(row: bytes) -> bytes:
    """The start tag of a row."""
    found = re.match(rb"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>", row)
    if not found:
        raise PackageError("reason-not-standard")
    return found[0]


def split_cells(row: bytes, number: int, prefix: bytes) -> list[FoundCell]:
    """The cells of a row in order; PackageError where they are not, or where one says another row's number."""
    cells: list[FoundCell] = []
    for found in markup.whole_elements(prefix, "c").finditer(row):
        tag = markup.start_tag(found)
        before = cells[-1].column if cells else -1
        at = _read_address(tag, len(prefix) + 2, (number, before + 1))
        if at is None or at[0] != number or not before < at[1] <= LAST_COLUMN:
            raise PackageError("reason-not-standard")
        cells.append(FoundCell(at[1], found.start(), found[0], tag, found[1]))
    return cells


def find_cells(row: bytes, number: int, prefix: bytes, wanted: Collection[int]) -> list[FoundCell]:
    """The wanted cells of a row where it has them all and they are written the usual way; else all its cells.

    Most changes are of a few cells that are there: taking apart the others as well would take ten times as long.
    """
    cells = list[FoundCell]()
    pattern = markup.whole_elements(prefix, "c")
    for column in sorted(wanted):
        at = row.find(b'<%sc r="%s%d"' % (prefix, column_name(column).encode(), number + 1))
        found = pattern.match(row, at) if at >= 0 else None
        if not found or (cells and at <= cells[-1].start):
            return split_cells(row, number, prefix)
        cells.append(FoundCell(column, at, found[0], markup.start_tag(found), found[1]))
    return cells


def _read_address(tag: bytes, start: int, default: tuple[int, int]) -> tuple[int, int] | None:
    plain = _PLAIN_CELL.match(tag, start)
    if plain:
        return int(plain[2]) - 1, _read_letters(plain[1])
    written = markup.read_attribute(tag, "r")
    return default if written is None else read_cell(written)


@cache
def _read_letters(letters: bytes) -> int:
    return read_column(letters.decode())


def read_index(tag: bytes, name: str) -> int:
    """An attribute that counts something, 0 where there is none."""
    written = markup.read_attribute(tag, name)
    return int(written) if written and re.fullmatch(r"[0-9]{1,9}", written) else 0


def has_value(cell: FoundCell, prefix: bytes) -> bool:
    """True for a cell that shows something or has a formula, also one that comes to an empty text."""
    return cell.content is not None and may_have_values(cell.content, prefix)


def may_have_values(row: bytes, prefix: bytes) -> bool:
    """False for a row whose cells are surely blank: a cheap look."""
    return any(b"<" + prefix + name in row for name in (b"v", b"is", b"f"))
