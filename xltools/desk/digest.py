"""`digest DESK`: the late-order mails, one per sales owner, one per department that owes something, one for PMC."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from xltools.books.build import build_workbook
from xltools.core.codec import canonical_json
from xltools.core.place import Place
from xltools.core.plan import Plan, WriteFile
from xltools.core.problem import Problem, error, warning
from xltools.desk.failure import DONE, RETURNED, UsageError
from xltools.desk.inputs import read_template
from xltools.desk.postbox import has_server, mailboxes, plan_mail, sender_of, written_at
from xltools.desk.result import ProblemWriter
from xltools.desk.run import beat_at, describe_plan, hold_desk, recover_desk
from xltools.desk.session import STATE_FOLDER, Desk, master_path
from xltools.edge.folders import safe_name
from xltools.edge.html import render_html
from xltools.edge.journal import carry_out
from xltools.edge.mail import Mail
from xltools.reports.digest import Digest, ToldRow, compare_digest, find_reader, list_held, split_digests
from xltools.reports.digest_page import digest_context, digest_grids
from xltools.reports.digest_text import MOST_IN_CHAT, digest_subject, digest_text
from xltools.reports.late import list_late
from xltools.reports.people import People

DIGEST_TEMPLATE = "digest.html.j2"
DIGEST_STATE = f"{STATE_FOLDER}/digests"
_MOST_REMEMBERED = 8  # digests a reader

# What the last digests told, by their day in ISO text.
_Memory = Mapping[str, list[ToldRow]]


@dataclass(frozen=True)
class WrittenDigest:
    """A mail that was written: for whom, to which addresses (none: nobody's is known), its file, how many items.

    One that goes to the mail server has an `id` instead of a file.
    """

    reader: str
    name: str
    addresses: tuple[str, ...]
    file: str
    subject: str
    items: int
    id: str = ""


@dataclass(frozen=True)
class DigestResult:
    """The mails written, or with `planned` those that would be, and what is wrong with addresses or the template."""

    mails: tuple[WrittenDigest, ...]
    problems: tuple[Problem, ...]
    planned: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The .eml files, desk-relative."""
        return tuple(mail.file for mail in self.mails if mail.file)

    @property
    def exit_code(self) -> int:
        """0 done, 1 where the template is wrong: then nothing was written."""
        return RETURNED if any(problem.is_error for problem in self.problems) else DONE


def write_digests(desk: Desk, as_of: dt.date, *, send: bool = False, dry_run: bool = False) -> DigestResult:
    """Writes the digests of a day as .eml into the outbox; readers with nothing to be told get none.

    What each was told is kept in .desk/digests/, by reader and day: the next digest says what has changed since the
    latest of an earlier day, so that one written twice is the same. With `send` they are put into the queue for the
    mail server, one a day and reader, and `send_due_mail` sends them; where there is none: warning mail-server-missing,
    and they lie in the outbox. BusyError where a run is at work.
    """
    with hold_desk(desk) as lock:
        if not dry_run:
            recover_desk(desk, lock)
        result, plan = plan_digests(desk, as_of, send=send)
        if dry_run:
            return replace(result, planned=describe_plan(plan, desk.say))
        return replace(result, problems=(*result.problems, *carry_out(plan, desk.path, desk.store, beat_at(lock))))


def plan_digests(desk: Desk, as_of: dt.date, *, send: bool) -> tuple[DigestResult, Plan]:
    """The digests of a day, and what is to be written; nothing where the template is wrong."""
    digests, people = read_digests(desk, as_of)
    found = [_write_digest(digest, desk, people, send=send) for digest in digests]
    problems = tuple(one for one in found if isinstance(one, Problem))
    written = [one for one in found if not isinstance(one, Problem)]
    mails = tuple(mail for mail, _ in written if mail)
    problems = (*dict.fromkeys(problems), *_missing_addresses(mails, desk))
    if send and mails and not has_server(desk):
        problems += (warning("mail-server-missing", Place("desk.yaml"), folder=desk.folders.outbox),)
    if any(problem.is_error for problem in problems):
        return DigestResult((), problems), Plan()
    return DigestResult(mails, problems), Plan(tuple(action for _, actions in written for action in actions))


def tell_digest(desk: Desk, as_of: dt.date, owner: str = "") -> Iterator[str]:
    """PMC's digest, or an owner's, as text to paste into a chat; UsageError for an owner of whom nothing is told.

    Nothing is written or remembered. It speaks the desk's language, as all that goes to others does.
    """
    digests, _ = read_digests(desk, as_of)
    wanted = owner or "pmc"
    found = next((one for one in digests if wanted in {one.key, one.name} and not one.is_empty), None)
    if found is not None:
        return digest_text(found, desk.rules.settings.language, desk.say, MOST_IN_CHAT)
    if owner:
        known = [one.name for one in digests if not one.is_empty and one.reader != "pmc"]
        raise UsageError([error("digest-reader-unknown", Place(""), value=owner, known=", ".join(known) or "-")])
    return iter((desk.say("ui-late-none"),))


def digest_json(result: DigestResult, writer: ProblemWriter, states: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The JSON shape of `digest`; `planned` only where nothing was written.

    With `states`, of mails by their ids, each recipient has its `state`; see `mail_states`.
    """
    written: dict[str, Any] = {
        "files": list(result.files),
        "recipients": [recipient_json(mail, states) for mail in result.mails],
        "problems": writer.write_all(result.problems),
    }
    return written | ({"planned": list(result.planned)} if result.planned else {})


def recipient_json(mail: WrittenDigest, states: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One mail in the JSON shape."""
    told = {
        "reader": mail.reader,
        "name": mail.name,
        "addresses": list(mail.addresses),
        "file": mail.file,
        "subject": mail.subject,
        "items": mail.items,
    }
    return told if states is None else told | {"state": states.get(mail.id, "queued") if mail.id else "written"}


def read_digests(desk: Desk, as_of: dt.date) -> tuple[tuple[Digest, ...], People]:
    """The digests of a day, each compared with the last one before it, and the people who may read them."""
    rules, language, say = desk.rules, desk.rules.settings.language, desk.say
    assessment, staff = desk.assess(desk.replay_ledger(), as_of), desk.read_staff(as_of)
    rows = list_late(assessment.lines, rules, assessment.calendar, as_of, language, say, staff)
    people = People(staff, as_of)
    digests = split_digests(rows, list_held(assessment.lines), rules, people, as_of, language, say)
    return tuple(_compare(digest, _read_memory(desk, digest)) for digest in digests), people


def _compare(digest: Digest, memory: _Memory) -> Digest:
    earlier = [day for day in memory if day < digest.as_of.isoformat()]
    if not earlier:
        return digest
    return compare_digest(digest, memory[max(earlier)], dt.date.fromisoformat(max(earlier)))


def _write_digest(
    digest: Digest, desk: Desk, people: People, *, send: bool
) -> tuple[WrittenDigest | None, tuple[WriteFile, ...]] | Problem:
    """The mail of a digest, and what is to be written; no mail where there is nothing to say."""
    memory = _remember(desk, digest)
    if digest.is_empty:
        return None, memory
    settings, say = desk.rules.settings, desk.say
    template = read_template(desk.path, DIGEST_TEMPLATE)
    company = settings.company.name.text.in_language(settings.language)
    place = Place(f"templates/{DIGEST_TEMPLATE}")
    if template is None:
        return error("template-missing", place, paper=say("ui-digest-file"))
    page = render_html(template, digest_context(digest, settings.language, say, company), place)
    if isinstance(page, Problem):
        return page
    readers = mailboxes(find_reader(digest, people, settings.mail.pmc))
    title = say("ui-digest-title", name=digest.name, as_of=digest.as_of.isoformat())
    subject = digest_subject(digest, settings.language, say)
    mail = Mail(
        sender=sender_of(desk),
        to=readers,
        subject=subject,
        text="\n".join([*digest_text(digest, settings.language, say), "", say("ui-digest-footer"), ""]),
        html=page,
        when=written_at(desk, digest.as_of),
        workbook=build_workbook(digest_grids(digest, settings.language, say), digest.as_of, title=title),
        workbook_name=safe_name(f"{say('ui-digest-file')}-{digest.as_of.isoformat()}", ".xlsx"),
    )
    reader = say(f"ui-digest-of-{digest.reader}", name=digest.name)  # an owner may be called as a department is
    name = f"{digest.as_of.isoformat()} {say('ui-digest-file')} {reader}"
    key = f"{digest.reader} {digest.key}"
    letter = plan_mail(desk, mail, "digest", key, name, series=f"digest {key}", send=send)
    addresses = tuple(one.address for one in readers)
    written = WrittenDigest(digest.reader, digest.name, addresses, letter.file, subject, len(digest.items), letter.id)
    # Of one that went out already what it told is known: what is new since must not pass for told.
    return written, (*letter.actions, *memory) if letter.is_new else ()


def _missing_addresses(mails: Iterable[WrittenDigest], desk: Desk) -> Iterator[Problem]:
    """A warning for each mail that nobody's address is known for."""
    staff = desk.rules.forms.get("staff")
    place = Place(master_path(staff, desk.rules)) if staff else Place("")
    for mail in mails:
        if not mail.addresses:
            code = "pmc-without-mail" if mail.reader == "pmc" else "reader-without-mail"
            yield warning(code, place, "mail", name=mail.name, items=mail.items)


def _memory_path(digest: Digest) -> str:
    return f"{DIGEST_STATE}/{safe_name(f'{digest.reader}-{digest.key}', '.json')}"


def _read_memory(desk: Desk, digest: Digest) -> _Memory:
    """What a reader was told, by day; a file that can't be read remembers nothing."""
    try:
        written = json.loads((desk.path / _memory_path(digest)).read_text("utf-8"))
        return {
            dt.date.fromisoformat(day).isoformat(): [_told_row(one) for one in rows] for day, rows in written.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _told_row(written: Any) -> ToldRow:
    kind, order, line, due, whom = map(str, written)
    return kind, order, line, due, whom


def _remember(desk: Desk, digest: Digest) -> tuple[WriteFile, ...]:
    """The memory with this digest in it; none where there is nothing to remember, and never was."""
    memory = dict(_read_memory(desk, digest))
    if not memory and not digest.told:
        return ()
    memory[digest.as_of.isoformat()] = list(digest.told)
    days = sorted(memory)[-_MOST_REMEMBERED:]
    kept = {day: [list(row) for row in memory[day]] for day in days}
    return (WriteFile(_memory_path(digest), canonical_json(kept).encode(), expected=None),)
