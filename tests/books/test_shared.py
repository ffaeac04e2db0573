import datetime as dt
import io
import pathlib
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from xltools.books import guard, xml_pieces
from xltools.books.read import read_workbook
from xltools.books.shared import read_shared_workbook
from xltools.core.problem import Problem
from xltools.core.sheet import CellError, NamedTable, Range, Sheet, Workbook

HERE = pathlib.Path(__file__)
CORPUS = HERE.parents[3] / "shared" / "corpus"
SAMPLES = HERE.parents[2] / "samples"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def read(content: bytes) -> Workbook:
    book = read_shared_workbook(content, "订单总表.xlsx")
    assert isinstance(book, Workbook), book
    return book


def xlsx(fill, **options) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        fill(book)
    return target.getvalue()


def with_parts(content: bytes, change) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if (written := change(part.filename, old.read(part))) is not None:
                new.writestr(part.filename, written)
    return target.getvalue()


def fill_plain(book):
    page = book.add_worksheet("订单")
    page.write_string("A1", "文")
    page.write_number("B1", 1, book.add_format({"num_format": "yyyy-mm-dd"}))


PLAIN = xlsx(fill_plain)


def with_cells(cells: str, strings: str = "<si><t>文</t></si>") -> bytes:
    """A workbook whose sheet holds just these rows; style 1 is a date."""

    def change(name: str, part: bytes) -> bytes:
        if name == SHEET:
            return re.sub(rb"<sheetData>.*</sheetData>", lambda _: f"<sheetData>{cells}</sheetData>".encode(), part)
        return part.replace("<si><t>文</t></si>".encode(), strings.encode()) if name == STRINGS else part

    return with_parts(PLAIN, change)


def rows_of(cells: str, strings: str = "<si><t>文</t></si>") -> tuple[tuple[object, ...], ...]:
    return read(with_cells(cells, strings)).sheets[0].rows


def one_value(cell: str, strings: str = "<si><t>文</t></si>") -> object:
    rows = rows_of(f'<row r="1">{cell}</row>', strings)
    return rows[0][0] if rows else None


def assert_same(ours: Workbook, theirs: Workbook) -> None:
    """The same workbook in all that both readers know."""
    assert (ours.file, ours.sha256, ours.saved_by) == (theirs.file, theirs.sha256, theirs.saved_by)
    assert ours.properties == theirs.properties
    for mine, other in zip(ours.sheets, theirs.sheets, strict=True):
        assert (mine.name, mine.hidden, mine.merges, mine.sha256) == (
            other.name,
            other.hidden,
            other.merges,
            other.sha256,
        )
        assert [typed_row(row) for row in mine.rows] == [typed_row(row) for row in other.rows], mine.name


def typed_row(row: tuple[object, ...]) -> list[tuple[type, object]]:
    """1.0 and True are equal, and not the same."""
    cells = [(type(value), value) for value in row]
    while cells and cells[-1][1] is None:
        cells.pop()
    return cells


# --- what a cell says -------------------------------------------------------------------------------------------------


