"""Whatever stands in a workbook, reading it gives a document or problems, and never an exception."""

import datetime as dt
from decimal import Decimal

from builders import RECEIVED, no_tables
from hypothesis import event, given, settings
from hypothesis import strategies as st
from intake_reading import orders, rules, table

from xltools.core.record import Record
from xltools.core.sheet import Range, Sheet, Workbook
from xltools.intake.document import Reading, read_document, read_table
from xltools.intake.edits import read_edits
from xltools.intake.identify import form_mark

LABELS = sorted({word for form in rules().forms.values() for one in form.fields() for word in (one.label.zh, one.label.en)})
MARKS = [form_mark(rules().forms[layout.form], layout) for layout in rules().layouts.values()]
FOOTERS = ["合计", "Total", "备注1："]
TYPED = ["SO1", "C001", "P1", "示例", "10", "TBC", "2026-03-30×5; 2026-04-15×5", "11/12", "13%", "是", "人民币", "=A1", " "]
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


@st.composite
def sheets(draw):
    """Loose cells, or a head with its rows under it: labels of one layout, so that most are read as something."""
    if draw(st.booleans()):
        rows = draw(st.lists(st.lists(cells, max_size=6), max_size=8))
    else:
        layout = draw(st.sampled_from(sorted(rules().layouts.values(), key=lambda layout: layout.name)))
        form = rules().forms[layout.form]
        words = [form.field(placement.field).label.zh for placement in layout.placements()]
        head = draw(st.lists(st.sampled_from(words), min_size=2, max_size=8))
        above = draw(st.lists(st.tuples(st.sampled_from([*words, *MARKS]), typed), max_size=4))
        body = draw(st.lists(st.lists(typed, max_size=8), max_size=5))
        rows = [*above, [*head, *draw(st.sampled_from([[], ["客户", "品名", "数量"]]))], *body]
    merges = draw(st.lists(st.builds(Range, *[st.integers(0, 6)] * 4), max_size=3))
    return Sheet("any.xlsx", draw(st.sampled_from(["S", "填写说明 Guide"])), tuple(map(tuple, rows)), draw(st.booleans()), tuple(merges))


workbooks = st.lists(sheets(), max_size=2).map(lambda found: Workbook("any.xlsx", "0" * 64, tuple(found)))


def is_sound(reading):
    """A document or an error; each record's values are of the kinds that a field can have."""
    assert isinstance(reading, Reading)
    assert reading.document or any(problem.is_error for problem in reading.problems)
    records = (*reading.document.records, *reading.document.rejected) if reading.document else ()
    for record in records:
        for part in (record, *record.lines):
            assert isinstance(part, Record)
            assert all(isinstance(one.value, str | int | Decimal | dt.date | tuple) for one in part.values.values())


@settings(max_examples=150000, deadline=None)
@given(workbooks, st.sampled_from(["", "C001"]))
def test_any_workbook_is_read_as_a_document_or_told_to_be_none(workbook, folder):
    r=read_document(workbook, rules(), TABLES, RECEIVED, folder)
    is_sound(r)
    event('doc' if r.document else 'none')
    event('rec' if r.document and r.document.records else 'norec')
    [event(c) for c in {p.code for p in r.problems}]


@settings(max_examples=1500, deadline=None)
@given(workbooks, st.sampled_from(sorted(rules().forms)))
def test_any_workbook_is_read_as_the_form_it_is_said_to_be(workbook, form):
    is_sound(read_document(workbook, rules(), TABLES, RECEIVED, form=form))


@settings(max_examples=1500, deadline=None)
@given(workbooks, st.sampled_from(["customers", "products", "stock", "staff"]))
def test_any_master_data_is_a_table(workbook, form):
    read, _ = read_table(workbook, rules(), form, RECEIVED)
    assert read.name == form


@settings(max_examples=1500, deadline=None)
@given(workbooks, st.lists(st.lists(typed, min_size=4, max_size=4), max_size=4))
def test_any_tracker_gives_edits_or_problems(workbook, rows):
    head = ("订单编号", "行号", "承诺交期", "卡点/欠料")
    tracker = Sheet("tracker.xlsx", "T", (head, *map(tuple, rows)))
    written = {("SO1", "1", "promised_date"): None, ("SO1", "1", "shortage"): "缺螺丝"}
    edits, _ = read_edits(Workbook("tracker.xlsx", "0" * 64, (*workbook.sheets, tracker)), rules(), written)
    assert all(edit.field in {"promised_date", "shortage", "pmc_remark"} for edit in edits)
