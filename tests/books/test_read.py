import datetime as dt
import hashlib
import io
import pathlib
import zipfile
from decimal import Decimal

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xltools.books import guard
from xltools.books.build import build_workbook
from xltools.books.read import read_workbook
from xltools.books.shared import read_shared_workbook
from xltools.core.grid import Grid, GridCell
from xltools.core.problem import Problem
from xltools.core.sheet import Range, Workbook

CORPUS = pathlib.Path(__file__).parents[3] / "shared" / "corpus"
NOWHERE = pathlib.Path("nowhere.xlsx")
AS_OF = dt.date(2026, 3, 2)


def read(content: bytes) -> Workbook | Problem:
    return read_workbook(NOWHERE, "inbox/a.xlsx", content)


def read_code(content: bytes) -> str:
    found = read(content)
    assert isinstance(found, Problem)
    assert found.place.file == "inbox/a.xlsx"
    return found.code


def workbook_of(fill, **properties) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    fill(book)
    if properties:
        book.set_properties(properties)
    book.close()
    return target.getvalue()


def with_part(content: bytes, name: str, change) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            new.writestr(part.filename, change(data) if part.filename == name else data)
    return target.getvalue()


def one_cell(cell: str, value: object = "x") -> bytes:
    return workbook_of(lambda book: book.add_worksheet().write(cell, value))


def test_addresses_are_excels_own_below_blank_rows_and_beside_blank_columns():
    sheet = read(one_cell("D16", "订单号")).sheets[0]
    assert sheet.value(15, 3) == "订单号"
    assert sheet.place(15, 3).cell == "D16"
    assert sheet.rows[0] == ()
    assert len(sheet.rows) == 16


def test_values_keep_their_kinds_and_blanks_are_none():
    def fill(book):
        page = book.add_worksheet()
        page.write_row(0, 0, ["0010248", 10248, True, "", " "])
        page.write_datetime(1, 0, dt.date(2026, 3, 30), book.add_format({"num_format": "yyyy-mm-dd"}))

    first, second = read(workbook_of(fill)).sheets[0].rows
    assert first == ("0010248", 10248.0, True, None, " ")
    assert isinstance(first[1], float)
    assert second == (dt.date(2026, 3, 30),)


def test_merges_and_hidden_sheets_are_told():
    def fill(book):
        book.add_worksheet("订单").merge_range("B2:D3", "标题")
        book.add_worksheet("隐藏").hide()
        book.add_worksheet("深隐").very_hidden()

    book = read(workbook_of(fill))
    assert [(sheet.name, sheet.hidden) for sheet in book.sheets] == [("订单", False), ("隐藏", True), ("深隐", True)]
    assert book.sheets[0].merges == (Range(1, 1, 2, 3),)
    assert book.sheets[0].merge_at(2, 3) == Range(1, 1, 2, 3)


def test_chart_sheets_are_left_out():
    def fill(book):
        book.add_worksheet("订单").write("A1", 1)
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=订单!$A$1"})
        book.add_chartsheet("图").set_chart(chart)

    assert [sheet.name for sheet in read(workbook_of(fill)).sheets] == ["订单"]


def test_a_file_with_a_chinese_name_is_read_from_its_path(tmp_path):
    path = tmp_path / "接单登记表（三月）.xlsx"
    path.write_bytes(one_cell("A1"))
    book = read_workbook(path, "收件箱/接单登记表（三月）.xlsx")
    assert book.file == book.sheets[0].file == "收件箱/接单登记表（三月）.xlsx"
    assert book.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_that_is_gone_is_a_problem(tmp_path):
    assert read_workbook(tmp_path / "gone.xlsx", "gone.xlsx").code == "workbook-not-accessible"


def test_the_name_says_nothing_about_the_content(tmp_path):
    path = tmp_path / "renamed.xls"
    path.write_bytes(one_cell("A1"))
    assert isinstance(read_workbook(path, "renamed.xls"), Workbook)


def test_saved_by_and_custom_properties_are_read():
    grids = [Grid("a", {(0, 0): GridCell("x")})]
    book = read(build_workbook(grids, AS_OF, {"return-id": "R-1", "备注": "甲 & 乙"}))
    assert book.properties == {"return-id": "R-1", "备注": "甲 & 乙"}
    assert read(workbook_of(lambda book: book.add_worksheet(), author="李雯")).saved_by == "李雯"


