"""Numbers as people type them in text cells, with or without a unit."""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from xltools.core.codec import plain_decimal
from xltools.core.sheet import Scalar

# Thousands by commas, blanks or apostrophes, in threes; 1.2万 and its like.
NUMBER = r"(?:\d{1,3}(?:(?P<between>[, '’])\d{3})(?:(?P=between)\d{3})*|\d+)?(?:\.\d+)?"
_PLAIN = re.compile(rf"[+-]?\s*{NUMBER}\s*(?P<myriad>[万亿千]?)")
_IN_BRACKETS = re.compile(r"\((.+)\)")  # (120) is how accountants write -120
_CURRENCY_SIGNS = re.compile(r"^(RMB|CNY|USD|US\$|EUR|HKD|HK\$|JPY|[¥￥$€])\s*|\s*(元|圆)(整|正)?$")
_MYRIADS = {"": 0, "千": 3, "万": 4, "亿": 8}
# A comma that is no thousands separator as we write them: the decimal comma of a continental customer, or a slip.
_ODD_COMMAS = re.compile(r"[+-]?(\d{1,3}(?:\.\d{3})*|\d+),(\d+)|[+-]?\d{1,3}(?:\.\d{3}){2,}")
_DASHES = frozenset("-－—–―‐‑‒─/／\\")
_TOO_LARGE = 10**15  # Excel keeps 15 digits: a number beyond them was not meant as one


def is_dash(text: str) -> bool:
    """True for a dash or stroke alone, with which people cross out an empty box of a printed form."""
    stripped = text.strip()
    return 0 < len(stripped) <= 4 and not set(stripped) - _DASHES


def read_number(value: Scalar, *, percent: bool = False) -> Decimal | None:
    """A number cell, or text such as `1,200`, `１２０`, `¥3.50`, `(120)`, `1.2万` (`13%` with `percent`); else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return Decimal(repr(value)) if abs(value) < _TOO_LARGE else None
    return _read_text(value, percent=percent) if isinstance(value, str) else None


@lru_cache(maxsize=4096)  # a column of prices or quantities has few different ones
def _read_text(value: str, *, percent: bool) -> Decimal | None:
    text = plain_number_text(value)
    if match := _IN_BRACKETS.fullmatch(text):
        inner = read_number(match[1], percent=percent)
        return None if inner is None or inner < 0 or match[1][0] in "(+-" else -inner
    if percent and text.endswith("%"):
        number = parse_number(text[:-1].strip())
        return None if number is None else number.scaleb(-2)
    return parse_number(text)


def plain_number_text(value: str) -> str:
    """Text in NFKC, without blanks around it and without signs of currencies."""
    text = unicodedata.normalize("NFKC", value).strip()
    return text if text.isdigit() else _CURRENCY_SIGNS.sub("", text).strip()


def parse_number(text: str) -> Decimal | None:
    """A number in NFKC text with nothing else in it."""
    match = _PLAIN.fullmatch(text)
    if match is None or not any(map(str.isdigit, text)):
        return None
    digits = "".join(char for char in text if char not in ", '’万亿千")
    number = Decimal(digits).scaleb(_MYRIADS[match["myriad"]])
    return number if abs(number) < _TOO_LARGE else None


def number_readings(value: Scalar) -> tuple[str, ...]:
    """What text with misplaced commas or full stops could be: `1.200,50` as 1200.5 or 1.2005, `1,20` as 1.2 or 120."""
    text = plain_number_text(value) if isinstance(value, str) else ""
    if not text.isascii() or not _ODD_COMMAS.fullmatch(text):
        return ()
    continental = Decimal(text.replace(".", "").replace(",", "."))
    without = Decimal(text.replace(",", "")) if text.count(".") < 2 else continental
    return tuple(dict.fromkeys(map(plain_decimal, (continental, without))))
