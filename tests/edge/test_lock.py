import json
import os
from pathlib import Path

import pytest

from xltools.edge.lock import STALE_AFTER, DeskBusyError, hold_lock, is_process_alive


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lock"


def held_by(path: Path, host: str, pid: int, time: float) -> None:
    path.write_text(json.dumps({"host": host, "pid": pid, "time": time}), encoding="utf-8")


def noon() -> float:
    return 43_200.0


def test_a_lock_is_there_for_the_length_of_the_block(path: Path) -> None:
    with hold_lock(path, "pc-1", 7, noon):
        assert json.loads(path.read_text("utf-8")) == {"host": "pc-1", "pid": 7, "time": 43_200.0}
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
    assert list(path.parent.iterdir()) == []


def test_a_lock_of_another_machine_is_stale_only_by_its_heartbeat(path: Path) -> None:
    held_by(path, "pc-2", 7, noon() - STALE_AFTER)
    with pytest.raises(DeskBusyError), hold_lock(path, "pc-1", 8, noon, is_alive=lambda _: False):
        pass
    held_by(path, "pc-2", 7, noon() - STALE_AFTER - 1)
    with hold_lock(path, "pc-1", 8, noon):
        pass


def test_a_heartbeat_keeps_a_long_run_from_being_taken_for_dead(path: Path) -> None:
    times = iter([0.0, 5_000.0])
    with hold_lock(path, "pc-2", 7, lambda: next(times)) as lock:
        lock.beat()
        with pytest.raises(DeskBusyError), hold_lock(path, "pc-1", 8, lambda: 5_001.0):
            pass


def test_an_empty_lock_file_is_stale_by_its_age(path: Path) -> None:
    path.touch()
    os.utime(path, (100, 100))
    with pytest.raises(DeskBusyError), hold_lock(path, "pc-1", 8, lambda: 200.0):
        pass
    with hold_lock(path, "pc-1", 8, lambda: 101.0 + STALE_AFTER):
        pass


def test_waiting_ends_when_the_lock_is_given_back(path: Path) -> None:
    held_by(path, "pc-2", 7, noon())
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


def test_this_process_is_alive_and_a_finished_one_is_not() -> None:
    assert is_process_alive(os.getpid())
    assert not is_process_alive(2**22 + 1)
