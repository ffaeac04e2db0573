"""Whether forms agree with themselves and each other, and layouts with their forms and the workflow."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic

from xltools.core.problem import Problem
from xltools.core.text import label_key
from xltools.forms.defaults import default_fits
from xltools.forms.expression import ExpressionError, compile_expression
from xltools.forms.model import ORDER_FORM, Check, Choice, FieldType, Form, FormField, Layout, Lookup
from xltools.forms.nearest import nearest_word
from xltools.forms.shape import ModelT
from xltools.forms.source import Mark, Node, rule_error
from xltools.forms.workflow import Workflow

ORDERS_TABLE = "orders"
# By the effect of a form, the fields that it must have; of several in a tuple one.
_EFFECT_FIELDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "order": (("order_no",), ("quantity",)),
    "change": (("order_no",),),
    "shipment": (("order_no",), ("quantity",)),
    "statement": (("order_no", "delivery_note"),),
}


@dataclass(frozen=True, slots=True)
class Shaped(Generic[ModelT]):
    """A rule model, and the tree it was made from."""

    model: ModelT
    tree: Node


Forms = Mapping[str, Shaped[Form]]


def unknown(code: str, mark: Mark, got: str, known: Collection[str]) -> Problem:
    """A name that isn't among those known."""
    return rule_error(code, mark, got=got, expected=", ".join(known), nearest=nearest_word(got, known))


def check_unique(named: Sequence[tuple[str, Mark]]) -> Iterator[Problem]:
    """A problem for each name that was given before."""
    seen: set[str] = set()
    for name, mark in named:
        if name in seen:
            yield rule_error("rule-duplicate-name", mark, name=name)
        seen.add(name)


def check_expression(text: str, node: Node, known: Collection[str]) -> Iterator[Problem]:
    """What keeps a text from being an expression over known fields."""
    try:
        expression = compile_expression(text)
    except ExpressionError as bad:
        mark = node.mark.narrow_to(bad.near) if bad.near else node.mark
        yield rule_error("rule-bad-expression", mark, got=text, reason=str(bad))
        return
    for name in sorted(expression.names - set(known)):
        yield unknown("rule-unknown-field", node.mark.narrow_to(name), name, known)


def check_form(form: Shaped[Form], forms: Forms, unshaped: Collection[str]) -> Iterator[Problem]:
    """All that is wrong with a form; tables in `unshaped` are there but could not be read."""
    model, tree = form.model, form.tree
    header = [field.name for field in model.header]
    lines = [field.name for field in model.lines]
    placed = [("header", index, field) for index, field in enumerate(model.header)]
    placed += [("lines", index, field) for index, field in enumerate(model.lines)]
    yield from check_unique([(field.name, tree.find(part, index, "name").mark) for part, index, field in placed])
    for part, index, field in placed:
        node = tree.find(part, index)
        yield from _check_field(field, node, header if part == "header" else lines)
        if field.editable and model.name != ORDER_FORM:
            yield rule_error("rule-editable-elsewhere", node.key_mark("editable"))
        if field.lookup:
            yield from _check_lookup(field.lookup, node.find("lookup"), [*header, *lines], forms, unshaped)
    yield from _check_effect(model, tree)
    if model.purpose == "master" and model.key is None:
        yield rule_error("rule-missing-key", tree.key_mark("purpose"), key="key")
    if model.key is not None and model.key not in header:
        yield unknown("rule-unknown-field", tree.find("key").mark, model.key, header)
    for index, name in enumerate(model.key_with):
        if name not in header:
            yield unknown("rule-unknown-field", tree.find("key_with", index).mark, name, header)
    for index, check in enumerate(model.header_checks):
        yield from _check_check(check, tree.find("header_checks", index), header)
    for index, check in enumerate(model.line_checks):
        yield from _check_check(check, tree.find("line_checks", index), [*header, *lines])
    checks = [(check.code, tree.find("header_checks", i, "code").mark) for i, check in enumerate(model.header_checks)]
    checks += [(check.code, tree.find("line_checks", i, "code").mark) for i, check in enumerate(model.line_checks)]
    yield from check_unique(checks)


