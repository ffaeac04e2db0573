import dataclasses
import datetime as dt

import pytest

from xltools.core.grid import Style
from xltools.core.order import Paper
from xltools.core.record import ScheduledDelivery
from xltools.forms.tracker_columns import COMPUTED_COLUMNS as KNOWN
from xltools.reports.tracker import COMPUTED_COLUMNS, HEADER_ROW, build_tracker, header_label, written_values

AS_OF = dt.date(2026, 4, 1)


@pytest.fixture
def show(rules, say):
    """The tracker's rows as {column: cell}, in order, and the grid."""

    def build(lines, language="zh", archived=None):
        grid = build_tracker(lines, rules, AS_OF, language, say, archived)
        names = [column.column for column in rules.tracker.columns]
        bottom = grid.tables[0].block.bottom
        rows = [
            {name: grid.cells[row, index] for index, name in enumerate(names)}
            for row in range(HEADER_ROW + 1, bottom + 1)
        ]
        return grid, rows

    return build


def test_every_column_the_rules_may_name_is_computed_here():
    assert frozenset(KNOWN) == COMPUTED_COLUMNS


def test_open_lines_come_first_by_due_date_then_order_and_shipped_lines_last(show, make_order, make_line, assess):
    lines = assess(
        make_order(
            "SO-10",
            make_line("1", due="03-01", shipped=[("03-01", 100)]),
            make_line("2", due=None),
            make_line("3", due="05-01"),
        ),
        make_order("SO-9", make_line("1", due="05-01"), make_line("2", due="03-30")),
    )
    _, rows = show(lines)
    assert [row["order_line"].value for row in rows] == ["SO-9-2", "SO-9-1", "SO-10-3", "SO-10-2", "SO-10-1"]


def test_the_warning_cell_says_late_at_risk_done_or_no_date(show, make_order, make_line, assess):
    lines = assess(
        make_order(
            "SO-1",
            make_line("1", due="03-30"),
            make_line("2", due="04-03"),
            make_line("3", due="08-01"),
            make_line("4", due=None),
            make_line("5", due="03-01", shipped=[("03-01", 100)]),
        )
    )
    _, rows = show(lines)
    assert [(row["warning"].value, row["warning"].style) for row in rows] == [
        ("ui-warning-late days=2", Style.LATE),
        ("ui-warning-at-risk", Style.AT_RISK),
        (None, Style.CENTER),
        ("ui-warning-no-date", Style.CENTER),
        ("ui-warning-done", Style.DONE),
    ]


def test_headers_are_bilingual_unique_and_editable_ones_marked(show, rules, make_order, assess):
    grid, _ = show(assess(make_order()))
    headers = [grid.cells[HEADER_ROW, index] for index in range(len(rules.tracker.columns))]
    assert len({cell.value for cell in headers}) == len(headers)
    assert [cell.value for cell in headers] == [header_label(column, rules) for column in rules.tracker.columns]
    editable = {cell.value for cell in headers if cell.style is Style.HEADER_EDITABLE}
    assert any("承诺交期" in label for label in editable)
    assert len(editable) == 3


def test_figures_and_texts_of_a_row(show, make_order, make_line, assess):
    order = make_order(
        "SO-1", make_line(quantity=500, due="05-30", shipped=[("03-19", 200)], customer_item="TK-7"), customer_po="PO-8"
    )
    order = dataclasses.replace(order, papers=(Paper("contract", 1, "papers/SO-1/c.docx", "", AS_OF),))
    _, (row,) = show(assess(order), archived={"f" * 64: "archive/2026/03/order.xlsx"})
    assert (row["quantity"].value, row["shipped_quantity"].value, row["open_quantity"].value) == (500, 200, 300)
    assert row["product_key"].value == "TK-7 / P1"
    assert row["requested_date"].value == dt.date(2026, 5, 30)
    assert row["days_left"].value == 59
    assert row["stage"].value == "合同已签"
    assert row["waiting"].value == "ui-waiting whom=财务 since=2026-03-05 what=首付款到账"
    assert row["missing"].value == "承诺交期"
    assert (row["source"].value, row["source"].link) == ("A21 order.xlsx", "archive/2026/03/order.xlsx")
    assert (row["papers"].value, row["papers"].link) == ("ui-paper-contract", "papers/SO-1/c.docx")


def test_a_split_schedule_is_text_and_one_date_is_a_date(show, make_order, make_line, assess):
    one = (ScheduledDelivery(dt.date(2026, 4, 9)),)
    two = (ScheduledDelivery(dt.date(2026, 4, 9), 300), ScheduledDelivery(dt.date(2026, 5, 9), 200))
    _, rows = show(
        assess(make_order("SO-1", make_line("1", promised_date=one), make_line("2", promised_date="等客户")))
    )
    assert (rows[0]["promised_date"].value, rows[0]["promised_date"].style) == (dt.date(2026, 4, 9), Style.INPUT_DATE)
    assert (rows[1]["promised_date"].value, rows[1]["promised_date"].style) == ("等客户", Style.INPUT)
    from_two = make_line(promised_date=tuple(dataclasses.replace(part, quantity=None) for part in two))
    _, (row,) = show(assess(make_order("SO-1", from_two)))
    assert row["promised_date"].value == "2026-04-09; 2026-05-09"


def test_without_orders_it_is_the_template_with_one_blank_row(show, rules):
    grid, (row,) = show(())
    assert all(cell.value is None for cell in row.values())
    assert row["promised_date"].style is Style.INPUT_DATE
    assert grid.tables[0].block.right == len(rules.tracker.columns) - 1


def test_it_prints_landscape_with_its_header_on_each_page_and_keeps_the_order_in_sight(show, rules, make_order, assess):
    grid, _ = show(assess(make_order()))
    assert grid.print_setup.landscape
    assert grid.print_setup.repeat_rows == (HEADER_ROW, HEADER_ROW)
    names = [column.column for column in rules.tracker.columns]
    assert grid.freeze == (HEADER_ROW + 1, names.index("order_line") + 1)
    assert "as_of=2026-04-01" in str(grid.cells[1, 0].value)


def test_written_values_name_each_editable_field_of_each_line(rules, make_order, make_line):
    order = make_order("SO-1", make_line("1", shortage="缺料"), make_line("2"))
    written = written_values([order], rules)
    assert written["SO-1", "1", "shortage"] == "缺料"
    assert written["SO-1", "2", "shortage"] is None
    assert {field for _, _, field in written} == {"promised_date", "shortage", "pmc_remark"}


def test_rows_are_as_high_as_their_longest_text(show, make_order, make_line, assess):
    grid, rows = show(assess(make_order("SO-1", make_line("1", shortage="缺铝锭，四月二日到货。" * 5), make_line("2"))))
    assert [row["line_no"].value for row in rows] == ["1", "2"]
    assert grid.heights[HEADER_ROW + 1] > grid.heights[HEADER_ROW + 2]
