# ruff: noqa: N802, N803 - Excel's names
"""Conditional formats. Their formulas are relative to the ACTIVE cell when they come and go through COM."""

from typing import Any

from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.formatting.rule import Rule
from openpyxl.formula.translate import Translator
from openpyxl.styles import Font as FontModel
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.cell_range import CellRange

from .addresses import Area, subtract, write_area
from .colours import from_com, nearest_index, to_com
from .counting import ComCollection, ComError, ComObject, refusal

NONE, AUTOMATIC = -4142, -4105
_TYPES = {"cellIs": 1, "expression": 2, "colorScale": 3, "dataBar": 4, "top10": 5, "iconSet": 6, "uniqueValues": 8}
_TYPES |= {"duplicateValues": 8, "containsText": 9, "notContainsText": 9, "beginsWith": 9, "endsWith": 9}
_TYPES |= {"containsBlanks": 10, "timePeriod": 11, "aboveAverage": 12, "notContainsBlanks": 13}
_TYPES |= {"containsErrors": 16, "notContainsErrors": 17}
_OPERATORS = ("between", "notBetween", "equal", "notEqual", "greaterThan", "lessThan")
_OPERATORS += ("greaterThanOrEqual", "lessThanOrEqual")
LONGEST = 255

Rules = list[tuple[Rule, list[Area]]]


def read_rules(ws: Any) -> Rules:
    """Every rule of a sheet and where it applies, the first in priority in front."""
    found = [
        (rule, [Area(one.min_row, one.min_col, one.max_row, one.max_col) for one in block.sqref.ranges])
        for block in ws.conditional_formatting
        for rule in block.rules
    ]
    return sorted(found, key=lambda one: one[0].priority)


def write_rules(ws: Any, rules: Rules) -> None:
    """Let these be the rules of the sheet, in that order."""
    ws.conditional_formatting = ConditionalFormattingList()
    for priority, (rule, areas) in enumerate(rules, 1):
        rule.priority = priority
        parts = [CellRange(min_row=one.top, min_col=one.left, max_row=one.bottom, max_col=one.right) for one in areas]
        ws.conditional_formatting.add(" ".join(part.coord for part in parts), rule)


def shifted(formula: str, origin: Area, target: Area) -> str:
    """A formula as it reads in another cell."""
    first, second = (write_area(Area(one.top, one.left, one.top, one.left), False, False) for one in (origin, target))
    return Translator(f"={formula.removeprefix('=')}", origin=first).translate_formula(second).removeprefix("=")


class RuleInterior(ComObject):
    """The fill that a rule gives; the file keeps its colour as bgColor."""

    def __init__(self, of: Any) -> None:
        super().__init__(of.app, of.book)
        self.of = of

    @property
    def Color(self) -> float | None:
        fill = self.of.looks.fill
        if fill is None:
            return None
        colour = fill.fgColor if fill.patternType == "solid" and not fill.bgColor.value.strip("0") else fill.bgColor
        return to_com(colour, self.book.model)

    @Color.setter
    def Color(self, value: float) -> None:
        self.of.change()
        self.of.looks.fill = PatternFill(bgColor=from_com(value))

    @property
    def ColorIndex(self) -> int:
        fill = self.of.looks.fill
        colour = None if fill is None else to_com(fill.bgColor, self.book.model)
        return NONE if colour is None else nearest_index(colour)


class RuleFont(ComObject):
    """The font that a rule gives."""

    def __init__(self, of: Any) -> None:
        super().__init__(of.app, of.book)
        self.of = of

    def _put(self, name: str, value: Any) -> None:
        self.of.change()
        old = self.of.looks.font
        kept = {} if old is None else {key: getattr(old, key) for key in ("b", "i", "color")}
        self.of.looks.font = FontModel(**(kept | {name: value}))

    def _get(self, name: str) -> Any:
        return None if self.of.looks.font is None else getattr(self.of.looks.font, name)

    Bold = property(lambda self: self._get("b"), lambda self, value: self._put("b", bool(value)))
    Italic = property(lambda self: self._get("i"), lambda self, value: self._put("i", bool(value)))

    @property
    def Color(self) -> float | None:
        return to_com(self._get("color"), self.book.model)

    @Color.setter
    def Color(self, value: float) -> None:
        self._put("color", from_com(value))

    @property
    def ColorIndex(self) -> int:
        colour = to_com(self._get("color"), self.book.model)
        return AUTOMATIC if colour is None else nearest_index(colour)


