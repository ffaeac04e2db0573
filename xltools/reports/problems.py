"""The list of problems that goes back with a workbook."""

from collections.abc import Mapping, Sequence
from typing import Any

from xltools.core.grid import Grid, GridCell, GridTable, PrintSetup, Style
from xltools.core.sheet import Range
from xltools.forms.drawing import text_height
from xltools.forms.messages import Say

SHEET = "问题清单 Problems"
_COLUMNS = (
    ("ui-problems-number", 6),
    ("ui-problems-severity", 8),
    ("ui-problems-sheet", 26),
    ("ui-problems-cell", 8),
    ("ui-problems-field", 16),
    ("ui-problems-message", 52),
    ("ui-problems-hint", 52),
)
_NUMBER, _SEVERITY, _CELL = 0, 1, 3
_HEADER_ROW = 2


def problem_list(file: str, problems: Sequence[Mapping[str, Any]], say: Say, *, linked: bool = True) -> Grid:
    """Problems, in their JSON shape but fields by their labels, as a sheet: errors first, else as in the workbook.

    `linked`: the sheet stands in the workbook it speaks of, so that each cell's name leads to the cell.
    """
    cells = {
        (0, 0): GridCell(say("ui-problems-title"), Style.TITLE),
        (1, 0): GridCell(say("ui-problems-of", file=file.rpartition("/")[2], count=len(problems)), Style.SUBTITLE),
    }
    for column, (code, _) in enumerate(_COLUMNS):
        cells[_HEADER_ROW, column] = GridCell(say(code), Style.HEADER)
    heights: dict[int, float] = {0: 32, 1: 22, _HEADER_ROW: 24}
    ordered = sorted(problems, key=lambda problem: problem["severity"])
    for number, problem in enumerate(ordered, start=1):
        severity = say(f"ui-severity-{problem['severity']}")
        looks = {_SEVERITY: Style.LATE if problem["severity"] == "error" else Style.AT_RISK}
        looks |= {_NUMBER: Style.CENTER, _CELL: Style.CENTER}
        links = {_CELL: _link(problem["sheet"], problem["cell"])} if linked else {}
        row = (number, severity, problem["sheet"], problem["cell"], problem["field"])
        for column, value in enumerate((*row, problem["message"], problem["hint"])):
            width = _COLUMNS[column][1]
            heights[_HEADER_ROW + number] = max(heights.get(_HEADER_ROW + number, 0), text_height(value, width, 18))
            look, link = looks.get(column, Style.TEXT), links.get(column, "")
            cells[_HEADER_ROW + number, column] = GridCell(value or None, look, link)
    last = max(len(ordered), 1)
    return Grid(
        SHEET,
        cells,
        heights=heights,
        widths=tuple(float(width) for _, width in _COLUMNS),
        tables=(GridTable("Problems", Range(_HEADER_ROW, 0, _HEADER_ROW + last, len(_COLUMNS) - 1)),),
        freeze=(_HEADER_ROW + 1, 0),
        print_setup=PrintSetup(landscape=True, repeat_rows=(_HEADER_ROW, _HEADER_ROW)),
    )


def _link(sheet: str, cell: str) -> str:
    """The link to a cell of the same workbook, empty for a problem of a whole sheet or file."""
    quoted = sheet.replace("'", "''")
    return f"#'{quoted}'!{cell}" if sheet and cell else ""
