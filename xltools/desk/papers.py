"""Papers that are due: made once for each revision, numbered, never written over what a person edited."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from xltools.core.event import Event
from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.plan import Action, WriteFile
from xltools.core.problem import Problem, error
from xltools.core.record import Table
from xltools.desk.inputs import RunInputs
from xltools.desk.session import find_customer
from xltools.edge.excel import render_xlsx
from xltools.edge.folders import archive_path, safe_name
from xltools.edge.word import render_docx
from xltools.forms.clause_text import ClauseError
from xltools.forms.paper_templates import template_name
from xltools.forms.papers import PaperRule
from xltools.forms.rules import Rules
from xltools.ledger.decide import issue_paper
from xltools.ledger.papers import due_notes, due_papers, number_paper, void_papers
from xltools.ledger.replay import Ledger
from xltools.reports.contract import check_deposit
from xltools.reports.paper_context import PaperRequest
from xltools.reports.paper_contexts import build_context


@dataclass(frozen=True)
class IssuedPapers:
    """Papers of a run: their files, the events that say so, the writing of them, and what went wrong."""

    files: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    actions: tuple[Action, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: "IssuedPapers") -> "IssuedPapers":
        """Both; what went wrong with the same template is told once."""
        return IssuedPapers(
            self.files + other.files,
            self.events + other.events,
            self.actions + other.actions,
            tuple(dict.fromkeys(self.problems + other.problems)),
        )


def issue_papers(orders: Iterable[Order], inputs: RunInputs, ledger: Ledger) -> IssuedPapers:
    """The papers that these orders are due, and the voiding of those that must not be used any more.

    A paper that can't be made leaves its order as it was: each run tries again.
    """
    orders = tuple(orders)
    return _PaperMaker(inputs, ledger).issue(orders)


class _PaperMaker:
    """Makes papers; `taken` are the numbers of each kind given so far, `broken` the templates that can't be filled."""

    def __init__(self, inputs: RunInputs, ledger: Ledger) -> None:
        self.inputs, self.ledger = inputs, ledger
        self.taken = {kind: set(numbers) for kind, numbers in ledger.paper_numbers.items()}
        self.broken: set[str] = set()

    def issue(self, orders: tuple[Order, ...]) -> IssuedPapers:
        """The papers that these orders are due."""
        files: list[str] = []
        events: list[Event] = []
        actions: list[Action] = []
        problems: list[Problem] = []
        rules, as_of = self.inputs.rules, self.inputs.as_of
        for order in orders:
            events += void_papers(order, rules, as_of)
            for rule in due_papers(order, rules, as_of):
                number = number_paper(rule, order, rules, as_of, self.taken.setdefault(rule.name, set()))
                request = self._request(rule, order, number)
                made, told = self._make(request, f"{order.number}-r{order.revision}")
                problems += told
                if made:
                    self.taken[rule.name].add(number)
                    files.append(made.path)
                    actions.append(made)
                    events.append(self._event(request, made, order))
                    problems += check_deposit(order, order.place) if rule.name == "contract" else ()
        for note in due_notes(orders, self.ledger, rules):
            request = self._request(note.rule, note.orders[0], note.number, note.number)
            made, told = self._make(request, note.number)
            problems += told
            if made:
                files.append(made.path)
                actions += [made, self._keep(made)]
                events += [self._event(request, made, order) for order in note.orders]
        return IssuedPapers(tuple(files), tuple(events), tuple(actions), tuple(dict.fromkeys(problems)))

    def _request(self, rule: PaperRule, order: Order, number: str, note: str = "") -> PaperRequest:
        inputs = self.inputs
        return request_paper(
            rule, order, number, rules=inputs.rules, tables=inputs.tables, as_of=inputs.as_of, ledger=self.ledger,
            note=note,
        )  # fmt: skip

    def _make(self, request: PaperRequest, name: str) -> tuple[WriteFile | None, tuple[Problem, ...]]:
        """The paper where it has room, or what keeps it from being made; a broken template is tried once."""
        rules = self.inputs.rules
        template = template_name(request.rule, rules.settings, request.priced)
        if template in self.broken:
            return None, ()
        content = fill_paper(request, template, self.inputs.templates.get(template))
        if isinstance(content, Problem):
            if content.place.file == f"templates/{template}":
                self.broken.add(template)
            return None, (content,)
        path = paper_path(request.rule, request.order, name, rules, PurePosixPath(template).suffix)
        room = self.inputs.shelf.find_room(path, hashlib.sha256(content).hexdigest())
        return WriteFile(room, content), ()

    def _keep(self, made: WriteFile) -> WriteFile:
        """A copy in archive/ of what went with the goods: the one in papers/ may be edited, or lost."""
        sha256 = hashlib.sha256(made.content).hexdigest()
        path = archive_path(
            self.inputs.rules.settings.folders, self.inputs.as_of, PurePosixPath(made.path).name, sha256
        )
        return WriteFile(path, made.content, required=True)

    def _event(self, request: PaperRequest, made: WriteFile, order: Order) -> Event:
        sha256 = hashlib.sha256(made.content).hexdigest()
        kind, number = request.rule.name, request.number
        return issue_paper(kind, order, number=number, file=made.path, sha256=sha256, as_of=self.inputs.as_of)


def request_paper(
    rule: PaperRule,
    order: Order,
    number: str,
    *,
    rules: Rules,
    tables: Mapping[str, Table],
    as_of: dt.date,
    ledger: Ledger,
    note: str = "",
    priced: bool | None = None,
) -> PaperRequest:
    """What a paper is to be made of; delivery notes have prices where the desk's settings, or `priced`, say so."""
    settings = rules.settings
    return PaperRequest(
        rule=rule,
        order=order,
        ledger=ledger,
        customer=find_customer(tables, order.text("customer")),
        rules=rules,
        as_of=as_of,
        number=number,
        language=settings.language,
        delivery_note=note,
        priced=settings.papers.delivery_note.prices if note and priced is None else priced is not False,
    )


def fill_paper(request: PaperRequest, name: str, template: bytes | None) -> bytes | Problem:
    """The paper's bytes from the template of that name, or why there are none."""
    place = Place(f"templates/{name}")
    if template is None:
        return error("template-missing", place, paper=request.rule.label.text.both)
    try:
        context = build_context(request)
    except ClauseError as trouble:
        return error("clause-not-filled", Place("rules/papers.yaml"), reason=trouble)
    except ValueError:  # below zero, or more than the capitals have words for
        order = request.order
        return error("amount-not-wordable", order.place, "amount", order=order.number)
    render = render_xlsx if name.endswith(".xlsx") else render_docx
    return render(template, context, request.as_of, place)


def paper_path(rule: PaperRule, order: Order, name: str, rules: Rules, suffix: str) -> str:
    """Where a paper lies: `papers/SO2603-001/sales-contract-SO2603-001-r1.docx`."""
    first = rule.file.text.in_language(rules.settings.language)
    file = safe_name(f"{first}-{name}", suffix)
    return f"{rules.settings.folders.papers}/{safe_name(order.number)}/{file}"
