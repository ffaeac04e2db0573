"""Rows appended under tables and plain ranges: where they go, how they look, and what grows along with them."""

import datetime as dt
import io
import re
from decimal import Decimal

import openpyxl
import pytest
from patch_books import (
    MAIN,
    SHEET,
    SHEET_PART,
    changed_parts,
    make_book,
    part,
    parts_of,
    patched,
    refusal,
    relations,
    table,
    values,
    worksheet,
)

from xltools.core.content import Formula
from xltools.core.patch import NewRow, SheetPatch
from xltools.core.sheet import Range

TABLE_PART = "xl/tables/table1.xml"
BLOCK = Range(1, 1, 4, 3)  # B2:D5: a header row and three data rows
HEADER = (
    '<row r="2"><c r="B2" t="str"><v>单号</v></c><c r="C2" t="str"><v>交期</v></c>'
    '<c r="D2" t="str"><v>数量</v></c></row>'
)
COLUMNS = ["单号", "交期", "数量"]


def data_row(number: int, styles: tuple[int, int, int] = (0, 1, 2)) -> str:
    first, second, third = styles
    return (
        f'<row r="{number}"><c r="B{number}" s="{first}" t="str"><v>SO-{number}</v></c>'
        f'<c r="C{number}" s="{second}"><v>46000</v></c><c r="D{number}" s="{third}"><v>{number}</v></c></row>'
    )


ROWS = HEADER + "".join(data_row(number) for number in (3, 4, 5))
NEW = NewRow({1: "SO-新", 2: dt.date(2026, 3, 2), 3: Decimal("1.5")})


def orders(rows: str = ROWS, *, ref: str = "B2:D5", attributes: str = "", **more) -> bytes:
    sheet = {name: more.pop(name) for name in ("head", "tail") if name in more}
    made = table(ref, more.pop("columns", COLUMNS), attributes=attributes, inner=more.pop("inner", None))
    return make_book(worksheet(rows, **sheet), tables=(made,), **more)


def plain(rows: str = ROWS, *, head: str = "", tail: str = "", **more) -> bytes:
    return make_book(worksheet(rows, head=head, tail=tail), **more)


def append(*rows: NewRow, block: Range = BLOCK) -> SheetPatch:
    return SheetPatch(SHEET, {}, block, rows or (NEW,))


def new_row(content: bytes, number: int) -> str:
    return part(content).partition(f'<row r="{number}"')[2].partition("</row>")[0]


# --- where they go ---


def test_rows_follow_the_table_and_it_reaches_over_them():
    book = orders()
    after = patched(book, append(NEW, NewRow({1: "SO-二"}, height=30)))
    assert values(after)[5:] == [(None, "SO-新", dt.datetime(2026, 3, 2), 1.5), (None, "SO-二", None, None)]
    assert 'name="Orders" displayName="Orders" ref="B2:D7"' in part(after, TABLE_PART)
    assert '<autoFilter ref="B2:D7"/>' in part(after, TABLE_PART)
    assert changed_parts(book, after) == {SHEET_PART, TABLE_PART}
    assert part(after).startswith(part(book).partition("</sheetData>")[0])
    assert '<row r="7" ht="30">' in part(after)


def test_a_range_that_is_no_table_any_more_grows_the_same_way():
    after = patched(plain(), append())
    assert values(after)[5] == (None, "SO-新", dt.datetime(2026, 3, 2), 1.5)


def test_a_filter_and_its_sorting_grow_with_the_table():
    inner = (
        '<autoFilter ref="B2:D5"><filterColumn colId="0"/></autoFilter>'
        '<sortState ref="B3:D5"><sortCondition ref="C3:C5"/></sortState>'
    )
    written = part(patched(orders(inner=inner), append()), TABLE_PART)
    assert inner.replace("D5", "D6").replace("C5", "C6") in written


