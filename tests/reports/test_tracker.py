import dataclasses
import datetime as dt

import pytest

from xltools.core.content import Formula, shown_content
from xltools.core.grid import Style
from xltools.core.order import Paper
from xltools.core.record import ScheduledDelivery
from xltools.forms.tracker_columns import COMPUTED_COLUMNS as KNOWN
from xltools.reports.merge import merge_table
from xltools.reports.table import SheetTable
from xltools.reports.tracker import (
    COMPUTED_COLUMNS,
    HEADER_ROW,
    build_tracker,
    column_content,
    header_label,
    tracker_conditions,
    tracker_grid,
)

from .shared_sheet import stand, template

AS_OF = dt.date(2026, 4, 1)


@pytest.fixture
def show(rules, say):
    """The tracker's table, and its rows as {column: content} in order."""

    def build(lines, language="zh", archived=None):
        table = build_tracker(lines, rules, AS_OF, language, say, archived)
        names = [column.name for column in table.columns]
        return table, [dict(zip(names, row.cells, strict=True)) for row in table.rows]

    return build


@pytest.fixture
def grid(rules, say):
    """The tracker's sheet as a template."""
    return tracker_grid(rules, AS_OF, [say])


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
    assert [row["order_line"] for row in rows] == ["SO-9-2", "SO-9-1", "SO-10-3", "SO-10-2", "SO-10-1"]


def test_the_warning_says_late_at_risk_done_or_no_date(show, rules, say, make_order, make_line, assess):
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
    assert [row["warning"] for row in rows] == [
        "ui-warning-late days=2",
        "ui-warning-at-risk",
        None,
        "ui-warning-no-date",
        "ui-warning-done",
    ]
    assert [column_content("warning", line, rules, "zh", say) for line in lines] == [row["warning"] for row in rows]


def test_colours_follow_the_words_in_every_language(rules):
    says = [lambda code, **_: f"中 {code}", lambda code, **_: f"en {code}"]
    conditions = tracker_conditions(rules, says)
    assert {condition.style for condition in conditions} == {Style.LATE, Style.AT_RISK, Style.DONE}
    (done,) = (condition for condition in conditions if condition.style is Style.DONE)
    words = [f'$A4="{language} ui-warning-{state}"' for state in ("done", "cancelled") for language in ("中", "en")]
    assert done.formula == f"OR({','.join(words)})"
    assert done.block.right == len(rules.tracker.columns) - 1


def test_headers_are_bilingual_unique_and_editable_ones_marked(show, grid, rules):
    headers = [grid.cells[HEADER_ROW, index] for index in range(len(rules.tracker.columns))]
    assert len({cell.value for cell in headers}) == len(headers)
    assert [cell.value for cell in headers] == [header_label(column, rules) for column in rules.tracker.columns]
    editable = {cell.value for cell in headers if cell.style is Style.HEADER_EDITABLE}
    assert any("承诺交期" in label for label in editable)
    assert len(editable) == 3
    table, _ = show(())
    assert {column.header for column in table.columns if column.editable} == editable


def test_figures_and_texts_of_a_row(show, make_order, make_line, assess):
    order = make_order(
        "SO-1", make_line(quantity=500, due="05-30", shipped=[("03-19", 200)], customer_item="TK-7"), customer_po="PO-8"
    )
    order = dataclasses.replace(order, papers=(Paper("contract", 1, "papers/SO-1/c.docx", "", AS_OF),))
    _, (row,) = show(assess(order), archived={"f" * 64: "archive/2026/03/order.xlsx"})
    assert (row["quantity"], row["shipped_quantity"], row["open_quantity"]) == (500, 200, 300)
    assert row["product_key"] == "TK-7 / P1"
    assert row["requested_date"] == dt.date(2026, 5, 30)
    assert row["days_left"] == 59
    assert row["stage"] == "合同已签"
    assert row["waiting"] == "ui-waiting whom=财务 since=2026-03-05 what=首付款到账"
    assert row["missing"] == "承诺交期"
    assert (row["order_no"], row["line_no"]) == ("SO-1", "1")


