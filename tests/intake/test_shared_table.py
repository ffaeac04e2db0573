"""A table of ours is found whatever people did to its sheet, and nothing of theirs is taken for it."""

import pytest
from builders import workbook
from tracker_reading import (
    HEAD,
    ROWS,
    asked,
    find,
    is_untouched,
    left,
    read,
    told,
    tracker,
    typed,
    whole_table,
    written,
)

from xltools.core.sheet import NamedTable, Range, Workbook
from xltools.intake.shared_table import find_shared_table

ONE, TWO, THREE = ROWS
BEFORE = written(*ROWS)
LABELS = {"业务员owner": "owner", "事项todo": "task", "客户customer": "customer"}


def book_of(*sheets, tables=None):
    text = "\n".join(f"== {name}\n{rows}" for name, rows in sheets)
    return Workbook("t.xlsx", "0" * 64, workbook(text, "t.xlsx").sheets, tables=tables or {})


def lines(*rows, head=HEAD):
    return "\n".join((head, *rows))


def cells(row):
    return row.strip("| ").split(" | ")


def pipe(words):
    return "| " + " | ".join(words) + " |"


def rearranged(change):
    """The tracker after a change of its columns: a function of a row's words and whether it is the header."""
    head = pipe(change(cells(HEAD), True))
    rows = [pipe(change([word.strip() for word in row[1:-1].split("|")], False)) for row in ROWS]
    return left(*rows, head=head)


def renamed(old, new):
    return left(*ROWS, head=HEAD.replace(old, new))


def test_columns_moved_and_inserted_are_no_edits():
    assert is_untouched(rearranged(lambda words, _: words[::-1]))
    assert is_untouched(rearranged(lambda words, head: [words[0], "催货" if head else "x", *words[1:]]))


def test_columns_renamed_are_known_by_what_stands_under_them():
    for old in ("客户 Customer", "承诺交期 Promised Date", "订单数 Ordered", "订单编号 Order No.", "行号 Line"):
        assert is_untouched(renamed(old, "改过的名")), old


def test_both_keys_renamed_are_known_by_what_stands_under_them():
    assert is_untouched(left(*ROWS, head=HEAD.replace("订单编号 Order No.", "单").replace("行号 Line", "行")))


def test_a_renamed_key_is_told_from_a_column_of_theirs_by_its_neighbours_or_not_at_all():
    def line(words, head):
        return "行?" if head else words[-1]

    # A column of small numbers of their own holds the same as the line numbers.
    beside = rearranged(lambda words, head: ["优先" if head else words[-1], *words[:-1], line(words, head)])
    assert is_untouched(beside)
    with pytest.raises(AssertionError, match="tracker-not-found"):
        rearranged(lambda words, head: [*words[:-1], line(words, head), "优先" if head else words[-1]])


def test_a_blank_column_renamed_is_known_by_its_neighbours():
    head = HEAD.replace("| 订单编号", "| 备注 Remark | 订单编号")
    rows = [row.replace("| SO1 |", "|  | SO1 |").replace("| SO2 |", "|  | SO2 |") for row in ROWS]
    before = written(*rows, head=head)
    assert is_untouched(left(*rows, head=head.replace("备注 Remark", "催货记录"), before=before))


def test_a_column_of_theirs_full_of_things_where_a_blank_one_of_ours_was_is_not_ours():
    head = HEAD.replace("| 订单编号", "| 备注 Remark | 订单编号")
    blank, full = (
        [row.replace("| SO1 |", f"| {word} | SO1 |").replace("| SO2 |", f"| {word} | SO2 |") for row in ROWS]
        for word in ("", "已催")
    )
    reading = left(*full, head=head.replace("备注 Remark", "催货"), before=written(*blank, head=head))
    assert (typed(reading), told(reading)) == ([], [("tracker-column-missing", "A1")])


def test_their_column_with_a_name_like_ours_is_not_taken_for_ours():
    head = HEAD.replace("| 订单编号", "| 备注 Remark | 订单编号")
    rows = [row.replace("| SO1 |", "| 急 | SO1 |").replace("| SO2 |", "| 缓 | SO2 |") for row in ROWS]
    before = written(*rows, head=head)
    theirs = [row.replace("| ", "| 自己的话 | ", 1) for row in rows]
    assert is_untouched(left(*theirs, head=head.replace("| ", "| 备注 | ", 1), before=before))


def test_a_removed_table_is_found_by_its_headers_under_a_letterhead():
    title = "| 订单总表 |\n| 截至 2026-03-30 |"
    book = book_of(("早会", "| 议题 |\n| 交期 |"), ("总表", "\n".join((title, HEAD, *ROWS))))
    reading = read(book, BEFORE)
    assert is_untouched(reading)
    assert (reading.found.sheet.name, reading.found.block.top, reading.found.caption()) == (
        "总表",
        2,
        "截至 2026-03-30",
    )


