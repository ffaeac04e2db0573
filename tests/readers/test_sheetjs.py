import datetime as dt
import io
from pathlib import Path

import pytest
import xlsxwriter
from sheetjs import needs_sheetjs, read_with_sheetjs

from xltools.books.read import read_workbook
from xltools.core.place import cell_name
from xltools.core.sheet import Workbook

pytestmark = needs_sheetjs
TEMPLATES = Path(__file__).parents[2] / "templates"
TEMPLATE_NAMES = ["order-intake.xlsx", "order-tracker.xlsx", "customers.xlsx"]


@pytest.mark.parametrize("name", TEMPLATE_NAMES)
def test_a_template_reads_as_calamine_reads_it(name):
    known = read_workbook(TEMPLATES / name, name)
    assert isinstance(known, Workbook)
    read = read_with_sheetjs(TEMPLATES / name)
    assert list(read) == [sheet.name for sheet in known.sheets]
    for sheet in known.sheets:
        filled = {cell_name(row, column): value for row, column, value in sheet.filled_cells()}
        assert {address: cell.value for address, cell in read[sheet.name].items()} == filled


def test_kinds_values_and_shown_texts(tmp_path):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("订单")
        page.write_row("A1", ["0010248", 1234.5, True, " "])
        page.write_number("B2", 1234.5, book.add_format({"num_format": "#,##0.00"}))
        page.write_datetime("A3", dt.datetime(2026, 3, 30), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_datetime("B3", dt.datetime(2026, 3, 30, 8, 30, 15), book.add_format({"num_format": "yyyy/m/d h:mm"}))
        page.write_formula("C3", "=1/0", None, "#DIV/0!")
        page.write_formula("D3", "=B1*2", None, 2469)
        page.write_number("E3", 60, book.add_format({"num_format": "yyyy-mm-dd"}))
        book.add_worksheet("空")
    (tmp_path / "a.xlsx").write_bytes(target.getvalue())
    read = read_with_sheetjs(tmp_path / "a.xlsx")
    assert {address: (cell.kind, cell.value) for address, cell in read["订单"].items()} == {
        "A1": ("s", "0010248"),
        "B1": ("n", 1234.5),
        "C1": ("b", True),
        "D1": ("s", " "),
        "B2": ("n", 1234.5),
        "A3": ("d", dt.date(2026, 3, 30)),
        "B3": ("d", dt.datetime(2026, 3, 30, 8, 30, 15)),
        "C3": ("e", "#DIV/0!"),
        "D3": ("n", 2469.0),
        "E3": ("d", 60.0),
    }
    assert (read["订单"]["B2"].text, read["订单"]["A3"].text) == ("1,234.50", "2026-03-30")
    assert read["空"] == {}


def test_what_is_no_workbook_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="ENOENT"):
        read_with_sheetjs(tmp_path / "gone.xlsx")
