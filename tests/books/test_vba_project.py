import re
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.books.compound import CompoundFile
from xltools.books.vba.compression import decompress_container
from xltools.books.vba.encryption import encrypt_data, project_key
from xltools.books.vba.project import VbaModule, build_vba_project

olevba = pytest.importorskip("oletools.olevba", reason="needs oletools, a second reader of VBA")

WORKBOOK, SHEET = VbaModule("ThisWorkbook", "", "workbook"), VbaModule("Sheet1", "", "sheet")
SOURCE = 'Option Explicit\r\n\r\nPublic Sub CheckWorkbook()\r\n    MsgBox "订单：10 × 2"\r\nEnd Sub\r\n'
# By Excel, and by the standard ([MS-OVBA] 3.1.6): id, CMG, DPB, GC.
EXCELS = "{FDD0F3CD-2984-4CDD-AA44-911D21A03B8B}"
REAL = [
    (EXCELS, "0C0E00BA005E045E045E045E04", "ACAEA01AE0BBE1BBE1BB", "4C4E40FA409B419B4164"),
    (
        "{917DED54-440B-4FD1-A5C1-74ACF261E600}",
        "0705D8E3D8EDDBF1DBF1DBF1DBF1",
        "0E0CD1ECDFF4E7F5E7F5E7",
        "1517CAF1D6F9D7F9D706",
    ),
]


def by_olevba(project: bytes) -> dict[str, str]:
    """The source of each module as olevba finds it."""
    found = olevba.VBA_Parser("vbaProject.bin", data=project)
    return {name.partition(".")[0]: code for _, _, name, code in found.extract_macros()}


def without_attributes(code: str) -> str:
    return re.sub(r"\A(?:Attribute VB_\w+ = .*\r\n)+", "", code)


def decrypted(digits: str, project_id: str) -> bytes:
    """Data Decryption, by the standard's steps ([MS-OVBA] 2.4.3.3)."""
    encrypted = bytes.fromhex(digits)
    seed, version, key = encrypted[0], encrypted[0] ^ encrypted[1], encrypted[0] ^ encrypted[2]
    assert (version, key) == (2, project_key(project_id))
    plain, before, before_that, plain_before = [], encrypted[2], encrypted[1], key
    for one in encrypted[3:]:
        plain_before = one ^ (before_that + plain_before) & 0xFF
        before_that, before = before, one
        plain.append(plain_before)
    data = plain[(seed & 6) // 2 :]
    assert int.from_bytes(bytes(data[:4]), "little") == len(data) - 4
    return bytes(data[4:])


def records(directory: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at < len(directory):
        id_, size = struct.unpack_from("<HL", directory, at)
        size += 2 * (id_ == 9)  # PROJECTVERSION says 4 and has 6
        found.append((id_, directory[at + 6 : at + 6 + size]))
        at += 6 + size
    assert at == len(directory)
    return found


def test_olevba_finds_the_modules_and_their_very_source():
    found = by_olevba(build_vba_project([WORKBOOK, SHEET, VbaModule("OrderDesk", SOURCE, "procedures")], "Desk", 936))
    assert list(found) == ["ThisWorkbook", "Sheet1", "OrderDesk"]
    assert found["OrderDesk"] == f'Attribute VB_Name = "OrderDesk"\r\n{SOURCE}'
    assert [without_attributes(found[name]) for name in ("ThisWorkbook", "Sheet1")] == ["", ""]
    assert 'VB_Base = "0{00020819-0000-0000-C000-000000000046}"\r\n' in found["ThisWorkbook"]
    assert 'VB_Base = "0{00020820-0000-0000-C000-000000000046}"\r\n' in found["Sheet1"]


@pytest.mark.parametrize(("code_page", "text"), [(936, "订单助手，第 2 版 ①"), (1252, "Müller – 10 €")])
def test_text_of_either_code_page_comes_out_as_it_was(code_page, text):
    found = by_olevba(build_vba_project([VbaModule("A", f'x = "{text}"\r\n', "procedures")], "P", code_page))
    assert without_attributes(found["A"]) == f'x = "{text}"\r\n'


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 20_000])
def test_modules_of_every_size(size):
    line = "' 0123456789 abcdefghij\r\n"
    source = (line * (size // len(line) + 1))[: size - 2] + "\r\n" if size > 1 else "x"
    found = by_olevba(build_vba_project([VbaModule("A", source, "procedures")], "P", 1252))
    assert without_attributes(found["A"]) == (source if size > 1 else "x\r\n")


letters = st.characters(codec="gbk", exclude_categories=["C"])


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(letters, max_size=60), min_size=1, max_size=120))
def test_any_source_comes_out_as_it_was(lines):
    source = "".join(f"' {line}\r\n" for line in lines)
    found = by_olevba(build_vba_project([VbaModule("A", source, "procedures")], "P", 936))
    assert without_attributes(found["A"]) == source


