"""What a sales contract says of an order: the values that the contract template names."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xltools.core.codec import plain_decimal
from xltools.core.money import rmb_capitals, round_cents
from xltools.core.order import Order, OrderLine
from xltools.core.record import Record
from xltools.core.text import Text
from xltools.forms.rules import Rules
from xltools.reports.wording import natural_key, order_form, value_text
from xltools.reports.words import english_amount

# Where nothing is known a person writes by hand.
BLANK = "________"

_INSTALMENTS = re.compile(r"\d{1,3}(?:\.\d+)?%?(?:/\d{1,3}(?:\.\d+)?%?)+")
_MONTHLY = re.compile(r"月结\s*(\d+)\s*天")


@dataclass(frozen=True, slots=True)
class Party:
    """A party of a contract as Civil Code art. 470 wants it named, with what its invoice needs."""

    name: str
    name_en: str
    address: str
    address_en: str
    representative: str
    phone: str
    tax_number: str
    bank: str
    account: str


def contract_context(
    order: Order, customer: Record | None, rules: Rules, as_of: dt.date, number: str
) -> dict[str, Any]:
    """The values that the sales contract template names, all text but `lines`.

    Holds what Civil Code arts. 470 and 596 list and the template leaves open; the standard clauses stand in the
    template. What is not known reads `________`. The total is blank while a line has no price; currencies are never
    added, an order has one.
    """
    currency = order.text("currency")
    lines = sorted(order.lines, key=lambda line: natural_key(line.number))
    amounts = [line.amount for line in lines]
    known = [amount for amount in amounts if amount is not None]
    total = round_cents(sum(known, Decimal(0))) if len(known) == len(amounts) else None
    payment = payment_words(order.text("payment_terms"))
    tax = tax_words(order)
    seller = rules.settings.company
    return {
        "number": number,
        "order_no": order.number,
        "revision": str(order.revision),
        "customer_po": order.text("customer_po") or BLANK,
        "signed_on": as_of.isoformat(),
        "signed_at": seller.address.zh or BLANK,
        "seller": _seller(rules),
        "buyer": _buyer(order, customer),
        "currency": _currency_label(currency, rules).both or BLANK,
        "lines": [_contract_line(line) for line in lines],
        "total": BLANK if total is None else f"{total:,.2f}",
        "total_words": _total_words(total, currency),
        "tax_zh": tax.zh,
        "tax_en": tax.en,
        "trade_terms": order.text("trade_terms") or BLANK,
        "delivery_address": order.text("delivery_address") or BLANK,
        "transport": order.text("transport") or BLANK,
        "packing": order.text("packing") or BLANK,
        "requirements": order.text("requirements") or BLANK,
        "partial": value_text(order.get("partial_allowed"), None, "zh") or BLANK,
        "partial_en": value_text(order.get("partial_allowed"), None, "en") or BLANK,
        "payment_zh": payment.zh,
        "payment_en": payment.en,
        "remark": order.text("remark") or "无 None",
    }


def payment_words(terms: str) -> Text:
    """Payment terms in words that add nothing to them: `30/70` names shares, not when they fall due.

    Only shares that make 100 and `月结N天` are put into words; anything else reads as it was typed.
    """
    if not terms.strip():
        return Text(BLANK, BLANK)
    compact = terms.replace(" ", "")
    if _INSTALMENTS.fullmatch(compact):
        shares = [Decimal(part.rstrip("%")) for part in compact.split("/")]
        if sum(shares) == 100:
            zh = "，".join(f"第{index}期 {plain_decimal(share)}%" for index, share in enumerate(shares, start=1))
            en = ", ".join(f"{plain_decimal(share)}%" for share in shares)
            return Text(f"分{len(shares)}期支付（{terms}）：{zh}", f"In {len(shares)} instalments: {en}")
    if monthly := _MONTHLY.fullmatch(terms.strip()):
        return Text(terms, f"Monthly account, {monthly[1]} days")
    return Text(terms, terms)


def tax_words(order: Order) -> Text:
    """Whether the prices include tax, and its rate; what the order does not say stays open."""
    rate = order.get("tax_rate")
    written = f"{plain_decimal(rate * 100)}%" if isinstance(rate, Decimal) else BLANK
    included = order.get("tax_included")
    if not isinstance(included, bool):
        return Text(f"含税/不含税：{BLANK}，税率 {written}", f"Tax included or not: {BLANK}; rate {written}")
    if included:
        return Text(f"以上价格含税，税率 {written}", f"Prices include tax at {written}")
    return Text(f"以上价格不含税，税率 {written}", f"Prices exclude tax; rate {written}")


def _seller(rules: Rules) -> Party:
    company = rules.settings.company
    return Party(
        name=company.name.zh or BLANK,
        name_en=company.name.en if company.name.en != company.name.zh else "",
        address=company.address.zh or BLANK,
        address_en=company.address.en if company.address.en != company.address.zh else "",
        representative=company.representative or BLANK,
        phone=company.phone or BLANK,
        tax_number=company.tax_number or BLANK,
        bank=company.bank or BLANK,
        account=company.account or BLANK,
    )


def _buyer(order: Order, customer: Record | None) -> Party:
    def known(name: str, order_field: str = "") -> str:
        found = customer.text(name) if customer else ""
        return found or (order.text(order_field) if order_field else "") or BLANK

    return Party(
        name=known("name", "customer"),
        name_en=customer.text("english_name") if customer else "",
        address=known("address"),
        address_en="",
        representative=known("representative"),
        phone=known("phone", "phone"),
        tax_number=known("tax_number"),
        bank=known("bank"),
        account=known("account"),
    )


def _contract_line(line: OrderLine) -> Mapping[str, str]:
    price = line.decimal("unit_price")
    discount = line.decimal("discount")
    written_price = BLANK if price is None else _price(price)
    return {
        "no": line.number,
        "code": line.text("customer_item") or line.text("product_code"),
        "product": line.text("product") or line.text("product_code") or BLANK,
        "specification": " ".join(
            filter(None, (line.text("specification"), line.text("drawing"), line.text("material")))
        ),
        "unit": line.text("unit") or BLANK,
        "quantity": f"{Decimal(plain_decimal(line.quantity)):,f}",
        "price": f"{written_price}\n-{plain_decimal(discount * 100)}%" if discount else written_price,
        "amount": BLANK if line.amount is None else f"{round_cents(line.amount):,.2f}",
        "delivery": delivery_words(line),
        "remark": line.text("line_remark"),
    }


def delivery_words(line: OrderLine) -> str:
    """A line's deliveries: promised dates, else the requested ones, with quantities where there are several."""
    if not line.deliveries:
        return BLANK
    parts = []
    for delivery in line.deliveries:
        day = delivery.due.isoformat() if delivery.due else delivery.words or BLANK
        share = f"×{plain_decimal(delivery.quantity)}" if len(line.deliveries) > 1 else ""
        parts.append(f"{day}{share}")
    return "\n".join(parts)


def _price(price: Decimal) -> str:
    """At least two decimals, as many as the price has."""
    exponent = price.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{price:,.{places}f}"


def _total_words(total: Decimal | None, currency: str) -> str:
    if total is None or not currency:
        return BLANK
    return rmb_capitals(total) if currency == "CNY" else english_amount(total, currency)


def _currency_label(currency: str, rules: Rules) -> Text:
    field = order_form(rules).field("currency")
    chosen = next((one for one in field.choices if one.value == currency), None) if field else None
    return chosen.label.text if chosen else Text(currency, currency)
