"""Where one order stands, what it waits for, and what happened to it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from xltools.core.calendar import WorkCalendar
from xltools.core.order import Change, HistoryEntry, Order, Paper, Statement
from xltools.core.record import FieldValue, Table
from xltools.core.text import Language
from xltools.forms.expression import compile_expression
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate
from xltools.ledger.change_tasks import displaced_by, pending_changes
from xltools.ledger.gates import is_excused, judge_gate
from xltools.ledger.items import OpenItem
from xltools.ledger.standing import Standing, Waiting
from xltools.reports.lines import AssessedLine
from xltools.reports.overdue import Overdue, list_overdue
from xltools.reports.people import People
from xltools.reports.wording import iso_date, json_number, plain_text, whom_text

StageMark = Literal["done", "here", "ahead", "not-asked"]


@dataclass(frozen=True, slots=True)
class PassedStage:
    """A stage of the workflow as an order passed it: when there was evidence of it, None where none says so.

    One is `not-asked` that the order is past without any gate of it having asked for a word.
    """

    name: str
    mark: StageMark
    when: dt.date | None = None


@dataclass(frozen=True, slots=True)
class NoteShipped:
    """What of an order left on one delivery note (or without one) on a day: quantities by line; its receipts."""

    delivery_note: str
    date: dt.date
    quantities: Mapping[str, Decimal]
    receipts: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentReceived:
    """Money that a statement says has come: its date, amount and currency as given."""

    date: dt.date
    amount: Decimal
    currency: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class StatusReport:
    """An order on the as-of date, with its lines.

    `overdue` are its tasks past their limits, `pending` what its open change notices wait for, `items` the open items
    about it: questions, and documents that wait for a gate.
    """

    order: Order
    standing: Standing
    lines: tuple[AssessedLine, ...]
    as_of: dt.date
    stages: tuple[PassedStage, ...]
    overdue: tuple[Overdue, ...]
    pending: tuple[Waiting, ...]
    items: tuple[OpenItem, ...]
    shipped: tuple[NoteShipped, ...]
    payments: tuple[PaymentReceived, ...]
    people: People


def report_status(
    order: Order,
    standing: Standing,
    lines: Sequence[AssessedLine],
    rules: Rules,
    calendar: WorkCalendar,
    as_of: dt.date,
    items: Iterable[OpenItem] = (),
    staff: Table | None = None,
) -> StatusReport:
    """The status of one order from the assessed lines, and the open items, of any number of orders."""
    return StatusReport(
        order=order,
        standing=standing,
        lines=tuple(one for one in lines if one.order.number == order.number),
        as_of=as_of,
        stages=tuple(_trace_stages(order, standing, rules, as_of)),
        overdue=tuple(list_overdue(order, standing, rules, calendar, as_of)),
        pending=pending_changes(order, rules),
        items=tuple(item for item in items if item.order == order.number),
        shipped=tuple(_list_shipped(order)),
        payments=tuple(_list_payments(order, rules)),
        people=People(staff, as_of),
    )


def _trace_stages(order: Order, standing: Standing, rules: Rules, as_of: dt.date) -> Iterator[PassedStage]:
    """Every stage of the workflow: those before the one that the order is at, with the latest word that opened them."""
    names = [stage.name for stage in rules.workflow.stages]
    here = names.index(standing.stage) if standing.stage in names else 0
    entered = names.index(order.entered) if order.entered in names else 0
    for at, stage in enumerate(rules.workflow.stages):
        if at == here:
            yield PassedStage(stage.name, "here", standing.since)
        elif at > here:
            is_asked = not stage.gates or not all(is_excused(gate, order) for gate in stage.gates)
            yield PassedStage(stage.name, "ahead" if is_asked else "not-asked")
        elif at <= entered:
            yield PassedStage(stage.name, "done", order.received if at == entered else None)
        else:
            asked = [gate for gate in stage.gates if not is_excused(gate, order)]
            states = [judge_gate(gate, order, rules, as_of) for gate in asked]
            when = max((state.evidence for state in states if state.evidence), default=None)
            if any(not state.is_open for state in states):  # goods left all the same
                yield PassedStage(stage.name, "ahead")
                continue
            is_done = when or not stage.gates or any(gate.fields for gate in asked)
            yield PassedStage(stage.name, "done" if is_done else "not-asked", when)


def _list_shipped(order: Order) -> Iterator[NoteShipped]:
    """What has left, by day and delivery note, with the statements about that note."""
    left: dict[tuple[dt.date, str], dict[str, Decimal]] = {}
    for line in order.lines:
        for shipment in line.shipments:
            quantities = left.setdefault((shipment.date, shipment.delivery_note), {})
            quantities[line.number] = quantities.get(line.number, Decimal(0)) + shipment.quantity
    for (day, note), quantities in sorted(left.items(), key=lambda one: one[0]):
        receipts = [one for one in order.statements if note and one.text("delivery_note") == note]
        yield NoteShipped(note, day, quantities, tuple(receipts))


def _list_payments(order: Order, rules: Rules) -> Iterator[PaymentReceived]:
    """The statements that a payment gate counts, each once."""
    counted = [gate for stage in rules.workflow.stages for gate in stage.gates if gate.late == "payment"]
    for one in order.statements:
        gate = next(
            (gate for gate in counted if gate.counts and gate.form == one.form and _is_counted(gate, one)), None
        )
        amount = one.get(gate.counts) if gate and gate.counts else None
        if isinstance(amount, int | Decimal):
            day = one.get("date")
            yield PaymentReceived(
                date=day if isinstance(day, dt.date) else one.when,
                amount=Decimal(amount),
                currency=one.text("currency") or order.text("currency"),
                statement=one,
            )


def _is_counted(gate: Gate, statement: Statement) -> bool:
    if gate.says is None:
        return True
    expression = compile_expression(gate.says)
    values: dict[str, FieldValue | None] = {name: statement.get(name) for name in expression.names}
    return expression.evaluate(values) is True


def status_json(report: StatusReport, rules: Rules, language: Language, say: Say) -> dict[str, Any]:
    """The JSON shape of `status`; stages, gates and fields by name, what and whom in words.

    `not_tracked` names the gates that counted as open because no installed form can open them.
    """
    order, standing = report.order, report.standing
    return {
        "order": order.number,
        "revision": order.revision,
        "stage": standing.stage,
        "state": standing.state,
        "reason": standing.reason,
        "waiting": [
            {
                "gate": gate.gate,
                "what": gate.what.in_language(language),
                "whom": whom_text(gate.whom, order, rules, language, say),
                "since": gate.since.isoformat(),
            }
            for gate in (*standing.waiting, *report.pending)
        ],
        "not_tracked": list(standing.untracked),
        "overrides": [
            {
                "gate": gate,
                "by": one.by,
                "reason": one.text("reason"),
                "valid_until": plain_text(one.get("valid_until")),
            }
            for gate, one in standing.overrides
        ],
        "stages": [{"stage": one.name, "mark": one.mark, "when": iso_date(one.when)} for one in report.stages],
        "overdue": [_overdue_json(one, language) for one in report.overdue],
        "lines": [_line_json(one) for one in report.lines],
        "displaced_by": [by for by, _ in displaced_by(order)],
        "changes": [_change_json(change) for change in order.changes],
        "items": [
            {"item": one.id, "kind": one.kind, "line": one.line, "typed": one.typed, "kept": one.kept}
            for one in report.items
        ],
        "shipments": [
            {
                "delivery_note": one.delivery_note,
                "date": one.date.isoformat(),
                "quantities": {line: json_number(quantity) for line, quantity in one.quantities.items()},
                "received": [{"by": said.by, "when": said.when.isoformat()} for said in one.receipts],
            }
            for one in report.shipped
        ],
        "payments": [
            {"date": one.date.isoformat(), "amount": json_number(one.amount), "currency": one.currency}
            for one in report.payments
        ],
        "history": [_history_json(entry) for entry in order.history],
        "papers": [_paper_json(paper) for paper in order.papers],
    }


def _overdue_json(task: Overdue, language: Language) -> dict[str, Any]:
    return {
        "kind": task.kind,
        "line": task.line,
        "what": task.what.in_language(language),
        "whom": task.whom,
        "since": task.since.isoformat(),
        "due": task.due.isoformat(),
        "days": task.days,
    }


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
        "cancelled": line.cancelled,
        "missing": list(assessed.missing),
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "change": change.number,
        "state": change.state,
        "kinds": list(change.kinds),
        "revision": change.made,
        "since": change.since.isoformat(),
        "items": [
            {"line": one.line, "field": one.field, "was": plain_text(one.was), "value": plain_text(one.value)}
            for one in change.items
        ],
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
    return {
        "kind": paper.kind,
        "revision": paper.revision,
        "file": paper.file,
        "when": paper.when.isoformat(),
        "number": paper.number,
        "voided": iso_date(paper.voided),
    }
