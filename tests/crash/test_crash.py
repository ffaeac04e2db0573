"""Promises 2 and 3, by the process: killed, refused, cut off at a point, the next run arrives at the same end state.

A sample of the points that `make crash` tries one by one (docs/crash.md): all commits, each kind of act, and every so
manieth; which ones is the same each time.
"""

import sys

import pytest
from crash import TROUBLES
from points import AMID, COMMIT, choose_points

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs fork and /proc")

EVERY = {"kill": 30, "full": 75, "failing": 75, "refused": 75, "vanished": 75, "emptied": 120}


def sample(theatre, trouble, every):
    """All commits, the first of each kind of act, and every so manieth point after them."""
    points = [point for point in choose_points(theatre.points) if trouble.at(point)]
    first = {(point.act, point.when): point for point in reversed(points)} if trouble.kills else {}
    chosen = {*first.values(), *points[every // 2 :: every], *(one for one in points if one.act == COMMIT)}
    return sorted(chosen, key=lambda point: (point.number, point.when))


@pytest.mark.parametrize("kind", TROUBLES)
def test_3_the_run_after_a_run_that_came_to_grief_arrives_at_the_same_end_state(run_theatre, kind):
    trouble = TROUBLES[kind]
    points = sample(run_theatre, trouble, EVERY[kind])
    assert len(points) >= 5
    assert [run_theatre.try_point(one, trouble.make(one), kills=trouble.kills) for one in points] == [[]] * len(points)


@pytest.mark.parametrize("kind", ["kill", "full", "vanished", "emptied"])
def test_3_no_mail_is_lost_or_written_twice(digest_theatre, kind):
    trouble = TROUBLES[kind]
    points = sample(digest_theatre, trouble, 12)
    assert len(points) >= 3
    told = [digest_theatre.try_point(one, trouble.make(one), kills=trouble.kills) for one in points]
    assert told == [[]] * len(points)


def test_the_points_are_those_of_every_kind_of_act(run_theatre):
    acts = {point.act for point in run_theatre.points}
    assert {"open", "write", "fsync", "replace", "unlink", "mkdir", "utime", "execute", "commit"} <= acts
    assert {point.when for point in run_theatre.points if point.act == "write"} >= {AMID}
    assert len(choose_points(run_theatre.points)) > 500
