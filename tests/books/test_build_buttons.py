import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from xltools.books.build import build_workbook
from xltools.books.button_shapes import shape_buttons
from xltools.books.package import Package
from xltools.books.vba.project import VbaModule, build_vba_project
from xltools.core.grid import Button, Grid, GridCell
from xltools.core.sheet import Range

AS_OF = dt.date(2026, 3, 10)
PROJECT = build_vba_project([VbaModule("ThisWorkbook", "", "workbook"), VbaModule("Sheet1", "", "sheet")], "Desk", 936)
CHECK = Button((1, 1), (160, 40), "检查 <A&B>", "CheckWorkbook")
SUBMIT = Button((4, 1), (160, 40), "Submit", "SubmitWorkbook", "go", (0, 6))


def built(*grids, **options):
    return zipfile.ZipFile(io.BytesIO(build_workbook(grids, AS_OF, vba_project=PROJECT, **options)))


def panel(name="面板", **options):
    return Grid(name=name, cells={(0, 0): GridCell("订单")}, **options)


def test_a_button_is_a_rounded_shape_that_runs_its_macro():
    drawn = built(panel(buttons=(CHECK, SUBMIT))).read("xl/drawings/drawing1.xml").decode()
    assert re.findall(r'<xdr:sp macro="([^"]*)"', drawn) == ["[0]!CheckWorkbook", "[0]!SubmitWorkbook"]
    assert re.findall(r'prst="(\w+)"', drawn) == ["roundRect", "roundRect"]
    assert re.findall(r"<a:t>(.*?)</a:t>", drawn) == ["检查 &lt;A&amp;B&gt;", "Submit"]
    assert re.findall(r'cNvPr id="(\d+)" name="(\w+)"', drawn) == [("2", "CheckWorkbook"), ("3", "SubmitWorkbook")]
    assert "txBox" not in drawn
    fills = re.findall(r'</a:prstGeom><a:solidFill><a:srgbClr val="(\w+)"', drawn)
    assert len(set(fills)) == 2


def test_buttons_of_several_sheets_stay_on_theirs():
    book = built(panel("A", buttons=(CHECK,)), panel("B"), panel("C", buttons=(SUBMIT, CHECK)))
    macros = [re.findall(r"\[0\]!(\w+)", book.read(f"xl/drawings/drawing{number}.xml").decode()) for number in (1, 2)]
    assert macros == [["CheckWorkbook"], ["SubmitWorkbook", "CheckWorkbook"]]


def test_with_macros_it_is_an_xlsm_whose_code_names_are_those_of_the_modules():
    book = built(panel("A"), panel("B"))
    types = book.read("[Content_Types].xml").decode()
    assert "application/vnd.ms-excel.sheet.macroEnabled.main+xml" in types
    assert "application/vnd.ms-office.vbaProject" in types
    assert book.read("xl/vbaProject.bin") == PROJECT
    assert 'codeName="ThisWorkbook"' in book.read("xl/workbook.xml").decode()
    for number in (1, 2):
        assert f'codeName="Sheet{number}"' in book.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_names_of_blocks_are_the_workbooks():
    names = {"problems_list": Range(4, 0, 9, 5), "title": Range(0, 0, 0, 0)}
    content = build_workbook([panel("它's 一张", names=names)], AS_OF)
    found = openpyxl.load_workbook(io.BytesIO(content)).defined_names
    assert {name: one.attr_text for name, one in found.items()} == {
        "problems_list": "'它''s 一张'!$A$5:$F$10",
        "title": "'它''s 一张'!$A$1",
    }


def test_headings_may_be_left_out():
    assert b'showRowColHeaders="0"' in built(panel(headings=False)).read("xl/worksheets/sheet1.xml")
    assert b"showRowColHeaders" not in built(panel()).read("xl/worksheets/sheet1.xml")


def test_same_buttons_same_bytes():
    first, second = (build_workbook([panel(buttons=(CHECK,))], AS_OF, vba_project=PROJECT) for _ in range(2))
    assert first == second


def test_buttons_want_macros():
    with pytest.raises(ValueError, match="VBA project"):
        build_workbook([panel(buttons=(CHECK,))], AS_OF)


@pytest.mark.parametrize("name", ["A1", "订 单", "two words", ""])
@pytest.mark.filterwarnings("ignore")
def test_a_name_that_excel_refuses_is_an_error(name):
    with pytest.raises(ValueError, match="does not take this name"):
        build_workbook([panel(names={name: Range(0, 0, 0, 0)})], AS_OF)


@pytest.mark.parametrize(("buttons", "words"), [((CHECK, SUBMIT), "more buttons"), ((), "more text boxes")])
def test_a_button_for_each_text_box(buttons, words):
    content = io.BytesIO()
    boxes = '<xdr:sp macro="" textlink=""><xdr:cNvPr id="2"/><a:xfrm/><a:xfrm></a:xfrm></xdr:sp>'
    with zipfile.ZipFile(content, "w") as book:
        book.writestr("xl/drawings/drawing1.xml", boxes)
    with pytest.raises(ValueError, match=words):
        shape_buttons(Package(content.getvalue()), buttons)
