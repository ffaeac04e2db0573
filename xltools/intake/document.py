"""A workbook → a document: identify, locate, convert, complete, check."""

import datetime as dt
from dataclasses import dataclass

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Document, Origin, Table
from xltools.core.sheet import Workbook
from xltools.forms.model import Form
from xltools.forms.rules import Rules
from xltools.intake.cells import convert_cells, header_fields, line_fields
from xltools.intake.check import all_problems, check_draft
from xltools.intake.complete import Draft, Tables, complete_draft
from xltools.intake.conventions import Conventions, find_conventions
from xltools.intake.identify import Match, identify_layout
from xltools.intake.line_units import settle_units, take_header_units
from xltools.intake.locate import locate_records
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
    the_form = rules.forms[match.layout.form]
    conventions = find_conventions(rules, match.layout, received)
    drafts, located_problems = _draft_records(match, the_form, conventions, folder_customer)
    problems += located_problems
    for draft in drafts:
        complete_draft(draft, the_form, match.layout, tables, received)
        settle_units(draft, the_form, conventions.units)
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
    # What stands in a letterhead is told once, and not for each order of the list.
    return Reading(document, tuple(dict.fromkeys(problems)))


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


def _draft_records(
    match: Match, form: Form, conventions: Conventions, folder_customer: str
) -> tuple[list[Draft], tuple[Problem, ...]]:
    located, problems = locate_records(match.sheets, form, match.layout)
    header, lines = header_fields(form), line_fields(form)
    drafts: list[Draft] = []
    for record in located:
        draft = convert_cells(record.place, record.cells, header, conventions)
        draft.lines = [convert_cells(line.place, line.cells, lines, conventions) for line in record.lines]
        if folder_customer and FOLDER_FIELD in header.by_name:
            draft.fill(FOLDER_FIELD, folder_customer, Place(record.place.file), Origin.FOLDER)
        take_header_units(draft, form, record.headers, conventions.units)
        drafts.append(draft)
    return drafts, problems
