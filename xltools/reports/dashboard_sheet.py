"""The dashboard's sheet: tiles over charts over the tables that they are drawn from, in two panels.

    A…G  tiles, on time by month, work in hand        I…M  late by customer, by owner, dwell
    A…G  the tables of the two                        I…M  the tables of the three

Every row has its height and every table its number of rows, so that nothing moves whatever the figures are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from xltools.core.grid import Chart, Condition, Grid, GridCell, GridTable, PrintSetup, Series, Style, Tone
from xltools.core.place import cell_name
from xltools.core.sheet import Range
from xltools.core.text import Text
from xltools.forms.drawing import Canvas
from xltools.forms.rules import Rules
from xltools.reports.dashboard import (
    DASHBOARD_SHEET,
    FIGURES,
    LATE_BY_CUSTOMER,
    WORK_IN_HAND,
    DashboardTable,
    dashboard_tables,
)
from xltools.reports.table import SheetTable
from xltools.reports.table_drawing import draw_table

_TITLE = Text("看板", "Dashboard")
_TITLES: Mapping[str, Text] = {
    "OnTime": Text("准时交付率", "On-Time Delivery"),
    "WorkInHand": Text("在手订单行，按阶段", "Work in Hand by Stage"),
    "LateByCustomer": Text("逾期，按客户", "Late by Customer"),
    "LateByOwner": Text("逾期，按业务员", "Late by Owner"),
    "Dwell": Text("等待天数（平均），按部门", "Days Waited (Average) by Department"),
}
_GAP_WIDTH = 2.0
_LEFT, _RIGHT = 0, len(FIGURES) + 1  # the panels' first columns
_WIDTHS = (
    *(column.width for column in FIGURES),
    _GAP_WIDTH,
    *(column.width for column in LATE_BY_CUSTOMER),
)
# Rows, and their heights in points.
_TILES = 2
_CHARTS = 5
_CHART_ROWS = 12
_TABLES = _CHARTS + 2 * _CHART_ROWS + 3  # the first header under the charts: a gap beneath each, and a caption
_ROW, _GAP, _HEADER = 19.5, 9.0, 34.0
_FIXED = {
    0: 32.0,
    1: 20.0,
    _TILES: _HEADER,
    _TILES + 1: 42.0,
    _TILES + 2: _GAP,
    _CHARTS + _CHART_ROWS: _GAP,
    _TABLES - 2: _GAP,
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """A chart: its table, whose first column has the names, its series, and the rows and columns that it covers."""

    kind: Literal["line", "bar", "stacked-bar"]
    table: str
    series: tuple[tuple[str, Tone], ...]
    left: int
    right: int
    first: int
    last: int
    spare: int = 0  # pixels that are left free under it
    percent: bool = False


_LEFT_END, _RIGHT_END = len(FIGURES) - 1, len(_WIDTHS) - 1
_SECOND, _LAST = _CHARTS + _CHART_ROWS + 1, _CHARTS + 2 * _CHART_ROWS
_BASES: tuple[tuple[str, Tone], ...] = (("to_request", "second"), ("to_first_promise", "third"), ("to_promise", "main"))
_LATE: tuple[tuple[str, Tone], ...] = (("late", "late"), ("at_risk", "at-risk"))
_WORK: tuple[tuple[str, Tone], ...] = (("in_time", "main"), ("late", "late"))
_PLANS = (
    _Plan("line", "OnTime", _BASES, _LEFT, _LEFT_END, _CHARTS, _SECOND - 2, percent=True),
    _Plan("stacked-bar", "WorkInHand", _WORK, _LEFT, _LEFT_END, _SECOND, _LAST),
    # Three charts beside two and the tiles: rows 3 to 30 in about equal parts.
    _Plan("stacked-bar", "LateByCustomer", _LATE, _RIGHT, _RIGHT_END, _TILES, 9, spare=12),
    _Plan("stacked-bar", "LateByOwner", _LATE, _RIGHT, _RIGHT_END, 10, 19, spare=12),
    _Plan("bar", "Dwell", (("average", "main"),), _RIGHT, _RIGHT_END, 20, _LAST),
)


def dashboard_grid(rules: Rules, filled: tuple[SheetTable, ...] = ()) -> Grid:
    """The dashboard's sheet; blank, as its template, or with the tables of `build_dashboard`."""
    canvas = Canvas()
    blocks: dict[str, Range] = {}
    tables = dashboard_tables(rules)
    rows = {table.name: table for table in filled}
    for table, corner in zip(tables, _corners(tables), strict=True):
        blank = SheetTable(DASHBOARD_SHEET, table.name, table.columns)
        blocks[table.name] = draw_table(canvas, rows.get(table.name, blank), corner, table.count)
    canvas.cells[0, 0] = GridCell(_TITLE.both, Style.TITLE)
    for table in tables[1:]:
        block = blocks[table.name]
        heading = canvas.cells[block.top - 1, block.left].value
        canvas.cells[block.top - 1, block.left] = GridCell(heading, Style.SECTION)
    bottom = max(block.bottom for block in blocks.values())
    heights = {row: _FIXED.get(row, _ROW) for row in range(bottom + 1)} | {_TABLES: _HEADER}
    return Grid(
        name=DASHBOARD_SHEET,
        cells=canvas.cells,
        widths=_WIDTHS,
        heights=heights,
        # No filter buttons: a filter would hide the rows of the charts and of the tables beside.
        tables=tuple(GridTable(name, block, filtered=False) for name, block in blocks.items()),
        print_setup=PrintSetup(landscape=True, rows=_LAST + 1),  # the tables are for who wants to know more
        conditions=_conditions(tables, blocks),
        charts=_charts(rules, blocks, heights),
    )