@pytest.mark.parametrize("spoil", [b"<oops", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"\xff\xfe<\0", b""])
def test_broken_or_dangerous_properties_are_left_aside(spoil):
    book = read(with_part(one_cell("A1"), "docProps/core.xml", lambda _: spoil))
    assert isinstance(book, Workbook)
    assert book.saved_by == ""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "workbook-empty"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "workbook-is-html"),
        (b"%PDF-1.7\n\x00\x01", "workbook-not-a-spreadsheet"),
        ("订单号,数量\n1,2\n".encode("gb18030"), "workbook-is-text"),
        (b"\x62\x14\x23\x65" + bytes(range(256)) * 8, "workbook-protected"),
        (one_cell("A1")[:-200], "workbook-truncated"),
        (with_part(one_cell("A1"), "xl/worksheets/sheet1.xml", lambda xml: xml[:-60]), "workbook-unreadable"),
    ],
    ids=["nothing", "web page", "pdf", "text", "ciphertext", "cut short", "broken sheet"],
)
def test_what_is_no_workbook_is_named(content, code):
    assert read_code(content) == code


def test_a_zip_without_a_workbook_is_no_spreadsheet():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "a")
    assert read_code(target.getvalue()) == "workbook-not-a-spreadsheet"


def packed_with(content: bytes, packing: int, spoil: str = "") -> bytes:
    """The workbook packed anew, the packed bytes of one part then overwritten."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", packing) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
        start = archive.getinfo(spoil).header_offset + 30 + len(spoil) + 4 if spoil else 0
    whole = target.getvalue()
    return whole[:start] + b"\xff" * 24 + whole[start + 24 :] if spoil else whole


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize("reader", [read, lambda content: read_shared_workbook(content, "接单.xlsx")])
def test_a_packing_that_no_office_program_knows_is_refused_damaged_or_not(packing, reader):
    for spoil in ("", "xl/worksheets/sheet1.xml"):
        problem = reader(packed_with(one_cell("A1", "订单"), packing, spoil))
        assert isinstance(problem, Problem)
        assert problem.code == "workbook-unreadable"


def test_an_opendocument_manifest_in_such_a_packing_is_refused_too():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", "<office/>")
    spoilt = packed_with(target.getvalue(), zipfile.ZIP_LZMA, "META-INF/manifest.xml")
    assert read_code(spoilt) == "workbook-unreadable"


def test_a_stray_cell_in_the_last_corner_is_read():
    rows = read(one_cell("XFD1048576")).sheets[0].rows
    assert len(rows) == 1_048_576
    assert rows[-1][-1] == "x"
    assert {len(row) for row in rows[:-1]} == {0}


def test_a_stray_cell_among_cells_without_addresses_is_read():
    def spoil(xml: bytes) -> bytes:
        return xml.replace(b'<row r="2"', b'<row r="1048576"').replace(b'r="A2" ', b"").replace(b'r="B2" ', b"")

    def fill(book):
        page = book.add_worksheet()
        page.write_row(0, 0, ["x"] * 26)
        page.write_row(1, 0, ["x", "y"])

    rows = read(with_part(workbook_of(fill), "xl/worksheets/sheet1.xml", spoil)).sheets[0].rows
    assert (rows[0], rows[-1], len(rows)) == (("x",) * 26, ("x", "y"), 1_048_576)


def test_cells_that_would_fill_the_memory_are_refused(monkeypatch):
    monkeypatch.setattr(guard, "LARGEST_GRID", 100_000)

    def fill(book):
        page = book.add_worksheet()
        for row in range(70):
            page.write(row, 16_383, "x")

    assert read_code(workbook_of(fill)) == "workbook-extent-too-large"


def test_formatted_blank_cells_far_out_do_no_harm():
    def fill(book):
        page = book.add_worksheet()
        page.write("A1", "x")
        page.write_blank("XFD1048576", None, book.add_format({"bold": True}))

    assert read(workbook_of(fill)).sheets[0].rows == (("x",),)


def test_a_long_narrow_list_is_taken():
    def fill(book):
        page = book.add_worksheet()
        for row in range(12_000):
            page.write_number(row, 0, row)

    assert len(read(workbook_of(fill)).sheets[0].rows) == 12_000


def test_a_bomb_is_refused_by_its_declared_size(monkeypatch):
    monkeypatch.setattr(guard, "LARGEST_XML", 1_000)
    assert read_code(one_cell("A1")) == "workbook-too-large"


def test_a_huge_file_is_refused(monkeypatch):
    monkeypatch.setattr(guard, "LARGEST_FILE", 1_000)
    assert read_code(one_cell("A1")) == "workbook-too-large"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=600), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF", b"<"])
)
def test_any_bytes_give_a_workbook_or_a_problem(content, magic):
    assert isinstance(read(magic + content), Workbook | Problem)


SOUND = one_cell("C3", "订单")


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=40))
def test_a_workbook_with_any_bytes_changed_gives_a_workbook_or_a_problem(at, bytes_):
    assert isinstance(read(SOUND[:at] + bytes_ + SOUND[at + len(bytes_) :]), Workbook | Problem)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_sheet_part_gives_a_workbook_or_a_problem(part):
    content = with_part(
        SOUND, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + part)
    )
    assert isinstance(read(content), Workbook | Problem)


def corpus_files(folder: str) -> list[pathlib.Path]:
    return sorted(path for path in (CORPUS / folder).rglob("*") if path.is_file())


@pytest.mark.parametrize("folder", ["readable", "hostile", "lossless"])
def test_every_file_of_the_corpus_gives_a_workbook_or_a_problem(folder):
    if not (CORPUS / folder).is_dir():
        pytest.skip("../shared/corpus is not here")
    for path in corpus_files(folder):
        assert isinstance(read_workbook(path, path.name), Workbook | Problem), path


def test_hostile_files_are_told_apart():
    if not (CORPUS / "hostile").is_dir():
        pytest.skip("../shared/corpus is not here")
    found = {path.name: read_workbook(path, path.name) for path in corpus_files("hostile")}
    codes = {name: "" if isinstance(result, Workbook) else result.code for name, result in found.items()}
    assert codes == {
        "badxml.xlsx": "workbook-unreadable",
        "billionlaughs.xlsx": "workbook-has-entities",
        "bomb_ss.xlsx": "workbook-too-large",
        "empty0.xlsx": "workbook-empty",
        "encrypted.xlsx": "workbook-password",
        "html.xls": "workbook-is-html",
        "html.xlsx": "workbook-is-html",
        "nosheet.xlsx": "workbook-part-missing",
        "ods_renamed.xlsx": "",
        "pdf.xlsx": "workbook-not-a-spreadsheet",
        "plainzip.xlsx": "workbook-not-a-spreadsheet",
        "space_lastrow.xlsx": "",
        "sparse_far.xlsx": "",
        "sparse_far_blank.xlsx": "",
        "text.xlsx": "workbook-is-text",
        "truncated_half.xlsx": "workbook-truncated",
        "truncated_tail.xlsx": "workbook-truncated",
        "xls_renamed.xlsx": "",
        "xlsx_renamed.xls": "",
        "~$lock.xlsx": "workbook-owner-file",
    }


def test_a_password_that_somebody_chose_is_told_from_the_silent_one():
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    for path in corpus_files("readable"):
        if path.name.startswith("pass_protected"):
            assert read_workbook(path, path.name).code == "workbook-password", path
        if path.name == "issue_385.xls":  # Excel opens it without a word
            assert isinstance(read_workbook(path, path.name), Workbook)


def test_numbers_written_as_decimals_come_back():
    grids = [Grid("a", {(0, 0): GridCell(Decimal("12.5")), (0, 1): GridCell(3)})]
    assert read(build_workbook(grids, AS_OF)).sheets[0].rows == ((12.5, 3.0),)


@pytest.mark.parametrize("index", [b"-1", b"1e0", b" 0 "])
def test_a_text_by_an_index_that_is_none_is_no_other_text(index):
    sheet, name = b"<v>0</v>", "xl/worksheets/sheet1.xml"
    found = read(with_part(one_cell("A1", "文"), name, lambda part: part.replace(sheet, b"<v>%s</v>" % index)))
    assert isinstance(found, Problem) or found.sheets[0].rows == (("文",),)
    assert isinstance(found, Problem) or index.strip() == b"0"


def test_two_sheets_of_one_name_keep_their_own_values():
    def fill(book):
        for number in (1, 2):
            book.add_worksheet(f"表{number}").write(0, 0, number)

    twins = with_part(workbook_of(fill), "xl/workbook.xml", lambda part: part.replace("表2".encode(), "表1".encode()))
    assert [sheet.rows for sheet in read(twins).sheets] == [((1.0,),), ((2.0,),)]


def test_a_merged_block_written_backwards_is_the_same_block():
    def fill(book):
        book.add_worksheet().merge_range("A1:B2", "端盖")

    backwards = with_part(workbook_of(fill), "xl/worksheets/sheet1.xml", lambda part: part.replace(b"A1:B2", b"B2:A1"))
    assert read(backwards).sheets[0].merges == (Range(0, 0, 1, 1),)
