# ruff: noqa: N802, N803 - Excel's names
"""Copying: what is filtered out stays behind; whatever is typed in between empties the clipboard."""

import copy
from typing import Any

from openpyxl.comments import Comment as NoteModel
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from . import typed_values
from .addresses import Area
from .cells import cell_at, looks_of, own_column
from .counting import refusal
from .filters import filter_hidden_rows
from .rules import read_rules, shifted, write_rules

ALL, FORMATS, VALUES, FORMULAS, COMMENTS, WIDTHS, VALIDATION = -4104, -4122, -4163, -4123, -4144, 8, 6
_VALUES_AND_FORMATS, _FORMULAS_AND_FORMATS = 12, 11
_KNOWN = (ALL, FORMATS, VALUES, FORMULAS, COMMENTS, WIDTHS, VALIDATION, _VALUES_AND_FORMATS, _FORMULAS_AND_FORMATS)


class Copying:
    """The part of a range that copies and pastes."""

    def Copy(self, Destination: Any = None) -> None:
        if len(self.areas) > 1:
            raise refusal("This action won't work on multiple selections.")
        if Destination is None:
            self.app.clipboard = self
        else:
            _paste(self, Destination, ALL)

    def PasteSpecial(
        self, Paste: int = ALL, Operation: int = -4142, SkipBlanks: bool = False, Transpose: bool = False
    ) -> None:
        if self.app.clipboard is None or self.app.clipboard.book.closed:
            raise refusal("PasteSpecial method of Range class failed")
        if Paste not in _KNOWN or Operation != -4142 or SkipBlanks or Transpose:
            raise refusal("This way of pasting is not in this Excel for tests")
        kept = self.app.clipboard
        _paste(kept, self, Paste)
        self.app.clipboard = kept


def _paste(source: Any, target: Any, kind: int) -> None:
    area = source.first.common(source.sheet.used_area()) or source.first
    if area.height != source.first.height or area.width != source.first.width:
        area = Area(source.first.top, source.first.left, area.bottom, area.right)
    left_out = filter_hidden_rows(source.sheet)
    rows = [row for row in range(area.top, area.bottom + 1) if row not in left_out]
    columns = list(range(area.left, area.right + 1))
    to = target.first
    down = to.height // len(rows) if rows and to.height % len(rows) == 0 else 1
    across = to.width // len(columns) if to.width % len(columns) == 0 else 1
    whole = Area(to.top, to.left, to.top + len(rows) * down - 1, to.left + len(columns) * across - 1)
    if kind not in (FORMATS, COMMENTS, WIDTHS, VALIDATION):
        target.sheet.range_of(whole).refuse_locked()
    if kind in (ALL, FORMATS, WIDTHS, _VALUES_AND_FORMATS, _FORMULAS_AND_FORMATS) and target.ws.protection.sheet:
        target.sheet.refuse_if_protected("formatCells")
    taken = {(row, column): _take(source, row, column) for row in rows for column in columns}
    for at, row in enumerate(rows * down):
        for across_at, column in enumerate(columns * across):
            _put(target.sheet, (to.top + at, to.left + across_at), taken[row, column], (row, column), kind)
    if kind in (ALL, FORMATS):
        _paste_rules(source, target, area, whole)
        _paste_merges(source, target, area, whole)
    if kind in (ALL, VALIDATION):
        _paste_validations(source, area, whole)
    if kind == WIDTHS:
        for at, column in enumerate(columns):
            own_column(target.ws, to.left + at).width = own_column(source.ws, column).width
    target.sheet.changed()


def _take(source: Any, row: int, column: int) -> tuple[Any, ...]:
    cell, looks = source.ws._cells.get((row, column)), looks_of(source.ws, row, column)
    style = None if looks is None else copy.copy(looks._style)
    result = source.sheet.results.get((row, column))
    if cell is None:
        return None, "n", None, result, style, looks, None
    kept = typed_values.read(cell, result, bare=True) if cell.data_type == "f" else cell.value
    return cell.value, cell.data_type, kept, result, style, looks, cell.comment


def _put(sheet: Any, place: tuple[int, int], taken: tuple[Any, ...], origin: tuple[int, int], kind: int) -> None:
    value, data_type, kept, result, style, looks, note = taken
    cell = cell_at(sheet.ws, *place)
    if not hasattr(cell, "hyperlink") or type(cell).__name__ == "MergedCell":
        return
    number_format = "General" if looks is None else looks.number_format
    if kind in (ALL, FORMULAS, _FORMULAS_AND_FORMATS, VALUES, _VALUES_AND_FORMATS):
        before = cell.number_format
        sheet.results.pop(place, None)
        if data_type == "f" and kind not in (VALUES, _VALUES_AND_FORMATS):
            first, second = (f"{get_column_letter(column)}{row}" for row, column in (origin, place))
            cell.value = Translator(str(value), origin=first).translate_formula(second)
            if result is not None:
                sheet.results[place] = result
        else:
            cell._value = kept
            cell.data_type = ("s" if isinstance(kept, str) else "n") if data_type == "f" else data_type
        cell.number_format = before
    if kind in (ALL, FORMATS):
        if style is not None and looks.parent.parent is not sheet.ws.parent:
            for part in ("font", "fill", "border", "alignment", "protection"):
                setattr(cell, part, copy.copy(getattr(looks, part)))
            cell.number_format = number_format
        else:
            cell._style = copy.copy(style) if style is not None else type(cell._style)()
    elif kind in (_VALUES_AND_FORMATS, _FORMULAS_AND_FORMATS):
        cell.number_format = number_format
    if kind in (ALL, COMMENTS) and place not in sheet.threads:
        cell.comment = None if note is None else NoteModel(note.text, note.author, note.height, note.width)


def _paste_rules(source: Any, target: Any, area: Area, whole: Area) -> None:
    """The rules of the source come along, with formulas that speak of the new place."""
    brought = []
    for rule, areas in read_rules(source.ws):
        for one in areas:
            if (common := one.common(area)) is not None:
                new = copy.copy(rule)
                new.formula = [shifted(text, areas[0], common) for text in rule.formula]
                moved = common.moved(whole.top - area.top, whole.left - area.left).common(whole)
                if moved is not None:
                    new.formula = [shifted(text, common, moved) for text in new.formula]
                    brought.append((new, [moved]))
    if brought:
        write_rules(target.ws, [*read_rules(target.ws), *brought])


def _paste_validations(source: Any, area: Area, whole: Area) -> None:
    """What may be typed in the source may be typed there, too; within one sheet, as far as it goes here."""
    for check in source.ws.data_validations.dataValidation:
        for one in list(check.sqref.ranges):
            common = Area(one.min_row, one.min_col, one.max_row, one.max_col).common(area)
            if common is not None:
                moved = common.moved(whole.top - area.top, whole.left - area.left)
                check.add(f"{get_column_letter(moved.left)}{moved.top}:{get_column_letter(moved.right)}{whole.bottom}")


def _paste_merges(source: Any, target: Any, area: Area, whole: Area) -> None:
    for one in list(source.ws.merged_cells.ranges):
        merged = Area(one.min_row, one.min_col, one.max_row, one.max_col)
        if merged.common(area) == merged:
            at = merged.moved(whole.top - area.top, whole.left - area.left)
            target.ws.merge_cells(start_row=at.top, start_column=at.left, end_row=at.bottom, end_column=at.right)
