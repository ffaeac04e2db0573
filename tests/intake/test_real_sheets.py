"""Whole sheets as factories and their customers keep them, each with oddities that were seen in real ones.

What each test says is what a person at the desk would read from the sheet.
"""

import datetime as dt
from decimal import Decimal

import pytest
from intake_reading import read, rules_with, told

from xltools.core.record import Record
from xltools.intake.document import Reading

_ORDER_BOOK = """
name: order-book
form: order-intake
kind: list
label: {zh: 客户订单表, en: Their Order Book}
group_by: order_no
dates_across: requested_date
header:
  - {field: order_no, aliases: [生产单号(厂方), SO单号]}
  - {field: customer, aliases: [业务单位, 客户名称]}
  - {field: customer_po, aliases: [生产单号(客方), 客户订单号]}
  - {field: order_date, aliases: [下单日期]}
lines:
  - {field: product_code, aliases: [配件型号, 货号]}
  - {field: product, aliases: [货描, 产品名称]}
  - {field: specification, aliases: [规格]}
  - {field: quantity, aliases: [订单数量]}
  - {field: unit, aliases: [计量单位]}
  - {field: unit_price, aliases: [单价/元]}
  - {field: amount, aliases: [合计金额]}
  - {field: requested_date, aliases: [交期, 客期]}
  - {field: line_remark, aliases: [备注1]}
"""

_ORDER_AND_LINES = """
name: order-and-lines
form: order-intake
kind: two-sheets
label: {zh: 订单与明细, en: Orders and Lines}
group_by: order_no
header:
  - {field: order_no, aliases: [单据编号]}
  - {field: customer, aliases: [往来单位]}
  - {field: order_date}
lines:
  - {field: line_no, aliases: [项次]}
  - {field: product, aliases: [物料名称]}
  - {field: quantity}
  - {field: unit}
  - {field: requested_date, aliases: [交货日期]}
"""


def read_book(text: str, layout: str = _ORDER_BOOK, **changes: str) -> Reading:
    """A sheet read by a desk that has this layout."""
    name = layout.split("name: ")[1].split("\n", maxsplit=1)[0]
    return read(text, by=rules_with(**{f"layouts__{name}": layout, **changes}))


def records(reading: Reading) -> tuple[Record, ...]:
    assert reading.document, reading.problems
    assert not reading.document.rejected, reading.problems
    return reading.document.records


def lines(reading: Reading, *names: str) -> list[tuple[object, ...]]:
    """Of every line of every order, the order's number and the values named."""
    return [
        (record.text("order_no"), *(line.get(name) for name in names))
        for record in records(reading)
        for line in record.lines
    ]


def dates(reading: Reading) -> list[list[tuple[str, Decimal | None]]]:
    """The requested deliveries of each line."""
    return [
        [(str(one.date), one.quantity) for one in line.get("requested_date")]  # type: ignore[union-attr]
        for record in records(reading)
        for line in record.lines
    ]


def errors(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems if problem.is_error]


def test_letterhead_traditional_headers_line_breaks_and_a_number_on_the_first_line_only() -> None:
    reading = read_book("""
        | 宁波某某五金有限公司 | < | < | < | < | < | |
        | 地址：宁波市 TEL: 0574-1234567 | < | < | < | < | < | |
        | | | | | | | |
        | 生產單號\\n(廠方) | 客戶名稱 | 配件型 號 | 貨描 | 數量\\n  (Pcs) | 單 價 | 備註1 |
        | '0010248 | 泰衡 | 'A-01 | 端盖 | 1,200 | 3.5 | 急 |
        | | | 'A-02 | 支架 | １２０ | 2 | |
        | 10249 | 朗岳 | 'B-01 | 法兰 | 36pcs | 1.25 | |
        | 合计 | < | < | < | 1356 | | |
        | 备注1：以上价格含税 | | | | | | |
        """)
    assert lines(reading, "product_code", "quantity", "unit") == [
        ("0010248", "A-01", Decimal(1200), "Pcs"),
        ("0010248", "A-02", Decimal(120), "Pcs"),
        ("10249", "B-01", Decimal(36), "Pcs"),
    ]
    assert errors(reading) == []


