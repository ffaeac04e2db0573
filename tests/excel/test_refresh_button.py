"""刷新总表: a run from Excel; a tracker that is open there is changed where it is open, as a patch would change it."""

import datetime as dt
import io
import shutil

import openpyxl
import pytest
import watching
import xlwings as xw
from pressing import AS_OF, LINE

from xltools import desk
from xltools.books.shared import read_shared_workbook
from xltools.core.sheet import Workbook
from xltools.desk.run import hold_desk

pytestmark = pytest.mark.excel

TRACKER, SHORTAGE, REMARK, PRODUCT = "订单总表.xlsx", "卡点/欠料", "备注", "品名"


@pytest.fixture
def taken(at):
    """Two orders in the ledger, and the tracker that shows them."""
    for number in ("0010248", "0010249"):
        at.drop(f"{number}.xlsx", order_no=number)
    at.run()
    return at


@pytest.fixture
def tracker(taken):
    return taken.excel.books.open(taken.path / TRACKER)


def spot(book: xw.Book, order: str, header: str) -> xw.Range:
    """The cell of an order under a header."""
    sheet = book.sheets[0]
    rows = sheet.used_range.raw_value
    head = next(at for at, row in enumerate(rows) if any(str(value).startswith("订单编号") for value in row))
    column = next(at for at, value in enumerate(rows[head]) if str(value).split()[:1] == [header])
    key = next(at for at, value in enumerate(rows[head]) if str(value).startswith("订单编号"))
    row = next(at for at in range(head + 1, len(rows)) if rows[at][key] == order)
    return sheet[row, column]


def orders(book: xw.Book) -> list[str]:
    """The order numbers from the top."""
    sheet = book.sheets[0]
    rows = sheet.used_range.raw_value
    head = next(at for at, row in enumerate(rows) if any(str(value).startswith("订单编号") for value in row))
    key = next(at for at, value in enumerate(rows[head]) if str(value).startswith("订单编号"))
    return [row[key] for row in rows[head + 1 :] if row[key]]


def contents(content: bytes) -> dict[str, list]:
    """What a workbook says, sheet by sheet, formulas as such: the Excel of the tests calculates none."""
    found = openpyxl.load_workbook(io.BytesIO(content))
    cells = {sheet.title: {cell.coordinate: cell.value for row in sheet for cell in row} for sheet in found.worksheets}
    return {name: {spot: value for spot, value in found.items() if value is not None} for name, found in cells.items()}


def tables(content: bytes) -> dict[str, tuple]:
    found = read_shared_workbook(content, TRACKER)
    assert isinstance(found, Workbook)
    return {name: (table.block, table.columns) for name, table in found.tables.items()}


def test_new_orders_come_into_the_open_tracker_and_what_was_typed_there_is_taken(taken, tracker):
    spot(tracker, "0010248", SHORTAGE).raw_value = "'缺铜件"
    taken.drop("3.xlsx", order_no="0010250")
    ((words, _, _, mode),) = taken.press("refresh")
    assert (mode, "新增 1 行" in words) == ("info", True)
    assert orders(tracker) == ["0010248", "0010249", "0010250"]
    assert taken.opened.replay_ledger().orders["0010248"].lines[0].text("shortage") == "缺铜件"
    assert tracker.api.Saved
    assert not (taken.path / "订单总表.latest.xlsx").exists()


def test_the_open_tracker_says_what_a_patched_file_would_say(taken, tracker, tmp_path):
    tracker.close()
    other = tmp_path / "closed" / "订单台"
    shutil.copytree(taken.path, other, ignore=shutil.ignore_patterns("~$*"))
    lines = ({**LINE, "quantity": 7, "product": "=轴承"}, {**LINE, "product": "00123", "specification": "3/4"})
    dropped = taken.drop("3.xlsx", *lines, order_no="0010250").read_bytes()
    (other / "收件箱" / "3.xlsx").write_bytes(dropped)
    desk.run_desk_at(desk.open_desk_at(other), AS_OF, desk.RunOptions(pause=lambda: None))
    taken.excel.books.open(taken.path / TRACKER)
    taken.press("refresh")
    live, patched = ((folder / TRACKER).read_bytes() for folder in (taken.path, other))
    assert contents(live) == contents(patched)
    assert tables(live) == tables(patched)


def test_nothing_is_left_to_do_for_the_run_after_it(taken, tracker):
    spot(tracker, "0010248", REMARK).raw_value = "'加急"
    taken.drop("3.xlsx", order_no="0010250")
    taken.press("refresh")
    tracker.close()
    events, before = taken.opened.store.head().number, (taken.path / TRACKER).read_bytes()
    result = taken.run()
    assert (result.exit_code, result.tracker.edits, result.tracker.cells_changed) == (0, 0, 0)
    assert (taken.opened.store.head().number, (taken.path / TRACKER).read_bytes()) == (events, before)


def test_what_was_typed_over_ours_is_put_back_and_asked_about(taken, tracker):
    spot(tracker, "0010249", PRODUCT).raw_value = "'错"
    taken.press("refresh")
    assert spot(tracker, "0010249", PRODUCT).raw_value == "端盖"


