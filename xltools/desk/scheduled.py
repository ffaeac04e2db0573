"""A run that nobody watches: the main job with a log, a heartbeat, and one notice where it fails.

It prints nothing and raises nothing: what a person at a terminal would see stands in `.desk/log/run.log`. Where the
desk can't be reached, log and notice lie in a folder of this machine's (edge/run_log.py).
"""

import datetime as dt
import errno
import hashlib
import os
import socket
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.desk.drive import tell_trouble
from xltools.desk.failing import (
    UNREACHABLE,
    Failure,
    Letterhead,
    find_failure,
    find_recipients,
    follow_failure,
    is_lasting,
    post_notice,
    read_letterhead,
    read_state,
    write_notice,
    write_state,
)
from xltools.desk.failure import BUSY, OUR_ERROR, DeskError, UsageError
from xltools.desk.heartbeat import Heartbeat, ending_of, read_heartbeat, write_heartbeat
from xltools.desk.mail_round import mail_after_run
from xltools.desk.result import ProblemWriter, RunResult
from xltools.desk.run import LOCK_FILE, RunOptions, run_desk_at
from xltools.desk.session import (
    SETTINGS_FILE,
    STATE_FOLDER,
    Desk,
    load_messages,
    local_today,
    open_desk_at,
    terminal_language,
)
from xltools.desk.telling import OUTCOMES, tell_problems
from xltools.edge.own_folder import own_folder
from xltools.edge.run_log import append_run_log
from xltools.forms.settings import ScheduledSettings

RUN_LOG = f"{STATE_FOLDER}/log/run.log"
_MOST_DETAILS = 100  # lines a run
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class ScheduledRun:
    """How a scheduled run ended: its exit code and heartbeat, the log with its line, the notice that was written.

    `problems` are what it wrote into the log; `result` is None where the main job did not come to its end.
    """

    exit_code: int
    heartbeat: Heartbeat
    log: Path | None = None
    notice: Path | None = None
    problems: tuple[Problem, ...] = ()
    result: RunResult | None = None


@dataclass
class _Attempt:
    """What became of the main job."""

    host: str
    started: dt.datetime
    as_of: dt.date | None = None
    desk: Desk | None = None
    result: RunResult | None = None
    exit_code: int = OUR_ERROR
    problems: tuple[Problem, ...] = ()
    trace: str = ""
    settings: ScheduledSettings = field(default_factory=ScheduledSettings)
    is_out_of_reach: bool = False  # log and notice are to be kept on this machine

    @property
    def is_kept_off(self) -> bool:
        """True where another run is at work: the heartbeat is that one's."""
        return any(problem.code == "desk-busy" for problem in self.problems)

    @property
    def told(self) -> tuple[Problem, ...]:
        """All errors; warnings too where they may be the reason why something waits."""
        documents = self.result.documents if self.result else ()
        of_documents = tuple(one for document in documents for one in document.problems if one.is_error)
        own = tuple(one for one in self.problems if one.is_error or self.exit_code == BUSY)
        return (*of_documents, *own)


def run_scheduled(
    path: Path,
    clock: Clock,
    *,
    as_of: dt.date | None = None,
    options: RunOptions | None = None,
    local: Path | None = None,
) -> ScheduledRun:
    """The main job as a scheduler starts it; `local` is the folder for what can't be kept in the desk.

    `as_of` is today in the desk's time zone where it is None, and without `options` another run is waited for as long
    as the desk's settings say.
    """
    path = path.absolute()
    local = local or own_folder(hashlib.sha256(os.fsencode(path)).hexdigest()[:8])
    attempt = _Attempt(socket.gethostname(), clock(), as_of)
    _try_run(path, attempt, options)
    return _finish(path, local, attempt, clock())


