"""Quantities with a unit behind them, such as `80kg`, and whether it is the unit that is meant."""

import re
import unicodedata
from decimal import Decimal
from typing import NamedTuple

from xltools.core.codec import plain_decimal
from xltools.core.sheet import Scalar
from xltools.core.units import Units
from xltools.intake.numbers import NUMBER, parse_number
from xltools.intake.unread import Unread, unread

_QUANTITY = re.compile(
    rf"(?P<number>[+-]?\s*{NUMBER}\s*(?:[万亿]|千(?![克米]))?)\s*(?P<unit>[^\W\d_][^\d,;:+×*~%()]{{0,11}}[23]?)"
)
_HEADER_UNIT = re.compile(r"[(\[【]\s*([^()\[\]【】]{1,12}?)\s*[)\]】]\s*$|/\s*([^/()]{1,12}?)\s*$")


class WrittenQuantity(NamedTuple):
    """A number and the unit that was written behind it."""

    number: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{plain_decimal(self.number)} {self.unit}"


def split_quantity(value: Scalar) -> WrittenQuantity | None:
    """The number and the unit of text such as `80kg` or `1,200 套`; None for other things."""
    if not isinstance(value, str):
        return None
    match = _QUANTITY.fullmatch(unicodedata.normalize("NFKC", value).strip())
    number = parse_number(match["number"].strip()) if match else None
    return WrittenQuantity(number, match["unit"].strip()) if match and number is not None else None


def settle_unit(written: WrittenQuantity, wanted: str, units: Units) -> Decimal | Unread:
    """The number, if it is in the unit wanted; otherwise what it would be there, for its writer to decide."""
    if units.are_same(written.unit, wanted):
        return written.number
    if units.find(written.unit) is None:  # 80左右: a word that no unit is known by
        return unread("number-not-understood", value=str(written))
    there = units.convert(written.number, written.unit, wanted)
    if there is None:
        return unread("unit-not-convertible", value=str(written), written=written.unit, unit=wanted)
    reading = f"{written} = {plain_decimal(there)} {wanted}"
    return unread("unit-differs", value=str(written), unit=wanted, readings=reading, example=plain_decimal(there))


def header_unit(header: Scalar, units: Units) -> str:
    """The unit that a header names in brackets, `数量(Pcs)`, or behind a stroke; empty for other words there."""
    if not isinstance(header, str):
        return ""
    match = _HEADER_UNIT.search(unicodedata.normalize("NFKC", header))
    word = (match[1] or match[2]).strip() if match else ""
    return word if word and units.find(word) else ""
