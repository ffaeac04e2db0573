"""What a change notice is handed out with: the order, its revision, and the values that may change, each in a row."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xltools.core.content import CellContent
from xltools.core.order import Order, OrderLine
from xltools.forms.model import FormField
from xltools.forms.rules import Rules
from xltools.reports.tracker import cell_content
from xltools.reports.wording import order_form

_LINE_FIELDS = ("quantity", "unit_price", "requested_date", "promised_date", "specification")
_ORDER_FIELDS = ("packing", "requirements", "payment_terms", "delivery_address")
_MANY = 8  # lines: of more only what changes most is written out
_OF_MANY = ("quantity", "requested_date", "promised_date")


@dataclass(frozen=True, slots=True)
class PrefilledNotice:
    """The header fields of a notice, and its rows: what may change, and what stands now."""

    header: Mapping[str, CellContent]
    rows: tuple[Mapping[str, CellContent], ...]


def prefill_change_notice(order: Order, rules: Rules, as_of: dt.date) -> PrefilledNotice:
    """A notice on the order's current revision; of its rows those whose `after` stays blank change nothing."""
    header: dict[str, CellContent] = {
        "order_no": order.number,
        "revision": order.revision,
        "customer": order.text("customer"),
        "date": as_of,
    }
    return PrefilledNotice(header, tuple(_rows(order, rules)))


def _rows(order: Order, rules: Rules) -> Iterator[Mapping[str, CellContent]]:
    form = order_form(rules)
    standing = [line for line in order.lines if not line.cancelled]
    for line in standing:
        for name in _LINE_FIELDS if len(standing) <= _MANY else _OF_MANY:
            if field := form.field(name):
                named = {"line_no": line.number, "product_code": line.text("product_code") or None}
                yield {**named, "product": line.text("product") or None, **_value(field, line, rules)}
    for name in _ORDER_FIELDS:
        if field := form.field(name):
            yield _value(field, order, rules)


def _value(field: FormField, part: Order | OrderLine, rules: Rules) -> Mapping[str, CellContent]:
    language = rules.settings.language
    # A dash says that nothing stands there: the row is known to be prefilled by it.
    before = cell_content(part.get(field.name), field, language)
    return {"what": field.label.text.in_language(language), "before": "—" if before is None else before}
