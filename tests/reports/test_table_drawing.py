from decimal import Decimal

from xltools.core.grid import Condition, Style, Validation
from xltools.core.sheet import Range
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import column_condition, row_height, template_grid

COLUMNS = (
    TableColumn("order", "订单 Order", 12),
    TableColumn("quantity", "数量 Quantity", 8, Style.QUANTITY),
    TableColumn("discount", "折扣 Discount", 8, Style.PERCENT),
    TableColumn("remark", "备注 Remark", 10, Style.INPUT, editable=True),
)
ROWS = (
    TableRow(("SO-1",), ("SO-1", Decimal("4.8"), None, "急"), 33.0),
    TableRow(("SO-2",), ("SO-2", Decimal(500), Decimal("0.125"), None)),
)


def table(*rows):
    return SheetTable("订单", "Orders", COLUMNS, rows, key=("order",), caption="截至今天" if rows else "")


def test_without_rows_it_is_one_blank_row_in_the_looks_of_the_columns():
    grid = template_grid(table(), "订单 Orders", frozen=1, printed=3, least_height=30)
    assert grid.name == "订单"
    assert grid.tables[0].block == Range(2, 0, 3, 3)
    assert [grid.cells[3, at].style for at in range(4)] == [Style.TEXT, Style.QUANTITY, Style.PERCENT, Style.INPUT]
    assert grid.cells[2, 3].style is Style.HEADER_EDITABLE
    assert grid.cells[0, 0].value == "订单 Orders"
    assert grid.cells[1, 0].value is None
    assert (grid.freeze, grid.print_setup.columns, grid.heights[3]) == ((3, 1), 3, 30)


def test_rows_conditions_and_validations_reach_down_to_the_last_row():
    looks = column_condition(COLUMNS, ("quantity",), "{quantity}>{discount}", Style.LATE)
    assert looks == (Condition(Range(3, 1, 3, 1), "$B4>$C4", Style.LATE),)
    checks = {"remark": lambda block: Validation(block, "any")}
    grid = template_grid(table(*ROWS), "订单", conditions=looks, checks=checks)
    assert grid.tables[0].block == Range(2, 0, 4, 3)
    assert grid.conditions[0].block == Range(3, 1, 4, 1)
    assert grid.validations[0].block == Range(3, 3, 4, 3)
    assert grid.cells[1, 0].value == "截至今天"
    assert grid.cells[4, 1].value == 500
    assert grid.heights[3] == 33


def test_fractions_show_their_decimals_by_condition_since_a_format_cannot_tell():
    found = {look.style: (look.block.left, look.formula) for look in template_grid(table(), "订单").conditions}
    assert found == {
        Style.FRACTION: (1, "B4<>ROUND(B4,0)"),
        Style.FRACTION_PERCENT: (2, "ROUND(C4*100,6)<>ROUND(C4*100,0)"),
    }


def test_a_header_is_as_high_as_its_words_beside_the_filter_button():
    grid = template_grid(table(), "订单")
    assert grid.heights[2] > grid.heights[3]


def test_a_row_is_as_high_as_its_longest_text():
    assert row_height(COLUMNS, ("SO-1", Decimal(1), None, "急")) == 18
    assert row_height(COLUMNS, ("SO-1", Decimal(1), None, "缺铝锭，四月二日到货")) > 30
    assert row_height(COLUMNS, ("SO-1", None, None, None), 30) == 30
