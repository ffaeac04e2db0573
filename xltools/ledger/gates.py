"""Whether a gate of the workflow is open for an order, since when, and what is lacking."""

import datetime as dt
from decimal import Decimal

from xltools.core.order import Order, OrderLine, Statement
from xltools.core.record import FieldValue
from xltools.core.text import label_key
from xltools.forms.model import FieldType, Form, FormField, Stage
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate
from xltools.ledger.deliveries import PROMISE, is_promise
from xltools.ledger.gate_state import GateState
from xltools.ledger.gate_statements import judge_statements, last_received
from xltools.ledger.order_conditions import evaluate_for_order

OVERRIDE = "gate-override"  # the form by which a person lets an order through a gate
_STAGES = tuple(Stage)


def judge_gate(gate: Gate, order: Order, rules: Rules, as_of: dt.date) -> GateState:
    """How a gate stands for an order; an override counts up to its last day.

    What the review asked is not asked again once it is through: a change may make the order one of another route.
    """
    if is_excused(gate, order):
        return GateState(is_open=True)
    if order.approved is not None and gate.name in rules.workflow.review_gates:
        return GateState(is_open=True, evidence=order.approved)
    if gate.already is not None and _is_true(gate.already, order):
        return GateState(is_open=True, evidence=last_received(order))
    state = _judge_asked(gate, order, rules)
    if not state.is_open and (override := _find_override(gate, order, state, as_of)):
        return GateState(is_open=True, evidence=override.when, override=override, missing=state.missing)
    return state


def is_excused(gate: Gate, order: Order) -> bool:
    """True where the gate's `unless` says that this order does not need it."""
    return gate.unless is not None and _is_true(gate.unless, order)


def _is_true(condition: str, order: Order) -> bool:
    return evaluate_for_order(condition, order) is True


def _judge_asked(gate: Gate, order: Order, rules: Rules) -> GateState:
    if gate.fields:
        return _judge_fields(gate.fields, order, rules)
    if gate.paper:
        if gate.paper not in rules.paper_kinds:
            return GateState(is_open=True, tracked=False)
        papers = [one for one in order.papers if one.kind == gate.paper and not one.voided]
        made = [one.when for one in papers if one.revision == order.revision]
        return GateState(is_open=bool(made), evidence=min(made, default=None))
    if gate.goods:
        return _judge_goods(gate.goods, order, rules)
    if gate.form not in rules.forms:
        return GateState(is_open=True, tracked=False)
    state = judge_statements(gate, order, rules)
    if not state.is_open and not state.refusal and gate.shipping_shows:
        shown = _judge_goods("some-shipped", order, rules)
        return shown if shown.is_open else state
    return state


def _find_override(gate: Gate, order: Order, state: GateState, as_of: dt.date) -> Statement | None:
    """The latest word by which a person lets the order pass; it has a name, a reason, and a last day or none.

    It is about what was known then: no later refusal, and for what asks about one revision no later revision.
    """
    names = {label_key(word) for word in (gate.name, gate.what.zh, gate.what.en, gate.what.text.both)}
    for one in reversed(order.statements_of(OVERRIDE)):
        until = one.get("valid_until")
        is_outdated = isinstance(until, dt.date) and until < as_of
        is_outdated = is_outdated or (gate.current and one.revision != order.reviewed)
        is_outdated = is_outdated or (state.refusal is not None and one.number < state.refusal.number)
        if label_key(one.text("gate")) in names and not is_outdated:
            return one
    return None


def _judge_goods(goods: str, order: Order, rules: Rules) -> GateState:
    dates = [shipment.date for line in order.lines for shipment in line.shipments]
    if goods == "some-shipped":
        return GateState(is_open=bool(dates), evidence=min(dates, default=None))
    shipped = bool(dates) and not any(is_line_open(line, rules) for line in order.lines)
    return GateState(is_open=shipped, evidence=max(dates) if shipped else None)


def is_line_open(line: OrderLine, rules: Rules) -> bool:
    """True while more of the line is open than its short tolerance (溢短装), else the desk's, allows."""
    return line.open > short_tolerance(line, rules)


def short_tolerance(line: OrderLine, rules: Rules) -> Decimal:
    """The quantity of a line that may stay open: the line's own share (溢短装) of what was ordered, else the desk's."""
    own = line.decimal("short_tolerance")
    return line.quantity * (rules.settings.lateness.short_tolerance if own is None else own)


def _judge_fields(stage: Stage, order: Order, rules: Rules) -> GateState:
    """Asks for what no earlier fields gate of the workflow asks for: what an excused gate wanted stays excused."""
    form = rules.forms.get(order.form)
    if form is None:
        return GateState(is_open=True, tracked=False)
    asked = [gate.fields for one in rules.workflow.stages for gate in one.gates if gate.fields]
    before = [one for one in asked if _STAGES.index(one) < _STAGES.index(stage)]
    latest = max(before, key=_STAGES.index, default=None)
    missing = missing_fields(order, form, required_fields(form, stage, latest))
    return GateState(is_open=not missing, missing=missing)


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
