"""What became of a workbook, as the readable text in samples/expected."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xltools.core.codec import plain_decimal
from xltools.core.order import Delivery, Order, OrderLine
from xltools.core.record import FieldValue, schedule_text

_HEADER = ("customer", "order_date", "order_type", "priority", "customer_po", "reorder_of", "owner", "currency",
           "payment_terms", "tax_rate", "tax_included", "trade_terms", "delivery_address", "contract_mode", "contact",
           "phone", "requirements", "remark")  # fmt: skip
_LINE = ("product_code", "customer_item", "product", "specification", "drawing", "material", "surface", "quantity",
         "unit", "unit_price", "discount", "amount", "requested_date",
         "promised_date", "short_tolerance", "line_remark")  # fmt: skip


@dataclass(frozen=True, slots=True)
class FoundProblem:
    """A problem as the run reported it."""

    severity: str
    code: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order after the run, with its stage, and the missing field names by line number (`""` is the header)."""

    order: Order
    stage: str
    missing: Mapping[str, tuple[str, ...]]


def write_expected(
    outcome: str, form: str, orders: Iterable[FoundOrder], problems: Iterable[FoundProblem], file: str
) -> str:
    """The whole text for one workbook."""
    blocks = [f"outcome: {outcome}\nform: {form or '(none)'}"]
    blocks += [_write_order(found, file) for found in orders]
    rows = [f"{p.severity} {p.code} {p.place}: {p.message}".replace(" : ", ": ") for p in problems]
    blocks.append("problems:" + "".join(f"\n  {row}" for row in rows) if rows else "problems: none")
    return "\n\n".join(blocks) + "\n"


def _write_order(found: FoundOrder, file: str) -> str:
    order = found.order
    rows = [f"order {order.number}, revision {order.revision}, stage {found.stage}"]
    if order.place.file != file:  # a later workbook has replaced what this one said
        rows.append(f"  as it stands after {order.place.file}")
    if order.papers:
        rows.append(f"  papers: {', '.join(f'{paper.kind} of revision {paper.revision}' for paper in order.papers)}")
    rows.append(_write_missing(found.missing.get("", ()), "  "))
    rows += [f"  {name}: {words}" for name in _HEADER if (words := _words(order.get(name)))]
    rows += [_write_line(line, found.missing.get(line.number, ())) for line in order.lines]
    return "\n".join(row for row in rows if row)


def _write_line(line: OrderLine, missing: tuple[str, ...]) -> str:
    values = [f"{name}={words}" for name in _LINE if (words := _words(line.get(name)))]
    total = f"amount {plain_decimal(line.amount)}" if line.amount is not None else "no amount"
    rows = [f"  line {line.number}: {' | '.join(values)}", f"    {total}", _write_missing(missing, "    ")]
    rows += [f"    delivery {_write_delivery(delivery)}" for delivery in line.deliveries]
    rows += [f"    shipped {plain_decimal(one.quantity)} on {one.date.isoformat()}" for one in line.shipments]
    return "\n".join(row for row in rows if row)


def _write_delivery(delivery: Delivery) -> str:
    due = delivery.due.isoformat() if delivery.due else f"to be promised ({delivery.words or 'no date given'})"
    return f"{plain_decimal(delivery.quantity)} due {due}"


def _write_missing(names: tuple[str, ...], indent: str) -> str:
    return f"{indent}missing: {', '.join(names)}" if names else ""


def _words(value: FieldValue | None) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return schedule_text(value)
        case Decimal():
            return plain_decimal(value)
        case dt.date():
            return value.isoformat()
        case _:
            return str(value)
