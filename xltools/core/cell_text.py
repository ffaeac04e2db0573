"""Cell contents as plain text: the one form in which what was written, what stands there and what is wanted compare."""

import datetime as dt
from decimal import Decimal

from xltools.core.codec import plain_decimal
from xltools.core.content import CellContent, Formula
from xltools.core.sheet import Scalar

LONGEST_TEXT = 32_767  # UTF-16 units of a cell; more is cut when it is written
_DAY_ZERO = dt.date(1899, 12, 30)
_MIDNIGHT = dt.time()
_MOST_EXACT = 10**15  # Excel keeps 15 digits


def content_text(content: CellContent) -> str:
    """The text that is read again from a cell that holds this, of a formula what it shows; a blank is empty."""
    if content is None:
        return ""
    if type(content) is str and content.isprintable() and len(content) <= LONGEST_TEXT // 2:
        return content.strip()  # of 100,000 rows most cells
    plain = content.shown if isinstance(content, Formula) else content
    if plain is None:
        return ""
    if isinstance(plain, str):
        return _text(fit_text(plain))
    if isinstance(plain, bool):
        return "TRUE" if plain else "FALSE"
    if isinstance(plain, int):
        return str(plain)
    return plain_decimal(plain) if isinstance(plain, Decimal) else plain.isoformat()


def scalar_text(value: Scalar) -> str:
    """The text of what was read in a cell: numbers with the 15 digits that Excel keeps, dates without midnight."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _text(value) if "\r" in value else value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        whole = value.is_integer() and -_MOST_EXACT < value < _MOST_EXACT
        return str(int(value)) if whole else plain_decimal(Decimal(f"{value:.15g}"))
    if isinstance(value, dt.datetime) and value.time() == _MIDNIGHT:
        return value.date().isoformat()
    return str(value) if isinstance(value, dt.timedelta) else value.isoformat()


def same_text(ours: str, theirs: str) -> bool:
    """True when a cell still holds what was written, if only in another number format: a date shown as its serial.

    So does a link of ours that a program saved without calculating it.
    """
    if ours == theirs or (ours and theirs.startswith("=HYPERLINK(")):
        return True
    if len(ours) != 10 or not theirs.isdecimal():
        return False
    try:
        return (dt.date.fromisoformat(ours) - _DAY_ZERO).days == int(theirs)
    except ValueError:
        return False


def fit_text(text: str) -> str:
    """The text as a cell can hold it: without lone surrogates, which UTF-8 has no bytes for, and cut if too long."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_TEXT:
        return text
    return units[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"


def _text(text: str) -> str:
    """Line ends are one character in the file; blanks at the ends are what no person sees."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
