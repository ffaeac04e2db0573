"""The figures of the desk: deliveries on time, what is late and whose, work in hand, and where orders wait.

What is counted on time is a scheduled delivery: parts of a line that are wanted for different dates count as separate
orders (SCOR RL.2.2, delivery to commit date), and a delivery counts as delivered on the day it is in full, to within
the short tolerance (RL.2.1). On time is measured to three dates, since none alone is fair: the requested one, the first
promise, the current promise. Shares are counts of whole deliveries; percentages are never multiplied or averaged.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from xltools.core.order import OrderLine
from xltools.forms.rules import Rules
from xltools.ledger.gates import short_tolerance
from xltools.reports.lateness import last_day_to_leave
from xltools.reports.lines import AssessedLine

MONTHS = 12
Month = tuple[int, int]  # year and month


@dataclass(frozen=True, slots=True)
class TimedDelivery:
    """A scheduled delivery: the last days its goods may leave by each measure, and the day on which it was in full.

    `due` is the current promise's, else the requested one's. All are None where no such date is known.
    """

    requested: dt.date | None
    first_promised: dt.date | None
    promised: dt.date | None
    due: dt.date | None
    completed: dt.date | None


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some deliveries were on time."""

    on_time: int = 0
    of: int = 0

    @property
    def rate(self) -> Decimal | None:
        """The share, 0 to 1 with four decimals; None of nothing."""
        return (Decimal(self.on_time) / self.of).quantize(Decimal("0.0001")) if self.of else None


@dataclass(frozen=True, slots=True)
class MonthOnTime:
    """One month's deliveries.

    `to_request`, `to_first_promise` and `to_promise` are of those delivered in the month that have such a date. `due`
    are those that were due in the month and before the as-of date, delivered or not: what is overdue and undelivered
    does not show among the delivered.
    """

    month: Month
    delivered: int
    to_request: Share
    to_first_promise: Share
    to_promise: Share
    due: Share


@dataclass(frozen=True, slots=True)
class LateCount:
    """The open lines of a customer or owner: how many are late, at risk, open at all; the most calendar days late."""

    name: str
    late: int
    at_risk: int
    open: int
    longest: int


@dataclass(frozen=True, slots=True)
class StageCount:
    """The open lines of the orders at a stage, and how many of them are late."""

    stage: str
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class DwellCount:
    """The open lines that wait for a role or department, and for how many calendar days, on average and at most."""

    whom: str
    lines: int
    average: Decimal
    longest: int


@dataclass(frozen=True, slots=True)
class Headline:
    """The desk in a few figures. `due_this_week`: open lines due from the as-of date to the Sunday of its week."""

    open: int
    late: int
    at_risk: int
    due_this_week: int
    incomplete: int  # open lines that lack a field their next stage needs
    delivered_this_month: int
    on_time_this_month: Share  # of what was due this month before the as-of date


def time_deliveries(line: OrderLine, rules: Rules) -> Iterator[TimedDelivery]:
    """The line's deliveries, by due date as shipments serve them, with the days they were in full."""
    lateness = rules.settings.lateness
    tolerance = short_tolerance(line, rules)
    gone = _shipped_by_day(line)
    wanted = Decimal(0)
    for delivery in sorted(line.deliveries, key=lambda one: (one.due is None, one.due or dt.date.max)):
        wanted += delivery.quantity
        yield TimedDelivery(
            requested=last_day_to_leave(delivery.requested, lateness),
            first_promised=last_day_to_leave(delivery.first_promised, lateness),
            promised=last_day_to_leave(delivery.promised, lateness),
            due=last_day_to_leave(delivery.due, lateness),
            completed=next((day for day, shipped in gone if wanted - shipped <= tolerance), None),
        )


def measure_on_time(lines: Iterable[AssessedLine], rules: Rules, as_of: dt.date) -> tuple[MonthOnTime, ...]:
    """The twelve months that end with the as-of date's, the earliest first; that month so far."""
    delivered: dict[Month, list[TimedDelivery]] = defaultdict(list)
    due: dict[Month, list[bool]] = defaultdict(list)
    for assessed in lines:
        is_cancelled = assessed.line.cancelled or assessed.order.cancelled
        for delivery in time_deliveries(assessed.line, rules):
            if delivery.completed is None and is_cancelled:  # the customer's word, not a failure to deliver (RL.1.1)
                continue
            if delivery.completed:
                delivered[_month(delivery.completed)].append(delivery)
            if delivery.due and delivery.due < as_of:
                due[_month(delivery.due)].append(_is_on_time(delivery, delivery.due))
    return tuple(_measure_month(month, delivered[month], due[month]) for month in last_months(as_of))


