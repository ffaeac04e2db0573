"""Whatever stands in a workbook, reading it gives a document or problems, and never an exception."""

import datetime as dt
import functools
from decimal import Decimal

from builders import RECEIVED, no_tables
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_reading import orders, rules, rules_with, table
from tracker_reading import whole_table, written

from xltools.core.problem import Problem
from xltools.core.record import Record
from xltools.core.sheet import Range, Sheet, Workbook
from xltools.forms.model import FieldType, Stage
from xltools.forms.template import template_mark
from xltools.intake.document import Reading, read_document, read_matched, read_table
from xltools.intake.edits import read_tracker
from xltools.intake.identify import Match

OWN_LAYOUTS = {
    "layouts__joined": (
        "name: joined\nform: order-intake\nkind: two-sheets\nlabel: {zh: 两页, en: Joined}\ngroup_by: order_no\n"
        "header: [{field: order_no}, {field: customer}, {field: order_date}]\n"
        "lines: [{field: product}, {field: quantity}, {field: amount}]\n"
    ),
    "layouts__named": (
        "name: named\nform: order-intake\nkind: list\nlabel: {zh: 指名, en: Named}\nsheets: [S, 数据]\n"
        "header: [{field: customer}]\nlines: [{field: product}, {field: quantity}]\ndates_across: requested_date\n"
    ),
}
LABELS = sorted({one.label.zh for form in rules().forms.values() for one in form.fields()})
MARKS = [template_mark(rules().forms[layout.form], layout) for layout in rules().layouts.values()]
FOOTERS = ["合计", "3月小计", "Total", "备注1：", "订单编号：SO1  客户：示例", "(Pcs)"]
TYPED = ["SO1", "C001", "P1", "示例", "10", "TBC", "2026-03-30×5; 2026-04-15×5", "11/12", "13%", "是", "=A1", " "]
TABLES = no_tables() | {
    "customers": table("customers", "| 客户编码 | 客户全称 | 币种 |\n| C001 | 示例 | CNY |"),
    "products": table("products", "| 产品编码 | 品名 | 单位 |\n| P1 | 端盖 | 件 |"),
    "orders": orders("| 订单号 | 客户 | 品名 | 数量 |\n| SO1 | 示例 | 端盖 | 5 |\n| SO1 | 示例 | 垫片 | 5 |"),
}

typed = st.one_of(
    st.none(),
    st.sampled_from([*TYPED, *FOOTERS]),
    st.text(max_size=8),
    st.floats(),
    st.integers(-5, 5).map(float),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)
cells = st.one_of(st.none(), st.sampled_from(LABELS), st.sampled_from(MARKS), typed)


loose_rows = st.lists(st.lists(cells, max_size=6), max_size=8)


def fitting(field):
    """Mostly what belongs into the field, else anything."""
    fits = {
        FieldType.INTEGER: st.integers(1, 3).map(float),
        FieldType.DECIMAL: st.integers(1, 9).map(float),
        FieldType.MONEY: st.integers(1, 9).map(float),
        FieldType.PERCENT: st.just(0.13),
        FieldType.DATE: st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 1)),
        FieldType.SCHEDULE: st.sampled_from(["TBC", "2026-03-30", "2026-03-30×5; 2026-04-15×5"]),
        FieldType.CHOICE: st.sampled_from([choice.label.zh for choice in field.choices] or [""]),
        FieldType.YES_NO: st.sampled_from(["是", "否"]),
    }.get(field.type, st.sampled_from(["SO1", "C001", "P1", "示例", "端盖"]))
    return st.one_of(fits, fits, fits, st.none(), typed)


@st.composite
def filled_rows(draw):
    """A layout's labels and headers, with values that mostly fit under them, and a stray row here and there."""
    layout = draw(st.sampled_from(sorted(rules().layouts.values(), key=lambda layout: layout.name)))
    form = rules().forms[layout.form]

    def some(placements):
        fields = [form.field(placement.field) for placement in placements]
        needed = [field for field in fields if field.required is Stage.INTAKE]
        return draw(st.permutations([*needed, *draw(st.lists(st.sampled_from(fields), max_size=4))]))

    rows = [[template_mark(form, layout)]] if draw(st.booleans()) else []
    if layout.kind == "sheet":
        rows += [[field.label.zh, draw(fitting(field))] for field in some(layout.header)]
    columns = some(layout.lines if layout.kind == "sheet" else tuple(layout.placements()))
    dates = draw(st.lists(st.sampled_from(["2026-04-01", "2026/5/1", dt.date(2026, 6, 1), "6.1"]), max_size=2))
    rows += draw(st.lists(st.lists(cells, max_size=4), max_size=1)) if draw(st.booleans()) else []
    rows.append([*(field.label.zh for field in columns), *dates])
    for _ in range(draw(st.integers(0, 4))):
        rows.append([*(draw(fitting(field)) for field in columns), *(draw(cells) for _ in dates)])
        rows += draw(st.lists(st.lists(cells, max_size=4), max_size=1)) if draw(st.booleans()) else []
    return rows


