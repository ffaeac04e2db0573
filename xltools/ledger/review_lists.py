"""What stands on a department's review list: its tasks for orders, and for changes of them."""

from collections.abc import Mapping, Sequence

from xltools.forms.rules import Rules
from xltools.ledger.change_tasks import change_tasks
from xltools.ledger.replay import Ledger
from xltools.ledger.review import ReviewTask, asked_tasks


def list_department_tasks(ledger: Ledger, rules: Rules) -> Mapping[str, Sequence[ReviewTask]]:
    """All that the review lists show, by department: the tasks of orders and of changes, done ones too.

    Those of meetings are not on the lists, nor what was done by the end of a year that was closed.
    """
    tasks: dict[str, list[ReviewTask]] = {}
    for order in ledger.orders.values():
        for task in (*asked_tasks(order, rules), *change_tasks(order, rules)):
            if not task.meeting and not _is_of_closed_year(task, ledger.closed_year):
                tasks.setdefault(task.department, []).append(task)
    return tasks


def _is_of_closed_year(task: ReviewTask, closed: int | None) -> bool:
    done = task.verdict is not None and not task.condition_open
    return closed is not None and done and task.since.year <= closed
