"""What people typed into the tracker, told from what was written there."""

import datetime as dt

from builders import workbook
from intake_reading import rules, rules_with

from xltools.core.record import ScheduledDelivery
from xltools.intake.edits import read_edits

PROMISE = (ScheduledDelivery(dt.date(2026, 3, 30)),)
WRITTEN = {
    ("SO1", "1", "promised_date"): PROMISE,
    ("SO1", "1", "shortage"): "缺螺丝",
    ("SO1", "2", "promised_date"): None,
    ("SO1", "2", "shortage"): None,
}
HEAD = "| 订单编号 Order No. | 行号 Line | 承诺交期 Promised Date | 卡点/欠料 Shortage |"


def edit(*rows, head=HEAD, written=None, by=None):
    tracker = workbook("\n".join((head, *rows)), "order-tracker.xlsx")
    return read_edits(tracker, by or rules(), WRITTEN if written is None else written)


def typed(result):
    return [(one.order, one.line, one.field, one.value) for one in result[0]]


def told(result):
    return [(problem.code, problem.place.cell) for problem in result[1]]


def test_what_stands_as_it_was_written_is_no_edit():
    assert edit("| SO1 | 1 | 2026-03-30 | 缺螺丝 |", "| SO1 | 2 |  |  |") == ((), ())


def test_a_value_typed_over_is_an_edit_with_its_cell():
    edits, problems = edit("| SO1 | 1 | 2026-03-30 | 缺垫片 |")
    assert [(one.field, one.value, str(one.place)) for one in edits] == [
        ("shortage", "缺垫片", "order-tracker.xlsx Sheet1!D2")
    ]
    assert problems == ()


def test_a_value_blanked_is_an_edit_too():
    assert typed(edit("| SO1 | 1 |  | 缺螺丝 |")) == [("SO1", "1", "promised_date", None)]


def test_a_date_in_other_words_is_the_same_date():
    assert edit("| SO1 | 1 | '2026/3/30 | 缺螺丝 |") == ((), ())


def test_text_where_a_date_belongs_is_kept_and_told():
    result = edit("| SO1 | 1 | 下月初 | 缺螺丝 |")
    assert typed(result) == [("SO1", "1", "promised_date", "下月初")]
    assert told(result) == [("edit-kept-as-text", "C2")]


def test_text_that_was_kept_before_is_not_told_again():
    written = {("SO1", "1", "promised_date"): "下月初", ("SO1", "1", "shortage"): None}
    assert edit("| SO1 | 1 | 下月初 |  |", written=written) == ((), ())


def test_rows_sorted_and_columns_moved_are_found_by_key_and_header():
    head = "| 卡点/欠料 | 自己的列 | 行号 | 承诺交期 | 订单编号 |"
    result = edit("|  | x | 2 |  | SO1 |", "| 缺螺丝 | y | 1 | 2026-04-15 | SO1 |", head=head)
    assert typed(result) == [("SO1", "1", "promised_date", (ScheduledDelivery(dt.date(2026, 4, 15)),))]
    assert told(result) == []


def test_a_column_that_was_taken_away_is_no_edit_and_is_told():
    result = edit("| SO1 | 1 |", head="| 订单编号 | 行号 |")
    assert (typed(result), {code for code, _ in told(result)}) == ([], {"tracker-column-missing"})


def test_values_that_are_not_theirs_are_not_read():
    head = "| 订单编号 | 行号 | 客户 | 订单数 | 卡点/欠料 |"
    assert typed(edit("| SO1 | 1 | 别人 | 999 | 缺螺丝 |", head=head)) == []


def test_a_number_cell_as_key_is_the_same_number():
    written = {("10248", "1", "shortage"): None}
    result = edit("| 10248 | 1 |  | 缺螺丝 |", written=written | {("10248", "1", "promised_date"): None})
    assert typed(result) == [("10248", "1", "shortage", "缺螺丝")]


def test_a_row_without_its_key_is_told_unless_it_is_blank():
    result = edit("| SO1 |  |  | 缺螺丝 |", "|  |  |  |  |", "| SO1 | 1 | 2026-03-30 | 缺螺丝 |")
    assert (typed(result), told(result)) == ([], [("tracker-row-unkeyed", "A2")])


