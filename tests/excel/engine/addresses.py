"""Addresses as Excel writes and reads them."""

import re
from typing import NamedTuple

from openpyxl.utils import column_index_from_string, get_column_letter

ROWS, COLUMNS = 1_048_576, 16_384
_CORNER = re.compile(r"\$?([A-Za-z]{1,3})?\$?(\d{1,7})?")
_UNQUOTED = re.compile(r"[A-Za-z_\u4e00-\u9fff][\w.\u4e00-\u9fff]*")


class Area(NamedTuple):
    """A rectangle of cells, its corners included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Its rows."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """Its columns."""
        return self.right - self.left + 1

    def common(self, other: "Area") -> "Area | None":
        """The part of it that lies in the other."""
        found = Area(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )
        return found if found.top <= found.bottom and found.left <= found.right else None

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies in it."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def moved(self, rows: int, columns: int) -> "Area":
        """The same rectangle elsewhere."""
        return Area(self.top + rows, self.left + columns, self.bottom + rows, self.right + columns)


WHOLE_SHEET = Area(1, 1, ROWS, COLUMNS)


def parse_area(text: str) -> Area | None:
    """The area that `B2`, `$A$1:C3`, `A:C` or `2:5` means; None for anything else."""
    first, colon, last = text.strip().partition(":")
    corners = []
    for corner in (first, last if colon else first):
        match = _CORNER.fullmatch(corner.strip())
        if match is None or not any(match.groups()):
            return None
        corners.append(match.groups())
    (left, top), (right, bottom) = corners
    if (left is None) != (right is None) or (top is None) != (bottom is None):
        return None
    if not colon and (left is None or top is None):
        return None
    columns = sorted((column_index_from_string(left), column_index_from_string(right))) if left else [1, COLUMNS]
    rows = sorted((int(top), int(bottom))) if top else [1, ROWS]
    if rows[0] < 1 or rows[1] > ROWS or columns[1] > COLUMNS:
        return None
    return Area(rows[0], columns[0], rows[1], columns[1])


def write_area(area: Area, row_absolute: bool = True, column_absolute: bool = True) -> str:
    """The address of an area."""
    d, c = "$" if row_absolute else "", "$" if column_absolute else ""
    if area.height == ROWS:
        return f"{c}{get_column_letter(area.left)}:{c}{get_column_letter(area.right)}"
    if area.width == COLUMNS:
        return f"{d}{area.top}:{d}{area.bottom}"
    first = f"{c}{get_column_letter(area.left)}{d}{area.top}"
    last = f"{c}{get_column_letter(area.right)}{d}{area.bottom}"
    return first if first == last else f"{first}:{last}"


def write_areas(areas: list[Area], row_absolute: bool = True, column_absolute: bool = True) -> str:
    """The address of several areas, which Excel never makes longer than 255 characters."""
    text = ""
    for area in areas:
        longer = f"{text}{',' if text else ''}{write_area(area, row_absolute, column_absolute)}"
        if len(longer) > 255:
            break
        text = longer
    return text


def quoted(sheet: str) -> str:
    """A sheet's name as formulas and names write it."""
    bare = _UNQUOTED.fullmatch(sheet) and parse_area(sheet) is None
    return sheet if bare else "'" + sheet.replace("'", "''") + "'"


def split_sheet(reference: str) -> tuple[str | None, str]:
    """Sheet and address of `'Sheet 1'!$A$1`; no sheet where none is named."""
    sheet, mark, address = reference.rpartition("!")
    if not mark:
        return None, reference
    if sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    return sheet.rpartition("]")[2], address


def subtract(area: Area, hole: Area) -> list[Area]:
    """What is left of an area without the hole."""
    common = area.common(hole)
    if common is None:
        return [area]
    parts = [
        Area(area.top, area.left, common.top - 1, area.right),
        Area(common.bottom + 1, area.left, area.bottom, area.right),
        Area(common.top, area.left, common.bottom, common.left - 1),
        Area(common.top, common.right + 1, common.bottom, area.right),
    ]
    return [part for part in parts if part.top <= part.bottom and part.left <= part.right]
