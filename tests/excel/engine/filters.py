# ruff: noqa: N802 - Excel's names
"""Filters: those of sheets and of tables, the rows they hide, what they let pass."""

from types import SimpleNamespace
from typing import Any

from openpyxl.worksheet.filters import CustomFilter, CustomFilters, FilterColumn, Filters

from . import typed_values
from .addresses import Area, parse_area, write_area
from .counting import ComObject, refusal

AND, OR, VALUES = 1, 2, 7
_OPERATORS = {
    ">=": "greaterThanOrEqual",
    "<=": "lessThanOrEqual",
    "<>": "notEqual",
    ">": "greaterThan",
    "<": "lessThan",
}
_OPERATORS |= {"=": "equal"}


def filters_of(sheet: Any) -> list[Any]:
    """openpyxl's filters of the sheet and its tables."""
    own = [sheet.ws.auto_filter] if sheet.ws.auto_filter.ref else []
    return own + [one.autoFilter for one in sheet.ws.tables.values() if one.autoFilter is not None]


def filter_hidden_rows(sheet: Any) -> set[int]:
    """Rows that are hidden because a filter lets them not pass."""
    hidden: set[int] = set()
    for model in filters_of(sheet):
        area = parse_area(model.ref)
        if model.filterColumn:
            hidden |= {row for row in range(area.top + 1, area.bottom + 1) if is_hidden(sheet, row)}
    return hidden


def is_hidden(sheet: Any, row: int) -> bool:
    """Whether the row is hidden, for whatever reason."""
    return row in sheet.ws.row_dimensions and bool(sheet.ws.row_dimensions[row].hidden)


def show_all(sheet: Any) -> None:
    """Let every row pass."""
    for row in filter_hidden_rows(sheet):
        sheet.ws.row_dimensions[row].hidden = False
    for model in filters_of(sheet):
        model.filterColumn = []


def apply_filter(of: Any, field: int | None, criteria1: Any, operator: int, criteria2: Any) -> None:
    """What Range.AutoFilter does."""
    sheet, area = of.sheet, of.first
    if sheet.ws.protection.sheet and sheet.ws.protection.autoFilter:
        raise refusal("You cannot use this command on a protected sheet.")
    table = next((one for one in sheet.ws.tables.values() if parse_area(one.ref).holds(area.top, area.left)), None)
    model = table.autoFilter if table is not None else sheet.ws.auto_filter
    if field is None:
        show_all(sheet)
        sheet.ws.auto_filter.ref = None if sheet.ws.auto_filter.ref else write_area(area, False, False)
    else:
        if not model.ref:
            model.ref = write_area(area, False, False)
        columns = [one for one in model.filterColumn if one.colId != field - 1]
        if criteria1 is not None:
            columns.append(FilterColumn(colId=field - 1, **_criteria(criteria1, operator, criteria2)))
        model.filterColumn = columns
        _hide(sheet, model)
    sheet.changed()


def _criteria(criteria1: Any, operator: int, criteria2: Any) -> dict[str, Any]:
    if operator == VALUES:
        words = [str(one).removeprefix("=") for one in ([criteria1] if isinstance(criteria1, str) else criteria1)]
        return {"filters": Filters(filter=[one for one in words if one], blank="" in words or None)}
    if operator not in (AND, OR):
        raise refusal("Only filters by values and by comparison are in this Excel for tests")
    parts = [_comparison(str(one)) for one in (criteria1, criteria2) if one is not None]
    made = [CustomFilter(operator=_OPERATORS[mark], val=word) for mark, word in parts]
    return {"customFilters": CustomFilters(_and=operator == AND and len(made) > 1, customFilter=made)}


def _comparison(text: str) -> tuple[str, str]:
    mark = next((one for one in (">=", "<=", "<>", ">", "<", "=") if text.startswith(one)), "")
    return mark or "=", text[len(mark) :]


def _hide(sheet: Any, model: Any) -> None:
    area = parse_area(model.ref)
    for row in range(area.top + 1, area.bottom + 1):
        passes = all(_passes(sheet, row, area.left + one.colId, one) for one in model.filterColumn)
        if not passes or row in sheet.ws.row_dimensions:
            sheet.ws.row_dimensions[row].hidden = not passes


def _passes(sheet: Any, row: int, column: int, rule: FilterColumn) -> bool:
    cell = sheet.ws._cells.get((row, column))
    value = None if cell is None else typed_values.read(cell, sheet.results.get((row, column)), bare=True)
    text = "" if value is None else value if isinstance(value, str) else typed_values.general(value)
    if rule.filters is not None:
        return text.casefold() in {str(one).casefold() for one in rule.filters.filter} or (
            not text and bool(rule.filters.blank)
        )
    if rule.customFilters is None:
        return True
    answers = [_compares(value, text, one) for one in rule.customFilters.customFilter]
    return all(answers) if rule.customFilters._and else any(answers)


def _compares(value: Any, text: str, one: CustomFilter) -> bool:
    operator = one.operator or "equal"
    try:
        left, right = float(value), float(one.val)
    except (TypeError, ValueError):
        left, right = text.casefold(), str(one.val or "").casefold()
        if operator not in ("equal", "notEqual"):
            return isinstance(value, str) and _order(operator, left, right)
    if operator in ("equal", "notEqual"):
        return (left == right) == (operator == "equal")
    return _order(operator, left, right)


def _order(operator: str, left: Any, right: Any) -> bool:
    if operator.endswith("OrEqual") and left == right:
        return True
    return left > right if operator.startswith("greater") else left < right


class AutoFilter(ComObject):
    """The filter of a sheet, or of one of its tables."""

    def __init__(self, sheet: Any, table: Any) -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet, self.model = sheet, sheet.ws.auto_filter if table is None else table.autoFilter

    @property
    def area(self) -> Area:
        """Header and rows."""
        return parse_area(self.model.ref)

    Range = property(lambda self: self.sheet.range_of(self.area))
    FilterMode = property(lambda self: bool(self.model.filterColumn))

    def Filters(self, number: int) -> SimpleNamespace:
        rule = next((one for one in self.model.filterColumn if one.colId == number - 1), None)
        if rule is None:
            return SimpleNamespace(On=False)
        if rule.filters is not None:
            return SimpleNamespace(On=True, Operator=VALUES, Criteria1=[f"={one}" for one in rule.filters.filter])
        marks = {word: mark for mark, word in _OPERATORS.items()}
        told = [f"{marks[one.operator or 'equal']}{one.val}" for one in rule.customFilters.customFilter]
        found = SimpleNamespace(On=True, Operator=0 if len(told) == 1 else AND if rule.customFilters._and else OR)
        found.Criteria1 = told[0]
        if len(told) > 1:
            found.Criteria2 = told[1]
        return found

    def ShowAllData(self) -> None:
        for row in range(self.area.top + 1, self.area.bottom + 1):
            if is_hidden(self.sheet, row):
                self.sheet.ws.row_dimensions[row].hidden = False
        self.model.filterColumn = []
