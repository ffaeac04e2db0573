"""A factory at work around a desk that runs every quarter of an hour: people, machines and the drive, by a seed.

The people are those of tests/desk/test_random_walk.py; here they also type into the tracker, leave workbooks open, copy
slowly, break the settings, and the share goes away. What must hold after each run is in `check_run`.
"""

import datetime as dt
import hashlib
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from pathlib import Path

import openpyxl

from xltools import desk
from xltools.desk.heartbeat import check_heartbeat, read_heartbeat
from xltools.desk.run import LOCK_FILE, RunOptions
from xltools.desk.scheduled import run_scheduled
from xltools.edge.lock import Holder, hold_lock

from ..desk.hand import TRACKER, Hand
from ..desk.test_random_walk import FIRST, Walk

QUARTER = dt.timedelta(minutes=15)
ZONE = dt.timezone(dt.timedelta(hours=8))
CLOSING, OPENING = dt.time(18), dt.time(8)
DOCUMENTED = {desk.DONE, desk.RETURNED, desk.RULES_WRONG, desk.BusyError.exit_code}
SETTLED = {desk.DONE, desk.RETURNED}
LOG_BYTES, LOG_FILES = 10_000, 3
MOST_A_RUN = 40_000  # bytes of a log that one run adds
SETTINGS = "scheduled: {log_kilobytes: 10, log_files: 3}\n"
_KEPT = 20  # contents that may be dropped again
_REAL_EVERY = 50  # runs: one as a process of its own
_AUDIT_EVERY = 25
# The verb, and at its end what the system says of its memory; there is no such file but on Linux.
_AS_PROCESS = """\
import sys
from pathlib import Path
from xltools.cli import main
try:
    main(sys.argv[2:])
finally:
    status = Path("/proc/self/status")
    Path(sys.argv[1]).write_text(status.read_text() if status.exists() else "")
"""


