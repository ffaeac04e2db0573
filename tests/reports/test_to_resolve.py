import datetime as dt
from pathlib import Path

import pytest

from xltools.core.grid import Style
from xltools.core.place import Place
from xltools.core.sheet import Range
from xltools.forms.message_text import read_words
from xltools.forms.messages import load_catalogue
from xltools.ledger.items import OpenItem
from xltools.ledger.replay import Ledger, ReturnedDocument, ReturnedOrder
from xltools.reports.to_resolve import ANSWER, answer_check, build_to_resolve, to_resolve_conditions

AS_OF = dt.date(2026, 4, 1)
MESSAGES = Path(__file__).parents[2] / "rules" / "messages"


@pytest.fixture(scope="module")
def catalogue():
    zh, en = ((MESSAGES / f"{language}.yaml").read_text(encoding="utf-8") for language in ("zh", "en"))
    return load_catalogue(zh, en, read_words)


def item(number=1, kind="edit-conflict", **rest):
    given = {
        "order": "SO-1",
        "line": "1",
        "field": "promised_date",
        "typed": "2026-04-20",
        "kept": "2026-04-02",
        "cells": (),
        "code": "",
        "place": Place("order-tracker.xlsx", "订单总表 Tracker", "N12"),
        "since": dt.date(2026, 3, 20),
        "by": "李雯",
    }
    return OpenItem(f"T-{number:04}", kind, **{**given, **rest})


def returned(return_id="ab12", **rest):
    given = {
        "sha256": "f" * 64,
        "file": "inbox/泰衡/订单.xlsx",
        "archived": "archive/2026/03/订单.xlsx",
        "returned": "returned/订单.ab12.xlsx",
        "form": "order-intake",
        "problems": 2,
        "return_id": return_id,
        "when": dt.date(2026, 3, 25),
        "about": (ReturnedOrder("SO-9"), ReturnedOrder(customer_po="PO-7"), ReturnedOrder("SO-9")),
    }
    return ReturnedDocument(**{**given, **rest})


@pytest.fixture
def table(rules, say):
    def build(*items, opened=(), closed=(), language="zh", words=say):
        ledger = Ledger(
            items={one.id: one for one in items},
            returned={one.return_id: one for one in opened},
            closed_returns={one.return_id: one for one in closed},
        )
        return build_to_resolve(ledger, rules, language, words, AS_OF)

    return build


def rows_of(table):
    names = [column.name for column in table.columns]
    return [dict(zip(names, row.cells, strict=True)) for row in table.rows]


def test_a_conflict_shows_both_values_and_where_the_typed_one_stood(table):
    (row,) = rows_of(table(item()))
    assert (row["id"], row["order"], row["line"]) == ("T-0001", "SO-1", "1")
    assert (row["typed"], row["kept"], row["by"]) == ("2026-04-20", "2026-04-02", "李雯")
    assert row["source"] == "order-tracker.xlsx 订单总表 Tracker N12"
    assert row["status"] == "待处理"
    assert "label=承诺交期" in row["what"]
    assert row[ANSWER] is None


def test_only_the_answer_is_for_people(table):
    built = table(item())
    assert [column.name for column in built.columns if column.editable] == [ANSWER]
    assert built.key == ("id",)


def test_closed_items_stay_with_their_answer(table):
    (row,) = rows_of(table(item(closed=dt.date(2026, 3, 30), answer="客户要求")))
    assert (row["status"], row[ANSWER]) == ("ui-item-closed day=2026-03-30", "客户要求")


def test_items_and_returns_stand_in_the_order_in_which_they_came_whatever_became_of_them(table):
    early, late = item(1), item(2, since=dt.date(2026, 3, 28))
    gone = returned("cd34", when=dt.date(2026, 3, 22), closed=dt.date(2026, 3, 26))
    built = table(late, early, opened=[returned()], closed=[gone])
    assert [row.key for row in built.rows] == [("T-0001",), ("cd34",), ("ab12",), ("T-0002",)]
    assert built.caption == "ui-to-resolve-caption as_of=2026-04-01 open=3 all=4"
    assert [row["status"] for row in rows_of(built)][1] == "ui-item-closed day=2026-03-26"


def test_a_returned_workbook_names_its_orders_and_the_copy_to_mend(table):
    (row,) = rows_of(table(opened=[returned()]))
    assert row["order"] == "SO-9, PO-7"
    assert "file=订单.xlsx" in row["what"]
    assert "returned=returned/订单.ab12.xlsx" in row["what"]
    assert row["source"] == "inbox/泰衡/订单.xlsx"


def test_cells_put_back_are_listed_under_the_names_of_their_columns(table):
    (row,) = rows_of(table(item(kind="cells-restored", cells=(("stage", "已发", "评审中"), ("quantity", "", "10")))))
    assert "column=阶段 typed=已发 restored=评审中" in row["what"]
    assert "column=订单数 typed=— restored=10" in row["what"]


def test_a_refused_edit_says_why_in_the_words_of_its_problem(table, catalogue):
    speak = catalogue.speaker("zh")
    refused = item(kind="edit-refused", field="quantity", typed="-3", code="number-too-small")
    (row,) = rows_of(table(refused, words=speak))
    assert "-3" in row["what"]
    assert "> 0" in row["what"]
    locked = item(kind="edit-refused", code="promise-needs-change-notice")
    (row,) = rows_of(table(locked, words=speak))
    assert "订单 SO-1 第 1 行已有承诺交期" in row["what"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "kind", ["edit-conflict", "edit-refused", "cells-restored", "row-deleted", "row-duplicated", "row-incomplete"]
)
def test_every_kind_of_item_has_its_words(table, catalogue, kind, language):
    (row,) = rows_of(table(item(kind=kind), language=language, words=catalogue.speaker(language)))
    assert not str(row["kind"]).startswith("ui-")
    assert not str(row["what"]).startswith("ui-")


def test_open_items_show_and_closed_ones_step_back_in_either_language():
    looks = to_resolve_conditions()
    assert {look.style for look in looks} == {Style.AT_RISK, Style.DONE}
    assert all('="待处理"' in look.formula and '="Open"' in look.formula for look in looks)


def test_any_answer_is_taken():
    check = answer_check(Range(3, 11, 3, 11))
    assert (check.kind, check.strict) == ("any", False)
    assert "any text closes" in check.message
