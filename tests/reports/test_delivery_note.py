import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.order import Delivery, OrderLine
from xltools.core.record import Value
from xltools.reports.delivery_note import delivery_note_context, goods_on_note

from .shipped_orders import NOTE, PLACE, request_paper, ship

SAID = {
    "batch": "B260301",
    "packages": Decimal(10),
    "warehouse": "成品仓A",
    "carrier": "顺丰速运",
    "plate": "浙B·8K217",
    "waybill": "SF1390021",
    "inspection": "孙倩",
    "prepared_by": "吴刚",
}


@pytest.fixture
def note(rules):
    def make(*orders, **options):
        return delivery_note_context(request_paper("delivery-note", orders, rules, **options))

    return make


def test_a_line_tells_what_left_now_up_to_now_and_what_is_still_open(note, make_order, make_line):
    line = make_line("1", quantity=1500, unit="件", customer_item="TK-77")
    line = ship(line, ("03-05", 200, "DN-0"), ("03-12", 300, NOTE, SAID), ("03-20", 400, "DN-9"))
    (shown,) = note(make_order("SO-1", line, customer_po="PO-88017"))["lines"]
    assert (shown["quantity"], shown["shipped"], shown["open"]) == ("300", "500", "1,000")
    assert (shown["order_and_po"], shown["line_no"], shown["item_codes"]) == ("SO-1\nPO-88017", "1", "TK-77\nP1")
    assert (shown["batch"], shown["packages"], shown["batch_and_warehouse"]) == ("B260301", "10", "B260301\n成品仓A")


def test_what_was_to_leave_is_what_had_not_left_of_the_deliveries_due_by_then(note, make_order, make_line):
    due = [(300, dt.date(2026, 3, 10)), (300, dt.date(2026, 3, 12)), (400, dt.date(2026, 4, 1))]
    deliveries = tuple(Delivery(Decimal(quantity), requested=day) for quantity, day in due)
    planned = dataclasses.replace(make_line(quantity=1000), deliveries=deliveries)
    late = ship(planned, ("03-05", 100, "DN-0"), ("03-12", 200, NOTE))
    early = ship(planned, ("03-11", 600, "DN-0"), ("03-12", 50, NOTE))
    whole = ship(make_line("2", quantity=500), ("03-12", 510, NOTE), ("03-12", 10, NOTE))
    for line, wanted in ((late, ["500"]), (early, ["400"]), (whole, ["500", "0"])):
        assert [row["due"] for row in note(make_order("SO-1", line))["lines"]] == wanted


def test_what_left_is_counted_by_date_though_an_earlier_list_came_later(note, make_order, make_line):
    line = ship(make_line(quantity=100), ("03-12", 30, NOTE), ("03-10", 20, "DN-late"))
    (shown,) = note(make_order("SO-1", line))["lines"]
    assert (shown["shipped"], shown["open"]) == ("50", "50")


def test_two_batches_of_a_line_are_two_rows_and_both_tell_how_the_line_stands_after_the_note(
    note, make_order, make_line
):
    line = ship(make_line(quantity=100), ("03-12", 30, NOTE, {"batch": "甲"}), ("03-12", 20, NOTE, {"batch": "乙"}))
    rows = note(make_order("SO-1", line))["lines"]
    assert [(row["batch"], row["quantity"], row["shipped"], row["open"]) for row in rows] == [
        ("甲", "30", "50", "50"),
        ("乙", "20", "50", "50"),
    ]


def test_a_note_holds_several_orders_in_their_order_and_names_each_po(note, make_order, make_line):
    def order(number, po, *lines):
        return make_order(number, *(ship(make_line(one), ("03-12", 10, NOTE)) for one in lines), customer_po=po)

    made = note(order("SO-10", "PO-2", "1"), order("SO-9", "PO-1", "10", "2"))
    assert [(row["order_no"], row["line_no"]) for row in made["lines"]] == [
        ("SO-9", "2"),
        ("SO-9", "10"),
        ("SO-10", "1"),
    ]
    assert (made["order_numbers"], made["customer_pos"]) == ("SO-9, SO-10", "PO-1, PO-2")


def test_more_than_ordered_and_cancelled_lines_leave_nothing_open(note, make_order, make_line):
    over = ship(make_line("1", quantity=100), ("03-12", 105, NOTE))
    gone = ship(make_line("2", quantity=100), ("03-12", 40, NOTE))
    cancelled = OrderLine(gone.number, gone.values, gone.deliveries, gone.shipments, gone.place, cancelled=True)
    assert [row["open"] for row in note(make_order("SO-1", over, cancelled))["lines"]] == ["0", "0"]


