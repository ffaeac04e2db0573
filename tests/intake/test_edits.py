"""What people did to the tracker, told from what was written there."""

import datetime as dt

from builders import workbook
from intake_reading import rules, rules_with
from tracker_reading import KNOWN, ROWS, asked, is_untouched, left, read, told, tracker, typed, written

from xltools.core.problem import Problem
from xltools.core.record import Answer, ScheduledDelivery
from xltools.intake.edits import MOST_QUESTIONS, read_answers, read_overwritten, read_tracker
from xltools.intake.shared_table import find_shared_table

ONE, TWO, THREE = ROWS
# Lines as (shortage, promise, key) are easier on the eye where the rest does not matter.
SHORT = "| 承诺交期 Promised Date | 卡点/欠料 Shortage | 订单编号 Order No. | 行号 Line |"
BEFORE = ("| 2026-03-30 | 缺螺丝 | SO1 | 1 |", "|  |  | SO1 | 2 |")


def short(*rows, before=BEFORE, by=None):
    return left(*rows, head=SHORT, before=written(*before, head=SHORT) if before else None, by=by)


def promise(text):
    return (ScheduledDelivery(dt.date.fromisoformat(text)),)


def test_what_stands_as_it_was_written_is_no_edit():
    assert is_untouched(left(*ROWS))


def test_a_value_typed_over_is_an_edit_with_its_cell_and_what_stood_there():
    (edit,) = left(ONE.replace("缺螺丝", "缺垫片"), TWO, THREE).edits
    assert (edit.field, edit.value, edit.was, str(edit.place)) == (
        "shortage",
        "缺垫片",
        "缺螺丝",
        "order-tracker.xlsx Sheet1!I2",
    )


def test_an_edit_names_who_saved_the_workbook():
    book = tracker(ONE.replace("缺螺丝", "缺垫片"), TWO, THREE, table="Tracker")
    assert [edit.by for edit in read(book, written(*ROWS)).edits] == ["王芳"]


def test_a_value_blanked_is_an_edit_too():
    assert typed(short("|  | 缺螺丝 | SO1 | 1 |", BEFORE[1])) == [("SO1", "1", "promised_date", None)]


def test_a_cell_blanked_with_the_space_bar_is_blank():
    assert is_untouched(short("| 2026-03-30 | 缺螺丝 | SO1 | 1 |", "| '  | '   | SO1 | 2 |"))


def test_a_date_in_other_words_or_formats_is_the_same_date():
    for word in ("'2026/3/30", "'2026年3月30日", "46111", "'46111"):
        assert is_untouched(short(f"| {word} | 缺螺丝 | SO1 | 1 |", BEFORE[1])), word


def test_text_where_a_date_belongs_is_kept_and_told_once():
    reading = short("| 下月初 | 缺螺丝 | SO1 | 1 |", BEFORE[1])
    assert typed(reading) == [("SO1", "1", "promised_date", "下月初")]
    assert told(reading) == [("edit-kept-as-text", "A2")]
    assert is_untouched(short("| 下月初 |  | SO1 | 1 |", before=("| 下月初 |  | SO1 | 1 |",)))


def test_cells_that_say_nothing_are_told_and_left_alone_until_they_are_mended():
    rows = ("| #N/A | 缺螺丝 | SO1 | 1 |", "|  | {=VLOOKUP(A1,欠料,2)} | SO1 | 2 |")
    reading = short(*rows)
    assert (typed(reading), told(reading)) == ([], [("cell-error", "A2"), ("formula-not-calculated", "B3")])
    assert reading.spared == {(1, 0), (2, 1)}
    # What is known of the file after a run that wrote nothing: they are told again, and what replaces them is an edit.
    known = reading.found.state(reading.rows.kept)
    again = read(tracker(*rows, head=SHORT), known)
    assert (told(again), again.spared) == (told(reading), reading.spared)
    mended = read(tracker("| 2026-04-15 | 缺螺丝 | SO1 | 1 |", rows[1], head=SHORT), known)
    assert [(edit.value, edit.was) for edit in mended.edits] == [(promise("2026-04-15"), promise("2026-03-30"))]