class FormatCondition(ComObject):
    """One rule."""

    def __init__(self, sheet: Any, rule: Rule) -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet, self.rule = sheet, rule

    @property
    def areas(self) -> list[Area]:
        """Where it applies."""
        for rule, areas in read_rules(self.sheet.ws):
            if rule is self.rule:
                return areas
        raise ComError(excepinfo=(0, None, "Object required", None, 0, -2146827864))

    def active_area(self) -> Area:
        """What relative references are told from."""
        sheet = self.app.active_sheet or self.sheet
        return Area(*sheet.active_cell, *sheet.active_cell)

    def put_formulas(self, *formulas: str | None) -> None:
        """Take formulas as they read from the active cell."""
        told = [str(one) for one in formulas if one is not None]
        if any(len(one) > LONGEST for one in told):
            raise ComError(excepinfo=(0, None, None, None, 0, -2147024809))
        self.rule.formula = [shifted(one, self.active_area(), self.areas[0]) for one in told]

    def change(self) -> None:
        """Something about it is to change."""
        self.sheet.refuse_if_protected("formatCells")
        self.sheet.changed()

    @property
    def looks(self) -> DifferentialStyle:
        """The format it gives."""
        if self.rule.dxf is None:
            self.rule.dxf = DifferentialStyle()
        return self.rule.dxf

    def _formula(self, at: int) -> str:
        if len(self.rule.formula) <= at or _TYPES.get(self.rule.type) not in (1, 2):
            raise refusal("Application-defined or object-defined error")
        return f"={shifted(self.rule.formula[at], self.areas[0], self.active_area())}"

    Type = property(lambda self: _TYPES.get(self.rule.type, 2))
    Formula1 = property(lambda self: self._formula(0))
    Formula2 = property(lambda self: self._formula(1))
    AppliesTo = property(lambda self: self.sheet.range_of(*self.areas))
    Parent = property(lambda self: self.sheet.range_of(*self.areas))
    Interior = property(RuleInterior)
    Font = property(RuleFont)
    Priority = property(lambda self: self.rule.priority)

    @property
    def Operator(self) -> int:
        if self.rule.operator not in _OPERATORS:
            raise refusal("Application-defined or object-defined error")
        return _OPERATORS.index(self.rule.operator) + 1

    @property
    def StopIfTrue(self) -> bool:
        return bool(self.rule.stopIfTrue)

    @StopIfTrue.setter
    def StopIfTrue(self, value: Any) -> None:
        self.change()
        self.rule.stopIfTrue = bool(value)

    def Modify(self, Type: int, Operator: int | None = None, Formula1: Any = None, Formula2: Any = None) -> None:
        self.change()
        self.rule.type = "expression" if Type == 2 else "cellIs"
        self.rule.operator = _OPERATORS[Operator - 1] if Operator else None
        self.put_formulas(Formula1, Formula2)

    def ModifyAppliesToRange(self, Range: Any) -> None:
        self.change()
        rules = read_rules(self.sheet.ws)
        write_rules(self.sheet.ws, [(rule, Range.areas if rule is self.rule else areas) for rule, areas in rules])

    def SetFirstPriority(self) -> None:
        self.change()
        rules = read_rules(self.sheet.ws)
        mine = [one for one in rules if one[0] is self.rule]
        write_rules(self.sheet.ws, mine + [one for one in rules if one[0] is not self.rule])

    def Delete(self) -> None:
        self.change()
        write_rules(self.sheet.ws, [one for one in read_rules(self.sheet.ws) if one[0] is not self.rule])


class FormatConditions(ComCollection):
    """The rules that apply to any cell of a range."""

    def __init__(self, of: Any) -> None:
        super().__init__(of.app, of.book)
        self.of = of

    def items(self) -> list[FormatCondition]:
        """The first in priority in front."""
        return [
            FormatCondition(self.of.sheet, rule)
            for rule, areas in read_rules(self.of.ws)
            if any(one.common(two) for one in areas for two in self.of.areas)
        ]

    def clear(self) -> None:
        """Take these cells out of every rule."""
        left: Rules = []
        for rule, areas in read_rules(self.of.ws):
            for hole in self.of.areas:
                areas = [part for area in areas for part in subtract(area, hole)]  # noqa: PLW2901
            if areas:
                left.append((rule, areas))
        write_rules(self.of.ws, left)

    def Add(
        self, Type: int, Operator: int | None = None, Formula1: Any = None, Formula2: Any = None
    ) -> FormatCondition:
        self.of.sheet.refuse_if_protected("formatCells")
        if Type not in (1, 2):
            raise refusal("Only rules by value and by formula are made in this Excel for tests")
        rule = Rule("expression" if Type == 2 else "cellIs", stopIfTrue=True)
        rule.operator = _OPERATORS[Operator - 1] if Operator else None
        before = read_rules(self.of.ws)
        write_rules(self.of.ws, [*before, (rule, list(self.of.areas))])
        made = FormatCondition(self.of.sheet, rule)
        try:
            made.put_formulas(Formula1, Formula2)
        except ComError:
            write_rules(self.of.ws, before)
            raise
        self.of.sheet.changed()
        return made

    def Delete(self) -> None:
        self.of.sheet.refuse_if_protected("formatCells")
        self.clear()
        self.of.sheet.changed()
