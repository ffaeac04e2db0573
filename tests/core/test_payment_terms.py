"""Payment terms stand as they were written, and what is understood of them can be counted with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.codec import encode_value
from xltools.core.payment_terms import PaymentTerms, read_terms


def parts(text):
    return [(int(part.percent), part.trigger, part.days, part.means) for part in read_terms(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30/70", [(30, "", None, ""), (70, "", None, "")]),
        ("10/40/40/10", [(10, "", None, ""), (40, "", None, ""), (40, "", None, ""), (10, "", None, "")]),
        ("30/70 T/T", [(30, "", None, "TT"), (70, "", None, "TT")]),
        ("20TT80LC60DAYS", [(20, "", None, "TT"), (80, "", 60, "LC")]),
        ("月结30天", [(100, "month-end", 30, "")]),
        ("月结60", [(100, "month-end", 60, "")]),
        ("30%定金70%发货前", [(30, "deposit", None, ""), (70, "before-shipment", None, "")]),
        ("定金30%，余款70%发货前付清", [(30, "deposit", None, ""), (70, "before-shipment", None, "")]),
        (
            "预付30%、发货前60%、质保金10%",
            [(30, "deposit", None, ""), (60, "before-shipment", None, ""), (10, "retention", None, "")],
        ),
        ("款到发货", [(100, "before-shipment", None, "")]),
        ("发货后30天", [(100, "shipment", 30, "")]),
        ("货到付款", [(100, "delivery", None, "")]),
        ("T/T 30 days", [(100, "", 30, "TT")]),
        ("net 60 days", [(100, "invoice", 60, "")]),
        ("NET 30", [(100, "invoice", 30, "")]),
        ("L/C at sight", [(100, "", None, "LC")]),
        ("30% TT in advance, 70% TT against B/L copy", [(30, "deposit", None, "TT"), (70, "documents", None, "TT")]),
        ("月结30天 承兑", [(100, "month-end", 30, "draft")]),
        ("１００％预付", [(100, "deposit", None, "")]),
    ],
)
def test_terms_are_understood_as_people_write_them(text, expected):
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text", ["", "看情况", "老规矩", "验收前30天付", "30/70 另议", "2026-10-12", "月结30天60天", "/"]
)
def test_terms_with_a_word_that_is_not_known_are_not_half_understood(text):
    assert parts(text) == []


def test_the_sum_of_the_parts_tells_whether_the_terms_are_whole():
    assert [PaymentTerms(text).total for text in ("30/70", "30/60", "30%定金", "月结30天")] == [100, 90, 30, 100]


def test_terms_are_the_text_they_were_written_in_wherever_text_is_wanted():
    terms = PaymentTerms("30/70")
    assert (terms, str(terms), encode_value(terms)) == ("30/70", "30/70", "30/70")


@given(st.text() | st.text(alphabet="0123456789%/,，定金预付发货前后天TLC days月结", max_size=40))
def test_any_text_has_parts_or_none(text):
    assert all(0 <= part.percent < 1000 for part in read_terms(text))
