"""What the sample workbooks taught: signs, words after dates, sums in the middle, remarks below."""

import datetime as dt
from decimal import Decimal

from xltools.core.place import Place
from xltools.core.record import Table
from xltools.core.sheet import Sheet, Workbook
from xltools.desk import package_rules
from xltools.forms.model import FieldType, FormField, Label
from xltools.intake.convert import convert_scalar
from xltools.intake.document import read_document
from xltools.intake.numbers import read_number
from xltools.intake.schedules import read_schedule

HEADER = ("订单编号", "客户", "产品编码", "品名", "数量", "单价", "要求交期")
DUE = dt.date(2026, 6, 1)


def read_list(*rows):
    """Rows under a list's header, as a document."""
    sheet = Sheet("list.xlsx", "S", (HEADER, *rows))
    tables = {name: Table(name, ()) for name in ("customers", "products", "staff", "orders")}
    return read_document(Workbook("list.xlsx", "0" * 64, (sheet,)), package_rules(), tables, dt.date(2026, 5, 20))


def row(number, product, quantity):
    return (number, "泰衡", product, "端盖", quantity, 12.5, DUE)


def test_the_signs_of_all_currencies_are_no_part_of_a_number():
    assert read_number("HK$30,000.00") == Decimal(30000)
    assert read_number("HKD 20.10") == Decimal("20.1")


def test_a_number_out_of_bounds_is_told_as_it_was_typed():
    field = FormField(name="quantity", label=Label(zh="数量", en="Quantity"), type=FieldType.DECIMAL, above=Decimal(0))
    problem = convert_scalar(-50.0, field, Place("f"))
    assert dict(problem.values)["value"] == "-50"


def test_the_word_for_delivery_after_a_date_changes_nothing():
    for typed in ("2026/6/3交", "2026-06-03 交货", "2026年6月3日出货"):
        assert read_schedule(typed).value[0].date == dt.date(2026, 6, 3)
    assert read_schedule("2026/6/3前后交").value is None


def test_orders_under_a_subtotal_are_read():
    reading = read_list(
        row("A-1", "P1", 5.0), ("小计", None, None, None, 5.0), row("A-2", "P2", 7.0), ("合计",), (None,)
    )
    assert [record.text("order_no") for record in reading.document.records] == ["A-1", "A-2"]
    assert reading.problems == ()


def test_remarks_under_a_total_are_no_lines_and_are_told():
    reading = read_list(row("A-1", "P1", 5.0), ("合计", None, None, None, 5.0), (None, None, "备注1：须做动平衡"))
    assert [line.text("product_code") for record in reading.document.records for line in record.lines] == ["P1"]
    assert [(problem.code, problem.place.cell) for problem in reading.problems] == [("row-not-read", "C4")]
    assert not reading.problems[0].is_error


def test_a_hint_names_nothing_where_nothing_is_near():
    sheet = Sheet("list.xlsx", "S", (HEADER, row("A-1", "P1", 5.0)))
    known = read_list(row("A-1", "QQQQ", 5.0)).document.records[0].lines[0]
    tables = {name: Table(name, ()) for name in ("customers", "staff", "orders")} | {
        "products": Table("products", (known,))
    }
    reading = read_document(Workbook("l.xlsx", "0" * 64, (sheet,)), package_rules(), tables, DUE)
    assert dict(reading.problems[0].values)["near"] == "—"


def test_a_list_without_a_shipped_column_is_no_list_of_shipped_orders():
    assert read_list(row("A-1", "P1", 5.0)).document.layout == "order-intake-list"


def test_taxes_and_signatures_under_a_total_are_no_lines():
    reading = read_list(
        row("A-1", "P1", 5.0),
        ("合计", None, None, None, 5.0, None),
        (None, None, "税额", None, None, 8.1),
        (None, None, "制表：李雯", None, "审核：王", None, DUE),
    )
    assert [len(record.lines) for record in reading.document.records] == [1]
    assert [problem.place.cell for problem in reading.problems] == ["C4", "C5"]
