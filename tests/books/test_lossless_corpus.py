"""Workbooks of others that hold what a careless save destroys, patched and marked: all else in them stays."""

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import validator
import xlsx_lint
from sheetjs import needs_sheetjs, read_all_with_sheetjs
from validator import needs_validator, validate

from xltools.books.marks import mark_workbook, unmark_workbook
from xltools.books.patch import patch_workbook
from xltools.books.read import read_workbook
from xltools.core.content import CellContent
from xltools.core.grid import Grid, GridCell, Style
from xltools.core.patch import Mark, NewRow, SheetPatch
from xltools.core.place import cell_name
from xltools.core.sheet import Range, Sheet, Workbook

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "lossless"
FILES = sorted(CORPUS.glob("*.xlsx"))
IDS = [path.stem for path in FILES]

TEXT, NUMBER, DATE = "改 & <1>\n二", Decimal("12.50"), dt.date(2026, 3, 30)
LISTING = Grid("问题清单 Problems", {(0, 0): GridCell("问题 Problem", Style.HEADER)})
PROPERTIES = {"return-id": "R-1"}
NOTE = "数量要大于 0 quantity must be above 0"

# What a patch of every sheet may change; and what a mark may, which adds a sheet, notes and their shapes.
PATCHED = re.compile(
    r"\[Content_Types\]\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/styles\.xml|xl/calcChain\.xml"
    r"|xl/worksheets/sheet\d+\.xml|xl/tables/table\d+\.xml|xl/pivotCache/pivotCacheDefinition\d+\.xml"
    r"|docProps/custom\.xml|_rels/\.rels"
)
MARKED = re.compile(
    r"\[Content_Types\]\.xml|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels|xl/styles\.xml|docProps/(app|custom)\.xml"
    r"|_rels/\.rels|xl/worksheets/(_rels/)?sheet\d+\.xml(\.rels)?|xl/comments\d+\.xml|xl/drawings/vmlDrawing\d+\.vml"
)

pytestmark = pytest.mark.skipif(not FILES, reason="needs ../shared/corpus/lossless")
Values = dict[tuple[int, int], object]


@dataclass(frozen=True)
class Case:
    """A workbook before and after; `expected` are the values of each of its sheets by row and column from 0."""

    path: Path
    before: bytes
    patched: bytes
    marked: bytes
    expected: Mapping[str, Values]
    changes: Mapping[str, Values] = field(default_factory=dict)


@pytest.fixture(scope="module", params=FILES, ids=IDS)
def case(request: pytest.FixtureRequest, cases: Mapping[Path, Case]) -> Case:
    return cases[request.param]


@pytest.fixture(scope="module")
def cases() -> Mapping[Path, Case]:
    return {path: make_case(path) for path in FILES}


@pytest.fixture(scope="module")
def written(cases, tmp_path_factory) -> Mapping[tuple[Path, str], Path]:
    """The files as they were and as they came out, by their origin and `before`, `patched` or `marked`."""
    folder = tmp_path_factory.mktemp("corpus")
    made = {}
    for path, one in cases.items():
        for fate in ("before", "patched", "marked"):
            made[path, fate] = folder / f"{path.stem}.{fate}.xlsx"
            made[path, fate].write_bytes(getattr(one, fate))
    return made


def make_case(path: Path) -> Case:
    content, book = path.read_bytes(), read(path.read_bytes())
    tables = tables_of(content)
    patches, expected, changes = [], {}, {}
    for sheet in book.sheets:
        patch = patch_of(sheet, tables.get(sheet.name))
        patches.append(patch)
        changes[sheet.name] = dict(changed_values(patch))
        expected[sheet.name] = {**values_of(sheet), **changes[sheet.name]}
    patched = patch_workbook(content, patches, PROPERTIES, path.name)
    assert isinstance(patched, bytes), patched
    marks = {sheet.name: [Mark(*spot_of(sheet), NOTE), Mark(40, 3, "后补", is_error=False)] for sheet in book.sheets}
    marked = mark_workbook(content, marks, LISTING, PROPERTIES, file=path.name)
    assert isinstance(marked, bytes), marked
    return Case(path, content, patched, marked, expected, changes)


