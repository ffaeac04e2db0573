"""Marks on a workbook that goes back: what they show, what they leave alone, and that they come off again."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marking import (
    LISTING,
    PROPERTIES,
    listing,
    looks,
    members,
    notes,
    only_sheet,
    opened,
    order_book,
    put,
    refusal,
    take_off,
    with_members,
)
from xlsx_lint import lint_workbook, new_findings

from xltools.books.marks import mark_workbook
from xltools.books.outline import outline
from xltools.books.properties import read_custom_properties
from xltools.books.read import read_workbook
from xltools.core.patch import Mark
from xltools.core.problem import Problem
from xltools.core.sheet import Workbook

ORDERS = order_book()
WRONG = {"接单": [Mark(2, 2, "数量不是整数。\n请改成整数。")]}
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
COMMENTS, DRAWING = "xl/comments/comment1.xml", "xl/drawings/commentsDrawing1.vml"  # as openpyxl names them


def shown(content: bytes) -> object:
    return looks(content), notes(content, "接单")


def fill(content: bytes, cell: str, sheet: str = "接单") -> str:
    return str(opened(content)[sheet][cell].fill.fgColor.rgb)


def test_a_faulty_cell_is_filled_and_says_what_is_wrong() -> None:
    done = put(ORDERS, {"接单": [Mark(2, 2, "数量不是整数"), Mark(3, 1, "规格没有", is_error=False)]})
    assert fill(done, "C3") != fill(done, "B4")
    assert {fill(done, "C3"), fill(done, "B4")}.isdisjoint({fill(ORDERS, "B3"), "00000000"})
    assert notes(done, "接单")["C3"] == "xltools:\n数量不是整数"
    cell = opened(done)["接单"]["C3"]
    assert (cell.value, cell.number_format, cell.font.b) == (500, "#,##0", True)


def test_marks_on_blank_cells_write_them_out_in_the_style_of_their_row_and_column() -> None:
    bold = '<font><b/><sz val="11"/><name val="Calibri"/></font>'
    styles = (
        f'<styleSheet {MAIN}><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>{bold}</fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    rows = '<row r="2" s="2" customFormat="1" spans="1:1"><c r="A2"><v>1</v></c></row><row r="5"/>'
    xml = (
        f'<worksheet {MAIN}><dimension ref="A2"/><cols><col min="3" max="4" width="9" style="1"/></cols>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )
    cells = [(0, 2), (1, 3), (1, 0), (4, 0), (4, 3), (9, 9)]
    done = put(only_sheet(xml, styles), {"接单": [Mark(*cell, "缺") for cell in cells]})
    page = opened(done)["接单"]
    marked = {page.cell(row + 1, column + 1).coordinate for row, column in cells}
    assert {cell.coordinate for row in page.iter_rows() for cell in row if cell.fill.patternType} == marked
    assert (page["C1"].font.b, page["D5"].font.b, page["A5"].font.b) == (True, True, False)
    assert (page["D2"].number_format, page["D2"].font.b) == ("mm-dd-yy", False)
    assert page.dimensions == "A1:J10"
    assert b'ref="A1:J10"' in members(done)["xl/worksheets/sheet1.xml"]
    assert lint_workbook(done) == []


@pytest.mark.parametrize(
    "data",
    [
        "<x:sheetData/>",
        '<x:sheetData ><x:row><x:c><x:v>1</x:v></x:c><x:c/></x:row><x:row><x:c t="str"><x:f>A1&gt;1</x:f></x:c></x:row>'
        "</x:sheetData>",
        "<x:sheetData>\n <x:row r='2' >\n  <x:c s='0' r='B2'/>\n </x:row >\n</x:sheetData >",
    ],
)
def test_rows_and_cells_are_found_however_they_are_written(data: str) -> None:
    space = MAIN.replace("xmlns", "xmlns:x")
    done = put(only_sheet(f"<x:worksheet {space}>{data}</x:worksheet>"), {"接单": [Mark(1, 1, "甲"), Mark(0, 1, "乙")]})
    page = opened(done)["接单"]
    assert [cell.coordinate for row in page.iter_rows() for cell in row if cell.fill.patternType] == ["B1", "B2"]
    assert notes(done, "接单") == {"B1": "xltools:\n乙", "B2": "xltools:\n甲"}
    assert lint_workbook(done) == []


def test_a_mark_under_a_merge_goes_to_the_cell_that_shows() -> None:
    done = put(ORDERS, {"接单": [Mark(1, 3, "标题不对"), Mark(0, 0, "少了编号", is_error=False)]})
    assert notes(done, "接单")["A1"] == "xltools:\n标题不对\n\n少了编号"
    assert fill(done, "A1") == fill(put(ORDERS, WRONG), "C3").replace("CB", "CA")


def test_text_that_looks_like_markup_or_an_escape_reads_as_it_was_written() -> None:
    done = put(ORDERS, {"接单": [Mark(5, 5, "<b> & _x000A_ \x07 \ud800 末")]})
    assert notes(done, "接单")["F6"] in {"xltools:\n<b> & _x005F_x000A_     末", "xltools:\n<b> & _x000A_     末"}


def test_a_note_that_somebody_wrote_keeps_its_words_and_box_and_gets_ours_below() -> None:
    done = put(ORDERS, {"接单": [Mark(3, 1, "品名不在基础资料中")]})
    assert notes(done, "接单") == {"B4": "客户电话里说的\n— [xltools]\n品名不在基础资料中\n—"}
    assert opened(done)["接单"]["B4"].comment.author == "王芳"
    assert members(take_off(done))[COMMENTS] == members(ORDERS)[COMMENTS]
    assert members(take_off(done))[DRAWING] == members(ORDERS)[DRAWING]


def test_what_a_person_adds_below_our_words_in_their_note_stays() -> None:
    done = put(ORDERS, {"接单": [Mark(3, 1, "品名不对\n—\n见基础资料")]})
    answered = with_members(
        done, {COMMENTS: lambda part: part.replace("见基础资料\n—".encode(), "见基础资料\n—\n好的".encode())}
    )
    assert notes(take_off(answered), "接单") == {"B4": "客户电话里说的\n好的"}


def test_a_thread_of_comments_stays_and_its_cell_is_only_filled() -> None:
    office = "http://schemas.microsoft.com/office"
    thread = (
        f'<ThreadedComments xmlns="{office}/spreadsheetml/2018/threadedcomments">'
        '<threadedComment ref="C3" dT="2026-03-02T08:00:00.00" id="{1}" personId="{2}"><text>?</text></threadedComment>'
        "</ThreadedComments>"
    ).encode()
    relation = (
        f'<Relationship Id="rIdT" Type="{office}/2017/10/relationships/threadedComment" '
        'Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    ).encode()
    content = with_members(
        ORDERS,
        {
            "xl/threadedComments/threadedComment1.xml": thread,
            "xl/worksheets/_rels/sheet1.xml.rels": lambda part: part.replace(b"</Relationships>", relation),
        },
    )
    done = put(content, WRONG)
    assert members(done)["xl/threadedComments/threadedComment1.xml"] == thread
    assert "C3" not in notes(done, "接单")
    assert fill(done, "C3") != fill(ORDERS, "C3")


def test_the_list_opens_first_and_alone_and_leads_to_the_cells() -> None:
    done = put(ORDERS, WRONG)
    book = opened(done)
    assert book.sheetnames == [LISTING, "接单", "Bob's 备注"]
    assert book.active.title == LISTING
    assert [page.title for page in book.worksheets if page.sheet_view.tabSelected] == [LISTING]
    page = book[LISTING]
    assert page["B4"].hyperlink.location == "'接单'!C3"
    assert [cell.value for row in page.iter_rows() for cell in row if cell.value] == [
        "问题清单 Problems",
        "序号",
        "单元格",
        1,
        "C3",
    ]
    assert (page["A3"].font.name, page["A3"].font.b, page.freeze_panes) == ("微软雅黑", True, "A4")
    assert page.tables["Problems"].ref == "A3:B4"
    assert page.print_title_rows == "$3:$3"


def test_names_that_count_sheets_follow_their_sheets() -> None:
    for content in (put(ORDERS, WRONG), put(put(ORDERS, WRONG), {})):
        book = opened(content)
        assert book.defined_names["Total"].attr_text == "接单!$C$3"
        assert book["接单"].defined_names["Here"].attr_text == "接单!$B$3"
        assert book["Bob's 备注"].print_title_rows == "$1:$1"
        assert [int(one) for one in re.findall(rb'sheetId="(\d+)"', members(content)["xl/workbook.xml"])] == [3, 1, 2]


def test_a_sheet_and_table_of_the_same_name_that_are_not_ours_stay() -> None:
    book = openpyxl.Workbook()
    book.active.title = LISTING
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    book.active.add_table(openpyxl.worksheet.table.Table(displayName="Problems", ref="A1:B2"))
    content = io.BytesIO()
    book.save(content)
    done = put(content.getvalue(), {LISTING: [Mark(1, 1, "错")]})
    assert opened(done).sheetnames == [f"{LISTING} 2", LISTING]
    assert list(opened(done)[f"{LISTING} 2"].tables) == ["Problems_2"]
    assert put(done, {LISTING: [Mark(1, 1, "错")]}) == done
    assert lint_workbook(done) == []


def test_our_sheet_is_replaced_wherever_it_was_moved_and_even_if_its_mark_was_lost() -> None:
    done = put(ORDERS, WRONG)
    moved = opened(done)
    moved.move_sheet(LISTING, 2)
    content = io.BytesIO()
    moved.save(content)
    assert opened(put(content.getvalue(), {})).sheetnames == [LISTING, "接单", "Bob's 备注"]
    nameless = with_members(
        done, {"xl/workbook.xml": lambda part: re.sub(rb'<definedName name="xltools_.*?</definedName>', b"", part)}
    )
    assert opened(put(nameless, {})).sheetnames == [LISTING, "接单", "Bob's 备注"]


def test_marks_come_off_again_and_every_cell_looks_as_before() -> None:
    marks = {"接单": [Mark(row, column, "错") for row in range(5) for column in range(6)]}
    done = take_off(put(ORDERS, marks))
    assert looks(done) == looks(ORDERS)
    assert opened(done).sheetnames == opened(ORDERS).sheetnames
    assert notes(done, "接单") == notes(ORDERS, "接单")


def test_marks_come_off_after_openpyxl_saved_the_workbook() -> None:
    content = io.BytesIO()
    opened(put(ORDERS, {"接单": [Mark(2, 1, "错"), Mark(2, 2, "错"), Mark(2, 5, "错")]})).save(content)
    done = take_off(content.getvalue())
    assert looks(done) == looks(ORDERS)
    assert notes(done, "接单") == notes(ORDERS, "接单")


def test_a_fill_that_a_person_gave_a_marked_cell_stays() -> None:
    book = opened(put(ORDERS, WRONG))
    book["接单"]["C3"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF00FF00")
    content = io.BytesIO()
    book.save(content)
    assert fill(take_off(content.getvalue()), "C3") == "FF00FF00"


def test_other_members_keep_their_bytes() -> None:
    before, after = members(ORDERS), members(put(ORDERS, WRONG))
    changed = {name for name in before if after.get(name) != before[name]}
    assert changed <= {
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/app.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet2.xml",  # it was the open sheet
        COMMENTS,
        DRAWING,
    }
    sheet = re.sub(rb' (s="\d+"|tabSelected="1")', b"", before["xl/worksheets/sheet1.xml"])
    assert re.sub(rb' (s="\d+"|tabSelected="1")', b"", after["xl/worksheets/sheet1.xml"]) == sheet


@given(
    st.lists(
        st.builds(Mark, st.integers(0, 12), st.integers(0, 7), st.text(max_size=40), st.booleans()),
        max_size=12,
    )
)
@settings(max_examples=40, deadline=None)
def test_marking_twice_is_marking_once(marks: list[Mark]) -> None:
    once = put(ORDERS, {"接单": marks})
    assert put(once, {"接单": marks}) == once
    assert shown(put(put(ORDERS, WRONG), {"接单": marks})) == shown(once), "old marks are gone"
    assert shown(take_off(once)) == shown(ORDERS)
    assert new_findings(lint_workbook(ORDERS), lint_workbook(once)) == []


@given(st.lists(st.tuples(st.integers(0, 2**31), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 2**31))
@settings(max_examples=150, deadline=None)
def test_nothing_that_a_file_holds_raises(damage: list[tuple[int, int]], which: int) -> None:
    parts = members(MARKED)
    names = sorted(parts)
    name = names[which % len(names)]
    part = bytearray(parts[name])
    for at, value in damage:
        part[at % len(part)] = value
    damaged = with_members(MARKED, {name: bytes(part)})
    assert isinstance(mark_workbook(damaged, WRONG, listing(), PROPERTIES), bytes | Problem)


@given(st.integers(0, 2**31), st.integers(0, 255))
@settings(max_examples=100, deadline=None)
def test_no_damage_to_the_zip_raises(at: int, value: int) -> None:
    damaged = bytearray(MARKED)
    damaged[at % len(damaged)] = value
    assert isinstance(mark_workbook(bytes(damaged), WRONG, listing(), PROPERTIES), bytes | Problem)


MARKED = put(ORDERS, {"接单": [Mark(3, 1, "品名不对"), Mark(2, 3, "交期不对", is_error=False)]})


def test_what_cannot_be_changed_safely_is_refused() -> None:
    signature = (
        b'<Relationship Id="rIdS" Type="http://schemas.openxmlformats.org/package/2006/relationships/'
        b'digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    )
    signed = with_members(
        ORDERS,
        {
            "_rels/.rels": lambda part: part.replace(b"</Relationships>", signature),
            "_xmlsignatures/origin.sigs": b"",
        },
    )
    assert refusal(signed, WRONG) == "reason-signed"
    assert refusal(b"\xd0\xcf\x11\xe0 an encrypted workbook", WRONG) == "reason-no-workbook"
    assert refusal(ORDERS, {"没有的表": [Mark(0, 0, "错")]}) == "reason-sheet-missing"
    assert refusal(ORDERS, {"接单": [Mark(1_048_576, 0, "错")]}) == "reason-outside"
    for xml in (
        f"<worksheet {MAIN}><sheetData><!-- --></sheetData></worksheet>",
        f'<?xml version="1.0" encoding="GBK"?><worksheet {MAIN}><sheetData/></worksheet>',
        f"<!DOCTYPE worksheet><worksheet {MAIN}><sheetData/></worksheet>",
    ):
        assert refusal(only_sheet(xml), WRONG) == "reason-odd-markup"
    assert put(only_sheet("<worksheet xmlns='urn:x'><sheetData/></worksheet>"), WRONG)


def test_a_sheet_without_marks_may_be_as_odd_as_it_likes() -> None:
    odd = f"<worksheet {MAIN}><sheetData><!-- 导出 --></sheetData></worksheet>".encode()
    content = with_members(ORDERS, {"xl/worksheets/sheet2.xml": odd})
    assert members(put(content, WRONG))["xl/worksheets/sheet2.xml"] == odd


def test_a_strict_workbook_stays_strict() -> None:
    strict = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
            b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        ),
    }

    def convert(part: bytes) -> bytes:
        for before, after in strict.items():
            part = part.replace(before, after)
        return part

    plain = only_sheet(f'<worksheet {MAIN}><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>')
    done = put(with_members(plain, dict.fromkeys(members(plain), convert)), {"接单": [Mark(0, 0, "错")]})
    texts = b"".join(part for name, part in members(done).items() if "vml" not in name)
    assert not any(before in texts for before in strict)
    assert read_custom_properties_of(done) == PROPERTIES
    for name, part in members(done).items():
        if name.endswith((".xml", ".rels")):
            assert outline(part).name


def read_custom_properties_of(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return dict(read_custom_properties(archive))


def test_a_reader_of_ours_sees_the_same_values_and_who_it_was_returned_to() -> None:
    before, after = (read_workbook(Path("x"), "x", one) for one in (ORDERS, put(ORDERS, WRONG)))
    assert isinstance(before, Workbook)
    assert isinstance(after, Workbook)
    assert after.properties == PROPERTIES
    assert [one.rows for one in after.sheets[1:]] == [one.rows for one in before.sheets]
