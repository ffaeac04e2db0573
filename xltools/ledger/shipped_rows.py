"""The rows of one order on a shipping list: which lines they are, whether so much may leave, what is odd about it."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from xltools.core.codec import plain_decimal
from xltools.core.order import Order, OrderLine
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Record, Value
from xltools.forms.rules import Rules
from xltools.ledger.deliveries import allocate_shipped
from xltools.ledger.gates import short_tolerance
from xltools.ledger.order_lines import find_order_line

QUANTITY, DATE, LIST_NUMBER = "quantity", "date", "list_no"
_FINEST = Decimal("0.0001")  # the scale of quantities


@dataclass(frozen=True, slots=True)
class ShippedRow:
    """Goods of a line, in the line's unit; `values` are the list's and the row's own, `place` is the quantity's."""

    line: OrderLine
    quantity: Decimal
    values: Mapping[str, Value]
    place: Place


def read_rows(record: Record, order: Order, rules: Rules) -> tuple[tuple[ShippedRow, ...], tuple[Problem, ...]]:
    """The rows in which something leaves, and why others can't be told.

    Problems: line-unknown, line-ambiguous (where a row names no line, too), unit-not-convertible.
    """
    rows: list[ShippedRow] = []
    problems: list[Problem] = []
    for part in record.lines:
        given = part.values.get(QUANTITY)
        quantity = _decimal(given)
        if given is None or quantity <= 0:
            continue
        line = _find_line(part, order)
        if isinstance(line, Problem):
            problems.append(line)
            continue
        settled = _settle_unit(quantity, part, line, rules)
        if settled is None:
            told = {"written": part.text("unit"), "unit": line.text("unit"), "value": plain_decimal(quantity)}
            problems.append(error("unit-not-convertible", given.place, QUANTITY, **told))
            continue
        rows.append(ShippedRow(line, settled, {**record.values, **part.values}, given.place))
    return tuple(rows), tuple(problems)


def check_rows(rows: Sequence[ShippedRow], order: Order, date: dt.date, rules: Rules) -> Iterator[Problem]:
    """What is wrong with these rows leaving together on a date.

    Errors: shipment-of-cancelled; over-shipment with the figure that would pass, the tolerance (溢短装) being
    cumulative over all shipments of a line. Warnings: partial-not-allowed, shipped-early for a scheduled delivery.
    """
    sent: dict[str, Decimal] = {}
    for row in rows:
        line = row.line
        if line.cancelled or order.cancelled:
            yield error("shipment-of-cancelled", row.place, QUANTITY, order=order.number, line=line.number)
            continue
        before = sent.get(line.number, Decimal(0))
        sent[line.number] = before + row.quantity
        passes = max(line.quantity + short_tolerance(line, rules) - line.shipped - before, Decimal(0))
        if row.quantity > passes:
            yield error(
                "over-shipment",
                row.place,
                QUANTITY,
                order=order.number,
                line=line.number,
                quantity=plain_decimal(row.quantity),
                ordered=plain_decimal(line.quantity),
                shipped=plain_decimal(line.shipped + before),
                passes=plain_decimal(passes.quantize(_FINEST, ROUND_DOWN)),
            )
    yield from _check_schedules(rows, order, sent, date)
    if rows and order.get("partial_allowed") is False:
        yield from _check_partial(rows[0], order, sent, rules)


def same_rows(rows: Sequence[ShippedRow], date: dt.date, shipped: Sequence[tuple[str, Decimal, dt.date]]) -> bool:
    """True where these rows are exactly what was shipped: the same lines, quantities and date."""
    return bool(rows) and sorted((row.line.number, row.quantity, date) for row in rows) == sorted(shipped)


def _find_line(part: Record, order: Order) -> OrderLine | Problem:
    """The line that a row names; an order's only line need not be named."""
    found = find_order_line(order, part.values)
    if found is not None:
        return found
    if len(order.lines) == 1:
        return order.lines[0]
    return error("line-ambiguous", part.place, "line_no", lines=", ".join(line.number for line in order.lines))


def _settle_unit(quantity: Decimal, part: Record, line: OrderLine, rules: Rules) -> Decimal | None:
    """The quantity in the order line's unit: `5 打` of what is ordered by the piece are 60; else None."""
    given, wanted = part.text("unit"), line.text("unit")
    units = rules.settings.known_units
    if not given or not wanted or units.are_same(given, wanted):
        return quantity
    return units.convert(quantity, given, wanted)


def _check_schedules(
    rows: Sequence[ShippedRow], order: Order, sent: Mapping[str, Decimal], date: dt.date
) -> Iterator[Problem]:
    """Goods of a delivery whose day is still to come; of a line without a schedule early goods are welcome."""
    for row in {row.line.number: row for row in rows}.values():
        line = row.line
        if len(line.deliveries) < 2:
            continue
        after = allocate_shipped(line.deliveries, line.shipped + sent.get(line.number, Decimal(0)))
        early = [
            now.due
            for was, now in zip(line.deliveries, after, strict=True)
            if now.shipped > was.shipped and now.due is not None and now.due > date
        ]
        if early:
            told = {"order": order.number, "line": line.number, "due": min(early), "date": date}
            yield warning("shipped-early", row.place, QUANTITY, **told)


def _check_partial(first: ShippedRow, order: Order, sent: Mapping[str, Decimal], rules: Rules) -> Iterator[Problem]:
    """The customer wants all of it at once."""
    left = [
        line.number
        for line in order.lines
        if not line.cancelled and line.open - sent.get(line.number, Decimal(0)) > short_tolerance(line, rules)
    ]
    if left:
        yield warning("partial-not-allowed", first.place, QUANTITY, order=order.number, lines=", ".join(left))


def _decimal(given: Value | None) -> Decimal:
    value = given.value if given else None
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)