def patch_of(sheet: Sheet, table: Range | None) -> SheetPatch:
    """A changed cell, new cells beside and below what is there, and two rows under the table or the used block."""
    filled = [(row, column) for row, column, _ in sheet.filled_cells()]
    cells: dict[tuple[int, int], CellContent] = {(0, sheet.width + 2): TEXT, (len(sheet.rows) + 5, 0): NUMBER}
    cells[3, sheet.width + 3] = DATE
    if filled and table is None:
        cells[filled[-1]] = TEXT
    elif table:
        cells[table.bottom, table.left] = TEXT
    if not filled:
        return SheetPatch(sheet.name, cells)
    rows, columns = zip(*filled, strict=True)
    block = table or Range(min(rows), min(columns), max(rows), max(columns))
    contents = (TEXT, NUMBER, DATE, True, None)
    spots = range(block.left, min(block.right + 1, block.left + len(contents)))
    new = NewRow(dict(zip(spots, contents, strict=False)))
    return SheetPatch(sheet.name, cells, block, [new, NewRow({block.left: "10249"})])


def changed_values(patch: SheetPatch) -> Iterator[tuple[tuple[int, int], object]]:
    contents = dict(patch.cells)
    if patch.block:
        for row, new in enumerate(patch.new_rows, patch.block.bottom + 1):
            contents |= {(row, column): content for column, content in new.cells.items()}
    for cell, content in contents.items():
        if content is not None:
            yield cell, float(content) if isinstance(content, Decimal) else content


def spot_of(sheet: Sheet) -> tuple[int, int]:
    """A filled cell, the first where there is none."""
    return next(((row, column) for row, column, _ in sheet.filled_cells()), (0, 0))


def tables_of(content: bytes) -> Mapping[str, Range]:
    """The first table of each sheet that has one, without a totals row."""
    found = {}
    for page in load(content).worksheets:
        for table in page.tables.values():
            left, top, right, bottom = openpyxl.utils.range_boundaries(table.ref)
            found[page.title] = Range(top - 1, left - 1, bottom - 1 - (table.totalsRowCount or 0), right - 1)
            break
    return found


def read(content: bytes) -> Workbook:
    book = read_workbook(Path("nowhere.xlsx"), "a.xlsx", content)
    assert isinstance(book, Workbook), book
    return book


def load(content: bytes) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it does not know, which is why it never saves here
        return openpyxl.load_workbook(io.BytesIO(content))


def values_of(sheet: Sheet) -> Values:
    return {(row, column): value for row, column, value in sheet.filled_cells()}


def members(content: bytes) -> dict[str, bytes]:
    """The packed bytes of each member, with what the directory says of it, in the order of the zip."""
    packed = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for listed in archive.infolist():
            start = listed.header_offset
            names = sum(int.from_bytes(content[start + at : start + at + 2], "little") for at in (26, 28))
            data = content[start + 30 + names : start + 30 + names + listed.compress_size]
            packed[listed.filename] = repr((listed.CRC, listed.date_time, listed.external_attr)).encode() + data
    return packed


def assert_kept(before: bytes, after: bytes, may_change: re.Pattern[str]) -> None:
    old, new = members(before), members(after)
    assert [name for name in new if name in old] == [name for name in old if name in new]
    assert [name for name in old if new.get(name) != old[name] and not may_change.fullmatch(name)] == []


def test_a_patch_leaves_the_bytes_of_all_other_members(case):
    assert_kept(case.before, case.patched, PATCHED)
    assert set(members(case.patched)) - set(members(case.before)) <= {"docProps/custom.xml"}


def test_a_patch_of_one_sheet_leaves_the_bytes_of_the_others(case):
    for sheet in read(case.before).sheets:
        one = patch_workbook(case.before, [SheetPatch(sheet.name, {(0, sheet.width + 2): TEXT})], {}, case.path.name)
        old, new = members(case.before), members(one)
        changed = [name for name in old if "/worksheets/sheet" in name and old[name] != new[name]]
        assert len(changed) == 1


def test_a_mark_leaves_the_bytes_of_all_other_members(case):
    assert_kept(case.before, case.marked, MARKED)
    assert set(members(case.before)) <= set(members(case.marked))


def test_calamine_reads_the_new_values_and_the_same_old_ones(case):
    book = read(case.patched)
    assert {sheet.name: values_of(sheet) for sheet in book.sheets} == case.expected
    assert book.properties["return-id"] == "R-1"
    before, marked = read(case.before), read(case.marked)
    assert [sheet.name for sheet in marked.sheets] == [LISTING.name, *(sheet.name for sheet in before.sheets)]
    assert [values_of(sheet) for sheet in marked.sheets[1:]] == [values_of(sheet) for sheet in before.sheets]
    assert [sheet.merges for sheet in marked.sheets[1:]] == [sheet.merges for sheet in before.sheets]
    assert [sheet.hidden for sheet in book.sheets] == [sheet.hidden for sheet in before.sheets]