def _try_run(path: Path, attempt: _Attempt, options: RunOptions | None) -> None:
    """Runs the desk; whatever comes of it stands in the attempt."""
    try:
        desk = attempt.desk = open_desk_at(path)
        settings = desk.rules.settings
        attempt.settings = settings.scheduled
        attempt.as_of = attempt.as_of or local_today(desk.rules, attempt.started)
        if not (path / LOCK_FILE).exists():  # else the heartbeat is that of whoever holds the lock
            write_heartbeat(path, _begin(path, attempt))
        options = options or RunOptions(wait_seconds=settings.runs.wait_seconds)
        result = attempt.result = run_desk_at(desk, attempt.as_of, options)
        if settings.mail.send == "on-run":
            result, _ = mail_after_run(desk, result, attempt.started)
            attempt.result = result
        attempt.exit_code, attempt.problems = result.exit_code, result.problems
    except DeskError as failure:
        attempt.exit_code, attempt.problems = failure.exit_code, failure.problems
        if isinstance(failure, UsageError) or not _is_reachable(path):
            _note_trouble(attempt, path, failure)
    except Exception as trouble:  # nobody watches: whatever it is, it must come into the log
        attempt.trace = traceback.format_exc()
        attempt.exit_code = OUR_ERROR
        attempt.problems = (error("scheduled-run-broke", Place(""), reason=f"{type(trouble).__name__}: {trouble}"),)
        if _find_cause(trouble, path) is not None or not _is_reachable(path):
            _note_trouble(attempt, path, trouble)


def _begin(path: Path, attempt: _Attempt) -> Heartbeat:
    return Heartbeat(
        started=attempt.started.isoformat(),
        host=attempt.host,
        as_of=attempt.as_of.isoformat() if attempt.as_of else "",
        previous=ending_of(read_heartbeat(path)),
    )


def _find_cause(trouble: BaseException | None, path: Path) -> Problem | None:
    """What to say of the drive, however deep its error lies: the database wraps its own."""
    while trouble is not None:
        if isinstance(trouble, OSError) and (told := tell_trouble(trouble, path)):
            return told
        trouble = trouble.__cause__ or trouble.__context__
    return None


def _is_reachable(path: Path) -> bool:
    try:
        return (path / SETTINGS_FILE).is_file()
    except OSError:
        return False


def _note_trouble(attempt: _Attempt, path: Path, trouble: Exception) -> None:
    """The drive failed: what else came of it says nothing more."""
    told = _find_cause(trouble, path)
    if told is None or not _is_reachable(path):
        reason = str(trouble) if isinstance(trouble, OSError) else os.strerror(errno.ENOENT)
        told = error(UNREACHABLE, Place(""), path=path, reason=reason)
        attempt.is_out_of_reach = True
    attempt.exit_code, attempt.problems = BUSY, (told,)


def _finish(path: Path, local: Path, attempt: _Attempt, ended: dt.datetime) -> ScheduledRun:
    """Heartbeat, log and notice; what the desk does not take any more goes to the local folder."""
    try:
        heartbeat = _beat(path, attempt, ended)
    except OSError as trouble:
        _note_trouble(attempt, path, trouble)
        attempt.is_out_of_reach = True
        heartbeat = _end(attempt, ended, failing=True)
    log = _write_log(path, local, attempt, ended)
    notice = None
    with suppress(OSError):  # then the exit code alone can tell
        notice = _tell(path, local, attempt, ended, log)
    return ScheduledRun(attempt.exit_code, heartbeat, log, notice, attempt.told, attempt.result)


def _beat(path: Path, attempt: _Attempt, ended: dt.datetime) -> Heartbeat:
    """The heartbeat at the end, written into the desk but where it is out of reach, or another run's."""
    failure = _failure(attempt)
    state, _ = follow_failure(read_state(path / STATE_FOLDER), failure, ended)
    failing = failure is not None and (failure.is_urgent or is_lasting(state, ended))
    heartbeat = _end(attempt, ended, failing)
    if not attempt.is_out_of_reach and not attempt.is_kept_off:
        write_heartbeat(path, heartbeat)
    return heartbeat


def _end(attempt: _Attempt, ended: dt.datetime, failing: bool) -> Heartbeat:
    documents = attempt.result.documents if attempt.result else ()
    return Heartbeat(
        started=attempt.started.isoformat(),
        host=attempt.host,
        as_of=attempt.as_of.isoformat() if attempt.as_of else "",
        ended=ended.isoformat(),
        exit_code=attempt.exit_code,
        documents=dict(Counter(document.outcome for document in documents)),
        problems=tuple(sorted({problem.code for problem in attempt.told})),
        failing=failing,
    )


