"""A new revision of an order × what people typed over the one before in the tracker."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from xltools.core.codec import value_text
from xltools.core.event import EventKind
from xltools.core.order import HistoryEntry, Order
from xltools.core.problem import Problem, warning
from xltools.core.record import FieldValue, Finding, Record, Value
from xltools.ledger.lines import NumberedLine
from xltools.ledger.order_draft import Overtyped

_BLANK = "—"


def restore_said(order: Order, overtyped: Overtyped) -> Order:
    """The order with its lines as its workbook had them, for what people typed in the tracker makes no other line."""
    lines = []
    for line in order.lines:
        said = {name: value for (number, name), value in overtyped.items() if number == line.number}
        values = {name: value for name, value in {**line.values, **said}.items() if value}
        lines.append(replace(line, values=values) if said else line)
    return replace(order, lines=tuple(lines))


def find_overruled(
    order: Order, record: Record, lines: Sequence[NumberedLine], overtyped: Overtyped, by: str
) -> Iterator[Finding]:
    """What a revision changes where people typed over its predecessor: what they typed stands.

    `overtyped` is the ledger's of the order, `by` who saved the revision. A value that is as its predecessor had it is
    no change, and one that agrees with what was typed no conflict.
    """
    said: dict[str, tuple[Mapping[str, Value], Record]] = {"": (record.values, record)}
    said |= {line.number: (line.values(), line.record) for line in lines}
    for (number, name), before in overtyped.items():
        if number not in said:
            continue
        values, part = said[number]
        given = values.get(name)
        value = given.value if given else None
        kept = _typed_value(order, number, name)
        if value in (before.value if before else None, kept):
            continue
        place = given.place if given else part.place
        typed, standing = value_text(value), value_text(kept)
        yield Finding("edit-conflict", order.number, number, name, typed, standing, place=place, by=by)


def find_lost_values(order: Order, lines: Sequence[NumberedLine], overtyped: Overtyped) -> Iterator[Finding]:
    """What people typed on lines that a revision leaves out: it goes with them, but not in silence."""
    left = {"", *(line.number for line in lines)}
    for number, name in overtyped:
        value = None if number in left else _typed_value(order, number, name)
        entry = _find_edit(order, number, name)
        if value is not None and entry:
            typed = value_text(value)
            yield Finding("edit-conflict", order.number, number, name, typed, place=entry.place, by=entry.by)


def conflict_problem(found: Finding) -> Problem:
    """The warning that a value stands against another, at the one that does not count."""
    typed, kept = found.typed or _BLANK, found.kept or _BLANK
    return warning("edit-conflict", found.place, found.field, order=found.order, typed=typed, kept=kept)


def _typed_value(order: Order, line: str, name: str) -> FieldValue | None:
    part = order.line(line) if line else order
    return part.get(name) if part else None


def _find_edit(order: Order, line: str, name: str) -> HistoryEntry | None:
    """The latest edit of a value."""
    edits = (entry for entry in reversed(order.history) if entry.kind is EventKind.VALUE_EDITED)
    return next((one for one in edits if (one.words["line"], one.words["field"]) == (line, name)), None)
