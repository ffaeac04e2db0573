"""What a production order tells the workshop, and what differs from the one that it stands in for."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from xltools.core.codec import plain_decimal
from xltools.core.order import Change, Delivery, Order, OrderLine, Statement
from xltools.core.payment_due import share_due
from xltools.core.place import Place
from xltools.core.record import Value
from xltools.core.text import Text
from xltools.forms.settings import Lateness
from xltools.ledger.deliveries import PROMISE, plan_deliveries
from xltools.reports.delivery_note import stacked
from xltools.reports.lateness import last_day_to_leave
from xltools.reports.paper_context import PaperRequest, header_texts, replaced_paper
from xltools.reports.paper_words import quantity_text
from xltools.reports.wording import natural_key, order_form, value_text

MARK = "▲"
_MONEY_FORM = "contract-register"
_MONEY_WORDS = {
    "payment": Text("已收", "received"),
    "production-release": Text("放行生产", "released to production"),
    "release": Text("放款发货", "goods released"),
}
_NOTHING = "—"
_PLANNED_BY = frozenset({PROMISE, "requested_date", "quantity"})  # the line fields that the day to finish comes from
_HEADER = ("customer", "customer_po", "order_type", "priority", "owner", "packing", "requirements", "remark")


@dataclass(frozen=True, slots=True)
class Marked:
    """Texts by name as a template shows them: what is the `same` as before, what is `new` (with ▲), what it `was`.

    Of each name either `same`, or `new` and `was`, are filled; a template has all three, one behind the other.
    """

    same: Mapping[str, str]
    new: Mapping[str, str]
    was: Mapping[str, str]


def production_order_context(request: PaperRequest) -> Mapping[str, Any]:
    """The values of a production order beside those of every paper; text, and empty where unknown.

    `marked` holds the header's texts (customer, customer_po, order_type, priority, owner, packing, requirements,
    remark) as Marked, `is_revision` tells whether it stands in for another, `replaces` for which. `payment` says what
    was paid or released and when, by the contract register; `rush` the approved rush orders (插单), with who approved.

    Lines that were cancelled are told where an earlier order had them. A line is `line_no`, `cancelled`, and both as
    plain text and in its `same`, `new` and `was`: `item` (code and name), `specification` (with the line's remark),
    `drawing`, `material` (with the surface), `quantity` (with the unit) and `finish`: the last day to leave for each
    delivery, by the promise, else by the request. What it `was` is on a line of its own. When to start, and when
    material is complete, is known to nobody before the workshop plans: the template has blanks for them.
    """
    order, made = request.order, _changes_since(request)
    replaced = replaced_paper(order, request.rule.name)
    return {
        "marked": _mark_header(request, made),
        "is_revision": replaced is not None,
        "payment": payment_state(order, request),
        "rush": "\n".join(_rush_words(one, request) for one in _rushes(order)),
        "lines": [
            _line_values(line, request, made)
            for line in sorted(order.lines, key=lambda line: natural_key(line.number))
            if replaced or not line.cancelled
        ],
    }


def payment_state(order: Order, request: PaperRequest) -> str:
    """What the contract register says of payments and releases; without any, what the terms want before production."""
    say = _Speaker(request)
    told = [one for one in order.statements_of(_MONEY_FORM) if one.text("kind") in _MONEY_WORDS]
    if told:
        return "\n".join(_money_words(one, say) for one in told)
    share = share_due(order.text("payment_terms"), "production")
    if share is None:
        return say(Text("未确认", "not confirmed"))
    percent = f"{plain_decimal(share * 100)}%"
    if not share:
        return say(Text("投产前无应付款", "none due before production"))
    return say(Text(f"未确认，投产前应付 {percent}", f"not confirmed; {percent} due before production"))


def _money_words(told: Statement, say: "_Speaker") -> str:
    amount, day = told.get("amount"), told.get("date")
    parts = (
        say(_MONEY_WORDS[told.text("kind")]),
        f"{amount:,.2f}" if isinstance(amount, Decimal) else "",
        told.text("currency"),
        day.isoformat() if isinstance(day, dt.date) else "",
        told.by,
    )
    return " ".join(filter(None, parts))


def _rushes(order: Order) -> tuple[Change, ...]:
    return tuple(one for one in order.changes if "rush" in one.kinds and one.state == "approved")


def _rush_words(change: Change, request: PaperRequest) -> str:
    """`CN202603-002 批准 张总 2026-03-10 让单 SO202603-004`; without a name, when the notice was through."""
    say = _Speaker(request)
    approver, signed, displaced = change.text("approver"), change.get("approve_date"), change.text("displaces")
    day = signed if isinstance(signed, dt.date) else change.closed
    parts = (
        change.number,
        f"{say(Text('批准', 'approved by'))} {approver}" if approver else say(Text("已批准", "approved")),
        day.isoformat() if day else "",
        f"{say(Text('让单', 'displaces'))} {displaced}" if displaced else "",
    )
    return " ".join(filter(None, parts))


def _changes_since(request: PaperRequest) -> tuple[Change, ...]:
    """The approved changes since the paper that this one stands in for; none where there was none.

    There may be several: of a revision that was held up before production no paper was made.
    """
    replaced = replaced_paper(request.order, request.rule.name)
    if replaced is None:
        return ()
    return tuple(one for one in request.order.changes if replaced.revision < one.made <= request.order.revision)


def _values_before(values: Mapping[str, Value], made: Iterable[Change], line: str) -> dict[str, Value]:
    """The header's or a line's values as they were before these changes, the earliest of which counts."""
    before = dict(values)
    for change in reversed(tuple(made)):
        for item in change.items:
            if item.line == line and item.was is None:
                before.pop(item.field, None)
            elif item.line == line and item.was is not None:
                before[item.field] = Value(item.was, Place(""))
    return before


def _mark_header(request: PaperRequest, made: tuple[Change, ...]) -> Marked:
    def texts(order: Order) -> dict[str, str]:
        found = header_texts(order, request.rules, request.language)
        return {name: found.get(name, "") for name in _HEADER}

    order = request.order
    before = replace(order, values=_values_before(order.values, made, ""))
    return _mark(texts(order), texts(before), " ")


def _line_values(line: OrderLine, request: PaperRequest, made: tuple[Change, ...]) -> dict[str, Any]:
    texts = _line_texts(line, request)
    marked = _mark(texts, _line_texts(_line_before(line, made), request), "\n")
    if line.cancelled:
        words = f"{MARK}{_Speaker(request)(Text('取消', 'Cancelled'))}"
        marked = Marked(
            {**marked.same, "quantity": ""},
            {**marked.new, "quantity": words},
            {**marked.was, "quantity": f"\n{texts['quantity']}"},
        )
    return {
        "line_no": line.number,
        "cancelled": line.cancelled,
        **texts,
        "same": marked.same,
        "new": marked.new,
        "was": marked.was,
    }


def _line_before(line: OrderLine, made: tuple[Change, ...]) -> OrderLine:
    changed = {item.field for change in made for item in change.items if item.line == line.number}
    before = replace(line, values=_values_before(line.values, made, line.number))
    if not changed & _PLANNED_BY:
        return before
    planned = plan_deliveries(before.quantity, before.get("requested_date"), before.get(PROMISE))
    return replace(before, deliveries=planned)


def _line_texts(line: OrderLine, request: PaperRequest) -> dict[str, str]:
    form = order_form(request.rules)

    def text(name: str) -> str:
        return value_text(line.get(name), form.field(name), request.language)

    return {
        "item": stacked(text("product_code"), text("product")),
        "specification": stacked(text("specification"), text("line_remark")),
        "drawing": text("drawing"),
        "material": stacked(text("material"), text("surface")),
        "quantity": f"{quantity_text(line.quantity)} {text('unit')}".strip(),
        "finish": "\n".join(_finish_words(one, line, request) for one in line.deliveries),
    }


def _finish_words(delivery: Delivery, line: OrderLine, request: PaperRequest) -> str:
    lateness: Lateness = request.rules.settings.lateness
    day = last_day_to_leave(delivery.due, lateness)
    share = f" ×{quantity_text(delivery.quantity)}" if len(line.deliveries) > 1 else ""
    asked = f" ({_Speaker(request)(Text('客期', 'requested'))})" if day and not delivery.promised else ""
    return f"{day.isoformat() if day else delivery.words or 'TBC'}{share}{asked}"


def _mark(now: Mapping[str, str], before: Mapping[str, str], gap: str) -> Marked:
    changed = {name for name in now if now[name] != before[name]}
    return Marked(
        same={name: "" if name in changed else text for name, text in now.items()},
        new={name: f"{MARK}{text or _NOTHING}" if name in changed else "" for name, text in now.items()},
        was={name: f"{gap}{before[name]}" if name in changed and before[name] else "" for name in now},
    )


class _Speaker:
    """Says a text in the language of the paper."""

    def __init__(self, request: PaperRequest) -> None:
        self._language = request.language

    def __call__(self, text: Text) -> str:
        return text.in_language(self._language)
