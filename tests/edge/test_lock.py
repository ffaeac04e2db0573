import errno
import fcntl
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest

from xltools.edge.lock import (
    BEAT_EVERY,
    STALE_AFTER,
    DeskBusyError,
    LockLostError,
    _is_silent,
    hold_lock,
    is_process_alive,
    read_clock_of,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def held_by(path: Path, host: str, pid: int, time: float, machine: str = "") -> None:
    """A lock that lies there, written at that time by the clock of the drive."""
    path.write_text(json.dumps({"host": host, "pid": pid, "time": time, "machine": machine}), encoding="utf-8")
    os.utime(path, (time, time))


def drive_at(time: float) -> Callable[[Path], float]:
    return lambda _: time


def noon() -> float:
    return 43_200.0


def test_a_lock_is_there_for_the_length_of_the_block(path: Path) -> None:
    with hold_lock(path, "pc-1", 7, noon):
        assert json.loads(path.read_text("utf-8")) == {"host": "pc-1", "pid": 7, "time": 43_200.0, "machine": ""}
    assert not path.exists()


def test_a_lock_is_given_back_when_the_run_fails(path: Path) -> None:
    with pytest.raises(RuntimeError), hold_lock(path, "pc-1", 7, noon):
        raise RuntimeError
    assert not path.exists()


def test_who_comes_second_is_told_who_holds_it(path: Path) -> None:
    with hold_lock(path, "pc-1", 7, noon), pytest.raises(DeskBusyError) as busy, hold_lock(path, "仓库", 8, noon):
        pass
    assert busy.value.holder is not None
    assert (busy.value.holder.host, busy.value.holder.pid) == ("pc-1", 7)


def test_a_lock_whose_process_here_is_gone_is_taken_over(path: Path) -> None:
    held_by(path, "pc-1", 7, noon())
    with hold_lock(path, "pc-1", 8, noon, is_alive=lambda _: False):
        assert json.loads(path.read_text("utf-8"))["pid"] == 8
    assert [one.name for one in path.parent.iterdir()] == ["lock.takeover"]


def test_a_machine_of_the_same_name_is_another_one(path: Path) -> None:
    """Cloned disks and containers share names, and number their processes each for itself."""
    held_by(path, "pc-1", 7, noon(), machine="00aa")
    with (
        pytest.raises(DeskBusyError),
        hold_lock(path, "pc-1", 8, noon, machine="00bb", is_alive=lambda _: False, read_drive_clock=drive_at(noon())),
    ):
        pass


def test_a_lock_of_another_machine_is_stale_only_by_its_heartbeat(path: Path) -> None:
    clock = drive_at(noon())
    held_by(path, "pc-2", 7, noon() - STALE_AFTER)
    with (
        pytest.raises(DeskBusyError),
        hold_lock(path, "pc-1", 8, noon, is_alive=lambda _: False, read_drive_clock=clock),
    ):
        pass
    held_by(path, "pc-2", 7, noon() - STALE_AFTER - 1)
    with hold_lock(path, "pc-1", 8, noon, read_drive_clock=clock):
        pass


def test_two_machines_whose_clocks_differ_go_by_the_drives(path: Path) -> None:
    with (
        hold_lock(path, "pc-2", 7, lambda: 0.0),
        pytest.raises(DeskBusyError),
        hold_lock(path, "pc-1", 8, lambda: 1e9),
    ):
        pass
    assert abs(read_clock_of(path.parent) - path.parent.stat().st_mtime) < 5


def test_a_heartbeat_from_long_after_now_is_of_a_clock_that_was_set_back(path: Path) -> None:
    held_by(path, "pc-2", 7, noon() + STALE_AFTER + 1)
    with hold_lock(path, "pc-1", 8, noon, read_drive_clock=drive_at(noon())):
        pass


def test_a_heartbeat_keeps_a_long_run_from_being_taken_for_dead(path: Path) -> None:
    ticks = iter([0.0, 1.0, BEAT_EVERY, BEAT_EVERY])
    with hold_lock(path, "pc-2", 7, noon, monotonic=lambda: next(ticks)) as lock:
        os.utime(path, (100, 100))
        lock.beat()
        beat = path.with_name("lock.beat")
        assert not beat.exists()  # one a second would be enough to slow a share down
        lock.beat()
        os.utime(beat, (5_000, 5_000))
        with pytest.raises(DeskBusyError), hold_lock(path, "pc-1", 8, noon, read_drive_clock=drive_at(5_001.0)):
            pass
    assert list(path.parent.iterdir()) == []


def test_a_lock_that_is_given_back_while_it_is_looked_at_is_not_silent(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty runs that wait for one another meet that moment once in a thousand looks (`make crash`)."""
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert _is_silent(path, lambda _: 0.0) is False


def test_processes_of_one_number_on_two_machines_ask_the_drive_for_the_time_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, others = Path.write_bytes, []

    def write_while_another_asks(probe: Path, content: bytes) -> int:
        written = write(probe, content)
        if not others:
            others.append(probe)
            assert read_clock_of(tmp_path) > 0
        return written

    monkeypatch.setattr(Path, "write_bytes", write_while_another_asks)
    assert read_clock_of(tmp_path) > 0
    assert list(tmp_path.iterdir()) == []


def test_an_empty_lock_file_is_stale_by_its_age(path: Path) -> None:
    path.touch()
    os.utime(path, (100, 100))
    with pytest.raises(DeskBusyError), hold_lock(path, "pc-1", 8, noon, read_drive_clock=drive_at(200.0)):
        pass
    with hold_lock(path, "pc-1", 8, noon, read_drive_clock=drive_at(101.0 + STALE_AFTER)):
        pass


def test_waiting_ends_when_the_lock_is_given_back(path: Path) -> None:
    path.write_text("{}")
    asked = []

    def wait() -> bool:
        asked.append(1)
        if len(asked) == 3:
            path.unlink()
        return True

    with hold_lock(path, "pc-1", 8, noon, wait=wait):
        assert len(asked) == 3


def test_a_lock_that_was_taken_over_is_not_given_back_by_its_old_holder(path: Path) -> None:
    with hold_lock(path, "pc-1", 7, noon):
        held_by(path, "pc-2", 9, noon())
    assert path.exists()


def test_who_slept_while_the_lock_was_taken_over_notices_before_the_next_act(path: Path) -> None:
    with hold_lock(path, "pc-1", 7, noon) as lock:
        lock.confirm()
        held_by(path, "pc-2", 9, noon())
        with pytest.raises(LockLostError):
            lock.beat()
        path.unlink()
        with pytest.raises(LockLostError):
            lock.confirm()


def test_of_two_who_take_a_stale_lock_the_second_finds_it_taken(path: Path) -> None:
    """The first has it before the second, which saw the stale one too, comes to take that away."""
    held_by(path, "pc-2", 7, noon() - STALE_AFTER - 1)
    inner = hold_lock(path, "pc-1", 8, noon, read_drive_clock=drive_at(noon()))

    def clock_of_the_slow(_: Path) -> float:
        if path.stat().st_mtime == noon() - STALE_AFTER - 1:
            inner.__enter__()
            os.utime(path, (noon(), noon()))
        return noon()

    with pytest.raises(DeskBusyError), hold_lock(path, "pc-3", 9, noon, read_drive_clock=clock_of_the_slow):
        pass
    assert json.loads(path.read_text("utf-8"))["pid"] == 8
    inner.__exit__(None, None, None)
    assert not path.exists()


def test_a_stale_lock_is_taken_away_by_one_at_a_time(path: Path) -> None:
    held_by(path, "pc-2", 7, noon() - STALE_AFTER - 1)
    with path.with_name("lock.takeover").open("a+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(DeskBusyError), hold_lock(path, "pc-1", 8, noon, read_drive_clock=drive_at(noon())):
            pass
    with hold_lock(path, "pc-1", 8, noon, read_drive_clock=drive_at(noon())):
        pass


def test_a_lock_that_can_not_be_written_whole_keeps_nobody_out(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    def link(source: Path, _: Path) -> None:
        raise OSError(errno.EPERM, "no links here", str(source))

    def open_path(opened: Path, mode: str = "r", **how: str) -> IO[str]:
        if mode == "x":
            opened.touch(exist_ok=False)
            return Full()
        return open_really(opened, mode, **how)

    open_really = Path.open
    monkeypatch.setattr(Path, "open", open_path)
    monkeypatch.setattr(os, "link", link)
    with pytest.raises(OSError, match="No space"), hold_lock(path, "pc-1", 7, noon):
        pass
    assert not path.exists()


def test_a_drive_without_links_will_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: Path, _: Path) -> None:
        raise OSError(errno.EPERM, "no links here", str(source))

    monkeypatch.setattr(os, "link", link)
    with hold_lock(path, "pc-1", 7, noon), pytest.raises(DeskBusyError), hold_lock(path, "pc-1", 8, noon):
        pass
    assert list(path.parent.iterdir()) == []


def test_this_process_is_alive_and_a_finished_one_is_not() -> None:
    assert is_process_alive(os.getpid())
    assert not is_process_alive(2**22 + 1)
