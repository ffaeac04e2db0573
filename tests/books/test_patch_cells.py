"""Cells of workbooks that people own: the value changes, the look and all around it stay."""

import datetime as dt
import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from patch_books import (
    KINDS,
    MAIN,
    SHEET,
    SHEET_PART,
    STRICT,
    STYLES,
    changed_parts,
    make_book,
    part,
    parts_of,
    patched,
    refusal,
    relations,
    values,
    worksheet,
    zip_parts,
)

from xltools.books.patch import patch_workbook
from xltools.books.patch.contents import plain_string, xml_string
from xltools.core.content import CellContent, Formula
from xltools.core.patch import NewRow, SheetPatch
from xltools.core.sheet import Range

PLAIN = make_book(worksheet('<row r="1" spans="1:2"><c r="A1" s="4" t="str"><v>旧</v></c><c r="B1"><v>2</v></c></row>'))


def cell_of(content: CellContent, style: int = 0, **more) -> str:
    """The XML that a cell of a format gets for a content."""
    book = make_book(worksheet(f'<row r="1"><c r="A1" s="{style}"><v>7</v></c></row>'), **more)
    return part(patched(book, SheetPatch(SHEET, {(0, 0): content}))).partition("<sheetData>")[2].partition("</row>")[0]


def rows_after(rows: str, cells: dict[tuple[int, int], CellContent], **more) -> str:
    """The rows' XML after cells were changed."""
    after = part(patched(make_book(worksheet(rows, **more)), SheetPatch(SHEET, cells)))
    return after.partition("<sheetData>")[2].partition("</sheetData>")[0]


def test_a_changed_cell_keeps_its_look_and_every_other_byte_stays():
    after = patched(PLAIN, SheetPatch(SHEET, {(0, 0): "新"}))
    assert part(after) == part(PLAIN).replace(
        '<c r="A1" s="4" t="str"><v>旧</v></c>', '<c r="A1" s="4" t="inlineStr"><is><t>新</t></is></c>'
    )
    assert changed_parts(PLAIN, after) == {SHEET_PART}


@pytest.mark.parametrize(
    "patch",
    [SheetPatch(SHEET), SheetPatch(SHEET, {(0, 5): None, (9, 9): ""}), SheetPatch(SHEET, block=Range(0, 0, 0, 1))],
)
def test_nothing_to_change_gives_the_very_same_bytes(patch):
    assert patched(PLAIN, patch) is PLAIN
    assert patched(PLAIN) is PLAIN


@pytest.mark.parametrize(
    ("content", "written"),
    [
        ("", '<c r="A1"/>'),
        (None, '<c r="A1"/>'),
        (True, '<c r="A1" t="b"><v>1</v></c>'),
        (1200, '<c r="A1"><v>1200</v></c>'),
        (Decimal("0.10"), '<c r="A1"><v>0.1</v></c>'),
        (-(10**20), '<c r="A1"><v>-1e+20</v></c>'),
        (Decimal("1234567890.123456"), '<c r="A1" t="inlineStr"><is><t>1234567890.123456</t></is></c>'),
        (Decimal("NaN"), '<c r="A1" t="inlineStr"><is><t>NaN</t></is></c>'),
        ("=1+1", '<c r="A1" t="inlineStr"><is><t>=1+1</t></is></c>'),
        ("a<b & c>d", '<c r="A1" t="inlineStr"><is><t>a&lt;b &amp; c&gt;d</t></is></c>'),
        (" 两端 ", '<c r="A1" t="inlineStr"><is><t xml:space="preserve"> 两端 </t></is></c>'),
        ("a\nb", '<c r="A1" t="inlineStr"><is><t xml:space="preserve">a\nb</t></is></c>'),
        ("\x01\r", '<c r="A1" t="inlineStr"><is><t xml:space="preserve">_x0001__x000D_</t></is></c>'),
        ("_x000D_", '<c r="A1" t="inlineStr"><is><t>_x005F_x000D_</t></is></c>'),
        ("\ud800", '<c r="A1" t="inlineStr"><is><t>?</t></is></c>'),
        (Formula("SUM(B1:C1)", Decimal(3)), '<c r="A1"><f>SUM(B1:C1)</f><v>3</v></c>'),
        (Formula('"甲"&B1', "甲2"), '<c r="A1" t="str"><f>"甲"&amp;B1</f><v>甲2</v></c>'),
        (Formula("NOW()"), '<c r="A1"><f>NOW()</f></c>'),
        (Formula("1+" * 5000 + "1", 5001), '<c r="A1"><v>5001</v></c>'),
        (dt.date(1899, 12, 31), '<c r="A1" t="inlineStr"><is><t>1899-12-31</t></is></c>'),
        (dt.date(1900, 2, 28), '<c r="A1" t="inlineStr"><is><t>1900-02-28</t></is></c>'),
    ],
)
def test_what_a_cell_is_given_is_what_it_holds(content, written):
    assert cell_of(content) == f'<row r="1">{written}'


