"""What the first part of an .xls says of all its worksheets: where they begin, and which numbers are dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from struct import Struct

from xltools.books.compound import CompoundError
from xltools.books.number_formats import Moment, built_in_moment, format_moment

_END, _SHEET, _CALCULATED, _EPOCH, _CODE_PAGE = 0x000A, 0x0085, 0x01C1, 0x0022, 0x0042
_FORMAT, _STYLE = 0x041E, 0x00E0
_WORKSHEET = 0
_EXCEL_97 = b"\0\x06"
_UNICODE = 1200
_MOST_SHEETS = 20_000
_HEADER = Struct("<HH")


@dataclass(slots=True)
class XlsGlobals:
    """`starts` are the positions of the worksheets, in tab order.

    `moments` has the cell styles that make a number a date, and with None those of which calamine would think so.
    `is_calculated`: somebody left a note of having calculated the workbook. `code_page` is the position of a code page
    that is not to be believed, 0 for none.
    """

    starts: list[int] = field(default_factory=list)
    moments: Mapping[int, Moment | None] = field(default_factory=dict)
    is_calculated: bool = False
    since_1904: bool = False
    code_page: int = 0


def read_records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, position and size of each record from a position on."""
    unpack, end = _HEADER.unpack_from, len(stream) - _HEADER.size
    while at <= end:
        kind, size = unpack(stream, at)
        at += 4
        yield kind, at, size
        at += size


def read_globals(stream: bytes) -> XlsGlobals:
    """The workbook's own records; CompoundError where it lists more sheets than any has."""
    found, formats, styles = XlsGlobals(), dict[int, str](), list[int]()
    is_97 = stream[4:6] == _EXCEL_97  # as the first record says
    for kind, at, size in read_records(stream, 0):
        number = int.from_bytes(stream[at : at + 2], "little")
        if kind == _END:
            break
        if kind == _CALCULATED:
            found.is_calculated = True
        elif kind == _EPOCH:
            found.since_1904 = number == 1
        elif kind == _CODE_PAGE and is_97 and number != _UNICODE:
            # Texts are Unicode since Excel 97, whatever some Java libraries write here; calamine believes them.
            found.code_page = at
        elif kind == _FORMAT:
            formats[number] = _format_code(stream[at : at + size], is_97)
        elif kind == _STYLE:
            styles.append(int.from_bytes(stream[at + 2 : at + 4], "little"))
        elif kind == _SHEET and size >= 6 and stream[at + 5] == _WORKSHEET:
            found.starts.append(int.from_bytes(stream[at : at + 4], "little"))
            if len(found.starts) > _MOST_SHEETS:
                raise CompoundError
    found.moments = dict(_read_moments(styles, formats))
    return found


def _read_moments(styles: list[int], formats: Mapping[int, str]) -> Iterator[tuple[int, Moment | None]]:
    """Calamine takes built-in numbers for what they mean in Chinese Excel even where the file says what they mean."""
    own = {number: format_moment(code) for number, code in formats.items()}
    for style, number in enumerate(styles):
        built_in = built_in_moment(number)
        moment = own.get(number, built_in)
        if moment or built_in:
            yield style, moment


def _format_code(record: bytes, is_97: bool) -> str:
    """The text of a FORMAT record ([MS-XLS] 2.4.126), and of the same with a byte a character in Excel 5 and 95."""
    if not is_97:
        return record[3 : 3 + record[2]].decode("latin-1") if len(record) > 2 else ""
    length, is_wide, text = int.from_bytes(record[2:4], "little"), record[4:5] == b"\1", record[5:]
    return text[: 2 * length].decode("utf-16-le", "replace") if is_wide else text[:length].decode("latin-1")
