"""What stands on a department's review list: its tasks for orders, and for changes of them."""

from collections.abc import Mapping, Sequence

from xltools.forms.rules import Rules
from xltools.ledger.change_tasks import change_tasks
from xltools.ledger.replay import Ledger
from xltools.ledger.review import CONDITIONAL, ReviewTask, asked_tasks


def list_department_tasks(ledger: Ledger, rules: Rules) -> Mapping[str, Sequence[ReviewTask]]:
    """All that the review lists show, by department: the tasks of orders and of changes, done ones too.

    Those of meetings are not on the lists until their order is approved under a condition of the department's: that it
    is met is said there. Nor is what was done by the end of a year that was closed.
    """
    tasks: dict[str, list[ReviewTask]] = {}
    for order in ledger.orders.values():
        for task in (*asked_tasks(order, rules), *change_tasks(order, rules)):
            if _is_listed(task) and not _is_of_closed_year(task, ledger.closed_year):
                tasks.setdefault(task.department, []).append(task)
    return tasks


def _is_listed(task: ReviewTask) -> bool:
    if not task.meeting:
        return True
    return task.settled and task.verdict is not None and task.verdict.text("conclusion") == CONDITIONAL


def _is_of_closed_year(task: ReviewTask, closed: int | None) -> bool:
    done = task.verdict is not None and not task.condition_open
    return closed is not None and done and task.since.year <= closed
