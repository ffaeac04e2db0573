"""Marks on a workbook that is open in Excel: faulty cells coloured and noted, and all of it taken off again.

The colour is a conditional format, so that what people coloured themselves is never touched and shows again when ours
is gone; its formula tells ours from theirs. A note of ours begins with a line that names us. Where people have a note
already, our words stand in it as a block of their own, as in the workbooks that go back to their senders.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from xltools.core.patch import MARK_FORMULA, Mark
from xltools.core.place import cell_name, cell_position
from xltools.edge.light_xlwings import xlwings as xw

_FORMULA = f"={MARK_FORMULA}"
SIGNATURE = "xltools:"
_ERROR, _WARNING = (255, 196, 202), (255, 237, 166)
MOST_NOTES = 200  # on a sheet; the list has them all, and each note is some calls to Excel
_LONGEST_ADDRESS = 250  # letters; Excel takes 255, and gives no more back
_MOST_CELLS = 5_000  # of a conditional format that people copied down a whole column
_BLOCK = re.compile(r"\n?— \[xltools\]\n.*?(?:\n—(?=\n|\Z)|\Z)", re.DOTALL)
# Fills of a returned copy (books/cell_styles.py), as COM counts colours: on a cell without a fill, with a plain one.
_BARE = {0xCAC4FF, 0xA6EDFF}
_FILLED = {0xCBC4FF, 0xA7EDFF}
_NO_COLOUR = -4142  # xlColorIndexNone
_LISTING = "xltools_listing"  # the hidden name of the list of problems in a returned copy
Cell = tuple[int, int]


def mark_sheet(sheet: xw.Sheet, marks: Sequence[Mark]) -> bool:
    """Colours and notes the cells; False where the sheet is protected, and nothing can be marked on it."""
    if sheet.api.ProtectContents:
        return False
    for is_error, colour in ((False, _WARNING), (True, _ERROR)):
        cells = [cell_name(mark.row, mark.column) for mark in marks if mark.is_error is is_error]
        for address in _addresses(cells):
            sheet.range(address).conditional_formats.add_custom(_FORMULA, fill_color=colour)
    if not sheet.api.ProtectDrawingObjects:
        for mark in [one for one in marks if one.note][:MOST_NOTES]:
            _add_note(sheet.range((mark.row + 1, mark.column + 1)).api, mark.note)
    return True


def take_off_marks(book: xw.Book, *, is_returned: bool) -> None:
    """Takes off all marks of ours; `is_returned`: those of a copy that came back to its sender, too."""
    for sheet in book.sheets:
        if not sheet.api.ProtectContents:
            for row, column in _take_off_rules(sheet):
                _take_off_note(sheet.range((row + 1, column + 1)).api.Comment)
            if is_returned:
                _take_off_fills(sheet)
    if is_returned:
        _remove_listing(book)


def _addresses(cells: Iterable[str]) -> Iterator[str]:
    """The cells as few addresses, none longer than Excel takes."""
    address, length = list[str](), 0
    for cell in cells:
        if length + len(cell) + 3 > _LONGEST_ADDRESS:  # two dollar signs and a comma
            yield ",".join(address)
            address, length = [], 0
        address.append(cell)
        length += len(cell) + 3
    if address:
        yield ",".join(address)


def _add_note(cell: Any, note: str) -> None:
    before = cell.Comment
    if before is not None:
        block = f"\n— [xltools]\n{note}\n—"
        before.Text(block, len(before.Text()) + 1, False)  # inserted, so that what is bold in theirs stays so
        return
    with suppress(Exception):  # a cell with a thread of comments takes no note: it is coloured, and in the list
        added = cell.AddComment(f"{SIGNATURE}\n{note}")
        added.Shape.TextFrame.AutoSize = True


def _take_off_rules(sheet: xw.Sheet) -> set[Cell]:
    """Takes off the conditional formats that are ours; gives the cells that they coloured."""
    rules: Any = sheet.api.Cells.FormatConditions
    cells: set[Cell] = set()
    for number in range(rules.Count, 0, -1):
        rule = rules(number)
        if rule.Type == 2 and rule.Formula1 == _FORMULA:  # xlExpression
            cells |= set(_cells_of(rule.AppliesTo.Address))
            rule.Delete()
    return cells


def _cells_of(address: str) -> Iterator[Cell]:
    left = _MOST_CELLS
    for block in address.replace("$", "").split(","):
        first, _, last = block.partition(":")
        with suppress(ValueError):  # a whole column, which nobody marked
            (top, start), (bottom, end) = cell_position(first), cell_position(last or first)
            for row in range(top, bottom + 1):
                for column in range(start, end + 1):
                    left -= 1
                    if left < 0:
                        return
                    yield row, column


def _take_off_note(note: Any) -> bool:
    """Takes our words off; True where the note was wholly ours."""
    if note is None:
        return False
    text = note.Text()
    if text.startswith(SIGNATURE):
        note.Delete()
        return True
    found = _BLOCK.search(text)
    if found:
        kept = text[: found.start()] + text[found.end() :]
        with suppress(Exception):  # Excel may refuse to cut long notes; then their letters lose what was bold
            note.Shape.TextFrame.Characters(found.start() + 1, found.end() - found.start()).Delete()
        if note.Text() != kept:
            note.Text(kept)
    return False


def _take_off_fills(sheet: xw.Sheet) -> None:
    """Gives cells that a returned copy has marked the fill that they had."""
    for note in list(sheet.notes):
        inside = note.location.api.Interior
        if _take_off_note(note.api) or int(inside.Color) in _BARE | _FILLED:
            colour = int(inside.Color)
            if colour in _BARE:
                inside.ColorIndex = _NO_COLOUR
            elif colour in _FILLED:
                inside.Color = inside.PatternColor


def _remove_listing(book: xw.Book) -> None:
    for name in book.names:
        if name.name.endswith(_LISTING):
            alerts = book.app.display_alerts
            book.app.display_alerts = False
            try:
                name.refers_to_range.sheet.delete()
            finally:
                book.app.display_alerts = alerts
            return
