# ruff: noqa: N802 - Excel's names
"""Workbooks: opened, saved, copied as they are at the moment, closed."""

import contextlib
import os
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.workbook.protection import WorkbookProtection

from .counting import ComCollection, ComObject, always, refusal
from .keeping import known_results, load, store
from .names import Names
from .properties import DocumentProperties
from .windows import Window, Windows
from .worksheets import Worksheet, Worksheets

FORMATS = {".xlsx": 51, ".xlsm": 52, ".xltx": 54, ".xltm": 53, ".xlam": 55}


class Workbooks(ComCollection):
    """The books that are open."""

    def items(self) -> list["Workbook"]:
        """As they were opened."""
        return self.app.books

    def Add(self, *_template: Any) -> "Workbook":
        model = openpyxl.Workbook()
        model.active.title = "Sheet1"
        number = self.app.state["books added"] = self.app.state.get("books added", 0) + 1
        return Workbook(self.app, model, None, f"工作簿{number}")

    def Open(self, path: str, update_links: Any = None, read_only: Any = None, *_rest: Any) -> "Workbook":  # noqa: ARG002
        where = Path(path)
        for book in self.app.books:
            if book.name.casefold() == where.name.casefold():
                if book.path == where:
                    return book
                raise refusal(
                    f"Sorry, Excel can't open two workbooks with the same name at the same time: {where.name}"
                )
        if where.suffix.lower() not in FORMATS:
            raise refusal(f"{where.name}: not a kind of file that this Excel for tests opens")
        try:
            model = load(where)
        except Exception as error:
            raise refusal(f"Excel cannot open the file '{where.name}'") from error
        book = Workbook(self.app, model, where, where.name)
        book.read_only = bool(read_only) or not os.access(where, os.W_OK) or book.owner_file.exists()
        for sheet in book.sheets():
            sheet.results.update(known_results(where, sheet))
        book.state.pop("calculated", None)
        book.take_owner_file()
        return book

    def Close(self) -> None:
        for book in list(self.app.books):
            book.shut()


