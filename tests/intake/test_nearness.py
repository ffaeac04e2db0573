"""How near a header is to the words that are known: a proposal, never a reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.intake.nearness import nearest_field, propose_fields

WORDS = {
    "订单编号": "order_no",
    "数量": "quantity",
    "quantity": "quantity",
    "单位": "unit",
    "交货日期": "requested_date",
}


@pytest.mark.parametrize(
    ("header", "field"), [("订单编码", "order_no"), ("Qantity", "quantity"), ("交货 日期：", "requested_date")]
)
def test_a_slip_of_the_pen_is_near(header, field):
    assert nearest_field(header, WORDS) == field
    assert propose_fields(header, WORDS)[0][0] == field


def test_a_word_held_in_a_header_is_worth_a_look_and_not_near():
    assert nearest_field("我司内部单位", WORDS) == ""
    assert propose_fields("我司内部单位", WORDS)[0] == ("unit", 70.0)


def test_two_fields_that_are_as_near_are_none():
    assert nearest_field("交货日", {"交货日期": "requested_date", "交货日志": "log"}) == ""


@given(st.text(max_size=12))
def test_scores_are_best_first_and_of_a_field_once(header):
    proposed = propose_fields(header, WORDS)
    scores = [score for _, score in proposed]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 100 for score in scores)
    assert len({name for name, _ in proposed}) == len(proposed)
