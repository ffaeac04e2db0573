import dataclasses
import datetime as dt

import pytest

from xltools.core.event import EventKind
from xltools.core.order import HistoryEntry
from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.core.record import Origin, Value
from xltools.reports.why import explain_value, explanation_json

SHA = "f" * 64
ARCHIVED = {SHA: "archive/2026/03/order.xlsx", "c" * 64: "archive/2026/01/customers.xlsx"}


@pytest.fixture
def ask(rules, say, assess):
    def explain(order, field, line="", archived=None):
        return explain_value(assess(order), field, line, rules, "zh", say, archived or ARCHIVED)

    return explain


def test_a_field_is_explained_by_its_cell_its_archived_original_and_who_brought_it(ask, make_order):
    written = explanation_json(ask(make_order(), "quantity"))
    expected = {
        "order": "SO-1",
        "line": "1",
        "field": "quantity",
        "value": "100",
        "file": "inbox/order.xlsx",
        "sheet": "接单登记表",
        "cell": "B21",
        "archived": "archive/2026/03/order.xlsx",
        "sha256": SHA,
        "by": "李雯",
        "when": "2026-03-02",
    }
    assert {name: written[name] for name in expected} == expected


def test_every_tracker_column_of_every_line_gets_an_answer(ask, rules, make_order, make_line):
    order = make_order("SO-1", make_line("1", shipped=[("03-19", 20)]), make_line("2", due=None))
    for column in rules.tracker.columns:
        for line in ("1", "2"):
            found = ask(order, column.column, line)
            assert not isinstance(found, Problem), column.column
            assert found.main.place.file, column.column


def test_the_open_quantity_names_the_quantity_and_each_shipment(ask, make_order, make_line):
    found = ask(make_order("SO-1", make_line(shipped=[("03-19", 20), ("03-21", 30)])), "open_quantity")
    assert found.value == "50"
    assert [(one.field, one.value, one.place.cell) for one in found.sources] == [
        ("quantity", "100", "B21"),
        ("shipment", "2026-03-21×30", "Z2"),
        ("shipment", "2026-03-19×20", "Z1"),
    ]
    assert found.main.place.cell == "B21"


def test_a_given_amount_is_made_of_nothing_else(ask, make_order, make_line):
    given = ask(make_order("SO-1", make_line(unit_price=3, amount=250)), "amount")
    assert [one.field for one in given.sources] == ["amount"]
    computed = ask(make_order("SO-1", make_line(unit_price=3)), "amount")
    assert computed.value == "300"
    assert [one.field for one in computed.sources] == ["quantity", "unit_price"]


def test_a_value_typed_in_the_tracker_names_the_person_and_the_day_of_the_edit(ask, make_order):
    place = Place("order-tracker.xlsx", "订单总表 Tracker", "N9")
    order = make_order()
    line = order.lines[0]
    line = dataclasses.replace(line, values={**line.values, "shortage": Value("缺料", place, Origin.TRACKER)})
    edit = HistoryEntry(2, dt.date(2026, 3, 9), EventKind.VALUE_EDITED, "王芳", place)
    found = ask(dataclasses.replace(order, lines=(line,), history=(*order.history, edit)), "shortage")
    assert (found.main.by, found.main.when, found.main.origin) == ("王芳", dt.date(2026, 3, 9), "tracker")
    assert (found.main.place, found.main.archived, found.main.sha256) == (place, "", "")


def test_a_value_from_master_data_names_that_workbook(ask, make_order):
    order = make_order()
    place = Place("master/customers.xlsx", "客户", "D4", sha256="c" * 64)
    order = dataclasses.replace(order, values={**order.values, "payment_terms": Value("30/70", place, Origin.MASTER)})
    found = ask(order, "payment_terms")
    assert (found.main.place, found.main.archived) == (place, "archive/2026/01/customers.xlsx")
    assert found.line == ""


def test_a_field_may_be_asked_for_by_its_label_or_its_tracker_header(ask, make_order):
    assert ask(make_order(), "数量").field == "quantity"
    assert ask(make_order(), "欠数").field == "open_quantity"
    assert ask(make_order(), "Customer PO").field == "customer_po"


def test_a_blank_field_is_explained_by_the_place_of_its_line(ask, make_order):
    found = ask(make_order(), "unit_price")
    assert (found.value, found.main.place.cell) == ("", "A21")


def test_what_cannot_be_asked_is_a_problem(ask, make_order, make_line):
    two = make_order("SO-1", make_line("1"), make_line("2"))
    assert ask(two, "colour").code == "field-unknown"
    assert ask(two, "quantity", "7").code == "line-unknown"
    assert ask(two, "quantity").code == "line-needed"
    assert ask(two, "customer").value == "泰衡"
