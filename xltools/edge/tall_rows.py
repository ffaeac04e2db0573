"""Table rows of Word papers that are too tall to be kept whole on a page.

Of a row that must not break and is taller than its page, LibreOffice prints what fits and leaves lines out.
"""

import math
import unicodedata
from collections.abc import Iterator
from typing import Any

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = (f"{_WORD}t", f"{_WORD}br")
_LETTER = 9.0  # points: as large as the text of our tables, and of most
_LINE = 11.0
_PADDING = 4.5  # points that a cell's text keeps from its rules, left and right together
_SHARE = 1 / 3  # of the page's height: the least that page header, labels and page footer leave on 241 × 140 mm
_TWIPS = 20  # a point


def let_tall_rows_break(body: Any) -> None:
    """Lets rows break across pages that take more than a third of their page, as far as letters can be counted.

    `body` is the element of a document's body (lxml); where it names no page size, or a cell no width, nothing changes.
    """
    page = body.find(f".//{_WORD}sectPr/{_WORD}pgSz")
    height = _number(page, "h")
    for row in body.iter(f"{_WORD}tr"):
        mark = row.find(f"{_WORD}trPr/{_WORD}cantSplit")
        if mark is not None and height and _row_height(row) > height * _SHARE:
            mark.getparent().remove(mark)


def _row_height(row: Any) -> float:
    return max((_cell_height(cell) for cell in row.findall(f"{_WORD}tc")), default=0)


def _cell_height(cell: Any) -> float:
    width = _number(cell.find(f"{_WORD}tcPr/{_WORD}tcW"), "w") - _PADDING
    if width <= 0:
        return 0
    paragraphs = cell.findall(f"{_WORD}p")
    return _LINE * sum(_count_lines(line, width) for one in paragraphs for line in _lines_of(one))


def _lines_of(paragraph: Any) -> Iterator[str]:
    """The text of a paragraph up to each of its line breaks."""
    parts = ("\n" if node.tag == f"{_WORD}br" else node.text or "" for node in paragraph.iter(*_TEXT))
    return iter("".join(parts).split("\n"))


def _count_lines(text: str, width: float) -> int:
    letters = sum(1.0 if unicodedata.east_asian_width(letter) in "FW" else 0.5 for letter in text)
    return max(math.ceil(letters * _LETTER / width), 1)


def _number(element: Any, name: str) -> float:
    """A length in points; 0 where it is not given as one."""
    written = "" if element is None else element.get(f"{_WORD}{name}") or ""
    return int(written) / _TWIPS if written.isdecimal() else 0
