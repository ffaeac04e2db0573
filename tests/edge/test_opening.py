import subprocess
import sys

import pytest

from xltools.edge import opening
from xltools.edge.opening import open_file


@pytest.fixture
def opener(tmp_path, monkeypatch):
    """A program that opens files, and what it was given."""

    def install(script):
        program = tmp_path / "opener"
        program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        program.chmod(0o755)
        monkeypatch.setattr(opening.shutil, "which", lambda name: asked.append(name) or str(program))
        return asked

    asked = []
    return install


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in")
@pytest.mark.parametrize(
    ("platform", "program"), [("linux", "xdg-open"), ("darwin", "open"), ("freebsd14", "xdg-open")]
)
def test_a_file_is_given_to_the_system_s_own_program(tmp_path, opener, platform, program):
    asked = opener(f'printf %s "$1" > "{tmp_path}/said"')
    path = tmp_path / "R&D '合同' $(x) 100%.docx"
    assert open_file(path, "papers/x", platform) is None
    assert (asked, (tmp_path / "said").read_text("utf-8")) == ([program], str(path))


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in")
def test_what_can_not_be_opened_is_told(tmp_path, opener, monkeypatch):
    opener("exit 3")
    problem = open_file(tmp_path / "a.docx", "papers/a.docx")
    assert (problem.code, problem.is_error, dict(problem.values)) == ("file-not-opened", False, {"reason": "opener: 3"})
    monkeypatch.setattr(opening.shutil, "which", lambda _: None)
    assert open_file(tmp_path / "a.docx", "papers/a.docx").code == "file-not-opened"
    monkeypatch.setattr(opening.shutil, "which", lambda _: str(tmp_path / "gone"))
    assert open_file(tmp_path / "a.docx", "papers/a.docx").code == "file-not-opened"


def test_a_program_that_stays_has_opened_it(tmp_path, monkeypatch):
    def stay(*_args, **_more):
        raise subprocess.TimeoutExpired("xdg-open", 20)

    monkeypatch.setattr(opening.shutil, "which", lambda name: name)
    monkeypatch.setattr(opening.subprocess, "run", stay)
    assert open_file(tmp_path / "a.docx", "papers/a.docx", "linux") is None
