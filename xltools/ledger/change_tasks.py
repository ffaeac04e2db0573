"""What a change notice that is open waits for: signatures by department, the customer's consent, a confirmation."""

import datetime as dt
from collections.abc import Iterator

from xltools.core.order import Change, Order, Statement
from xltools.core.text import Text
from xltools.forms.rules import Rules
from xltools.forms.workflow import ChangeRoute
from xltools.ledger.review import (
    REVIEW_FORM,
    ReviewTask,
    find_acceptance,
    find_verdict,
    has_open_condition,
    task_id,
)
from xltools.ledger.routing import find_change_route
from xltools.ledger.standing import CHANGE_NOTICE, Waiting

CHANGE_GATE = "change"
DISPLACED_BY = "displaced_by"  # what a displaced order is told, in a statement of the change notice's form
_CONDITION_WITHIN = 5  # working days, for what a department demands of a change


def change_tasks(order: Order, rules: Rules) -> tuple[ReviewTask, ...]:
    """What departments are asked about the changes of an order: of closed ones, those that have answered."""
    return tuple(task for change in order.changes for task in sign_offs(change, order, rules))


def sign_offs(change: Change, order: Order, rules: Rules) -> tuple[ReviewTask, ...]:
    """What each department of a change's route is asked; nothing while nobody has confirmed it."""
    said = tuple(one for one in order.statements_of(REVIEW_FORM) if one.change == change.number)
    if change.state == "pending" and not order.cancelled:
        route = find_change_route(change, order, rules)
        departments, limit = (route.departments, route.limit) if route else ((), 0)
    else:
        departments, limit = tuple(dict.fromkeys(one.text("department") for one in said)), 0
    return tuple(_task(change, order, department, limit, said, rules) for department in departments)


def _task(
    change: Change, order: Order, department: str, limit: int, said: tuple[Statement, ...], rules: Rules
) -> ReviewTask:
    verdict = _latest_word(said, department, rules)
    return ReviewTask(
        id=task_id(order.number, "", change.number, department),
        order=order.number,
        revision=change.revision,
        line="",
        department=department,
        what=Text(f"变更 {change.number} 会签", f"sign-off of change {change.number}"),
        since=change.since,
        limit=limit,
        accept_within=None,
        change=change.number,
        accepted=find_acceptance(said, "", department),
        verdict=verdict,
        condition_open=change.state != "refused" and has_open_condition(verdict),
        condition_within=_CONDITION_WITHIN,
    )


def _latest_word(said: tuple[Statement, ...], department: str, rules: Rules) -> Statement | None:
    if REVIEW_FORM in rules.forms:
        return find_verdict(said, "", department, rules)
    return next((one for one in reversed(said) if one.text("department") == department), None)


def pending_changes(order: Order, rules: Rules, line: str = "") -> tuple[Waiting, ...]:
    """What the open changes of an order wait for, each as a shut gate `change`: whom, since when, with the limit.

    With `line`, only those that are about this line or about the order as a whole.
    """
    if order.cancelled:
        return ()
    open_ones = (one for one in order.open_changes if not line or is_about_line(one, line))
    return tuple(waiting for change in open_ones for waiting in waits_for(change, order, rules))


def waits_for(change: Change, order: Order, rules: Rules) -> Iterator[Waiting]:
    """What one open change waits for; only its effective day where all has been said."""
    route = find_change_route(change, order, rules)
    if change.state == "unconfirmed":
        within = route.unconfirmed_within if route else 1
        zh, en = f"电话变更 {change.number} 待书面确认", f"telephone change {change.number} to be confirmed in writing"
        yield _waiting(change, "owner", zh, en, within)
        return
    limit = route.limit if route else 0
    found = False
    for task in sign_offs(change, order, rules):
        if task.verdict is None:
            found = True
            yield _waiting(change, task.department, task.what.zh, task.what.en, limit)
    if lacks_consent(change, route):
        found = True
        zh, en = f"变更 {change.number} 客户书面确认", f"customer's consent to change {change.number}"
        yield _waiting(change, "owner", zh, en, limit)
    if lacks_approver(change, route):
        found = True
        yield _waiting(change, "owner", f"变更 {change.number} 批准", f"approval of change {change.number}", limit)
    day = effective_day(change)
    if not found and day:
        zh, en = f"变更 {change.number} 于 {day} 生效", f"change {change.number} takes effect on {day}"
        yield _waiting(change, "owner", zh, en, None)


def _waiting(change: Change, whom: str, zh: str, en: str, limit: int | None) -> Waiting:
    return Waiting(CHANGE_GATE, Text(zh, en), whom, change.since, limit, late="change")


def lacks_consent(change: Change, route: ChangeRoute | None) -> bool:
    """True while the customer's consent is awaited; a change that the customer asked for in writing has it."""
    asked = route is not None and route.consent and change.get("requested_by") != "customer"
    return asked and change.get("consent") is None


def lacks_approver(change: Change, route: ChangeRoute | None) -> bool:
    """True while nobody has approved a change that must be: name and date stand in the notice."""
    if route is None or not route.approver:
        return False
    return change.get("approver") is None or change.get("approve_date") is None


def effective_day(change: Change) -> dt.date | None:
    """The day from which a change holds; None for at once."""
    day = change.get("effective_date")
    return day if isinstance(day, dt.date) else None


def unconfirmed_changes(order: Order, line: str) -> tuple[Change, ...]:
    """The changes told by telephone that are about a line, or about the order as a whole."""
    return tuple(one for one in order.changes if one.state == "unconfirmed" and is_about_line(one, line))


def is_about_line(change: Change, line: str) -> bool:
    """True for a change of the line, or of the order as a whole."""
    return any(item.line in {"", line} for item in change.items)


def displaced_by(order: Order) -> tuple[tuple[str, str], ...]:
    """The rush orders that this order makes room for, each with the number of its change notice."""
    said = order.statements_of(CHANGE_NOTICE)
    return tuple((one.text(DISPLACED_BY), one.change) for one in said if one.get(DISPLACED_BY) is not None)
