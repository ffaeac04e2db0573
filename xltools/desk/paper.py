"""`paper DESK KIND ORDER`: the paper of an order, or which gate is shut before it."""

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path, PurePosixPath

from xltools.core.order import Order, Paper
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.text import label_key
from xltools.desk import prefill
from xltools.desk.answers import find_order
from xltools.desk.checking import desk_tables
from xltools.desk.failure import UsageError
from xltools.desk.inputs import read_template
from xltools.desk.paper_shelf import PaperShelf
from xltools.desk.papers import fill_paper, paper_path, request_paper
from xltools.desk.result import PaperResult
from xltools.desk.run import RunOptions, run_desk_at
from xltools.desk.session import Desk
from xltools.edge.journal import write_durably
from xltools.edge.opening import open_file
from xltools.edge.pdf import convert_to_pdf
from xltools.forms.paper_templates import template_name
from xltools.forms.papers import PaperRule
from xltools.forms.rules import Rules
from xltools.ledger.papers import find_paper, lacks_paper, notes_of, shut_gates
from xltools.ledger.standing import assess_order
from xltools.reports.wording import labels_text, whom_text

# Workbooks that are handed out half filled and come back by the inbox.
PREFILLED = ("shipping-list", "change-notice")


def paper_kinds(rules: Rules) -> tuple[str, ...]:
    """The kinds that `paper` knows: those of rules/papers.yaml, and the workbooks that are handed out half filled."""
    return (*rules.paper_kinds, *PREFILLED)


def make_paper(
    desk: Desk,
    order_number: str,
    as_of: dt.date,
    pdf: bool = False,
    *,
    kind: str = "contract",
    note: str = "",
    priced: bool | None = None,
) -> PaperResult:
    """A paper of the order's current revision, made now if its gates are open and it is not there yet.

    Making it is a run that leaves the inbox alone, so that archive/ knows of it. `note` is the delivery note that the
    paper is about, the latest where nothing is said; one that is to be `priced` otherwise than the desk's settings have
    it is a further print of the same note. UsageError where there is no such order or kind. With `pdf`, a PDF beside
    it, made by LibreOffice.
    """
    made = _find_files(desk, order_number, as_of, kind, note, priced)
    if not pdf or not made.files:
        return made
    paths = [desk.path / file for file in made.files]
    converted = convert_to_pdf(paths, paths[0].parent, as_of)
    if isinstance(converted, Problem):
        return replace(made, problems=(*made.problems, replace(converted, place=Place(made.files[0]))))
    return replace(made, files=(*made.files, *(_relative(one, desk.path) for one in converted)))


def open_paper(desk: Desk, made: PaperResult) -> PaperResult:
    """The papers, each opened with the program that the person's system has for it; warning file-not-opened."""
    troubles = [open_file(desk.path / file, file) for file in made.files]
    return replace(made, problems=(*made.problems, *filter(None, troubles)))


def _find_files(
    desk: Desk, order_number: str, as_of: dt.date, kind: str, note: str, priced: bool | None
) -> PaperResult:
    order = find_order(desk.replay_ledger(), order_number)
    kind = _name_kind(kind, desk.rules)
    if kind == "shipping-list":
        return prefill.make_shipping_list(desk, order.number, as_of)
    if kind == "change-notice":
        return prefill.make_change_notice(desk, order.number, as_of)
    rule = _find_rule(kind, desk.rules)
    if rule.about == "delivery-note":
        note = note or _latest_note(order)
        if note not in notes_of(order):
            return PaperResult((), (error("paper-not-shipped", order.place, order=order.number, note=note or "—"),))
    problems: tuple[Problem, ...] = ()
    paper = find_paper(order, kind, note)
    if paper is None:
        if held := _tell_why_not(rule, order, desk, as_of):
            return PaperResult((), held)
        problems = run_desk_at(desk, as_of, RunOptions(take_inbox=False)).problems
        order = find_order(desk.replay_ledger(), order_number)
        paper = find_paper(order, kind, note)
        if paper is None:
            return PaperResult((), problems or (_not_needed(rule, order, desk),))
    if note and priced is not None and priced is not desk.rules.settings.papers.delivery_note.prices:
        return _print_otherwise(desk, rule, paper, as_of, priced)
    if not (desk.path / paper.file).is_file():
        return PaperResult((), (*problems, error("paper-missing", Place(paper.file), order=order.number)))
    return PaperResult((paper.file,), problems)


