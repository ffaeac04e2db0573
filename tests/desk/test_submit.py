"""`submit`: what is right goes into the inbox once, whoever hands it in; what is not is refused with its reasons."""

import datetime as dt
import hashlib
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from xltools import desk
from xltools.edge import submission
from xltools.edge.submission import place_new_file

SAMPLES = Path(__file__).parents[2] / "samples"
AS_OF = dt.date(2026, 3, 10)


@pytest.fixture
def given(folder, tmp_path):
    """Makes a filled workbook outside the desk, such as somebody has on their own machine."""

    def make(name="新订单.xlsx", **header):
        path = tmp_path / "我的文件 & 100%" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return folder.drop("making.xlsx", **header).replace(path)

    return make


def submit(folder, *paths, **options):
    return desk.submit_workbooks(folder.opened, paths, AS_OF, **options)


def inbox(folder):
    return sorted(path.name for path in (folder.path / "inbox").iterdir())


def codes(result):
    return [problem.code for problem in result.check.problems if problem.is_error]


def test_a_workbook_goes_into_the_inbox_under_its_name_and_hash_and_is_taken_by_the_next_run(folder, given):
    path = given()
    content = path.read_bytes()
    (result,) = submit(folder, path)
    digits = hashlib.sha256(content).hexdigest()[:8]
    assert (result.file, result.is_new, codes(result)) == (f"inbox/新订单.{digits}.xlsx", True, [])
    assert (folder.path / result.file).read_bytes() == content
    assert path.read_bytes() == content
    assert [one.outcome for one in folder.run().documents] == ["accepted"]


def test_the_same_workbook_twice_is_harmless_whatever_it_is_called(folder, given, tmp_path):
    path = given()
    (first,) = submit(folder, path)
    (again,) = submit(folder, path)
    other = tmp_path / "副本.xlsx"
    other.write_bytes(path.read_bytes())
    (renamed,) = submit(folder, other)
    (lying,) = submit(folder, folder.path / first.file)
    assert {one.file for one in (again, renamed, lying)} == {first.file}
    assert not any(one.is_new for one in (again, renamed, lying))
    assert inbox(folder) == [Path(first.file).name]


def test_two_workbooks_of_one_name_lie_beside_each_other(folder, given):
    results = submit(folder, given("张三/订单.xlsx"), given("李雯/订单.xlsx", owner="李雯"))
    assert all(one.is_new for one in results)
    assert inbox(folder) == sorted(Path(one.file).name for one in results)


def test_a_workbook_with_errors_is_refused_with_its_reasons(folder, given):
    (result,) = submit(folder, given(customer=None))
    assert (result.file, result.is_new, inbox(folder)) == ("", False, [])
    assert "field-missing" in codes(result)


def test_what_is_wrong_is_told_of_the_name_that_was_given(folder, given):
    path = given("xlt1234.tmp", customer=None)
    result = desk.submit_workbook(folder.opened, path, AS_OF, name="张三的订单.xlsm")
    assert result.check.file == "张三的订单.xlsm"
    assert {problem.place.file for problem in result.check.problems} == {"张三的订单.xlsm"}
    right = desk.submit_workbook(folder.opened, given("xlt5.tmp"), AS_OF, name="张三的订单.xlsm")
    assert re.fullmatch(r"inbox/张三的订单\.[0-9a-f]{8}\.xlsm", right.file)


def test_one_bad_workbook_stops_no_other_and_a_folder_stands_for_its_workbooks(folder, given):
    good, bad = given("甲.xlsx"), given("乙.xlsx", customer=None)
    gone = good.with_name("没有.xlsx")
    results = submit(folder, gone, good.parent)
    told = {Path(one.check.file).name: (bool(one.file), codes(one)) for one in results}
    assert told["甲.xlsx"] == (True, [])
    assert told["没有.xlsx"] == (False, ["workbook-not-accessible"])
    assert told[bad.name][0] is False


def test_master_data_is_no_order(folder):
    (result,) = submit(folder, folder.path / "templates" / "order-intake.xlsx")
    assert codes(result) == ["form-blank"]
    (result,) = submit(folder, SAMPLES / "master" / "customers.xlsx")
    assert (codes(result), result.file) == (["master-in-inbox"], "")


def test_a_name_that_another_file_has_gets_more_of_the_hash(folder, given):
    path = given()
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    folder.drop_bytes(f"新订单.{sha256[:8]}.xlsx", b"someone wrote into the workbook that lies in the inbox")
    (result,) = submit(folder, path)
    assert (result.file, result.is_new) == (f"inbox/新订单.{sha256[:16]}.xlsx", True)


@pytest.mark.parametrize("break_it", ["missing", "a file", "read-only"])
def test_an_inbox_that_can_not_be_written_is_a_problem_and_no_traceback(folder, given, monkeypatch, break_it):
    path = given()
    place = folder.path / "inbox"
    if break_it == "read-only":  # root may write everywhere

        def refuse(*_args, **_more):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
        monkeypatch.setattr(Path, "rename", refuse)
        monkeypatch.setattr(Path, "replace", refuse)
    else:
        place.rmdir()
        if break_it == "a file":
            place.write_bytes(b"")
    (result,) = submit(folder, path)
    assert (codes(result), result.file) == (["inbox-not-writable"], "")
    assert break_it != "read-only" or not [one for one in inbox(folder) if one.endswith(".tmp")]


def test_many_at_once_lose_nothing_and_replace_nothing(tmp_path):
    contents = [f"workbook {number % 7}".encode() for number in range(70)]

    def place(content):
        return place_new_file(tmp_path / f"{hashlib.sha256(content).hexdigest()[:8]}.xlsx", content)

    with ThreadPoolExecutor(16) as pool:
        placed = list(pool.map(place, contents))
    assert sum(placed) == 7
    assert {path.read_bytes() for path in tmp_path.iterdir()} == set(contents)


@pytest.mark.skipif(sys.platform == "win32", reason="rename replaces nothing there")
def test_a_share_without_second_names_of_a_file_does_as_well(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    target = tmp_path / "a.xlsx"
    assert place_new_file(target, b"first") is True
    assert place_new_file(target, b"second") is False
    assert (target.read_bytes(), os.listdir(tmp_path)) == (b"first", ["a.xlsx"])  # noqa: PTH208


def test_windows_renames_to_a_free_name(tmp_path, monkeypatch):
    monkeypatch.setattr(submission.sys, "platform", "win32")

    def rename(passing, target):
        if target.exists():
            raise FileExistsError
        os.rename(passing, target)  # noqa: PTH104

    monkeypatch.setattr(Path, "rename", rename)
    monkeypatch.setattr(submission, "sync_folder", lambda _: None)
    target = tmp_path / "a.xlsx"
    assert (place_new_file(target, b"first"), place_new_file(target, b"second")) == (True, False)
    assert target.read_bytes() == b"first"
