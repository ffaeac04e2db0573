import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest
from office import office

__all__ = ["office"]  # a fixture, found by its name here

TEMPLATES = Path(__file__).parents[2] / "templates"
TEMPLATE, TRACKER = TEMPLATES / "order-intake-list.xlsx", TEMPLATES / "order-tracker.xlsx"
LIST = "接单清单 Order Intake List"
HEADER_ROW, ORDER, CUSTOMER, QUANTITY, REQUESTED = 3, "A", "C", "T", "Y"
BLOCK = "A3:AA6"
FILLED = {
    "A4": "0010250", "C4": "宁波泰衡电子有限公司", "T4": 300, "Y4": {"date": "2026-03-30"},
    "A5": "10248", "C5": "杭州合兴五金厂", "T5": 100.5, "Y5": "2026/2/18交",
    "A6": "10249", "C6": "宁波泰衡电子有限公司", "T6": 200, "Y6": {"date": "2026-04-02"},
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(office, tmp_path_factory):
    """The list template with three orders that a person typed."""
    path = tmp_path_factory.mktemp("typed") / "接单清单.xlsx"
    office.edit(TEMPLATE, [{"do": "type", "sheet": LIST, "cells": FILLED}], save=path)
    return path


@pytest.fixture
def edit(office, filled, tmp_path):
    """Lets LibreOffice do one thing with the filled list; gives the sheet and its workbook as openpyxl reads them."""

    def edit_list(do, **arguments):
        path = Path(shutil.copy(filled, tmp_path / "接单清单.xlsx"))
        office.edit(path, [{"do": do, **({} if "name" in arguments else {"sheet": LIST}), **arguments}])
        book = openpyxl.load_workbook(path)
        return book.worksheets[0], book

    return edit_list


def values(page, column, rows=range(HEADER_ROW + 1, HEADER_ROW + 4)):
    return [page[f"{column}{row}"].value for row in rows]


def test_what_is_typed_keeps_its_kind(filled):
    page = openpyxl.load_workbook(filled).worksheets[0]
    assert values(page, ORDER) == ["0010250", "10248", "10249"]
    assert values(page, QUANTITY) == [300, 100.5, 200]
    assert values(page, REQUESTED) == [dt.datetime(2026, 3, 30), "2026/2/18交", dt.datetime(2026, 4, 2)]


def test_typing_formulas_and_truth_values(edit):
    page, _ = edit("type", cells={"AC4": "=T4*2", "AC5": True})
    assert [page["AC4"].value, page["AC5"].value] in (["=T4*2", True], ["=T4*2", "=TRUE()"])


def test_clearing_empties_the_cells_and_keeps_their_look(edit):
    page, _ = edit("clear", block="A4:A6")
    assert values(page, ORDER) == [None] * 3
    assert page["A4"].border.left.style == "thin"


def test_sorting_moves_whole_rows_and_leaves_the_header(edit):
    page, _ = edit("sort", block=BLOCK, by=QUANTITY)
    assert page["A3"].value == "订单编号 Order No."
    assert values(page, QUANTITY) == [100.5, 200, 300]
    assert values(page, ORDER) == ["10248", "10249", "0010250"]
    page, _ = edit("sort", block=BLOCK, by=QUANTITY, descending=True)
    assert values(page, ORDER) == ["0010250", "10249", "10248"]


def test_a_filter_hides_the_rows_that_do_not_fit_and_is_saved_as_such(edit):
    page, _ = edit("filter", block=BLOCK, by=CUSTOMER, keep="宁波泰衡电子有限公司")
    assert [page.row_dimensions[row].hidden for row in (4, 5, 6)] == [False, True, False]
    (autofilter,) = [table.autoFilter for table in page.tables.values()] or [page.auto_filter]
    (criterion,) = autofilter.filterColumn
    assert criterion.colId == 2
    assert criterion.filters.filter == ["宁波泰衡电子有限公司"]


def test_an_inserted_column_moves_the_others_and_joins_the_table(edit):
    page, _ = edit("insert-column", before="C", cells={"C3": "我的备注", "C4": "催料"})
    assert [page["C3"].value, page["C4"].value] == ["我的备注", "催料"]
    assert values(page, "D")[0] == "宁波泰衡电子有限公司"
    (table,) = page.tables.values()
    assert table.ref.startswith("A3:AB")


def test_a_moved_column_leaves_its_old_place(office, tmp_path):
    original = [cell.value for cell in openpyxl.load_workbook(TRACKER).worksheets[0][HEADER_ROW]]
    sheet = openpyxl.load_workbook(TRACKER).sheetnames[0]
    for moved, before, order in [("B", "E", [0, 2, 3, 1, 4]), ("E", "B", [0, 4, 1, 2, 3])]:
        command = {"do": "move-column", "sheet": sheet, "column": moved, "before": before}
        office.edit(TRACKER, [command], save=tmp_path / "订单总表.xlsx")
        header = [cell.value for cell in openpyxl.load_workbook(tmp_path / "订单总表.xlsx").worksheets[0][HEADER_ROW]]
        assert header == [original[number] for number in order] + original[5:]


def test_a_column_that_crosses_merged_cells_is_not_moved(edit):
    with pytest.raises(RuntimeError, match="column B crosses merged cells"):
        edit("move-column", column="B", before="E")


def test_a_deleted_column_is_gone(edit):
    page, _ = edit("delete-column", column="B")
    assert values(page, "B")[0] == "宁波泰衡电子有限公司"


def test_a_hidden_column_is_still_there(edit):
    page, _ = edit("hide-column", column=CUSTOMER)
    assert page.column_dimensions[CUSTOMER].hidden
    assert values(page, CUSTOMER)[0] == "宁波泰衡电子有限公司"


def test_a_row_is_copied_before_another(edit):
    page, _ = edit("copy-row", row=4, before=6)
    assert values(page, ORDER, range(4, 8)) == ["0010250", "10248", "0010250", "10249"]
    page, _ = edit("copy-row", row=6, before=4)
    assert values(page, ORDER, range(4, 8)) == ["10249", "0010250", "10248", "10249"]


def test_a_deleted_row_is_gone(edit):
    page, _ = edit("delete-row", row=5)
    assert values(page, ORDER) == ["0010250", "10249", None]


def test_a_comment_stands_on_its_cell(edit):
    page, _ = edit("comment", cell="T4", text="客户电话改数量")
    assert page["T4"].comment.text.strip() == "客户电话改数量"


def test_a_coloured_cell_is_filled(edit):
    page, _ = edit("colour", block="A4:C4", rgb="FFFF00")
    assert [page[cell].fill.fgColor.rgb for cell in ("A4", "C4", "D4")][:2] == ["FFFFFF00"] * 2
    assert page["D4"].fill.fgColor.rgb != "FFFFFF00"


def test_a_chart_is_drawn(edit):
    page, _ = edit("chart", sheet=LIST, block="S3:T6", name="数量")
    (chart,) = page._charts
    assert "$T$4:$T$6" in chart.series[0].val.numRef.f


def test_a_sheet_is_added_after_the_others(edit):
    _, book = edit("add-sheet", name="我的", cells={"B2": "缺料"})
    assert book.sheetnames[-1] == "我的"
    assert book["我的"]["B2"].value == "缺料"


def test_a_sheet_is_renamed(edit):
    _, book = edit("rename-sheet", to="三月")
    assert book.sheetnames[0] == "三月"


def test_a_removed_table_leaves_its_cells(edit):
    page, _ = edit("remove-table", name="order_intake")
    assert page.tables == {}
    assert values(page, ORDER) == ["0010250", "10248", "10249"]


def test_what_can_not_be_done_is_an_error_and_the_file_stays(office, filled):
    before = filled.read_bytes()
    with pytest.raises(RuntimeError, match="KeyError"):
        office.edit(filled, [{"do": "delete-row", "sheet": LIST, "row": 4}, {"do": "juggle"}])
    assert filled.read_bytes() == before
    with pytest.raises(FileNotFoundError, match="gone"):
        office.edit(filled.with_name("gone.xlsx"), [])
