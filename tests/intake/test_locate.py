"""Where the values of a record stand in a sheet that people have made their own."""

from decimal import Decimal

import pytest
from intake_reading import one, read, rules_with, taken, told


def lines_of(reading):
    return [(line.text("product"), line.get("quantity")) for line in one(reading).lines]


def test_a_value_stands_right_of_its_label():
    order = one(read("| 客户 | 示例 | 业务员 | 李雯 |\n| 品名 | 数量 |\n| 端盖 | 10 |"))
    assert (order.text("customer"), order.values["customer"].place.cell) == ("示例", "B1")
    assert (order.text("owner"), order.values["owner"].place.cell) == ("李雯", "D1")


def test_a_value_stands_right_of_merged_labels_and_in_merged_cells():
    order = one(
        read("| 客户 | < | 示例 | < |\n| 备注 | < | 加急 | < |\n| ^ | < | ^ | < |\n| 品名 | 数量 |\n| 端盖 | 10 |")
    )
    assert (order.text("customer"), order.values["customer"].place.cell) == ("示例", "C1")
    assert (order.text("remark"), order.values["remark"].place.cell) == ("加急", "C2")


def test_a_label_that_is_followed_by_another_has_no_value():
    order = one(read("| 客户 | 示例 |\n| 业务员 | 联系人 | 王小明 |\n| 品名 | 数量 |\n| 端盖 | 10 |"))
    assert order.get("owner") is None
    assert order.text("contact") == "王小明"


def test_a_label_that_stands_twice_is_read_where_it_is_filled():
    order = one(read("| 客户 |  |\n| 客户 | 示例 |\n| 品名 | 数量 |\n| 端盖 | 10 |"))
    assert order.values["customer"].place.cell == "B2"


def test_labels_under_the_table_are_read_too():
    order = one(read("| 客户 | 示例 |\n| 品名 | 数量 |\n| 端盖 | 10 |\n| 合计 | 10 |\n|\n| 付款条件 | 30/70 |"))
    assert order.text("payment_terms") == "30/70"
    assert len(order.lines) == 1


def test_the_header_row_may_lie_under_a_letterhead():
    letterhead = "| 宁波澜桥精密制造有限公司 | < | < |\n| 澜桥路 16 号 |\n| 电话 0574-8800 1660 |\n" + "|\n" * 4
    reading = read(f"{letterhead}| 客户 | 示例 |\n|\n| 品名 | 数量 |\n| 端盖 | 10 |")
    assert lines_of(reading) == [("端盖", 10)]
    assert one(reading).lines[0].values["quantity"].place.cell == "B11"


def test_a_list_is_found_under_its_title_and_right_of_empty_columns():
    reading = read("|  | 2026 年订单 |\n|\n|  |  | 订单号 | 客户 | 品名 | 数量 |\n|  |  | SO1 | 示例 | 端盖 | 10 |")
    assert taken(reading) == ["SO1"]
    assert one(reading).values["order_no"].place.cell == "C4"


def test_rows_prepared_for_typing_are_no_lines():
    reading = read("| 客户 | 示例 |\n| 行号 | 品名 | 数量 |\n| 1 | 端盖 | 10 |\n| 2 |  |  |\n| 3 |  |  |")
    assert lines_of(reading) == [("端盖", 10)]


def test_a_blank_row_does_not_end_the_lines():
    reading = read("| 客户 | 示例 |\n| 品名 | 数量 |\n| 端盖 | 10 |\n|\n| 垫片 | 20 |")
    assert lines_of(reading) == [("端盖", 10), ("垫片", 20)]


@pytest.mark.parametrize("word", ["合计", "合 计：", "总计", "小计", "Total", "Grand Total"])
def test_sums_under_the_lines_are_no_lines(word):
    assert lines_of(read(f"| 客户 | 示例 |\n| 品名 | 数量 |\n| 端盖 | 10 |\n| {word} | 10 |")) == [("端盖", 10)]


