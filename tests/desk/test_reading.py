"""Workbooks are read one after the other as a run takes them, and as they were read once they are read again."""

import datetime as dt
from dataclasses import replace

import pytest

from xltools import desk
from xltools.books.build import build_workbook
from xltools.desk import inputs, planning
from xltools.desk.inputs import ReceivedFile, read_received
from xltools.desk.reading import find_verdict, recall_verdict, tell_failure
from xltools.edge.workers import Ending, Failure, Limits, Workers
from xltools.forms.template import fill_template
from xltools.ledger.replay import Ledger

ENDINGS = [Ending.DIED, Ending.TOO_LONG, Ending.TOO_MUCH_MEMORY]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_run_that_gave_a_workbook_up_is_rebuilt_where_it_could_be_read(folder, tmp_path, monkeypatch, ending):
    heavy = folder.drop("很大.xlsx", order_no="A-1").read_bytes()
    folder.drop("小.xlsx", order_no="A-2")

    def read_badly(files, *rest):
        for one in read_received(files, *rest):
            failed = tell_failure(Failure(ending), one.file, Limits())
            yield one if "小" in one.file else replace(one, workbook=failed)

    with monkeypatch.context() as patch:
        patch.setattr(planning, "read_received", read_badly)
        result = folder.run()
    assert [one.outcome for one in result.documents] == ["accepted", "unreadable"]
    # At what a worker came to grief, marking it would fail, too: it goes back as it came, a list beside it.
    copies = {path.name: path.read_bytes() for path in (folder.path / "returned").iterdir()}
    assert heavy in copies.values()
    assert len(copies) == 2
    rebuilt, problems = desk.rebuild_desk_at(folder.opened, tmp_path / "new")
    assert not problems
    assert rebuilt.store.head() == folder.opened.store.head()
    # It is no verdict for ever: the same file may be read on another day.
    folder.drop_bytes("很大.xlsx", heavy)
    assert folder.run(dt.date(2026, 3, 11)).documents[0].outcome == "accepted"


def test_a_verdict_is_recalled_as_it_was_found():
    for ending in ENDINGS:
        problem = tell_failure(Failure(ending), "订单.xlsx", Limits())
        assert recall_verdict(find_verdict([problem]), "订单.xlsx") == problem
    assert recall_verdict(find_verdict([tell_failure(Failure(Ending.RAISED), "订单.xlsx", Limits())]), "") is None


class _CountingWorkers(Workers):
    """Does the work here, and counts it."""

    done = 0

    def map(self, function, arguments):
        for one in arguments:
            self.done += 1
            yield function(*one)


def test_a_received_workbook_is_read_when_its_turn_comes():
    files = [ReceivedFile(f"inbox/{number}.xlsx", "", b"", str(number), "") for number in range(9)]
    workers = _CountingWorkers()
    reading = read_received(files, Ledger(), workers)
    for number, file in enumerate(files, 1):
        read = next(reading)
        assert (read.file, read.workbook.code) == (file.file, "workbook-empty")
        assert workers.done == number


def test_a_run_with_nothing_new_starts_no_process(folder, monkeypatch):
    rules = folder.opened.rules
    layout = next(layout for layout in rules.layouts.values() if layout.form == "customers")
    grids = fill_template(rules.forms["customers"], layout, {}, ({"customer_code": "C1", "name": "宁波泰衡"},))
    (folder.path / "master" / "customers.xlsx").write_bytes(build_workbook(grids, dt.date(2026, 3, 1)))
    folder.run()
    monkeypatch.setattr(Workers, "_started", None)
    assert folder.run().exit_code == 0


def test_a_file_beyond_all_measure_stays_where_it_is(folder, monkeypatch):
    folder.drop("订单.xlsx", order_no="A-1")
    film = folder.drop_bytes("厂区视频.xlsx", bytes(200_000))
    monkeypatch.setattr(inputs, "MOST_BYTES", 100_000)
    result = folder.run()
    assert [(one.outcome, folder.codes(result)[at]) for at, one in enumerate(result.documents)] == [
        ("accepted", []),
        ("waiting", ["file-too-large-to-take"]),
    ]
    assert film.stat().st_size == 200_000
