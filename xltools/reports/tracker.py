"""The master order tracker as a sheet: one row per order line, in the columns that PMC wants."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from xltools.core.grid import Grid, GridCell, GridTable, PlainContent, PrintSetup, Style, Validation
from xltools.core.order import Order
from xltools.core.record import FieldValue, schedule_text
from xltools.core.sheet import Range
from xltools.core.text import Language
from xltools.forms.drawing import text_height
from xltools.forms.model import FieldType, FormField, TrackerColumn
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import KEY_COLUMNS
from xltools.reports.lines import AssessedLine
from xltools.reports.wording import (
    Say,
    labels_text,
    natural_key,
    order_form,
    stage_text,
    value_text,
    waiting_text,
)

TRACKER_SHEET = "订单总表 Tracker"
TRACKER_TABLE = "Tracker"
HEADER_ROW = 2
_ROW_HEIGHT = 18.0  # points, of a row with one line of text

WrittenKey = tuple[str, str, str]

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


def build_tracker(
    lines: Iterable[AssessedLine],
    rules: Rules,
    as_of: dt.date,
    language: Language,
    say: Say,
    archived: Mapping[str, str] | None = None,
) -> Grid:
    """The tracker's sheet; without lines, its template.

    Row 0 is the title, row 1 the as-of date and the counts, row 2 the header. `archived` gives the desk-relative path
    of an original by its sha256. Open lines come first, by due date and order, then what has gone.
    """
    page = _Page(rules, language, say, archived or {})
    sorted_lines = sorted(lines, key=_sort_key)
    columns = rules.tracker.columns
    fields = [order_form(rules).field(column.column) for column in columns]
    cells: dict[tuple[int, int], GridCell] = {
        (0, 0): GridCell(say("ui-tracker-title"), Style.TITLE),
        (1, 0): GridCell(_counts(sorted_lines, as_of, say), Style.SUBTITLE),
    }
    for index, (column, field) in enumerate(zip(columns, fields, strict=True)):
        editable = field is not None and field.editable
        cells[HEADER_ROW, index] = GridCell(
            header_label(column, rules), Style.HEADER_EDITABLE if editable else Style.HEADER
        )
        for row, assessed in enumerate(sorted_lines, start=HEADER_ROW + 1):
            cells[row, index] = _tracker_cell(column.column, field, assessed, page)
        if not sorted_lines:
            cells[HEADER_ROW + 1, index] = GridCell(None, _field_style(field))
    bottom = HEADER_ROW + max(len(sorted_lines), 1)
    return Grid(
        name=TRACKER_SHEET,
        cells=cells,
        widths=tuple(column.width for column in columns),
        heights=_row_heights(cells, columns),
        validations=tuple(_choice_lists(fields, bottom, language)),
        table=GridTable(TRACKER_TABLE, Range(HEADER_ROW, 0, bottom, len(columns) - 1)),
        freeze=(HEADER_ROW + 1, _frozen_columns(columns)),
        print_setup=PrintSetup(landscape=True, repeat_rows=(HEADER_ROW, HEADER_ROW), columns=_printed_columns(columns)),
    )


def header_label(column: TrackerColumn, rules: Rules) -> str:
    """A column's header in both languages: its own label, else the field's."""
    if column.label:
        return column.label.text.both
    field = order_form(rules).field(column.column)
    return field.label.text.both if field else column.column


def editable_fields(rules: Rules) -> tuple[FormField, ...]:
    """The fields of the tracker that staff may type in, left to right."""
    found = (order_form(rules).field(column.column) for column in rules.tracker.columns)
    return tuple(field for field in found if field and field.editable)


def written_values(orders: Iterable[Order], rules: Rules) -> dict[WrittenKey, FieldValue | None]:
    """What the tracker of these orders holds in its editable columns, by (order, line, field).

    A header field is listed under each line, as it stands in each row.
    """
    fields = editable_fields(rules)
    return {
        (order.number, line.number, field.name): field_value(order, line.number, field.name, rules)
        for order in orders
        for line in order.lines
        for field in fields
    }


def field_value(order: Order, line: str, name: str, rules: Rules) -> FieldValue | None:
    """The value of an order's field, or of its line's."""
    if order_form(rules).is_line_field(name):
        found = order.line(line)
        return found.get(name) if found else None
    return order.get(name)


def cell_content(value: FieldValue | None, field: FormField | None, language: Language) -> PlainContent:
    """A value as a cell of ours holds it: numbers and dates as such, a schedule of one date alone as that date."""
    if isinstance(value, tuple):
        only = value[0] if len(value) == 1 else None
        plain = only and only.date and only.quantity is None and not only.destination
        return only.date if only and plain else schedule_text(value)
    if isinstance(value, bool) or (field and field.choices):
        return value_text(value, field, language) or None
    return value


def column_cell(name: str, assessed: AssessedLine, rules: Rules, language: Language, say: Say) -> GridCell:
    """The cell of one column, a field's or a computed one, as the tracker shows it for a line."""
    return _tracker_cell(name, order_form(rules).field(name), assessed, _Page(rules, language, say, {}))


def _tracker_cell(name: str, field: FormField | None, assessed: AssessedLine, page: _Page) -> GridCell:
    # A computed column may share a field's name, as revision or amount might: what is computed is the truth.
    if name in _COMPUTED:
        return _COMPUTED[name](assessed, page)
    value = field_value(assessed.order, assessed.line.number, name, page.rules)
    content = cell_content(value, field, page.language)
    style = _field_style(field)
    if style in {Style.DATE, Style.INPUT_DATE} and isinstance(content, str):
        style = Style.TEXT if style is Style.DATE else Style.INPUT
    return GridCell(content, style)


