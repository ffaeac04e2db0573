"""Which row is which order line, whatever people did to the rows."""

from tracker_reading import HEAD, KNOWN, ROWS, asked, is_untouched, left, read, told, tracker, typed, written

ONE, TWO, THREE = ROWS
FOUR = "| 海川 | SO2-2 | PO-9 | P3 | 法兰 | 60 | 2026-04-11 | 2026-04-12 |  | SO2 | 2 |"


def kept(reading):
    return {"-".join(key): row for key, row in reading.rows.kept.items()}


def cells_restored(reading):
    return [(one.order, one.line, *one.cells) for one in reading.findings if one.kind == "cells-restored"]


def test_rows_sorted_are_the_same_rows():
    assert is_untouched(left(THREE, ONE, TWO))


def test_blank_rows_between_them_mean_nothing():
    assert is_untouched(left(ONE, "|  |", TWO, "| '  |", THREE))


def test_a_copy_that_says_nothing_of_its_own_is_asked_about_and_the_row_as_written_is_the_line():
    for rows in ((ONE, ONE, TWO, THREE), (ONE.replace("缺螺丝", "缺料"), ONE, TWO, THREE)):
        reading = left(*rows)
        assert (asked(reading), reading.typed, typed(reading)) == ([("row-duplicated", "SO1", "1")], None, [])


def test_a_copy_keeps_its_place_as_a_copy_when_the_first_was_changed_more():
    changed = ONE.replace("缺螺丝", "缺料").replace("500", "300")
    assert left(changed, TWO, THREE, ONE).rows.copied == ((1, ("SO1", "1")),)


def test_a_key_typed_over_is_put_back_and_told():
    reading = left(ONE.replace("| SO1 | 1 |", "| 错了 | 1 |"), TWO, THREE)
    assert kept(reading) == {"SO1-1": 1, "SO1-2": 2, "SO2-1": 3}
    assert cells_restored(reading) == [("SO1", "1", ("order_no", "错了", "SO1"))]
    assert reading.typed is None


def test_a_key_blanked_is_put_back_and_what_was_typed_in_the_row_counts():
    reading = left(
        ONE, TWO, THREE.replace("| SO2 | 1 |", "|  |  |").replace("2026-04-10 |  |", "2026-04-10 | 2026-05-01 |")
    )
    assert cells_restored(reading) == [("SO2", "1", ("order_no", "", "SO2"), ("line_no", "", "1"))]
    assert [(one.order, one.line, one.field) for one in reading.edits] == [("SO2", "1", "promised_date")]


def test_a_leading_zero_lost_by_excel_is_put_back():
    before = written(ONE.replace("| SO1 |", "| '0010248 |"), TWO, THREE)
    known = KNOWN | {("0010248", "1")}
    reading = read(tracker(ONE.replace("| SO1 |", "| 10248 |"), TWO, THREE, table="Tracker"), before, known)
    assert cells_restored(reading) == [("0010248", "1", ("order_no", "10248", "0010248"))]


def test_a_key_filled_down_over_other_rows_makes_no_copies():
    reading = left(ONE, TWO.replace("| SO1 | 2 |", "| SO1 | 1 |"), THREE.replace("| SO2 | 1 |", "| SO1 | 1 |"))
    assert kept(reading) == {"SO1-1": 1, "SO1-2": 2, "SO2-1": 3}
    assert reading.rows.copied == ()


def test_keys_sorted_without_their_rows_are_put_back():
    # Sorting a selection instead of the table: each row has another's key, and would give it its promise.
    rows = [ONE.replace("| SO1 | 1 |", "| SO2 | 1 |"), TWO.replace("| SO1 | 2 |", "| SO1 | 1 |"),
            THREE.replace("| SO2 | 1 |", "| SO1 | 2 |")]  # fmt: skip
    reading = left(*rows)
    assert kept(reading) == {"SO1-1": 1, "SO1-2": 2, "SO2-1": 3}
    assert typed(reading) == []
    assert {kind for kind, _, _ in asked(reading)} == {"cells-restored"}


def test_two_rows_with_each_others_keys_are_told_apart():
    reading = left(ONE.replace("| SO1 | 1 |", "| SO1 | 2 |"), TWO.replace("| SO1 | 2 |", "| SO1 | 1 |"), THREE)
    assert kept(reading) == {"SO1-1": 1, "SO1-2": 2, "SO2-1": 3}


def test_a_row_that_was_typed_over_altogether_is_still_the_line_of_its_key():
    reading = left(ONE, TWO, "| 新客户 | x | y | z | 新品 | 1 | 2026-12-01 |  |  | SO2 | 1 |")
    assert kept(reading)["SO2-1"] == 3
    assert asked(reading) == [("cells-restored", "SO2", "1")]


def test_a_copy_for_a_repeat_order_is_not_taken_for_a_row_that_was_deleted():
    before = written(ONE, TWO, THREE, FOUR)
    book = tracker(ONE, TWO, THREE, THREE.replace("| 80 |", "| 90 |"), table="Tracker")
    reading = read(book, before, KNOWN | {("SO2", "2")})
    assert reading.rows.copied == ((4, ("SO2", "1")),)
    assert asked(reading) == [("row-deleted", "SO2", "2")]


def test_a_copy_that_was_taken_as_an_order_but_could_not_be_given_its_key_is_that_order():
    copy = ONE.replace("| 500 |", "| 700 |")
    first = left(ONE, copy, TWO, THREE)
    assert first.rows.copied == ((2, ("SO1", "1")),)
    taken = first.found.state({**first.rows.kept, ("SO3", "1"): 2})
    again = read(tracker(ONE, TWO, copy, THREE, table="Tracker"), taken, KNOWN | {("SO3", "1")})
    assert kept(again) == {"SO1-1": 1, "SO1-2": 2, "SO3-1": 3, "SO2-1": 4}
    assert (again.rows.copied, again.typed, asked(again)) == ((), None, [])


def test_rows_are_orders_notes_or_sums():
    hand = "| 泰衡 |  |  | P9 | 轴套 | 30 | 2026-05-01 |  |  |  |  |"
    note = "| 早会：先做这个 |  |  |  |  |  |  |  |  |  |  |"
    total = "| 合计： |  |  |  | 三项 | 780 |  |  |  |  |  |"
    reading = left(*ROWS, hand, note, total, HEAD)
    assert (reading.rows.typed, reading.rows.notes) == ((4,), (5, 6, 7))
    assert told(reading) == [("tracker-row-unkeyed", f"A{row}") for row in (6, 7, 8)]


def test_without_a_base_rows_are_known_by_the_ledger():
    reading = read(tracker(ONE, ONE, TWO, "| 泰衡 |  |  |  | 轴套 | 3 |  |  |  | SO9 | 1 |", table="Tracker"))
    assert (kept(reading), reading.rows.copied) == ({"SO1-1": 1, "SO1-2": 3}, ((2, ("SO1", "1")),))
    assert (reading.rows.typed, reading.rows.gone) == ((4,), ())
