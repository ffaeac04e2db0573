"""What schedulers are told: valid to them, and every path comes out as it went in."""

import datetime as dt
import itertools
import os
import re
import shlex
import shutil
import string
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xltools.reports.schedule import (
    INTERVALS,
    SchedulePlan,
    cron_block,
    interval_text,
    put_into_crontab,
    quote_windows,
    read_interval,
    schedule_name,
    schedule_texts,
    take_from_crontab,
    unmask_path,
)

AS_OF = dt.date(2026, 3, 10)
SCHEMA = etree.XMLSchema(file=str(Path(__file__).with_name("task-scheduler.xsd")))
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
ODD = (
    "订单 台",
    "R&D (50%) 'a' !x!",
    "%PATH% $HOME `x` ^;,=~#@",
    'quo"ted',
    "back\\slash\\",
    "trailing blank ",
    "=25",
    "a%%b\\%c",
    "$(Arg0)",
    "${HOME} $$ %h %%",
    "-n",
    "$",
)
ODD_ON_WINDOWS = tuple(one for one in ODD if '"' not in one)
PYTHON = r"C:\Program Files\Python 312\pythonw.exe"
ANY = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=30)


def plan(desk, minutes=15, interpreter="/opt/py thon/bin/python3", user=""):
    return SchedulePlan(desk, minutes, interpreter, AS_OF, "1.0", user)


def task_of(desk, **more):
    (content,) = schedule_texts(plan(desk, interpreter=PYTHON, **more), "windows").values()
    assert content.startswith(b"\xff\xfe")
    return etree.fromstring(content)


def text_of(task, name):
    (found,) = task.iter(f"{TASK}{name}")
    return found.text


def split_windows(line):
    """CommandLineToArgvW for what stands behind the program, by its documentation."""
    arguments, at = [], 0
    while at < len(line):
        if line[at] in " \t":
            at += 1
            continue
        word, quoted = "", False
        while at < len(line) and (quoted or line[at] not in " \t"):
            slashes = len(line[at:]) - len(line[at:].lstrip("\\"))
            at += slashes
            if at < len(line) and line[at] == '"':
                word += "\\" * (slashes // 2)
                if slashes % 2:
                    word += '"'
                else:
                    quoted = not quoted
                at += 1
            else:
                word += "\\" * slashes
                if at < len(line) and (quoted or line[at] not in " \t"):
                    word += line[at]
                    at += 1
        arguments.append(word)
    return arguments


def split_unit(line):
    """The arguments of ExecStart as systemd takes them: words, C escapes, specifiers, then variables."""
    words = []
    for quoted, plain in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line):
        word = re.sub(r"\\(.)", r"\1", quoted) if quoted or not plain else plain
        assert not re.search(r"(?<!%)(?:%%)*%(?!%)", word), word
        words.append(word.replace("%%", "%"))
    for word in words[1:]:
        assert not re.search(r"(?<!\$)(?:\$\$)*\$(?!\$)", word), word
    return [words[0], *(word.replace("$$", "$") for word in words[1:])]


def split_cron(line):
    """The command of a crontab's line: what cron leaves of it, then the words of the shell."""
    command = line.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command)
    return shlex.split(command.replace("\\%", "%"))


def desk_of(arguments):
    """The desk that the verb is given."""
    assert arguments[arguments.index("xltools.cli") + 1] == "run"
    named = arguments[arguments.index("run") + 1]
    assert "--scheduled" in arguments
    return unmask_path(named) if "--masked" in arguments else named


@pytest.mark.parametrize(("text", "minutes"), [("15m", 15), ("5m", 5), ("1h", 60), ("60 min", 60), ("24H", 1440)])
def test_intervals_that_divide_an_hour_or_a_day_are_taken(text, minutes):
    assert read_interval(text) == minutes


@pytest.mark.parametrize("text", ["7m", "4m", "25m", "90m", "5h", "48h", "0m", "15", "m", "15s", "-15m", "1d", "１５m"])
def test_other_intervals_are_not(text):
    assert read_interval(text) is None


