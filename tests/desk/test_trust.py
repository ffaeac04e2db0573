"""What a workbook, a name or a link can't do to a desk; docs/threats.md says which of these holds which threat."""

import csv
import email
import io
import os
import re
import sys
import zipfile
from email import policy

import openpyxl
import pytest
from click.testing import CliRunner
from docx import Document
from hypothesis import given
from hypothesis import strategies as st

from xltools import desk
from xltools.cli import main
from xltools.core.text import visible_text
from xltools.desk.paper_shelf import PaperShelf
from xltools.edge import links
from xltools.edge.folders import archive_path, inside_desk, safe_name, scan_inbox
from xltools.edge.links import is_link

from .conftest import AS_OF, LINE
from .hand import Hand

no_links = pytest.mark.skipif(sys.platform == "win32", reason="making links needs rights on Windows")
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0", "＝1+1"]
NASTY = [
    "../../out", "..", "/etc/out", "C:\\out", "\\\\host\\share", "CON", "con.txt", "NUL", "com1", "LPT9.x", "a:b",
    "a/b\\c", "x" * 260, "字" * 120, "a.", "a ", ".desk", "~$a", "a／b", "a∕b", "a\u202eb", "a\u200bb", "a<b>|?*\"",
    "%2e%2e", "a\x07b",
]  # fmt: skip


def formulas_of(path):
    """Cells of a workbook that hold a formula, as openpyxl reads them."""
    book = openpyxl.load_workbook(path)
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]  # fmt: skip


def test_text_that_begins_like_a_formula_is_one_in_no_file_that_the_desk_writes(folder, tmp_path):
    folder.approve_all()
    for at, text in enumerate(FORMULAS):
        words = {"product": f"{text}", "specification": text, "product_code": f"P{at}", "remark": text}
        folder.drop(f"{at}.xlsx", {**LINE, **words}, order_no=f"A-{at}", customer=f"{text} 公司", owner=text)
    folder.drop("缺.xlsx", {"product": "=1+1"}, order_no="=B-1", customer=None)
    folder.run()
    Hand(folder.path / "order-tracker.xlsx").save()
    folder.drop("再.xlsx", {**LINE, "product": "=2+2"}, order_no="A-9", owner="=3+3")
    folder.run()  # patches what the first one built
    desk.write_digests(folder.opened, AS_OF.replace(month=6), send=False)
    desk.write_export(desk.export_lines(folder.opened, AS_OF), tmp_path / "lines.xlsx", AS_OF)
    books = [*folder.path.rglob("*.xlsx"), tmp_path / "lines.xlsx"]
    books = [path for path in books if path.relative_to(path.anchor).parts and "archive" not in path.parts]
    assert len(books) > 4
    found = [one for path in books for one in formulas_of(path) if not str(one[2]).startswith("=HYPERLINK(")]
    links_found = [str(one[2]) for path in books for one in formulas_of(path) if str(one[2]).startswith("=HYPERLINK(")]
    ours = re.compile(r"=(SUM|SUBTOTAL|COUNT|IF|IFERROR|ROUND|TODAY|TEXT|INDEX|MATCH)")
    assert [one for one in found if not ours.match(str(one[2]))] == []
    assert not [one for one in links_found if "http://x" in one]
    for path in folder.path.rglob("*.docx"):
        with zipfile.ZipFile(path) as package:
            assert b"HYPERLINK" not in package.read("word/document.xml").replace(b"=HYPERLINK(", b"")


def test_text_in_the_csv_is_plain_as_promised_and_comes_back_the_same(folder, tmp_path):
    """Promised to be plain values for programs: a person is given the .xlsx, in which text stays text."""
    for at, text in enumerate(FORMULAS):
        folder.drop(f"{at}.xlsx", {**LINE, "product": text}, order_no=f"A-{at}")
    folder.run()
    rows = desk.export_lines(folder.opened, AS_OF)
    desk.write_export(rows, tmp_path / "lines.csv", AS_OF)
    read = list(csv.DictReader(io.StringIO((tmp_path / "lines.csv").read_bytes().decode())))
    assert [row["product"] for row in read] == [row["product"] for row in rows]


