"""Return notices: which workbook came back, what is wrong in which cell, and where its marked copy lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xltools.core.sheet import Sheet, Workbook
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.reports.problems import SHEET

MOST_IN_NOTICE = 30  # problems; the marked copy has all
_FIRST_COLUMNS = 7  # number, severity, sheet, cell, field, message, hint


@dataclass(frozen=True, slots=True)
class ListedProblem:
    """A row of the list of problems that goes back with a workbook, in the words of the desk's language."""

    severity: str
    sheet: str
    cell: str
    field: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ReturnNotice:
    """A workbook that came back: its file, its marked copy, the problems in it.

    `is_part`: its good orders went in. `missing_owner` is for whom it is, where nobody knows their address.
    """

    file: str
    copy: str
    problems: tuple[ListedProblem, ...]
    is_part: bool = False
    is_attached: bool = False
    missing_owner: str = ""


def read_problem_list(workbook: Workbook) -> tuple[ListedProblem, ...]:
    """The rows of the list in a marked copy, or in the workbook beside it; none where there is no such list."""
    listing = next((sheet for sheet in workbook.sheets if sheet.name == SHEET), None)
    return tuple(_read_row(listing, row) for row in _problem_rows(listing)) if listing else ()


def _problem_rows(listing: Sheet) -> Sequence[int]:
    """The rows that begin with a number of their own, below the headers."""
    return [row for row in range(len(listing.rows)) if isinstance(listing.value(row, 0), int | float)]


def _read_row(listing: Sheet, row: int) -> ListedProblem:
    values = [listing.value(row, column) for column in range(1, _FIRST_COLUMNS)]
    return ListedProblem(*("" if value is None else str(value) for value in values))


def return_context(
    notice: ReturnNotice, language: Language, say: Say, company: str, copy: str, inbox: str
) -> dict[str, Any]:
    """The values of templates/return-notice.html.j2; `copy` and `inbox` are the paths as staff know them."""
    warning = say("ui-severity-warning")
    errors = [one for one in notice.problems if one.severity != warning]
    warnings = [one for one in notice.problems if one.severity == warning]
    left = max(len(errors) - MOST_IN_NOTICE, 0) + max(len(warnings) - MOST_IN_NOTICE, 0)
    sections = (("error", "ui-return-fix", errors), ("warning", "ui-return-notes", warnings))
    return {
        "language": "zh-CN" if language == "zh" else "en",
        "company": company,
        "title": say("ui-return-title", file=notice.file.rpartition("/")[2]),
        "preview": say("ui-return-counts", errors=len(errors), warnings=len(warnings)),
        "lead": say("ui-return-part-lead" if notice.is_part else "ui-return-lead"),
        "passed_on": say("ui-return-for", name=notice.missing_owner) if notice.missing_owner else "",
        "copy": say("ui-return-copy", file=copy),
        "attached": say("ui-return-attached") if notice.is_attached else "",
        "sections": [
            {"tone": tone, "label": say(code), "count": len(found), "problems": [_problem(one, say) for one in shown]}
            for tone, code, found in sections
            if (shown := found[:MOST_IN_NOTICE])
        ],
        "more": say("ui-return-more", count=left) if left else "",
        "footer": say("ui-return-footer", inbox=inbox),
    }


def _problem(problem: ListedProblem, say: Say) -> Mapping[str, str]:
    return {
        "cell": problem.cell or say("ui-return-whole"),
        "sheet": problem.sheet if problem.cell else "",
        "field": problem.field,
        "message": problem.message,
        "hint": problem.hint,
    }


def return_subject(context: Mapping[str, Any], notice: ReturnNotice, say: Say) -> str:
    """The subject of the mail: the file, and how much is wrong with it."""
    return say("ui-return-subject", file=notice.file.rpartition("/")[2], count=context["preview"])


def return_text(context: Mapping[str, Any]) -> Sequence[str]:
    """The same as its page, in lines of text."""
    lines = [context["title"], context["preview"], ""]
    lines += [part for part in (context["passed_on"], context["lead"], context["copy"], context["attached"]) if part]
    for section in context["sections"]:
        lines += ["", f"■ {section['label']} {section['count']}"]
        for at, problem in enumerate(section["problems"], start=1):
            place = " ".join(filter(None, (problem["sheet"], problem["cell"])))
            lines.append(f"{at}. {place}: {problem['message']}")
            lines += [f"   → {problem['hint']}"] if problem["hint"] else []
    lines += ["", context["more"]] if context["more"] else []
    return [*lines, "", context["footer"], ""]
