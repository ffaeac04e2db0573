"""The Excel that a button was pressed in, through xlwings: which workbook is meant, what the person is told.

Nothing here knows of orders. Each property of Excel's objects is a round trip to another process, so that whatever may
be large is read and written in one piece.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xltools.core.text import Language
from xltools.edge.light_xlwings import xlwings as xw
from xltools.edge.open_workbook import OpenWorkbook
from xltools.edge.typed_cells import typed_text

_INTERFACE = 2  # msoLanguageIDUI
_CHINESE = 0x04  # the primary language of LCIDs such as 2052, 1028, 3076
_PRIMARY = 0x3FF
_TEXT = 2  # what Application.InputBox is to give
_LONGEST_ALERT = 1_000  # letters: a longer box would not fit a small screen
_HIDDEN = 0  # xlSheetHidden


class OpenExcel:
    """Excel as a button's macro finds it; `panel` is the workbook with the buttons."""

    def __init__(self, panel: xw.Book) -> None:
        self.panel = panel
        self.app = panel.app

    @property
    def language(self) -> Language:
        """The language that Excel speaks to this person."""
        return "zh" if self.app.api.LanguageSettings.LanguageID(_INTERFACE) & _PRIMARY == _CHINESE else "en"

    def find_target(self) -> OpenWorkbook | None:
        """The workbook that the person had in front of them before the buttons; None where there is none.

        Excel's windows come in the order in which they were last used.
        """
        own = self.panel.name
        windows = self.app.api.Windows
        for number in range(1, windows.Count + 1):
            window = windows(number)
            if window.Visible and (name := window.Parent.Name) != own:
                return OpenWorkbook(self.app.books[name])
        return None

    @property
    def has_protected_view(self) -> bool:
        """True where a workbook is open that Excel shows in Protected View, where no macro sees it."""
        return bool(self.app.api.ProtectedViewWindows.Count)

    def find_open(self, path: Path) -> OpenWorkbook | None:
        """The workbook of a file where it is open here for writing, by whatever drive or share it was opened."""
        name = path.name.casefold()
        for book in map(OpenWorkbook, self.app.books):
            if book.name.casefold() == name and book.is_file(path) and not book.is_read_only:
                return book
        return None

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Nothing flickers and no other macro wakes up meanwhile; all as it was before, whatever happens."""
        app = self.app
        updating, events = app.screen_updating, app.enable_events
        try:
            app.screen_updating = app.enable_events = False
            yield
        finally:
            app.enable_events, app.screen_updating = events, updating

    def show_progress(self, words: str) -> None:
        """Words in the status bar; empty ones give it back to Excel."""
        self.app.status_bar = words or False

    def tell(self, words: str, title: str, *, is_alarm: bool = False) -> None:
        """A message that the person must close."""
        shown = words if len(words) <= _LONGEST_ALERT else f"{words[:_LONGEST_ALERT]}…"
        self.app.alert(shown, title, mode="critical" if is_alarm else "info")

    def ask(self, words: str, title: str) -> str:
        """A line that the person types; empty where they press Cancel."""
        typed = self.app.api.InputBox(words, title, Type=_TEXT)
        return typed.strip() if isinstance(typed, str) else ""

    def show_list(self, name: str, rows: Sequence[Sequence[str]], titles: dict[str, str]) -> None:
        """Fill a named block of the panel with texts, blank what is left of it, and bring its sheet to the front.

        `titles` are named cells and their texts. Rows beyond the block are left out.
        """
        block = self._named(name)
        height, width = block.shape
        blank = (None,) * width
        shown = [tuple(typed_text(text) for text in row) for row in rows[:height]]
        block.raw_value = (*shown, *[blank] * (height - len(shown)))
        block.rows.autofit()
        for cell, text in titles.items():
            self._named(cell).raw_value = typed_text(text)
        sheet = block.sheet
        if sheet.api.Visible != -1:
            sheet.api.Visible = -1  # the lists are hidden until there is something in them
        self.panel.activate()
        sheet.activate()

    def _named(self, name: str) -> xw.Range:
        return self.panel.names[name].refers_to_range


def called_excel() -> OpenExcel:
    """The Excel whose button started this process, by the arguments that its macro gave (--wb, --hwnd)."""
    return OpenExcel(xw.Book.caller())
