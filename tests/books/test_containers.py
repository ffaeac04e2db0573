"""What comes in under the name of a workbook, and by which code it is told apart."""

import io
import struct
import zipfile
import zlib

import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from xltools.books.containers import FileKind, identify_file
from xltools.books.read import read_content
from xltools.core.problem import Problem
from xltools.core.sheet import Workbook

SHEET = "xl/worksheets/sheet1.xml"


def plain_workbook() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet("订单").write_row(0, 0, ["订单号", 10248])
    return target.getvalue()


PLAIN = plain_workbook()


def with_parts(change, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(target, "w", packing) as new:
        for name in old.namelist():
            written = change(name, old.read(name))
            if written is not None:
                new.writestr(
                    written[0] if isinstance(written, tuple) else name,
                    written[-1] if isinstance(written, tuple) else written,
                )
    return target.getvalue()


def without(part: str) -> bytes:
    return with_parts(lambda name, text: None if name == part else text)


def encrypted(password: str) -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(PLAIN)).encrypt(password, target)
    return target.getvalue()


def with_lying_size() -> bytes:
    """A sheet of 40 MB whose directory entry says 1,000 bytes."""
    content = bytearray(with_parts(lambda name, text: text + b" " * 40_000_000 if name == SHEET else text))
    for mark, name_at, size_at in ((b"PK\1\2", 46, 24), (b"PK\3\4", 30, 22)):
        at = content.find(mark)
        while bytes(content[at + name_at : at + name_at + len(SHEET)]) != SHEET.encode():
            at = content.find(mark, at + 1)
        content[at + size_at : at + size_at + 4] = struct.pack("<L", 1_000)
    return bytes(content)


def code_of(content: bytes, name: str = "收件箱/订单.xlsx") -> str:
    found = read_content(content, name)
    if isinstance(found, Workbook):
        return ""
    assert isinstance(found, Problem)
    assert found.place.file == name
    return found.code


MHTML = b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x"
XML_2003 = b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>'
XML_2003 += b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">'
OWNER = (
    bytes([2])
    + "李雯".encode("gbk").ljust(54, b" ")
    + struct.pack("<H", 2)
    + "李雯".encode("utf-16-le").ljust(108, b" ")
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook-empty"),
        (b"\r\n <!-- ERP -->\n<TABLE border=1><tr><td>1", "workbook-is-html"),
        ("<html><meta charset=utf-16><table>订单".encode("utf-16"), "workbook-is-html"),
        (b"\xef\xbb\xbf<!DOCTYPE html>", "workbook-is-html"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "workbook-is-html"),
        (MHTML, "workbook-is-html"),
        (XML_2003, "workbook-is-html"),
        ("订单号,数量\n甲,1\n".encode("gb18030"), "workbook-is-text"),
        ("订单号\t数量\n甲\t1\n".encode("utf-16"), "workbook-is-text"),
        (b'<?xml version="1.0"?><orders/>', "workbook-not-a-spreadsheet"),
        (b"%PDF-1.7\n", "workbook-not-a-spreadsheet"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(range(256)) * 9, "workbook-not-a-spreadsheet"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "workbook-not-a-spreadsheet"),
        (b"PK\5\6" + bytes(18), "workbook-not-a-spreadsheet"),
        (b"\x62\x14\x23\x65" + bytes(range(256)) * 8, "workbook-protected"),
        (b"%TSD-Header-###%" + bytes(range(256)) * 8, "workbook-protected"),
        (bytes(range(255, -1, -1)) * 8, "workbook-protected"),
        (bytes(20_000), "workbook-unreadable"),
        (OWNER, "workbook-owner-file"),
        (PLAIN[: len(PLAIN) // 2], "workbook-truncated"),
        (PLAIN[:-8], "workbook-unreadable"),
        (without("xl/workbook.xml"), "workbook-part-missing"),
        (without(SHEET), "workbook-part-missing"),
        (without("xl/_rels/workbook.xml.rels"), "workbook-part-missing"),
        (without("_rels/.rels"), "workbook-part-missing"),
        (with_parts(lambda name, text: text[:-60] if name == SHEET else text), "workbook-unreadable"),
        (encrypted("保密"), "workbook-password"),
        (encrypted("VelvetSweatshop"), ""),
    ],
)  # fmt: skip
def test_each_kind_of_file_has_its_code(content, code):
    assert code_of(content) == code


def test_an_owner_file_is_known_by_its_name_too():
    assert (
        code_of(b",wen.li,pc-7,22.11.2026 19:04,file:///home/wen;", "收件箱/.~lock.订单.xlsx#") == "workbook-owner-file"
    )
    assert code_of(b"\0" * 40, "~$订单.xlsx") == "workbook-owner-file"
    assert code_of(PLAIN, "~$订单.xlsx") == ""


def test_the_missing_part_is_named():
    problem = read_content(without(SHEET), "a.xlsx")
    assert dict(problem.values) == {"part": SHEET}


def test_a_part_that_holds_more_than_it_says_is_a_bomb():
    assert code_of(with_lying_size()) == "workbook-too-large"


def test_a_small_part_that_unpacks_to_hundreds_of_megabytes_is_a_bomb():
    spaces = zlib.compress(b" " * 70_000_000)  # the ratio is what tells it
    assert len(spaces) < 100_000
    content = with_parts(lambda name, text: text + b" " * 70_000_000 if name == SHEET else text)
    assert code_of(content) == "workbook-too-large"


def test_a_definition_that_fetches_a_file_is_refused_wherever_it_stands():
    evil = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    for part in (SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"):

        def change(name: str, text: bytes, part: str = part) -> bytes:
            if name != part:
                return text
            head, _, rest = text.partition(b"?>")
            return head + b"?>" + evil + rest.replace("订单".encode(), b"&e;").replace(b"<v>", b"<v>&e;")

        found = read_content(with_parts(change), "a.xlsx")
        if isinstance(found, Problem):
            assert found.code == "workbook-has-entities"
        else:  # unused, it does no harm
            assert part == "xl/styles.xml"
            assert found.sheets[0].rows == (("订单号", 10248.0),)


def test_backslashes_between_the_folders_of_a_zip_do_no_harm():
    content = with_parts(lambda name, text: (name.replace("/", "\\"), text))
    assert read_content(content, "a.xlsx").sheets[0].rows == (("订单号", 10248.0),)


def test_another_office_file_is_no_spreadsheet():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "<office/>")
    assert code_of(target.getvalue()) == "workbook-not-a-spreadsheet"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert code_of(target.getvalue()) == "workbook-not-a-spreadsheet"


@pytest.mark.parametrize("size", [1, 3, 8, 100, 511, 513])
def test_the_first_bytes_of_any_file_are_enough_to_say_what_it_is(size):
    for magic in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\3\4", b"\0", b"<", b"\xff\xfe"):
        assert identify_file((magic * 600)[:size]) in FileKind
