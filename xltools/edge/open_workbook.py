"""A workbook that is open in Excel, through xlwings: copied as it is now, marked, changed where it is open."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xltools.core.patch import BookPatch, Mark, OpenBookError
from xltools.edge.light_xlwings import xlwings as xw
from xltools.edge.open_marks import mark_sheet, take_off_marks
from xltools.edge.open_patch import Undo, change_sheet

_TEXT_PROPERTY = 4  # msoPropertyTypeString
_REFUSED = "reason-excel-refused"


@dataclass(frozen=True, slots=True)
class Selected:
    """What a person has selected: the texts of the first selected cell, and of the others of its row from the left."""

    first: str
    row: tuple[str, ...]


class OpenWorkbook:
    """A workbook as it stands in Excel, saved or not."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book

    @cached_property
    def name(self) -> str:
        """What its window is called: the file's name, of one never saved `Book1` or `工作簿1`."""
        return self._book.name

    @cached_property
    def path(self) -> Path | None:
        """Where its file lies; None for one never saved."""
        return Path(self._book.fullname) if self._book.api.Path else None

    def is_file(self, path: Path) -> bool:
        """True where this is the file, by whatever drive or share it was opened."""
        if self.path is None or self.path.name.casefold() != path.name.casefold():
            return False
        try:
            return self.path.samefile(path)
        except (OSError, ValueError):  # one that lies on a web server is no file
            return False

    @property
    def is_read_only(self) -> bool:
        """True where it can't be saved: somebody else had it open first."""
        return bool(self._book.api.ReadOnly)

    def activate(self) -> None:
        """Bring it to the front."""
        self._book.activate()

    def copy(self) -> bytes:
        """The file that it would be saved as now, with all that was typed; OpenBookError where Excel makes none.

        One in which nothing was typed since it was saved is its file: so the same workbook is the same bytes. Else
        Excel writes a copy, and neither saves the workbook nor asks anything: one call however large it is.
        """
        if self.path is not None and self._book.api.Saved:
            with suppress(OSError):  # one on a web server
                return self.path.read_bytes()
        with tempfile.TemporaryDirectory(prefix="xltools-") as folder:
            target = Path(folder) / "copy.xlsx"  # what it is, is told by its content
            try:
                self._book.api.SaveCopyAs(str(target))
                return target.read_bytes()
            except Exception as trouble:
                raise OpenBookError(_REFUSED) from trouble

    def selected(self) -> Selected | None:
        """What is selected in it; None where that is a drawing, or a sheet without cells."""
        self.activate()
        selection = self._book.app.selection
        if selection is None:
            return None
        cell = selection[0, 0]
        used = self._book.sheets.active.used_range
        left, width = used.column, used.shape[1]
        row = cell.sheet.range((cell.row, left), (cell.row, left + width - 1)).raw_value
        values = row[0] if isinstance(row, tuple) else (row,)
        return Selected(_shown(cell.raw_value), tuple(_shown(value) for value in values))

    def mark(self, marks: Mapping[str, Sequence[Mark]]) -> tuple[str, ...]:
        """Marks faulty cells; gives the names of the sheets that are protected, on which nothing can be marked."""
        return tuple(name for name, found in marks.items() if not mark_sheet(self._book.sheets[name], found))

    def unmark(self, return_property: str) -> None:
        """Takes all marks off again; what people coloured and noted themselves stays.

        A workbook that has a custom document property of that name came back to its sender: its marks go, too.
        """
        take_off_marks(self._book, is_returned=self._find_property(return_property) is not None)

    def change(self, patch: BookPatch) -> bytes:
        """Makes the changes, saves the workbook, and gives the saved file.

        OpenBookError, with what was changed already put back, where a sheet is protected or Excel refuses.
        """
        app = self._book.app
        done: list[Undo] = []
        sheets = {one.sheet: self._book.sheets[one.sheet] for one in patch.sheets}
        if any(sheet.api.ProtectContents for sheet in sheets.values()):
            raise OpenBookError("reason-sheet-protected")
        calculation = app.calculation
        try:
            app.calculation = "manual"
            for one in patch.sheets:
                change_sheet(sheets[one.sheet], one, done)
            for name, value in patch.properties.items():
                self._set_property(name, value, done)
        except Exception as trouble:
            for take_back in reversed(done):
                with suppress(Exception):
                    take_back()
            raise OpenBookError(_REFUSED) from trouble
        finally:
            app.calculation = calculation
        try:
            self._book.save()
            return Path(self._book.fullname).read_bytes()
        except Exception as trouble:
            raise OpenBookError("reason-not-saved") from trouble

    def _find_property(self, name: str) -> Any:
        """A custom document property; None where there is none of that name, for which Excel has an error only."""
        properties: Any = self._book.api.CustomDocumentProperties
        for number in range(1, properties.Count + 1):
            if (one := properties(number)).Name == name:
                return one
        return None

    def _set_property(self, name: str, value: str, done: list[Undo]) -> None:
        found = self._find_property(name)
        if found is None:
            added = self._book.api.CustomDocumentProperties.Add(name, False, _TEXT_PROPERTY, value)
            done.append(added.Delete)
        elif (before := found.Value) != value:
            done.append(lambda: setattr(found, "Value", before))
            found.Value = value


def _shown(value: object) -> str:
    """A cell's value as a number of an order would be read: 10248.0 is 10248."""
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value).strip()
