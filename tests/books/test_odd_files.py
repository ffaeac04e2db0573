"""What the test files of other office programs hold and order workbooks may: each was misread or refused once."""

import io
import os
import pathlib
import struct
import sys
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from xltools.books.binary_cells import BinarySheet, Places, find_sparse
from xltools.books.compound import CompoundError, CompoundFile
from xltools.books.guard import ExtentError
from xltools.books.marks import mark_workbook
from xltools.books.number_formats import Moment
from xltools.books.read import read_content, read_workbook
from xltools.books.xls_cells import look_at_xls
from xltools.books.xls_globals import read_globals
from xltools.core.grid import Grid
from xltools.core.problem import Problem
from xltools.core.sheet import Workbook

READABLE = pathlib.Path(__file__).parents[3] / "shared" / "corpus" / "readable" / "calamine" / "tests"


def corpus(name: str) -> bytes:
    if not READABLE.is_dir():
        pytest.skip("../shared/corpus is not here")
    return (READABLE / name).read_bytes()


def xlsx() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        book.add_worksheet().write(0, 0, "订单")
    return target.getvalue()


def with_part(name: str, change) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
    return target.getvalue()


def ods(body: str, manifest: str = "") -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return target.getvalue()


def code_of(content: bytes) -> str:
    found = read_content(content, "a")
    return found.code if isinstance(found, Problem) else ""


# --- .xls -------------------------------------------------------------------------------------------------------------


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def test_texts_of_an_xls_are_unicode_whatever_code_page_it_names():
    """Some Java libraries name one."""
    content = bytearray(corpus("issues.xls"))
    expected = read_content(bytes(content), "a").sheets
    at = content.index(record(0x0042, struct.pack("<H", 1200)))
    content[at + 4 : at + 6] = struct.pack("<H", 936)
    found = read_content(bytes(content), "a").sheets
    assert [sheet.rows for sheet in found] == [sheet.rows for sheet in expected]
    assert any(value == "test" for sheet in found for _, _, value in sheet.filled_cells())


def test_a_format_that_an_xls_spells_out_is_believed_whatever_its_number_means_in_chinese_excel():
    """Gnumeric counts its own formats from 50."""

    def spelled(number: int, code: str) -> bytes:
        return record(0x041E, struct.pack("<HHB", number, len(code), 1) + code.encode("utf-16-le"))

    def style(number: int) -> bytes:
        return record(0x00E0, struct.pack("<HH", 0, number) + bytes(16))

    begin = record(0x0809, struct.pack("<HH", 0x0600, 5) + bytes(12))
    formats = spelled(50, "0.0") + spelled(51, 'yyyy"年"m"月"') + spelled(164, "[h]:mm")
    styles = b"".join(map(style, (0, 14, 50, 51, 57, 164)))
    found = read_globals(begin + record(0x0022, b"\1\0") + formats + styles + record(0x000A, b""))
    date = Moment.DATE
    assert found.moments == {1: date, 2: None, 3: date, 4: date, 5: Moment.ELAPSED}
    assert found.since_1904


def test_chains_of_an_xls_that_lead_back_into_themselves_are_refused():
    """Calamine would follow them until the memory is full."""
    content = bytearray(corpus("issues.xls"))
    directory, table = struct.unpack_from("<L", content, 48)[0], struct.unpack_from("<L", content, 76)[0]
    struct.pack_into("<L", content, (table + 1) * 512 + 4 * directory, directory)
    with pytest.raises(CompoundError):
        CompoundFile(bytes(content))
    assert code_of(bytes(content)) == "workbook-unreadable"


def test_an_xls_of_one_full_column_and_one_full_row_is_moved_into_a_small_grid():
    sheet = BinarySheet()
    for row in range(65_536):
        sheet.see(row, 0)
    sheet.see(0, 0, 256)
    assert find_sparse([BinarySheet(), sheet]) == [1]
    places = Places(256)
    for row in range(65_536):
        places.take(1)
        places.fill(row, 0)
    assert places.rows == 256


@given(st.lists(st.tuples(st.integers(0, 1_048_575), st.integers(0, 90), st.integers(1, 9)), max_size=40))
def test_values_that_were_moved_together_come_back_to_their_places(runs):
    places, copy, expected = Places(16), dict[tuple[int, int], str](), dict[tuple[int, int], str]()
    for row, column, number in runs:
        at, first = places.take(number)
        places.fill(row, column, number)
        for offset in range(number):
            copy[at, first + offset] = expected[row, column + offset] = f"订单 {len(copy)}"
    rows = [[copy.get((row, column)) for column in range(16)] for row in range(places.rows)]
    found = places.put_back(rows)
    assert {(row, at): value for row, cells in found.items() for at, value in enumerate(cells) if value} == expected
    assert len(copy) == sum(number for _, _, number in runs)


