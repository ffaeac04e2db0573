"""Shipping lists and receipts written down in the test itself, and a workflow in which only an address holds goods."""

import functools
import hashlib
from dataclasses import dataclass, field, replace
from decimal import Decimal

import yaml
from order_documents import AS_OF, EMPTY, append, document, item, on, package_rules, record, take
from pydantic import TypeAdapter

from xltools.core.place import Place, cell_name
from xltools.core.record import Document, FieldValue, Record, Value
from xltools.forms.rules import Rules
from xltools.forms.workflow import Workflow
from xltools.ledger.decide import Decision
from xltools.ledger.documents import accept_event, find_return
from xltools.ledger.replay import Ledger
from xltools.ledger.shipping import decide_shipments
from xltools.ledger.statements import decide_statements

WORKFLOW = """
approved: approved
ready: approved
stages:
  - {name: received, label: {zh: 已接单, en: Received}}
  - {name: approved, label: {zh: 已评审, en: Approved}}
  - name: released
    label: {zh: 已下达, en: Released}
  - name: partly-shipped
    label: {zh: 部分发货, en: Partly shipped}
    gates:
      - {name: shipping-fields, what: {zh: 发货要素齐全, en: shipping fields filled}, whom: owner, fields: shipping}
      - {name: first-shipment, what: {zh: 首批发货, en: first shipment}, whom: warehouse, goods: some-shipped}
  - name: shipped
    label: {zh: 已发货, en: Shipped}
    gates:
      - {name: last-shipment, what: {zh: 全部发货, en: all goods shipped}, whom: warehouse, goods: all-shipped}
"""
WHOLE = {
    "currency": "CNY",
    "payment_terms": "月结30天",
    "tax_rate": Decimal("0.13"),
    "tax_included": True,
    "delivery_address": "宁波市北仑区明州路 88 号",
    "contract_mode": "none",
    "owner": "李雯",
}
LINE = {
    "specification": "Φ8",
    "unit": "件",
    "unit_price": Decimal("2.5"),
    "requested_date": on("2026-03-02"),
    "promised_date": on("2026-03-02"),
}


@dataclass(frozen=True)
class Row:
    """A row of a shipping list: a line of an order, how much leaves, and what else is said of it."""

    line: str
    quantity: str
    said: dict[str, FieldValue] = field(default_factory=dict)


@functools.cache
def rules() -> Rules:
    return replace(package_rules(), workflow=TypeAdapter(Workflow).validate_python(yaml.safe_load(WORKFLOW)))


def ordered(number: str, *quantities: str, ledger: Ledger = EMPTY, **fields: FieldValue) -> Ledger:
    """An order with lines 1..n of products P1..Pn; what is a line's own goes there."""
    own = {name: fields.pop(name) for name in ("short_tolerance", "requested_date", "promised_date") if name in fields}
    lines = [
        item(f"P{at}", quantity, at, line_no=str(at), **{**LINE, **own}) for at, quantity in enumerate(quantities, 1)
    ]
    header = {name: value for name, value in {**WHOLE, **fields}.items() if value is not None}
    return take(document(record(*lines, order_no=number, **header), name=f"{number}.xlsx"), ledger)


def list_of(order: str, *rows: Row, date: FieldValue = AS_OF, **header: FieldValue) -> Record:
    values = {"order_no": order, "date": date, **header}
    return Record(
        Place("", "S", "A1"),
        _values(values, order, 0),
        tuple(
            Record(
                Place("", "S", cell_name(at, 0)),
                _values({"line_no": row.line, "quantity": Decimal(row.quantity), **row.said}, order, at),
            )
            for at, row in enumerate(rows, 5)
        ),
    )


def shipping_list(*records: Record, name: str = "发货.xlsx", saved_by: str = "吴刚") -> Document:
    sha256 = hashlib.sha256(repr((name, records)).encode()).hexdigest()
    return Document(f"inbox/{name}", sha256, "shipping-list", "shipping-list", records, saved_by=saved_by)


def ship(given: Document, ledger: Ledger, carried: str = "") -> tuple[Decision, Ledger]:
    """A list as a run takes it; `carried` is the return id that a mended copy has."""
    answers = find_return(given, ledger, carried)
    decision = decide_shipments(given, ledger, rules(), {}, AS_OF, answers=answers)
    ledger = append(ledger, *decision.events)
    if decision.orders and not decision.duplicate:
        partly = bool(decision.rejected)
        event = accept_event(given, decision.orders, ledger, AS_OF, archived="a", partly=partly, answers=answers)
        ledger = append(ledger, event)
    return decision, ledger


def receipt(*rows: dict[str, FieldValue], name: str = "签收.xlsx") -> Document:
    records = tuple(
        Record(Place("", "S", cell_name(at, 0)), _values({"received_by": "赵敏", "date": AS_OF, **row}, "", at))
        for at, row in enumerate(rows)
    )
    sha256 = hashlib.sha256(repr((name, records)).encode()).hexdigest()
    return Document(f"inbox/{name}", sha256, "delivery-receipt", "delivery-receipt", records, saved_by="吴刚")


def sign(given: Document, ledger: Ledger) -> tuple[Decision, Ledger]:
    decision = decide_statements(given, ledger, rules(), {}, AS_OF)
    return decision, append(ledger, *decision.events)


def _values(fields: dict[str, FieldValue], sheet: str, row: int) -> dict[str, Value]:
    return {
        name: Value(value, Place("", sheet or "S", cell_name(row, column)))
        for column, (name, value) in enumerate(fields.items())
    }
