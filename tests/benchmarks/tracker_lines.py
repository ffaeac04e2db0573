"""A large desk for the benchmarks: order lines as its ledger would give them, of the same make every time."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from xltools.core.calendar import WorkCalendar
from xltools.core.order import Delivery, Order, OrderLine, Paper, Shipment
from xltools.core.place import Place
from xltools.core.record import FieldValue, ScheduledDelivery, Value
from xltools.core.text import Text
from xltools.desk.session import load_messages, package_layer
from xltools.forms.load import load_rules
from xltools.forms.rules import Rules
from xltools.ledger.standing import Standing, Waiting
from xltools.reports.lateness import assess_line
from xltools.reports.lines import AssessedLine
from xltools.reports.table import SheetTable
from xltools.reports.tracker import build_tracker

AS_OF = dt.date(2026, 11, 20)
LINES, LINES_OF_ORDER, COLUMNS = 100_000, 4, 30
NEW, REVISED, TYPED = 500, 1_000, 400
# What a desk has in its tracker beside the package's own columns.
_OVERLAY = """columns:
  - {column: due_date, label: {zh: 应发日期, en: Due}}
  - {column: last_shipped_date, label: {zh: 最近发货, en: Last Shipped}}
  - {column: drawing}
  - {column: material}
  - {column: surface}
  - {column: customer_code}
"""


def make_rules() -> Rules:
    """The package's rules with a tracker of 30 columns."""
    rules, problems = load_rules((package_layer(), {"tracker.yaml": _OVERLAY}))
    assert rules, problems
    assert len(rules.tracker.columns) == COLUMNS
    return rules


def make_tracker(lines: tuple[AssessedLine, ...], rules: Rules) -> SheetTable:
    """The tracker's table, with a link to its workbook in every row."""
    archived = {one.order.document: f"archive/2026/03/{one.order.place.file[6:]}" for one in lines}
    return build_tracker(lines, rules, AS_OF, "zh", load_messages().speaker("zh"), archived)


def make_lines(rules: Rules, *, next_day: bool = False) -> tuple[AssessedLine, ...]:
    """The lines of the desk, a third of them open.

    `next_day`: with 500 new ones, with another specification in 1,000, and with what people typed into the tracker.
    """
    return tuple(_assessed_lines(LINES + NEW * next_day, next_day, rules))


def typed_promise(number: int) -> dt.date | None:
    """The promise that a person typed for a line; None for most."""
    return AS_OF + dt.timedelta(days=number % 70) if number % 500 == 9 else None


def typed_shortage(number: int) -> str | None:
    """The shortage that a person typed for a line; None for most."""
    return f"缺铝锭 {number % 37} kg，周五到" if number % 500 == 7 else None


def _assessed_lines(count: int, next_day: bool, rules: Rules) -> Iterator[AssessedLine]:
    calendar = WorkCalendar()
    for first in range(0, count, LINES_OF_ORDER):
        numbers = range(first, first + LINES_OF_ORDER)
        order = _order(first // LINES_OF_ORDER, tuple(_line(number, next_day) for number in numbers))
        standing = _standing(first // LINES_OF_ORDER)
        for line in order.lines:
            yield AssessedLine(order, line, standing, assess_line(line, standing, rules, calendar, AS_OF))


def _is_open(order: int) -> bool:
    return order % 3 == 0


def _order(number: int, lines: tuple[OrderLine, ...]) -> Order:
    place = Place(f"inbox/客户订单-{number:05}.xlsx", "接单登记表", "A1", sha256=f"{number:064x}")
    values = {
        "customer": f"宁波泰衡电子有限公司 {number % 389}",
        "customer_code": f"C{number % 389:03}",
        "customer_po": f"PO-{88_000 + number}",
        "owner": ("李雯", "王芳", "陈晓", "周敏")[number % 4],
    }
    made = Paper("contract", 1, f"papers/SO-2026-{number:06}/sales-contract.docx", "", AS_OF)
    received = AS_OF - dt.timedelta(days=number % 300)
    return Order(
        f"SO-2026-{number:06}",
        1,
        received,
        _values(values, place),
        lines,
        "",
        "received",
        place,
        f"{number:064x}",
        papers=(made,) if number % 2 else (),
    )


def _line(number: int, next_day: bool) -> OrderLine:
    order, at = divmod(number, LINES_OF_ORDER)
    quantity = Decimal(20 + number * 7 % 9_973)
    requested = AS_OF + dt.timedelta(days=(number * 13) % 60 - 5 if _is_open(order) else -(number % 280) - 5)
    promised = requested if number % 3 else None
    fields: dict[str, FieldValue | None] = {
        "product_code": f"P{number * 31 % 9_973:04}",
        "customer_item": f"TK-{number % 977}",
        "product": f"冲压件 {number * 31 % 977} 号",
        "specification": f"{number % 90}×{number % 70} 表面镀锌 {'B' if next_day and number % 100 == 0 else 'A'}",
        "drawing": f"D-{number % 4_999}-A",
        "material": ("铝 ADC12", "钢 SPCC", "铜 H62")[number % 3],
        "surface": "本色阳极氧化" if number % 5 else None,
        "quantity": quantity,
        "unit": "件",
        "requested_date": (ScheduledDelivery(requested),),
        "promised_date": (ScheduledDelivery(promised),) if promised else None,
        "pmc_remark": f"分两批 {number % 11}" if number % 10 == 0 else None,
        "shortage": f"欠料 {number % 23}" if number % 8 == 0 else None,
    }
    if next_day and (typed := typed_shortage(number)):
        fields["shortage"] = typed
    if next_day and (day := typed_promise(number)):
        promised, fields["promised_date"] = day, (ScheduledDelivery(day),)
    # In a ledger each value has a place of its own.
    place = Place(f"inbox/客户订单-{order:05}.xlsx", "接单登记表", f"A{at + 12}", sha256=f"{order:064x}")
    shipped = Decimal(0) if _is_open(order) else quantity
    delivery = Delivery(quantity, requested, promised, promised, shipped)
    shipments = (Shipment(requested, quantity, place, f"DN-{number:06}"),) if shipped else ()
    return OrderLine(str(at + 1), _values(fields, place), (delivery,), shipments, place)


def _values(fields: dict[str, FieldValue | None], place: Place) -> dict[str, Value]:
    return {name: Value(value, place) for name, value in fields.items() if value is not None}


def _standing(order: int) -> Standing:
    since = AS_OF - dt.timedelta(days=order % 40)
    if not _is_open(order):
        return Standing("shipped", since)
    gate = Waiting("payment-first", Text("首付款到账", "first payment received"), "finance", since, 5)
    return Standing("contract-signed", since, (gate,), {"1": ("promised_date",)} if order % 6 == 0 else {})
