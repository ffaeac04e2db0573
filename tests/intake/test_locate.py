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


def test_of_two_columns_for_what_no_order_may_lack_neither_is_chosen_and_the_workbook_goes_back():
    reading = read("| 客户 | 示例 |\n| 品名 | 数量 | 数量(箱) |\n| 端盖 | 100 | 2 |")
    assert told(reading) == [("header-repeated", "C2")]
    assert reading.document
    assert reading.document.records == ()


def test_two_columns_that_say_the_same_are_one():
    reading = read("| 客户 | 示例 |\n| 品名 | 数量 | 数量(Pcs) |\n| 端盖 | 100 | 100 |")
    assert told(reading) == []
    assert lines_of(reading) == [("端盖", 100)]


def test_an_order_number_under_a_label_that_is_only_near_is_not_replaced_by_one_of_ours():
    reading = read("| 客户 | 示例 | 订单编码 | SO-1 |\n| 品名 | 数量 |\n| 端盖 | 100 |")
    assert [problem.code for problem in reading.problems if problem.is_error] == ["header-near-match"]
    assert reading.document
    assert reading.document.records == ()


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


def columns_of(by_kind):
    return (
        "name: book\nform: order-intake\nkind: list\nlabel: {zh: 账, en: Book}\ngroup_by: order_no\n"
        "header: [{field: order_no}, {field: customer}]\n"
        f"lines: [{{field: product, aliases: [货描]}}, {{field: quantity}}, {by_kind}]\n"
    )


def test_traditional_headers_line_breaks_and_inner_spaces_are_the_same_words():
    reading = read("| 訂單號 | 客 戶 | 產品名稱 | 數量\\n (Pcs) |\n| SO1 | 示例 | 端盖 | 10 |")
    assert taken(reading) == ["SO1"]
    assert told(reading) == []


@pytest.mark.parametrize("row", [16, 200, 900])
def test_a_header_is_found_far_down_and_right_of_empty_columns(row):
    text = (
        "| |\n" * (row - 1) + "| | | | | | | | 订单号 | 客户 | 品名 | 数量 |\n| | | | | | | | SO1 | 示例 | 端盖 | 10 |"
    )
    assert one(read(text)).values["order_no"].place.cell == f"H{row + 1}"


def test_a_letterhead_that_names_more_fields_is_no_header():
    reading = read(
        """
        | 订单号 | 客户 | 业务员 | 币种 | 付款条件 | 交货地点 |
        | | | | | | |
        | 客户 | 品名 | 数量 | 单价 | | |
        | 示例 | 端盖 | 10 | 2.5 | | |
        | 示例 | 垫片 | 20 | 1.5 | | |
        """
    )
    assert lines_of(reading) == [("端盖", 10), ("垫片", 20)]


@pytest.mark.parametrize(
    "head",
    [
        "| 订单号 | 客户 | 品名 | 数量 | < |\n| ^ | ^ | ^ | 订单 | 已发 |",
        "| 订单号 | 客户 | 品名 | 数量 | |\n| | | | 订单 | 已发 |",
        "| 订单信息 | < | < | 数量 | < |\n| 订单号 | 客户 | 品名 | 订单 | 已发 |",
    ],
    ids=["merged", "blanks", "groups-only"],
)
def test_a_group_over_its_columns_is_part_of_their_headers(head):
    reading = read(f"{head}\n| SO1 | 示例 | 端盖 | 10 | 4 |\n| SO2 | 示例 | 垫片 | 20 | |")
    assert [(order.text("order_no"), order.lines[0].get("quantity")) for order in reading.document.records] == [
        ("SO1", 10),
        ("SO2", 20),
    ]
    assert told(reading) == [("column-not-read", "E2")]


def test_the_unit_under_a_header_is_its_lower_half():
    reading = read("| 订单号 | 客户 | 品名 | 数量 | 单价 |\n|  |  |  | (Pcs) | 元 |\n| SO1 | 示例 | 端盖 | 10 | 2.5 |")
    assert lines_of(reading) == [("端盖", 10)]
    assert one(reading).lines[0].text("unit").casefold() == "pcs"


def test_a_first_line_of_words_is_no_second_header_row():
    reading = read("| 订单号 | 客户 | 品名 | 数量 |\n| SO1 | 示例 | 端盖 | 三十 |\n| SO2 | 示例 | 垫片 | 20 |")
    assert taken(reading) == ["SO2"]
    assert told(reading) == [("number-not-understood", "D2")]


