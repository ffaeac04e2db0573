"""Which line of an order a row of another document is about."""

from collections.abc import Callable, Mapping

from xltools.core.order import Order, OrderLine
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Value
from xltools.core.text import label_key, normalize_text

_Values = Mapping[str, Value]


def find_order_line(order: Order, values: _Values, place: Place) -> OrderLine | Problem | None:
    """The line that a row names: by `line_no`, else by product code, else by product and specification.

    None where it names none of these; an order's only line need not be named. Problems at `place` or the cell itself:
    line-unknown, and line-ambiguous where more than one line would fit.
    """
    given = values.get("line_no")
    if given is not None:
        number = normalize_text(str(given.value))
        return order.line(number) or error("line-unknown", given.place, "line_no", order=order.number, value=number)
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
            spot = values[names[0]]
            return error("line-unknown", spot.place, names[0], order=order.number, value=spot.value)
    del place
    return None


def _reads(line: OrderLine, named: Mapping[str, str]) -> bool:
    key: Callable[[str], str] = lambda name: label_key(line.text(name))  # noqa: E731
    return all(key(name) == wanted for name, wanted in named.items())
