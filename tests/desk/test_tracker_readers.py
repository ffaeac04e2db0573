"""What we write into workbooks that others open: four readers take the same from it, two judges find no fault."""

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
import validator
import xlsx_lint
from openpyxl.formula import Tokenizer
from sheetjs import needs_sheetjs, read_all_with_sheetjs
from validator import needs_validator, validate

from xltools import desk
from xltools.books.patch import patch_workbook
from xltools.books.read import read_workbook
from xltools.books.shared import read_shared_workbook
from xltools.core.patch import SheetPatch
from xltools.core.place import cell_name
from xltools.core.sheet import Workbook

from .conftest import LINE, DeskFolder
from .hand import TRACKER, Hand

PRICES = "order-prices.xlsx"
# Marked copies of the sample desk: single orders, order lists in which one order of several is at fault.
MARKED = ("06-客户未填", "28-数量带单位", "39-四月清单一单有错", "62-三月清单改了一单")
Values = Mapping[tuple[str, str], object]  # by sheet and cell


@dataclass(frozen=True)
class Case:
    """A workbook that a run wrote, the one it came from, and the desk that its links start from."""

    path: Path
    origin: Path
    root: Path


@pytest.fixture(scope="module")
def cases(demo, tmp_path_factory) -> Mapping[str, Case]:
    opened, _ = demo
    templates = desk.template_folder()
    made = {
        "demo tracker": Case(opened.path / opened.folders.tracker, templates / TRACKER, opened.path),
        "demo prices": Case(opened.path / opened.folders.prices, templates / PRICES, opened.path),
        **patched_thrice(tmp_path_factory.mktemp("patched") / "订单台"),
    }
    for original in (opened.path / opened.folders.archive).rglob("*.xlsx"):
        if original.name.startswith(MARKED):
            made[f"returned {original.name}"] = Case(
                opened.path / opened.folders.returned / original.name, original, opened.path
            )
    assert len(made) == 4 + len(MARKED)
    return made


def patched_thrice(path: Path) -> dict[str, Case]:
    """A tracker and its prices after runs on four days, with new orders, a revision, and a person's typing between."""
    folder = DeskFolder(path)
    first = dt.date(2026, 3, 10)
    for day in range(4):
        folder.drop(f"{day}.xlsx", {**LINE, "quantity": 0.5 + day}, order_no=f"00{day}", customer_po="PO & <1>")
        if day == 1:
            revised = folder.drop("0.xlsx", {**LINE, "quantity": 7}, order_no="000", revision=2)
            shutil.copy(revised, path / "second.xlsx")
        if day == 2:
            type_cells(path / TRACKER, {"承诺交期": dt.date(2026, 4, 2), "卡点/欠料": "缺 <铜> & 铁\n二楼 "})
        if day == 3:
            folder.approve_all()
        assert folder.run(first + dt.timedelta(day)).exit_code == 0
    templates = desk.template_folder()
    return {
        "patched tracker": Case(path / TRACKER, templates / TRACKER, path),
        "patched prices": Case(path / PRICES, templates / PRICES, path),
    }


def type_cells(path: Path, typed: Mapping[str, object]) -> None:
    """Types into the row of order 001 as Excel does, which keeps the results of formulas: openpyxl drops them."""
    hand = Hand(path)
    cells = {(hand.row("001") - 1, hand.column(words) - 1): value for words, value in typed.items()}
    written = patch_workbook(path.read_bytes(), [SheetPatch(hand.sheet.title, cells)], {}, TRACKER)
    assert isinstance(written, bytes)
    path.write_bytes(written)


@pytest.fixture(scope="module")
def read(cases) -> Mapping[str, Values]:
    """What our reader of shared workbooks takes from each file."""
    return {name: values_of(read_shared_workbook(case.path.read_bytes(), name)) for name, case in cases.items()}


def test_calamine_reads_the_same(cases, read):
    for name, case in cases.items():
        assert values_of(read_workbook(case.path, name)) == read[name], name


def test_openpyxl_reads_the_same(cases, read):
    for name, case in cases.items():
        book = openpyxl.load_workbook(case.path, data_only=True)
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        found = {(cell.parent.title, cell.coordinate): plain(cell.value) for cell in cells if cell.value is not None}
        assert found == read[name], name


@needs_sheetjs
def test_sheetjs_reads_the_same(cases, read):
    books = read_all_with_sheetjs([case.path for case in cases.values()])
    for name, book in zip(cases, books, strict=True):
        found = {(sheet, at): plain(cell.value) for sheet, cells in book.items() for at, cell in cells.items()}
        assert found == read[name], name


@needs_validator
def test_microsofts_validator_finds_nothing_that_was_not_there_before(cases):
    found = validate({path for case in cases.values() for path in (case.path, case.origin)})
    for name, case in cases.items():
        assert validator.new_findings(found[case.origin], found[case.path]) == [], name


def test_our_lint_finds_nothing_that_was_not_there_before(cases):
    for name, case in cases.items():
        before, after = (xlsx_lint.lint_workbook(path.read_bytes()) for path in (case.origin, case.path))
        assert xlsx_lint.new_findings(before, after) == [], name


def test_every_formula_of_ours_is_a_link_that_parses_and_leads_to_a_file_of_the_desk(cases):
    for name in ("demo tracker", "patched tracker"):
        case = cases[name]
        page = openpyxl.load_workbook(case.path).worksheets[0]
        formulas = [cell for row in page.iter_rows() for cell in row if cell.data_type == "f"]
        assert len(formulas) > 2
        for cell in formulas:
            assert (case.root / link_target(cell.value)).is_file(), (name, cell.coordinate, cell.value)


def test_every_link_of_a_returned_copy_leads_to_a_cell_with_a_note(cases):
    found = 0
    for case in (one for name, one in cases.items() if name.startswith("returned")):
        book = openpyxl.load_workbook(case.path)
        for cell in (cell for row in book.worksheets[0].iter_rows() for cell in row if cell.hyperlink):
            sheet, _, at = cell.hyperlink.location.rpartition("!")
            assert book[sheet.strip("'").replace("''", "'")][at].comment.text, (case.path.name, cell.coordinate)
            found += 1
    assert found >= len(MARKED)


def test_a_link_leads_to_the_paper_made_last_and_the_original_that_counts(cases):
    case = cases["patched tracker"]
    hand = Hand(case.path)
    assert link_target(hand.cell("000", "单据").value).endswith("-r2.docx")
    original = case.root / link_target(hand.cell("000", "来源").value)
    assert original.read_bytes() == (case.root / "second.xlsx").read_bytes()


def link_target(formula: str) -> str:
    """The first argument of a formula that is one call of HYPERLINK with two texts, and nothing else."""
    call, target, comma, shown, end = Tokenizer(formula).items
    assert (call.value, call.subtype, comma.subtype, end.subtype) == ("HYPERLINK(", "OPEN", "ARG", "CLOSE")
    assert (target.subtype, shown.subtype) == ("TEXT", "TEXT")
    return target.value[1:-1].replace('""', '"')


def values_of(workbook) -> Values:
    assert isinstance(workbook, Workbook), workbook
    return {
        (sheet.name, cell_name(row, column)): plain(value)
        for sheet in workbook.sheets
        for row, column, value in sheet.filled_cells()
    }


def plain(value):
    """A value as every reader can give it: one kind of number, days without midnight."""
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value
