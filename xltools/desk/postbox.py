"""Where mails are put: into the queue where the desk has a mail server, else into the outbox folder as .eml files."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import SMTP
from zoneinfo import ZoneInfo

from xltools.core.plan import WriteFile
from xltools.desk.session import STATE_FOLDER, Desk
from xltools.edge.folders import inside_desk, safe_name
from xltools.edge.journal import write_durably
from xltools.edge.mail import Mail, Mailbox, is_mail_address, message_id, unmark_unsent, write_mail
from xltools.edge.outbox import Outbox, QueuedMail, mail_id, write_state
from xltools.forms.messages import fill_blanks
from xltools.reports.digest import PMC_DEPARTMENT
from xltools.reports.people import People, Person

MAIL_FOLDER = f"{STATE_FOLDER}/mail"
NOTICE = "notice"
_WRITTEN_AT = dt.time(8)  # in the desk's time zone
_LONGEST_SUBJECT = 60  # letters of it in a file's name


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be posted: what is to be written, and where it will lie. `is_new` is False for one posted before.

    `file` is its .eml in the outbox folder, empty for one in the queue, which has an `id`.
    """

    file: str
    id: str
    actions: tuple[WriteFile, ...]
    is_new: bool = True


def has_server(desk: Desk) -> bool:
    """True where mails leave the desk by themselves, were it as a rehearsal."""
    return bool(desk.rules.settings.mail.server.host)


def open_outbox(desk: Desk) -> Outbox:
    """The desk's queue of mails."""
    return Outbox(desk.path / MAIL_FOLDER)


def sender_of(desk: Desk) -> Mailbox:
    """Whom the desk's mails come from."""
    settings = desk.rules.settings
    return Mailbox(settings.mail.sender, settings.company.name.text.in_language(settings.language))


def written_at(desk: Desk, day: dt.date) -> dt.datetime:
    """The date of a day's mails: the same however often they are made."""
    return dt.datetime.combine(day, _WRITTEN_AT, ZoneInfo(desk.rules.settings.time_zone))


def mailboxes(people: Sequence[Person]) -> tuple[Mailbox, ...]:
    """The people who have an address that a server takes."""
    return tuple(Mailbox(one.mail, one.name) for one in people if is_mail_address(one.mail))


def pmc_people(desk: Desk, people: People) -> tuple[Person, ...]:
    """Those who get what is PMC's: the addresses that desk.yaml names, else the production department's people."""
    named = desk.rules.settings.mail.pmc
    return tuple(Person("", one) for one in named) or people.of_department(PMC_DEPARTMENT)


def plan_mail(
    desk: Desk, mail: Mail, kind: str, key: str, name: str = "", *, series: str = "", rank: str = "", send: bool = True
) -> Letter:
    """Posts a mail: one of a `key` on a day, and of a `series` only the newest that still waits, by day and `rank`.

    Without a mail server, and where the mail is to nobody or not to be sent, it becomes a file of that `name` in the
    outbox folder, which a person may open and send.
    """
    day = mail.when.date()
    id_ = mail_id(day, kind, key)
    if not (send and mail.to and has_server(desk)):
        file = outbox_file(desk, day, name or mail.subject, id_)
        return Letter(file, "", (WriteFile(file, write_mail(mail), expected=None),))
    if open_outbox(desk).knows(id_):
        return Letter("", id_, (), is_new=False)
    queued = QueuedMail(
        id=id_,
        kind=kind,
        series=series,
        rank=rank,
        sender=mail.sender.address,
        to=tuple(dict.fromkeys(one.address for one in mail.to)),
        subject=mail.subject,
        message_id=message_id(mail),
        sha256="",
    )
    return _to_queue(queued, write_mail(mail, is_unsent=False))


def shared_path(desk: Desk, path: str) -> str:
    """A path in the desk as staff know it: below the `share`, in its own slashes; as it is where none is named."""
    share = desk.rules.settings.mail.share
    if not share:
        return path
    slash = "\\" if "\\" in share else "/"
    return slash.join((share.rstrip("\\/"), *path.split("/")))


def outbox_file(desk: Desk, day: dt.date, name: str, id_: str) -> str:
    """The path of a mail in the outbox folder; a name that is not its alone gets the end of its id."""
    short = name[:_LONGEST_SUBJECT].strip()
    told = name if name.startswith(day.isoformat()) else f"{day.isoformat()} {short} {id_[-6:]}"
    return f"{desk.folders.outbox}/{safe_name(told, '.eml')}"


def queue_mail(desk: Desk, mail: Mail, kind: str, key: str) -> Letter:
    """Posts a mail at once, outside of any plan; a second one of that key on a day is none."""
    letter = plan_mail(desk, mail, kind, key)
    _write(desk, letter)
    return letter


def queue_content(desk: Desk, content: bytes, kind: str, key: str) -> Letter:
    """Posts a mail that is written already, as an .eml to somebody; only where there is a server: else ValueError."""
    if not has_server(desk):
        raise ValueError("there is no mail server")
    message = message_from_bytes(content, policy=SMTP)
    day = message["Date"].datetime.date()
    id_ = mail_id(day, kind, key)
    if open_outbox(desk).knows(id_):
        return Letter("", id_, (), is_new=False)
    queued = QueuedMail(
        id=id_,
        kind=kind,
        series="",
        rank="",
        sender=message["From"].addresses[0].addr_spec,
        to=tuple(dict.fromkeys(one.addr_spec for one in message["To"].addresses)),
        subject=str(message["Subject"]),
        message_id=str(message["Message-ID"]),
        sha256="",
    )
    letter = _to_queue(queued, unmark_unsent(content))
    _write(desk, letter)
    return letter


def _write(desk: Desk, letter: Letter) -> None:
    for action in letter.actions:
        write_durably(inside_desk(desk.path, action.path), action.content)


def _to_queue(mail: QueuedMail, content: bytes) -> Letter:
    """The files of a mail in the queue; the state comes last: a mail without one was never posted."""
    mail = replace(mail, sha256=hashlib.sha256(content).hexdigest())
    path = f"{MAIL_FOLDER}/queue/{mail.id}"
    state = WriteFile(f"{path}.json", write_state(mail), expected=None)
    return Letter("", mail.id, (WriteFile(f"{path}.eml", content, expected=None), state))


def queue_notice(desk: Desk, code: str, now: dt.datetime, key: str = "", **words: object) -> Letter:
    """Posts a short mail about the desk itself: the message of `code`, and under it its hint, with `words` filled in.

    It goes to `mail: notices`, else to PMC. There is one of a `key` (the code where none is given) on a day.
    """
    settings, day = desk.rules.settings, now.astimezone(ZoneInfo(desk.rules.settings.time_zone)).date()
    subject = desk.say(code, **words)
    blanks = {name: str(word) for name, word in words.items()}
    hint = fill_blanks(desk.catalogue.find(code, settings.language).hint, blanks)
    to = tuple(Mailbox(one) for one in settings.mail.notices) or mailboxes(
        pmc_people(desk, People(desk.read_staff(day), day))
    )
    lines = [subject, *([hint] if hint else []), "", desk.say("ui-mail-footer"), ""]
    mail = Mail(sender_of(desk), to, subject, "\n".join(lines), "", written_at(desk, day))
    return queue_mail(desk, mail, NOTICE, key or code)
