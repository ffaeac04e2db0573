"""Which deliveries are late or at risk, and by how much."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from xltools.core.calendar import WorkCalendar
from xltools.core.order import Delivery, OrderLine
from xltools.forms.rules import Rules
from xltools.forms.settings import Lateness
from xltools.ledger.gates import short_tolerance
from xltools.ledger.standing import Standing


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """A scheduled delivery on the as-of date: the last day its goods may leave, and how it stands to it.

    `days_late` are calendar days and 0 unless the delivery is late.
    """

    delivery: Delivery
    due: dt.date | None
    is_open: bool
    late: bool
    at_risk: bool
    days_late: int


@dataclass(frozen=True, slots=True)
class LineStatus:
    """An order line on the as-of date.

    `due`, `requested`, `promised` and `first_promised` are those of the delivery that counts: the open one that is due
    first, or the last one when nothing is open beyond the tolerance. `days_left` are calendar days from the as-of date
    to `due`, None where nothing is open or no date is known. `days_late` are calendar days that the as-of date, or the
    last shipment of a line that has gone, lies behind `due`. `open_quantity` is what is left, whatever the tolerance.
    """

    deliveries: tuple[DeliveryStatus, ...]
    due: dt.date | None
    requested: dt.date | None
    promised: dt.date | None
    first_promised: dt.date | None
    days_left: int | None
    days_late: int
    late: bool
    at_risk: bool
    is_open: bool
    open_quantity: Decimal


def assess_line(
    line: OrderLine, standing: Standing, rules: Rules, calendar: WorkCalendar, as_of: dt.date
) -> LineStatus:
    """How a line of an order with this standing stands to its dates, by rules.settings.lateness.

    A delivery is late when it is due before the as-of date and what is open of it and of those due before it is more
    than the short tolerance, a share of the ordered quantity of the line (the line's own where it has one). Nothing of
    an order that is held, declined or cancelled is late or at risk: goods are not to leave.
    """
    lateness = rules.settings.lateness
    tolerance = short_tolerance(line, rules)
    line_is_open = line.open > tolerance
    behind = _is_behind(standing, rules)
    first_safe_day = calendar.add_working_days(as_of, lateness.warn_days + 1)
    statuses = []
    open_so_far = Decimal(0)
    for delivery in sorted(line.deliveries, key=lambda one: (one.due is None, one.due or as_of)):
        due = last_day_to_leave(delivery.due, lateness)
        open_so_far += delivery.open
        is_open = line_is_open and delivery.open > 0 and open_so_far > tolerance
        late = is_open and not standing.state and due is not None and due < as_of
        at_risk = is_open and not standing.state and not late and behind and due is not None and due < first_safe_day
        days_late = (as_of - due).days if late and due else 0
        statuses.append(DeliveryStatus(delivery, due, is_open, late, at_risk, days_late))
    return _sum_up(line, tuple(statuses), line_is_open, None if standing.state else as_of)


def _is_behind(standing: Standing, rules: Rules) -> bool:
    """True while goods that are open may not be ready: before the stage `ready`, or past it only by what has left."""
    workflow = rules.workflow
    at = workflow.index(standing.stage)
    by_goods = any(gate.goods for gate in workflow.stages[at].gates)
    return by_goods or at < workflow.index(workflow.ready)


def _sum_up(
    line: OrderLine, deliveries: tuple[DeliveryStatus, ...], is_open: bool, as_of: dt.date | None
) -> LineStatus:
    """The line as a whole; no days count while `as_of` is None, as for an order that is held."""
    counted = _delivery_that_counts(deliveries)
    due = counted.due if counted else None
    measured = as_of if is_open else line.last_shipped
    return LineStatus(
        deliveries=deliveries,
        due=due,
        requested=counted.delivery.requested if counted else None,
        promised=counted.delivery.promised if counted else None,
        first_promised=counted.delivery.first_promised if counted else None,
        days_left=(due - as_of).days if is_open and due and as_of else None,
        days_late=max((measured - due).days, 0) if measured and due else 0,
        late=any(one.late for one in deliveries),
        at_risk=any(one.at_risk for one in deliveries),
        is_open=is_open,
        open_quantity=line.open,
    )


def _delivery_that_counts(deliveries: tuple[DeliveryStatus, ...]) -> DeliveryStatus | None:
    """The first open one, else the last one that has a date; they come sorted by date, those without one last."""
    still_open = next((one for one in deliveries if one.is_open), None)
    dated = [one for one in deliveries if one.due]
    last = next(reversed(dated or deliveries), None)
    return still_open or last


def last_day_to_leave(day: dt.date | None, lateness: Lateness) -> dt.date | None:
    """The last day on which goods may leave that are wanted or promised for a day, which may mean their arrival."""
    if day is None or lateness.due_means == "ship":
        return day
    return day - dt.timedelta(days=lateness.transit_days)