def _failure(attempt: _Attempt) -> Failure | None:
    """What there is to be told; errors in people's workbooks are told in returned/, by the run itself."""
    problems = attempt.problems if attempt.exit_code == BUSY else attempt.told
    if attempt.exit_code == OUR_ERROR:
        problems = tuple(one for one in problems if one.code in {"program-error", "scheduled-run-broke"})
    return find_failure(attempt.exit_code, problems)


def _tell(path: Path, local: Path, attempt: _Attempt, ended: dt.datetime, log: Path | None) -> Path | None:
    """Remembers how the run went, and writes a notice where one is due.

    While the desk is out of reach that is remembered here; the next run that reaches it gives the all-clear.
    """
    home = local if attempt.is_out_of_reach else path / STATE_FOLDER
    before, failure = read_state(home), _failure(attempt)
    if attempt.desk is not None:
        before = replace(before, letterhead=read_letterhead(attempt.desk, before.letterhead))
    state, told = follow_failure(before, failure, ended)
    if not attempt.is_out_of_reach:
        earlier = read_state(local)
        cleared, all_clear = follow_failure(earlier, None, ended)
        if told is None and failure is None:
            told, before = all_clear, earlier
        if attempt.desk and attempt.as_of and (told or not state.letterhead.to):
            state = replace(state, letterhead=find_recipients(attempt.desk, state.letterhead, attempt.as_of))
        if earlier != (kept := replace(cleared, letterhead=state.letterhead)):
            local.mkdir(parents=True, exist_ok=True)
            write_state(local, kept)  # how notices are written, for when the desk can't be asked
    notice = None
    if told:
        written = write_notice(told, before, state, failure, (path, log or local), ended)
        reached = None if attempt.is_out_of_reach else path
        notice = post_notice(attempt.desk, reached, local, state.letterhead, written, ended)
    write_state(home, state)
    return notice


def _write_log(path: Path, local: Path, attempt: _Attempt, ended: dt.datetime) -> Path | None:
    """Adds the run to the log in the desk, else to the one on this machine; None where neither takes it."""
    text = "\n".join(_log_lines(path, attempt, ended))
    most, old = attempt.settings.log_kilobytes * 1000, attempt.settings.log_files
    for log in () if attempt.is_out_of_reach else (path / RUN_LOG,):
        with suppress(OSError):
            append_run_log(log, text, most, old)
            return log
    with suppress(OSError):
        local.mkdir(parents=True, exist_ok=True)
        append_run_log(local / "run.log", text, most, old)
        return local / "run.log"
    return None


def _log_lines(path: Path, attempt: _Attempt, ended: dt.datetime) -> Iterator[str]:
    """A line to search through, and under it, indented, what was wrong in words."""
    desk, result = attempt.desk, attempt.result
    # Rules that are wrong can't be asked: as they were when they were right.
    known = read_letterhead(desk, Letterhead()) if desk else read_state(path / STATE_FOLDER).letterhead
    zone = ZoneInfo(known.time_zone)
    language = known.language if known.outbox else terminal_language()
    counts: Counter[str] = Counter(document.outcome for document in result.documents) if result else Counter()
    words = [
        ended.astimezone(zone).isoformat(timespec="seconds"),
        f"exit={attempt.exit_code}",
        f"seconds={max((ended - attempt.started).total_seconds(), 0):.1f}",
        f"as_of={attempt.as_of or '-'}",
        *(f"{outcome}={counts[outcome]}" for outcome in OUTCOMES if counts[outcome]),
        f"papers={len(result.papers) if result else 0}",
        f"host={attempt.host}",
    ]
    if attempt.is_out_of_reach:
        words.append(f"desk={path}")
    yield " ".join(words)
    writer = ProblemWriter(load_messages(), language, desk.rules if desk else None)
    details = [line for text in tell_problems(attempt.told, writer) for line in text.splitlines()]
    details += attempt.trace.splitlines()
    yield from (f"  {line}" for line in details[:_MOST_DETAILS])
    if len(details) > _MOST_DETAILS:
        yield f"  … {len(details) - _MOST_DETAILS}"
