"""Files made to hurt: none hangs, none raises, and each value that can be told is told."""

import io
import pathlib
import subprocess
import sys
import time
import zipfile
from types import SimpleNamespace
from xml.parsers import expat

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile

from xltools.books import binary_sheets, calamine_sheets, decryption, read
from xltools.books.properties import read_saved_by
from xltools.books.read import read_content
from xltools.core.problem import Problem
from xltools.core.sheet import Workbook

HERE = pathlib.Path(__file__)
SHARED = HERE.parents[3] / "shared" / "corpus"
SAMPLES = sorted((HERE.parents[2] / "samples" / "inbox").glob("*.xlsx"))
SHEET = "xl/worksheets/sheet1.xml"
PATIENCE = 5  # seconds, on a busy machine; each takes well under one


def xlsx(fill) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        fill(book)
    return target.getvalue()


PLAIN = xlsx(lambda book: book.add_worksheet("订单").write(0, 0, "甲"))


def with_sheet(change, part: str = SHEET) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return target.getvalue()


def with_rows(rows: bytes) -> bytes:
    return with_sheet(lambda text: text.replace(b"<sheetData>", b"<sheetData>" + rows))


def with_merges(number: int) -> bytes:
    merges = b"".join(b'<mergeCell ref="B%d:C%d"/>' % (row, row) for row in range(1, number))
    return with_sheet(
        lambda text: text.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>")
    )


def with_sheets(number: int) -> bytes:
    def fill(book):
        for _ in range(number):
            book.add_worksheet().write(0, 0, "甲")

    return xlsx(fill)


