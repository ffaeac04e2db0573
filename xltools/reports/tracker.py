"""The master order tracker as a sheet: one row per order line, in the columns that PMC wants."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xltools.core.content import CellContent, Formula, PlainContent
from xltools.core.grid import Condition, Grid, Style, Validation
from xltools.core.place import column_name
from xltools.core.record import FieldValue, schedule_text
from xltools.core.sheet import Range
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.forms.model import FieldType, FormField, TrackerColumn
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import KEY_COLUMNS, TRACKER_SHEET, TRACKER_TABLE
from xltools.ledger.change_tasks import pending_changes, unconfirmed_changes
from xltools.reports.history import paper_label
from xltools.reports.lines import AssessedLine
from xltools.reports.made_rows import MadeRows
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import Check, template_grid
from xltools.reports.wording import labels_text, order_form, stage_text, value_text, whom_text

HEADER_ROW = 2
_FIRST_HEIGHT = 48.0  # points, of the row in the template that holds the first line: three lines of text
_LONGEST_LITERAL = 255  # characters of a text inside a formula

_STYLES = {
    FieldType.INTEGER: Style.INTEGER,
    FieldType.DECIMAL: Style.QUANTITY,
    FieldType.MONEY: Style.MONEY,
    FieldType.PERCENT: Style.PERCENT,
    FieldType.DATE: Style.DATE,
    FieldType.SCHEDULE: Style.DATE,
}
_INPUT_STYLES = {
    FieldType.INTEGER: Style.INPUT_NUMBER,
    FieldType.DECIMAL: Style.INPUT_NUMBER,
    FieldType.MONEY: Style.INPUT_NUMBER,
    FieldType.PERCENT: Style.INPUT_PERCENT,
    FieldType.DATE: Style.INPUT_DATE,
    FieldType.SCHEDULE: Style.INPUT_DATE,
}


@dataclass(frozen=True, slots=True)
class _Page:
    """What every cell of the tracker may need beside its line."""

    rules: Rules
    language: Language
    say: Say
    archived: Mapping[str, str]


_ContentMaker = Callable[[AssessedLine, _Page], CellContent]


def build_tracker(
    lines: Iterable[AssessedLine],
    rules: Rules,
    as_of: dt.date,
    language: Language,
    say: Say,
    archived: Mapping[str, str] | None = None,
) -> SheetTable:
    """The tracker's table of lines that come by order and line number; without lines, that of its template.

    The caption has the as-of date and the counts. `archived` gives the desk-relative path of an original by its sha256.
    Open lines come first, by due date and order, then what has gone: so a first tracker stands, and so new rows come.
    """
    page = _Page(rules, language, say, archived or {})
    ordered = sorted(lines, key=_sort_key)
    return SheetTable(
        sheet=TRACKER_SHEET,
        name=TRACKER_TABLE,
        columns=tuple(_table_column(column, rules) for column in rules.tracker.columns),
        rows=_tracker_rows(ordered, page),
        key=KEY_COLUMNS,
        caption=_counts(ordered, as_of, say),
    )


def _tracker_rows(lines: Sequence[AssessedLine], page: _Page) -> MadeRows[AssessedLine]:
    makers = [_content_maker(column.column, page.rules) for column in page.rules.tracker.columns]

    def make_row(assessed: AssessedLine) -> TableRow:
        return TableRow((assessed.order.number, assessed.line.number), tuple([make(assessed, page) for make in makers]))

    return MadeRows(lines, make_row)


def _linked(text: str, link: str) -> CellContent:
    """A link is a formula: a sheet holds 65,530 hyperlinks at most. A path that Excel would read otherwise is none."""
    if not link or set(link) & set('#%"') or len(link) > _LONGEST_LITERAL:
        return text
    shown = text[:_LONGEST_LITERAL].replace('"', '""')
    return Formula(f'HYPERLINK("{link}","{shown}")', text[:_LONGEST_LITERAL])


def _table_column(column: TrackerColumn, rules: Rules) -> TableColumn:
    field = order_form(rules).field(column.column)
    editable = field is not None and field.editable and column.column not in _COMPUTED
    style = _COMPUTED_STYLES.get(column.column, Style.TEXT) if column.column in _COMPUTED else _field_style(field)
    return TableColumn(column.column, header_label(column, rules), column.width, style, editable)


def tracker_conditions(rules: Rules, says: Iterable[Say], first_row: int = HEADER_ROW + 1) -> tuple[Condition, ...]:
    """The colours of late, at-risk, finished and doubtful lines, as conditions on a table that begins in column A.

    They follow what stands in the row, in any of the languages: people's own fills stay theirs.
    """
    names = [column.column for column in rules.tracker.columns]
    if not {"warning", "days_left"} <= set(names):
        return ()
    warning, days = (column_name(names.index(name)) for name in ("warning", "days_left"))
    spoken = tuple(says)
    cell = f"${warning}{first_row + 1}"
    waits, over = (
        "OR(" + ",".join(f'{cell}="{say(code)}"' for code in codes for say in spoken) + ")"
        for codes in (("ui-warning-at-risk", "ui-warning-held"), ("ui-warning-done", "ui-warning-cancelled"))
    )
    # What else is to be said of the line stands under it.
    searched = ",".join(f'ISNUMBER(SEARCH("{say("ui-warning-unconfirmed")}",{cell}))' for say in spoken)
    late = f"AND(ISNUMBER(${days}{first_row + 1}),${days}{first_row + 1}<0)"
    signal = [Range(first_row, at, first_row, at) for at in (names.index("warning"), names.index("days_left"))]
    whole = Range(first_row, 0, first_row, len(names) - 1)
    return (
        Condition(signal[0], f"OR({searched})", Style.LATE),
        *(Condition(block, late, Style.LATE) for block in signal),
        *(Condition(block, waits, Style.AT_RISK) for block in signal),
        Condition(whole, over, Style.DONE),
    )


def header_label(column: TrackerColumn, rules: Rules) -> str:
    """A column's header in both languages: its own label, else the field's."""
    if column.label:
        return column.label.text.both
    field = order_form(rules).field(column.column)
    return field.label.text.both if field else column.column


def cell_content(value: FieldValue | None, field: FormField | None, language: Language) -> PlainContent:
    """A value as a cell of ours holds it: numbers and dates as such, a schedule of one date alone as that date."""
    if isinstance(value, tuple):
        only = value[0] if len(value) == 1 else None
        plain = only and only.date and only.quantity is None and not only.destination
        return only.date if only and plain else schedule_text(value)
    if isinstance(value, bool) or (field and field.choices):
        return value_text(value, field, language) or None
    return value


def column_content(name: str, assessed: AssessedLine, rules: Rules, language: Language, say: Say) -> CellContent:
    """The cell of one column, a field's or a computed one, as the tracker shows it for a line; without links."""
    return _content_maker(name, rules)(assessed, _Page(rules, language, say, {}))


