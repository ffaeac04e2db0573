"""Files that come in as workbooks and can't be read, each made by its recipe."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping

import xlsxwriter
from builders import workbook, xlsx
from msoffcrypto.format.ooxml import OOXMLFile

SHEET = "xl/worksheets/sheet1.xml"


def plain_workbook() -> bytes:
    return xlsx(workbook("| 客户 | 示例 |"))


def with_part(name: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """A workbook with one part changed, or without it."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plain_workbook())) as old, zipfile.ZipFile(content, "w") as new:
        for part in old.namelist():
            text = change(old.read(part)) if part == name else old.read(part)
            if text is not None:
                new.writestr(part, text)
    return content.getvalue()


def cut_short() -> bytes:
    """The first half of a workbook: a copy over a bad line."""
    content = plain_workbook()
    return content[: len(content) // 2]


def spoilt() -> bytes:
    """A sheet that ends in the middle of a row."""
    return with_part(SHEET, lambda text: text[: text.index(b"</row>")])


def without_sheet() -> bytes:
    return with_part(SHEET, lambda _: None)


def with_entities() -> bytes:
    """A sheet that would fetch a file of whoever reads it."""
    doctype = b'<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]><worksheet'
    return with_part(SHEET, lambda text: text.replace(b"<worksheet", doctype, 1))


def with_password() -> bytes:
    """What Excel's password for opening leaves."""
    content = io.BytesIO()
    OOXMLFile(io.BytesIO(plain_workbook())).encrypt("保密", content)
    return content.getvalue()


def ciphertext() -> bytes:
    """What document protection leaves where its program does not run."""
    return b"\x62\x14\x23\x65" + bytes(range(256)) * 8


def far_rows() -> bytes:
    """Rows that each have a word in the last column of a sheet."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for row in range(500):
            sheet.write(row, 16_383, "x")
    return content.getvalue()


def huge() -> bytes:
    """A small zip that says it unpacks to gigabytes."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.infolist()[0].file_size = 2_000_000_000
    return content.getvalue()


def excel_4() -> bytes:
    """A worksheet of Excel 4 with the number 7 in A1: its records, and no file around them."""
    begin, number, end = b"\x09\x04\x06\0\0\0\x10\0\0\0", b"\x03\x02\x0e\0\0\0\0\0\0\0", b"\x0a\0\0\0"
    return begin + number + struct.pack("<d", 7) + end


RECIPES: Mapping[str, Callable[[], bytes]] = {
    "ciphertext": ciphertext,
    "cut-short": cut_short,
    "excel-4": excel_4,
    "far-rows": far_rows,
    "huge": huge,
    "plain": plain_workbook,
    "spoilt": spoilt,
    "with-entities": with_entities,
    "with-password": with_password,
    "without-sheet": without_sheet,
}
