"""Runs started together on one desk: one at a time gets its way, and all comes out as if one had run alone."""

import json
import os
import shutil
import sys
import traceback
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from evening import HEADER, LINE, MORNING, Folder
from trial import Hurry, find_lost, hash_of, run_verbs

from xltools import desk

PATIENCE = "120"  # seconds that each waits for its turn: twenty runs follow each other


def race_rounds(path: Path, runs: int, rounds: int, *, stale: bool = False) -> list[list[str]]:
    """So many rounds on one desk, in each of which so many runs start together over new workbooks; what was wrong."""
    with Hurry().reign():
        path.mkdir(parents=True)
        place = path / "desk"
        desk.create_desk(place, "en")
        Folder(place).run(MORNING)
        originals: dict[str, str] = {}
        wrong = []
        for number in range(rounds):
            originals |= drop_some(place, number)
            if stale:
                leave_stale_lock(place)
            told = race_once(place, runs)
            told += check_desk(place, originals, number)
            if told:
                wrong.append([f"round {number}: {one}" for one in told])
            if number % 20 == 19:  # a small desk stays a quick one
                shutil.rmtree(place)
                desk.create_desk(place, "en")
                originals = {}
        return wrong


def drop_some(place: Path, number: int) -> dict[str, str]:
    """An order, and every other round one that is returned: what each file is called, and its hash."""
    folder = Folder(place)
    folder.drop(f"{number}-a.xlsx", "order-intake-sheet", HEADER | {"order_no": f"A-{number}"}, LINE)
    if number % 2:
        late = HEADER | {"order_no": f"B-{number}", "customer": None}
        folder.drop(f"{number}-b.xlsx", "order-intake-sheet", late, LINE)
    return {file.name: hash_of(file) for file in (place / "inbox").iterdir() if file.is_file()}


def leave_stale_lock(place: Path) -> None:
    """The lock of a run on another machine that died an hour ago."""
    lock = place / ".desk" / "lock"
    lock.parent.mkdir(exist_ok=True)  # a desk that never ran has none
    lock.write_text(json.dumps({"host": "PMC-01", "pid": 4711, "time": 0, "machine": "00ff"}), "utf-8")
    written = lock.stat().st_mtime - 3600
    os.utime(lock, (written, written))


def race_once(place: Path, runs: int) -> list[str]:
    """Runs in processes of their own that all wait for one word to start; what was wrong with how they ended."""
    start, go = os.pipe()
    pids = []
    for number in range(runs):
        pid = os.fork()
        if pid == 0:
            _take_part(place, number, start, go)
        pids.append(pid)
    os.close(start)
    os.close(go)  # the word: all read the end of the pipe now
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    said = [place.with_name(f"{number}.said") for number in range(runs)]
    return [
        f"exit code {code}: {one.read_text('utf-8')[-1500:]}" for code, one in zip(codes, said, strict=True) if code > 1
    ]


def _take_part(place: Path, number: int, start: int, go: int) -> None:
    code = 99
    try:
        os.close(go)
        os.read(start, 1)
        with (
            place.with_name(f"{number}.said").open("w", encoding="utf-8") as words,
            redirect_stdout(words),
            redirect_stderr(words),
        ):
            try:
                code = run_verbs(place, [("run", "--as-of", f"{MORNING}", "--quiet", "--wait", PATIENCE)])
            except BaseException:  # a forked child must not come back into its parent's tests
                traceback.print_exc(file=sys.stderr)
    finally:
        os._exit(code)


def check_desk(place: Path, originals: dict[str, str], number: int) -> list[str]:
    """What is wrong with a desk after a round: an event twice, an original lost or left, an audit that fails."""
    opened = desk.open_desk_at(place, "en")
    told = [f"lost: {name}" for name in find_lost(place, originals)]
    told += [f"left: {file.name}" for file in (place / "inbox").iterdir() if file.is_file()]
    received = Counter(one.event.order for one in opened.store.events() if str(one.event.kind) == "order-received")
    told += [f"{order} received {count} times" for order, count in received.items() if count != 1]
    if f"A-{number}" not in received:
        told.append(f"A-{number} was not received")
    told += [str(problem) for problem in desk.verify_desk_at(opened).problems]
    told += [
        f"{name} is left"
        for name in ("lock", "lock.beat", "journal.json", "staging")
        if (place / ".desk" / name).exists()
    ]
    return told
