"""The scheduled deliveries of an order line: what was asked and promised for which part of it, and what has gone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from xltools.core.order import Delivery, split_schedule
from xltools.core.record import FieldValue, Schedule, ScheduledDelivery

PROMISE = "promised_date"

_Said = TypeVar("_Said")
_ZERO = Decimal(0)
_Shares = list[tuple[Decimal, _Said]]


def read_schedule(value: FieldValue | None) -> Schedule:
    """A field's value as a schedule; empty for a blank, and for text that could not be read as one."""
    if isinstance(value, tuple):
        return value
    return (ScheduledDelivery(value),) if isinstance(value, dt.date) else ()


def is_promise(value: FieldValue | None) -> bool:
    """True when the value names a date."""
    return any(part.date for part in read_schedule(value))


def plan_deliveries(
    quantity: Decimal,
    requested: FieldValue | None,
    promised: FieldValue | None,
    earlier: Sequence[Delivery] = (),
) -> tuple[Delivery, ...]:
    """The deliveries of a line, whose quantities add up to the line's, nothing shipped yet.

    Requests and promises lie over the line's quantity in the order they were written; where one of them changes a new
    delivery begins: 500 requested for one date and promised as 300 and 200 are two deliveries. Promises without
    quantities go to the requested parts one by one when there are as many. What a part of `earlier`, the line's
    deliveries so far, was promised first stays.
    """
    if quantity <= 0:
        return (Delivery(quantity),)
    asked = _share_out(quantity, read_schedule(requested))
    promises = read_schedule(promised)
    if len(promises) == len(asked) > 1 and all(part.quantity is None for part in promises):
        promises = tuple(replace(part, quantity=share) for part, (share, _) in zip(promises, asked, strict=True))
    given = _share_out(quantity, promises)
    first = _share_first_promises(quantity, earlier)
    deliveries: list[Delivery] = []
    for share, (request, promise, before) in _overlay(asked, given, first):
        (delivery,) = split_schedule(share, (replace(request, quantity=share),))
        deliveries.append(replace(delivery, promised=promise.date, first_promised=before or promise.date))
    return tuple(deliveries)


def allocate_shipped(deliveries: Sequence[Delivery], shipped: Decimal) -> tuple[Delivery, ...]:
    """The deliveries with the shipped quantity on them: what is due first is served first, what has no date last.

    What was shipped beyond the line's quantity counts with the last one served.
    """
    served = list(deliveries)
    by_due = sorted(range(len(served)), key=lambda at: (served[at].due is None, served[at].due or dt.date.max))
    for at in by_due:
        amount = shipped if at == by_due[-1] else min(served[at].quantity, shipped)
        shipped -= amount
        served[at] = replace(served[at], shipped=amount)
    return tuple(served)


def _share_out(quantity: Decimal, schedule: Schedule) -> _Shares[ScheduledDelivery]:
    """The parts of a schedule with their shares of the quantity; the rest that nobody spoke of is a part without date.

    Of several parts without quantity (`11/22,12/25`) the last has the rest: late is only what is late for certain.
    """
    said = sum((part.quantity for part in schedule if part.quantity is not None), _ZERO)
    unsaid = [at for at, part in enumerate(schedule) if part.quantity is None]
    shares: _Shares[ScheduledDelivery] = []
    left = quantity
    for at, part in enumerate(schedule):
        wanted = part.quantity
        if wanted is None:
            wanted = quantity - said if at == unsaid[-1] else _ZERO
        if (share := min(wanted, left)) > 0:
            shares.append((share, part))
            left -= share
    if left > 0:
        shares.append((left, ScheduledDelivery()))
    return shares


def _share_first_promises(quantity: Decimal, earlier: Sequence[Delivery]) -> _Shares[dt.date | None]:
    if len({delivery.first_promised for delivery in earlier}) == 1:  # of a quantity that was raised, too
        return [(quantity, earlier[0].first_promised)]
    shares: _Shares[dt.date | None] = []
    left = quantity
    for delivery in earlier:
        if (share := min(delivery.quantity, left)) <= 0:
            continue
        if shares and shares[-1][1] == delivery.first_promised:
            shares[-1] = (shares[-1][0] + share, delivery.first_promised)
        else:
            shares.append((share, delivery.first_promised))
        left -= share
    return [*shares, (left, None)] if left > 0 else shares


def _overlay(
    asked: _Shares[ScheduledDelivery], given: _Shares[ScheduledDelivery], first: _Shares[dt.date | None]
) -> list[tuple[Decimal, tuple[ScheduledDelivery, ScheduledDelivery, dt.date | None]]]:
    """The three divisions of one quantity laid over each other."""
    pieces = []
    at, left = [0, 0, 0], [asked[0][0], given[0][0], first[0][0]]
    layers = (asked, given, first)
    while all(at[layer] < len(layers[layer]) for layer in range(3)):
        share = min(left)
        pieces.append((share, (asked[at[0]][1], given[at[1]][1], first[at[2]][1])))
        for layer in range(3):
            left[layer] -= share
            if not left[layer]:
                at[layer] += 1
                if at[layer] < len(layers[layer]):
                    left[layer] = layers[layer][at[layer]][0]
    return pieces
