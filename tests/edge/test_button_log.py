import datetime as dt

import pytest

from xltools.edge import button_log
from xltools.edge.button_log import keep_trouble, list_logs

NOW = dt.datetime(2026, 3, 11, 2, tzinfo=dt.UTC)


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "desk.yaml").write_text("language: zh", "utf-8")
    return tmp_path


def fail_and_keep(desk):
    try:
        raise ValueError("Excel said no")
    except ValueError:
        return keep_trouble(desk, NOW)


def test_details_are_kept_in_the_desk_one_after_the_other(desk):
    log = fail_and_keep(desk)
    assert log in list_logs(desk)
    assert fail_and_keep(desk) == log
    text = log.read_text("utf-8")
    assert log.parent == desk / ".desk" / "log"
    assert text.count("2026-03-11T02:00:00+00:00") == text.count("ValueError: Excel said no") == 2


def test_where_the_desk_is_away_they_are_kept_on_the_computer(tmp_path, monkeypatch):
    monkeypatch.setattr(button_log.tempfile, "gettempdir", lambda: str(tmp_path / "temp"))
    log = fail_and_keep(tmp_path / "gone")
    assert log.parent == tmp_path / "temp"
    assert "Excel said no" in log.read_text("utf-8")
    assert log.name.startswith("xltools-buttons-")
    assert list_logs(tmp_path / "gone") == [log]


def test_a_user_s_name_is_no_path(desk, monkeypatch):
    monkeypatch.setattr(button_log.getpass, "getuser", lambda: "../CORP\\李雯")
    assert fail_and_keep(desk).name == "buttons-.._CORP_李雯.log"


def test_a_long_log_begins_anew_beside_the_old_one(desk, monkeypatch):
    monkeypatch.setattr(button_log, "MOST_BYTES", 10)
    log = fail_and_keep(desk)
    fail_and_keep(desk)
    assert log.read_text("utf-8").count("ValueError: ") == 1
    assert log.with_suffix(".old.log").is_file()
