"""A tracker that is open in the program that asks for the run: people go on in it, and it is changed under them."""

import datetime as dt
import hashlib
import io
import json

import openpyxl
import pytest

from xltools import desk
from xltools.books.patch import patch_workbook
from xltools.core.patch import BookPatch, OpenBookError
from xltools.core.problem import Problem

from .hand import TRACKER, Hand

DAY = dt.date(2026, 3, 11)
SHORTAGE, REMARK, PROMISE, PRODUCT = "卡点/欠料", "备注", "承诺交期", "品名"


class OpenTracker:
    """The tracker as somebody has it open, with what they typed and did not save; `fails_after` so many sheets."""

    def __init__(self, path, fails_after=None):
        self.path, self.content, self.fails_after = path, path.read_bytes(), fails_after
        self.owner = path.with_name(f"~${path.name}")
        self.owner.write_bytes(b"\x02PMC")
        self.patches = []

    def type(self, *typed):
        hand = Hand(io.BytesIO(self.content))
        for order, words, value in typed:
            hand.type(order, words, value)
        kept = io.BytesIO()
        hand.save(kept)
        self.content = kept.getvalue()

    def copy(self):
        return self.content

    def change(self, patch: BookPatch):
        self.patches.append(patch)
        sheets = patch.sheets if self.fails_after is None else patch.sheets[: self.fails_after]
        whole = self.fails_after is None
        changed = patch_workbook(self.content, sheets, patch.properties if whole else {}, patch.file)
        assert not isinstance(changed, Problem), changed
        self.content = changed
        if not whole:
            raise OpenBookError("reason-excel-refused")
        self.path.write_bytes(self.content)
        return self.content

    def close(self, *, save):
        if save:
            self.path.write_bytes(self.content)
        self.owner.unlink()

    def cell(self, order, words):
        return Hand(io.BytesIO(self.content)).cell(order, words).value


@pytest.fixture
def tracked(folder):
    folder.approve_all()
    for number in ("A-1", "A-2"):
        folder.drop(f"{number}.xlsx", order_no=number)
    folder.run()
    return folder


@pytest.fixture
def path(tracked):
    return tracked.path / TRACKER


def run(tracked, opened, day=DAY):
    return tracked.run(day, open_books={TRACKER: opened})


def test_what_was_typed_and_not_saved_is_taken_and_new_orders_come_into_the_open_tracker(tracked, path):
    opened = OpenTracker(path)
    opened.type(("A-1", SHORTAGE, "缺铜件"))
    tracked.drop("3.xlsx", order_no="A-3")
    result = run(tracked, opened)
    assert (result.exit_code, result.tracker.queued) == (0, False)
    assert (result.tracker.edits, result.tracker.rows_added) == (1, 1)
    assert tracked.orders()["A-1"].lines[0].text("shortage") == "缺铜件"
    assert Hand(io.BytesIO(opened.content)).orders() == ["A-1", "A-2", "A-3"]
    assert not path.with_name("order-tracker.latest.xlsx").exists()


def test_the_file_is_known_afterwards_as_the_one_that_was_saved(tracked, path):
    opened = OpenTracker(path)
    tracked.drop("3.xlsx", order_no="A-3")
    run(tracked, opened)
    state = json.loads((tracked.path / ".desk" / "tracker.json").read_text("utf-8"))
    assert state["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    opened.close(save=False)
    before, events = tracked.files(), tracked.event_count()
    assert tracked.run(DAY).exit_code == 0
    assert (tracked.files(), tracked.event_count()) == (before, events)


def test_the_open_tracker_gets_what_the_file_would_have_got(tracked, path, tmp_path):
    other = tracked.copy(tmp_path / "closed")
    for one in (tracked, other):
        one.drop("3.xlsx", order_no="A-3")
    opened = OpenTracker(path)
    run(tracked, opened)
    other.run(DAY)
    assert opened.content == (other.path / TRACKER).read_bytes()


def test_what_was_typed_over_ours_is_put_back_in_the_open_tracker_and_asked_about(tracked, path):
    opened = OpenTracker(path)
    opened.type(("A-2", PRODUCT, "错"))
    run(tracked, opened)
    assert opened.cell("A-2", PRODUCT) == "端盖"
    assert [item.kind for item in tracked.opened.replay_ledger().open_items] == ["cells-restored"]


def test_an_open_tracker_in_which_nothing_is_to_change_is_not_touched_nor_saved(tracked, path):
    tracked.run(DAY)
    opened = OpenTracker(path)
    before = path.read_bytes()
    assert run(tracked, opened).exit_code == 0
    assert (opened.patches, path.read_bytes()) == ([], before)


def test_a_tracker_that_was_closed_unsaved_after_a_run_is_caught_up_by_the_next(tracked, path):
    before = path.read_bytes()
    opened = OpenTracker(path)
    opened.type(("A-1", REMARK, "加急"))
    tracked.drop("3.xlsx", order_no="A-3")
    run(tracked, opened)
    path.write_bytes(before)  # the server's copy came back
    opened.close(save=False)
    result = tracked.run(DAY)
    assert (result.exit_code, result.tracker.edits) == (0, 0)
    hand = Hand(path)
    assert (hand.orders(), hand.cell("A-1", REMARK).value) == (["A-1", "A-2", "A-3"], "加急")


@pytest.mark.parametrize("save", [True, False])
@pytest.mark.parametrize("sheets", [0, 1])
def test_an_open_tracker_that_could_be_changed_in_part_only_is_right_after_the_next_run(tracked, path, sheets, save):
    opened = OpenTracker(path, fails_after=sheets)
    opened.type(("A-1", SHORTAGE, "缺铜件"), ("A-2", PROMISE, dt.date(2026, 4, 2)))
    tracked.drop("3.xlsx", order_no="A-3")
    result = run(tracked, opened)
    assert [problem.code for problem in result.problems] == ["open-workbook-not-changed"]
    assert (result.exit_code, result.tracker.queued) == (4, True)
    events = tracked.event_count()
    opened.close(save=save)
    assert tracked.run(DAY).exit_code == 0
    assert tracked.event_count() == events
    hand = Hand(path)
    assert (hand.orders(), hand.cell("A-1", SHORTAGE).value) == (["A-1", "A-2", "A-3"], "缺铜件")
    assert not tracked.opened.replay_ledger().open_items
    assert hand.cell("A-2", PROMISE).value == dt.datetime(2026, 4, 2)


def test_one_that_can_not_be_copied_counts_as_open_elsewhere(tracked, path):
    class Dumb(OpenTracker):
        def copy(self):
            raise OpenBookError("reason-excel-refused")

    result = run(tracked, Dumb(path))
    assert (result.exit_code, [problem.code for problem in result.problems]) == (4, ["tracker-open"])


def test_a_rebuild_from_the_archive_comes_to_the_same_ledger(tracked, path, tmp_path):
    opened = OpenTracker(path)
    opened.type(("A-1", SHORTAGE, "缺铜件"))
    tracked.drop("3.xlsx", order_no="A-3")
    run(tracked, opened)
    rebuilt, problems = desk.rebuild_desk_at(tracked.opened, tmp_path / "new")
    assert problems == ()
    assert rebuilt.store.head() == tracked.opened.store.head()


def test_the_workbook_that_edits_came_from_is_in_the_archive(tracked, path):
    opened = OpenTracker(path)
    opened.type(("A-1", SHORTAGE, "缺铜件"))
    typed = opened.content
    run(tracked, opened)
    assert any(one.read_bytes() == typed for one in (tracked.path / "archive").rglob("*.xlsx"))
    assert openpyxl.load_workbook(io.BytesIO(typed))
