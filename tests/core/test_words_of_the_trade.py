"""Places, calendars, values as JSON, events in a chain."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.calendar import WorkCalendar
from xltools.core.codec import (
    decode_record,
    decode_value,
    decode_values,
    encode_record,
    encode_value,
    encode_values,
    plain_decimal,
    value_text,
)
from xltools.core.event import GENESIS, Event, EventKind, chain_events, chain_hash, event_text, parse_event
from xltools.core.place import Place, cell_name, column_name
from xltools.core.record import Origin, Record, ScheduledDelivery, Table, Value, schedule_text
from xltools.core.sheet import Range, Sheet, is_blank
from xltools.core.text import Text, label_key, normalize_text

DELIVERIES = st.builds(
    ScheduledDelivery,
    st.none() | st.dates(),
    st.none() | st.decimals(0, 10**9, places=2),
    st.text(max_size=5),
    st.text(max_size=5),
)
VALUES = st.one_of(
    st.text(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
    st.dates(),
    st.lists(DELIVERIES, min_size=1, max_size=3).map(tuple),
)
PLACES = st.tuples(st.text(max_size=8), st.text(max_size=8), st.sampled_from(["", "A1", "XFD1048576"])).map(
    lambda spot: Place(*spot)
)


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")]
)
def test_columns_are_named_as_excel_names_them(column, name):
    assert column_name(column) == name
    assert cell_name(9, column) == f"{name}10"


def test_a_place_reads_as_people_look_it_up():
    assert str(Place("inbox/订单.xlsx", "接单", "C5")) == "inbox/订单.xlsx 接单!C5"
    assert str(Place("rules/x.yaml", line=3, column=7)) == "rules/x.yaml:3:7"
    assert str(Place("inbox/订单.xlsx")) == "inbox/订单.xlsx"


@given(VALUES)
def test_any_value_comes_back_from_json(value):
    back = decode_value(json.loads(json.dumps(encode_value(value))))
    assert back == value
    assert type(back) is type(value)


@given(st.dictionaries(st.text(max_size=5), st.builds(Value, VALUES, PLACES, st.sampled_from(Origin))))
def test_values_keep_their_places_and_origins(values):
    assert decode_values(json.loads(json.dumps(encode_values(values)))) == values


FIELDS = st.dictionaries(st.text(max_size=5), st.builds(Value, VALUES, PLACES, st.sampled_from(Origin)), max_size=3)


@given(st.builds(Record, PLACES, FIELDS, st.lists(st.builds(Record, PLACES, FIELDS), max_size=2).map(tuple)))
def test_records_keep_their_lines(record):
    assert decode_record(json.loads(json.dumps(encode_record(record)))) == record


def test_a_place_in_another_workbook_keeps_its_hash():
    record = Record(Place("总表", "S", "A1", sha256="a"), {"x": Value(1, Place("客户", "S", "B2", sha256="b"))})
    back = decode_record(json.loads(json.dumps(encode_record(record, "a"))), "a")
    assert (back.place.sha256, back.values["x"].place.sha256) == ("a", "b")
    with pytest.raises(ValueError, match="not a record"):
        decode_record([])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("缺料", "缺料"),
        (Decimal("12.50"), "12.5"),
        (dt.date(2026, 3, 30), "2026-03-30"),
        (
            (ScheduledDelivery(dt.date(2026, 3, 30), Decimal(300)), ScheduledDelivery(words="下周")),
            "2026-03-30×300; 下周",
        ),
    ],
)
def test_a_value_reads_as_people_write_it(value, text):
    assert value_text(value) == text


def test_what_is_no_value_is_refused():
    for written in ({"float": "1"}, [1], None, 1.5):
        with pytest.raises(ValueError, match="not a field value"):
            decode_value(written)


@pytest.mark.parametrize(("value", "text"), [("12.50", "12.5"), ("1E+2", "100"), ("-0.0", "0"), ("0.0001", "0.0001")])
def test_plain_decimals_have_no_exponent_and_no_idle_zeros(value, text):
    assert plain_decimal(Decimal(value)) == text


def test_events_are_bound_to_all_before_them():
    events = [
        Event(EventKind.ORDER_RECEIVED, dt.date(2026, 3, day), Place("a.xlsx", "S", "A1"), "A-1", {"n": day})
        for day in (1, 2, 3)
    ]
    first, second, third = chain_events(events)
    assert [first.previous, second.previous, third.previous] == [GENESIS, first.hash, second.hash]
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert third.hash == chain_hash(second.hash, event_text(events[2]))
    changed = list(chain_events([events[0], events[2]], second.number - 1, first.hash))
    assert changed[1].hash != third.hash
    assert [parse_event(json.loads(event_text(event))) for event in events] == events


CALENDAR = WorkCalendar(
    holidays=frozenset({dt.date(2026, 5, 1)}),
    workdays=frozenset({dt.date(2026, 5, 9)}),  # a Saturday that is worked (调休)
)


def test_the_calendar_knows_weekends_holidays_and_days_made_up_for():
    days = [dt.date(2026, 5, day) for day in range(1, 12)]
    assert [day.day for day in days if CALENDAR.is_working_day(day)] == [4, 5, 6, 7, 8, 9, 11]
    assert CALENDAR.add_working_days(dt.date(2026, 4, 30), 1) == dt.date(2026, 5, 4)
    assert CALENDAR.add_working_days(dt.date(2026, 5, 8), 2) == dt.date(2026, 5, 11)
    assert CALENDAR.add_working_days(dt.date(2026, 5, 2), 0) == dt.date(2026, 5, 2)


def test_schedules_read_as_people_write_them():
    parts = (ScheduledDelivery(dt.date(2026, 3, 1), Decimal(300)), ScheduledDelivery(None, Decimal(50), "上海", "待定"))
    assert schedule_text(parts) == "2026-03-01×300; 待定×50 → 上海"


@pytest.mark.parametrize("written", ["单 价", "单价：", "*单价*", "单\n价", "单价 *"])
def test_labels_are_the_same_however_they_are_typed(written):
    assert label_key(written) == label_key("单价")


def test_text_is_normalized_for_comparing_and_printed_in_both_languages():
    assert normalize_text(" ＰＯ－１　２ ") == "PO-1 2"
    assert Text("订单", "Order").both == "订单 Order"
    assert Text("PO", "PO").both == "PO"


def test_a_sheet_gives_excels_own_addresses():
    sheet = Sheet("a.xlsx", "S", ((None, "x"), (), ("y",)), merges=(Range(0, 1, 1, 2),))
    assert [(row, column, value) for row, column, value in sheet.filled_cells()] == [(0, 1, "x"), (2, 0, "y")]
    assert sheet.cell(2, 0).place.cell == "A3"
    assert sheet.value(7, 7) is None
    assert sheet.width == 2
    assert sheet.merge_at(1, 2) == Range(0, 1, 1, 2)
    assert sheet.merge_at(2, 0) == Range(2, 0, 2, 0)
    assert is_blank(" \n")
    assert not is_blank(0.0)


def test_a_table_is_searched_by_one_column_after_the_other():
    def customer(code, name):
        values = {"customer_code": code, "name": name}
        return Record(Place("c"), {field: Value(text, Place("c")) for field, text in values.items()})

    table = Table("customers", [customer("C1", "泰衡 电机"), customer("C2", "c1")])
    assert table.find(["customer_code", "name"], "Ｃ１").text("name") == "泰衡 电机"
    assert table.find(["name", "customer_code"], "c1").text("customer_code") == "C2"
    assert table.find(["name"], "泰衡电机").text("customer_code") == "C1"
    assert table.find(["name"], "没有") is None
