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
from xltools.ledger.delivery_notes import NOTE_FIELD
from xltools.ledger.items import ItemOpener
from xltools.ledger.order_lines import find_order_line
from xltools.ledger.receipts import find_named_orders, settle_receipt
from xltools.ledger.replay import Ledger
from xltools.ledger.review import VERDICT_FIELDS, find_verdict, is_review_gate, review_words
from xltools.ledger.signers import find_signer
from xltools.ledger.statement_gates import KnownStatements, check_counted, is_superseded, signing_department

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
    document: Document,
    ledger: Ledger,
    rules: Rules,
    tables: Mapping[str, Table],
    as_of: dt.date,
    *,
    is_whole: bool = True,
) -> Decision:
    """An event for each statement of a document; a record goes in whole or not at all.

    A statement that the ledger has already, word for word, makes none (warning statement-repeated where others of the
    document are new). A document waits (warning statement-awaited) until its rows have what the form `awaits`;
    rows of a shared list, which are not `is_whole`, say something by now. One that names a delivery note and no order
    is said of all orders on it; what a receipt tells of a difference becomes an open item (received-differs). Errors:
    order-unknown, line-unknown, line-ambiguous, statement-of-old-revision, statement-without-line,
    verdict-after-approval. Warnings: statement-not-counted, and of who signed signer-unknown,
    signer-of-other-department.
    """
    known = ledger.accepted.get(document.sha256)
    if known and not known.partly:
        return Decision(orders=known.orders, duplicate=True)
    if is_whole and (awaited := _tell_awaited(document, rules)):
        return Decision(problems=(awaited,), waits=True)
    events: list[Event] = []
    orders: list[str] = []
    rejected, problems = list(document.rejected), list[Problem]()
    items = ItemOpener(ledger.items, as_of)
    register = None if is_superseded(document.form, rules) else KnownStatements(document.form)
    repeated: list[Event] = []
    for record in document.records:
        named = find_named_orders(record, ledger)
        if isinstance(named, Problem):
            problems.append(named)
            rejected.append(record)
            continue
        said = tuple(one for order in named for one in _state(record, order, document, rules, tables, as_of))
        problems += [problem for one in said for problem in one.problems]
        if not all(one.is_taken for one in said):
            rejected.append(record)
            continue
        orders += [order.number for order in named]
        before = len(events)
        for event in (event for one in said for event in one.events):
            own = ledger.orders[event.order]
            is_known = register.is_known(event, own) if register else _is_known(event, own)
            (repeated if is_known else events).append(event)
        if len(events) > before:
            opened, differs = settle_receipt(record, named, ledger, items)
            events += opened
            problems += differs
    if repeated and events:  # the register that somebody keeps and drops again and again
        problems.append(warning("statement-repeated", repeated[0].place, ORDER_FIELD, rows=len(repeated)))
    return Decision(
        events=tuple(events),
        orders=tuple(dict.fromkeys(orders)),
        rejected=tuple(rejected),
        problems=tuple(problems),
        duplicate=bool(orders) and not rejected and not events and not known,
    )


def _tell_awaited(document: Document, rules: Rules) -> Problem | None:
    """What the first row lacks of all that the form awaits, and how many rows lack something; None where none does."""
    awaits = rules.forms[document.form].awaits
    lacking = [
        (part, name)
        for record in (*document.records, *document.rejected)
        for part in record.lines or (record,)
        if (name := next((one for one in awaits if part.get(one) is None and record.get(one) is None), ""))
    ]
    if not lacking:
        return None
    part, name = lacking[0]
    return warning("statement-awaited", part.place, name, rows=len(lacking))


def _state(
    record: Record,
    order: Order,
    document: Document,
    rules: Rules,
    tables: Mapping[str, Table],
    as_of: dt.date,
) -> Iterator[_Said]:
    for part in record.lines or (record,):
        values = {**record.values, **part.values} if part is not record else dict(record.values)
        line = find_order_line(order, values)
        problems = [line] if isinstance(line, Problem) else _check_revision(values, order)
        if not isinstance(line, Problem):
            problems += _check_settled(part, values, line.number if line else "", document.form, order, rules)
            problems += check_counted(values, line, document.form, part.place, order, rules)
        department = signing_department(values, document.form, rules)
        labels = {one.name: one.label.text.both for one in rules.routes.departments}
        signer = find_signer(values.get(SIGNER_FIELD), department, tables.get("staff"), as_of, labels)
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


def _check_settled(
    part: Record, values: Mapping[str, Value], line: str, form: str, order: Order, rules: Rules
) -> list[Problem]:
    """Once the review is through no verdict of it changes: only that a condition is met may still be said."""
    gates = (gate for stage in rules.workflow.stages for gate in stage.gates if is_review_gate(gate, rules))
    if order.approved is None or CHANGE_FIELD in values or form not in {gate.form for gate in gates}:
        return []
    department = str(values["department"].value) if "department" in values else ""
    verdict = find_verdict(review_words(order, form), line, department, rules)
    given = {name: values[name].value if name in values else None for name in VERDICT_FIELDS}
    if verdict and all(verdict.get(name) == value for name, value in given.items()):
        return []
    name = next(
        (one for one in VERDICT_FIELDS if one in values and (not verdict or verdict.get(one) != given[one])), ""
    )
    place = values[name].place if name else part.place
    return [error("verdict-after-approval", place, name, order=order.number)]


def _is_known(event: Event, order: Order) -> bool:
    """True where the latest statement of that form, line, department, delivery note and change says the same.

    What was said of the whole order since, or of a line where this is of all, came over it.
    """
    body = event.body
    said = {name: written[0] for name, written in body["values"].items()}
    for one in reversed(order.statements_of(body["form"])):
        is_about = one.line == body["line"] or "" in {one.line, body["line"]}
        if not is_about or (one.change, one.revision) != (body["change"], body["revision"]):
            continue
        known = {name: written[0] for name, written in _encoded(one.values).items()}
        if all(known.get(name) == said.get(name) for name in ("department", NOTE_FIELD)):
            return one.line == body["line"] and known == said
    return False


def _encoded(values: Mapping[str, Value]) -> dict[str, list[object]]:
    encoded = encode_values(dict(values))
    return dict(encoded) if isinstance(encoded, dict) else {}
