import dataclasses
import datetime as dt
from decimal import Decimal
from itertools import combinations

import pytest

from xltools.books.build import build_workbook
from xltools.core.grid import Style
from xltools.core.sheet import Range
from xltools.reports.dashboard import TOP, build_dashboard, dashboard_tables
from xltools.reports.dashboard_sheet import dashboard_grid
from xltools.reports.shared_template import prices_grids, template_grids

AS_OF = dt.date(2026, 4, 1)


@pytest.fixture
def dashboard(rules, say):
    def build(lines, language="zh"):
        return build_dashboard(lines, rules, AS_OF, language, say)

    return build


@pytest.fixture
def many(make_order, make_line, assess):
    return assess(*(make_order(f"SO-{at}", make_line(due="03-30"), customer=f"客户{at}", owner="") for at in range(12)))


def rows_of(tables, name):
    (table,) = (one for one in tables if one.name == name)
    return [row.cells for row in table.rows]


def test_tables_never_outgrow_the_room_they_have(dashboard, rules, many):
    for lines in ((), many):
        for room, table in zip(dashboard_tables(rules), dashboard(lines), strict=True):
            assert (table.name, table.columns) == (room.name, room.columns)
            assert len(table.rows) <= room.count
            assert all(len(row.cells) == len(room.columns) for row in table.rows)
            assert any(cell is not None for row in table.rows for cell in row.cells) or not table.rows


def test_what_is_ranked_is_cut_after_the_first_eight(dashboard, many):
    tables = dashboard(many)
    assert len(rows_of(tables, "LateByCustomer")) == TOP
    assert rows_of(tables, "LateByOwner") == [("ui-unassigned", 12, 0, 12, 2)]


def test_the_figures_are_those_of_the_lines(dashboard, make_order, make_line, assess):
    lines = assess(
        make_order(
            "SO-1",
            make_line("1", due="03-30"),
            make_line("2", due="04-03"),
            make_line("3", due="03-30", shipped=[("03-30", 100)]),
        )
    )
    tables = dashboard(lines)
    assert rows_of(tables, "Figures") == [(2, 1, 1, 1, 1, 0, None)]
    assert rows_of(tables, "OnTime")[-2:] == [
        ("2026-03", 1, Decimal(1), None, None, 2, Decimal("0.5")),
        ("2026-04", 0, None, None, None, 0, None),
    ]
    assert rows_of(tables, "LateByCustomer") == [("泰衡", 1, 1, 2, 2)]
    assert ("合同已签", 1, 1, 2) in rows_of(tables, "WorkInHand")
    assert rows_of(tables, "Dwell") == [("财务", 2, Decimal("27.0"), 27)]


def test_no_month_without_deliveries_has_a_percentage(dashboard):
    assert all(row[2:5] == (None, None, None) for row in rows_of(dashboard(()), "OnTime"))


def test_each_chart_follows_the_cells_of_one_table(rules):
    grid = dashboard_grid(rules)
    assert len(grid.charts) == 5
    for chart in grid.charts:
        blocks = [one.block for one in grid.tables if one.block.holds(chart.categories.top, chart.categories.left)]
        assert len(blocks) == 1
        (block,) = blocks
        for found in (chart.categories, *(series.values for series in chart.series)):
            assert found.top == block.top + 1
            assert block.holds(found.bottom, found.right)
            assert found.bottom - found.top == chart.categories.bottom - chart.categories.top
        names = {grid.cells[block.top, series.values.left].value for series in chart.series}
        assert names == {series.name for series in chart.series}


def covered(grid, chart):
    """The block of cells that a chart lies over at 100%."""
    heights = {row: points * 4 / 3 for row, points in grid.heights.items()}
    widths = [width * 7 + 5 for width in grid.widths]
    (row, column), (width, height) = chart.at, chart.size
    bottom, right = row, column
    while (height := height - heights.get(bottom, 20)) > 1:
        bottom += 1
    while (width := width - widths[right]) > 1:
        right += 1
    return Range(row, column, bottom, right)


def test_charts_and_tables_lie_beside_each_other_and_never_over(rules):
    grid = dashboard_grid(rules)
    blocks = [covered(grid, chart) for chart in grid.charts]
    blocks += [dataclasses.replace(one.block, top=one.block.top - 1) for one in grid.tables]  # with their captions
    for one, other in combinations(blocks, 2):
        apart = one.bottom < other.top or other.bottom < one.top or one.right < other.left or other.right < one.left
        assert apart, (one, other)
    assert max(block.right for block in blocks) == len(grid.widths) - 1


def test_the_dashboard_has_no_filters_and_prints_its_charts_on_one_page(rules):
    grid = dashboard_grid(rules)
    assert not any(one.filtered for one in grid.tables)
    assert grid.print_setup.landscape
    assert grid.print_setup.rows == max(covered(grid, chart).bottom for chart in grid.charts) + 1
    assert all(one.block.top > grid.print_setup.rows for one in grid.tables if one.name != "Figures")


def test_the_stages_of_the_chart_are_those_with_goods_to_ship(rules):
    (chart,) = (one for one in dashboard_grid(rules).charts if "阶段" in one.title)
    stages = [stage.name for stage in rules.workflow.stages]
    assert chart.categories.bottom - chart.categories.top + 1 == stages.index("shipped")


def test_templates_are_blank_but_for_titles_and_headers(rules):
    for grid in [*template_grids(rules), *prices_grids(rules)]:
        headers = {
            (one.block.top, column) for one in grid.tables for column in range(one.block.left, one.block.right + 1)
        }
        written = {spot for spot, cell in grid.cells.items() if cell.value is not None}
        assert written == headers | {(0, 0)}


def test_a_template_has_a_row_in_the_looks_of_its_columns_and_keeps_the_header_in_sight(rules):
    today, to_resolve, changes, _ = template_grids(rules)
    for grid in (today, to_resolve, changes, *prices_grids(rules)):
        (table,) = grid.tables
        assert (table.block.top, table.block.left, table.block.bottom) == (2, 0, 3)
        assert grid.freeze is not None
        assert grid.freeze[0] == 3
        assert grid.print_setup.repeat_rows == (2, 2)
    headers = [cell for (row, _), cell in to_resolve.cells.items() if row == 2]
    assert [cell.value for cell in headers if cell.style is Style.HEADER_EDITABLE] == ["处理 Answer"]
    assert len(to_resolve.validations) == 1


def test_templates_of_all_sheets_make_one_workbook_the_same_each_time(rules):
    grids = [*template_grids(rules), *prices_grids(rules)]
    assert len({one.name for grid in grids for one in grid.tables}) == sum(len(grid.tables) for grid in grids)
    assert build_workbook(grids, AS_OF) == build_workbook(template_grids(rules) + prices_grids(rules), AS_OF)
