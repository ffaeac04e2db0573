"""What a packing list says of the cases that left on a delivery note: the values that its template names. No prices."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from xltools.ledger.case_numbers import CASES, read_cases
from xltools.reports.delivery_note import (
    ShippedGoods,
    goods_on_note,
    goods_texts,
    note_head,
    quantities_by_unit,
    said_of,
    total_of,
)
from xltools.reports.paper_context import PaperRequest
from xltools.reports.paper_words import quantity_text


def packing_list_context(request: PaperRequest) -> Mapping[str, Any]:
    """The values of a packing list beside those of every paper; text, and empty where unknown.

    Its head is that of the delivery note (`note_head`) with `customer_en`, `transport`, `trade_terms` and `marks`; its
    totals are `total_quantity` by unit, `total_cases`, `total_net`, `total_gross` and `total_volume`. A line is what
    `goods_texts` gives, with `codes` (the customer's and ours), `case_no`, `marks`, `per_case` (beneath it what a last
    case holds that is not full), `cases`, `net_weight`, `gross_weight`, `volume` and `remark`; weights are in kg and
    volumes in m³, of all its cases.

    Cases without a number are numbered on from the row before, so that the numbers have no gaps (箱号连续); where it is
    not known how many they are, they and those after them stay without.
    """
    goods, order = goods_on_note(request.ledger, request.delivery_note), request.order
    counts = [_count_cases(one) for one in goods]
    numbers = _number_cases(goods, counts)
    return {
        **note_head(request, goods),
        "customer_en": request.customer.text("english_name") if request.customer else "",
        "transport": order.text("transport"),
        "trade_terms": order.text("trade_terms"),
        "marks": said_of(goods, "marks", request),
        "lines": [
            _line_values(one, count, number, request) for one, count, number in zip(goods, counts, numbers, strict=True)
        ],
        "total_quantity": quantities_by_unit(goods),
        "total_cases": _total_cases(counts, numbers),
        "total_net": total_of(goods, "net_weight"),
        "total_gross": total_of(goods, "gross_weight"),
        "total_volume": total_of(goods, "volume"),
    }


def _line_values(goods: ShippedGoods, count: int | None, number: str, request: PaperRequest) -> dict[str, str]:
    names = ("marks", "net_weight", "gross_weight", "volume", "batch", "remark")
    texts = goods_texts(goods, names, request)
    return texts | {
        "codes": texts["item_codes"].replace("\n", " / "),
        "case_no": number,
        "cases": "" if count is None else quantity_text(Decimal(count)),
        "per_case": _per_case(goods, request),
    }


def _per_case(goods: ShippedGoods, request: PaperRequest) -> str:
    each = _decimal(goods, "per_case")
    if not each:
        return ""
    rest = goods.shipment.quantity % each
    last = "末箱" if request.language == "zh" else "last"
    return f"{quantity_text(each)}\n{last} {quantity_text(rest)}" if rest else quantity_text(each)


def _count_cases(goods: ShippedGoods) -> int | None:
    """As many as the list says, else as its case numbers or the quantity per case come to; None where it can't be told.

    `packages` are not asked: a pallet is a package of many cases.
    """
    said, each = _decimal(goods, "cases"), _decimal(goods, "per_case")
    if said is not None:
        return int(said)
    if found := read_cases(goods.shipment.text(CASES)):
        return found[1] - found[0] + 1
    if not each:
        return None
    whole, rest = divmod(goods.shipment.quantity, each)
    return int(whole) + bool(rest)


def _number_cases(goods: Iterable[ShippedGoods], counts: Iterable[int | None]) -> list[str]:
    numbers: list[str] = []
    following: int | None = 1
    for one, count in zip(goods, counts, strict=True):
        given = one.shipment.text(CASES)
        if given:
            found = read_cases(given)
            following = max(found[1] + 1, following or 1) if found else None
            numbers.append(given)
        elif count is None or following is None:
            following = None
            numbers.append("")
        else:
            last = following + count - 1
            numbers.append("" if not count else str(following) if count == 1 else f"{following}-{last}")
            following = last + 1
    return numbers


def _total_cases(counts: Iterable[int | None], numbers: Iterable[str]) -> str:
    """All cases, one that two rows share counted once; empty while it is not known of each row how many."""
    listed = list(counts)
    known = [count for count in listed if count is not None]
    if not known or len(known) < len(listed):
        return ""
    ranges = [found for number in numbers if (found := read_cases(number))]
    named = [case for first, last in ranges for case in range(first, last + 1)]
    return quantity_text(Decimal(sum(known) - (len(named) - len(set(named)))))


def _decimal(goods: ShippedGoods, name: str) -> Decimal | None:
    found = goods.shipment.get(name)
    return Decimal(found) if isinstance(found, (int, Decimal)) else None
