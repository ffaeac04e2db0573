"""The references inside formulas: found, moved along with a formula, stretched with the blocks that they name.

Rows and columns are counted from 0. Formulas are text as it stands in a file: unescaped, without `=`, English names,
commas (ECMA-376 Part 1, 18.17).
"""

import re
from collections.abc import Callable

from xltools.books.addresses import LAST_COLUMN, LAST_ROW, read_area, read_column
from xltools.core.place import column_name
from xltools.core.sheet import Range

# What a reference can't begin or end in: text in quotes, quoted sheet names, structured references, other names.
_TOKENS = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")"""
    r"""|(?P<sheet>'(?:[^']|'')*'!|[^\W\d][\w.]*(?::[^\W\d][\w.]*)?!)"""
    r"""|(?P<bracket>\[)"""
    r"""|(?P<area>(?<![\w.$\\?])(?:"""
    r"""\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}(?::\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6})?"""
    r"""|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?[1-9][0-9]{0,6}:\$?[1-9][0-9]{0,6})(?![\w.(!?\\\[]))"""
    r"""|(?P<name>[\w.\\?]+)"""
)
_FIXED_ROWS = re.compile(r"\$?[A-Za-z]+\$[0-9]+:\$?[A-Za-z]+\$[0-9]+")
_PART = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]{0,7})")


_ELSEWHERE = "["  # no sheet can have this name: a reference into another workbook


class OffSheetError(ValueError):
    """A reference would leave the sheet."""


def translate_formula(formula: str, rows: int, columns: int) -> str | None:
    """The formula as it reads when it is filled that many rows down and columns right; None where it leaves the sheet.

    References without `$` move along (ECMA-376 Part 1, 18.3.1.40 on shared formulas).
    """
    try:
        return _replace_areas(formula, lambda _, area: ":".join(_move(part, rows, columns) for part in area.split(":")))
    except OffSheetError:
        return None


def change_areas(
    formula: str, sheet: str, change: Callable[[Range], Range], at_home: bool = False, fixed_only: bool = True
) -> str:
    """The formula with the blocks on one sheet that it refers to changed in their rows; their `$` signs stay.

    `at_home`: a reference without a sheet name is to that sheet too. `fixed_only`: rows without `$` stay as they are,
    since in names and conditions they say how far away something is, not where. Single cells always stay.
    """

    def replace(named: str | None, text: str) -> str:
        first, colon, last = text.partition(":")
        area = read_area(text)
        elsewhere = not at_home if named is None else named.casefold() != sheet.casefold()
        if not colon or area is None or elsewhere or (fixed_only and not _FIXED_ROWS.fullmatch(text)):
            return text
        new = change(area)
        return text if new == area else ":".join((_at_row(first, new.top), _at_row(last, new.bottom)))

    return _replace_areas(formula, replace)


def _at_row(cell: str, row: int) -> str:
    return re.sub(r"[0-9]+$", str(row + 1), cell)


def _replace_areas(formula: str, replace: Callable[[str | None, str], str]) -> str:
    """The formula with each reference replaced; `replace` gets the sheet name before it, if any, and the reference."""
    out, at = [], 0
    named: str | None = None
    while found := _TOKENS.search(formula, at):
        out.append(formula[at : found.start()])
        if found.start() != at:
            named = None
        at, token = found.end(), found[0]
        if found.lastgroup == "sheet":
            named = _ELSEWHERE if named == _ELSEWHERE else _sheet_name(token)
        elif found.lastgroup == "area":
            token, named = replace(named, token), None
        elif found.lastgroup == "bracket":
            at = _bracket_end(formula, found.start())
            token, named = formula[found.start() : at], _ELSEWHERE
        else:
            named = None
        out.append(token)
    return "".join((*out, formula[at:]))


def _sheet_name(token: str) -> str:
    name = token[:-1]
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def _bracket_end(formula: str, start: int) -> int:
    """Where a structured or external reference ends: brackets nest, and `'` escapes the sign after it."""
    depth, at = 0, start
    while at < len(formula):
        sign = formula[at]
        at += 2 if sign == "'" and depth else 1
        depth += (sign == "[") - (sign == "]")
        if not depth:
            return at
    return len(formula)


def _move(part: str, rows: int, columns: int) -> str:
    found = _PART.fullmatch(part)
    if not found:
        return part
    fixed_column, letters, fixed_row, digits = found.groups()
    if digits and not letters:  # of a whole row: `$1`, whose sign the pattern takes for the column's
        fixed_column, fixed_row = "", fixed_column or fixed_row
    if read_column(letters) > LAST_COLUMN or (digits and int(digits) > LAST_ROW + 1):  # a name such as XYZ1
        return part
    if letters and not fixed_column and columns:
        letters = column_name(_within(read_column(letters) + columns, LAST_COLUMN))
    if digits and not fixed_row:
        digits = str(_within(int(digits) - 1 + rows, LAST_ROW) + 1)
    return f"{fixed_column}{letters}{fixed_row}{digits}"


def _within(index: int, last: int) -> int:
    if not 0 <= index <= last:
        raise OffSheetError
    return index
