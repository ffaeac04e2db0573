"""What was damaged is told, once, by verify and by rebuild; what a hint says to do helps."""

import hashlib

import pytest

from xltools import desk


def codes(problems):
    return [problem.code for problem in problems]


def original(folder):
    (path,) = (folder.path / "archive" / "2026" / "03").glob("*.xlsx")
    return path


@pytest.fixture
def run_once(folder):
    folder.drop("a.xlsx", order_no="A-1")
    folder.run()
    return folder


def test_an_original_that_was_changed_is_told_once(run_once):
    original(run_once).write_bytes(b"changed")
    assert codes(desk.verify_desk_at(run_once.opened).problems) == ["archived-differs"]


def test_rebuild_tells_which_original_is_gone(run_once, tmp_path):
    original(run_once).unlink()
    _, problems = desk.rebuild_desk_at(run_once.opened, tmp_path / "new")
    assert codes(problems) == ["archived-missing"]
    assert problems[0].place.file.startswith("archive/2026/03/a.")


def test_rebuild_tells_which_manifest_cannot_be_read(run_once, tmp_path):
    (run_once.path / "archive/2026/03/run-000001.json").write_text("{}", "utf-8")
    _, problems = desk.rebuild_desk_at(run_once.opened, tmp_path / "new")
    assert codes(problems) == ["manifest-unreadable"]


def test_an_original_whose_place_was_taken_is_archived_once_the_place_is_free(folder):
    content = folder.drop("a.xlsx", order_no="A-1").read_bytes()
    taken = folder.path / "archive" / "2026" / "03" / f"a.{hashlib.sha256(content).hexdigest()[:8]}.xlsx"
    taken.parent.mkdir(parents=True)
    taken.write_bytes(b"another")
    assert codes(folder.run().problems) == ["archive-name-taken"]
    taken.unlink()
    assert codes(folder.run().problems) == []
    assert taken.read_bytes() == content
    assert list((folder.path / "inbox").iterdir()) == []
    assert desk.verify_desk_at(folder.opened).problems == ()


def test_an_empty_master_workbook_lies_in_archive_like_any_other(folder):
    (folder.path / "master" / "stock.xlsx").write_bytes(b"")
    folder.drop("a.xlsx", order_no="A-1")
    assert codes(folder.run().problems) == ["workbook-empty"]
    assert desk.verify_desk_at(folder.opened).problems == ()


def test_an_order_that_came_in_past_its_contract_needs_none(folder):
    line = {"product": "Cheese", "quantity": 12, "unit_price": 14, "shipped_date": "2026-01-16"}
    blank = dict.fromkeys(("currency", "payment_terms", "tax_rate", "tax_included"))
    folder.drop("list.xlsx", line, layout="shipped-order-list", order_no="10248", **blank)
    folder.run()
    assert codes(desk.make_paper(folder.opened, "10248", folder.run().as_of).problems) == ["paper-not-needed"]
