"""Order lines with all that the reports say of them, computed once for every report of a run."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xltools.core.calendar import WorkCalendar
from xltools.core.order import Order, OrderLine
from xltools.forms.rules import Rules
from xltools.ledger.standing import Standing
from xltools.reports.lateness import LineStatus, assess_line
from xltools.reports.wording import missing_fields, natural_key


@dataclass(frozen=True, slots=True)
class AssessedLine:
    """A line, its order, where the order stands, and how the line stands to its dates."""

    order: Order
    line: OrderLine
    standing: Standing
    status: LineStatus

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that the next stage needs and that are blank, the order's own first."""
        return missing_fields(self.standing.missing, self.line.number)


def assess_lines(
    orders: Iterable[Order], standings: Mapping[str, Standing], rules: Rules, calendar: WorkCalendar, as_of: dt.date
) -> tuple[AssessedLine, ...]:
    """All lines of the orders, by order and line number; `standings` are by order number."""
    return tuple(
        AssessedLine(order, line, standing, assess_line(line, standing, rules, calendar, as_of))
        for order in sorted(orders, key=lambda one: natural_key(one.number))
        for standing in (standings[order.number],)
        for line in sorted(order.lines, key=lambda one: natural_key(one.number))
    )
