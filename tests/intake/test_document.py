"""A whole workbook as a document, and master data as tables."""

import datetime as dt

from builders import RECEIVED, type_in, workbook, xlsx
from intake_reading import one, orders, read, rules, table, told

from xltools.books.read import read_workbook
from xltools.core.record import Origin
from xltools.desk.session import package_layer
from xltools.forms.load import load_rules
from xltools.intake.document import read_table

ORDER = "| 客户 | 示例 |\n| 品名 | 数量 | 要求交期 |\n| 端盖 | 10 | 2026-03-30 |"


def test_a_document_says_what_it_was_read_from():
    document = read(ORDER).document
    assert (document.file, document.form, document.layout) == ("order.xlsx", "order-intake", "order-intake-sheet")
    assert document.sha256 == "0" * 64


def test_every_value_of_a_cell_knows_its_place():
    order = one(read(f"== 接单\n{ORDER}"))
    places = {
        name: str(value.place)
        for part in (order, *order.lines)
        for name, value in part.values.items()
        if value.origin is Origin.CELL
    }
    assert places == {
        "customer": "order.xlsx 接单!B1",
        "product": "order.xlsx 接单!A3",
        "quantity": "order.xlsx 接单!B3",
        "requested_date": "order.xlsx 接单!C3",
    }


def test_a_workbook_said_to_be_a_form_that_it_is_not_is_no_document():
    reading = read(ORDER, form="customers")
    assert reading.document is None
    assert told(reading) == [("form-not-recognised", "")]


def test_a_pipe_table_and_the_file_made_of_it_read_alike(tmp_path):
    book = workbook("| 客户 | < | 示例 | 0.5 |\n| ^ | < | '0017 | 2026-03-30 |\n\n== 旧 (hidden)\n| 17 | TRUE |")
    path = tmp_path / "order.xlsx"
    path.write_bytes(xlsx(book))
    found = read_workbook(path, "order.xlsx")
    assert [(sheet.name, sheet.hidden, sheet.merges) for sheet in found.sheets] == [
        (sheet.name, sheet.hidden, sheet.merges) for sheet in book.sheets
    ]
    assert [list(sheet.filled_cells()) for sheet in found.sheets] == [
        [(0, 0, "客户"), (0, 2, "示例"), (0, 3, 0.5), (1, 2, "0017"), (1, 3, dt.date(2026, 3, 30))],
        [(0, 0, 17.0), (0, 1, True)],
    ]
    assert type_in("13%") == 0.13


def test_master_data_is_a_table_found_by_any_of_its_keys():
    customers = table(
        "customers", "| 客户编码 | 客户全称 | 简称 |\n| C001 | 示例有限公司 | 示例 |\n| C002 | 实例公司 |  |"
    )
    by = ("customer_code", "name", "short_name")
    assert [customers.find(by, words).text("customer_code") for words in ("C001", "示例", " 实例 公司")] == [
        "C001",
        "C001",
        "C002",
    ]
    assert customers.find(by, "别人") is None


def test_of_two_rows_with_one_key_the_first_counts():
    book = workbook("| 客户编码 | 客户全称 |\n| C001 | 甲 |\n| C001 | 乙 |", "master/customers.xlsx")
    read_customers, problems = read_table(book, rules(), "customers", RECEIVED)
    assert [(problem.code, str(problem.place)) for problem in problems] == [
        ("key-repeated", "master/customers.xlsx Sheet1!A3")
    ]
    assert read_customers.find(["customer_code"], "C001").text("name") == "甲"


def test_a_row_of_master_data_that_lacks_what_it_needs_is_left_out():
    book = workbook("| 客户编码 | 客户全称 |\n|  | 甲 |\n| C002 | 乙 |", "master/customers.xlsx")
    read_customers, problems = read_table(book, rules(), "customers", RECEIVED)
    assert [problem.code for problem in problems] == ["field-missing"]
    assert [record.text("name") for record in read_customers.records] == ["乙"]


def test_master_data_with_nothing_in_it_yet_is_nothing_wrong():
    book = workbook("| 客户编码 | 客户全称 |", "master/customers.xlsx")
    assert read_table(book, rules(), "customers", RECEIVED)[1] == ()


def test_a_product_may_lie_in_several_places():
    book = workbook(
        "| 产品编码 | 仓库 | 数量 | 盘点日期 |\n| P1 | 甲仓 | 3 | 2026-03-01 |\n| P1 | 乙仓 | 4 | 2026-03-01 |",
        "master/stock.xlsx",
    )
    stock, problems = read_table(book, rules(), "stock", RECEIVED)
    assert [record.get("quantity") for record in stock.records] == [3, 4]
    assert problems == ()


def test_what_tells_rows_apart_beside_the_key_must_be_fields():
    _, problems = load_rules([package_layer(), {"forms/stock.yaml": "key_with: [shelf]"}])
    assert [problem.code for problem in problems] == ["rule-unknown-field"]


def test_an_order_list_with_shipped_dates_needs_no_rules_of_the_desk():
    reading = read(
        """
        | Order No. | Line | Customer | Order Date | Shipped Date | Product | Qty | Unit Price | Ship To | Discount |
        | 10248 | 1 | Alfred | 2026-01-04 | 2026-01-16 | Cheese | 12 | 14   | Berlin | 0.0500000007450581 |
        | 10249 | 1 | Alfred | 2026-01-05 |            | Tofu   | 9  | 18.6 | Berlin | 0                  |
        """
    )
    assert reading.document.layout == "shipped-order-list"
    first, second = reading.document.records
    assert (first.text("order_no"), first.text("currency")) == ("10248", "USD")
    assert first.lines[0].get("shipped_date") == dt.date(2026, 1, 16)
    assert str(first.lines[0].get("discount")) == "0.0500"
    assert second.lines[0].get("shipped_date") is None
    assert told(reading) == []


def test_orders_taken_before_are_a_table_of_master_data_too():
    earlier = orders("| 订单号 | 客户 | 品名 | 数量 |\n| SO1 | 示例 | 端盖 | 5 |")
    assert earlier.find(["order_no"], "so1").lines[0].text("product") == "端盖"