def test_what_each_printed_page_repeats_is_no_line():
    reading = read(
        """
        | 宁波某某五金有限公司 | | | |
        | 订单号 | 客户 | 品名 | 数量 |
        | SO1 | 示例 | 端盖 | 10 |
        | 宁波某某五金有限公司 | | | |
        | 订单号 | 客户 | 品名 | 数 量 |
        | SO2 | 示例 | 垫片 | 20 |
        """
    )
    assert taken(reading) == ["SO1", "SO2"]
    assert told(reading) == []


def test_label_and_value_may_stand_in_one_cell():
    reading = read(
        "| 订单号：SO-1    客户：示例 | < |\n| 联系电话: 0574-87654321 | 地址：宁波 |\n| 品名 | 数量 |\n| 端盖 | 10 |"
    )
    order = one(reading)
    assert [order.text(name) for name in ("order_no", "customer", "phone")] == ["SO-1", "示例", "0574-87654321"]
    assert order.values["customer"].place.cell == "A1"


def test_a_value_stands_under_its_label_where_labels_head_a_row_of_values():
    order = one(read("| 客户 | 订单号 | 送货方 |\n| 示例 | SO-1 | 顺丰 |\n|\n| 品名 | 数量 |\n| 端盖 | 10 |"))
    assert (order.text("customer"), order.text("order_no")) == ("示例", "SO-1")
    assert order.values["order_no"].place.cell == "B2"


def test_a_blank_label_does_not_take_what_stands_by_chance_under_it():
    order = one(read("| 客户 | 示例 |\n| 备注 | |\n| 以下为明细 | |\n| 品名 | 数量 |\n| 端盖 | 10 |"))
    assert order.get("remark") is None


def test_labels_follow_the_lines_without_a_sum_between():
    order = one(read("| 客户 | 示例 |\n| 品名 | 数量 |\n| 端盖 | 10 |\n| 付款条件 | 30/70 |"))
    assert order.text("payment_terms") == "30/70"
    assert [line.text("product") for line in order.lines] == ["端盖"]


def test_dates_may_head_columns_of_quantities():
    reading = read(
        """
        | 订单号 | 客户 | 品名 | 2026-04-01 | 2026/5/1 | 2026年6月1日 |
        | SO1 | 示例 | 端盖 | 30 | 70 | - |
        | SO2 | 示例 | 垫片 | | | 1,200 |
        """
    )
    orders = reading.document.records
    assert [line.get("quantity") for order in orders for line in order.lines] == [100, 1200]
    assert [
        [(str(part.date), part.quantity) for part in line.get("requested_date")]
        for order in orders
        for line in order.lines
    ] == [[("2026-04-01", 30), ("2026-05-01", 70)], [("2026-06-01", 1200)]]
    assert orders[1].lines[0].values["requested_date"].place.cell == "F3"
    assert told(reading) == []


def test_dates_as_columns_are_compared_with_the_quantity():
    reading = read("| 订单号 | 客户 | 品名 | 数量 | 2026-04-01 | 2026-05-01 |\n| SO1 | 示例 | 端盖 | 120 | 30 | 70 |")
    assert told(reading) == [("schedule-sum-differs", "E2")]


def test_what_is_no_quantity_under_a_date_is_told_where_it_stands():
    reading = read(
        "| 订单号 | 客户 | 品名 | 数量 | 2026-04-01 | 2026-05-01 |\n| SO1 | 示例 | 端盖 | 30 | 30 | 看库存 |"
    )
    assert [cell for _, cell in told(reading)] == ["F2"]


def test_dates_as_columns_are_told_once_where_the_layout_does_not_know_them():
    by = rules_with(layouts__book=columns_of("{field: unit}"))
    reading = read(
        "| 订单编号 | 客户 | 货描 | 数量 | 2026-04-01 | 2026-05-01 |\n| SO1 | 示例 | 端盖 | 100 | 30 | 70 |", by=by
    )
    assert told(reading) == [("column-not-read", "E1")]


def test_sums_of_months_and_of_all_are_compared_with_their_lines():
    reading = read(
        """
        | 订单号 | 客户 | 品名 | 数量 | 金额 |
        | SO1 | 示例 | 端盖 | 10 | 100 |
        | SO2 | 示例 | 垫片 | 20 | |
        | | | 3月小计 | 30 | 100 |
        | SO3 | 示例 | 支架 | 5 | 50 |
        | | | 4月小计 | 6 | 50 |
        | 总计 | | | 35 | 150 |
        """
    )
    assert taken(reading) == ["SO1", "SO2", "SO3"]
    assert told(reading) == [("sum-differs", "D6")]
    assert dict(reading.problems[0].values) == {"value": "6", "lines": "5"}


def test_a_line_that_speaks_of_a_sum_is_a_line():
    reading = read("| 订单号 | 客户 | 品名 | 数量 | 备注 |\n| SO1 | 示例 | 端盖 | 10 | 与SO2合计 |")
    assert lines_of(reading) == [("端盖", 10)]