def _content_maker(name: str, rules: Rules) -> _ContentMaker:
    """What makes the cells of a column from lines."""
    # A computed column may share a field's name, as revision or amount might: what is computed is the truth.
    if name in _COMPUTED:
        return _COMPUTED[name]
    field, is_of_line = order_form(rules).field(name), order_form(rules).is_line_field(name)

    def make_content(assessed: AssessedLine, page: _Page) -> CellContent:
        found = (assessed.line if is_of_line else assessed.order).values.get(name)
        return None if found is None else cell_content(found.value, field, page.language)

    return make_content


def _field_style(field: FormField | None) -> Style:
    if field is None:
        return Style.TEXT
    if field.editable:
        return _INPUT_STYLES.get(field.type, Style.INPUT)
    return _STYLES.get(field.type, Style.TEXT)


def _sort_key(assessed: AssessedLine) -> tuple[object, ...]:
    status = assessed.status
    return not status.is_open, status.due is None, status.due or dt.date.max


def _counts(lines: list[AssessedLine], as_of: dt.date, say: Say) -> str:
    return say(
        "ui-tracker-counts",
        as_of=as_of.isoformat(),
        orders=len({assessed.order.number for assessed in lines}),
        lines=len(lines),
        open=sum(assessed.status.is_open for assessed in lines),
        late=sum(assessed.status.late for assessed in lines),
        at_risk=sum(assessed.status.at_risk for assessed in lines),
    )


def tracker_grid(rules: Rules, as_of: dt.date, says: Sequence[Say]) -> Grid:
    """The tracker's sheet as a template: a title, the header, one blank row; `says` are the languages it may show."""
    columns = rules.tracker.columns
    names = [column.column for column in columns]
    fields = [order_form(rules).field(name) for name in names]
    return template_grid(
        replace(build_tracker((), rules, as_of, "zh", says[0]), caption=""),
        says[0]("ui-tracker-title"),
        conditions=tracker_conditions(rules, says),
        checks={field.name: _choice_check(field) for field in fields if field and field.editable and field.choices},
        # A row must stay recognisable when it is scrolled to the right.
        frozen=names.index("order_line") + 1 if "order_line" in names else 0,
        printed=_printed_columns(columns),
        least_height=_FIRST_HEIGHT,
    )


def _choice_check(field: FormField) -> Check:
    options = tuple(choice.label.text.both for choice in field.choices)
    return lambda block: Validation(block, "list", options)


