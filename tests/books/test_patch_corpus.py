"""Real workbooks with what a careless save destroys: patched, they differ in what was intended and nothing else."""

import datetime as dt
import io
import pathlib
import re
import zipfile
from decimal import Decimal

import openpyxl
import pytest
import python_calamine
from openpyxl.cell.cell import MergedCell
from patch_books import changed_parts, patched

from xltools.books.package import Package
from xltools.books.patch import patch_workbook
from xltools.books.patch.book import Book
from xltools.books.patch.tables import read_tables
from xltools.core.patch import NewRow, SheetPatch
from xltools.core.sheet import Range

CORPUS = pathlib.Path(__file__).parents[3] / "shared" / "corpus" / "lossless"
WORKBOOKS = sorted(CORPUS.glob("*.xlsx"))
MAY_CHANGE = re.compile(
    r"xl/workbook\.xml|xl/styles\.xml|xl/tables/.*|xl/calcChain\.xml|xl/pivotCache/pivotCacheDefinition\d+\.xml"
)


@pytest.fixture(autouse=True, scope="module")
def _corpus():
    if not WORKBOOKS:
        pytest.skip("needs ../shared/corpus/lossless")


def first_sheet(content: bytes) -> tuple[str, str]:
    """Name and part of a sheet that has a table where there is one, else of the first."""
    package = Package(content)
    book = Book(package)
    names = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    sheets = [book.find_sheet(name) for name in names]
    best = next((sheet for sheet in sheets if list(read_tables(package, sheet.part))), sheets[0])
    return best.name, best.part


def used_block(content: bytes, name: str, part: str) -> Range:
    """The first table's block, or all that is used."""
    for one in read_tables(Package(content), part):
        return one.block
    sheet = openpyxl.load_workbook(io.BytesIO(content))[name]
    return Range(sheet.min_row - 1, sheet.min_column - 1, sheet.max_row - 1, sheet.max_column - 1)


def patch_for(content: bytes) -> tuple[SheetPatch, str]:
    """A changed cell in the last row of the block, one that no merge covers, and two new rows."""
    name, part = first_sheet(content)
    block = used_block(content, name, part)
    last = openpyxl.load_workbook(io.BytesIO(content))[name][block.bottom + 1][block.left : block.right + 1]
    changed = next(cell.column - 1 for cell in last if not isinstance(cell, MergedCell))
    rows = [NewRow({block.left: f"新单 {number}", block.right: dt.date(2026, 3, number)}) for number in (1, 2)]
    return SheetPatch(name, {(block.bottom, changed): Decimal("12.5")}, block, rows), part


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_a_workbook_comes_through_with_only_the_intended_parts_changed(path):
    before = path.read_bytes()
    patch, part = patch_for(before)
    after = patched(before, patch)
    changed = changed_parts(before, after)
    assert part in changed
    assert {name for name in changed - {part} if not MAY_CHANGE.fullmatch(name)} == set()
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert new.testzip() is None
        assert [name for name in new.namelist() if name not in changed] == [
            name for name in old.namelist() if name not in changed
        ]


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_other_readers_see_the_new_values_beside_the_old(path):
    before = path.read_bytes()
    patch, _ = patch_for(before)
    assert patch.block
    after = patched(before, patch)
    old, new = (openpyxl.load_workbook(io.BytesIO(content))[patch.sheet] for content in (before, after))
    bottom, right = patch.block.bottom, patch.block.right
    ((changed, content),) = patch.cells.items()
    for row in range(bottom + 1):
        for column in range(right + 1):
            wanted = content if (row, column) == changed else old.cell(row + 1, column + 1).value
            assert new.cell(row + 1, column + 1).value == wanted
    days = [
        row for row in range(bottom + 1, bottom + 99) if new.cell(row + 1, right + 1).value == dt.datetime(2026, 3, 1)
    ]
    assert len(days) == 1
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(after))
    rows = book.get_sheet_by_name(patch.sheet).to_python(skip_empty_area=False)
    assert rows[changed[0]][changed[1]] == 12.5
    assert rows[days[0]][right] in {dt.date(2026, 3, 1), dt.datetime(2026, 3, 1)}


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.stem)
def test_nothing_asked_is_nothing_changed(path):
    content = path.read_bytes()
    name, _ = first_sheet(content)
    assert patch_workbook(content, [SheetPatch(name)]) is content