def test_error_cells_in_columns_of_ours_are_put_back_like_anything_typed_there():
    reading = left(ONE.replace("500", "#REF!"), TWO, THREE)
    assert reading.spared == frozenset()
    assert [one.cells for one in reading.findings] == [(("quantity", "#REF!", "500"),)]


def test_a_link_of_ours_that_was_saved_uncalculated_is_no_edit():
    head = "| 来源 Source | 卡点/欠料 Shortage | 订单编号 Order No. | 行号 Line |"
    before = written("| A21 order.xlsx |  | SO1 | 1 |", head=head)
    row = '| {=HYPERLINK("archive/order.xlsx","A21 order.xlsx")} |  | SO1 | 1 |'
    assert is_untouched(left(row, head=head, before=before))


def test_cells_typed_over_ours_are_one_finding_a_row():
    reading = left(ONE.replace("端盖", "端盖B").replace("500", "501"), TWO, THREE.replace("海川", ""))
    assert asked(reading) == [("cells-restored", "SO1", "1"), ("cells-restored", "SO2", "1")]
    first, second = reading.findings
    assert first.cells == (("product", "端盖B", "端盖"), ("quantity", "501", "500"))
    assert (first.place.cell, second.cells) == ("E2", (("customer", "", "海川"),))
    assert typed(reading) == []


def test_a_column_that_was_taken_away_is_no_edit_and_is_told():
    head, before = SHORT.replace("| 承诺交期 Promised Date ", ""), written(*BEFORE, head=SHORT)
    reading = left("| 缺螺丝 | SO1 | 1 |", "|  | SO1 | 2 |", head=head, before=before)
    assert (typed(reading), told(reading)) == ([], [("tracker-column-missing", "A1")])


def test_a_number_cell_as_key_is_the_same_number():
    before = written("|  |  | '10248 | '1 |", head=SHORT)
    reading = read(tracker("|  | 缺料 | 10248 | 1 |", head=SHORT), before, {("10248", "1")})
    assert (typed(reading), asked(reading)) == ([("10248", "1", "shortage", "缺料")], [])


def test_where_the_base_is_not_known_what_is_typed_counts_and_blanks_do_not():
    reading = read(tracker(*BEFORE, head=SHORT, table="Tracker"))
    assert [(one.field, one.value, one.was, one.base_known) for one in reading.edits] == [
        ("promised_date", promise("2026-03-30"), None, False),
        ("shortage", "缺螺丝", None, False),
    ]
    assert (asked(reading), told(reading)) == ([], [])


def test_a_line_that_was_not_written_yet_is_read_without_a_base():
    reading = short(*BEFORE, "|  | 缺铜 | SO2 | 1 |")
    assert [(one.order, one.value, one.base_known) for one in reading.edits] == [("SO2", "缺铜", False)]


def test_a_deleted_row_is_asked_about_and_many_are_one_problem():
    assert asked(left(ONE, THREE)) == [("row-deleted", "SO1", "2")]
    many = [f"|  |  | SO9 | {line} |" for line in range(1, MOST_QUESTIONS + 3)]
    known = {("SO9", str(line)) for line in range(1, MOST_QUESTIONS + 3)}
    reading = read(tracker(many[0], head=SHORT), written(*many, head=SHORT), known)
    assert (asked(reading), told(reading)) == ([], [("tracker-rows-gone", "A1")])


def test_a_deleted_row_of_an_order_that_is_no_more_is_not_asked_about():
    assert asked(read(tracker(ONE, THREE), written(*ROWS), KNOWN - {("SO1", "2")})) == []


def test_a_row_that_is_no_order_is_told():
    reading = left(*ROWS, "|  |  |  |  | 早会讨论 |  |  |  |  |  |  |")
    assert (told(reading), reading.typed) == ([("tracker-row-unkeyed", "A5")], None)


def test_a_tracker_without_its_keys_is_told_and_nothing_is_read():
    reading = read_tracker(tracker("| SO1 | 缺垫片 |", head="| 订单编号 | 卡点/欠料 |"), rules(), None, KNOWN)
    assert isinstance(reading, Problem)
    assert reading.code == "tracker-not-found"


