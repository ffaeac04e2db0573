"""A sheet while it is drawn: cells over several columns, row heights that hold their text."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from xltools.core.content import CellContent
from xltools.core.grid import GridCell, Style, Validation
from xltools.core.sheet import Range

# A Chinese character, or a word with the blanks after it.
_WORD = re.compile(r"[\u2e80-\uffff]\s*|[^\s\u2e80-\uffff]+\s*|\s+")
Span = tuple[int, int]  # the first and the last of some columns


@dataclass(slots=True)
class Canvas:
    """A sheet while it is drawn."""

    cells: dict[tuple[int, int], GridCell] = field(default_factory=dict)
    merges: list[Range] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    validations: list[Validation] = field(default_factory=list)

    def put(self, row: int, columns: Span, value: CellContent, style: Style) -> None:
        """A value over the columns from the first to the last, merged where they are several."""
        first, last = columns
        self.cells[row, first] = GridCell(value, style)
        if last > first:
            self.merges.append(Range(row, first, row, last))

    def check(self, validation: Validation | None) -> None:
        """A validation, where there is one."""
        if validation is not None:
            self.validations.append(validation)

    def grow(self, row: int, height: float) -> None:
        """Makes a row at least that high, in points."""
        self.heights[row] = max(height, self.heights.get(row, 0))


def span_width(widths: Sequence[float], span: Span) -> float:
    """The width of some columns together, in characters."""
    return sum(widths[span[0] : span[1] + 1])


def text_height(content: CellContent, width: float, least: float) -> float:
    """Points that a wrapped text of the default size needs in a cell of that width."""
    if not isinstance(content, str):
        return least
    lines = sum(_wrapped_lines(part, max(width - 1, 1)) for part in content.split("\n"))
    return max(least, 15 * lines + 3)


def _wrapped_lines(text: str, width: float) -> int:
    """Lines that a text takes: breaks come at blanks and beside Chinese characters, and within words too long."""
    lines, used = 1, 0.0
    for word in _WORD.findall(text):
        needed = display_width(word)
        if used and used + display_width(word.rstrip()) > width:
            lines, used = lines + 1, 0.0
        lines += int(max(needed - 1, 0) // width)
        used += needed if needed <= width else needed % width
    return lines


@lru_cache(4_096)  # most texts are made of the same characters and words again and again
def display_width(text: str) -> float:
    """Width in characters: Chinese ones take two."""
    return sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)