HOSTILE = {
    "60,000 merged blocks": with_merges(60_000),
    "3,000 sheets": with_sheets(3_000),
    "elements 100,000 deep": with_rows(b"<x>" * 100_000 + b"</x>" * 100_000),
    "elements that never end": with_rows(b"<row>" * 300_000),
    "cells that never end": with_rows(b'<row r="1">' + b'<c r="A1" ' * 500_000),
    "cells of odd markup": with_rows(b'<row r="1">' + b"<x:c \n r='A1'" * 300_000),
    "formulas that never end": with_rows(b'<row r="1"><c r="A1">' + b"<f " * 1_000_000),
    "formulas without a result": with_rows(b'<row r="1">' + b'<c r="A1"><f>1</f></c>' * 200_000 + b"</row>"),
    "apostrophes": with_rows(b"='" * 1_000_000),
    "blanks": with_rows(b"<c" + b" " * 3_000_000),
    "blanks before apostrophes": with_rows((b"=" + b" " * 3_000 + b"x'") * 500),
    "attributes without end": with_rows(b'<row r="1"><c r="A1"' + b' s="1"' * 500_000),
    "a shared string far off": with_rows(b'<row r="1"><c r="A1" t="s"><v>99999999999999999999</v></c></row>'),
    "numbers with a million digits": with_rows(b'<row r="1"><c r="A1"><v>' + b"9" * 1_000_000 + b"</v></c></row>"),
    "rows far out": with_rows(b"".join(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>' for _ in range(9))),
    "a row for each row": with_rows(b"".join(b'<row r="%d" ht="20"/>' % row for row in range(2, 200_000))),
    "html without end": b"<" * 3_000_000,
    "comments before html": b"<!-- " * 600_000,
    "compound of one byte": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\1" * 3_000_000,
    "compound of nothing": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hangs(name):
    start = time.process_time()
    for tables in (False, True):
        assert isinstance(read_content(HOSTILE[name], "订单.xlsx", tables=tables), Workbook | Problem)
    assert time.process_time() - start < PATIENCE


# --- far cells and formatted rows: time and memory --------------------------------------------------------------------


def with_formats(rows: int, used: int) -> bytes:
    """As many formatted rows as people leave behind, of which few hold anything; one stray cell below them all."""

    def fill(book):
        page, blue = book.add_worksheet("订单"), book.add_format({"bg_color": "blue"})
        for row in range(rows):
            for column in range(14):
                if row < used:
                    page.write(row, column, f"订单 {row}-{column}", blue)
                else:
                    page.write_blank(row, column, None, blue)

    return xlsx(fill)


# The peak is that of the new process: what `resource` tells includes its parent's, which is pytest.
MEASURE = """
import pathlib, sys, time
from xltools.books.read import read_workbook
start = time.process_time()
book = read_workbook(pathlib.Path(sys.argv[1]), "a")
seconds, rows = time.process_time() - start, book.sheets[0].rows
status = pathlib.Path("/proc/self/status").read_text().split()
print(seconds, int(status[status.index("VmHWM:") + 1]) / 1024, len(rows), sum(map(len, rows)))
"""


def measure(path: pathlib.Path) -> tuple[float, float, int, int]:
    """Seconds, megabytes at the peak, rows and cells of the first sheet, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    seconds, megabytes, rows, cells = done.stdout.split()
    return float(seconds), float(megabytes), int(rows), int(cells)


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process in /proc")


@on_linux
def test_a_stray_cell_in_the_last_corner_costs_little(tmp_path):
    path = tmp_path / "a.xlsx"
    last = b'<row r="1048576"><c r="XFD1048576"><v>7</v></c></row></sheetData>'
    path.write_bytes(with_sheet(lambda text: text.replace(b"</sheetData>", last)))
    seconds, megabytes, rows, cells = measure(path)
    assert (rows, cells) == (1_048_576, 1 + 16_384)
    assert seconds < 2
    assert megabytes < 300


@on_linux
def test_65_000_formatted_rows_of_which_600_are_used_cost_little(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(with_formats(65_000, 600))
    seconds, megabytes, rows, cells = measure(path)
    assert (rows, cells) == (600, 600 * 14)
    assert seconds < 2
    assert megabytes < 300


@on_linux
def test_the_stray_cells_of_the_corpus_cost_little():
    if not SHARED.is_dir():
        pytest.skip("../shared/corpus is not here")
    for name in ("sparse_far.xlsx", "sparse_far_blank.xlsx", "space_lastrow.xlsx"):
        seconds, megabytes, _, cells = measure(SHARED / "hostile" / name)
        assert cells > 1
        assert seconds < 2
        assert megabytes < 300


# --- any damage -------------------------------------------------------------------------------------------------------


def real_files() -> list[bytes]:
    """Small workbooks of each format."""
    found = [path.read_bytes() for path in SAMPLES[:2]]
    for ending in ("xlsx", "xls", "xlsb", "ods"):
        found += [
            path.read_bytes() for path in sorted(SHARED.rglob(f"*.{ending}")) if 0 < path.stat().st_size < 40_000
        ][:6]
    return found


REAL = real_files()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_real_file_with_bytes_flipped_or_cut_gives_a_workbook_or_a_problem(data):
    content = bytearray(data.draw(st.sampled_from(REAL)))
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    start, end = sorted((data.draw(st.integers(0, len(content))), data.draw(st.integers(0, len(content)))))
    cut = data.draw(st.sampled_from(["", "end", "middle"]))
    if cut:
        content[start : len(content) if cut == "end" else end] = b""
    assert isinstance(read_content(bytes(content), "a"), Workbook | Problem)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_real_zip_with_members_of_another_gives_a_workbook_or_a_problem(data):
    zips = [content for content in REAL if zipfile.is_zipfile(io.BytesIO(content))]
    one, other = (zipfile.ZipFile(io.BytesIO(data.draw(st.sampled_from(zips)))) for _ in range(2))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as spliced:
        for name in one.namelist():
            source = data.draw(st.sampled_from([one, other]))
            text = source.read(name) if name in source.namelist() else b""
            at = data.draw(st.integers(0, len(text)))
            spliced.writestr(
                name, text[:at] + data.draw(st.binary(max_size=6)) + text[at + data.draw(st.integers(0, 3)) :]
            )
    assert isinstance(read_content(target.getvalue(), "a"), Workbook | Problem)


def _find_no_memory(*_: object) -> None:
    trouble = expat.ExpatError("out of memory")
    trouble.code = 1
    raise trouble


_full_parser = type("FullParser", (), {"__init__": lambda *_: None, "Parse": _find_no_memory})


def test_an_xls_whose_sheets_are_not_those_that_were_looked_at_is_not_read_at_wrong_addresses(monkeypatch):
    seen = SimpleNamespace(content=b"", sheets=(1, 2), places={0: "moved"})
    monkeypatch.setattr(binary_sheets, "look_at_xls", lambda *_: seen)
    monkeypatch.setattr(binary_sheets, "read_sheets", lambda *_: ())
    with pytest.raises(calamine_sheets.NotReadError):
        binary_sheets.read_xls(b"", None, "", "订单.xls", "")


def _fill_memory(*_: object, **__: object) -> None:
    raise MemoryError


class _FullArchive:
    """A zip whose parts are there, and no memory to unpack them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.getinfo, self.read = archive.getinfo, _fill_memory


def _encrypted() -> bytes:
    target = io.BytesIO()
    OOXMLFile(io.BytesIO(PLAIN)).encrypt("保密", target)
    return target.getvalue()


def _open_document() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("content.xml", "<x/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("module", "name", "instead", "content"),
    [
        (calamine_sheets, "_read_rows", _fill_memory, PLAIN),
        (expat, "ParserCreate", _full_parser, _open_document()),
        (expat, "ParserCreate", _full_parser, with_rows(b"<row r='1'><c r='A1'><v>1</v></c></row>")),
        (read, "read_saved_by", lambda archive: read_saved_by(_FullArchive(archive)), PLAIN),
        (decryption.msoffcrypto, "OfficeFile", _fill_memory, _encrypted()),
    ],
)
def test_want_of_memory_is_no_fault_of_the_file(monkeypatch, module, name, instead, content):
    """Else a good workbook would be sent back as damaged, and a mended copy would not be known as one."""
    monkeypatch.setattr(module, name, instead)
    with pytest.raises(MemoryError):
        read_content(content, "订单.xlsx")
