"""What people do to the tracker, and what becomes of it: their values, rows, columns and sheets survive every run."""

import datetime as dt
import shutil

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from xltools import desk
from xltools.books.shared import read_shared_workbook
from xltools.core.sheet import Workbook
from xltools.desk import shared_workbooks

from .hand import TRACKER, Hand, open_items, told

DAY = dt.date(2026, 3, 11)
PROMISE, SHORTAGE, REMARK = "承诺交期", "卡点/欠料", "备注"


@pytest.fixture
def tracked(folder):
    """A desk with three orders, run once."""
    for number in ("A-1", "A-2", "A-3"):
        folder.drop(f"{number}.xlsx", order_no=number)
    folder.run()
    return folder


@pytest.fixture
def path(tracked):
    return tracked.path / TRACKER


def line(folder, number):
    return folder.orders()[number].lines[0]


def test_what_a_person_added_survives_a_run_that_changes_the_tracker(tracked, path):
    hand = Hand(path)
    theirs = hand.sheet.max_column + 2
    hand.cell("A-2", "客户").fill = PatternFill("solid", fgColor="FFFF00")
    hand.cell("A-2", "品名").comment = Comment("早会：先做这个", "王芳")
    hand.sheet.cell(hand.row("A-2"), theirs).value = "自己的列"
    hand.book.create_sheet("早会")["B2"] = "A-2 优先"
    hand.sheet.row_dimensions[hand.row("A-3")].hidden = True
    hand.save()
    tracked.drop("4.xlsx", order_no="A-4")
    result = tracked.run(DAY)
    assert (result.tracker.rows_added, result.exit_code) == (1, 0)
    after = Hand(path)
    assert after.cell("A-2", "客户").fill.fgColor.rgb == "00FFFF00"
    assert after.cell("A-2", "品名").comment.text == "早会：先做这个"
    assert after.sheet.cell(after.row("A-2"), theirs).value == "自己的列"
    assert after.book["早会"]["B2"].value == "A-2 优先"
    assert after.sheet.row_dimensions[after.row("A-3")].hidden
    assert after.orders() == ["A-1", "A-2", "A-3", "A-4"]


def test_a_value_typed_in_a_column_of_theirs_is_an_event_with_its_cell(tracked, path):
    Hand(path).type("A-2", SHORTAGE, "缺铜件").save()
    typed = path.read_bytes()
    result = tracked.run()
    assert (result.tracker.edits, result.tracker.cells_changed) == (1, 0)
    found = desk.explain(tracked.opened, "A-2", "shortage", "", DAY, tracked.opened.say)
    assert (found.value, found.main.place.file) == ("缺铜件", TRACKER)
    assert (tracked.path / found.main.archived).read_bytes() == typed


def test_a_value_typed_over_a_column_of_ours_is_put_back_and_told(tracked, path):
    Hand(path).type("A-2", "订单数", 999).save()
    tracked.run()
    assert Hand(path).cell("A-2", "订单数").value == 100
    assert [item[:2] for item in open_items(path)] == [("cells put back", "A-2")]
    assert "999" in told(path)


def test_of_what_changed_on_both_sides_the_ledgers_stands_and_both_are_kept(tracked, path):
    stale = path.with_name("copy.xlsx")
    shutil.copy(path, stale)
    Hand(path).type("A-2", SHORTAGE, "缺铜件").save()
    tracked.run()
    Hand(stale).type("A-2", SHORTAGE, "缺螺丝").save()  # opened in the morning, saved over the tracker in the evening
    stale.replace(path)
    result = tracked.run()
    assert (result.tracker.edits, result.tracker.conflicts) == (0, 1)
    assert line(tracked, "A-2").text("shortage") == "缺铜件"
    assert Hand(path).cell("A-2", SHORTAGE).value == "缺铜件"
    assert [item[1:] for item in open_items(path)] == [("A-2", "缺螺丝", "缺铜件")]


