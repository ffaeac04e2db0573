import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from xltools.core.order import Change, ChangeItem, Paper
from xltools.core.place import Place
from xltools.core.record import Record, Value
from xltools.forms.load import load_rules
from xltools.ledger.replay import Ledger
from xltools.reports.contract import check_deposit, contract_context
from xltools.reports.paper_context import PaperRequest, paper_context
from xltools.reports.paper_words import BLANK, delivery_words, deposit_share, payment_words, tax_words
from xltools.reports.words import english_amount

SIGNED = dt.date(2026, 3, 3)
SPOT = Place("inbox/order.xlsx", "Sheet1", "A1")
RULES = Path(__file__).parents[2] / "rules"


def customer(**fields: str) -> Record:
    place = Place("master/customers.xlsx", "客户", "A3")
    return Record(place, {name: Value(value, place) for name, value in fields.items()})


def request(order, record, rules, kind="contract"):
    return PaperRequest(
        rule=rules.paper_kinds[kind],
        order=order,
        ledger=Ledger(),
        customer=record,
        rules=rules,
        as_of=SIGNED,
        number="HT202603-001",
        language="zh",
    )


@pytest.fixture
def context(rules):
    def make(order, record=None, rules=rules, kind="contract"):
        return contract_context(request(order, record, rules, kind))

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


def topics(made) -> dict[str, str]:
    return {clause.topic: clause.text + clause.text_en for clause in made["clauses"]}


def test_clauses_are_chosen_by_currency_terms_drawing_and_kind_of_paper(context, make_order, make_line):
    home = topics(context(make_order("SO-1", make_line(drawing=""))))
    assert "人民法院" in home["disputes"]
    assert "work" not in home
    assert "________ 方承担" in home["freight"]
    drawn = topics(context(make_order("SO-1", make_line(drawing="DW-1"))))
    assert "承揽" in drawn["work"]
    abroad = topics(context(make_order("SO-1", currency="USD", trade_terms="FOB Ningbo")))
    assert "CIETAC" in abroad["disputes"]
    assert "Incoterms" in abroad["freight"]
    assert "含税" not in abroad["payment"]
    confirmed = topics(context(make_order("SO-1", contract_mode="framework"), kind="confirmation"))
    assert "框架合同" in confirmed["basis"]
    assert "breach" not in confirmed


def test_clauses_are_numbered_from_2_and_name_the_parties_as_the_rules_do(context, make_order):
    made = context(make_order())
    assert [clause.number for clause in made["clauses"]] == [str(one) for one in range(2, 2 + len(made["clauses"]))]
    assert made["seller"].role == "供方"
    texts = {"papers.yaml": "parties: [{zh: 甲方, en: Party A}, {zh: 乙方, en: Party B}]"}
    renamed, problems = load_rules([package_texts(), texts])
    assert renamed, problems
    made = contract_context(request(make_order(), None, renamed))
    assert "甲方" in topics(made)["disputes"]
    assert "供方" not in "".join(topics(made).values())


def package_texts() -> dict[str, str]:
    return {path.relative_to(RULES).as_posix(): path.read_text("utf-8") for path in RULES.rglob("*.yaml")}


@pytest.mark.parametrize(
    ("terms", "share"),
    [
        ("30%定金，70%发货前", 30),
        ("定金：20%，余款发货前付清", 20),
        ("30%预付款，70%发货前", None),
        ("30%订金 70%发货前", None),
        ("30% deposit, 70% before shipment", None),
        ("30/70", None),
    ],
)
def test_only_what_the_terms_call_dingjin_is_a_deposit(terms, share, context, make_order):
    assert deposit_share(terms) == share
    order = make_order("SO-1", payment_terms=terms)
    assert ("deposit" in topics(context(order))) is (share is not None)
    assert [one.code for one in check_deposit(order, SPOT)] == (["deposit-above-limit"] if share == 30 else [])


def test_a_revision_by_change_notice_tells_what_it_replaces_and_what_differs(rules, make_order, make_line):
    items = (
        ChangeItem("2", "quantity", Decimal(1200), Decimal(900)),
        ChangeItem("", "packing", "纸箱", "木箱"),
        ChangeItem("1", "action-rush", None, None),
    )
    change = Change("CN-1", ("quantity",), {}, items, 1, "approved", SIGNED, SPOT, made=2)
    before = Paper("contract", 1, "papers/x.docx", "", SIGNED, "HT202603-001", SIGNED)
    order = make_order("SO-1", make_line("1"), make_line("2", quantity=900))
    order = dataclasses.replace(order, revision=2, changes=(change,), papers=(before,))
    made = paper_context(request(order, None, rules))
    assert made["replaces"] == "HT202603-001 r1"
    assert [line["changed"] for line in made["lines"]] == [[], ["数量 Quantity"]]
    assert made["lines"][1]["was"] == {"quantity": "1,200"}
    assert [(one.label, one.was, one.value) for one in made["changes"]] == [("包装要求 Packing", "纸箱", "木箱")]