def test_error_cells_and_formulas_without_a_result_are_told():
    def fill(book):
        page = book.add_worksheet()
        page.write_formula("A1", "=NA()", None, "#N/A")
        page.write_formula("B1", '=SUM(C1:D1)&"甲"', None, "")
        page.write_formula("C1", "=1+1", None, 2)
        page.write_string("D1", "#N/A")

    row = read(xlsx(fill)).sheets[0].rows[0]
    assert row == ("#N/A", '=SUM(C1:D1)&"甲"', 2.0, "#N/A")
    assert [isinstance(value, CellError) for value in row] == [True, True, False, False]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1" t="e" cm="1" vm="1"><v>#SPILL!</v></c>', CellError("#SPILL!")),
        ('<c r="A1"><f>1+1</f></c>', CellError("=1+1")),
        ('<c r="A1"><f>A2&amp;"x"</f><v/></c>', CellError('=A2&"x"')),
        ('<c r="A1"><f t="shared" si="0"/></c>', CellError("=")),
        ('<c r="A1"><f t="shared" si="0"/><v>5</v></c>', 5.0),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', None),
        ('<c r="A1" t="str"><f>""</f><v/></c>', None),
        ('<c r="A1" t="str"><f>""</f></c>', CellError('=""')),
        ('<c r="A1" t="str"><f>B1</f><v> 甲 &amp; 乙 </v></c>', " 甲 & 乙 "),
        ('<c r="A1"><v>1E400</v></c>', CellError("#NUM!")),
        ('<c r="A1" s="1"><v>NaN</v></c>', CellError("#NUM!")),
        ('<c r="A1" s="1"><v>46083</v></c>', dt.date(2026, 3, 2)),
        ('<c r="A1" s="1"><f>TODAY()</f><v>46083</v></c>', dt.date(2026, 3, 2)),
        ('<c r="A1" s="99"><v>1</v></c>', 1.0),
        ('<c r="A1" t="n"><v>&#49;</v></c>', 1.0),
        ('<c r="A1" t="d"><v>2026-03-02T10:11:12</v></c>', dt.datetime(2026, 3, 2, 10, 11, 12)),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="s"><v>0</v></c>', "文"),
        ('<c r="A1" t="s"><v></v></c>', None),
        ('<c r="A1" s="1"/>', None),
        ('<c r="A1" s="1"></c>', None),
        ('<c r="A1" t="inlineStr"><v>left over</v></c>', None),
    ],
)
def test_a_cell_is_read_by_its_type(cell, expected):
    for spelled in (cell, f"<!-- 注 -->{cell}", cell.replace('r="A1"', "r='A1'")):
        found = one_value(spelled)
        assert (type(found), found) == (type(expected), expected), spelled


TEXTS = [
    ("<t>甲 &amp; &lt;乙&gt; &#x4E2D;&#13;</t>", "甲 & <乙> 中"),
    ('<t xml:space="preserve"> 甲&#13; </t>', " 甲\r "),
    ("<t xml:space='preserve'> 甲 </t>", " 甲 "),
    ("<t> 甲\t</t>", "甲"),
    ("<t>甲\r\n乙\r丙</t>", "甲\n乙\n丙"),
    ("<t>甲_x000D__x005F_x000A_乙</t>", "甲\r_x000A_乙"),
    ("<t>_xD83D__xDE00_ _xD83D_</t>", "😀 \ufffd"),
    ("<t>_x00</t>", "_x00"),
    (
        '<r><t xml:space="preserve">甲 </t></r><r><rPr><b/></rPr><t>乙</t></r><rPh sb="0" eb="1"><t>注音</t></rPh>',
        "甲 乙",
    ),
    ('<t>漢</t><rPh sb="0" eb="1"><t>かん</t></rPh><phoneticPr fontId="1"/>', "漢"),
    ("<t><![CDATA[甲<乙&amp;]]></t>", "甲<乙&amp;"),
    ("<t>甲<!-- 注 -->乙</t >", "甲乙"),
    ("<r><t>_x00</t></r><r><t>41_</t></r>", "_x0041_"),
    ("<t/>", None),
    ("", None),
]