def test_what_a_stale_copy_says_of_cells_nobody_touched_is_no_edit(tracked, path):
    stale = path.read_bytes()
    Hand(path).type("A-2", SHORTAGE, "缺铜件").save()
    tracked.run()
    path.write_bytes(stale)
    result = tracked.run()
    assert (result.tracker.edits, result.tracker.conflicts) == (0, 0)
    assert Hand(path).cell("A-2", SHORTAGE).value == "缺铜件"


def test_a_row_typed_by_hand_is_an_order_and_stays_where_it_was_typed(tracked, path):
    hand = Hand(path)
    row = hand.type_row(客户="宁波泰衡电子有限公司", 品名="支架", 订单数=40)
    hand.save()
    typed = path.read_bytes()
    tracked.run()
    (number,) = set(tracked.orders()) - {"A-1", "A-2", "A-3"}
    after = Hand(path)
    assert after.row(number) == row
    assert after.orders().count(number) == 1
    found = desk.explain(tracked.opened, number, "quantity", "", DAY, tracked.opened.say)
    assert (found.value, found.main.place.cell) == (
        "40",
        f"{openpyxl.utils.get_column_letter(hand.column('订单数'))}{row}",
    )
    assert (tracked.path / found.main.archived).read_bytes() == typed
    events = tracked.event_count()
    tracked.run()
    assert tracked.event_count() == events


def test_a_row_that_is_no_order_yet_is_asked_for_until_it_is_one(tracked, path):
    hand = Hand(path)
    row = hand.type_row(品名="支架", 订单数=40)
    hand.save()
    tracked.run()
    assert len(tracked.orders()) == 3
    assert [item[0] for item in open_items(path)] == ["row incomplete"]
    hand = Hand(path)
    hand.sheet.cell(row, hand.column("客户")).value = "宁波泰衡电子有限公司"
    hand.save()
    tracked.run()
    assert len(tracked.orders()) == 4
    assert open_items(path) == []


def test_a_row_copied_for_a_repeat_order_becomes_one(tracked, path):
    Hand(path).type("A-2", PROMISE, dt.date(2026, 4, 1)).save()
    tracked.run()
    hand = Hand(path)
    row = hand.copy_row("A-2")
    hand.sheet.cell(row, hand.column("订单数")).value = 777
    hand.save()
    tracked.run()
    (number,) = set(tracked.orders()) - {"A-1", "A-2", "A-3"}
    order = tracked.orders()[number]
    assert (order.text("reorder_of"), str(order.lines[0].quantity)) == ("A-2", "777")
    assert order.lines[0].text("unit_price") == "12.5"  # from the earlier order
    assert order.lines[0].get("promised_date") is None  # the promise was made for the other one
    assert str(line(tracked, "A-2").quantity) == "100"
    after = Hand(path)
    assert (after.row(number), after.row("A-2")) == (row, hand.row("A-2"))


def test_a_row_copied_and_left_as_it_was_is_a_question(tracked, path):
    hand = Hand(path)
    hand.copy_row("A-2")
    hand.save()
    tracked.run()
    assert len(tracked.orders()) == 3
    assert [item[:2] for item in open_items(path)] == [("row twice", "A-2")]


def test_a_row_that_was_deleted_comes_back_with_a_question(tracked, path):
    hand = Hand(path)
    hand.sheet.delete_rows(hand.row("A-2"))
    hand.save()
    tracked.run()
    assert sorted(Hand(path).orders()) == ["A-1", "A-2", "A-3"]
    assert [item[:2] for item in open_items(path)] == [("row deleted", "A-2")]
    answer = Hand(path, 2)
    answer.sheet.cell(4, answer.sheet.max_column).value = "误删"
    answer.save()
    tracked.run()
    assert open_items(path) == []
    assert next(iter(tracked.opened.replay_ledger().items.values())).answer == "误删"


def test_a_key_that_was_pasted_over_is_put_back(tracked, path):
    Hand(path).type("A-2", SHORTAGE, "缺铜件").type("A-2", "订单编号", "乱贴").save()
    tracked.run()
    assert Hand(path).orders() == ["A-1", "A-2", "A-3"]
    assert len(tracked.orders()) == 3
    assert line(tracked, "A-2").text("shortage") == "缺铜件"


