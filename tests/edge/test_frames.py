import datetime as dt
import io
import sys
from decimal import Decimal

import pyarrow.parquet as pq

from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.edge.frames import make_frame
from xltools.edge.parquet import parquet_bytes

TYPES = {"order": str, "quantity": Decimal, "due_date": dt.date, "days_late": int}
ROWS = [
    {"order": "SO-1", "quantity": Decimal("1200.5"), "due_date": dt.date(2026, 3, 30), "days_late": 2},
    {"order": "0010248", "quantity": None, "due_date": None, "days_late": 0},
]


def test_a_frame_has_dates_numbers_and_text_as_such():
    frame = make_frame(ROWS, TYPES)
    assert list(frame.columns) == list(TYPES)
    assert [str(kind) for kind in frame.dtypes] == ["string", "float64", "datetime64[s]", "Int64"]
    assert frame["order"][1] == "0010248"
    assert frame["quantity"].sum() == 1200.5
    assert frame["due_date"].isna().tolist() == [False, True]


def test_a_frame_without_rows_has_the_same_types():
    assert list(make_frame([], TYPES).dtypes) == list(make_frame(ROWS, TYPES).dtypes)


def test_a_date_far_off_does_not_stop_the_frame():
    frame = make_frame([{"order": "1", "due_date": dt.date(9999, 12, 31)}], ["order", "due_date"])
    assert frame["due_date"][0].year == 9999


def test_parquet_keeps_decimals_exact_and_blanks_blank():
    content = parquet_bytes(ROWS, TYPES, Place("x.parquet"))
    assert isinstance(content, bytes)
    assert pq.read_table(io.BytesIO(content)).to_pylist() == ROWS
    assert content == parquet_bytes(ROWS, TYPES, Place("x.parquet"))


def test_parquet_without_its_library_is_a_problem(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    found = parquet_bytes(ROWS, TYPES, Place("x.parquet"))
    assert isinstance(found, Problem)
    assert (found.code, found.place.file) == ("parquet-library-missing", "x.parquet")