def test_a_new_row_looks_like_the_one_above_it(taken, tracker):
    taken.drop("3.xlsx", order_no="0010250")
    taken.press("refresh")
    for header in ("要求交期", "订单数", "订单编号"):
        old, new = (spot(tracker, order, header) for order in ("0010249", "0010250"))
        assert new.number_format == old.number_format
    assert spot(tracker, "0010250", "要求交期").value == dt.datetime(2026, 3, 30)
    assert spot(tracker, "0010250", "订单编号").raw_value == "0010250"


def test_people_s_own_columns_notes_and_colours_stay(taken, tracker):
    sheet = tracker.sheets[0]
    cell = spot(tracker, "0010248", SHORTAGE)
    cell.color = (255, 255, 0)
    cell.add_note("周五到货")
    own = sheet.range((3, 60))
    own.raw_value = "'我的"
    taken.drop("3.xlsx", order_no="0010250")
    taken.press("refresh")
    cell = spot(tracker, "0010248", SHORTAGE)
    assert (cell.color, cell.note.text, own.raw_value) == ((255, 255, 0), "周五到货", "我的")


def test_under_a_filter_hidden_rows_are_right_too(taken, tracker):
    table = tracker.sheets[0].tables[0]
    field = next(at for at, value in enumerate(table.header_row_range.raw_value[0], 1) if "订单编号" in str(value))
    table.range.api.AutoFilter(Field=field, Criteria1="0010248")
    tracker.save()
    taken.drop("3.xlsx", order_no="0010250")
    taken.press("refresh")
    assert orders(tracker) == ["0010248", "0010249", "0010250"]
    assert tracker.sheets[0].api.FilterMode


def test_a_protected_tracker_is_left_alone_and_the_next_run_catches_up(taken, tracker):
    tracker.sheets[0].api.Protect(DrawingObjects=True, Contents=True)
    taken.drop("3.xlsx", order_no="0010250")
    ((words, _, _, mode),) = taken.press("refresh")
    assert mode == "critical"
    assert "保护" in words
    assert orders(tracker) == ["0010248", "0010249"]
    tracker.sheets[0].api.Unprotect()
    taken.press("refresh")
    assert orders(tracker) == ["0010248", "0010249", "0010250"]


@pytest.mark.skipif(watching.REAL, reason="real Excel can't be made to fail")
@pytest.mark.parametrize("name", ["Value=", "ListObject.Resize", "Range.PasteSpecial", "DocumentProperty.Value="])
@pytest.mark.parametrize("nth", [1, 2])
def test_where_excel_fails_midway_the_tracker_is_as_before_and_right_the_next_time(taken, tracker, name, nth):
    spot(tracker, "0010248", SHORTAGE).raw_value = "'缺铜件"
    taken.drop("3.xlsx", order_no="0010250")
    copy = io.BytesIO()
    tracker.api.model.save(copy)
    before = contents(copy.getvalue())
    taken.excel.impl.fail_at(name, watching.ComError(), nth=nth)
    ((_, _, _, mode),) = taken.press("refresh")
    if mode == "critical":
        copy = io.BytesIO()
        tracker.api.model.save(copy)
        assert contents(copy.getvalue()) == before
    assert taken.excel.screen_updating
    assert taken.excel.calculation == "automatic"
    taken.press("refresh")
    assert orders(tracker) == ["0010248", "0010249", "0010250"]
    assert not taken.opened.replay_ledger().open_items


def test_a_tracker_that_somebody_else_had_open_first_waits(taken):
    owner = taken.path / f"~${TRACKER}"
    owner.write_bytes(b"\x06" + "李雯".encode("utf-16-le"))
    tracker = taken.excel.books.open(taken.path / TRACKER)
    assert tracker.api.ReadOnly
    taken.drop("3.xlsx", order_no="0010250")
    ((words, _, _, mode),) = taken.press("refresh")
    assert mode == "critical"
    assert "排队" in words
    assert orders(tracker) == ["0010248", "0010249"]


def test_another_run_at_work_is_told(taken):
    with hold_desk(taken.opened):
        ((words, _, _, mode),) = taken.press("refresh")
    assert mode == "critical"
    assert "→" in words


def test_progress_shows_in_the_status_bar_a_few_times(taken):
    for number in range(8):
        taken.drop(f"x{number}.xlsx", order_no=f"X-{number}")
    taken.press("refresh")
    bars = watching.status_bars(taken.excel)
    assert bars is None or (2 < sum("份文件" in str(bar) for bar in bars) <= 8 and bars[-1] is False)


@pytest.mark.skipif(watching.REAL, reason="real Excel counts no calls")
def test_a_refresh_asks_excel_as_often_for_many_new_rows_as_for_few(taken):
    taken.excel.books.open(taken.path / TRACKER)
    totals = []
    for number, count in ((1, 3), (2, 300)):
        taken.drop(f"n{number}.xlsx", *[LINE] * count, order_no=f"N-{number}")
        with watching.count_calls(taken.excel) as counted:
            taken.press("refresh")
        totals.append(counted.total)
    assert totals[1] < totals[0] + 60


def test_a_desk_that_is_out_of_reach_is_told_with_what_to_do(taken):
    taken.path.rename(taken.path.with_name("断线"))
    ((words, _, _, mode),) = taken.press("refresh")
    assert mode == "critical"
    assert "→" in words
    assert "Traceback" not in words
