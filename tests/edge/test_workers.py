"""Work that dies, hangs, swells or raises harms nothing but itself; and no process outlives its run."""

import multiprocessing
import operator
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import openpyxl
import pytest
from pebble.pool import process

from xltools.edge import workers as edge_workers
from xltools.edge.workers import Ending, Failure, Limits, Workers

SHORT = Limits(seconds=0.5, megabytes=200)
DIED, TOO_LONG, TOO_MUCH = Failure(Ending.DIED), Failure(Ending.TOO_LONG), Failure(Ending.TOO_MUCH_MEMORY)
POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no signals")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the memory limit holds on Linux alone")
# What a Rust library does when memory runs out: it says so, and aborts.
RUST_OUT_OF_MEMORY = "__import__('os').write(2, b'memory allocation of 9 bytes failed') and __import__('os')._exit(134)"


@pytest.fixture(params=["fork", "forkserver"] if sys.platform == "linux" else ["spawn"])
def started(request, monkeypatch):
    """However processes are started."""
    monkeypatch.setattr(edge_workers, "_start_method", lambda: request.param)


@pytest.fixture
def two_cores(monkeypatch):
    monkeypatch.setattr(edge_workers, "_count_cores", lambda: 2)


def run_all(function, *arguments, limits=SHORT):
    with Workers(limits=limits) as workers:
        return list(workers.map(function, arguments))


@pytest.mark.usefixtures("started", "two_cores")
def test_results_come_in_the_order_of_what_was_given():
    waits = [(0.1 if number % 5 == 0 else 0, number) for number in range(20)]
    assert run_all(max, *waits) == [max(one) for one in waits]
    assert run_all(operator.add, ("端盖", " A"), ("底座", " B")) == ["端盖 A", "底座 B"]


@pytest.mark.usefixtures("started", "two_cores")
@pytest.mark.parametrize("code", [0, 3])
def test_work_that_ends_its_process_fails_alone(code):
    fatal = f"__import__('os')._exit({code})"
    given = [fatal, "1", "2", fatal, "3", fatal, fatal, "4", "5", fatal]
    assert run_all(eval, *((one,) for one in given)) == [DIED, 1, 2, DIED, 3, DIED, DIED, 4, 5, DIED]


@POSIX
def test_a_process_that_the_system_kills_took_too_much_memory():
    assert run_all(eval, ("__import__('signal').raise_signal(9)",), ("'还在'",)) == [TOO_MUCH, "还在"]


@pytest.mark.usefixtures("started")
def test_work_that_hangs_is_given_up_and_the_rest_goes_on():
    started = time.perf_counter()
    assert run_all(time.sleep, (0,), (60,), (0,)) == [None, TOO_LONG, None]
    assert time.perf_counter() - started < 10


@POSIX
@pytest.mark.usefixtures("two_cores")
def test_work_that_hangs_is_ended_by_its_own_alarm_where_nobody_else_does(monkeypatch):
    monkeypatch.setattr(edge_workers, "_GRACE_SECONDS", -0.4)
    assert run_all(time.sleep, (60,), (0,)) == [TOO_LONG, None]


@LINUX
@pytest.mark.usefixtures("started")
def test_work_that_swells_is_given_up_and_the_rest_goes_on():
    lengths = run_all(
        eval, ("len(bytes(10**8))",), ("len(bytes(10**9))",), ("len(bytes(10**7))",), limits=Limits(5, 400)
    )
    assert lengths == [10**8, TOO_MUCH, 10**7]


def test_a_library_that_aborts_for_want_of_memory_is_known_by_what_it_said():
    assert run_all(eval, (RUST_OUT_OF_MEMORY,), ("1",)) == [TOO_MUCH, 1]