def test_a_number_merged_over_its_lines_and_headers_that_come_again() -> None:
    reading = read_book("""
        | 三月订单 | | | | |
        | 订单编号 | 客户 | 品名 | 数量 | 交期 |
        | SO-1 | 泰衡 | 端盖 | 100 | 2025/2/18交 |
        | ^ | ^ | 支架 | 50 | 2025年7月11日 |
        | 订单编号 | 客户 | 品名 | 数量 | 交期 |
        | SO-2 | 朗岳 | 法兰 | 10 | 20250711 |
        | SO-3 | 朗岳 | 法兰 | 20 | 2026.01.20 |
        | | | 3月小计 | 180 | |
        | SO-4 | 粤穗 | 盒 | 5 | '45849 |
        | | | 合计 | 185 | |
        """)
    assert [(order, str(when[0][0])) for (order, *_), when in zip(lines(reading), dates(reading), strict=True)] == [
        ("SO-1", "2025-02-18"),
        ("SO-1", "2025-07-11"),
        ("SO-2", "2025-07-11"),
        ("SO-3", "2026-01-20"),
        ("SO-4", "2025-07-11"),
    ]
    assert errors(reading) == []
    assert "sum-differs" not in dict(told(reading))


def test_a_sum_that_is_not_the_sum_of_its_lines_is_told() -> None:
    reading = read_book("""
        | 订单编号 | 客户 | 品名 | 数量 | 金额 |
        | SO-1 | 泰衡 | 端盖 | 100 | 300 |
        | SO-2 | 朗岳 | 法兰 | 10 | 50 |
        | 合计 | | | 120 | 350 |
        """)
    assert len(records(reading)) == 2
    assert [(code, cell) for code, cell in told(reading) if code == "sum-differs"] == [("sum-differs", "D4")]


def test_a_sum_of_quantities_with_their_unit_is_checked_too() -> None:
    reading = read_book("""
        | 订单编号 | 客户 | 品名 | 数量(Pcs) |
        | SO-1 | 泰衡 | 端盖 | 1,200 |
        | SO-2 | 朗岳 | 支架 | 360pcs |
        | 合计 | | | 1500 |
        """)
    assert ("sum-differs", "D4") in told(reading)


def test_headers_over_two_rows() -> None:
    reading = read_book("""
        | 订单编号 | 客户 | 品名 | 数量 | < | 价格 | < |
        | ^ | ^ | ^ | 订单数量 | 已发 | 单价 | 金额 |
        | SO-1 | 泰衡 | 端盖 | 100 | 20 | 3 | 300 |
        """)
    assert lines(reading, "quantity", "unit_price", "amount") == [("SO-1", Decimal(100), Decimal(3), Decimal(300))]
    assert errors(reading) == []


def test_delivery_dates_as_columns() -> None:
    reading = read_book("""
        | 客户 | 泰衡 | | | | |
        | 订单编号 | 客户 | 品名 | 订单数量 | 2026-04-01 | 2026/5/1 | 2026年6月1日 |
        | SO-1 | 泰衡 | 端盖 | 100 | 30 | 70 | |
        | SO-2 | 泰衡 | 支架 | 40 | | | 40 |
        """)
    assert dates(reading) == [
        [("2026-04-01", Decimal(30)), ("2026-05-01", Decimal(70))],
        [("2026-06-01", Decimal(40))],
    ]
    assert errors(reading) == []


def test_orders_and_lines_on_two_sheets() -> None:
    reading = read_book(
        """
        == 订单
        | 销售订单 | | |
        | 单据编号 | 往来单位 | 接单日期 |
        | SO-1 | 泰衡 | 2026-03-02 |
        | SO-2 | 朗岳 | 2026-03-03 |
        == 明细
        | 单据编号 | 项次 | 物料名称 | 数量 | 交货日期 |
        | SO-2 | 1 | 法兰 | 10 | 2026-04-01 |
        | SO-1 | 1 | 端盖 | 100 | 2026-04-02 |
        | SO-1 | 2 | 支架 | 50 | 2026-04-03 |
        """,
        _ORDER_AND_LINES,
    )
    assert sorted(lines(reading, "product", "quantity")) == [
        ("SO-1", "支架", Decimal(50)),
        ("SO-1", "端盖", Decimal(100)),
        ("SO-2", "法兰", Decimal(10)),
    ]
    assert {record.text("order_no"): record.text("customer") for record in records(reading)} == {
        "SO-1": "泰衡",
        "SO-2": "朗岳",
    }
    assert errors(reading) == []


