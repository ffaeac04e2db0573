"""What Excel takes: names of sheets, lengths of texts, numbers that a cell holds unchanged."""

import re
from collections.abc import Iterable
from decimal import Decimal

from xltools.core.content import PlainContent

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_NAME = 31


def check_sheet_names(names: Iterable[str], taken: Iterable[str] = ()) -> None:
    """ValueError for a sheet name that Excel refuses or that is `taken` already, whatever its case.

    It refuses empty ones, over 31 characters, brackets or one of : * ? and the slashes in them, an apostrophe at an
    end, and History.
    """
    seen = {name.casefold() for name in taken}
    for name in names:
        refused = not name.strip() or utf16_length(name) > _LONGEST_NAME or _FORBIDDEN.search(name)
        if refused or name.strip("'") != name or name.casefold() == "history":
            raise ValueError(f"Excel does not take this sheet name: {name!r}")
        if name.casefold() in seen:
            raise ValueError(f"two sheets are named {name!r}")
        seen.add(name.casefold())


def fits_number(value: int | Decimal) -> bool:
    """False for what a cell's double can't hold: it would be changed silently, or is no number."""
    if isinstance(value, Decimal) and not value.is_finite():
        return False
    exact = Decimal(value).normalize()
    return len(exact.as_tuple().digits) <= 15 and abs(exact.adjusted()) < 300


def plain_text(value: PlainContent) -> str:
    """The text of a value that is written as text, decimals without exponent."""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def cut_text(text: str, longest: int) -> str:
    """The text, cut with an ellipsis where it has more UTF-16 units than `longest`."""
    if utf16_length(text) <= longest:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * (longest - 1)].decode("utf-16-le", "ignore") + "…"


def utf16_length(text: str) -> int:
    """The length as Excel counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
