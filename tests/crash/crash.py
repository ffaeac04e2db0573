"""`make crash`: the main job killed and refused at every point, and raced; writes docs/crash.md.

Each trial is a real process on a copy of a small desk (evening.py), and one more that follows undisturbed.
"""

import argparse
import errno
import multiprocessing
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evening import lay_evening, lay_night
from points import AMID, BEFORE, Fill, Kill, Meet, Point, Refuse, Vanish, choose_points
from races import race_rounds
from trial import DIGEST, Hurry, Theatre, raise_theatre

DOCS = Path(__file__).parents[2] / "docs" / "crash.md"
HEAD = """# Whoever pulls the plug

Made by `make crash` (tests/crash): the main job, and the late-order mails after it, on a small desk with documents
of every kind: orders accepted and returned, a list of which a part is, a review typed into the departments' lists, a
change notice, a shipping list, a payment, a duplicate, a file that can't be read, values and a row typed in the
tracker.

Each trial is a process of its own that comes to grief at one point, and one after it that is left in peace. Then the
desk must be what it is without the trouble: the same ledger by its last hash, the same files byte for byte, every
original in exactly one place (and in at least one at the moment of the kill), the tracker readable, no event and no
mail twice, no journal left. A run that is refused something ends with exit code 0, 1 or 4, never with an error of ours.

The points are before each act on a file (open, write, sync, rename, remove, folder, time), which is after the act
before it; amid each write, with half of it on the disk; before and after each commit; and after the last act.
A kill is tried at every one of them, the other troubles at every third where they can be met, files gone at every
fifth.
"""


@dataclass(frozen=True)
class Trouble:
    """One kind of trouble: its words, at which points it is made, how many of the points are taken."""

    words: str
    make: Callable[[Point], Meet]
    at: Callable[[Point], bool]
    share: int = 1
    kills: bool = False


def names_a_file(point: Point) -> bool:
    """Access is refused when a file is opened, renamed or removed, not while it is written."""
    return point.when == BEFORE and point.act not in {"write", "fsync", "execute", "commit"}


TROUBLES = {
    "kill": Trouble("killed (SIGKILL)", Kill, lambda _: True, kills=True),
    "full": Trouble(
        "the disk full from then on (ENOSPC)", lambda point: Fill(point, errno.ENOSPC), lambda p: p.when == BEFORE, 3
    ),
    "failing": Trouble(
        "the act fails (EIO)", lambda point: Refuse(point, errno.EIO), lambda p: p.when in {BEFORE, AMID}, 3
    ),
    "refused": Trouble("the act is refused (EACCES)", lambda point: Refuse(point, errno.EACCES), names_a_file, 3),
    "vanished": Trouble(
        "the share gone from then on (EHOSTDOWN)", lambda point: Vanish(point, errno.EHOSTDOWN), lambda _: True, 3
    ),
    "emptied": Trouble(
        "every file gone from then on (ENOENT)", lambda point: Vanish(point, errno.ENOENT), lambda _: True, 5
    ),
}


@dataclass
class Tried:
    """What came of one kind of trouble."""

    words: str
    points: int
    failed: list[list[str]]
    seconds: float


_THEATRE: Theatre | None = None
_TROUBLE: Trouble | None = None


def try_one(point: Point) -> list[str]:
    """A trial, in a process of the pool that was forked with the theatre in it."""
    assert _THEATRE is not None
    assert _TROUBLE is not None
    return _THEATRE.try_point(point, _TROUBLE.make(point), kills=_TROUBLE.kills)


def try_points(theatre: Theatre, trouble: Trouble, points: Sequence[Point], processes: int) -> Tried:
    """All trials of one kind; what was wrong is told at once."""
    global _THEATRE, _TROUBLE
    _THEATRE, _TROUBLE = theatre, trouble
    began, failed = time.monotonic(), []
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        for number, told in enumerate(pool.imap_unordered(try_one, points), 1):
            if number % 100 == 0:
                print(f"   {number} of {len(points)}", flush=True)
            if told:
                failed.append(told)
                print("\n   ".join(told), flush=True)
    return Tried(trouble.words, len(points), failed, time.monotonic() - began)


def write_table(
    counts: Mapping[str, Counter[str]], tried: Mapping[str, list[Tried]], races: Sequence[Tried], share: int
) -> str:
    """The report; `share`: one in so many points was tried."""
    lines = [HEAD]
    if share > 1:
        lines.append(f"This time only one point in {share} was tried (`make crash ARGS='--every {share}'`).\n")
    for verb, count in counts.items():
        acts = ", ".join(f"{number} {act}" for act, number in count.most_common())
        lines.append(f"`{verb}`: {sum(count.values())} acts: {acts}.")
    lines += ["", "| Trouble | Points tried | Wrong afterwards |", "|---|---:|---:|"]
    for verb, results in tried.items():
        lines += [f"| `{verb}`, {one.words} | {one.points:,} | {len(one.failed)} |" for one in results]
    lines += ["", "| Started together | Rounds | Wrong afterwards |", "|---|---:|---:|"]
    lines += [f"| {one.words} | {one.points:,} | {len(one.failed)} |" for one in races]
    return "\n".join(lines) + "\n"


def main() -> int:
    """All of it; 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only every so manieth point")
    parser.add_argument("--rounds", type=int, default=100, help="rounds of each race")
    parser.add_argument("--only", default="", help="kinds of trouble, such as kill,full; or races")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    only = set(asked.only.split(",")) - {""}
    counts: dict[str, Counter[str]] = {}
    tried: dict[str, list[Tried]] = {}
    races: list[Tried] = []
    shared = Path("/dev/shm")  # noqa: S108 - a disk in memory: thousands of copies of a desk
    scratch = Path(tempfile.mkdtemp(prefix="crash-", dir=shared if shared.is_dir() else None))
    try:
        with Hurry().reign():
            lay_evening(scratch / "evening")
            lay_night(scratch / "evening", scratch / "night")
            theatres = {
                "run": raise_theatre(scratch / "run", scratch / "evening"),
                "digest": raise_theatre(scratch / "digest", scratch / "night", (DIGEST,)),
            }
            for verb, theatre in theatres.items():
                counts[verb] = Counter(point.act for point in theatre.points if point.when == BEFORE)
                points = choose_points(theatre.points)
                print(f"{verb}: {sum(counts[verb].values())} acts, {len(points)} points", flush=True)
                for name, trouble in TROUBLES.items():
                    if not only or name in only:
                        chosen = [point for point in points if trouble.at(point)][:: trouble.share * asked.every]
                        one = try_points(theatre, trouble, chosen, asked.processes)
                        tried.setdefault(verb, []).append(one)
                        print(f"{verb}, {one.words}: {one.points} points, {len(one.failed)} wrong, {one.seconds:.0f} s")
        if not only or "races" in only:
            for runs, stale in ((2, False), (20, False), (20, True)):
                began = time.monotonic()
                failed = race_rounds(scratch / f"race-{runs}-{stale}", runs, asked.rounds, stale=stale)
                words = f"{runs} runs{', a stale lock in their way' if stale else ''}"
                races.append(Tried(words, asked.rounds, failed, time.monotonic() - began))
                print(f"{words}: {asked.rounds} rounds, {len(failed)} wrong, {races[-1].seconds:.0f} s {failed[:3]}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if not only:
        DOCS.write_text(write_table(counts, tried, races, asked.every), "utf-8", newline="\n")
    else:
        print(write_table(counts, tried, races, asked.every))
    return int(any(one.failed for results in [*tried.values(), races] for one in results))


if __name__ == "__main__":
    sys.exit(main())
