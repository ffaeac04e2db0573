"""What a cell's markup means: its type, style and content as a value (ECMA-376 Part 1, 18.3.1.4 and 18.18.11)."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

from xltools.books.number_formats import Moment, read_iso_moment, serial_moment
from xltools.books.package import PackageError
from xltools.books.xml_pieces import decode_text
from xltools.core.sheet import CellError, Scalar

_KEPT = 1 << 16  # texts and dates that are made once only, where they come again and again
_TRUTHS = {b"1": True, b"true": True, b"0": False, b"false": False}


class CellValues:
    """The values of one workbook's cells; types, styles and contents are the bytes of the file.

    `moments` says which styles make a number a time. PackageError for what no cell may hold.
    """

    def __init__(self, strings: Sequence[str], moments: Mapping[int, Moment], *, since_1904: bool) -> None:
        self.strings = strings
        self.moments = {str(style).encode(): moment for style, moment in moments.items()}
        self.text = lru_cache(_KEPT)(decode_text)
        self.trimmed = lru_cache(_KEPT)(partial(decode_text, trim=True))
        self.moment = lru_cache(_KEPT)(partial(self._read_moment, since_1904=since_1904))

    def value(self, kind: bytes, style: bytes, content: bytes) -> Scalar:
        """The value of a cell from what its `v` holds, blank where that is nothing."""
        if not content:
            return None
        if kind in {b"", b"n"}:
            moment = self.moments.get(style)
            return self.moment(content, moment) if moment else read_number(content)
        if kind == b"s":
            return self._shared(content)
        if kind == b"str":
            return self.text(content) or None
        if kind == b"e":
            return CellError(self.text(content))
        if kind == b"b" and content in _TRUTHS:
            return _TRUTHS[content]
        if kind == b"d":
            return read_iso_moment(self.text(content))
        if kind == b"inlineStr":  # its text is in `is`, and this beside it is left over
            return None
        raise PackageError("reason-not-standard")

    def _shared(self, content: bytes) -> str | None:
        index = int(content)
        if not 0 <= index < len(self.strings):
            raise PackageError("reason-not-standard")
        return self.strings[index] or None

    def _read_moment(self, content: bytes, moment: Moment, *, since_1904: bool) -> Scalar:
        number = read_number(content)
        return serial_moment(number, moment, since_1904=since_1904) if isinstance(number, float) else number


def uncalculated(formula: str) -> CellError:
    """What a cell holds whose formula has no stored result; of a formula shared with others, `=` may be all."""
    return CellError(f"={formula}")


def read_number(content: bytes) -> float | CellError:
    """A number as the file writes it; what is beyond all numbers is an error cell, as Excel would show it."""
    try:
        number = float(content)
    except ValueError:
        number = float(decode_text(content))
    return number if math.isfinite(number) else CellError("#NUM!")
