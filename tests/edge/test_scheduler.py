"""The schedulers' programs: what they are asked, with which arguments, and what is left when it is undone."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from xltools.edge.scheduler import (
    Finished,
    SchedulerError,
    find_scheduler,
    install_task,
    install_units,
    read_crontab,
    remove_task,
    remove_units,
    run_program,
    task_user,
    units_folder,
    write_crontab,
)

NAME = "xltools 订单 台 & (50%) 1a2b3c4d"
UNITS = {"xltools-1.service": b"[Service]\n", "xltools-1.timer": b"[Timer]\n"}
# Writes each argument it was given to a line of a log, and answers as it is told.
FAKE = """\
#!{python} -S
import os, sys
with open({log!r}, "ab") as log:
    log.write(b"\\0".join(map(os.fsencode, sys.argv[1:])) + b"\\n")
if "/XML" in sys.argv:
    with open(sys.argv[sys.argv.index("/XML") + 1], "rb") as file, open({log!r} + ".xml", "wb") as copy:
        copy.write(file.read())
sys.stderr.write({words!r})
sys.exit({code})
"""
posix = pytest.mark.skipif(os.name != "posix", reason="needs scripts that are programs")


class Programs:
    """Programs that stand in for the schedulers' own, and what they were asked."""

    def __init__(self, folder):
        self.folder = folder

    def put(self, name, code=0, words=""):
        path = self.folder / name
        text = FAKE.format(python=sys.executable, log=str(self.folder / f"{name}.log"), words=words, code=code)
        path.write_text(text, "utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def asked(self, name):
        log = self.folder / f"{name}.log"
        lines = log.read_bytes().splitlines() if log.exists() else []
        return [[os.fsdecode(one) for one in line.split(b"\0")] for line in lines]


@pytest.fixture
def programs(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return Programs(folder)


@posix
def test_a_task_is_registered_from_a_file_that_is_gone_afterwards(programs):
    programs.put("schtasks")
    task = "﻿<Task>订单</Task>".encode("utf-16-le")
    install_task(NAME, task)
    ((*words, file, force),) = programs.asked("schtasks")
    assert (words, force) == (["/Create", "/TN", NAME, "/XML"], "/F")
    assert (programs.folder / "schtasks.log.xml").read_bytes() == task
    assert not Path(file).exists()


@posix
def test_a_task_is_deleted_where_there_is_one(programs):
    programs.put("schtasks")
    assert remove_task(NAME)
    assert programs.asked("schtasks") == [["/Query", "/TN", NAME], ["/Delete", "/TN", NAME, "/F"]]
    programs.put("schtasks", code=1, words="ERROR: The system cannot find the file specified.\n")
    assert not remove_task(NAME)
    assert len(programs.asked("schtasks")) == 3


@posix
def test_a_scheduler_that_refuses_is_quoted(programs):
    programs.put("schtasks", code=1, words="\nERROR: Access is denied.\n")
    with pytest.raises(SchedulerError) as refused:
        install_task(NAME, b"")
    assert (refused.value.program, refused.value.reason) == ("schtasks", "ERROR: Access is denied.")


@pytest.mark.usefixtures("programs")
def test_a_scheduler_that_is_not_there_has_no_reason():
    with pytest.raises(SchedulerError) as missing:
        install_task(NAME, b"")
    assert (missing.value.program, missing.value.reason) == ("schtasks", "")


def test_a_scheduler_that_hangs_is_a_refusal():
    def hang(command, _given):
        raise subprocess.TimeoutExpired(command, 60)

    with pytest.raises(SchedulerError, match="timed out"):
        read_crontab(hang)


@posix
def test_units_are_started_and_leave_nothing_when_they_are_removed(programs, tmp_path):
    programs.put("systemctl")
    folder = tmp_path / "config" / "systemd" / "user"
    folder.parent.parent.mkdir()
    install_units(folder, UNITS, "xltools-1.timer")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == UNITS
    begun = [["--user", "daemon-reload"], ["--user", "enable", "--now", "xltools-1.timer"]]
    assert programs.asked("systemctl") == begun
    assert remove_units(folder, [*UNITS], "xltools-1.timer")
    assert programs.asked("systemctl")[2:] == [
        ["--user", "disable", "--now", "xltools-1.timer"],
        ["--user", "clean", "--what=state", "xltools-1.timer"],
        ["--user", "daemon-reload"],
    ]
    assert list((tmp_path / "config").iterdir()) == []
    assert not remove_units(folder, [*UNITS], "xltools-1.timer")
    assert len(programs.asked("systemctl")) == 5


@posix
def test_a_timer_that_is_changed_starts_anew(programs, tmp_path):
    programs.put("systemctl")
    install_units(tmp_path / "user", UNITS, "xltools-1.timer")
    install_units(tmp_path / "user", {**UNITS, "xltools-1.timer": b"[Timer]\n# other\n"}, "xltools-1.timer")
    assert programs.asked("systemctl")[-1] == ["--user", "restart", "xltools-1.timer"]


@posix
def test_units_that_systemd_refuses_are_as_they_were(programs, tmp_path):
    programs.put("systemctl", code=1, words="Failed to connect to bus: No medium found\n")
    folder = tmp_path / "systemd" / "user"
    with pytest.raises(SchedulerError, match="No medium found"):
        install_units(folder, UNITS, "xltools-1.timer")
    assert not folder.exists()
    folder.mkdir(parents=True)
    (folder / "xltools-1.timer").write_bytes(b"before")
    (folder / "foreign.timer").write_bytes(b"foreign")
    with pytest.raises(SchedulerError):
        install_units(folder, UNITS, "xltools-1.timer")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "xltools-1.timer": b"before",
        "foreign.timer": b"foreign",
    }


def test_a_crontab_that_cannot_be_read_is_not_taken_for_none():
    assert read_crontab(lambda *_: Finished(1, err=b"no crontab for root\n")) == b""
    with pytest.raises(SchedulerError, match="not allowed"):
        read_crontab(lambda *_: Finished(1, err=b"You (x) are not allowed to use this program (crontab)\n"))


@pytest.mark.skipif(not shutil.which("crontab"), reason="needs the program crontab")
def test_a_real_crontab_is_read_and_written_as_it_is():
    """On the crontab of whoever runs the tests: what stands there now is put back."""
    try:
        before = read_crontab()
    except SchedulerError as refused:
        pytest.skip(f"this user has no crontab: {refused}")
    line = "*/15 * * * * /bin/true '订单 台 50\\% \"x\"'\n".encode()
    try:
        write_crontab(before + line)
        assert read_crontab() == before + line
        with pytest.raises(SchedulerError):
            write_crontab(b"this is no line of a crontab\n")
        assert read_crontab() == before + line
        write_crontab(b"\n")
        assert run_program(["crontab", "-l"]).code != 0
    finally:
        if before:
            write_crontab(before)
    assert read_crontab() == before


def test_each_machine_has_its_scheduler(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    assert find_scheduler("win32") == "windows"
    assert find_scheduler("linux", tmp_path) == "systemd"
    assert find_scheduler("linux", tmp_path / "none") == "cron"
    assert find_scheduler("darwin", tmp_path / "none") == "cron"
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert find_scheduler("linux", tmp_path) == "cron"


def test_where_units_lie_and_whose_a_task_is(tmp_path, monkeypatch):
    assert units_folder({"XDG_CONFIG_HOME": str(tmp_path)}) == tmp_path / "systemd" / "user"
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert units_folder({}) == tmp_path / ".config" / "systemd" / "user"
    assert task_user({"USERNAME": "李雯", "USERDOMAIN": "厂"}) == "厂\\李雯"
    assert task_user({}) == ""
