"""Excel papers: what a template has must still be there, and everything below repeated rows must have moved."""

import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from decimal import Decimal
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.edge.excel import render_xlsx
from xltools.edge.pdf import convert_to_pdf, find_soffice
from xltools.edge.row_map import RowMap, move_formula, move_range

AS_OF = dt.date(2026, 3, 3)
PLACE = Place("templates/order-confirmation.xlsx")


def png(width: int, height: int) -> bytes:
    """A blue picture."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + b"\x20\x60\xc0" * width for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@cache
def template(product: str = "{{ line.product }}", footer: str = "&C{{ number }} 第&P页") -> bytes:
    """A confirmation of a desk's own: logo, seal, merged cells, formulas, page break, print area and titles."""
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"created": dt.datetime(2026, 1, 1)})
    sheet = book.add_worksheet("确认书")
    box, amount = (
        book.add_format({"border": 1, "text_wrap": True}),
        book.add_format({"border": 1, "num_format": "0.00"}),
    )
    title = book.add_format({"bold": True, "font_size": 18, "align": "center"})
    sheet.merge_range("A1:D1", "{{ seller.name }} 订单确认书", title)
    sheet.set_row(0, 36)
    sheet.insert_image("A2", "logo.png", {"image_data": io.BytesIO(png(60, 20))})
    sheet.write_rich_string("A3", book.add_format({"bold": True}), "编号 ", box, "{{ number }}")
    sheet.write_row("A5", ["品名", "数量", "单价", "金额"], box)
    sheet.repeat_rows(4)
    sheet.write("A6", "{%tr for line in lines %}")
    sheet.write("A7", product, box)
    sheet.write("B7", "{{ line.numbers.quantity }}", amount)
    sheet.write("C7", "{{ line.numbers.price }}", amount)
    sheet.write_formula("D7", "=B7*C7", amount)
    sheet.merge_range("A8:D8", "{{ line.remark }}", box)
    sheet.write("A9", "{%tr endfor %}")
    sheet.write_formula("D10", "=SUM(D7:D7)", amount)
    sheet.merge_range("A12:D13", "{{ remark }}", box)
    sheet.insert_image("C15", "seal.png", {"image_data": io.BytesIO(png(30, 30))})
    sheet.set_h_pagebreaks([13])
    sheet.print_area("A1:D20")
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_column(0, 0, 30)
    sheet.set_footer(footer)
    sheet.data_validation("B10", {"validate": "list", "source": ["甲", "乙"]})
    sheet.conditional_format("D7:D7", {"type": "cell", "criteria": ">", "value": 100, "format": title})
    book.close()
    return written.getvalue()


def context(count: int, product: str = "端盖") -> dict[str, object]:
    lines = [
        {"product": f"{product}{at}", "remark": "-1", "numbers": {"quantity": Decimal(at), "price": Decimal("2.50")}}
        for at in range(1, count + 1)
    ]
    return {"seller": {"name": "示例 & 公司"}, "number": "SO-1", "remark": "=1+1", "lines": lines}


def render(content: bytes, values: dict[str, object]) -> bytes:
    made = render_xlsx(content, values, AS_OF, PLACE)
    assert isinstance(made, bytes), made
    return made


def test_rows_are_repeated_and_what_lies_below_moves_along():
    made = render(template(), context(5))
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    assert [sheet.cell(row, 1).value for row in range(6, 16)] == [
        value for at in range(1, 6) for value in (f"端盖{at}", "-1")
    ]
    assert [sheet.cell(row, 4).value for row in (6, 8, 14, 16)] == ["=B6*C6", "=B8*C8", "=B14*C14", "=SUM(D6:D14)"]
    assert {str(one) for one in sheet.merged_cells.ranges} == {
        *("A1:D1", "A7:D7", "A9:D9", "A11:D11", "A13:D13", "A15:D15", "A18:D19")
    }
    assert sheet.print_area == "'确认书'!$A$1:$D$26"
    assert sheet.print_title_rows == "$5:$5"
    assert [one.id for one in sheet.row_breaks.brk] == [19]
    assert str(sheet.data_validations.dataValidation[0].sqref) == "B16"
    assert [str(one.sqref) for one in sheet.conditional_formatting] == ["D6:D14"]
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert re.findall(rb"<xdr:row>(\d+)", package.read("xl/drawings/drawing1.xml")) == [b"1", b"2", b"20", b"21"]


