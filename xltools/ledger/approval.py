"""Reviews that are through: the order is approved, and each line has the promise that the review gave it."""

import datetime as dt
from collections.abc import Iterable, Sequence

from xltools.core.codec import encode_place, encode_value
from xltools.core.event import Event, EventKind
from xltools.core.order import Order, OrderLine
from xltools.core.place import Place
from xltools.core.record import FieldValue, Value
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate, WorkflowStage
from xltools.ledger.deliveries import is_promise, read_schedule
from xltools.ledger.gates import judge_gate
from xltools.ledger.review import ReviewTask, asked_tasks, is_review_gate

PLANNING = "production"  # the department whose date is the promise (生产PMC); FACTS: 可交日期 is PMC's to give
_MEETING_FIELD, _DEPARTMENT_FIELD = "promised_date", "available_date"


def approve_orders(orders: Iterable[Order], rules: Rules, as_of: dt.date) -> tuple[Event, ...]:
    """An event for each order whose review is through and that is not approved yet.

    None where no form of the desk asks for a review, and for orders that entered past it or are cancelled. The promise
    of a line is what the meeting promised, else the date that PMC gave, else the latest that any department gave;
    without any, what the order has stays.
    """
    gates = _gates_to_approval(rules)
    if not any(is_review_gate(gate, rules) for _, gate in gates):
        return ()
    return tuple(_approve(order, rules, as_of) for order in orders if _is_through(order, gates, rules, as_of))


def _gates_to_approval(rules: Rules) -> tuple[tuple[int, Gate], ...]:
    """The gates up to the stage from which an order counts as approved, each with the position of its stage."""
    stages: Sequence[WorkflowStage] = rules.workflow.stages
    last = rules.workflow.index(rules.workflow.approved)
    return tuple((at, gate) for at, stage in enumerate(stages[: last + 1]) for gate in stage.gates)


def _is_through(order: Order, gates: Sequence[tuple[int, Gate]], rules: Rules, as_of: dt.date) -> bool:
    if order.approved is not None or order.cancelled:
        return False
    start = rules.workflow.entry(order.entered)
    asked = [gate for at, gate in gates if at > start]
    return bool(asked) and all(judge_gate(gate, order, rules, as_of).is_open for gate in asked)


def _approve(order: Order, rules: Rules, as_of: dt.date) -> Event:
    tasks = asked_tasks(order, rules)
    promised = {line.number: _promise(line, tasks) for line in order.lines if not line.cancelled}
    promises = {
        number: [encode_value(given.value), encode_place(given.place)] for number, given in promised.items() if given
    }
    body = {"revision": order.revision, "promises": promises}
    return Event(EventKind.ORDER_APPROVED, as_of, Place(order.place.file), order.number, body)


def _promise(line: OrderLine, tasks: Iterable[ReviewTask]) -> Value | None:
    """What the review promises for a line, as a schedule, at the cell that says it."""
    said = [task.verdict for task in tasks if task.line in {"", line.number} and task.verdict]
    meeting = [one.values.get(_MEETING_FIELD) for one in said]
    planning = [one.values.get(_DEPARTMENT_FIELD) for one in said if one.text("department") == PLANNING]
    for given in (*reversed(meeting), *reversed(planning)):
        if given and is_promise(given.value):
            return _as_schedule(given)
    others = [given for one in said if (given := one.values.get(_DEPARTMENT_FIELD)) and is_promise(given.value)]
    return _as_schedule(max(others, key=lambda given: _last_date(given.value))) if others else None


def _as_schedule(given: Value) -> Value:
    return given._replace(value=read_schedule(given.value))


def _last_date(value: FieldValue) -> dt.date:
    return max(part.date for part in read_schedule(value) if part.date)
