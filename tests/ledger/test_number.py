import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.ledger.number import next_number, normalize_order_number

MARCH = dt.date(2026, 3, 2)


def test_a_series_begins_with_one() -> None:
    assert next_number("SO{yyyy}{mm}-{n:03}", MARCH, []) == "SO202603-001"


def test_the_next_number_follows_the_highest_of_the_same_month() -> None:
    taken = ["SO202603-7", "SO202603-002", "SO202602-999", "SO202603-007-1", "0010248", "XSO202603-888"]
    assert next_number("SO{yyyy}{mm}-{n:03}", MARCH, taken) == "SO202603-008"


def test_a_counter_outgrows_its_width() -> None:
    assert next_number("{yy}{mm}{dd}/{n:02}/A", MARCH, ["260302/99/A"]) == "260302/100/A"


@pytest.mark.parametrize(
    "pattern", ["SO", "{n}{n}", "{x}{n}", "{n:>3}", "{n:3}", "{n!r}", "{yyyy:3}{n}", "{n", "{}", "{n:3.1}"]
)
def test_a_pattern_without_one_plain_counter_is_a_value_error(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        next_number(pattern, MARCH, [])


@given(
    st.sampled_from(["{n}", "SO{yyyy}{mm}-{n:03}", "№{n:02} 号", "{yy}{n}{dd}"]),
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    st.lists(st.integers(0, 10**9) | st.text("0123456789-SO№号 ", max_size=14)),
    st.integers(0, 3),
)
def test_a_number_that_is_taken_is_never_given(pattern: str, as_of: dt.date, others: list[object], rounds: int) -> None:
    taken = {normalize_order_number(str(other)) for other in others}
    for _ in range(rounds + 1):
        number = next_number(pattern, as_of, taken)
        assert number not in taken
        assert number == normalize_order_number(number)
        taken.add(number)


def test_leading_zeros_make_another_order() -> None:
    assert normalize_order_number(" 0010248 ") == "0010248"
    assert normalize_order_number("ＳＯ－１　") == "SO-1"


@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normalize_order_number(normalize_order_number(text)) == normalize_order_number(text)
