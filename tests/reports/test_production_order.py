import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from xltools.core.order import Change, ChangeItem, Paper, Statement
from xltools.core.place import Place
from xltools.core.record import ScheduledDelivery, Value
from xltools.reports.production_order import production_order_context

from .shipped_orders import request_paper

PLACE = Place("inbox/变更.xlsx", "变更单", "B3")
MADE = Paper("production-order", 1, "papers/SO-1/production-order-SO-1-r1.docx", "", dt.date(2026, 3, 5), "MO-1")


def values(**fields):
    return {name: Value(value, PLACE) for name, value in fields.items()}


def change(*items, number="CN-1", made=2, kinds=("quantity",), **said):
    when = dt.date(2026, 3, 10)
    return Change(
        number, kinds, values(**said), items, made - 1, "approved", when, PLACE, by="李雯", closed=when, made=made
    )


def told(kind, name="孙丽", **said):
    given = values(kind=kind, date=dt.date(2026, 3, 6), **said)
    return Statement("contract-register", "", 1, given, PLACE, dt.date(2026, 3, 6), by=name)


@pytest.fixture
def made(rules):
    def make(order, number="MO-1", language="zh", rules=rules):
        return production_order_context(request_paper("production-order", [order], rules, number, language))

    return make


def revised(order, *changes, papers=(MADE,)):
    return dataclasses.replace(order, revision=changes[-1].made, changes=changes, papers=papers)


def marks(part, name):
    get = (lambda one: getattr(part, one)) if not isinstance(part, dict) else part.__getitem__
    return tuple(get(one)[name] for one in ("same", "new", "was"))


def test_a_line_tells_what_to_make_of_what_and_until_when(made, make_order, make_line):
    line = make_line(
        quantity=1200,
        due=[(("03-30", "04-02"), 300), (("04-20", "04-15"), 900)],
        specification="Φ86×12",
        line_remark="去毛刺",
        drawing="DW-1001-B",
        material="ADC12",
        surface="喷粉",
    )
    (shown,) = made(make_order("SO-1", line))["lines"]
    assert (shown["item"], shown["specification"]) == ("P1\n端盖", "Φ86×12\n去毛刺")
    assert (shown["drawing"], shown["material"], shown["quantity"]) == ("DW-1001-B", "ADC12\n喷粉", "1,200 件")
    assert shown["finish"] == "2026-04-02 ×300\n2026-04-15 ×900"


def test_goods_that_must_have_arrived_are_finished_earlier(made, make_order, make_line, rules_with):
    rules = rules_with(due_means="arrive", transit_days=3)
    order = make_order(
        "SO-1", make_line("1", due=("03-30", "04-02")), make_line("2", due="04-10"), make_line("3", due=None)
    )
    finish = [line["finish"] for line in made(order, rules=rules)["lines"]]
    assert finish == ["2026-03-30", "2026-04-07 (客期)", "TBC"]


def test_the_first_order_marks_nothing_and_leaves_cancelled_lines_out(made, make_order, make_line):
    gone = dataclasses.replace(make_line("2"), cancelled=True)
    shown = made(make_order("SO-1", make_line("1", drawing="DW-1"), gone, packing="纸箱"))
    assert [line["line_no"] for line in shown["lines"]] == ["1"]
    assert marks(shown["lines"][0], "drawing") == ("DW-1", "", "")
    assert marks(shown["marked"], "packing") == ("纸箱", "", "")
    assert not shown["is_revision"]


