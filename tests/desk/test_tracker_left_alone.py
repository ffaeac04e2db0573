"""A tracker that is not ours, is open, or can't be patched: it is left alone, and says nothing that is not so."""

import datetime as dt

import openpyxl
import pytest

from xltools import desk
from xltools.books.shared import read_shared_workbook
from xltools.desk.shared_workbooks import DESK_ID

from .conftest import LINE
from .hand import TRACKER, Hand, open_items

DAY = dt.date(2026, 3, 11)
LATEST = "order-tracker.latest.xlsx"
SHORTAGE, REMARK, PROMISE, QUANTITY = "卡点/欠料", "备注", "承诺交期", "订单数"


@pytest.fixture
def tracked(folder):
    for number in ("A-1", "A-2"):
        folder.drop(f"{number}.xlsx", order_no=number)
    folder.run()
    return folder


@pytest.fixture
def path(tracked):
    return tracked.path / TRACKER


@pytest.fixture
def other(make_folder, tmp_path):
    """Another desk, whose tracker has an order of the same number."""
    other = make_folder(tmp_path / "二厂")
    other.drop("1.xlsx", order_no="A-1", customer="海川机械")
    other.run()
    return other


def codes(result):
    return [problem.code for problem in result.problems]


def desk_id(path):
    return read_shared_workbook(path.read_bytes(), TRACKER).properties.get(DESK_ID)


def merge_under_the_table(path):
    """A merged note right under the table: no patch can make it grow over that."""
    hand = Hand(path)
    row = int(hand.table().ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) + 2
    hand.sheet.cell(row, 1).value = "备注：早会再定"
    hand.sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
    hand.save()
    return row


@pytest.mark.parametrize("file", [TRACKER, "order-prices.xlsx"])
def test_another_desks_workbook_saved_over_ours_is_refused_and_left_alone(tracked, other, file):
    theirs = other.path / file
    header = REMARK if file == TRACKER else "品名"
    Hand(theirs).type("A-1", header, "二厂的").save()
    content = theirs.read_bytes()
    (tracked.path / file).write_bytes(content)
    events = tracked.event_count()
    result = tracked.run(DAY)
    assert "workbook-of-another-desk" in codes(result)
    assert result.exit_code == 4
    assert (tracked.event_count(), (tracked.path / file).read_bytes()) == (events, content)
    assert Hand((tracked.path / file).with_suffix(".latest.xlsx")).orders() == ["A-1", "A-2"]
    (tracked.path / file).unlink()  # as the hint says
    result = tracked.run(DAY)
    assert (result.exit_code, Hand(tracked.path / file).orders()) == (0, ["A-1", "A-2"])


def test_a_tracker_says_whose_it_is_and_a_rebuilt_desk_knows_it_as_its_own(tracked, other, path, tmp_path):
    assert desk_id(path)
    assert desk_id(path) == desk_id(tracked.path / "order-prices.xlsx") != desk_id(other.path / TRACKER)
    rebuilt, problems = desk.rebuild_desk_at(tracked.opened, tmp_path / "new")
    assert (problems, desk_id(rebuilt.path / TRACKER)) == ((), desk_id(path))


def test_a_tracker_written_before_the_first_event_is_ours_afterwards(folder):
    folder.run()
    path = folder.path / TRACKER
    assert desk_id(path) is None
    Hand(path).save()
    folder.drop("1.xlsx", order_no="A-1")
    result = folder.run()
    assert (codes(result), desk_id(path) is None, Hand(path).orders()) == ([], False, ["A-1"])


def test_a_template_made_from_another_desks_tracker_makes_ours(tracked, other, path):
    book = openpyxl.load_workbook(other.path / TRACKER)
    book.worksheets[0].delete_rows(4)
    book.save(tracked.path / "templates" / TRACKER)
    path.unlink()
    ours = desk_id(tracked.path / "order-prices.xlsx")
    assert "workbook-of-another-desk" not in codes(tracked.run(DAY))
    assert desk_id(path) == ours
    Hand(path).type("A-2", REMARK, "加急").save()
    assert tracked.run(DAY).exit_code == 0
    assert tracked.orders()["A-2"].lines[0].text("pmc_remark") == "加急"