def test_rows_sorted_columns_moved_and_inserted_are_found(tracked, path):
    hand = Hand(path)
    sheet, top = hand.sheet, hand.header_row()
    for name in list(sheet.tables):
        del sheet.tables[name]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top, max_row=top + 3)]
    shuffled = [["我的列", *rows[0][::-1]], *[["x", *row[::-1]] for row in rows[:0:-1]]]
    for r, row in enumerate(shuffled):
        for c, value in enumerate(row):
            sheet.cell(top + r, 1 + c).value = value
    hand.save()
    Hand(path).type("A-3", SHORTAGE, "缺料").save()
    tracked.drop("4.xlsx", order_no="A-4")
    result = tracked.run(DAY)
    assert (result.tracker.edits, result.tracker.rows_added) == (1, 1)
    assert line(tracked, "A-3").text("shortage") == "缺料"
    after = Hand(path)
    assert after.orders() == ["A-3", "A-2", "A-1", "A-4"]
    assert after.sheet.cell(top, 1).value == "我的列"
    assert after.cell("A-4", "品名").value == "端盖"


def test_a_renamed_sheet_and_a_removed_table_are_found_and_grow(tracked, path):
    hand = Hand(path)
    hand.sheet.title = "生产计划"
    hand.drop_table()
    hand.type("A-1", REMARK, "加急")
    hand.save()
    tracked.drop("4.xlsx", order_no="A-4")
    assert tracked.run(DAY).exit_code == 0
    assert line(tracked, "A-1").text("pmc_remark") == "加急"
    after = Hand(path)
    assert (after.sheet.title, after.orders()) == ("生产计划", ["A-1", "A-2", "A-3", "A-4"])


def test_a_renamed_header_is_known_by_what_stands_under_it(tracked, path):
    Hand(path).type("A-1", SHORTAGE, "缺铜件").type("A-2", SHORTAGE, "缺料").save()
    tracked.run()
    hand = Hand(path)
    at = hand.column(SHORTAGE)
    hand.sheet.cell(hand.header_row(), at).value = "卡在哪里"
    hand.table().tableColumns[at - 1].name = "卡在哪里"
    hand.sheet.cell(hand.row("A-3"), at).value = "缺螺丝"
    hand.save()
    tracked.run()
    assert line(tracked, "A-3").text("shortage") == "缺螺丝"


def test_a_tracker_in_which_nothing_can_be_told_apart_is_not_written(tracked, path):
    hand = Hand(path)
    hand.sheet.delete_cols(hand.column("订单编号"), 2)
    hand.drop_table()
    hand.save()
    theirs = path.read_bytes()
    tracked.drop("4.xlsx", order_no="A-4")
    result = tracked.run(DAY)
    assert "tracker-not-found" in {problem.code for problem in result.problems}
    assert path.read_bytes() == theirs
    assert Hand(path.with_name("order-tracker.latest.xlsx")).orders() == ["A-1", "A-2", "A-3", "A-4"]


def test_an_error_cell_is_told_and_nobodys_formula_is_written_over(tracked, path):
    hand = Hand(path).type("A-1", PROMISE, "=VLOOKUP(1,XX1:XX2,2)")  # never calculated: openpyxl can't
    hand.save()
    result = tracked.run(DAY)
    assert "formula-not-calculated" in {problem.code for problem in result.problems}
    assert Hand(path).cell("A-1", PROMISE).value == "=VLOOKUP(1,XX1:XX2,2)"
    assert line(tracked, "A-1").get("promised_date") is None