@pytest.mark.parametrize(("markup", "expected"), TEXTS)
def test_text_is_the_same_in_the_cell_and_shared(markup, expected):
    assert one_value(f'<c r="A1" t="inlineStr"><is>{markup}</is></c>') == expected
    assert one_value('<c r="A1" t="s"><v>0</v></c>', f"<si>{markup}</si>") == expected
    assert one_value('<c r="A1" t="s"><v>1</v></c>', f"<si>{markup}</si><si><t>乙</t></si>") == "乙"


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="A1" t="s"><v>7</v></c>',
        '<c r="A1" t="s"><v>-1</v></c>',
        '<c r="A1" t="s"><v>甲</v></c>',
        '<c r="A1"><v>甲</v></c>',
        '<c r="A1" t="b"><v>2</v></c>',
        '<c r="A1" t="wrong"><v>1</v></c>',
        '<c r="$A$1"><v>1</v></c>',
        '<c r="XFE1"><v>1</v></c>',
        '<c r="A1"><v>&wrong;</v></c>',
        '<c r="A1"><v>1</c>',
    ],
)
def test_what_no_cell_may_hold_makes_the_workbook_unreadable(cell):
    found = read_shared_workbook(with_cells(f'<row r="1">{cell}</row>'), "a.xlsx")
    assert isinstance(found, Problem)
    assert found.code == "workbook-unreadable"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ('<row r="3"><c r="B3"><v>1</v></c></row>', ((), (), (None, 1.0))),
        ('<row/><row><c><v>1</v></c><c r="D2"><v>2</v></c><c><v>3</v></c></row>', ((), (1.0, None, None, 2.0, 3.0))),
        ('<row><c r="C5"><v>1</v></c></row><row><c><v>2</v></c></row>', ((),) * 4 + ((None, None, 1.0), (2.0,))),
        ('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row>', ((2.0, 1.0),)),
        ('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>', ((2.0,), (1.0,))),
        ('<row r="1"><c r="b1"><v>1</v></c><c r="D1" s="1"/></row><row r="9"><c r="A9" s="1"/></row>', ((None, 1.0),)),
        ('<row r="1" ht="20"><c s="0" r="A1" cm="1"><v>1</v></c></row\n>', ((1.0,),)),
        ('<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="B1"><v>2</v></c></row>', ((1.0, 2.0),)),
        ('<row r="1"><c r="A1"><v>1</v></c></row >', ((1.0,),)),
        ("", ()),
    ],
)
def test_rows_and_cells_stand_where_they_say(cells, expected):
    assert rows_of(cells) == expected


def prefixed(part: bytes) -> bytes:
    named = re.sub(rb"<(/?)(?=[a-zA-Z])(?![a-zA-Z]+:)", rb"<\1x:", part)
    return named.replace(b' xmlns="', b' xmlns:x="')


def test_any_namespace_prefix_will_do():
    def change(name: str, part: bytes) -> bytes:
        return part if name.endswith(".rels") or name == "[Content_Types].xml" or "docProps" in name else prefixed(part)

    content = xlsx(fill_rich)
    assert read(with_parts(content, change)).sheets == tuple(
        Sheet(one.file, one.name, one.rows, one.hidden, one.merges, read(with_parts(content, change)).sha256)
        for one in read(content).sheets
    )


def test_strict_files_are_read():
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    strict = [
        path
        for path in CORPUS.rglob("*.xlsx")
        if zipfile.is_zipfile(path) and "xl/workbook.xml" in zipfile.ZipFile(path).namelist()
        if b"purl.oclc.org/ooxml" in zipfile.ZipFile(path).read("xl/workbook.xml")
    ]
    assert strict
    for path in strict:
        assert isinstance(read_shared_workbook(path.read_bytes(), path.name), Workbook), path


def fill_rich(book):
    page = book.add_worksheet("订单")
    page.merge_range("B2:D3", "标题")
    page.merge_range("A5:A6", "合计")
    page.write_rich_string("A1", "甲", book.add_format({"bold": True}), " 乙 ", "丙")
    page.write_formula("A2", "=1/0", None, "#DIV/0!")
    page.write("A3", 46083, book.add_format({"num_format": "[$-804]yyyy/m/d"}))
    book.add_worksheet("隐藏").hide()
    book.add_worksheet("深隐").very_hidden()
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=订单!$A$3"})
    book.add_chartsheet("图").set_chart(chart)


def test_merges_hidden_sheets_and_charts_are_as_in_the_other_reader():
    content = xlsx(fill_rich)
    book = read(content)
    assert book.sheets[0].merges == (Range(1, 1, 2, 3), Range(4, 0, 5, 0))
    assert [one.hidden for one in book.sheets] == [False, True, True]
    assert book.sheets[0].rows[0] == ("甲 乙 丙",)
    assert_same(book, read_workbook(HERE, book.file, content))


