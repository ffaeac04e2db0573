import datetime as dt
from decimal import Decimal

import pytest

from xltools.core.place import Place
from xltools.core.record import Record, Value
from xltools.reports.contract import BLANK, contract_context, delivery_words, payment_words, tax_words
from xltools.reports.words import english_amount

SIGNED = dt.date(2026, 3, 3)


def customer(**fields: str) -> Record:
    place = Place("master/customers.xlsx", "客户", "A3")
    return Record(place, {name: Value(value, place) for name, value in fields.items()})


@pytest.fixture
def context(rules):
    def make(order, record=None, rules=rules):
        return contract_context(order, record, rules, SIGNED, "HT202603-001")

    return make


def test_the_total_is_the_sum_of_the_lines_and_stands_in_capitals(context, make_order, make_line):
    order = make_order(
        "SO-1",
        make_line("1", quantity=1200, unit_price=Decimal("12.5")),
        make_line("2", quantity=3, unit_price=Decimal("469.6733"), discount=Decimal("0.1")),
    )
    made = context(order)
    assert [line["amount"] for line in made["lines"]] == ["15,000.00", "1,268.12"]
    assert made["total"] == "16,268.12"
    assert made["total_words"] == "人民币壹万陆仟贰佰陆拾捌元壹角贰分"
    assert [line["price"] for line in made["lines"]] == ["12.50", "469.6733\n-10%"]
    assert made["lines"][0]["quantity"] == "1,200"


def test_other_currencies_are_written_in_english_words(context, make_order, make_line):
    made = context(make_order("SO-1", make_line(quantity=1, unit_price=Decimal("1200.5")), currency="USD"))
    assert made["total_words"] == "SAY US DOLLARS ONE THOUSAND TWO HUNDRED AND CENTS FIFTY ONLY"
    assert made["currency"] == "美元 USD"


def test_without_a_price_the_line_and_the_total_stay_blank(context, make_order, make_line):
    made = context(make_order("SO-1", make_line("1", unit_price=Decimal(2)), make_line("2")))
    assert made["lines"][1]["amount"] == made["total"] == made["total_words"] == BLANK


def test_a_party_is_named_from_settings_and_master_data_and_blanks_are_left_to_the_pen(context, make_order, rules_with):
    rules = rules_with(company={"tax_number": "9133"})
    made = context(make_order("SO-1", phone="0574-1"), customer(name="泰衡电子有限公司", bank="工行"), rules)
    assert made["seller"].tax_number == "9133"
    assert made["seller"].bank == BLANK
    assert (made["buyer"].name, made["buyer"].bank, made["buyer"].phone) == ("泰衡电子有限公司", "工行", "0574-1")
    assert made["buyer"].representative == BLANK
    unknown = context(make_order())
    assert (unknown["buyer"].name, unknown["buyer"].address) == ("泰衡", BLANK)


@pytest.mark.parametrize(
    ("terms", "zh", "en"),
    [
        ("30/70", "分2期支付（30/70）：第1期 30%，第2期 70%", "In 2 instalments: 30%, 70%"),
        (
            "10/40/40/10",
            "分4期支付（10/40/40/10）：第1期 10%，第2期 40%，第3期 40%，第4期 10%",
            "In 4 instalments: 10%, 40%, 40%, 10%",
        ),
        ("月结30天", "月结30天", "Monthly account, 30 days"),
        ("30/60", "30/60", "30/60"),
        ("20TT80LC60DAYS", "20TT80LC60DAYS", "20TT80LC60DAYS"),
        ("", BLANK, BLANK),
    ],
)
def test_payment_words_add_nothing_to_the_terms(terms, zh, en):
    assert (payment_words(terms).zh, payment_words(terms).en) == (zh, en)


def test_tax_words_leave_open_what_the_order_does_not_say(make_order):
    assert tax_words(make_order("SO-1", tax_rate=Decimal("0.13"), tax_included=True)).zh == "以上价格含税，税率 13%"
    assert tax_words(make_order("SO-1", tax_included=False)).en == f"Prices exclude tax; rate {BLANK}"
    assert BLANK in tax_words(make_order()).zh


def test_deliveries_show_the_promise_else_the_request_and_shares_where_there_are_several(make_line):
    assert delivery_words(make_line(due="03-30")) == "2026-03-30"
    split = make_line(quantity=500, due=[(("03-30", "04-02"), 300), ("04-15", 200)])
    assert delivery_words(split) == "2026-04-02×300\n2026-04-15×200"
    assert delivery_words(make_line(due=None)) == BLANK


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (
            "503673.245",
            "USD",
            "FIVE HUNDRED AND THREE THOUSAND SIX HUNDRED AND SEVENTY-THREE AND CENTS TWENTY-FIVE ONLY",
        ),
        ("100", "EUR", "SAY EUROS ONE HUNDRED ONLY"),
        ("0.07", "GBP", "SAY POUNDS STERLING ZERO AND PENCE SEVEN ONLY"),
        ("5", "SEK", "SAY SEK FIVE ONLY"),
    ],
)
def test_english_amounts(amount, currency, words):
    assert english_amount(Decimal(amount), currency).endswith(words)


def test_an_amount_below_zero_has_no_words():
    with pytest.raises(ValueError, match="below zero"):
        english_amount(Decimal(-1), "USD")
