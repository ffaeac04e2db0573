"""The mails about workbooks that were returned: to their sales owner, else to PMC, each once."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from xltools.core.codec import canonical_json
from xltools.core.place import Place
from xltools.core.plan import WriteFile
from xltools.core.problem import Problem, error
from xltools.core.record import Table
from xltools.core.sheet import Workbook
from xltools.desk.inputs import read_template
from xltools.desk.postbox import (
    MAIL_FOLDER,
    Letter,
    mailboxes,
    plan_mail,
    pmc_people,
    sender_of,
    shared_path,
    written_at,
)
from xltools.desk.reading import open_workers, read_workbooks
from xltools.desk.returned import copies_file
from xltools.desk.session import Desk, find_customer, read_master
from xltools.edge.html import render_html
from xltools.edge.mail import Mail
from xltools.edge.workers import Workers
from xltools.intake.document import read_document
from xltools.ledger.replay import Ledger, ReturnedDocument
from xltools.reports.people import People
from xltools.reports.return_notice import (
    ListedProblem,
    ReturnNotice,
    read_problem_list,
    return_context,
    return_subject,
    return_text,
)

RETURN_TEMPLATE = "return-notice.html.j2"
_TOLD = f"{MAIL_FOLDER}/returns.json"
_OLDEST = dt.timedelta(days=14)  # what came back before that is known: mails may have been switched on just now
_MOST_ATTACHED = 5_000_000  # bytes: beyond that many servers take no mail
_MASTER = ("customers", "staff")

# What is planned: mails, what is wrong, and the memory of what was told.
_Planned = tuple[list[Letter], list[Problem], list[WriteFile]]


def plan_return_mails(desk: Desk, ledger: Ledger, as_of: dt.date) -> _Planned:
    """A mail for each open return that was not told yet, or that has other problems by now."""
    memory = _read_told(desk)
    told = {id_: count for id_, count in memory.items() if id_ in ledger.returned}
    new = [one for id_, one in ledger.returned.items() if told.get(id_) != one.problems]
    letters: list[Letter] = []
    problems: list[Problem] = []
    recent = [one for one in new if one.when >= as_of - _OLDEST]
    if recent:
        with open_workers() as workers:
            writer = _Writer(desk, ledger, as_of, workers)
            for returned in recent:
                letter = writer.write(returned)
                if isinstance(letter, Problem):
                    problems.append(letter)
                elif letter is not None:
                    letters.append(letter)
    if any(problem.is_error for problem in problems):  # a wrong template: all are told once it is mended
        return [], problems, []
    told |= {one.return_id: one.problems for one in new}
    remembered = [WriteFile(_TOLD, canonical_json(told).encode(), expected=None)] if told != memory else []
    return letters, problems, remembered


class _Writer:
    def __init__(self, desk: Desk, ledger: Ledger, as_of: dt.date, workers: Workers) -> None:
        self._desk, self._ledger, self._as_of, self._workers = desk, ledger, as_of, workers
        masters = tuple(one for one in desk.master_workbooks() if one.form in _MASTER)
        self._tables, _ = read_master(masters, desk.rules, as_of, workers)
        self._people = People(self._tables.get("staff"), as_of)

    def write(self, returned: ReturnedDocument) -> Letter | Problem | None:
        """The mail of a return; None where its copies are gone: somebody is at it."""
        desk = self._desk
        listed = self._read_listing(returned)
        if listed is None:
            return None
        attached, content, problems = listed
        owner = self._find_owner(returned)
        person = self._people.find(owner) if owner else None
        to = mailboxes((person,) if person else ())
        accepted = self._ledger.accepted.get(returned.sha256)
        fits = len(content) <= _MOST_ATTACHED
        notice = ReturnNotice(
            file=returned.file,
            copy=returned.returned,
            problems=problems,
            is_part=accepted is not None and accepted.partly,
            is_attached=fits,
            missing_owner="" if to else owner,
        )
        place, template = Place(f"templates/{RETURN_TEMPLATE}"), read_template(desk.path, RETURN_TEMPLATE)
        if template is None:
            return error("template-missing", place, paper=desk.say("ui-return-file"))
        sender, language = sender_of(desk), desk.rules.settings.language
        copy, inbox = shared_path(desk, returned.returned), shared_path(desk, desk.folders.inbox)
        context = return_context(notice, language, desk.say, sender.name, copy, inbox)
        page = render_html(template, context, place)
        if isinstance(page, Problem):
            return page
        mail = Mail(
            sender,
            to or mailboxes(pmc_people(desk, self._people)),
            return_subject(context, notice, desk.say),
            "\n".join(return_text(context)),
            page,
            written_at(desk, self._as_of),
            content if fits else b"",
            PurePosixPath(attached).name if fits else "",
        )
        stem = PurePosixPath(returned.returned).stem
        name = f"{self._as_of.isoformat()} {desk.say('ui-return-file')} {stem}"
        return plan_mail(desk, mail, "return", f"{returned.return_id} {returned.problems}", name)

    def _read_listing(self, returned: ReturnedDocument) -> tuple[str, bytes, tuple[ListedProblem, ...]] | None:
        """The file with the list of problems: the marked copy, or the workbook beside it; its content, the list."""
        found: dict[str, bytes] = {}
        for path in _read_copies(self._desk, returned.return_id):
            try:
                found[path] = (self._desk.path / path).read_bytes()
            except OSError:
                continue
        for (path, content), workbook in zip(
            found.items(), read_workbooks(tuple(found.items()), self._workers), strict=True
        ):
            if isinstance(workbook, Workbook) and (problems := read_problem_list(workbook)):
                return path, content, problems
        return None

    def _find_owner(self, returned: ReturnedDocument) -> str:
        """The sales owner: of the order, as the workbook itself names them, or of the customer."""
        for about in returned.about:
            if (order := self._ledger.orders.get(about.order)) and order.text("owner"):
                return order.text("owner")
        if named := self._read_owner(returned):
            return named
        customers = (find_customer(self._tables, about.customer) for about in returned.about if about.customer)
        return next((one.text("owner") for one in customers if one and one.text("owner")), "")

    def _read_owner(self, returned: ReturnedDocument) -> str:
        desk = self._desk
        try:
            content = (desk.path / returned.archived).read_bytes()
        except OSError:
            return ""
        (workbook,) = read_workbooks([(returned.archived, content)], self._workers)
        if isinstance(workbook, Problem):
            return ""
        tables = {name: Table(name, ()) for name, form in desk.rules.forms.items() if form.purpose == "master"}
        document = read_document(workbook, desk.rules, tables, returned.when).document
        records = (*document.records, *document.rejected) if document else ()
        return next((one.text("owner") for one in records if one.text("owner")), "")


def _read_copies(desk: Desk, return_id: str) -> Sequence[str]:
    found = _read_json(desk, copies_file(return_id))
    return tuple(map(str, found))


def _read_told(desk: Desk) -> dict[str, int]:
    return {id_: count for id_, count in _read_json(desk, _TOLD).items() if isinstance(count, int)}


def _read_json(desk: Desk, file: str) -> Mapping[str, Any]:
    try:
        found = json.loads((desk.path / file).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