def test_a_form_with_merged_labels_and_one_with_labels_above_their_values() -> None:
    left = read("""
        | 接单登记表 | < | < | < | < | < |
        | 客户 | < | 泰衡 | < | 订单编号 | 'SO-1 |
        | 联系人： | < | 王芳 | < | 接单日期： | 2026-03-02 |
        | | | | | | |
        | 行号 | 品名 | 规格型号 | 数量 | 单位 | 单价 |
        | 1 | 端盖 | Φ86 | 100 | 件 | 3 |
        """)
    above = read("""
        | 接单登记表 | | | |
        | 客户 | 订单编号 | 联系人 | 接单日期 |
        | 泰衡 | SO-1 | 王芳 | 2026-03-02 |
        | | | | |
        | 行号 | 品名 | 规格型号 | 数量 |
        | 1 | 端盖 | Φ86 | 100 |
        """)
    for reading in (left, above):
        (record,) = records(reading)
        assert [record.text(name) for name in ("order_no", "customer", "contact")] == ["SO-1", "泰衡", "王芳"]
        assert record.get("order_date") == dt.date(2026, 3, 2)
        assert [(line.text("product"), line.get("quantity")) for line in record.lines] == [("端盖", Decimal(100))]


def test_one_sheet_a_shipment_hidden_ones_left_out() -> None:
    reading = read_book("""
        == 3月1日
        | 订单编号 | 客户 | 品名 | 数量 |
        | SO-1 | 泰衡 | 端盖 | 100 |
        == 3月2日
        | 订单编号 | 客户 | 品名 | 数量 |
        | SO-2 | 泰衡 | 端盖 | 200 |
        == 旧 (hidden)
        | 订单编号 | 客户 | 品名 | 数量 |
        | SO-9 | 泰衡 | 端盖 | 900 |
        """)
    assert [order for (order,) in lines(reading)] == ["SO-1", "SO-2"]


def test_a_hidden_sheet_is_read_where_the_layout_names_it() -> None:
    reading = read_book(
        """
        == 封面
        | 看第二页 |
        == 数据 (hidden)
        | 订单编号 | 客户 | 品名 | 数量 |
        | SO-9 | 泰衡 | 端盖 | 900 |
        """,
        _ORDER_BOOK + "sheets: [数据]\n",
    )
    assert [order for (order,) in lines(reading)] == ["SO-9"]


def test_a_header_far_down_and_far_right() -> None:
    blank = "| | | | | | | | |\n" * 90
    reading = read_book(
        blank
        + """
        | | | | | 订单编号 | 客户 | 品名 | 数量 |
        | | | | | SO-1 | 泰衡 | 端盖 | 900 |
        """
    )
    assert [(record.text("order_no"), record.place.cell) for record in records(reading)] == [("SO-1", "E92")]


def test_a_column_whose_values_do_not_fit_is_not_taken_for_the_field() -> None:
    """One company's 交期 is a remark, and its 客期 the date: the one whose values fit is the date."""
    reading = read_book("""
        | 订单编号 | 客户 | 品名 | 数量 | 交期 | 客期 |
        | SO-1 | 泰衡 | 端盖 | 100 | 按周送 | 2026-04-01 |
        | SO-2 | 泰衡 | 支架 | 40 | 已收清 | 2026-04-02 |
        | SO-3 | 泰衡 | 支架 | 40 | 看库存 | 2026-04-03 |
        """)
    assert [when[0][0] for when in dates(reading)] == ["2026-04-01", "2026-04-02", "2026-04-03"]
    assert errors(reading) == []


