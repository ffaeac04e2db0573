"""What was written into shared workbooks is kept as it was, whatever people typed."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.sheet import Range
from xltools.core.table_state import TableState, decode_tables, encode_tables, pack_texts, unpack_texts

anything = st.text(st.characters(), max_size=6) | st.sampled_from(
    ["\ud800", "\n", "\t", "\r\n", "\x85", "\u2028", "端盖"]
)
ROW = st.integers(0, 1_048_575)


@st.composite
def states(draw):
    names = draw(st.lists(anything, min_size=1, max_size=4, unique=True))
    texts = st.lists(anything, min_size=len(names), max_size=len(names)).map(pack_texts)
    return TableState(
        draw(anything),
        Range(*draw(st.tuples(ROW, ROW, ROW, ROW))),
        {name: at for at, name in enumerate(names)},
        {name: draw(anything) for name in names},
        draw(anything),
        draw(st.dictionaries(st.tuples(anything, anything), st.tuples(ROW, texts), max_size=4)),
        tuple(draw(st.lists(ROW, max_size=3))),
        tuple(draw(st.lists(ROW, max_size=3))),
    )


@given(st.dictionaries(anything, states(), max_size=3))
def test_kept_tables_come_back_as_they_were(tables):
    kept = decode_tables(encode_tables(tables))
    assert kept == tables
    placed = [[row for row, _ in one.rows.values()] for one in kept.values()]
    assert placed == [sorted(rows) for rows in placed]
    assert encode_tables(kept) == encode_tables(tables)


def test_the_same_rows_are_the_same_bytes_in_whatever_order_they_came_to_be():
    """An id made of them tells what a file says, not whether a run before was refused it (`make crash`)."""
    rows = {("A-1", "1"): (7, b'["a"]'), ("A-2", "1"): (8, b'["b"]')}
    first, then = (
        TableState("Tracker", Range(6, 0, 8, 0), {"number": 0}, {"number": "No."}, rows=dict(order))
        for order in (rows.items(), reversed(rows.items()))
    )
    assert encode_tables({"tracker": first}) == encode_tables({"tracker": then})


@given(st.lists(anything))
def test_texts_of_a_row_come_back_as_they_were(texts):
    packed = pack_texts(texts)
    assert unpack_texts(packed) == texts
    assert not set(b"\n\t") & set(packed)


def test_the_texts_of_a_row_are_found_by_column():
    state = TableState("S", Range(0, 0, 1, 1), {"a": 1, "b": 0}, {}, rows={("1",): (1, pack_texts(["甲", "乙"]))})
    assert state.texts(("1",)) == {"a": "甲", "b": "乙"}
    assert state.texts(("2",)) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not packed",
        encode_tables({})[:-3],
        *map(zlib.compress, (b"", b"{}", b"[]", b"7", b'{"version":99,"tables":[]}', b'{"version":1,"tables":[{}]}')),
        zlib.compress(b'{"version":1,"tables":[{"name":"T","rows":2}]}\n["k"]\t1\t[]\n'),
        zlib.compress(b"\xff\xfe"),
    ],
)
def test_anything_else_is_a_value_error(content):
    with pytest.raises(ValueError, match=r"tables|codec|JSON|Expecting"):
        decode_tables(content)
