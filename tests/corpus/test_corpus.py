import subprocess
import sys
from pathlib import Path

import pytest
import run_corpus
from corpus_files import examine
from run_corpus import CORPUS, DOCUMENT, MOST_MEGABYTES, REASONS, list_files, write_table


def test_the_table_in_the_docs_is_what_comes_out():
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    findings = {path.relative_to(CORPUS).as_posix(): examine(str(path)) for path in list_files([CORPUS])}
    assert DOCUMENT.read_text("utf-8") == write_table(findings), "make corpus ARGS=--write"
    not_read = {
        name.rpartition("/")[2] for name, found in findings.items() if name.startswith("readable/") and found.problem
    }
    assert not_read == set(REASONS)


def test_a_folder_is_read_file_by_file_and_a_crowd_of_odd_ones_does_no_harm(tmp_path):
    (tmp_path / "空.xlsx").write_bytes(b"")
    (tmp_path / "导出.xls").write_text("<html><table>订单", "utf-8")
    # In a process of its own: on Linux the peak of memory that it looks at begins at that of its parent.
    command = [sys.executable, str(Path(run_corpus.__file__)), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout
    told = done.stdout
    assert "空.xlsx: empty, workbook-empty" in told
    assert "导出.xls: html, workbook-is-html" in told
    assert MOST_MEGABYTES == 1_000
