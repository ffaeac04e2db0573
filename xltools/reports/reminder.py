"""Review reminders: what a department is asked and has not answered, what of it is overdue, and what is new."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from xltools.core.calendar import WorkCalendar
from xltools.core.order import Order
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.ledger.change_tasks import change_tasks
from xltools.ledger.review import ReviewTask, review_tasks
from xltools.ledger.standing import Standing
from xltools.reports.wording import natural_key

MOST_IN_REMINDER = 40  # items of a kind; the review list has all
Tone = Literal["overdue", "new", "open"]
TONES: tuple[Tone, ...] = ("overdue", "new", "open")
# Tasks by their ids, and whether each was overdue: what a department was told last.
Told = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class ReminderItem:
    """Tasks of an order that are asked together: they differ in their lines only."""

    order: Order
    tasks: tuple[ReviewTask, ...]
    due: dt.date
    days: int
    is_new: bool = False

    @property
    def tone(self) -> Tone:
        """Under which heading it stands."""
        return "overdue" if self.days > 0 else "new" if self.is_new else "open"


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a department is reminded of; `told` is what it knows once it has got this."""

    department: str
    name: str
    as_of: dt.date
    items: tuple[ReminderItem, ...]
    told: Told = field(default_factory=dict)
    is_due: bool = True

    def items_of(self, tone: Tone) -> tuple[ReminderItem, ...]:
        """The items under a heading, what is due first in front."""
        return tuple(item for item in self.items if item.tone == tone)


def list_reminders(
    orders: Mapping[str, Order],
    standings: Mapping[str, Standing],
    rules: Rules,
    calendar: WorkCalendar,
    as_of: dt.date,
    language: Language,
    told: Mapping[str, Told],
) -> Iterator[Reminder]:
    """A reminder for each department that owes something, or did when it was `told` last.

    One `is_due` where a task is new, or overdue that was not: who knows all of it is not told again.
    """
    owed: dict[str, list[ReviewTask]] = {}
    for number in sorted(orders, key=natural_key):
        for task in _open_tasks(orders[number], standings[number], rules):
            owed.setdefault(task.department, []).append(task)
    for department in rules.routes.departments:
        tasks, known = owed.get(department.name, []), told.get(department.name, {})
        if not tasks and not known:
            continue
        items = tuple(_group_tasks(tasks, orders, calendar, as_of, known))
        now = {task.id: item.days > 0 for item in items for task in item.tasks}
        is_due = any(id_ not in known or (overdue and not known[id_]) for id_, overdue in now.items())
        yield Reminder(department.name, department.label.text.in_language(language), as_of, items, now, is_due)


def _open_tasks(order: Order, standing: Standing, rules: Rules) -> Iterator[ReviewTask]:
    """What departments still owe an order; nobody owes a verdict on one that is held, declined or cancelled."""
    if standing.state == "cancelled":
        return
    yield from (task for task in change_tasks(order, rules) if _is_open(task))
    if standing.state:
        return
    is_reviewed = any(waiting.late == "review" for waiting in standing.waiting)
    for task in review_tasks(order, rules):
        if _is_open(task) and (is_reviewed or task.verdict):  # a person may have let the order pass
            yield task


def _is_open(task: ReviewTask) -> bool:
    return task.verdict is None or task.condition_open


def _group_tasks(
    tasks: Iterable[ReviewTask],
    orders: Mapping[str, Order],
    calendar: WorkCalendar,
    as_of: dt.date,
    known: Told,
) -> Iterator[ReminderItem]:
    groups: dict[tuple[object, ...], list[ReviewTask]] = {}
    for task in tasks:
        said = task.verdict.text("condition") if task.verdict else ""
        key = (task.order, task.what, task.since, task.accepted is None, task.meeting, said, _due(task, calendar))
        groups.setdefault(key, []).append(task)
    items = []
    for group in groups.values():
        due = _due(group[0], calendar)
        is_new = any(task.id not in known for task in group)
        items.append(ReminderItem(orders[group[0].order], tuple(group), due, max((as_of - due).days, 0), is_new))
    return iter(sorted(items, key=lambda item: (item.due, natural_key(item.order.number))))


def _due(task: ReviewTask, calendar: WorkCalendar) -> dt.date:
    if task.verdict is not None:
        return calendar.add_working_days(task.verdict.when, task.condition_within)
    return calendar.add_working_days(task.since, task.limit)