def test_more_values_than_the_memory_should_hold_are_refused_before_they_are_read():
    with pytest.raises(ExtentError):
        find_sparse([BinarySheet(cells=5_000_000), BinarySheet(cells=5_000_000)])


def test_calamine_gets_an_ordinary_xls_as_it_is():
    content = corpus("date.xls")
    assert look_at_xls(content, CompoundFile(content), "Workbook").content is content


@pytest.mark.parametrize("begin", [b"\x09\0\x04\0", b"\x09\2\x06\0", b"\x09\4\x06\0", b"\x09\x08\x08\0"])
def test_a_workbook_from_before_excel_97_is_told_as_such(begin):
    assert code_of(begin + b"\0\0\x10\0" + bytes(300)) == "workbook-too-old"


# --- .ods -------------------------------------------------------------------------------------------------------------

CELL = '<table:table-row><table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell>'
ROW = f"{CELL}</table:table-row>"


def test_copies_of_sheets_of_other_workbooks_are_no_sheets():
    source = '<table:table-source table:table-name="Sheet1"/>'
    copy = f"""<table:table table:name="'file:///C:/价格.ods'#Sheet1">{source}{ROW}</table:table>"""
    linked = f'<table:table table:name="链接">{source}{ROW}</table:table>'
    book = read_content(ods(f'<table:table table:name="订单">{ROW}</table:table>{copy}{linked}'), "a.ods")
    assert [(sheet.name, sheet.rows) for sheet in book.sheets] == [("订单", (("甲",),)), ("链接", (("甲",),))]


def test_a_password_for_the_macros_of_an_ods_keeps_nobody_from_its_sheets():
    entry = (
        '<m:file-entry m:full-path="{}"><m:encryption-data/></m:file-entry><m:file-entry m:full-path="content.xml"/>'
    )
    body = f'<table:table table:name="订单">{ROW}</table:table>'
    assert code_of(ods(body, entry.format("Basic/宏.xml"))) == ""
    assert code_of(ods(body, entry.format("content.xml"))) == "workbook-password"


def test_a_text_longer_than_any_is_damage():
    blanks = '<text:s text:c="10000"/>' * 200
    body = f'<table:table table:name="订单">{CELL.replace("甲", blanks)}</table:table-row></table:table>'
    assert code_of(ods(body)) == "workbook-unreadable"


def test_an_ods_that_ends_early_is_damaged_and_lacks_no_part_of_an_xlsx():
    assert code_of(ods("<table:table>")) == "workbook-unreadable"


# --- .xlsx ------------------------------------------------------------------------------------------------------------


def test_a_module_of_excel_5_is_no_sheet():
    module = b'<sheet name="Module1" sheetId="9" r:id=""/></sheets>'
    book = read_content(with_part("xl/workbook.xml", lambda text: text.replace(b"</sheets>", module)), "a.xlsm")
    assert [(sheet.name, sheet.rows) for sheet in book.sheets] == [("Sheet1", (("订单",),))]


def test_a_sheet_name_of_a_megabyte_is_damage():
    long = b'"' + b"x" * 1_000_000 + b'"'
    assert code_of(with_part("xl/workbook.xml", lambda text: text.replace(b'"Sheet1"', long))) == "workbook-unreadable"


def test_a_workbook_of_thousands_of_parts_is_read_and_comes_back_without_marks():
    """Marks are looked for on each sheet, among all parts: 19,000 sheets took minutes."""
    content = io.BytesIO(xlsx())
    with zipfile.ZipFile(content, "a") as archive:
        for number in range(5_000):
            archive.writestr(f"xl/worksheets/sheet{number + 2}.xml", b"")
    assert isinstance(read_content(content.getvalue(), "a"), Workbook)
    found = mark_workbook(content.getvalue(), {}, Grid("问题", {}), {})
    assert isinstance(found, Problem)
    assert ("reason", "reason-too-large") in found.values


@pytest.mark.parametrize(
    "begin",
    [b"%TSD-Header-###%", b"\x62\x14\x23\x65\0\0E-SafeNet\0LOCK", b"\1\2\3\4" + bytes(30) + b"E-SafeNet\0\0LOCK"],
)
def test_document_protection_is_known_by_its_name(begin):
    assert code_of(begin + bytes(600)) == "workbook-protected"


# --- what is no file --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes among its files")
def test_only_files_are_read(tmp_path):
    pipe, loop = tmp_path / "管.xlsx", tmp_path / "环.xlsx"
    os.mkfifo(pipe)
    loop.symlink_to(loop)
    for path in (pipe, loop, tmp_path, pathlib.Path("/dev/zero"), tmp_path / "无.xlsx", tmp_path / "a\0.xlsx"):
        found = read_workbook(path, "订单.xlsx")
        assert isinstance(found, Problem)
        assert found.code == "workbook-not-accessible"
