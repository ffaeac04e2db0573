"""Where an order stands in the workflow: its stage, what it waits for, and what is missing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xltools.core.event import EventKind
from xltools.core.order import Order, OrderLine
from xltools.core.record import FieldValue
from xltools.core.text import Text
from xltools.forms.expression import compile_expression
from xltools.forms.model import FieldType, Form, FormField, Gate, Stage, Workflow
from xltools.forms.rules import Rules
from xltools.ledger.deliveries import PROMISE, is_promise

CHANGE_NOTICE = "change-notice"  # the form that changes an order from its approval on
_STAGES = tuple(Stage)
_RECEIPTS = frozenset({EventKind.ORDER_RECEIVED, EventKind.ORDER_REVISED})


@dataclass(frozen=True, slots=True)
class Waiting:
    """A shut gate: what is awaited, from whom (a role or department), since when; `fields` by line for a fields gate.

    `limit` is in working days, None for no limit.
    """

    gate: str
    what: Text
    whom: str
    since: dt.date
    limit: int | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """The stage an order has reached and when, the shut gates of the next, and the fields that are missing for it.

    `missing` has field names by line number, the header's under the empty text. `untracked` names the gates that count
    as open because nothing installed can open them.
    """

    stage: str
    since: dt.date
    waiting: tuple[Waiting, ...] = ()
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    untracked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _GateState:
    is_open: bool
    evidence: dt.date | None = None  # when something happened that shows the stage was reached
    tracked: bool = True
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def assess_order(order: Order, rules: Rules, installed_papers: frozenset[str]) -> Standing:
    """Where the order stands; `installed_papers` are the kinds of paper that the program can make.

    Its stage is the furthest that has evidence (paper made, goods shipped, a form's word) or no gates, with every gate
    up to it open; never before the stage its layout brought it in at, whose gates are not asked. A gate is open that
    `unless` excuses, and one that nothing installed could open.
    """
    workflow = rules.workflow
    names = [stage.name for stage in workflow.stages]
    start = names.index(order.entered) if order.entered in names else 0  # a desk may have renamed its stages since
    reached, since = start, _last_received(order)
    waiting: tuple[Waiting, ...] = ()
    untracked: list[str] = []
    needed: list[tuple[int, _GateState]] = []  # fields gates with the position of their stage
    for at, stage in enumerate(workflow.stages[start + 1 :], start + 1):
        states = [(gate, _judge_gate(gate, order, rules, installed_papers)) for gate in stage.gates]
        needed += [(at, state) for gate, state in states if gate.fields and not _is_excused(gate, order)]
        if waiting:
            continue
        untracked += [gate.name for gate, state in states if not state.tracked]
        shut = [(gate, state) for gate, state in states if not state.is_open]
        waiting = tuple(
            Waiting(gate.name, gate.what.text, gate.whom, since, gate.limit, state.missing) for gate, state in shut
        )
        dates = [state.evidence for _, state in states if state.evidence]
        if not shut and (dates or not stage.gates):
            reached, since = at, max([since, *dates])
    missing = next((state.missing for at, state in needed if at > reached), {})
    return Standing(workflow.stages[reached].name, since, waiting, missing, tuple(untracked))


def is_at_stage(standing: Standing, stage: str, workflow: Workflow) -> bool:
    """True when the order has reached that stage of the workflow."""
    return workflow.index(standing.stage) >= workflow.index(stage)


def is_approved(order: Order, rules: Rules, installed_papers: frozenset[str]) -> bool:
    """True from the workflow's `approved` stage on: where there are change notices, only they change the order then."""
    return is_at_stage(assess_order(order, rules, installed_papers), rules.workflow.approved, rules.workflow)


def is_line_open(line: OrderLine, rules: Rules) -> bool:
    """True while more of the line is open than its short tolerance (溢短装), else the desk's, allows."""
    return line.open > short_tolerance(line, rules)


def is_in_tracker(line: OrderLine, closed_year: int | None, rules: Rules) -> bool:
    """False for a line that is done, its last shipment in a year that was closed (the ledger's `closed_year`)."""
    last = line.last_shipped
    if closed_year is None or last is None or is_line_open(line, rules):
        return True
    return last.year > closed_year


def short_tolerance(line: OrderLine, rules: Rules) -> Decimal:
    """The quantity of a line that may stay open: the line's own share (溢短装) of what was ordered, else the desk's."""
    own = line.decimal("short_tolerance")
    return line.quantity * (rules.settings.lateness.short_tolerance if own is None else own)


def required_fields(form: Form, stage: Stage, after: Stage | None = None) -> tuple[FormField, ...]:
    """The fields that must be filled by a stage; with `after`, without those asked for by that earlier stage."""
    wanted = _STAGES[_STAGES.index(after) + 1 if after else 0 : _STAGES.index(stage) + 1]
    return tuple(one for one in form.fields() if one.required in wanted)


def missing_fields(order: Order, form: Form, fields: tuple[FormField, ...]) -> dict[str, tuple[str, ...]]:
    """Which of the fields are blank, by line number, the header's under the empty text; lines that lack none left out.

    Of two fields that do for each other the first is named.
    """
    header = tuple(one for one in fields if not form.is_line_field(one.name))
    lines = tuple(one for one in fields if form.is_line_field(one.name))
    blank = {"": _blank_fields(order, header)} | {line.number: _blank_fields(line, lines) for line in order.lines}
    return {number: names for number, names in blank.items() if names}


def _blank_fields(values: Order | OrderLine, fields: tuple[FormField, ...]) -> tuple[str, ...]:
    names: list[str] = []
    for one in fields:
        alternative = one.alternative
        if _is_filled(one, values.get(one.name)) or alternative in names:
            continue
        if alternative is None or values.get(alternative) is None:
            names.append(one.name)
    return tuple(names)


def _is_filled(one: FormField, value: FieldValue | None) -> bool:
    """A promise needs a date, TBC is none; for a request TBC is an answer. Text instead of a schedule is nothing."""
    if one.name == PROMISE:
        return is_promise(value)
    if one.type is FieldType.SCHEDULE:
        return isinstance(value, tuple)
    return value is not None


def _last_received(order: Order) -> dt.date:
    return max((entry.when for entry in order.history if entry.kind in _RECEIPTS), default=order.received)


def _is_excused(gate: Gate, order: Order) -> bool:
    if not gate.unless:
        return False
    expression = compile_expression(gate.unless)
    return expression.evaluate({name: order.get(name) for name in expression.names}) is True


def _judge_gate(gate: Gate, order: Order, rules: Rules, installed_papers: frozenset[str]) -> _GateState:
    if _is_excused(gate, order):
        return _GateState(is_open=True)
    if gate.fields:
        return _judge_fields(gate.fields, order, rules)
    if gate.paper:
        if gate.paper not in installed_papers:
            return _GateState(is_open=True, tracked=False)
        made = [one.when for one in order.papers if one.kind == gate.paper and one.revision == order.revision]
        return _GateState(is_open=bool(made), evidence=min(made, default=None))
    if gate.goods:
        return _judge_goods(gate.goods, order, rules)
    # No event of this version comes from any other form, so a gate that an installed one opens stays shut.
    return _GateState(is_open=gate.form not in rules.forms, tracked=gate.form in rules.forms)


def _judge_fields(stage: Stage, order: Order, rules: Rules) -> _GateState:
    """Asks for what no earlier fields gate of the workflow asks for: what an excused gate wanted stays excused."""
    form = rules.forms.get(order.form)
    if form is None:
        return _GateState(is_open=True, tracked=False)
    asked = [gate.fields for one in rules.workflow.stages for gate in one.gates if gate.fields]
    before = [one for one in asked if _STAGES.index(one) < _STAGES.index(stage)]
    latest = max(before, key=_STAGES.index, default=None)
    missing = missing_fields(order, form, required_fields(form, stage, latest))
    return _GateState(is_open=not missing, missing=missing)


def _judge_goods(goods: str, order: Order, rules: Rules) -> _GateState:
    dates = [shipment.date for line in order.lines for shipment in line.shipments]
    if goods == "some-shipped":
        return _GateState(is_open=bool(dates), evidence=min(dates, default=None))
    shipped = bool(dates) and not any(is_line_open(line, rules) for line in order.lines)
    return _GateState(is_open=shipped, evidence=max(dates) if shipped else None)
