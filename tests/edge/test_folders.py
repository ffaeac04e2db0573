import datetime as dt
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.edge.folders import (
    DeskFolders,
    archive_path,
    find_opener,
    inside_desk,
    safe_name,
    scan_inbox,
    submission_name,
)


@dataclass(frozen=True)
class Names:
    inbox: str = "收件箱"
    archive: str = "归档"


NAMES = Names()
NOW = 1_000_000.0


def put(desk: Path, name: str, age: float = 60, content: bytes = b"x") -> Path:
    path = desk / NAMES.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW - age, NOW - age))
    return path


def no_pause() -> None:
    raise AssertionError("nothing was fresh")


def scan(desk: Path, pause: object = no_pause) -> tuple[list[str], dict[str, str]]:
    found = scan_inbox(DeskFolders(desk, NAMES), pause, lambda: NOW)
    return [one.file for one in found.ready], {one.file: one.problem.code for one in found.waiting}


def test_files_are_listed_by_name_whosever_folder_they_lie_in(tmp_path: Path) -> None:
    for name in ("b.xlsx", "泰衡/a.xlsx", "a.xlsx", "泰衡/c.xls", "扫描.pdf"):
        put(tmp_path, name)
    found = scan_inbox(DeskFolders(tmp_path, NAMES), no_pause, lambda: NOW)
    assert [(one.file, one.customer) for one in found.ready] == [
        ("收件箱/a.xlsx", ""),
        ("收件箱/泰衡/a.xlsx", "泰衡"),
        ("收件箱/b.xlsx", ""),
        ("收件箱/泰衡/c.xls", "泰衡"),
        ("收件箱/扫描.pdf", ""),
    ]


def test_what_programs_leave_behind_is_skipped(tmp_path: Path) -> None:
    skipped = ["~$a.xlsx", ".~b.xlsx", ".~lock.c.ods#", ".hidden.xlsx", "x.tmp", "y.xlsx.crdownload", "z.PART"]
    for name in [*skipped, "desktop.ini", "Thumbs.db", ".DS_Store", ".git/a.xlsx", "~$客户/a.xlsx", "客户/深/a.xlsx"]:
        put(tmp_path, name)
    assert scan(tmp_path) == ([], {})


def test_a_desk_without_an_inbox_has_nothing_in_it(tmp_path: Path) -> None:
    assert scan(tmp_path) == ([], {})


@pytest.mark.parametrize("owner", ["~$a.xlsx", ".~a.xlsx", ".~lock.a.xlsx#"])
def test_a_file_that_somebody_has_open_waits(tmp_path: Path, owner: str) -> None:
    put(tmp_path, "a.xlsx")
    put(tmp_path, owner)
    assert scan(tmp_path) == ([], {"收件箱/a.xlsx": "file-open-elsewhere"})


def office_owner(name: str) -> bytes:
    """An owner file as Excel and WPS write it: the name in the code page, then in UTF-16; 165 bytes."""
    ansi, wide = name.encode("gbk"), name.encode("utf-16-le")
    return bytes([len(ansi)]) + ansi.ljust(54) + len(name).to_bytes(2, "little") + wide.ljust(108, b" ")


@pytest.mark.parametrize(
    ("owner", "content", "who"),
    [
        ("~$总表.xlsx", office_owner("王芳"), "王芳"),
        (".~总表.xlsx", office_owner("PMC-01"), "PMC-01"),
        ("~$总表.xlsx", b"", ""),
        ("~$总表.xlsx", b"\x06" + b"\xff" * 100, ""),
        (".~lock.总表.xlsx#", "王芳,wf,PC-7,22.11.2026 08:00,file:///C:/;".encode(), "王芳"),
        (".~lock.总表.xlsx#", b",wf,PC-7,22.11.2026 08:00,file:///C:/;", "wf"),
        (".~lock.总表.xlsx#", b"\xff\xfe", ""),
    ],
)
def test_an_owner_file_says_who_has_the_workbook_open(tmp_path: Path, owner: str, content: bytes, who: str) -> None:
    path = tmp_path / "总表.xlsx"
    assert find_opener(path) is None
    (tmp_path / owner).write_bytes(content)
    assert find_opener(path) == who


def test_a_fresh_file_is_looked_at_twice_and_waits_while_it_grows(tmp_path: Path) -> None:
    put(tmp_path, "old.xlsx")
    put(tmp_path, "still.xlsx", age=9)
    put(tmp_path, "ahead.xlsx", age=-3600)  # the share's clock runs ahead of ours
    put(tmp_path, "gone.xlsx", age=0)
    growing = put(tmp_path, "growing.xlsx", age=1)
    pauses = []

    def pause() -> None:
        pauses.append(1)
        growing.write_bytes(b"xx")
        (tmp_path / NAMES.inbox / "gone.xlsx").unlink()

    ready, waiting = scan(tmp_path, pause)
    assert ready == ["收件箱/ahead.xlsx", "收件箱/old.xlsx", "收件箱/still.xlsx"]
    assert waiting == {"收件箱/gone.xlsx": "file-being-written", "收件箱/growing.xlsx": "file-being-written"}
    assert pauses == [1]


