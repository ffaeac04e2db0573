"""One writer per desk; readers see what was before a run or what is after it, never half of it."""

import datetime as dt
import json
import os
import shutil
import signal
import sys
import time

import pytest
from evening import EVENING, HEADER, LINE, MORNING, Folder
from points import BEFORE, unwatched, watch_points
from races import leave_stale_lock, race_rounds
from trial import RUN, run_apart, run_verbs, take_picture

from xltools import desk
from xltools.desk.run import hold_desk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and /proc")


@pytest.mark.parametrize(("runs", "rounds", "stale"), [(2, 5, False), (20, 2, False), (20, 1, True)])
def test_of_runs_that_start_together_each_has_its_turn_and_nothing_comes_twice(tmp_path, runs, rounds, stale):
    assert race_rounds(tmp_path / "race", runs, rounds, stale=stale) == []


def test_a_second_run_waits_and_then_says_who_is_at_work(tmp_path):
    desk.create_desk(tmp_path / "desk", "en")
    with hold_desk(Folder(tmp_path / "desk").opened):
        ended = run_apart(tmp_path / "desk", None, [(*RUN[:-1], "0.3")])
    assert ended.code == 4
    assert f"process {os.getpid()}" in ended.said
    assert run_apart(tmp_path / "desk").code == 0


class Sleep:
    """The machine is put to sleep before an act; meanwhile another run takes the desk over and does all there is."""

    def __init__(self, at, meanwhile):
        self.at, self.meanwhile = (at.number, at.when), meanwhile

    def __call__(self, point):
        if (point.number, point.when) == self.at:
            self.meanwhile()


