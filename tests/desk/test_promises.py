"""The promises of docs/design.md, each a test named after it."""

import datetime as dt
import hashlib
import shutil
from pathlib import Path

import openpyxl
import pytest

from xltools import desk

LINE = {
    "product_code": "P1",
    "product": "端盖",
    "specification": "Φ86",
    "quantity": 100,
    "unit": "件",
    "unit_price": 12,
}


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_1_same_file_twice_is_harmless(folder):
    content = folder.drop("订单.xlsx", order_no="A-1").read_bytes()
    folder.run()
    events = folder.event_count()
    folder.drop_bytes("订单 副本.xlsx", content)
    result = folder.run()
    assert [document.outcome for document in result.documents] == ["duplicate"]
    assert folder.event_count() == events


def test_1_a_returned_file_is_checked_again_whenever_it_comes(folder):
    content = folder.drop("返单.xlsx", order_no="A-2", reorder_of="A-1").read_bytes()
    assert folder.run().documents[0].outcome == "returned"
    folder.drop("原单.xlsx", order_no="A-1")
    folder.run()
    folder.drop_bytes("返单.xlsx", content)
    assert folder.run().documents[0].outcome == "accepted"


def test_2_nothing_is_lost(folder):
    originals = {
        folder.drop("好.xlsx", order_no="A-1").name,
        folder.drop("缺客户.xlsx", customer=None).name,
        folder.drop_bytes("读不出.xlsx", b"PK\x03\x04 broken").name,
        folder.drop_bytes("泰衡/别的.xlsx", b"not a workbook").name,
    }
    dropped = {sha256(path.read_bytes()) for path in (folder.path / "inbox").rglob("*") if path.is_file()}
    assert len(dropped) == len(originals)
    folder.run()
    archived = {sha256(content) for name, content in folder.files().items() if name.startswith("archive/")}
    assert dropped <= archived
    assert not [path for path in (folder.path / "inbox").rglob("*") if path.is_file()]


def test_3_dry_run_plans_and_does_nothing(folder):
    folder.drop("订单.xlsx", order_no="A-1")
    before = folder.files()
    result = folder.run(dry_run=True)
    assert result.documents[0].outcome == "accepted"
    assert any("A-1" in action for action in result.planned)
    assert folder.files() == before
    assert folder.event_count() == 0


def test_4_what_a_person_typed_in_the_tracker_survives(folder):
    folder.drop("订单.xlsx", order_no="A-1")
    folder.run()
    path = folder.path / "order-tracker.xlsx"
    type_in_tracker(path, "A-1", "1", {"卡点/欠料 Shortage": "=缺铜件", "承诺交期 Promised Date": dt.date(2026, 4, 2)})
    result = folder.run()
    assert result.tracker.edits == 2
    line = folder.orders()["A-1"].lines[0]
    assert line.text("shortage") == "=缺铜件"
    assert line.values["shortage"].place.file == "order-tracker.xlsx"
    assert line.deliveries[0].promised == dt.date(2026, 4, 2)
    assert tracker_cell(path, "A-1", "1", "卡点/欠料 Shortage").value == "=缺铜件"
    assert tracker_cell(path, "A-1", "1", "卡点/欠料 Shortage").data_type == "s"
    assert folder.run().tracker.edits == 0


def test_4_what_cannot_be_understood_is_kept_as_typed(folder):
    folder.drop("订单.xlsx", order_no="A-1")
    folder.run()
    path = folder.path / "order-tracker.xlsx"
    type_in_tracker(path, "A-1", "1", {"承诺交期 Promised Date": "下周吧"})
    result = folder.run()
    assert [problem.code for problem in result.problems] == ["edit-kept-as-text"]
    assert tracker_cell(path, "A-1", "1", "承诺交期 Promised Date").value == "下周吧"


def test_5_every_tracker_cell_knows_its_place(folder):
    folder.drop("订单.xlsx", LINE, {**LINE, "product_code": "P2", "requested_date": "TBC"}, order_no="A-1")
    folder.run()
    opened = folder.opened
    for column in opened.rules.tracker.columns:
        for line in ("1", "2"):
            found = desk.explain(opened, "A-1", column.column, line, dt.date(2026, 3, 10), opened.say)
            assert found.main.place.file, column.column
    found = desk.explain(opened, "A-1", "quantity", "2", dt.date(2026, 3, 10), opened.say)
    archived = openpyxl.load_workbook(folder.path / found.main.archived)
    assert archived[found.main.place.sheet][found.main.place.cell].value == 100


