"""What a run reports: the JSON shapes of docs/design.md, Command line."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from xltools.core.problem import Problem
from xltools.core.text import Language
from xltools.desk.failure import BUSY, DONE, OUR_ERROR, RETURNED, worst_code
from xltools.forms.messages import Catalogue, render_problem
from xltools.forms.model import ORDER_FORM
from xltools.forms.rules import Rules

Outcome = Literal["accepted", "partly", "returned", "duplicate", "waiting", "unreadable"]


@dataclass(frozen=True)
class DocumentResult:
    """What became of one received workbook; `archived` and `returned` are desk-relative, empty where there is none."""

    file: str
    sha256: str
    form: str
    orders: tuple[str, ...]
    outcome: Outcome
    problems: tuple[Problem, ...]
    archived: str = ""
    returned: str = ""


@dataclass(frozen=True)
class TrackerResult:
    """What a run did to the tracker; `queued` says that it is open elsewhere and its changes wait."""

    file: str
    rows_added: int = 0
    cells_changed: int = 0
    edits: int = 0
    conflicts: int = 0
    queued: bool = False


@dataclass(frozen=True)
class RunResult:
    """What a run did, or would do: documents in the order they were taken, papers made, what is late.

    `problems` are those of no single document: master data, tracker edits, papers. `planned` are the actions in words.
    """

    as_of: dt.date
    documents: tuple[DocumentResult, ...]
    tracker: TrackerResult
    papers: tuple[str, ...]
    late: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]
    planned: tuple[str, ...] = ()
    seconds: float = 0.0
    digests: tuple[Mapping[str, Any], ...] = ()
    mail_exit_code: int = DONE

    @property
    def exit_code(self) -> int:
        """0 done, 1 something returned or with errors, 4 a shared workbook open, 6 mail failed, 70 an error of ours."""
        held = [DONE, self.mail_exit_code]
        if self.tracker.queued:
            held.append(BUSY)
        told = (*self.problems, *(problem for document in self.documents for problem in document.problems))
        spoilt = any(document.outcome in {"returned", "partly", "unreadable"} for document in self.documents)
        if spoilt or any(problem.is_error for problem in told):
            held.append(RETURNED)
        if any(problem.code == "program-error" for problem in told):
            held.append(OUR_ERROR)
        return worst_code(held)


@dataclass(frozen=True)
class PaperResult:
    """The files of a paper, desk-relative, and why there are none or not all."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class ProblemWriter:
    """Puts problems into the JSON shape, in one language and with the forms' field labels."""

    catalogue: Catalogue
    language: Language
    rules: Rules | None = None

    def write(self, problem: Problem) -> dict[str, Any]:
        """One problem in the JSON shape."""
        rendered = render_problem(problem, self.catalogue, self.language, self.label(problem.field))
        place = problem.place
        return {
            "code": problem.code,
            "severity": str(problem.severity),
            "file": place.file,
            "sheet": place.sheet,
            "cell": place.cell,
            "line": place.line,
            "column": place.column,
            "field": problem.field,
            "message": rendered.message,
            "hint": rendered.hint,
        }

    def write_all(self, problems: Iterable[Problem]) -> list[dict[str, Any]]:
        """Problems in the JSON shape."""
        return [self.write(problem) for problem in problems]

    def label(self, name: str) -> str:
        """A field's label in this language; its name where no form has it."""
        if self.rules and name:
            # Forms share field names: the words of the order form go first.
            for form in sorted(self.rules.forms.values(), key=lambda one: one.name != ORDER_FORM):
                if field := form.field(name):
                    return field.label.text.in_language(self.language)
        return name


def run_json(result: RunResult, writer: ProblemWriter) -> dict[str, Any]:
    """A run in the JSON shape; `planned` only where nothing was carried out."""
    written: dict[str, Any] = {
        "as_of": result.as_of.isoformat(),
        "documents": [
            {
                "file": document.file,
                "sha256": document.sha256,
                "form": document.form,
                "orders": list(document.orders),
                "outcome": document.outcome,
                "problems": writer.write_all(document.problems),
            }
            for document in result.documents
        ],
        "tracker": {
            "file": result.tracker.file,
            "rows_added": result.tracker.rows_added,
            "cells_changed": result.tracker.cells_changed,
            "edits": result.tracker.edits,
            "conflicts": result.tracker.conflicts,
            "queued": result.tracker.queued,
        },
        "papers": list(result.papers),
        "late": [dict(row) for row in result.late],
        "digests": [dict(mail) for mail in result.digests],
        "problems": writer.write_all(result.problems),
        "seconds": result.seconds,
    }
    if result.planned:
        written["planned"] = list(result.planned)
    return written
