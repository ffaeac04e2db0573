"""Workbooks of other people, read in worker processes: none can stop the run, whatever is in it."""

from collections.abc import Sequence
from pathlib import Path

from xltools.books.read import read_workbook
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.sheet import Workbook
from xltools.edge.workers import Ending, Failure, Limits, Workers


def open_workers() -> Workers:
    """Workers for reading what lies in a desk: most runs have little to read, and a process takes its time to start."""
    return Workers(share=8)


def read_workbooks(files: Sequence[tuple[str, bytes]], workers: Workers) -> tuple[Workbook | Problem, ...]:
    """The workbooks of these names and contents, or what keeps each from being read."""
    given = [(Path(file), file, content) for file, content in files]
    results = workers.map(read_workbook, given)
    return tuple(
        tell_failure(result, file, workers.limits) if isinstance(result, Failure) else result
        for (file, _), result in zip(files, results, strict=True)
    )


def tell_failure(failure: Failure, file: str, limits: Limits) -> Problem:
    """What to say of a workbook at which a worker failed; program-error where it was an error of ours."""
    place = Place(file)
    match failure.ending:
        case Ending.DIED:
            return error("workbook-reading-died", place)
        case Ending.TOO_LONG:
            return error("workbook-reading-too-long", place, seconds=f"{limits.seconds:g}")
        case Ending.TOO_MUCH_MEMORY:
            return error("workbook-reading-too-much-memory", place, megabytes=limits.megabytes)
        case Ending.RAISED:
            return error("program-error", place, reason=failure.reason)