@pytest.mark.parametrize("minutes", INTERVALS)
def test_an_interval_is_read_as_it_is_written(minutes):
    assert read_interval(interval_text(minutes)) == minutes


@pytest.mark.parametrize("minutes", INTERVALS)
@pytest.mark.parametrize("desk", [rf"\\server\订单\{name}" for name in ODD_ON_WINDOWS])
def test_a_task_is_valid_and_runs_that_desk(desk, minutes):
    task = task_of(desk, minutes=minutes, user="厂\\李雯 & Co")
    SCHEMA.assertValid(task)
    assert desk_of(split_windows(text_of(task, "Arguments"))) == desk
    assert not set("%$") & set(text_of(task, "Arguments"))
    assert (text_of(task, "Command"), text_of(task, "UserId")) == (PYTHON, "厂\\李雯 & Co")


def test_a_task_is_what_a_shared_drive_needs():
    task = task_of(r"\\server\orders\desk")
    told = {
        name: text_of(task, name)
        for name in ("MultipleInstancesPolicy", "StartWhenAvailable", "DisallowStartIfOnBatteries", "LogonType")
    }
    assert told == {
        "MultipleInstancesPolicy": "IgnoreNew",
        "StartWhenAvailable": "true",
        "DisallowStartIfOnBatteries": "false",
        "LogonType": "InteractiveToken",
    }
    assert (text_of(task, "Interval"), text_of(task, "StartBoundary")) == ("PT15M", "2026-03-10T00:00:00")
    assert text_of(task, "RunOnlyIfNetworkAvailable") == "true"
    assert text_of(task_of(r"D:\desk"), "RunOnlyIfNetworkAvailable") == "false"
    assert text_of(task_of(r"D:\desk", minutes=1440), "StartBoundary") == "2026-03-10T07:00:00"
    assert len(list(task.iter(f"{TASK}UserId"))) == 0


def test_the_schema_refuses_what_the_task_scheduler_refuses():
    task = task_of(r"D:\desk")
    (trigger,) = task.iter(f"{TASK}TimeTrigger")
    trigger.insert(0, trigger[2])  # the repetition in front of the start
    assert not SCHEMA.validate(task)
    task = task_of(r"D:\desk")
    next(task.iter(f"{TASK}Interval")).text = "PT30S"
    assert not SCHEMA.validate(task)


@given(st.lists(ANY, min_size=1, max_size=4))
def test_windows_takes_a_command_line_to_pieces_as_it_was(arguments):
    assert split_windows(quote_windows(arguments)) == arguments


@given(st.lists(ANY, min_size=1, max_size=4))
def test_what_the_standard_library_quotes_comes_to_the_same(arguments):
    assert split_windows(subprocess.list2cmdline(arguments)) == arguments


@given(ANY.filter(lambda text: text.strip() != ""))
def test_any_path_reaches_systemd_and_cron_as_it_is(name):
    desk = f"/共享/{name}"
    units = schedule_texts(plan(desk), "systemd")
    service = units[f"{schedule_name(desk, 'systemd')}.service"].decode()
    (command,) = [line for line in service.split("\n") if line.startswith("ExecStart=")]
    assert desk_of(split_unit(command.removeprefix("ExecStart="))) == desk
    _, line, _, rest = cron_block(plan(desk)).decode().split("\n")
    assert (rest, desk_of(split_cron(line))) == ("", desk)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
