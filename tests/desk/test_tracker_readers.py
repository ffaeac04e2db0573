"""What we write into workbooks that others open: four readers take the same values from it, two judges find no fault."""

import datetime as dt
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
Values = Mapping[tuple[str, str], object]  # by sheet and cell


@dataclass(frozen=True)
class Case:
    """A workbook that a run wrote, the one it came from, and the desk that its links start from."""

    path: Path
    origin: Path
    root: Path


@pytest.fixture(scope="module")
def cases(demo, tmp_path_factory) -> Mapping[str, Case]:
    opened, result = demo
    templates = desk.template_folder()
    made = {
        "demo tracker": Case(opened.path / opened.folders.tracker, templates / TRACKER, opened.path),
        "demo prices": Case(opened.path / opened.folders.prices, templates / PRICES, opened.path),
        **patched_thrice(tmp_path_factory.mktemp("patched") / "订单台"),
    }
    for original in (opened.path / opened.folders.archive).rglob("*.xlsx"):
        copy = opened.path / opened.folders.returned / original.name
        if copy.is_file() and copy.read_bytes() != original.read_bytes():  # what can't be marked comes back untouched
            made[f"returned {copy.name}"] = Case(copy, original, opened.path)
    assert len(made) > 4
    return made


def patched_thrice(path: Path) -> dict[str, Case]:
    """A tracker and its prices after runs on four days, with new orders, a revision, and a person's typing between."""
    folder = DeskFolder(path)
    first = dt.date(2026, 3, 10)
    for day in range(4):
        folder.drop(f"{day}.xlsx", {**LINE, "quantity": 0.5 + day}, order_no=f"00{day}", customer_po="PO & <1>")
        if day == 1:
            folder.drop("0.xlsx", {**LINE, "quantity": 7}, order_no="000", revision=2)
        if day == 2:
            type_cells(path / TRACKER, {"承诺交期": dt.date(2026, 4, 2), "卡点/欠料": "缺 <铜> & 铁\n二楼 "})
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


def test_every_link_parses_and_leads_to_what_is_there(cases):
    counted = dict.fromkeys(cases, 0)
    for name, case in cases.items():
        book = openpyxl.load_workbook(case.path)
        for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row):
            if cell.data_type == "f" and "HYPERLINK" in cell.value:
                assert (case.root / link_target(cell.value)).is_file(), (name, cell.coordinate, cell.value)
                counted[name] += 1
            if cell.hyperlink and cell.parent.title not in openpyxl.load_workbook(case.origin, read_only=True).sheetnames:
                sheet, _, block = cell.hyperlink.location.rpartition("!")
                assert book[sheet.strip("'").replace("''", "'")][block] is not None, (name, cell.coordinate)
                counted[name] += 1
    print(counted)
    assert all(count for name, count in counted.items() if "prices" not in name), counted


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
