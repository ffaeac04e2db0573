"""A workbook that nobody has described → the layout it may be in, for a person to correct. Nothing is read by it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.sheet import Workbook
from xltools.core.text import label_key
from xltools.forms.model import FieldType, Form, FormField, Layout, Placement, Stage
from xltools.forms.rules import Rules
from xltools.intake.adopt_columns import ProposedColumn, Remark, place_columns
from xltools.intake.adopt_table import SeenColumn, SeenTable, find_labels, see_table
from xltools.intake.adopt_words import EXACT, FieldWords, is_dated
from xltools.intake.conventions import Conventions
from xltools.intake.dates import read_date
from xltools.intake.labels import find_label, index_labels
from xltools.intake.sums import QUANTITY

_DATES_ACROSS = 2
_CUSTOMER = "customer"
_TELL_AN_ORDER = (_CUSTOMER, "customer_po", "order_date")
_YEAR_LAST = re.compile(r"\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(?:\d{4}|\d{2})\s*")
_DAY_FIRST, _MONTH_FIRST = Conventions("day-first"), Conventions("month-first")
_DATES = frozenset({FieldType.DATE, FieldType.SCHEDULE})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A layout proposed for a workbook.

    `labels` are placed outside the table, `columns` are all of the table, those under dates left out (`dates`).
    `missing` are the fields without which an order is returned, and that nothing here gives; `later` those that a later
    stage needs. `unsettled` are columns whose dates can be read in several ways, `unused` sheets, and `beside` values
    that stand around the table, by field.
    """

    file: str
    form: str
    kind: str
    sheets: tuple[str, ...]
    header_row: int
    labels: tuple[ProposedColumn, ...]
    columns: tuple[ProposedColumn, ...]
    dates: tuple[SeenColumn, ...] = ()
    dates_across: str = ""
    group_by: str = ""
    date_order: str = ""
    unsettled: tuple[ProposedColumn, ...] = ()
    missing: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def placed(self) -> tuple[ProposedColumn, ...]:
        """The columns and labels that have a field."""
        return tuple(one for one in (*self.labels, *self.columns) if one.field)

    @property
    def left_over(self) -> tuple[ProposedColumn, ...]:
        """The columns that have none."""
        return tuple(one for one in self.columns if not one.field)


def propose_layout(workbook: Workbook, form: Form, rules: Rules, given: Iterable[str] = ()) -> Proposal | Problem:
    """The layout that a workbook may be in; a problem where no row of any sheet names two fields of the form.

    `given` are fields whose values come from elsewhere, such as the customer from the folder's name.
    """
    words = FieldWords(form, rules, (*form.lines, *form.header))
    tables = [table for sheet in workbook.sheets if not sheet.hidden and (table := see_table(sheet, words))]
    if not tables:
        return error("adopt-no-table", Place(workbook.file), form=form.label.text.both)
    table = max(tables, key=lambda one: one.named)
    key = _group_field(form, rules)
    pair = _find_pair(tables, words, form, key)
    if pair:
        return _propose_pair(workbook, pair, words, form, key, given)
    columns, dates = _split_dates(table.columns)
    placed = place_columns(table, columns, words)
    labels: dict[str, SeenColumn] = {}
    kind = "list"
    if form.lines:
        labels = find_labels(table, FieldWords(form, rules, form.header))
        if _is_one_order(placed, labels, key):
            kind = "sheet"
            placed = place_columns(table, columns, words, {field.name for field in form.lines})
    # Of a letterhead over a list only what the list itself does not say, and nothing that tells its orders apart. A
    # telephone there is that of whoever printed the paper.
    numbers = {one.name for one in form.fields() if one.type in {FieldType.PHONE, FieldType.EMAIL}}
    in_list = {key, *numbers, *(one.field for one in placed)}
    heads = {label_key(one.seen.alias) for one in placed}
    block = tuple(
        ProposedColumn(table.sheet.name, seen, name, EXACT)
        for name, seen in labels.items()
        if kind == "sheet" or (seen.values and name not in in_list and label_key(seen.alias) not in heads)
    )
    sheets = (table.sheet.name,)
    unused = tuple(sheet.name for sheet in workbook.sheets if not sheet.hidden and sheet.name not in sheets)
    beside = {name: seen.samples[0] for name, seen in labels.items() if seen.samples}
    proposal = Proposal(
        workbook.file, form.name, kind, sheets, table.row + 1, block, placed, unused=unused, beside=beside
    )
    return _complete(proposal, form, key, dates, given)


