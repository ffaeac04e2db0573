"""Which line of an order a record's line is: its number as written, else the line it was before."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from xltools.core.order import Order, OrderLine
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Origin, Record, Value
from xltools.core.text import label_key, normalize_text
from xltools.forms.model import Layout
from xltools.ledger.content import line_content

_Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class NumberedLine:
    """A line of a record and its number in the order."""

    number: str
    record: Record

    def values(self) -> dict[str, Value]:
        """The line's fields, its number among them."""
        typed = self.record.values.get("line_no")
        given = Value(self.number, self.record.place, Origin.ASSIGNED)
        return {**self.record.values, "line_no": Value(self.number, typed.place, typed.origin) if typed else given}


def number_lines(
    record: Record, order: Order | None, layout: Layout
) -> tuple[tuple[NumberedLine, ...], tuple[Problem, ...]]:
    """The lines of a record with their numbers in `order`, which is None for a new one.

    Lines without a number are, in an order known already, the lines with the same content, else the same product code,
    else the same product and specification; what is still without one gets the next free number. Problems:
    line-number-repeated, and line-ambiguous where more than one line would fit.
    """
    numbers = [normalize_text(line.text("line_no")) for line in record.lines]
    problems = [
        error("line-number-repeated", _number_place(line), "line_no", line=number)
        for line, number in zip(record.lines, numbers, strict=True)
        if number and numbers.count(number) > 1
    ]
    if problems:
        return (), tuple(problems)
    if order:
        problems = _match_lines(record.lines, numbers, order.lines, layout)
    _fill_numbers(numbers, order.lines if order else ())
    lines = tuple(NumberedLine(number, line) for number, line in zip(numbers, record.lines, strict=True))
    return lines, tuple(problems)


def _match_lines(
    lines: Sequence[Record], numbers: list[str], known: Sequence[OrderLine], layout: Layout
) -> list[Problem]:
    """Fill in the numbers of lines that `known` has."""
    blank = {at for at, number in enumerate(numbers) if not number}
    free = {line.number: line for line in known if line.number not in numbers}
    for at in sorted(blank):
        content = line_content(lines[at].values, layout)
        if same := next((line for line in free.values() if line_content(line.values, layout) == content), None):
            numbers[at] = same.number
            del free[same.number]
            blank.discard(at)
    problems: list[Problem] = []
    for key_of in (_code_key, _product_key):
        problems += _match_by_key(lines, numbers, blank, free, key_of)
    return problems


def _match_by_key(
    lines: Sequence[Record],
    numbers: list[str],
    blank: set[int],
    free: dict[str, OrderLine],
    key_of: Callable[[_Values], Hashable],
) -> list[Problem]:
    problems = []
    wanted = Counter(key_of(lines[at].values) for at in blank)
    offered = Counter(key_of(line.values) for line in free.values())
    for at in sorted(blank):
        key = key_of(lines[at].values)
        if key is None or not offered[key]:
            continue
        blank.discard(at)
        if wanted[key] > 1 or offered[key] > 1:
            among = ", ".join(line.number for line in free.values() if key_of(line.values) == key)
            problems.append(error("line-ambiguous", lines[at].place, "line_no", lines=among))
        else:
            same = next(line for line in free.values() if key_of(line.values) == key)
            numbers[at] = same.number
    for number in numbers:
        free.pop(number, None)
    return problems


def _code_key(values: _Values) -> Hashable:
    code = values.get("product_code")
    return label_key(str(code.value)) if code else None


def _product_key(values: _Values) -> Hashable:
    product, specification = values.get("product"), values.get("specification")
    if not product:
        return None
    return label_key(str(product.value)), label_key(str(specification.value)) if specification else ""


def _fill_numbers(numbers: list[str], known: Sequence[OrderLine]) -> None:
    """Give each line without a number the next one: from 1 in a new order, after the highest in a known one."""
    taken = {*numbers, *(line.number for line in known)}
    following = max((int(line.number) for line in known if line.number.isdecimal()), default=0) + 1
    for at, number in enumerate(numbers):
        if not number:
            while str(following) in taken:
                following += 1
            numbers[at] = str(following)
            taken.add(numbers[at])


def _number_place(line: Record) -> Place:
    given = line.values.get("line_no")
    return given.place if given else line.place
