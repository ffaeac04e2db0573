"""Rows that people typed or copied in the tracker are orders, read like any that come in."""

import datetime as dt
from decimal import Decimal

import pytest
from builders import RECEIVED, no_tables
from intake_reading import orders, rules, table
from tracker_reading import HEAD, ROWS, asked, left, read, told, tracker

from xltools.core.record import ScheduledDelivery
from xltools.intake.document import read_matched

ONE, TWO, THREE = ROWS
TABLES = no_tables() | {
    "products": table(
        "products", "| 产品编码 | 品名 | 单位 |\n| P1 | 端盖 | 件 |\n| P2 | 垫片 | 件 |\n| P9 | 轴套 | 件 |"
    ),
    "orders": orders(
        "| 订单号 | 客户 | 产品编码 | 品名 | 数量 | 单价 |\n| SO1 | 泰衡 | P1 | 端盖 | 500 | 3.5 |\n"
        "| SO1 | 泰衡 | P2 | 垫片 | 200 | 0.8 |"
    ),
}


def taken(*rows, head=HEAD, before=None):
    """The document that the rows beside ROWS are, with the problems of reading it."""
    reading = left(*rows, head=head, before=before)
    assert reading.typed, asked(reading)
    return read_matched(reading.typed, tracker(*rows, head=head), rules(), TABLES, RECEIVED)


def order(reading):
    (record,) = reading.document.records
    return record


def line(reading):
    (found,) = order(reading).lines
    return found


def test_a_row_typed_by_hand_is_an_order_and_its_values_have_their_cells():
    reading = taken(*ROWS, "| 泰衡 |  | PO-30 | P9 | 轴套 | 30 | 2026-05-01 | 2026-05-08 | 缺棒料 | SO9 |  |")
    record = order(reading)
    assert {name: record.text(name) for name in ("order_no", "customer", "customer_po")} == {
        "order_no": "SO9",
        "customer": "泰衡",
        "customer_po": "PO-30",
    }
    found = line(reading)
    assert (found.text("product_code"), found.text("product"), found.get("quantity")) == ("P9", "轴套", 30)
    assert found.get("promised_date") == (ScheduledDelivery(dt.date(2026, 5, 8)),)
    assert found.text("shortage") == "缺棒料"
    assert str(found.values["quantity"].place) == "order-tracker.xlsx Sheet1!F5"
    assert (reading.document.layout, reading.document.form) == ("order-tracker", "order-intake")


def test_a_row_without_a_number_is_an_order_without_one():
    reading = taken(*ROWS, "| 泰衡 |  |  | P9 |  | 30 |  |  |  |  |  |")
    assert (order(reading).text("order_no"), line(reading).text("product")) == ("", "轴套")


def test_the_number_may_stand_where_people_see_it():
    reading = taken(*ROWS, "| 泰衡 | SO9 |  | P9 | 轴套 | 30 |  |  |  |  |  |")
    assert (order(reading).text("order_no"), str(order(reading).values["order_no"].place)) == (
        "SO9",
        "order-tracker.xlsx Sheet1!B5",
    )


def test_two_rows_with_one_number_are_one_order():
    for first in (
        "| 泰衡 |  |  | P9 | 轴套 | 30 |  |  |  | SO9 |  |",
        "| 泰衡 | SO9 |  | P9 | 轴套 | 30 |  |  |  |  |  |",
    ):
        second = first.replace("轴套", "端盖").replace("P9", "P1")
        assert [one.text("product") for one in order(taken(ONE, first, TWO, second, THREE)).lines] == ["轴套", "端盖"]


def test_a_row_that_lacks_what_no_order_may_lack_is_kept_out_and_told():
    reading = taken(*ROWS, "| 泰衡 |  |  | P9 | 轴套 |  |  |  |  | SO9 |  |")
    assert (reading.document.records, len(reading.document.rejected)) == ((), 1)
    assert ("field-missing", "F5") in told(reading)


def test_what_the_desk_computes_is_no_input():
    head = HEAD.replace("| 订单编号", "| 欠数 Open | 来源 Source | 订单编号")
    reading = taken("| 泰衡 |  |  | P9 | 轴套 | 30 |  |  |  | 99 | A21 order.xlsx | SO9 |  |", head=head)
    assert order(reading).text("source") == ""
    assert not any(code == "choice-unknown" for code, _ in told(reading))


def test_a_copy_that_differs_in_what_is_ordered_is_a_repeat_order():
    for old, new in (("| 500 |", "| 800 |"), ("2026-03-28", "2026-06-28"), ("PO-8", "PO-88"), ("泰衡", "海川")):
        reading = taken(ONE, ONE.replace(old, new), TWO, THREE)
        assert (order(reading).text("reorder_of"), order(reading).text("order_no")) == ("SO1", ""), new


def test_a_repeat_order_has_what_the_tracker_does_not_show_from_the_order_it_repeats():
    reading = taken(ONE, ONE.replace("| 500 |", "| 800 |"), TWO, THREE)
    found = line(reading)
    assert (found.get("quantity"), found.get("unit_price"), found.text("product_code")) == (800, Decimal("3.5"), "P1")


