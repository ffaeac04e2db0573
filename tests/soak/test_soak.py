"""Scheduled runs by the hundred, with people at work between them; `make soak` is the long form.

SOAK_RUNS and SOAK_MINUTES bound it, SOAK_SEED is another factory. What happened stands in the failure.
"""

import os
import statistics
import time

from ..desk.conftest import DeskFolder
from .factory import Factory

RUNS = int(os.environ.get("SOAK_RUNS", "15"))
MINUTES = float(os.environ.get("SOAK_MINUTES", "20"))
SEED = os.environ.get("SOAK_SEED", "soak")
_WARM_UP, _WINDOW = 100, 50  # runs
_MOST_GROWTH = 80_000_000  # bytes from the first window to the last; the ledger and the tracker grow too


def test_run_after_run_nothing_is_lost_and_nothing_piles_up(tmp_path, capsys):
    folder = DeskFolder(tmp_path / "订单 台")
    factory = Factory(folder, SEED, tmp_path / "cache")
    until = time.monotonic() + MINUTES * 60
    try:
        while len(factory.seconds) < RUNS and time.monotonic() < until:
            factory.between_runs()
            factory.run_once()
        factory.clean_up()
        kinds = factory.check_notices()
    except BaseException as failure:
        failure.add_note("\n".join(factory.told[-60:]))
        failure.add_note(f"after {len(factory.seconds)} runs: {factory.log_tail()}")
        raise
    with capsys.disabled():
        if RUNS > 15:
            print("\n" + report(factory, kinds))  # noqa: T201 - what `make soak` is for
    if len(factory.memory) >= _WARM_UP + 2 * _WINDOW:
        early = statistics.median(factory.memory[_WARM_UP : _WARM_UP + _WINDOW])
        assert statistics.median(factory.memory[-_WINDOW:]) - early < _MOST_GROWTH


def report(factory, kinds):
    """The numbers of a soak."""
    runs, seconds = len(factory.seconds), sorted(factory.seconds)
    megabytes = [round(one / 1e6) for one in factory.memory]
    lines = [
        f"{runs} runs up to {factory.moment:%Y-%m-%d %H:%M} of the factory's clock",
        f"exit codes: {dict(sorted(factory.codes.items()))}",
        f"originals dropped: {len(factory.all_dropped)}, orders: {len(factory.folder.orders())}, "
        f"events: {factory.folder.event_count()}",
        f"runs with nothing new, compared byte by byte: {factory.compared}",
        f"seconds a run: median {seconds[runs // 2]:.2f}, longest {seconds[-1]:.2f}",
        f"memory of this process in MB, every tenth of the way: {megabytes[:: max(runs // 10, 1)]}",
        f"peak memory of runs as processes of their own, in MB: {[round(one / 1e6) for one in factory.own_memory]}",
        f"outages on purpose: {factory.outages}, held locks: {factory.busy_spells}, notices: {dict(kinds)}",
    ]
    return "\n".join(lines)
