"""What is proposed for a workbook that nobody has described: by its headers and by what stands under them."""

import datetime as dt
from dataclasses import replace

import pytest
from builders import workbook
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_reading import rules

from xltools.core.problem import Problem
from xltools.core.sheet import Range, Sheet, Workbook
from xltools.forms.header_words import HeaderWords
from xltools.intake.adopt import Proposal, as_layout, propose_layout
from xltools.intake.adopt_columns import Remark
from xltools.intake.adopt_words import FieldWords, rate_values

RULES = rules()
FORM = RULES.forms["order-intake"]
WORDS = FieldWords(FORM, RULES, (*FORM.lines, *FORM.header))


def propose(text, given_fields=(), form="order-intake"):
    return propose_layout(workbook(text), RULES.forms[form], RULES, given_fields)


def fields(proposal):
    return {one.seen.header: one.field for one in proposal.columns}


def remarks(proposal):
    return {one.seen.header: one.remark for one in proposal.left_over}


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("订单编号", "order_no"),
        ("生產單號(客方)", "customer_po"),
        ("客戶PO號", "customer_po"),
        ("往来单位", "customer"),
        ("K3代码", "product_code"),
        ("貨 描", "product"),
        ("數量\n(Pcs)", "quantity"),
        ("ＱＴＹ", "quantity"),
        ("数量 Qty", "quantity"),
        ("UNIT", "unit"),
        ("不含税单价", "unit_price"),
        ("合计金额", "amount"),
        ("订单要求交货时间", "requested_date"),
        ("计划完成日期", "promised_date"),
        ("备注2", "line_remark"),
        ("Qantity", "quantity"),
        ("Delivry Date", "requested_date"),
    ],
)
def test_headers_of_real_sheets_are_known_or_near(header, field):
    rated = WORDS.rate(header)
    assert max(rated, key=rated.get) == field
    assert rated[field] >= 75


@pytest.mark.parametrize(
    "header", ["出货数量", "欠数", "件数", "订单状态", "送货单号", "Ship To", "未交数量", "完成日期"]
)
def test_headers_that_mean_something_else_are_proposed_for_nothing(header):
    assert not [score for score in WORDS.rate(header).values() if score >= 75]


def test_a_header_in_the_letterhead_s_place_is_no_table():
    proposal = propose(
        """
        | 东莞恒达 | | | 电话：0769-1 |
        | 制表 | 陈小姐 | 日期 | 2026-03-01 |
        | 任务单号 | 往来单位 | 货描 | 订单量 |
        | RW-1 | 泰衡 | 端盖 | 500 |
        """
    )
    assert (proposal.header_row, proposal.kind, proposal.group_by) == (3, "list", "order_no")


def test_a_column_called_like_a_field_whose_values_it_does_not_hold_is_left_over():
    proposal = propose(
        "| 订单号 | 客户 | 品名 | 数量 | 订单类型 |\n| A | 泰衡 | 端盖 | 5 | 已收清 |\n| B | 泰衡 | 底座 | 6 | 部分 |"
    )
    assert fields(proposal)["订单类型"] == ""
    assert remarks(proposal) == {"订单类型": Remark.UNFIT}


def test_of_two_columns_of_one_name_the_values_decide():
    proposal = propose(
        "| 订单号 | 客户 | 品名 | 数量 | 数量 |\n| A-1 | 泰衡 | 端盖 | 五箱 | 5 |\n| A-2 | 泰衡 | 底座 | 六箱 | 6 |"
    )
    quantity = next(one for one in proposal.placed if one.field == "quantity")
    assert quantity.seen.cell.place.cell == "E1"


def test_a_number_that_holds_dates_of_delivery_is_the_date():
    proposal = propose("| 任务号 | 订单号 | 客户 | 品名 | 数量 |\n| 2025/2/18交 | A-1 | 泰衡 | 端盖 | 5 |")
    assert fields(proposal)["任务号"] == "requested_date"
    plain = propose("| 任务号 | 客户 | 品名 | 数量 |\n| RW-1 | 泰衡 | 端盖 | 5 |")
    assert fields(plain)["任务号"] == "order_no"


def test_dates_that_nothing_settles_are_named():
    proposal = propose("| 订单号 | 客户 | 品名 | 数量 | 下单日期 |\n| A-1 | 泰衡 | 端盖 | 5 | '03/04/2026 |")
    assert proposal.date_order == ""
    assert [one.field for one in proposal.unsettled] == ["order_date"]
    settled = propose(
        "| 订单号 | 客户 | 品名 | 数量 | 下单日期 |\n| A | 泰 | 盖 | 5 | '03/04/26 |\n| B | 泰 | 盖 | 5 | '04/25/2026 |"
    )
    assert (settled.date_order, settled.unsettled) == ("month-first", ())


def test_what_a_folder_gives_is_not_missing():
    book = "| 订单号 | 品名 | 数量 |\n| A-1 | 端盖 | 5 |"
    assert propose(book).missing == ("customer",)
    assert propose(book, ["customer"]).missing == ()


def test_a_list_with_a_letterhead_is_a_list_and_what_stands_above_it_is_of_all_its_orders():
    proposal = propose(
        """
        | 客户：永发贸易 | | 单号：2026-03 | 电话 | 0769-1 |
        | 订单号 | 品名 | 规格 | 数量 |
        | A-1 | 端盖 | Φ86 | 5 |
        | A-2 | 底座 | Φ60 | 6 |
        """
    )
    assert (proposal.kind, proposal.missing) == ("list", ())
    assert [(one.field, one.seen.samples) for one in proposal.labels] == [
        ("customer", ("永发贸易",)),  # the telephone may be that of whoever printed the paper
    ]


