"""Whom scheduled runs tell that they fail, and when: once, not every quarter of an hour."""

import datetime as dt
import html
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from xltools.core.codec import canonical_json
from xltools.core.problem import Problem
from xltools.core.text import Language
from xltools.desk.failure import BUSY, LEDGER_BROKEN, MAIL_FAILED, OUR_ERROR, RULES_WRONG, DeskError
from xltools.desk.mailing import send_due_mail
from xltools.desk.postbox import MAIL_FOLDER, NOTICE, has_server, queue_content
from xltools.desk.result import ProblemWriter
from xltools.desk.session import SETTINGS_FILE, STATE_FOLDER, Desk, load_messages, terminal_language
from xltools.desk.telling import tell_problems
from xltools.edge.folders import safe_name
from xltools.edge.journal import write_durably
from xltools.edge.mail import Mail, Mailbox, is_mail_address, write_mail
from xltools.forms.settings import Folders
from xltools.reports.digest import PMC_DEPARTMENT
from xltools.reports.people import People

NOTICE_STATE = "notice.json"
_AT_ONCE = {RULES_WRONG, LEDGER_BROKEN, OUR_ERROR}
_PATIENTLY = {BUSY, MAIL_FAILED}
_OUTBOX = re.compile(r"^\s+outbox: *([^\s/\\#{}\"']+) *$", re.MULTILINE)
UNREACHABLE = "desk-unreachable"
_DRIVE = {UNREACHABLE, "drive-failed", "disk-full", "access-refused"}  # a drive does not mend itself

Told = Literal["failed", "again", "clear"]


