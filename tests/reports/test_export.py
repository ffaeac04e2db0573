import csv
import datetime as dt
import io
from decimal import Decimal

from xltools.core.grid import Style
from xltools.reports.export import EXPORT_COLUMNS, export_csv, export_grid, export_rows


def test_the_columns_are_the_agreed_ones_in_their_order():
    assert list(EXPORT_COLUMNS) == [
        "order",
        "line",
        "revision",
        "stage",
        "customer",
        "customer_po",
        "owner",
        "product_code",
        "customer_item",
        "product",
        "specification",
        "unit",
        "quantity",
        "unit_price",
        "discount",
        "currency",
        "amount",
        "order_date",
        "requested_date",
        "promised_date",
        "first_promised_date",
        "due_date",
        "shipped_quantity",
        "open_quantity",
        "last_shipped_date",
        "missing",
        "days_late",
        "source_file",
        "source_cell",
    ]


def test_rows_are_sorted_by_order_and_line_with_ten_after_nine(make_order, make_line, assess):
    lines = assess(
        make_order("SO-10", make_line("1")), make_order("SO-9", make_line("10"), make_line("9"), make_line("2"))
    )
    assert [(row["order"], row["line"]) for row in export_rows(lines)] == [
        ("SO-9", "2"),
        ("SO-9", "9"),
        ("SO-9", "10"),
        ("SO-10", "1"),
    ]


def test_figures_are_plain_decimals_dates_iso_and_blanks_empty(make_order, make_line, assess):
    line = make_line(
        quantity=12, due="03-30", shipped=[("04-02", 12)], unit_price=Decimal("1E+1"), discount=Decimal("0.0500")
    )
    text = export_csv(export_rows(assess(make_order("SO-1", line))))
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["quantity"], row["unit_price"], row["discount"], row["amount"]) == ("12", "10", "0.05", "114.00")
    assert (row["due_date"], row["last_shipped_date"], row["days_late"]) == ("2026-03-30", "2026-04-02", "3")
    assert (row["promised_date"], row["customer_po"]) == ("", "")
    assert row["missing"] == "promised_date"
    assert (row["source_file"], row["source_cell"]) == ("inbox/order.xlsx", "接单登记表!A21")


def test_text_stands_as_it_was_typed(make_order, make_line, assess):
    typed = '=SUM(A1),"两行\n字"'
    text = export_csv(export_rows(assess(make_order("SO-1", make_line(product=typed)))))
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["product"] == typed


def test_each_value_is_of_its_columns_type(make_order, make_line, assess):
    line = make_line(unit_price=Decimal(3), discount=Decimal(0), shipped=[("04-02", 5)], due=("03-01", "03-02"))
    for row in export_rows(assess(make_order("SO-1", line))):
        for name, kind in EXPORT_COLUMNS.items():
            assert row[name] is None or isinstance(row[name], kind), name


def test_the_sheet_holds_dates_and_numbers_as_such(make_order, make_line, assess):
    grid = export_grid(export_rows(assess(make_order("SO-1", make_line(unit_price=Decimal("2.5"))))))
    columns = list(EXPORT_COLUMNS)
    due = grid.cells[1, columns.index("due_date")]
    assert (due.value, due.style) == (dt.date(2026, 3, 30), Style.DATE)
    assert grid.cells[1, columns.index("amount")].style is Style.MONEY
    assert grid.tables[0].block.bottom == 1


def test_a_sheet_without_rows_still_has_a_table_with_a_row():
    (table,) = export_grid([]).tables
    assert table.block.bottom == 1
