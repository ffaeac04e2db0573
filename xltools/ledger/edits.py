"""What becomes of a value that was typed in a shared workbook: it is taken, refused, or in conflict with another."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xltools.core.codec import encode_value, value_text
from xltools.core.event import Event, EventKind
from xltools.core.order import Order, OrderLine
from xltools.core.problem import Problem, error
from xltools.core.record import Edit, FieldValue, Finding, FindingKind, Origin, Value
from xltools.forms.model import FieldType, Form, FormField
from xltools.forms.rules import Rules
from xltools.intake.check import all_problems, check_draft
from xltools.intake.complete import Draft
from xltools.intake.convert import bound_number, convert_scalar
from xltools.intake.unread import Unread
from xltools.ledger.deliveries import PROMISE, is_promise
from xltools.ledger.items import ItemOpener
from xltools.ledger.replay import Ledger
from xltools.ledger.revision import conflict_problem
from xltools.ledger.standing import CHANGE_NOTICE, is_approved

# A value that its field reads but does not allow. What it can't read at all is kept as text: people promise `下周`.
_NOT_ALLOWED = frozenset({"number-too-small", "number-too-large", "pattern-differs"})
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT})


@dataclass(frozen=True, slots=True)
class EditVerdict:
    """What became of one edit; `counts` is False where it was not taken. One that says nothing new has no events."""

    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()
    counts: bool = True


@dataclass(frozen=True, slots=True)
class _Spot:
    """The field that an edit is about; `line` is empty for one of the header."""

    order: str
    line: str
    field: str

    def part(self, order: Order) -> Order | OrderLine:
        """The line or header of an order that the field belongs to."""
        return order.line(self.line) or order if self.line else order


class EditJudge:
    """Judges the edits of one reading, in their order, each on what those before it left."""

    def __init__(self, ledger: Ledger, rules: Rules, as_of: dt.date) -> None:
        self.ledger, self.rules, self.as_of = ledger, rules, as_of
        self.items = ItemOpener(ledger.items, as_of)
        self.orders: dict[str, Order] = {}  # as the edits so far left them

    def judge(self, edit: Edit) -> EditVerdict:
        """What becomes of one edit."""
        order = self.ledger.find_order(edit.order)
        if order is None:
            problem = error("edit-order-unknown", edit.place, edit.field, order=edit.order)
            return self._refuse(edit, _Spot(edit.order, edit.line, edit.field), None, [problem])
        form = self.rules.forms.get(order.form)
        spot = _Spot(order.number, edit.line if form and form.is_line_field(edit.field) else "", edit.field)
        if order.line(edit.line) is None:
            problem = error("edit-line-unknown", edit.place, edit.field, order=order.number, line=edit.line)
            return self._refuse(edit, replace(spot, line=edit.line), None, [problem])
        now = self.orders.get(order.number, order)
        current = spot.part(now).get(edit.field)
        if edit.value == current:
            return EditVerdict()
        field = form.field(edit.field) if form else None
        if form is None or field is None or not field.editable:
            problem = error("field-not-editable", edit.place, edit.field, order=order.number)
            return self._refuse(edit, spot, current, [problem])
        if edit.field == PROMISE and is_promise(current) and self._needs_notice(now):
            problem = error("promise-needs-change-notice", edit.place, edit.field, order=order.number, line=edit.line)
            return self._refuse(edit, spot, current, [problem])
        if _is_conflict(edit, before := spot.part(order).get(edit.field)):
            found = self._finding("edit-conflict", edit, spot, before)
            return EditVerdict(self.items.open(found), (conflict_problem(found),), counts=False)
        changed = _with_value(now, spot, edit)
        problems = _new_problems(edit, field, form, _draft_order(now, spot), _draft_order(changed, spot))
        if any(problem.is_error for problem in problems):
            return self._refuse(edit, spot, current, problems)
        self.orders[order.number] = changed
        return EditVerdict((self._edit_event(edit, spot, current),), tuple(problems))

    def _needs_notice(self, order: Order) -> bool:
        """True where a promise moves by a change notice alone: from the approval on, where there are such notices."""
        return CHANGE_NOTICE in self.rules.forms and is_approved(order, self.rules, self.as_of)

    def _refuse(self, edit: Edit, spot: _Spot, kept: FieldValue | None, problems: Sequence[Problem]) -> EditVerdict:
        code = next(problem.code for problem in problems if problem.is_error)
        found = self._finding("edit-refused", edit, spot, kept, code)
        return EditVerdict(self.items.open(found), tuple(problems), counts=False)

    def _finding(self, kind: FindingKind, edit: Edit, spot: _Spot, kept: FieldValue | None, code: str = "") -> Finding:
        return Finding(
            kind=kind,
            order=spot.order,
            line=spot.line,
            field=spot.field,
            typed=value_text(edit.value),
            kept=value_text(kept),
            code=code,
            place=edit.place,
            by=edit.by,
        )

    def _edit_event(self, edit: Edit, spot: _Spot, was: FieldValue | None) -> Event:
        body = {
            "line": spot.line,
            "field": spot.field,
            "value": None if edit.value is None else encode_value(edit.value),
            "was": None if was is None else encode_value(was),
        }
        return Event(EventKind.VALUE_EDITED, self.as_of, edit.place, spot.order, body, by=edit.by)


def _is_conflict(edit: Edit, ledgers: FieldValue | None) -> bool:
    """True where the ledger's value has changed under the person's hands to something else than they typed.

    Where it is not known what they typed over, only a blank is safe to fill.
    """
    return ledgers not in (edit.was if edit.base_known else None, edit.value)


def _with_value(order: Order, spot: _Spot, edit: Edit) -> Order:
    values = dict(spot.part(order).values)
    values.pop(spot.field, None)
    if edit.value is not None:
        values[spot.field] = Value(edit.value, edit.place, Origin.TRACKER)
    if not spot.line:
        return replace(order, values=values)
    lines = (replace(line, values=values) if line.number == spot.line else line for line in order.lines)
    return replace(order, lines=tuple(lines))


def _draft_order(order: Order, spot: _Spot) -> Draft:
    """An order as intake checks it: with the one line that an edit is about, with all for one of the header."""
    lines = [line for line in order.lines if spot.line in {"", line.number}]
    return Draft(order.place, dict(order.values), [Draft(line.place, dict(line.values)) for line in lines])


def _new_problems(edit: Edit, field: FormField, form: Form, before: Draft, after: Draft) -> list[Problem]:
    """What the form's checks find in an order once it has the edit, and did not find before; told at the edit."""
    unread = _read_again(edit, field)
    if unread and unread.code in _NOT_ALLOWED:
        return [unread]
    if unread:
        part = after.lines[0] if form.is_line_field(field.name) else after
        del part.values[field.name]
        part.spoilt.add(field.name)
    check_draft(before, form)
    check_draft(after, form)
    known = Counter(map(_gist, all_problems(before)))
    found = []
    for problem in all_problems(after):
        if known[_gist(problem)]:
            known[_gist(problem)] -= 1
        else:
            found.append(replace(problem, place=edit.place, field=edit.field))
    # Text in a field that no order goes without, such as its quantity, would be as good as none.
    if unread and after.fatal and not before.fatal:
        found.append(unread)
    return found


def _gist(problem: Problem) -> tuple[str, str]:
    return problem.code, problem.field


def _read_again(edit: Edit, field: FormField) -> Problem | None:
    """Why a typed value can't stand in its field; None where it can."""
    match edit.value:
        case str(text):
            converted = convert_scalar(text, field, edit.place)
            return converted if isinstance(converted, Problem) else None
        case int() | Decimal() as number if field.type in _NUMBERS and not isinstance(number, bool):
            bounded = bound_number(Decimal(number), field)
            return bounded.at(edit.place, field.name) if isinstance(bounded, Unread) else None
        case _:
            return None
