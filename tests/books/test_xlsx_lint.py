import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from xlsx_lint import lint_workbook, new_findings
from xlsx_lint_refs import parse_block, scan_formula

REPO = Path(__file__).parents[2]
CORPUS = sorted(REPO.parent.glob("shared/corpus/lossless/*.xlsx"))
SHEET, NOTES, BOOK = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"
SHEET_RELATIONS, BOOK_RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels", "xl/_rels/workbook.xml.rels"
TYPES, STYLES, TABLE, OTHER_TABLE = (
    "[Content_Types].xml",
    "xl/styles.xml",
    "xl/tables/table1.xml",
    "xl/tables/table2.xml",
)
CHAIN, COMMENTS, SHAPES = "xl/calcChain.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"
CHART, PROPERTIES = "xl/charts/chart1.xml", "docProps/custom.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."


def write_good_workbook() -> bytes:
    """A workbook with one of everything that the lint looks at."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page, other = book.add_worksheet("订单"), book.add_worksheet("备 注")
        red = book.add_format({"bg_color": "red", "num_format": "0.000"})
        page.merge_range("A1:C1", "订单总表")
        page.merge_range("D1:E1", "三月", red)
        columns = [{"header": "订单编号"}, {"header": "数量\n(Pcs)"}, {"header": "金额", "formula": "=B4*2"}]
        page.add_table("A3:C5", {"name": "Orders", "columns": columns, "data": [["10248", 17], ["10249", 18]]})
        page.add_table("E3:F4", {"name": "Notes", "columns": [{"header": "甲"}, {"header": "乙"}]})
        page.data_validation("B4:B5", {"validate": "list", "source": ["件", "套"], "input_title": "单位"})
        page.conditional_format("B4:B5", {"type": "formula", "criteria": "=$B4>1", "format": red})
        page.write_formula("H4", "=SUM(Orders[金额])+'备 注'!A1", None, 70)
        page.write_formula("H5", '=IF(B4>1,"(","")', None, "(")
        page.write_comment("A4", "客户催货")
        page.write_url("A5", "https://example.com/10249", string="10249")
        page.set_column("B:C", 12)
        other.write_row("A1", [0, True])
        other.write_formula("C1", "=1/0", None, "#DIV/0!")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=订单!$B$4:$B$5"})
        other.insert_chart("A3", chart)
        book.define_name("总额", "=SUM(订单!$C$4:$C$5)")
        book.define_name("订单!区", "=订单!$A$4:$C$5")
        book.set_custom_property("return-id", "R-1")
        book.set_custom_property("备注", "甲")
    chain = f'<calcChain xmlns="{MAIN}"><c r="C4" i="1"/><c r="C5"/><c r="C1" i="2"/></calcChain>'
    relation = (
        '<Relationship Id="rId9" Target="calcChain.xml"'
        ' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"/></Relationships>'
    )
    said = f'<Override PartName="/{CHAIN}" ContentType="{MAIN_TYPE}calcChain+xml"/></Types>'
    changed = {BOOK_RELATIONS: ("</Relationships>", relation), TYPES: ("</Types>", said)}
    return rezip(target.getvalue(), changed, {CHAIN: chain})


def rezip(content: bytes, changes: dict[str, tuple[str, str]], added: dict[str, str] | None = None) -> bytes:
    """The workbook with one text in each of some parts replaced (which must be there), and with further parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            if name in changes:
                before, after = (one.encode() for one in changes[name])
                assert before in text, f"{name} has no {changes[name][0]}"
                text = text.replace(before, after, 1)
            new.writestr(name, text)
        for name, text in (added or {}).items():
            new.writestr(name, text)
    return target.getvalue()


GOOD = write_good_workbook()


def test_a_good_workbook_has_no_finding():
    assert lint_workbook(GOOD) == []


@pytest.mark.parametrize("path", sorted((REPO / "templates").glob("*.xlsx")), ids=lambda path: path.name)
def test_templates_have_no_finding(path):
    assert lint_workbook(path.read_bytes()) == []


def test_what_openpyxl_writes_has_no_finding():
    book = openpyxl.Workbook()
    book.active.append(["订单编号", 17, "=A1&B1"])
    book.active.merge_cells("A3:B4")
    target = io.BytesIO()
    book.save(target)
    assert lint_workbook(target.getvalue()) == []