def test_an_open_tracker_is_not_fought(tracked, path):
    owner = path.with_name(f"~${TRACKER}")
    name = "王芳"
    owner.write_bytes(b"\x06" + b" " * 54 + len(name).to_bytes(2, "little") + name.encode("utf-16-le"))
    theirs = path.read_bytes()
    tracked.drop("4.xlsx", order_no="A-4")
    result = tracked.run(DAY)
    assert (result.exit_code, result.tracker.queued, path.read_bytes()) == (4, True, theirs)
    assert "王芳" in {dict(problem.values).get("who") for problem in result.problems}
    latest = path.with_name("order-tracker.latest.xlsx")
    assert Hand(latest).orders() == ["A-1", "A-2", "A-3", "A-4"]
    assert not latest.stat().st_mode & 0o222
    again = tracked.run(DAY)
    assert (again.exit_code, Hand(latest).orders()) == (4, ["A-1", "A-2", "A-3", "A-4"])
    owner.unlink()
    assert tracked.run(DAY).exit_code == 0
    assert Hand(path).orders() == ["A-1", "A-2", "A-3", "A-4"]
    assert not latest.exists()


def test_the_last_good_tracker_is_kept_before_each_writing(tracked, path):
    before = path.read_bytes()
    tracked.drop("4.xlsx", order_no="A-4")
    tracked.run(DAY)
    assert (tracked.path / ".desk" / "backups" / TRACKER).read_bytes() == before


def test_a_tracker_that_was_taken_away_is_made_anew(tracked, path):
    path.unlink()
    tracked.run(DAY)
    assert Hand(path).orders() == ["A-1", "A-2", "A-3"]


def test_a_desks_own_template_is_used(tracked, path):
    own = tracked.path / "templates" / TRACKER
    template = openpyxl.load_workbook(desk.template_folder() / TRACKER)
    template.worksheets[0]["A1"] = "宁波示例 订单总表"
    del template["今日待办 Today"]
    template.save(own)
    path.unlink()
    assert tracked.run(DAY).exit_code == 0
    book = openpyxl.load_workbook(path)
    assert book.worksheets[0]["A1"].value == "宁波示例 订单总表"
    assert "今日待办 Today" not in book.sheetnames
    assert Hand(path).orders() == ["A-1", "A-2", "A-3"]


def test_prices_stand_in_a_book_of_their_own_and_are_put_back(tracked):
    prices = tracked.path / "order-prices.xlsx"
    hand = Hand(prices)
    assert hand.cell("A-1", "单价").value == 12.5
    hand.type("A-1", "单价", 1).save()
    tracked.run()
    assert Hand(prices).cell("A-1", "单价").value == 12.5
    assert [item[:2] for item in open_items(tracked.path / TRACKER)] == [("cells put back", "A-1")]
    header = [cell.value for cell in Hand(tracked.path / TRACKER).sheet[3]]
    assert not any("单价" in str(words) or "金额" in str(words) for words in header)


def test_the_tracker_is_not_read_where_its_bytes_are_as_we_left_them(tracked, monkeypatch):
    def refuse(content, file):
        assert file.startswith("templates/"), "read back"
        return read_shared_workbook(content, file)

    monkeypatch.setattr(shared_workbooks, "read_shared_workbook", refuse)
    assert tracked.run().exit_code == 0


def test_a_closed_year_leaves_a_fresh_tracker_and_the_old_one_whole(tracked, path):
    shipped = {"shipped_date": dt.date(2026, 3, 3), "line_no": 1, "customer": "宁波泰衡电子有限公司"}
    book = openpyxl.Workbook()
    book.active.append(["Order No.", "Customer", "Line", "Product", "Qty", "Shipped Date", "Order Date"])
    book.active.append(["S-1", shipped["customer"], 1, "端盖", 10, shipped["shipped_date"], dt.date(2026, 3, 1)])
    book.save(tracked.path / "inbox" / "shipped.xlsx")
    Hand(path).type("A-1", SHORTAGE, "缺铜件").save()
    tracked.run(DAY)
    hand = Hand(path)
    assert "S-1" in hand.orders()
    hand.book.create_sheet("早会")["A1"] = "笔记"
    hand.type("A-1", REMARK, "年底盘点")
    hand.save()
    old = path.read_bytes()
    result = desk.close_year_at(tracked.opened, 2026, dt.date(2027, 1, 4))
    assert result.exit_code == 0
    assert sorted(Hand(path).orders()) == ["A-1", "A-2", "A-3"]
    assert Hand(path).cell("A-1", REMARK).value == "年底盘点"
    (kept,) = (tracked.path / "archive" / "2026").glob("order-tracker-2026.*.xlsx")
    assert kept.read_bytes() == old
    assert isinstance(read_shared_workbook(path.read_bytes(), TRACKER), Workbook)
    with pytest.raises(desk.UsageError):
        desk.close_year_at(tracked.opened, 2026, dt.date(2027, 1, 4))
    with pytest.raises(desk.UsageError):
        desk.close_year_at(tracked.opened, 2028, dt.date(2027, 1, 4))