def test_a_text_longer_than_a_cell_takes_is_cut():
    text = cell_of("长" * 40_000).partition("<t>")[2].partition("</t>")[0]
    assert len(text) == 32_767
    assert text.endswith("长…")
    emoji = cell_of("😀" * 20_000).partition("<t>")[2].partition("</t>")[0]
    assert len(emoji.encode("utf-16-le")) // 2 <= 32_767


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("_x00D5F\r\n\t\x0b")))
def test_every_text_survives_its_escapes(text):
    written = xml_string(text)
    assert plain_string(written.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) == text


@given(
    st.lists(st.text(max_size=20) | st.integers(-(10**14), 10**14) | st.booleans() | st.none(), min_size=1, max_size=6)
)
def test_openpyxl_reads_what_was_put_in(contents):
    after = patched(PLAIN, SheetPatch(SHEET, {(3, column): one for column, one in enumerate(contents)}))
    read = openpyxl.load_workbook(io.BytesIO(after)).worksheets[0]
    for column, content in enumerate(contents, 1):
        found = read.cell(4, column).value
        if isinstance(content, str):
            # openpyxl hands escapes on as they are written; a lone line feed reads as one
            assert plain_string(found or "").replace("\r\n", "\n") == content.encode(
                "utf-8", "replace"
            ).decode().replace("\r\n", "\n")
        else:
            assert found == content


# --- dates and numbers show as what they are ---


def test_a_date_in_a_cell_without_a_date_format_gets_one_like_its_own():
    book = make_book(worksheet('<row r="1"><c r="A1" s="2"><v>7</v></c></row>'))
    after = patched(book, SheetPatch(SHEET, {(0, 0): dt.date(2026, 3, 2)}))
    cell = openpyxl.load_workbook(io.BytesIO(after)).worksheets[0]["A1"]
    assert cell.value == dt.datetime(2026, 3, 2)
    assert (cell.number_format, cell.border.left.style, cell.alignment.horizontal) == ("yyyy-mm-dd", "thin", "right")
    assert '<cellXfs count="6">' in part(after, "xl/styles.xml")
    assert '<numFmts count="2">' in part(after, "xl/styles.xml")
    assert changed_parts(book, after) == {SHEET_PART, "xl/styles.xml"}


def test_a_date_in_a_date_cell_keeps_the_format_and_the_styles_part():
    book = make_book(worksheet('<row r="1"><c r="A1" s="1"><v>7</v></c></row>'))
    after = patched(book, SheetPatch(SHEET, {(0, 0): dt.date(2026, 3, 2)}))
    assert '<c r="A1" s="1"><v>46083</v></c>' in part(after)
    assert changed_parts(book, after) == {SHEET_PART}


