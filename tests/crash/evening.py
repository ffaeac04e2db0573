"""A small desk at the end of a day: of every kind of document one, and what people typed into shared workbooks.

`lay_evening` makes it, always the same; the main job and the digest are what is killed over it.
"""

import datetime as dt
import os
import shutil
from pathlib import Path

import beside  # noqa: F401 - hand and reviewing lie there
import hand
import openpyxl
import reviewing

from xltools import desk
from xltools.books.build import build_workbook
from xltools.forms.template import fill_template

MORNING, EVENING = dt.date(2026, 3, 10), dt.date(2026, 3, 11)
LEFT_AT = int(dt.datetime(2026, 3, 11, 10, tzinfo=dt.UTC).timestamp()) * 10**9  # when people went home
TRACKER = hand.TRACKER
CUSTOMER = "宁波泰衡电子有限公司"
LINE = {"product": "端盖", "specification": "Φ86", "quantity": 100, "unit": "件", "unit_price": "12.50"}
LINE |= {"requested_date": "2026-03-30"}
HEADER = {"customer": CUSTOMER, "order_date": dt.date(2026, 3, 2), "currency": "人民币 CNY", "payment_terms": "30/70"}
HEADER |= {"tax_rate": "13%", "tax_included": "是 Yes"}
# A repeat order from stock, on monthly account, without a contract: its review and an address are all that holds it.
STOCK = HEADER | {"order_type": "返单 Repeat", "contract_mode": "无合同 None", "payment_terms": "月结30天"}
STOCK |= {"supply": "库存直发 From stock", "delivery_address": "宁波市北仑区明州路 88 号"}
STOCK |= {"owner": "李雯", "contact": "赵敏"}
REPEAT = STOCK | {"payment_terms": "30/70", "supply": None}
DEPARTMENTS = ("business", "engineering", "quality", "production", "purchasing", "warehouse")


class Folder:
    """A desk's folder, as those who type into reviews and lists know it."""

    def __init__(self, path: Path) -> None:
        self.path, self.opened = path, desk.open_desk_at(path, "en")

    def drop(self, name: str, layout: str, header: dict[str, object], *lines: dict[str, object]) -> bytes:
        """A filled form into the inbox."""
        rules = self.opened.rules
        form = rules.forms[rules.layouts[layout].form]
        said = {key: value for key, value in header.items() if value is not None}
        content = build_workbook(fill_template(form, rules.layouts[layout], said, lines), MORNING)
        return self.drop_bytes(name, content)

    def drop_bytes(self, name: str, content: bytes) -> bytes:
        """Any bytes into the inbox."""
        path = self.path / self.opened.folders.inbox / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return content

    def run(self, as_of: dt.date) -> desk.RunResult:
        """The main job."""
        return desk.run_desk_at(self.opened, as_of, desk.RunOptions(pause=lambda: None))


def lay_evening(path: Path) -> None:
    """A desk that was run in the morning, and what lies in it in the evening."""
    desk.create_desk(path, "en")
    folder = Folder(path)
    folder.drop("早-1.xlsx", "order-intake-sheet", STOCK | {"order_no": "SO1"}, LINE)
    drop_verdict(folder, "早-1 评审.xlsx", "SO1")
    folder.drop("早-2.xlsx", "order-intake-sheet", REPEAT | {"order_no": "SO2"}, LINE)
    drop_verdict(folder, "早-2 评审.xlsx", "SO2")
    accepted = folder.drop("早-3.xlsx", "order-intake-sheet", HEADER | {"order_no": "SO3"}, LINE)
    folder.drop("早-4.xlsx", "order-intake-sheet", REPEAT | {"order_no": "SO4"}, LINE)
    folder.run(MORNING)

    late = LINE | {"requested_date": "2026-03-10"}
    folder.drop("1-接单.xlsx", "order-intake-sheet", HEADER | {"order_no": "SO5"}, late)
    folder.drop("2-缺客户.xlsx", "order-intake-sheet", HEADER | {"order_no": "SO6", "customer": None}, LINE)
    rows = [LINE | {"order_no": "SO7"}, LINE | {"order_no": "SO8", "quantity": "很多"}, LINE | {"order_no": "SO9"}]
    folder.drop("3-清单.xlsx", "order-intake-list", HEADER, *rows)
    drop_change(folder, "4-变更.xlsx", "SO2")
    shipped = {"order_no": "SO1", "line_no": "1", "quantity": 40}
    folder.drop("5-发货.xlsx", "shipping-list", {"date": EVENING}, shipped)
    paid = {"order_no": "SO2", "kind": "收款", "date": MORNING, "amount": 375, "name": "孙丽"}
    folder.drop("6-到账.xlsx", "contract-register", paid)
    folder.drop_bytes(f"{CUSTOMER}/7-重复.xlsx", accepted)
    folder.drop_bytes("8-读不出.xlsx", b"PK\x03\x04 broken")

    reviewing.agree(folder, departments_asked(folder, "SO4"), "2026-03-11", "SO4")
    typed = hand.Hand(path / TRACKER).type("SO3", "卡点/欠料", "缺铜件").type("SO3", "订单数", 999)
    typed.type_row(客户=CUSTOMER, 品名="支架", 订单数=40)
    typed.save()
    settle_times(path)


def departments_asked(folder: Folder, order: str) -> list[str]:
    """The departments whose review lists have a task about an order."""
    names = folder.opened.folders
    found = []
    for page in sorted((folder.path / names.review).glob(f"*/{names.review_list}")):
        rows = openpyxl.load_workbook(page).worksheets[0].iter_rows(min_row=4, values_only=True)
        if any(str(value).startswith(order) for row in rows for value in row):
            found.append(page.parent.name)
    assert found, order
    return found


def drop_verdict(folder: Folder, name: str, order: str) -> None:
    """A filled review of an order whose route asks production alone."""
    verdict = {"department": "生产PMC Production (PMC)", "conclusion": "可接受 Acceptable", "name": "周凯"}
    verdict |= {"date": MORNING, "available_date": MORNING}
    folder.drop(name, "order-review-sheet", {"order_no": order}, verdict)


def drop_change(folder: Folder, name: str, order: str) -> None:
    """A notice that raises a quantity, signed in itself."""
    notice = {"order_no": order, "reason": "加量", "requested_by": "客户", "date": MORNING, "consent": "PO 更改单"}
    notice |= {"sign_business": "同意 叶青 2026-03-10", "sign_production": "同意 周凯 2026-03-10"}
    folder.drop(name, "change-notice-sheet", notice, {"line_no": "1", "what": "数量", "after": 120})


def settle_times(path: Path) -> None:
    """All files as old as each other, and older than fresh ones: what a run looks at twice does not depend on speed."""
    for file in path.rglob("*"):
        if file.is_file():
            os.utime(file, ns=(LEFT_AT, LEFT_AT))


def lay_night(evening: Path, path: Path) -> None:
    """The desk after the evening's run, when the late-order mails are written."""
    shutil.copytree(evening, path)
    Folder(path).run(EVENING)