def _name_kind(kind: str, rules: Rules) -> str:
    """A kind by its name, or by what it is called in either language: 送货单 is a delivery-note."""
    labels = {name: form.label for name, form in rules.forms.items() if name in PREFILLED}
    labels |= {name: rule.label for name, rule in rules.paper_kinds.items()}
    called = {label_key(words): name for name, label in labels.items() for words in (label.zh, label.en)}
    return called.get(label_key(kind), kind)


def _find_rule(kind: str, rules: Rules) -> PaperRule:
    if kind in rules.paper_kinds:
        return rules.paper_kinds[kind]
    known = paper_kinds(rules)
    raise UsageError([error("paper-kind-unknown", Place(""), value=kind, expected=", ".join(known))])


def _latest_note(order: Order) -> str:
    shipped = [(one.date, at, one) for line in order.lines for at, one in enumerate(line.shipments)]
    return max(shipped, key=lambda found: found[:2])[2].delivery_note if shipped else ""


def _tell_why_not(rule: PaperRule, order: Order, desk: Desk, as_of: dt.date) -> tuple[Problem, ...]:
    """What keeps a paper about an order from being made."""
    rules = desk.rules
    if rule.about != "order":
        return ()
    if not lacks_paper(rule, order, rules):
        return (_not_needed(rule, order, desk),)
    label = rule.label.text.in_language(desk.language)
    standing = assess_order(order, rules, as_of)
    if standing.state:
        return (
            error("paper-order-stopped", order.place, order=order.number, paper=label, reason=standing.reason or "—"),
        )
    names = {gate.name for gate in shut_gates(rule, order, rules, as_of)}
    say = desk.catalogue.speaker(desk.language)
    problems = []
    for waiting in standing.waiting:
        if waiting.gate in names:
            whom = whom_text(waiting.whom, order, rules, desk.language, say)
            what = waiting.what.in_language(desk.language)
            fields = dict.fromkeys(name for missing in waiting.fields.values() for name in missing)
            if fields:
                what = f"{what} ({labels_text(fields, rules, desk.language)})"
            problems.append(error("gate-shut", order.place, order=order.number, paper=label, whom=whom, what=what))
    return tuple(problems)


def _not_needed(rule: PaperRule, order: Order, desk: Desk) -> Problem:
    label = rule.label.text.in_language(desk.language)
    return warning("paper-not-needed", order.place, order=order.number, paper=label)


def _print_otherwise(desk: Desk, rule: PaperRule, paper: Paper, as_of: dt.date, priced: bool) -> PaperResult:
    """The same delivery note with prices, or without: a print beside the one that the ledger knows."""
    ledger = desk.replay_ledger()
    order = ledger.orders[ledger.delivery_notes[paper.number][0]]
    tables = desk_tables(desk, as_of)
    request = request_paper(
        rule, order, paper.number, rules=desk.rules, tables=tables, as_of=paper.when, ledger=ledger,
        note=paper.number, priced=priced,
    )  # fmt: skip
    template = template_name(rule, desk.rules.settings, priced)
    content = fill_paper(request, template, read_template(desk.path, template))
    if isinstance(content, Problem):
        return PaperResult((), (content,))
    name = f"{paper.number}-{'prices' if priced else 'no-prices'}"
    path = paper_path(rule, order, name, desk.rules, PurePosixPath(template).suffix)
    room = PaperShelf(desk.path).find_room(path, hashlib.sha256(content).hexdigest())
    target = desk.path / room
    target.parent.mkdir(parents=True, exist_ok=True)
    write_durably(target, content)
    return PaperResult((room,), ())


def _relative(path: Path, desk: Path) -> str:
    return path.relative_to(desk).as_posix()
