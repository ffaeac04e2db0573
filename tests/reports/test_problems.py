"""The list of problems that goes back with a workbook."""

from typing import Any

from xltools.core.grid import GridCell, Style
from xltools.reports.problems import SHEET, problem_list

WARNING: dict[str, Any] = {
    "severity": "warning",
    "sheet": "Bob's 接单",
    "cell": "H14",
    "field": "要求交期",
    "message": "要求交期早于接单日期",
    "hint": "核对年份",
}
ERROR: dict[str, Any] = WARNING | {"severity": "error", "cell": "", "message": "没有订单行", "hint": ""}


def say(code: str, /, **blanks: object) -> str:
    return " ".join([code, *map(str, blanks.values())])


def test_errors_stand_first_and_each_cell_leads_to_its_place() -> None:
    grid = problem_list("inbox/接单.xlsx", [WARNING, ERROR], say)
    assert grid.name == SHEET
    assert grid.cells[1, 0].value == "ui-problems-of 接单.xlsx 2"
    assert grid.cells[3, 1] == GridCell("ui-severity-error", Style.LATE)
    assert grid.cells[3, 3] == GridCell(None, Style.CENTER)
    assert grid.cells[4, 1].style == Style.AT_RISK
    assert grid.cells[4, 3] == GridCell("H14", Style.CENTER, "#'Bob''s 接单'!H14")
    assert grid.freeze == (3, 0)
    assert grid.tables[0].block.bottom == 4


def test_a_list_beside_the_workbook_has_no_links_into_it() -> None:
    grid = problem_list("inbox/接单.xls", [WARNING], say, linked=False)
    assert not any(cell.link for cell in grid.cells.values())
