import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.content import Formula
from xltools.core.sheet import Range
from xltools.edge.open_patch import split_blocks
from xltools.edge.typed_cells import typed_content, typed_text

CELLS = st.dictionaries(st.tuples(st.integers(0, 12), st.integers(0, 8)), st.integers(), max_size=60)


@given(CELLS)
def test_blocks_hold_every_cell_once_and_nothing_else(cells):
    found = {}
    for block, contents in split_blocks(cells):
        assert [len(row) for row in contents] == [block.right - block.left + 1] * (block.bottom - block.top + 1)
        for row, values in enumerate(contents, block.top):
            for column, value in enumerate(values, block.left):
                assert (row, column) not in found
                found[row, column] = value
    assert found == cells


def test_a_column_of_changes_is_one_block():
    cells = {(row, 4): row for row in range(2, 500)} | {(row, 5): row for row in range(2, 500)}
    ((block, _),) = split_blocks(cells)
    assert block == Range(2, 4, 499, 5)


@pytest.mark.parametrize(
    "text", ["0010248", "=1+1", "+86", "-5", "@x", "'引号", "2026-03-30", "1/2", "TRUE", "5%", "下午3时"]
)
def test_a_text_is_handed_over_as_one(text):
    assert typed_text(text) == f"'{text}"


def test_other_contents_are_handed_over_as_excel_takes_them():
    assert typed_content(None) is None
    assert typed_content("") is None
    assert typed_content(True) is True
    assert (typed_content(Decimal("12.50")), typed_content(7)) == (12.5, 7.0)
    assert typed_content(dt.date(2026, 3, 30)) == dt.datetime(2026, 3, 30)
    assert typed_content(Formula('HYPERLINK("a","b")')) == '=HYPERLINK("a","b")'
