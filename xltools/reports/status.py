"""Where one order stands, what it waits for, and what happened to it."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xltools.core.codec import plain_decimal
from xltools.core.order import HistoryEntry, Order, Paper
from xltools.core.text import Language
from xltools.forms.rules import Rules
from xltools.ledger.standing import Standing
from xltools.reports.lines import AssessedLine
from xltools.reports.wording import Say, iso_date, json_number, labels_text, stage_text, waiting_text, whom_text


@dataclass(frozen=True, slots=True)
class StatusReport:
    """An order on the as-of date, with its lines."""

    order: Order
    standing: Standing
    lines: tuple[AssessedLine, ...]
    as_of: dt.date


def report_status(order: Order, standing: Standing, lines: Sequence[AssessedLine], as_of: dt.date) -> StatusReport:
    """The status of one order from the assessed lines of any number of orders."""
    return StatusReport(order, standing, tuple(one for one in lines if one.order.number == order.number), as_of)


def status_json(report: StatusReport, rules: Rules, language: Language, say: Say) -> dict[str, Any]:
    """The JSON shape of `status`; stages, gates and fields by name, what and whom in words.

    `not_tracked` names the gates that counted as open because no installed form can open them.
    """
    order, standing = report.order, report.standing
    return {
        "order": order.number,
        "revision": order.revision,
        "stage": standing.stage,
        "waiting": [
            {
                "gate": gate.gate,
                "what": gate.what.in_language(language),
                "whom": whom_text(gate.whom, order, rules, language, say),
                "since": gate.since.isoformat(),
            }
            for gate in standing.waiting
        ],
        "not_tracked": list(standing.untracked),
        "lines": [_line_json(one) for one in report.lines],
        "history": [_history_json(entry) for entry in order.history],
        "papers": [_paper_json(paper) for paper in order.papers],
    }


def status_lines(report: StatusReport, rules: Rules, language: Language, say: Say) -> Iterator[str]:
    """The status as text for one screen, line by line, fit to paste into a chat."""
    order, standing = report.order, report.standing
    yield say(
        "ui-status-title",
        order=order.number,
        revision=order.revision,
        customer=order.text("customer"),
        po=order.text("customer_po") or "-",
        as_of=report.as_of.isoformat(),
    )
    yield say("ui-status-stage", stage=stage_text(standing.stage, rules, language))
    for gate in standing.waiting:
        yield say("ui-status-waiting", waiting=waiting_text(gate, order, rules, language, say))
    if header_missing := standing.missing.get("", ()):
        yield say("ui-status-missing", fields=labels_text(header_missing, rules, language))
    if standing.untracked:
        yield say("ui-status-untracked", gates=_gates_text(standing.untracked, rules, language))
    for assessed in report.lines:
        yield from _line_text(assessed, rules, language, say)
    if order.papers:
        yield say("ui-status-papers")
        yield from (
            f"  {say(f'ui-paper-{paper.kind}')}  {paper.when.isoformat()}  {paper.file}" for paper in order.papers
        )
    yield say("ui-status-history")
    for entry in order.history:
        yield "  " + "  ".join(
            part for part in (entry.when.isoformat(), say(f"ui-event-{entry.kind}"), entry.by, str(entry.place)) if part
        )


def _line_text(assessed: AssessedLine, rules: Rules, language: Language, say: Say) -> Iterator[str]:
    line, status = assessed.line, assessed.status
    yield (
        "  "
        + say(
            "ui-status-line",
            line=line.number,
            product=line.text("product") or line.text("product_code"),
            specification=line.text("specification"),
            quantity=plain_decimal(line.quantity),
            shipped=plain_decimal(line.shipped),
            open=plain_decimal(status.open_quantity),
            unit=line.text("unit"),
        ).rstrip()
    )
    due = status.due.isoformat() if status.due else say("ui-warning-no-date")
    if not status.is_open:
        words = say("ui-warning-done")
    elif status.late:
        words = say("ui-warning-late", days=status.days_late)
    elif status.at_risk:
        words = say("ui-warning-at-risk")
    else:
        words = say("ui-status-promised" if status.promised else "ui-status-unpromised")
    yield "    " + say("ui-status-due", due=due, words=words)
    if own := assessed.standing.missing.get(line.number, ()):
        yield "    " + say("ui-status-missing", fields=labels_text(own, rules, language))


def _gates_text(gates: Sequence[str], rules: Rules, language: Language) -> str:
    words = {gate.name: gate.what.text.in_language(language) for stage in rules.workflow.stages for gate in stage.gates}
    return ("、" if language == "zh" else ", ").join(words.get(gate, gate) for gate in gates)


def _line_json(assessed: AssessedLine) -> dict[str, Any]:
    line, status = assessed.line, assessed.status
    return {
        "line": line.number,
        "product_code": line.text("product_code"),
        "product": line.text("product"),
        "quantity": json_number(line.quantity),
        "shipped_quantity": json_number(line.shipped),
        "open_quantity": json_number(status.open_quantity),
        "requested": iso_date(status.requested),
        "promised": iso_date(status.promised),
        "due": iso_date(status.due),
        "late": status.late,
        "at_risk": status.at_risk,
        "days_late": status.days_late,
        "missing": list(assessed.missing),
    }


def _history_json(entry: HistoryEntry) -> dict[str, Any]:
    return {
        "when": entry.when.isoformat(),
        "event": str(entry.kind),
        "by": entry.by,
        "file": entry.place.file,
        "sheet": entry.place.sheet,
        "cell": entry.place.cell,
    }


def _paper_json(paper: Paper) -> dict[str, Any]:
    return {"kind": paper.kind, "revision": paper.revision, "file": paper.file, "when": paper.when.isoformat()}
