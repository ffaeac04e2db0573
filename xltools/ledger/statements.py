"""What documents say of orders: verdicts, payments, goods received; each an event that gates may wait for."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xltools.core.codec import encode_values
from xltools.core.event import Event, EventKind
from xltools.core.order import Order, OrderLine
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Document, Record, Table, Value
from xltools.forms.rules import Rules
from xltools.ledger.decide import Decision
from xltools.ledger.order_lines import find_order_line
from xltools.ledger.replay import Ledger
from xltools.ledger.signers import find_signer

ORDER_FIELD, LINE_FIELD, CHANGE_FIELD, SIGNER_FIELD = "order_no", "line_no", "change_no", "name"


@dataclass(frozen=True, slots=True)
class _Said:
    """One statement of a record, or why it is none."""

    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_taken(self) -> bool:
        return not any(problem.is_error for problem in self.problems)


def decide_statements(
    document: Document, ledger: Ledger, rules: Rules, tables: Mapping[str, Table], as_of: dt.date
) -> Decision:
    """An event for each statement of a document; a record goes in whole or not at all.

    A statement that the ledger has already, word for word, makes none; what a gate sums up is taken again, with the
    warning statement-repeated. Errors: order-unknown, line-unknown,
    line-ambiguous, statement-of-old-revision. Warnings of who signed: signer-unknown, signer-of-other-department.
    """
    known = ledger.accepted.get(document.sha256)
    if known and not known.partly:
        return Decision(orders=known.orders, duplicate=True)
    events: list[Event] = []
    orders: list[str] = []
    rejected, problems = list(document.rejected), list[Problem]()
    summed = {gate.form for stage in rules.workflow.stages for gate in stage.gates if gate.counts}
    for record in document.records:
        order = ledger.find_order(record.text(ORDER_FIELD))
        said = tuple(_state(record, order, document, rules, tables, as_of))
        problems += [problem for one in said for problem in one.problems]
        if order is None or not all(one.is_taken for one in said):
            rejected.append(record)
            continue
        orders.append(order.number)
        for event in (event for one in said for event in one.events):
            if not _is_known(event, order):
                events.append(event)
            elif document.form in summed:  # two payments of one amount on one day are two
                events.append(event)
                problems.append(warning("statement-repeated", event.place, ORDER_FIELD, order=order.number))
    return Decision(
        events=tuple(events),
        orders=tuple(dict.fromkeys(orders)),
        rejected=tuple(rejected),
        problems=tuple(problems),
        duplicate=bool(orders) and not rejected and not events and not known,
    )


def _state(
    record: Record,
    order: Order | None,
    document: Document,
    rules: Rules,
    tables: Mapping[str, Table],
    as_of: dt.date,
) -> Iterator[_Said]:
    if order is None:
        spot = record.values.get(ORDER_FIELD)
        place = spot.place if spot else record.place
        yield _Said(problems=(error("order-unknown", place, ORDER_FIELD, value=record.text(ORDER_FIELD)),))
        return
    for part in record.lines or (record,):
        values = {**record.values, **part.values} if part is not record else dict(record.values)
        line = find_order_line(order, values, part.place)
        problems = [line] if isinstance(line, Problem) else _check_revision(values, order)
        signer = find_signer(
            values.get(SIGNER_FIELD), _signing_department(values, document.form, rules), tables.get("staff"), as_of
        )
        problems += signer.problems
        if any(problem.is_error for problem in problems):
            yield _Said(problems=tuple(problems))
            continue
        body = {
            "form": document.form,
            "line": line.number if isinstance(line, OrderLine) else "",
            "revision": order.reviewed,
            "change": str(values[CHANGE_FIELD].value) if CHANGE_FIELD in values else "",
            "values": encode_values(values, document.sha256),
            "name": signer.name,
            "deputy_for": signer.deputy_for,
        }
        by = signer.name or document.saved_by
        event = Event(EventKind.STATEMENT_MADE, as_of, part.place, order.number, body, document.sha256, by)
        yield _Said((event,), tuple(problems))


def _check_revision(values: Mapping[str, Value], order: Order) -> list[Problem]:
    """A verdict on a revision that has been replaced says nothing of the one that stands."""
    given = values.get("revision")
    if given is None or given.value in {order.reviewed, order.revision}:
        return []
    told = {"order": order.number, "revision": given.value, "current": order.revision}
    return [error("statement-of-old-revision", given.place, "revision", **told)]


def _signing_department(values: Mapping[str, Value], form: str, rules: Rules) -> str:
    """The department whose word this is: the one it names, else the one that all gates of the form wait for."""
    if "department" in values:
        return str(values["department"].value)
    awaited = {gate.whom for stage in rules.workflow.stages for gate in stage.gates if gate.form == form}
    known = {one.name for one in rules.routes.departments}
    return next(iter(awaited)) if len(awaited) == 1 and awaited <= known else ""


def _is_known(event: Event, order: Order) -> bool:
    """True where the latest statement of that form, line, department and change says the same."""
    body = event.body
    said = {name: written[0] for name, written in body["values"].items()}
    for one in reversed(order.statements_of(body["form"])):
        if (one.line, one.change, one.revision) != (body["line"], body["change"], body["revision"]):
            continue
        known = {name: written[0] for name, written in _encoded(one.values).items()}
        if known.get("department") == said.get("department"):
            return known == said
    return False


def _encoded(values: Mapping[str, Value]) -> dict[str, list[object]]:
    encoded = encode_values(dict(values))
    return dict(encoded) if isinstance(encoded, dict) else {}