@LINUX
def test_calamine_alone_aborts_at_a_far_cell_and_nothing_else_does(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = book.active["XFD1048576"] = "远"
    book.save(tmp_path / "far.xlsx")
    sheet = f"__import__('python_calamine').load_workbook({str(tmp_path / 'far.xlsx')!r}).get_sheet_by_index(0)"
    quietly = "__import__('faulthandler').disable()"  # pytest's, which would tell this test's output of the abort
    read = f"({quietly}, {sheet}.to_python(skip_empty_area=False))"
    assert run_all(eval, (read,), ("'其他'",), limits=Limits(20, 900)) == [TOO_MUCH, "其他"]


def test_an_error_is_told_with_where_it_arose():
    failed, left, fine = run_all(eval, ("1 / 0",), ("__import__('sys').exit(4)",), ("1",))
    assert failed == Failure(Ending.RAISED, "ZeroDivisionError: division by zero (<string>, <module>)")
    assert left == Failure(Ending.RAISED, "SystemExit: 4 (<string>, <module>)")
    assert fine == 1


def test_what_can_not_be_sent_back_is_an_error_of_ours():
    with pytest.raises(TypeError, match="pickle"):
        run_all(threading.Lock, ())


@pytest.mark.usefixtures("started")
def test_no_process_is_there_before_the_first_work_and_none_after_the_last():
    with Workers() as workers:
        assert list(workers.map(operator.neg, [])) == []
        assert multiprocessing.active_children() == []
        assert list(workers.map(operator.neg, [(1,)])) == [-1]
        assert len(multiprocessing.active_children()) == 1
        logbooks = Path(workers._logbooks)
    assert multiprocessing.active_children() == []
    assert not logbooks.exists()


def test_none_is_left_where_the_run_fails_in_between():
    def run():
        with Workers() as workers:
            next(workers.map(time.sleep, [(0,), (60,), (60,)]))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert multiprocessing.active_children() == []


def test_work_that_was_stopped_for_its_time_is_not_taken_for_dead_before_that_is_told(monkeypatch):
    stop = process.stop_process

    def stop_slowly(worker):
        stop(worker)
        time.sleep(0.4)

    monkeypatch.setattr(process, "stop_process", stop_slowly)
    monkeypatch.setattr(edge_workers, "_LOOK_SECONDS", 0.45)
    limits = Limits(seconds=0.05)
    assert run_all(time.sleep, (9,), (9,), (9,), limits=limits) == [TOO_LONG] * 3


@POSIX
@pytest.mark.usefixtures("two_cores")
def test_processes_that_were_killed_while_idle_are_started_again():
    with Workers(limits=SHORT) as workers:
        assert list(workers.map(operator.neg, [(1,), (2,)])) == [-1, -2]
        for child in multiprocessing.active_children():
            os.kill(child.pid, signal.SIGKILL)
        assert list(workers.map(operator.neg, [(3,), (4,)])) == [-3, -4]


def test_processes_that_can_not_begin_are_given_up_with_what_they_said():
    with Workers(operator.truediv, (1, 0)) as workers, pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(workers.map(operator.neg, [(1,)]))
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("started")
def test_what_all_work_needs_is_given_to_a_process_once():
    with Workers(os.putenv, ("XLTOOLS_GIVEN", "宁波")) as workers:
        shown = "__import__('subprocess').check_output(['printenv', 'XLTOOLS_GIVEN']).decode().strip()"
        assert list(workers.map(eval, [(shown,)] * 3)) == ["宁波"] * 3


@pytest.mark.usefixtures("two_cores")
def test_work_does_not_run_far_ahead_of_who_takes_its_results(tmp_path):
    with Workers() as workers:
        results = workers.map(Path.touch, [(tmp_path / str(number),) for number in range(200)])
        next(results)
        next(results)
        assert len(list(tmp_path.iterdir())) < 20
        assert len(list(results)) == 198
    assert len(list(tmp_path.iterdir())) == 200


@pytest.mark.usefixtures("two_cores")
def test_there_is_a_process_for_each_share_of_the_work_and_no_more_than_cores():
    with Workers(share=8) as workers:
        for pieces, processes in ((3, 1), (9, 2), (100, 2), (1, 2)):
            assert list(workers.map(operator.neg, [(1,)] * pieces)) == [-1] * pieces
            assert len(multiprocessing.active_children()) == processes


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are never forked")
def test_where_other_threads_run_nothing_is_forked():
    assert edge_workers._start_method() == "fork"
    told = []
    thread = threading.Thread(target=lambda: told.append(edge_workers._start_method()))
    thread.start()
    thread.join()
    assert told == ["forkserver"]


ENDLESS = """
import multiprocessing, signal, time
from xltools.edge.workers import Workers
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's job in the background is started without it
    with Workers(share=1) as workers:
        results = workers.map(time.sleep, [(0,), ({seconds},), ({seconds},)])
        next(results)
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        time.sleep(60)
"""


@POSIX
@pytest.mark.parametrize(("stop", "seconds"), [(signal.SIGINT, 60), (signal.SIGKILL, 0)])
def test_no_process_outlives_a_run_that_is_interrupted_or_killed(tmp_path, stop, seconds):
    script = tmp_path / "endless.py"
    script.write_text(ENDLESS.format(seconds=seconds), "utf-8")
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as run:
        children = [int(pid) for pid in run.stdout.readline().split()]
        assert children
        run.send_signal(stop)
        run.wait(60)
    until = time.monotonic() + 60
    while time.monotonic() < until and any(map(is_running, children)):
        pass
    assert not any(map(is_running, children))


def is_running(pid):
    """A process that ended and whose parent is gone is one that nobody has asked for its exit code."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
