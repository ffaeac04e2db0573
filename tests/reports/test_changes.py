import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from xltools.core.event import EventKind
from xltools.core.order import HistoryEntry
from xltools.core.place import Place
from xltools.reports.changes import build_changes

DAY = dt.date(2026, 3, 20)
SPOT = Place("order-tracker.xlsx", "订单总表 Tracker", "N12")


def entry(number, kind, by="张三", /, **words):
    return HistoryEntry(number, DAY, kind, by, SPOT, words)


def edited(number, field, was, value, line="1"):
    return entry(number, EventKind.VALUE_EDITED, field=field, line=line, was=was, value=value)


@pytest.fixture
def changes(rules, say, make_order):
    def build(*histories, language="zh"):
        orders = [
            dataclasses.replace(make_order(f"SO-{at}"), history=tuple(history))
            for at, history in enumerate(histories, 1)
        ]
        return build_changes(orders, rules, language, say)

    return build


def rows_of(table):
    names = [column.name for column in table.columns]
    return [dict(zip(names, row.cells, strict=True)) for row in table.rows]


def test_changes_of_all_orders_stand_in_the_order_they_happened(changes):
    table = changes(
        [entry(1, EventKind.ORDER_RECEIVED, revision="1"), edited(7, "shortage", "", "缺料")],
        [entry(2, EventKind.ORDER_RECEIVED, revision="1"), edited(5, "pmc_remark", "旧", "")],
    )
    assert [row.key for row in table.rows] == [("5",), ("7",)]
    assert table.key == ("number",)
    first, second = rows_of(table)
    assert (first["number"], first["order"], first["line"]) == (5, "SO-2", "1")
    assert (first["from"], first["to"]) == ("旧", None)
    assert (second["field"], second["from"], second["to"]) == ("卡点/欠料", None, "缺料")
    assert (second["event"], second["by"]) == ("ui-event-value-edited", "张三")
    assert second["source"] == "order-tracker.xlsx 订单总表 Tracker N12"


def test_a_revision_names_the_one_before_it(changes):
    history = [
        entry(1, EventKind.ORDER_RECEIVED, revision="1"),
        entry(2, EventKind.ORDER_REVISED, revision="3"),
        entry(3, EventKind.ORDER_REVISED, revision="4"),
    ]
    found = [(row["field"], row["from"], row["to"], row["line"]) for row in rows_of(changes(history))]
    assert found == [("版本", "1", "3", None), ("版本", "3", "4", None)]


def test_receipts_shipments_and_papers_are_no_changes(changes):
    history = [
        entry(1, EventKind.ORDER_RECEIVED, revision="1"),
        entry(2, EventKind.GOODS_SHIPPED, line="1", quantity="5", date="2026-03-20", delivery_note=""),
        entry(3, EventKind.PAPER_ISSUED, paper="contract", number="HT-1", file="c.docx", revision="1"),
    ]
    assert rows_of(changes(history)) == []


@pytest.mark.parametrize(
    ("field", "text", "shown"),
    [
        ("tax_rate", str(Decimal("0.13")), "13%"),
        ("tax_rate", "下周说", "下周说"),
        ("currency", "CNY", "人民币"),
        ("tax_included", "True", "是"),
        ("promised_date", "2026-03-30×300", "2026-03-30×300"),
        ("no_field_any_more", "旧", "旧"),
    ],
)
def test_values_are_shown_as_people_read_them(changes, field, text, shown):
    (row,) = rows_of(changes([edited(1, field, text, "")]))
    assert row["from"] == shown


def test_a_row_says_the_same_whatever_happens_later(changes):
    history = [entry(1, EventKind.ORDER_RECEIVED, revision="1"), edited(2, "shortage", "", "缺料")]
    before, after = changes(history), changes([*history, edited(3, "shortage", "缺料", "")])
    assert after.rows[: len(before.rows)] == before.rows
