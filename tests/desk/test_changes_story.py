"""Changes on a desk, told as stories: signed one after the other, told by telephone, stale, half-way cancellations."""

import datetime as dt
import shutil

import openpyxl
import pytest

from xltools import desk
from xltools.books.build import build_workbook
from xltools.desk.prefill import make_change_notice
from xltools.forms.template import fill_template

from .hand import TRACKER

DAY = dt.date(2026, 3, 10)
ORDER = {"order_no": "SO1", "order_type": "返单 Repeat", "owner": "李雯"}
LINES = (
    {"line_no": "1", "product": "端盖", "specification": "Φ86", "quantity": 100, "unit": "件", "unit_price": "12.50"},
    {"line_no": "2", "product": "法兰", "specification": "DN50", "quantity": 40, "unit": "件", "unit_price": "30"},
)
SIGNED = {
    "sign_business": "同意 张三 2026-03-11",
    "sign_production": "同意 周凯 2026-03-11",
    "sign_purchasing": "同意 钱进 2026-03-11",
    "sign_finance": "同意 孙丽 2026-03-11",
}


def days(count):
    return DAY + dt.timedelta(days=count)


def drop_form(folder, name, layout, header, *lines):
    rules = folder.opened.rules
    form = rules.forms[rules.layouts[layout].form]
    grids = fill_template(form, rules.layouts[layout], header, lines)
    return folder.drop_bytes(name, build_workbook(grids, DAY))


def drop_notice(folder, name, *rows, **header):
    values = {"order_no": "SO1", "requested_by": "客户 Customer", "reason": "客户预算调整", "date": days(1), **header}
    return drop_form(folder, name, "change-notice-sheet", values, *rows)


def row(what, after=None, line=None):
    return {name: one for name, one in (("line_no", line), ("what", what), ("after", after)) if one is not None}


def sheet_rows(folder, sheet, header):
    """The rows of a sheet of the tracker under its header, by the Chinese part of the headers."""
    page = openpyxl.load_workbook(folder.path / TRACKER)[sheet]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    top = next(at for at, one in enumerate(rows) if header in one)
    names = [str(one).split()[0] for one in rows[top]]
    return [dict(zip(names, one, strict=True)) for one in rows[top + 1 :] if any(one)]


def changes(folder):
    return sheet_rows(folder, "变更 Changes", "编号 No.")


def tracked(folder, line="1"):
    found = sheet_rows(folder, "订单总表 Tracker", "订单编号 Order No.")
    return next(one for one in found if str(one["行号"]) == line)


def outcomes(result):
    return {one.file.rpartition("/")[2]: one.outcome for one in result.documents}


def assert_rebuilds(folder, into):
    rebuilt, problems = desk.rebuild_desk_at(folder.opened, into)
    assert [one for one in problems if one.is_error] == []
    assert rebuilt.store.head() == folder.opened.store.head()


@pytest.fixture
def approved(folder):
    """An order of two lines that PMC has approved and promised for the 30th."""
    folder.drop("SO1.xlsx", *LINES, **ORDER)
    verdict = {"department": "生产PMC Production (PMC)", "conclusion": "可接受 Acceptable", "name": "周凯", "date": DAY}
    promised = {**verdict, "available_date": dt.date(2026, 3, 30)}
    drop_form(folder, "评审.xlsx", "order-review-sheet", {"order_no": "SO1"}, promised)
    folder.run(DAY)
    assert folder.orders()["SO1"].approved == DAY
    return folder


def test_two_changes_of_one_order_are_signed_one_after_the_other(approved, tmp_path):
    folder = approved
    drop_notice(folder, "变更一.xlsx", row("数量", 80, "1"), row("单价", "12", "1"), change_no="CN-1")
    drop_notice(folder, "变更二.xlsx", row("承诺交期", dt.date(2026, 4, 10), "2"), change_no="CN-2", delay_by="我方 Us")
    result = folder.run(days(1))
    assert outcomes(result) == {"变更一.xlsx": "accepted", "变更二.xlsx": "accepted"}
    assert [(one["变更单"], one["状态"], one["字段"], one["原值"], one["新值"]) for one in changes(folder)] == [
        ("CN-1", "being signed", "Quantity", "100", "80"),
        ("CN-1", "being signed", "Unit Price", "12.5", "12"),
        ("CN-2", "being signed", "Promised Date", "2026-03-30", "2026-04-10"),
    ]
    assert "change CN-1" in tracked(folder)["等谁·自何时"]
    keys = [one["编号"] for one in changes(folder)]

    drop_notice(folder, "变更一会签.xlsx", row("数量", 80, "1"), row("单价", "12", "1"), change_no="CN-1", **SIGNED)
    folder.run(days(2))
    order = folder.orders()["SO1"]
    assert (order.revision, order.line("1").quantity, order.line("2").get("promised_date")[0].date.day) == (2, 80, 30)
    signed = {**SIGNED, "delay_by": "我方 Us"}
    drop_notice(folder, "变更二会签.xlsx", row("承诺交期", dt.date(2026, 4, 10), "2"), change_no="CN-2", **signed)
    folder.run(days(3))
    order = folder.orders()["SO1"]
    assert (order.revision, order.reviewed) == (3, 1)
    (delivery,) = order.line("2").deliveries
    assert (delivery.promised, delivery.first_promised) == (dt.date(2026, 4, 10), dt.date(2026, 3, 30))
    found = changes(folder)
    assert [one["编号"] for one in found] == keys
    assert [(one["状态"], one["版本"], one["延期责任"]) for one in found] == [
        ("approved 2026-03-12", "2", None),
        ("approved 2026-03-12", "2", None),
        ("approved 2026-03-13", "3", "Us"),
    ]
    assert tracked(folder)["订单数"] == 80
    found = desk.explain(folder.opened, "SO1", "quantity", "1", days(3), folder.opened.say)
    assert found.main.place.file == "inbox/变更一.xlsx"  # the first that said so
    before = folder.files()
    folder.run(days(3))
    assert folder.files() == before
    assert_rebuilds(folder, tmp_path / "again")


