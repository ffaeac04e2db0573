"""Whether what documents said of an order is what a gate of the workflow asks for, and since when."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from xltools.core.event import EventKind
from xltools.core.order import Order, OrderLine, Statement
from xltools.core.text import label_key
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate
from xltools.ledger.gate_state import GateState
from xltools.ledger.order_conditions import evaluate_for_fields, evaluate_for_order
from xltools.ledger.routing import find_route

DEPARTMENT_FIELD, NOTE_FIELD = "department", "delivery_note"  # the fields that `every` goes by, beside the line

_RECEIPTS = frozenset({EventKind.ORDER_RECEIVED, EventKind.ORDER_REVISED})


class _Word(NamedTuple):
    """A word that a gate asks for: of which line, department and delivery note; empty where it does not go by that."""

    line: str = ""
    department: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Heard:
    """Whether a word was said, since when, and for sums what they came to and must reach."""

    is_said: bool
    since: dt.date | None = None
    figures: tuple[Decimal, Decimal] | None = None


def judge_statements(gate: Gate, order: Order, rules: Rules) -> GateState:
    """How a form gate stands by the statements of an order, without overrides.

    Where each line, department or delivery note must say its word, the latest that says or refuses is it; a sum takes
    all. What was said of a line that is gone or cancelled no longer counts. Where nobody is asked it is open since the
    order, or its revision, was received.
    """
    lines = tuple(line for line in order.lines if not line.cancelled)
    heard_of = [one for one in order.statements_of(gate.form or "") if _is_heard(one, gate, order, lines)]
    said = _latest(heard_of, gate, order, lines)
    refusal = next((one for one in said if is_true(gate.refuses, one)), None)
    if refusal:
        return GateState(is_open=False, refusal=refusal)
    asked = tuple(_ask(gate, order, lines, rules))
    if not asked:
        return GateState(is_open=True, evidence=last_received(order))
    near = _group_by_line(said)
    heard = {
        word: _hear(gate, order, word, [one for one in near(word.line) if _is_of(one, word, gate, lines)])
        for word in asked
    }
    lacking = [word for word, one in heard.items() if not one.is_said]
    if lacking:
        return GateState(
            is_open=False,
            pending=_distinct(word.department for word in lacking),
            notes=_distinct(word.note for word in lacking),
            figures=next(iter(heard.values())).figures if len(heard) == 1 else None,
        )
    return GateState(is_open=True, evidence=max((one.since for one in heard.values() if one.since), default=None))


def last_received(order: Order) -> dt.date:
    """When the order came in, or its latest revision did."""
    return max((entry.when for entry in order.history if entry.kind in _RECEIPTS), default=order.received)


def is_true(condition: str | None, statement: Statement) -> bool:
    """True where a condition is given and true of the statement's fields."""
    return condition is not None and evaluate_for_fields(condition, statement) is True


def _is_heard(one: Statement, gate: Gate, order: Order, lines: Sequence[OrderLine]) -> bool:
    """True for a statement that says something to this gate: of the order, or a line of it that still stands."""
    if one.change or (gate.current and one.revision != order.reviewed):
        return False
    if one.line and all(one.line != line.number for line in lines):
        return False
    if any(_differs(one, order, name) for name in gate.same):
        return False
    return gate.says is None or any(is_true(each, one) for each in (gate.says, gate.enough, gate.refuses))


def _differs(one: Statement, order: Order, name: str) -> bool:
    said, wanted = one.get(name), order.get(name)
    return said is not None and wanted is not None and said != wanted


def _latest(said: Sequence[Statement], gate: Gate, order: Order, lines: Sequence[OrderLine]) -> list[Statement]:
    """Of each line, department and delivery note the last word; sums, and gates that one word opens, take all.

    A word of the whole order is one of each line, and one of no delivery note of each note.
    """
    if gate.counts or not (gate.every or gate.refuses):
        return list(said)
    last: dict[_Word, Statement] = {}
    numbers, notes = [line.number for line in lines], list(map(label_key, delivery_notes(order)))
    for one in said:
        note = label_key(one.text(NOTE_FIELD))
        own_lines = [one.line] if one.line or not numbers else numbers
        own_notes = [note] if note or not notes else notes
        last |= {_Word(number, one.text(DEPARTMENT_FIELD), each): one for number in own_lines for each in own_notes}
    return sorted({one.number: one for one in last.values()}.values(), key=lambda one: one.number)


def _ask(gate: Gate, order: Order, lines: Sequence[OrderLine], rules: Rules) -> Iterator[_Word]:
    """The words that the gate asks for; none where the order's route asks no department."""
    numbers = [line.number for line in lines] if "line" in gate.every else [""]
    departments: tuple[str, ...] = ("",)
    if "department" in gate.every:
        route = find_route(order, rules)
        departments = route.departments if route else ()
    notes = delivery_notes(order) if "delivery-note" in gate.every else ()
    for department, number, note in product(departments, numbers, notes or ("",)):
        yield _Word(number, department, note)


def delivery_notes(order: Order) -> tuple[str, ...]:
    """The numbers of the delivery notes that goods of the order left on, voided ones not among them."""
    shipments = [one for line in order.lines for one in line.shipments]
    return _distinct(one.delivery_note for one in sorted(shipments, key=lambda one: one.date))


def _group_by_line(said: Sequence[Statement]) -> Callable[[str], Sequence[Statement]]:
    """What may be of a line: of it, or of the whole order, the oldest first; an order can have thousands in all."""
    by_line: dict[str, list[Statement]] = {}
    for one in said:
        by_line.setdefault(one.line, []).append(one)

    def pick(line: str) -> Sequence[Statement]:
        if not line:
            return said
        return sorted((*by_line.get("", ()), *by_line.get(line, ())), key=lambda one: one.number)

    return pick


def _is_of(one: Statement, word: _Word, gate: Gate, lines: Sequence[OrderLine]) -> bool:
    """True where a statement is about what the word is asked of.

    One of the whole order is of each of its lines; but a quantity of an order with several lines is of none of them.
    """
    if word.line and one.line != word.line and (one.line or (gate.counts and len(lines) > 1)):
        return False
    note = one.text(NOTE_FIELD)
    if word.note and note and label_key(note) != label_key(word.note):
        return False
    return not word.department or one.text(DEPARTMENT_FIELD) == word.department


def _hear(gate: Gate, order: Order, word: _Word, said: Sequence[Statement]) -> _Heard:
    """Whether these statements are what the gate asks for: one of them, or enough in sum since a day."""
    alone = next((one for one in said if is_true(gate.enough, one)), None)
    if gate.counts is None or alone:
        found = alone or next(iter(said), None)
        return _Heard(found is not None, found.when if found else None)
    wanted = evaluate_for_order(gate.until, order, word.line) if gate.until else None
    goal = Decimal(wanted) if isinstance(wanted, int | Decimal) else None
    total, since = Decimal(0), None
    is_said = _is_enough(total, goal)
    for one in said:
        figure = one.get(gate.counts)
        total += Decimal(figure) if isinstance(figure, int | Decimal) else Decimal(0)
        is_said, was_said = _is_enough(total, goal), is_said
        since = None if not is_said else since if was_said else one.when
    return _Heard(is_said, since, None if goal is None else (total, goal))


def _is_enough(total: Decimal, goal: Decimal | None) -> bool:
    return total > 0 if goal is None else total >= goal  # what would be enough can't be said: then their word is


def _distinct(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, words)))
