"""Rules against their samples: each form, filled with its fields' own examples, must read back as it was filled."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from xltools.books.build import build_workbook
from xltools.books.read import read_workbook
from xltools.core.content import CellContent
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Record
from xltools.forms.entry import entry_example
from xltools.forms.model import Form, Layout, Placement
from xltools.forms.rules import Rules
from xltools.forms.template import fill_template
from xltools.intake.document import read_document

Values = dict[str, CellContent]


def check_examples(rules: Rules, as_of: dt.date) -> Iterator[Problem]:
    """What of the fields' examples is not read, or not read as itself, layout by layout.

    The problems stand at the layout's file: those of reading, and `example-not-read` for a field that came back blank.
    """
    for layout in rules.layouts.values():
        if layout.kind == "two-sheets":  # no template is drawn over two sheets
            continue
        yield from _check_layout(layout, rules.forms[layout.form], rules, as_of)


def _check_layout(layout: Layout, form: Form, rules: Rules, as_of: dt.date) -> Iterator[Problem]:
    place = Place(f"rules/layouts/{layout.name}.yaml")
    header, line = _examples(layout.header, form), _examples(layout.lines, form)
    content = build_workbook(fill_template(form, layout, header, [line] if line else []), as_of)
    workbook = read_workbook(Path(place.file), place.file, content)
    if isinstance(workbook, Problem):
        yield workbook
        return
    reading = read_document(workbook, rules, {}, as_of, form=form.name)
    yield from (
        replace(problem, place=place)
        for problem in reading.problems
        if problem.is_error and not _is_given_elsewhere(problem, layout)
    )
    if reading.document is None:
        return
    records = (*reading.document.records, *reading.document.rejected)
    lines = [found for record in records for found in record.lines]
    for name in (*_unread(header, records), *_unread(line, lines)):
        yield error("example-not-read", place, name, form=form.name)


def _is_given_elsewhere(problem: Problem, layout: Layout) -> bool:
    """True for a field that a layout of people's own has no place for, as the customer whom the inbox folder names."""
    placed = {placement.field for placement in layout.placements()}
    return layout.template is None and problem.code == "field-missing" and problem.field not in placed


def _examples(placements: Iterable[Placement], form: Form) -> Values:
    fields = (form.field(placement.field) for placement in placements if placement.drawn)
    return {field.name: entry_example(field) for field in fields if field and field.example is not None}


def _unread(filled: Values, records: Iterable[Record]) -> list[str]:
    read = {name for record in records for name in record.values}
    return [name for name in filled if name not in read]