def _check_effect(form: Form, tree: Node) -> Iterator[Problem]:
    """A document names what it is about."""
    for wanted in _EFFECT_FIELDS[form.effect] if form.purpose == "document" else ():
        if not any(form.field(name) for name in wanted):
            told = {"effect": form.effect, "field_name": wanted[0]}
            yield rule_error("rule-effect-field", tree.find("name").mark, **told)


def _check_field(field: FormField, node: Node, siblings: Collection[str]) -> Iterator[Problem]:
    if field.alternative is not None and field.alternative not in siblings:
        yield unknown("rule-unknown-field", node.find("alternative").mark, field.alternative, siblings)
    if field.unit_field is not None and field.unit_field not in siblings:
        yield unknown("rule-unknown-field", node.find("unit_field").mark, field.unit_field, siblings)
    if field.pattern is not None:
        try:
            re.compile(field.pattern)
        except (re.error, RecursionError, OverflowError) as bad:
            yield rule_error("rule-bad-pattern", node.find("pattern").mark, got=field.pattern, reason=bad)
    low = [bound for bound in (field.minimum, field.above) if bound is not None]
    if low and field.maximum is not None and max(low) > field.maximum:
        yield rule_error("rule-bounds-crossed", node.find("maximum").mark, low=max(low), high=field.maximum)
    has_choices = field.type in {FieldType.CHOICE, FieldType.CHOICES}
    if has_choices and not field.choices:
        yield rule_error("rule-choices-missing", node.find("type").mark)
    if field.choices and not has_choices:
        yield rule_error("rule-choices-unused", node.key_mark("choices"), type=field.type)
    yield from _check_choices(field.choices, node.find("choices"))
    if field.default is not None and not default_fits(field, field.default):
        yield rule_error("rule-bad-default", node.find("default").mark, got=field.default, field_name=field.name)


def _check_choices(choices: Sequence[Choice], node: Node) -> Iterator[Problem]:
    """A word may stand for one choice only."""
    owners: dict[str, str] = {}
    for index, choice in enumerate(choices):
        words = (choice.value, choice.label.zh, choice.label.en, *choice.aliases)
        for word in words:
            if owners.setdefault(label_key(word), choice.value) != choice.value or (
                word == choice.value and index != [one.value for one in choices].index(word)
            ):
                mark = next(
                    (alias.mark for alias in node.find(index, "aliases").items if str(alias.value) == word), None
                )
                mark = mark or node.find(index, "value").mark
                yield rule_error("rule-ambiguous-word", mark, got=word, other=owners[label_key(word)])


def _check_lookup(
    lookup: Lookup, node: Node, own: Collection[str], forms: Forms, unshaped: Collection[str]
) -> Iterator[Problem]:
    tables = {name: form.model for name, form in forms.items() if form.model.purpose == "master"}
    if ORDER_FORM in forms:
        tables[ORDERS_TABLE] = forms[ORDER_FORM].model
    table = tables.get(lookup.table)
    if table is None:
        if lookup.table not in unshaped and (lookup.table != ORDERS_TABLE or ORDER_FORM not in unshaped):
            yield unknown("rule-unknown-table", node.find("table").mark, lookup.table, tables)
        return
    columns = [field.name for field in table.header]
    yield from _check_fill(lookup, node.find("fill"), own, columns)
    for index, column in enumerate(lookup.by):
        if column not in columns:
            yield unknown("rule-unknown-column", node.find("by", index).mark, column, columns)
    if lookup.becomes is not None and lookup.becomes not in columns:
        yield unknown("rule-unknown-column", node.find("becomes").mark, lookup.becomes, columns)


def _check_fill(lookup: Lookup, node: Node, own: Collection[str], columns: Collection[str]) -> Iterator[Problem]:
    if isinstance(lookup.fill, str):
        if lookup.table != ORDERS_TABLE:
            yield rule_error("rule-not-keys", node.mark, key="fill", got=lookup.fill)
        return
    for name, column in lookup.fill.items():
        if name not in own:
            yield unknown("rule-unknown-field", node.key_mark(name), name, own)
        if column not in columns:
            yield unknown("rule-unknown-column", node.find(name).mark, column, columns)


