"""The log of scheduled runs: it is begun anew when it is full, and says so when it can't be written."""

import logging
from pathlib import Path

import pytest

from xltools.edge.own_folder import own_folder
from xltools.edge.run_log import append_run_log


def test_lines_are_added_and_the_oldest_go(tmp_path):
    log = tmp_path / "log" / "run.log"
    for number in range(100):
        append_run_log(log, f"{number:03} 订单 {'x' * 80}\n  more", 1_000, 2)
    assert {path.name for path in log.parent.iterdir()} == {"run.log", "run.log.1", "run.log.2"}
    assert all(path.stat().st_size <= 1_000 for path in log.parent.iterdir())
    told = "".join((log.parent / name).read_text("utf-8") for name in ("run.log.2", "run.log.1", "run.log"))
    numbers = [int(line[:3]) for line in told.splitlines() if not line.startswith(" ")]
    assert numbers == list(range(numbers[0], 100))


def test_a_percent_sign_and_bytes_that_are_no_text_are_written(tmp_path):
    append_run_log(tmp_path / "run.log", "50% %s \udcff", 1_000, 1)
    assert (tmp_path / "run.log").read_text("utf-8") == "50% %s \\udcff\n"


def test_a_log_that_cannot_be_written_is_an_error(tmp_path, monkeypatch):
    with pytest.raises(OSError, match="none"):
        append_run_log(tmp_path / "none" / "none" / "run.log", "x", 1_000, 1)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(logging.StreamHandler, "flush", full)
    with pytest.raises(OSError, match="No space left"):
        append_run_log(tmp_path / "run.log", "x", 1_000, 1)


def test_each_system_has_its_cache_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert own_folder("1a", {}, "linux") == tmp_path / ".cache" / "xltools" / "1a"
    assert own_folder("1a", {"XDG_CACHE_HOME": "/c"}, "linux") == Path("/c/xltools/1a")
    assert own_folder("1a", {}, "darwin") == tmp_path / "Library" / "Caches" / "xltools" / "1a"
    assert own_folder("1a", {"LOCALAPPDATA": "/l"}, "win32") == Path("/l/xltools/cache/1a")
    assert own_folder("1a", {}, "win32") == tmp_path / "AppData" / "Local" / "xltools" / "cache" / "1a"
