"""Is a record whole enough to be taken, and do its values agree with each other?"""

from collections.abc import Iterable, Iterator, Mapping

from xltools.core.problem import Problem, Severity, error
from xltools.core.record import FieldValue
from xltools.forms.expression import compile_expression
from xltools.forms.model import Check, Form, FormField, Stage
from xltools.intake.complete import Draft


def check_draft(draft: Draft, form: Form) -> None:
    """Adds what is wrong with a draft to its problems; errors of these kinds keep the record out."""
    if form.lines and not draft.lines:
        _refuse(draft, error("lines-missing", draft.place))
    _check_required(draft, form.header)
    _run_checks(draft, form.header_checks, _plain_values(draft))
    numbers: dict[str, Draft] = {}
    for line in draft.lines:
        _check_required(line, form.lines)
        _run_checks(line, form.line_checks, _plain_values(draft) | _plain_values(line))
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
        if found.required is not Stage.INTAKE or found.name in part.values:
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


def _run_checks(part: Draft, checks: Iterable[Check], values: Mapping[str, FieldValue]) -> None:
    for check in checks:
        expression = compile_expression(check.rule)
        if any(name not in values and name not in check.optional for name in expression.names):
            continue
        if expression.evaluate(values) is not False:
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


def _plain_values(part: Draft) -> dict[str, FieldValue]:
    return {name: given.value for name, given in part.values.items()}


def _refuse(part: Draft, problem: Problem) -> None:
    part.problems.append(problem)
    part.fatal = True