def _check_check(check: Check, node: Node, known: Collection[str]) -> Iterator[Problem]:
    yield from check_expression(check.rule, node.find("rule"), known)
    if check.field not in known:
        yield unknown("rule-unknown-field", node.find("field").mark, check.field, known)
    for index, name in enumerate(check.optional):
        if name not in known:
            yield unknown("rule-unknown-field", node.find("optional", index).mark, name, known)


def check_layout(layout: Shaped[Layout], forms: Forms, unshaped: Collection[str]) -> Iterator[Problem]:
    """All that a layout says of its form and that isn't so."""
    model, tree = layout.model, layout.tree
    if model.form not in forms:
        if model.form not in unshaped:
            yield unknown("rule-unknown-form", tree.find("form").mark, model.form, forms)
        return
    form = forms[model.form].model
    for part, fields in (("header", form.header), ("lines", form.lines)):
        known = [field.name for field in fields]
        for index, placement in enumerate(getattr(model, part)):
            if placement.field not in known:
                yield unknown("rule-unknown-field", tree.find(part, index, "field").mark, placement.field, known)
    put = [(each.field, tree.find("header", index, "field").mark) for index, each in enumerate(model.header)]
    put += [(each.field, tree.find("lines", index, "field").mark) for index, each in enumerate(model.lines)]
    yield from check_unique(put)
    placed = [name for name, _ in put]
    if model.group_by is not None and model.group_by not in placed:
        yield unknown("rule-unknown-field", tree.find("group_by").mark, model.group_by, placed)
    line_fields = [placement.field for placement in model.lines]
    if model.skip_without is not None and model.skip_without not in line_fields:
        yield unknown("rule-unknown-field", tree.find("skip_without").mark, model.skip_without, line_fields)
    yield from _check_layout_kind(layout, form)
    yield from _check_layout_defaults(layout, form)
    if model.shipped and model.shipped.date not in placed:
        yield unknown("rule-unknown-field", tree.find("shipped", "date").mark, model.shipped.date, placed)


def _check_layout_kind(layout: Shaped[Layout], form: Form) -> Iterator[Problem]:
    """Two sheets need what joins them and lines to join, and no template is drawn over two."""
    model, tree = layout.model, layout.tree
    if model.kind == "two-sheets":
        for key, given in (("group_by", model.group_by), ("lines", model.lines)):
            if not given:
                yield rule_error("rule-missing-key", tree.find("kind").mark, key=key)
        if model.template is not None:
            yield rule_error("rule-template-two-sheets", tree.find("template").mark)
    across = model.dates_across
    schedules = [field.name for field in form.lines if field.type is FieldType.SCHEDULE]
    if across is not None and across not in schedules:
        yield unknown("rule-not-a-schedule", tree.find("dates_across").mark, across, schedules)


def _check_layout_defaults(layout: Shaped[Layout], form: Form) -> Iterator[Problem]:
    node = layout.tree.find("defaults")
    for name, value in layout.model.defaults.items():
        field = form.field(name)
        if field is None:
            known = [each.name for each in form.fields()]
            yield unknown("rule-unknown-field", node.key_mark(name), name, known)
        elif not default_fits(field, value):
            yield rule_error("rule-bad-default", node.find(name).mark, got=value, field_name=name)


def check_entry(layout: Shaped[Layout], workflow: Workflow) -> Iterator[Problem]:
    """Its orders enter at a stage that there is, and late enough for goods to have left."""
    model, tree = layout.model, layout.tree
    stages = [stage.name for stage in workflow.stages]
    if model.enters is not None and model.enters not in stages:
        yield unknown("rule-unknown-stage", tree.find("enters").mark, model.enters, stages)
    elif model.shipped and workflow.approved in stages:
        behind = stages[: stages.index(workflow.approved)]
        if model.enters is None or model.enters in behind:
            yield rule_error("rule-shipped-too-early", tree.key_mark("shipped"), approved=workflow.approved)


def check_templates(layouts: Sequence[Shaped[Layout]]) -> Iterator[Problem]:
    """A template workbook belongs to one layout."""
    owners: dict[str, str] = {}
    for layout in layouts:
        template = layout.model.template
        if template is None:
            continue
        other = owners.setdefault(template.casefold(), layout.model.name)
        if other != layout.model.name:
            yield rule_error("rule-template-twice", layout.tree.find("template").mark, got=template, other=other)
