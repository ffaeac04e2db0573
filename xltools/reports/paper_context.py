"""What every paper may say of an order: the values that all templates of papers may name."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xltools.core.codec import plain_decimal
from xltools.core.money import rmb_capitals, round_cents
from xltools.core.order import Change, Order, OrderLine, Paper
from xltools.core.record import FieldValue, Record
from xltools.core.text import Language
from xltools.forms.model import FormField
from xltools.forms.papers import PaperRule
from xltools.forms.rules import Rules
from xltools.ledger.replay import Ledger
from xltools.ledger.routing import total_amount
from xltools.reports.paper_words import currency_label, delivery_words, price_text, quantity_text, tax_words
from xltools.reports.wording import natural_key, order_form, value_text
from xltools.reports.words import english_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRequest:
    """A paper to be made: which kind, for which order, under which number; `language` is that of choices and yes/no.

    `customer` is the order's customer in the master data. A paper about a delivery note has its number in
    `delivery_note` too, and `order` is the first of its orders. One that is not `priced` leaves prices out.
    """

    rule: PaperRule
    order: Order
    ledger: Ledger
    customer: Record | None
    rules: Rules
    as_of: dt.date
    number: str
    language: Language
    delivery_note: str = ""
    priced: bool = True


@dataclass(frozen=True, slots=True)
class Party:
    """A party as Civil Code art. 470 wants it named, with what its invoice needs; unknown is empty.

    `role` is what it is called on the paper: 供方 or 甲方, as rules/papers.yaml says.
    """

    role: str
    role_en: str
    name: str
    name_en: str
    address: str
    address_en: str
    representative: str
    phone: str
    tax_number: str
    bank: str
    account: str


@dataclass(frozen=True, slots=True)
class ChangedValue:
    """A value that this revision changed: the field's label in both languages, what it was and what it is."""

    field: str
    label: str
    was: str
    value: str


def paper_context(request: PaperRequest) -> dict[str, Any]:
    """The values that templates of every kind may name: text, but for what is listed here; unknown is empty.

    `seller` and `buyer` are Party; `order` has all header fields by name; `lines` each all line fields by name, and
    `no`, `code`, `delivery`, `price`, `amount` (by quantity and price where none is given), `shipped`, `open`,
    `changed` (labels), `was` (old values by field) and `numbers` (Decimals by name, None where unknown); `changes` are
    ChangedValue of the header; `numbers` has `total`. Lines that were cancelled are left out. The total is empty while
    a line has no price; currencies are never added, an order has one. It is without words below zero, or too large.
    """
    order, rules = request.order, request.rules
    currency = order.text("currency")
    total, tax = total_amount(order), tax_words(order)
    replaced = replaced_paper(order, request.rule.name)
    made = changes_since(order, replaced)
    title = request.rule.label.text
    label = currency_label(currency, rules)
    return {
        "kind": request.rule.name,
        "title": title.zh,
        "title_en": title.en,
        "language": request.language,
        "number": request.number,
        "date": request.as_of.isoformat(),
        "order_no": order.number,
        "revision": str(order.revision),
        "customer_po": order.text("customer_po"),
        "owner": order.text("owner"),
        "order": header_texts(order, rules, request.language),
        "seller": name_seller(rules),
        "buyer": name_buyer(order, request.customer, rules),
        "currency": label.both,
        "currency_zh": label.zh,
        "currency_en": label.en,
        "lines": [
            line_values(line, made, request) for line in sorted(order.lines, key=_line_key) if not line.cancelled
        ],
        "total": "" if total is None else f"{total:,.2f}",
        "total_words": _words_if_any(total, currency),
        "tax_zh": tax.zh,
        "tax_en": tax.en,
        "terms": order.text("payment_terms"),
        "priced": request.priced,
        "replaces": "" if replaced is None else _name_paper(replaced),
        "changes": [one for change in made for one in changed_values(change, "", request)],
        "numbers": {"total": total},
    }


def header_texts(order: Order, rules: Rules, language: Language) -> dict[str, str]:
    """All header fields of an order as people read them, by field name."""
    return {field.name: value_text(order.get(field.name), field, language) for field in order_form(rules).header}


