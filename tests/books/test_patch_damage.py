"""Whatever a file holds, patching it gives a workbook or a problem; and whatever is patched, it reads back."""

import io
import zipfile
from decimal import Decimal

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from patch_books import MAIN, SHEET, make_book, parts_of, patched, table, worksheet, zip_parts

from xltools.books.patch import patch_workbook
from xltools.core.content import CellContent, Formula
from xltools.core.patch import NewRow, SheetPatch
from xltools.core.problem import Problem
from xltools.core.sheet import Range

SHEET_XML = worksheet(
    '<row r="1"><c r="A1" t="str"><v>单号</v></c><c r="B1" t="str"><v>数量</v></c></row>'
    '<row r="2"><c r="A2" s="1" t="str"><v>甲</v></c><c r="B2"><f t="shared" ref="B2:B3" si="0">A2*2</f></c></row>'
    '<row r="3"><c r="A3"/><c r="B3"><f t="shared" si="0"/></c></row>'
    '<row r="4"><c r="A4"/><c r="B4"><f>SUM(B2:B3)</f></c></row>',
    head='<dimension ref="A1:B4"/><cols><col min="1" max="2" style="4"/></cols>',
    tail='<conditionalFormatting sqref="B2:B3"><cfRule><formula>$B$2:$B$3</formula></cfRule></conditionalFormatting>'
    '<mergeCells><mergeCell ref="F1:G9"/></mergeCells>',
)
CACHE = f'<pivotCacheDefinition xmlns="{MAIN}"><worksheetSource name="Orders"/></pivotCacheDefinition>'
WHOLE = make_book(
    SHEET_XML,
    tables=(
        table("A1:B4", ["单号", "数量=A2*2"], attributes=' totalsRowCount="1"', inner='<autoFilter ref="A1:B3"/>'),
    ),
    names="<definedName name=\"n\">'订单 &amp; 总表'!$A$1:$B$3</definedName>",
    calculation="<calcPr/>",
    parts={"xl/calcChain.xml": f'<calcChain xmlns="{MAIN}"/>', "xl/pc1.xml": CACHE},
    kinds=(("calcChain", "calcChain.xml"), ("pivotCacheDefinition", "pc1.xml")),
)
PATCH = SheetPatch(SHEET, {(1, 0): 5, (1, 1): 6}, Range(0, 0, 2, 1), [NewRow({0: "乙"}), NewRow({1: 3}, 20)])
NAMES = sorted(parts_of(WHOLE))
PIECES = [
    b"<",
    b">",
    b'"',
    b"/",
    b"'",
    b"&",
    b"<!--",
    b"]]>",
    b"\0",
    b"\xff",
    b' r="A1"',
    b"x:",
    b"99999999999",
    b"",
    b":",
    b"$",
]


def survives(content: bytes) -> None:
    done = patch_workbook(content, [PATCH], {"a": "b"})
    assert isinstance(done, bytes | Problem)
    if isinstance(done, bytes):
        with zipfile.ZipFile(io.BytesIO(done)) as archive:
            assert archive.testzip() is None


def test_the_workbook_that_is_damaged_here_is_whole():
    assert isinstance(patch_workbook(WHOLE, [PATCH]), bytes)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 2**16), st.sampled_from(PIECES), st.integers(0, 12))
def test_damage_inside_a_part_is_no_exception(name, at, piece, cut):
    parts = parts_of(WHOLE)
    start = at % (len(parts[name]) + 1)
    parts[name] = parts[name][:start] + piece + parts[name][start + cut :]
    survives(zip_parts(parts))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**16), st.binary(min_size=1, max_size=4))
def test_damage_to_the_zip_itself_is_no_exception(at, junk):
    start = at % len(WHOLE)
    survives(WHOLE[:start] + junk + WHOLE[start + len(junk) :])


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(NAMES))
def test_a_missing_part_is_no_exception(name):
    survives(zip_parts({one: content for one, content in parts_of(WHOLE).items() if one != name}))


CONTENTS: st.SearchStrategy[CellContent] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**9), 10**9),
    st.decimals(-(10**6), 10**6, places=2),
    st.text("甲乙ab<&> ", min_size=1, max_size=6),
    st.builds(Formula, st.just("1+1"), st.just(2)),
)
CELLS = st.dictionaries(st.tuples(st.integers(0, 12), st.integers(0, 6)), CONTENTS, max_size=25)


def as_read(content: CellContent) -> object:
    if isinstance(content, Formula):
        return f"={content.text}"
    return float(content) if isinstance(content, Decimal) else content


@settings(max_examples=150, deadline=None)
@given(CELLS, st.lists(st.dictionaries(st.integers(1, 3), CONTENTS), max_size=5))
def test_patches_one_after_the_other_make_the_sheet_they_describe(cells, rows):
    """A model in memory, and a workbook patched in as many steps as there are cells, agree."""
    book = make_book(worksheet('<row r="3"><c r="C3"><v>1</v></c></row><row r="9"/>', head='<dimension ref="C3"/>'))
    model: dict[tuple[int, int], object] = {(2, 2): 1}
    for address, content in cells.items():
        book = patched(book, SheetPatch(SHEET, {address: content}))
        model[address] = as_read(content)
    # the block's rows below stay free or hold cells of the model, which the new rows then come after
    block = Range(20, 1, 22, 3)
    book = patched(book, SheetPatch(SHEET, {}, block, [NewRow(row) for row in rows]))
    for number, row in enumerate(rows, 23):
        model |= {(number, column): as_read(content) for column, content in row.items()}
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    for (row, column), expected in model.items():
        assert sheet.cell(row + 1, column + 1).value == expected
    filled = {(cell.row - 1, cell.column - 1) for line in sheet.iter_rows() for cell in line if cell.value is not None}
    assert filled == {address for address, content in model.items() if content is not None}


def test_a_totals_cell_in_another_coding_is_no_exception():
    parts = parts_of(WHOLE)
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"SUM(B2:B3)", "求和(B2:B3)".encode("gbk"))
    done = patch_workbook(zip_parts(parts), [PATCH])
    assert isinstance(done, Problem)
    assert dict(done.values)["reason"] == "reason-damaged"