def test_links_are_formulas_and_show_what_they_are_called(show, make_order, assess):
    order = dataclasses.replace(make_order(), papers=(Paper("contract", 1, "papers/SO-1/c.docx", "", AS_OF),))
    _, (row,) = show(assess(order), archived={"f" * 64: "archive/2026/03/order.xlsx"})
    assert row["source"] == Formula('HYPERLINK("archive/2026/03/order.xlsx","A21 order.xlsx")', "A21 order.xlsx")
    shown = "销售合同 SO-1 r1"  # another order's or revision's paper shows another text, and so gets its link
    assert row["papers"] == Formula(f'HYPERLINK("papers/SO-1/c.docx","{shown}")', shown)


@pytest.mark.parametrize("path", ["", "archive/50%.xlsx", "archive/a#b.xlsx", 'archive/"x".xlsx', "a" * 256])
def test_a_path_that_a_formula_cannot_have_is_no_link(show, make_order, assess, path):
    _, (row,) = show(assess(make_order()), archived={"f" * 64: path})
    assert row["source"] == "A21 order.xlsx"


def test_rows_are_found_by_order_and_line(show, make_order, make_line, assess):
    table, _ = show(assess(make_order("SO-1", make_line("1"), make_line("2"))))
    assert (table.key, [row.key for row in table.rows]) == (("order_no", "line_no"), [("SO-1", "1"), ("SO-1", "2")])
    assert [row.key for row in table.rows[1:]] == [("SO-1", "2")]


def test_a_split_schedule_is_text_and_one_date_is_a_date(show, make_order, make_line, assess):
    one = (ScheduledDelivery(dt.date(2026, 4, 9)),)
    two = (ScheduledDelivery(dt.date(2026, 4, 9), 300), ScheduledDelivery(dt.date(2026, 5, 9), 200))
    _, rows = show(
        assess(make_order("SO-1", make_line("1", promised_date=one), make_line("2", promised_date="等客户")))
    )
    assert [row["promised_date"] for row in rows] == [dt.date(2026, 4, 9), "等客户"]
    from_two = make_line(promised_date=tuple(dataclasses.replace(part, quantity=None) for part in two))
    _, (row,) = show(assess(make_order("SO-1", from_two)))
    assert row["promised_date"] == "2026-04-09; 2026-05-09"


def test_the_template_has_one_blank_row(grid, rules):
    block = grid.tables[0].block
    row = [grid.cells[HEADER_ROW + 1, at] for at in range(len(rules.tracker.columns))]
    assert (block.top, block.bottom, block.right) == (HEADER_ROW, HEADER_ROW + 1, len(rules.tracker.columns) - 1)
    assert all(cell.value is None for cell in row)
    names = [column.column for column in rules.tracker.columns]
    assert row[names.index("promised_date")].style is Style.INPUT_DATE
    assert row[names.index("quantity")].style is Style.QUANTITY


def test_it_prints_landscape_with_its_header_on_each_page_and_keeps_the_order_in_sight(grid, rules):
    assert grid.print_setup.landscape
    assert grid.print_setup.repeat_rows == (HEADER_ROW, HEADER_ROW)
    names = [column.column for column in rules.tracker.columns]
    assert grid.freeze == (HEADER_ROW + 1, names.index("order_line") + 1)
    assert grid.print_setup.columns == names.index("source")


def test_the_caption_says_the_day_and_the_counts(show, make_order, assess):
    table, _ = show(assess(make_order()))
    assert "as_of=2026-04-01" in table.caption
    assert "lines=1" in table.caption


def test_new_rows_are_as_high_as_their_longest_text(show, make_order, make_line, assess):
    tall = make_line("2", shortage="缺铝锭，四月二日到货。" * 5)
    table, _ = show(assess(make_order("SO-1", make_line("1"), tall, make_line("3"))))
    first = merge_table(table, stand(template(table), table), owns_caption=True)
    high, usual = (row.height for row in first.patch.new_rows)
    assert high > usual


def test_what_a_cell_shows_is_what_a_person_reads(show, make_order, assess):
    table, (row,) = show(assess(make_order()), archived={"f" * 64: "archive/order.xlsx"})
    assert isinstance(table, SheetTable)
    assert shown_content(row["source"]) == "A21 order.xlsx"
