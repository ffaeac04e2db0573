from xltools.core.patch import Mark
from xltools.core.sheet import Range
from xltools.reports.marks import gather_marks

SHEET = "接单"


def say(_, message, hint):
    return f"{message} → {hint}"


def told(cell, message, severity="error", sheet=SHEET):
    return {"sheet": sheet, "cell": cell, "severity": severity, "message": message, "hint": "改"}


def test_each_cell_has_one_mark_with_all_that_is_said_of_it():
    marks = gather_marks([told("B3", "缺数量"), told("B3", "缺单位", "warning"), told("C3", "太早", "warning")], say)
    assert marks == {SHEET: [Mark(2, 1, "缺数量 → 改\n\n缺单位 → 改"), Mark(2, 2, "太早 → 改", is_error=False)]}


def test_what_is_said_of_a_cell_under_a_merge_is_said_of_its_first_cell():
    merges = {SHEET: [Range(3, 0, 6, 0)], "别的": [Range(0, 0, 9, 9)]}
    marks = gather_marks([told("A6", "订单号不对"), told("A5", "也不对"), told("B6", "少了")], say, merges)
    assert [(mark.row, mark.column) for mark in marks[SHEET]] == [(3, 0), (5, 1)]
    assert marks[SHEET][0].note == "订单号不对 → 改\n\n也不对 → 改"


def test_problems_of_a_whole_sheet_or_file_mark_no_cell():
    assert gather_marks([told("", "没有表头"), told("B3", "读不出", sheet="")], say) == {}
