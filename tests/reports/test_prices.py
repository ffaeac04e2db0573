from decimal import Decimal

import pytest

from xltools.reports.prices import PRINTED_COLUMNS, build_prices


@pytest.fixture
def rows(rules, say):
    def build(lines, language="zh"):
        table = build_prices(lines, rules, language, say)
        names = [column.name for column in table.columns]
        return table, [dict(zip(names, row.cells, strict=True)) for row in table.rows]

    return build


def test_a_row_holds_the_prices_of_a_line(rows, make_order, make_line, assess):
    line = make_line("2", quantity=500, unit_price=Decimal("3.6"), discount=Decimal("0.1"))
    order = make_order("SO-1", line, currency="USD", tax_rate=Decimal("0.13"), tax_included=True, customer_po="PO-8")
    table, (row,) = rows(assess(order))
    assert table.rows[0].key == ("SO-1", "2")
    assert (row["order_line"], row["order_no"], row["line_no"]) == ("SO-1-2", "SO-1", "2")
    assert (row["quantity"], row["unit_price"], row["discount"]) == (500, Decimal("3.6"), Decimal("0.1"))
    assert row["amount"] == Decimal("1620.00")
    assert (row["currency"], row["tax_rate"], row["tax_included"]) == ("美元", Decimal("0.13"), "是")


def test_without_a_price_there_is_no_amount(rows, make_order, make_line, assess):
    _, (row,) = rows(assess(make_order("SO-1", make_line())))
    assert row["unit_price"] is None
    assert row["amount"] is None


def test_nothing_in_it_is_for_people_and_its_keys_are_not_printed(rows):
    table, _ = rows(())
    assert not any(column.editable for column in table.columns)
    assert [column.name for column in table.columns[PRINTED_COLUMNS:]] == list(table.key) == ["order_no", "line_no"]
    headers = [column.header for column in table.columns]
    assert len(set(headers)) == len(headers)
    assert "单价 Unit Price" in headers


def test_rows_are_made_when_they_are_asked_for_and_the_same_each_time(rows, make_order, make_line, assess):
    lines = assess(make_order("SO-1", make_line("1"), make_line("2"), make_line("3")))
    table, _ = rows(lines)
    assert len(table.rows) == 3
    assert table.rows[1] == list(table.rows)[1]
    assert [row.key for row in table.rows[1:]] == [("SO-1", "2"), ("SO-1", "3")]
