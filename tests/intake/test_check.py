"""What keeps a record out, what goes in with a warning, and what is not looked at."""

from decimal import Decimal

import pytest
from intake_reading import one, read, rules_with, taken, told


def order(head, row, header="| 客户 | 示例 | 接单日期 | 2026-03-02 |"):
    return read(f"{header}\n{head}\n{row}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("| 客户 |  |\n| 品名 | 数量 |\n| 端盖 | 10 |", ("field-missing", "B1")),
        ("| 客户 | 示例 |\n| 品名 | 数量 | 单价 |\n| 端盖 |  | 2.5 |", ("field-missing", "B3")),
        ("| 客户 | 示例 |\n| 品名 | 产品编码 | 数量 |\n|  |  | 10 |", ("field-missing", "B3")),
        ("| 客户 | 示例 |\n| 品名 | 数量 |\n|  |  |", ("lines-missing", "A1")),
    ],
)
def test_without_customer_product_quantity_or_lines_an_order_is_not_taken(text, problem):
    reading = read(text)
    assert told(reading) == [problem]
    assert reading.document.records == ()
    assert len(reading.document.rejected) == 1


@pytest.mark.parametrize("head", ["| 品名 | 数量 |", "| 产品编码 | 数量 |"])
def test_a_product_or_its_code_will_do(head):
    assert told(read(f"| 客户 | 示例 |\n{head}\n| P1 | 10 |")) == []


def test_other_blanks_are_taken_and_not_told():
    assert told(read("| 客户 | 示例 | 币种 |  |\n| 品名 | 数量 | 单价 | 要求交期 |\n| 端盖 | 10 |  |  |")) == []


def test_a_value_that_cannot_be_read_is_left_blank_and_the_order_is_taken():
    reading = order("| 品名 | 数量 | 单价 |", "| 端盖 | 10 | 面议 |")
    assert told(reading) == [("number-not-understood", "C3")]
    assert len(reading.document.records) == 1
    assert one(reading).lines[0].get("unit_price") is None


def test_a_required_value_that_cannot_be_read_is_told_once():
    reading = order("| 品名 | 数量 |", "| 端盖 | 八十 |")
    assert told(reading) == [("number-not-understood", "B3")]
    assert reading.document.records == ()


def test_all_problems_are_told_at_once():
    reading = order("| 品名 | 数量 | 单价 | 要求交期 |", "| 端盖 | 0 | -1 | 月底 |", "| 客户 |  | 优先级 | 特别急 |")
    assert sorted(told(reading)) == [
        ("choice-unknown", "D1"),
        ("date-not-understood", "D3"),
        ("field-missing", "B1"),
        ("number-too-small", "B3"),
        ("number-too-small", "C3"),
    ]


def test_one_order_that_is_wrong_does_not_keep_out_the_others_of_a_list():
    reading = read(
        """
        | 订单号 | 客户 | 品名 | 数量 |
        | SO1    | 示例 | 端盖 | 10   |
        | SO2    | 示例 | 垫片 |      |
        | SO3    | 示例 | 支架 | 30   |
        """
    )
    assert taken(reading) == ["SO1", "SO3"]
    assert [record.text("order_no") for record in reading.document.rejected] == ["SO2"]


def test_an_order_is_taken_or_refused_whole():
    reading = order("| 品名 | 数量 |", "| 端盖 | 10 |\n| 垫片 |  |")
    assert reading.document.records == ()
    assert len(reading.document.rejected[0].lines) == 2


@pytest.mark.parametrize(
    ("head", "row", "expected"),
    [
        ("| 品名 | 数量 | 要求交期 |", "| 端盖 | 10 | 2026-03-02 |", []),
        ("| 品名 | 数量 | 要求交期 |", "| 端盖 | 10 | 2026-03-01 |", [("requested-before-order", "C3")]),
        ("| 品名 | 数量 | 要求交期 |", "| 端盖 | 10 | TBC |", []),
        ("| 品名 | 数量 | 要求交期 |", "| 端盖 | 10 |  |", []),
        ("| 品名 | 数量 | 要求交期 |", "| 端盖 | 5 | 2026-03-30×3; 2026-04-15×2 |", []),
        ("| 品名 | 数量 | 要求交期 |", "| 端盖 | 5 | 2026-03-30×3; 2026-04-15×3 |", [("schedule-sum-differs", "C3")]),
        ("| 品名 | 数量 | 单价 | 金额 |", "| 端盖 | 3 | 0.335 | 1.01 |", []),
        ("| 品名 | 数量 | 单价 | 金额 |", "| 端盖 | 3 | 0.335 | 1 |", [("amount-differs", "D3")]),
        ("| 品名 | 数量 | 单价 | 金额 |", "| 端盖 | 3 |  | 1 |", []),
        ("| 品名 | 数量 | 单价 | 折扣 | 金额 |", "| 端盖 | 10 | 2.5 | 10% | 22.5 |", []),
        ("| 品名 | 数量 | 单价 | 折扣 | 金额 |", "| 端盖 | 10 | 2.5 | 10% | 25 |", [("amount-differs", "E3")]),
    ],
)
def test_checks_look_only_at_what_is_there_and_warn(head, row, expected):
    reading = order(head, row)
    assert told(reading) == expected
    assert len(reading.document.records) == 1


def test_an_amount_that_differs_is_kept_as_typed():
    reading = order("| 品名 | 数量 | 单价 | 金额 |", "| 样品 | 10 | 2.5 | 0 |")
    assert one(reading).lines[0].get("amount") == Decimal(0)


def test_a_check_of_the_desks_own_can_refuse_an_order_in_its_own_words():
    by = rules_with(
        forms__order_intake="header_checks:\n  - code: no-rush-now\n    rule: priority != 'rush'\n    field: priority\n"
        "    message: {zh: 本月不接加急, en: No rush orders this month}\n"
        "    hint: {zh: 请改优先级, en: Change the priority}\n"
    )
    reading = read("| 客户 | 示例 | 优先级 | 加急 |\n| 品名 | 数量 |\n| 端盖 | 10 |", by=by)
    assert told(reading) == [("no-rush-now", "D1")]
    assert reading.problems[0].message.en == "No rush orders this month"
    assert reading.document.records == ()
    assert told(read("| 客户 | 示例 |\n| 品名 | 数量 |\n| 端盖 | 10 |", by=by)) == []


def test_a_line_number_stands_once_in_an_order():
    reading = order("| 行号 | 品名 | 数量 |", "| 1 | 端盖 | 10 |\n| '1 | 垫片 | 20 |")
    assert told(reading) == [("line-number-repeated", "A4")]
    assert reading.document.records == ()
    assert len(order("| 行号 | 品名 | 数量 |", "| 1 | 端盖 | 10 |\n|  | 垫片 | 20 |").document.records) == 1
