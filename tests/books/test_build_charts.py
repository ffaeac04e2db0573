"""Formulas, conditions, charts and tables side by side, in the parts of the file that hold them."""

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import pytest

from xltools.books.build import build_workbook
from xltools.books.read import read_workbook
from xltools.books.styles import condition_look, tone_color
from xltools.core.content import Formula
from xltools.core.grid import Chart, Condition, Grid, GridCell, GridTable, PrintSetup, Series, Style
from xltools.core.sheet import Range

AS_OF = dt.date(2026, 3, 2)
MONTHS = Range(1, 0, 3, 0)
RATES = Range(1, 1, 3, 1)
TO_PROMISE = (Series("按承诺 To Promise", RATES),)


def parts(grid: Grid) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(build_workbook([grid], AS_OF))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def sheet_part(grid: Grid) -> str:
    return parts(grid)["xl/worksheets/sheet1.xml"]


def chart_part(kind="line", series=TO_PROMISE, percent=False, name="看板 Dashboard") -> str:
    cells = {(r, 0): GridCell(f"2026-0{r}") for r in range(1, 4)} | {
        (r, 1): GridCell(Decimal("0.5")) for r in range(1, 4)
    }
    chart = Chart(kind, "准时 On Time", (5, 0), (640, 300), MONTHS, tuple(series), percent)
    return parts(Grid(name, cells, charts=(chart,)))["xl/charts/chart1.xml"]


def test_a_formula_is_written_with_the_value_it_comes_to():
    formulas = [
        Formula('HYPERLINK("archive/订单.xlsx","B3 订单.xlsx")', "B3 订单.xlsx"),
        Formula("1+1", Decimal("2")),
        Formula("A1&B1"),
    ]
    grid = Grid("表", {(0, at): GridCell(formula, Style.LINK) for at, formula in enumerate(formulas)})
    written = sheet_part(grid)
    assert '<f>HYPERLINK("archive/订单.xlsx","B3 订单.xlsx")</f><v>B3 订单.xlsx</v>' in written
    assert "<f>1+1</f><v>2.0</v>" in written or "<f>1+1</f><v>2</v>" in written
    assert "<f>A1&amp;B1</f><v></v>" in written
    rows = read_workbook(None, "built.xlsx", build_workbook([grid], AS_OF)).sheets[0].rows
    assert rows[0][:2] == ("B3 订单.xlsx", 2.0)


def test_the_same_text_outside_a_formula_stays_text():
    grid = Grid("表", {(0, 0): GridCell('=HYPERLINK("a","b")')})
    assert "<f>" not in sheet_part(grid)


def test_a_condition_has_its_block_its_formula_and_a_look_of_its_own():
    grid = Grid(
        "表",
        {(0, 0): GridCell(-3)},
        conditions=(
            Condition(Range(3, 1, 9, 2), '$B4="逾期"', Style.LATE),
            Condition(Range(3, 3, 9, 3), "D4<>ROUND(D4,0)", Style.FRACTION),
        ),
    )
    written = parts(grid)
    assert 'sqref="B4:C10"' in written["xl/worksheets/sheet1.xml"]
    assert '<formula>$B4="逾期"</formula>' in written["xl/worksheets/sheet1.xml"].replace("&quot;", '"')
    late, fraction = re.findall(r"<dxf>.*?</dxf>", written["xl/styles.xml"])
    assert 'bgColor rgb="FFF8D7D3"' in late
    assert "formatCode" in fraction
    # A colour that people gave the figures is theirs.
    assert "<font>" not in fraction


def test_a_condition_changes_neither_borders_nor_faces():
    for style in Style:
        assert set(condition_look(style)) <= {"bg_color", "font_color", "bold", "num_format"}


def test_a_chart_points_at_cells_of_its_sheet():
    written = chart_part()
    assert "<c:f>'看板 Dashboard'!$A$2:$A$4</c:f>" in written
    assert "<c:f>'看板 Dashboard'!$B$2:$B$4</c:f>" in written
    assert "准时 On Time" in written
    assert "微软雅黑" in written


def test_a_chart_of_shares_goes_from_nothing_to_all():
    written = chart_part(percent=True)
    assert '<c:max val="1"' in written
    assert '<c:min val="0"' in written
    assert 'formatCode="0%"' in written


@pytest.mark.parametrize(
    ("kind", "direction", "grouping"),
    [
        ("bar", "bar", "clustered"),
        ("stacked-bar", "bar", "stacked"),
        ("column", "col", "clustered"),
        ("stacked-column", "col", "stacked"),
    ],
)
def test_bars_carry_their_figures_and_want_no_axis(kind, direction, grouping):
    written = chart_part(kind)
    assert f'<c:barDir val="{direction}"/>' in written
    assert f'<c:grouping val="{grouping}"/>' in written
    assert '<c:showVal val="1"/>' in written
    value_axis = re.search(r"<c:valAx>.*?</c:valAx>", written)[0]
    assert '<c:delete val="1"/>' in value_axis
    assert "majorGridlines" not in value_axis


def test_bars_run_downwards_from_the_first_row():
    category_axis = re.search(r"<c:catAx>.*?</c:catAx>", chart_part("stacked-bar"))[0]
    assert '<c:orientation val="maxMin"/>' in category_axis
    assert "maxMin" not in chart_part("column")


def test_several_series_have_their_colours_and_a_legend_and_one_has_none():
    several = chart_part("stacked-bar", [Series("逾期 Late", RATES, "late"), Series("临期 At Risk", RATES, "at-risk")])
    assert tone_color("late").lstrip("#") in several
    assert tone_color("at-risk").lstrip("#") in several
    assert "<c:legend>" in several
    assert "<c:legend>" not in chart_part("bar")


def test_months_without_a_figure_are_gaps():
    assert "dispBlanksAs" not in chart_part()  # Excel's way where nothing else is said


def test_tables_side_by_side_with_and_without_filters():
    grid = Grid(
        "表",
        {(0, column): GridCell(header) for column, header in ((0, "月份"), (1, "已交"), (3, "客户"))},
        tables=(GridTable("OnTime", Range(0, 0, 12, 1)), GridTable("Late", Range(0, 3, 8, 3), filtered=False)),
    )
    written = parts(grid)
    first, second = written["xl/tables/table1.xml"], written["xl/tables/table2.xml"]
    assert 'ref="A1:B13"' in first
    assert "<autoFilter" in first
    assert 'ref="D1:D9"' in second
    assert "<autoFilter" not in second


def test_a_print_may_end_above_the_last_rows():
    cells = {(row, column): GridCell("x") for row in range(9) for column in range(3)}
    workbook = parts(Grid("表", cells, print_setup=PrintSetup(rows=4)))["xl/workbook.xml"]
    assert "$A$1:$C$4" in workbook


def test_a_workbook_with_charts_has_the_same_bytes_each_time():
    cells = {(0, 0): GridCell("x")}
    chart = Chart("bar", "题", (2, 0), (300, 200), MONTHS, (Series("数", RATES),))
    grid = Grid("表", cells, charts=(chart,))
    assert build_workbook([grid], AS_OF) == build_workbook([grid], AS_OF)
