# ruff: noqa: N802 - Excel's names
"""Fills and fonts of ranges."""

import copy
from typing import Any

from openpyxl.styles import PatternFill

from .colours import PALETTE, from_com, nearest_index, to_com
from .counting import ComObject

NONE, AUTOMATIC, WHITE = -4142, -4105, 16777215.0
_PATTERNS = {None: NONE, "none": NONE, "solid": 1, "gray125": 17, "gray0625": 18, "lightGray": -4124}
_PATTERNS |= {
    "mediumGray": -4125,
    "darkGray": -4126,
    "darkUp": -4162,
    "darkDown": -4121,
    "lightUp": 14,
    "lightDown": 13,
}
_PATTERN_WORDS = {number: word for word, number in _PATTERNS.items() if word}


class Interior(ComObject):
    """The fill of a range.

    A solid fill keeps a second colour that nobody sees, PatternColor: the file's bgColor. In all other patterns the two
    change places, the ground being the file's bgColor.
    """

    def __init__(self, of: Any) -> None:
        super().__init__(of.app, of.book)
        self.of = of

    def _colour(self, one: Any, *, of_pattern: bool) -> float | None:
        fill = one.fill
        if getattr(fill, "patternType", None) in (None, "none"):
            return None
        solid = fill.patternType == "solid"
        colour = fill.fgColor if solid != of_pattern else fill.bgColor
        return to_com(colour, self.book.model)

    def _fill(self, pattern: Any = ..., ground: Any = ..., second: Any = ...) -> None:
        def change(one: Any) -> None:
            old = copy.copy(one.fill)
            if not isinstance(old, PatternFill):
                old = PatternFill()  # a gradient
            kind = old.patternType if pattern is ... else pattern
            was_solid, empty = old.patternType == "solid", old.patternType in (None, "none")
            front, back = (None, None) if empty else (old.fgColor, old.bgColor)
            first, other = (front, back) if was_solid or empty else (back, front)
            first, other = first if ground is ... else ground, other if second is ... else second
            if kind in (None, "none"):
                kind = "solid"
            front, back = (first, other) if kind == "solid" else (other, first)
            one.fill = PatternFill(kind, **{k: v for k, v in (("fgColor", front), ("bgColor", back)) if v is not None})

        self.of.restyle(change)

    def _clear(self) -> None:
        self.of.restyle(lambda one: setattr(one, "fill", PatternFill()))

    @property
    def Color(self) -> float | None:
        found = self.of.shared(lambda one: _or(self._colour(one, of_pattern=False), WHITE), WHITE)
        return 0.0 if found is None else found

    @Color.setter
    def Color(self, value: float) -> None:
        self._fill(ground=from_com(value))

    @property
    def PatternColor(self) -> float | None:
        return self.of.shared(lambda one: _or(self._colour(one, of_pattern=True), 0.0), 0.0)

    @PatternColor.setter
    def PatternColor(self, value: float) -> None:
        self._fill(second=from_com(value))

    @property
    def ColorIndex(self) -> int | None:
        def index(one: Any) -> int:
            colour = self._colour(one, of_pattern=False)
            return NONE if colour is None else nearest_index(colour)

        return self.of.shared(index, NONE)

    @ColorIndex.setter
    def ColorIndex(self, value: int) -> None:
        if value in (NONE, AUTOMATIC):
            self._clear()
        else:
            rgb = PALETTE[int(value) - 1]
            self._fill(ground=from_com(int(rgb[6:8] + rgb[4:6] + rgb[2:4], 16)))

    @property
    def Pattern(self) -> int | None:
        return self.of.shared(lambda one: _PATTERNS.get(getattr(one.fill, "patternType", None), 1), NONE)

    @Pattern.setter
    def Pattern(self, value: int) -> None:
        if value == NONE:
            self._clear()
        else:
            self._fill(pattern=_PATTERN_WORDS[int(value)])


class Font(ComObject):
    """The font of a range."""

    def __init__(self, of: Any) -> None:
        super().__init__(of.app, of.book)
        self.of = of

    def _get(self, name: str, default: Any = None) -> Any:
        return self.of.shared(lambda one: getattr(one.font, name) or default, default)

    def _put(self, name: str, value: Any) -> None:
        def change(one: Any) -> None:
            font = copy.copy(one.font)
            setattr(font, name, value)
            one.font = font

        self.of.restyle(change)

    Bold = property(lambda self: self._get("b", False), lambda self, value: self._put("b", bool(value)))
    Italic = property(lambda self: self._get("i", False), lambda self, value: self._put("i", bool(value)))
    Strikethrough = property(
        lambda self: self._get("strike", False), lambda self, value: self._put("strike", bool(value))
    )
    Name = property(lambda self: self._get("name", "Calibri"), lambda self, value: self._put("name", value))
    Size = property(lambda self: self._get("sz", 11.0), lambda self, value: self._put("sz", float(value)))

    @property
    def Color(self) -> float | None:
        return self.of.shared(lambda one: _or(to_com(one.font.color, self.book.model), 0.0), 0.0)

    @Color.setter
    def Color(self, value: float) -> None:
        self._put("color", from_com(value))


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
