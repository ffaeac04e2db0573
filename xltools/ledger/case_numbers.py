"""Case numbers of a packing list: ranges such as `1-10`, without gaps (箱号连续)."""

import re
from collections.abc import Iterator, Sequence

from xltools.core.problem import Problem, warning
from xltools.ledger.shipped_rows import ShippedRow

CASES = "case_no"
_RANGE = re.compile(r"(\d{1,6})(?:[-~](\d{1,6}))?")


def read_cases(text: str) -> tuple[int, int] | None:
    """The first and last case of `1-10` or `7`; None for anything else, such as a range that runs backwards."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return (first, last) if first <= last else None


def check_cases(rows: Sequence[ShippedRow]) -> Iterator[Problem]:
    """Warning case-numbers-broken at the row before which cases are missing; two products may share one case."""
    found = [
        (cases, row)
        for row in rows
        if CASES in row.values and (cases := read_cases(str(row.values[CASES].value))) is not None
    ]
    found.sort(key=lambda one: one[0])
    last: int | None = None
    for (first, end), row in found:
        if last is not None and first > last + 1:
            yield warning("case-numbers-broken", row.values[CASES].place, CASES, last=last, first=first)
        last = max(last or 0, end)
