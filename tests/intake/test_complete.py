"""What is left blank is filled: from an earlier order, the layout, master data, the form. What is typed stands."""

import datetime as dt
from decimal import Decimal

from builders import RECEIVED
from intake_reading import one, orders, read, rules_with, table, told

from xltools.core.record import Origin

CUSTOMERS = """
| 客户编码 | 客户全称 | 简称 | 币种 | 付款条件 | 税率 | 含税 | 业务员 |
| C001 | 宁波泰衡电子有限公司 | 泰衡 | CNY | 月结30天 | 13% | 是 | 李雯 |
| C002 | 示例外贸有限公司 | 外贸 | USD | TT | 0% | 否 | 陈晨 |
"""
PRODUCTS = """
| 产品编码 | 品名 | 规格型号 | 单位 |
| P1001 | 电机端盖 | Φ86×12 | 件 |
"""
ORDER = "| 客户 | 泰衡 |\n| 品名 | 数量 |\n| 端盖 | 10 |"
EARLIER = """
| 订单号 | 客户 | 币种 | 产品编码 | 品名 | 规格 | 数量 | 单价 | 要求交期 |
| SO1 | 示例 | CNY | P1 | 端盖 | Φ86 | 100 | 2.5 | 2026-01-30 |
| SO1 | 示例 | CNY | P2 | 垫片 | M6 | 200 | 0.3 | 2026-01-30 |
"""


def with_customers():
    return {"customers": table("customers", CUSTOMERS)}


def repeat(text):
    return read(text, {"orders": orders(EARLIER)})


def origins(record):
    return {name: str(value.origin) for name, value in record.values.items()}


def test_a_customers_short_name_or_code_becomes_the_full_name():
    for typed in ("泰衡", "C001", "c001", "宁波泰衡电子有限公司"):
        order = one(read(ORDER.replace("泰衡", typed), with_customers()))
        assert order.text("customer") == "宁波泰衡电子有限公司"
        assert order.values["customer"].origin is Origin.CELL
        assert order.values["customer"].place.cell == "B1"


def test_the_folders_customer_becomes_the_full_name_too():
    order = one(read("| 品名 | 数量 |\n| 端盖 | 10 |", with_customers(), folder="C001"))
    assert order.text("customer") == "宁波泰衡电子有限公司"
    assert order.values["customer"].origin is Origin.FOLDER


def test_a_customer_who_is_typed_stands_against_the_folder():
    order = one(read(ORDER, with_customers(), folder="C002"))
    assert order.text("customer_code") == "C001"


def test_blanks_are_filled_from_the_customer_and_say_so():
    order = one(read(ORDER, with_customers()))
    assert (order.text("payment_terms"), order.get("tax_rate"), order.get("tax_included")) == (
        "月结30天",
        Decimal("0.13"),
        True,
    )
    filled = order.values["payment_terms"]
    assert (filled.origin, filled.place.file, filled.place.cell) == (Origin.MASTER, "master/customers.xlsx", "E2")


def test_what_is_typed_stands_against_the_customers_own():
    order = one(read(ORDER.replace("| 泰衡 |", "| 泰衡 | 付款条件 | 30/70 |"), with_customers()))
    assert order.text("payment_terms") == "30/70"


def test_a_line_is_filled_from_its_product():
    reading = read("| 客户 | 泰衡 |\n| 产品编码 | 数量 |\n| p1001 | 10 |", {"products": table("products", PRODUCTS)})
    line = one(reading).lines[0]
    assert [line.text(name) for name in ("product_code", "product", "specification", "unit")] == [
        "P1001",
        "电机端盖",
        "Φ86×12",
        "件",
    ]
    assert told(reading) == []


def test_who_is_not_in_the_list_is_told_with_those_near_and_taken():
    reading = read(ORDER.replace("泰衡", "宁波泰恒电子有限公司"), with_customers())
    assert told(reading) == [("value-unknown", "B1")]
    assert not reading.problems[0].is_error
    assert dict(reading.problems[0].values)["near"] == "宁波泰衡电子有限公司"
    assert len(reading.document.records) == 1