def test_a_remark_between_lines_is_told_and_is_no_line():
    reading = read(
        "| 订单号 | 客户 | 品名 | 数量 |\n| SO1 | 示例 | 端盖 | 10 |\n| 备注1：急 | | | |\n| SO2 | 示例 | 垫片 | 20 |"
    )
    assert taken(reading) == ["SO1", "SO2"]
    assert told(reading) == [("row-not-read", "A3")]


def test_of_two_columns_with_one_label_that_whose_values_fit_is_read():
    reading = read("| 订单号 | 客户 | 品名 | 数量 | 数量 |\n| SO1 | 示例 | 端盖 | 两箱 | 10 |")
    assert lines_of(reading) == [("端盖", 10)]
    assert told(reading) == [("column-does-not-fit", "D1")]


def test_of_two_columns_with_one_label_a_blank_one_is_left():
    reading = read("| 订单号 | 客户 | 品名 | 数量 | 数量 |\n| SO1 | 示例 | 端盖 | | 10 |")
    assert lines_of(reading) == [("端盖", 10)]
    assert told(reading) == []


def test_without_a_fitting_column_for_what_is_needed_the_column_is_an_error():
    rows = "\n".join(f"| SO{number} | 示例 | 端盖 | 看库存 |" for number in range(4))
    reading = read(f"| 订单号 | 客户 | 品名 | 数量 |\n{rows}")
    assert ("column-does-not-fit", "D1") in [(p.code, p.place.cell) for p in reading.problems if p.is_error]
    assert reading.document.records == ()


def test_a_slip_in_few_cells_is_told_in_its_cell():
    reading = read("| 订单号 | 客户 | 品名 | 数量 |\n| SO1 | 示例 | 端盖 | 看库存 |")
    assert told(reading) == [("number-not-understood", "D2")]


def test_a_header_that_is_only_like_a_label_is_never_taken():
    reading = read(
        "| order-intake/order-intake-list/1 |\n| 订单编号 | Qantity | 客户 | 品名 |\n| 1 | 10 | 示例 | 端盖 |"
    )
    near = [problem for problem in reading.problems if problem.code == "header-near-match"]
    assert [problem.field for problem in near] == ["quantity"]
    assert "quantity" not in one(reading).lines[0].values


@pytest.mark.parametrize("header", ["订单编码", "订单编号 | 订单编号"])
def test_a_list_whose_order_numbers_may_be_another_column_is_kept_out(header):
    """Else each of its rows would come in as an order of its own, with a number that the desk assigns."""
    wide = header.count("|")
    rows = "".join(f"\n| SO-1 {f'| SO-{row} ' * wide}| 示例 | 端盖 | {row} |" for row in (1, 2))
    reading = read(f"| {header} | 客户 | 品名 | 数量 |{rows}")
    assert [problem.field for problem in reading.problems if problem.is_error] == ["order_no"]
    assert reading.document.records == reading.document.rejected == ()


def test_a_label_that_is_only_like_one_is_told():
    reading = read("| 客户 | 示例 | 订单编码 | SO-1 |\n| 品名 | 数量 |\n| 端盖 | 10 |")
    assert told(reading) == [("header-near-match", "C1")]


TWO_SHEETS = """
name: joined
form: order-intake
kind: two-sheets
label: {zh: 两页, en: Joined}
group_by: order_no
header: [{field: order_no, aliases: [单据编号]}, {field: customer, aliases: [往来单位]}]
lines: [{field: product}, {field: quantity}]
"""


def test_orders_and_lines_that_find_no_partner_are_told():
    reading = read(
        "== 订单\n| 单据编号 | 往来单位 |\n| 17 | 示例 |\n| 18 | 示例 |\n"
        "== 明细\n| 单据编号 | 品名 | 数量 |\n| '17 | 端盖 | 10 |\n| | 垫片 | 20 |\n| 19 | 支架 | 5 |",
        by=rules_with(layouts__joined=TWO_SHEETS),
    )
    assert [(order.text("order_no"), len(order.lines)) for order in reading.document.records] == [("17", 2)]
    assert told(reading) == [("line-without-order", "A4"), ("lines-missing", "A3")]


def test_two_thousand_merged_blocks_take_no_more_than_a_moment():
    rows = "\n".join(f"| SO{number} | 示例 | 端盖 | 10 |\n| ^ | ^ | 垫片 | 20 |" for number in range(1200))
    reading = read(f"| 订单号 | 客户 | 品名 | 数量 |\n{rows}")
    assert len(reading.document.records) == 1200
    assert {len(order.lines) for order in reading.document.records} == {2}
