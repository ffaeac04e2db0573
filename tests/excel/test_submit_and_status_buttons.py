"""提交, 查询, 合同 and 送货单: what the desk does is what the command line does; here is what the person sees of it."""

import pytest
import watching
from pressing import HEADER, LINE

pytestmark = pytest.mark.excel


@pytest.fixture
def opened_files(monkeypatch):
    """The files that were opened for the person."""
    files = []
    monkeypatch.setattr("xltools.desk.paper.open_file", lambda path, _file: files.append(path))
    return files


@pytest.fixture
def taken(at):
    """An order that is in the ledger."""
    at.drop(order_no="0010248")
    assert at.run().exit_code == 0
    return at


def inbox(at):
    return sorted(path.name for path in (at.path / at.opened.folders.inbox).iterdir())


class TestSubmit:
    def test_a_right_workbook_goes_to_the_inbox_as_it_is_now_and_stays_open_and_unsaved(self, at):
        book = at.open(at.form(order_no="0010248"))
        book.sheets[0]["A60"].raw_value = "'手写备注"
        ((words, _, _, mode),) = at.press("submit")
        (name,) = inbox(at)
        assert name.startswith("接单登记表.")
        assert name.endswith(".xlsx")
        assert (f"收件箱/{name}" in words, mode) == (True, "info")
        assert not book.api.Saved
        result = at.run()
        assert [one.outcome for one in result.documents] == ["accepted"]

    def test_the_same_workbook_again_is_no_second_file(self, at):
        at.open(at.form(order_no="0010248"))
        at.press("submit")
        ((words, *_),) = at.press("submit")
        assert "已经交过" in words
        assert len(inbox(at)) == 1

    def test_another_of_the_same_name_takes_no_ones_place(self, at):
        first = at.open(at.form(order_no="0010248"))
        at.press("submit")
        first.close()
        at.open(at.form(order_no="0010249"))
        at.press("submit")
        assert len(inbox(at)) == 2

    def test_one_never_saved_is_handed_in_under_the_name_of_its_window(self, at):
        template = at.open(at.form({**HEADER, **LINE, "order_no": "0010248"}, layout="order-intake-list"))
        book = at.excel.books.add()
        block = template.sheets[0].used_range
        rows = [[f"'{value}" if isinstance(value, str) else value for value in row] for row in block.raw_value]
        book.sheets[0].range(block.address).raw_value = tuple(map(tuple, rows))
        book.activate()
        at.press("submit")
        assert [name.rpartition(".")[2] for name in inbox(at)] == ["xlsx"]

    def test_one_with_errors_is_refused_with_the_reasons_and_marked(self, at):
        book = at.open(at.form({**LINE, "quantity": "许多"}, customer=None))
        ((words, _, _, mode),) = at.press("submit")
        assert (mode, inbox(at)) == ("critical", [])
        assert "没有提交" in words
        assert "许多" in words
        assert at.listed()
        assert list(book.sheets[0].notes)

    def test_marks_of_an_earlier_check_are_not_handed_in(self, at):
        book = at.open(at.form({**LINE, "quantity": "许多"}, order_no="0010248"))
        at.press("check")
        spot = next(row[2] for row in at.listed() if "许多" in row[4])
        book.sheets[0][spot].raw_value = 5
        at.press("submit")
        (name,) = inbox(at)
        content = (at.path / "收件箱" / name).read_bytes()
        assert not list(at.open(content, "交上去的.xlsx").sheets[0].notes)

    def test_a_shared_workbook_is_neither_checked_nor_submitted(self, taken):
        taken.excel.books.open(taken.path / "订单总表.xlsx")
        for verb in ("check", "submit"):
            ((words, *_),) = taken.press(verb)
            assert "刷新总表" in words
        assert inbox(taken) == []


class TestStatus:
    def test_the_story_of_the_selected_order_stands_on_its_sheet(self, taken):
        book = taken.open(taken.form())
        book.sheets[0]["H90"].raw_value = "'0010248"
        book.sheets[0]["H90"].select()
        assert taken.press("status") == []
        assert taken.story()[0].startswith("订单 0010248 ")
        assert "0010248" in taken.titled("status_title")
        assert taken.panel.sheets.active.name == "查询"

    def test_any_cell_of_a_trackers_row_names_its_order(self, taken):
        tracker = taken.excel.books.open(taken.path / "订单总表.xlsx")
        sheet = tracker.sheets[0]
        row = next(at for at in range(1, 12) if "0010248" in str(sheet.range((at, 1), (at, 30)).value))
        sheet.activate()
        sheet.range((row, 9)).select()
        taken.press("status")
        assert taken.story()[0].startswith("订单 0010248 ")

    def test_a_number_that_a_cell_keeps_as_a_number_is_found(self, at):
        at.drop(order_no="10248")
        at.run()
        book = at.open(at.form())
        book.sheets[0]["H90"].raw_value = 10248
        book.sheets[0]["H90"].select()
        at.press("status")
        assert at.story()[0].startswith("订单 10248 ")

    def test_where_nothing_names_an_order_the_person_is_asked(self, taken):
        taken.open(taken.form())
        watching.type_next(taken.excel, "0010248")
        taken.press("status")
        assert taken.story()[0].startswith("订单 0010248 ")

    def test_an_unknown_number_is_told_and_cancel_is_no_error(self, taken):
        taken.open(taken.form())
        watching.type_next(taken.excel, "404", False)
        ((words, *_),) = taken.press("status")
        assert "404" in words
        assert taken.press("status") == []

    def test_text_of_an_order_never_becomes_a_formula_on_the_sheet(self, at):
        at.drop(order_no="0010248", customer='=HYPERLINK("http://x")')
        at.run()
        book = at.open(at.form())
        book.sheets[0]["H90"].raw_value = "'0010248"
        book.sheets[0]["H90"].select()
        at.press("status")
        block = at.panel.names["status_text"].refers_to_range
        assert not any(str(row[0]).startswith("=") for row in block.formula)


class TestPapers:
    def test_the_contract_is_made_and_opened(self, taken, opened_files):
        watching.type_next(taken.excel, "0010248")
        told = taken.press("contract")
        assert told == []
        (file,) = opened_files
        assert file.suffix == ".docx"
        assert file.is_file()

    def test_a_shut_gate_is_told_with_whom_it_waits_for(self, at, opened_files):
        at.drop(order_no="0010248", payment_terms=None)
        at.run()
        watching.type_next(at.excel, "0010248")
        ((words, _, _, mode),) = at.press("contract")
        assert (mode, opened_files) == ("critical", [])
        assert "付款条件" in words

    def test_a_delivery_note_before_anything_was_shipped_is_told(self, taken, opened_files):
        watching.type_next(taken.excel, "0010248")
        ((words, *_),) = taken.press("delivery-note")
        assert opened_files == []
        assert "0010248" in words
