import pytest
from corpus_files import examine
from run_corpus import CORPUS, DOCUMENT, MOST_MEGABYTES, REASONS, list_files, main, write_table


def test_the_table_in_the_docs_is_what_comes_out():
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    findings = {path.relative_to(CORPUS).as_posix(): examine(str(path)) for path in list_files([CORPUS])}
    assert DOCUMENT.read_text("utf-8") == write_table(findings), "make corpus ARGS=--write"
    not_read = {
        name.rpartition("/")[2] for name, found in findings.items() if name.startswith("readable/") and found.problem
    }
    assert not_read == set(REASONS)


def test_a_folder_is_read_file_by_file_and_a_crowd_of_odd_ones_does_no_harm(tmp_path, capsys):
    (tmp_path / "空.xlsx").write_bytes(b"")
    (tmp_path / "导出.xls").write_text("<html><table>订单", "utf-8")
    assert main([str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "空.xlsx: empty, workbook-empty" in told
    assert "导出.xls: html, workbook-is-html" in told
    assert MOST_MEGABYTES == 1_000
