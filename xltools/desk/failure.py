"""Why the desk can't go on: exceptions that carry the exit code."""

from collections.abc import Iterable

from xltools.core.problem import Problem

# Public: docs/design.md, Command line.
DONE, RETURNED, USAGE, RULES_WRONG, BUSY, LEDGER_BROKEN, MAIL_FAILED, OUR_ERROR = 0, 1, 2, 3, 4, 5, 6, 70


class DeskError(Exception):
    """The desk can't go on; `problems` say why."""

    exit_code = OUR_ERROR

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.place}: {problem.code}" for problem in self.problems))


class UsageError(DeskError):
    """What was asked for does not exist: no desk there, no such order."""

    exit_code = USAGE


class RulesError(DeskError):
    """Rules or settings are wrong."""

    exit_code = RULES_WRONG


class BusyError(DeskError):
    """Another run is at work on the desk."""

    exit_code = BUSY


class LedgerError(DeskError):
    """The ledger does not verify."""

    exit_code = LEDGER_BROKEN


# Where several hold, the first of these is the exit code.
_PRECEDENCE = (OUR_ERROR, LEDGER_BROKEN, RULES_WRONG, BUSY, MAIL_FAILED, RETURNED, DONE)


def worst_code(codes: Iterable[int]) -> int:
    """The exit code that tells the most of several; 0 of none."""
    held = set(codes)
    return next((code for code in _PRECEDENCE if code in held), DONE)
