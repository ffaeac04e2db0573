"""Is a record whole enough to be taken, and do its values agree with each other?"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xltools.core.problem import Problem, Severity, error
from xltools.core.record import FieldValue, Origin, Value
from xltools.core.remembered import Remembered
from xltools.forms.expression import compile_expression
from xltools.forms.model import Check, Form, FormField, Stage
from xltools.intake.complete import Draft


def check_draft(draft: Draft, form: Form) -> None:
    """Adds what is wrong with a draft to its problems; errors of these kinds keep the record out."""
    if form.lines and form.needs_lines and not draft.lines:
        _refuse(draft, error("lines-missing", draft.place))
    plan = _plan(form)
    _check_required(draft, plan.header_required)
    _run_checks(draft, plan.header_checks, draft.values)
    numbers: dict[str, Draft] = {}
    for line in draft.lines:
        _check_required(line, plan.line_required)
        _run_checks(line, plan.line_checks, draft.values)
        if form.effect == "order":  # other documents may say several things of one line
            _check_line_number(line, numbers)
    draft.fatal = draft.fatal or any(line.fatal for line in draft.lines)


def all_problems(draft: Draft) -> Iterator[Problem]:
    """The problems of a draft and its lines, as they stand in the sheet."""
    yield from draft.problems
    for line in draft.lines:
        yield from line.problems


def _check_required(part: Draft, fields: Iterable[FormField]) -> None:
    reported: set[str] = set()
    for found in fields:
        if found.name in part.values:
            continue
        if found.alternative in part.values or found.alternative in reported:
            continue
        reported.add(found.name)
        if found.name in part.spoilt:
            part.fatal = True  # the problem with its cell is told already
        else:
            _refuse(part, error("field-missing", part.place_of(found.name), found.name))


def _check_line_number(line: Draft, numbers: dict[str, Draft]) -> None:
    given = line.values.get("line_no")
    if given is None:
        return
    number = str(given.value)
    if number in numbers:
        _refuse(line, error("line-number-repeated", given.place, "line_no", line=number))
    numbers.setdefault(number, line)


def _run_checks(part: Draft, checks: Iterable["_PlannedCheck"], header: Mapping[str, Value]) -> None:
    """The checks of a part; names that it does not have itself are those of the `header`."""
    own = part.values
    for check, names, is_broken in checks:
        given = [own.get(name) or header.get(name) for name in names]
        if None in given and any(
            one is None and name not in check.optional for name, one in zip(names, given, strict=True)
        ):
            continue
        if not is_broken(*[one and one.value for one in given]) or any(map(_is_day_received, given)):
            continue
        severity = Severity(check.severity)
        problem = Problem(
            check.code,
            part.place_of(check.field),
            severity,
            check.field,
            message=check.message.text,
            hint=check.hint.text,
        )
        part.problems.append(problem)
        part.fatal = part.fatal or severity is Severity.ERROR


def _is_day_received(given: Value | None) -> bool:
    """True for a date that nobody typed: a list without order dates may well ask for days long past."""
    return given is not None and given.origin is Origin.DEFAULT and isinstance(given.value, dt.date)


class _PlannedCheck(NamedTuple):
    """A check, the fields that its rule names, and whether a rule about such values is clearly not kept."""

    check: Check
    names: tuple[str, ...]
    is_broken: Callable[..., bool]


def _plan_check(check: Check) -> _PlannedCheck:
    expression = compile_expression(check.rule)
    names = tuple(sorted(expression.names))

    # Lines of an order share their dates, and orders their quantities. Values of two types are never alike.
    @lru_cache(maxsize=1024, typed=True)
    def is_broken(*values: FieldValue | None) -> bool:
        return expression.evaluate(dict(zip(names, values, strict=True))) is False

    return _PlannedCheck(check, names, is_broken)


class _Plan(NamedTuple):
    """What of a form is looked at in every record and line."""

    header_required: tuple[FormField, ...]
    line_required: tuple[FormField, ...]
    header_checks: tuple[_PlannedCheck, ...]
    line_checks: tuple[_PlannedCheck, ...]


def _plan_checks(form: Form) -> _Plan:
    return _Plan(
        tuple(field for field in form.header if field.required is Stage.INTAKE),
        tuple(field for field in form.lines if field.required is Stage.INTAKE),
        tuple(map(_plan_check, form.header_checks)),
        tuple(map(_plan_check, form.line_checks)),
    )


_plan = Remembered[Form, _Plan](_plan_checks)


def _refuse(part: Draft, problem: Problem) -> None:
    part.problems.append(problem)
    part.fatal = True
