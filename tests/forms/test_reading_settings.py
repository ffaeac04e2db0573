"""What a desk may settle of dates and units, and what of it is wrong before any workbook is read."""

from decimal import Decimal

import pytest


def told(loaded):
    return [(problem.code, problem.place.line) for problem in loaded[1]]


def test_nothing_is_settled_unless_a_desk_does(rules):
    assert (rules.settings.reading.date_order, rules.settings.reading.yearless) == (None, "ask")
    assert {layout.date_order for layout in rules.layouts.values()} == {None}


@pytest.mark.parametrize(
    "text", ["reading: {date_order: dmy}", "reading: {yearless: guess}", "reading: {date_order: [day-first]}"]
)
def test_what_cannot_settle_a_date_is_told(load_overlay, text):
    ((code, line),) = told(load_overlay({"settings.yaml": text}))
    assert code in {"rule-unknown-value", "rule-not-text"}
    assert line == 1


def test_a_layout_settles_the_order_of_its_own_dates(load_overlay):
    loaded, _ = load_overlay({"layouts/order-intake-list.yaml": "date_order: day-first"})
    assert loaded.layouts["order-intake-list"].date_order == "day-first"
    assert told(load_overlay({"layouts/order-intake-list.yaml": "date_order: first"})) == [("rule-unknown-value", 1)]


def test_the_packages_units_are_words_for_one_unit_only(rules):
    units = rules.settings.known_units
    assert units.are_same("PCS.", "件")
    assert units.are_same("公斤", "ＫＧ")
    assert not units.are_same("件", "箱")
    assert units.convert(Decimal("4.8"), "吨", "kg") == 4800
    assert units.convert(Decimal(3), "打", "个") == 36


def test_a_desk_adds_words_and_units(load_overlay):
    loaded, _ = load_overlay({"settings.yaml": "units:\n- {name: pcs, aliases: [件]}\n- {name: barrel, aliases: [桶]}"})
    assert loaded.settings.known_units.find("桶").name == "barrel"
    assert loaded.settings.known_units.find("个") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {name: barrel, aliases: [公斤]}", "rule-duplicate-name"),
        ("- {name: barrel, base: bucket, factor: 2}", "rule-unknown-value"),
        ("- {name: barrel, base: dozen, factor: 2}", "rule-unknown-value"),
        ("- {name: barrel, base: l, factor: 0}", "rule-out-of-range"),
        ("- {name: 桶}", "rule-bad-name"),
    ],
)
def test_units_that_cannot_be_meant_are_told_where_they_stand(load_overlay, text, code):
    assert told(load_overlay({"settings.yaml": f"units:\n{text}"})) == [(code, 2)]


def test_the_unit_of_a_number_is_a_field_beside_it(load_overlay):
    text = "lines:\n- {name: quantity, unit_field: measure}"
    assert told(load_overlay({"forms/order-intake.yaml": text})) == [("rule-unknown-field", 2)]