def test_units_are_not_added_together(note, make_order, make_line):
    lines = (
        ship(make_line("1", unit="件"), ("03-12", 1000, NOTE, {"packages": Decimal(3)})),
        ship(make_line("2", unit="件"), ("03-12", 200, NOTE, {"packages": Decimal(1)})),
        ship(make_line("3", unit="套"), ("03-12", 3, NOTE)),
    )
    made = note(make_order("SO-1", *lines))
    assert (made["total_quantity"], made["total_packages"]) == ("1,200 件 + 3 套", "4")


def test_the_head_says_where_to_and_how(note, make_order, make_line):
    line = ship(make_line(), ("03-12", 10, NOTE, SAID))
    order = make_order("SO-1", line, contact="王小明", phone="0574-1", delivery_address="宁波市北仑区明州路 88 号")
    made = note(order, name="宁波泰衡电子有限公司")
    assert made["number"] == NOTE
    assert made["date"] == "2026-03-12"
    assert (made["customer"], made["address"]) == ("宁波泰衡电子有限公司", "宁波市北仑区明州路 88 号")
    assert (made["receiver"], made["phone"]) == ("王小明", "0574-1")
    assert (made["carrier"], made["plate"], made["waybill"]) == ("顺丰速运", "浙B·8K217", "SF1390021")
    assert (made["inspection"], made["payment_release"], made["prepared_by"]) == ("孙倩", "", "吴刚")
    named = ship(make_line(), ("03-12", 10, NOTE, {"receiver": "赵敏"}))
    assert note(make_order("SO-1", named, contact="王小明"))["receiver"] == "赵敏"


def test_no_text_of_the_head_fills_the_page(note, make_order, make_line):
    long = "宁波市北仑区明州路 " * 500
    line = ship(make_line("1"), ("03-12", 300, NOTE, {**SAID, "carrier": long}))
    found = note(make_order("SO-1", line, delivery_address=long))
    assert all(len(found[name]) <= 120 for name in ("address", "carrier", "order_numbers", "seller_lines"))
    assert found["address"].startswith("宁波市北仑区")
    assert found["address"].endswith("…")


def test_prices_are_shown_where_they_are_wanted_and_nowhere_else(note, make_order, make_line):
    line = ship(make_line(unit_price=Decimal("12.5"), quantity=500), ("03-12", 201, NOTE))
    order = make_order("SO-1", line, tax_included=True, tax_rate=Decimal("0.13"))
    priced, plain = note(order, priced=True), note(order)
    assert (priced["lines"][0]["price"], priced["lines"][0]["amount"]) == ("12.50", "2,512.50")
    assert (priced["total"], priced["total_words"]) == ("2,512.50", "人民币贰仟伍佰壹拾贰元伍角")
    assert (priced["currency"], priced["tax"]) == ("人民币 CNY", "以上价格含税，税率 13%")
    assert "12.5" not in str(plain)
    assert (plain["total"], plain["total_words"], plain["currency"], plain["tax"]) == ("", "", "", "")


def test_foreign_money_has_english_words_and_several_currencies_no_total(note, make_order, make_line):
    line = ship(make_line(unit_price=Decimal(2)), ("03-12", 10, NOTE))
    dollars, euros = make_order("SO-1", line, currency="USD"), make_order("SO-2", line, currency="EUR")
    assert note(dollars, priced=True, language="en")["total_words"] == "SAY US DOLLARS TWENTY ONLY"
    assert note(dollars, euros, priced=True)["total"] == ""
    unpriced = ship(make_line("2"), ("03-12", 10, NOTE))
    assert note(make_order("SO-1", line, unpriced), priced=True)["total"] == ""


@given(amount=st.decimals(0, 10**6, places=2), parts=st.lists(st.integers(1, 400), min_size=1, max_size=6))
def test_the_notes_of_a_line_with_an_amount_of_its_own_add_up_to_that_amount(
    make_order, make_line, rules, amount, parts
):
    line = make_line(quantity=sum(parts), amount=amount, unit_price=Decimal(1))
    line = ship(line, *(("03-12", part, NOTE) for part in parts))
    goods = goods_on_note(request_paper("delivery-note", [make_order("SO-1", line)], rules).ledger, NOTE)
    assert sum(one.amount for one in goods) == amount


def test_a_note_whose_goods_are_void_has_no_lines(note, make_order):
    made = note(make_order())
    assert (made["lines"], made["total_quantity"], made["date"]) == ([], "", "2026-03-12")


def test_text_of_a_workbook_stays_text(note, make_order, make_line):
    line = ship(make_line(product="=1+1 {{ x }}"), ("03-12", 1, NOTE, {"remark": "<b>急</b>"}))
    (shown,) = note(make_order("SO-1", line))["lines"]
    assert (shown["product"], shown["remark"]) == ("=1+1 {{ x }}", "<b>急</b>")
    assert Value("<b>急</b>", PLACE) in line.shipments[0].values.values()