class Factory(Walk):
    """A desk and all that happens to it between two runs."""

    def __init__(self, folder, seed, local):
        self.local = local
        self.all_dropped = set()
        self.orders = ["SO1", "SO2"]
        self.hashes = {}
        self.copying = None  # a file that is being copied into the inbox, and what is still to come of it
        self.troubles = {}  # what was broken on purpose, and how it is mended
        self.outages = self.busy_spells = 0
        self.codes, self.seconds, self.memory, self.own_memory = Counter(), [], [], []
        self.settled = None  # the day on which the last run was done, where nobody has done anything since
        self.compared = 0
        super().__init__(folder, seed)
        self.moment = dt.datetime.combine(FIRST, OPENING, ZONE)
        with (folder.path / "desk.yaml").open("a", encoding="utf-8") as settings:
            settings.write(SETTINGS)

    # What people do, beside what those of the walk do.

    def which(self):
        return self.random.choice([*self.orders[-8:] * 3, "../x"])

    def put(self, content):
        super().put(content)
        self.all_dropped.add(hashlib.sha256(content).hexdigest())
        for old in list(self.dropped)[:-_KEPT]:
            del self.dropped[old]

    def withdrawn(self):
        for path in sorted((self.folder.path / "inbox").glob("*.xlsx"))[-1:]:
            gone = hashlib.sha256(path.read_bytes()).hexdigest()
            self.dropped.pop(gone, None)
            if not any(gone == self.hash(one) for one in self.archive()):
                self.all_dropped.discard(gone)
            path.unlink()

    def new_order(self):
        self.orders.append(f"SO{len(self.orders) + 1}")
        self.order(self.orders[-1], hostile=0.02)
        if self.random.random() < 0.7:
            self.review(self.orders[-1], hostile=0.02)

    def garbage(self):
        self.put(f"no workbook {self.random.random()}".encode() * 50)

    def typed(self):
        path = self.folder.path / TRACKER
        if path.is_file():
            try:
                hand = Hand(path)
                order = self.random.choice([str(one) for one in hand.orders()])
                hand.type(order, self.random.choice(("卡点/欠料", "订单数")), self.text("缺铜件", "等模具"))
                if self.random.random() < 0.2:
                    hand.type_row(客户="宁波泰衡电子有限公司", 品名="支架", 订单数=40)
                hand.save()
            except (LookupError, StopIteration, AssertionError):  # no such row, or no header any more: nothing typed
                return

    def left_open(self):
        home = self.folder.path
        for path in (home / TRACKER, *sorted((home / "inbox").glob("[0-9]*.xlsx"))[:1]):
            if self.random.random() < 0.7:
                path.with_name(f"~${path.name}").write_bytes(b"x")

    def renamed(self):
        for path in sorted((self.folder.path / "inbox").glob("[0-9]*.xlsx"))[:1]:
            path.rename(path.with_name(f"改名 {path.name}"))

    def copied_slowly(self):
        self.order()
        path = self.folder.path / "inbox" / self.told[-1]
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
        self.copying = (path, content)

    def lock_left(self):
        path, host, machine = self.folder.path / LOCK_FILE, socket.gethostname(), f"{uuid.getnode():012x}"
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        with hold_lock(path, host, gone.pid, self.moment.timestamp, machine=machine):
            held = path.read_bytes()
        path.write_bytes(held)

    def lock_held(self):
        """Another machine is at work; it is done by the next quarter of an hour."""
        holder = Holder("PMC-07", 1, self.moment.timestamp(), "another")
        path = self.folder.path / LOCK_FILE
        with hold_lock(path, holder.host, holder.pid, lambda: holder.time, machine=holder.machine):
            held = path.read_bytes()
        path.write_bytes(held)
        self.busy_spells += 1
        self.troubles["lock"] = path.unlink

    def settings_broken(self):
        path = self.folder.path / "desk.yaml"
        whole = path.read_bytes()
        path.write_bytes(whole + b"latness: {}\n")
        self.outages += 1
        self.troubles["settings"] = lambda: path.write_bytes(whole)

    def share_gone(self):
        home = self.folder.path
        away = home.with_name("away")
        home.rename(away)
        self.outages += 1
        self.troubles["share"] = lambda: away.rename(home)

    def clock_corrected(self):
        self.moment -= dt.timedelta(minutes=self.random.choice((3, 20)))

    def between_runs(self):
        """A quarter of an hour: nothing at night, little at any time, and now and then something bad."""
        self.moment += QUARTER
        if self.moment.time() >= CLOSING:
            self.clean_up()
        nights = self.moment.time() > (dt.datetime.combine(FIRST, CLOSING) + 2 * QUARTER).time()
        if nights or self.moment.time() < OPENING:
            day = self.moment.date() + dt.timedelta(days=3 if self.moment.weekday() == 4 else 1)
            self.moment = dt.datetime.combine(day, OPENING, ZONE)
        self.day = self.moment.astimezone(ZONE).date()
        if self.moment.time() >= CLOSING:
            return
        chance = self.random.random()
        if chance < 0.35:
            return
        self.settled = None
        usual = (self.new_order, self.act, self.act, self.typed)
        bad = (
            self.left_open, self.renamed, self.copied_slowly, self.garbage, self.lock_left, self.lock_held,
            self.settings_broken, self.share_gone, self.clock_corrected,
        )  # fmt: skip
        what = self.random.choice(usual if chance < 0.8 else bad)
        self.told.append(what.__name__)
        what()

    def clean_up(self):
        """In the evening workbooks are closed, and what was broken is thrown away."""
        home = self.folder.path
        for owner in home.rglob("~$*"):
            owner.unlink()
        for path in (home / "review").glob("*/*.xlsx"):
            try:
                openpyxl.load_workbook(path).close()
            except Exception:  # cut short by the walk's people
                path.unlink()
        for junk in (home / "templates").glob("*.docx"):
            junk.unlink()
        self.settled = None

    # The runs.

    def run_once(self):
        """A scheduled run, and what must hold after it."""
        number = len(self.seconds) + 1
        before = self.folder.files() if self.settled == self.day else None
        planted, began = bool(self.troubles), time.perf_counter()
        run = None
        if number % _REAL_EVERY == 0 and os.name == "posix" and not planted:
            exit_code = self.run_as_process()
        else:
            options = RunOptions(pause=self.go_on_copying)
            run = run_scheduled(self.folder.path, lambda: self.moment, options=options, local=self.local)
            exit_code = run.exit_code
        self.seconds.append(time.perf_counter() - began)
        self.codes[exit_code] += 1
        self.memory.append(resident_bytes())
        self.told.append(f"{self.moment:%m-%d %H:%M} exit {exit_code}")
        self.mend()
        self.check_run(exit_code, run, planted)
        if before is not None and exit_code in SETTLED:
            assert changed_files(before, self.folder.files()) == []
            self.compared += 1
        # What people did is settled by the run after it: the next one of the same day may change nothing.
        self.settled = self.day if exit_code in SETTLED and not planted else None
        if self.copying:
            self.go_on_copying()
            self.copying = self.settled = None
        if number % _AUDIT_EVERY == 0:
            assert desk.verify_desk_at(self.folder.opened).is_ok

    def run_as_process(self):
        """The same as a scheduler does it; its clock is the real one."""
        words = ["run", str(self.folder.path), "--scheduled", "--as-of", self.day.isoformat()]
        status = self.local / "status"
        done = subprocess.run(
            [sys.executable, "-c", _AS_PROCESS, str(status), *words],
            env={**os.environ, "XDG_CACHE_HOME": str(self.local)}, capture_output=True, check=False,
        )  # fmt: skip
        assert (done.stdout, done.stderr) == (b"", b"")
        self.own_memory += [int(kilobytes) * 1024 for kilobytes in re.findall(r"VmHWM:\s+(\d+)", status.read_text())]
        return done.returncode

    def go_on_copying(self):
        if self.copying:
            path, content = self.copying
            path.write_bytes(content)

    def mend(self):
        """What was broken on purpose is put right again."""
        for put_right in self.troubles.values():
            put_right()
        self.troubles = {}

    def check_run(self, exit_code, run, planted):
        assert exit_code in DOCUMENTED, self.log_tail()
        if run is not None and not planted:
            assert exit_code != desk.RULES_WRONG
            heartbeat = read_heartbeat(self.folder.path)
            assert (heartbeat.ended, heartbeat.exit_code) == (self.moment.isoformat(), exit_code)
            assert {one.code for one in check_heartbeat(self.folder.path, QUARTER, self.moment)} <= {"last-run-failed"}
        logs = [*(self.folder.path / ".desk" / "log").glob("run.log*"), *self.local.glob("run.log*")]
        assert len(logs) <= 2 * (LOG_FILES + 1)
        assert all(log.stat().st_size <= LOG_BYTES + MOST_A_RUN for log in logs if log.parent != self.local)
        archived = {self.hash(path) for path in self.archive()}
        inbox = {path: self.hash(path) for path in (self.folder.path / "inbox").rglob("*.xlsx")}
        assert not self.all_dropped - archived - set(inbox.values())
        if run is not None and run.result is not None and exit_code in SETTLED:
            waits = {one.file for one in run.result.documents if one.outcome == "waiting"}
            waits |= {one.place.file for one in run.result.problems}
            left = {path.relative_to(self.folder.path).as_posix() for path, one in inbox.items() if one in archived}
            assert {one for one in left if "~$" not in one} <= waits

    def check_notices(self):
        """One notice an outage at most, and never more all-clears than notices."""
        found = [*(self.folder.path / "outbox").glob("*.eml"), *self.local.glob("*.eml")]
        kinds = Counter(" ".join(path.stem.split()[2:]) for path in found)
        assert kinds["Runs fail"] <= self.outages + self.busy_spells
        assert kinds["Runs work again"] <= kinds["Runs fail"] + kinds["Runs still fail"]
        return kinds

    def archive(self):
        return [path for path in (self.folder.path / "archive").rglob("*") if path.is_file()]

    def hash(self, path):
        """The sha256 of a file, read once as long as it stays what it is."""
        seen = path.stat()
        key = (path, seen.st_mtime_ns, seen.st_size)
        if key not in self.hashes:
            self.hashes[key] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self.hashes[key]

    def log_tail(self):
        log = self.folder.path / ".desk" / "log" / "run.log"
        return log.read_text("utf-8")[-4_000:] if log.is_file() else ""


def changed_files(before, after):
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def resident_bytes():
    """How much memory this process has; 0 where the system has no such file."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0
