"""Which papers an order or a delivery note is due, what still holds them back, and which are void by now."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from xltools.core.event import Event, EventKind
from xltools.core.order import Order, Paper
from xltools.core.place import Place
from xltools.forms.expression import compile_expression
from xltools.forms.papers import PaperRule
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate
from xltools.ledger.gates import is_excused, judge_gate
from xltools.ledger.number import next_number
from xltools.ledger.replay import Ledger
from xltools.ledger.routing import order_figures
from xltools.ledger.standing import Standing, assess_order, is_at_stage


@dataclass(frozen=True, slots=True)
class DueNote:
    """A paper about a delivery note that is to be made: its kind, the note's number, and the orders on the note."""

    rule: PaperRule
    number: str
    orders: tuple[Order, ...]


def due_papers(order: Order, rules: Rules, as_of: dt.date) -> tuple[PaperRule, ...]:
    """The papers to be made for the order's current revision now; none while it is held, declined or cancelled.

    Cheap for an order that has all its papers: only one that lacks any is judged.
    """
    if order.held or order.cancelled:
        return ()
    wanted = [rule for rule in rules.papers.papers if lacks_paper(rule, order, rules)]
    if wanted:
        bar = _first_bar(order, rules, as_of)
        wanted = [rule for rule in wanted if (_position(rule, order, rules) or 0) < bar]
    standing = assess_order(order, rules, as_of) if any(not _gates_of(rule, rules) for rule in wanted) else None
    return tuple(rule for rule in wanted if _is_due(rule, order, rules, as_of, standing))


def lacks_paper(rule: PaperRule, order: Order, rules: Rules) -> bool:
    """True where the order will need that paper of its current revision and has none.

    Not for orders that `unless` excuses, nor for those that were brought in at or past the stage the paper belongs to.
    """
    if rule.about != "order" or find_paper(order, rule.name) is not None:
        return False
    last, start = _position(rule, order, rules), rules.workflow.entry(order.entered)
    if last is None or last <= start or _is_excused(rule, order):
        return False
    gates = _gates_of(rule, rules)
    return not gates or not all(is_excused(gate, order) for gate in gates)


def find_paper(order: Order, kind: str, note: str = "") -> Paper | None:
    """The paper of that kind that holds: of the order's current revision, or of a delivery note."""
    for paper in reversed(order.papers):
        if paper.kind == kind and not paper.voided:
            fits = paper.number == note if note else paper.revision == order.revision
            if fits:
                return paper
    return None


def shut_gates(rule: PaperRule, order: Order, rules: Rules, as_of: dt.date) -> tuple[Gate, ...]:
    """The gates that hold a paper back, those of the first stage that has any; other papers of its own stage do not."""
    last = _position(rule, order, rules)
    if last is None:
        return ()
    for at, stage in enumerate(rules.workflow.stages[: last + 1]):
        if at <= rules.workflow.entry(order.entered):
            continue
        asked = (gate for gate in stage.gates if gate.paper != rule.name and not (at == last and gate.paper))
        if shut := tuple(gate for gate in asked if not judge_gate(gate, order, rules, as_of).is_open):
            return shut
    return ()


def number_paper(rule: PaperRule, order: Order, rules: Rules, as_of: dt.date, taken: Collection[str]) -> str:
    """The number of a paper about an order: the next of its series, and for later revisions the first with `-r2`.

    Papers without a series bear the order's number.
    """
    if rule.series is None:
        return order.number
    earlier = [paper.number for paper in order.papers if paper.kind == rule.name and paper.number]
    if earlier:
        return f"{earlier[0]}-r{order.revision}"
    return next_number(getattr(rules.settings.number_series, rule.series), as_of, taken)


def due_notes(orders: Iterable[Order], ledger: Ledger, rules: Rules) -> Iterator[DueNote]:
    """The papers to be made about delivery notes that these orders are on; each note's papers are made once."""
    kinds = [rule for rule in rules.papers.papers if rule.about == "delivery-note"]
    numbers = dict.fromkeys(note for order in orders for note in notes_of(order)) if kinds else {}
    for rule in kinds:
        made = ledger.paper_numbers.get(rule.name, frozenset())
        for number in numbers:
            if number in made or number not in ledger.delivery_notes:
                continue
            on_note = tuple(ledger.orders[one] for one in ledger.delivery_notes[number] if one in ledger.orders)
            carrying = tuple(one for one in on_note if number in notes_of(one))
            if carrying and not _is_excused(rule, carrying[0]) and _tells(rule, number, carrying):
                yield DueNote(rule, number, carrying)


def void_papers(order: Order, rules: Rules, as_of: dt.date) -> Iterator[Event]:
    """An event for each paper that must not be used any more.

    About the order: those of earlier revisions, and all of one that was cancelled before anything left. About a
    delivery note: those whose goods were voided.
    """
    notes = notes_of(order)
    for paper in order.papers:
        rule = rules.paper_kinds.get(paper.kind)
        if paper.voided or rule is None:
            continue
        if rule.about == "delivery-note":
            reason = "" if paper.number in notes else "shipment-voided"
        elif order.cancelled and not any(line.shipments for line in order.lines):
            reason = "cancelled"
        else:
            reason = f"r{order.revision}" if paper.revision < order.revision else ""
        if reason:
            body = {"file": paper.file, "number": paper.number, "paper": paper.kind, "reason": reason}
            yield Event(EventKind.PAPER_VOIDED, as_of, Place(paper.file), order.number, body)


def _first_bar(order: Order, rules: Rules, as_of: dt.date) -> int:
    """The first stage that a gate keeps the order from, papers' gates apart: most orders wait there for one word."""
    for at, stage in enumerate(rules.workflow.stages):
        if at > rules.workflow.entry(order.entered) and any(
            not gate.paper and not judge_gate(gate, order, rules, as_of).is_open for gate in stage.gates
        ):
            return at
    return len(rules.workflow.stages)


def _is_due(rule: PaperRule, order: Order, rules: Rules, as_of: dt.date, standing: Standing | None) -> bool:
    if _gates_of(rule, rules):
        return not shut_gates(rule, order, rules, as_of)
    if standing is None or standing.state or rule.stage is None:
        return False
    return is_at_stage(standing, rule.stage, rules.workflow)


def _position(rule: PaperRule, order: Order, rules: Rules) -> int | None:
    """Where in the workflow a paper is made: at the last gate that asks this order for it, else at its stage."""
    names = [stage.name for stage in rules.workflow.stages]
    asking = [
        at
        for at, stage in enumerate(rules.workflow.stages)
        for gate in stage.gates
        if gate.paper == rule.name and not is_excused(gate, order)
    ]
    if asking:
        return asking[-1]
    return names.index(rule.stage) if rule.stage in names else None


def _gates_of(rule: PaperRule, rules: Rules) -> tuple[Gate, ...]:
    return tuple(gate for stage in rules.workflow.stages for gate in stage.gates if gate.paper == rule.name)


def _is_excused(rule: PaperRule, order: Order) -> bool:
    return rule.unless is not None and compile_expression(rule.unless).evaluate(order_figures(order)) is True


def notes_of(order: Order) -> frozenset[str]:
    """The delivery notes that goods of the order left on."""
    return frozenset(one.delivery_note for line in order.lines for one in line.shipments if one.delivery_note)


def _tells(rule: PaperRule, number: str, orders: Iterable[Order]) -> bool:
    """True where the note's goods have one of the fields that the paper is about."""
    shipments = (one for order in orders for line in order.lines for one in line.shipments)
    return not rule.given or any(
        one.delivery_note == number and any(one.get(name) is not None for name in rule.given) for one in shipments
    )
