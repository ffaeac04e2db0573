"""Where an order stands in the workflow: its stage, what it waits for, and what is missing."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from xltools.core.codec import plain_decimal
from xltools.core.money import round_cents
from xltools.core.order import Order, OrderLine, Statement
from xltools.core.text import Text
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate, LateKind, Workflow
from xltools.ledger.gate_state import GateState
from xltools.ledger.gate_statements import last_received
from xltools.ledger.gates import is_excused, is_line_open, judge_gate

CHANGE_NOTICE = "change-notice"  # the form that changes an order from its approval on
OrderState = Literal["", "held", "declined", "cancelled"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A shut gate: what is awaited, from whom (a role or department), since when; `fields` by line for a fields gate.

    `limit` is in working days, None for no limit; `late` is what `xltools late` calls it once that has passed. `stage`
    is the one before which it stands.
    """

    gate: str
    what: Text
    whom: str
    since: dt.date
    limit: int | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    late: LateKind = "production"
    stage: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The stage an order has reached and when, the shut gates of the next, and the fields that are missing for it.

    `missing` has field names by line number, the header's under the empty text. `untracked` names the gates that count
    as open because nothing installed can open them, `overrides` what let it pass shut ones, at later stages too. An
    order that is `held`, `declined` in review or `cancelled` has that `state`, and `reason` says why. `ahead` are the
    shut gates of all stages, `waiting` the first of them.
    """

    stage: str
    since: dt.date
    waiting: tuple[Waiting, ...] = ()
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    untracked: tuple[str, ...] = ()
    overrides: tuple[tuple[str, Statement], ...] = ()
    state: OrderState = ""
    reason: str = ""
    ahead: tuple[Waiting, ...] = ()


def assess_order(order: Order, rules: Rules, as_of: dt.date) -> Standing:
    """Where the order stands on a date, which only limits overrides.

    Its stage is the furthest that has evidence (paper made, goods shipped, a form's word) or no gates, with every gate
    up to it open; never before the stage its layout brought it in at, whose gates are not asked. Goods that have left
    are a fact: they carry it on even past a gate that was shut again. A gate is open that `unless` excuses, and one
    that nothing installed could open.
    """
    workflow = rules.workflow
    start = workflow.entry(order.entered)
    reached, since = start, last_received(order)
    ahead: list[Waiting] = []
    untracked: list[str] = []
    overrides: list[tuple[str, Statement]] = []
    refusal: Statement | None = None
    needed: list[tuple[int, GateState]] = []  # fields gates with the position of their stage
    for at, stage in enumerate(workflow.stages[start + 1 :], start + 1):
        states = [(gate, judge_gate(gate, order, rules, as_of)) for gate in stage.gates]
        needed += [(at, state) for gate, state in states if gate.fields and not is_excused(gate, order)]
        overrides += [(gate.name, state.override) for gate, state in states if state.override]
        if not ahead:
            untracked += [gate.name for gate, state in states if not state.tracked]
            refusal = next((state.refusal for _, state in states if state.refusal), None)
        ahead += [one for gate, state in states for one in _tell_waiting(gate, state, since, stage.name)]
        left = [state.evidence for gate, state in states if gate.goods and state.is_open and state.evidence]
        dates = [state.evidence for _, state in states if state.evidence]
        if left or (not ahead and (dates or not stage.gates)):
            reached, since = at, max([since, *(left if ahead else dates)])
    missing = next((state.missing for at, state in needed if at > reached or not state.is_open), {})
    waiting = tuple(one for one in ahead if one.stage == ahead[0].stage)
    state, reason = _tell_state(order, refusal)
    if state == "cancelled":
        waiting, missing, ahead = (), {}, []
    return Standing(
        workflow.stages[reached].name,
        since,
        waiting,
        missing,
        tuple(untracked),
        tuple(overrides),
        state,
        reason,
        tuple(ahead),
    )


def _tell_waiting(gate: Gate, state: GateState, since: dt.date, stage: str) -> Iterator[Waiting]:
    """What a shut gate waits for: of each department that has not said its word, else of whom the gate names."""
    if state.is_open:
        return
    if state.refusal:
        what = Text("评审未通过，请改单重发", "refused in review: revise the order")
        yield Waiting(gate.name, what, "owner", state.refusal.when, gate.limit, late=gate.late, stage=stage)
        return
    what = _tell_what(gate.what.text, state)
    for whom in state.pending or (gate.whom,):
        yield Waiting(gate.name, what, whom, since, gate.limit, state.missing, gate.late, stage)


def _tell_what(what: Text, state: GateState) -> Text:
    """What is awaited, with the delivery notes that lack it, or how much of a sum is there."""
    more = ", ".join(state.notes)
    if state.figures and state.figures[0]:
        more = " / ".join(f"{figure:,f}" for figure in map(_plain, state.figures))
    return Text(f"{what.zh} {more}", f"{what.en} {more}") if more else what


def _plain(figure: Decimal) -> Decimal:
    """The figure to the cent, without needless zeros."""
    return Decimal(plain_decimal(round_cents(figure)))


def _tell_state(order: Order, refusal: Statement | None) -> tuple[OrderState, str]:
    if order.cancelled:
        return "cancelled", _change_reason(order, "cancel")
    if refusal:
        return "declined", refusal.text("remark") or refusal.text("condition")
    if order.held:
        return "held", _change_reason(order, "hold")
    return "", ""


def _change_reason(order: Order, kind: str) -> str:
    found = [one for one in order.changes if kind in one.kinds and one.state == "approved"]
    return found[-1].text("reason") if found else ""


def is_at_stage(standing: Standing, stage: str, workflow: Workflow) -> bool:
    """True when the order has reached that stage of the workflow."""
    return workflow.index(standing.stage) >= workflow.index(stage)


def is_approved(order: Order, rules: Rules, as_of: dt.date) -> bool:
    """True from the workflow's `approved` stage on: where there are change notices, only they change the order then."""
    if order.approved is not None:
        return True
    return is_at_stage(assess_order(order, rules, as_of), rules.workflow.approved, rules.workflow)


def shipment_gates(standing: Standing, rules: Rules) -> tuple[Waiting, ...]:
    """The shut gates that hold a shipment: all before goods may leave, of whatever stage, but what shipping shows."""
    stages = rules.workflow.stages
    leaving = next((at for at, stage in enumerate(stages) if any(gate.goods for gate in stage.gates)), len(stages) - 1)
    before = stages[: leaving + 1]
    held = {gate.name for stage in before for gate in stage.gates if not (gate.goods or gate.shipping_shows)}
    return tuple(waiting for waiting in standing.ahead if waiting.gate in held)


def is_in_tracker(line: OrderLine, closed_year: int | None, rules: Rules) -> bool:
    """False for a line that is done, its last shipment in a year that was closed (the ledger's `closed_year`)."""
    last = line.last_shipped
    if closed_year is None or last is None or is_line_open(line, rules):
        return True
    return last.year > closed_year
