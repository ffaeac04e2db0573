"""What is read without a process around it: only what can neither take long, nor swell, nor end the process."""

import io
import zipfile

import pytest
import xlsxwriter

from xltools.books import harmless
from xltools.books.harmless import is_harmless


def workbook(*cells: str) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("客户")
        for cell in cells:
            sheet.write(cell, "宁波泰衡")
    return target.getvalue()


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, part if one == name else old.read(one))
        if name not in old.namelist():
            new.writestr(name, part)
    return target.getvalue()


PLAIN = workbook("A1", "B2")


def test_a_small_plain_list_is_harmless():
    assert is_harmless(PLAIN)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), id="xls"),
        pytest.param(PLAIN[:2000], id="cut off"),
        pytest.param(workbook("A1", "XFD1048576"), id="a far cell"),
        pytest.param(with_part(PLAIN, "xl/extra.xml", bytes(40_000_000)), id="a bomb"),
        pytest.param(with_part(PLAIN, "xl/worksheets/sheet1.xml", b"<!DOCTYPE x><worksheet/>"), id="odd markup"),
    ],
)
def test_anything_else_is_not(content):
    assert not is_harmless(content)


def test_a_large_one_is_not(monkeypatch):
    monkeypatch.setattr(harmless, "_LARGEST_FILE", len(PLAIN) - 1)
    assert not is_harmless(PLAIN)