@pytest.mark.skipif(sys.platform == "win32", reason="making links needs rights on Windows")
def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.xlsx").write_bytes(b"x")
    desk = tmp_path / "desk"
    put(desk, "a.xlsx")
    (desk / NAMES.inbox / "link.xlsx").symlink_to(outside / "secret.xlsx")
    (desk / NAMES.inbox / "客户").symlink_to(outside)
    assert scan(desk) == (["收件箱/a.xlsx"], {})
    (desk / "elsewhere").symlink_to(outside)
    with pytest.raises(ValueError, match="out of the desk"):
        inside_desk(desk, "elsewhere/secret.xlsx")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_name_that_is_no_text_waits(tmp_path: Path) -> None:
    put(tmp_path, os.fsdecode(b"\xb6\xa9\xb5\xa5.xlsx"))
    ready, waiting = scan(tmp_path)
    assert (ready, list(waiting.values())) == ([], ["file-name-unreadable"])
    "".join(waiting).encode()


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "C:/x", "C:x"])
def test_a_path_that_leads_out_of_the_desk_is_a_value_error(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="desk"):
        inside_desk(tmp_path, path)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SO202603-001", "SO202603-001"),
        ("订单 1", "订单 1"),
        ("A/B:C", "A%2FB%3AC"),
        ("..", "%2E%2E"),
        (".desk", "%2Edesk"),
        ("a. ", "a%2E%20"),
        (" a", "%20a"),
        ("~$a", "%7E$a"),
        ("con", "%63on"),
        ("COM1.x", "%43OM1.x"),
        ("nul .txt", "%6Eul .txt"),
        ("console", "console"),
        ("100%", "100%25"),
        ("a\u202eb", "a%E2%80%AEb"),
        ("", "%"),
        ("\ud800", "%ED%A0%80"),
    ],
)
def test_unsafe_characters_of_a_name_are_percent_encoded(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text(max_size=400) | st.text("A.% ~/\\字", max_size=300))
def test_a_safe_name_is_one_name_that_fits(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name.encode()) <= 255
    assert not set(name) & set('<>:"/\\|?*\0')
    assert name[0] not in ".~ "
    assert name[-1] not in ". "


@given(st.lists(st.text("aA.% ~/2E5字\ud800", max_size=100), unique=True, max_size=20))
def test_other_texts_get_other_names(texts: list[str]) -> None:
    assert len({safe_name(text) for text in texts}) == len(texts)
    long = {safe_name("字" * 100 + text) for text in texts}
    assert len(long) == len(texts)


def test_an_original_is_kept_by_month_under_its_name_and_hash() -> None:
    path = archive_path(NAMES, dt.date(2026, 3, 2), "泰衡 订单.v2.xlsx", "0123456789abcdef")
    assert path == "归档/2026/03/泰衡 订单.v2.01234567.xlsx"
    assert archive_path(NAMES, dt.date(2026, 3, 2), "README", "f" * 64) == "归档/2026/03/README.ffffffff"


@given(st.text(min_size=1, max_size=300))
def test_a_name_in_the_archive_fits(name: str) -> None:
    path = archive_path(NAMES, dt.date(2026, 3, 2), name, "f" * 64)
    assert len(path.rpartition("/")[2].encode()) <= 255
    assert path.count("/") == 3


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("订单.xlsx", "订单.0a1b2c3d.xlsx"),
        ("订单.9f8e7d6c.xlsx", "订单.0a1b2c3d.xlsx"),  # as it came back from archive/ or the inbox
        ("订单.20260301.xlsx", "订单.20260301.0a1b2c3d.xlsx"),  # a date
        ("A&B 100%.XLSM", "A&B 100%25.0a1b2c3d.XLSM"),
        ("../../etc/订单.xls", "%2E.%2F..%2Fetc%2F订单.0a1b2c3d.xls"),
        ("订单.tmp", "订单.tmp.0a1b2c3d"),  # a run passes over *.tmp
        ("~$订单.xlsx", "%7E$订单.0a1b2c3d.xlsx"),
        (".xlsx", "%2Exlsx.0a1b2c3d"),
        ("CON.xlsx", "%43ON.0a1b2c3d.xlsx"),
        (".9f8e7d6c.xlsx", "%2E9f8e7d6c.0a1b2c3d.xlsx"),
    ],
)
def test_a_workbook_that_is_handed_in_is_called_by_its_name_and_hash(name: str, called: str) -> None:
    sha256 = "0a1b2c3d" + "4" * 56
    assert submission_name(name, sha256) == called
    assert len(submission_name("长" * 300 + ".xlsx", sha256, 64).encode()) <= 255
