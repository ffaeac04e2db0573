"""What is to be done today, by sales owner: a list to work through in the morning, made anew by every run."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

from xltools.core.calendar import WorkCalendar
from xltools.core.content import CellContent
from xltools.core.grid import Condition, Style
from xltools.core.text import Language, Text
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.reports.lines import AssessedLine
from xltools.reports.overdue import Overdue, find_overdue, list_overdue
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import column_condition, row_height
from xltools.reports.wording import labels_text, natural_key, stage_text, waiting_text, whom_text

TODAY_SHEET = "今日待办 Today"
TODAY_TABLE = "Today"
TODAY_HEIGHT = 30.0  # points, two lines in every row: the next run may write a longer one into it
_COLUMNS = (
    TableColumn("owner", "业务员 Owner", 12),
    TableColumn("task", "事项 To Do", 13, Style.CENTER),
    TableColumn("days", "剩余天数 Days Left", 10, Style.INTEGER),
    TableColumn("customer", "客户 Customer", 26),
    TableColumn("order_line", "订单号-行 Order-Line", 17),
    TableColumn("product", "品名 Product", 20),
    TableColumn("open_quantity", "欠数 Open", 9, Style.QUANTITY),
    TableColumn("due", "交期 Due", 12, Style.DATE),
    TableColumn("stage", "阶段 Stage", 15),
    TableColumn("details", "等谁·缺什么 What Is Awaited, What Is Missing", 64),
)


class Task(IntEnum):
    """Why a line is on the list, the most pressing first; a line stands there once, with all that is to be said."""

    LATE = 1
    AT_RISK = 2
    DECLINED = 3  # in review: the order is to be revised, or cancelled
    OVERDUE = 4  # a verdict, payment, signature, change … is awaited beyond its limit
    MISSING = 5  # fields of the next stage, though the goods are due within the desk's warning window
    NO_DATE = 6  # goods that are open without any date: they would never be late


_WORDS = {
    Task.LATE: Text("逾期", "Late"),
    Task.AT_RISK: Text("临期", "At risk"),
    Task.DECLINED: Text("评审未过", "Declined"),
    Task.OVERDUE: Text("超时未办", "Overdue"),
    Task.MISSING: Text("缺项", "Missing"),
    Task.NO_DATE: Text("交期未定", "No date"),
}


@dataclass(frozen=True, slots=True)
class _Item:
    """A row of the list: a line, or lines of one order that its overdue tasks are the only word about."""

    task: Task
    lines: tuple[AssessedLine, ...]
    overdue: tuple[Overdue, ...] = ()

    @property
    def first(self) -> AssessedLine:
        return self.lines[0]

    @property
    def owner(self) -> str:
        return self.first.order.text("owner")

    @property
    def days(self) -> int | None:
        return min((one.status.days_left for one in self.lines if one.status.days_left is not None), default=None)


def build_today(
    lines: Iterable[AssessedLine], rules: Rules, calendar: WorkCalendar, language: Language, say: Say, as_of: dt.date
) -> SheetTable:
    """The table Today: by owner, those without one last; within an owner what presses most first, see `Task`.

    An order that only waits for overdue steps, or was declined, has one row, however many lines it has. What is held or
    cancelled is nobody's task.
    """
    items = sorted(_list_items(lines, rules, calendar, as_of), key=_sort_key)
    owners = {item.owner for item in items if item.owner}
    return today_table(
        [_row(item, rules, language, say) for item in items],
        say("ui-today-caption", as_of=as_of.isoformat(), items=len(items), owners=len(owners)),
    )


def today_table(rows: Sequence[TableRow] = (), caption: str = "") -> SheetTable:
    """The table with these rows; without any, that of the template."""
    return SheetTable(TODAY_SHEET, TODAY_TABLE, _COLUMNS, rows, caption=caption)


def today_conditions() -> tuple[Condition, ...]:
    """The colours of late and at-risk rows, in either language; an owner's name is pale where it is repeated."""
    signal = ("task", "days")
    return (
        *column_condition(_COLUMNS, signal, _is_task(Task.LATE), Style.LATE),
        *column_condition(_COLUMNS, signal, _is_task(Task.AT_RISK), Style.AT_RISK),
        *column_condition(_COLUMNS, ("owner",), "{owner}=OFFSET({owner},-1,0)", Style.REPEATED),
    )


