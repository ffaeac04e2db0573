"""Results in words, for a person at a terminal; every word comes from the catalogue."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from xltools.core.codec import plain_decimal
from xltools.core.problem import Problem
from xltools.desk.checking import CheckResult
from xltools.desk.result import DocumentResult, ProblemWriter, RunResult
from xltools.desk.session import Desk
from xltools.desk.submit import SubmitResult
from xltools.forms.messages import Say, render_rule_problem
from xltools.reports.late import LateRow, group_rows, group_spot, group_waiting
from xltools.reports.screen import cut_to_width, wrap_to_width
from xltools.reports.why import Explanation

if TYPE_CHECKING:  # smtplib and ssl take as long to load as a status to tell
    from xltools.desk.mailing import MailResult

OUTCOMES = ("accepted", "partly", "returned", "unreadable", "duplicate", "waiting")

_KIND, _SPOT, _CUSTOMER, _PRODUCT, _AWAITED = 10, 18, 14, 10, 34  # columns of the late list
_MOST_AWAITED = 3  # lines

TableRows = tuple[list[str], list[list[str]]]


def tell_run(result: RunResult, writer: ProblemWriter, say: Say) -> Iterator[str]:
    """A run in some lines: what came in, what must be mended and why, what was written."""
    counts: Counter[str] = Counter(document.outcome for document in result.documents)
    told = say("ui-list-separator").join(
        say(f"ui-outcome-{outcome}", count=counts[outcome]) for outcome in OUTCOMES if counts[outcome]
    )
    orders = len({order for document in result.documents for order in document.orders})
    yield say(
        "ui-run-title",
        as_of=result.as_of,
        documents=len(result.documents),
        orders=orders,
        told=told or say("ui-outcome-none"),
    )
    for document in result.documents:
        if document.outcome in {"returned", "partly", "unreadable", "waiting"} or any(
            problem.is_error for problem in document.problems
        ):
            yield f"  {say(f'ui-document-{document.outcome}')}  {_in_short(document, writer, say)}"
    if returned := next((document.returned for document in result.documents if document.returned), ""):
        yield say("ui-run-returned", folder=returned.rpartition("/")[0])
    warnings = sum(not problem.is_error for document in result.documents for problem in document.problems)
    if warnings:
        yield say("ui-run-warnings", count=warnings)
    yield from tell_problems(result.problems, writer)
    tracker = result.tracker
    yield say(
        "ui-run-tracker",
        file=tracker.file,
        added=tracker.rows_added,
        changed=tracker.cells_changed,
        edits=tracker.edits,
    )
    if tracker.queued:
        yield say("ui-run-queued", file=tracker.file)
    if result.papers:
        yield say("ui-run-papers", count=len(result.papers), first=result.papers[0])
    kinds = Counter(row["kind"] for row in result.late)
    yield say("ui-run-late", late=kinds["late"], at_risk=kinds["at-risk"])
    yield from (f"  {action}" for action in result.planned)


def _in_short(document: DocumentResult, writer: ProblemWriter, say: Say) -> str:
    """A workbook and what is wrong with it in a line: the first error, and how many more."""
    errors = [problem for problem in document.problems if problem.is_error] or list(document.problems)
    first = f"{errors[0].place.cell} {writer.write(errors[0])['message']}".strip() if errors else ""
    first = " ".join(first.splitlines())
    more = say("ui-run-more", count=len(errors) - 1) if len(errors) > 1 else ""
    return f"{document.file.partition('/')[2]}  {first}{more}"


def tell_mail(result: "MailResult", time_zone: str, say: Say) -> Iterator[str]:
    """What became of the mails, in a line; nothing where there were none."""
    if result.is_busy:
        yield say("ui-mail-busy")
    elif result.opens:
        opens = result.opens.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%d %H:%M")
        yield say("ui-mail-opens", waiting=result.waiting, opens=opens)
    elif result.sent or result.waiting:
        yield say("ui-mail-sent", count=len(result.sent), waiting=result.waiting)


def tell_problems(problems: Iterable[Problem], writer: ProblemWriter) -> Iterator[str]:
    """Each problem as `file sheet!cell: message`, its hint under it; those of the rules with their excerpt."""
    for problem in problems:
        if problem.place.line is not None:
            yield render_rule_problem(problem, writer.catalogue, writer.language)
            continue
        written = writer.write(problem)
        place = f"{problem.place}: " if str(problem.place) else ""
        # A value with line breaks in it must not pass for further lines of ours.
        yield " ".join(f"{place}{written['message']}".splitlines())
        if written["hint"]:
            yield f"  → {written['hint']}"


def tell_checks(checked: Iterable[CheckResult], writer: ProblemWriter, say: Say) -> Iterator[str]:
    """Each workbook with its problems, or that it has none."""
    for one in checked:
        count = len(one.problems)
        yield say("ui-check-file" if count else "ui-check-right", file=one.file, form=one.form or "?", count=count)
        yield from (f"  {line}" for line in tell_problems(one.problems, writer))


def tell_submitted(results: Iterable[SubmitResult], writer: ProblemWriter, say: Say) -> Iterator[str]:
    """Each workbook with what became of it, and its problems."""
    for one in results:
        check = one.check
        outcome = ("ui-submit-done" if one.is_new else "ui-submit-again") if one.file else "ui-submit-refused"
        errors = sum(problem.is_error for problem in check.problems)
        yield say(outcome, file=check.file, form=check.form or "?", submitted=one.file, count=errors)
        yield from (f"  {line}" for line in tell_problems(check.problems, writer))


def tell_demo(desk: Desk, result: RunResult, say: Say) -> Iterator[str]:
    """Which files of the sample desk to open, and what to try next."""
    yield say("ui-demo-open")
    yield f"  {desk.path / desk.folders.tracker}"
    if result.papers:
        yield f"  {desk.path / result.papers[0]}"
    returned = next((one.returned for one in result.documents if one.returned), "")
    if returned:
        yield f"  {desk.path / returned}"
    if result.late:
        first = next((row for row in result.late if row["line"]), result.late[0])
        yield say("ui-demo-try", desk=desk.path, order=first["order"], line=first["line"] or "1")


def late_table(rows: Sequence[LateRow], say: Say) -> TableRows:
    """The header and rows of the late list, narrow enough for a terminal of 120 columns."""
    names = ("kind", "order", "customer", "product", "open_quantity", "due", "days_late", "waiting_for")
    header = [say(f"ui-late-{name.replace('_', '-')}") for name in names]
    body = []
    for group in group_rows(rows):
        row = group[0]
        alone = len(group) == 1
        awaited = [*wrap_to_width(group_waiting(group, say), _AWAITED)]
        if len(awaited) > _MOST_AWAITED:
            rest = " ".join(awaited[_MOST_AWAITED - 1 :])
            awaited = [*awaited[: _MOST_AWAITED - 1], cut_to_width(rest, _AWAITED)]
        remark = [cut_to_width(row.remark, _AWAITED)] if row.remark else []
        body.append(
            [
                cut_to_width(say(f"ui-kind-{row.kind}"), _KIND),
                "\n".join(wrap_to_width(group_spot(group, say), _SPOT)),
                cut_to_width(row.customer, _CUSTOMER),
                cut_to_width(row.product, _PRODUCT) if alone else "",
                plain_decimal(row.open_quantity) if alone and row.open_quantity is not None else "",
                row.due.isoformat(),
                str(row.days_late or ""),
                "\n".join([*awaited, *remark]),
            ]
        )
    return header, body


def tell_explanation(found: Explanation, say: Say) -> Iterator[str]:
    """Where a value came from, and all it was made of."""
    spot = f"{found.order}-{found.line}" if found.line else found.order
    yield say("ui-why-title", spot=spot, field=found.field, value=found.value)
    for source in found.sources or (found.main,):
        yield say(
            "ui-why-source",
            field=source.field,
            value=source.value,
            place=source.place,
            by=source.by or "-",
            when=source.when,
        )
        if source.archived:
            yield say("ui-why-archived", archived=source.archived, sha256=source.sha256[:12])
