"""The rows of a change notice × the order as it stands → the values that change, and what is wrong with them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from xltools.core.codec import plain_decimal, value_text
from xltools.core.order import ACTION, ChangeItem, Order, OrderLine
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import FieldValue, Record, Value
from xltools.core.text import label_key
from xltools.forms.model import FieldType, Form, FormField
from xltools.forms.rules import Rules
from xltools.intake.check import all_problems, check_draft
from xltools.intake.complete import Draft
from xltools.intake.conventions import Conventions
from xltools.intake.convert import bound_number, convert_scalar
from xltools.intake.numbers import read_number
from xltools.intake.quantity import settle_unit, split_quantity
from xltools.intake.unread import Unread
from xltools.ledger.change_words import DUE, FIXED_FIELDS, REQUEST, ChangeWords, change_words
from xltools.ledger.deliveries import PROMISE, is_promise
from xltools.ledger.order_lines import find_order_line

AMOUNT = "amount"
_AMOUNT_OF = frozenset({"quantity", "unit_price", "discount"})  # an amount that was typed is none of theirs any more
_WORDS = frozenset({FieldType.TEXT, FieldType.CODE})
_OF_LINES = frozenset({f"{ACTION}cancel", f"{ACTION}close-rest"})
_NAMING = ("line_no", "product_code", "product", "specification")

Asked = tuple[str, str, FieldValue | None]


@dataclass(frozen=True, slots=True)
class ReadRows:
    """What the rows of a notice come to: `items` that change, all that is `asked` for, unchanged values too."""

    items: tuple[ChangeItem, ...] = ()
    asked: frozenset[Asked] = frozenset()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    items: tuple[ChangeItem, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_rows(rows: Sequence[Record], order: Order, by_customer: bool, rules: Rules, told: Conventions) -> ReadRows:
    """The rows of a notice on an order; `by_customer`: who asks for another date moves the wish and the promise.

    Errors, at the cells: change-unclear (what is to change is not understood), change-after-missing,
    change-field-fixed, change-line-missing, change-of-cancelled, change-before-differs, change-repeated,
    quantity-below-shipped, and those of the order form's own field. A value that stands already is told as
    change-nothing-new. Rows whose value before stands there alone were prefilled and are left as they are.
    """
    reader = _RowReader(order, by_customer, rules, told)
    read = [reader.read(row) for row in rows]
    problems = [problem for one in read for problem in one.problems]
    wanted = [item for one in read for item in one.items]
    seen: set[tuple[str, str]] = set()
    for item in wanted:
        if (item.line, item.field) in seen:
            problems.append(error("change-repeated", item.place, "what", field_name=reader.label(item.field)))
        seen.add((item.line, item.field))
    items = tuple(item for item in wanted if item.action or item.was != item.value)
    if not any(problem.is_error for problem in problems):
        problems += _check_order(order, items, reader.form)
    return ReadRows((*items, *blank_amounts(order, items)), asked_by(wanted), tuple(problems))


def asked_by(items: Sequence[ChangeItem]) -> frozenset[Asked]:
    """What is asked for, whatever stands there now: by it a notice that comes again is known."""
    return frozenset((one.line, one.field, None if one.action else one.value) for one in items)


def blank_amounts(order: Order, items: Sequence[ChangeItem]) -> Iterator[ChangeItem]:
    """The typed amounts that no longer hold once quantity or price changes: they are worked out from then on."""
    changed = {item.line for item in items if item.field in _AMOUNT_OF}
    named = {item.line for item in items if item.field == AMOUNT}
    prices = {item.line: item.value for item in items if item.field == "unit_price"}
    for line in order.lines:
        amount = line.get(AMOUNT)
        if line.number in changed - named and amount is not None and prices.get(line.number, line.get("unit_price")):
            yield ChangeItem(line.number, AMOUNT, amount, None)


class _RowReader:
    def __init__(self, order: Order, by_customer: bool, rules: Rules, told: Conventions) -> None:
        self.order, self.by_customer, self.told = order, by_customer, told
        self.form: Form = rules.forms[order.form]
        self.words: ChangeWords = change_words(rules)

    def label(self, name: str) -> str:
        """A field's label in both languages."""
        field = self.form.field(name)
        return field.label.text.both if field else name.removeprefix(ACTION)

    def read(self, row: Record) -> _Row:
        """One row."""
        what, after = row.values.get("what"), row.values.get("after")
        spot = what.place if what else row.place
        target = self.words.find_target(row.text("what"))
        field = self.form.field(target)
        # 改什么 订单状态, 改成 暂停; 数量 → 取消. A remark may read so, and is none.
        act = self.words.find_action(row.text("after")) if field is None or field.type not in _WORDS else ""
        if act and not target.startswith(ACTION):
            target = act
        if not target:
            return _Row(problems=(error("change-unclear", spot, "what", value=row.text("what")),))
        part = self._find_part(row, target)
        if isinstance(part, Problem):
            return _Row(problems=(part,))
        if isinstance(part, OrderLine) and part.cancelled:
            return _Row(problems=(error("change-of-cancelled", spot, order=self.order.number, line=part.number),))
        if target.startswith(ACTION):
            return _Row((_act(target, part, what.place if what else row.place),))
        if target in FIXED_FIELDS:
            return _Row(problems=(error("change-field-fixed", spot, "what", field_name=self.label(target)),))
        if after is None:
            if "before" in row.values:
                return _Row()
            return _Row(problems=(error("change-after-missing", spot, "after", value=row.text("what")),))
        return self._read_value(row, after, self._fields(target, part), part)

    def _find_part(self, row: Record, target: str) -> Order | OrderLine | Problem:
        """The line that a row is about, or the order for what belongs to it."""
        is_of_line = target == DUE or self.form.is_line_field(target)
        if not is_of_line and target not in _OF_LINES:
            return self.order
        found = find_order_line(self.order, {name: row.values[name] for name in _NAMING if name in row.values})
        if isinstance(found, (OrderLine, Problem)):
            return found
        if len(self.order.lines) == 1:
            return self.order.lines[0]
        if not is_of_line:
            return self.order
        lines = "、".join(line.number for line in self.order.lines)
        what = row.values.get("what")
        place = what.place if what else row.place
        return error("change-line-missing", place, "line_no", value=row.text("what"), lines=lines)

    def _fields(self, target: str, part: Order | OrderLine) -> tuple[str, ...]:
        if target != DUE:
            return (target,)
        if not self.by_customer:
            return (PROMISE,)
        return (REQUEST, PROMISE) if is_promise(part.get(PROMISE)) else (REQUEST,)

    def _read_value(self, row: Record, after: Value, names: Sequence[str], part: Order | OrderLine) -> _Row:
        items, problems = [], list[Problem]()
        before = row.values.get("before")
        if before and not self._stands(before, names[-1], part):
            told = {"value": before.value, "current": value_text(part.get(names[-1])) or "—"}
            problems.append(error("change-before-differs", before.place, "before", **told))
        for name in names:
            field = self.form.field(name)
            if field is None:
                continue
            value = self._convert(after, field, part)
            if isinstance(value, Problem):
                problems.append(value)
                continue
            line = part.number if isinstance(part, OrderLine) else ""
            items.append(ChangeItem(line, name, part.get(name), value, after.place))
        problems = list(dict.fromkeys(problems))
        if items and all(item.was == item.value for item in items):
            problems.append(warning("change-nothing-new", after.place, "after", value=after.value))
        if isinstance(part, OrderLine):
            problems += check_shipped(part, items)
        return _Row(tuple(items), tuple(problems))

    def _convert(self, given: Value, field: FormField, part: Order | OrderLine) -> FieldValue | Problem:
        """The value as the order form's own field reads it; `80件` where the line's unit is that."""
        text = str(given.value)
        written = split_quantity(text) if field.unit_field and read_number(text) is None else None
        if written is None:
            converted = convert_scalar(text, field, given.place, self.told)
            return replace(converted, field="after") if isinstance(converted, Problem) else converted
        number = settle_unit(written, part.text(field.unit_field or ""), self.told.units)
        bounded = number if isinstance(number, Unread) else bound_number(number, field)
        return bounded.at(given.place, "after") if isinstance(bounded, Unread) else bounded

    def _stands(self, before: Value, name: str, part: Order | OrderLine) -> bool:
        """True where what was typed as the value before is the value that stands, in any writing of it."""
        typed, standing = str(before.value), part.get(name)
        field = self.form.field(name)
        if label_key(typed) == label_key(value_text(standing)):
            return True
        if standing is None and not label_key(typed).strip("-—"):  # a dash for a blank
            return True
        converted = self._convert(before, field, part) if field else None
        return converted is not None and not isinstance(converted, Problem) and converted == standing


