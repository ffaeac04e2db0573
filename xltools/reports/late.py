"""What is late: deliveries, verdicts, signatures, payments, receipts, change notices; and what is at risk of it."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any, Literal

from xltools.core.calendar import WorkCalendar
from xltools.core.codec import plain_decimal
from xltools.core.order import Order
from xltools.core.record import Table
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.ledger.change_tasks import displaced_by
from xltools.reports.lateness import DeliveryStatus
from xltools.reports.lines import AssessedLine
from xltools.reports.overdue import OVERDUE_KINDS, Overdue, OverdueKind, list_overdue
from xltools.reports.people import People, awaited_text
from xltools.reports.wording import iso_date, json_number, natural_key, stage_text

Kind = Literal["late", "at-risk"] | OverdueKind
KINDS: tuple[Kind, ...] = ("late", "at-risk", *OVERDUE_KINDS)
LATE_COLUMNS = (  # the keys of `late`, in this order
    "kind",
    "order",
    "line",
    "customer",
    "owner",
    "product",
    "requested",
    "promised",
    "due",
    "open_quantity",
    "days_late",
    "waiting_for",
    "since",
    "reason",
)


@dataclass(frozen=True, slots=True)
class LateRow:
    """A delivery that is late or at risk, or a task past its limit.

    `open_quantity` is what is open of the delivery or line, None where the row is about a whole order: `line` is empty
    then. Of a task `due` is the last day within its limit and `whom` the department or role that owes it; `days_late`
    are calendar days in any case. `waiting_for` and `reason` are words for people; `awaited` are the pairs
    of who and what in the former, `remark` is what a person wrote: the shortage of a line, the condition of a verdict.
    """

    kind: Kind
    order: str
    line: str
    customer: str
    owner: str
    product: str
    requested: dt.date | None
    promised: dt.date | None
    due: dt.date
    open_quantity: Decimal | None
    days_late: int
    waiting_for: str
    since: dt.date | None
    reason: str
    whom: str = ""
    awaited: tuple[tuple[str, str], ...] = ()
    remark: str = ""
    unit: str = ""


def list_late(
    lines: Iterable[AssessedLine],
    rules: Rules,
    calendar: WorkCalendar,
    as_of: dt.date,
    language: Language,
    say: Say,
    staff: Table | None = None,
) -> tuple[LateRow, ...]:
    """The rows of `xltools late`: late deliveries, most days first, those at risk, soonest first, then overdue tasks.

    The lines of an order stand together. With the `staff` list a row names the people that it waits for.
    """
    writer = _RowWriter(rules, calendar, as_of, language, say, People(staff, as_of))
    rows = [
        row
        for _, of_order in groupby(lines, key=lambda one: one.order.number)
        for row in writer.write_order(tuple(of_order))
    ]
    return tuple(sorted(rows, key=_sort_key))


def group_rows(rows: Iterable[LateRow]) -> tuple[tuple[LateRow, ...], ...]:
    """The rows as people read them: tasks of an order that differ in line and department only are one."""
    groups: dict[tuple[object, ...], list[LateRow]] = {}
    for at, row in enumerate(rows):
        alone = at if row.kind in {"late", "at-risk"} else -1
        groups.setdefault((alone, row.kind, row.order, row.due, row.since, row.remark), []).append(row)
    return tuple(tuple(group) for group in groups.values())


def group_spot(rows: Sequence[LateRow], say: Say) -> str:
    """Order and line of a group, or lines: `SO-1-2`, `SO-1 line 1, 2`; the order alone where it is about all of it."""
    order, lines = rows[0].order, list(dict.fromkeys(row.line for row in rows if row.line))
    if len(lines) > 1:
        return f"{order} {say('ui-history-line', line=say('ui-name-separator').join(lines))}"
    return f"{order}-{lines[0]}" if lines else order


def group_waiting(rows: Sequence[LateRow], say: Say) -> str:
    """Whom a group waits for: all whom one thing is awaited from together."""
    gates: dict[str, list[str]] = {}
    for whom, what in (pair for row in rows for pair in row.awaited):
        named = gates.setdefault(what, [])
        named += [whom] if whom not in named else []
    separator = say("ui-name-separator")
    return "; ".join(say("ui-awaited", whom=separator.join(named), what=what) for what, named in gates.items())


def late_json(row: LateRow) -> dict[str, Any]:
    """A row in the JSON shape of `late`: dates as ISO text or null, the quantity as a number or null."""
    written: dict[str, Any] = {name: getattr(row, name) for name in LATE_COLUMNS}
    dates = ("requested", "promised", "due", "since")
    quantity = None if row.open_quantity is None else json_number(row.open_quantity)
    return written | {name: iso_date(written[name]) for name in dates} | {"open_quantity": quantity}


def _sort_key(row: LateRow) -> tuple[object, ...]:
    place = min(KINDS.index(row.kind), 2)  # overdue tasks of all kinds stand together
    return place, row.due, natural_key(row.order), natural_key(row.line), KINDS.index(row.kind), row.whom


@dataclass(frozen=True, slots=True)
class _RowWriter:
    """What every row is written with."""

    rules: Rules
    calendar: WorkCalendar
    as_of: dt.date
    language: Language
    say: Say
    people: People

    def write_order(self, lines: Sequence[AssessedLine]) -> Iterator[LateRow]:
        """The rows of one order, which all lines belong to."""
        for assessed in lines:
            late = (one for one in assessed.status.deliveries if one.due and (one.late or one.at_risk))
            yield from (self._write(self._delivery_row(assessed, one)) for one in late)
        first, numbered = lines[0], {one.line.number: one for one in lines}
        for task in list_overdue(first.order, first.standing, self.rules, self.calendar, self.as_of):
            yield self._write(self._task_row(task, first.order, numbered.get(task.line)))

    def _write(self, row: LateRow) -> LateRow:
        """The row with whom it waits for in words."""
        return replace(row, waiting_for=group_waiting((row,), self.say))

    def _delivery_row(self, assessed: AssessedLine, status: DeliveryStatus) -> LateRow:
        order, line, delivery = assessed.order, assessed.line, status.delivery
        waiting = assessed.standing.waiting
        return LateRow(
            kind="late" if status.late else "at-risk",
            order=order.number,
            line=line.number,
            customer=order.text("customer"),
            owner=order.text("owner"),
            product=_product(assessed),
            requested=delivery.requested,
            promised=delivery.promised,
            due=status.due or self.as_of,
            open_quantity=delivery.open,
            unit=line.text("unit"),
            days_late=status.days_late,
            waiting_for="",
            since=waiting[0].since if waiting else None,
            reason=self._delivery_reason(assessed, status),
            awaited=tuple((self._named(gate.whom, order), gate.what.in_language(self.language)) for gate in waiting),
            remark="; ".join(filter(None, (line.text("shortage"), self._displaced(order)))),
        )

    def _task_row(self, task: Overdue, order: Order, assessed: AssessedLine | None) -> LateRow:
        """A row about an order, or about its line where the task is about one."""
        words = self.say("ui-reason-overdue", days=task.days, limit=task.limit)
        if task.condition:
            words = self.say("ui-reason-condition", reason=words, condition=task.condition)
        status = assessed.status if assessed else None
        return LateRow(
            kind=task.kind,
            order=order.number,
            line=task.line,
            customer=order.text("customer"),
            owner=order.text("owner"),
            product=_product(assessed) if assessed else "",
            requested=status.requested if status else None,
            promised=status.promised if status else None,
            due=task.due,
            open_quantity=status.open_quantity if status else None,
            days_late=task.days,
            waiting_for="",
            since=task.since,
            reason=words,
            whom=task.whom,
            awaited=((self._named(task.whom, order, task.name), task.what.in_language(self.language)),),
            remark=task.condition,
        )

    def _named(self, whom: str, order: Order, name: str = "") -> str:
        return awaited_text(whom, order, self.rules, self.people, self.language, self.say, name)

    def _delivery_reason(self, assessed: AssessedLine, status: DeliveryStatus) -> str:
        if status.late:
            code = "ui-reason-late" if status.delivery.promised else "ui-reason-late-unpromised"
            words = self.say(code, days=status.days_late, quantity=plain_decimal(status.delivery.open))
        else:
            days = (status.due - self.as_of).days if status.due else 0
            stage = stage_text(assessed.standing.stage, self.rules, self.language)
            words = self.say("ui-reason-at-risk", days=days, stage=stage)
        if displaced := self._displaced(assessed.order):
            words = self.say("ui-reason-and", reason=words, words=displaced)
        shortage = assessed.line.text("shortage")
        return self.say("ui-reason-shortage", reason=words, shortage=shortage) if shortage else words

    def _displaced(self, order: Order) -> str:
        """That rush orders go before this one, by their numbers."""
        rush = dict.fromkeys(by for by, _ in displaced_by(order))
        return self.say("ui-displaced", orders=self.say("ui-name-separator").join(rush)) if rush else ""


def _product(assessed: AssessedLine) -> str:
    return assessed.line.text("product") or assessed.line.text("product_code")
