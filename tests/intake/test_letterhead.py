"""What stands around the table of a list or a form: whose orders they are, and what all of them share."""

import pytest
from intake_reading import one, read, told


@pytest.mark.parametrize("under", ["", "\n| 币种：人民币 |"])
def test_the_letterhead_of_a_list_says_what_its_rows_leave_blank(under):
    reading = read(f"""
        | 客户：泰衡 | | 接单日期 | 2026-03-01 |
        | 订单号 | 客户 | 品名 | 数量 |
        | SO-1 | | 端盖 | 5 |
        | SO-2 | 朗岳 | 支架 | 6 |{under}
        """)
    orders = reading.document.records
    assert [(order.text("order_no"), order.text("customer")) for order in orders] == [
        ("SO-1", "泰衡"),
        ("SO-2", "朗岳"),
    ]
    assert {order.text("order_date") for order in orders} == {"2026-03-01"}
    assert {order.text("currency") for order in orders} == ({"CNY"} if under else {""})
    assert orders[0].values["customer"].place.cell == "A1"
    assert told(reading) == []


def test_a_table_with_order_numbers_under_a_letterhead_is_no_form():
    reading = read("| 客户 | 泰衡 |\n| 订单号 | 品名 | 数量 |\n| SO-1 | 端盖 | 5 |\n| SO-2 | 端盖 | 6 |")
    assert [order.text("order_no") for order in reading.document.records] == ["SO-1", "SO-2"]


def test_a_form_keeps_the_order_number_that_stands_above_its_lines():
    reading = read("| 客户 | 泰衡 | 订单号 | SO-7 |\n| 品名 | 数量 |\n| 端盖 | 5 |\n| 支架 | 6 |")
    assert (one(reading).text("order_no"), len(one(reading).lines)) == ("SO-7", 2)


def test_a_value_two_columns_off_is_that_of_a_label_with_a_colon():
    reading = read("| 客户： | | 泰衡 | 备注： | | 联系人：张三 |\n| 品名 | 数量 |\n| 端盖 | 5 |")
    assert (one(reading).text("customer"), one(reading).text("remark")) == ("泰衡", "")
    assert one(reading).text("contact") == "张三"


def test_a_letterhead_that_cannot_be_read_is_told_once():
    reading = read("""
        | 客户：泰衡 | 接单日期：03/04/19 |
        | 订单号 | 品名 | 数量 |
        | SO-1 | 端盖 | 5 |
        | SO-2 | 支架 | 6 |
        """)
    assert told(reading) == [("date-ambiguous", "B1")]


def test_a_date_that_nobody_typed_is_compared_with_none():
    reading = read("| 订单号 | 客户 | 品名 | 数量 | 要求交期 |\n| SO-1 | 泰衡 | 端盖 | 5 | 2020-01-05 |")
    assert told(reading) == []


def test_a_workbook_in_no_layout_is_told_what_it_lacks():
    reading = read("| 订单号 | 客户 | 名称 | 数量 |\n| SO-1 | 泰衡 | 端盖 | 5 |")
    (problem,) = reading.problems
    assert dict(problem.values)["missing"] == "产品编码 Product Code / 品名 Product"
