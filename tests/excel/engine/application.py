# ruff: noqa: N802 - Excel's names
"""Excel itself: its state, its windows, its books, and what a person answers its message boxes."""

import datetime as dt
from collections import deque
from types import SimpleNamespace
from typing import Any, ClassVar

from .addresses import Area
from .counting import ComObject, Trips, always, refusal, stored
from .ranges import Range
from .windows import Window, Windows
from .workbooks import Workbook, Workbooks

CHINESE = 2052


class LanguageSettings(ComObject):
    """The languages that Excel was installed and is shown in."""

    def LanguageID(self, which: int) -> int:  # noqa: ARG002 - install, interface, help: one here
        return self.app.language


class AutoCorrect(ComObject):
    """Of it only what tables heed."""

    AutoExpandListRange = stored("expand", True, bool)


class ProtectedViewWindows(ComObject):
    """Books in protected view: not among the Workbooks."""

    @property
    def Count(self) -> int:
        return self.app.protected_views


class Application(ComObject):
    """One running Excel."""

    started: ClassVar[list["Application"]] = []

    def __init__(self) -> None:
        super().__init__(self)
        self.trips, self.gone = Trips(), False
        self.hwnd = 1000 + 2 * len(self.started)
        self.books: list[Workbook] = []
        self.windows: list[Window] = []  # the topmost first
        self.alerts: list[tuple[str, str, str, str | None]] = []
        self.answers: deque[str] = deque()
        self.typed: deque[Any] = deque()  # into the next input boxes; False presses Cancel
        self.status_bars: list[Any] = []
        self.followed: list[str] = []
        self.clipboard: Any = None  # the Range that was copied
        self.language, self.protected_views = CHINESE, 0
        self.today = dt.date.today
        self.autocorrect = AutoCorrect(self)
        self.started.append(self)

    def answer(self, prompt: str, title: str, buttons: str, mode: str | None) -> str:
        """Show a message box to whoever sits there."""
        self.alerts.append((prompt, title, buttons, mode))
        return self.answers.popleft() if self.answers else "ok"

    def end(self) -> None:
        """Close all without saving."""
        for book in list(self.books):
            book.shut()
        self.gone = True

    @property
    def active_window(self) -> Window | None:
        """The topmost visible window."""
        return next((one for one in self.windows if one.visible), None)

    @property
    def active_sheet(self) -> Any:
        """The sheet in the topmost window."""
        return window.book.active_sheet if (window := self.active_window) else None

    Visible = stored("visible", False, bool)
    ScreenUpdating = stored("screen", True, bool)
    DisplayAlerts = stored("alerts", True, bool)
    EnableEvents = stored("events", True, bool)
    Interactive = stored("interactive", True, bool)
    UserName = stored("user", "跟单员")
    AskToUpdateLinks = stored("links", True, bool)
    AutomationSecurity = stored("security", 1, int)
    Cursor = stored("cursor", -4143, int)
    WindowState = stored("window state", -4143, int)

    Version = always("16.0")
    Build = always(17928.0)
    Name = always("Microsoft Excel")
    OperatingSystem = always("Windows (64-bit) NT 10.00")
    Path = always(r"C:\Program Files\Microsoft Office\root\Office16")
    PathSeparator = always("\\")
    StartupPath = always(r"C:\Users\staff\AppData\Roaming\Microsoft\Excel\XLSTART")
    Ready = always(True)
    Hwnd = property(lambda self: self.hwnd)
    Workbooks = property(Workbooks)
    Windows = property(Windows)
    LanguageSettings = property(LanguageSettings)
    AutoCorrect = property(lambda self: self.autocorrect)
    ProtectedViewWindows = property(ProtectedViewWindows)
    ActiveWindow = property(lambda self: self.active_window)
    ActiveWorkbook = property(lambda self: self.active_window.book if self.active_window else None)
    ActiveSheet = property(lambda self: self.active_sheet)

    @property
    def ActiveCell(self) -> Range | None:
        return None if (sheet := self.active_sheet) is None else sheet.cell(*sheet.active_cell)

    @property
    def Selection(self) -> Range | None:
        return None if (sheet := self.active_sheet) is None else Range(sheet, sheet.selected)

    @property
    def StatusBar(self) -> Any:
        return self.state.get("status bar", False)

    @StatusBar.setter
    def StatusBar(self, value: Any) -> None:
        self.status_bars.append(value)
        self.state["status bar"] = value

    @property
    def Calculation(self) -> int:
        self._need_book("Calculation")
        return self.state.get("calculation", -4105)

    @Calculation.setter
    def Calculation(self, value: int) -> None:
        self._need_book("Calculation")
        self.state["calculation"] = value

    def _need_book(self, name: str) -> None:
        if not self.books:
            raise refusal(f"Unable to set the {name} property of the Application class")

    @property
    def CutCopyMode(self) -> int:
        return 1 if self.clipboard is not None else 0

    @CutCopyMode.setter
    def CutCopyMode(self, value: Any) -> None:  # noqa: ARG002 - either of its values ends the copying
        self.clipboard = None

    @property
    def International(self) -> dict[int, str]:
        return {3: ".", 4: ",", 5: ","}

    def InputBox(self, Prompt: str, Title: str = "", Type: int = 2) -> Any:  # noqa: ARG002, N803 - nobody reads it here, in Excel's words
        return self.typed.popleft() if self.typed else False

    def Calculate(self) -> None:
        """Nothing is calculated here."""

    def Quit(self) -> None:
        self.end()

    def Run(self, macro: str, *args: Any) -> None:
        raise refusal(f"Cannot run the macro '{macro}'{SimpleNamespace(args=args) if args else ''}.")

    def Intersect(self, *ranges: Range) -> Range | None:
        areas: list[Area] = list(ranges[0].areas)
        for other in ranges[1:]:
            if other.sheet is not ranges[0].sheet:
                raise refusal("Method 'Intersect' of object '_Application' failed")
            areas = [common for one in areas for two in other.areas if (common := one.common(two))]
        return Range(ranges[0].sheet, areas) if areas else None

    def Union(self, *ranges: Range) -> Range:
        return Range(ranges[0].sheet, [area for one in ranges for area in one.areas])
