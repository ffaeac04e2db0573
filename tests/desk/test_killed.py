"""Promise 3: killed at any point, the next run arrives at the same end state."""

import itertools

from xltools.desk import run as running
from xltools.edge import journal

from .hand import TRACKER, Hand


class KilledError(Exception):
    """The process died here."""


def kill_at(step_number, monkeypatch):
    """Makes the journal die before its nth act."""
    counter = itertools.count()

    def step(_words):
        if next(counter) == step_number:
            raise KilledError

    real = journal.carry_out
    monkeypatch.setattr(running, "carry_out", lambda plan, path, store, _: real(plan, path, store, step))


def test_3_killed_at_any_point_the_next_run_arrives_at_the_same_end_state(tmp_path, make_folder, monkeypatch):
    start = make_folder(tmp_path / "start")
    start.drop("0.xlsx", order_no="A-0")
    start.run()
    hand = Hand(start.path / TRACKER).type("A-0", "卡点/欠料", "缺铜件").type("A-0", "订单数", 999)
    hand.type_row(客户="宁波泰衡电子有限公司", 品名="支架", 订单数=40)
    hand.save()
    start.drop("1.xlsx", order_no="A-1", payment_terms=None)  # no contract: tests/edge/test_journal.py kills more kinds
    start.drop("2.xlsx", customer=None)
    undisturbed = start.copy(tmp_path / "undisturbed")
    undisturbed.run()
    expected = undisturbed.files()
    for step in itertools.count():
        folder = start.copy(tmp_path / f"killed-{step}")
        kill_at(step, monkeypatch)
        try:
            folder.run()
        except KilledError:
            monkeypatch.undo()
            folder.run()
            assert folder.files() == expected, f"killed at step {step}"
            assert folder.event_count() == undisturbed.event_count()
        else:
            break
    assert step > 10