def test_the_stand_in_shows_what_was_saved_in_the_open_tracker_and_not_read_yet(tracked, path):
    owner = path.with_name(f"~${TRACKER}")
    owner.write_bytes(b"x")
    Hand(path).type("A-1", SHORTAGE, "缺铜件").type("A-2", PROMISE, dt.date(2026, 4, 2)).type(
        "A-2", "品名", "错"
    ).save()
    tracked.drop("3.xlsx", order_no="A-3")
    assert tracked.run(DAY).exit_code == 4
    latest = Hand(path.with_name(LATEST))
    assert latest.orders() == ["A-1", "A-2", "A-3"]
    assert latest.cell("A-1", SHORTAGE).value == "缺铜件"
    assert latest.cell("A-2", PROMISE).value == dt.datetime(2026, 4, 2)
    assert latest.cell("A-2", "品名").value == "端盖"
    assert tracked.orders()["A-1"].lines[0].text("shortage") == ""
    owner.unlink()
    tracked.run(DAY)
    assert tracked.orders()["A-1"].lines[0].text("shortage") == "缺铜件"


def test_the_stand_in_has_what_came_in_meanwhile_where_nobody_typed(tracked, path):
    Hand(path).type("A-1", SHORTAGE, "缺铜件").save()
    tracked.run()
    owner = path.with_name(f"~${TRACKER}")
    owner.write_bytes(b"x")
    Hand(path).type("A-2", SHORTAGE, "缺螺丝").save()
    tracked.drop("A-1 改.xlsx", {**LINE, "quantity": 70}, order_no="A-1", revision=2)
    tracked.run(DAY)
    latest = Hand(path.with_name(LATEST))
    assert [latest.cell(order, SHORTAGE).value for order in ("A-1", "A-2")] == ["缺铜件", "缺螺丝"]
    assert latest.cell("A-1", QUANTITY).value == 70


def test_cells_that_could_not_be_put_back_are_not_told_to_be(tracked, path):
    below = merge_under_the_table(path)
    Hand(path).type("A-1", QUANTITY, 999).type("A-2", SHORTAGE, "缺铜件").save()
    tracked.drop("3.xlsx", order_no="A-3")
    tracked.drop("4.xlsx", order_no="A-4")
    result = tracked.run(DAY)
    assert "workbook-not-patchable" in codes(result)
    assert Hand(path).cell("A-1", QUANTITY).value == 999
    assert tracked.orders()["A-2"].lines[0].text("shortage") == "缺铜件"
    assert not open_items(path.with_name(LATEST))
    assert not tracked.opened.replay_ledger().open_items
    tracked.run(DAY)
    assert not tracked.opened.replay_ledger().open_items
    hand = Hand(path)
    hand.sheet.unmerge_cells(start_row=below, start_column=1, end_row=below, end_column=4)
    hand.sheet.cell(below, 1).value = None
    hand.save()
    result = tracked.run(DAY)
    assert result.exit_code == 0
    assert Hand(path).cell("A-1", QUANTITY).value == 100
    assert [item[:2] for item in open_items(path)] == [("cells put back", "A-1")]


def test_prices_that_could_not_be_put_back_are_not_told_to_be(tracked):
    prices = tracked.path / "order-prices.xlsx"
    merge_under_the_table(prices)
    Hand(prices).type("A-1", "单价", 1).save()
    tracked.drop("3.xlsx", order_no="A-3")
    tracked.drop("4.xlsx", order_no="A-4")
    assert "workbook-not-patchable" in codes(tracked.run(DAY))
    assert Hand(prices).cell("A-1", "单价").value == 1
    assert not open_items(tracked.path / TRACKER)


def test_a_price_list_whose_keys_were_typed_over_and_that_can_not_be_patched_stops_no_run(tracked):
    prices = tracked.path / "order-prices.xlsx"
    merge_under_the_table(prices)
    hand = Hand(prices).type("A-1", "单价", 1)
    hand.type("A-1", "订单编号", "X").save()
    for number in ("A-3", "A-4"):
        tracked.drop(f"{number}.xlsx", order_no=number)
    assert "workbook-not-patchable" in codes(tracked.run(DAY))
    assert "A-4" in Hand(tracked.path / TRACKER).orders()


def test_an_answer_saved_in_the_open_tracker_stands_in_its_stand_in(tracked, path):
    Hand(path).type("A-1", QUANTITY, 999).save()
    tracked.run()
    owner = path.with_name(f"~${TRACKER}")
    owner.write_bytes(b"x")
    hand = Hand(path, 2)
    answer = [cell.value for cell in hand.sheet[3]].index("处理 Answer") + 1
    hand.sheet.cell(4, answer).value = "填错了"
    hand.save()
    tracked.drop("3.xlsx", order_no="A-3")
    tracked.run(DAY)
    assert Hand(path.with_name(LATEST), 2).sheet.cell(4, answer).value == "填错了"
    owner.unlink()
    tracked.run(DAY)
    assert not tracked.opened.replay_ledger().open_items
