"""What each department is asked to say of an order, or of a change of it: one task for a line and a department."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from xltools.core.order import Order, Statement
from xltools.core.text import Text
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate, Route
from xltools.ledger.gate_statements import is_true, last_received
from xltools.ledger.gates import is_excused
from xltools.ledger.routing import find_route

REVIEW_FORM = "order-review"
CONDITIONAL = "conditional"
# What a verdict says; that its condition is met, and remarks, may follow.
VERDICT_FIELDS = ("conclusion", "condition", "available_date", "promised_date", "name", "date")
_ASKED = Text("订单评审", "review of the order")
_ASKED_AGAIN = Text("改版后评审", "review of the new revision")


@dataclass(frozen=True, slots=True)
class ReviewTask:
    """What one department is asked about one line (empty: the whole order) of a revision, or of a `change` by number.

    `accepted` is the word by which somebody took it on, `verdict` the latest that counts. A conditional verdict is
    `condition_open` until its condition is said to be met. `since` is when it was asked; `limit`, `accept_within` and
    `condition_within` (from the verdict on) are in working days. Tasks of a `meeting` stand on the order's review sheet
    and in no department's list. Once it is `settled`, by approval, verdicts change no more.
    """

    id: str
    order: str
    revision: int
    line: str
    department: str
    what: Text
    since: dt.date
    limit: int
    accept_within: int | None
    change: str = ""
    accepted: Statement | None = None
    verdict: Statement | None = None
    condition_open: bool = False
    condition_within: int = 5
    meeting: bool = False
    settled: bool = False


def review_tasks(order: Order, rules: Rules) -> tuple[ReviewTask, ...]:
    """The tasks of an order's review: all until it is approved, then those whose condition is open.

    None for an order that is cancelled, that entered past its review, or that no route takes.
    """
    tasks = asked_tasks(order, rules)
    return tasks if order.approved is None else tuple(one for one in tasks if one.condition_open)


def asked_tasks(order: Order, rules: Rules) -> tuple[ReviewTask, ...]:
    """All tasks of the review of the order's reviewed revision, done ones too."""
    stages = rules.workflow.stages
    start = rules.workflow.entry(order.entered)
    asking = [gate for stage in stages[start + 1 :] for gate in stage.gates if is_review_gate(gate, rules)]
    # What left without a review, before there were any, is asked nothing.
    went_unasked = order.approved is None and any(line.shipments for line in order.lines)
    if order.cancelled or went_unasked or not asking or not (route := find_route(order, rules)):
        return ()
    return tuple(task for gate in asking if not is_excused(gate, order) for task in _ask(gate, order, route, rules))


def is_review_gate(gate: Gate, rules: Rules) -> bool:
    """True for a gate that asks each department of the order's route about the revision under review."""
    return gate.current and "department" in gate.every and gate.form in rules.forms


def list_refusals(order: Order, rules: Rules) -> tuple[Statement, ...]:
    """The verdicts that decline the order as it stands, each once."""
    refuses = {gate.form: gate.refuses for stage in rules.workflow.stages for gate in stage.gates if gate.refuses}
    verdicts = (task.verdict for task in asked_tasks(order, rules) if task.verdict)
    refusing = (one for one in verdicts if one.form in refuses and is_true(refuses[one.form], one))
    return tuple({one.number: one for one in refusing}.values())


def task_id(order: str, line: str, about: str, department: str) -> str:
    """A task's id, to be read aloud: `SO2603-001-1-r1-production`; `about` is the revision or a change's number."""
    shown = line if line.isalnum() or not line else f"({line})"  # 1-1 of order A is not 1 of order A-1
    return "-".join(filter(None, (order, shown, about, department)))


def review_words(order: Order, form: str, change: str = "") -> tuple[Statement, ...]:
    """What was said of the revision under review, or of a change of it by number; the oldest first."""
    said = order.statements_of(form)
    return tuple(one for one in said if one.change == change and (change or one.revision == order.reviewed))


def find_verdict(said: tuple[Statement, ...], line: str, department: str, rules: Rules) -> Statement | None:
    """The latest word of a department about a line, where it has all that its form asks for to count."""
    last = next((one for one in reversed(said) if is_about(one, line, department)), None)
    if last is None:
        return None
    return last if all(last.get(name) is not None for name in rules.forms[last.form].awaits) else None


def find_acceptance(said: tuple[Statement, ...], line: str, department: str) -> Statement | None:
    """The first word by which somebody of the department took the task on."""
    return next((one for one in said if is_about(one, line, department) and one.get("accepted_by") is not None), None)


def is_about(statement: Statement, line: str, department: str) -> bool:
    """True where a department speaks of that line, or of all lines."""
    return statement.line in {"", line} and statement.text("department") == department


def has_open_condition(verdict: Statement | None) -> bool:
    """True where a verdict demands something of which nobody has said that it is done."""
    return verdict is not None and verdict.text("conclusion") == CONDITIONAL and verdict.get("condition_done") is None


def _ask(gate: Gate, order: Order, route: Route, rules: Rules) -> Iterator[ReviewTask]:
    said = review_words(order, gate.form or "")
    lines = [line.number for line in order.lines if not line.cancelled] if "line" in gate.every else [""]
    since = last_received(order)
    departments = route.departments
    if order.approved is not None:  # a change may have brought it on another route since
        departments = tuple(dict.fromkeys(one.text("department") for one in said))
    spoken = _group_words(said)
    for line in lines:
        for department in departments:
            heard = _pick_words(spoken, line, department)
            verdict = find_verdict(heard, line, department, rules)
            yield ReviewTask(
                id=task_id(order.number, line, f"r{order.reviewed}", department),
                order=order.number,
                revision=order.reviewed,
                line=line,
                department=department,
                what=_ASKED if order.reviewed == 1 else _ASKED_AGAIN,
                since=since,
                limit=route.limit,
                accept_within=route.accept_within,
                accepted=find_acceptance(heard, line, department),
                verdict=verdict,
                condition_open=has_open_condition(verdict),
                condition_within=route.condition_within,
                meeting=route.meeting,
                settled=order.approved is not None,
            )


def _group_words(said: tuple[Statement, ...]) -> dict[tuple[str, str], list[Statement]]:
    """Statements by line and department, each group the oldest first: an order of 300 lines has thousands of them."""
    found: dict[tuple[str, str], list[Statement]] = {}
    for one in said:
        found.setdefault((one.line, one.text("department")), []).append(one)
    return found


def _pick_words(spoken: dict[tuple[str, str], list[Statement]], line: str, department: str) -> tuple[Statement, ...]:
    """What a department said of a line, or of all lines, the oldest first."""
    found = [one for about in {"", line} for one in spoken.get((about, department), ())]
    return tuple(sorted(found, key=lambda one: one.number))