def test_what_was_typed_under_the_table_stays_and_the_table_reaches_over_it():
    note = '<row r="6"><c r="B6" t="str"><v>老王：这单先不发</v></c></row>'
    after = patched(orders(ROWS + note), append())
    assert [row[1] for row in values(after)[5:]] == ["老王：这单先不发", "SO-新"]
    assert 'ref="B2:D7"' in part(after, TABLE_PART)
    assert note in part(after)


def test_a_note_further_down_is_stepped_over_only_when_the_rows_come_that_far():
    book = orders(ROWS + '<row r="8"><c r="D8"><v>1</v></c></row>')
    assert 'ref="B2:D7"' in part(patched(book, append(NEW, NEW)), TABLE_PART)
    assert 'ref="B2:D11"' in part(patched(book, append(NEW, NEW, NEW)), TABLE_PART)


def test_what_stands_beside_the_table_shares_its_rows():
    beside = '<row r="6" spans="1:9"><c r="A6"><v>1</v></c><c r="F6" t="str"><v>旁注</v></c></row>'
    after = patched(orders(ROWS + beside), append())
    assert values(after)[5] == (1, "SO-新", dt.datetime(2026, 3, 2), 1.5, None, "旁注")
    assert 'ref="B2:D6"' in part(after, TABLE_PART)


def test_blank_rows_that_are_there_are_used_and_keep_their_formats():
    blank = '<row r="6" ht="40" customHeight="1" hidden="1"><c r="B6" s="4"/></row><row r="7" s="4" customFormat="1"/>'
    after = patched(orders(ROWS + blank), append(NewRow({1: "甲"}, height=20), NewRow({1: "乙"}, height=20)))
    assert new_row(after, 6) == (
        ' ht="40" customHeight="1"><c r="B6" s="4" t="inlineStr"><is><t>甲</t></is></c>'
        '<c r="C6" s="1"/><c r="D6" s="2"/>'
    )
    assert new_row(after, 7).startswith(
        ' s="4" customFormat="1" ht="20"><c r="B7" s="4" t="inlineStr"><is><t>乙</t></is></c><c r="C7" s="4"/>'
    )


@pytest.mark.parametrize("patch", [append(), SheetPatch(SHEET, {(4, 1): "x"})])
def test_a_table_that_was_empty_is_not_any_more(patch):
    after = patched(orders(attributes=' insertRow="1" insertRowShift="1"'), patch)
    assert "insertRow" not in part(after, TABLE_PART)


def test_two_tables_side_by_side_grow_in_one_go():
    rows = (
        '<row r="1"><c r="A1" t="str"><v>月</v></c><c r="C1" t="str"><v>客户</v></c></row>'
        '<row r="2"><c r="A2"/><c r="C2"/></row><row r="3"><c r="C3" t="str"><v>甲</v></c></row>'
    )
    tables = (
        table("A1:A2", ["月"], name="Months"),
        table("C1:C3", ["客户"], name="Customers").replace('id="1"', 'id="2"', 1),
    )
    after = patched(
        make_book(worksheet(rows), tables=tables),
        SheetPatch(
            SHEET, {(1, 0): "1月"}, Range(0, 0, 1, 0), [NewRow({0: "2月"}), NewRow({0: "3月"}), NewRow({0: "4月"})]
        ),
        SheetPatch(SHEET, {(1, 2): "乙"}, Range(0, 2, 2, 2), [NewRow({2: "丙"})]),
    )
    assert values(after) == [
        ("月", None, "客户"), ("1月", None, "乙"), ("2月", None, "甲"), ("3月", None, "丙"), ("4月", None, None),
    ]  # fmt: skip
    assert 'ref="A1:A5"' in part(after, TABLE_PART)
    assert 'ref="C1:C4"' in part(after, "xl/tables/table2.xml")


BELOW = '<row r="7"><c r="B7" t="str"><v>x</v></c></row>'
PIVOT = f'<pivotTableDefinition xmlns="{MAIN}"><location ref="D6:F9"/></pivotTableDefinition>'