def test_text_stays_text_and_numbers_are_numbers():
    sheet = openpyxl.load_workbook(io.BytesIO(render(template(), context(1)))).active
    assert (sheet["A10"].value, sheet["A10"].data_type) == ("=1+1", "s")
    assert (sheet["B6"].value, sheet["C6"].value) == (1, 2.5)
    assert sheet["A1"].value == "示例 & 公司 订单确认书"


def test_formats_widths_heights_and_pictures_are_the_templates_own():
    before, made = template(), render(template(), context(3))
    old, new = (openpyxl.load_workbook(io.BytesIO(content)).active for content in (before, made))
    assert new.row_dimensions[1].height == old.row_dimensions[1].height == 36
    assert new.column_dimensions["A"].width == old.column_dimensions["A"].width
    assert (new.page_setup.paperSize, new.page_setup.orientation) == (9, "landscape")
    assert new["A6"].border.left.style == new["A10"].border.left.style == "thin"
    assert new["B8"].number_format == "0.00"
    with zipfile.ZipFile(io.BytesIO(before)) as one, zipfile.ZipFile(io.BytesIO(made)) as two:
        assert set(one.namelist()) == set(two.namelist())
        for name in ("xl/styles.xml", "xl/media/image1.png", "xl/media/image2.png", "xl/theme/theme1.xml"):
            assert one.read(name) == two.read(name)
        assert b"{{" not in two.read("xl/sharedStrings.xml")


def test_the_same_inputs_give_the_same_bytes():
    assert render(template(), context(4)) == render(template(), context(4))


def test_no_lines_leave_no_rows():
    sheet = openpyxl.load_workbook(io.BytesIO(render(template(), context(0)))).active
    assert sheet["A5"].value == "品名"
    assert sheet["A8"].value == "=1+1"


@settings(max_examples=20, deadline=None)
@given(words=st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_any_text_gives_a_workbook_that_opens(words):
    made = render(template(), {**context(1), "remark": words})
    sheet = openpyxl.load_workbook(io.BytesIO(made)).active
    assert sheet["A10"].data_type != "f"


@pytest.mark.parametrize(
    ("product", "named", "near"),
    [
        ("{{ line.prodct }}", "prodct", "product"),
        ("{{ nmber }}", "nmber", "number"),
        ("{{ line.product | shout }}", "shout", "—"),
        ("{{ line.product", "", "—"),
    ],
)
def test_a_wrong_placeholder_is_told_by_sheet_and_cell_with_the_names_near_it(product, named, near):
    found = render_xlsx(template(product), context(2), AS_OF, PLACE)
    assert isinstance(found, Problem)
    assert (found.code, found.place) == ("template-placeholder-wrong", PLACE._replace(sheet="确认书", cell="A7"))
    told = dict(found.values)
    assert (told["where"], named in told["cause"]) == ("确认书!A7", True)
    assert told["near"].startswith(near)


def test_a_wrong_placeholder_in_the_page_footer_is_told():
    found = render_xlsx(template(footer="&C{{ nmber }}"), context(1), AS_OF, PLACE)
    assert isinstance(found, Problem)
    assert dict(found.values)["where"] == "确认书!&header"


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_workbook_is_a_problem(content):
    found = render_xlsx(content, {}, AS_OF, PLACE)
    assert isinstance(found, Problem)
    assert found.code == "template-unreadable"


def test_references_follow_their_rows_and_texts_and_other_sheets_do_not():
    rows = RowMap([1, 2, 4, 4, 4, 6], 6)  # 3 and 5 said which rows were repeated
    assert move_range("A4:B4", rows) == "A3:B5"
    assert move_range("$A$6", rows) == "$A$6"
    assert move_formula('IF(A4>0,"A4",Sheet2!A6)', rows, 4, {}) == 'IF(A4>0,"A4",Sheet2!A6)'
    assert move_formula("SUM(A4:A4)+B7", rows, 6, {}) == "SUM(A3:A5)+B7"
    assert move_formula("'确认 书'!$4:$4", None, 0, {"确认 书": rows}) == "'确认 书'!$3:$5"


@pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_sums_its_lines(tmp_path: Path):
    path = tmp_path / "确认书.xlsx"
    path.write_bytes(render(template(), context(5)))
    made = convert_to_pdf([path], tmp_path / "pdf", AS_OF)
    assert not isinstance(made, Problem)
    assert made[0].read_bytes().startswith(b"%PDF-")
