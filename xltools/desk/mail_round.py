"""What a run has to tell by mail: the day's digests, reviews asked or overdue, workbooks that were returned."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from xltools.core.codec import canonical_json
from xltools.core.place import Place
from xltools.core.plan import Plan, WriteFile
from xltools.core.problem import Problem, error, warning
from xltools.desk.assessing import work_calendar
from xltools.desk.digest import WrittenDigest, plan_digests, recipient_json
from xltools.desk.failure import BusyError
from xltools.desk.inputs import read_template
from xltools.desk.mailing import MailResult, Postman, send_due_mail
from xltools.desk.postbox import (
    MAIL_FOLDER,
    Letter,
    has_server,
    mailboxes,
    plan_mail,
    sender_of,
    shared_path,
    written_at,
)
from xltools.desk.result import RunResult
from xltools.desk.return_mail import plan_return_mails
from xltools.desk.run import beat_at, hold_desk, recover_desk
from xltools.desk.session import Desk, master_path
from xltools.edge.html import render_html
from xltools.edge.journal import carry_out
from xltools.edge.mail import Mail
from xltools.ledger.replay import Ledger
from xltools.reports.people import People
from xltools.reports.reminder import Reminder, Told, count_reminder, list_reminders, reminder_context, reminder_text

REMINDER_TEMPLATE = "reminder.html.j2"
_ROUND = f"{MAIL_FOLDER}/round.json"
_REMINDED = f"{MAIL_FOLDER}/reminded.json"


@dataclass(frozen=True)
class PostedMail:
    """What a run posted, and what is wrong with addresses or templates."""

    digests: tuple[WrittenDigest, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass
class _Post:
    """What is posted so far."""

    actions: list[WriteFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    digests: tuple[WrittenDigest, ...] = ()


def mail_after_run(
    desk: Desk, result: RunResult, now: dt.datetime, postman: Postman | None = None
) -> tuple[RunResult, MailResult]:
    """Posts what a run has to tell, and sends what is due: the result with its digests, and what became of mails."""
    try:
        posted = post_mail(desk, result.as_of, now)
    except BusyError:  # the next run tells it
        posted = PostedMail()
    try:
        sent = send_due_mail(desk, now, postman)
    except BusyError as busy:  # the run itself is done, and its result is not to be lost over mails
        sent = MailResult(problems=busy.problems)
    problems = (*result.problems, *posted.problems, *sent.problems)
    states = {mail.id: mail.state for mail in sent.mails}
    told = tuple(recipient_json(mail, states) for mail in posted.digests)
    return replace(result, problems=problems, digests=told, mail_exit_code=sent.exit_code), sent


def post_mail(desk: Desk, as_of: dt.date, now: dt.datetime) -> PostedMail:
    """Puts into the queue, or the outbox folder, what is to be told at `now`: nothing that was told before.

    Digests, one batch a day, and reminders are only made in the hours in which they can go, so that none is old when it
    does. What was told is remembered in .desk/mail/.
    """
    with hold_desk(desk, desk.rules.settings.runs.wait_seconds) as lock:
        recover_desk(desk, lock)
        local = now.astimezone(ZoneInfo(desk.rules.settings.time_zone))
        calendar, _ = work_calendar(desk.rules, local.date())
        ledger, post = desk.replay_ledger(), _Post()
        if desk.rules.settings.mail.send_hours.is_open(local, calendar):
            _post_digests(desk, as_of, post)
            _post_reminders(desk, ledger, as_of, now, post)
        letters, problems, memory = plan_return_mails(desk, ledger, as_of)
        _add_letters(post, letters)
        post.actions += memory
        post.problems += problems
        left = carry_out(Plan(tuple(post.actions)), desk.path, desk.store, beat_at(lock))
    if post.actions and not has_server(desk) and any(desk.folders.outbox in one.path for one in post.actions):
        post.problems.append(warning("mail-server-missing", Place("desk.yaml"), folder=desk.folders.outbox))
    return PostedMail(post.digests, (*dict.fromkeys(post.problems), *left))


def _post_digests(desk: Desk, as_of: dt.date, post: _Post) -> None:
    """The digests of a day, in its first run in which mails can go."""
    if _read_memory(desk, _ROUND).get("digests") == as_of.isoformat():
        return
    result, plan = plan_digests(desk, as_of, send=True)
    post.problems += [one for one in result.problems if one.code != "mail-server-missing"]
    post.digests = result.mails
    post.actions += [one for one in plan.actions if isinstance(one, WriteFile)]
    post.actions.append(_remember(_ROUND, {"digests": as_of.isoformat()}))


def _post_reminders(desk: Desk, ledger: Ledger, as_of: dt.date, now: dt.datetime, post: _Post) -> None:
    """A mail to each department that something new is asked of, or of which something is overdue by now."""
    settings, memory = desk.rules.settings, _read_memory(desk, _REMINDED)
    told = {department: _read_told(said) for department, said in memory.items()}
    assessment = desk.assess(ledger, as_of)
    found = list_reminders(
        ledger.orders, assessment.standings, desk.rules, assessment.calendar, as_of, settings.language, told
    )
    gap = dt.timedelta(minutes=settings.mail.reminder_gap)
    kept: dict[str, Any] = dict(memory)
    people: People | None = None
    for reminder in found:
        before = memory.get(reminder.department)
        at = before.get("at", "") if isinstance(before, dict) else ""
        if reminder.is_due and not _is_within(at, now, gap):
            people = people or People(desk.read_staff(as_of), as_of)
            letter = _write_reminder(reminder, desk, people, now)
            if isinstance(letter, Problem):
                post.problems.append(letter)
                if letter.is_error:
                    continue
            elif letter is not None:
                _add_letters(post, [letter])
            kept[reminder.department] = {"at": now.astimezone(dt.UTC).isoformat(), "told": dict(reminder.told)}
        elif not reminder.is_due and dict(reminder.told) != told.get(reminder.department):
            kept[reminder.department] = {"at": at, "told": dict(reminder.told)}  # what was done is forgotten
    if kept != memory:
        post.actions.append(_remember(_REMINDED, kept))


def _write_reminder(reminder: Reminder, desk: Desk, people: People, now: dt.datetime) -> Letter | Problem | None:
    """The mail of a department; nothing where nobody of it is in the staff list."""
    settings, say = desk.rules.settings, desk.say
    staff = people.of_department(reminder.department)
    to = mailboxes(staff)
    if not staff:
        return None
    if not to:
        form = desk.rules.forms.get("staff")
        place = Place(master_path(form, desk.rules)) if form else Place("")
        return warning("reader-without-mail", place, "mail", name=reminder.name, items=len(reminder.items))
    place = Place(f"templates/{REMINDER_TEMPLATE}")
    template = read_template(desk.path, REMINDER_TEMPLATE)
    if template is None:
        return error("template-missing", place, paper=say("ui-reminder-file"))
    review = f"{desk.folders.review}/{reminder.department}/{desk.folders.review_list}"
    sheets = f"{desk.folders.review}/{desk.folders.meeting}"
    sender = sender_of(desk)
    context = reminder_context(
        reminder, settings.language, say, sender.name, shared_path(desk, review), shared_path(desk, sheets)
    )
    page = render_html(template, context, place)
    if isinstance(page, Problem):
        return page
    counts, day = count_reminder(reminder, say), reminder.as_of.isoformat()
    subject = say("ui-reminder-subject", as_of=day, name=reminder.name, counts=counts)
    mail = Mail(sender, to, subject, "\n".join(reminder_text(context)), page, written_at(desk, reminder.as_of))
    rank = now.astimezone(dt.UTC).isoformat(timespec="seconds")
    key = f"{reminder.department} {rank}"
    name = f"{day} {say('ui-reminder-file')} {reminder.name} {now:%H%M}"
    return plan_mail(desk, mail, "reminder", key, name, series=f"reminder {reminder.department}", rank=rank)


def _add_letters(post: _Post, letters: Sequence[Letter]) -> None:
    post.actions += [action for letter in letters for action in letter.actions]


def _is_within(at: str, now: dt.datetime, gap: dt.timedelta) -> bool:
    """True for a moment shorter ago than the gap; one still to come is none: a clock was wrong then."""
    try:
        return dt.timedelta() <= now - dt.datetime.fromisoformat(at) < gap
    except (ValueError, TypeError):
        return False


def _read_memory(desk: Desk, file: str) -> Mapping[str, Any]:
    try:
        found = json.loads((desk.path / file).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _read_told(said: Any) -> Told:
    told = said.get("told") if isinstance(said, dict) else None
    return {str(id_): overdue is True for id_, overdue in told.items()} if isinstance(told, dict) else {}


def _remember(file: str, memory: Mapping[str, Any]) -> WriteFile:
    return WriteFile(file, canonical_json(dict(memory)).encode(), expected=None)
