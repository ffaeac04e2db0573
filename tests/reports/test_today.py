import dataclasses
import datetime as dt

import pytest

from xltools.core.grid import Style
from xltools.core.text import Text
from xltools.ledger.standing import Standing, Waiting
from xltools.reports.today import build_today, today_conditions, today_table

AS_OF = dt.date(2026, 4, 1)  # a Wednesday


@pytest.fixture
def rows(rules, calendar, say):
    def build(lines, language="zh"):
        table = build_today(lines, rules, calendar, language, say, AS_OF)
        names = [column.name for column in table.columns]
        return [dict(zip(names, row.cells, strict=True)) for row in table.rows]

    return build


def test_it_goes_by_owner_and_within_one_by_what_presses_most(rows, make_order, make_line, assess):
    lines = assess(
        make_order("SO-1", make_line("1", due="04-02"), make_line("2", due="03-20"), owner="李雯"),
        make_order("SO-2", make_line("1", due="03-25"), owner=""),
        make_order("SO-3", make_line("1", due=None), make_line("2", due="03-01"), owner="李雯"),
        make_order("SO-4", make_line("1", due="03-28"), owner="何立"),
    )
    assert [(row["owner"], row["task"], row["days"], row["order_line"]) for row in rows(lines)] == [
        ("何立", "逾期", -4, "SO-4-1"),
        ("李雯", "逾期", -31, "SO-3-2"),
        ("李雯", "逾期", -12, "SO-1-2"),
        ("李雯", "临期", 1, "SO-1-1"),
        ("李雯", "交期未定", None, "SO-3-1"),
        ("ui-unassigned", "逾期", -7, "SO-2-1"),
    ]


def test_what_has_gone_and_what_has_time_is_not_on_it(rows, make_order, make_line, assess):
    lines = assess(
        make_order("SO-1", make_line("1", due="03-01", shipped=[("03-01", 100)]), make_line("2", due="08-01"))
    )
    assert rows(lines) == []


def test_a_row_says_what_is_awaited_missing_and_short(rows, make_order, make_line, assess):
    line = make_line("1", quantity=500, due="03-20", shipped=[("03-19", 200)], shortage="缺铝锭")
    (row,) = rows(assess(make_order("SO-1", line)))
    assert row["open_quantity"] == 300
    assert row["due"] == dt.date(2026, 3, 20)
    assert row["stage"] == "合同已签"
    assert row["details"] == (
        "ui-waiting whom=财务 since=2026-03-05 what=首付款到账; ui-status-missing fields=承诺交期; "
        "ui-today-shortage shortage=缺铝锭"
    )


def limited(since, limit=2):
    waiting = (Waiting("review", Text("评审结论", "verdicts"), "quality", dt.date.fromisoformat(since), limit),)
    return Standing("in-review", AS_OF, waiting)


def test_a_step_past_its_limit_of_working_days_stands_once_for_its_order(rows, make_order, make_line, assess):
    order = make_order("SO-1", make_line("1", due="08-01"), make_line("2", due=None), make_line("3", due="07-01"))
    (row,) = rows(assess(order, **{"SO-1": limited("2026-03-27")}))
    assert (row["task"], row["order_line"], row["open_quantity"]) == ("超时未办", "SO-1", None)
    assert row["product"] == "ui-today-lines product=端盖 count=3"
    assert row["due"] == dt.date(2026, 7, 1)


def test_a_step_within_its_limit_is_nobodys_task_yet(rows, make_order, make_line, assess):
    # From Monday two working days end on the as-of date; so they do from the Friday before a weekend's Saturday.
    order = make_order("SO-1", make_line("1", due="08-01"))
    assert rows(assess(order, **{"SO-1": limited("2026-03-30")})) == []
    assert rows(assess(order, **{"SO-1": limited("2026-03-01", limit=None)})) == []