def test_no_order_number_or_customer_leads_out_of_the_desk_or_makes_a_name_that_a_system_refuses(folder):
    folder.approve_all()
    for at, name in enumerate(NASTY):
        folder.drop(f"{at}.xlsx", order_no=name, customer=f"{name}", owner=name)
    folder.drop(f"{'长' * 60}.xlsx", order_no="B-1")
    before = {path for path in folder.path.parent.rglob("*") if not path.is_relative_to(folder.path)}
    folder.run()
    desk.write_digests(folder.opened, AS_OF.replace(month=6), send=False)
    assert {path for path in folder.path.parent.rglob("*") if not path.is_relative_to(folder.path)} == before
    papers = [paper.file for order in folder.orders().values() for paper in order.papers]
    assert len(papers) >= len(folder.orders()) >= 20
    for file in papers:
        assert inside_desk(folder.path, file).is_file()
    device = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|\Z)")
    for path in folder.path.rglob("*"):
        assert len(os.fsencode(path.name)) <= 255
        assert not set(path.name) & set('<>:"\\|?*')
        assert path.name.isprintable()
        assert not device.match(path.name)
        assert path.name[-1] not in ". "
    assert desk.verify_desk_at(folder.opened).problems == ()


def test_numbers_that_only_look_alike_are_told_apart_or_are_the_same_and_never_share_a_folder(folder):
    """Full-width letters are the same number (NFKC); a division slash, a zero-width blank and Cyrillic are others."""
    folder.approve_all()
    for at, number in enumerate(["A/1", "A／1", "A∕1", "A-1", "А-1"]):
        folder.drop(f"{at}.xlsx", {**LINE, "quantity": 100 + at}, order_no=number)
    folder.run()
    numbers = set(folder.orders())
    assert {"A/1", "A∕1", "A-1", "А-1"} == numbers
    folders = {safe_name(number) for number in numbers}
    assert len(folders) == len(numbers)
    assert "A%2F1" in folders


def test_papers_whose_names_differ_in_case_only_go_beside_each_other():
    shelf = PaperShelf()
    first = shelf.find_room("papers/A-1/contract-A-1.docx", "1")
    second = shelf.find_room("papers/a-1/contract-a-1.docx", "2")
    assert (first, second) == ("papers/A-1/contract-A-1.docx", "papers/a-1/contract-a-1 (2).docx")
    assert shelf.occupied == {"papers/a-1/contract-a-1.docx"}
    assert shelf.find_room("papers/A-1/contract-A-1.docx", "1") == first


@given(st.text(min_size=1, max_size=300))
def test_any_name_of_a_file_has_its_place_in_the_archive(text):
    class Names:
        inbox, archive = "inbox", "archive"

    path = archive_path(Names, AS_OF, text, "0" * 64)
    assert path.count("/") == 3
    assert ".." not in path.split("/")


@pytest.mark.parametrize("name", ["'; DROP TABLE events; --", 'x" OR 1=1', "x%_", "x\\'", ":number", "$(id)", "`id`"])
def test_a_name_is_no_sql_and_no_command(folder, name):
    folder.drop("1.xlsx", order_no=name, customer=name)
    folder.run()
    assert list(folder.orders()) == [name]
    assert desk.verify_desk_at(folder.opened).problems == ()


@pytest.mark.parametrize("text", ["\x1b[2J\x1b[31m", "\x1b]0;title\x07", "\x9b31m", "a\rb", "\u202egnp", "\u2066x"])
def test_no_text_of_a_workbook_steers_the_terminal(folder, text):
    path = folder.drop(f"1{visible_text(text)[:3]}.xlsx", {**LINE, "quantity": f"{text} many"}, order_no="A-1")
    for arguments in (
        ["check", str(path), "--desk", str(folder.path)],
        ["run", str(folder.path), "--as-of", "2026-03-10"],
    ):
        said = CliRunner().invoke(main, arguments).output
        assert said
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)


