"""Papers that the workflow allows: made once, numbered, never written over what a person edited."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from xltools.core.event import Event
from xltools.core.order import Order
from xltools.core.place import Place
from xltools.core.plan import Action, WriteFile
from xltools.core.problem import Problem, error
from xltools.desk.inputs import CONTRACT_TEMPLATE, RunInputs
from xltools.desk.session import find_customer
from xltools.edge.folders import safe_name
from xltools.edge.word import render_docx
from xltools.forms.rules import Rules
from xltools.ledger.decide import issue_paper
from xltools.ledger.number import next_number
from xltools.ledger.replay import Ledger
from xltools.ledger.standing import Standing, Waiting, assess_order
from xltools.reports.contract import contract_context

CONTRACT = "contract"


@dataclass(frozen=True)
class IssuedPapers:
    """Papers of a run: their files, the events that say so, the writing of them, and what went wrong."""

    files: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    actions: tuple[Action, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: "IssuedPapers") -> "IssuedPapers":
        return IssuedPapers(
            self.files + other.files,
            self.events + other.events,
            self.actions + other.actions,
            self.problems + other.problems,
        )


def issue_papers(orders: Iterable[Order], inputs: RunInputs, ledger: Ledger) -> IssuedPapers:
    """The papers that these orders are due: a sales contract for each that awaits nothing else before it."""
    issued = IssuedPapers()
    taken = set(ledger.paper_numbers.get(CONTRACT, ()))
    for order in orders:
        standing = assess_order(order, inputs.rules, inputs.as_of)
        if awaits_paper(standing, CONTRACT, inputs.rules):
            issued += issue_contract(order, inputs, taken)
    return issued


def awaits_paper(standing: Standing, kind: str, rules: Rules) -> bool:
    """True when that paper is all that the order's next stage waits for."""
    gates = {gate.name: gate for stage in rules.workflow.stages for gate in stage.gates}
    awaited = [gates[waiting.gate] for waiting in standing.waiting]
    return bool(awaited) and all(gate.paper == kind for gate in awaited)


def shut_gates_before(standing: Standing, kind: str, rules: Rules) -> tuple[Waiting, ...]:
    """The gates that the order waits at before that paper; none where it is past it, or its gate is not needed."""
    stages = rules.workflow.stages
    last = max((at for at, stage in enumerate(stages) if any(gate.paper == kind for gate in stage.gates)), default=-1)
    before = {gate.name for stage in stages[: last + 1] for gate in stage.gates if gate.paper != kind}
    return tuple(waiting for waiting in standing.waiting if waiting.gate in before)


def issue_contract(order: Order, inputs: RunInputs, taken: set[str]) -> IssuedPapers:
    """The sales contract of an order; its number is added to those `taken`."""
    settings = inputs.rules.settings
    number = next_number(settings.number_series.contract, inputs.as_of, taken)
    path = paper_path(settings.folders.papers, order, "sales-contract")
    customer = find_customer(inputs.tables, order.text("customer"))
    try:
        context = contract_context(order, customer, inputs.rules, inputs.as_of, number)
    except ValueError:  # below zero, or more than the capitals have words for
        return IssuedPapers(problems=(error("amount-not-wordable", order.place, "amount", order=order.number),))
    content = render_docx(
        inputs.templates[CONTRACT_TEMPLATE], context, inputs.as_of, Place(f"templates/{CONTRACT_TEMPLATE}")
    )
    if isinstance(content, Problem):
        return IssuedPapers(problems=(content,))
    taken.add(number)
    sha256 = hashlib.sha256(content).hexdigest()
    event = issue_paper(CONTRACT, order, number=number, file=path, sha256=sha256, as_of=inputs.as_of)
    return IssuedPapers((path,), (event,), (WriteFile(path, content),))


def paper_path(folder: str, order: Order, kind: str) -> str:
    """Where a paper of an order's current revision lies: `papers/SO2603-001/sales-contract-SO2603-001-r1.docx`."""
    name = safe_name(f"{kind}-{order.number}", f"-r{order.revision}.docx")
    return f"{folder}/{safe_name(order.number)}/{name}"
