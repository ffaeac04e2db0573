"""Runs that nobody watches: what they leave behind, whom they tell, and how often."""

import datetime as dt
import email
import email.policy
import errno
import json
import logging
from pathlib import Path

import pytest

from xltools import desk
from xltools.desk import heartbeat as heartbeats
from xltools.desk import scheduled
from xltools.desk.failing import Failure, Letterhead, NoticeState, follow_failure, read_state
from xltools.desk.heartbeat import Heartbeat, check_heartbeat, read_age, read_heartbeat, write_heartbeat
from xltools.desk.run import LOCK_FILE, RunOptions
from xltools.desk.scheduled import RUN_LOG, run_scheduled

BEGIN = dt.datetime(2026, 3, 10, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
QUARTER, HOUR = dt.timedelta(minutes=15), dt.timedelta(hours=1)
BROKEN = "latness: {}\n"
HELD = json.dumps({"host": "PMC-07", "pid": 4711, "time": 9e9, "machine": "another"})


class Machine:
    """A machine on which the desk runs every quarter of an hour."""

    def __init__(self, folder, local):
        self.folder, self.local, self.moment = folder, local, BEGIN

    def run(self, times=1, *, after=QUARTER, **more):
        for _ in range(times):
            options = RunOptions(pause=lambda: None)
            last = run_scheduled(self.folder.path, lambda: self.moment, options=options, local=self.local, **more)
            self.moment += after
        return last

    def settings(self, text):
        with (self.folder.path / "desk.yaml").open("a", encoding="utf-8") as settings:
            settings.write(text)

    def mend(self):
        settings = self.folder.path / "desk.yaml"
        settings.write_text(settings.read_text("utf-8").replace(BROKEN, ""), "utf-8")

    def log(self, home=None):
        log = home / "run.log" if home else self.folder.path / RUN_LOG
        return log.read_text("utf-8").splitlines()

    def notices(self, home=None):
        """The notices in the outbox, by the moments they were written at."""
        found = sorted((home or self.folder.path / self.outbox()).glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found]

    def outbox(self):
        return "发件箱" if (self.folder.path / "发件箱").is_dir() else "outbox"

    def share_goes(self):
        self.folder.path.rename(self.folder.path.with_name("away"))

    def share_comes(self):
        self.folder.path.with_name("away").rename(self.folder.path)


@pytest.fixture
def machine(folder, tmp_path):
    return Machine(folder, tmp_path / "cache")


def subjects(notices):
    return [str(one["subject"]) for one in notices]


def test_a_run_leaves_a_line_and_a_heartbeat(machine):
    machine.folder.drop("1.xlsx", order_no="A-1")
    machine.folder.drop("2.xlsx", customer=None)
    done = machine.run()
    assert (done.exit_code, done.notice, done.log) == (1, None, machine.folder.path / RUN_LOG)
    line, *details = machine.log()
    assert line.startswith(
        "2026-03-10T09:00:00+08:00 exit=1 seconds=0.0 as_of=2026-03-10 accepted=1 returned=1 papers="
    )
    assert any("2.xlsx" in one for one in details)
    assert all(one.startswith("  ") for one in details)
    found = read_heartbeat(machine.folder.path)
    assert found == done.heartbeat
    assert (found.started, found.ended, found.exit_code) == (BEGIN.isoformat(), BEGIN.isoformat(), 1)
    assert (found.as_of, dict(found.documents)) == ("2026-03-10", {"accepted": 1, "returned": 1})
    assert (found.problems, found.failing) == (("field-missing",), False)


def test_the_day_is_that_of_the_desk(machine):
    machine.moment = dt.datetime(2026, 3, 9, 16, 30, tzinfo=dt.UTC)
    assert machine.run().heartbeat.as_of == "2026-03-10"
    assert machine.run(as_of=dt.date(2026, 4, 1)).heartbeat.as_of == "2026-04-01"


def test_9_a_run_with_nothing_new_changes_no_byte_outside_its_own_folder(machine):
    machine.folder.drop("1.xlsx", order_no="A-1")
    machine.run(2)
    before, events = machine.folder.files(), machine.folder.event_count()
    machine.run(3)
    assert (machine.folder.files(), machine.folder.event_count()) == (before, events)
    assert len(machine.log()) == 5


def test_while_a_run_is_at_work_its_heartbeat_says_so(machine, monkeypatch):
    machine.run()
    seen = []
    real = scheduled.run_desk_at

    def look(opened, as_of, options):
        seen.append(read_heartbeat(opened.path))
        return real(opened, as_of, options)

    monkeypatch.setattr(scheduled, "run_desk_at", look)
    machine.run()
    (during,) = seen
    assert (during.started, during.ended, during.exit_code) == ((BEGIN + QUARTER).isoformat(), None, None)
    assert during.previous["ended"] == BEGIN.isoformat()


def test_a_run_that_is_kept_off_leaves_the_heartbeat_to_the_other(machine):
    machine.run()
    before = read_heartbeat(machine.folder.path)
    (machine.folder.path / LOCK_FILE).write_text(HELD, "utf-8")
    kept_off = machine.run()
    assert (kept_off.exit_code, kept_off.notice) == (4, None)
    assert read_heartbeat(machine.folder.path) == before
    assert "exit=4" in machine.log()[1]
    assert "PMC-07" in machine.log()[2]


def test_a_failure_is_told_once_and_once_that_it_is_over(machine):
    machine.run()
    machine.settings(BROKEN)
    told = machine.run()
    assert (told.exit_code, told.heartbeat.failing) == (3, True)
    assert machine.run(5).notice is None
    machine.mend()
    assert machine.run().exit_code == 0
    assert machine.run(5).notice is None
    failed, clear = machine.notices()
    name = machine.folder.path.name
    assert subjects((failed, clear)) == [
        f"Order desk {name}: scheduled runs fail",
        f"Order desk {name}: scheduled runs work again",
    ]
    said = failed.get_body(("plain",)).get_content()
    assert "Since 2026-03-10 09:15+08:00" in said
    assert "latness" in said
    assert str(machine.folder.path / RUN_LOG) in said
    assert "They had failed since 2026-03-10 09:15+08:00" in clear.get_body(("plain",)).get_content()
    assert failed["date"].datetime == BEGIN + QUARTER


@pytest.mark.parametrize("language", ["en", "zh"])
def test_settings_that_were_never_right_still_have_an_outbox(make_folder, tmp_path, language):
    machine = Machine(make_folder(tmp_path / "台", language=language), tmp_path / "cache")
    machine.settings(BROKEN)
    told = machine.run()
    assert (told.exit_code, told.notice.parent.name) == (3, machine.outbox())


def test_without_an_outbox_a_notice_lies_beside_the_log(machine):
    (machine.folder.path / "outbox").rmdir()
    machine.settings(BROKEN)
    assert machine.run().notice.parent == machine.folder.path / ".desk" / "log"


def test_another_failure_is_told_too(machine, monkeypatch):
    machine.settings(BROKEN)
    machine.run(2)
    machine.mend()

    def fail(*_):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(scheduled, "run_desk_at", fail)
    assert machine.run(3).exit_code == 70
    monkeypatch.undo()
    machine.run(2)
    assert len(machine.notices()) == 3
    assert any("Traceback" in line for line in machine.log())
    assert any("ZeroDivisionError: division by zero" in line for line in machine.log())


def test_a_failure_that_lasts_is_told_again_after_a_day(machine):
    machine.settings(BROKEN)
    machine.run(25, after=HOUR)
    assert [subject.split(": ")[1] for subject in subjects(machine.notices())] == [
        "scheduled runs fail",
        "scheduled runs still fail, since 2026-03-10 01:00+00:00",  # no zone was ever known
    ]


def test_one_that_comes_and_goes_is_not_told_each_time(machine):
    for _ in range(4):
        machine.settings(BROKEN)
        machine.run()
        machine.mend()
        machine.run()
    assert len(machine.notices()) == 2


def test_an_open_tracker_is_told_when_it_has_been_open_for_hours(machine):
    machine.run()
    machine.folder.drop("1.xlsx", order_no="A-1")
    owner = machine.folder.path / "~$order-tracker.xlsx"
    owner.write_bytes(b"x")
    soon = machine.run(8)
    assert (soon.exit_code, soon.heartbeat.failing, machine.notices()) == (4, False, [])
    late = machine.run()
    assert (late.exit_code, late.heartbeat.failing) == (4, True)
    assert machine.run(5).notice is None
    owner.unlink()
    assert machine.run().exit_code == 0
    assert len(machine.notices()) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_desk_out_of_reach_is_told_on_this_machine(make_folder, tmp_path, language):
    machine = Machine(make_folder(tmp_path / "台", language=language), tmp_path / "cache")
    machine.settings("mail: {notices: [it@example.com]}\n")
    machine.run()
    machine.share_goes()
    gone = machine.run(3)
    assert (gone.exit_code, gone.log) == (4, machine.local / "run.log")
    assert not machine.folder.path.exists()
    (told,) = machine.notices(machine.local)
    assert str(told["to"]) == "it@example.com"
    assert ("定时运行失败" if language == "zh" else "scheduled runs fail") in str(told["subject"])
    assert f"desk={machine.folder.path}" in machine.log(machine.local)[0]
    machine.share_comes()
    back = machine.run()
    assert (back.exit_code, back.notice.parent) == (0, machine.folder.path / machine.outbox())
    assert machine.run().notice is None
    (clear,) = machine.notices()
    assert "2026-03-10 09:15+08:00" in clear.get_body(("plain",)).get_content()


def test_a_desk_that_was_never_there_is_a_failure_too(tmp_path):
    gone = run_scheduled(tmp_path / "none", lambda: BEGIN, local=tmp_path / "cache")
    assert (gone.exit_code, gone.notice.parent) == (4, tmp_path / "cache")
    assert not (tmp_path / "none").exists()


def test_a_drive_that_fails_within_the_run_is_no_error_of_ours(machine, monkeypatch):
    def fail(*_):
        raise RuntimeError("the database says") from OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(scheduled, "run_desk_at", fail)
    failed = machine.run()
    assert (failed.exit_code, [one.code for one in failed.problems]) == (4, ["drive-failed"])
    assert len(machine.notices()) == 1


def test_a_full_drive_is_told_on_this_machine(machine, monkeypatch):
    machine.run()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(heartbeats, "write_durably", full)
    failed = machine.run()
    assert (failed.exit_code, [one.code for one in failed.problems]) == (4, ["disk-full"])
    assert failed.log == machine.local / "run.log"
    assert machine.run(3).notice is None
    monkeypatch.undo()
    assert machine.run().notice is not None
    assert len(machine.notices(machine.local)) == 1


def test_where_nothing_can_be_written_the_exit_code_tells(machine, monkeypatch):
    machine.run()
    machine.share_goes()
    machine.local.joinpath("run.log").parent.mkdir(exist_ok=True)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(logging.StreamHandler, "flush", full)
    monkeypatch.setattr("xltools.desk.failing.write_durably", full)
    failed = machine.run()
    assert (failed.exit_code, failed.log, failed.notice) == (4, None, None)


def test_the_log_is_begun_anew_and_a_flood_of_details_is_cut(machine):
    machine.settings("scheduled: {log_kilobytes: 10, log_files: 2}\n")
    for number in range(40):
        machine.folder.drop(f"{number}.xlsx", customer=None, order_no=f"A-{number}")
    machine.run()
    assert len(machine.log()) <= 103
    machine.run(20)
    logs = sorted(path.name for path in (machine.folder.path / ".desk" / "log").iterdir())
    assert logs[0] == "run.log"
    assert len(logs) <= 3


def test_people_of_pmc_are_told_where_nobody_is_named(machine):
    staff = machine.folder.path / "master" / "staff.xlsx"
    machine.run()
    assert read_state(machine.folder.path / ".desk").letterhead.to == ()
    staff.unlink()
    machine.settings("mail: {pmc: [pmc@example.com]}\n")
    machine.run()
    machine.settings(BROKEN)
    machine.run()
    assert str(machine.notices()[0]["to"]) == "pmc@example.com"


# What to remember from run to run.

URGENT = Failure(3, ())
PATIENT = Failure(4, ())


def follow(steps, state=None):
    """What is told at each of these moments, given as minutes and the failure there was."""
    state, told = state or NoticeState(letterhead=Letterhead()), []
    for minutes, failure in steps:
        state, said = follow_failure(state, failure, BEGIN + dt.timedelta(minutes=minutes))
        told.append(said)
    return told


def test_a_clock_that_goes_back_neither_repeats_nor_swallows_a_notice():
    assert follow([(0, URGENT), (-600, URGENT)]) == ["failed", "again"]
    far = NoticeState(told={"3": (BEGIN + dt.timedelta(days=900)).isoformat()})
    assert follow([(0, URGENT), (15, URGENT)], far) == ["failed", None]


def test_an_all_clear_comes_only_where_something_was_told():
    assert follow([(0, PATIENT), (15, None), (30, URGENT), (45, PATIENT), (60, None), (75, None)]) == [
        None, None, "failed", None, "clear", None,
    ]  # fmt: skip


def test_what_is_remembered_but_not_whole_is_nothing(tmp_path):
    for text in ("", "[]", "{", '{"letterhead": 1}', '{"fingerprint": 3, "letterhead": {"to": []}, "extra": 1}'):
        (tmp_path / "notice.json").write_text(text, "utf-8")
        assert read_state(tmp_path) == NoticeState()
    naive = {"since": "2026-03-10T09:00:00", "letterhead": {"to": []}}
    (tmp_path / "notice.json").write_text(json.dumps(naive), "utf-8")
    assert read_state(tmp_path) == NoticeState()


# What monitoring is told.


def codes(path, now, allowed=HOUR):
    return [problem.code for problem in check_heartbeat(path, allowed, now)]


def test_monitoring_sees_what_never_came_what_hangs_and_what_failed(machine):
    path = machine.folder.path
    assert codes(path, BEGIN) == ["heartbeat-missing"]
    machine.run()
    assert codes(path, BEGIN + HOUR) == []
    assert codes(path, BEGIN + HOUR + QUARTER) == ["heartbeat-old"]
    assert codes(path, BEGIN - HOUR - QUARTER) == ["heartbeat-old"]
    machine.settings(BROKEN)
    machine.run()
    assert codes(path, BEGIN + QUARTER) == ["last-run-failed"]
    during = Heartbeat(
        started=machine.moment.isoformat(), host="h", previous=heartbeats.ending_of(read_heartbeat(path))
    )
    write_heartbeat(path, during)
    assert codes(path, machine.moment) == ["last-run-failed"]
    assert codes(path, machine.moment + 2 * HOUR) == ["run-without-end", "last-run-failed"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"started": "x", "host": "h", "problems": []}', "\udcff"])
def test_a_heartbeat_that_is_none_is_missing(machine, text):
    state = machine.folder.path / ".desk"
    state.mkdir(exist_ok=True)
    (state / "heartbeat.json").write_text(text, "utf-8", "surrogateescape")
    assert codes(machine.folder.path, BEGIN) == ["heartbeat-missing"]
    assert machine.run().exit_code == 0


@pytest.mark.parametrize(("text", "minutes"), [("90m", 90), ("1h", 60), ("2d", 2880), ("x", None), ("0h", None)])
def test_the_age_allowed_is_read(text, minutes):
    assert read_age(text) == (minutes and dt.timedelta(minutes=minutes))


def test_a_heartbeat_is_whole_or_not_there(machine):
    assert isinstance(machine.run().log, Path)
    text = (machine.folder.path / ".desk" / "heartbeat.json").read_text("utf-8")
    assert set(json.loads(text)) == {
        "as_of", "documents", "ended", "exit_code", "failing", "host", "previous", "problems", "started",
    }  # fmt: skip
    assert desk.BusyError.exit_code == 4