def _field_style(field: FormField | None) -> Style:
    if field is None:
        return Style.TEXT
    if field.editable:
        return _INPUT_STYLES.get(field.type, Style.INPUT)
    return _STYLES.get(field.type, Style.TEXT)


def _sort_key(assessed: AssessedLine) -> tuple[object, ...]:
    status = assessed.status
    return (
        not status.is_open,
        status.due is None,
        status.due or dt.date.max,
        natural_key(assessed.order.number),
        natural_key(assessed.line.number),
    )


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


def _printed_columns(columns: tuple[TrackerColumn, ...]) -> int:
    """Up to the links and keys, which are no use on paper: what is left can be read at the morning meeting."""
    links = [index for index, column in enumerate(columns) if column.column in {"source", *KEY_COLUMNS}]
    return links[0] if links else len(columns)


def _frozen_columns(columns: tuple[TrackerColumn, ...]) -> int:
    """Up to and with the order and line: a row must stay recognisable when scrolled to the right."""
    names = [column.column for column in columns]
    return names.index("order_line") + 1 if "order_line" in names else 0


def _row_heights(cells: Mapping[tuple[int, int], GridCell], columns: tuple[TrackerColumn, ...]) -> dict[int, float]:
    """Heights that hold the wrapped texts: not every program grows rows by itself, and a print must not cut them."""
    heights = {0: 26.0, 1: 18.0}
    for (row, column), cell in cells.items():
        if row < HEADER_ROW:
            continue
        # Letters of the header are bold, and a filter button lies over its end.
        width = columns[column].width - (2 if row == HEADER_ROW else 0)
        heights[row] = max(heights.get(row, 0), text_height(cell.value, width, _ROW_HEIGHT))
    return heights


def _choice_lists(fields: list[FormField | None], bottom: int, language: Language) -> Iterable[Validation]:
    for column, field in enumerate(fields):
        if field and field.editable and field.choices:
            options = tuple(choice.label.text.in_language(language) for choice in field.choices)
            yield Validation(Range(HEADER_ROW + 1, column, bottom, column), "list", options)


def _warning(assessed: AssessedLine, page: _Page) -> GridCell:
    status = assessed.status
    if not status.is_open:
        return GridCell(page.say("ui-warning-done"), Style.DONE)
    if status.late:
        return GridCell(page.say("ui-warning-late", days=status.days_late), Style.LATE)
    if status.at_risk:
        return GridCell(page.say("ui-warning-at-risk"), Style.AT_RISK)
    return GridCell(None if status.due else page.say("ui-warning-no-date"), Style.CENTER)


def _stage(assessed: AssessedLine, page: _Page) -> GridCell:
    return GridCell(stage_text(assessed.standing.stage, page.rules, page.language))


def _waiting(assessed: AssessedLine, page: _Page) -> GridCell:
    gates = assessed.standing.waiting
    words = (waiting_text(gate, assessed.order, page.rules, page.language, page.say) for gate in gates)
    return GridCell("; ".join(words) or None)


def _source(assessed: AssessedLine, page: _Page) -> GridCell:
    place = assessed.line.place if assessed.line.place.file else assessed.order.place
    name = place.file.rpartition("/")[2]
    # The cell first: long file names are cut off at the column's end.
    return GridCell(f"{place.cell} {name}".strip(), link=page.archived.get(assessed.order.document, ""))


def _papers(assessed: AssessedLine, page: _Page) -> GridCell:
    # A cell has one link: the paper made last. The others lie beside it in the order's folder.
    papers = assessed.order.papers
    if not papers:
        return GridCell(None)
    kinds = dict.fromkeys(page.say(f"ui-paper-{paper.kind}") for paper in papers)
    return GridCell(" ".join(kinds), link=papers[-1].file)


def _quantity(value: Decimal) -> GridCell:
    return GridCell(value, Style.QUANTITY)


_COMPUTED: Mapping[str, Callable[[AssessedLine, _Page], GridCell]] = {
    "warning": _warning,
    "days_left": lambda assessed, _: GridCell(assessed.status.days_left, Style.INTEGER),
    "days_late": lambda assessed, _: GridCell(assessed.status.days_late, Style.INTEGER),
    "due_date": lambda assessed, _: GridCell(assessed.status.due, Style.DATE),
    "order_line": lambda assessed, _: GridCell(f"{assessed.order.number}-{assessed.line.number}"),
    "order_no": lambda assessed, _: GridCell(assessed.order.number),
    "line_no": lambda assessed, _: GridCell(assessed.line.number),
    "revision": lambda assessed, _: GridCell(assessed.order.revision, Style.INTEGER),
    "product_key": lambda assessed, _: GridCell(
        " / ".join(filter(None, (assessed.line.text("customer_item"), assessed.line.text("product_code")))) or None
    ),
    "shipped_quantity": lambda assessed, _: _quantity(assessed.line.shipped),
    "open_quantity": lambda assessed, _: _quantity(assessed.status.open_quantity),
    "last_shipped_date": lambda assessed, _: GridCell(assessed.line.last_shipped, Style.DATE),
    "amount": lambda assessed, _: GridCell(assessed.line.amount, Style.MONEY),
    "stage": _stage,
    "waiting": _waiting,
    "missing": lambda assessed, page: GridCell(labels_text(assessed.missing, page.rules, page.language) or None),
    "source": _source,
    "papers": _papers,
}
COMPUTED_COLUMNS = frozenset(_COMPUTED)
