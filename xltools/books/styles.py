"""How the styles of a Grid look in Excel: one restrained palette, with colour only where it says something."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from xltools.core.content import PlainContent
from xltools.core.grid import ButtonTone, Style, Tone

Look = Mapping[str, object]

FONT = "微软雅黑"  # on every Chinese Windows; elsewhere the system's own Chinese font steps in
LATIN_FONT = "Segoe UI"  # its Latin letters, where a drawing names them apart
# No scheme: with one, Excel shows its theme's font instead of the one that is named.
BASE: Look = {"font_name": FONT, "font_scheme": "none", "font_size": 10, "font_color": "#1F2933", "valign": "vcenter"}

INK = "#1F3A5F"
QUIET = "#5B6B7B"
GRID_LINE = "#C3CCD6"
_GRID: Look = {"border": 1, "border_color": GRID_LINE}
_HEADER: Look = {**_GRID, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E4EBF3", "font_color": INK}
_LABEL: Look = {
    **_GRID,
    "align": "left",
    "indent": 1,
    "text_wrap": True,
    "bg_color": "#F1F4F8",
    "font_color": "#3B4A5C",
}
_REQUIRED: Look = {"bg_color": "#FCE8CF", "font_color": "#8A3B00", "bold": True}
_INPUT: Look = {**_GRID, "align": "left", "indent": 1, "text_wrap": True}
_NUMBER: Look = {**_GRID, "align": "right", "indent": 1}
_TILE: Look = {**_GRID, "font_size": 22, "bold": True, "align": "center", "font_color": INK}
_BANNER: Look = {"bg_color": INK, "align": "left"}
_LINK: Look = {"font_color": "#1F5FAF", "underline": 1}
_DAY = "yyyy-mm-dd"

_LOOKS: Mapping[Style, Look] = {
    Style.TITLE: {"font_size": 18, "bold": True, "font_color": INK},
    Style.SUBTITLE: {"font_size": 10, "font_color": QUIET},
    Style.MARK: {"font_size": 8, "font_color": "#A3ADB8", "align": "right"},
    Style.SECTION: {"font_size": 11, "bold": True, "font_color": INK, "valign": "bottom"},
    Style.HEADER: _HEADER,
    Style.HEADER_REQUIRED: {**_HEADER, **_REQUIRED},
    Style.HEADER_EDITABLE: {**_HEADER, "bg_color": "#DFF0E3", "font_color": "#1F5B33"},
    Style.LABEL: _LABEL,
    Style.LABEL_REQUIRED: {**_LABEL, **_REQUIRED},
    # Text format, so that a typed 0010248 keeps its zeros.
    Style.INPUT: {**_INPUT, "num_format": "@"},
    Style.INPUT_DATE: {**_INPUT, "num_format": _DAY},
    Style.INPUT_NUMBER: {**_INPUT, "align": "right", "num_format": "General"},
    Style.INPUT_PERCENT: {**_INPUT, "align": "right", "num_format": "0.0%"},
    Style.INPUT_WANTED: {**_INPUT, "align": "right", "num_format": "General", "bg_color": "#FEF5E7"},
    Style.TEXT: {**_GRID, "align": "left", "indent": 1, "text_wrap": True},
    Style.CENTER: {**_GRID, "align": "center", "text_wrap": True},
    Style.INTEGER: {**_NUMBER, "num_format": "0"},
    Style.QUANTITY: {**_NUMBER, "num_format": "#,##0"},
    Style.PRICE: {**_NUMBER, "num_format": "#,##0.00##"},
    Style.MONEY: {**_NUMBER, "num_format": "#,##0.00"},
    Style.PERCENT: {**_NUMBER, "num_format": "0%"},
    # Wrapped: a split delivery is text, and would lie over its neighbours.
    Style.DATE: {**_GRID, "align": "center", "text_wrap": True, "num_format": _DAY},
    Style.NOTE: {"font_size": 9, "font_color": QUIET, "text_wrap": True},
    Style.LINK: {**_GRID, "align": "left", "indent": 1, "text_wrap": True, **_LINK},
    Style.NAME: {**_GRID, "align": "left", "indent": 1, "shrink": True},
    Style.COUNT: {**_GRID, "align": "center", "num_format": "#,##0"},
    Style.AVERAGE: {**_GRID, "align": "center", "num_format": "#,##0.0"},
    Style.RATE: {**_GRID, "align": "center", "num_format": "0.0%"},
    Style.TILE: {**_TILE, "num_format": "#,##0"},
    Style.TILE_RATE: {**_TILE, "num_format": "0.0%"},
    Style.LATE: {**_GRID, "align": "center", "bold": True, "bg_color": "#F8D7D3", "font_color": "#9B1C13"},
    Style.AT_RISK: {**_GRID, "align": "center", "bold": True, "bg_color": "#FFF0C2", "font_color": "#7A5200"},
    Style.DONE: {**_GRID, "align": "center", "bg_color": "#EDF1F0", "font_color": QUIET},
    Style.BANNER: {**_BANNER, "font_size": 20, "bold": True, "font_color": "#FFFFFF"},
    Style.BANNER_NOTE: {**_BANNER, "font_color": "#C9D6E6", "text_wrap": True},
    Style.GROUP: {"bold": True, "font_color": QUIET, "valign": "bottom", "bottom": 1, "bottom_color": GRID_LINE},
    Style.LEAD: {"font_size": 11, "bold": True, "font_color": INK, "valign": "bottom", "text_wrap": True},
    Style.PROSE: {"align": "left", "text_wrap": True, "num_format": "@"},
    Style.PLACE: {"font_size": 10, "bold": True, "font_color": INK, "num_format": "@"},
    Style.REPEATED: {"font_color": "#A3ADB8"},
    Style.FRACTION: {"num_format": "#,##0.######"},
    Style.FRACTION_PERCENT: {"num_format": "0.00##%"},
}
_TONES: Mapping[Tone, str] = {
    "main": "#2F6DB5",
    "second": "#8AA4BF",
    "third": "#1F9E89",
    "late": "#C8372B",
    "at-risk": "#F0B429",
}
_BUTTONS: Mapping[ButtonTone, str] = {"main": "#2F6DB5", "go": "#1B7F5C", "quiet": "#66737F"}
# What a condition may change in Excel: its face and size are the cell's own.
_CONDITIONAL = {"bg_color", "font_color", "bold", "num_format"}


def style_look(style: Style, linked: bool = False) -> dict[str, object]:
    """The XlsxWriter format properties of a style; a linked cell is underlined as people expect of links."""
    return {**BASE, **_LOOKS[style], **(_LINK if linked else {})}


def condition_look(style: Style) -> dict[str, object]:
    """The XlsxWriter format properties that a condition of this style lays over a cell."""
    return {name: value for name, value in _LOOKS[style].items() if name in _CONDITIONAL}


def tone_color(tone: Tone) -> str:
    """The colour of a series in a chart."""
    return _TONES[tone]


def button_color(tone: ButtonTone) -> str:
    """The colour of a button; its caption is white."""
    return _BUTTONS[tone]


def number_format(style: Style, value: PlainContent) -> str:
    """The number format of a cell of this style that holds the value.

    It depends on the value, since Excel shows 500 in the format `0.##` as `500.`
    """
    usual = str(_LOOKS[style].get("num_format", ""))
    if isinstance(value, dt.date):
        return usual if style in {Style.DATE, Style.INPUT_DATE} else _DAY
    if isinstance(value, int | Decimal) and Decimal(value).is_finite():
        if style is Style.QUANTITY and value != int(value):
            return "#,##0.######"
        if style in {Style.PERCENT, Style.INPUT_PERCENT}:
            return "0%" if value * 100 == int(value * 100) else "0.00##%"
    return usual
