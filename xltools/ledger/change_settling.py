"""What becomes of open changes on which all has been said: approved, with what follows from that, or refused."""

import datetime as dt
from collections.abc import Iterable, Iterator

from xltools.core.codec import encode_values, plain_decimal, value_text
from xltools.core.event import Event, EventKind
from xltools.core.order import Change, ChangeItem, Order, OrderLine
from xltools.core.place import Place
from xltools.core.record import Value
from xltools.core.text import Text
from xltools.forms.rules import Rules
from xltools.ledger.change_rows import blank_amounts, check_shipped
from xltools.ledger.change_signatures import REJECTED, said_of
from xltools.ledger.change_tasks import (
    DISPLACED_BY,
    effective_day,
    lacks_approver,
    lacks_consent,
    sign_offs,
)
from xltools.ledger.changed_values import CLOSING, split_numbers, write_item
from xltools.ledger.replay import Ledger
from xltools.ledger.routing import find_change_route
from xltools.ledger.standing import CHANGE_NOTICE


def settle_changes(orders: Iterable[Order], ledger: Ledger, rules: Rules, as_of: dt.date) -> tuple[Event, ...]:
    """The events that approve or refuse the changes of these orders on which all has been said, one of an order a call.

    A department's no refuses; so does what has happened since: another value stands where the notice changes it, or
    more has left than would be ordered. Else a change is approved once all departments of its route, the customer and
    the approver have agreed, where these are asked, and its effective day has come.
    """
    events: list[Event] = []
    for order in orders:
        for change in order.open_changes if not order.cancelled else ():
            if settled := _settle(change, order, ledger, rules, as_of):
                events += settled
                break
    return tuple(events)


def _settle(change: Change, order: Order, ledger: Ledger, rules: Rules, as_of: dt.date) -> tuple[Event, ...]:
    said = said_of(change.number, order)
    last = {one.text("department"): one for one in said}
    refusal = next((one for one in last.values() if one.text("conclusion") == REJECTED), None)
    if refusal:
        reason = refusal.text("remark") or refusal.text("condition")
        body = {"change": change.number, "reason": reason}
        return (_refuse(order, body, refusal.place, refusal.document, as_of, refusal.by),)
    if change.state != "pending" or _waits(change, order, rules, as_of):
        return ()
    if reason_to_refuse := _find_obstacle(change, order):
        body = {"change": change.number, "reason": reason_to_refuse.both}
        return (_refuse(order, body, change.place, change.document, as_of),)
    return (_approve(change, order, as_of), *_tell_displaced(change, order, ledger, as_of))


def _refuse(order: Order, body: dict[str, str], place: Place, document: str, as_of: dt.date, by: str = "") -> Event:
    return Event(EventKind.CHANGE_REFUSED, as_of, place, order.number, body, document, by)


def _waits(change: Change, order: Order, rules: Rules, as_of: dt.date) -> bool:
    route = find_change_route(change, order, rules)
    unsigned = any(task.verdict is None for task in sign_offs(change, order, rules))
    day = effective_day(change)
    return unsigned or lacks_consent(change, route) or lacks_approver(change, route) or bool(day and day > as_of)


def _find_obstacle(change: Change, order: Order) -> Text | None:
    """Why a change that all agreed to can't be made any more; None where it can."""
    for item in change.items:
        part = order.line(item.line) if item.line else order
        if part is None or (isinstance(part, OrderLine) and part.cancelled):
            return Text(f"第 {item.line} 行已取消", f"line {item.line} is cancelled")
        if not item.action and part.get(item.field) != item.was:
            now, was = value_text(part.get(item.field)) or "—", value_text(item.was) or "—"
            return Text(f"变更前 {was} 现已是 {now}", f"it was {was} before, and is {now} now")
        if isinstance(part, OrderLine) and any(True for _ in check_shipped(part, (item,))):
            shipped = plain_decimal(part.shipped)
            return Text(f"已发货 {shipped}，多于变更后的数量", f"{shipped} have left: more than would be ordered")
    return None


def _approve(change: Change, order: Order, as_of: dt.date) -> Event:
    closed = tuple(line for item in change.items if item.action in CLOSING for line in _lines_of(item, order))
    cut = tuple(_close_lines(closed, change))
    items = (*change.items, *cut, *blank_amounts(order, cut))
    cancelled = sorted({line.number for line in closed if not line.shipped})
    acts = {item.action for item in change.items}
    is_new = bool(cancelled) or any(not item.action for item in items)
    standing = [line for line in order.lines if not line.cancelled and line.number not in cancelled]
    body = {
        "change": change.number,
        "revision": order.revision + is_new,
        "held": True if "hold" in acts else False if "resume" in acts else None,
        "cancelled": bool(cancelled) and not standing,
        "cancelled_lines": cancelled,
        "items": [write_item(item, change.document) for item in items],
    }
    by = change.text("approver")
    return Event(EventKind.CHANGE_APPROVED, as_of, change.place, order.number, body, change.document, by)


def _lines_of(item: ChangeItem, order: Order) -> Iterator[OrderLine]:
    return (line for line in order.lines if item.line in {"", line.number} and not line.cancelled)


def _close_lines(lines: Iterable[OrderLine], change: Change) -> Iterator[ChangeItem]:
    """Of a line of which goods have left, these are what is ordered from now on."""
    for line in dict.fromkeys(one.number for one in lines):
        found = next(one for one in lines if one.number == line)
        if 0 < found.shipped < found.quantity:
            yield ChangeItem(line, "quantity", found.quantity, found.shipped, change.place)


def _tell_displaced(change: Change, order: Order, ledger: Ledger, as_of: dt.date) -> Iterator[Event]:
    """A word to each order that makes room for a rush order."""
    if "rush" not in change.kinds or "displaces" not in change.values:
        return
    place = change.values["displaces"].place
    for number in split_numbers(change.text("displaces")):
        other = ledger.find_order(number)
        if other is None or other.number == order.number:
            continue
        body = {
            "form": CHANGE_NOTICE,
            "line": "",
            "revision": other.reviewed,
            "change": change.number,
            "values": encode_values({DISPLACED_BY: Value(order.number, place)}, change.document),
            "name": change.text("approver"),
            "deputy_for": "",
        }
        by = change.text("approver")
        yield Event(EventKind.STATEMENT_MADE, as_of, place, other.number, body, change.document, by)