def count_reminder(reminder: Reminder, say: Say) -> str:
    """How many items there are under each heading: `Overdue 2, New 1`."""
    counts = ((tone, len(reminder.items_of(tone))) for tone in TONES)
    words = [say("ui-reminder-count", label=say(f"ui-reminder-{tone}"), count=count) for tone, count in counts if count]
    return say("ui-list-separator").join(words)


def reminder_context(
    reminder: Reminder, language: Language, say: Say, company: str, file: str, meeting: str
) -> dict[str, Any]:
    """The values of templates/reminder.html.j2; `file` is the review list, `meeting` a folder of sheets."""
    in_meeting = [any(task.meeting and task.verdict is None for task in item.tasks) for item in reminder.items]
    where = [say("ui-reminder-where", file=file)] if not all(in_meeting) else []
    where += [say("ui-reminder-meeting-where", file=meeting)] if any(in_meeting) else []
    return {
        "language": "zh-CN" if language == "zh" else "en",
        "company": company,
        "title": say("ui-reminder-title", name=reminder.name, as_of=reminder.as_of.isoformat()),
        "preview": count_reminder(reminder, say),
        "where": where,
        "sections": [_section(tone, reminder, language, say) for tone in TONES if reminder.items_of(tone)],
        "footer": say("ui-reminder-footer"),
    }


def _section(tone: Tone, reminder: Reminder, language: Language, say: Say) -> dict[str, Any]:
    items = reminder.items_of(tone)
    left = len(items) - MOST_IN_REMINDER
    return {
        "tone": tone,
        "label": say(f"ui-reminder-{tone}"),
        "count": len(items),
        "items": [_item(item, reminder.as_of, language, say) for item in items[:MOST_IN_REMINDER]],
        "more": say("ui-reminder-more", count=left) if left > 0 else "",
    }


def _item(item: ReminderItem, as_of: dt.date, language: Language, say: Say) -> dict[str, Any]:
    first = item.tasks[0]
    remarks = []
    if first.verdict is not None:
        remarks.append(say("ui-reminder-condition", condition=first.verdict.text("condition")))
    elif first.meeting:
        remarks.append(say("ui-reminder-meeting"))
    elif first.accepted is None and first.accept_within is not None:
        remarks.append(say("ui-reminder-accept"))
    return {
        "spot": _spot(item, say),
        "customer": item.order.text("customer"),
        "product": _product(item),
        "what": first.what.in_language(language),
        "days": _days(item, as_of, say),
        "facts": [say("ui-reminder-since", since=first.since.isoformat()), say("ui-reminder-left", due=item.due)],
        "remarks": remarks,
        "is_new": item.is_new,
        "new": say("ui-reminder-new"),
    }


def _spot(item: ReminderItem, say: Say) -> str:
    lines = list(dict.fromkeys(task.line for task in item.tasks if task.line))
    if len(lines) > 1:
        separator = say("ui-name-separator")
        return f"{item.order.number} {say('ui-history-line', line=separator.join(lines))}"
    return f"{item.order.number}-{lines[0]}" if lines else item.order.number


def _product(item: ReminderItem) -> str:
    """What it is about; nothing where it is about several lines."""
    lines = {task.line for task in item.tasks}
    line = item.order.line(next(iter(lines))) if len(lines) == 1 else None
    return " ".join(filter(None, (line.text("product"), line.text("specification")))) if line else ""


def _days(item: ReminderItem, as_of: dt.date, say: Say) -> str:
    if item.days:
        return say("ui-reminder-days", days=item.days)
    return say("ui-reminder-today") if item.due == as_of else say("ui-reminder-left", due=f"{item.due:%m-%d}")


def reminder_text(context: Mapping[str, Any]) -> Sequence[str]:
    """The same as its page, in lines of text."""
    lines = [context["title"], context["preview"], *context["where"]]
    for section in context["sections"]:
        lines += ["", f"■ {section['label']} {section['count']}"]
        for at, item in enumerate(section["items"], start=1):
            lines.append(" ".join(filter(None, (f"{at}. {item['spot']}", item["customer"], item["days"]))))
            lines.append("   " + " · ".join(filter(None, (item["what"], item["product"], *item["facts"]))))
            lines += [f"   {remark}" for remark in item["remarks"]]
        lines += [section["more"]] if section["more"] else []
    return [*lines, "", context["footer"], ""]
