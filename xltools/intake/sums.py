"""Rows of a table that are sums of the lines above them, and whether they are right."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from xltools.core.codec import plain_decimal
from xltools.core.problem import Problem, warning
from xltools.core.sheet import Cell, Scalar, is_blank
from xltools.core.text import label_key, normalize_text
from xltools.intake.numbers import read_number
from xltools.intake.quantity import split_quantity

Cells = Mapping[str, Cell]

QUANTITY, AMOUNT = "quantity", "amount"
_LONGEST = 40
# `3月小计`, `本页合计：`, `合计(RMB)`, `合计金额（大写）：…`, `Grand Total`; each with the level it sums: part, whole.
_CHINESE = re.compile(r".{0,12}?(小计|合计|总计|共计|累计)(金额|数量|件数)?([:(].*)?")
_ENGLISH = re.compile(r"([\w.\-/]+ ){0,2}?(sub-? ?total|grand total|total)( amount| qty| quantity)?([ :(].*)?")
_PARTS = ("小计", "subtotal", "sub-total", "sub total")


@dataclass(frozen=True, slots=True)
class SumRow:
    """A row of sums: how many lines stand above it, and whether it sums a part of them only (小计)."""

    row: int
    lines_above: int
    is_part: bool


def find_sum_word(values: Sequence[Scalar]) -> tuple[int, bool] | None:
    """The column of the first cell that says its row is a sum, and whether it is the sum of a part."""
    text = " ".join([value for value in values if type(value) is str])
    if not ("计" in text or "計" in text or "otal" in text or "OTAL" in text):
        return None
    for column, value in enumerate(values):
        if isinstance(value, str):
            level = _sum_level(value)
            if level is not None:
                return column, level
    return None


@lru_cache(maxsize=4096)
def _sum_level(text: str) -> bool | None:
    """True for the sum of a part, False for that of the whole, None for other texts."""
    if len(text) > _LONGEST:
        return None
    for found in (_CHINESE.fullmatch(label_key(text)), _ENGLISH.fullmatch(normalize_text(text).casefold())):
        if found:
            return any(part in found[0] for part in _PARTS)
    return None


def check_sums(lines: Sequence[Cells], sums: Sequence[tuple[SumRow, Cells]]) -> Iterator[Problem]:
    """A warning for each sum that is not that of the lines above it since the last of its kind, nor of all of them."""
    for name in (QUANTITY, AMOUNT):
        unit = _only_unit([cells[name] for cells in (*lines, *(cells for _, cells in sums)) if name in cells])
        if not any(name in cells and _number(cells[name], unit) is not None for _, cells in sums):
            continue
        running = _Running(lines, name, unit)
        part = whole = 0  # the lines above the last sum of each kind
        for found, cells in sums:
            cell, end = cells.get(name), found.lines_above
            written = _number(cell, unit) if cell else None
            own = running.between(part if found.is_part else whole, end)
            others = [running.between(start, end) for start in (0, part, whole)]
            # Of amounts that are rounded for show, each may be half a cent off.
            allowed = Decimal("0.005") * (end + 1) if name == AMOUNT else Decimal("0.000001")
            if cell is None or written is None or own is None:
                pass
            elif not any(other is not None and abs(other - written) <= allowed for other in others):
                yield warning("sum-differs", cell.place, name, value=_shown(written), lines=_shown(own))
            part = end
            whole = whole if found.is_part else end


class _Running:
    """The sums of a column's lines from the first on."""

    def __init__(self, lines: Sequence[Cells], name: str, unit: str) -> None:
        """Adds up the column, whose numbers may have this unit; as in Excel's SUM a blank adds nothing."""
        self.totals, self.unread = [Decimal(0)], [0]
        for cells in lines:
            cell = cells.get(name)
            number = Decimal(0) if cell is None or is_blank(cell.value) else _number(cell, unit)
            self.totals.append(self.totals[-1] + (number or 0))
            self.unread.append(self.unread[-1] + (number is None))

    def between(self, start: int, end: int) -> Decimal | None:
        """The sum of the lines from `start` to before `end`; None where one of them is no plain number."""
        if self.unread[end] != self.unread[start]:
            return None
        return self.totals[end] - self.totals[start]


def _only_unit(cells: Sequence[Cell]) -> str:
    """The one unit that numbers of a column are written with, `360pcs`; empty where there is none, or more than one."""
    written = (split_quantity(cell.value) for cell in cells if type(cell.value) is str)
    units = {label_key(one.unit) for one in written if one}
    return units.pop() if len(units) == 1 else ""


def _number(cell: Cell, unit: str) -> Decimal | None:
    number = read_number(cell.value)
    if number is None and unit and (written := split_quantity(cell.value)) and label_key(written.unit) == unit:
        return written.number
    return number


def _shown(number: Decimal) -> str:
    return plain_decimal(round(number, 6))
