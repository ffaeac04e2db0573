import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.books.build import build_workbook
from xltools.books.read import read_workbook
from xltools.books.styles import number_format, style_look
from xltools.core.grid import Grid, GridCell, GridTable, PrintSetup, Style, Validation
from xltools.core.sheet import Range, Workbook

AS_OF = dt.date(2026, 3, 2)


def grid_of(*rows, name="表", **rest) -> Grid:
    cells = {(r, c): GridCell(value) for r, row in enumerate(rows) for c, value in enumerate(row)}
    return Grid(name, cells, **rest)


def read_back(*grids: Grid) -> Workbook:
    book = read_workbook(None, "built.xlsx", build_workbook(grids, AS_OF))
    assert isinstance(book, Workbook)
    return book


def parts(*grids: Grid) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(build_workbook(grids, AS_OF))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def sheet_part(grid: Grid) -> str:
    return parts(grid)["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+86 574", "-5", "@SUM(A1)", "{=A1}", "http://a.b", "mailto:a@b", "007", "1e5"]
)
def test_text_that_looks_like_something_else_stays_text(text):
    sheet = read_back(grid_of([text])).sheets[0]
    assert sheet.rows == ((text,),)
    assert "<f>" not in sheet_part(grid_of([text]))
    assert "hyperlink" not in sheet_part(grid_of([text]))


def test_each_kind_of_value_is_written_as_its_kind():
    row = [Decimal("0.1"), 7, True, dt.date(2026, 3, 30), None, "文"]
    assert read_back(grid_of(row)).sheets[0].rows == ((0.1, 7.0, True, dt.date(2026, 3, 30), None, "文"),)


def test_what_a_cells_number_cannot_hold_is_written_as_text():
    row = [Decimal("12345678901234567890"), Decimal("NaN"), 10**400, dt.date(1899, 1, 1)]
    first, second, third, fourth = read_back(grid_of(row)).sheets[0].rows[0]
    assert (first, second, fourth) == ("12345678901234567890", "NaN", "1899-01-01")
    assert third == str(10**400)


def test_text_beyond_excels_length_is_cut_with_a_sign():
    (text,) = read_back(grid_of(["字" * 40_000])).sheets[0].rows[0]
    assert len(text) == 32_767
    assert text.endswith("…")


def test_the_same_grids_give_the_same_bytes_dated_by_the_as_of_date():
    grids = [grid_of(["a", Decimal("1.5")], widths=(10, 12)), grid_of(["b"], name="二")]
    content = build_workbook(grids, AS_OF, {"form": "order-intake"}, "标题")
    assert content == build_workbook(grids, AS_OF, {"form": "order-intake"}, "标题")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        core = archive.read("docProps/core.xml").decode()
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core) == ["2026-03-02T00:00:00Z"] * 2
    assert "标题" in core


@pytest.mark.parametrize(
    "name", ["", " ", "长" * 32, "a/b", "a:b", "a[1]", "a*b", "a?b", "a\\b", "'a", "a'", "History", "a\nb", "😀" * 16]
)
def test_a_sheet_name_that_excel_refuses_is_an_error(name):
    with pytest.raises(ValueError, match="sheet name"):
        build_workbook([grid_of(["x"], name=name)], AS_OF)


def test_two_sheets_of_one_name_are_an_error_whatever_their_case():
    with pytest.raises(ValueError, match="named"):
        build_workbook([grid_of(["x"], name="Late"), grid_of(["x"], name="late")], AS_OF)


def test_a_workbook_needs_a_sheet_to_show():
    with pytest.raises(ValueError, match="hidden"):
        build_workbook([grid_of(["x"], hidden=True)], AS_OF)


def test_hidden_sheets_are_hidden_and_the_first_other_is_shown():
    book = read_back(grid_of(["x"], name="a", hidden=True), grid_of(["y"], name="b"))
    assert [sheet.hidden for sheet in book.sheets] == [True, False]


def test_short_lists_stand_in_the_validation_itself():
    check = Validation(Range(1, 0, 9, 0), "list", ("是 Yes", "否 No"), title="题", message="选")
    written = sheet_part(grid_of(["x"], validations=(check,)))
    assert '"是 Yes,否 No"' in written.replace("&quot;", '"')
    assert 'sqref="A2:A10"' in written
    assert 'prompt="选"' in written


@pytest.mark.parametrize("options", [tuple(f"选项{n:03}" for n in range(90)), ("甲, 乙", "丙"), ('5" 管',)])
def test_lists_too_long_or_with_commas_lie_on_a_hidden_sheet(options):
    grid = grid_of(["x"], validations=(Validation(Range(1, 0, 9, 0), "list", options),))
    book = read_back(grid)
    lists = book.sheets[-1]
    assert (lists.name, lists.hidden) == ("lists", True)
    assert tuple(row[0] for row in lists.rows) == options
    assert f"<formula1>lists!$A$1:$A${len(options)}</formula1>" in sheet_part(grid)