def _is_task(task: Task) -> str:
    words = _WORDS[task]
    return f'OR({{task}}="{words.zh}",{{task}}="{words.en}")'


def _list_items(lines: Iterable[AssessedLine], rules: Rules, calendar: WorkCalendar, as_of: dt.date) -> Iterator[_Item]:
    first_safe_day = calendar.add_working_days(as_of, rules.settings.lateness.warn_days + 1)
    for _, group in groupby(lines, key=lambda one: one.order.number):
        of_order = tuple(group)
        first = of_order[0]
        overdue = tuple(list_overdue(first.order, first.standing, rules, calendar, as_of))
        if first.standing.state == "declined":
            yield _Item(Task.DECLINED, of_order, overdue)
            continue
        tasks = [(_line_task(one, first_safe_day), one) for one in of_order]
        yield from (
            _Item(task, (one,), overdue) for task, one in tasks if task and not (overdue and task > Task.OVERDUE)
        )
        rest = tuple(one for task, one in tasks if task is None or task > Task.OVERDUE)
        # What has been shipped may still wait for a receipt; only where nothing more pressing says so already.
        if overdue and len(rest) == len(of_order):
            yield _Item(Task.OVERDUE, tuple(one for one in rest if one.status.is_open) or rest, overdue)


def _line_task(assessed: AssessedLine, first_safe_day: dt.date) -> Task | None:
    """The most pressing task of an open line, its order's gates aside."""
    status = assessed.status
    if not status.is_open or assessed.standing.state:
        return None
    if status.late:
        return Task.LATE
    if status.at_risk:
        return Task.AT_RISK
    if status.due is None:
        return Task.NO_DATE
    return Task.MISSING if assessed.missing and status.due < first_safe_day else None


def _sort_key(item: _Item) -> tuple[object, ...]:
    days, first = item.days, item.first
    return (
        item.owner == "",
        item.owner,
        item.task,
        days is None,
        days or 0,
        natural_key(first.order.number),
        natural_key(first.line.number),
    )


def _row(item: _Item, rules: Rules, language: Language, say: Say) -> TableRow:
    order, line, status = item.first.order, item.first.line, item.first.status
    single = len(item.lines) == 1
    product = line.text("product") or line.text("product_code")
    cells: tuple[CellContent, ...] = (
        item.owner or say("ui-unassigned"),
        _WORDS[item.task].in_language(language),
        item.days,
        order.text("customer"),
        f"{order.number}-{line.number}" if single else order.number,
        product if single else say("ui-today-lines", product=product, count=len(item.lines)),
        # Quantities of several lines may differ in their unit.
        status.open_quantity if single else None,
        min((one.status.due for one in item.lines if one.status.due), default=None),
        stage_text(item.first.standing.stage, rules, language),
        _details(item, rules, language, say) or None,
    )
    return TableRow((), cells, row_height(_COLUMNS, cells, TODAY_HEIGHT))


def _details(item: _Item, rules: Rules, language: Language, say: Say) -> str:
    """What is overdue, what else is awaited, what is missing, and the shortages that staff typed."""
    first = item.first
    told = {(task.whom, task.what): task for task in reversed(item.overdue)}
    parts = [
        say(
            "ui-today-overdue",
            whom=whom_text(task.whom, first.order, rules, language, say),
            what=task.what.in_language(language),
            since=task.since.isoformat(),
            days=task.days,
        )
        for task in reversed(told.values())
    ]
    parts += [
        waiting_text(gate, first.order, rules, language, say)
        for gate in first.standing.waiting
        if not find_overdue(gate, item.overdue)
    ]
    missing = dict.fromkeys(name for one in item.lines for name in one.missing)
    shortages = dict.fromkeys(text for one in item.lines if (text := one.line.text("shortage")))
    if missing:
        parts.append(say("ui-status-missing", fields=labels_text(missing, rules, language)))
    parts += [say("ui-today-shortage", shortage=text) for text in shortages]
    return "; ".join(parts)