def test_a_number_in_a_date_cell_shows_as_a_number():
    book = make_book(worksheet('<row r="1"><c r="A1" s="1"><v>7</v></c><c r="B1" s="2"/></row>'))
    after = patched(book, SheetPatch(SHEET, {(0, 0): 500, (0, 1): Decimal("1.5")}))
    sheet = openpyxl.load_workbook(io.BytesIO(after)).worksheets[0]
    assert (sheet["A1"].value, sheet["A1"].number_format) == (500, "General")
    assert (sheet["B1"].value, sheet["B1"].number_format) == (1.5, "#,##0.00")


def test_many_dates_share_one_new_format():
    book = make_book(worksheet('<row r="1"><c r="A1" s="4"><v>7</v></c></row>'))
    day = dt.date(2026, 3, 2)
    after = patched(book, SheetPatch(SHEET, {(row, 0): day for row in range(9)}))
    assert '<cellXfs count="7">' in part(after, "xl/styles.xml")  # one like 4, one like 0
    again = patched(after, SheetPatch(SHEET, {(20, 0): day}))
    assert part(again, "xl/styles.xml") == part(after, "xl/styles.xml")


def test_a_workbook_with_all_the_formats_excel_takes_gets_no_more():
    full = STYLES.replace("</cellXfs>", '<xf numFmtId="0"/>' * 63_995 + "</cellXfs>")
    book = make_book(worksheet('<row r="1"><c r="A1" s="4"><v>7</v></c></row>'), parts={"xl/styles.xml": full})
    after = patched(book, SheetPatch(SHEET, {(0, 0): dt.date(2026, 3, 2)}))
    assert '<c r="A1" s="4"><v>46083</v></c>' in part(after)
    assert changed_parts(book, after) == {SHEET_PART}


def test_days_are_counted_from_1904_where_the_workbook_does():
    since_1904 = '<workbookPr date1904="1"/>'
    assert "<v>44621</v>" in cell_of(dt.date(2026, 3, 2), 1, settings=since_1904)
    assert "<v>0</v>" in cell_of(dt.date(1904, 1, 1), 1, settings=since_1904)
    assert "<t>1903-12-31</t>" in cell_of(dt.date(1903, 12, 31), 1, settings=since_1904)


def test_a_styles_part_without_number_formats_gets_the_element_first():
    bare = STYLES.replace(STYLES[STYLES.index("<numFmts") : STYLES.index("<fonts")], "")
    book = make_book(worksheet('<row r="1"/>'), parts={"xl/styles.xml": bare})
    styles = part(patched(book, SheetPatch(SHEET, {(0, 0): dt.date(2026, 3, 2)})), "xl/styles.xml")
    assert f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164"' in styles


# --- the many ways to write a row and a cell ---


@pytest.mark.parametrize(
    ("rows", "after"),
    [
        # a row and cells that do not say where they are
        ("<row><c/><c><v>1</v></c></row>", '<row><c/><c r="B1"><v>9</v></c></row>'),
        ("<row r='1'><c t='s' r='B1' s='4'><v>0</v></c></row>", '<row r=\'1\'><c r="B1" s="4"><v>9</v></c></row>'),
        ('<row r="1"/>', '<row r="1"><c r="B1"><v>9</v></c></row>'),
        ('<row r="1" ></row >', '<row r="1" ><c r="B1"><v>9</v></c></row >'),
        ("", '<row r="1"><c r="B1"><v>9</v></c></row>'),
        ('<row r="3"/>', '<row r="1"><c r="B1"><v>9</v></c></row><row r="3"/>'),
        (
            '<row r="1" spans="1:1"><c r="A1"/><c r="C1"/></row>',
            '<row r="1"><c r="A1"/><c r="B1"><v>9</v></c><c r="C1"/></row>',
        ),
        # rich values and dynamic arrays of Excel 365 belong to the old content
        (
            '<row r="1"><c r="B1" cm="1" vm="2" s="3"><v>1</v></c></row>',
            '<row r="1"><c r="B1" s="3"><v>9</v></c></row>',
        ),
        ('<row r="1" s="4" customFormat="1"/>', '<row r="1" s="4" customFormat="1"><c r="B1" s="4"><v>9</v></c></row>'),
        ('<row r="1" s="4"/>', '<row r="1" s="4"><c r="B1"><v>9</v></c></row>'),
        (
            '<row r="1">\n  <c r="A1"/>\n  <c r="B1" t="inlineStr"><is><r><t>a>b</t></r></is></c>\n</row>\n',
            '<row r="1">\n  <c r="A1"/>\n  <c r="B1"><v>9</v></c>\n</row>\n',
        ),
    ],
)
def test_rows_and_cells_are_found_however_they_are_written(rows, after):
    assert rows_after(rows, {(0, 1): 9}) == after


