"""Workbooks of other people, read in worker processes: none can stop the run, whatever is in it."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from xltools.books.harmless import is_harmless
from xltools.books.read import read_workbook
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.sheet import Workbook
from xltools.edge.workers import Ending, Failure, Limits, Workers

_LIMITS = Limits()
_VERDICTS = {
    Ending.DIED: "workbook-reading-died",
    Ending.TOO_LONG: "workbook-reading-too-long",
    Ending.TOO_MUCH_MEMORY: "workbook-reading-too-much-memory",
}


def open_workers(limits: Limits = _LIMITS) -> Workers:
    """Workers for reading what lies in a desk: most runs have little to read, and a process takes its time to start."""
    return Workers(limits=limits, share=8)


def read_workbooks(files: Sequence[tuple[str, bytes]], workers: Workers) -> Iterator[Workbook | Problem]:
    """The workbooks of these names and contents, or what keeps each from being read; work on them begins at once.

    Few are held at a time: take one to have work go on, and all of them before other work is given to the workers.
    """
    given = [(Path(file), file, content) for file, content in files]
    results = workers.map(read_workbook, given)
    return (
        tell_failure(result, file, workers.limits) if isinstance(result, Failure) else result
        for (file, _), result in zip(files, results, strict=True)
    )


def read_own_workbooks(files: Sequence[tuple[str, bytes]], workers: Workers) -> tuple[Workbook | Problem, ...]:
    """The same for workbooks of the desk's own staff: those that can do no harm are read here, without a process."""
    harmless = [is_harmless(content) for _, content in files]
    others = read_workbooks([one for one, fine in zip(files, harmless, strict=True) if not fine], workers)
    return tuple(
        read_workbook(Path(file), file, content) if fine else next(others)
        for (file, content), fine in zip(files, harmless, strict=True)
    )


def tell_failure(failure: Failure, file: str, limits: Limits) -> Problem:
    """What to say of a workbook at which a worker failed; program-error where it was an error of ours."""
    place = Place(file)
    match failure.ending:
        case Ending.DIED:
            return error(_VERDICTS[failure.ending], place)
        case Ending.TOO_LONG:
            return error(_VERDICTS[failure.ending], place, seconds=f"{limits.seconds:g}")
        case Ending.TOO_MUCH_MEMORY:
            return error(_VERDICTS[failure.ending], place, megabytes=limits.megabytes)
        case Ending.RAISED:
            return error("program-error", place, reason=failure.reason)


def find_verdict(problems: Iterable[Problem]) -> str:
    """How a worker ended over a workbook, empty where none did: another machine, or another day, may do better."""
    codes = {problem.code for problem in problems}
    return next((str(ending) for ending, code in _VERDICTS.items() if code in codes), "")


def recall_verdict(verdict: str, file: str) -> Problem | None:
    """The problem that `find_verdict` was told of, None for an empty verdict; ValueError for one that is none."""
    return tell_failure(Failure(Ending(verdict)), file, _LIMITS) if verdict else None
