"""What a cell can hold, as the XML of a cell."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from xltools.books.limits import fits_number, plain_text
from xltools.core.cell_text import LONGEST_TEXT, fit_text
from xltools.core.content import CellContent, Formula

_LONGEST_FORMULA = 8_192

# Excel has a 29 February 1900: dates before it shift by one elsewhere.
_FIRST_DAY, _DAY_ZERO = dt.date(1900, 3, 1), dt.date(1899, 12, 30)
_DAY_ZERO_1904 = dt.date(1904, 1, 1)

# XML can't hold these, and its readers turn a carriage return into a line feed: `_x000D_` stands for one, so that a
# text which looks like that is guarded (ECMA-376 Part 1, 22.9.2.19). Text without any of all these goes in as it is.
_ODD = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x")
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_TRIMMED = re.compile(r"\A\s|\s\Z|\n")  # what readers trim or fold where they are not told to preserve it


@dataclass(slots=True)
class CellWriter:
    """Writes cells with a sheet's namespace prefix and in a workbook's date system.

    `dated` and `plain` give, for the index of a format, that of the format in which a date or a number shows as one.
    `wrote_formulas` is set once a formula was written.
    """

    prefix: str
    is_1904: bool
    dated: Callable[[int], int]
    plain: Callable[[int], int]
    wrote_formulas: bool = False

    def write(self, reference: str, style: int, content: CellContent) -> str:
        """The XML of a cell that had the format `style`; what can't be a number or a date there becomes text."""
        if isinstance(content, str):
            return self._write_text(reference, style, content)
        if content is None:
            return f"<{self.prefix}c{_start(reference, style)}/>"
        if isinstance(content, bool):
            return self._write_value(reference, style, str(int(content)), ' t="b"')
        if isinstance(content, dt.date):
            serial = self._serial(content)
            if serial is None:
                return self._write_text(reference, style, content.isoformat())
            return self._write_value(reference, self.dated(style), str(serial))
        if isinstance(content, Formula):
            return self._write_formula(reference, style, content)
        if _fits(content):
            return self._write_value(reference, self.plain(style), _number(content))
        return self._write_text(reference, style, plain_text(content))

    def write_array(self, reference: str, style: int, formula: str) -> str:
        """The XML of a cell with an array formula of its own, not calculated."""
        self.wrote_formulas = True
        p, text = self.prefix, xml_string(formula)
        return f'<{p}c{_start(reference, style)}><{p}f t="array" ref="{reference}">{text}</{p}f></{p}c>'

    def _write_value(self, reference: str, style: int, value: str, kind: str = "") -> str:
        p = self.prefix
        return f"<{p}c{_start(reference, style)}{kind}><{p}v>{value}</{p}v></{p}c>"

    def _write_text(self, reference: str, style: int, text: str) -> str:
        p, start = self.prefix, _start(reference, style)
        if not text:
            return f"<{p}c{start}/>"
        space = ' xml:space="preserve"' if _TRIMMED.search(text) else ""
        return f'<{p}c{start} t="inlineStr"><{p}is><{p}t{space}>{xml_string(text)}</{p}t></{p}is></{p}c>'

    def _write_formula(self, reference: str, style: int, formula: Formula) -> str:
        if len(formula.text) > _LONGEST_FORMULA:  # to Excel the file would be damaged: what it comes to is kept
            return self.write(reference, style, formula.shown)
        self.wrote_formulas = True
        p, shown, kind, value = self.prefix, formula.shown, "", ""
        if isinstance(shown, str):
            kind, value = ' t="str"', f"<{p}v>{xml_string(shown)}</{p}v>"
        elif isinstance(shown, bool):
            kind, value = ' t="b"', f"<{p}v>{int(shown)}</{p}v>"
        elif shown is not None and _fits(shown):
            value = f"<{p}v>{_number(shown)}</{p}v>"
        written = f"<{p}f>{xml_string(formula.text)}</{p}f>"
        return f"<{p}c{_start(reference, style)}{kind}>{written}{value}</{p}c>"

    def _serial(self, day: dt.date) -> int | None:
        """The number of a day (ECMA-376 Part 1, 18.17.4.1); None for one before the calendar of cells begins."""
        day = dt.date(day.year, day.month, day.day)
        if self.is_1904:
            return (day - _DAY_ZERO_1904).days if day >= _DAY_ZERO_1904 else None
        return (day - _DAY_ZERO).days if day >= _FIRST_DAY else None


def _start(reference: str, style: int) -> str:
    return f' r="{reference}" s="{style}"' if style else f' r="{reference}"'


def _fits(value: int | Decimal) -> bool:
    return (type(value) is int and -(10**15) < value < 10**15) or fits_number(value)


def _number(value: int | Decimal) -> str:
    if isinstance(value, int) and abs(value) < 10**15:
        return str(value)
    return repr(float(value)).removesuffix(".0")


def xml_string(text: str) -> str:
    """Text as an ST_Xstring, escaped for XML; cut to what a cell holds, lone surrogates as question marks."""
    if len(text) <= LONGEST_TEXT // 2 and not _ODD.search(text):
        return text
    text = _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", fit_text(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain_string(text: str) -> str:
    """What an ST_Xstring says: the way back of `xml_string`, XML unescaped already."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
