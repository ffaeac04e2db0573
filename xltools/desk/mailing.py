"""Sending what waits in the queue: within the hours, again after a failure, and never twice."""

import datetime as dt
import os
import socket
import ssl
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from xltools.core.calendar import WorkCalendar
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.desk.assessing import work_calendar
from xltools.desk.drive import expect_trouble
from xltools.desk.failure import DONE, MAIL_FAILED
from xltools.desk.mail_room import MailRoom, SentMail
from xltools.desk.postbox import MAIL_FOLDER, has_server
from xltools.desk.result import ProblemWriter
from xltools.desk.session import SETTINGS_FILE, Desk
from xltools.edge.lock import DeskBusyError, Lock, LockLostError, hold_lock
from xltools.edge.outbox import QueuedMail
from xltools.edge.password import read_keyring, read_variable
from xltools.edge.smtp import MailLine, MailServer, open_line

Step = Callable[[str], None]
_PLACE = Place(SETTINGS_FILE)
_MOST_LINES = 4  # connections in one go: a server that hangs up after each mail is left alone for a while


@dataclass(frozen=True)
class MailResult:
    """What became of the mails that were due; `waiting` more wait, until `opens` where it is for the hours.

    `is_busy` where another process is sending: then nothing was done.
    """

    mails: tuple[SentMail, ...] = ()
    problems: tuple[Problem, ...] = ()
    waiting: int = 0
    opens: dt.datetime | None = None
    is_busy: bool = False

    @property
    def exit_code(self) -> int:
        """0 done, 6 where something could not be sent."""
        return MAIL_FAILED if self.problems else DONE

    @property
    def sent(self) -> tuple[SentMail, ...]:
        """Those that the server took."""
        return tuple(one for one in self.mails if one.state == "sent")


@dataclass(frozen=True)
class Postman:
    """What sending depends on beside the desk: where passwords and trust come from, who watches each step."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    trust: ssl.SSLContext | None = None
    step: Step = lambda _: None


def send_due_mail(desk: Desk, now: dt.datetime, postman: Postman | None = None) -> MailResult:
    """Sends the mails of the queue that are due at `now`, which has a time zone; the desk itself is not held.

    A mail whose sending was cut short between the server's answer and our note may have gone out: it is not sent again
    unless `mail: unsure` says so, but told as mail-sent-unsure and laid into the outbox folder. Refusals
    (mail-refused), delays (mail-delayed, tried again later and later) and giving up (mail-given-up) are told mail by
    mail; what keeps all from going is told once, see `open_line`, `read_variable`, `read_keyring`, mail-sender-refused.
    BusyError where the desk's drive fails: what was noted until then is true, and the next time goes on from there.
    """
    folder = desk.path / MAIL_FOLDER
    if not (folder / "queue").is_dir():
        return MailResult()
    try:
        machine = f"{uuid.getnode():012x}"
        with (
            expect_trouble(desk.path),
            hold_lock(folder / "lock", socket.gethostname(), os.getpid(), time.time, machine=machine) as lock,
        ):
            return _Round(desk, now, postman or Postman(), lock).send()
    except (DeskBusyError, LockLostError):
        return MailResult(is_busy=True)


class _Round:
    def __init__(self, desk: Desk, now: dt.datetime, postman: Postman, lock: Lock) -> None:
        self._desk, self._postman, self._lock, self._now = desk, postman, lock, now
        self._settings = desk.rules.settings.mail
        self._local = now.astimezone(ZoneInfo(desk.rules.settings.time_zone))
        self._calendar, _ = work_calendar(desk.rules, self._local.date())
        self._room = MailRoom(desk, now, self._last_day(self._calendar), postman.step)

    def send(self) -> MailResult:
        room = self._room
        mails = room.look_through()
        rehearsal = self._settings.rehearsal
        if not has_server(self._desk) or (rehearsal is not None and not rehearsal.to):
            for mail in mails:
                room.file_unsent(mail)
            return MailResult(tuple(room.done), tuple(room.problems))
        hours = self._settings.send_hours
        if not hours.is_open(self._local, self._calendar):
            opens = hours.next_opening(self._local, self._calendar) if mails else None
            return MailResult(tuple(room.done), tuple(room.problems), len(mails), opens)
        due = [mail for mail in mails if room.is_due(mail)]
        if due and room.may_call_server():
            self._send_all(due)
        waiting, _ = room.outbox.list_waiting()
        return MailResult(tuple(room.done), tuple(room.problems), len(waiting))

    def _send_all(self, due: Sequence[QueuedMail]) -> None:
        """Over as few connections as may be: a mail at which one breaks keeps no other from going."""
        server = self._server()
        if isinstance(server, Problem):
            self._room.problems.append(server)
            return
        left = list(due)
        for _ in range(_MOST_LINES):
            if not left:
                return
            with open_line(server, _PLACE, self._postman.step, self._postman.trust) as line:
                if isinstance(line, Problem):
                    self._room.note_no_server(line, left)
                    return
                left = self._send_over(line, left)

    def _send_over(self, line: MailLine, mails: list[QueuedMail]) -> list[QueuedMail]:
        """Sends mails over a connection; those that are left when it ends."""
        rehearsal = self._settings.rehearsal
        for at, mail in enumerate(mails):
            self._lock.beat()
            delivery = self._room.send_one(line, mail, rehearsal.to if rehearsal else "")
            if delivery is None:
                continue
            if delivery.sender_refused:
                values = {"sender": mail.sender, "answer": delivery.sender_refused}
                self._room.note_no_server(error("mail-sender-refused", _PLACE, "sender", **values), mails[at:])
                return []
            self._room.note_server_answers()
            if delivery.is_over:
                return mails[at + 1 :]
        return []

    def _server(self) -> MailServer | Problem:
        said = self._settings.server
        password: str | Problem = ""
        if said.user and said.login_from == "keyring":
            password = read_keyring(said.host, said.user, _PLACE)
        elif said.user:
            password = read_variable(said.login_variable, _PLACE, self._postman.environment)
        if isinstance(password, Problem):
            return password
        authority = str(self._desk.path / said.ca_file) if said.ca_file else ""
        return MailServer(said.host, said.usual_port, said.security, said.user, password, said.timeout, authority)

    def _last_day(self, calendar: WorkCalendar) -> dt.date:
        """A mail that was first tried before this day is given up if it fails once more."""
        day, days = self._local.date(), self._settings.give_up_after
        while days > 0:
            day -= dt.timedelta(1)
            days -= calendar.is_working_day(day)
        return day


def mail_json(result: MailResult, writer: ProblemWriter) -> dict[str, Any]:
    """What was sent, in the JSON shape."""
    return {
        "mails": [
            {
                "kind": mail.kind,
                "to": list(mail.to),
                "subject": mail.subject,
                "state": mail.state,
                "answer": mail.answer,
                "file": mail.file,
            }
            for mail in result.mails
        ],
        "waiting": result.waiting,
        "opens": result.opens.isoformat() if result.opens else None,
        "problems": writer.write_all(result.problems),
    }