def test_line_breaks_in_a_value_do_not_pass_for_lines_of_ours(folder):
    path = folder.drop("1.xlsx", {**LINE, "quantity": "x\nEverything is as it was written"}, order_no="A-1")
    said = CliRunner().invoke(main, ["check", str(path), "--desk", str(folder.path)]).output
    assert not [line for line in said.splitlines() if line.strip().startswith("Everything is")]


@given(st.text())
def test_what_is_shown_steers_nothing(text):
    shown = visible_text(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert visible_text(shown) == shown


# Links.


@no_links
@pytest.mark.parametrize("name", ["inbox", "archive", "papers", "returned", "outbox", "master", "rules", "templates",
                                  "review", ".desk", "order-tracker.xlsx", "order-prices.xlsx"])  # fmt: skip
def test_no_verb_works_through_a_link_out_of_the_desk(folder, tmp_path, name):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run()
    path, outside = folder.path / name, tmp_path / "outside"
    path.rename(outside)
    path.symlink_to(outside)
    before = {one: one.read_bytes() for one in [outside, *outside.rglob("*")] if one.is_file()}
    for verb in (
        ["run", str(folder.path), "--as-of", "2026-03-11"],
        ["verify", str(folder.path)],
        ["backup", str(folder.path)],
    ):
        done = CliRunner().invoke(main, verb)
        assert (done.exit_code, "leads out of the desk" in done.output) == (3, True), done.output
    assert {one: one.read_bytes() for one in [outside, *outside.rglob("*")] if one.is_file()} == before


@no_links
@pytest.mark.parametrize("name", ["master/customers.xlsx", "templates/sales-contract.docx", "rules/tracker.yaml",
                                  "review/production"])  # fmt: skip
def test_no_file_of_the_desks_own_is_read_through_a_link_out_of_it(folder, tmp_path, name):
    outside = tmp_path / "outside"
    outside.write_bytes(b"secret")
    path = folder.path / name
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)
    path.symlink_to(outside)
    done = CliRunner().invoke(main, ["run", str(folder.path), "--as-of", "2026-03-11"])
    assert (done.exit_code, name in done.output) == (3, True)
    assert outside.read_bytes() == b"secret"


@no_links
@pytest.mark.parametrize("inner", ["archive/2026", "papers/A-1"])
def test_nothing_is_written_through_a_link_further_down(folder, tmp_path, inner):
    folder.approve_all()
    outside = tmp_path / "outside"
    outside.mkdir()
    (folder.path / inner).symlink_to(outside)
    dropped = folder.drop("1.xlsx", order_no="A-1")
    done = CliRunner().invoke(main, ["run", str(folder.path), "--as-of", "2026-03-10"])
    assert (done.exit_code, "leads out of the desk" in done.output) == (3, True), done.output
    assert list(outside.iterdir()) == []
    assert dropped.exists()
    assert folder.event_count() == 0


@no_links
def test_verify_and_rebuild_take_no_file_from_behind_a_link(folder, tmp_path):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run()
    original = next((folder.path / "archive/2026/03").glob("1.*.xlsx"))
    original.rename(tmp_path / "moved.xlsx")
    original.symlink_to(tmp_path / "moved.xlsx")
    assert [one.code for one in desk.verify_desk_at(folder.opened).problems] == ["archived-missing"]
    _, problems = desk.rebuild_desk_at(folder.opened, tmp_path / "new")
    assert [one.code for one in problems] == ["archived-missing"]
    assert not [path for path in (tmp_path / "new").rglob("*") if path.is_symlink()]


@no_links
def test_a_link_within_the_desk_is_no_matter(folder):
    (folder.path / "templates" / "again").symlink_to(folder.path / "master", target_is_directory=True)
    folder.drop("1.xlsx", order_no="A-1")
    assert folder.run().documents[0].outcome == "accepted"