def _corners(tables: tuple[DashboardTable, ...]) -> tuple[tuple[int, int], ...]:
    """Where the header of each table begins: they stand in two columns, a gap and a caption between them."""
    _, on_time, customers, owners, _, _ = tables
    below_customers = _TABLES + customers.count + 3
    return (
        (_TILES, _LEFT),
        (_TABLES, _LEFT),
        (_TABLES, _RIGHT),
        (below_customers, _RIGHT),
        (_TABLES + on_time.count + 3, _LEFT),
        (below_customers + owners.count + 3, _RIGHT),
    )


def _conditions(tables: tuple[DashboardTable, ...], blocks: Mapping[str, Range]) -> tuple[Condition, ...]:
    """Late and at risk in their colours where there are any."""
    found = []
    for table in tables:
        body = _body(blocks[table.name])
        for at, column in enumerate(table.columns, body.left):
            if column.name in {"late", "at_risk"}:
                style = Style.LATE if column.name == "late" else Style.AT_RISK
                formula = f"N({cell_name(body.top, at)})>0"
                found.append(Condition(Range(body.top, at, body.bottom, at), formula, style))
    return tuple(found)


def _charts(rules: Rules, blocks: Mapping[str, Range], heights: Mapping[int, float]) -> tuple[Chart, ...]:
    by_name = {table.name: table for table in dashboard_tables(rules)}
    charts = []
    for plan in _PLANS:
        table, block = by_name[plan.table], blocks[plan.table]
        names = [column.name for column in table.columns]
        bottom = block.top + (_open_stages(rules) if table.columns is WORK_IN_HAND else table.count)
        series = tuple(
            Series(table.columns[at].header, Range(block.top + 1, block.left + at, bottom, block.left + at), tone)
            for name, tone in plan.series
            for at in (names.index(name),)
        )
        charts.append(
            Chart(
                kind=plan.kind,
                title=_TITLES[plan.table].both,
                at=(plan.first, plan.left),
                size=(_pixel_width(plan.left, plan.right), _pixel_height(heights, plan.first, plan.last) - plan.spare),
                categories=Range(block.top + 1, block.left, bottom, block.left),
                series=series,
                percent=plan.percent,
            )
        )
    return tuple(charts)


def _open_stages(rules: Rules) -> int:
    """How many stages, from the first on, have goods to ship: those behind them would stand empty in the chart."""
    stages = rules.workflow.stages
    gone = (at for at, stage in enumerate(stages) if any(gate.goods == "all-shipped" for gate in stage.gates))
    return max(next(gone, len(stages)), 1)


def _body(block: Range) -> Range:
    return Range(block.top + 1, block.left, block.bottom, block.right)


def _pixel_width(first: int, last: int) -> int:
    """Pixels of some columns as Excel has them at 100%: seven a character and five beside."""
    return sum(int(width * 7 + 0.5) + 5 for width in _WIDTHS[first : last + 1])


def _pixel_height(heights: Mapping[int, float], first: int, last: int) -> int:
    """Pixels of some rows at 100%: four for three points."""
    return sum(int(heights[row] * 4 / 3) for row in range(first, last + 1))