def test_an_order_number_on_the_first_line_only_holds_for_the_lines_under_it():
    reading = read(
        """
        | 订单号 | 客户 | 品名 | 数量 |
        | SO1    | 示例 | 端盖 | 10   |
        |        |      | 垫片 | 20   |
        | SO2    | 实例 | 支架 | 30   |
        |        |      | 外壳 | 40   |
        """
    )
    assert taken(reading) == ["SO1", "SO2"]
    assert [[line.text("product") for line in order.lines] for order in reading.document.records] == [
        ["端盖", "垫片"],
        ["支架", "外壳"],
    ]
    assert told(reading) == []


def test_an_order_number_merged_over_its_lines_holds_for_all_of_them():
    reading = read(
        """
        | 订单号 | 客户 | 品名 | 数量 |
        | SO1    | 示例 | 端盖 | 10   |
        | ^      | 示例 | 垫片 | 20   |
        """
    )
    assert taken(reading) == ["SO1"]
    assert lines_of(reading) == [("端盖", 10), ("垫片", 20)]


def test_rows_of_one_number_are_one_order_wherever_they_stand():
    reading = read(
        """
        | 订单号 | 客户 | 品名 | 数量 |
        | 17     | 示例 | 端盖 | 10   |
        | 18     | 实例 | 支架 | 30   |
        | '17    | 示例 | 垫片 | 20   |
        """
    )
    assert taken(reading) == ["17", "18"]
    assert [len(order.lines) for order in reading.document.records] == [2, 1]


def test_rows_without_a_number_are_one_order_as_long_as_their_header_is_the_same():
    reading = read(
        """
        | 客户 | 客户PO号 | 品名 | 数量 |
        | 示例 | PO-1     | 端盖 | 10   |
        | 示例 | PO-1     | 垫片 | 20   |
        | 示例 | PO-2     | 支架 | 30   |
        """
    )
    assert [len(order.lines) for order in reading.document.records] == [2, 1]


def test_rows_of_one_order_that_differ_in_its_header_are_told_and_the_first_counts():
    reading = read(
        """
        | 订单号 | 客户 | 业务员 | 品名 | 数量 |
        | SO1    | 示例 |        | 端盖 | 10   |
        | SO1    | 示例 | 李雯   | 垫片 | 20   |
        | SO1    | 示例 | 陈晨   | 支架 | 30   |
        """
    )
    assert told(reading) == [("header-differs", "C4")]
    assert not reading.problems[0].is_error
    assert one(reading).text("owner") == "李雯"


def test_a_header_that_stands_twice_is_told_and_the_first_is_read():
    reading = read("| 客户 | 示例 |\n| 品名 | 数量 | 数量(箱) |\n| 端盖 | 100 | 2 |")
    assert told(reading) == [("header-repeated", "C2")]
    assert lines_of(reading) == [("端盖", 100)]


def test_a_column_of_their_own_is_told_once_and_only_when_something_stands_in_it():
    reading = read(
        "| 客户 | 示例 |\n| 品名 | 内部成本 | 数量 | 开票备注 |\n| 端盖 | 21.5 | 10 |  |\n| 垫片 | 4.1 | 20 |  |"
    )
    assert told(reading) == [("column-not-read", "B2")]
    assert lines_of(reading) == [("端盖", 10), ("垫片", 20)]


def test_headers_that_a_layout_ignores_are_not_told():
    by = rules_with(layouts__order_intake_sheet="ignore: [内部成本]")
    assert told(read("| 客户 | 示例 |\n| 品名 | 数量 | 内部 成本 |\n| 端盖 | 10 | 21.5 |", by=by)) == []


def test_columns_may_stand_in_any_order():
    reading = read("| 客户 | 示例 |\n| 单价 | 数量 | 备注 | 品名 |\n| 2.5 | 10 | 急 | 端盖 |")
    line = one(reading).lines[0]
    assert (line.get("unit_price"), line.text("line_remark"), line.text("product")) == (Decimal("2.5"), "急", "端盖")


def test_a_template_with_nothing_filled_in_is_blank():
    assert told(read("| 客户 |  |\n| 品名 | 数量 |\n|  |  |")) == [("form-blank", "")]
    assert told(read("| 订单号 | 客户 | 品名 | 数量 |")) == [("form-blank", "")]


def test_a_marked_sheet_without_its_table_is_told():
    assert told(read("| order-intake/order-intake-sheet/1 |\n| 客户 | 示例 |")) == [("table-not-found", "A1")]
