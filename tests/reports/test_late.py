import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from xltools.core.order import Change, ChangeItem, Statement
from xltools.core.record import Record, Table, Value
from xltools.core.text import Text
from xltools.desk import late_table, load_messages
from xltools.forms.drawing import display_width
from xltools.ledger.standing import Standing, Waiting, assess_order
from xltools.reports.late import group_rows, group_spot, group_waiting, late_json, list_late

AS_OF = dt.date(2026, 4, 1)


def test_most_late_comes_first_and_what_is_at_risk_after_it(make_order, make_line, assess, rules, calendar, say):
    order = make_order(
        "SO-1",
        make_line("1", due="04-03"),
        make_line("2", due="03-30"),
        make_line("10", due="03-20"),
        make_line("9", due="03-20"),
        make_line("11", due="08-01"),
    )
    rows = list_late(assess(order), rules, calendar, AS_OF, "zh", say)
    assert [(row.kind, row.line, row.days_late) for row in rows] == [
        ("late", "9", 12),
        ("late", "10", 12),
        ("late", "2", 2),
        ("at-risk", "1", 0),
    ]


def test_each_late_delivery_of_a_line_is_a_row_with_what_is_open_of_it(
    make_order, make_line, assess, rules, calendar, say
):
    split = make_line(quantity=500, due=[("03-20", 300), ("03-25", 200)], shipped=[("03-19", 100)])
    rows = list_late(assess(make_order("SO-1", split)), rules, calendar, AS_OF, "zh", say)
    assert [(row.due.day, row.open_quantity) for row in rows] == [(20, 200), (25, 200)]


def test_a_row_says_who_is_awaited_since_when_and_why(make_order, make_line, assess, rules, calendar, say):
    order = make_order("SO-1", make_line(due="03-30", shortage="缺包材"))
    (row,) = list_late(assess(order), rules, calendar, AS_OF, "en", say)
    assert row.waiting_for == "ui-awaited whom=Finance what=first payment received"
    assert row.since == dt.date(2026, 3, 5)
    assert "ui-reason-late-unpromised days=2 quantity=100" in row.reason
    assert "缺包材" in row.reason


def test_the_json_has_the_agreed_keys_in_their_order(make_order, make_line, assess, rules, calendar, say):
    order = make_order("SO-1", make_line(due=("03-20", "03-30"), quantity=Decimal("2.5")))
    (row,) = list_late(assess(order), rules, calendar, AS_OF, "zh", say)
    written = late_json(row)
    assert list(written) == [
        "kind",
        "order",
        "line",
        "customer",
        "owner",
        "product",
        "requested",
        "promised",
        "due",
        "open_quantity",
        "days_late",
        "waiting_for",
        "since",
        "reason",
    ]
    assert (written["requested"], written["promised"], written["due"]) == ("2026-03-20", "2026-03-30", "2026-03-30")
    assert written["open_quantity"] == 2.5


def kinds_of(rows):
    return [(row.kind, row.line, row.whom, row.days_late) for row in rows if row.kind not in {"late", "at-risk"}]


@pytest.fixture
def list_all(rules, calendar, say, assess):
    def tell(*orders, language="zh", staff=None, **standings):
        found = {order.number: assess_order(order, rules, AS_OF) for order in orders} | standings
        return list_late(assess(*orders, **found), rules, calendar, AS_OF, language, say, staff)

    return tell


def verdict(order, department, number=1, line="", when=dt.date(2026, 3, 3), **said):
    values = {name: Value(value, order.place) for name, value in {"department": department, **said}.items()}
    return Statement("order-review", line, 1, values, order.place, when, "王芳", number=number)


def test_a_departments_verdict_is_overdue_by_line_after_its_route_s_working_days(make_order, make_line, list_all):
    order = make_order("SO-1", make_line("1", due="08-01"), make_line("2", due="08-01"))
    rows = kinds_of(list_all(order))
    departments = ["business", "engineering", "production", "quality"]
    assert sorted(rows) == sorted(("review", line, one, 28) for line in "12" for one in departments)  # Mon 2 + 2 days


def test_who_has_said_their_word_is_not_awaited_any_more(make_order, make_line, list_all):
    order = make_order("SO-1", make_line("1", due="08-01"))
    word = verdict(order, "quality", conclusion="acceptable", name="王芳", date=dt.date(2026, 3, 3))
    rows = list_all(dataclasses.replace(order, statements=(word,)))
    assert "quality" not in {row.whom for row in rows}
    assert len(rows) == 3


def test_what_a_conditional_verdict_demands_is_awaited_after_the_approval_too(make_order, make_line, list_all):
    order = make_order("SO-1", make_line("1", due="08-01"))
    said = {"conclusion": "conditional", "condition": "先打样", "name": "王芳", "date": dt.date(2026, 3, 3)}
    order = dataclasses.replace(order, statements=(verdict(order, "quality", **said),), approved=dt.date(2026, 3, 4))
    standing = Standing("approved", AS_OF)
    (row,) = list_all(order, **{"SO-1": standing})
    assert (row.kind, row.whom, row.remark, row.due) == ("condition", "quality", "先打样", dt.date(2026, 3, 10))
    assert "王芳" in row.waiting_for


