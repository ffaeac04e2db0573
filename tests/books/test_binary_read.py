"""Binary and OpenDocument workbooks, in files that LibreOffice makes and in ones of the corpus."""

import datetime as dt
import io
import pathlib
import shutil
import subprocess
import zipfile

import pytest
import xlsxwriter

from xltools.books.compound import CompoundFile
from xltools.books.ods_sheets import read_ods
from xltools.books.read import read_content
from xltools.books.xls_cells import look_at_xls
from xltools.core.problem import Problem
from xltools.core.sheet import CellError, Range, Sheet, Workbook

READABLE = pathlib.Path(__file__).parents[3] / "shared" / "corpus" / "readable" / "calamine" / "tests"
MARCH_2 = dt.date(2026, 3, 2)
DATE_FORMATS = [14, 22, 27, 30, 31, 36, 50, 57, 58, 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d"]


def fill_oddities(book: xlsxwriter.Workbook) -> None:
    page = book.add_worksheet("订单")
    page.write_row(0, 0, ["00123", "NA", "1E5", "#N/A"])
    page.write_string("E1", "=x")
    page.write_formula("A2", "=NA()", None, "#N/A")
    page.write_formula("B2", "=1/0", None, "#DIV/0!")
    page.write_formula("C2", "=1+1", None, 2)
    page.write_number("D2", 36)
    for column, form in enumerate(DATE_FORMATS):
        page.write_number(2, column, 46083, book.add_format({"num_format": form}))
    page.merge_range("B6:C7", "合计")
    page.write_string("A9", "甲\n乙")
    page.write_comment("A10", "批注")
    page.write_number("A10", 5)
    hidden = book.add_worksheet("隐藏")
    hidden.hide()
    hidden.write("A3", "近")
    hidden.write("IV65536", "远")


def xlsx(fill, **options) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        fill(book)
    return target.getvalue()


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> dict[str, bytes]:
    """What LibreOffice makes of the oddities, by format; `1904.xls` counts its days from 1904."""
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not here")
    folder = tmp_path_factory.mktemp("订单")
    (folder / "a.xlsx").write_bytes(xlsx(fill_oddities))
    (folder / "1904.xlsx").write_bytes(xlsx(fill_oddities, date_1904=True))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for form in ("xls", "ods"):
        command = [office, profile, "--headless", "--convert-to", form, "--outdir", str(folder)]
        sources = [str(folder / "a.xlsx"), str(folder / "1904.xlsx")]
        subprocess.run([*command, *sources], check=True, capture_output=True, timeout=100)
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.xlsx"])
def test_texts_errors_dates_and_numbers_are_the_same_in_each_format(saved, name):
    book = read_content(saved[name], name)
    assert isinstance(book, Workbook)
    page, hidden = book.sheets
    assert (page.name, page.hidden, hidden.hidden) == ("订单", False, True)
    assert page.rows[0] == ("00123", "NA", "1E5", "#N/A", "=x")
    assert not any(isinstance(value, CellError) for value in page.rows[0])
    assert page.rows[1] == ("#N/A", "#DIV/0!", 2.0, 36.0)
    assert [type(value) for value in page.rows[1]] == [CellError, CellError, float, float]
    assert [value.date() if isinstance(value, dt.datetime) else value for value in page.rows[2]] == [MARCH_2] * len(
        DATE_FORMATS
    )
    assert page.merges == (Range(5, 1, 6, 2),)
    assert page.rows[5:7] == ((None, "合计"), ())
    assert page.rows[8:] == (("甲\n乙",), (5.0,))


@pytest.mark.parametrize("name", ["a.xls", "a.ods", "a.xlsx"])
def test_one_stray_cell_stands_where_it_stood(saved, name):
    rows = read_content(saved[name], name).sheets[1].rows
    assert len(rows) == 65_536
    assert rows[2] == ("近",)
    assert rows[-1] == (*[None] * 255, "远")
    assert sum(map(len, rows)) == 257


@pytest.mark.parametrize("name", ["1904.xls", "1904.ods", "1904.xlsx"])
def test_days_may_count_from_1904(saved, name):
    value = read_content(saved[name], name).sheets[0].value(2, 0)
    assert value == MARCH_2.replace(year=2030) + dt.timedelta(days=1)  # the serial stands, 1,462 days on


def test_the_values_of_a_sparse_xls_are_moved_together_for_calamine_alone(saved):
    content = saved["a.xls"]
    compound = CompoundFile(content)
    seen = look_at_xls(content, compound, "Workbook")
    assert list(seen.places) == [1]
    assert len(seen.content) == len(content)
    assert seen.content != content


def corpus(name: str) -> bytes:
    if not READABLE.is_dir():
        pytest.skip("../shared/corpus is not here")
    return (READABLE / name).read_bytes()


def errors_of(content: bytes) -> dict[str, list[tuple[int, int, str]]]:
    book = read_content(content, "a")
    assert isinstance(book, Workbook)
    return {
        sheet.name: [
            (row, column, str(value)) for row, column, value in sheet.filled_cells() if type(value) is CellError
        ]
        for sheet in book.sheets
    }


@pytest.mark.parametrize("stem", ["issues"])
@pytest.mark.parametrize("ending", ["xls", "xlsb", "ods"])
def test_excels_own_files_have_the_same_errors_in_each_format(stem, ending):
    errors = errors_of(corpus(f"{stem}.{ending}"))
    told = errors_of(corpus(f"{stem}.xlsx"))
    for name, found in errors.items():
        assert [one for one in found if one[2].startswith("#")] == [one for one in told[name] if one[2].startswith("#")]


STRING = 'office:value-type="string"'


def ods(*rows: str) -> tuple[Sheet, ...]:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = "".join(rows)
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        f'<table:table table:name="订单">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return read_ods(io.BytesIO(content.encode()), "a.ods", "")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('office:value-type="float" office:value="1.5"/>', 1.5),
        ('office:value-type="percentage" office:value="0.13"/>', 0.13),
        ('office:value-type="boolean" office:boolean-value="true"/>', True),
        ('office:value-type="date" office:date-value="2026-03-02"/>', MARCH_2),
        ('office:value-type="date" office:date-value="2026-03-02T06:00:00"/>', dt.datetime(2026, 3, 2, 6)),
        ('office:value-type="time" office:time-value="PT06H30M00S"/>', dt.time(6, 30)),
        ('office:value-type="time" office:time-value="PT36H00M00S"/>', dt.timedelta(hours=36)),
        (f'{STRING}><text:p>甲<text:s text:c="2"/>乙</text:p><text:p>丙</text:p></table:table-cell>', "甲  乙\n丙"),
        (f'table:formula="of:=NA()" {STRING}><text:p>#N/A</text:p></table:table-cell>', CellError("#N/A")),
        ('office:value-type="string"><text:p>#N/A</text:p></table:table-cell>', "#N/A"),
        ('table:formula="of:=[.B1]*2"/>', CellError("=[.B1]*2")),
        ('table:formula="of:=&quot;&quot;"><text:p/></table:table-cell>', None),
        ('office:value-type="float" office:value="wrong"/>', None),
    ],
)  # fmt: skip
def test_a_cell_of_an_opendocument_sheet_is_read_by_its_type(cell, expected):
    rows = ods(f"<table:table-row><table:table-cell {cell}</table:table-row>")[0].rows
    found = rows[0][0] if rows else None
    assert (type(found), found) == (type(expected), expected)


