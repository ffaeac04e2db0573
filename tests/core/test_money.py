"""Money: half up to the cent, and amounts in the capitals that contracts use."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.money import line_amount, rmb_capitals, round_cents, round_to

DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100000000", "壹亿元整"),
        ("0.05", "伍分"),
        ("0", "零元整"),
        ("0.5", "伍角"),
        ("10", "壹拾元整"),
        ("1010000", "壹佰零壹万元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("20000000", "贰仟万元整"),
        ("1000100000000", "壹万零壹亿元整"),
        ("12345678901234.56", "壹拾贰万叁仟肆佰伍拾陆亿柒仟捌佰玖拾万壹仟贰佰叁拾肆元伍角陆分"),
        ("-3.2", "负叁元贰角"),
        ("1.005", "壹元零壹分"),
    ],
)
def test_rmb_capitals(amount, words):
    assert rmb_capitals(Decimal(amount)) == f"人民币{words}"


def read_capitals(words):
    """The number that capitals say: the other way round, by other means."""
    yuan, _, rest = words.removeprefix("人民币").rpartition("元") if "元" in words else ("", "", words[3:])
    total = Decimal(0)
    for part, unit in ((part, unit) for unit, part in split_units(yuan)):
        total += section_value(part) * unit
    for mark, unit in (("角", "0.1"), ("分", "0.01")):
        if mark in rest:
            total += DIGITS[rest[rest.index(mark) - 1]] * Decimal(unit)
    return total


def split_units(yuan):
    wan_yi, _, below = yuan.rpartition("亿")
    wan, _, ones = below.rpartition("万")
    high, _, low = wan_yi.rpartition("万")
    yield from ((10**12, high), (10**8, low), (10**4, wan), (1, ones))


def section_value(part):
    value, digit = 0, 0
    for letter in part:
        if letter in DIGITS:
            digit = DIGITS[letter]
        else:
            value += digit * {"拾": 10, "佰": 100, "仟": 1000}[letter]
            digit = 0
    return value + digit


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10) ** 12, places=2))
def test_rmb_capitals_say_the_amount_and_no_other(amount):
    assert read_capitals(rmb_capitals(amount)) == amount


def test_what_is_too_large_for_capitals_is_refused():
    with pytest.raises(ValueError, match="too large"):
        rmb_capitals(Decimal(10) ** 16)


def test_line_amounts_are_half_up_to_the_cent():
    assert line_amount(Decimal(3), Decimal("0.335")) == Decimal("1.01")
    assert line_amount(Decimal(12), Decimal(14), Decimal("0.05")) == Decimal("159.60")
    assert round_cents(Decimal("2.345")) == Decimal("2.35")
    assert round_to(Decimal("0.0500000007450581"), 4) == Decimal("0.0500")
