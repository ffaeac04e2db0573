"""The verbs of scheduled runs: what is installed, printed and taken away again, and what monitoring is answered."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from xltools import desk
from xltools.cli import main
from xltools.desk.schedule import install_schedule, plan_schedule, print_schedule, remove_schedule
from xltools.edge.scheduler import Finished, read_crontab, run_program

AS_OF = dt.date(2026, 3, 10)
FOREIGN = b"# mine\n0 5 * * * backup 100\\%\n"


def invoke(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


class Crontab:
    """A crontab that `crontab` reads and writes."""

    def __init__(self, content=None):
        self.content = content

    def __call__(self, command, given):
        match command:
            case ("crontab", "-l"):
                missing = Finished(1, err=b"no crontab for pmc\n")
                return missing if self.content is None else Finished(0, self.content)
            case ("crontab", "-r"):
                self.content = None
            case ("crontab", "-"):
                self.content = given
        return Finished(0)


@pytest.fixture(params=["订单 台", "R&D (50%) 'a' \"b\" $HOME"])
def odd(make_folder, tmp_path, request):
    return make_folder(tmp_path / request.param, language="zh")


@pytest.mark.parametrize("before", [None, FOREIGN])
def test_what_is_installed_for_cron_is_taken_away_again(odd, before):
    crontab = Crontab(before)
    plan = plan_schedule(odd.opened, "15m", AS_OF)
    done = install_schedule(plan, "cron", crontab)
    assert (done.changed, done.exit_code) == (True, 0)
    assert crontab.content == (before or b"") + done.texts[done.name].encode()
    assert install_schedule(plan_schedule(odd.opened, "1h", AS_OF), "cron", crontab).changed
    assert crontab.content.count(b"xltools.cli") == 1
    shutil.rmtree(odd.path)  # a desk that is gone can still be taken off the list
    assert remove_schedule(odd.path, "cron", crontab).changed
    assert crontab.content == before
    assert not remove_schedule(odd.path, "cron", crontab).changed


@pytest.mark.skipif(not shutil.which("crontab"), reason="needs the program crontab")
def test_a_real_crontab_takes_the_line_and_gives_it_back(odd):
    before = read_crontab()
    try:
        done = install_schedule(plan_schedule(odd.opened, "15m", AS_OF), "cron")
        assert done.problems == ()
        assert run_program(["crontab", "-l"]).out == before + done.texts[done.name].encode()
    finally:
        assert remove_schedule(odd.path, "cron").problems == ()
    assert read_crontab() == before


def test_what_systemd_is_told_is_taken_away_again(odd, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config").mkdir()
    asked = []

    def run(command, _given):
        asked.append(command[2])
        return Finished(0)

    done = install_schedule(plan_schedule(odd.opened, "15m", AS_OF), "systemd", run)
    assert {path.name for path in (tmp_path / "config" / "systemd" / "user").iterdir()} == set(done.texts)
    assert remove_schedule(odd.path, "systemd", run).changed
    assert list((tmp_path / "config").iterdir()) == []
    assert asked == ["daemon-reload", "enable", "disable", "clean", "daemon-reload"]


def test_what_windows_is_told_is_its_xml(odd):
    taken = {}

    def run(command, _given):
        if "/XML" in command:
            taken[command[3]] = Path(command[5]).read_bytes().decode("utf-16")
        return Finished(0)

    plan = plan_schedule(odd.opened, "15m", AS_OF, environment={"USERNAME": "liwen", "USERDOMAIN": "FACTORY"})
    done = install_schedule(plan, "windows", run)
    assert taken == {done.name: done.texts[f"{done.name}.xml"]}
    assert "<UserId>FACTORY\\liwen</UserId>" in taken[done.name]
    assert remove_schedule(odd.path, "windows", run).name == done.name


def test_an_interpreter_is_named_in_full(folder):
    plan = plan_schedule(folder.opened, "15m", AS_OF, interpreter=Path("python3"))
    assert Path(plan.interpreter).is_absolute()
    assert "python3" in str(print_schedule(plan, "cron").texts)
    windows = plan_schedule(folder.opened, "15m", AS_OF, interpreter=Path("C:\\py\\pythonw.exe"))
    assert windows.interpreter == "C:\\py\\pythonw.exe"


def test_the_verb_prints_what_would_be_told(odd):
    shown = invoke("schedule", odd.path, "--every", "30m", "--system", "cron")
    assert shown.exit_code == 0
    assert "*/30 * * * *" in shown.stdout
    told = json.loads(invoke("schedule", odd.path, "--print", "--system", "windows", "--json").stdout)
    assert (told["system"], told["changed"], told["problems"]) == ("windows", False, [])
    assert "PT15M" in "".join(told["texts"].values())


def test_an_interval_that_is_none_is_a_usage_error(folder):
    wrong = invoke("schedule", folder.path, "--every", "7m")
    assert (wrong.exit_code, "15m" in wrong.stderr) == (2, True)
    assert invoke("schedule", folder.path / "none").exit_code == 2


def test_a_scheduler_that_is_not_there_is_exit_code_1(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for act in ("--install", "--remove"):
        missing = invoke("schedule", folder.path, act, "--system", "cron")
        assert (missing.exit_code, missing.stdout) == (1, "")
        assert "crontab" in missing.stderr


def test_the_command_that_a_scheduler_is_given_runs_the_desk(odd, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    masked = str(odd.path).replace("=", "=3D").replace("%", "=25").replace("$", "=24")
    done = invoke("run", masked, "--scheduled", "--masked", "--as-of", "2026-03-10")
    assert (done.exit_code, done.output) == (0, "")
    log = (odd.path / ".desk" / "log" / "run.log").read_text("utf-8")
    assert "exit=0" in log
    assert "as_of=2026-03-10" in log
    assert invoke("run", odd.path, "--scheduled", "--json").exit_code == 2


def test_verify_answers_monitoring(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    assert invoke("verify", folder.path, "--max-age", "soon").exit_code == 2
    assert invoke("verify", folder.path).exit_code == 0
    missing = invoke("verify", folder.path, "--max-age", "1h", "--json")
    assert (missing.exit_code, json.loads(missing.stdout)["ok"]) == (1, False)
    assert invoke("run", folder.path, "--scheduled").exit_code == 0
    assert invoke("verify", folder.path, "--max-age", "1h").exit_code == 0
    (folder.path / ".desk" / "ledger.db").write_bytes(b"no database at all" * 100)
    assert invoke("run", folder.path, "--scheduled").exit_code == 5
    assert invoke("verify", folder.path, "--max-age", "1h").exit_code == 5
    assert desk.LEDGER_BROKEN == 5