def test_a_telephone_change_is_red_at_once_and_confirmed_late(approved, tmp_path):
    folder = approved
    drop_form(folder, "电话.xlsx", "phone-change", {"order_no": "SO1"}, row("数量", 60))
    assert outcomes(folder.run(days(1))) == {"电话.xlsx": "returned"}  # which of the two lines?
    drop_form(folder, "电话.xlsx", "phone-change", {"order_no": "SO1", "said_by": "赵敏"}, row("数量", 60, "1"))
    folder.run(days(1))
    assert tracked(folder)["预警"].startswith("change to confirm")
    assert not str(tracked(folder, "2")["预警"]).startswith("change to confirm")
    assert tracked(folder)["订单数"] == 100
    assert [(one["状态"], one["由"]) for one in changes(folder)] == [("unconfirmed", "赵敏")]
    drop_notice(folder, "书面.xlsx", row("数量", 65, "1"), **SIGNED)
    folder.run(days(6))
    assert [(one["状态"], one["新值"]) for one in changes(folder)] == [
        ("replaced by CN202603-002", "60"),
        ("approved 2026-03-16", "65"),
    ]
    assert (tracked(folder)["订单数"], tracked(folder)["预警"]) == (65, None)
    assert_rebuilds(folder, tmp_path / "again")


def test_three_cells_of_a_bare_list_are_a_telephone_change(approved):
    folder = approved
    book = openpyxl.Workbook()
    for cells in (("订单号", "改什么", "改成"), ("SO1", "包装要求", "木箱")):
        book.active.append(cells)
    (folder.path / "inbox").mkdir(exist_ok=True)
    book.save(folder.path / "inbox" / "记一下.xlsx")
    assert outcomes(folder.run(days(1))) == {"记一下.xlsx": "accepted"}
    assert folder.orders()["SO1"].changes[0].state == "unconfirmed"
    assert all(tracked(folder, line)["预警"].startswith("change to confirm") for line in ("1", "2"))


def test_a_notice_on_a_revision_that_is_past_comes_back_marked(approved):
    folder = approved
    drop_notice(folder, "变更一.xlsx", row("数量", 80, "1"), revision=1, **SIGNED)
    folder.run(days(1))
    drop_notice(folder, "变更二.xlsx", row("单价", "12", "1"), revision=1)
    result = folder.run(days(2))
    assert (outcomes(result), folder.codes(result)) == ({"变更二.xlsx": "returned"}, [["change-stale"]])
    assert list((folder.path / "returned").glob("*变更二*"))
    assert folder.orders()["SO1"].revision == 2


def test_an_order_is_cancelled_half_way_and_a_rest_is_closed(approved, tmp_path):
    folder = approved
    drop_notice(folder, "取消.xlsx", row("取消", line="2"), **SIGNED)
    folder.run(days(1))
    assert (tracked(folder, "2")["预警"], tracked(folder, "2")["欠数"]) == ("cancelled", 0)
    drop_notice(folder, "整单取消.xlsx", row("整单取消"), **SIGNED)
    folder.run(days(2))
    order = folder.orders()["SO1"]
    assert (order.cancelled, order.open_changes, [line.open for line in order.lines]) == (True, (), [0, 0])
    assert [one["新值"] for one in changes(folder)] == ["cancelled", "cancelled"]
    assert_rebuilds(folder, tmp_path / "again")


def test_the_notice_that_is_handed_out_comes_back_with_nothing_but_the_new_value_typed(approved):
    folder = approved
    made = make_change_notice(folder.opened, "SO1", days(1))
    assert made.files == ("papers/SO1/change-notice-SO1-2026-03-11.xlsx",)
    path = folder.path / made.files[0]
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    spots = {str(cell.value): cell for one in page.iter_rows() for cell in one if cell.value is not None}
    top, after = spots["变更前 Before"].row, spots["变更后 After"].column
    what, before = spots["变更项目 What Changes *"].column, spots["变更前 Before"].column
    shown = [(page.cell(at, what).value, page.cell(at, before).value) for at in range(top + 1, top + 4)]
    assert shown == [("Quantity", 100), ("Unit Price", 12.5), ("Requested Date", "—")]
    page.cell(top + 1, after).value = 90
    for label, text in (("提出方 Requested By *", "客户"), ("变更原因 Reason *", "客户减单")):
        label_cell = spots[label]
        right = (
            next(block.max_col + 1 for block in page.merged_cells.ranges if label_cell.coordinate in block)
            if any(label_cell.coordinate in block for block in page.merged_cells.ranges)
            else label_cell.column + 1
        )
        page.cell(label_cell.row, right).value = text
    book.save(path)
    shutil.move(path, folder.path / "inbox" / "变更.xlsx")
    result = folder.run(days(1))
    assert folder.codes(result) == [["change-number-assigned"]]
    (change,) = folder.orders()["SO1"].changes
    assert [(item.line, item.field, int(item.value)) for item in change.items] == [("1", "quantity", 90)]
