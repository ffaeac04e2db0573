import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from validator import Finding, needs_validator, new_findings, validate

TEMPLATES = Path(__file__).parents[2] / "templates"


def broken_workbook(path: Path) -> Path:
    """A workbook with an element that its schema does not know."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("订单").write("A1", "订单编号")
    with zipfile.ZipFile(target) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</sheetData>", b"<oops/></sheetData>"))
    return path


@needs_validator
def test_templates_have_no_finding_and_what_is_broken_is_told_in_one_go(tmp_path):
    broken = broken_workbook(tmp_path / "坏 工作簿.xlsx")
    (tmp_path / "no zip.xlsx").write_text("订单", encoding="utf-8")
    templates = sorted(TEMPLATES.glob("*.xlsx"))
    found = validate([*templates, broken, tmp_path / "no zip.xlsx"])
    assert templates
    assert [found[template] for template in templates] == [[]] * len(templates)
    (finding,) = found[broken]
    assert (finding.part, finding.rule) == (
        "/xl/worksheets/sheet1.xml",
        "Sch_InvalidElementContentExpectingComplex",
    )
    assert "oops" in str(finding)
    assert found[tmp_path / "no zip.xlsx"] != []


@needs_validator
def test_a_validator_that_can_not_be_run_is_no_pass(tmp_path, monkeypatch):
    monkeypatch.setenv("OOXML_VALIDATOR_CLI", str(tmp_path / "gone"))
    with pytest.raises(RuntimeError, match="Failed to spawn"):
        validate([broken_workbook(tmp_path / "a.xlsx")])


def test_no_files_need_no_validator(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert validate([]) == {}


def test_only_what_a_change_brought_is_new_wherever_in_its_part_the_rest_has_moved():
    old = Finding("/xl/styles.xml", "/x:xf[1]", "Sch_A", "bad")
    moved = Finding("/xl/styles.xml", "/x:xf[2]", "Sch_A", "bad")
    other = Finding("/xl/workbook.xml", "/x:xf[1]", "Sch_A", "bad")
    assert new_findings([old], [moved]) == []
    assert new_findings([old], [moved, old, other]) == [old, other]
    assert new_findings([old, other], []) == []
