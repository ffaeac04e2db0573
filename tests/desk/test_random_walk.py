"""People at a desk at random, some of them hostile: whatever they drop and type, the promises hold.

Each seed is one desk over a few days; what a day did stands in the failure. A longer walk found what is mended by the
tests of test_review.py and test_promises.py; take a bigger RUNS to look for more.
"""

import datetime as dt
import hashlib
import itertools
import shutil

import openpyxl
import pytest
from openpyxl.cell import MergedCell

from xltools import desk
from xltools.books.build import build_workbook
from xltools.forms.template import fill_template

from .reviewing import agree, fill_sheet

RUNS = 5
FIRST = dt.date(2026, 3, 10)
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "{{ 7*7 }}",
    "{% for x in y %}",
    "<script>alert(1)</script>",
    "../../x",
    "长" * 3000,
    "🏭\u202eעברית",
    "@SUM(A1)",
    "'",
    "1e400",
    "-1",
)
NUMBERS = (1e15, -5, 0, 0.0001, 1, 30, 70, 100, "1e15", "很多", "３０")
DATES = (dt.date(1900, 1, 1), dt.date(9999, 12, 31), dt.date(2026, 4, 1), "TBC", "下周", "2026-03-28×30；2026-04-15×70")
ORDERS = ("SO1", "SO2", "../x")
DEPARTMENTS = ("业务", "技术", "生产PMC", "品质", "采购", "仓储", "财务", "法务")
SIGNERS = ("business", "engineering", "production", "quality", "purchasing", "warehouse", "finance")


class Chance:
    """The same draws for the same seed, on every machine."""

    def __init__(self, seed):
        digests = (hashlib.sha256(f"{seed}/{draw}".encode()).digest() for draw in itertools.count())
        self.draws = (int.from_bytes(one[:8], "big") for one in digests)

    def random(self):
        return next(self.draws) / 2**64

    def choice(self, options):
        return options[next(self.draws) % len(options)]


