"""Words are the same in traditional and simplified characters, and whatever is typed has a compared form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.simplified import simplify
from xltools.core.text import label_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("生產單號\n(廠方)", "生产单号(厂方)"),
        ("數量  （Pcs）：", "数量(pcs)"),
        ("單 價*", "单价"),
        ("客戶ＰＯ號", "客户po号"),
        ("Qty. :", "qty."),
    ],
)
def test_headers_of_real_sheets_have_the_key_of_the_plain_word(written, key):
    assert label_key(written) == key


@given(st.text())
def test_any_text_can_be_simplified_and_compared(text):
    assert isinstance(simplify(text), str)
    assert label_key(text) == label_key(f" {text} ")


def test_half_a_surrogate_pair_stays_as_it_is():
    assert simplify("數\udc80") == "數\udc80"
