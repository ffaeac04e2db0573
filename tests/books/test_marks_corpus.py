"""Workbooks of others, with all that a careless save destroys, are marked and unmarked: nothing but ours changes."""

import shutil
import subprocess
from pathlib import Path

import pytest
from marking import LISTING, listing, looks, members, notes, opened, put, take_off
from xlsx_lint import lint_workbook, new_findings

from xltools.books.outline import outline
from xltools.books.package import Package
from xltools.books.read import read_workbook
from xltools.core.patch import Mark
from xltools.core.sheet import Workbook
from xltools.edge.pdf import find_soffice

HERE = Path(__file__).parents[2]
CORPUS = HERE.parent / "shared" / "corpus" / "lossless"
INBOX = HERE / "samples" / "inbox"
FILES = [*sorted(CORPUS.glob("*.xls[xm]")), *sorted(INBOX.glob("[01]1-*.xlsx")), *sorted(INBOX.glob("4[036]-*.xlsx"))]
MARKS = [
    Mark(0, 0, "数量不是数字。\n请改成整数。"),
    Mark(6, 1, "Check <this> & that", is_error=False),
    Mark(40, 30, "缺"),
]
MAY_CHANGE = {"[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "docProps/custom.xml", "xl/workbook.xml"}
MAY_CHANGE |= {"xl/_rels/workbook.xml.rels", "xl/styles.xml"}

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # openpyxl says what it would lose


@pytest.fixture(autouse=True)
def needs_the_corpus() -> None:
    if not CORPUS.exists():
        pytest.skip("../shared/corpus is not here")


def read(content: bytes) -> Workbook:
    book = read_workbook(Path("x"), "x", content)
    assert isinstance(book, Workbook)
    return book


def values(content: bytes) -> list[object]:
    return [(one.name, one.rows, one.merges, one.hidden) for one in read(content).sheets]


def may_change(content: bytes) -> set[str]:
    """The parts that marks on every sheet concern: those of the workbook, the sheets, and their notes."""
    package = Package(content)
    sheets = [one.target for one in package.relations("xl/workbook.xml") if one.kind.endswith("sheet")]
    related = [
        one.target for sheet in sheets for one in package.relations(sheet) if one.kind in {"comments", "vmlDrawing"}
    ]
    rels = [sheet.replace("worksheets/", "worksheets/_rels/") + ".rels" for sheet in sheets]
    return {*MAY_CHANGE, *sheets, *related, *rels}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_marks_change_what_they_must_and_nothing_else(file: Path) -> None:
    content = file.read_bytes()
    before = values(content)
    marks = {name: MARKS for name, *_ in before}
    done = put(content, marks)
    assert values(done)[1:] == before
    old, new = members(content), members(done)
    assert {name for name, part in old.items() if new.get(name) != part} <= may_change(content)
    assert new_findings(lint_workbook(content), lint_workbook(done)) == []
    book = opened(done)
    assert book.sheetnames[0] == LISTING
    for name in marks:
        assert "数量不是数字。\n请改成整数。" in book[name]["A1"].comment.text
        assert book[name]["AE41"].fill.patternType == "solid"
    assert put(done, marks) == done
    back = take_off(done)
    assert values(back) == before
    then, now = looks(content), looks(back)
    assert {cell: look for cell, look in now.items() if cell in then} == then
    assert all(value is None for cell, (value, *_) in now.items() if cell not in then), "cells written out, but blank"


def test_controls_keep_their_shapes_beside_our_notes() -> None:
    content = (CORPUS / "Other_Shapes_sheet-with-form-controls-input.xlsx").read_bytes()
    drawing = "xl/drawings/vmlDrawing1.vml"
    done = put(content, {"Sheet1": MARKS})
    assert members(done)[drawing].startswith(members(content)[drawing].removesuffix(b"</xml>"))
    assert members(done)[drawing].count(b'ObjectType="Note"') == len(MARKS)
    assert members(take_off(done))[drawing] == members(content)[drawing]
    sheet = [one.name for one in outline(members(done)["xl/worksheets/sheet1.xml"]).children]
    assert sheet == [one.name for one in outline(members(content)["xl/worksheets/sheet1.xml"]).children]


@pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed")
def test_marks_come_off_after_libreoffice_saved_the_workbook(tmp_path: Path) -> None:
    file = next(INBOX.glob("01-*.xlsx"))
    name = read(file.read_bytes()).sheets[0].name
    cells = [(4, 0), (4, 1), (13, 7), (40, 30)]
    marked = tmp_path / "marked.xlsx"
    marked.write_bytes(put(file.read_bytes(), {name: [Mark(*cell, "错") for cell in cells]}, listing(cell="B5")))
    program = shutil.which("soffice") or str(find_soffice())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        program,
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        "saved",
        marked,
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    back = take_off((tmp_path / "saved" / "marked.xlsx").read_bytes())
    assert notes(back, name) == {}
    assert opened(back).sheetnames == opened(file.read_bytes()).sheetnames
    for row, column in cells:
        before, after = (opened(one)[name].cell(row + 1, column + 1).fill for one in (file.read_bytes(), back))
        assert (after.patternType, after.fgColor.rgb) == (before.patternType, before.fgColor.rgb)