def merge_under_the_table(path):
    """What no patch can grow over: a merged note right under the table."""
    hand = Hand(path)
    row = hand.table().ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    below = int(row) + 2
    hand.sheet.cell(below, 1).value = "备注：早会再定"
    hand.sheet.merge_cells(start_row=below, start_column=1, end_row=below, end_column=4)
    hand.save()


def test_what_people_did_to_a_tracker_that_can_not_be_patched_is_taken_once(tracked, path):
    merge_under_the_table(path)
    hand = Hand(path)
    row = hand.row("A-3") + 1
    for words, value in {"客户": "宁波泰衡电子有限公司", "品名": "支架", "订单数": 40}.items():
        hand.sheet.cell(row, hand.column(words)).value = value
    hand.stretch_table(row)
    hand.save()
    for number in ("A-4", "A-5", "A-6"):
        tracked.drop(f"{number}.xlsx", order_no=number)
        result = tracked.run(DAY)
        Hand(path).save()  # the same content, saved again
        assert result.exit_code in {0, 4}
    assert len(tracked.orders()) == 7
    if result.tracker.queued:
        latest = path.with_name("order-tracker.latest.xlsx")
        assert sorted(Hand(latest).orders()) == sorted(tracked.orders())


def test_a_session_that_does_not_know_its_row_was_taken_orders_nothing_twice(tracked, path):
    hand = Hand(path)
    hand.type_row(客户="宁波泰衡电子有限公司", 品名="支架", 订单数=40)
    hand.save()
    tracked.run()
    assert len(tracked.orders()) == 4
    hand.type("A-1", SHORTAGE, "缺料").save()  # still open in a program whose owner file does not show on the share
    tracked.run()
    assert len(tracked.orders()) == 4
    assert line(tracked, "A-1").text("shortage") == "缺料"
    assert len(Hand(path).orders()) == 4


def test_what_somebody_typed_into_the_stand_in_is_not_taken_away(tracked, path):
    owner, latest = path.with_name(f"~${TRACKER}"), path.with_name("order-tracker.latest.xlsx")
    owner.write_bytes(b"")
    tracked.drop("4.xlsx", order_no="A-4")
    tracked.run(DAY)
    latest.chmod(0o644)
    Hand(latest).type("A-1", SHORTAGE, "写错了地方").save()
    owner.unlink()
    tracked.run(DAY)
    assert Hand(latest).cell("A-1", SHORTAGE).value == "写错了地方"
    assert Hand(path).orders() == ["A-1", "A-2", "A-3", "A-4"]


def test_a_tracker_that_is_just_being_saved_is_not_made_anew(tracked, path):
    aside = path.with_name("aside.tmp")
    path.rename(aside)  # Excel deletes the old file before it renames the new one
    path.with_name(f"~${TRACKER}").write_bytes(b"")
    assert tracked.run(DAY).exit_code == 4
    assert not path.exists()


def test_a_generation_id_that_is_none_is_not_believed(tracked, path):
    book = openpyxl.load_workbook(path)
    (known,) = [one for one in book.custom_doc_props.props if one.name == "xltools-generation"]
    known.value = "../../inbox/x"
    book.save(path)
    Hand(path).type("A-1", SHORTAGE, "缺料").save()
    assert tracked.run(DAY).exit_code == 0
    assert line(tracked, "A-1").text("shortage") == "缺料"


