"""The workbook with the buttons as Grids: the panel, and three hidden sheets that its macros and Python fill."""

from collections.abc import Iterator
from dataclasses import dataclass

from xltools.core.grid import Button, ButtonTone, Grid, GridCell, PrintSetup, Style
from xltools.core.sheet import Range
from xltools.forms.messages import Say
from xltools.reports.button_names import (
    DESK_FOLDER,
    INTERPRETER,
    PROBLEM_ROWS,
    PROBLEMS_BOOK,
    PROBLEMS_LIST,
    PROBLEMS_TITLE,
    STATUS_ROWS,
    STATUS_TEXT,
    STATUS_TITLE,
)

_BUTTON_SIZE, _BUTTON_SHIFT = (176, 42), (0, 7)  # pixels; the two rows beside it have 56
_WIDTHS = (3.0, 24.5, 2.0, 80.0, 3.0)
_LEFT, _RIGHT = 1, 3  # the columns of the buttons, and of what they do
# The columns of the list of problems: their word, width in characters, and style.
_PROBLEM_COLUMNS = (
    ("number", 6.0, Style.CENTER),
    ("sheet", 22.0, Style.INPUT),
    ("cell", 11.0, Style.LINK),
    ("kind", 10.0, Style.CENTER),
    ("what", 58.0, Style.TEXT),
    ("do", 58.0, Style.TEXT),
)
_TEXTS = ("working", "no-interpreter", "not-started", "failed")


@dataclass(frozen=True, slots=True)
class ButtonPanel:
    """What the panel says of its desk; paths and names as people see them."""

    company: str
    desk: str
    interpreter: str
    inbox: str
    tracker: str
    papers: str


@dataclass(frozen=True, slots=True)
class _Press:
    """A button: the code of its words, and the macro that it runs."""

    code: str
    macro: str
    tone: ButtonTone = "main"


_GROUPS = (
    (
        "workbook",
        (
            _Press("check", "CheckWorkbook"),
            _Press("clear", "ClearMarks", "quiet"),
            _Press("submit", "SubmitWorkbook", "go"),
        ),
    ),
    ("orders", (_Press("status", "ShowStatus"), _Press("refresh", "RefreshTracker"))),
    ("papers", (_Press("contract", "MakeContract"), _Press("delivery-note", "MakeDeliveryNote"))),
)


def button_grids(panel: ButtonPanel, say: Say) -> list[Grid]:
    """The four sheets in one language; only the panel is seen until a button shows another."""
    return [_Panel(panel, say).grid(), problems_grid(say), status_grid(say), texts_grid(say)]


class _Panel:
    """The panel while it is laid out, from the top down."""

    def __init__(self, panel: ButtonPanel, say: Say) -> None:
        self.panel, self.say = panel, say
        self.cells: dict[tuple[int, int], GridCell] = {}
        self.heights: dict[int, float] = {}
        self.merges: list[Range] = []
        self.buttons: list[Button] = []
        self.names: dict[str, Range] = {}
        self.row = 0

    def grid(self) -> Grid:
        """The sheet of the buttons."""
        title = self.say("ui-button-title")
        self._add_head(title)
        for code, presses in _GROUPS:
            self._add_row(10)
            self._add_wide(self.say(f"ui-button-group-{code}"), Style.GROUP, 22)
            self._add_row(5)
            for press in presses:
                self._add_button(press)
        self._add_foot()
        return Grid(
            name=title,
            cells=self.cells,
            widths=_WIDTHS,
            heights=self.heights,
            merges=tuple(self.merges),
            print_setup=PrintSetup(landscape=False, footer=False),
            names=self.names,
            buttons=tuple(self.buttons),
            headings=False,
        )

    def _add_head(self, title: str) -> None:
        for value, style, height in (
            (None, Style.BANNER, 10),
            (title, Style.BANNER, 34),
            (self.panel.company, Style.BANNER_NOTE, 20),
            (None, Style.BANNER, 10),
        ):
            for column in range(len(_WIDTHS)):
                self.cells[self.row, column] = GridCell(None, style)
            self._add_wide(value, style, height)
        self._add_row(8)
        self._add_wide(self.say("ui-button-about"), Style.SUBTITLE, 20)

    def _add_button(self, press: _Press) -> None:
        words = {"inbox": self.panel.inbox, "tracker": self.panel.tracker, "papers": self.panel.papers}
        caption = self.say(f"ui-button-{press.code}")
        place = (self.row, _LEFT)
        self.buttons.append(Button(place, _BUTTON_SIZE, caption, press.macro, press.tone, _BUTTON_SHIFT))
        self.cells[self.row, _RIGHT] = GridCell(self.say(f"ui-button-{press.code}-lead", **words), Style.LEAD)
        self._add_row(23)
        self.cells[self.row, _RIGHT] = GridCell(self.say(f"ui-button-{press.code}-note", **words), Style.NOTE)
        self._add_row(19)

    def _add_foot(self) -> None:
        self._add_row(12)
        self._add_wide(None, Style.GROUP, 8)
        self._add_row(5)
        desk, interpreter = self.panel.desk, self.panel.interpreter
        for label, text, name in (
            (self.say("ui-button-desk"), desk, DESK_FOLDER),
            (self.say("ui-button-interpreter"), interpreter, INTERPRETER),
            (self.say("ui-button-silent"), self.say("ui-button-silent-help"), ""),
            ("", self.say("ui-button-silent-run", desk=desk), ""),
        ):
            self.cells[self.row, _LEFT] = GridCell(label, Style.NOTE)
            self.cells[self.row, _RIGHT] = GridCell(text, Style.NOTE)
            if name:
                self.names[name] = Range(self.row, _RIGHT, self.row, _RIGHT)
            self.row += 1  # as high as its text needs: a desk may lie deep down

    def _add_wide(self, text: str | None, style: Style, height: float) -> None:
        self.cells[self.row, _LEFT] = GridCell(text, style)
        self.merges.append(Range(self.row, _LEFT, self.row, _RIGHT))
        self._add_row(height)

    def _add_row(self, height: float) -> None:
        self.heights[self.row] = height
        self.row += 1