def _act(target: str, part: Order | OrderLine, place: Place) -> ChangeItem:
    if isinstance(part, OrderLine):
        return ChangeItem(part.number, target, part.quantity, None, place)
    return ChangeItem("", target, None, None, place)


def check_shipped(line: OrderLine, items: Sequence[ChangeItem]) -> Iterator[Problem]:
    """The error that less would be ordered than has left, with the least that may be."""
    for item in items:
        if item.field == "quantity" and isinstance(item.value, (int, Decimal)) and item.value < line.shipped:
            shipped = plain_decimal(line.shipped)
            yield error("quantity-below-shipped", item.place, "after", value=value_text(item.value), shipped=shipped)


def changed_order(order: Order, items: Sequence[ChangeItem]) -> Order:
    """The order with these values."""
    own = {line: [item for item in items if item.line == line and not item.action] for line in {i.line for i in items}}
    lines = tuple(replace(line, values=_overlaid(line, own.get(line.number, ()))) for line in order.lines)
    return replace(order, values=_overlaid(order, own.get("", ())), lines=lines)


def _overlaid(part: Order | OrderLine, items: Sequence[ChangeItem]) -> dict[str, Value]:
    given = {item.field: Value(item.value, item.place) for item in items if item.value is not None}
    blanked = {item.field for item in items if item.value is None}
    return {name: value for name, value in {**part.values, **given}.items() if name not in blanked}


def _check_order(order: Order, items: Sequence[ChangeItem], form: Form) -> Iterator[Problem]:
    """What the order form's checks find in the order as changed, and did not find before; told at the changed cell."""
    before, after = _draft(order), _draft(changed_order(order, (*items, *blank_amounts(order, items))))
    check_draft(before, form)
    check_draft(after, form)
    known = Counter(_gist(problem) for problem in all_problems(before))
    for problem in all_problems(after):
        if known[_gist(problem)]:
            known[_gist(problem)] -= 1
            continue
        place = next((item.place for item in items if item.field == problem.field), None)
        if place is None:
            place = next((item.place for item in items if not item.action), problem.place)
        yield replace(problem, place=place, field="after")


def _draft(order: Order) -> Draft:
    lines = [Draft(line.place, dict(line.values)) for line in order.lines if not line.cancelled]
    return Draft(order.place, dict(order.values), lines)


def _gist(problem: Problem) -> tuple[str, str]:
    return problem.code, problem.field