def test_an_empty_list_knows_nobody_and_says_nothing():
    assert told(read(ORDER)) == []


def test_a_cell_that_could_not_be_read_is_not_filled_over():
    reading = read(ORDER.replace("| 泰衡 |", "| 泰衡 | 税率 | 十三 |"), with_customers())
    assert told(reading) == [("number-not-understood", "D1")]
    assert one(reading).get("tax_rate") is None


def test_defaults_of_the_form_come_last_and_the_day_of_receipt_is_one():
    order = one(read(ORDER))
    assert order.get("order_date") == RECEIVED
    assert (order.get("revision"), order.get("order_type")) == (1, "regular")
    assert origins(order)["order_date"] == "default"
    assert order.values["order_date"].place.file == "rules/forms/order-intake.yaml"


def test_defaults_of_the_layout_go_before_master_data_and_the_form():
    by = rules_with(layouts__order_intake_sheet="defaults: {currency: 美元, order_type: 样品, payment_terms: TT}")
    order = one(read(ORDER, with_customers(), by))
    assert (order.get("currency"), order.get("order_type"), order.get("payment_terms")) == ("USD", "sample", "TT")
    assert order.values["currency"].place.file == "rules/layouts/order-intake-sheet.yaml"


def test_a_repeat_order_without_lines_takes_all_of_them_but_not_their_dates():
    reading = repeat("| 返单号 | SO1 | 客户 |  |\n| 品名 | 数量 |\n|  |  |")
    order = one(reading)
    assert told(reading) == []
    assert order.text("customer") == "示例"
    assert [(line.text("product_code"), line.get("quantity"), line.get("unit_price")) for line in order.lines] == [
        ("P1", 100, Decimal("2.5")),
        ("P2", 200, Decimal("0.3")),
    ]
    assert [line.get("requested_date") for line in order.lines] == [None, None]
    assert (order.text("order_no"), order.get("order_date")) == ("", RECEIVED)
    assert order.values["customer"].origin is Origin.ORDER


def test_a_repeat_order_needs_three_cells():
    reading = repeat("| 返单号 | SO1 | 客户 |  |\n| 产品编码 | 品名 | 数量 | 要求交期 |\n| P2 |  | 500 | 2026-04-30 |")
    (line,) = one(reading).lines
    assert told(reading) == []
    assert (line.text("product"), line.text("specification"), line.get("quantity")) == ("垫片", "M6", 500)
    assert line.get("unit_price") == Decimal("0.3")
    assert line.get("requested_date")[0].date == dt.date(2026, 4, 30)


def test_a_line_that_could_be_several_of_the_earlier_order_is_told():
    reading = repeat("| 返单号 | SO1 | 客户 |  |\n| 产品编码 | 品名 | 数量 |\n|  |  | 500 |")
    assert ("repeat-line-ambiguous", "A3") in told(reading)
    assert reading.document.records == ()


def test_a_line_that_the_earlier_order_lacks_is_a_new_one():
    reading = repeat("| 返单号 | SO1 | 客户 |  |\n| 品名 | 数量 |\n| 支架 | 5 |")
    (line,) = one(reading).lines
    assert told(reading) == []
    assert (line.text("product"), line.get("unit_price")) == ("支架", None)


def test_a_repeat_of_an_order_that_is_not_there_is_refused():
    reading = repeat("| 返单号 | SO9 | 客户 | 示例 |\n| 品名 | 数量 |\n| 端盖 | 5 |")
    assert told(reading) == [("value-unknown", "B1")]
    assert reading.document.records == ()


def test_a_repeat_order_keeps_its_own_number():
    order = one(repeat("| 返单号 | SO1 | 订单号 | SO7 |\n| 客户 |  |\n| 产品编码 | 数量 |\n| P1 | 5 |"))
    assert (order.text("order_no"), order.text("reorder_of")) == ("SO7", "SO1")