def last_months(as_of: dt.date) -> tuple[Month, ...]:
    """The twelve months that end with the as-of date's."""
    last = as_of.year * 12 + as_of.month - 1
    return tuple((at // 12, at % 12 + 1) for at in range(last - MONTHS + 1, last + 1))


def count_late(lines: Iterable[AssessedLine], name_of: Callable[[AssessedLine], str]) -> tuple[LateCount, ...]:
    """Everyone who has open lines, by who has most of them late, then at risk, then open, then by name."""
    groups: dict[str, list[AssessedLine]] = defaultdict(list)
    for assessed in lines:
        if assessed.status.is_open:
            groups[name_of(assessed)].append(assessed)
    counts = (
        LateCount(
            name=name,
            late=sum(one.status.late for one in group),
            # A line may have a late delivery and another at risk: it is late, once.
            at_risk=sum(one.status.at_risk and not one.status.late for one in group),
            open=len(group),
            longest=max(one.status.days_late for one in group),
        )
        for name, group in groups.items()
    )
    return tuple(sorted(counts, key=lambda one: (-one.late, -one.at_risk, -one.open, one.name)))


def count_work(lines: Iterable[AssessedLine], rules: Rules) -> tuple[StageCount, ...]:
    """Every stage of the workflow in its order, with the open lines at it."""
    waiting = [assessed for assessed in lines if assessed.status.is_open]
    at_stage = Counter(assessed.standing.stage for assessed in waiting)
    late = Counter(assessed.standing.stage for assessed in waiting if assessed.status.late)
    return tuple(StageCount(stage.name, at_stage[stage.name], late[stage.name]) for stage in rules.workflow.stages)


def measure_dwell(lines: Iterable[AssessedLine], as_of: dt.date) -> tuple[DwellCount, ...]:
    """Whom open lines wait for, by the average of days waited; a line that waits for one twice counts the longer."""
    waited: dict[str, list[int]] = defaultdict(list)
    for assessed in lines:
        if not assessed.status.is_open:
            continue
        longest: dict[str, int] = {}
        for gate in assessed.standing.waiting:
            days = max((as_of - gate.since).days, 0)
            longest[gate.whom] = max(days, longest.get(gate.whom, 0))
        for whom, days in longest.items():
            waited[whom].append(days)
    counts = (
        DwellCount(whom, len(days), (Decimal(sum(days)) / len(days)).quantize(Decimal("0.1")), max(days))
        for whom, days in waited.items()
    )
    return tuple(sorted(counts, key=lambda one: (-one.average, -one.lines, one.whom)))


def sum_up(lines: Sequence[AssessedLine], months: Sequence[MonthOnTime], as_of: dt.date) -> Headline:
    """The headline of these lines, whose on-time figures by month, as-of month last, are `months`."""
    sunday = as_of + dt.timedelta(days=6 - as_of.weekday())
    waiting = [assessed for assessed in lines if assessed.status.is_open]
    return Headline(
        open=len(waiting),
        late=sum(one.status.late for one in waiting),
        at_risk=sum(one.status.at_risk and not one.status.late for one in waiting),
        due_this_week=sum(_is_due(one, as_of, sunday) for one in waiting),
        incomplete=sum(bool(one.missing) for one in waiting),
        delivered_this_month=months[-1].delivered,
        on_time_this_month=months[-1].due,
    )


def _measure_month(month: Month, delivered: Sequence[TimedDelivery], due: Sequence[bool]) -> MonthOnTime:
    return MonthOnTime(
        month=month,
        delivered=len(delivered),
        to_request=_share(delivered, lambda one: one.requested),
        to_first_promise=_share(delivered, lambda one: one.first_promised),
        to_promise=_share(delivered, lambda one: one.promised),
        due=Share(sum(due), len(due)),
    )


def _share(delivered: Iterable[TimedDelivery], measure: Callable[[TimedDelivery], dt.date | None]) -> Share:
    on_time = [_is_on_time(one, day) for one in delivered if (day := measure(one))]
    return Share(sum(on_time), len(on_time))


def _is_on_time(delivery: TimedDelivery, day: dt.date) -> bool:
    return delivery.completed is not None and delivery.completed <= day


def _is_due(assessed: AssessedLine, first: dt.date, last: dt.date) -> bool:
    return any(one.is_open and one.due and first <= one.due <= last for one in assessed.status.deliveries)


def _shipped_by_day(line: OrderLine) -> list[tuple[dt.date, Decimal]]:
    """What had left by the end of each day on which something did."""
    total = Decimal(0)
    by_day: dict[dt.date, Decimal] = {}
    for shipment in sorted(line.shipments, key=lambda one: one.date):
        total += shipment.quantity
        by_day[shipment.date] = total
    return list(by_day.items())


def _month(day: dt.date) -> Month:
    return day.year, day.month