def test_a_run_that_slept_while_the_desk_was_taken_over_does_no_harm(run_theatre, tmp_path):
    """It wakes with its next act ahead of it: that one may still happen, no other does."""
    acts = [one for one in run_theatre.points if one.when == BEFORE and one.file != ".desk/lock"]
    for point in acts[2 :: len(acts) // 12]:
        path = tmp_path / "desk"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(run_theatre.start, path)

        def take_over(path=path):
            with unwatched():
                lock = path / ".desk" / "lock"
                if not lock.exists():
                    return
                leave_stale_lock(path)
                ended = run_apart(path)
                assert ended.code in {0, 1}, ended.said

        ended = run_apart(path, Sleep(point, take_over))
        assert ended.code in {0, 1, 4}, (point, ended.said)
        assert "Traceback" not in ended.said, (point, ended.said)
        again = run_apart(path)
        assert again.code in {0, 1}, (point, again.said)
        assert take_picture(path).differs_from(run_theatre.end) == [], point


def test_a_reader_sees_the_desk_before_a_run_or_after_it_whenever_it_looks(run_theatre, tmp_path):
    """`status` and `late` at every act of a run that writes: each answers, and with all of a run's events or none."""
    path = tmp_path / "desk"
    shutil.copytree(run_theatre.start, path)
    before = take_picture(path).head[0]
    seen = []

    def look(point):
        if point.when == BEFORE and point.number % 10 == 0:
            with unwatched():
                opened = desk.open_desk_at(path, "en")
                desk.tell_status(opened, "SO2", EVENING)
                seen.append(opened.replay_ledger().number)
                desk.list_late_lines(opened, EVENING, opened.say)

    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            with watch_points(path, look):
                run_verbs(path, [RUN])
            (tmp_path / "seen").write_text(json.dumps(seen))
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    heads = json.loads((tmp_path / "seen").read_text())
    assert len(heads) > 20
    assert set(heads) == {before, run_theatre.end.head[0]}
    assert heads == sorted(heads)


def test_a_reader_waits_for_a_commit_and_no_longer(tmp_path):
    """Readers in a process of their own all the while that runs commit: none fails, and none sees half a run."""
    path = tmp_path / "desk"
    desk.create_desk(path, "en")
    folder = Folder(path)
    folder.run(MORNING)
    stop = tmp_path / "stop"
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            numbers = set()
            while not stop.exists():
                numbers.add(desk.open_desk_at(path, "en").replay_ledger().number)
            (tmp_path / "numbers").write_text(json.dumps(sorted(numbers)))
            code = 0
        finally:
            os._exit(code)
    heads = [folder.opened.store.head().number]
    try:
        for number in range(6):
            rows = [LINE | {"order_no": f"A-{number}-{row}"} for row in range(10)]
            folder.drop(f"{number}.xlsx", "order-intake-list", HEADER, *rows)
            folder.run(MORNING)
            heads.append(folder.opened.store.head().number)
        stop.touch()
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    seen = json.loads((tmp_path / "numbers").read_text())
    assert set(seen) <= set(heads)
    assert seen


@pytest.mark.parametrize("jump", [dt.timedelta(days=-400), dt.timedelta(days=400), dt.timedelta(minutes=-40)])
def test_a_clock_that_jumps_between_two_runs_changes_nothing(tmp_path, monkeypatch, jump):
    """The machine's clock stands in no event; a lock that a dead run left is stale by any clock."""
    picture = []
    for name, by in (("steady", dt.timedelta()), ("jumped", jump)):
        path = tmp_path / name
        desk.create_desk(path, "en")
        folder = Folder(path)
        folder.drop("1.xlsx", "order-intake-sheet", HEADER | {"order_no": "A-1"}, LINE)
        folder.run(MORNING)
        folder.drop("2.xlsx", "order-intake-sheet", HEADER | {"order_no": "A-2"}, LINE)
        leave_stale_lock(path)
        with monkeypatch.context() as patch:
            now = time.time() + by.total_seconds()
            patch.setattr("time.time", lambda now=now: now)
            folder.run(EVENING)
        picture.append(take_picture(path))
    assert picture[1].head == picture[0].head
    assert picture[1].files.keys() == picture[0].files.keys()


@pytest.mark.parametrize("order", [(EVENING, MORNING), (MORNING, dt.date(2027, 12, 31), EVENING)])
def test_a_run_on_an_earlier_day_than_the_last_one_is_a_run_like_any_other(tmp_path, order):
    path = tmp_path / "desk"
    desk.create_desk(path, "en")
    folder = Folder(path)
    for number, day in enumerate(order):
        folder.drop(f"{number}.xlsx", "order-intake-sheet", HEADER | {"order_no": f"A-{number}"}, LINE)
        assert [one.outcome for one in folder.run(day).documents] == ["accepted"]
    assert desk.verify_desk_at(folder.opened).problems == ()
    rebuilt, problems = desk.rebuild_desk_at(folder.opened, tmp_path / "new")
    assert [one for one in problems if one.is_error] == []
    assert rebuilt.store.head() == folder.opened.store.head()


def test_a_file_that_is_still_being_copied_waits_and_is_taken_whole(tmp_path):
    path = tmp_path / "desk"
    desk.create_desk(path, "en")
    folder = Folder(path)
    whole = folder.drop("1.xlsx", "order-intake-sheet", HEADER | {"order_no": "A-1"}, LINE)
    target = path / "inbox" / "1.xlsx"
    target.write_bytes(whole[: len(whole) // 3])

    def grow():
        target.write_bytes(whole[: len(whole) // 2])

    result = desk.run_desk_at(folder.opened, MORNING, desk.RunOptions(pause=grow))
    assert [(one.outcome, one.problems[0].code) for one in result.documents] == [("waiting", "file-being-written")]
    # A share that fell silent amid the copy: no longer growing, it is read for what it is and returned.
    os.utime(target, (1, 1))
    result = folder.run(MORNING)
    assert [(one.outcome, one.problems[0].code) for one in result.documents] == [("unreadable", "workbook-truncated")]
    folder.drop_bytes("1.xlsx", whole)
    assert [one.outcome for one in folder.run(MORNING).documents] == ["accepted"]
    assert set(folder.opened.replay_ledger().orders) == {"A-1"}
