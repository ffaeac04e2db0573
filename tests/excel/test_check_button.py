"""检查 and 清除标记: the workbook in front, open and unsaved as it is."""

import pytest
import watching
from pressing import LINE, saved

from xltools.books.marks import unmark_workbook

pytestmark = pytest.mark.excel

FAULTY = {"customer": None, "tax_rate": "很多"}
NO_PRODUCT = {**LINE, "product": None, "product_code": None, "quantity": -3}


@pytest.fixture
def book(at):
    """A form with faults in its head and in a line, open in Excel."""
    return at.open(at.form(LINE, NO_PRODUCT, **FAULTY))


def looks(book, folder):
    """Fills, notes and conditional formats of every cell."""
    found = saved(book, folder)
    return {
        sheet.title: (
            {cell.coordinate: cell.fill.fgColor.rgb for row in sheet.iter_rows() for cell in row},
            {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment},
            [(str(block.sqref), [rule.formula for rule in block.rules]) for block in sheet.conditional_formatting],
        )
        for sheet in found.worksheets
    }


def test_faulty_cells_are_coloured_noted_and_listed_and_counted_in_the_status_bar(at, book, tmp_path):
    at.press("check")
    rows = at.listed()
    assert [row[3] for row in rows[:3]] == ["错误", "错误", "错误"]
    marked = {row[2] for row in rows if row[2]}
    _, notes, rules = looks(book, tmp_path)[book.sheets[0].name]
    assert marked
    assert marked == set(notes)
    ours = [block for block, formulas in rules if ['"xltools"<>""'] in formulas]
    assert {cell for block in ours for cell in block.split()} == marked
    assert all(text.startswith("xltools:\n") and "→" in text for text in notes.values())
    bar = watching.status_bars(at.excel)
    assert bar is None or (book.name in bar[-1] and "个错误" in bar[-1])
    assert at.titled("problems_book") == book.name


def test_what_was_typed_and_not_saved_is_checked(at):
    book = at.open(at.form())
    at.press("check")
    assert at.listed() == []
    sheet = book.sheets[0]
    quantity = next(cell for row in saved(book, at.path.parent).worksheets[0] for cell in row if cell.value == 100)
    sheet[quantity.coordinate].raw_value = "'三百"
    assert not book.api.Saved
    at.press("check")
    assert [(row[1], row[2]) for row in at.listed()] == [(sheet.name, quantity.coordinate)]
    assert not book.api.Saved


def test_the_list_comes_to_the_front_and_the_workbook_is_no_other_for_it(at, book):
    before = [sheet.name for sheet in book.sheets]
    at.press("check")
    assert at.excel.books.active.name == at.panel.name
    assert at.panel.sheets.active.name == at.panel.names["problems_list"].refers_to_range.sheet.name
    assert [sheet.name for sheet in book.sheets] == before


def test_clearing_leaves_no_trace_and_what_people_coloured_and_noted_as_it_was(at, book, tmp_path):
    at.press("check")
    cells = [row[2] for row in at.listed() if row[2]]
    at.press("clear")
    sheet = book.sheets[0]
    sheet[cells[0]].color = (0, 176, 240)
    sheet[cells[0]].add_note("王工：\n客户电话里说的")
    sheet[cells[1]].conditional_formats.add_custom("=TRUE", fill_color=(1, 2, 3))
    before = looks(book, tmp_path)
    at.press("check")
    during = looks(book, tmp_path)
    assert during != before
    noted = during[sheet.name][1][cells[0]]
    assert noted.startswith("王工：\n客户电话里说的\n— [xltools]\n")
    at.press("check")
    assert looks(book, tmp_path) == during
    at.press("clear")
    assert looks(book, tmp_path) == before


def test_a_marked_workbook_that_was_saved_is_cleaned_after_it_was_opened_again(at, book, tmp_path):
    before = looks(book, tmp_path)
    at.press("check")
    path = book.fullname
    book.save()
    book.close()
    again = at.excel.books.open(path)
    at.press("clear")
    assert looks(again, tmp_path) == before


def test_marks_that_were_saved_are_taken_off_the_file_too(at, book, tmp_path):
    before = looks(book, tmp_path)
    at.press("check")
    copy = tmp_path / "saved.xlsx"
    book.api.SaveCopyAs(str(copy))
    cleaned = unmark_workbook(copy.read_bytes())
    assert isinstance(cleaned, bytes)
    assert looks(at.open(cleaned, "清理过.xlsx"), tmp_path) == before


def test_a_cell_with_a_thread_of_comments_is_coloured_and_listed(at, book, tmp_path):
    at.press("check")
    cell = next(row[2] for row in at.listed() if row[2])
    at.press("clear")
    watching.set_threaded_comment(book.sheets[0][cell], "谁填的？")
    at.press("check")
    assert cell in {row[2] for row in at.listed()}
    assert any(cell in block.split() for block, _ in looks(book, tmp_path)[book.sheets[0].name][2])


def test_on_a_protected_sheet_nothing_is_marked_and_the_list_says_so(at, book, tmp_path):
    before = looks(book, tmp_path)
    book.sheets[0].api.Protect(DrawingObjects=True, Contents=True)
    at.press("check")
    assert at.listed()
    assert "保护" in at.titled("problems_title")
    assert looks(book, tmp_path) == before


def test_without_a_workbook_the_person_is_told_to_open_one(at):
    ((words, title, _, _),) = at.press("check")
    assert "请先打开您的表格" in words
    assert title == "订单助手"


def test_the_workbook_in_front_is_meant_whichever_was_opened_last(at):
    right = at.open(at.form(), "对的.xlsx")
    at.open(at.form(**FAULTY), "错的.xlsx")
    right.activate()
    at.press("check")
    assert (at.titled("problems_book"), at.listed()) == ("对的.xlsx", [])


def test_many_faults_are_marked_with_few_notes_and_listed_with_a_last_line(at):
    lines = [{**LINE, "quantity": "许多"}] * 700
    book = at.open(at.form(*lines))
    at.press("check")
    rows = at.listed()
    assert len(rows) == 500
    assert rows[-1][4].startswith("还有 202 个问题没有列出")
    assert len(list(book.sheets[0].notes)) <= 200


@pytest.mark.skipif(watching.REAL, reason="real Excel counts no calls")
def test_a_check_asks_excel_as_often_however_big_the_sheet_is(at):
    totals = []
    at.open(at.form())
    at.press("check")  # once, so that the list is there already
    for count in (20, 2_000):
        book = at.open(at.form(*[LINE] * count, layout="order-intake-list", order_no="SO-1"), f"{count}.xlsx")
        with watching.count_calls(at.excel) as counted:
            at.press("check")
        totals.append(counted.total)
        book.close()
    assert totals[0] == totals[1] < 90


@pytest.mark.skipif(watching.REAL, reason="real Excel can't be made to fail")
def test_screen_updating_comes_back_when_excel_fails_midway_and_the_person_is_told(at, book):
    book.sheets[0]["H90"].raw_value = 1
    at.excel.impl.fail_at("SaveCopyAs", watching.ComError())
    ((words, _, _, mode),) = at.press("check")
    assert mode == "critical"
    assert "Excel" in words
    assert "Traceback" not in words
    assert at.excel.screen_updating
    assert at.excel.enable_events
