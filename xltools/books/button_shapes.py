"""Buttons as drawn shapes that run a macro: rounded, in colour, unlike the grey ones of Excel's forms.

XlsxWriter draws text boxes and knows where they lie; here each becomes the button that it stands for.
"""

import re
from collections import deque
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from xltools.books.package import Package
from xltools.books.styles import FONT, LATIN_FONT, button_color
from xltools.core.grid import Button

_DRAWING = re.compile(r"xl/drawings/drawing(\d+)\.xml")
_TEXT_BOX = re.compile(r'<xdr:sp macro="".*?<xdr:cNvPr id="(\d+)".*?(<a:xfrm>.*?</a:xfrm>).*?</xdr:sp>', re.DOTALL)
_ROUNDING = 18_000  # of the shorter side, in 100,000ths
_FONT_SIZE = 1_200  # in hundredths of a point


def shape_buttons(package: Package, buttons: Sequence[Button]) -> None:
    """Turn the text boxes of a workbook that XlsxWriter made into its buttons, which stand in the same order.

    ValueError where there are more of the one than of the other.
    """
    drawings = sorted((int(found[1]), name) for name in package.names if (found := _DRAWING.fullmatch(name)))
    waiting = deque(buttons)
    for _, name in drawings:
        drawn = package.read(name).decode()
        pieces, end = list[str](), 0
        for box in _TEXT_BOX.finditer(drawn):
            if not waiting:
                raise ValueError("more text boxes than buttons")
            pieces += [drawn[end : box.start()], _shape(waiting.popleft(), box[1], box[2])]
            end = box.end()
        package.write(name, "".join((*pieces, drawn[end:])).encode())
    if waiting:
        raise ValueError("more buttons than text boxes")


def _shape(button: Button, number: str, place: str) -> str:
    """A button as DrawingML; the id and the place are its text box's (ECMA-376 Part 1, 20.5.2.29)."""
    language = "en-US" if button.caption.isascii() else "zh-CN"
    return (
        # [0] is the workbook that the shape is in.
        f'<xdr:sp macro="[0]!{button.macro}" textlink="">'
        f'<xdr:nvSpPr><xdr:cNvPr id="{number}" name={quoteattr(button.macro)} descr={quoteattr(button.caption)}/>'
        "<xdr:cNvSpPr/></xdr:nvSpPr>"
        f'<xdr:spPr>{place}<a:prstGeom prst="roundRect"><a:avLst><a:gd name="adj" fmla="val {_ROUNDING}"/></a:avLst>'
        f"</a:prstGeom>{_fill(button_color(button.tone))}<a:ln><a:noFill/></a:ln></xdr:spPr>"
        '<xdr:txBody><a:bodyPr vertOverflow="clip" horzOverflow="clip" wrap="square" lIns="36000" tIns="0" '
        'rIns="36000" bIns="0" rtlCol="0" anchor="ctr"/><a:lstStyle/><a:p><a:pPr algn="ctr"/>'
        f'<a:r><a:rPr lang="{language}" altLang="en-US" sz="{_FONT_SIZE}" b="1">{_fill("#FFFFFF")}'
        f'<a:latin typeface="{LATIN_FONT}"/><a:ea typeface="{FONT}"/></a:rPr><a:t>{escape(button.caption)}</a:t></a:r>'
        "</a:p></xdr:txBody></xdr:sp>"
    )


def _fill(color: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{color.lstrip("#")}"/></a:solidFill>'
