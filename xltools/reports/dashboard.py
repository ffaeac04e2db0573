"""The dashboard's tables: few rows in fixed places, from which its charts take their figures."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xltools.core.content import CellContent
from xltools.core.grid import Style
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.forms.rules import Rules
from xltools.reports.kpi import (
    MONTHS,
    LateCount,
    MonthOnTime,
    count_late,
    count_work,
    measure_dwell,
    measure_on_time,
    sum_up,
)
from xltools.reports.lines import AssessedLine
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.wording import role_text, stage_text

DASHBOARD_SHEET = "看板 Dashboard"
TOP = 8  # customers, owners and departments that are shown

_WIDE, _NARROW = 15, 12  # characters; the left panel has the wider columns
_OPEN, _LATE, _AT_RISK = "未交 Open", "逾期 Late", "临期 At Risk"


def _counts(width: float, *columns: tuple[str, str]) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, header, width, Style.COUNT) for name, header in columns)


def _rates(*columns: tuple[str, str]) -> tuple[TableColumn, ...]:
    return tuple(TableColumn(name, header, _WIDE, Style.RATE) for name, header in columns)


FIGURES = (
    TableColumn("open", "未交行 Open Lines", 20, Style.TILE),
    TableColumn("late", _LATE, _WIDE, Style.TILE),
    TableColumn("at_risk", _AT_RISK, _WIDE, Style.TILE),
    TableColumn("due_this_week", "本周到期 Due This Week", _WIDE, Style.TILE),
    TableColumn("incomplete", "有缺项 Incomplete", _WIDE, Style.TILE),
    TableColumn("delivered", "本月已交 Delivered This Month", _WIDE, Style.TILE),
    TableColumn("on_time", "本月准时 On Time This Month", _WIDE, Style.TILE_RATE),
)
ON_TIME = (
    TableColumn("month", "月份 Month", 20, Style.CENTER),
    *_counts(_WIDE, ("delivered", "已交 Delivered")),
    *_rates(
        ("to_request", "按要求交期 To Request"),
        ("to_first_promise", "按首次承诺 To First Promise"),
        ("to_promise", "按现承诺 To Promise"),
    ),
    *_counts(_WIDE, ("due", "到期 Due")),
    *_rates(("due_on_time", "到期准时 Due, On Time")),
)
_LATENESS = _counts(_NARROW, ("late", _LATE), ("at_risk", _AT_RISK), ("open", _OPEN), ("longest", "最长 Days"))
LATE_BY_CUSTOMER = (TableColumn("customer", "客户 Customer", 28, Style.NAME), *_LATENESS)
LATE_BY_OWNER = (TableColumn("owner", "业务员 Owner", 28, Style.NAME), *_LATENESS)
WORK_IN_HAND = (
    TableColumn("stage", "阶段 Stage", 20, Style.NAME),
    *_counts(_WIDE, ("in_time", "未逾期 In Time"), ("late", _LATE), ("open", _OPEN)),
)
DWELL = (
    TableColumn("whom", "等谁 Waiting For", 28, Style.NAME),
    *_counts(_NARROW, ("lines", "行数 Lines")),
    TableColumn("average", "平均 Avg", _NARROW, Style.AVERAGE),
    *_counts(_NARROW, ("longest", "最长 Max")),
)


@dataclass(frozen=True, slots=True)
class DashboardTable:
    """A table of the dashboard: its Excel name, its columns, and how many rows it has at most."""

    name: str
    columns: tuple[TableColumn, ...]
    count: int


def dashboard_tables(rules: Rules) -> tuple[DashboardTable, ...]:
    """The tables with the room they need, whatever their figures."""
    return (
        DashboardTable("Figures", FIGURES, 1),
        DashboardTable("OnTime", ON_TIME, MONTHS),
        DashboardTable("LateByCustomer", LATE_BY_CUSTOMER, TOP),
        DashboardTable("LateByOwner", LATE_BY_OWNER, TOP),
        DashboardTable("WorkInHand", WORK_IN_HAND, len(rules.workflow.stages)),
        DashboardTable("Dwell", DWELL, TOP),
    )


def build_dashboard(
    lines: Iterable[AssessedLine], rules: Rules, as_of: dt.date, language: Language, say: Say
) -> tuple[SheetTable, ...]:
    """The dashboard's tables, in the order of `dashboard_tables`; none has more rows than there.

    What is ranked is cut after the first eight; the tracker has the rest.
    """
    assessed = tuple(lines)
    months = measure_on_time(assessed, rules, as_of)
    unassigned = say("ui-unassigned")
    customers = count_late(assessed, lambda one: one.order.text("customer"))
    owners = count_late(assessed, lambda one: one.order.text("owner") or unassigned)
    work = count_work(assessed, rules)
    dwell = measure_dwell(assessed, as_of)
    headline = sum_up(assessed, months, as_of)
    figures = (
        headline.open,
        headline.late,
        headline.at_risk,
        headline.due_this_week,
        headline.incomplete,
        headline.delivered_this_month,
        headline.on_time_this_month.rate,
    )
    rows: tuple[Iterable[tuple[CellContent, ...]], ...] = (
        (figures,),
        map(_month_row, months),
        map(_late_row, customers[:TOP]),
        map(_late_row, owners[:TOP]),
        ((stage_text(one.stage, rules, language), one.open - one.late, one.late, one.open) for one in work),
        ((role_text(one.whom, rules, language, say), one.lines, one.average, one.longest) for one in dwell[:TOP]),
    )
    captions = (
        say("ui-dashboard-caption", as_of=as_of.isoformat()),
        *(say(f"ui-dashboard-{name}") for name in ("on-time", "customers", "owners", "work", "dwell")),
    )
    return tuple(
        _table(table, cells, caption)
        for table, cells, caption in zip(dashboard_tables(rules), rows, captions, strict=True)
    )


def _table(table: DashboardTable, rows: Iterable[Sequence[CellContent]], caption: str) -> SheetTable:
    return SheetTable(
        sheet=DASHBOARD_SHEET,
        name=table.name,
        columns=table.columns,
        rows=[TableRow((), tuple(cells)) for cells in rows],
        caption=caption,
    )


def _month_row(one: MonthOnTime) -> tuple[CellContent, ...]:
    year, month = one.month
    return (
        f"{year}-{month:02}",
        one.delivered,
        one.to_request.rate,
        one.to_first_promise.rate,
        one.to_promise.rate,
        one.due.of,
        one.due.rate,
    )


def _late_row(one: LateCount) -> tuple[CellContent, ...]:
    return (one.name, one.late, one.at_risk, one.open, one.longest)