@pytest.mark.parametrize(
    ("book", "reason"),
    [
        (orders(tail='<mergeCells count="1"><mergeCell ref="A6:B6"/></mergeCells>'), "reason-merge-in-way"),
        (orders(parts={"xl/p.xml": PIVOT}, sheet_relations=(("pivotTable", "../p.xml"),)), "reason-pivot-in-way"),
        (orders(ROWS + '<row r="6"><c r="D6"><f t="array" ref="D6:E7">1</f></c></row>'), "reason-array-in-way"),
        (orders(attributes=' tableType="queryTable"'), "reason-table-fed"),
        (orders(attributes=' headerRowCount="0"'), "reason-other-table"),
        (orders(ref="B2:D4"), "reason-other-table"),
        (orders(ref="A2:D5", columns=["甲", *COLUMNS]), "reason-other-table"),
    ],
)
def test_rows_that_have_no_safe_place_are_refused(book, reason):
    assert refusal(book, append()) == reason


def test_another_table_below_is_not_grown_into():
    tables = (table("B2:D5", COLUMNS), table("B8:B9", ["甲"], name="Other"))
    book = make_book(worksheet(ROWS + '<row r="8"><c r="B8" t="str"><v>甲</v></c></row>'), tables=tables)
    assert refusal(book, append(NEW, NEW, NEW)) == "reason-table-in-way"
    assert isinstance(patched(book, append(NEW, NEW)), bytes)


def test_a_sheet_ends_at_row_1048576():
    last = 1_048_575
    rows = f'<row r="{last}"><c r="A{last}" t="str"><v>甲</v></c></row>'
    block = Range(last - 1, 0, last - 1, 0)
    assert f'<c r="A{last + 1}"' in part(patched(plain(rows), append(NewRow({0: "乙"}), block=block)))
    assert refusal(plain(rows), append(NewRow({0: "乙"}), NewRow({0: "丙"}), block=block)) == "reason-sheet-full"


def test_a_cell_outside_the_block_and_one_among_the_new_rows_are_refused():
    assert refusal(orders(), append(NewRow({4: "x"}))) == "reason-outside"
    assert refusal(orders(), SheetPatch(SHEET, {(5, 1): "x"}, BLOCK, [NEW])) == "reason-cell-in-way"


def test_rows_that_would_stand_elsewhere_than_the_caller_counts_on_are_refused():
    note = '<row r="6"><c r="B6" t="str"><v>备注</v></c></row>'
    for rows, right, wrong in ((ROWS, 5, 6), (ROWS + note, 6, 5)):
        right_patch, wrong_patch = (SheetPatch(SHEET, {}, BLOCK, (NEW,), first) for first in (right, wrong))
        assert values(patched(orders(rows), right_patch))
        assert refusal(orders(rows), wrong_patch) == "reason-room-elsewhere"


def test_a_cell_between_a_table_and_its_new_rows_may_change():
    note = '<row r="6"><c r="B6" t="str"><v>手工录的一行</v></c></row>'
    patch = SheetPatch(SHEET, {(5, 1): "SO-6"}, BLOCK, (NEW,))
    assert [row[1] for row in values(patched(orders(ROWS + note), patch))[5:7]] == ["SO-6", "SO-新"]


def test_a_header_of_a_table_is_not_changed_unless_it_stays():
    assert refusal(orders(), SheetPatch(SHEET, {(1, 1): "订单号"})) == "reason-table-header"
    book = orders(columns=["单号_x000a_No.", "交期", "数量"])
    assert patched(book, SheetPatch(SHEET, {(1, 1): "单号\nNo."})) is book


# --- how they look ---


def test_new_rows_look_like_most_of_the_last_five_and_like_the_last_on_a_tie():
    styles = [(3, 1, 0), (4, 1, 2), (4, 1, 2), (4, 1, 3), (0, 1, 3), (0, 1, 0)]  # the first is the sixth from below
    rows = HEADER + "".join(data_row(number, style) for number, style in enumerate(styles, 3))
    after = patched(plain(rows), append(NewRow({}), block=Range(1, 1, 7, 3)))
    assert new_row(after, 9) == '><c r="B9" s="4"/><c r="C9" s="1"/>'  # two and two in D, the last has none
    two = HEADER + data_row(3, (3, 1, 2)) + data_row(4, (4, 1, 3))
    after = patched(plain(two), append(NewRow({}), block=Range(1, 1, 3, 3)))
    assert new_row(after, 5) == '><c r="B5" s="4"/><c r="C5" s="1"/><c r="D5" s="3"/>'


