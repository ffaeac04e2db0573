"""`check` of many workbooks: side by side in processes that may die, told in the order they were named."""

import datetime as dt
import os
from pathlib import Path

import pytest

from xltools import desk
from xltools.desk import checking
from xltools.edge import workers

TODAY = dt.date(2026, 3, 10)


@pytest.fixture
def names(folder):
    """Workbooks in a folder, and what is none of them."""
    for name in ("张三/订单甲.xlsx", "张三/订单乙.xlsx", "订单丙.xlsx"):
        folder.drop(name, customer=None if name == "订单丙.xlsx" else "示例")
    folder.drop_bytes("订单丁.xlsx", b"PK cut short")
    for name in ("~$订单丙.xlsx", "说明.docx", ".订单.xlsx"):
        folder.drop_bytes(name, b"owner, letter, hidden")
    return folder


def check(paths, **options):
    return desk.check_files(paths, desk.package_rules(), {}, TODAY, **options)


def test_a_folder_stands_for_its_workbooks_by_name(names):
    inbox = names.path / "inbox"
    checked = check([inbox / "订单丁.xlsx", inbox])
    assert [Path(one.file).name for one in checked] == [
        "订单丁.xlsx", "订单乙.xlsx", "订单甲.xlsx", "订单丁.xlsx", "订单丙.xlsx",
    ]  # fmt: skip
    assert [one.form for one in checked] == ["", "order-intake", "order-intake", "", "order-intake"]


@pytest.mark.parametrize("cores", [1, 3])
def test_each_is_told_what_it_is_told_alone_however_many_cores_there_are(names, monkeypatch, cores):
    monkeypatch.setattr(workers, "_count_cores", lambda: cores)
    paths = [*sorted((names.path / "inbox").rglob("订单*.xlsx"))] * 5
    alone = [desk.check_file(path, desk.package_rules(), {}, TODAY) for path in paths]
    assert check(paths) == alone


def die_over_one(path, *rest):
    if path.name == "订单甲.xlsx":
        os._exit(1)
    return CHECK_FILE(path, *rest)


CHECK_FILE = checking.check_file


@pytest.mark.skipif(workers.sys.platform != "linux", reason="only a forked process knows what a test has changed")
def test_a_workbook_that_ends_its_process_stops_no_other(names, monkeypatch):
    monkeypatch.setattr(checking, "check_file", die_over_one)
    checked = check([names.path / "inbox"])
    assert [[problem.code for problem in one.problems if problem.is_error] for one in checked][:2] == [
        [], ["workbook-reading-died"],
    ]  # fmt: skip
    assert len(checked) == 4


def fail(*_):
    raise ZeroDivisionError


@pytest.mark.skipif(workers.sys.platform != "linux", reason="only a forked process knows what a test has changed")
def test_an_error_of_ours_is_told_of_its_workbook_and_is_exit_code_70(names, monkeypatch):
    monkeypatch.setattr(checking, "check_file", fail)
    checked = check([names.path / "inbox" / "订单丙.xlsx"])
    assert [problem.code for one in checked for problem in one.problems] == ["program-error"]
    assert desk.check_exit_code(checked) == desk.OUR_ERROR


def test_the_exit_code_says_whether_anything_is_to_be_mended(names):
    inbox = names.path / "inbox"
    assert desk.check_exit_code(check([inbox / "张三"])) == desk.DONE
    assert desk.check_exit_code(check([inbox])) == desk.RETURNED
    assert desk.check_exit_code(check([])) == desk.DONE
