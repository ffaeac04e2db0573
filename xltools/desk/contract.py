"""`paper DESK contract ORDER`: the sales contract of an order, or which gate is shut."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from xltools.core.order import Order, Paper
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.desk.answers import find_order
from xltools.desk.papers import CONTRACT, shut_gates_before
from xltools.desk.run import RunOptions, run_desk_at
from xltools.desk.session import Desk
from xltools.edge.pdf import convert_to_pdf
from xltools.ledger.standing import assess_order
from xltools.reports.wording import labels_text, whom_text

PAPER_KINDS = ("contract", "confirmation", "production-order", "shipping-list", "delivery-note", "packing-list")


@dataclass(frozen=True)
class PaperResult:
    """The files of a paper, desk-relative, and why there are none or not all."""

    files: tuple[str, ...]
    problems: tuple[Problem, ...]


def make_paper(desk: Desk, order_number: str, as_of: dt.date, pdf: bool = False) -> PaperResult:
    """The contract of the order's current revision, made now if its gates are open and it is not there yet.

    Making it is a run that leaves the inbox alone, so that archive/ knows of it. UsageError where there is no such
    order. With `pdf`, a PDF beside it, made by LibreOffice.
    """
    order = find_order(desk.replay_ledger(), order_number)
    paper = issued_contract(order)
    problems: tuple[Problem, ...] = ()
    if paper is None:
        shut = _shut_gates(order, desk, as_of)
        if shut:
            return PaperResult((), shut)
        made = run_desk_at(desk, as_of, RunOptions(take_inbox=False))
        problems = made.problems
        paper = issued_contract(find_order(desk.replay_ledger(), order_number))
        if paper is None:
            return PaperResult((), problems or (warning("paper-not-needed", order.place, order=order.number),))
    path = desk.path / paper.file
    if not path.is_file():
        return PaperResult((), (*problems, error("paper-missing", Place(paper.file), order=order.number)))
    if not pdf:
        return PaperResult((paper.file,), problems)
    converted = convert_to_pdf([path], path.parent, as_of)
    if isinstance(converted, Problem):
        return PaperResult((paper.file,), (*problems, replace(converted, place=Place(paper.file))))
    return PaperResult((paper.file, *(_relative(one, desk.path) for one in converted)), problems)


def issued_contract(order: Order) -> Paper | None:
    """The contract made for the order's current revision."""
    return next(
        (paper for paper in reversed(order.papers) if (paper.kind, paper.revision) == (CONTRACT, order.revision)), None
    )


def _shut_gates(order: Order, desk: Desk, as_of: dt.date) -> tuple[Problem, ...]:
    standing = assess_order(order, desk.rules, as_of)
    rules, language = desk.rules, desk.language
    say = desk.catalogue.speaker(language)
    problems = []
    for waiting in shut_gates_before(standing, CONTRACT, rules):
        whom = whom_text(waiting.whom, order, rules, language, say)
        what = waiting.what.in_language(language)
        fields = dict.fromkeys(name for names in waiting.fields.values() for name in names)
        if fields:
            what = f"{what} ({labels_text(fields, rules, language)})"
        problems.append(error("gate-shut", order.place, order=order.number, whom=whom, what=what))
    return tuple(problems)


def _relative(path: Path, desk: Path) -> str:
    return path.relative_to(desk).as_posix()