def test_a_cell_that_is_not_written_out_looks_like_its_row_or_column():
    head = '<cols><col min="2" max="2" style="3"/></cols>'
    rows = HEADER + '<row r="3" s="4" customFormat="1"/><row r="4"/><row r="5"/>'
    after = patched(plain(rows, head=head), append(NewRow({})))
    assert new_row(after, 6) == '><c r="B6" s="3"/>'


def test_a_date_among_numbers_shows_as_one():
    after = patched(orders(), append(NewRow({1: dt.date(2026, 3, 2), 2: 5, 3: dt.date(2026, 3, 3)})))
    row = openpyxl.load_workbook(io.BytesIO(after)).worksheets[0][6]
    assert [cell.value for cell in row[1:]] == [dt.datetime(2026, 3, 2), 5, dt.datetime(2026, 3, 3)]


# --- calculated columns, totals ---

CALCULATED = ["单号", "交期", "数量=Orders[[#This Row],[交期]]*2"]


def test_a_calculated_column_goes_on_where_no_value_is_given():
    book = orders(columns=CALCULATED)
    after = patched(book, append(NewRow({1: "甲"}), NewRow({1: "乙", 3: 7})))
    assert "<f>Orders[[#This Row],[交期]]*2</f></c>" in new_row(after, 6)
    assert "<v>7</v>" in new_row(after, 7)
    assert 'fullCalcOnLoad="1"' in part(after, "xl/workbook.xml")


def test_relative_references_in_a_calculated_column_follow_the_last_rows_own_formula():
    rows = ROWS.replace('<c r="D5" s="2"><v>5</v></c>', '<c r="D5" s="2"><f>C5*$A$1+C4</f><v>5</v></c>')
    after = patched(orders(rows, columns=["单号", "交期", "数量=C3*$A$1+C2"]), append(NewRow({}), NewRow({})))
    assert "<f>C6*$A$1+C5</f>" in new_row(after, 6)
    assert "<f>C7*$A$1+C6</f>" in new_row(after, 7)
    without = patched(orders(columns=["单号", "交期", "数量=C3*$A$1+C2"]), append(NewRow({})))
    assert "<f>C6*$A$1+C5</f>" in new_row(without, 6)


TOTALS = (
    '<row r="6" ht="25"><c r="A6"><v>1</v></c><c r="B6" s="4" t="str"><v>合计</v></c>'
    '<c r="D6" s="4"><f>SUBTOTAL(109,Orders[数量])+SUM(D3:D5)</f><v>12</v></c></row>'
)


def test_a_totals_row_makes_room_and_its_formulas_take_in_the_new_rows():
    book = orders(ROWS + TOTALS, ref="B2:D6", attributes=' totalsRowCount="1"', inner='<autoFilter ref="B2:D5"/>')
    after = patched(book, append(NEW, NEW))
    assert new_row(after, 6).startswith(
        ' ht="25"><c r="A6"><v>1</v></c><c r="B6" t="inlineStr"><is><t>SO-新</t></is></c>'
    )
    assert new_row(after, 8) == (
        '><c r="B8" s="4" t="str"><v>合计</v></c>'
        '<c r="D8" s="4"><f>SUBTOTAL(109,Orders[数量])+SUM(D3:D7)</f><v>12</v></c>'
    )
    assert 'ref="B2:D8"' in part(after, TABLE_PART)
    assert '<autoFilter ref="B2:D7"/>' in part(after, TABLE_PART)