def test_a_new_cell_takes_the_look_of_its_column():
    head = '<cols><col min="2" max="16384" width="9" style="4"/></cols>'
    assert rows_after('<row r="1"/>', {(0, 0): 1, (0, 1): 2}, head=head) == (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" s="4"><v>2</v></c></row>'
    )


@pytest.mark.parametrize("empty", ["<sheetData/>", "<sheetData></sheetData>", "<sheetData />"])
def test_a_sheet_without_rows_gets_its_first(empty):
    book = make_book(f'<worksheet xmlns="{MAIN}">{empty}<pageMargins left="1"/></worksheet>')
    after = part(patched(book, SheetPatch(SHEET, {(1, 0): "甲"})))
    assert after == (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="2"><c r="A2" t="inlineStr"><is><t>甲</t></is></c></row>'
        '</sheetData><pageMargins left="1"/></worksheet>'
    )


@pytest.mark.parametrize("space", [MAIN, STRICT])
def test_any_namespace_prefix_will_do(space):
    sheet = (
        f'\ufeff<?xml version="1.0" encoding="utf-8"?><x:worksheet xmlns:x="{space}"><x:dimension ref="A1" />'
        "<x:sheetData>"
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    after = part(patched(make_book(sheet), SheetPatch(SHEET, {(0, 0): "甲", (1, 1): True})))
    assert '<x:c r="A1" t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c></x:row><x:row r="2"><x:c r="B2" t="b">' in after
    assert '<x:dimension ref="A1:B2" />' in after


def test_a_strict_workbook_is_patched_too():
    kinds = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    book = make_book(worksheet('<row r="1"><c r="A1"><v>1</v></c></row>', space=STRICT))
    strict = zip_parts(
        {
            name: one.replace(KINDS.encode(), kinds.encode()).replace(MAIN.encode(), STRICT.encode())
            for name, one in parts_of(book).items()
        }
    )
    assert '<c r="A1"><v>5</v></c>' in part(patched(strict, SheetPatch(SHEET, {(0, 0): 5})))


def test_the_dimension_takes_in_what_was_added():
    book = make_book(worksheet('<row r="2"><c r="B2"><v>1</v></c></row>', head='<dimension ref="B2"/>'))
    assert '<dimension ref="A2:D9"/>' in part(patched(book, SheetPatch(SHEET, {(8, 3): 1, (1, 0): 1})))


# --- formulas ---

SHARED = (
    '<row r="1"><c r="C1"><f t="shared" ref="C1:C4" si="0">A1+$B$1</f><v>1</v></c></row>'
    '<row r="2"><c r="C2"><f t="shared" si="0"/><v>2</v></c></row>'
    '<row r="3"><c r="C3"><f t="shared" si="0"/><v>3</v></c></row>'
    '<row r="4"><c r="C4"><f t="shared" si="0"/><v>4</v></c></row>'
)


def test_a_shared_formula_goes_on_to_the_next_cell_that_has_it():
    after = rows_after(SHARED, {(0, 2): 7, (1, 2): 8})
    assert '<c r="C3"><f t="shared" si="0" ref="C3:C4">A3+$B$1</f><v>3</v></c>' in after
    assert '<c r="C4"><f t="shared" si="0"/><v>4</v></c>' in after
    loaded = values(patched(make_book(worksheet(SHARED)), SheetPatch(SHEET, {(0, 2): 7})))
    assert [row[2] for row in loaded] == [7, "=A2+$B$1", "=A3+$B$1", "=A4+$B$1"]


def test_a_shared_formula_that_nobody_has_any_more_is_gone():
    assert "shared" not in rows_after(SHARED, {(row, 2): row for row in range(4)})


def test_one_that_would_leave_the_sheet_is_refused():
    rows = (
        '<row r="9"><c r="C9"><f t="shared" ref="B9:C9" si="0">A1</f></c></row>'
        '<row r="10"><c r="B10"><f t="shared" si="0"/></c></row>'
    )
    assert refusal(make_book(worksheet(rows)), SheetPatch(SHEET, {(8, 2): 1})) == "reason-shared-formula"


ARRAY = '<row r="1"><c r="A1"><f t="array" ref="A1:B1">C1:D1*2</f><v>1</v></c><c r="B1"><v>2</v></c></row>'


def test_part_of_an_array_formula_or_data_table_is_not_changed_but_the_whole_may_be():
    assert refusal(make_book(worksheet(ARRAY)), SheetPatch(SHEET, {(0, 1): 1})) == "reason-array-formula"
    assert "array" not in rows_after(ARRAY, {(0, 0): 1, (0, 1): 2})
    data_table = ARRAY.replace('t="array"', 't="dataTable" dt2D="1" r1="C1" r2="D1"')
    assert refusal(make_book(worksheet(data_table)), SheetPatch(SHEET, {(0, 0): 1})) == "reason-array-formula"


CHAIN = {"xl/calcChain.xml": f'<calcChain xmlns="{MAIN}"><c r="B1" i="1"/></calcChain>'}
WITH_FORMULA = make_book(
    worksheet('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1*2</f><v>2</v></c></row>'),
    parts=CHAIN,
    kinds=(("calcChain", "calcChain.xml"),),
    names='<definedName name="_xlnm.Print_Titles" localSheetId="0">$1:$1</definedName>',
)


def test_a_value_that_changes_has_all_formulas_calculated_when_the_workbook_opens():
    after = patched(WITH_FORMULA, SheetPatch(SHEET, {(0, 0): 5}))
    assert '</definedNames><calcPr fullCalcOnLoad="1"/></workbook>' in part(after, "xl/workbook.xml")
    assert changed_parts(WITH_FORMULA, after) == {SHEET_PART, "xl/workbook.xml"}
    known = make_book(
        worksheet('<row r="1"><c r="B1"><f>1</f></c></row>'), calculation='<calcPr calcId="1" iterate="1"/>'
    )
    after = patched(known, SheetPatch(SHEET, {(0, 0): 5}))
    assert '<calcPr calcId="1" iterate="1" fullCalcOnLoad="1"/>' in part(after, "xl/workbook.xml")
    elsewhere = make_book(worksheet('<row r="1"/>'), others=(worksheet('<row r="1"><c r="A1"><f>1</f></c></row>'),))
    assert "fullCalcOnLoad" in part(patched(elsewhere, SheetPatch(SHEET, {(0, 0): 5})), "xl/workbook.xml")


def test_the_calculation_chain_goes_when_a_formula_comes_or_goes():
    for content in (5, Formula("A1*3")):
        after = patched(WITH_FORMULA, SheetPatch(SHEET, {(0, 1): content}))
        assert "xl/calcChain.xml" not in parts_of(after)
        assert "calcChain" not in part(after, "xl/_rels/workbook.xml.rels") + part(after, "[Content_Types].xml")
    after = patched(WITH_FORMULA, SheetPatch(SHEET, {(3, 3): Formula("A1*3")}))
    assert "xl/calcChain.xml" not in parts_of(after)


# --- what is not done ---


@pytest.mark.parametrize(
    "sheet",
    [
        worksheet('<row r="1"/><!-- 备注 -->'),
        worksheet('<row r="1"><c r="A1" t="str"><v><![CDATA[<c r="A2">]]></v></c></row>'),
        worksheet('<row r="1"/>', tail="<?note x?>"),
        f'<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet xmlns="{MAIN}"><sheetData/></worksheet>',
        worksheet('<row r="1"/>').encode("utf-16"),
        f'<?xml version="1.0" encoding="gb2312"?>{worksheet("")}',
        worksheet('<row r="2"/><row r="1"/>'),
        worksheet('<row r="1"/><row r="1"/>'),
        worksheet('<row r="1"><c r="C1"/><c r="B1"/></row>'),
        worksheet('<row r="1"><c r="A2"/></row>'),
        worksheet('<row r="1"><c r="XFE1"/></row>'),
        worksheet('<mc:AlternateContent xmlns:mc="x"/>'),
        worksheet('<row r="1"/>', tail="<mergeCells>"),
        "<worksheet>",
        "",
    ],
)
def test_a_sheet_whose_bytes_can_not_be_trusted_is_refused(sheet):
    assert refusal(make_book(sheet), SheetPatch(SHEET, {(0, 0): 1}))


def test_sheets_that_are_no_sheets_of_cells_and_unknown_ones_are_refused():
    assert refusal(PLAIN, SheetPatch("总表", {(0, 0): 1})) == "reason-sheet-missing"
    chart = make_book(
        worksheet(""), parts={"xl/_rels/workbook.xml.rels": relations(("chartsheet", "worksheets/sheet1.xml"))}
    )
    assert refusal(chart, SheetPatch(SHEET, {(0, 0): 1})) == "reason-sheet-missing"
    macro = make_book('<xm:macrosheet xmlns:xm="x"><sheetData/></xm:macrosheet>')
    assert refusal(macro, SheetPatch(SHEET, {(0, 0): 1})) == "reason-not-standard"


def test_a_sheet_is_found_whatever_the_case_of_its_name():
    book = make_book(worksheet(""), others=(worksheet(""),))
    assert changed_parts(book, patched(book, SheetPatch("SHEET2", {(0, 0): 1}))) == {"xl/worksheets/sheet2.xml"}


def test_a_signed_workbook_is_refused():
    signed = make_book(worksheet(""), parts={"_xmlsignatures/origin.sigs": b""})
    assert refusal(signed, SheetPatch(SHEET, {(0, 0): 1})) == "reason-signed"
    by_relation = make_book(
        worksheet(""),
        parts={"_rels/.rels": relations(("officeDocument", "xl/workbook.xml"), ("digital-signature/origin", "x.sigs"))},
    )
    assert refusal(by_relation, SheetPatch(SHEET, {(0, 0): 1})) == "reason-signed"


@pytest.mark.parametrize(
    "content", [b"", b"PK\3\4", b"\xd0\xcf\x11\xe0", zip_parts({"a.txt": "b"}), zip_parts({"_rels/.rels": "<a"})]
)
def test_what_is_no_workbook_is_refused(content):
    assert refusal(content, SheetPatch(SHEET, {(0, 0): 1}))


def test_custom_properties_are_set_alone_or_with_cells():
    after = patched(PLAIN, generation="第 3 版")
    assert openpyxl.load_workbook(io.BytesIO(after)).custom_doc_props["generation"].value == "第 3 版"
    assert changed_parts(PLAIN, after) == {"docProps/custom.xml", "_rels/.rels", "[Content_Types].xml"}
    assert patched(after, generation="第 3 版") is after


def test_the_same_patch_gives_the_same_bytes():
    patch = SheetPatch(SHEET, {(0, 0): dt.date(2026, 3, 2)}, Range(0, 0, 0, 1), [NewRow({0: "甲"})])
    assert patched(PLAIN, patch, generation="1") == patched(PLAIN, patch, generation="1")


def test_who_makes_the_new_rows_sees_his_own_mistakes():
    class Broken(list):
        def __iter__(self):
            raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        patch_workbook(PLAIN, [SheetPatch(SHEET, {}, Range(0, 0, 0, 1), Broken([NewRow({})]))])
