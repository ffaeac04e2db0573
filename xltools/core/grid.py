"""A neutral sheet: what a workbook of ours will hold, before any file format."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from xltools.core.content import CellContent
from xltools.core.sheet import Range


class Style(StrEnum):
    """What a cell means; the writer of a format chooses fonts, fills and number formats for it."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    MARK = "mark"  # small and grey: the form's name and version
    SECTION = "section"
    HEADER = "header"
    HEADER_REQUIRED = "header-required"
    HEADER_EDITABLE = "header-editable"
    LABEL = "label"
    LABEL_REQUIRED = "label-required"
    INPUT = "input"  # text that a person types
    INPUT_DATE = "input-date"
    INPUT_NUMBER = "input-number"
    INPUT_PERCENT = "input-percent"
    INPUT_WANTED = "input-wanted"  # what is still to be typed in a row filled in beforehand
    TEXT = "text"
    CENTER = "center"
    INTEGER = "integer"
    QUANTITY = "quantity"
    PRICE = "price"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    NOTE = "note"
    LINK = "link"  # a formula that links
    NAME = "name"  # text of one line, made smaller where it is too long
    COUNT = "count"  # a whole number of a few
    AVERAGE = "average"
    RATE = "rate"  # a share with one decimal
    TILE = "tile"  # a figure to be seen from afar
    TILE_RATE = "tile-rate"
    LATE = "late"
    AT_RISK = "at-risk"
    DONE = "done"
    BANNER = "banner"  # light on dark: the head of a sheet that is a panel
    BANNER_NOTE = "banner-note"
    GROUP = "group"  # a heading with a line under it
    LEAD = "lead"  # what stands beside a button
    PROSE = "prose"  # running text, without lines around it
    PLACE = "place"  # the file that a sheet speaks of
    # Of conditions only:
    REPEATED = "repeated"  # what the row above says, too
    FRACTION = "fraction"  # a quantity that is not whole
    FRACTION_PERCENT = "fraction-percent"


@dataclass(frozen=True, slots=True)
class GridCell:
    """A value, its style, and its link: a desk-relative path, `#'Sheet'!B7` in the same workbook, empty for none."""

    value: CellContent = None
    style: Style = Style.TEXT
    link: str = ""


@dataclass(frozen=True, slots=True)
class Validation:
    """What Excel lets a person type into a block of cells. `options` belong to kind list, the bounds to the others.

    Kind `any` allows everything and only shows the message.
    """

    block: Range
    kind: Literal["list", "date", "decimal", "integer", "any"]
    options: tuple[str, ...] = ()
    minimum: Decimal | dt.date | None = None
    maximum: Decimal | dt.date | None = None
    strict: bool = True  # False only warns: a value outside may be right
    title: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class GridTable:
    """An Excel table over a block whose first row is the header; with filter buttons in it where it is `filtered`."""

    name: str
    block: Range
    filtered: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """A look that a block takes while a formula, written for its first cell, is true."""

    block: Range
    formula: str
    style: Style


Tone = Literal["main", "second", "third", "late", "at-risk"]


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures in a chart: its name, where the figures stand, and what colour it is for."""

    name: str
    values: Range
    tone: Tone = "main"


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart that follows the cells of its sheet; its top left corner lies on a cell, its size is in pixels.

    Bars stand in the order of the cells, the first on top. `percent`: the axis goes from 0 to 100%.
    """

    kind: Literal["column", "bar", "line", "stacked-column", "stacked-bar"]
    title: str
    at: tuple[int, int]
    size: tuple[int, int]
    categories: Range
    series: tuple[Series, ...]
    percent: bool = False


ButtonTone = Literal["main", "go", "quiet"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button that runs a macro: its top left corner lies `shift` pixels from a cell's, its size is in pixels."""

    at: tuple[int, int]
    size: tuple[int, int]
    caption: str
    macro: str
    tone: ButtonTone = "main"
    shift: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class PrintSetup:
    """How a sheet prints: A4, one page wide; only `columns` from the left and `rows` from the top, all where None."""

    landscape: bool = True
    repeat_rows: tuple[int, int] | None = None
    footer: bool = True
    columns: int | None = None
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: cells by (row, column) from 0, widths in characters; `freeze`: the first row and column to scroll.

    `names` are the workbook's names for blocks of this sheet.
    """

    name: str
    cells: Mapping[tuple[int, int], GridCell]
    widths: tuple[float, ...] = ()
    heights: Mapping[int, float] = field(default_factory=dict)
    merges: tuple[Range, ...] = ()
    validations: tuple[Validation, ...] = ()
    tables: tuple[GridTable, ...] = ()
    freeze: tuple[int, int] | None = None
    print_setup: PrintSetup = PrintSetup()
    hidden: bool = False
    conditions: tuple[Condition, ...] = ()
    charts: tuple[Chart, ...] = ()
    names: Mapping[str, Range] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    headings: bool = True  # the letters of columns and numbers of rows around it
