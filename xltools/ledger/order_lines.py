"""Which line of an order a row of another document is about."""

from collections.abc import Mapping

from xltools.core.order import Order, OrderLine
from xltools.core.problem import Problem, error
from xltools.core.record import Value
from xltools.core.text import label_key, normalize_text

_Values = Mapping[str, Value]


def find_order_line(order: Order, values: _Values) -> OrderLine | Problem | None:
    """The line that a row names: by `line_no`, else by product code, else by product and specification.

    None where it names none of these. Problems at the cell: line-unknown, and line-ambiguous where more than one line
    would fit.
    """
    given = values.get("line_no")
    if given is not None:
        number = normalize_text(str(given.value))
        return order.line(number) or _unknown(order, given, "line_no")
    for names in (("product_code",), ("product", "specification"), ("product",)):
        named = {name: label_key(str(values[name].value)) for name in names if name in values}
        if names[0] not in named:
            continue
        found = [line for line in order.lines if _reads(line, named)]
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            among = ", ".join(line.number for line in found)
            return error("line-ambiguous", values[names[0]].place, names[0], lines=among)
        if names != ("product", "specification"):  # a specification may be written otherwise: then the product decides
            return _unknown(order, values[names[0]], names[0])
    return None


def _unknown(order: Order, given: Value, field: str) -> Problem:
    lines = ", ".join(line.number for line in order.lines)
    return error("line-unknown", given.place, field, order=order.number, asked=given.value, lines=lines)


def _reads(line: OrderLine, named: Mapping[str, str]) -> bool:
    return all(label_key(line.text(name)) == wanted for name, wanted in named.items())
