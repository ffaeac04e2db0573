import datetime as dt
import io
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
from docx import Document

from xltools.core.problem import Problem
from xltools.edge.pdf import convert_to_pdf, date_pdf, find_soffice

AS_OF = dt.date(2026, 3, 3)
needs_soffice = pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed")
needs_shell = pytest.mark.skipif(os.name == "nt", reason="stands in for LibreOffice with a shell script")


def write_docx(path: Path, text: str) -> Path:
    document = Document()
    document.add_paragraph(text)
    written = io.BytesIO()
    document.save(written)
    path.write_bytes(written.getvalue())
    return path


def fake_soffice(folder: Path, script: str) -> Path:
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


@needs_soffice
def test_papers_become_pdfs_of_the_same_name_and_the_same_bytes_each_time(tmp_path):
    files = [write_docx(tmp_path / "合同 甲.docx", "供方"), write_docx(tmp_path / "b.docx", "乙")]
    first = convert_to_pdf(files, tmp_path / "once", AS_OF)
    assert first == (tmp_path / "once" / "合同 甲.pdf", tmp_path / "once" / "b.pdf")
    second = convert_to_pdf(files, tmp_path / "twice", AS_OF)
    assert not isinstance(second, Problem)
    for one, two in zip(first, second, strict=True):
        content = one.read_bytes()
        assert content == two.read_bytes()
        assert content.startswith(b"%PDF-")
        assert b"(D:20260303000000" in content


def test_no_files_need_no_program(tmp_path):
    assert convert_to_pdf([], tmp_path, AS_OF) == ()


def test_without_libreoffice_there_is_a_problem(tmp_path, monkeypatch):
    monkeypatch.setattr("xltools.edge.pdf.find_soffice", lambda: None)
    found = convert_to_pdf([tmp_path / "a.docx"], tmp_path, AS_OF)
    assert isinstance(found, Problem)
    assert found.code == "pdf-program-missing"


@needs_shell
@pytest.mark.parametrize(
    ("script", "cause"), [("echo 'cannot load' >&2; exit 1", "cannot load"), ("exit 77", "exit code 77")]
)
def test_a_program_that_makes_nothing_is_a_problem_in_its_own_words(tmp_path, script, cause):
    found = convert_to_pdf([tmp_path / "a.docx"], tmp_path / "out", AS_OF, fake_soffice(tmp_path, script))
    assert isinstance(found, Problem)
    assert (found.code, dict(found.values)["cause"], found.place.file) == ("pdf-failed", cause, "a.docx")


@needs_shell
def test_a_program_that_hangs_is_stopped(tmp_path):
    hanging = fake_soffice(tmp_path, "exec sleep 60")
    found = convert_to_pdf([tmp_path / "a.docx"], tmp_path / "out", AS_OF, hanging, timeout=0.2)
    assert isinstance(found, Problem)
    assert found.code == "pdf-failed"


@needs_shell
def test_what_a_program_that_hangs_has_started_is_stopped_too(tmp_path):
    script = f"sleep 60 & echo $! > '{tmp_path}/child'; wait"
    convert_to_pdf([tmp_path / "a.docx"], tmp_path / "out", AS_OF, fake_soffice(tmp_path, script), timeout=1)
    child = int((tmp_path / "child").read_text("ascii"))
    assert not is_running(child)


def is_running(process):
    """False once it has ended, even where nobody has asked for its exit code yet."""
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return told.stdout.strip() not in {"", "Z", "Z+"}


def test_dating_a_pdf_keeps_every_byte_offset():
    pdf = (
        b"%PDF-1.6\n<</CreationDate(D:20261122133951Z')>>\ntrailer\n<</ID [ <"
        + b"5E" * 16
        + b">\n<"
        + b"5E" * 16
        + b"> ]\n/DocChecksum /"
        + b"7A" * 16
        + b"\n>>\nstartxref\n1\n%%EOF"
    )
    dated = date_pdf(pdf, AS_OF)
    assert len(dated) == len(pdf)
    assert dated == date_pdf(pdf.replace(b"20261122133951", b"20270101000001").replace(b"5E", b"4F"), AS_OF)
    assert b"(D:20260303000000Z')" in dated
    assert len(set(re.findall(rb"[0-9A-F]{32}", dated))) == 1
