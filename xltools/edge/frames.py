"""Order lines as pandas frames."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

Frame = pd.DataFrame

_DATES = frozenset({"requested", "promised", "due", "since"})
_WHOLE = frozenset({"revision", "days_late", "lines", "open_lines", "late_lines"})
_NUMBERS = frozenset(
    {"quantity", "unit_price", "discount", "amount", "shipped_quantity", "open_quantity"},
)


def make_frame(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> pd.DataFrame:
    """Rows as a frame with these columns, typed also where there are no rows.

    Dates are datetime64 (NaT for none), counts Int64, quantities and money float64 (exact figures are in the export),
    all else strings.
    """
    names = list(columns)
    frame = pd.DataFrame.from_records([dict(row) for row in rows], columns=names)
    for name in names:
        frame[name] = _typed(frame[name], name)
    return frame


def _typed(column: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    if name in _DATES or name.endswith("_date"):
        # Seconds, not nanoseconds: a typing slip such as 9999-12-31 must not stop the frame.
        return column.astype("datetime64[s]")
    if name in _WHOLE:
        return column.astype("Int64")
    if name in _NUMBERS:
        return column.astype("float64")
    return column.astype("string")
