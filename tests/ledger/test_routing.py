"""Which route an order takes: by type, amount, customer, and whether it has a product that nobody ordered before."""

import datetime as dt
from decimal import Decimal

import pytest
from order_documents import document, item, package_rules, record, take

from xltools.ledger.routing import find_route, total_amount

RULES = package_rules()
BY_NOVELTY = """\
departments:
  - {name: engineering, label: {zh: 技术, en: Engineering}}
  - {name: production, label: {zh: 生产PMC, en: Production}}
  - {name: sales, label: {zh: 销售, en: Sales}}
  - {name: business, label: {zh: 业务, en: Order Desk}}
  - {name: quality, label: {zh: 品质, en: Quality}}
  - {name: purchasing, label: {zh: 采购, en: Purchasing}}
  - {name: warehouse, label: {zh: 仓储, en: Warehouse}}
  - {name: finance, label: {zh: 财务, en: Finance}}
  - {name: legal, label: {zh: 法务, en: Legal}}
routes:
  - {name: known-customer, label: {zh: 老客户, en: Known}, when: customer == "老客户", departments: [production]}
  - {name: new-product, label: {zh: 新产品, en: New}, when: novel, departments: [engineering, production]}
  - {name: rest, label: {zh: 其余, en: Rest}, departments: [production]}
"""


def route_of(ledger, number, rules=RULES):
    return find_route(ledger.orders[number], rules).name


@pytest.mark.parametrize(
    ("fields", "route"),
    [
        ({"order_type": "regular"}, "circulation"),
        ({"order_type": "custom"}, "meeting"),
        ({"order_type": "new-product"}, "meeting"),
        ({"order_type": "repeat"}, "production-alone"),
        ({"order_type": "sample"}, "production-alone"),
        ({"order_type": "regular", "reorder_of": "SO-0"}, "production-alone"),
    ],
)
def test_an_order_is_routed_by_its_type(fields, route):
    assert route_of(take(document(record(item("P1", "5"), order_no="A", **fields))), "A") == route


@pytest.mark.parametrize(
    ("price", "currency", "route"),
    [("39999.99", "CNY", "circulation"), ("40000", "CNY", "meeting"), ("40000", "USD", "circulation")],
)
def test_an_order_is_routed_by_its_amount_in_its_own_currency(price, currency, route):
    ledger = take(document(record(item("P1", "5", unit_price=Decimal(price)), order_no="A", currency=currency)))
    assert route_of(ledger, "A") == route
    assert total_amount(ledger.orders["A"]) == Decimal(price) * 5


def test_an_order_is_routed_by_customer_and_by_whether_its_products_were_ordered_before():
    rules = package_rules(**{"routes.yaml": BY_NOVELTY})
    ledger = take(document(record(item("P1", "5"), order_no="A")))
    ledger = take(document(record(item("P1", "7"), order_no="B"), name="b.xlsx"), ledger)
    ledger = take(document(record(item("P1", "7"), item("P2", "1", 1), order_no="C"), name="c.xlsx"), ledger)
    ledger = take(document(record(item("P3", "7"), order_no="D", customer="老客户"), name="d.xlsx"), ledger)
    routes = [route_of(ledger, number, rules) for number in "ABCD"]
    assert routes == ["new-product", "rest", "new-product", "known-customer"]


def test_an_order_stays_new_when_it_is_sent_again():
    ledger = take(document(record(item("P1", "5"), order_no="A")))
    ledger = take(document(record(item("P1", "6"), order_no="A", revision=2), name="b.xlsx"), ledger)
    assert (ledger.orders["A"].revision, ledger.orders["A"].novel) == (2, True)


def test_what_cannot_be_priced_has_no_amount():
    ledger = take(document(record(item("P1", "5", order_date=dt.date(2026, 3, 2)), order_no="A")))
    assert total_amount(ledger.orders["A"]) is None
