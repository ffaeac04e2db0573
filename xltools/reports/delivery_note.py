"""What a delivery note says of the goods that left on it: the values that its templates name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from xltools.core.event import EventKind
from xltools.core.money import line_amount, rmb_capitals, round_cents
from xltools.core.order import Order, OrderLine, Shipment
from xltools.forms.model import FormField
from xltools.forms.rules import Rules
from xltools.ledger.replay import Ledger
from xltools.reports.paper_context import PaperRequest, name_seller
from xltools.reports.paper_words import currency_label, price_text, quantity_text, tax_words
from xltools.reports.wording import natural_key, value_text
from xltools.reports.words import english_amount

_FORM = "shipping-list"

HEAD_LETTERS = 120


@dataclass(frozen=True, slots=True)
class ShippedGoods:
    """Goods of one order line that left on a delivery note.

    `before` is what had left of the line up to them and `shipped` what has left up to the note's last of that line, by
    date and then by event; `left` is what then was still to go of a line that was not cancelled.
    """

    order: Order
    line: OrderLine
    shipment: Shipment
    before: Decimal
    shipped: Decimal

    @property
    def due(self) -> Decimal:
        """What was to leave (应发): what had not left of the deliveries due by that day, or of the next one."""
        reached = Decimal(0)
        for delivery in self.line.deliveries:
            if reached > self.before and (delivery.due is None or delivery.due > self.shipment.date):
                break
            reached += delivery.quantity
        return max(reached - self.before, Decimal(0))

    @property
    def left(self) -> Decimal:
        """Ordered and not shipped up to and with this note."""
        return Decimal(0) if self.line.cancelled else max(self.line.quantity - self.shipped, Decimal(0))

    @property
    def amount(self) -> Decimal | None:
        """What the goods cost, None without a price.

        Of a line with an amount of its own they cost their share, and all shares of the line make that amount.
        """
        line, given, price = self.line, self.line.decimal("amount"), self.line.decimal("unit_price")
        if given is not None and line.quantity:
            after = self.before + self.shipment.quantity
            return _share(given, after, line.quantity) - _share(given, self.before, line.quantity)
        return None if price is None else line_amount(self.shipment.quantity, price, line.decimal("discount"))


def delivery_note_context(request: PaperRequest) -> Mapping[str, Any]:
    """The values of a delivery note beside those of every paper (`paper_context`); text, and empty where unknown.

    Its own: `number` and `date` of the note, `customer`, `address`, `receiver` and `phone` of where it goes;
    `order_numbers` and `customer_pos`; `carrier`, `plate`, `waybill`, `inspection`, `payment_release`, `prepared_by`
    and `checked_by`; `seller_lines` (English name, address and phone); `total_quantity` by unit, `total_packages`,
    `total`, `total_words` and `tax`.

    A line is `order_no`, `line_no`, `customer_po`, `order_and_po`, `customer_item`, `product_code`, `item_codes`,
    `product`, `specification`, `unit`, `due` (what was to leave), `quantity` (of this note), `shipped` (up to and with
    it), `open`, `shipped_and_open`, `price`, `amount`, `remark`, and what the shipping list says of it: `batch`,
    `packages`, `warehouse`, `batch_and_warehouse`. Prices and amounts are empty unless `priced`; the total is empty too
    where a price is not known or orders are in several currencies. ValueError for a total that has no words.
    """
    goods = goods_on_note(request.ledger, request.delivery_note)
    total = _total(goods) if request.priced else None
    currency = goods[0].order.text("currency") if goods else ""
    return {
        **note_head(request, goods),
        "lines": [_line_values(one, request) for one in goods],
        "total_quantity": quantities_by_unit(goods),
        "total_packages": total_of(goods, "packages"),
        "currency": currency_label(currency, request.rules).both if total is not None else "",
        "total": "" if total is None else f"{total:,.2f}",
        "total_words": _total_words(total, currency),
        "tax": tax_words(goods[0].order).in_language(request.language) if total is not None and goods else "",
    }


def goods_on_note(ledger: Ledger, number: str) -> tuple[ShippedGoods, ...]:
    """What left on a delivery note, by order and line; of one line as it was loaded. Voided goods are not among it."""
    orders = [ledger.orders[order] for order in ledger.delivery_notes.get(number, ())]
    return tuple(
        goods
        for order in sorted(orders, key=lambda order: natural_key(order.number))
        for line in sorted(order.lines, key=lambda line: natural_key(line.number))
        for goods in _goods_of_line(order, line, number)
    )


def _goods_of_line(order: Order, line: OrderLine, number: str) -> Iterable[ShippedGoods]:
    gone, found = Decimal(0), []
    for shipment in sorted(line.shipments, key=lambda shipment: shipment.date):  # a stable sort: then as they were told
        if shipment.delivery_note == number:
            found.append((shipment, gone))
        gone += shipment.quantity
    if not found:
        return ()
    last, before = found[-1]
    return (ShippedGoods(order, line, shipment, at, before + last.quantity) for shipment, at in found)


def note_head(request: PaperRequest, goods: tuple[ShippedGoods, ...]) -> dict[str, Any]:
    """The head of a paper about a delivery note: whose goods, where to, how and by whom; see delivery_note_context.

    It stands in the page header, so no text of it is longer than HEAD_LETTERS: LibreOffice never ends laying out a page
    that its header fills.
    """
    order, buyer = request.order, request.customer
    seller = name_seller(request.rules)
    orders = list(dict.fromkeys(one.order.number for one in goods))
    by_number = {one.order.number: one.order for one in goods}
    head = {
        "number": request.delivery_note,
        "date": max((one.shipment.date for one in goods), default=request.as_of).isoformat(),
        "customer": (buyer.text("name") if buyer else "") or order.text("customer"),
        "address": order.text("delivery_address"),
        "receiver": said_of(goods, "receiver", request) or order.text("contact"),
        "phone": order.text("phone") or (buyer.text("phone") if buyer else ""),
        "order_numbers": ", ".join(orders),
        "customer_pos": ", ".join(dict.fromkeys(filter(None, (by_number[one].text("customer_po") for one in orders)))),
        "prepared_by": said_of(goods, "prepared_by", request) or _made_by(order, request.delivery_note),
        "seller_lines": "\n".join(filter(None, (seller.name_en, " ".join((seller.address, seller.phone)).strip()))),
        **{
            name: said_of(goods, name, request)
            for name in ("carrier", "plate", "waybill", "inspection", "payment_release", "checked_by")
        },
    }
    return {name: text if len(text) <= HEAD_LETTERS else f"{text[: HEAD_LETTERS - 1]}…" for name, text in head.items()}


def said_of(goods: Iterable[ShippedGoods], name: str, request: PaperRequest) -> str:
    """What the shipping list says in a field, each value once."""
    found = (_shipment_text(one.shipment, name, request) for one in goods)
    return ("、" if request.language == "zh" else ", ").join(dict.fromkeys(filter(None, found)))


def goods_texts(goods: ShippedGoods, names: Iterable[str], request: PaperRequest) -> dict[str, str]:
    """The order and the line of shipped goods, and the named fields of the shipping list, as people read them."""
    order, line, shipment = goods.order, goods.line, goods.shipment
    texts = {
        "order_no": order.number,
        "line_no": line.number,
        "customer_po": order.text("customer_po"),
        "customer_item": line.text("customer_item"),
        "product_code": line.text("product_code"),
        "product": line.text("product") or line.text("product_code"),
        "specification": line.text("specification"),
        "unit": line.text("unit"),
        "quantity": quantity_text(shipment.quantity),
    }
    texts["order_and_po"] = stacked(texts["order_no"], texts["customer_po"])
    texts["item_codes"] = stacked(texts["customer_item"], texts["product_code"])
    return texts | {name: _shipment_text(shipment, name, request) for name in names}


def stacked(*texts: str) -> str:
    """Texts one below the other, without blank ones and repetitions."""
    return "\n".join(dict.fromkeys(filter(None, texts)))


def quantities_by_unit(goods: Iterable[ShippedGoods]) -> str:
    """The sum of quantities for each unit: `1,200 件 + 3 套`; pieces and kilograms are never added together."""
    sums: dict[str, Decimal] = {}
    for one in goods:
        unit = one.line.text("unit")
        sums[unit] = sums.get(unit, Decimal(0)) + one.shipment.quantity
    return " + ".join(f"{quantity_text(quantity)} {unit}".strip() for unit, quantity in sums.items())


def total_of(goods: Iterable[ShippedGoods], name: str) -> str:
    """The sum of a number of the shipping list; empty where no row gives it."""
    given = [Decimal(value) for one in goods if isinstance(value := one.shipment.get(name), (int, Decimal))]
    return quantity_text(sum(given, Decimal(0))) if given else ""


def _line_values(goods: ShippedGoods, request: PaperRequest) -> dict[str, str]:
    texts = goods_texts(goods, ("batch", "packages", "warehouse", "remark"), request)
    price, amount = goods.line.decimal("unit_price"), goods.amount
    shipped, left = quantity_text(goods.shipped), quantity_text(goods.left)
    return texts | {
        "due": quantity_text(goods.due),
        "shipped": shipped,
        "open": left,
        "shipped_and_open": f"{shipped}\n{left}",
        "price": "" if price is None or not request.priced else price_text(price),
        "amount": "" if amount is None or not request.priced else f"{amount:,.2f}",
        "batch_and_warehouse": stacked(texts["batch"], texts["warehouse"]),
    }


def _total(goods: Iterable[ShippedGoods]) -> Decimal | None:
    listed = list(goods)
    amounts = [one.amount for one in listed]
    known = [amount for amount in amounts if amount is not None]
    one_currency = len({one.order.text("currency") for one in listed}) == 1
    return sum(known, Decimal(0)) if len(known) == len(amounts) and one_currency else None


def _total_words(total: Decimal | None, currency: str) -> str:
    if total is None or not currency:
        return ""
    return rmb_capitals(total) if currency == "CNY" else english_amount(total, currency)


def _share(amount: Decimal, quantity: Decimal, ordered: Decimal) -> Decimal:
    return round_cents(amount * quantity / ordered)


def _made_by(order: Order, number: str) -> str:
    """Who sent in the shipping list."""
    kind = EventKind.GOODS_SHIPPED
    entries = (one for one in order.history if one.kind is kind and one.words.get("delivery_note") == number)
    return next((one.by for one in entries if one.by), "")


def _shipment_text(shipment: Shipment, name: str, request: PaperRequest) -> str:
    return value_text(shipment.get(name), _shipping_field(name, request.rules), request.language)


def _shipping_field(name: str, rules: Rules) -> FormField | None:
    form = rules.forms.get(_FORM)
    return form.field(name) if form else None
