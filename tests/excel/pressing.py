"""A desk with its buttons, a person's Excel, and what happens when they press one."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
import watching
import xlwings as xw

from xltools import buttons, desk
from xltools.books.build import build_workbook
from xltools.desk.button_book import build_button_book
from xltools.edge.open_excel import OpenExcel
from xltools.forms.template import fill_template

NOW = dt.datetime(2026, 3, 11, 2, tzinfo=dt.UTC)  # ten in the morning at the desk
AS_OF = dt.date(2026, 3, 11)
NOBODY_REVIEWS = """\
routes:
  - {name: meeting, departments: []}
  - {name: production-alone, departments: []}
  - {name: circulation, departments: []}
"""
HEADER = {
    "customer": "宁波泰衡电子有限公司",
    "order_date": dt.date(2026, 3, 2),
    "currency": "人民币 CNY",
    "payment_terms": "月结30天",
    "tax_rate": "13%",
    "tax_included": "是 Yes",
}
LINE = {
    "product_code": "P1",
    "product": "端盖",
    "specification": "Φ86",
    "quantity": 100,
    "unit": "件",
    "unit_price": "12.50",
    "requested_date": dt.date(2026, 3, 30),
}


class ButtonDesk:
    """A desk of a Chinese factory and a person at Excel with its workbook of buttons open."""

    def __init__(self, path: Path, excel: xw.App) -> None:
        self.path, self.excel = path, excel
        desk.create_desk(path, "zh")
        (path / "rules" / "routes.yaml").write_text(NOBODY_REVIEWS, "utf-8")
        self.panel_file = path / self.opened.folders.buttons
        self.panel_file.write_bytes(build_button_book(self.opened, Path("pythonw.exe"), AS_OF))
        self.panel = excel.books.open(self.panel_file)
        self.panel.set_mock_caller()

    @property
    def opened(self):
        return desk.open_desk_at(self.path, "zh")

    def form(self, *lines, layout="order-intake-sheet", **header) -> bytes:
        """A filled form; fields beside the usual ones by keyword, blank for None."""
        rules = self.opened.rules
        values = {key: value for key, value in {**HEADER, **header}.items() if value is not None}
        grids = fill_template(rules.forms["order-intake"], rules.layouts[layout], values, lines or (LINE,))
        return build_workbook(grids, AS_OF)

    def open(self, content: bytes, name="接单登记表.xlsx") -> xw.Book:
        """A workbook on the person's own drive, opened after the buttons."""
        path = self.path.parent / "桌面" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return self.excel.books.open(path)

    def press(self, verb: str) -> list[tuple]:
        """What Excel tells the person once they have gone to the buttons and pressed one."""
        before = len(watching.alerts(self.excel))
        self.panel.activate()
        buttons.run_button(verb, OpenExcel(xw.Book.caller()), self.path, NOW)
        return watching.alerts(self.excel)[before:]

    def run(self, **options):
        """A run from elsewhere."""
        return desk.run_desk_at(self.opened, AS_OF, desk.RunOptions(pause=lambda: None, **options))

    def drop(self, name="1.xlsx", *lines, **header) -> Path:
        """A workbook in the inbox."""
        path = self.path / self.opened.folders.inbox / name
        path.write_bytes(self.form(*lines, **header))
        return path

    def listed(self) -> list[tuple]:
        """The rows of the list of problems that are filled."""
        rows = self.panel.names["problems_list"].refers_to_range.value
        return [tuple(row) for row in rows if row[0] is not None]

    def story(self) -> list[str]:
        """The lines of the status sheet."""
        rows = self.panel.names["status_text"].refers_to_range.value
        return [row for row in rows if row]

    def titled(self, name: str) -> str:
        """A named cell of the panel."""
        return self.panel.names[name].refers_to_range.value


def saved(book: xw.Book, folder: Path) -> openpyxl.Workbook:
    """The workbook as it would be saved now, for openpyxl."""
    copy = folder / "looked-at.xlsx"
    book.api.SaveCopyAs(str(copy))
    found = openpyxl.load_workbook(io.BytesIO(copy.read_bytes()))
    copy.unlink()
    return found