def test_dates_may_count_from_1904():
    def fill(book):
        book.add_worksheet().write_datetime(0, 0, dt.date(2026, 3, 2), book.add_format({"num_format": 14}))

    assert read(xlsx(fill, date_1904=True)).sheets[0].rows == ((dt.date(2026, 3, 2),),)


def test_a_choice_between_versions_of_excel_in_the_workbook_part_does_no_harm():
    choice = (
        b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        b'<mc:Choice Requires="x15"><x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/'
        b'2010/11/ac" url="C:\\"/></mc:Choice></mc:AlternateContent><sheets>'
    )
    content = with_parts(PLAIN, lambda _, part: part.replace(b"<sheets>", choice))
    assert read(content).sheets[0].name == "订单"


# --- tables -----------------------------------------------------------------------------------------------------------


def test_tables_are_told_by_name_without_their_row_of_totals():
    def fill(book):
        columns = [{"header": "订单号"}, {"header": "数量\n(Pcs)", "total_function": "sum"}, {"header": "a & <b>"}]
        page = book.add_worksheet("订单")
        page.add_table("B3:D6", {"name": "Tracker", "columns": columns, "total_row": True, "data": [["甲", 1, 2]]})
        book.add_worksheet("变更").add_table("A1:B2", {"name": "变更", "columns": columns[:2]})

    tables = read(xlsx(fill)).tables
    assert list(tables) == ["Tracker", "变更"]
    assert tables["Tracker"] == NamedTable(
        "Tracker", "订单", Range(2, 1, 4, 3), ("订单号", "数量\n(Pcs)", "a & <b>"), has_totals=True
    )
    assert tables["变更"].block == Range(0, 0, 1, 1)


def test_a_table_whose_header_row_is_switched_off_is_left_out():
    def fill(book):
        book.add_worksheet().add_table("A1:B2", {"name": "Bare", "header_row": False})

    assert read(xlsx(fill)).tables == {}


# --- the same as the other reader -------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "订单号",
        "_x000D_",
        "_x005F_x000A_",
        "a&b<c>\"'",
        "\n",
        "\r\n",
        " ",
        "\t",
        "甲",
        "]]>",
        "😀",
        "&amp;",
        "=",
        "#N/A",
    ]
)
TEXT = st.lists(WORDS | st.text(max_size=4), max_size=5).map("".join).map(lambda text: text[:200])
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-(10**9), 10**9).map(float)
DATES = st.dates(dt.date(1900, 3, 1)) | st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1))
VALUES = st.none() | TEXT | NUMBERS | DATES | st.booleans() | st.times()
GRIDS = st.lists(st.lists(VALUES, max_size=5), max_size=6)
XML_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_xlsxwriter(grid, *, shared: bool) -> bytes:
    def fill(book):
        page = book.add_worksheet("订单 & <表>")
        moment = book.add_format({"num_format": 'yyyy"年"m"月"d"日" hh:mm'})
        for r, row in enumerate(grid):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(r, c, value)
                elif isinstance(value, (dt.date, dt.time)):
                    page.write_datetime(r, c, value, moment)
                elif value is not None:
                    page.write(r, c, value)

    return xlsx(fill, constant_memory=not shared)


def write_openpyxl(grid) -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    for r, row in enumerate(grid, 1):
        for c, value in enumerate(row, 1):
            cell = book.active.cell(r, c)
            if isinstance(value, str):
                cell.value = openpyxl.utils.escape.escape(XML_TEXT.sub("", value))
                cell.data_type = "s"
            else:
                cell.value = value
    book.save(target)
    return target.getvalue()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GRIDS, st.booleans())