def test_a_renamed_sheet_is_found_by_its_table():
    sheet = workbook(f"== 我的总表\n{lines(*ROWS)}").sheets[0]
    book = Workbook("t.xlsx", "0" * 64, (sheet,), tables={"Tracker": whole_table(sheet, "Tracker")})
    assert is_untouched(read(book, BEFORE))


def test_of_copies_of_the_sheet_the_one_with_the_table_counts_then_the_one_that_was_written():
    old = lines(*(row.replace("缺螺丝", "旧") for row in ROWS))
    ours = workbook(f"== Sheet1\n{lines(*ROWS)}").sheets[0]
    copy = ("备份", old)
    assert is_untouched(read(book_of(copy, ("Sheet1", lines(*ROWS))), BEFORE))
    both = book_of(copy, ("Sheet1", lines(*ROWS)), tables={"Tracker": whole_table(ours, "Tracker")})
    assert is_untouched(read(both, BEFORE))


def test_a_hidden_copy_is_not_the_tracker():
    book = book_of(("备份 (hidden)", lines(ONE.replace("缺螺丝", "旧"), TWO, THREE)), ("总表", lines(*ROWS)))
    assert is_untouched(read(book, BEFORE))


def test_a_list_of_their_own_with_a_few_of_our_headers_is_not_the_tracker():
    assert find(book_of(("清单", "| 订单编号 | 行号 | 卡点/欠料 |\n| SO1 | 1 | 缺料 |")), BEFORE) is None


def test_another_table_of_ours_is_never_taken_for_one_that_was_taken_away():
    sheet = workbook(f"== 总表\n{lines(*ROWS)}").sheets[0]
    book = Workbook("t.xlsx", "0" * 64, (sheet,), tables={"Tracker": whole_table(sheet, "Tracker")})
    assert find_shared_table(book, "Other", {"客户customer": "customer", "品名product": "product"}, (), None) is None
    # Nor where its table was removed: a list without a key is written over from the top.
    assert find_shared_table(Workbook("t.xlsx", "", (sheet,)), "Today", LABELS, (), None) is None


def test_a_table_without_a_key_is_found_by_all_its_headers():
    book = book_of(("今日", "| 业务员 Owner | 事项 To Do | 客户 Customer |\n| 李雯 | 催料 | 泰衡 |\n| 李雯 |  |  |"))
    found = find_shared_table(book, "Today", LABELS, (), None)
    assert found.rows_by_position() == {("0",): 1, ("1",): 2}
    state = found.state(found.rows_by_position())
    assert [state.texts(key) for key in state.rows] == [
        {"owner": "李雯", "task": "催料", "customer": "泰衡"},
        {"owner": "李雯", "task": "", "customer": ""},
    ]


def test_what_was_typed_under_a_table_is_read_and_the_block_stays_the_tables():
    sheet = tracker(*ROWS).sheets[0]
    named = NamedTable("Tracker", sheet.name, Range(0, 0, 2, 10), tuple(cells(HEAD)))
    found = find(Workbook("t.xlsx", "", (sheet,), tables={"Tracker": named}), BEFORE)
    assert (found.block, found.bottom) == (Range(0, 0, 2, 10), 3)
    state = found.state(found.rows_by_key(("order_no", "line_no")))
    assert (state.below, sorted(row for row, _ in state.rows.values())) == ((3,), [1, 2, 3])


def test_what_lies_under_a_row_of_totals_is_not_read():
    sheet = tracker(*ROWS).sheets[0]
    named = NamedTable("Tracker", sheet.name, Range(0, 0, 1, 10), tuple(cells(HEAD)), has_totals=True)
    assert find(Workbook("t.xlsx", "", (sheet,), tables={"Tracker": named}), BEFORE).bottom == 1


def test_blank_rows_at_the_end_are_free_unless_people_wrote_beside():
    head = f"{HEAD} 自己的列 |"
    noted = f"{'| ' * 12}催货 |"
    found = find(tracker(f"{ONE} x |", "|  |", f"{TWO} |", noted, "|  |", "|  |", head=head, table="Tracker"))
    assert found.state(found.rows_by_key(("order_no", "line_no"))).free == (5, 6)


def test_of_rows_with_the_same_key_the_first_counts():
    found = find(tracker(ONE, TWO, ONE, table="Tracker"))
    assert found.rows_by_key(("order_no", "line_no")) == {("SO1", "1"): 1, ("SO1", "2"): 2}


def test_the_labels_of_either_language_are_enough_where_nothing_is_known():
    for at in (0, 1):
        head = pipe([word.split(" ", 1)[at] for word in cells(HEAD)])
        assert len(find(tracker(*ROWS, head=head, table="Tracker")).columns) == len(BEFORE.columns)


def test_sheets_with_anything_in_them_are_no_trouble():
    assert find(Workbook("t.xlsx", "", ())) is None
    assert find(book_of(("空", "| |"))) is None
    assert asked(left()) == [("row-deleted", "SO1", "1"), ("row-deleted", "SO1", "2"), ("row-deleted", "SO2", "1")]
