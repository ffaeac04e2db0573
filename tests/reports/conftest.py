"""Orders, lines and standings as short calls, and words that show their code and blanks."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xltools.core.calendar import WorkCalendar
from xltools.core.event import EventKind
from xltools.core.order import Delivery, HistoryEntry, Order, OrderLine, Shipment
from xltools.core.place import Place
from xltools.core.record import ScheduledDelivery, Value
from xltools.core.text import Text
from xltools.forms.load import load_rules
from xltools.forms.rules import Rules
from xltools.forms.settings import Lateness
from xltools.ledger.deliveries import allocate_shipped
from xltools.ledger.standing import Standing, Waiting
from xltools.reports.lines import AssessedLine, assess_lines

RULES = Path(__file__).parents[2] / "rules"
SOURCE = "inbox/order.xlsx"


def day(text: str) -> dt.date:
    """`03-30` is 2026-03-30."""
    return dt.date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


def spot(cell: str) -> Place:
    """A cell of the order's workbook."""
    return Place(SOURCE, "接单登记表", cell, sha256="f" * 64)


def values_of(fields: dict[str, Any], row: int) -> dict[str, Value]:
    """Fields as values, the first in column B of the row, the next in C, and so on."""
    return {
        name: Value(Decimal(value) if type(value) is int else value, spot(f"{chr(ord('B') + index)}{row}"))
        for index, (name, value) in enumerate(fields.items())
    }


@pytest.fixture(scope="session")
def rules() -> Rules:
    texts = {path.relative_to(RULES).as_posix(): path.read_text(encoding="utf-8") for path in RULES.rglob("*.yaml")}
    loaded, problems = load_rules([texts])
    assert loaded, problems
    return loaded


@pytest.fixture(scope="session")
def rules_with(rules: Rules) -> Callable[..., Rules]:
    def change(company: dict[str, Any] | None = None, **lateness: Any) -> Rules:
        updates: dict[str, Any] = {"lateness": Lateness(**lateness)}
        if company:
            updates["company"] = dataclasses.replace(rules.settings.company, **company)
        return dataclasses.replace(rules, settings=dataclasses.replace(rules.settings, **updates))

    return change


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    return WorkCalendar()


@pytest.fixture(scope="session")
def say() -> Callable[..., str]:
    return lambda code, /, **blanks: " ".join([code, *(f"{name}={value}" for name, value in blanks.items())])


@pytest.fixture(scope="session")
def make_line() -> Callable[..., OrderLine]:
    def make(number: str = "1", quantity: int = 100, due: Any = "03-30", shipped: Any = (), **fields: Any) -> OrderLine:
        """`due` is a date, (requested, promised), or [(one of these, quantity)]; `shipped` is [(date, quantity)]."""
        parts = due if isinstance(due, list) else [(due, quantity)]
        deliveries = []
        for dates, share in parts:
            requested, promised = dates if isinstance(dates, tuple) else (dates, None)
            deliveries.append(
                Delivery(
                    Decimal(share),
                    requested=day(requested) if requested else None,
                    first_promised=day(promised) if promised else None,
                    promised=day(promised) if promised else None,
                )
            )
        shipments = tuple(
            Shipment(day(when), Decimal(share), spot(f"Z{index}"))
            for index, (when, share) in enumerate(shipped, start=1)
        )
        gone = sum((shipment.quantity for shipment in shipments), Decimal(0))
        row = 20 + int("".join(filter(str.isdigit, number)) or 0)
        schedule = tuple(ScheduledDelivery(part.requested) for part in deliveries if part.requested)
        given = {"quantity": quantity, "product": "端盖", "product_code": "P1", "unit": "件", **fields}
        if schedule:
            given.setdefault("requested_date", schedule)
        return OrderLine(number, values_of(given, row), allocate_shipped(deliveries, gone), shipments, spot(f"A{row}"))

    return make


@pytest.fixture(scope="session")
def make_order(make_line: Callable[..., OrderLine]) -> Callable[..., Order]:
    def make(number: str = "SO-1", *lines: OrderLine, **fields: Any) -> Order:
        given = {"customer": "泰衡", "owner": "李雯", "currency": "CNY", "order_date": day("03-02"), **fields}
        received = HistoryEntry(1, day("03-02"), EventKind.ORDER_RECEIVED, "李雯", spot("A1"))
        return Order(
            number=number,
            revision=1,
            received=day("03-02"),
            values=values_of(given, 3),
            lines=lines or (make_line(),),
            content="",
            entered="received",
            place=spot("A1"),
            document="f" * 64,
            history=(received,),
        )

    return make


@pytest.fixture(scope="session")
def standing() -> Standing:
    gate = Waiting("payment-first", Text("首付款到账", "first payment received"), "finance", day("03-05"))
    return Standing("contract-signed", day("03-05"), (gate,), {"1": ("promised_date",)}, ("review-started",))


@pytest.fixture(scope="session")
def assess(rules: Rules, calendar: WorkCalendar, standing: Standing) -> Callable[..., tuple[AssessedLine, ...]]:
    def assess_orders(*orders: Order, as_of: str = "04-01", **standings: Standing) -> tuple[AssessedLine, ...]:
        given = {order.number: standings.get(order.number, standing) for order in orders}
        return assess_lines(orders, given, rules, calendar, day(as_of))

    return assess_orders
