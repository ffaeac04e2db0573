# ruff: noqa: N802, N803 - Excel's names
"""Worksheets: their cells by address, their protection, notes, tables and names."""

from typing import Any

from openpyxl.utils.protection import hash_password
from openpyxl.worksheet.protection import SheetProtection

from .addresses import WHOLE_SHEET, Area, parse_area, split_sheet
from .counting import ComCollection, ComError, ComObject, always, refusal, stored
from .filters import AutoFilter, filter_hidden_rows, show_all
from .names import Names
from .notes import Comments, ThreadedComments
from .ranges import Range
from .tables import ListObjects, find_in_tables

_VISIBLE = {"visible": -1, "hidden": 0, "veryHidden": 2}
_ALLOWED = {
    "AllowFormattingCells": "formatCells",
    "AllowFormattingRows": "formatRows",
    "AllowFormattingColumns": "formatColumns",
    "AllowInsertingRows": "insertRows",
    "AllowDeletingRows": "deleteRows",
    "AllowFiltering": "autoFilter",
    "AllowSorting": "sort",
}
_STATES = {number: word for word, number in _VISIBLE.items()}


class Protection(ComObject):
    """What a protected sheet still allows."""

    def __init__(self, sheet: "Worksheet") -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet = sheet

    AllowFormattingCells = property(lambda self: not self.sheet.ws.protection.formatCells)
    AllowFormattingRows = property(lambda self: not self.sheet.ws.protection.formatRows)
    AllowFormattingColumns = property(lambda self: not self.sheet.ws.protection.formatColumns)
    AllowInsertingRows = property(lambda self: not self.sheet.ws.protection.insertRows)
    AllowDeletingRows = property(lambda self: not self.sheet.ws.protection.deleteRows)
    AllowFiltering = property(lambda self: not self.sheet.ws.protection.autoFilter)
    AllowSorting = property(lambda self: not self.sheet.ws.protection.sort)


