"""What was written, what stands there and what is wanted compare as text."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.cell_text import LONGEST_TEXT, content_text, fit_text, same_text, scalar_text
from xltools.core.content import Formula
from xltools.core.sheet import CellError


@pytest.mark.parametrize(
    ("content", "read"),
    [
        (None, None),
        ("端盖", "端盖"),
        (" 一\r\n二 ", "一\n二"),
        (500, 500.0),
        (Decimal("4.80"), 4.8),
        (Decimal("0.1"), 0.1),
        (Decimal("1E+2"), 100.0),
        (Decimal("999999999999999"), 999999999999999.0),
        (-3, -3.0),
        (0, -0.0),
        (True, True),
        (False, False),
        (dt.date(2026, 3, 30), dt.date(2026, 3, 30)),
        (dt.date(2026, 3, 30), dt.datetime(2026, 3, 30)),
        (Formula("1+1", 2), 2.0),
        (Formula('HYPERLINK("a","甲")', "甲"), "甲"),
        (Formula("A1"), None),
    ],
)
def test_what_is_written_reads_as_the_same_text(content, read):
    assert content_text(content) == scalar_text(read)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**10), max_value=10**10))
def test_numbers_that_a_cell_can_hold_read_as_the_same_text(number):
    assert content_text(number) == scalar_text(float(number))


def test_times_and_spans_have_a_text_and_midnight_none():
    assert scalar_text(dt.datetime(2026, 3, 30, 8, 30)) == "2026-03-30T08:30:00"
    assert (scalar_text(dt.time(8, 30)), scalar_text(dt.timedelta(hours=30))) == ("08:30:00", "1 day, 6:00:00")
    assert scalar_text(CellError("#N/A")) == "#N/A"


@given(st.floats())
def test_any_number_has_a_text(number):
    assert scalar_text(number)


def test_a_date_shown_as_its_number_is_the_same():
    assert same_text("2026-03-30", "46111")
    assert not same_text("2026-03-30", "46112")
    assert not same_text("PO-2026-03", "46111")
    assert not same_text("46111", "2026-03-30")


def test_a_link_saved_uncalculated_is_the_same_and_a_blank_is_not_a_link():
    assert same_text("A21 order.xlsx", '=HYPERLINK("a","b")')
    assert not same_text("", '=HYPERLINK("a","b")')


def test_what_a_cell_cannot_hold_is_compared_as_it_will_be_cut():
    cut = content_text("长" * (LONGEST_TEXT + 5))
    assert (len(cut), cut[-1]) == (LONGEST_TEXT, "…")
    assert content_text(cut) == cut
    assert len(content_text("𠮷" * LONGEST_TEXT).encode("utf-16-le")) <= 2 * LONGEST_TEXT
    assert content_text("\ud800端") == "?端"


@given(st.text(max_size=20))
def test_cutting_twice_cuts_nothing_more(text):
    assert fit_text(fit_text(text)) == fit_text(text)
    assert content_text(content_text(text)) == content_text(text)