@pytest.mark.parametrize("name", [*ODD, "two\nlines"])
def test_systemd_takes_the_units(name, tmp_path):
    desk, home, run = f"/共享/{name}", tmp_path / "units", tmp_path / "run"
    home.mkdir()
    run.mkdir(mode=0o700)
    interpreter = tmp_path / "py $HOME %h" / "python3"
    interpreter.parent.mkdir()
    interpreter.symlink_to("/bin/true")
    for file, content in schedule_texts(plan(desk, interpreter=str(interpreter)), "systemd").items():
        (home / file).write_bytes(content)
    given_to = {**os.environ, "XDG_RUNTIME_DIR": str(run), "HOME": str(tmp_path), "LC_ALL": "C"}
    units = sorted(str(path) for path in home.iterdir())
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", *units], capture_output=True, text=True, env=given_to, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
@pytest.mark.parametrize("minutes", INTERVALS)
def test_the_times_of_a_timer_are_as_far_apart_as_was_asked(minutes):
    units = schedule_texts(plan("/d", minutes), "systemd")
    timer = units[f"{schedule_name('/d', 'systemd')}.timer"].decode()
    (when,) = re.findall(r"^OnCalendar=(.*)$", timer, re.MULTILINE)
    command = ["systemd-analyze", "calendar", "--base-time=2026-03-10 06:59:30 UTC", "--iterations=60", when]
    told = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "TZ": "UTC", "LC_ALL": "C"}
    ).stdout
    moments = [
        dt.datetime.fromisoformat(one) for one in re.findall(r"\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", told)
    ]
    assert len(moments) >= 50
    assert {later - sooner for sooner, later in itertools.pairwise(moments)} == {dt.timedelta(minutes=minutes)}
    assert moments[0] == dt.datetime(2026, 3, 10, 7)


def cron_moments(line):
    """The minutes of a day at which a line of a crontab starts."""
    minute, hour = line.split(" ")[:2]
    minutes = range(0, 60, int(minute.removeprefix("*/"))) if minute.startswith("*/") else [int(minute)]
    hours = range(24) if hour == "*" else [int(one) for one in hour.split(",")]
    return sorted(60 * one + other for one in hours for other in minutes)


@pytest.mark.parametrize("minutes", INTERVALS)
def test_the_times_of_cron_are_as_far_apart_as_was_asked(minutes):
    moments = cron_moments(cron_block(plan("/d", minutes)).decode().split("\n")[1])
    assert len(moments) == 1440 // minutes
    assert {later - sooner for sooner, later in itertools.pairwise(moments)} <= {minutes}
    assert minutes < 60 or 7 * 60 in moments


FOREIGN = b"MAILTO=boss\n# xltools is good\n0 5 * * * backup 100\\% 'a  b'\n@reboot echo \xe4\xbd\xa0\xff"


@pytest.mark.parametrize("desk", [f"/共享/{name}" for name in ODD])
def test_a_crontab_keeps_what_is_not_ours(desk):
    other = "/共享/订单 台 2"
    crontab = put_into_crontab(FOREIGN + b"\n", cron_block(plan(other)), other)
    once = put_into_crontab(crontab, cron_block(plan(desk)), desk)
    twice = put_into_crontab(once, cron_block(plan(desk, 60)), desk)
    assert once.startswith(crontab)
    assert twice == crontab + cron_block(plan(desk, 60))
    assert take_from_crontab(twice, desk) == crontab
    assert take_from_crontab(take_from_crontab(twice, desk), other) == FOREIGN + b"\n"


def test_a_crontab_that_ends_within_a_line_is_ended_first():
    assert put_into_crontab(FOREIGN, cron_block(plan("/d")), "/d").startswith(FOREIGN + b"\n# xltools")


def test_a_mark_without_its_line_takes_no_line_of_others():
    begin, line, end, _ = cron_block(plan("/d")).split(b"\n")
    spoilt = b"\n".join([begin, b"0 1 * * * mine", end, line, b"0 2 * * * mine too", b""])
    assert take_from_crontab(spoilt, "/d") == b"\n".join([b"0 1 * * * mine", line, b"0 2 * * * mine too", b""])


def test_two_desks_of_one_name_have_two_tasks():
    names = {schedule_name(desk, system) for desk in ("/a/台", "/b/台") for system in ("windows", "systemd")}
    assert len(names) == 4
    for name in names:
        assert not set('\\/:*?"<>|') & set(name)
        assert set(schedule_name("/台", "systemd")) <= set(string.ascii_lowercase + string.digits + "-")


@given(ANY)
def test_a_masked_path_is_found_again(name):
    for system in ("windows", "systemd", "cron"):
        texts = schedule_texts(plan(f"/{name}"), system)
        assert texts
    assert unmask_path("=3D=25=24") == "=%$"