def test_a_row_of_an_order_that_is_not_there_is_told_once():
    result = edit("| SO9 | 1 | 2026-03-30 | 缺螺丝 |")
    assert (typed(result), told(result)) == ([], [("tracker-row-unknown", "A2")])


def test_a_column_that_became_theirs_since_the_tracker_was_written_hides_no_other():
    written = {("SO1", "1", "shortage"): "缺螺丝"}
    result = edit("| SO1 | 1 | 2026-03-30 | 缺垫片 |", written=written)
    assert (typed(result), told(result)) == ([("SO1", "1", "shortage", "缺垫片")], [])


def test_a_line_copied_and_left_as_it_was_is_no_edit():
    assert edit(*["| SO1 | 1 | 2026-03-30 | 缺螺丝 |"] * 2) == ((), ())


def test_of_a_line_copied_neither_row_speaks_for_the_line_where_they_differ():
    # Copied for a repeat order, as people do: what they type in the copy is not about the line it was copied from.
    result = edit("| SO1 | 1 | 2026-03-30 | 缺螺丝 |", "| SO1 | 1 | 2026-03-30 | 缺垫片 |")
    assert (typed(result), told(result)) == ([], [("tracker-edits-differ", "D3")])


def test_a_line_that_two_rows_change_differently_is_told_and_neither_is_taken():
    result = edit("| SO1 | 1 | 2026-04-15 | 缺垫片 |", "| SO1 | 1 | 2026-04-15 | 缺料 |")
    assert typed(result) == [("SO1", "1", "promised_date", (ScheduledDelivery(dt.date(2026, 4, 15)),))]
    assert told(result) == [("tracker-edits-differ", "D3")]


def test_a_tracker_without_its_keys_is_told_and_nothing_is_read():
    result = edit("| SO1 | 缺垫片 |", head="| 订单编号 | 卡点/欠料 |")
    assert (typed(result), told(result)) == ([], [("tracker-not-found", "")])


def test_the_tracker_is_found_among_sheets_of_their_own():
    summary, copy = "== 汇总\n| 客户 | 订单数 |\n| 示例 | 3 |", f"== 备份 (hidden)\n{HEAD}\n| SO1 | 1 |  | 旧 |"
    theirs = f"== 总表\n| 标题 |\n{HEAD}\n| SO1 | 1 | 2026-03-30 | 缺垫片 |"
    edits, _ = read_edits(workbook("\n".join((summary, copy, theirs)), "t.xlsx"), rules(), WRITTEN)
    assert [str(one.place) for one in edits] == ["t.xlsx 总表!D3"]


def test_a_formula_is_text_like_any_other():
    assert typed(edit("| SO1 | 1 | 2026-03-30 | =A1+1 |")) == [("SO1", "1", "shortage", "=A1+1")]


EDITABLE_OWNER = "header:\n  - {name: owner, editable: true}\n"
OWNERS = {("SO1", "1", "owner"): "李雯", ("SO1", "2", "owner"): "李雯"}
OWNER_HEAD = "| 订单编号 | 行号 | 业务员 |"


def test_a_value_of_the_whole_order_may_be_theirs_too():
    by = rules_with(forms__order_intake=EDITABLE_OWNER)
    result = edit("| SO1 | 1 | 李雯 |", "| SO1 | 2 | 陈晨 |", head=OWNER_HEAD, written=OWNERS, by=by)
    assert (typed(result), told(result)) == ([("SO1", "2", "owner", "陈晨")], [])


def test_a_value_of_the_whole_order_that_two_rows_change_differently_is_not_taken():
    by = rules_with(forms__order_intake=EDITABLE_OWNER)
    result = edit("| SO1 | 1 | 王芳 |", "| SO1 | 2 | 陈晨 |", head=OWNER_HEAD, written=OWNERS, by=by)
    assert (typed(result), told(result)) == ([], [("tracker-edits-differ", "C3")])
