"""Shipping lists as warehouses keep them: on one lorry several orders, rows that stay, packing columns, footers."""

from intake_reading import read

LIST = """
| 出货清单 |
| 发货日期 | 2026-03-17 | 车牌 | 浙B123 |
| 订单号 | 货号 | 品名 | 规格 | 未交数量 | 出货数量 | 件数 | 备注 |
| SO1 | P1 | 端盖 | Φ8 | 100 | 50 | 5 | |
| | P2 | 轴 | Φ9 | 100 | | | |
| | P3 | 法兰 | DN50 | 40 | 0 | | |
| SO2 | P1 | 端盖 | Φ8 | 100 | 20 | 2 | 急 |
| SO3 | P1 | 端盖 | Φ8 | 100 | | | |
| 合计 | | | | | 70 | 7 | |
| 制单：张三 | | 审核：李四 |
"""


def told(text):
    reading = read(text)
    rows = {
        record.text("order_no"): [(line.text("product_code"), line.text("quantity")) for line in record.lines]
        for record in reading.document.records
    }
    return reading.document.layout, rows, [problem.code for problem in reading.problems]


def test_rows_without_a_quantity_are_no_lines_and_orders_without_rows_no_records():
    rows = {"SO1": [("P1", "50.0000"), ("P3", "0.0000")], "SO2": [("P1", "20.0000")]}
    assert told(LIST) == ("shipping-list", rows, [])


def test_what_stands_over_the_table_is_said_of_every_order():
    records = read(LIST).document.records
    assert [(one.text("date"), one.text("plate")) for one in records] == [("2026-03-17", "浙B123")] * 2


def test_an_order_number_carried_down_survives_a_first_row_that_stays():
    text = LIST.replace("| 100 | 50 | 5 |", "| 100 | | |").replace("| 40 | 0 |", "| 40 | 8 |")
    assert told(text)[1]["SO1"] == [("P3", "8.0000")]


def test_the_goods_of_one_order_with_their_cases_are_a_form():
    text = """
    | 订单编号 | SO1 | 发货日期 | 2026-03-17 |
    | 货号 | 品名 | 规格 | 本次数量 | 箱号 | 毛重 |
    | P1 | 端盖 | Φ8 | 50 | 1-5 | 20 |
    | P2 | 轴 | Φ9 | | | |
    """
    assert told(text) == ("shipping-list-packing", {"SO1": [("P1", "50.0000")]}, [])


def test_a_list_in_which_nothing_was_typed_is_a_blank_form():
    text = "| 发货日期 | 2026-03-17 |\n| 订单编号 | 行号 | 未交数量 | 本次数量 |\n| SO1 | 1 | 50 | |"
    assert [problem.code for problem in read(text).problems] == ["form-blank"]


def test_a_list_of_receipts_is_no_shipping_list():
    text = "| 送货单号 | 签收人 | 签收日期 | 实收数量 |\n| DN1 | 王五 | 2026-03-19 | 50 |"
    (record,) = read(text).document.records
    assert (record.text("delivery_note"), record.text("received_quantity")) == ("DN1", "50.0000")
