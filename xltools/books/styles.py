"""How the styles of a Grid look in Excel: one restrained palette, with colour only where it says something."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from xltools.core.grid import CellContent, Style

Look = Mapping[str, object]

FONT = "微软雅黑"  # on every Chinese Windows; elsewhere the system's own Chinese font steps in
BASE: Look = {"font_name": FONT, "font_size": 10, "font_color": "#1F2933", "valign": "vcenter"}

_INK = "#1F3A5F"
_LINE = "#C3CCD6"
_GRID: Look = {"border": 1, "border_color": _LINE}
_HEADER: Look = {**_GRID, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E4EBF3", "font_color": _INK}
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
_DAY = "yyyy-mm-dd"

_LOOKS: Mapping[Style, Look] = {
    Style.TITLE: {"font_size": 18, "bold": True, "font_color": _INK},
    Style.SUBTITLE: {"font_size": 10, "font_color": "#5B6B7B"},
    Style.MARK: {"font_size": 8, "font_color": "#A3ADB8", "align": "right"},
    Style.SECTION: {"font_size": 11, "bold": True, "font_color": _INK, "valign": "bottom"},
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
    Style.TEXT: {**_GRID, "align": "left", "indent": 1, "text_wrap": True},
    Style.CENTER: {**_GRID, "align": "center", "text_wrap": True},
    Style.INTEGER: {**_NUMBER, "num_format": "0"},
    Style.QUANTITY: {**_NUMBER, "num_format": "#,##0"},
    Style.PRICE: {**_NUMBER, "num_format": "#,##0.00##"},
    Style.MONEY: {**_NUMBER, "num_format": "#,##0.00"},
    Style.PERCENT: {**_NUMBER, "num_format": "0%"},
    Style.DATE: {**_GRID, "align": "center", "num_format": _DAY},
    Style.NOTE: {"font_size": 9, "font_color": "#5B6B7B", "text_wrap": True},
    Style.LATE: {**_GRID, "align": "center", "bold": True, "bg_color": "#F8D7D3", "font_color": "#9B1C13"},
    Style.AT_RISK: {**_GRID, "align": "center", "bold": True, "bg_color": "#FFF0C2", "font_color": "#7A5200"},
    Style.DONE: {**_GRID, "align": "center", "bg_color": "#EDF1F0", "font_color": "#5B6B7B"},
}
_LINK: Look = {"font_color": "#1F5FAF", "underline": 1}


def style_look(style: Style, linked: bool = False) -> dict[str, object]:
    """The XlsxWriter format properties of a style; a linked cell is underlined as people expect of links."""
    return {**BASE, **_LOOKS[style], **(_LINK if linked else {})}


def number_format(style: Style, value: CellContent) -> str:
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
