"""The mails of the queue, one by one: what becomes of each after an attempt, and what is told of it."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from xltools.core.codec import canonical_json
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.send_hours import retry_wait
from xltools.desk.postbox import MAIL_FOLDER, NOTICE, outbox_file, queue_notice
from xltools.desk.session import Desk, master_path
from xltools.edge.folders import inside_desk
from xltools.edge.journal import write_durably
from xltools.edge.mail import mark_unsent, redirect_mail
from xltools.edge.outbox import Ending, Outbox, QueuedMail
from xltools.edge.smtp import Delivery, MailLine

Step = Callable[[str], None]
_SERVER_STATE = f"{MAIL_FOLDER}/server.json"
_UNSURE = "?"  # instead of an answer
_LONGEST_REST = retry_wait(99)


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail as it is told: its state is its ending, or `delayed` for one that is tried again."""

    id: str
    kind: str
    to: tuple[str, ...]
    subject: str
    state: Ending | Literal["delayed"]
    answer: str = ""
    file: str = ""


class MailRoom:
    """Keeps the state of each mail as things happen to it; `problems` and `done` collect what is to be told.

    A mail that was first tried on `last_day` or before is given up when it fails once more.
    """

    def __init__(self, desk: Desk, now: dt.datetime, last_day: dt.date, step: Step) -> None:
        self._desk, self._now, self._last_day, self._step = desk, now, last_day, step
        self.outbox = Outbox(desk.path / MAIL_FOLDER, step)
        self.problems: list[Problem] = []
        self.done: list[SentMail] = []

    def look_through(self) -> list[QueuedMail]:
        """The mails that wait; those that had had their end are tidied away, those cut short are settled."""
        mails, broken = self.outbox.list_waiting()
        for name in broken:
            self.outbox.set_aside(name)
            self.problems.append(error("mail-queue-damaged", Place(f"{MAIL_FOLDER}/queue/{name}.broken")))
        settled = (self._settle(mail) for mail in mails)
        waiting = [mail for mail in settled if mail is not None]
        in_order = sorted(waiting, key=lambda mail: (mail.id[:10], mail.rank, mail.id))
        newest = {mail.series: mail.id for mail in in_order if mail.series}
        kept = []
        for mail in waiting:
            if mail.series and newest[mail.series] != mail.id and not mail.taken:
                self._end(mail, "superseded")
            else:
                kept.append(mail)
        return kept

    def _settle(self, mail: QueuedMail) -> QueuedMail | None:
        """The mail as it waits; None for one that has its end."""
        if mail.is_over:
            self.outbox.tidy(mail)
            return None
        if mail.state != "sending":
            return mail
        return self._be_unsure(mail, "-")

    def is_due(self, mail: QueuedMail) -> bool:
        """True where its rest after the last failure is over; a clock that was set back prolongs none."""
        return _is_past(mail.not_before, self._now)

    def may_call_server(self) -> bool:
        """False while the server is left alone, since it could not be reached the last time."""
        return _is_past(str(self._read_server().get("not_before", "")), self._now)

    def note_no_server(self, problem: Problem, mails: Iterable[QueuedMail]) -> None:
        """No mail can go: all wait, longer after each failure; what has waited for too long is given up."""
        failures = _whole(self._read_server().get("failures")) + 1
        again = self._now + retry_wait(failures)
        state = {"failures": failures, "not_before": _text(again)}
        self._step("note that the server is away")
        write_durably(self._desk.path / _SERVER_STATE, canonical_json(state).encode())
        self.problems.append(problem)
        reason = dict(problem.values).get("reason") or dict(problem.values).get("answer") or problem.code
        for mail in mails:
            tried = replace(mail, first_tried=mail.first_tried or _text(self._now), changed=_text(self._now))
            if self._is_too_late(tried):
                self._give_up(tried, reason)
            elif tried.first_tried != mail.first_tried:
                self.outbox.note(tried)

    def note_server_answers(self) -> None:
        """It is there again."""
        if (path := self._desk.path / _SERVER_STATE).exists():
            self._step("note that the server is there")
            path.unlink(missing_ok=True)

    def send_one(self, line: MailLine, mail: QueuedMail, rehearsal: str) -> Delivery | None:
        """Hands one mail in, in a `rehearsal` to that address alone; None where the mail itself is gone."""
        content = self.outbox.read_content(mail)
        if content is None:
            self.problems.append(error("mail-queue-damaged", self._place(mail)))
            self._end(mail, "refused")
            return None
        if rehearsal:
            content = redirect_mail(content, rehearsal, self._desk.say("ui-mail-rehearsal"))
        to = (rehearsal,) if rehearsal else mail.left

        def note_intent(taken: tuple[str, ...]) -> None:
            self.outbox.note(replace(mail, state="sending", asked=mail.left if rehearsal else taken))

        delivery = line.deliver(mail.sender, to, content, note_intent)
        self._step(f"the answer to {mail.id}")
        if not delivery.sender_refused:
            self._note_delivery(mail, _meant(delivery, mail) if rehearsal else delivery)
        return delivery

    def file_unsent(self, mail: QueuedMail) -> None:
        """Lays a mail into the outbox folder instead of sending it."""
        filed = self._file(mail, rehearsed=self._desk.rules.settings.mail.rehearsal is not None)
        self._end(replace(mail, filed=filed), "filed")

    def _note_delivery(self, mail: QueuedMail, delivery: Delivery) -> None:
        mail = replace(
            mail,
            asked=delivery.taken,
            refused={**mail.refused, **dict(delivery.refused)},
            delayed=dict(delivery.delayed),
            first_tried=mail.first_tried or _text(self._now),
        )
        for address, answer in delivery.refused:
            self._tell_refused(mail, address, answer)
        if delivery.is_unsure:
            self._be_unsure(mail, delivery.answer)
            return
        mail = replace(mail, taken={**mail.taken, **dict.fromkeys(delivery.taken, delivery.answer)}, asked=())
        self._go_on(mail)

    def _go_on(self, mail: QueuedMail) -> QueuedMail | None:
        """What is next after an attempt: its end, or another attempt later for those who are left."""
        if not mail.left:
            unsure = _UNSURE in mail.taken.values()
            self._end(mail, "unsure" if unsure else "sent" if mail.taken else "refused")
            return None
        answer = next(iter(mail.delayed.values()), "-")
        if self._is_too_late(mail):
            self._give_up(mail, answer)
            return None
        failures = mail.failures + 1
        again = self._now + retry_wait(failures)
        mail = replace(mail, state="queued", failures=failures, not_before=_text(again), changed=_text(self._now))
        self.outbox.note(mail)
        at = again.astimezone(ZoneInfo(self._desk.rules.settings.time_zone)).strftime("%Y-%m-%d %H:%M")
        said = {"address": ", ".join(mail.left), "subject": mail.subject, "answer": answer, "again": at}
        self.problems.append(warning("mail-delayed", self._place(mail), **said))
        self.done.append(SentMail(mail.id, mail.kind, mail.left, mail.subject, "delayed", answer))
        return mail

    def _be_unsure(self, mail: QueuedMail, answer: str) -> QueuedMail | None:
        """The mail was on its way to those `asked`, and nobody knows whether it arrived."""
        if self._desk.rules.settings.mail.unsure == "send-again":
            delayed = dict.fromkeys(mail.asked, answer)
            return self._go_on(replace(mail, asked=(), delayed={**mail.delayed, **delayed}))
        mail = replace(mail, filed=self._file(mail))
        address = ", ".join(mail.asked)
        said = {"address": address, "subject": mail.subject, "message_id": mail.message_id, "reason": answer}
        self.problems.append(error("mail-sent-unsure", Place(mail.filed), **said))
        self._notify("ui-mail-sent-unsure", mail, file=mail.filed, **said)
        mail = replace(mail, taken={**mail.taken, **dict.fromkeys(mail.asked, _UNSURE)}, asked=())
        return self._go_on(mail)

    def _tell_refused(self, mail: QueuedMail, address: str, answer: str) -> None:
        said = {"address": address, "subject": mail.subject, "answer": answer}
        staff = self._desk.rules.forms.get("staff")
        place = Place(master_path(staff, self._desk.rules)) if staff else Place("")
        self.problems.append(error("mail-refused", place, "mail", **said))
        self._notify("ui-mail-refused", mail, **said)

    def _notify(self, code: str, mail: QueuedMail, **said: str) -> None:
        """Lets PMC know before the mail's own state is noted: should we be stopped in between, it is known."""
        if mail.kind != NOTICE:  # a notice about a notice would never end
            queue_notice(self._desk, code, self._now, f"{code} {mail.id} {said['address']}", **said)

    def _give_up(self, mail: QueuedMail, answer: str) -> None:
        mail = replace(mail, filed=self._file(mail))
        days = self._desk.rules.settings.mail.give_up_after
        said = {"address": ", ".join(mail.left), "subject": mail.subject, "answer": answer, "days": str(days)}
        self.problems.append(error("mail-given-up", Place(mail.filed), **said))
        self._notify("ui-mail-given-up", mail, file=mail.filed, **said)
        self._end(mail, "given-up")

    def _is_too_late(self, mail: QueuedMail) -> bool:
        if not mail.first_tried:
            return False
        zone = ZoneInfo(self._desk.rules.settings.time_zone)
        return dt.datetime.fromisoformat(mail.first_tried).astimezone(zone).date() <= self._last_day

    def _end(self, mail: QueuedMail, ending: Ending) -> None:
        if mail.refused and not mail.filed:  # somebody may forward it
            mail = replace(mail, filed=self._file(mail))
        mail = replace(mail, state=ending, asked=(), changed=_text(self._now))
        self.outbox.note(mail)
        self.outbox.tidy(mail)
        answers = (*mail.taken.values(), *mail.refused.values())
        answer = next((one for one in answers if one != _UNSURE), "")
        self.done.append(SentMail(mail.id, mail.kind, mail.to, mail.subject, ending, answer, mail.filed))

    def _file(self, mail: QueuedMail, *, rehearsed: bool = False) -> str:
        """The mail as an .eml in the outbox folder, for a person to look into and send; its path."""
        content = self.outbox.read_content(mail)
        if content is None:
            return ""
        if rehearsed:
            content = redirect_mail(content, "", self._desk.say("ui-mail-rehearsal"))
        file = outbox_file(self._desk, dt.date.fromisoformat(mail.id[:10]), mail.subject, mail.id)
        self._step(f"lay {mail.id} into the outbox")
        write_durably(inside_desk(self._desk.path, file), mark_unsent(content))
        return file

    def _place(self, mail: QueuedMail) -> Place:
        return Place(f"{MAIL_FOLDER}/queue/{mail.id}.eml")

    def _read_server(self) -> Mapping[str, object]:
        try:
            found = json.loads((self._desk.path / _SERVER_STATE).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _meant(delivery: Delivery, mail: QueuedMail) -> Delivery:
    """A rehearsal's delivery as one to those for whom the mail was."""
    refused, delayed = (next((answer for _, answer in said), "") for said in (delivery.refused, delivery.delayed))
    return replace(
        delivery,
        taken=mail.left if delivery.taken else (),
        refused=tuple((one, refused) for one in mail.left) if refused else (),
        delayed=tuple((one, delayed) for one in mail.left) if delayed and not refused else (),
    )


def _is_past(moment: str, now: dt.datetime) -> bool:
    try:
        left = dt.datetime.fromisoformat(moment) - now
    except (ValueError, TypeError):
        return True
    return left <= dt.timedelta() or left > _LONGEST_REST


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