@dataclass(frozen=True)
class Failure:
    """Why a run failed; two urgent ones of the same exit code and problems are one and the same trouble."""

    exit_code: int
    problems: tuple[Problem, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of what is wrong."""
        return tuple(sorted({problem.code for problem in self.problems}))

    @property
    def fingerprint(self) -> str:
        """What makes it another trouble than others; who has which workbook open changes all day long."""
        return " ".join((str(self.exit_code), *(self.codes if self.is_urgent else ())))

    @property
    def is_urgent(self) -> bool:
        """True where a person is needed at once: a workbook that is open, or another run, is gone in an hour."""
        return self.exit_code in _AT_ONCE or not _DRIVE.isdisjoint(self.codes)


@dataclass(frozen=True)
class Letterhead:
    """How notices are written, as the desk's settings last were: they may be what is wrong now."""

    outbox: str = ""
    sender: str = "order-desk@localhost"
    company: str = ""
    to: tuple[str, ...] = ()
    language: Language = "en"
    time_zone: str = "UTC"
    again_hours: int = 24
    patience_minutes: int = 120


@dataclass(frozen=True)
class NoticeState:
    """What is remembered from run to run: the trouble there is, since when, and what was told of it.

    `is_told` says that a notice went out since the runs last went well, so that an all-clear is due. `told` is when
    each trouble was last told, by its fingerprint.
    """

    fingerprint: str = ""
    since: str = ""
    is_told: bool = False
    told: Mapping[str, str] = field(default_factory=dict)
    letterhead: Letterhead = field(default_factory=Letterhead)


def find_failure(exit_code: int, problems: Iterable[Problem]) -> Failure | None:
    """The failure of a run with this exit code; none where it did its work."""
    if exit_code not in _AT_ONCE | _PATIENTLY:
        return None
    return Failure(exit_code, tuple(problems))


def follow_failure(state: NoticeState, failure: Failure | None, now: dt.datetime) -> tuple[NoticeState, Told | None]:
    """What to remember after a run, and whether somebody is to be told.

    A trouble is told when it is new, and again after some hours; the same one that comes and goes is not told each
    time. One that is not urgent is told when it has lasted for a while.
    """
    head = state.letterhead
    again = dt.timedelta(hours=head.again_hours)
    told = {known: when for known, when in state.told.items() if _is_within(when, now, again)}
    if failure is None:
        return NoticeState(told=told, letterhead=head), "clear" if state.is_told else None
    is_same = failure.fingerprint == state.fingerprint
    since = state.since if is_same and state.since else now.isoformat()
    kept = NoticeState(failure.fingerprint, since, state.is_told, told, head)
    if failure.fingerprint in told or not (failure.is_urgent or is_lasting(kept, now)):
        return kept, None
    is_again = is_same and failure.fingerprint in state.told
    told = {**told, failure.fingerprint: now.isoformat()}
    return replace(kept, is_told=True, told=told), "again" if is_again else "failed"


def is_lasting(state: NoticeState, now: dt.datetime) -> bool:
    """True when the trouble there is has lasted longer than such troubles do."""
    if not state.fingerprint:
        return False
    return now - dt.datetime.fromisoformat(state.since) >= dt.timedelta(minutes=state.letterhead.patience_minutes)


def _is_within(when: str, now: dt.datetime, span: dt.timedelta) -> bool:
    """False also for a moment still to come: a clock was wrong then."""
    return dt.timedelta(0) <= now - dt.datetime.fromisoformat(when) < span


def read_state(folder: Path) -> NoticeState:
    """What was remembered in a folder; nothing where that can't be read."""
    try:
        written = json.loads((folder / NOTICE_STATE).read_text("utf-8"))
        head = Letterhead(**{**written["letterhead"], "to": tuple(written["letterhead"]["to"])})
        state = NoticeState(**{**written, "letterhead": head})
        for when in (*state.told.values(), *filter(None, [state.since])):
            if dt.datetime.fromisoformat(when).tzinfo is None:
                return NoticeState()
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return NoticeState()
    return state


def write_state(folder: Path, state: NoticeState) -> None:
    """Remembers it, where it is another than before; OSError where that can't be."""
    if state != read_state(folder):
        write_durably(folder / NOTICE_STATE, canonical_json(asdict(state)).encode())


def read_letterhead(desk: Desk, known: Letterhead) -> Letterhead:
    """How notices are to be written, by the desk's settings; to whom as known before where these name nobody."""
    settings = desk.rules.settings
    given = settings.mail.notices or settings.mail.pmc
    language = settings.language
    return Letterhead(
        outbox=settings.folders.outbox,
        sender=settings.mail.sender,
        company=settings.company.name.text.in_language(language),
        to=tuple(given) or known.to,
        language=language,
        time_zone=settings.time_zone,
        again_hours=settings.scheduled.notify_again_hours,
        patience_minutes=settings.scheduled.patience_minutes,
    )


def find_recipients(desk: Desk, known: Letterhead, as_of: dt.date) -> Letterhead:
    """The same with PMC's people as they are now, where the settings name nobody and the staff list can be read."""
    settings = desk.rules.settings
    if settings.mail.notices or settings.mail.pmc:
        return known
    try:
        staff = desk.read_staff(as_of)
    except (DeskError, OSError):
        return known
    people = People(staff, as_of).of_department(PMC_DEPARTMENT)
    found = tuple(one.mail for one in people if is_mail_address(one.mail))
    return replace(known, to=found) if staff is not None else known


def write_notice(
    told: Told,
    before: NoticeState,
    state: NoticeState,
    failure: Failure | None,
    place: tuple[Path, Path],
    now: dt.datetime,
) -> tuple[str, bytes]:
    """The file name and content of a notice; `place` is the desk and the log that has the details."""
    head = state.letterhead
    language = head.language if head.outbox else terminal_language()
    catalogue = load_messages()
    say = catalogue.speaker(language)
    desk, log = place
    zone = ZoneInfo(head.time_zone)
    since = dt.datetime.fromisoformat((state if failure else before).since or now.isoformat()).astimezone(zone)
    blanks = {
        "desk": desk.name,
        "path": desk,
        "log": log,
        "since": since.isoformat(" ", "minutes"),
        "now": now.astimezone(zone).isoformat(" ", "minutes"),
        "exit_code": failure.exit_code if failure else 0,
        "hours": head.again_hours,
    }
    lines = [say(f"ui-notice-{told}", **blanks), ""]
    if failure:
        lines += [*tell_problems(failure.problems, ProblemWriter(catalogue, language)), ""]
        lines.append(say("ui-notice-then", **blanks))
    text = "\n".join([*lines, say("ui-notice-where", **blanks), ""])
    mail = Mail(
        sender=Mailbox(head.sender, head.company),
        to=tuple(Mailbox(address) for address in head.to),
        subject=say(f"ui-notice-{told}-subject", **blanks),
        text=text,
        html=f'<html><body><p style="white-space: pre-wrap">{html.escape(text)}</p></body></html>',
        when=now.astimezone(zone),
    )
    moment = now.astimezone(zone).strftime("%Y-%m-%d %H%M%S")
    return safe_name(f"{moment} {say(f'ui-notice-{told}-file')}", ".eml"), write_mail(mail)


def post_notice(
    desk: Desk | None, path: Path | None, local: Path, head: Letterhead, notice: tuple[str, bytes], now: dt.datetime
) -> Path:
    """Sends a notice by the desk's mail server; where it has none, or can't be asked, puts it into the outbox.

    Beside the local log it lies where the desk, or its outbox, can't be written to: `path` is None where that is known.
    """
    name, content = notice
    if path is not None:
        with suppress(OSError):
            if desk is not None and head.to and has_server(desk):
                letter = queue_content(desk, content, NOTICE, f"{name} {now.isoformat()}")
                send_due_mail(desk, now)
                return path / MAIL_FOLDER / "queue" / f"{letter.id}.eml"
            outbox = path / (head.outbox or _guess_outbox(path))
            write_durably(outbox / name, content)
            return outbox / name
    write_durably(local / name, content)
    return local / name


def _guess_outbox(desk: Path) -> str:
    """What the outbox is called in settings that were never right yet; the log's folder where there is none so called.

    They can't be read as settings: whatever is wrong with them, that line mostly is not.
    """
    names = [Folders().outbox]
    with suppress(OSError):
        names = _OUTBOX.findall((desk / SETTINGS_FILE).read_text("utf-8-sig", errors="replace")) + names
    return next((name for name in names if (desk / name).is_dir()), f"{STATE_FOLDER}/log")