def test_a_letterhead_alone_makes_no_order_of_a_table():
    proposal = propose("| 币种 | USD |\n| 品名 | 规格 | 数量 |\n| 端盖 | Φ86 | 5 |", ["customer"])
    assert (proposal.kind, [one.field for one in proposal.labels]) == ("list", ["currency"])


def test_labels_right_above_the_headers_are_no_half_of_them():
    proposal = propose(
        """
        | 采购单号： | CG-1 | 币别： | 人民币 |
        | 交货地址 | < | 苏州工业园区 | < |
        | 物料编码 | 物料名称 | 数量 | 单位 |
        | M-1 | 端盖 | 5 | 件 |
        """,
        ["customer"],
    )
    assert proposal.header_row == 3
    assert [one.seen.alias for one in proposal.columns] == ["物料编码", "物料名称", "数量", "单位"]
    assert {one.field for one in proposal.labels} == {"customer_po", "currency", "delivery_address"}


def test_thousands_of_columns_with_one_header_are_told_in_no_time():
    head = " | ".join(["客户", "订单号"] * 400)
    proposal = propose(f"| {head} |\n| 品名 | 数量 | 单价 | 要求交期 |\n| 轴 | 5 | 1 | 2026-05-01 |")
    assert not isinstance(proposal, Problem)


def test_a_buyer_is_a_person_and_items_are_numbered():
    proposal = propose(
        """
        | PO Number: | PO-1 | Buyer: | Jane Doe |
        | Item | Description | Qty | Required Date |
        | 1 | Bracket | 5 | 2026-05-01 |
        """
    )
    found = {one.field for one in proposal.placed}
    assert {"contact", "line_no", "product"} <= found
    assert proposal.missing == ("customer",)


def test_only_dates_that_an_order_of_day_and_month_settles_ask_for_one():
    rows = "| A-1 | 泰衡 | 端盖 | 5 | {} |"
    assert propose("| 订单号 | 客户 | 品名 | 数量 | 交期 |\n" + rows.format("6月1日")).unsettled == ()
    (asked,) = propose("| 订单号 | 客户 | 品名 | 数量 | 交期 |\n" + rows.format("03/04/2026")).unsettled
    assert asked.seen.samples == ("03/04/2026",)


def test_a_hidden_sheet_is_not_looked_at_and_others_are_named():
    proposal = propose(
        """
        == 旧 (hidden)
        | 订单号 | 客户 | 品名 | 数量 | 单价 |
        | A-1 | 泰衡 | 端盖 | 5 | 1 |
        == 三月
        | 订单号 | 客户 | 品名 | 数量 |
        | A-1 | 泰衡 | 端盖 | 5 |
        == 说明
        | 请勿改动 |
        """
    )
    assert (proposal.sheets, proposal.unused) == (("三月",), ("说明",))


def test_master_data_is_adopted_too():
    proposal = propose("| 料号 | 存货名称 | 产品规格 | UOM |\n| P1 | 端盖 | Φ86 | 件 |", form="products")
    assert set(fields(proposal).values()) == {"product_code", "product", "specification", "unit"}
    assert (proposal.kind, proposal.missing) == ("list", ())


def test_a_desk_s_own_words_are_known():
    own = replace(RULES, headers=HeaderWords(words={"order-intake": {"quantity": ("打数",)}}))
    proposal = propose_layout(workbook("| 订单号 | 客户 | 品名 | 打数 |\n| A-1 | 泰衡 | 端盖 | 5 |"), FORM, own)
    assert fields(proposal)["打数"] == "quantity"


def test_text_fits_a_name_and_dates_do_not():
    code = FORM.field("order_no")
    assert rate_values(["SO-1", 10248.0, "0010248"], code) == 1
    assert rate_values([dt.date(2026, 3, 1), "2025/2/18交"], code) == 0
    assert rate_values([], code) == 1


HEADERS = st.sampled_from([*WORDS.labels, "數 量(Pcs)", "订单：A-1", "合计", "2026-03-01", "日期", "#N/A", "x" * 99])
CELLS = st.one_of(
    st.none(), HEADERS, st.text(max_size=6), st.floats(), st.dates(), st.datetimes(), st.booleans(), st.times()
)
GRIDS = st.lists(st.lists(CELLS, max_size=6).map(tuple), max_size=7).map(tuple)
MERGES = st.lists(
    st.builds(lambda top, left, down, right: Range(top, left, top + down, left + right), *[st.integers(0, 3)] * 4),
    max_size=2,
)


@settings(max_examples=150)
@given(st.lists(st.tuples(GRIDS, MERGES), min_size=1, max_size=2))
def test_any_workbook_gives_a_proposal_that_is_a_layout_or_a_problem(pages):
    sheets = tuple(Sheet("x.xlsx", f"S{at}", rows, merges=tuple(merges)) for at, (rows, merges) in enumerate(pages))
    found = propose_layout(Workbook("x.xlsx", "0" * 64, sheets), FORM, RULES)
    if isinstance(found, Problem):
        assert found.code == "adopt-no-table"
        return
    assert isinstance(found, Proposal)
    placed = [one.field for one in found.placed]
    assert found.kind == "two-sheets" or len(placed) == len(set(placed))
    layout = as_layout(found, "adopted", FORM)
    assert {one.field for one in layout.placements()} == set(placed)
