"""The process that a button's macro starts: what it tells, in which words, and what it leaves in the log."""

import subprocess
import sys
from pathlib import Path

import pytest
import watching
from pressing import LINE

from xltools import buttons

pytestmark = pytest.mark.excel


def test_the_process_finds_its_excel_presses_the_button_and_ends_well(at):
    at.open(at.form({**LINE, "quantity": "许多"}, order_no="0010248"))
    at.panel.activate()
    assert buttons.main(["check", "--wb=订单助手.xlsm", f"--desk={at.path}"]) == 0
    assert at.listed()


def test_where_there_is_no_excel_its_exit_code_says_so_and_the_log_why(at):
    command = [sys.executable, "-E", "-P", "-X", "utf8", "-m", "xltools.buttons", "check", f"--desk={at.path}"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (buttons.NOT_STARTED, b"")
    (log,) = (at.path / ".desk" / "log").glob("buttons-*.log")
    assert "Traceback" in log.read_text("utf-8")


def test_a_check_after_the_first_loads_no_library_that_it_has_no_use_for(at):
    """What each takes to load would be waited for at every press: pydantic alone as long as 1,000 lines to check."""
    file = at.path.parent / "订单.xlsx"
    file.write_bytes(at.form({**LINE, "quantity": "许多"}))
    script = Path(__file__).with_name("press_check.py")
    command = [sys.executable, "-E", "-P", "-X", "utf8", script, at.path, file]
    first, then = (subprocess.run(command, capture_output=True, check=True).stdout.decode().split() for _ in range(2))
    assert first[0] == then[0] == "1"
    assert {"pydantic", "yaml"} <= set(first)
    unwanted = {"numpy", "openpyxl", "pandas", "pydantic", "rapidfuzz", "rich", "sqlalchemy", "urllib3", "http", "yaml"}
    assert not unwanted & set(then)


def test_an_error_of_ours_is_told_without_a_traceback_which_is_in_the_log(at, monkeypatch):
    monkeypatch.setitem(buttons.VERBS, "check", lambda _: 1 / 0)
    ((words, _, _, mode),) = at.press("check")
    (log,) = (at.path / ".desk" / "log").glob("buttons-*.log")
    assert mode == "critical"
    assert str(log) in words
    assert "ZeroDivisionError" not in words
    assert "ZeroDivisionError" in log.read_text("utf-8")


def test_an_english_excel_is_spoken_to_in_english(at):
    if not watching.set_language(at.excel, 1033):
        pytest.skip("this Excel speaks its own language; see ../shared")
    ((words, title, _, _),) = at.press("check")
    assert (title, words.splitlines()[0]) == ("Order desk", "There is no workbook to work on.")


def test_rules_that_are_wrong_are_told_with_their_place(at):
    at.open(at.form())
    (at.path / "rules" / "routes.yaml").write_text("routes: [", "utf-8")
    ((words, _, _, mode),) = at.press("check")
    assert mode == "critical"
    assert "rules/routes.yaml:" in words


@pytest.mark.parametrize("verb", ["check", "clear", "submit", "status", "refresh", "contract", "delivery-note"])
def test_every_button_leaves_excel_as_it_was(at, verb):
    at.open(at.form())
    before = (at.excel.screen_updating, at.excel.enable_events, at.excel.display_alerts, at.excel.calculation)
    at.press(verb)
    after = (at.excel.screen_updating, at.excel.enable_events, at.excel.display_alerts, at.excel.calculation)
    assert after == before
    assert at.excel.cut_copy_mode is None