def test_an_overdue_step_is_not_said_twice_beside_a_late_line(rows, make_order, make_line, assess):
    order = make_order("SO-1", make_line("1", due="03-20"), make_line("2", due="08-01"))
    found = rows(assess(order, **{"SO-1": limited("2026-03-01")}))
    assert [(row["task"], row["order_line"]) for row in found] == [("逾期", "SO-1-1")]
    assert "评审结论" in found[0]["details"]


def test_a_shipped_order_may_still_wait_for_its_receipt(rows, make_order, make_line, assess):
    order = make_order("SO-1", make_line("1", due="03-01", shipped=[("03-01", 100)]))
    waiting = (Waiting("receipt", Text("客户签收", "receipt"), "owner", dt.date(2026, 3, 2), 7),)
    (row,) = rows(assess(order, **{"SO-1": Standing("shipped", AS_OF, waiting)}))
    assert (row["task"], row["order_line"], row["days"]) == ("超时未办", "SO-1-1", None)


def test_missing_fields_press_once_the_goods_are_due_soon(rows, make_order, make_line, assess):
    ready = Standing("in-stock", AS_OF, (), {"": ("delivery_address",)})
    order = make_order("SO-1", make_line("1", due="04-03"), make_line("2", due="08-01"))
    (row,) = rows(assess(order, **{"SO-1": ready}))
    assert (row["task"], row["order_line"]) == ("缺项", "SO-1-1")
    assert row["details"] == "ui-status-missing fields=交货地点"


def test_cells_speak_the_desks_language_and_headers_both(rows, make_order, make_line, assess):
    lines = assess(make_order("SO-1", make_line("1", due="03-20")))
    assert rows(lines, "en")[0]["task"] == "Late"
    headers = [column.header for column in today_table().columns]
    assert len(set(headers)) == len(headers)
    assert all(any("一" <= mark <= "鿿" for mark in header) and header.isascii() is False for header in headers)


def test_the_colours_follow_the_words_of_either_language():
    formulas = [condition.formula for condition in today_conditions() if condition.style is Style.LATE]
    assert formulas
    assert all('$B4="逾期"' in formula and '$B4="Late"' in formula for formula in formulas)


def test_its_rows_have_no_key_since_it_is_written_anew(rules, calendar, say, make_order, assess):
    table = build_today(assess(make_order()), rules, calendar, "zh", say, AS_OF)
    assert table.key == ()
    assert table.caption == "ui-today-caption as_of=2026-04-01 items=1 owners=1"
    assert dataclasses.replace(table, rows=(), caption="") == dataclasses.replace(today_table(), rows=())


def test_an_order_that_was_declined_is_one_row_of_its_owners_and_not_late(rows, make_order, make_line, assess):
    back = (Waiting("review", Text("改单重发", "revise"), "owner", AS_OF),)
    order = make_order("SO-1", make_line("1", due="03-01"), make_line("2", due="03-01"))
    (row,) = rows(assess(order, **{"SO-1": Standing("in-review", AS_OF, back, state="declined")}))
    assert (row["task"], row["order_line"], row["owner"]) == ("评审未过", "SO-1", "李雯")
    assert "改单重发" in row["details"]


@pytest.mark.parametrize("state", ["held", "cancelled"])
def test_what_is_held_or_cancelled_is_nobodys_task(rows, make_order, make_line, assess, state):
    order = make_order("SO-1", make_line("1", due="03-01"), make_line("2", due=None))
    assert (
        rows(assess(order, **{"SO-1": Standing("approved", AS_OF, limited("2026-03-01").waiting, state=state)})) == []
    )


def test_what_departments_owe_is_told_with_its_days(rows, make_order, make_line, assess):
    waiting = (Waiting("review-verdicts", Text("评审结论", "verdict"), "quality", dt.date(2026, 3, 2), late="review"),)
    order = make_order("SO-1", make_line("1", due="08-01"))
    (row,) = rows(assess(order, **{"SO-1": Standing("in-review", AS_OF, waiting)}))
    assert row["task"] == "超时未办"
    assert "ui-today-overdue whom=品质 what=订单评审 since=2026-03-02 days=28" in row["details"]
    assert "评审结论" not in row["details"]  # the same, told once