def test_6_all_problems_at_once_and_one_bad_workbook_never_stops_the_others(folder):
    bad = {**LINE, "quantity": -1, "unit_price": "abc", "requested_date": "03/04/19"}
    folder.drop("1-坏.xlsx", bad, order_no="A-1", order_type="奇怪")
    folder.drop_bytes("2-坏.xlsx", b"\x00")
    folder.drop("3-好.xlsx", order_no="A-3")
    result = folder.run()
    codes = ["choice-unknown", "number-too-small", "number-not-understood", "date-ambiguous"]
    assert sorted(folder.codes(result)[0]) == sorted(codes)
    assert [document.outcome for document in result.documents] == ["returned", "unreadable", "accepted"]


def test_7_take_what_can_be_taken(folder):
    gaps = {"product": "端盖", "quantity": 5, "requested_date": "6.1"}
    folder.drop("缺很多.xlsx", gaps, order_no="A-1", currency=None, payment_terms=None, tax_rate="很高")
    result = folder.run()
    assert result.documents[0].outcome == "accepted"
    assert result.exit_code == 1
    missing = folder.opened.assess(folder.opened.replay_ledger(), dt.date(2026, 3, 10)).lines[0].missing
    assert {"payment_terms", "tax_rate", "unit_price"} <= set(missing)


@pytest.mark.parametrize("gap", ["customer", "product", "quantity"])
def test_7_without_customer_product_or_quantity_an_order_is_returned(folder, gap):
    line = {"product": "端盖", "quantity": 5, gap: None}
    header = {"customer": None} if gap == "customer" else {}
    folder.drop("缺.xlsx", {name: value for name, value in line.items() if value}, order_no="A-1", **header)
    result = folder.run()
    assert result.documents[0].outcome == "returned"
    assert (folder.path / result.documents[0].returned).is_file()
    assert not folder.orders()


def test_7_the_good_orders_of_a_list_go_in(folder):
    rows = ({**LINE, "order_no": "A-1"}, {**LINE, "order_no": "A-2", "quantity": "很多"}, {**LINE, "order_no": "A-3"})
    folder.drop("清单.xlsx", *rows, layout="order-intake-list")
    result = folder.run()
    assert (result.documents[0].outcome, result.documents[0].orders) == ("partly", ("A-1", "A-3"))
    assert set(folder.orders()) == {"A-1", "A-3"}


def test_8_archive_alone_rebuilds_the_same_ledger(folder, tmp_path):
    folder.drop("1.xlsx", order_no="A-1")
    folder.drop("2.xlsx")
    folder.run()
    type_in_tracker(folder.path / "order-tracker.xlsx", "A-1", "1", {"卡点/欠料 Shortage": "缺料"})
    folder.drop("3.xlsx", order_no="A-3", reorder_of="A-1")
    folder.run(dt.date(2026, 3, 12))
    rebuilt, problems = desk.rebuild_desk_at(folder.opened, tmp_path / "new")
    assert not problems
    assert rebuilt.store.head() == folder.opened.store.head()
    day = dt.date(2026, 3, 12)
    assert desk.export_lines(rebuilt, day) == desk.export_lines(folder.opened, day)
    lines = tracker_lines(tmp_path / "new" / "order-tracker.xlsx")
    # Rows stand where people have them in the one, and as the ledger has the orders in the other.
    assert lines == tracker_lines(folder.path / "order-tracker.xlsx")
    assert len(lines) == 3
    assert desk.verify_desk_at(rebuilt).is_ok


def test_9_same_inputs_same_bytes(tmp_path, make_folder):
    folders = [make_folder(tmp_path / name) for name in ("a", "b")]
    for folder in folders:
        folder.drop("1.xlsx", order_no="A-1")
        folder.drop("2.xlsx", customer=None)
        folder.run()
    assert folders[0].files() == folders[1].files()


def test_9_a_run_with_nothing_new_changes_no_byte_and_adds_no_event(folder):
    folder.drop("1.xlsx", order_no="A-1")
    folder.drop("2.xlsx", customer=None)
    folder.run()
    before, events = folder.files(), folder.event_count()
    folder.run()
    assert (folder.files(), folder.event_count()) == (before, events)


def tracker_lines(path):
    """The rows of the tracker by order and line, as {header: value}."""
    header, *rows = openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=3, values_only=True)
    found = [dict(zip(header, row, strict=True)) for row in rows if any(row)]
    return {(row["订单编号 Order No."], row["行号 Line"]): row for row in found}


def tracker_cell(path, order, line, header, book=None):
    sheet = (book or openpyxl.load_workbook(path)).worksheets[0]
    headers = {cell.value: cell.column for cell in sheet[3]}
    keys = (headers["订单编号 Order No."], headers["行号 Line"])
    for row in range(4, sheet.max_row + 1):
        if (sheet.cell(row, keys[0]).value, str(sheet.cell(row, keys[1]).value)) == (order, line):
            return sheet.cell(row, headers[header])
    raise AssertionError(f"no row {order}-{line}")