class Walk:
    """A desk, and one of its people at a time."""

    def __init__(self, folder, seed):
        self.folder, self.random, self.day = folder, Chance(seed), FIRST
        self.dropped = {}
        self.told = []
        for order in ORDERS[:2]:
            self.order(order, hostile=0)
            self.review(order, hostile=0)

    def text(self, *usual, hostile=0.1):
        return self.random.choice(HOSTILE if self.random.random() < hostile else usual)

    def number(self, hostile=0.3):
        return self.random.choice(NUMBERS if self.random.random() < hostile else (30, 40, 100))

    def date(self, hostile=0.15):
        near = (self.day, self.day + dt.timedelta(days=9))
        return self.random.choice(DATES if self.random.random() < hostile else near)

    def which(self):
        return self.random.choice(ORDERS[:2] * 4 + ORDERS)

    def put(self, content):
        name = f"{len(self.told):03}.xlsx"
        self.folder.drop_bytes(name, content)
        self.dropped[hashlib.sha256(content).hexdigest()] = content
        self.told.append(name)

    def drop(self, layout, header, *lines):
        rules = self.folder.opened.rules
        form = rules.forms[rules.layouts[layout].form]
        rows = [{name: value for name, value in line.items() if value is not None} for line in lines]
        given = {name: value for name, value in header.items() if value is not None}
        self.put(build_workbook(fill_template(form, rules.layouts[layout], given, rows), self.day))

    def order(self, number=None, hostile=0.1):
        line = {
            "product": "端盖",
            "specification": self.text("Φ86", hostile=hostile),
            "unit": "件",
            "unit_price": "12.5",
        }
        lines = [
            {**line, "line_no": str(at), "quantity": self.number(hostile), "requested_date": self.date(hostile)}
            for at in (1, 2)
        ]
        header = {
            "order_no": number or self.which(),
            "customer": self.text("宁波泰衡电子有限公司", hostile=hostile),
            "order_date": self.day,
            "currency": "人民币 CNY",
            "payment_terms": self.random.choice(("月结30天", "30/70")),
            "tax_rate": "13%",
            "tax_included": "是 Yes",
            "order_type": self.random.choice(("返单 Repeat", "新品 New product", None)),
            "contract_mode": self.random.choice(("无合同 None", None)),
            "supply": "库存直发 From stock",
            "delivery_address": self.text("宁波", hostile=hostile),
            "owner": self.text("李雯", hostile=hostile),
            "revision": self.random.choice((None, 2)) if hostile else None,
        }
        self.drop("order-intake-sheet", header, *lines)

    def review(self, number=None, hostile=0.1):
        verdict = {"conclusion": self.text("√", hostile=hostile), "name": self.text("周凯", hostile=hostile)}
        rows = [{**verdict, "department": one, "date": self.day, "available_date": self.day} for one in DEPARTMENTS]
        self.drop("order-review-sheet", {"order_no": number or self.which()}, *rows)

    def list_typed(self):
        lists = sorted((self.folder.path / "review").glob("[!m]*/review-list.xlsx"))
        if lists:
            department = self.random.choice(lists).parent.name
            agree(self.folder, (department,), self.date(), 结论=self.text("√", "×", "△"), 条件=self.text("首件"))

    def list_harmed(self):
        lists = sorted((self.folder.path / "review").glob("*/*.xlsx"))
        if lists:
            path = self.random.choice(lists)
            match self.random.choice(("cut", "gone", "copied", "open", "renamed")):
                case "cut":
                    path.write_bytes(path.read_bytes()[:500])
                case "gone":
                    path.unlink()
                case "copied":
                    shutil.copy(path, path.with_name("副本.xlsx"))
                case "open":
                    path.with_name(f"~${path.name}").write_bytes(b"x")
                case "renamed":
                    book = openpyxl.load_workbook(path)
                    third = book.worksheets[0][3]  # of a meeting's sheet, cells of it are merged
                    next(cell for cell in third[1:] if not isinstance(cell, MergedCell)).value = "随便"
                    book.save(path)

    def meeting(self):
        for path in sorted((self.folder.path / "review" / "meeting").glob("order-review*-r?.xlsx"))[:1]:
            fill_sheet(path, self.day, minutes=self.text("已会审"), rows=self.random.choice((None, 3)))

    def change(self):
        what = self.random.choice(
            ("数量", "规格型号", "承诺交期", "取消", "余数取消", "暂停", "恢复", "插单", "订单编号")
        )
        after = {"数量": self.number(), "承诺交期": self.date(), "规格型号": self.text("Φ99")}.get(what)
        row = {"line_no": self.random.choice(("1", "2", None)), "what": what, "after": after}
        if self.random.random() < 0.2:
            self.drop("phone-change", {"order_no": self.which(), "said_by": self.text("赵敏")}, row)
            return
        signed = {f"sign_{one}": f"同意 {self.text('张三')} {self.day}" for one in SIGNERS}
        header = {
            "order_no": self.which(),
            "change_no": self.random.choice((None, "CN-1", self.text("CN-2"))),
            "requested_by": "客户 Customer",
            "reason": self.text("预算"),
            "delay_by": "客户 Customer",
            "displaces": self.random.choice((None, "SO1、SO2")),
            "effective_date": self.random.choice((None, self.date())),
            "approver": self.random.choice((None, "陈总")),
        }
        self.drop("change-notice-sheet", header | (signed if self.random.random() < 0.8 else {}), row)

    def shipment(self):
        rows = [{"order_no": self.which(), "line_no": one, "quantity": self.number()} for one in ("1", "2")]
        header = {"date": self.date(), "carrier": self.text("顺丰"), "list_no": self.random.choice((None, "SL-1"))}
        if self.random.random() < 0.3:
            header |= {"voids": self.text("DN202603-001", "DN202603-002"), "reason": self.text("错")}
        self.drop("shipping-list", header, *rows)

    def said(self):
        row = {"order_no": self.which(), "date": self.date(), "name": self.text("孙丽")}
        paid = {"kind": "收款", "amount": self.number(), "currency": self.random.choice(("美元", None))}
        signed = {"delivery_note": "DN202603-001", "received_by": self.text("赵敏"), "date": self.day}
        passed = {"gate": self.random.choice(("评审", "尾款")), "reason": self.text("急"), "limit": self.day}
        layout, values = self.random.choice(
            (("contract-register", row | paid), ("delivery-receipt", signed), ("gate-override", row | passed))
        )
        known = {placed.field for placed in self.folder.opened.rules.layouts[layout].placements()}
        self.drop(layout, {}, {name: value for name, value in values.items() if name in known})

    def again(self):
        self.put(self.random.choice(list(self.dropped.values())))

    def mended(self):
        for path in sorted((self.folder.path / "returned").glob("*.xlsx"))[:1]:
            self.put(path.read_bytes())
            path.unlink()

    def withdrawn(self):
        for path in sorted((self.folder.path / "inbox").glob("*.xlsx"))[-1:]:
            self.dropped.pop(hashlib.sha256(path.read_bytes()).hexdigest())
            path.unlink()

    def paper(self):
        for path in sorted((self.folder.path / "papers").glob("*/*.*"))[-1:]:
            if self.random.random() < 0.5:
                path.unlink()
            else:
                path.write_bytes(b"typed over")

    def template(self):
        name = self.random.choice(("order-confirmation.docx", "sales-contract.docx", "delivery-note-241x140.docx"))
        (self.folder.path / "templates" / name).write_bytes(b"junk")

    def staff_left(self):
        (self.folder.path / "master" / "staff.xlsx").unlink(missing_ok=True)

    def act(self):
        usual = (self.order, self.review, self.list_typed, self.meeting, self.change, self.change, self.shipment)
        rare = (self.list_harmed, self.again, self.mended, self.withdrawn, self.paper, self.template, self.staff_left)
        what = self.random.choice((*usual, self.said) * 2 + rare)
        self.told.append(what.__name__)
        what()

    def run(self):
        """A day's end: no workbook waits for an error of ours, and each original lies in one place."""
        result = self.folder.run(self.day)
        self.told.append(f"{self.day} {[(one.file[-8:], one.outcome) for one in result.documents]}")
        assert result.exit_code != desk.OUR_ERROR
        for owner in self.folder.path.rglob("~$*"):
            owner.unlink()
        self.day += dt.timedelta(days=self.random.choice((0, 1, 1, 6, -2)))


@pytest.mark.parametrize("seed", range(2))
def test_whatever_people_drop_and_type_the_promises_hold(seed, folder, tmp_path):
    walk = Walk(folder, seed)
    try:
        for _ in range(RUNS):
            walk.run()
            for _ in range(3):
                walk.act()
        walk.run()
        day = walk.day
        folder.run(day)
        before, events = folder.files(), folder.event_count()
        folder.run(day)
        after = folder.files()
        changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
        assert (changed, folder.event_count()) == ([], events)
        places = {}
        for name, content in before.items():
            places.setdefault(hashlib.sha256(content).hexdigest(), set()).add(name.split("/")[0])
        assert all(len(places[one] & {"inbox", "archive"}) == 1 for one in walk.dropped)
        assert desk.verify_desk_at(folder.opened).is_ok
        rebuilt, _ = desk.rebuild_desk_at(folder.opened, tmp_path / "again")
        assert rebuilt.store.head() == folder.opened.store.head()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["again", folder.path.name]
    except Exception as failure:
        failure.add_note("\n".join(walk.told))
        raise