def test_a_revision_marks_each_field_that_differs_and_what_it_was(made, make_order, make_line):
    order = make_order(
        "SO-1",
        make_line("1", quantity=1500, due=("03-30", "04-09"), drawing="DW-1", surface="喷粉"),
        make_line("2", surface="喷粉"),
        packing="纸箱",
    )
    asked, promised = (ScheduledDelivery(dt.date(2026, 4, day)) for day in (2, 9))
    shown = made(
        revised(
            order,
            change(
                ChangeItem("1", "quantity", Decimal(1200), Decimal(1500)),
                ChangeItem("1", "promised_date", (asked,), (promised,)),
                ChangeItem("2", "surface", "电泳", "喷粉"),
                ChangeItem("2", "line_remark", "加急", None),
                ChangeItem("", "packing", None, "纸箱"),
            ),
        ),
        "MO-1-r2",
    )
    first, second = shown["lines"]
    assert marks(first, "quantity") == ("", "▲1,500 件", "\n1,200 件")
    assert marks(first, "finish") == ("", "▲2026-04-09", "\n2026-04-02")
    assert marks(first, "drawing") == ("DW-1", "", "")
    assert marks(second, "material") == ("", "▲喷粉", "\n电泳")
    assert marks(second, "specification") == ("", "▲—", "\n加急")
    assert marks(shown["marked"], "packing") == ("", "▲纸箱", "")
    assert shown["is_revision"]


def test_changes_of_a_revision_that_no_order_was_made_of_are_marked_too_and_what_came_back_is_not(
    made, make_order, make_line
):
    order = make_order("SO-1", make_line(drawing="DW-3", material="304"))
    changes = (
        change(ChangeItem("1", "drawing", "DW-1", "DW-2"), ChangeItem("1", "material", "304", "316"), made=2),
        change(
            ChangeItem("1", "drawing", "DW-2", "DW-3"), ChangeItem("1", "material", "316", "304"), number="CN-2", made=3
        ),
    )
    (line,) = made(revised(order, *changes), "MO-1-r3")["lines"]
    assert marks(line, "drawing") == ("", "▲DW-3", "\nDW-1")
    assert marks(line, "material") == ("304", "", "")
    later = dataclasses.replace(MADE, revision=2, number="MO-1-r2")
    (line,) = made(revised(order, *changes, papers=(MADE, later)), "MO-1-r3")["lines"]
    assert marks(line, "drawing") == ("", "▲DW-3", "\nDW-2")


def test_a_line_that_a_revision_cancels_is_told_so_that_work_on_it_stops(made, make_order, make_line):
    gone = dataclasses.replace(make_line("2", quantity=300), cancelled=True)
    order = revised(make_order("SO-1", make_line("1"), gone), change(kinds=("cancel",)))
    assert marks(made(order, "MO-1-r2")["lines"][1], "quantity") == ("", "▲取消", "\n300 件")
    assert marks(made(order, "MO-1-r2", "en")["lines"][1], "quantity")[1] == "▲Cancelled"


def test_payment_is_what_the_register_says_else_what_the_terms_want(made, make_order):
    order = make_order(payment_terms="30/70")
    assert made(order)["payment"] == "未确认，投产前应付 30%"
    assert made(order, language="en")["payment"] == "not confirmed; 30% due before production"
    assert made(make_order(payment_terms="月结30天"))["payment"] == "投产前无应付款"
    assert made(make_order())["payment"] == "未确认"
    paid = dataclasses.replace(
        order,
        statements=(
            told("contract-signed"),
            told("payment", amount=Decimal("1875"), currency="CNY"),
            told("production-release", name="林芳"),
        ),
    )
    assert made(paid)["payment"] == "已收 1,875.00 CNY 2026-03-06 孙丽\n放行生产 2026-03-06 林芳"


def test_a_rush_order_names_who_approved_it_and_what_it_displaces(made, make_order):
    rush = change(kinds=("rush",), approver="张总", displaces="SO-4、SO-7", made=1)
    waiting = dataclasses.replace(rush, number="CN-2", state="pending")
    order = dataclasses.replace(make_order(priority="rush"), changes=(rush, waiting))
    shown = made(order)
    assert shown["rush"] == "CN-1 批准 张总 2026-03-10 让单 SO-4、SO-7"
    assert marks(shown["marked"], "priority")[0] == "加急"
    assert made(make_order())["rush"] == ""
    unnamed = dataclasses.replace(make_order(), changes=(change(kinds=("rush",), made=1),))
    assert made(unnamed, language="en")["rush"] == "CN-1 approved 2026-03-10"
