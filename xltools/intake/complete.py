"""Fills the blanks of a record: from the folder, an earlier order, master data, and the rules' defaults."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import FieldValue, Origin, Record, Table, Value
from xltools.core.remembered import Remembered
from xltools.forms.defaults import RECEIVED
from xltools.forms.model import Form, FormField, Layout, Lookup
from xltools.intake.convert import convert_scalar
from xltools.intake.nearness import near_texts
from xltools.intake.quantity import WrittenQuantity

Values = dict[str, Value]
Default = str | int | bool | Decimal
Tables = Mapping[str, Table]


@dataclass(slots=True)
class Draft:
    """A record while it is being put together: converted values, its lines, and what was found wrong so far.

    `spoilt` are fields whose cell could not be read; `written` are numbers that came with a unit, which nothing has
    been compared with yet; `fatal` means that the record can't be taken.
    """

    place: Place
    values: Values = field(default_factory=dict)
    lines: list["Draft"] = field(default_factory=list)
    blanks: dict[str, Place] = field(default_factory=dict)
    spoilt: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    written: dict[str, WrittenQuantity] = field(default_factory=dict)
    fatal: bool = False

    def place_of(self, name: str) -> Place:
        """The cell of a field, filled or blank; the record's place where it has none."""
        given = self.values.get(name)
        return given.place if given else self.blanks.get(name, self.place)

    def fill(self, name: str, value: FieldValue, place: Place, origin: Origin) -> None:
        """Gives a blank field a value; a cell that could not be read stays blank for its writer to mend."""
        if name not in self.values and name not in self.spoilt:
            self.values[name] = Value(value, place, origin)

    def spoil(self, name: str, problem: Problem) -> None:
        """Takes what stands in a field for unreadable; its writer is told why."""
        self.problems.append(problem)
        self.spoilt.add(name)
        self.blanks[name] = problem.place
        self.values.pop(name, None)

    def finish(self) -> Record:
        """The record as it stands."""
        return Record(self.place, dict(self.values), tuple(line.finish() for line in self.lines))


def complete_draft(draft: Draft, form: Form, layout: Layout, tables: Tables, received: dt.date) -> None:
    """Fills a draft's blanks; what was typed always stands.

    An earlier order comes first, then the layout's defaults, master data, and the form's defaults.
    """
    _repeat_order(draft, form, tables)
    _complete_part(draft, _plan_header(form), form, layout, tables, received)
    plan = _plan_lines(form)
    for line in draft.lines:
        _complete_part(line, plan, form, layout, tables, received)


@dataclass(frozen=True, slots=True)
class _Plan:
    """The fields of a form's header or lines, and those of them that fill others or themselves."""

    fields: Mapping[str, FormField]
    lookups: tuple[tuple[FormField, Lookup], ...]
    defaults: tuple[tuple[FormField, Default], ...]


def _make_plan(fields: Iterable[FormField]) -> _Plan:
    by_name = {found.name: found for found in fields}
    lookups = [(found, found.lookup) for found in by_name.values() if found.lookup and found.lookup.fill != "*"]
    defaults = [(found, found.default) for found in by_name.values() if found.default is not None]
    return _Plan(by_name, tuple(lookups), tuple(defaults))


_plan_header = Remembered[Form, _Plan](lambda form: _make_plan(form.header))
_plan_lines = Remembered[Form, _Plan](lambda form: _make_plan(form.lines))


def _complete_part(part: Draft, plan: _Plan, form: Form, layout: Layout, tables: Tables, received: dt.date) -> None:
    for name, value in layout.defaults.items():
        _fill_default(part, plan.fields.get(name), value, received, f"rules/layouts/{layout.name}.yaml")
    for found, lookup in plan.lookups:
        _look_up(part, found, lookup, tables)
    for found, default in plan.defaults:
        _fill_default(part, found, default, received, f"rules/forms/{form.name}.yaml")


def _fill_default(part: Draft, found: FormField | None, value: Default, received: dt.date, file: str) -> None:
    if found is None or found.name in part.values:
        return
    place = Place(file)
    scalar = received if value == RECEIVED else value
    converted = convert_scalar(scalar if isinstance(scalar, str | bool | dt.date) else float(scalar), found, place)
    if not isinstance(converted, Problem):
        part.fill(found.name, converted, place, Origin.DEFAULT)


def _look_up(part: Draft, found: FormField, lookup: Lookup, tables: Tables) -> None:
    given = part.values.get(found.name)
    table = tables.get(lookup.table) if given else None
    if given is None or table is None:
        return
    row = table.find(lookup.by, str(given.value))
    if row is None:
        # With no master data at all there is nothing to compare with.
        if table.records:
            _report_unknown(part, found, lookup, table, given)
        return
    taken = row.get(lookup.becomes or lookup.by[0])
    if taken is not None:
        part.values[found.name] = Value(taken, given.place, given.origin)
    if isinstance(lookup.fill, Mapping):
        for name, column in lookup.fill.items():
            if source := row.values.get(column):
                part.fill(name, source.value, source.place, Origin.MASTER)


def _report_unknown(part: Draft, found: FormField, lookup: Lookup, table: Table, given: Value) -> None:
    if lookup.unknown == "ignore":
        return
    report = error if lookup.unknown == "error" else warning
    near = near_texts(str(given.value), table.words(lookup.by))
    part.problems.append(
        report(
            "value-unknown", given.place, found.name, value=given.value, table=lookup.table, near="、".join(near) or "—"
        )
    )
    part.fatal = part.fatal or lookup.unknown == "error"


def _repeat_order(draft: Draft, form: Form, tables: Tables) -> None:
    for found in form.header:
        lookup, given = found.lookup, draft.values.get(found.name)
        if lookup is None or lookup.fill != "*" or given is None:
            continue
        table = tables.get(lookup.table)
        earlier = table.find(lookup.by, str(given.value)) if table else None
        if earlier is None:
            _report_unknown(draft, found, lookup, table or Table(lookup.table, ()), given)
            continue
        _fill_repeated(draft, earlier, form.header)
        _repeat_lines(draft, earlier, form)


def _fill_repeated(part: Draft, earlier: Record, fields: Iterable[FormField]) -> None:
    for found in fields:
        source = earlier.values.get(found.name)
        if found.repeats and source is not None:
            part.fill(found.name, source.value, source.place, Origin.ORDER)


def _repeat_lines(draft: Draft, earlier: Record, form: Form) -> None:
    if not draft.lines:
        draft.lines.extend(Draft(line.place) for line in earlier.lines)
        for line, source in zip(draft.lines, earlier.lines, strict=True):
            _fill_repeated(line, source, form.lines)
        return
    for line in draft.lines:
        matching = _matching_lines(line, earlier.lines)
        if len(matching) == 1:
            _fill_repeated(line, matching[0], form.lines)
        elif len(matching) > 1:
            line.problems.append(
                error("repeat-line-ambiguous", line.place, order=earlier.text("order_no"), count=len(matching))
            )
            line.fatal = True


def _matching_lines(line: Draft, earlier: tuple[Record, ...]) -> list[Record]:
    """The earlier lines of the same product; all of them where the line names none."""
    for name in ("product_code", "product"):
        if given := line.values.get(name):
            return [record for record in earlier if record.text(name) == str(given.value)]
    return list(earlier)
