"""Columns and fields are paired for the best sum, each once."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from xltools.intake.assignment import assign_fields

SCORES = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 100).map(float), max_size=4), min_size=0, max_size=4
)


def worth(scores, fields):
    return sum(column.get(name, 0.0) for column, name in zip(scores, fields, strict=True))


def test_a_second_choice_gives_way():
    assert assign_fields([{"数量": 90.0, "金额": 80.0}, {"数量": 95.0}]) == ("金额", "数量")
    assert assign_fields([{}, {"数量": 1.0}]) == ("", "数量")
    assert assign_fields([]) == ()


@given(SCORES)
def test_no_other_pairing_is_worth_more(scores):
    found = assign_fields(scores)
    named = [name for name in found if name]
    assert len(named) == len(set(named))
    assert all(name in column for name, column in zip(found, scores, strict=True) if name)
    best = max(worth(scores, order) for order in permutations([*"abcd", *[""] * len(scores)], len(scores)))
    assert worth(scores, found) == best