def _printed_columns(columns: Sequence[TrackerColumn]) -> int:
    """How many columns are printed: up to the links and keys, so that the rest can be read at the morning meeting."""
    links = [index for index, column in enumerate(columns) if column.column in {"source", *KEY_COLUMNS}]
    return links[0] if links else len(columns)


def _warning(assessed: AssessedLine, page: _Page) -> CellContent:
    """A change that nobody has confirmed comes first: it may be that nothing else of the row holds."""
    unconfirmed = unconfirmed_changes(assessed.order, assessed.line.number)
    words = _status_words(assessed, page)
    return "\n".join(filter(None, (page.say("ui-warning-unconfirmed") if unconfirmed else "", words))) or None


def _status_words(assessed: AssessedLine, page: _Page) -> str:
    status = assessed.status
    if assessed.line.cancelled or assessed.order.cancelled:
        return page.say("ui-warning-cancelled")
    if assessed.order.held and status.is_open:
        return page.say("ui-warning-held")
    if not status.is_open:
        return page.say("ui-warning-done")
    if status.late:
        return page.say("ui-warning-late", days=status.days_late)
    if status.at_risk:
        return page.say("ui-warning-at-risk")
    return "" if status.due else page.say("ui-warning-no-date")


def _waiting(assessed: AssessedLine, page: _Page) -> CellContent:
    """What is awaited, of all departments that are asked the same in one: the cell holds three lines of text."""
    order = assessed.order
    gates = (*pending_changes(order, page.rules, assessed.line.number), *assessed.standing.waiting)
    whom: dict[tuple[dt.date, str], list[str]] = {}
    for gate in gates:
        asked = whom.setdefault((gate.since, gate.what.in_language(page.language)), [])
        asked.append(whom_text(gate.whom, order, page.rules, page.language, page.say))
    between = "、" if page.language == "zh" else ", "
    words = [
        page.say("ui-waiting", whom=between.join(dict.fromkeys(names)), since=since.isoformat(), what=what)
        for (since, what), names in whom.items()
    ]
    return "; ".join(words) or None


def _product_key(assessed: AssessedLine, _: _Page) -> CellContent:
    return " / ".join(filter(None, (assessed.line.text("customer_item"), assessed.line.text("product_code")))) or None


def _source(assessed: AssessedLine, page: _Page) -> CellContent:
    place = assessed.line.place if assessed.line.place.file else assessed.order.place
    name = place.file.rpartition("/")[2]
    # The cell first: long file names are cut off at the column's end.
    revision = f" r{assessed.order.revision}" if assessed.order.revision > 1 else ""
    return _linked(f"{place.cell} {name}{revision}".strip(), page.archived.get(assessed.order.document, ""))


def _papers(assessed: AssessedLine, page: _Page) -> CellContent:
    # A cell has one link: the paper made last. The others lie beside it in the order's folder.
    papers = assessed.order.papers
    if not papers:
        return None
    kinds = dict.fromkeys(paper_label(paper.kind, page.rules, page.language, page.say) for paper in papers)
    # Order and revision are shown too: a cell is written anew where what it shows changes, and its link with it.
    return _linked(f"{' '.join(kinds)} {assessed.order.number} r{papers[-1].revision}", papers[-1].file)


_COMPUTED_STYLES = {
    "warning": Style.CENTER,
    "days_left": Style.INTEGER,
    "days_late": Style.INTEGER,
    "due_date": Style.DATE,
    "revision": Style.INTEGER,
    "shipped_quantity": Style.QUANTITY,
    "open_quantity": Style.QUANTITY,
    "last_shipped_date": Style.DATE,
    "amount": Style.MONEY,
}
_COMPUTED: Mapping[str, _ContentMaker] = {
    "warning": _warning,
    "days_left": lambda assessed, _: assessed.status.days_left,
    "days_late": lambda assessed, _: assessed.status.days_late,
    "due_date": lambda assessed, _: assessed.status.due,
    "order_line": lambda assessed, _: f"{assessed.order.number}-{assessed.line.number}",
    "order_no": lambda assessed, _: assessed.order.number,
    "line_no": lambda assessed, _: assessed.line.number,
    "revision": lambda assessed, _: assessed.order.revision,
    "product_key": _product_key,
    "shipped_quantity": lambda assessed, _: assessed.line.shipped,
    "open_quantity": lambda assessed, _: assessed.status.open_quantity,
    "last_shipped_date": lambda assessed, _: assessed.line.last_shipped,
    "amount": lambda assessed, _: assessed.line.amount,
    "stage": lambda assessed, page: stage_text(assessed.standing.stage, page.rules, page.language),
    "waiting": _waiting,
    "missing": lambda assessed, page: labels_text(assessed.missing, page.rules, page.language) or None,
    "source": _source,
    "papers": _papers,
}
COMPUTED_COLUMNS = frozenset(_COMPUTED)