def test_a_junction_is_a_link(folder, monkeypatch):
    """Made by anybody on Windows, and no symbolic link to Python: known by its reparse tag."""
    real = os.lstat
    junction = folder.path / "inbox" / "客户"
    junction.mkdir()
    (junction / "1.xlsx").write_bytes(b"x")

    class Seen:
        st_mode, st_reparse_tag = 0o040777, 0xA0000003

    monkeypatch.setattr(links.os, "lstat", lambda path: Seen() if str(path) == str(junction) else real(path))
    assert is_link(junction)
    assert scan_inbox(folder.opened.paths, lambda: None).ready == ()


@pytest.mark.skipif(not hasattr(os, "link"), reason="needs hard links")
def test_a_hard_link_in_the_inbox_or_for_a_tracker_leaves_the_other_name_as_it_was(folder, tmp_path):
    path = folder.drop("1.xlsx", order_no="A-1")
    content = path.read_bytes()
    os.link(path, tmp_path / "other-name.xlsx")
    folder.run()
    os.link(folder.path / "order-tracker.xlsx", tmp_path / "tracker.xlsx")
    tracker = (tmp_path / "tracker.xlsx").read_bytes()
    folder.drop("2.xlsx", order_no="A-2")
    folder.run()
    assert (tmp_path / "other-name.xlsx").read_bytes() == content
    assert (tmp_path / "tracker.xlsx").read_bytes() == tracker


# Mails and papers.


def test_what_a_workbook_says_is_no_markup_in_mails(folder):
    attack = "<script>alert(1)</script><img src=x onerror=y>&'\""
    folder.drop(
        "1.xlsx",
        {**LINE, "product": attack, "requested_date": "2026-03-12"},
        order_no="A-1",
        customer=attack,
        owner=attack,
    )
    folder.run()
    desk.write_digests(folder.opened, AS_OF.replace(month=6), send=False)
    mails = list((folder.path / "outbox").glob("*.eml"))
    assert mails
    for path in mails:
        message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        html = message.get_body(("html",)).get_content()
        assert "<script>" not in html
        assert "<img src=x" not in html


@pytest.mark.parametrize("name", ["x\r\nBcc: y@example.com", "x\nSubject: y", "x\r\n\r\nbody", "=?utf-8?b?YQ==?="])
def test_no_name_adds_a_header_to_a_mail(folder, name):
    folder.drop("1.xlsx", {**LINE, "requested_date": "2026-03-12"}, order_no="A-1", customer=name, owner=name)
    folder.run()
    desk.write_digests(folder.opened, AS_OF.replace(month=6), send=False)
    for path in (folder.path / "outbox").glob("*.eml"):
        head = path.read_bytes().split(b"\r\n\r\n")[0]
        assert b"\nBcc:" not in head
        assert head.count(b"\nSubject:") <= 1


def test_what_a_workbook_says_is_no_placeholder_in_papers(folder):
    folder.approve_all()
    folder.drop("1.xlsx", {**LINE, "product": "{{ 7*7 }}", "specification": "{% raw %}"}, order_no="A-1")
    folder.run()
    words = "".join(
        cell.text for path in folder.path.glob("papers/*/*.docx") for table in Document(path).tables
        for row in table.rows for cell in row.cells
    )  # fmt: skip
    assert "{{ 7*7 }}" in words
    assert "49" not in words


# Rules, settings.


def test_rules_with_tags_or_bombs_of_aliases_are_refused(folder):
    laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{now}: &{now} [{','.join([f'*{last}'] * 9)}]\n" for last, now in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text in ("x: !!python/object/apply:os.system [id]\n", "!!python/name:os.system\n", laughs):
        (folder.path / "rules" / "own.yaml").write_text(text, "utf-8")
        (folder.path / "desk.yaml").write_text("language: en\n" + text, "utf-8")
        done = CliRunner().invoke(main, ["run", str(folder.path)])
        assert done.exit_code == 3