def test_two_columns_that_fit_one_field_equally_are_a_problem() -> None:
    reading = read_book("""
        | 订单编号 | 客户 | 品名 | 数量 | 交期 | 客期 |
        | SO-1 | 泰衡 | 端盖 | 100 | 2026-04-09 | 2026-04-01 |
        | SO-2 | 泰衡 | 支架 | 40 | 2026-04-08 | 2026-04-02 |
        """)
    assert "header-repeated" in errors(reading)


def test_a_near_header_is_proposed_and_never_taken() -> None:
    reading = read_book("""
        | 订单编号 | 客户 | 品名 | 数量 | 计量单位名 |
        | SO-1 | 泰衡 | 端盖 | 100 | 件 |
        """)
    assert lines(reading, "unit") == [("SO-1", None)]
    assert ("header-near-match", "E1") in told(reading)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("03/04/19", "date-ambiguous"),
        ("6.1", "date-ambiguous"),
        ("11/22,12/25", "date-ambiguous"),
        ("2023/6/13 6/16", "date-ambiguous"),
        ("11/14/144", "date-not-understood"),
        ("'1900-01-00", "date-out-of-range"),
    ],
)
def test_a_date_that_can_be_read_in_several_ways_is_asked_for(typed: str, code: str) -> None:
    reading = read_book(f"""
        | 订单编号 | 客户 | 品名 | 数量 | 交期 |
        | SO-1 | 泰衡 | 端盖 | 100 | {typed} |
        | SO-2 | 泰衡 | 端盖 | 100 | 2026-04-01 |
        | SO-3 | 泰衡 | 端盖 | 100 | 2026-04-01 |
        """)
    assert (code, "E2") in told(reading)
    assert lines(reading, "requested_date")[0] == ("SO-1", None)


def test_a_desk_may_settle_what_a_date_means() -> None:
    text = """
        | 订单编号 | 客户 | 品名 | 数量 | 交期 |
        | SO-1 | 泰衡 | 端盖 | 100 | 03/04/19 |
        """
    day_first = read_book(text, settings="reading: {date_order: day-first}\n")
    settled = _ORDER_BOOK + "date_order: month-first\n"
    month_first = read_book(text, settled, settings="reading: {date_order: day-first}\n")
    assert [dates(day_first)[0][0][0], dates(month_first)[0][0][0]] == ["2019-04-03", "2019-03-04"]
    assert errors(day_first) == errors(month_first) == []


def test_a_quantity_in_another_unit_is_asked_for() -> None:
    reading = read_book("""
        | 订单编号 | 客户 | 品名 | 数量 | 单位 |
        | SO-1 | 泰衡 | 铝锭 | 80kg | kg |
        | SO-2 | 泰衡 | 铝锭 | 4.8t | kg |
        """)
    assert reading.document
    assert [line.get("quantity") for record in reading.document.records for line in record.lines] == [Decimal(80)]
    (problem,) = (one for one in reading.problems if one.code == "unit-differs")
    assert problem.place.cell == "D3"


def test_error_cells_and_formulas_never_calculated_are_no_blanks() -> None:
    reading = read_book("""
        | 订单编号 | 客户 | 品名 | 数量 | 单价 |
        | SO-1 | 泰衡 | 端盖 | 100 | #N/A |
        | SO-2 | 泰衡 | 端盖 | {=A1*2} | 3 |
        """)
    assert {("cell-error", "E2"), ("formula-not-calculated", "D3")} <= set(told(reading))


def test_tick_boxes_payment_terms_and_percent() -> None:
    reading = read("""
        | 客户 | 泰衡 | 订单编号 | 'SO-1 |
        | 订单类型 | □常规 √样品 □返单 | 付款条件 | 20TT80LC60DAYS |
        | 税率 | 13% | 允许分批 | ■是 □否 |
        | 品名 | 数量 | 单价 | 要求交期 |
        | 端盖 | 100 | 3 | TBC |
        """)
    (record,) = records(reading)
    assert record.get("order_type") == "sample"
    assert record.get("partial_allowed") is True
    assert record.get("tax_rate") == Decimal("0.13")
    assert "20TT80LC60DAYS" in record.text("payment_terms")
    assert errors(reading) == []