# What is broken in which part, and every finding that must come of it.
BREAKS: dict[str, tuple[str, str, str, list[str]]] = {
    "merges that overlap": (
        *(SHEET, 'ref="D1:E1"', 'ref="C1:E2"'),
        [f"{SHEET}: merges A1:C1 and C1:E2 overlap"],
    ),
    "a merge of one cell": (SHEET, 'ref="D1:E1"', 'ref="D1"', [f"{SHEET}: merge D1 is one cell"]),
    "a merge in a table": (SHEET, 'ref="D1:E1"', 'ref="E4:F4"', [f"{OTHER_TABLE}: merged cells E4:F4 lie in it"]),
    "a count that is wrong": (
        *(SHEET, '<mergeCells count="2">', '<mergeCells count="3">'),
        [f"{SHEET}: <mergeCells> says 3 and holds 2"],
    ),
    "a header that differs from its column": (
        *(TABLE, 'name="金额"', 'name="总额"'),
        [f"{TABLE}: column '总额', but C3 shows '金额'"],
    ),
    "a header that is a number": (
        *(SHEET, '<c r="A3" t="s"><v>2</v></c>', '<c r="A3"><v>2</v></c>'),
        [f"{TABLE}: column '订单编号', but A3 shows None"],
    ),
    "a header that is blank": (
        *(SHEET, '<c r="A3" t="s"><v>2</v></c>', ""),
        [f"{TABLE}: column '订单编号', but A3 shows None"],
    ),
    "two columns of one name": (
        *(OTHER_TABLE, 'name="乙"', 'name="甲"'),
        [f"{OTHER_TABLE}: 2 × column 甲", f"{OTHER_TABLE}: column '甲', but F3 shows '乙'"],
    ),
    "two columns of one id": (OTHER_TABLE, 'id="2" name="乙"', 'id="1" name="乙"', [f"{OTHER_TABLE}: 2 × column id 1"]),
    "a table narrower than its columns": (
        *(TABLE, 'displayName="Orders" ref="A3:C5"', 'displayName="Orders" ref="A3:B5"'),
        [f"{TABLE}: 3 columns over A3:B5", f"{TABLE}: filter over A3:C5, table over A3:B5"],
    ),
    "a table that begins elsewhere": (
        *(TABLE, 'displayName="Orders" ref="A3:C5" totalsRowShown="0"><autoFilter ref="A3:C5"/>',
          'displayName="Orders" ref="A4:C5" totalsRowShown="0"><autoFilter ref="A4:C5"/>'),
        [
            f"{TABLE}: column '订单编号', but A4 shows '10248'",
            f"{TABLE}: column '数量\\n(Pcs)', but B4 shows None",
            f"{TABLE}: column '金额', but C4 shows None",
        ],
    ),
    "a table without data": (
        *(OTHER_TABLE, 'ref="E3:F4" totalsRowShown="0"><autoFilter ref="E3:F4"/>',
          'ref="E3:F3" totalsRowShown="0"><autoFilter ref="E3:F3"/>'),
        [f"{OTHER_TABLE}: E3:F3 has no data row"],
    ),
    "a table with nothing but totals": (
        *(OTHER_TABLE, 'totalsRowShown="0"><autoFilter ref="E3:F4"/>',
          'totalsRowCount="1"><autoFilter ref="E3:F3"/>'),
        [f"{OTHER_TABLE}: E3:F4 has no data row"],
    ),
    "a table beyond the dimension": (
        *(OTHER_TABLE, 'ref="E3:F4" totalsRowShown="0"><autoFilter ref="E3:F4"/>',
          'ref="E3:F9" totalsRowShown="0"><autoFilter ref="E3:F9"/>'),
        [f"{OTHER_TABLE}: E3:F9 reaches beyond the sheet's dimension"],
    ),
    "a filter beyond its table": (
        *(TABLE, '<autoFilter ref="A3:C5"/>', '<autoFilter ref="A3:C6"/>'),
        [f"{TABLE}: filter over A3:C6, table over A3:C5"],
    ),
    "a filter of a column that is not there": (
        *(TABLE, '<autoFilter ref="A3:C5"/>', '<autoFilter ref="A3:C5"><filterColumn colId="3"/></autoFilter>'),
        [f"{TABLE}: filter of column 3, which is missing"],
    ),
    "a sort beyond its table": (
        *(TABLE, '<autoFilter ref="A3:C5"/>', '<autoFilter ref="A3:C5"/><sortState ref="A4:C6"/>'),
        [f"{TABLE}: sorted over A4:C6, table over A3:C5"],
    ),
    "a table without a reference": (TABLE, 'ref="A3:C5" t', 'ref="表" t', [f"{TABLE}: 表 is no reference"]),
    "two tables of one name": (
        *(OTHER_TABLE, 'displayName="Notes"', 'displayName="orders"'),
        ["tables: 2 × name orders"],
    ),
    "two tables of one id": (OTHER_TABLE, 'id="2" name="Notes"', 'id="1" name="Notes"', ["tables: 2 × id 1"]),
    "a table with a look that is not there": (
        *(TABLE, '<tableColumn id="1"', '<tableColumn dataDxfId="1" id="1"'),
        [f"{TABLE}: dataDxfId 1 of 1"],
    ),
    "a calculated column with half a formula": (
        *(TABLE, ">B4*2<", ">SUM(B4<"),
        [f"{TABLE}: column 金额: formula lacks a )"],
    ),
    "a list of more than 255 characters": (
        *(SHEET, '"件,套"', f'"{"件," * 128}"'),
        [f"{SHEET}: validation of B4:B5: list of 256 characters"],
    ),
    "a list without entries": (
        *(SHEET, '<formula1>"件,套"</formula1>', ""),
        [f"{SHEET}: validation of B4:B5: list without entries"],
    ),
    "a prompt that is too long": (
        *(SHEET, 'promptTitle="单位"', f'promptTitle="{"单" * 33}"'),
        [f"{SHEET}: validation of B4:B5: promptTitle has 33 characters"],
    ),
    "a shared string that is not there": (SHEET, "<v>5</v>", "<v>9</v>", [f"{SHEET}: A4: shared string 9 of 9"]),
    "a shared string without an index": (
        *(SHEET, '<c r="A4" t="s"><v>5</v></c>', '<c r="A4" t="s"/>'),
        [f"{SHEET}: A4: shared string None of 9"],
    ),
    "a cell's style that is not there": (SHEET, 'r="A5" s="2"', 'r="A5" s="3"', [f"{SHEET}: A5: style 3 of 3"]),
    "a row's style that is not there": (SHEET, '<row r="4"', '<row r="4" s="9"', [f"{SHEET}: row 4: style 9 of 3"]),
    "a column's style that is not there": (
        *(SHEET, '<col min="2"', '<col style="3" min="2"'),
        [f"{SHEET}: column 2: style 3 of 3"],
    ),
    "columns that run backwards": (
        *(SHEET, '<col min="2" max="3"', '<col min="2" max="1"'),
        [f"{SHEET}: columns 2 to 1 after column 0"],
    ),
    "a condition with a look that is not there": (
        *(SHEET, 'dxfId="0"', 'dxfId="1"'),
        [f"{SHEET}: condition with look 1 of 1"],
    ),
    "a style with a font that is not there": (
        *(STYLES, '<xf numFmtId="164" fontId="0"', '<xf numFmtId="164" fontId="3"'),
        [f"{STYLES}: cellXfs 1 has fontId 3 of 3"],
    ),
    "a style with a number format that is not there": (
        *(STYLES, '<xf numFmtId="164"', '<xf numFmtId="165"'),
        [f"{STYLES}: cellXfs 1 has number format 165, which is missing"],
    ),
    "a named style without a record": (
        *(STYLES, '<cellStyle name="Hyperlink" xfId="1"', '<cellStyle name="Hyperlink" xfId="2"'),
        [f"{STYLES}: style Hyperlink has xfId 2"],
    ),
    "a row that stands twice": (SHEET, '<row r="5"', '<row r="4"', [
        f"{SHEET}: row 4 after row 4",
        *(f"{SHEET}: cell {cell}5 in row 4" for cell in "ABCH"),
        f"{CHAIN}: C5 of sheet 1 holds no formula",
    ]),
    "a cell that stands twice": (SHEET, '<c r="B4">', '<c r="A4">', [f"{SHEET}: cell A4 after A4"]),
    "cells out of order": (
        *(SHEET, '<c r="D1" s="1" t="s"><v>1</v></c><c r="E1" s="1"/>', '<c r="E1" s="1"/><c r="D1" s="1"/>'),
        [f"{SHEET}: cell D1 after E1"],
    ),
    "a cell without an address of this world": (
        *(SHEET, '<c r="E1" s="1"/>', '<c r="XFE1" s="1"/>'),
        [f"{SHEET}: cell XFE1 in row 1"],
    ),
    "a number that is none": (SHEET, "<v>17</v>", "<v>17件</v>", [f"{SHEET}: B4: type n and value '17件'"]),
    "a truth value that is none": (
        *(NOTES, 't="b"><v>1</v>', 't="b"><v>2</v>'),
        [f"{NOTES}: B1: type b and value '2'"],
    ),
    "an error that Excel does not know": (
        *(NOTES, "<v>#DIV/0!</v>", "<v>#OOPS!</v>"),
        [f"{NOTES}: C1: type e and value '#OOPS!'"],
    ),
    "a type that Excel does not know": (
        *(SHEET, '<c r="B4">', '<c r="B4" t="x">'),
        [f"{SHEET}: B4: type x and value '17'"],
    ),
    "inline text of another type": (
        *(SHEET, '<c r="B4"><v>17</v>', "<c r=\"B4\"><is><t>17</t></is>"),
        [f"{SHEET}: B4: type n with inline text"],
    ),
    "inline text that is not there": (
        *(SHEET, '<c r="B4"><v>17</v>', '<c r="B4" t="inlineStr">'),
        [f"{SHEET}: B4: type inlineStr without inline text"],
    ),
    "text that is too long": (
        *(SHEET, '<c r="B4"><v>17</v>', f'<c r="B4" t="inlineStr"><is><t>{"长" * 32_768}</t></is>'),
        [f"{SHEET}: B4: text longer than Excel's longest"],
    ),
    "a dimension that is too small": (
        *(SHEET, 'dimension ref="A1:H5"', 'dimension ref="A1:G5"'),
        [f"{SHEET}: dimension A1:G5 leaves out cells"],
    ),
    "a dimension that is none": (
        *(SHEET, 'dimension ref="A1:H5"', 'dimension ref="A1:H0"'),
        [f"{SHEET}: <dimension> ref='A1:H0' is no reference"],
    ),
    "a condition on nothing": (
        *(SHEET, '<conditionalFormatting sqref="B4:B5">', '<conditionalFormatting sqref="">'),
        [f"{SHEET}: <conditionalFormatting> sqref='' is no reference"],
    ),
    "a validation of a block that runs backwards": (
        *(SHEET, 'promptTitle="单位" sqref="B4:B5"', 'promptTitle="单位" sqref="A1 B5:B4"'),
        [f"{SHEET}: <dataValidation> sqref='A1 B5:B4' is no reference"],
    ),
    "two links on a cell": (
        *(SHEET, "</hyperlinks>", '<hyperlink ref="A5" r:id="rId1"/></hyperlinks>'),
        [f"{SHEET}: 2 × link on a5"],
    ),
    "a formula with =": (SHEET, "<f>SUM(", "<f>=SUM(", [f"{SHEET}: H4: formula begins with ="]),
    "a formula of nothing": (NOTES, "<f>1/0</f>", "<f></f>", [f"{NOTES}: C1: formula is empty"]),
    "a formula without its last bracket": (SHEET, '"(","")', '"(",""', [f"{SHEET}: H5: formula lacks a )"]),
    "a formula of a sheet that is not there": (
        *(SHEET, "'备 注'!A1", "'备注'!A1"),
        [f"{SHEET}: H4: formula names sheet 备注, which is missing"],
    ),
    "a formula of a table that is not there": (
        *(SHEET, "SUM(Orders[", "SUM(Order["),
        [f"{SHEET}: H4: formula names table Order, which is missing"],
    ),
    "a shared formula without its first": (
        *(NOTES, "<f>1/0</f>", '<f t="shared" si="0"/>'),
        [f"{NOTES}: C1: shared formula 0 has no beginning"],
    ),
    "an array formula over other cells": (
        *(NOTES, "<f>1/0</f>", '<f t="array" ref="A1:B1">1/0</f>'),
        [f"{NOTES}: C1: array formula over A1:B1"],
    ),
    "a condition with half a formula": (
        *(SHEET, "<formula>$B4&gt;1<", "<formula>($B4&gt;1<"),
        [f"{SHEET}: condition: formula lacks a )"],
    ),
    "a calculation chain with a value": (CHAIN, 'r="C5"', 'r="B5"', [f"{CHAIN}: B5 of sheet 1 holds no formula"]),
    "a calculation chain with a cell twice": (CHAIN, 'r="C5"', 'r="C4"', [f"{CHAIN}: 2 × entry c4 of sheet 1"]),
    "a calculation chain of a sheet that is not there": (
        *(CHAIN, 'i="2"', 'i="3"'),
        [f"{CHAIN}: C1 of sheet 3 holds no formula"],
    ),
    "a name of a sheet that is not there": (
        *(BOOK, "SUM(订单!", "SUM(旧单!"),
        [f"{BOOK}: name 总额: formula names sheet 旧单, which is missing"],
    ),
    "a name that belongs to a sheet beyond the last": (
        *(BOOK, 'localSheetId="0"', 'localSheetId="2"'),
        [f"{BOOK}: name 区 belongs to sheet 2 of 2"],
    ),
    "a name that stands twice": (
        *(BOOK, '<definedName name="总额">', '<definedName name="总额">1</definedName><definedName name="总额">'),
        [f"{BOOK}: 2 × name 总额 of sheet any"],
    ),
    "a name that a table has": (
        *(BOOK, '<definedName name="总额">', '<definedName name="ORDERS">'),
        [f"{BOOK}: name ORDERS is a table's too"],
    ),
    "two sheets of one id": (
        *(BOOK, 'sheetId="2"', 'sheetId="1"'),
        [f"{BOOK}: 2 × sheet id 1", f"{CHAIN}: C1 of sheet 2 holds no formula"],
    ),
    "two sheets of one name": (
        *(BOOK, 'name="备 注"', 'name="订单"'),
        [f"{BOOK}: 2 × sheet 订单", f"{SHEET}: H4: formula names sheet 备 注, which is missing"],
    ),
    "a sheet name that is too long": (
        *(BOOK, 'name="备 注"', f'name="{"表" * 32}"'),
        [
            f"{BOOK}: Excel takes no sheet named {'表' * 32!r}",
            f"{SHEET}: H4: formula names sheet 备 注, which is missing",
        ],
    ),
    "a sheet without its part": (
        *(BOOK, '<sheets>', '<sheets><sheet name="三月" sheetId="9" r:id="rId4"/>'),
        [f"{BOOK}: sheet 三月 leads to no sheet"],
    ),
    "a window on a sheet beyond the last": (
        *(BOOK, "<workbookView ", '<workbookView activeTab="2" '),
        [f"{BOOK}: activeTab 2 of 2 sheets"],
    ),
    "a chart of a sheet that is not there": (
        *(CHART, "<c:f>订单!", "<c:f>旧单!"),
        [f"{CHART}: formula names sheet 旧单, which is missing"],
    ),
    "a relationship that leads nowhere": (
        *(SHEET_RELATIONS, "../tables/table2.xml", "../tables/table3.xml"),
        [
            f"{SHEET_RELATIONS}: rId4 leads to xl/tables/table3.xml, which is missing",
            f"{OTHER_TABLE}: no relationship leads to it",
        ],
    ),
    "a relationship id that stands twice": (
        *(SHEET_RELATIONS, 'Id="rId5"', 'Id="rId1"'),
        [f"{SHEET_RELATIONS}: 2 relationships rId1"],
    ),
    "a relationship that no sheet names": (
        *(SHEET, '<tableParts count="2"><tablePart r:id="rId3"/><tablePart r:id="rId4"/></tableParts>',
          '<tableParts count="1"><tablePart r:id="rId3"/></tableParts>'),
        [f"{SHEET}: table rId4 is not named in the sheet"],
    ),
    "a reference to no relationship": (
        *(SHEET, '<hyperlink ref="A5" r:id="rId1"/>', '<hyperlink ref="A5" r:id="rId7"/>'),
        [f"{SHEET}: <hyperlink> refers to rId7, no relationship of the part"],
    ),
    "a reference to a relationship of another kind": (
        *(SHEET, '<tablePart r:id="rId4"/>', '<tablePart r:id="rId5"/>'),
        [f"{SHEET}: table rId4 is not named in the sheet", f"{SHEET}: rId5 is no table"],
    ),
    "a type of a part that is not there": (
        *(TYPES, '<Override PartName="/xl/styles.xml"', '<Override PartName="/xl/x.xml" ContentType="a/b"/>'
          '<Override PartName="/xl/styles.xml"'),
        [f"{TYPES}: a type for xl/x.xml, which is missing"],
    ),
    "a part without a type": (
        *(TYPES, '<Default Extension="vml"', '<Default Extension="vm"'),
        [f"{SHAPES}: no content type", f"{SHAPES}: is a vmlDrawing by relationship, and  by type"],
    ),
    "a part of another type": (
        *(TYPES, "spreadsheetml.styles+xml", "spreadsheetml.table+xml"),
        [f"{STYLES}: is a styles by relationship, and {MAIN_TYPE}table+xml by type"],
    ),
    "a type that is said twice": (
        *(TYPES, '<Default Extension="xml"', '<Default Extension="vml" ContentType="a/b"/><Default Extension="xml"'),
        [f"{TYPES}: 2 types for vml", f"{SHAPES}: is a vmlDrawing by relationship, and a/b by type"],
    ),
    "a comment without a shape": (
        *(SHAPES, "<x:Row>3</x:Row>", "<x:Row>4</x:Row>"),
        [f"{SHEET}: comment on A4 has no shape", f"{SHEET}: shape of a comment on A5, which has none"],
    ),
    "a comment without an author": (
        *(COMMENTS, 'authorId="0"', 'authorId="1"'),
        [f"{COMMENTS}: comment on A4 has author 1 of 1"],
    ),
    "comments without their drawing": (
        *(SHEET, '<legacyDrawing r:id="rId2"/>', ""),
        [f"{SHEET}: vmlDrawing rId2 is not named in the sheet", f"{SHEET}: comment on A4 has no shape"],
    ),
    "two properties of one number": (
        *(PROPERTIES, 'pid="3"', 'pid="2"'),
        [f"{PROPERTIES}: 2 properties of number 2"],
    ),
    "two properties of one name": (
        *(PROPERTIES, 'name="备注"', 'name="Return-ID"'),
        [f"{PROPERTIES}: 2 properties of name return-id"],
    ),
    "a property with a number of Excel's own": (
        *(PROPERTIES, 'pid="3"', 'pid="1"'),
        [f"{PROPERTIES}: property number 1 is reserved"],
    ),
    "XML that is none": (CHART, "</c:chartSpace>", "", [f"{CHART}: not XML"]),
    "an ignorable prefix that nobody declares": (
        *(SHEET, "<worksheet ", '<worksheet xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
          ' mc:Ignorable="x14ac" '),
        [f"{SHEET}: ignorable prefix x14ac is not declared"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_found_and_nothing_else(name):
    part, before, after, findings = BREAKS[name]
    assert lint_workbook(rezip(GOOD, {part: (before, after)})) == findings


def test_an_extended_validation_and_condition_are_looked_at():
    extended = (
        '</tableParts><extLst><ext xmlns:x14="x" xmlns:xm="y"><x14:dataValidation type="list"><x14:formula1>'
        "<xm:f>表!$A$1</xm:f></x14:formula1><xm:sqref>B9 b8</xm:sqref></x14:dataValidation></ext></extLst>"
    )
    found = lint_workbook(rezip(GOOD, {SHEET: ("</tableParts>", extended)}))
    assert found == [
        f"{SHEET}: <sqref> sqref='B9 b8' is no reference",
        f"{SHEET}: validation of B9 b8: formula names sheet 表, which is missing",
    ]


def test_tables_that_overlap_are_found():
    moved = 'ref="A5:C6" totalsRowShown="0" headerRowCount="0">'
    found = lint_workbook(
        rezip(
            GOOD,
            {
                OTHER_TABLE: ('ref="E3:F4" totalsRowShown="0"><autoFilter ref="E3:F4"/>', moved),
                SHEET: ('dimension ref="A1:H5"', 'dimension ref="A1:H6"'),
            },
        )
    )
    assert found == [f"{OTHER_TABLE}: 2 columns over A5:C6", f"{SHEET}: tables {TABLE} and {OTHER_TABLE} overlap"]


def test_a_pivot_cache_of_a_sheet_that_is_not_there_is_found():
    part = "xl/pivotCache/pivotCacheDefinition1.xml"
    source = '<worksheetSource ref="A3" sheet="旧单"/>'
    cache = f"<pivotCacheDefinition><cacheSource>{source}</cacheSource></pivotCacheDefinition>"
    relation = f'<Relationship Id="rId10" Target="/{part}" Type="x/pivotCacheDefinition"/></Relationships>'
    said = f'<Override PartName="/{part}" ContentType="{MAIN_TYPE}pivotCacheDefinition+xml"/></Types>'
    changes = {BOOK_RELATIONS: ("</Relationships>", relation), TYPES: ("</Types>", said)}
    assert lint_workbook(rezip(GOOD, changes, {part: cache})) == [f"{part}: source is sheet 旧单, which is missing"]


def test_a_member_that_stands_twice_is_found():
    target = io.BytesIO(GOOD)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(SHEET.upper().replace("XML", "xml"), "<worksheet/>")
    assert lint_workbook(target.getvalue())[0] == f"{SHEET}: 2 members of this name"


def test_sizes_that_differ_and_damage_are_found():
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        start = archive.getinfo("docProps/app.xml").header_offset
    spoiled = bytearray(GOOD)
    spoiled[start + 14] ^= 1  # the checksum in front of the data
    assert lint_workbook(bytes(spoiled)) == ["docProps/app.xml: sizes differ from the directory's"]
    spoiled = bytearray(GOOD)
    spoiled[start + 60] ^= 1
    assert lint_workbook(bytes(spoiled))[0].startswith("docProps/app.xml: damaged")


@pytest.mark.parametrize("content", [b"", b"PK", GOOD[:-30]])
def test_what_is_no_zip_is_a_finding(content):
    (finding,) = lint_workbook(content)
    assert finding.startswith("not a zip")


@pytest.mark.parametrize(
    ("formula", "complaints", "sheets", "tables"),
    [
        ("SUM(订单!$A$1:$A$9)", [], ["订单"], []),
        ("'It''s (3)'!A1&\"a\"\"b(\"", [], ["It's (3)"], []),
        ("'一月:三月'!A1+Sheet1:Sheet3!B2", [], ["一月", "三月", "Sheet1", "Sheet3"], []),
        ("[1]Sheet1!A1+'[2]a b'!A1+[1]!税率", [], [], []),
        ("#REF!+Sheet1!#REF!", [], ["Sheet1"], []),
        ("SUM(Orders[[#This Row],[It''s '[odd']]])+[@数量]", [], [], ["Orders"]),
        ("{1,2;3,4}", [], [], []),
        ("(1}", ["has a } too many"], [], []),
        ("((1)", ["lacks a )"], [], []),
        ("A1)", ["has a ) too many"], [], []),
        ('"a', ['has a " without its other end'], [], []),
        ("Orders[a", ["has a [ without its other end"], [], []),
        ("=A1", ["begins with ="], [], []),
    ],
)
def test_formulas_are_taken_apart(formula, complaints, sheets, tables):
    scan = scan_formula(formula)
    assert (scan.complaints, scan.sheets, scan.tables) == (complaints, sheets, tables)


@given(st.text("()[]{}'\"!#=:$A1中 ", max_size=30))
def test_any_formula_is_gone_through(formula):
    scan_formula(formula)


@given(st.binary(max_size=60), st.integers(0, len(GOOD)))
def test_any_file_has_findings_or_none(noise, at):
    lint_workbook(GOOD[:at] + noise + GOOD[at + len(noise) :])


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("B2", (2, 2, 2, 2)),
        ("A1:XFD1048576", (1, 1, 1048576, 16384)),
        ("B2:A1", None),
        ("A0", None),
        ("A1048577", None),
    ],
)
def test_references_are_blocks_of_this_world(text, block):
    assert parse_block(text) == block


def test_only_what_a_change_brought_is_new():
    assert new_findings(["a", "b"], ["b", "a"]) == []
    assert new_findings(["a"], ["a", "a", "c"]) == ["a", "c"]
    assert new_findings(["A1: style 9 of 2"], ["A1: style 9 of 3", "A2: style 9 of 3"]) == ["A2: style 9 of 3"]


@pytest.mark.skipif(not CORPUS, reason="needs ../shared/corpus/lossless")
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_workbooks_of_others_have_no_finding(path):
    assert lint_workbook(path.read_bytes()) == []