@st.composite
def sheets(draw):
    rows = draw(st.one_of(filled_rows(), filled_rows(), loose_rows))
    merges = draw(st.lists(st.builds(block, *[st.integers(0, 6)] * 4), max_size=4))
    name = draw(st.sampled_from(["S", "S", "S", "数据", "填写说明 Guide"]))
    return Sheet("any.xlsx", name, tuple(map(tuple, rows)), draw(st.sampled_from([False, False, True])), tuple(merges))


@functools.cache
def own_rules():
    return rules_with(**OWN_LAYOUTS)


def block(top, left, height, width):
    return Range(top, left, top + height, left + width)


workbooks = st.lists(sheets(), min_size=1, max_size=3).map(lambda found: Workbook("any.xlsx", "0" * 64, tuple(found)))


def is_sound(reading):
    """A document or an error; each record's values are of the kinds that a field can have."""
    assert isinstance(reading, Reading)
    assert reading.document or any(problem.is_error for problem in reading.problems)
    records = (*reading.document.records, *reading.document.rejected) if reading.document else ()
    for record in records:
        for part in (record, *record.lines):
            assert isinstance(part, Record)
            assert all(isinstance(one.value, str | int | Decimal | dt.date | tuple) for one in part.values.values())


@settings(max_examples=150, deadline=None)
@given(workbooks, st.sampled_from(["", "C001"]))
def test_any_workbook_is_read_as_a_document_or_told_to_be_none(workbook, folder):
    is_sound(read_document(workbook, rules(), TABLES, RECEIVED, folder))


@settings(max_examples=100, deadline=None)
@given(workbooks, st.sampled_from(sorted(rules_with(**OWN_LAYOUTS).layouts)))
def test_any_workbook_is_read_in_any_layout(workbook, layout):
    by = own_rules()
    match = Match(by.layouts[layout], workbook.sheets)
    is_sound(read_matched(match, workbook, by, TABLES, RECEIVED))


@settings(max_examples=60, deadline=None)
@given(workbooks, st.sampled_from(sorted(rules().forms)))
def test_any_workbook_is_read_as_the_form_it_is_said_to_be(workbook, form):
    is_sound(read_document(workbook, rules(), TABLES, RECEIVED, form=form))


@settings(max_examples=60, deadline=None)
@given(workbooks, st.sampled_from(["customers", "products", "stock", "staff"]))
def test_any_master_data_is_a_table(workbook, form):
    read, _ = read_table(workbook, rules(), form, RECEIVED)
    assert read.name == form


@settings(max_examples=60, deadline=None)
@given(workbooks, st.lists(st.lists(typed, min_size=4, max_size=4), max_size=4), st.booleans(), st.booleans())
def test_any_tracker_gives_edits_or_problems(workbook, rows, is_table, is_known):
    head = ("订单编号", "行号", "承诺交期", "卡点/欠料")
    before = written("|  | 缺螺丝 | SO1 | 1 |", head="| 承诺交期 | 卡点/欠料 | 订单编号 | 行号 |") if is_known else None
    sheet = Sheet("tracker.xlsx", "T", (head, *map(tuple, rows)))
    tables = {"Tracker": whole_table(sheet, "Tracker")} if is_table else {}
    tracker = Workbook("tracker.xlsx", "0" * 64, (*workbook.sheets, sheet), tables=tables)
    reading = read_tracker(tracker, rules(), before, {("SO1", "1")})
    if isinstance(reading, Problem):
        assert reading.is_error
        return
    assert all(edit.field in {"promised_date", "shortage", "pmc_remark"} for edit in reading.edits)
    if reading.typed:
        is_sound(read_matched(reading.typed, tracker, rules(), TABLES, RECEIVED))
