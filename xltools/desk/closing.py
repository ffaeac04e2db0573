"""The close of a year: a fresh tracker, without what was done by its end; the old one is kept whole."""

import datetime as dt
from dataclasses import replace
from pathlib import PurePosixPath

from xltools.core.place import Place
from xltools.core.problem import error
from xltools.desk.failure import BusyError, UsageError
from xltools.desk.inputs import RunInputs
from xltools.desk.session import Desk
from xltools.desk.shared_workbooks import SharedWorkbook, make_new


def check_year(desk: Desk, year: int, as_of: dt.date) -> None:
    """UsageError for a year that is still to come, or closed already."""
    closed = desk.replay_ledger().closed_year
    if year > as_of.year:
        raise UsageError([error("year-not-over", Place(""), year=year)])
    if closed is not None and year <= closed:
        raise UsageError([error("year-closed-already", Place(""), year=year, closed=closed)])


def close_books(desk: Desk, inputs: RunInputs, year: int) -> RunInputs:
    """The inputs of a run that closes a year: people's edits are still taken, then every shared workbook begins anew.

    BusyError where one can't be read or written just now: what is typed in it must not be left behind.
    """
    blocked = [book for book in inputs.shared if book.blocked]
    if blocked:
        raise BusyError([problem for problem in inputs.problems if problem.place.file in {one.file for one in blocked}])
    return replace(
        inputs,
        received=(),
        waiting=(),
        shared=tuple(make_new(desk, book) for book in inputs.shared),
        keeps=tuple((_kept_path(desk, book, year), book.content) for book in inputs.shared if not book.is_new),
        closes_year=year,
    )


def _kept_path(desk: Desk, book: SharedWorkbook, year: int) -> str:
    """Where the old one is kept: `archive/2026/order-tracker-2026.1f3a9c04.xlsx`."""
    name = PurePosixPath(book.file)
    return f"{desk.folders.archive}/{year}/{name.stem}-{year}.{book.sha256[:8]}{name.suffix}"
