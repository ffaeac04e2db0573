"""What the gates of a form make of a statement: whose word it must be, and what keeps it from being counted."""

from collections import Counter
from collections.abc import Iterator, Mapping

from xltools.core.codec import canonical_json, encode_values
from xltools.core.event import Event
from xltools.core.order import Order, OrderLine
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Origin, Value
from xltools.forms.expression import compile_expression
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate

_Values = Mapping[str, Value]
_Said = tuple[str, str, str]


def check_counted(
    values: _Values, line: OrderLine | None, form: str, place: Place, order: Order, rules: Rules
) -> Iterator[Problem]:
    """What keeps a statement from being counted by a gate that it is meant for.

    Error statement-without-line for a quantity of an order with several lines, warning statement-not-counted for a
    value that differs from the order's where the gate wants the `same`.
    """
    lines = [one.number for one in order.lines if not one.cancelled]
    for gate in gates_of(form, rules):
        if not _is_meant(gate, values):
            continue
        if gate.counts in values and "line" in gate.every and line is None and len(lines) > 1:
            yield error("statement-without-line", place, "line_no", order=order.number, lines=", ".join(lines))
            return
        for name in gate.same:
            given, wanted = values.get(name), order.get(name)
            if given is not None and wanted is not None and given.value != wanted:
                told = {"order": order.number, "got": given.value, "wanted": wanted}
                yield warning("statement-not-counted", given.place, name, **told)
                return


def signing_department(values: _Values, form: str, rules: Rules) -> str:
    """The department whose word this is: the one it names, else the one that all gates it is meant for wait for."""
    if "department" in values:
        return str(values["department"].value)
    awaited = {gate.whom for gate in gates_of(form, rules) if _is_meant(gate, values)}
    known = {one.name for one in rules.routes.departments}
    return next(iter(awaited)) if len(awaited) == 1 and awaited <= known else ""


def gates_of(form: str, rules: Rules) -> list[Gate]:
    """The gates of the workflow that wait for a form."""
    return [gate for stage in rules.workflow.stages for gate in stage.gates if gate.form == form]


def is_superseded(form: str, rules: Rules) -> bool:
    """True for a form of which the last word counts, as a verdict; of a register each row is a fact of its own."""
    return any(gate.refuses or (gate.every and not gate.counts) for gate in gates_of(form, rules))


class KnownStatements:
    """How often an order's documents of a form have said each thing: a row of a register is one fact, and counts once.

    People mend a returned register, or drop the one that they keep, with all its rows: the first of a workbook's like
    rows is the first that the ledger has. Two payments of one amount on one day in one workbook are two.
    """

    def __init__(self, form: str) -> None:
        self._form = form
        self._known: dict[str, Counter[_Said]] = {}

    def is_known(self, event: Event, order: Order) -> bool:
        """True for a statement that the ledger has, once for each time that it has it."""
        if order.number not in self._known:
            own = order.statements_of(self._form)
            self._known[order.number] = Counter(
                (one.line, one.change, _content(encode_values(dict(one.values)))) for one in own
            )
        known, body = self._known[order.number], event.body
        key = (body["line"], body["change"], _content(body["values"]))
        if known[key] <= 0:
            return False
        known[key] -= 1
        return True


def _content(encoded: object) -> str:
    """What values say, wherever they stand; what nobody typed, as the day received, is not said."""
    written = dict(encoded) if isinstance(encoded, Mapping) else {}
    return canonical_json({name: value[0] for name, value in written.items() if value[2] != Origin.DEFAULT})


def _is_meant(gate: Gate, values: _Values) -> bool:
    """True where a gate may count such a statement."""
    asked = [one for one in (gate.says, gate.enough, gate.refuses) if one is not None]
    return not asked or any(_is_true(one, values) for one in asked)


def _is_true(condition: str, values: _Values) -> bool:
    expression = compile_expression(condition)
    return expression.evaluate({name: values[name].value for name in expression.names if name in values}) is True