class Workbook(ComObject):
    """One open book; `model` is openpyxl's, `path` its file, if it has one."""

    def __init__(self, app: Any, model: openpyxl.Workbook, path: Path | None, name: str) -> None:
        self.closed = False
        super().__init__(app, self)
        self.model, self.path, self._bare_name = model, path, name
        self.saved, self.read_only, self._owns = True, False, False
        self._sheets: dict[int, Worksheet] = {}
        app.books.append(self)
        self.window = Window(self)
        app.windows.insert(0, self.window)

    @property
    def name(self) -> str:
        """The file's name, or that of a new book."""
        return self.path.name if self.path else self._bare_name

    @property
    def structure_protected(self) -> bool:
        """Whether sheets may not be added, deleted, renamed, moved or hidden."""
        return bool(self.model.security and self.model.security.lockStructure)

    @property
    def active_sheet(self) -> Worksheet:
        """The sheet on top."""
        return self.sheet(self.model.active)

    @property
    def owner_file(self) -> Path:
        """The hidden file by which others see who has the book open."""
        return self.path.with_name(f"~${self.path.name}")

    def take_owner_file(self) -> None:
        """Leave it beside the book, as Excel does while it may write to it."""
        if not self.read_only:
            user = self.app.state.get("user", "跟单员")
            short, long = user.encode("gbk"), user.encode("utf-16-le")
            head = bytes([len(short)]) + short.ljust(54, b" ")
            self.owner_file.write_bytes(head + len(user).to_bytes(2, "little") + long + b" \0" * (54 - len(user)))
            self._owns = True

    def _drop_owner_file(self) -> None:
        if self._owns:
            self.owner_file.unlink(missing_ok=True)
            self._owns = False

    def sheet(self, model: Any) -> Worksheet:
        """The one object that stands for a sheet of the model."""
        if id(model) not in self._sheets:
            self._sheets[id(model)] = Worksheet(self, model)
        return self._sheets[id(model)]

    def sheets(self) -> list[Worksheet]:
        """All worksheets, in their order."""
        return [self.sheet(one) for one in self.model.worksheets]

    def changed(self) -> None:
        """Something in it is not as it was saved."""
        self.saved = False

    def shut(self) -> None:
        """Close it as it is."""
        self._drop_owner_file()
        if self.model.vba_archive is not None:
            self.model.vba_archive.close()
        self.closed = True
        self.app.books.remove(self)
        self.app.windows.remove(self.window)
        if self.app.clipboard is not None and self.app.clipboard.book is self:
            self.app.clipboard = None

    Name = property(lambda self: self.name)
    FullName = property(lambda self: str(self.path) if self.path else self.name)
    Path = property(lambda self: str(self.path.parent) if self.path else "")
    ReadOnly = property(lambda self: self.read_only)
    FileFormat = property(lambda self: FORMATS.get(self.path.suffix.lower(), 51) if self.path else 51)
    HasVBProject = property(lambda self: self.model.vba_archive is not None)
    CodeName = property(lambda self: self.model.code_name or "ThisWorkbook")
    ProtectStructure = property(lambda self: self.structure_protected)
    ProtectWindows = property(lambda self: bool(self.model.security and self.model.security.lockWindows))
    MultiUserEditing = always(False)
    Date1904 = property(lambda self: self.model.epoch.year == 1904)
    Parent = property(lambda self: self.app)
    ActiveSheet = property(lambda self: self.active_sheet)
    Worksheets = property(lambda self: Worksheets(self.app, self))
    Sheets = property(lambda self: Worksheets(self.app, self))
    Windows = property(lambda self: Windows(self.app, self))
    Names = property(Names)
    CustomDocumentProperties = property(lambda self: DocumentProperties(self.app, self))

    @property
    def Saved(self) -> bool:
        return self.saved

    @Saved.setter
    def Saved(self, value: Any) -> None:
        self.saved = bool(value)

    def Activate(self) -> None:
        self.window.to_front()

    def Protect(self, Password: str | None = None, Structure: bool = True, Windows: bool = False) -> None:  # noqa: N803
        self.model.security = WorkbookProtection(lockStructure=Structure, lockWindows=Windows)
        self.state["password"] = Password
        self.changed()

    def Unprotect(self, Password: str | None = None) -> None:  # noqa: N803
        if self.state.get("password") not in (None, Password):
            raise refusal("The password you supplied is not correct.")
        self.model.security = WorkbookProtection()
        self.changed()

    def Save(self) -> None:
        if self.read_only or self.path is None:
            raise refusal(f"Cannot save '{self.name}': it is read-only, or was never saved")
        self._write(self.path)
        self.saved = True

    def SaveAs(self, Filename: str, FileFormat: int | None = None, Password: str | None = None) -> None:  # noqa: N803, ARG002
        target = Path(Filename)
        if any(one is not self and one.name.casefold() == target.name.casefold() for one in self.app.books):
            raise refusal("You cannot save this workbook with the same name as another open workbook or add-in.")
        self._write(target)
        self._drop_owner_file()
        self.path, self.saved, self.read_only = target, True, False
        self.take_owner_file()

    def SaveCopyAs(self, Filename: str) -> None:  # noqa: N803
        self._write(Path(Filename))

    def _write(self, target: Path) -> None:
        try:
            store(self, target)
        except OSError as error:
            with contextlib.suppress(OSError):
                if target.exists() and not target.stat().st_size:
                    target.unlink()
            raise refusal(f"Microsoft Excel cannot access the file '{target}'.") from error

    def Close(self, SaveChanges: Any = None, *_rest: Any) -> None:  # noqa: N803
        if SaveChanges and not self.saved:
            self._write(self.path)
        self.shut()

    def FollowHyperlink(self, Address: str, *_rest: Any) -> None:  # noqa: N803
        self.app.followed.append(Address)