def test_the_promise_and_the_shortage_of_the_row_that_was_copied_are_not_the_copys():
    found = line(taken(ONE, ONE.replace("| 500 |", "| 800 |"), TWO, THREE))
    assert (found.get("promised_date"), found.get("shortage")) == (None, None)
    own = line(taken(ONE, ONE.replace("| 500 |", "| 800 |").replace("缺螺丝", "缺垫片"), TWO, THREE))
    assert own.text("shortage") == "缺垫片"


def test_a_copy_of_another_product_is_an_order_of_that_product():
    copy = ONE.replace("TK-7 / P1", "P9").replace("端盖", "轴套")
    found = line(taken(ONE, copy, TWO, THREE))
    assert (found.text("product_code"), found.text("product")) == ("P9", "轴套")


def test_a_copy_with_a_number_of_its_own_keeps_it():
    shown = taken(ONE, ONE.replace("SO1-1", "SO9").replace("| 500 |", "| 800 |"), TWO, THREE)
    assert (order(shown).text("order_no"), order(shown).text("reorder_of")) == ("SO9", "SO1")
    keyed = taken(ONE, ONE.replace("| SO1 | 1 |", "| SO9 | 1 |").replace("| 500 |", "| 800 |"), TWO, THREE)
    assert (order(keyed).text("order_no"), order(keyed).text("reorder_of")) == ("SO9", "SO1")
    assert (line(keyed).get("quantity"), line(keyed).get("unit_price")) == (800, Decimal("3.5"))
    assert (line(keyed).get("promised_date"), line(keyed).get("shortage")) == (None, None)


def test_copies_of_the_lines_of_an_order_are_one_repeat_order():
    reading = taken(ONE, TWO, THREE, ONE.replace("| 500 |", "| 800 |"), TWO.replace("| 200 |", "| 400 |"))
    assert [one.get("quantity") for one in order(reading).lines] == [800, 400]


def test_a_line_split_in_two_rows_is_a_question_and_no_order():
    reading = left(ONE.replace("| 500 |", "| 300 |"), ONE.replace("| 500 |", "| 200 |"), TWO, THREE)
    assert reading.typed is None
    assert ("row-duplicated", "SO1", "1") in asked(reading)


def test_a_line_split_in_three_is_none_either():
    reading = left(*(ONE.replace("| 500 |", f"| {part} |") for part in (300, 150, 50)), TWO, THREE)
    assert (reading.typed, len(reading.rows.copied)) == (None, 2)


def test_where_the_base_is_not_known_a_copy_is_a_question():
    reading = read(tracker(ONE, ONE.replace("| 500 |", "| 800 |"), TWO, THREE, table="Tracker"))
    assert (reading.typed, asked(reading)) == (None, [("row-duplicated", "SO1", "1")])


def test_rows_typed_under_the_table_are_orders_too():
    reading = taken(*ROWS, "|  |", "|  |", "| 泰衡 |  |  | P9 | 轴套 | 30 |  |  |  | SO9 |  |")
    assert line(reading).place.cell.endswith("7")


@pytest.mark.parametrize(
    "row", ["| {} |  |  | P9 | 轴套 | 30 |  |  |  | SO9 |  |", "| {} | SO9 |  | P9 | 轴套 | 30 |  |  |  |  |  |"]
)
@pytest.mark.parametrize("customers", [("泰衡", "海川"), ("泰衡", "海川", "泰衡")])
def test_one_number_for_two_customers_is_no_one_order(row, customers):
    records = taken(*ROWS, *map(row.format, customers)).document.records
    assert [(record.text("customer"), record.text("order_no")) for record in records] == [
        ("泰衡", "SO9"),
        ("海川", "SO9"),
    ]
    assert [len(record.lines) for record in records] == [len(customers) - 1, 1]


def test_a_row_with_one_number_and_no_customer_belongs_to_the_order():
    first = "| 泰衡 |  |  | P9 | 轴套 | 30 |  |  |  | SO9 |  |"
    assert len(order(taken(*ROWS, first, first.replace("泰衡", ""))).lines) == 2


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ("| 泰衡 |  |  | P9 | 轴套 | 30 |  |  |  | 2026-03-05 |  |", "J5"),
        ("| 泰衡 | 2026-03-05 |  | P9 | 轴套 | 30 |  |  |  |  |  |", "B5"),
        (ONE.replace("500", "60").replace("| SO1 |", "| 2026-03-05 |"), "J5"),
        (ONE.replace("500", "600").replace("SO1-1", "2026-03-05"), "B5"),
    ],
)
def test_a_number_that_excel_made_a_date_of_is_told_and_no_order(row, cell):
    reading = left(*ROWS, row)
    assert told(reading) == [("order-number-is-date", cell)]
    assert reading.typed is None
    assert [(one.kind, one.field, one.code) for one in reading.findings] == [
        ("row-incomplete", "order_no", "order-number-is-date")
    ]


def test_a_date_beside_the_number_that_counts_is_nothing():
    assert order(taken(*ROWS, "| 泰衡 | 2026-03-05 |  | P9 | 轴套 | 30 |  |  |  | SO9 |  |")).text("order_no") == "SO9"
