"""What the buttons in Excel show of the desk's answers: lists for their sheets, and which order a selection means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xltools.forms.messages import Say
from xltools.intake.returned import RETURN_PROPERTY
from xltools.reports.button_names import (
    PROBLEM_ROWS,
    PROBLEMS_BOOK,
    PROBLEMS_LIST,
    PROBLEMS_TITLE,
    STATUS_TEXT,
    STATUS_TITLE,
)
from xltools.reports.marks import gather_marks

if TYPE_CHECKING:  # a check looks at no order
    from xltools.core.order import Order
    from xltools.ledger.replay import Ledger

__all__ = [
    "PROBLEM_NAMES",
    "RETURN_PROPERTY",
    "STATUS_NAMES",
    "find_named_order",
    "gather_marks",
    "list_problems",
    "tell_check_count",
]


@dataclass(frozen=True, slots=True)
class ListNames:
    """What a list in the workbook with the buttons is made of: its named block, and the named cells above it."""

    block: str
    title: str
    book: str = ""


PROBLEM_NAMES = ListNames(PROBLEMS_LIST, PROBLEMS_TITLE, PROBLEMS_BOOK)
STATUS_NAMES = ListNames(STATUS_TEXT, STATUS_TITLE)


def list_problems(written: Iterable[Mapping[str, Any]], say: Say) -> list[tuple[str, ...]]:
    """Problems in their JSON shape as rows: number, sheet, cell, kind, what is wrong, what to do; errors first.

    Where there are more than the list has rows, its last one says how many were left out.
    """
    ordered = sorted(written, key=lambda problem: str(problem["severity"]))
    rows: list[tuple[str, ...]] = [
        (
            str(number),
            problem["sheet"],
            problem["cell"],
            say(f"ui-severity-{problem['severity']}"),
            problem["message"],
            problem["hint"],
        )
        for number, problem in enumerate(ordered, start=1)
    ]
    if len(rows) > PROBLEM_ROWS:
        left_out = say("ui-button-problems-more", count=len(rows) - PROBLEM_ROWS + 1)
        rows = [*rows[: PROBLEM_ROWS - 1], ("…", "", "", "", left_out, "")]
    return rows


def tell_check_count(written: Sequence[Mapping[str, Any]], say: Say) -> str:
    """How many errors and warnings a check has found, in few words."""
    errors = sum(problem["severity"] == "error" for problem in written)
    if not written:
        return say("ui-button-check-right")
    return say("ui-button-check-count", errors=errors, warnings=len(written) - errors)


def find_named_order(ledger: "Ledger", texts: Iterable[str]) -> "Order | None":
    """The order that the first of these texts names which names one: its number, or that with a line's behind it."""
    for text in texts:
        for number in (text, text.rpartition("-")[0]):
            if number and (order := ledger.find_order(number)):
                return order
    return None
