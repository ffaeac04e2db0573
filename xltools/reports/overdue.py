"""What has been waited for longer than its limit allows: verdicts, payments, signatures, receipts, changes."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from xltools.core.calendar import WorkCalendar
from xltools.core.order import Order
from xltools.core.text import Text
from xltools.forms.rules import Rules
from xltools.ledger.change_tasks import change_tasks, pending_changes
from xltools.ledger.review import ReviewTask, review_tasks
from xltools.ledger.routing import find_route
from xltools.ledger.standing import Standing, Waiting

OverdueKind = Literal[
    "review", "acceptance", "condition", "change", "signature", "payment", "production", "acknowledgement"
]
OVERDUE_KINDS: tuple[OverdueKind, ...] = (
    "review",
    "acceptance",
    "condition",
    "change",
    "signature",
    "payment",
    "production",
    "acknowledgement",
)


ALL_DEPARTMENTS = "departments"  # as who is awaited
_MEETING = Text("评审会议", "review meeting")


@dataclass(frozen=True, slots=True)
class Overdue:
    """A task past its limit of working days; `line` is empty where it is about the whole order.

    `whom` is a role or department, `name` who of them took it on. `due` is the last day within the limit, `days` are
    calendar days from it to the as-of date, as for deliveries. `condition` is what a conditional verdict demands.
    """

    kind: OverdueKind
    line: str
    what: Text
    whom: str
    since: dt.date
    limit: int
    due: dt.date
    days: int
    name: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class _Task:
    """Something awaited, overdue or not."""

    kind: OverdueKind
    line: str
    what: Text
    whom: str
    since: dt.date
    limit: int | None
    name: str = ""
    condition: str = ""


def list_overdue(
    order: Order, standing: Standing, rules: Rules, calendar: WorkCalendar, as_of: dt.date
) -> Iterator[Overdue]:
    """The tasks of an order that are past their limits on a date, as the workflow and the routes have them.

    The departments' own tasks take the place of the review gate. An order that is held, declined or cancelled waits for
    nobody, but for what is said to its change notices.
    """
    for either in _list_tasks(order, standing, rules):
        found = (_measure(task, calendar, as_of) for task in either)
        yield from [one for one in found if one][:1]


def find_overdue(waiting: Waiting, overdue: Iterable[Overdue]) -> Overdue | None:
    """The overdue task that says what a shut gate waits for, if any: of a review whatever its department owes."""
    for task in overdue:
        if (task.whom, task.what) == (waiting.whom, waiting.what):
            return task
        of_review = waiting.late == "review" and task.kind in {"review", "acceptance"}
        if of_review and task.whom in {waiting.whom, ALL_DEPARTMENTS}:
            return task
    return None


def _measure(task: _Task, calendar: WorkCalendar, as_of: dt.date) -> Overdue | None:
    """The task with what it is late by; None within its limit."""
    if task.limit is None:
        return None
    due = calendar.add_working_days(task.since, task.limit)
    if due >= as_of:
        return None
    return Overdue(
        kind=task.kind,
        line=task.line,
        what=task.what,
        whom=task.whom,
        since=task.since,
        limit=task.limit,
        due=due,
        days=(as_of - due).days,
        name=task.name,
        condition=task.condition,
    )


def _list_tasks(order: Order, standing: Standing, rules: Rules) -> Iterator[tuple[_Task, ...]]:
    """What is awaited; of the tasks that come together the first that is overdue says it all."""
    if standing.state != "cancelled":
        for change in pending_changes(order, rules):
            yield (_Task("change", "", change.what, change.whom, change.since, change.limit),)
        for task in change_tasks(order, rules):
            if task.verdict:
                yield tuple(_review_steps(task))
    if standing.state:
        return
    asked = review_tasks(order, rules)
    if not any(waiting.late == "review" for waiting in standing.waiting):  # a person may have let the order pass
        asked = tuple(task for task in asked if task.verdict)
    for task in _merge_meeting(asked):
        yield tuple(_review_steps(task))
    for waiting in standing.waiting:
        if not (asked and waiting.late == "review"):
            limit = _gate_limit(waiting, order, rules)
            yield (_Task(waiting.late, "", waiting.what, waiting.whom, waiting.since, limit),)


def _merge_meeting(tasks: Sequence[ReviewTask]) -> Iterator[ReviewTask]:
    """The tasks with those of a meeting as one: it takes place, or does not, for all lines and departments."""
    meeting = [one for one in tasks if one.meeting and one.verdict is None]
    yield from (replace(one, line="", department=ALL_DEPARTMENTS, what=_MEETING) for one in meeting[:1])
    yield from (one for one in tasks if not (one.meeting and one.verdict is None))


def _review_steps(task: ReviewTask) -> Iterator[_Task]:
    """What a department owes: its verdict, before that to take the task on, and later what its condition demands."""
    if task.verdict is None:
        name = task.accepted.text("accepted_by") if task.accepted else ""
        yield _Task("review", task.line, task.what, task.department, task.since, task.limit, name)
        if task.accepted is None:
            yield _Task("acceptance", task.line, task.what, task.department, task.since, task.accept_within)
    elif task.condition_open:
        said = task.verdict
        condition = said.text("condition")
        yield _Task(
            "condition", task.line, task.what, task.department, said.when, task.condition_within, said.by, condition
        )


def _gate_limit(waiting: Waiting, order: Order, rules: Rules) -> int | None:
    """The gate's own limit; a review gate without one takes that of the order's route."""
    if waiting.limit is not None or waiting.late != "review":
        return waiting.limit
    route = find_route(order, rules)
    return route.limit if route else None
