"""Quantities with a unit: taken where it is the line's, told with what it would be there where it is another."""

from decimal import Decimal

import pytest
from intake_reading import one, read, rules_with, table, told

from xltools.core.record import Origin
from xltools.core.units import Unit, Units
from xltools.intake.quantity import header_unit, split_quantity

PRODUCTS = "| 产品编码 | 品名 | 单位 |\n| P1 | 端盖 | 件 |\n| P2 | 铜线 | kg |"


def order(quantity, unit="", header="数量", product="端盖", code=""):
    text = f"| 客户 | 示例 |\n| 产品编码 | 品名 | {header} | 单位 |\n| {code} | {product} | '{quantity} | {unit} |"
    return read(text, {"products": table("products", PRODUCTS)})


def line(reading):
    (found,) = one(reading).lines
    return found.get("quantity"), found.text("unit")


@pytest.mark.parametrize(
    ("value", "number", "unit"),
    [
        ("80kg", "80", "kg"),
        ("36pcs", "36", "pcs"),
        ("1,200套", "1200", "套"),
        ("4.8 t", "4.8", "t"),
        ("８０ＫＧ", "80", "KG"),
        ("2千克", "2", "千克"),
        ("1.5万件", "15000", "件"),
        ("5㎡", "5", "m2"),
        ("12 PCS.", "12", "PCS."),
    ],
)
def test_a_quantity_is_a_number_and_the_unit_behind_it(value, number, unit):
    assert split_quantity(value) == (Decimal(number), unit)


@pytest.mark.parametrize("value", ["80", "kg", "80~100kg", "约80kg", "80kg×3", "80%", "80件(含备品)", 80.0, None])
def test_other_things_are_no_quantity_with_a_unit(value):
    assert split_quantity(value) is None


@pytest.mark.parametrize(
    ("quantity", "unit"), [("80kg", "KG"), ("80公斤", "kg"), ("36pcs", "件"), ("36 个", "PCS"), ("5桶", "桶")]
)
def test_a_unit_that_agrees_with_the_lines_own_is_taken(quantity, unit):
    reading = order(quantity, unit)
    assert told(reading) == []
    assert line(reading) == (split_quantity(quantity).number, unit)


def test_a_unit_that_agrees_with_the_header_or_the_product_is_taken():
    assert line(order("36pcs", header="數量 (Pcs)")) == (36, "Pcs")
    assert line(order("36pcs", code="P1", product="")) == (36, "件")


def test_a_unit_in_the_header_is_that_of_its_plain_numbers_and_goes_before_the_products():
    reading = order("36", header="数量（套）", code="P1", product="")
    assert line(reading) == (36, "套")
    assert one(reading).lines[0].values["unit"].place.cell == "C2"


def test_where_no_unit_is_stated_the_one_that_is_written_is_the_lines():
    reading = order("80kg")
    assert told(reading) == []
    assert line(reading) == (80, "kg")
    assert one(reading).lines[0].values["unit"].origin is Origin.CELL


def test_another_unit_of_the_same_kind_is_told_with_what_it_would_be():
    reading = order("4.8t", "kg")
    assert told(reading) == [("unit-differs", "C3")]
    assert dict(reading.problems[0].values)["readings"] == "4.8 t = 4800 kg"
    assert reading.document.records == ()
    assert told(order("3打", code="P1", product="")) == [("unit-differs", "C3")]


def test_a_unit_that_nothing_leads_to_is_told():
    assert told(order("80kg", "件")) == [("unit-not-convertible", "C3")]
    assert told(order("80米", code="P2", product="")) == [("unit-not-convertible", "C3")]


@pytest.mark.parametrize(("quantity", "unit"), [("80左右", ""), ("80左右", "kg")])
def test_a_word_that_is_no_unit_makes_no_quantity(quantity, unit):
    assert told(order(quantity, unit)) == [("number-not-understood", "C3")]


def test_bounds_hold_for_a_quantity_with_a_unit_too():
    assert told(order("0kg", "kg")) == [("number-too-small", "C3")]


def test_a_desk_has_its_own_words_for_units():
    text = "| 客户 | 示例 |\n| 品名 | 数量 | 单位 |\n| 端盖 | 36粒 | 件 |"
    assert told(read(text)) == [("number-not-understood", "B3")]
    by = rules_with(settings="units:\n  - {name: pcs, aliases: [件, 粒]}")
    assert told(read(text, by=by)) == []


def test_a_field_with_a_unit_of_its_own_takes_numbers_in_it():
    weight = (
        "lines: [{name: weight, label: {zh: 净重, en: Net Weight}, type: decimal, unit: kg}]",
        "lines: [{field: weight}]",
    )
    by = rules_with(forms__order_intake=weight[0], layouts__order_intake_sheet=weight[1])
    text = "| 客户 | 示例 |\n| 品名 | 数量 | 净重 |\n| 端盖 | 5 | {} |"
    assert one(read(text.format("80公斤"), by=by)).lines[0].get("weight") == 80
    assert told(read(text.format("4.8t"), by=by)) == [("unit-differs", "C3")]


UNITS = Units([Unit("pcs", ("件",)), Unit("kg"), Unit("t", ("吨",), "kg", Decimal(1000))])


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("数量(Pcs)", "Pcs"),
        ("數量  （件）", "件"),
        ("数量\n(KG)", "KG"),
        ("数量/kg", "kg"),
        ("数量(必填)", ""),
        ("单价(元)", ""),
    ],
)
def test_a_header_names_a_unit_only_in_words_that_are_units(header, unit):
    assert header_unit(header, UNITS) == unit


def test_amounts_are_converted_between_units_of_one_kind():
    assert UNITS.convert(Decimal("4.8"), "吨", "KG") == 4800
    assert UNITS.convert(Decimal(2400), "kg", "t") == Decimal("2.4")
    assert UNITS.convert(Decimal(1), "kg", "件") is None
