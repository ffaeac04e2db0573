"""A workbook → a document: identify, locate, convert, complete, check."""

import datetime as dt
from dataclasses import dataclass

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Document, Origin, Table
from xltools.core.sheet import Cell, Workbook, is_blank
from xltools.forms.model import FormField
from xltools.forms.rules import Rules
from xltools.intake.check import all_problems, check_draft
from xltools.intake.complete import Draft, Tables, complete_draft
from xltools.intake.convert import convert_cell
from xltools.intake.identify import Match, identify_layout
from xltools.intake.locate import LocatedLine, LocatedRecord, locate_records
from xltools.intake.returned import without_listing

FOLDER_FIELD = "customer"  # a folder inbox/<customer>/ says whose its workbooks are


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading a workbook: no document where it could not be understood at all."""

    document: Document | None
    problems: tuple[Problem, ...]


def read_document(
    workbook: Workbook,
    rules: Rules,
    tables: Tables,
    received: dt.date,
    folder_customer: str = "",
    form: str | None = None,
) -> Reading:
    """A workbook as a document of records, with all that is wrong with it.

    `tables` are master data by form name, and the ledger's `orders`. `form` says which form it must be, where that is
    known.
    """
    workbook = without_listing(workbook)
    known = frozenset({FOLDER_FIELD}) if folder_customer else frozenset()
    match, problems = identify_layout(workbook, rules, form, known)
    if match is None:
        return Reading(None, problems)
    return read_matched(match, workbook, rules, tables, received, folder_customer, problems)


def read_matched(
    match: Match,
    workbook: Workbook,
    rules: Rules,
    tables: Tables,
    received: dt.date,
    folder_customer: str = "",
    problems: tuple[Problem, ...] = (),
) -> Reading:
    """The sheets of a workbook whose layout is known, as a document; `problems` are those of telling it."""
    drafts, located_problems = _draft_records(match, rules, folder_customer)
    problems += located_problems
    the_form = rules.forms[match.layout.form]
    for draft in drafts:
        complete_draft(draft, the_form, match.layout, tables, received)
        check_draft(draft, the_form)
        problems += tuple(all_problems(draft))
    if not drafts and not any(problem.is_error for problem in problems):
        problems += (error("form-blank", Place(workbook.file)),)
    document = Document(
        workbook.file,
        workbook.sha256,
        the_form.name,
        match.layout.name,
        tuple(draft.finish() for draft in drafts if not draft.fatal),
        tuple(draft.finish() for draft in drafts if draft.fatal),
        workbook.saved_by,
    )
    return Reading(document, problems)


def read_table(workbook: Workbook, rules: Rules, form: str, received: dt.date) -> tuple[Table, tuple[Problem, ...]]:
    """Master data: a workbook of a form with a `key`, as a table of its records."""
    reading = read_document(workbook, rules, {}, received, form=form)
    if reading.document is None:
        return Table(form, ()), reading.problems
    # An empty master list is a desk that has not filled it yet, nothing wrong.
    problems = tuple(problem for problem in reading.problems if problem.code != "form-blank")
    key, further = rules.forms[form].key, rules.forms[form].key_with
    seen = set()
    for record in reading.document.records:
        given = record.values.get(key) if key else None
        if given is None:
            continue
        found = (given.value, *map(record.get, further))
        if found in seen:
            problems += (warning("key-repeated", given.place, key or "", value=given.value),)
        seen.add(found)
    return Table(form, reading.document.records), problems


def _draft_records(match: Match, rules: Rules, folder_customer: str) -> tuple[list[Draft], tuple[Problem, ...]]:
    form = rules.forms[match.layout.form]
    header = {found.name: found for found in form.header}
    lines = {found.name: found for found in form.lines}
    drafts: list[Draft] = []
    problems: tuple[Problem, ...] = ()
    for sheet in match.sheets:
        records, found = locate_records(sheet, form, match.layout)
        problems += found
        for record in records:
            draft = _convert_cells(record, header)
            draft.lines = [_convert_cells(line, lines) for line in record.lines]
            if folder_customer and FOLDER_FIELD in header:
                draft.fill(FOLDER_FIELD, folder_customer, Place(sheet.file), Origin.FOLDER)
            drafts.append(draft)
    return drafts, problems


def _convert_cells(located: LocatedRecord | LocatedLine, fields: dict[str, FormField]) -> Draft:
    draft = Draft(located.place)
    for name, cell in located.cells.items():
        _convert_into(draft, name, cell, fields[name])
    return draft


def _convert_into(draft: Draft, name: str, cell: Cell, found: FormField) -> None:
    if is_blank(cell.value):
        draft.blanks[name] = cell.place
        return
    converted = convert_cell(cell, found)
    if isinstance(converted, Problem):
        draft.problems.append(converted)
        draft.blanks[name] = cell.place
        draft.spoilt.add(name)
    else:
        draft.values[name] = converted