def _is_one_order(columns: Sequence[ProposedColumn], labels: Mapping[str, SeenColumn], key: str) -> bool:
    """True where what tells an order stands around the table, and not in it: a list has a letterhead too."""
    told = {key, *_TELL_AN_ORDER}
    in_table = {one.field for one in columns if one.field in {key, _CUSTOMER}}
    numbers = {value for one in columns if one.field == key for value in one.seen.values}
    return bool(told & set(labels)) and len(numbers) <= 1 and in_table <= set(labels)


def _group_field(form: Form, rules: Rules) -> str:
    """The field whose value the lines of one record share, as other layouts of the form have it."""
    return next((layout.group_by for layout in rules.layouts_of(form.name) if layout.group_by), "")


def _split_dates(columns: Sequence[SeenColumn]) -> tuple[tuple[SeenColumn, ...], tuple[SeenColumn, ...]]:
    """The columns with words over them, and those with dates, where there are two at least."""
    dated = tuple(column for column in columns if column.is_dated)
    if len(dated) < _DATES_ACROSS:
        return tuple(columns), ()
    return tuple(column for column in columns if not column.is_dated), dated


def _find_pair(
    tables: Sequence[SeenTable], words: FieldWords, form: Form, key: str
) -> tuple[SeenTable, SeenTable] | None:
    """A table of orders and one of their lines, joined by the order's number."""
    if not form.lines or not key:
        return None
    named = [
        (table, {one.field for one in place_columns(table, _split_dates(table.columns)[0], words)}) for table in tables
    ]
    lines = {field.name for field in form.lines}
    needed = {field.name for field in form.lines if field.required is Stage.INTAKE and not field.alternative}
    heads = [table for table, fields in named if key in fields and not fields & needed and fields - lines - {key}]
    bodies = [table for table, fields in named if key in fields and needed <= fields]
    if len(heads) != 1 or len(bodies) != 1:
        return None
    return heads[0], bodies[0]


def _propose_pair(
    workbook: Workbook,
    pair: tuple[SeenTable, SeenTable],
    words: FieldWords,
    form: Form,
    key: str,
    given: Iterable[str],
) -> Proposal:
    head, body = pair
    header_fields, line_fields = ({field.name for field in fields} for fields in (form.header, form.lines))
    head_columns, _ = _split_dates(head.columns)
    columns, dates = _split_dates(body.columns)
    above = place_columns(head, head_columns, words, header_fields)
    below = place_columns(body, columns, words, line_fields | {key})
    sheets = (head.sheet.name, body.sheet.name)
    unused = tuple(sheet.name for sheet in workbook.sheets if not sheet.hidden and sheet.name not in sheets)
    proposal = Proposal(
        workbook.file, form.name, "two-sheets", sheets, body.row + 1, (), (*above, *below), unused=unused
    )
    return _complete(proposal, form, key, dates, given)


def _complete(
    proposal: Proposal, form: Form, key: str, dates: tuple[SeenColumn, ...], given: Iterable[str]
) -> Proposal:
    """The proposal with all that follows from where its fields lie."""
    proposal = _drop_clashes(proposal, form)
    placed = {one.field for one in proposal.placed}
    across = next((f.name for f in form.lines if f.type is FieldType.SCHEDULE and f.name not in placed), "")
    known = placed | set(given) | ({across, QUANTITY} if dates and across else set())
    order, unsettled = _settle_dates(proposal, form)
    return replace(
        proposal,
        dates=dates,
        dates_across=across if dates else "",
        group_by=_grouping(proposal, form, key),
        date_order=order,
        unsettled=unsettled,
        missing=tuple(f.name for f in form.fields() if f.required is Stage.INTAKE and _lacks(f, known)),
        later=tuple(f.name for f in form.fields() if f.required not in {None, Stage.INTAKE} and _lacks(f, known)),
    )