@example([["\n", " ", "_x000D_", "甲\r\n乙"], [], [None, True, 1.0]], False)
def test_what_xlsxwriter_writes_is_read_as_by_the_other_reader(grid, shared):
    content = write_xlsxwriter(grid, shared=shared)
    book = read(content)
    assert_same(book, read_workbook(HERE, book.file, content))
    texts = {value for row in grid for value in row if isinstance(value, str)} - {""}
    # Where it does not share strings, or two escapes have an underscore in common, it writes what means another text.
    if shared and not any("_x005F_x" in text for text in texts):
        assert {value for row in book.sheets[0].rows for value in row if isinstance(value, str)} == texts


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GRIDS)
def test_what_openpyxl_writes_is_read_as_by_the_other_reader(grid):
    content = write_openpyxl(grid)
    book = read(content)
    assert_same(book, read_workbook(HERE, book.file, content))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(GRIDS, st.integers(70, 400))
def test_patterns_and_trees_read_the_same_whatever_the_piece(grid, size):
    content = write_xlsxwriter(grid, shared=True)
    note = with_parts(content, lambda name, part: part + b"<!-- -->" if name in {SHEET, STRINGS} else part)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_pieces, "_PIECE", size)
        assert [one.rows for one in read(content).sheets] == [one.rows for one in read(note).sheets]
    assert [one.rows for one in read(content).sheets] == [one.rows for one in read(note).sheets]


@pytest.mark.parametrize("folder", [CORPUS / "readable", CORPUS / "lossless", CORPUS / "hostile", SAMPLES])
def test_every_file_at_hand_is_read_as_by_the_other_reader(folder):
    if not folder.is_dir():
        pytest.skip("../shared/corpus is not here")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        theirs, ours = read_workbook(path, path.name), read_shared_workbook(path.read_bytes(), path.name)
        if isinstance(theirs, Problem) or isinstance(ours, Problem):
            assert ours == theirs, path
        else:
            assert_same(ours, theirs)


def test_what_libreoffice_saves_is_read_as_by_the_other_reader(tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice is not here")
    source = tmp_path / "订单.xlsx"
    source.write_bytes(xlsx(fill_rich))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    target = tmp_path / "out"
    subprocess.run(
        [office, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(target), str(source)],
        check=True,
        capture_output=True,
        timeout=100,
    )
    content = (target / source.name).read_bytes()
    book = read(content)
    assert_same(book, read_workbook(HERE, book.file, content))
    assert book.sheets[0].value(1, 0) == "#DIV/0!"


# --- nothing is raised ------------------------------------------------------------------------------------------------

SOUND = xlsx(fill_rich)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=40))
def test_a_workbook_with_any_bytes_changed_gives_a_workbook_or_a_problem(at, bytes_):
    content = SOUND[:at] + bytes_ + SOUND[at + len(bytes_) :]
    assert isinstance(read_shared_workbook(content, "a.xlsx"), Workbook | Problem)