def test_bounds_may_be_one_sided_and_loose_validations_only_warn():
    block = Range(1, 0, 9, 0)
    checks = (
        Validation(block, "decimal", minimum=Decimal(0)),
        Validation(block, "date", minimum=dt.date(2026, 1, 1), strict=False),
        Validation(block, "any", title="题" * 40, message="长" * 300),
    )
    written = sheet_part(grid_of(["x"], validations=checks))
    assert "<formula1>0</formula1>" in written
    assert 'errorStyle="warning"' in written
    assert "长" * 254 + "…" in written


def test_a_table_takes_its_header_from_the_cells():
    grid = grid_of(["订单号", "数 量"], ["1", Decimal(2)], tables=(GridTable("orders", Range(0, 0, 1, 1)),))
    written = parts(grid)["xl/tables/table1.xml"]
    assert re.findall(r'<tableColumn id="\d" name="([^"]*)"', written) == ["订单号", "数 量"]
    assert 'ref="A1:B2"' in written
    assert read_back(grid).sheets[0].rows[0] == ("订单号", "数 量")


def test_a_table_of_a_header_alone_gets_a_blank_row():
    grid = grid_of(["订单号"], tables=(GridTable("orders", Range(0, 0, 0, 0)),))
    assert 'ref="A1:A2"' in parts(grid)["xl/tables/table1.xml"]


@pytest.mark.parametrize("header", [["a", "A"], ["a", None], ["a", 3]])
def test_a_table_header_must_be_different_texts(header):
    with pytest.raises(ValueError, match="header"):
        build_workbook([grid_of(header, tables=(GridTable("t", Range(0, 0, 1, 1)),))], AS_OF)


def test_links_are_relative_and_their_odd_characters_escaped():
    cell = GridCell("合同", link="papers/SO%2F1 #2/合同.docx")
    grid = Grid("a", {(0, 0): cell})
    target = re.search(r'Target="([^"]*)"', parts(grid)["xl/worksheets/_rels/sheet1.xml.rels"])[1]
    assert target.replace("\\", "/") == "papers/SO%252F1%20%232/合同.docx"
    assert read_back(grid).sheets[0].rows == (("合同",),)


def test_merges_sizes_panes_and_print_setup_are_written():
    grid = grid_of(
        ["标题", None, None],
        ["a", "b", "c"],
        widths=(5, 20),
        heights={0: 30},
        merges=(Range(0, 0, 0, 2),),
        freeze=(2, 1),
        print_setup=PrintSetup(repeat_rows=(1, 1)),
    )
    built = parts(grid)
    written = built["xl/worksheets/sheet1.xml"]
    assert read_back(grid).sheets[0].merges == (Range(0, 0, 0, 2),)
    for expected in (
        'paperSize="9"',
        'orientation="landscape"',
        'fitToHeight="0"',
        "&amp;P / &amp;N",
        'topLeftCell="B3"',
        'ht="30"',
    ):
        assert expected in written
    assert "$2:$2" in built["xl/workbook.xml"]


@pytest.mark.parametrize(
    ("style", "value", "shown"),
    [
        (Style.QUANTITY, Decimal(500), "#,##0"),
        (Style.QUANTITY, Decimal("4.8"), "#,##0.######"),
        (Style.PERCENT, Decimal("0.13"), "0%"),
        (Style.PERCENT, Decimal("0.125"), "0.00##%"),
        (Style.TEXT, dt.date(2026, 3, 2), "yyyy-mm-dd"),
        (Style.INPUT, "0010248", "@"),
        (Style.QUANTITY, Decimal("NaN"), "#,##0"),
    ],
)
def test_no_number_is_shown_with_an_idle_decimal_point(style, value, shown):
    assert number_format(style, value) == shown


def test_every_style_has_a_look():
    assert all(style_look(style)["font_name"] for style in Style)


# What XML can't hold at all is left out; a lone carriage return is a line feed to every XML reader.
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\ufffe\uffff", exclude_categories=["Cs"]), min_size=1
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.tuples(st.integers(0, 30), st.integers(0, 30)), TEXTS, max_size=12))
def test_any_grid_of_texts_comes_back_the_same(texts):
    sheet = read_back(Grid("a", {spot: GridCell(text) for spot, text in texts.items()})).sheets[0]
    found = {(r, c): value for r, row in enumerate(sheet.rows) for c, value in enumerate(row) if value is not None}
    assert found == texts


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_text_at_all_can_be_written(text):
    assert read_back(grid_of([text, "end"])).sheets[0].rows[0][1] == "end"