def test_a_totals_row_that_can_not_move_is_a_reason_to_refuse():
    def book(rows: str, **more) -> bytes:
        return orders(rows, ref="B2:D6", attributes=' totalsRowCount="1"', **more)

    assert refusal(book(ROWS + TOTALS + BELOW), append()) == "reason-under-totals"
    shared = TOTALS.replace("<f>", '<f t="shared" ref="D6" si="0">')
    assert refusal(book(ROWS + shared), append()) == "reason-totals-formula"
    other = worksheet('<row r="1"><c r="A1"><f>\'订单 &amp; 总表\'!$D$6*2</f></c></row>')
    assert refusal(book(ROWS + TOTALS, others=(other,)), append()) == "reason-totals-named"


# --- what grows along ---

TAIL = """<sheetProtection sheet="1"/><protectedRanges><protectedRange name="p" sqref="B3:B5"/></protectedRanges>\
<autoFilter ref="B2:D5"><sortState ref="B3:D5"/></autoFilter>\
<conditionalFormatting sqref="B3:D5 F3:F5"><cfRule type="expression" priority="1">\
<formula>COUNTIF($B$3:$B$5,B3)&gt;SUM(B3:B5)</formula></cfRule></conditionalFormatting>\
<conditionalFormatting sqref="B2:D2 B5:D5 D4:D5"/>\
<dataValidations count="1"><dataValidation type="list" prompt="a > b" sqref="C3:C5"><formula1>$B$3:$B$5</formula1>\
</dataValidation></dataValidations><ignoredErrors><ignoredError sqref="B1:D5" numberStoredAsText="1"/></ignoredErrors>\
<extLst><ext><x14:dataValidations><x14:dataValidation><xm:sqref>D3:D5</xm:sqref></x14:dataValidation>\
</x14:dataValidations></ext></extLst>"""


def test_what_covers_the_rows_to_the_last_reaches_over_the_new_ones():
    after = part(patched(orders(tail=TAIL), append())).partition("</sheetData>")[2]
    assert after == (
        TAIL.replace('p" sqref="B3:B5', 'p" sqref="B3:B6')
        .replace('<autoFilter ref="B2:D5"><sortState ref="B3:D5"', '<autoFilter ref="B2:D6"><sortState ref="B3:D6"')
        .replace('"B3:D5 F3:F5"', '"B3:D6 F3:F5"')
        .replace("$B$5", "$B$6")
        .replace('sqref="C3:C5"', 'sqref="C3:C6"')
        .replace('sqref="B1:D5"', 'sqref="B1:D6"')
        .replace("D3:D5</xm", "D3:D6</xm")
        + "</worksheet>"
    )


def test_a_validation_does_not_reach_into_the_cells_of_another():
    tail = (
        '<dataValidations count="2"><dataValidation sqref="C3:C5"/><dataValidation sqref="C6:C99"/></dataValidations>'
    )
    assert tail in part(patched(orders(tail=tail), append()))


NAMES = """<definedName name="_xlnm.Print_Area" localSheetId="0">\
'订单 &amp; 总表'!$A$1:$D$5,'订单 &amp; 总表'!$F$3:$F$5</definedName>\
<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">'订单 &amp; 总表'!$B$2:$D$5</definedName>\
<definedName name="数量">SUM('订单 &amp; 总表'!$D$3:$D$5)+Sheet2!$D$3:$D$5+[1]Sheet2!$D$3:$D$5</definedName>\
<definedName name="first">'订单 &amp; 总表'!$D$3</definedName>\
<definedName name="theirs" localSheetId="1">'订单 &amp; 总表'!$B$3:$D$5</definedName>"""


def test_names_and_print_areas_grow_but_not_those_of_other_sheets():
    book = orders(names=NAMES, others=(worksheet(""),))
    after = part(patched(book, append()), "xl/workbook.xml")
    assert (
        f"<definedNames>{NAMES}</definedNames>".replace("$1:$D$5,", "$1:$D$6,")
        .replace("$B$2:$D$5", "$B$2:$D$6")
        .replace("SUM('订单 &amp; 总表'!$D$3:$D$5", "SUM('订单 &amp; 总表'!$D$3:$D$6")
        in after
    )