def test_lines_end_as_windows_has_it():
    project = build_vba_project([VbaModule("A", "a\nb\rc\r\nd", "procedures")], "P", 1252)
    assert by_olevba(project)["A"].endswith("\r\na\r\nb\r\nc\r\nd\r\n")


def test_the_directory_says_what_excel_wants_to_know():
    project = CompoundFile(
        build_vba_project([WORKBOOK, SHEET, VbaModule("OrderDesk", SOURCE, "procedures")], "Desk", 936)
    )
    found = records(decompress_container(project.read("dir")))
    by_id = dict(found)
    assert by_id[0x01] == struct.pack("<L", 1)
    assert by_id[0x02] == by_id[0x14] == struct.pack("<L", 0x409)
    assert by_id[0x03] == struct.pack("<H", 936)
    assert by_id[0x04] == b"Desk"
    assert [content for id_, content in found if id_ == 0x16] == [b"stdole", b"Office"]
    assert by_id[0x0F] == struct.pack("<H", 3)
    assert [content for id_, content in found if id_ == 0x1A] == [b"ThisWorkbook", b"Sheet1", b"OrderDesk"]
    assert [id_ for id_, _ in found if id_ in {0x21, 0x22}] == [0x22, 0x22, 0x21]
    assert {content for id_, content in found if id_ == 0x31} == {bytes(4)}
    assert found[-1] == (0x10, b"")
    assert project.read("_VBA_PROJECT") == bytes.fromhex("CC61FFFF000000")


def test_the_project_is_listed_neither_locked_nor_hidden():
    written = build_vba_project([WORKBOOK, VbaModule("OrderDesk", SOURCE, "procedures")], "Desk", 936)
    text = CompoundFile(written).read("PROJECT").decode("ascii")
    told = dict(re.findall(r'^(\w+)="(.*)"\r$', text, re.MULTILINE))
    assert decrypted(told["CMG"], told["ID"]) == bytes(4)
    assert decrypted(told["DPB"], told["ID"]) == b"\0"
    assert decrypted(told["GC"], told["ID"]) == b"\xff"
    assert "Document=ThisWorkbook/&H00000000\r\nModule=OrderDesk\r\n" in text
    assert told["Name"] == "Desk"
    assert (
        CompoundFile(written).read("PROJECTwm")
        == b"".join(
            name.encode() + b"\0" + name.encode("utf-16-le") + b"\0\0" for name in ("ThisWorkbook", "OrderDesk")
        )
        + b"\0\0"
    )


@pytest.mark.parametrize(("project_id", "locked", "password", "seen"), REAL)
def test_what_excel_wrote_is_decrypted_by_the_same_steps(project_id, locked, password, seen):
    assert len(decrypted(locked, project_id)) == 4
    assert decrypted(seen, project_id) == b"\xff"
    assert decrypted(password, project_id) == b"\0"


@given(st.binary(min_size=1, max_size=8), st.integers(0, 255))
def test_encrypted_data_of_any_seed_is_decrypted(data, seed):
    assert decrypted(encrypt_data(data, EXCELS, seed), EXCELS) == data


def test_the_same_source_gives_the_same_bytes_and_another_another_id():
    one, other = (VbaModule("A", source, "procedures") for source in ("x\n", "y\n"))
    assert build_vba_project([one], "P", 936) == build_vba_project([one], "P", 936)
    ids = {CompoundFile(build_vba_project([module], "P", 936)).read("PROJECT")[:44] for module in (one, other)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("modules", "name", "code_page", "words"),
    [
        ([VbaModule("A", "订单", "procedures")], "P", 1252, "1252 can't hold '订单'"),
        ([VbaModule("A", "", "procedures")], "P", 99_999, "not a code page"),
        ([VbaModule("1A", "", "procedures")], "P", 936, "not a name"),
        ([VbaModule("订单", "", "procedures")], "P", 936, "not a name"),
        ([VbaModule("A" * 32, "", "procedures")], "P", 936, "not a name"),
        ([VbaModule("A", "", "procedures"), VbaModule("a", "", "procedures")], "P", 936, "different names"),
        ([VbaModule("A", "", "procedures")], "a", 936, "different names"),
        ([VbaModule("Office", "", "procedures")], "P", 936, "different names"),
    ],
)
def test_what_can_not_be_compiled_is_refused(modules, name, code_page, words):
    with pytest.raises(ValueError, match=words):
        build_vba_project(modules, name, code_page)
