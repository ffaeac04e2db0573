"""The export as a Parquet file (pyarrow, which is optional)."""

import datetime as dt
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from xltools.core.place import Place
from xltools.core.problem import Problem, error

# Room for any quantity or amount a factory writes, at the four decimals that prices keep.
_PRECISION, _SCALE = 24, 4


def parquet_bytes(rows: Iterable[Mapping[str, Any]], types: Mapping[str, type], place: Place) -> bytes | Problem:
    """Rows as Parquet: Decimal exact at four decimals, dates as date32, int as int64, the rest as text.

    `types` names the columns in order. The problem, at `place`, is `parquet-library-missing`.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional: only who exports Parquet installs it
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        return error("parquet-library-missing", place)
    arrow = {Decimal: pa.decimal128(_PRECISION, _SCALE), dt.date: pa.date32(), int: pa.int64(), str: pa.string()}
    schema = pa.schema([(name, arrow[kind]) for name, kind in types.items()])
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()