class Worksheet(ComObject):
    """One sheet; `ws` is openpyxl's, `results` what its formulas come to, `threads` its threaded comments."""

    def __init__(self, book: Any, ws: Any) -> None:
        super().__init__(book.app, book)
        self.ws = ws
        self.results: dict[tuple[int, int], Any] = {}
        self.threads: dict[tuple[int, int], str] = {}
        for cell in list(ws._cells.values()):
            if cell.comment is not None and (cell.comment.author or "").startswith("tc="):
                self.threads[cell.row, cell.column] = cell.comment.text
        self.selected = [Area(1, 1, 1, 1)]
        self.active_cell = (1, 1)

    @property
    def name(self) -> str:
        """What its tab says."""
        return self.ws.title

    def range_of(self, *areas: Area) -> Range:
        """The cells of the areas."""
        return Range(self, list(areas))

    def cell(self, row: int, column: int) -> Range:
        """One cell."""
        return Range(self, [Area(row, column, row, column)])

    def find_range(self, address: str) -> Range:
        """The cells of an address, a name or a table."""
        if len(address) > 255:
            raise refusal("Method 'Range' of object '_Worksheet' failed")
        areas = []
        for part in address.split(","):
            sheet, bare = split_sheet(part.strip())
            if sheet is not None and sheet.casefold() != self.name.casefold():
                raise refusal("Method 'Range' of object '_Worksheet' failed")
            area = parse_area(bare)
            areas += [area] if area else self._named(bare, part.strip())
        return Range(self, areas)

    def _named(self, bare: str, whole: str) -> list[Area]:
        if (area := find_in_tables(self, bare)) is not None:
            return [area]
        for names, key in ((Names(self.book, self), bare), (Names(self.book), whole)):
            try:
                found = names.item(key).target()
            except ComError:
                continue
            if found is not None and found.sheet is self:
                return found.areas
        raise refusal("Method 'Range' of object '_Worksheet' failed")

    def used_area(self) -> Area:
        """From the first to the last cell that holds a value or a format."""
        used = [key for key, cell in self.ws._cells.items() if cell.value is not None or cell.has_style]
        if not used:
            return Area(1, 1, 1, 1)
        rows, columns = zip(*used, strict=True)
        return Area(min(rows), min(columns), max(rows), max(columns))

    def changed(self) -> None:
        """Its book is no longer as it was saved."""
        self.book.changed()

    def refuse_if_protected(self, what: str) -> None:
        """Raise where the sheet's protection forbids it: objects, formatCells, formatRows, formatColumns."""
        protection = self.ws.protection
        if protection.sheet and getattr(protection, what) and not self.state.get("interface only"):
            raise refusal("The cell or chart you're trying to change is on a protected sheet.")

    def refuse_structure(self) -> None:
        """Raise where the book's structure is protected."""
        if self.book.structure_protected:
            raise refusal("Workbook is protected and cannot be changed.")

    Index = property(lambda self: self.book.sheets().index(self) + 1)
    Parent = property(lambda self: self.book)
    CodeName = property(lambda self: self.ws.sheet_properties.codeName or "")
    Type = always(-4167)
    EnableSelection = stored("selection", 0, int)
    Cells = property(lambda self: Range(self, [WHOLE_SHEET]))
    Rows = property(lambda self: Range(self, [WHOLE_SHEET], "rows"))
    Columns = property(lambda self: Range(self, [WHOLE_SHEET], "columns"))
    UsedRange = property(lambda self: Range(self, [self.used_area()]))
    Comments = property(Comments)
    CommentsThreaded = property(ThreadedComments)
    ListObjects = property(ListObjects)
    Names = property(lambda self: Names(self.book, self))
    ProtectContents = property(lambda self: bool(self.ws.protection.sheet))
    ProtectDrawingObjects = property(lambda self: bool(self.ws.protection.sheet and self.ws.protection.objects))
    ProtectScenarios = property(lambda self: bool(self.ws.protection.sheet and self.ws.protection.scenarios))
    Protection = property(Protection)
    AutoFilter = property(lambda self: AutoFilter(self, None) if self.ws.auto_filter.ref else None)
    FilterMode = property(lambda self: bool(filter_hidden_rows(self)))

    @property
    def Name(self) -> str:
        return self.name

    @Name.setter
    def Name(self, value: str) -> None:
        self.refuse_structure()
        others = [one.name.casefold() for one in self.book.sheets() if one is not self]
        if not value or len(value) > 31 or set(value) & set("\\/?*[]:") or value.casefold() in others:
            raise refusal("That name is already taken, or it is not a name for a sheet.")
        self.ws.title = value
        self.changed()

    @property
    def Visible(self) -> int:
        return _VISIBLE[self.ws.sheet_state]

    @Visible.setter
    def Visible(self, value: Any) -> None:
        self.refuse_structure()
        state = "visible" if value in (True, -1, 1) else _STATES[int(value)]
        others = [one for one in self.book.sheets() if one is not self and one.ws.sheet_state == "visible"]
        if state != "visible" and not others:
            raise refusal("Unable to set the Visible property of the Worksheet class")
        self.ws.sheet_state = state
        if state != "visible" and self.book.active_sheet is self:
            self.book.model.active = others[0].ws
        self.changed()

    @property
    def AutoFilterMode(self) -> bool:
        return bool(self.ws.auto_filter.ref)

    @AutoFilterMode.setter
    def AutoFilterMode(self, value: Any) -> None:
        if not value:
            show_all(self)
            self.ws.auto_filter.ref = None
            self.changed()

    def Range(self, first: Any, last: Any = None) -> Range:
        one = self.find_range(first) if isinstance(first, str) else first
        if one.sheet is not self:
            raise refusal("Method 'Range' of object '_Worksheet' failed")
        if last is None:
            return Range(self, one.areas)
        two = self.find_range(last) if isinstance(last, str) else last
        a, b = one.areas[0], two.areas[0]
        return Range(
            self,
            [Area(min(a.top, b.top), min(a.left, b.left), max(a.bottom, b.bottom), max(a.right, b.right))],
        )

    def Activate(self) -> None:
        if self.ws.sheet_state != "visible":
            raise refusal("Activate method of Worksheet class failed")
        for one in self.book.sheets():
            one.ws.sheet_view.tabSelected = one is self
        self.book.model.active = self.ws

    def Select(self, Replace: bool = True) -> None:  # noqa: ARG002 - one sheet at a time here
        if self.app.active_sheet is None or self.app.active_sheet.book is not self.book:
            raise refusal("Select method of Worksheet class failed")
        self.Activate()

    def Delete(self) -> bool:
        self.refuse_structure()
        if not [one for one in self.book.sheets() if one is not self and one.ws.sheet_state == "visible"]:
            raise refusal("A workbook must contain at least one visible worksheet.")
        others = [one for one in self.book.sheets() if one is not self]
        was_active = self.book.active_sheet is self
        active = self.book.active_sheet
        self.book.model.remove(self.ws)
        self.book.model.active = (
            next(one for one in others if one.ws.sheet_state == "visible").ws if was_active else active.ws
        )
        self.changed()
        return True

    def Move(self, Before: Any = None, After: Any = None) -> None:
        self.refuse_structure()
        sheets, anchor, active = self.book.model._sheets, Before or After, self.book.active_sheet
        sheets.remove(self.ws)
        sheets.insert(sheets.index(anchor.ws) + (0 if Before else 1), self.ws)
        self.book.model.active = active.ws
        self.changed()

    def Copy(self, Before: Any = None, After: Any = None) -> None:
        self.refuse_structure()
        anchor = Before or After
        if anchor is None or anchor.book is not self.book:
            raise refusal("Sheets are only copied within their book in this Excel for tests")
        made = self.book.sheet(self.book.model.copy_worksheet(self.ws))
        made.ws.title = f"{self.name[:27]} (2)"
        made.results |= self.results
        Worksheet.Move(made, Before, After)
        Worksheet.Activate(made)

    def Protect(
        self,
        Password: str | None = None,
        DrawingObjects: bool = True,
        Contents: bool = True,
        Scenarios: bool = True,
        UserInterfaceOnly: bool = False,
        **allowed: bool,
    ) -> None:
        forbidden = {attribute: not allowed.pop(word, False) for word, attribute in _ALLOWED.items()}
        if allowed:
            raise TypeError(f"Protect has no {sorted(allowed)}")
        self.ws.protection = SheetProtection(sheet=Contents, objects=DrawingObjects, scenarios=Scenarios, **forbidden)
        if Password:
            self.ws.protection.password = Password
        self.state["interface only"] = UserInterfaceOnly
        self.changed()

    def Unprotect(self, Password: str = "") -> None:
        protection = self.ws.protection
        if protection.hashValue or (protection.password and protection.password != hash_password(Password)):
            raise refusal("The password you supplied is not correct.")
        self.ws.protection = SheetProtection()
        self.changed()

    def ShowAllData(self) -> None:
        if not filter_hidden_rows(self):
            raise refusal("ShowAllData method of Worksheet class failed")
        show_all(self)


class Worksheets(ComCollection):
    """The sheets of a book."""

    def items(self) -> list[Worksheet]:
        """In the order of their tabs."""
        return self.book.sheets()

    def Add(self, Before: Any = None, After: Any = None) -> Worksheet:
        self.book.active_sheet.refuse_structure()
        anchor = Before or After or self.book.active_sheet
        place = self.book.sheets().index(anchor) + (1 if After and not Before else 0)
        taken = {one.name.casefold() for one in self.book.sheets()}
        number = next(n for n in range(1, 10_000) if f"sheet{n}" not in taken)
        ws = self.book.model.create_sheet(f"Sheet{number}", place)
        self.book.model.active = ws
        self.book.changed()
        return self.book.sheet(ws)

    @property
    def Parent(self) -> Any:
        return self.book