def test_openpyxl_reads_the_same_old_cells_with_the_same_looks(case):
    before, patched, marked = load(case.before), load(case.patched), load(case.marked)
    look, look_patched, look_marked = looks(), looks(), looks()
    spots = {sheet.name: spot_of(sheet) for sheet in read(case.before).sheets}
    for page in before.worksheets:
        new = case.changes[page.title]
        for cell in (cell for row in page.iter_rows() for cell in row):
            at = (cell.row - 1, cell.column - 1)
            after = patched[page.title][cell.coordinate]
            if at not in new:
                assert (after.value, look_patched(after)) == (cell.value, look(cell)), cell
            after = marked[page.title][cell.coordinate]
            assert after.value == cell.value
            if at not in (spots[page.title], (40, 3)):
                assert look_marked(after) == look(cell), cell


def looks() -> Callable[[openpyxl.cell.Cell], str]:
    """Tells the look of the cells of one workbook, each style made out once; openpyxl's own objects do not compare."""
    known: dict[int, str] = {}

    def look(cell: openpyxl.cell.Cell) -> str:
        if cell.style_id not in known:
            parts = (cell.number_format, cell.fill, cell.font, cell.border, cell.alignment, cell.protection)
            known[cell.style_id] = repr(parts)
        return known[cell.style_id]

    return look


def test_openpyxl_reads_the_marks(case):
    marked = load(case.marked)
    for sheet in read(case.before).sheets:
        cell = marked[sheet.name][cell_name(*spot_of(sheet))]
        assert cell.fill.fill_type == "solid"
        assert NOTE in cell.comment.text
        assert marked[sheet.name]["D41"].comment.text.endswith("后补")


def test_comments_of_others_stay(case):
    before, patched, marked = load(case.before), load(case.patched), load(case.marked)
    for page in before.worksheets:
        for cell in (cell for row in page.iter_rows() for cell in row if cell.comment):
            assert patched[page.title][cell.coordinate].comment == cell.comment
            assert cell.comment.text in marked[page.title][cell.coordinate].comment.text


def test_taking_marks_off_brings_the_cells_back(case):
    unmarked = unmark_workbook(case.marked)
    assert isinstance(unmarked, bytes), unmarked
    before, after = load(case.before), load(unmarked)
    look, look_again = looks(), looks()
    assert after.sheetnames == before.sheetnames
    for page in before.worksheets:
        for cell in (cell for row in page.iter_rows() for cell in row):
            again = after[page.title][cell.coordinate]
            assert (again.value, look_again(again)) == (cell.value, look(cell)), cell
            assert (again.comment and again.comment.text) == (cell.comment and cell.comment.text)
    assert xlsx_lint.new_findings(xlsx_lint.lint_workbook(case.before), xlsx_lint.lint_workbook(unmarked)) == []


@pytest.mark.parametrize("fate", ["patched", "marked"])
def test_the_lint_finds_nothing_new(case, fate):
    before = xlsx_lint.lint_workbook(case.before)
    assert xlsx_lint.new_findings(before, xlsx_lint.lint_workbook(getattr(case, fate))) == []


@needs_validator
def test_microsofts_validator_finds_nothing_new(written):
    found = validate([path for (_, fate), path in written.items() if fate != "before"])
    known = validate([written[origin, "before"] for (origin, _), path in written.items() if found.get(path)])
    new = {
        path.name: validator.new_findings(known[written[origin, "before"]], found[path])
        for (origin, _), path in written.items()
        if found.get(path)
    }
    assert [(name, str(one)) for name, findings in new.items() for one in findings] == []


@needs_sheetjs
def test_sheetjs_reads_the_new_values_and_the_same_old_ones(cases, written):
    order = list(written)
    books = dict(zip(order, read_all_with_sheetjs([written[key] for key in order]), strict=True))
    for path, one in cases.items():
        before, patched, marked = (books[path, fate] for fate in ("before", "patched", "marked"))
        assert list(marked) == [LISTING.name, *before]
        for name, cells in before.items():
            assert marked[name] == cells
            new = {cell_name(*cell): value for cell, value in one.changes[name].items()}
            kept = {address: cell for address, cell in cells.items() if address not in new}
            assert {address: cell for address, cell in patched[name].items() if address not in new} == kept
            assert {address: patched[name][address].value for address in new} == new


def test_a_patch_and_a_mark_of_the_same_file_give_the_same_bytes(case):
    again = make_case(case.path)
    assert (again.patched, again.marked) == (case.patched, case.marked)
