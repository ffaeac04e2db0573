"""The words and figures of papers: prices, quantities, deliveries, tax and terms of payment."""

import re
from decimal import Decimal

from xltools.core.codec import plain_decimal
from xltools.core.order import Order, OrderLine
from xltools.core.payment_terms import PaymentPart, read_terms
from xltools.core.text import Text
from xltools.forms.rules import Rules
from xltools.reports.wording import order_form

# Where nothing is known a person writes by hand.
BLANK = "________"
# 定金 above this share of the price has no effect as such: Civil Code art. 586.
DEPOSIT_LIMIT = Decimal(20)

_INSTALMENTS = re.compile(r"\d{1,3}(?:\.\d+)?%?(?:/\d{1,3}(?:\.\d+)?%?)+")
_MONTHLY = re.compile(r"月结\s*(\d+)\s*天")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DEPOSIT = re.compile(
    r"(\d{1,3}(?:\.\d+)?)\s*%?\s*(?:的|作为?|为)?\s*定金|定金[\s:：]*(?:为|占)?\s*(\d{1,3}(?:\.\d+)?)\s*%?"
)
_TRIGGERS = {
    "deposit": "in advance",
    "before-shipment": "before shipment",
    "shipment": "after shipment",
    "documents": "against shipping documents",
    "delivery": "on delivery",
    "acceptance": "after acceptance",
    "invoice": "from the invoice",
    "month-end": "monthly account",
    "retention": "retention money",
}
_MEANS = {"TT": "by T/T", "LC": "by L/C", "DP": "D/P", "DA": "D/A", "cash": "in cash", "draft": "by bank draft"}


def payment_words(terms: str) -> Text:
    """Payment terms in words that add nothing to them: `30/70` names shares, not when they fall due.

    Only shares that make 100, `月结N天` and Chinese terms that were understood are put into words; anything else reads
    as it was typed. Terms that are not known are blank.
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
    parts = read_terms(terms)
    if parts and _HAN.search(terms):
        return Text(terms, "; ".join(_part_words(part, terms) for part in parts))
    return Text(terms, terms)


def _part_words(part: PaymentPart, terms: str) -> str:
    """One part in English: `30% as deposit (定金)`; 预付款 is paid in advance and no deposit."""
    when = _TRIGGERS.get(part.trigger, "")
    if part.trigger == "deposit" and "定金" in terms:
        when = "as deposit (定金)"
    days = f"within {part.days} days" if part.days is not None else ""
    return " ".join(filter(None, (f"{plain_decimal(part.percent)}%", when, days, _MEANS.get(part.means, ""))))


def deposit_share(terms: str) -> Decimal | None:
    """The per cent that the terms call 定金; None where they don't use the word, or don't say how much.

    订金, 预付款 and the English deposit are not 定金: the rule of Civil Code arts. 586 and 587 is not theirs.
    """
    found = _DEPOSIT.search(terms)
    return Decimal(found[1] or found[2]) if found else None


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


def delivery_words(line: OrderLine) -> str:
    """A line's deliveries: promised dates, else the requested ones, with quantities where there are several."""
    parts = []
    for delivery in line.deliveries:
        day = delivery.due.isoformat() if delivery.due else delivery.words or BLANK
        share = f"×{plain_decimal(delivery.quantity)}" if len(line.deliveries) > 1 else ""
        parts.append(f"{day}{share}")
    return "\n".join(parts) or BLANK


def quantity_text(quantity: Decimal) -> str:
    """A quantity with its thousands set apart: 1,200."""
    return f"{Decimal(plain_decimal(quantity)):,f}"


def price_text(price: Decimal) -> str:
    """At least two decimals, as many as the price has."""
    exponent = price.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"{price:,.{places}f}"


def currency_label(currency: str, rules: Rules) -> Text:
    """A currency as the order form calls it: `人民币 CNY`; its code where the form does not know it."""
    field = order_form(rules).field("currency")
    chosen = next((one for one in field.choices if one.value == currency), None) if field else None
    return chosen.label.text if chosen else Text(currency, currency)
