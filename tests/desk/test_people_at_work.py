"""A random person and random runs take turns, crashes included: nothing the person did is lost, a rebuild agrees."""

import datetime as dt
import itertools
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from openpyxl.styles import PatternFill

from xltools import desk
from xltools.desk import run as running
from xltools.edge import journal

from .conftest import DeskFolder
from .hand import TRACKER, Hand

SHORTAGE, REMARK, QUANTITY = "卡点/欠料", "备注", "订单数"
OWN = "我的列"
AS_OF = dt.date(2026, 3, 10)
words = st.sampled_from(["缺铜件", "缺螺丝", "等图纸", "OK", "=1+1", "王芳：周五", "0010", "１２"])


class KilledError(Exception):
    """The process died here."""


class PeopleAtWork(RuleBasedStateMachine):
    """`typed` is what the person typed by (order, header), `own` what stands in their own column by order, `over`
    what they typed over the quantity and no run has seen yet, `every_word` what no run may lose any more, `copied` the
    quantity in the latest copy of an order's row."""

    @initialize()
    def begin(self):
        self.root = Path(tempfile.mkdtemp())
        self.folder = DeskFolder(self.root / "订单台")
        self.numbers = itertools.count(1)
        self.day = AS_OF
        self.typed, self.own, self.yellow, self.notes = {}, {}, set(), []
        self.over, self.every_word, self.copied = {}, set(), {}
        self.drop()
        self.drop()
        self.run_once()

    def teardown(self):
        if not hasattr(self, "folder"):
            return
        self.run_once()
        self.run_once()
        before = self.folder.files()
        self.run_once()
        assert self.folder.files() == before, "a run with nothing new changed something"
        rebuilt, problems = desk.rebuild_desk_at(self.folder.opened, self.root / "new")
        assert not problems
        assert rebuilt.store.head() == self.folder.opened.store.head()
        assert desk.export_lines(rebuilt, self.day) == desk.export_lines(self.folder.opened, self.day)
        assert sorted(Hand(self.root / "new" / TRACKER).orders()) == sorted(set(self.hand().orders()))
        shutil.rmtree(self.root)

    @property
    def path(self):
        return self.folder.path / TRACKER

    def hand(self):
        return Hand(self.path)

    def run_once(self):
        result = self.folder.run(self.day)
        assert not [
            problem for problem in result.problems if problem.code in {"program-error", "workbook-not-patchable"}
        ]
        return result

    @rule()
    def drop(self):
        number = f"A-{next(self.numbers)}"
        self.folder.drop(f"{number}.xlsx", order_no=number)

    @rule()
    def run_now(self):
        self.run_once()

    @rule()
    def a_day_passes(self):
        self.day += dt.timedelta(days=1)
        self.run_once()

    @rule(step=st.integers(0, 25))
    def run_and_die(self, step):
        counter = itertools.count()
        real = journal.carry_out

        def die(_words):
            if next(counter) == step:
                raise KilledError

        running.carry_out = lambda plan, path, store, _: real(plan, path, store, die)
        try:
            self.folder.run(self.day)
        except KilledError:
            pass
        finally:
            running.carry_out = real

    @rule()
    def run_while_it_is_open(self):
        owner = self.path.with_name(f"~${TRACKER}")
        owner.write_bytes(b"x")
        before = self.path.read_bytes()
        self.folder.run(self.day)
        assert self.path.read_bytes() == before
        owner.unlink()
        latest = self.path.with_name("order-tracker.latest.xlsx")
        if latest.exists():
            beside = Hand(latest)
            for (order, header), word in self.typed.items():
                assert (self.cell(beside, order, header).value or "") == word

    def a_row(self, hand, data):
        orders = sorted(set(hand.orders()))
        return data.draw(st.sampled_from(orders)) if orders else None

    def row(self, hand, order):
        """The row of an order, not the copy that no run has made an order of its own yet; sorting may put it first."""
        column = hand.column(QUANTITY)
        rows = [hand.row(order, which=which) for which in range(hand.orders().count(order))] or [hand.row(order)]
        return next(row for row in rows if len(rows) == 1 or hand.sheet.cell(row, column).value != self.copied[order])

    def cell(self, hand, order, header):
        return hand.sheet.cell(self.row(hand, order), hand.column(header))

    @rule(data=st.data(), header=st.sampled_from([SHORTAGE, REMARK]), word=st.one_of(st.none(), words))
    def type_what_is_theirs(self, data, header, word):
        hand = self.hand()
        order = self.a_row(hand, data)
        if order:
            self.cell(hand, order, header).value = word
            if isinstance(word, str) and word.startswith("="):
                self.cell(hand, order, header).data_type = "s"  # typed with an apostrophe: text
            hand.save()
            self.typed[order, header] = word or ""

    @rule(data=st.data(), quantity=st.integers(1000, 9999))
    def type_over_what_is_ours(self, data, quantity):
        hand = self.hand()
        order = self.a_row(hand, data)
        if order:
            self.cell(hand, order, QUANTITY).value = quantity
            hand.save()
            self.over[order] = str(quantity)

    @rule(data=st.data(), word=words)
    def write_in_a_column_of_their_own(self, data, word):
        hand = self.hand()
        order = self.a_row(hand, data)
        if order:
            header = [cell.value for cell in hand.sheet[hand.header_row()]]
            at = header.index(OWN) + 1 if OWN in header else len(header) + 2
            hand.sheet.cell(hand.header_row(), at).value = OWN
            hand.sheet.cell(self.row(hand, order), at).value = f"'{word}"
            hand.save()
            self.own[order] = f"'{word}"

    @rule(data=st.data())
    def colour_a_row(self, data):
        hand = self.hand()
        order = self.a_row(hand, data)
        if order:
            self.cell(hand, order, "品名").fill = PatternFill("solid", fgColor="FFFF00")
            hand.save()
            self.yellow.add(order)

    @rule()
    def sort_the_rows(self):
        hand = self.hand()
        top, sheet = hand.header_row(), hand.sheet
        rows = [row for row in range(top + 1, sheet.max_row + 1) if sheet.cell(row, hand.column("订单编号")).value]
        cells = [[(cell.value, cell._style, cell.data_type) for cell in sheet[row]] for row in rows]
        for row, content in zip(rows, reversed(cells), strict=True):
            for at, (value, style, kind) in enumerate(content, start=1):
                cell = sheet.cell(row, at)
                cell.value, cell._style = value, style
                if kind == "s":
                    cell.data_type = kind
        hand.save()

    @rule()
    def add_a_sheet(self):
        hand = self.hand()
        name = f"早会{len(self.notes)}"
        hand.book.create_sheet(name)["A1"] = name
        hand.save()
        self.notes.append(name)

    @rule(data=st.data())
    def delete_a_row(self, data):
        hand = self.hand()
        order = self.a_row(hand, data)
        if order and hand.orders().count(order) == 1:
            hand.sheet.delete_rows(self.row(hand, order))
            hand.save()
            self.own.pop(order, None)
            self.yellow.discard(order)
            self.over.pop(order, None)
            # What was typed in the row and not read yet went with it, by the person's own hand.
            for header in (SHORTAGE, REMARK):
                self.typed.pop((order, header), None)

    @rule(quantity=st.integers(1, 99))
    def type_an_order(self, quantity):
        hand = self.hand()
        number = f"B-{next(self.numbers)}"
        hand.type_row(客户="宁波泰衡电子有限公司", 品名="支架", 订单数=quantity, **{"订单号-行": number})
        hand.save()
        self.every_word.add(number)

    @rule(data=st.data(), quantity=st.integers(101, 999))
    def copy_a_row_for_a_repeat_order(self, data, quantity):
        hand = self.hand()
        order = self.a_row(hand, data)
        if order and hand.orders().count(order) == 1 and order in self.folder.orders():
            row = hand.copy_row(order)
            hand.sheet.cell(row, hand.column(QUANTITY)).value = quantity
            hand.save()
            self.copied[order] = quantity

    @precondition(lambda self: hasattr(self, "folder"))
    @invariant()
    def nothing_is_lost(self):
        if not self.path.exists():
            return
        hand = self.hand()
        header = [cell.value for cell in hand.sheet[hand.header_row()]]
        for order, word in self.own.items():
            assert hand.sheet.cell(self.row(hand, order), header.index(OWN) + 1).value == word
        for order in self.yellow:
            assert self.cell(hand, order, "品名").fill.fgColor.rgb == "00FFFF00"
        assert set(self.notes) <= set(hand.book.sheetnames)
        for (order, header), word in self.typed.items():
            assert (self.cell(hand, order, header).value or "") == word
        # What was typed over ours, or as a new order, stands in a cell, in the ledger, or on the list of open items.
        texts = {str(cell.value) for sheet in hand.book for row in sheet for cell in row if cell.value is not None}
        everything = "\n".join(texts)
        assert all(word in everything for word in self.every_word)


TestPeopleAtWork = PeopleAtWork.TestCase
TestPeopleAtWork.settings = settings(
    max_examples=8,
    stateful_step_count=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