def test_a_gate_past_its_limit_is_of_the_kind_that_the_workflow_says(make_order, make_line, list_all):
    order = make_order("SO-1", make_line("1", due="08-01"))
    gates = (
        Waiting("contract-signature", Text("签回", "signed"), "owner", dt.date(2026, 3, 20), 5, late="signature"),
        Waiting("receipt", Text("签收", "receipt"), "owner", dt.date(2026, 3, 31), 7, late="acknowledgement"),
        Waiting("stock", Text("入库", "stock"), "warehouse", dt.date(2026, 3, 20), None),
    )
    (row,) = list_all(order, **{"SO-1": Standing("contract-issued", AS_OF, gates)})
    assert (row.kind, row.line, row.due, row.days_late) == ("signature", "", dt.date(2026, 3, 27), 5)
    assert (row.open_quantity, row.since) == (None, dt.date(2026, 3, 20))
    assert late_json(row)["open_quantity"] is None


def test_a_change_by_telephone_is_overdue_after_its_day(make_order, make_line, list_all):
    order = make_order("SO-1", make_line("1", due="08-01"))
    items = (ChangeItem("1", "quantity", Decimal(100), Decimal(120)),)
    told = Change("CN-1", ("quantity",), {}, items, 1, "unconfirmed", dt.date(2026, 3, 27), order.place)
    order = dataclasses.replace(order, changes=(told,), approved=dt.date(2026, 3, 3))
    (row,) = list_all(order, **{"SO-1": Standing("approved", AS_OF)})
    assert (row.kind, row.whom, row.due) == ("change", "owner", dt.date(2026, 3, 30))


@pytest.mark.parametrize("state", ["held", "declined", "cancelled"])
def test_nothing_of_an_order_that_is_held_declined_or_cancelled_is_late(make_order, make_line, list_all, state):
    order = make_order("SO-1", make_line("1", due="03-01"), make_line("2", due="04-02"))
    gate = Waiting("payment", Text("款", "money"), "finance", dt.date(2026, 3, 1), 1, late="payment")
    assert list_all(order, **{"SO-1": Standing("approved", AS_OF, (gate,), state=state)}) == ()


def test_kinds_stand_in_their_order(make_order, make_line, list_all):
    order = make_order("SO-1", make_line("1", due="03-30"), make_line("2", due="04-03"))
    kinds = [row.kind for row in list_all(order)]
    assert kinds[:2] == ["late", "at-risk"]
    assert set(kinds[2:]) == {"review"}


def staff(place, *people):
    """(name, department, deputy, last day)."""
    names = ("name", "department", "deputy", "valid_to")
    records = (
        Record(place, {name: Value(value, place) for name, value in zip(names, one, strict=True) if value})
        for one in people
    )
    return Table("staff", records)


def test_whom_a_row_waits_for_is_named_and_the_deputy_of_who_has_left(make_order, make_line, assess, rules, calendar):
    order = make_order("SO-1", make_line(due="03-30"), owner="李雯")
    ended = dt.date(2026, 3, 31)
    people = staff(
        order.place, ("王芳", "finance", "", None), ("老周", "finance", "小周", ended), ("李雯", "sales", "陈晨", ended)
    )
    say = load_messages().speaker("zh")
    (row,) = list_late(assess(order), rules, calendar, AS_OF, "zh", say, people)
    assert row.waiting_for == "财务（王芳、小周（代 老周））：首付款到账"
    gate = Waiting("contract", Text("签回", "signed"), "owner", dt.date(2026, 3, 1), 5, late="signature")
    (_, row) = list_late(
        assess(order, **{"SO-1": Standing("approved", AS_OF, (gate,))}), rules, calendar, AS_OF, "zh", say, people
    )
    assert row.waiting_for == "陈晨（代 李雯）：签回"


def test_tasks_that_differ_in_line_and_department_are_told_as_one(make_order, make_line, list_all):
    order = make_order("SO-1", make_line("1", due="08-01"), make_line("2", due="08-01"))
    (group,) = group_rows(list_all(order))
    say = load_messages().speaker("zh")
    assert group_spot(group, say) == "SO-1 行 1、2"
    assert group_waiting(group, say).count("评审") == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_list_fits_into_a_terminal_of_120_columns(make_order, make_line, rules, calendar, assess, language):
    line = make_line("12", 1234567, due="03-30", product="很长的产品名称" * 5, shortage="缺料" * 40)
    order = make_order("SO202603-001", line, make_line("13", due="04-02"), customer="某某某某某电子有限公司" * 3)
    say = load_messages().speaker(language)
    standing = assess_order(order, rules, AS_OF)
    rows = list_late(assess(order, **{order.number: standing}), rules, calendar, AS_OF, language, say)
    header, body = late_table(rows, say)
    widths = [max(display_width(part) for row in (header, *body) for part in row[at].split("\n")) for at in range(8)]
    assert sum(widths) + 2 * len(widths) <= 120