PARTS = [name for name in zipfile.ZipFile(io.BytesIO(SOUND)).namelist() if name.endswith((".xml", ".rels"))]
DAMAGE = st.sampled_from(
    [b"", b"<", b">", b'"', b"&", b"-1", b"99999999", b"<c/>", b"<row>", b"</row>", b"<!--", b"\xff", b"<x/>", b"A1"]
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(PARTS), st.floats(0, 1), st.integers(0, 12), DAMAGE | st.binary(max_size=8))
def test_a_part_with_any_bytes_changed_gives_a_workbook_or_a_problem(name, where, length, bytes_):
    def change(part: str, before: bytes) -> bytes:
        at = int(where * len(before))
        return before[:at] + bytes_ + before[at + length :] if part == name else before

    assert isinstance(read_shared_workbook(with_parts(SOUND, change), "a.xlsx"), Workbook | Problem)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_gone_or_no_xml_gives_a_workbook_or_a_problem(name):
    for spoil in (None, b"", b"<oops", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<a/>".encode("utf-16")):
        content = with_parts(SOUND, lambda part, before, spoil=spoil: spoil if part == name else before)
        assert isinstance(read_shared_workbook(content, "a.xlsx"), Workbook | Problem)


def test_a_cell_far_out_is_read_as_by_the_other_reader():
    content = xlsx(lambda book: book.add_worksheet().write("XFD1048576", "x"))
    assert read_shared_workbook(content, "a.xlsx") == read_workbook(HERE, "a.xlsx", content)


def test_what_is_too_large_is_refused(monkeypatch):
    for limit in ("LARGEST_XML", "LARGEST_FILE"):
        with monkeypatch.context() as patch:
            patch.setattr(guard, limit, 1_000)
            assert read_shared_workbook(PLAIN, "a.xlsx").code == "workbook-too-large"


def test_rows_that_each_reach_far_are_refused_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr(guard, "LARGEST_GRID", 300_000)
    cells = "".join(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>' for row in range(10_000, 10_020))
    for spelled in (cells, f"<!-- -->{cells}"):
        content = with_cells(spelled)
        found = read_shared_workbook(content, "a.xlsx")
        assert found.code == "workbook-extent-too-large"
        assert found == read_workbook(HERE, "a.xlsx", content)


def test_much_that_follows_the_rows_is_passed_over():
    """As where thousands of cells have links of their own; in pieces that each hold no end of a row."""
    merges = "".join(f'<mergeCell ref="B{row}:C{row}"/>' for row in range(1, 60_000, 2)).encode()

    def change(name: str, part: bytes) -> bytes:
        written = b"</sheetData><mergeCells>%s</mergeCells>" % merges
        return part.replace(b"</sheetData>", written) if name == SHEET else part

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xml_pieces, "_PIECE", 100)
        assert len(read(with_parts(PLAIN, change)).sheets[0].merges) == 30_000


FORMATS = [
    *range(50),
    'yyyy"年"m"月"d"日"',
    "[$-804]aaaa",
    "aaa",
    "[$-404]e/m/d",
    "[DBNum1][$-804]yyyy年m月",
    "d-mmm",
    "mmm-yy",
]
FORMATS += [
    "上午/下午h:mm",
    "h:mm AM/PM",
    "G/通用格式",
    "[h]:mm",
    "[mm]:ss",
    '0 "pcs"',
    "0 pcs",
    "#,##0.00_);[Red](#,##0.00)",
]
FORMATS += [
    "0.00E+00",
    "# ?/?",
    "@",
    '"订单"0',
    "[Red]0",
    "[<=9]0;yyyy",
    "yyyy/m/d;@",
    "m/d/yy h:mm",
    "¥#,##0",
    "General",
    "0%",
]
FORMATS += [
    '0"d"',
    "\\d0",
    "_d0",
    "*d0",
    "ss.000",
    "yy",
    "[$-411]ge.m.d",
    '"日"d',
    "[$-F800]dddd, mmmm dd, yyyy",
    "[s]",
]


def test_what_is_a_date_by_its_format_is_the_same_for_both_readers():
    def fill(book):
        page = book.add_worksheet()
        for row, form in enumerate(FORMATS):
            style = book.add_format({"num_format": form})
            page.write_row(row, 0, [46083, 46083.25, 0.5, -1, 59.5], style)

    content = xlsx(fill)
    ours, theirs = (book.sheets[0].rows for book in (read(content), read_workbook(HERE, "订单总表.xlsx", content)))
    assert {
        form: (mine, other)
        for form, mine, other in zip(FORMATS, ours, theirs, strict=True)
        if typed_row(mine) != typed_row(other)
    } == {}


def test_each_format_alone_is_read_the_same_wherever_the_fast_reader_may_be_asked():
    for form in FORMATS[50:]:

        def fill(book, form=form):
            book.add_worksheet().write_row(0, 0, [46083, 46083.25, 0.5, -1], book.add_format({"num_format": form}))

        content = xlsx(fill)
        assert_same(read(content), read_workbook(HERE, "订单总表.xlsx", content))