def problems_grid(say: Say) -> Grid:
    """The hidden sheet of problems, empty rows under a header."""
    header, first = 3, 4
    block = Range(first, 0, first + PROBLEM_ROWS - 1, len(_PROBLEM_COLUMNS) - 1)
    cells = {
        (0, 0): GridCell(say("ui-button-sheet-problems"), Style.TITLE),
        (1, 0): GridCell(None, Style.PLACE),
        (2, 0): GridCell(say("ui-button-problems-help"), Style.SUBTITLE),
    }
    for column, (word, _, style) in enumerate(_PROBLEM_COLUMNS):
        cells[header, column] = GridCell(say(f"ui-button-problems-{word}"), Style.HEADER)
        cells |= {(row, column): GridCell(None, style) for row in range(block.top, block.bottom + 1)}
    return Grid(
        name=say("ui-button-sheet-problems"),
        cells=cells,
        widths=tuple(width for _, width, _ in _PROBLEM_COLUMNS),
        heights={0: 32, 1: 20, 2: 20, header: 24},
        freeze=(first, 0),
        print_setup=PrintSetup(repeat_rows=(header, header)),
        hidden=True,
        names={PROBLEMS_TITLE: _cell(0), PROBLEMS_BOOK: _cell(1), PROBLEMS_LIST: block},
    )


def status_grid(say: Say) -> Grid:
    """The hidden sheet of an order's status, a line a row."""
    first = 2
    lines = {(row, 0): GridCell(None, Style.PROSE) for row in range(first, first + STATUS_ROWS)}
    return Grid(
        name=say("ui-button-sheet-status"),
        cells={(0, 0): GridCell(say("ui-button-status"), Style.TITLE), **lines},
        widths=(96.0,),
        heights={0: 32, 1: 8},
        freeze=(first, 0),
        print_setup=PrintSetup(landscape=False),
        hidden=True,
        names={STATUS_TITLE: _cell(0), STATUS_TEXT: Range(first, 0, first + STATUS_ROWS - 1, 0)},
    )


def texts_grid(say: Say) -> Grid:
    """The hidden sheet of what the macros say themselves, where Python can't: by the names `text_…`."""
    rows = list(_texts(say))
    return Grid(
        name=say("ui-button-sheet-texts"),
        cells={(row, 0): GridCell(text, Style.PROSE) for row, (_, text) in enumerate(rows)},
        widths=(110.0,),
        hidden=True,
        names={name: _cell(row) for row, (name, _) in enumerate(rows)},
    )


def _texts(say: Say) -> Iterator[tuple[str, str]]:
    yield "text_title", say("ui-button-title")
    for text in _TEXTS:
        yield f"text_{text.replace('-', '_')}", say(f"ui-button-text-{text}")


def _cell(row: int) -> Range:
    return Range(row, 0, row, 0)
