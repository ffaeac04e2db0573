import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.record import ScheduledDelivery
from xltools.forms.expression import FUNCTIONS, ExpressionError, compile_expression

MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)
TBC = (ScheduledDelivery(words="TBC"),)
SPLIT = (ScheduledDelivery(APRIL, Decimal(200)), ScheduledDelivery(MARCH, Decimal(300)))


def evaluate(text, **values):
    return compile_expression(text).evaluate(values)


def test_an_expression_names_its_fields_and_not_its_functions():
    expression = compile_expression("amount == line_amount(quantity, unit_price, discount)")
    assert expression.names == {"amount", "quantity", "unit_price", "discount"}


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("first_date(requested_date) >= order_date", {"requested_date": SPLIT, "order_date": MARCH}, True),
        ("first_date(requested_date) >= order_date", {"requested_date": SPLIT, "order_date": APRIL}, False),
        ("first_date(requested_date) == order_date", {"requested_date": TBC, "order_date": MARCH}, None),
        ("schedule_total(s, quantity) == quantity", {"s": SPLIT, "quantity": Decimal(500)}, True),
        ("schedule_total(s, quantity) == quantity", {"s": SPLIT, "quantity": Decimal(400)}, False),
        ("schedule_total(s, quantity) == quantity", {"s": TBC, "quantity": Decimal(400)}, True),
        (
            "a == line_amount(q, p, d)",
            {"a": Decimal("95.00"), "q": Decimal(10), "p": Decimal(10), "d": Decimal("0.05")},
            True,
        ),
        ("a == line_amount(q, p, d)", {"a": Decimal(100), "q": Decimal(10), "p": Decimal(10)}, True),
        ("a == line_amount(q, p, d)", {"a": Decimal(1), "q": Decimal(10)}, None),
        ("round_money(a) == 0.13", {"a": Decimal("0.125")}, True),
        ("discount <= 0.05", {"discount": Decimal("0.05")}, True),
        ("discount <= 0.05", {}, None),
        ("q / 3 == 1", {"q": 3}, True),
        ("q / 0", {"q": 3}, None),
        ('mode != "single"', {"mode": "framework"}, True),
        ('kind in ["repeat", "sample"]', {"kind": "sample"}, True),
        ("not rush", {"rush": False}, True),
        ("(1 if rush else 2) == 2", {"rush": False}, True),
        ("q * name", {"q": 10**9, "name": "x"}, None),
    ],
)
def test_an_expression_comes_to_a_value_or_to_none_where_it_cannot_be_said(text, values, result):
    assert evaluate(text, **values) == result
    assert evaluate(text, **values) is None or result is not None


@pytest.mark.parametrize(
    ("terms", "monthly"),
    [
        ("月结30天", True),
        ("月 结 60", True),
        ("net 30 days", True),
        ("NET60", True),
        ("Monthly account", True),
        ("30/70", False),
        ("", False),
        (None, False),
        ("internet transfer", False),
        ("net weight", False),
    ],
)
def test_monthly_accounts_are_known_by_their_words(terms, monthly):
    assert evaluate("is_monthly(terms)", terms=terms) is monthly


@pytest.mark.parametrize(
    ("terms", "production", "shipment"),
    [
        ("30/70", "0.3", "1"),
        ("30% 70%", "0.3", "1"),
        ("10/40/40/10", "0.1", "0.5"),
        ("20TT80LC60DAYS", "0.2", "0.2"),
        ("30%定金70%发货前", "0.3", "1"),
        ("30%定金，余款70%见提单复印件", "0.3", "0.3"),
        ("30%预付,60%发货前,10%质保金", "0.3", "0.9"),
        ("款到发货", "0", "1"),
        ("100%预付", "1", "1"),
        ("月结30天", "0", "0"),
        ("货到付款", "0", "0"),
        ("L/C at sight", "0", "0"),
        ("T/T", None, None),  # when is not said
        ("照旧", None, None),
        (None, None, None),
    ],
)
def test_what_is_due_before_production_and_before_shipment_follows_from_the_terms(terms, production, shipment):
    found = [evaluate(f'payment_due(terms, "{point}")', terms=terms) for point in ("production", "shipment")]
    assert found == [one and Decimal(one) for one in (production, shipment)]


@given(st.lists(st.integers(0, 50), min_size=2, max_size=5))
def test_a_bare_ratio_is_due_part_by_part(parts):
    terms = "/".join(map(str, parts))
    assert evaluate('payment_due(terms, "production")', terms=terms) == Decimal(parts[0]) / 100
    assert evaluate('payment_due(terms, "shipment")', terms=terms) == Decimal(sum(parts[:2])) / 100


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ('payment_due(a, "prodution")', "prodution"),
        ("payment_due(a, b)", "payment_due"),
        ("a.__class__", "__class__"),
        ("a[0]", ""),
        ("9 ** 9 ** 9", ""),
        ("a = 1", "="),
        ("a b", "b"),
        ("range(3)", "range"),
        ("line_amount", "line_amount"),
        ("a | length", ""),
        ("a is defined", ""),
        ("", ""),
        ("(" * 100, ""),
        ("not " * 300 + "a", ""),
        ("exact('1')", "exact"),
        ("line_amount(quantity=1)", "line_amount"),
    ],
)
def test_what_is_not_of_the_language_is_refused(text, near):
    with pytest.raises(ExpressionError) as refused:
        compile_expression(text)
    assert refused.value.near == near


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('a in ["b" or c', "'[' is never closed"),
        ('a = "b"', "'=' is not expected here"),
        ("a is none", "'is' is not part of the language"),
        ("a ==", "something is missing at the end"),
        ("a == 'b", "a text lacks its closing quotation mark"),
        ("a # b", "'#' is not expected here"),
    ],
)
def test_why_a_text_is_refused_is_said_in_words_that_do_not_change_with_python(text, why):
    with pytest.raises(ExpressionError) as refused:
        compile_expression(text)
    assert str(refused.value) == why


odd = st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=5) | st.dates() | st.just(TBC)
texts = st.sampled_from(
    [f"{name}(a, b)" for name in FUNCTIONS if name != "payment_due"]
    + ['payment_due(a, "production")', 'payment_due(a, "shipment")']
    + [f"{name}(a)" for name in FUNCTIONS if name != "payment_due"]
    + ["a < b", "a + b", "a * b", "a / b", "-a", "a and b", "a in b", "a == b", "a - 0.5 > b"]
)


@given(texts, odd, odd)
def test_no_value_makes_an_expression_raise(text, a, b):
    compile_expression(text).evaluate({"a": a, "b": b})


@given(st.text(alphabet="ab19.()[]{}+-*/%'\"=<>!|~, \nnotandor", max_size=40))
def test_any_text_is_an_expression_or_an_expression_error(text):
    try:
        expression = compile_expression(text)
    except ExpressionError:
        return
    expression.evaluate({})