def test_a_line_that_was_split_stays_a_question_run_after_run(tracked, path):
    hand = Hand(path)
    row = hand.copy_row("A-2")
    hand.cell("A-2", "订单数").value = 60
    hand.sheet.cell(row, hand.column("订单数")).value = 40
    hand.save()
    for day in range(3):
        tracked.run(DAY + dt.timedelta(days=day))
        assert len(tracked.orders()) == 3
    assert ("row twice", "A-2") in [item[:2] for item in open_items(path)]


def test_a_row_typed_without_a_customer_joins_no_order_above_it(tracked, path):
    hand = Hand(path)
    hand.type_row(客户="宁波泰衡电子有限公司", 品名="支架", 订单数=40)
    hand.type_row(品名="端盖", 订单数=5)
    hand.save()
    tracked.run()
    assert len(tracked.orders()) == 4
    assert [item[0] for item in open_items(path)] == ["row incomplete"]
    assert "端盖 | 5" in told(path)


def test_a_paper_of_a_later_revision_is_linked(tracked, path):
    tracked.drop("A-2 改.xlsx", order_no="A-2", revision=2, remark="改")
    tracked.approve_all().run(DAY)
    papers = line(tracked, "A-2"), tracked.orders()["A-2"].papers
    assert papers[1][-1].file in Hand(path).cell("A-2", "单据").value


def test_two_rows_of_one_number_for_two_customers_are_two_questions(tracked, path):
    hand = Hand(path)
    for customer in ("宁波泰衡电子有限公司", "海川机械"):
        hand.type_row(客户=customer, 品名="支架", 订单数=40, 订单编号="B-7")
    hand.save()
    for _ in range(2):
        result = tracked.run(DAY)
        assert [problem.code for problem in result.problems if problem.is_error] == ["order-twice-in-document"] * 2
        assert set(tracked.orders()) == {"A-1", "A-2", "A-3"}
        assert [item[:2] for item in open_items(path)] == [("row incomplete", "B-7")] * 2
    assert "more than once" in told(path)
    hand = Hand(path)
    hand.cell("B-7", "订单编号", line="None", which=1).value = "B-8"
    hand.save()
    tracked.run(DAY)
    assert [tracked.orders()[number].text("customer") for number in ("B-7", "B-8")] == [
        "宁波泰衡电子有限公司",
        "海川机械",
    ]
    assert not open_items(path)


def test_an_order_number_that_became_a_date_is_asked_for_until_it_is_none(tracked, path):
    hand = Hand(path)
    row = hand.type_row(客户="海川机械", 品名="支架", 订单数=40, 订单编号=dt.date(2026, 3, 5))
    hand.save()
    for _ in range(2):
        assert "order-number-is-date" in {problem.code for problem in tracked.run(DAY).problems}
        assert len(tracked.orders()) == 3
        assert [item[0] for item in open_items(path)] == ["row incomplete"]
    assert "apostrophe" not in told(path)
    assert "made a date" in told(path)
    hand = Hand(path)
    hand.sheet.cell(row, hand.column("订单编号")).value = "3-5"
    hand.save()
    tracked.run(DAY)
    assert "3-5" in tracked.orders()
    assert not open_items(path)


def test_a_copied_sheet_under_the_trackers_own_name_is_noticed(tracked, path):
    book = openpyxl.load_workbook(path)
    ours = book.worksheets[0]
    name = ours.title
    copy = book.copy_worksheet(ours)
    ours.title = "旧表"
    copy.title = name
    book.move_sheet(copy, -len(book.worksheets) + 1)
    book.save(path)
    Hand(path).type("A-1", SHORTAGE, "缺铜件").save()
    tracked.drop("4.xlsx", order_no="A-4")
    for _ in range(2):
        (problem,) = tracked.run(DAY).problems
        assert (problem.code, problem.place.sheet) == ("tracker-sheet-copied", name)
        assert dict(problem.values)["sheet"] == "旧表"
        Hand(path).save()
    assert Hand(path).cell("A-1", SHORTAGE).value == "缺铜件"


def test_a_copy_kept_for_the_record_is_nobodys_business(tracked, path):
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book.worksheets[0]).title = "3月10日"
    book.save(path)
    assert not tracked.run(DAY).problems