def _lacks(field: FormField, known: set[str]) -> bool:
    return field.name not in known and field.default is None and field.alternative not in known


def _grouping(proposal: Proposal, form: Form, key: str) -> str:
    """What tells the orders of a list apart: their number, else the customer's."""
    if proposal.kind == "sheet" or not form.lines:
        return ""
    placed = {one.field for one in proposal.placed}
    return next((name for name in (key, "customer_po") if name and name in placed), "")


def _drop_clashes(proposal: Proposal, form: Form) -> Proposal:
    """The proposal without columns under whose header the layout's words would find another field."""
    layout = as_layout(proposal, "adopted", form)
    line_labels = index_labels(form, layout.lines if proposal.kind == "sheet" else layout.placements())
    columns = tuple(
        replace(one, field="", remark=Remark.CLASH)
        if one.field and find_label(line_labels, one.seen.alias) != one.field
        else one
        for one in proposal.columns
    )
    return replace(proposal, columns=columns)


def as_layout(proposal: Proposal, name: str, form: Form) -> Layout:
    """The fields of a proposal where a layout has them."""
    header, lines = split_fields(proposal, form)
    return Layout(
        name=name,
        form=form.name,
        kind="sheet" if proposal.kind == "sheet" else "list",
        label=form.label,
        header=tuple(Placement(field=field, aliases=find_aliases(proposal, field, form)) for field in header),
        lines=tuple(Placement(field=field, aliases=find_aliases(proposal, field, form)) for field in lines),
    )


def split_fields(proposal: Proposal, form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields placed in a layout's header and in its lines, each once, as they come in the workbook."""
    placed = tuple(dict.fromkeys(one.field for one in proposal.placed))
    lines = tuple(field for field in placed if form.is_line_field(field))
    return tuple(field for field in placed if field not in lines), lines


def find_aliases(proposal: Proposal, field: str, form: Form) -> tuple[str, ...]:
    """The headers a field was found under, its own labels left out."""
    the_field = form.field(field)
    labels = (the_field.label.zh, the_field.label.en, the_field.label.text.both) if the_field else ()
    own = set(map(label_key, labels))
    found = [one.seen.alias for one in reversed(proposal.placed) if one.field == field]
    aliases = {label_key(alias): " ".join(alias.split()) for alias in found}
    return tuple(alias for key, alias in reversed(aliases.items()) if key not in own)


def _depends(value: str) -> bool:
    """True for a text that is another date where days come first than where months do."""
    if not is_dated(value) or not read_date(value).ambiguous:
        return False
    return read_date(value, _DAY_FIRST) != read_date(value, _MONTH_FIRST)


def _settle_dates(proposal: Proposal, form: Form) -> tuple[str, tuple[ProposedColumn, ...]]:
    """Which part of a date stands first, where a part above 12 says so; the columns whose dates nothing settles."""
    dated = [one for one in proposal.placed if (field := form.field(one.field)) and field.type in _DATES]
    orders, doubtful = set[str](), list[ProposedColumn]()
    for one in dated:
        for value in one.seen.values:
            if isinstance(value, str) and (match := _YEAR_LAST.fullmatch(value)):
                first, second = int(match[1]), int(match[2])
                orders |= {"day-first"} if first > 12 >= second else {"month-first"} if second > 12 >= first else set()
        # `6月1日` lacks a year, whichever part stands first.
        open_values = tuple(value for value in one.seen.values if isinstance(value, str) and _depends(value))
        if open_values:
            doubtful.append(replace(one, seen=replace(one.seen, values=open_values)))
    if len(orders) == 1 and doubtful:
        return orders.pop(), ()
    return "", tuple(doubtful)