def line_values(line: OrderLine, made: Iterable[Change], request: PaperRequest) -> dict[str, Any]:
    """One line as templates may name it; see `paper_context`."""
    language = request.language
    texts = {field.name: value_text(line.get(field.name), field, language) for field in order_form(request.rules).lines}
    price, discount = line.decimal("unit_price"), line.decimal("discount")
    written = "" if price is None else price_text(price)
    changed = [one for change in made for one in changed_values(change, line.number, request)]
    return {
        **texts,
        "no": line.number,
        "code": line.text("customer_item") or line.text("product_code"),
        "product": line.text("product") or line.text("product_code"),
        "quantity": quantity_text(line.quantity),
        "price": f"{written}\n-{plain_decimal(discount * 100)}%" if discount else written,
        "amount": "" if line.amount is None else f"{round_cents(line.amount):,.2f}",
        "delivery": delivery_words(line),
        "shipped": quantity_text(line.shipped),
        "open": quantity_text(line.open),
        "remark": line.text("line_remark"),
        "changed": [one.label for one in changed],
        "was": {one.field: one.was for one in changed},
        "numbers": {"quantity": line.quantity, "price": price, "discount": discount, "amount": line.amount},
    }


def changes_since(order: Order, replaced: Paper | None) -> tuple[Change, ...]:
    """The approved changes since the paper that this one stands in for, else those that made the current revision.

    There may be several: of a revision that waited at a gate no paper was made.
    """
    before = order.revision - 1 if replaced is None else replaced.revision
    return tuple(change for change in order.changes if before < change.made <= order.revision)


def changed_values(change: Change, line: str, request: PaperRequest) -> tuple[ChangedValue, ...]:
    """What a change notice changed in a line, or in the header where `line` is empty."""
    form = order_form(request.rules)
    found = []
    for item in change.items:
        if item.line == line and not item.action:
            field = form.field(item.field)
            label = field.label.text.both if field else item.field
            was, value = (_written(one, field, request.language) for one in (item.was, item.value))
            found.append(ChangedValue(item.field, label, was, value))
    return tuple(found)


def replaced_paper(order: Order, kind: str) -> Paper | None:
    """The paper of that kind that this one stands in for: the last of an earlier revision, which is void by now."""
    earlier = [one for one in order.papers if one.kind == kind and one.revision < order.revision]
    return earlier[-1] if earlier else None


def _name_paper(paper: Paper) -> str:
    """Its number with the revision, which the numbers of later revisions end with already."""
    mark = f"r{paper.revision}"
    return paper.number if paper.number.endswith(f"-{mark}") else f"{paper.number} {mark}".strip()


def name_seller(rules: Rules) -> Party:
    """The factory, from the settings."""
    company, role = rules.settings.company, rules.papers.parties[0].text
    return Party(
        role=role.zh,
        role_en=role.en,
        name=company.name.zh,
        name_en=company.name.en if company.name.en != company.name.zh else "",
        address=company.address.zh,
        address_en=company.address.en if company.address.en != company.address.zh else "",
        representative=company.representative,
        phone=company.phone,
        tax_number=company.tax_number,
        bank=company.bank,
        account=company.account,
    )


def name_buyer(order: Order, customer: Record | None, rules: Rules) -> Party:
    """The customer, from master data, else as the order names it."""

    def known(name: str, order_field: str = "") -> str:
        found = customer.text(name) if customer else ""
        return found or (order.text(order_field) if order_field else "")

    role = rules.papers.parties[1].text
    return Party(
        role=role.zh,
        role_en=role.en,
        name=known("name", "customer"),
        name_en=known("english_name") if known("english_name") != known("name", "customer") else "",
        address=known("address"),
        address_en="",
        representative=known("representative"),
        phone=known("phone", "phone"),
        tax_number=known("tax_number"),
        bank=known("bank"),
        account=known("account"),
    )


def total_words(total: Decimal | None, currency: str) -> str:
    """A total in RMB capitals, or in English words for other currencies; ValueError below zero or too large."""
    if total is None or not currency:
        return ""
    return rmb_capitals(total) if currency == "CNY" else english_amount(total, currency)


def _words_if_any(total: Decimal | None, currency: str) -> str:
    try:
        return total_words(total, currency)
    except ValueError:
        return ""


def _line_key(line: OrderLine) -> tuple[tuple[int, int, str], ...]:
    return natural_key(line.number)


def _written(value: FieldValue | None, field: FormField | None, language: Language) -> str:
    if isinstance(value, Decimal) and field and field.name == "quantity":
        return quantity_text(value)
    return value_text(value, field, language)