def test_what_is_repeated_is_written_out_only_where_it_holds_something():
    cell = '<table:table-cell office:value-type="float" office:value="7"{}/>'
    sheet = ods(
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>',
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"/>',
        cell.format(' table:number-columns-repeated="2"') + "</table:table-row>",
        '<table:table-row table:number-rows-repeated="48574"><table:table-cell/></table:table-row>',
    )[0]
    assert len(sheet.rows) == 1_000_002
    assert sheet.rows[-2:] == ((None, None, None, 7.0, 7.0),) * 2


def test_a_definition_in_an_opendocument_sheet_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("content.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    found = read_content(target.getvalue(), "a.ods")
    assert isinstance(found, Problem)
    assert found.code == "workbook-has-entities"


def test_a_stray_row_of_an_xlsb_stands_where_it_stood():
    content = corpus("issues.xlsb")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = "xl/worksheets/sheet1.bin"
        records = archive.read(part)
        row = records.rindex(b"\x00\x19\x05\x00\x00\x00")  # the sixth row begins
        moved = records[: row + 2] + (1_048_575).to_bytes(4, "little") + records[row + 6 :]
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as copy:
            for name in archive.namelist():
                copy.writestr(name, moved if name == part else archive.read(name))
    before, after = read_content(content, "a").sheets[0].rows, read_content(target.getvalue(), "a").sheets[0].rows
    assert after[:5] == before[:5]
    assert len(after) == 1_048_576
    assert after[-1] == before[5]
