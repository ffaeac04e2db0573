"""Colours between openpyxl's ways of saying them and COM's numbers (red in the lowest byte)."""

import colorsys
import re
from typing import Any

from openpyxl.styles.colors import COLOR_INDEX, Color

# Of the theme: openpyxl keeps the order lt1 dk1 lt2 dk2 accent1-6, as Excel counts them.
_OFFICE = ("FFFFFF", "000000", "E7E6E6", "44546A", "4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47")
_THEME_PART = re.compile(
    rb"<a:(lt1|dk1|lt2|dk2|accent[1-6])>.*?(?:lastClr|srgbClr val)=\"([0-9A-Fa-f]{6})\"", re.DOTALL
)
_ORDER = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")
PALETTE = COLOR_INDEX[8:64]  # ColorIndex 1 to 56


def to_com(colour: Color | None, model: Any) -> float | None:
    """COM's number for a colour; None where it is automatic or none."""
    rgb = _rgb(colour, model)
    if rgb is None:
        return None
    return float(int(rgb[4:6] + rgb[2:4] + rgb[0:2], 16))


def from_com(number: float) -> Color:
    """The colour that COM's number means."""
    value = int(number)
    if not 0 <= value <= 0xFFFFFF:
        raise ValueError(f"no colour: {number}")
    return Color(rgb=f"FF{value & 0xFF:02X}{value >> 8 & 0xFF:02X}{value >> 16:02X}")


def nearest_index(number: float) -> int:
    """The number in Excel's old palette of the colour that comes nearest."""
    red, green, blue = int(number) & 0xFF, int(number) >> 8 & 0xFF, int(number) >> 16

    def distance(at: int) -> int:
        one = PALETTE[at]
        return (int(one[2:4], 16) - red) ** 2 + (int(one[4:6], 16) - green) ** 2 + (int(one[6:8], 16) - blue) ** 2

    return min(range(len(PALETTE)), key=distance) + 1


def _rgb(colour: Color | None, model: Any) -> str | None:
    if colour is None:
        return None
    if colour.type == "rgb":
        return colour.rgb[-6:] if isinstance(colour.rgb, str) else None
    if colour.type == "indexed":
        return COLOR_INDEX[colour.indexed][-6:] if colour.indexed < len(COLOR_INDEX) else None
    if colour.type == "theme":
        theme = dict(_THEME_PART.findall(model.loaded_theme or b""))
        found = theme.get(_ORDER[colour.theme].encode()) if colour.theme < len(_ORDER) else None
        base = found.decode() if found else _OFFICE[colour.theme] if colour.theme < len(_OFFICE) else "000000"
        return _tinted(base, colour.tint or 0.0)
    return None


def _tinted(rgb: str, tint: float) -> str:
    if not tint:
        return rgb
    hue, light, saturation = colorsys.rgb_to_hls(*(int(rgb[at : at + 2], 16) / 255 for at in (0, 2, 4)))
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    return "".join(f"{round(part * 255):02X}" for part in colorsys.hls_to_rgb(hue, light, saturation))