def type_in_tracker(path, order, line, values):
    """As a person does in Excel: open, type, save."""
    book = openpyxl.load_workbook(path)
    for header, value in values.items():
        cell = tracker_cell(path, order, line, header, book)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # typed with an apostrophe before it, or openpyxl would make a formula of it
    book.properties.lastModifiedBy = "王计划"
    book.save(path)


def test_a_deleted_ledger_is_told_and_not_begun_anew(folder):
    folder.drop("1.xlsx", order_no="A-1")
    folder.run()
    (folder.path / ".desk" / "ledger.db").unlink()
    before = folder.files()
    with pytest.raises(desk.LedgerError) as failure:
        folder.run()
    assert [problem.code for problem in failure.value.problems] == ["ledger-behind-archive"]
    assert folder.files() == before


def test_folders_that_were_deleted_do_not_stop_a_run(folder):
    for name in ("inbox", "papers", "returned", "master", "rules", "templates", "review"):
        shutil.rmtree(folder.path / name)
    assert folder.run().exit_code == 0


def test_files_that_can_not_be_read_just_now_wait(folder, monkeypatch):
    locked = folder.drop("1.xlsx", order_no="A-1")
    folder.drop("2.xlsx", order_no="A-2")
    real = Path.read_bytes

    def read_bytes(path):
        if path in {locked, folder.path / "master" / "customers.xlsx"} & lock:
            raise PermissionError(13, "in use", str(path))
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    lock = {locked}
    outcomes = {document.file: document.outcome for document in folder.run().documents}
    assert outcomes == {"inbox/2.xlsx": "accepted", "inbox/1.xlsx": "waiting"}
    lock = {folder.path / "master" / "customers.xlsx"}
    with pytest.raises(desk.BusyError):
        folder.run()
    lock = set()
    assert [document.outcome for document in folder.run().documents] == ["accepted"]


def archived_cell(folder, source):
    book = openpyxl.load_workbook(folder.path / source.archived)
    return book[source.place.sheet][source.place.cell].value


def test_5_the_archived_cell_holds_the_value_also_where_a_file_name_comes_again(folder):
    """Everybody's file is called the same; a repeat order, master data and a tracker edit name cells of other files."""
    master = openpyxl.load_workbook(folder.path / "master" / "products.xlsx")
    sheet = master.worksheets[0]
    headers = {cell.value.rstrip(" *"): cell.column for cell in sheet[3]}
    for label, value in {"产品编码 Product Code": "P1", "品名 Product": "端盖", "单位 Unit": "件"}.items():
        sheet.cell(4, headers[label]).value = value
    master.save(folder.path / "master" / "products.xlsx")
    name = "接单登记表.xlsx"
    folder.drop(name, {"product_code": "P1", "quantity": 100, "unit_price": 7}, order_no="A-1")
    folder.run()
    folder.drop(name, {"product_code": "P1", "quantity": 30}, order_no="A-2", reorder_of="A-1")
    folder.run()
    type_in_tracker(folder.path / "order-tracker.xlsx", "A-2", "1", {"卡点/欠料 Shortage": "缺料"})
    folder.run()

    def source(order, field):
        return desk.explain(folder.opened, order, field, "1", dt.date(2026, 3, 10), folder.opened.say).main

    expected = {
        ("A-1", "quantity"): 100,
        ("A-2", "quantity"): 30,
        ("A-2", "unit_price"): 7,
        ("A-1", "product"): "端盖",
        ("A-2", "shortage"): "缺料",
    }
    assert {key: archived_cell(folder, source(*key)) for key in expected} == expected
    assert source("A-2", "unit_price").sha256 == source("A-1", "quantity").sha256
    assert source("A-1", "product").archived.startswith("archive/master/")


def test_8_a_file_that_was_returned_and_comes_under_another_name_rebuilds(folder, tmp_path):
    content = folder.drop("先.xlsx", customer=None).read_bytes()
    folder.run()
    shutil.rmtree(folder.path / "returned")
    folder.drop_bytes("后.xlsx", content)
    folder.drop("好.xlsx", order_no="A-1")
    (returned,) = [one.returned for one in folder.run(dt.date(2026, 3, 11)).documents if one.returned]
    assert Path(returned).name.startswith("后.")
    rebuilt, problems = desk.rebuild_desk_at(folder.opened, tmp_path / "new")
    assert not problems
    assert rebuilt.store.head() == folder.opened.store.head()