def test_a_formula_that_comes_to_text_is_text_like_any_other():
    assert typed(short("| 2026-03-30 | =A1+1 | SO1 | 1 |", BEFORE[1])) == [("SO1", "1", "shortage", "=A1+1")]


OWNER = "header:\n  - {name: owner, editable: true}\n"
OWNER_HEAD = "| 订单编号 Order No. | 行号 Line | 业务员 Sales Owner |"
OWNERS = ("| SO1 | 1 | 李雯 |", "| SO1 | 2 | 李雯 |")


def owned(*rows):
    by = rules_with(forms__order_intake=OWNER)
    return left(*rows, head=OWNER_HEAD, before=written(*OWNERS, head=OWNER_HEAD), by=by)


def test_a_value_of_the_whole_order_typed_in_one_of_its_rows_is_one_edit():
    reading = owned("| SO1 | 1 | 李雯 |", "| SO1 | 2 | 陈晨 |")
    assert (typed(reading), told(reading)) == ([("SO1", "2", "owner", "陈晨")], [])
    assert typed(owned("| SO1 | 1 | 陈晨 |", "| SO1 | 2 | 陈晨 |")) == [("SO1", "1", "owner", "陈晨")]


def test_a_value_of_the_whole_order_that_two_rows_change_differently_is_not_taken_and_not_lost():
    rows = ("| SO1 | 1 | 王芳 |", "| SO1 | 2 | 陈晨 |")
    reading = owned(*rows)
    assert (typed(reading), told(reading)) == ([], [("tracker-edits-differ", "C3")])
    assert reading.spared == {(1, 2), (2, 2)}
    known = reading.found.state(reading.rows.kept)
    again = left(*rows, head=OWNER_HEAD, before=known, by=rules_with(forms__order_intake=OWNER))
    assert told(again) == told(reading)


def test_what_was_typed_over_prices_is_found_and_nothing_of_it_is_an_edit():
    labels = {"订单编号orderno.": "order_no", "行号line": "line_no", "单价unitprice": "unit_price"}
    head = "| 订单编号 Order No. | 行号 Line | 单价 Unit Price |"
    book = tracker("| SO1 | 1 | 3.5 |", head=head, table="Prices")
    found = find_shared_table(book, "Prices", labels, ("order_no", "line_no"), None)
    before = found.state(found.rows_by_key(("order_no", "line_no")))
    changed = tracker("| SO1 | 1 | 3.6 |", head=head, table="Prices")
    (finding,) = read_overwritten(changed, "Prices", labels, before, KNOWN)
    assert (finding.kind, finding.cells) == ("cells-restored", (("unit_price", "3.6", "3.5"),))
    assert read_overwritten(book, "Prices", labels, before, KNOWN) == ()


def test_answers_are_what_stands_beside_an_item():
    labels = {"编号no.": "id", "处理answer": "answer"}
    book = workbook("| 编号 No. | 处理 Answer |\n| T-0001 | 取消 |\n| T-0002 |  |\n|  | 早会 |", "t.xlsx")
    found = find_shared_table(book, "ToResolve", labels, ("id",), None)
    assert read_answers(found, "王芳") == (Answer("T-0001", "取消", book.sheets[0].place(1, 1), "王芳"),)


def test_an_answer_that_was_written_there_is_no_answer_and_one_changed_says_what_it_was():
    labels = {"编号no.": "id", "处理answer": "answer"}
    text = "| 编号 No. | 处理 Answer |\n| T-0001 | 取消 |\n| T-0002 | 好 |"
    before = find_shared_table(workbook(text, "t.xlsx"), "ToResolve", labels, ("id",), None)
    before = before.state(before.rows_by_key(("id",)))
    book = workbook(text.replace("取消", "不取消"), "t.xlsx")
    found = find_shared_table(book, "ToResolve", labels, ("id",), before)
    (changed,) = read_answers(found, "王芳", before)
    assert (changed.item, changed.text, changed.was) == ("T-0001", "不取消", "取消")