def test_a_single_blank_row_of_a_template_counts_as_all_rows():
    rows = HEADER + '<row r="3"><c r="B3" s="4"/><c r="C3" s="1"/><c r="D3" s="2"/></row>'
    tail = '<dataValidations count="1"><dataValidation sqref="C3"/></dataValidations>'
    book = orders(rows, ref="B2:D3", tail=tail, head='<dimension ref="B2:D3"/>')
    cells = {(2, 1): "SO-1", (2, 2): dt.date(2026, 3, 2), (2, 3): 1}
    after = patched(book, SheetPatch(SHEET, cells, Range(1, 1, 2, 3), [NEW] * 600))
    assert 'sqref="C3:C603"' in part(after)
    assert '<dimension ref="B2:D603"/>' in part(after)
    assert len(values(after)) == 603
    assert values(after)[2] == (None, "SO-1", dt.datetime(2026, 3, 2), 1)


def test_pivot_tables_on_the_sheet_or_its_table_are_read_anew_when_opened():
    def cache(source: str) -> str:
        inside = f'<cacheSource type="worksheet">{source}</cacheSource>'
        return f'<pivotCacheDefinition xmlns="{MAIN}" id="x">{inside}</pivotCacheDefinition>'

    sources = [
        '<worksheetSource name="Orders"/>',
        '<worksheetSource ref="B2:D5" sheet="订单 &amp; 总表"/>',
        '<worksheetSource name="范围"/>',
        '<worksheetSource ref="A1:B2" sheet="Sheet2"/>',
        '<worksheetSource ref="B2:D5" sheet="订单 &amp; 总表" r:id="rId1" xmlns:r="r"/>',
    ]
    parts = {f"xl/pc{number}.xml": cache(source) for number, source in enumerate(sources)}
    kinds = tuple(("pivotCacheDefinition", f"pc{number}.xml") for number in range(len(sources)))
    names = "<definedName name=\"范围\">'订单 &amp; 总表'!$B$2:$D$5</definedName>"
    book = orders(parts=parts, kinds=kinds, names=names, others=(worksheet(""),))
    for patch in (append(), SheetPatch(SHEET, {(2, 1): "x"})):
        after = parts_of(patched(book, patch))
        assert [b'refreshOnLoad="1"' in after[name] for name in parts] == [True, True, True, False, False]


def test_formulas_among_new_rows_are_cells_like_others():
    after = patched(orders(), append(NewRow({1: Formula('HYPERLINK("papers/1.pdf","合同")', "合同")})))
    assert '<f>HYPERLINK("papers/1.pdf","合同")</f><v>合同</v>' in new_row(after, 6)
    assert 'fullCalcOnLoad="1"' in part(after, "xl/workbook.xml")


def test_macros_and_everything_else_in_an_xlsm_stay():
    book = orders(parts={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 99}, kinds=(("vbaProject", "vbaProject.bin"),))
    after = patched(book, append())
    assert changed_parts(book, after) == {SHEET_PART, TABLE_PART}


def test_a_damaged_table_part_is_refused():
    book = orders(parts={TABLE_PART: "<table/>"})
    assert refusal(book, append()) == "reason-not-standard"
    missing = make_book(
        worksheet(ROWS), parts={"xl/worksheets/_rels/sheet1.xml.rels": relations(("table", "gone.xml"))}
    )
    assert refusal(missing, append()) == "reason-damaged"


@pytest.mark.parametrize(
    ("attributes", "wanted"),
    [(' ht="15"', "44"), (' ht="15" customHeight="1"', "15"), (' ht="60"', "60"), ("", None), (' ht="x"', "x")],
)
def test_a_row_that_stands_grows_with_its_text_where_nobody_has_set_its_height(attributes, wanted):
    rows = ROWS.replace('<row r="4">', f'<row r="4"{attributes}>')
    book = patched(plain(rows), SheetPatch(SHEET, {(3, 1): "很长的说明" * 20}, heights={3: 44.0}))
    row = next(one for one in part(book, SHEET_PART).split("<row ") if one.startswith('r="4"'))
    found = re.search(r' ht="([^"]*)"', row.partition(">")[0])
    assert (found[1] if found else None) == wanted
