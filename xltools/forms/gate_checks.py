"""Whether the gates of the workflow ask for what the forms can say."""

from collections.abc import Collection, Iterator, Mapping

from xltools.core.problem import Problem
from xltools.forms.desk_checks import ROUTE_FIGURES
from xltools.forms.form_checks import Forms, Shaped, check_expression, unknown
from xltools.forms.model import FieldType, Form
from xltools.forms.source import Node, rule_error
from xltools.forms.workflow import Gate, GateDimension, Routes, Workflow

# Whom a gate may wait for beside a department: the order's sales owner, and each department that reviews it.
PEOPLE = ("owner", "departments", "customer")
GATE_KINDS = ("fields", "form", "paper", "goods")
OVERRIDE_FORM, OVERRIDE_FIELD = "gate-override", "gate"  # the form that lets orders through, and where it names a gate
# The keys that mean something only beside another one.
_NEEDS: Mapping[str, str] = {
    **dict.fromkeys(("says", "every", "same", "counts", "refuses", "current", "shipping_shows"), "form"),
    **dict.fromkeys(("until", "enough"), "counts"),
    "unless_words": "unless",
}
# The fields of which a statement needs one to be of a line, a department, a delivery note.
_DIMENSION_FIELDS: Mapping[GateDimension, tuple[str, ...]] = {
    "line": ("line_no", "product_code", "product"),
    "department": ("department",),
    "delivery-note": ("delivery_note",),
}
_NUMBERS = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY}


def check_gates(workflow: Shaped[Workflow], forms: Forms, orders: Form | None) -> Iterator[Problem]:
    """What each gate asks; `orders` is the order form, where it could be read."""
    for index, stage in enumerate(workflow.model.stages):
        for position, gate in enumerate(stage.gates):
            node = workflow.tree.find("stages", index, "gates", position)
            yield from _check_kind(gate, node)
            if orders:
                yield from _check_conditions(gate, node, orders)
            if gate.form is not None and gate.form in forms:
                yield from _check_statements(gate, node, forms, orders)


def check_gate_people(workflow: Shaped[Workflow], routes: Routes) -> Iterator[Problem]:
    """Whom a gate waits for is a department, or one of PEOPLE."""
    known = (*(department.name for department in routes.departments), *PEOPLE)
    for index, stage in enumerate(workflow.model.stages):
        for position, gate in enumerate(stage.gates):
            if gate.whom not in known:
                mark = workflow.tree.find("stages", index, "gates", position, "whom").mark
                yield unknown("rule-unknown-department", mark, gate.whom, known)


def check_overrides(override: Shaped[Form], workflow: Workflow) -> Iterator[Problem]:
    """The gates that an override may name are those of the workflow."""
    field = override.model.field(OVERRIDE_FIELD)
    gates = [gate.name for stage in workflow.stages for gate in stage.gates]
    if field is None or field not in override.model.header:
        return
    index = override.model.header.index(field)
    for position, choice in enumerate(field.choices):
        if choice.value not in gates:
            mark = override.tree.find("header", index, "choices", position, "value").mark
            yield unknown("rule-unknown-gate", mark, choice.value, gates)


def _check_kind(gate: Gate, node: Node) -> Iterator[Problem]:
    """It asks exactly one thing, and its keys go together."""
    given = [kind for kind in GATE_KINDS if getattr(gate, kind) is not None]
    if len(given) != 1:
        mark = node.key_mark(given[1]) if given else node.find("name").mark
        expected = ", ".join(GATE_KINDS)
        yield rule_error("rule-gate-kind", mark, gate=gate.name, got=" + ".join(given) or "—", expected=expected)
    for key, needs in _NEEDS.items():
        if getattr(gate, key) and not getattr(gate, needs):
            yield rule_error("rule-gate-needs", node.key_mark(key), gate=gate.name, key=key, needs=needs)


def _check_conditions(gate: Gate, node: Node, orders: Form) -> Iterator[Problem]:
    """Its conditions about the order name what an order has."""
    header = [*(field.name for field in orders.header), *ROUTE_FIGURES]
    lines = [field.name for field in orders.lines] if "line" in gate.every else []
    for key, known in (("unless", header), ("already", header), ("until", [*header, *lines])):
        condition = getattr(gate, key)
        if condition is not None:
            yield from check_expression(condition, node.find(key), known)
    for index, name in enumerate(gate.same):
        if name not in header:
            yield unknown("rule-unknown-field", node.find("same", index).mark, name, header)


def _check_statements(gate: Gate, node: Node, forms: Forms, orders: Form | None) -> Iterator[Problem]:
    """What it asks of statements is among the fields of their form."""
    form = forms[gate.form or ""].model
    if form.purpose == "master" or form.effect != "statement":
        said = [name for name, one in forms.items() if one.model.purpose != "master"]
        known = [name for name in said if forms[name].model.effect == "statement"]
        yield unknown("rule-unknown-form", node.find("form").mark, form.name, known)
        return
    fields = [field.name for field in form.fields()]
    for key in ("says", "enough", "refuses"):
        condition = getattr(gate, key)
        if condition is not None:
            yield from check_expression(condition, node.find(key), fields)
    numbers = [field.name for field in form.fields() if field.type in _NUMBERS]
    if gate.counts is not None and gate.counts not in numbers:
        yield unknown("rule-unknown-field", node.find("counts").mark, gate.counts, numbers)
    in_orders: Collection[str] = [field.name for field in orders.header] if orders else ()
    for index, name in enumerate(gate.same):
        if name not in fields and name in in_orders:
            yield unknown("rule-unknown-field", node.find("same", index).mark, name, fields)
    for index, dimension in enumerate(gate.every):
        wanted = _DIMENSION_FIELDS[dimension]
        if not set(wanted) & set(fields):
            yield unknown("rule-unknown-field", node.find("every", index).mark, wanted[0], fields)
