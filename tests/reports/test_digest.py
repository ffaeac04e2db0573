import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from xltools.core.record import Record, Table, Value
from xltools.desk import load_messages
from xltools.ledger.standing import Standing
from xltools.reports.digest import HeldOrder, compare_digest, find_reader, list_held, split_digests
from xltools.reports.digest_page import digest_context, digest_grids
from xltools.reports.digest_text import change_since, digest_subject, digest_text
from xltools.reports.late import LateRow
from xltools.reports.people import People

AS_OF = dt.date(2026, 4, 1)
BEFORE = dt.date(2026, 3, 31)


def late(kind="late", order="SO-1", line="1", owner="李雯", due="2026-03-20", whom="", **more):
    day = dt.date.fromisoformat(due)
    quantity = Decimal(200) if kind in {"late", "at-risk"} else None
    row = LateRow(
        kind,
        order,
        line,
        "泰衡",
        owner,
        "端盖",
        None,
        day,
        day,
        quantity,
        (AS_OF - day).days,
        "",
        day,
        "",
        whom,
        unit="件",
    )
    return dataclasses.replace(row, awaited=((whom or "财务", "款项到账"),), **more)


@pytest.fixture
def people(make_order):
    place = make_order().place
    fields = (
        {"name": "王芳", "department": "quality", "mail": "wang@x.example"},
        {"name": "孙浩", "department": "production"},
    )
    records = [Record(place, {name: Value(text, place) for name, text in one.items()}) for one in fields]
    return People(Table("staff", records), AS_OF)


@pytest.fixture
def split(rules, people):
    def make(*rows, held=(), language="zh"):
        say = load_messages().speaker(language)
        found = split_digests(rows, held, rules, people, AS_OF, language, say)
        return {digest.key: digest for digest in found if not digest.is_empty}

    return make


def text(digest, language="zh", **options):
    return list(digest_text(digest, language, load_messages().speaker(language), **options))


def test_pmc_gets_all_an_owner_their_own_a_department_what_it_owes(split):
    rows = (late(), late(order="SO-2", owner="何立"), late("review", "SO-3", owner="何立", whom="quality"))
    digests = split(*rows)
    assert {key: [one.first.order for one in digest.items] for key, digest in digests.items()} == {
        "pmc": ["SO-1", "SO-2", "SO-3"],
        "李雯": ["SO-1"],
        "何立": ["SO-2", "SO-3"],
        "quality": ["SO-3"],
    }


def test_an_order_without_owner_stands_in_pmcs_only(split):
    assert list(split(late(owner=""))) == ["pmc"]


def test_who_has_nothing_to_be_told_gets_no_digest(split):
    assert split() == {}


def test_counts_come_first_and_then_the_most_late(split):
    rows = (
        late("at-risk", "SO-3", due="2026-04-02"),
        late(order="SO-2"),
        late(due="2026-03-01"),
        late("payment", "SO-4", ""),
    )
    digest = split(*rows)["pmc"]
    assert list(digest.counts.items()) == [("late", 2), ("at-risk", 1), ("payment", 1)]
    lines = text(digest)
    assert lines[:2] == ["逾期日报 2026-04-01 · 计划 PMC", "逾期 2，临期 1，款项未到 1"]
    assert [line.split()[1] for line in lines if line[:1].isdigit()] == ["SO-1-1", "SO-2-1", "SO-3-1", "SO-4"]
    assert digest_subject(digest, "en", load_messages().speaker("en")) == (
        "Late orders 2026-04-01: Late 2, At risk 1, Payments overdue 1"
    )


def test_it_says_what_is_new_what_became_late_and_what_is_gone(split):
    before = split(late("at-risk", "SO-1", due="2026-03-31"), late(order="SO-2"), late(order="SO-9"))["pmc"]
    now = split(late(order="SO-1", due="2026-03-31"), late(order="SO-2"), late(order="SO-3"))["pmc"]
    digest = compare_digest(now, before.told, BEFORE)
    assert {item.first.order: item.trend for item in digest.items} == {"SO-1": "worse", "SO-2": "", "SO-3": "new"}
    assert change_since(digest, load_messages().speaker("zh")) == "与 2026-03-31 相比：新增 1，转逾期 1，消除 1"
    assert text(digest)[-1] == "SO-9-1（逾期）"


def test_a_first_digest_compares_with_nothing(split):
    digest = split(late())["pmc"]
    assert digest.since is None
    assert "[" not in "".join(text(digest))


def test_a_line_says_what_is_open_and_whom_it_waits_for(split):
    lines = text(split(late(promised=dt.date(2026, 3, 20), remark="缺铝锭"))["李雯"])
    assert lines[4:] == [
        "1. SO-1-1 泰衡 端盖 超 12 天",
        "   欠 200 件，承诺 2026-03-20",
        "   等 财务：款项到账",
        "   缺铝锭",
    ]


def test_text_of_workbooks_stays_on_its_line(split):
    digest = split(late(customer="泰\n衡\x1b[31m", remark="=1+1\r\n第二行"))["pmc"]
    assert all(line.isprintable() for line in text(digest))


def test_a_long_list_is_cut_and_counted(split):
    digest = split(*(late(order=f"SO-{number}") for number in range(60)))["pmc"]
    lines = text(digest, most=5)
    assert sum(line[:1].isdigit() for line in lines) == 5
    assert lines[-1] == "另有 55 项"
    (grid,) = digest_grids(digest, "zh", load_messages().speaker("zh"))
    assert grid.tables[0].block.bottom - grid.tables[0].block.top == 60  # the workbook has all


def test_held_orders_have_a_heading_of_their_own(split, make_order, make_line, assess):
    order = make_order("SO-1", make_line(due="03-01"))
    held = list_held(assess(order, **{"SO-1": Standing("approved", AS_OF, state="held", reason="等客户资金")}))
    assert held == (HeldOrder("SO-1", "泰衡", "李雯", "等客户资金"),)
    lines = text(split(held=held)["李雯"])
    assert lines[-2:] == ["■ 暂停 1", "SO-1 泰衡 等客户资金"]


def test_pmcs_readers_are_those_of_the_settings_else_of_production(split, people):
    digest = split(late())["pmc"]
    assert [one.mail for one in find_reader(digest, people, ("pmc@x.example",))] == ["pmc@x.example"]
    assert [one.name for one in find_reader(digest, people, ())] == ["孙浩"]
    assert find_reader(split(late())["李雯"], people, ()) == ()


def test_the_page_has_nothing_but_text_lists_and_numbers(split):
    context = digest_context(split(late())["pmc"], "zh", load_messages().speaker("zh"), "示例公司")

    def leaves(value):
        if isinstance(value, dict):
            return [leaf for part in value.values() for leaf in leaves(part)]
        return [leaf for part in value for leaf in leaves(part)] if isinstance(value, list | tuple) else [value]

    assert {type(leaf) for leaf in leaves(dict(context))} <= {str, int}
