"""The tracker as people left it × what was written → their edits."""

from collections.abc import Iterator, Mapping

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Edit, FieldValue
from xltools.core.sheet import Sheet, Workbook, is_blank
from xltools.core.text import label_key, normalize_text
from xltools.forms.model import ORDER_FORM, Form, FormField
from xltools.forms.rules import Rules
from xltools.intake.convert import convert_cell, plain_text
from xltools.intake.labels import Labels
from xltools.intake.locate import LineTable, find_table

ORDER_KEY, LINE_KEY = "order_no", "line_no"

# Order, line and field → the value that was written, None for a blank.
WrittenValues = Mapping[tuple[str, str, str], FieldValue | None]


def read_edits(
    workbook: Workbook, rules: Rules, written: WrittenValues
) -> tuple[tuple[Edit, ...], tuple[Problem, ...]]:
    """What people typed over the editable values of a tracker, and what of it could not be understood.

    Text that a field's type can't read is an edit all the same, kept as typed, with a warning. Two rows of the same
    order line that were edited differently are a problem, and neither is taken.
    """
    labels = _column_labels(rules)
    for sheet in workbook.sheets:
        table = None if sheet.hidden else find_table(sheet, labels)
        if table and {ORDER_KEY, LINE_KEY} <= set(table.columns):
            return _read_sheet(sheet, table, rules, written, workbook.saved_by)
    return (), (error("tracker-not-found", Place(workbook.file)),)


def _column_labels(rules: Rules) -> Labels:
    """The tracker's headers, as its columns or the form's fields name them."""
    form = rules.forms[ORDER_FORM]
    index: dict[str, str] = {}
    for column in rules.tracker.columns:
        field = form.field(column.column)
        label = column.label or (field.label if field else None)
        if label:
            for words in (label.zh, label.en, label.text.both):
                index.setdefault(label_key(words), column.column)
    return index


def _read_sheet(
    sheet: Sheet, table: LineTable, rules: Rules, written: WrittenValues, saved_by: str
) -> tuple[tuple[Edit, ...], tuple[Problem, ...]]:
    form = rules.forms[ORDER_FORM]
    problems: list[Problem] = []
    edits: dict[tuple[str, str, str], Edit] = {}  # a header field's once for all rows of the order
    disputed: set[tuple[str, str, str]] = set()
    changed: set[tuple[str, str, str]] = set()
    problems.extend(_missing_columns(sheet, form, table, written))
    known = {(order, line) for order, line, _ in written}
    for row in range(table.row + 1, len(sheet.rows)):
        key = _row_key(sheet, table, row)
        if key is None:
            if any(not is_blank(value) for value in sheet.rows[row]):
                problems.append(warning("tracker-row-unkeyed", sheet.place(row, 0)))
            continue
        if key not in known:
            problems.append(warning("tracker-row-unknown", sheet.place(row, 0), order=key[0], line=key[1]))
            continue
        for field in _editable_fields(form, table):
            address = (*key, field.name)
            if address not in written:  # it was not theirs yet when the tracker was written
                continue
            edit, found = _read_cell(sheet, row, table.columns[field.name], address, field, saved_by)
            is_edit = edit.value != written[address]
            if is_edit:
                problems.extend(found)
            # A header field stands in each row of its order; typing in one of them is enough. A line stands once: a row
            # copied for a repeat order is a second one, and must not speak for the first.
            of_line = form.is_line_field(field.name)
            spot = address if of_line else (key[0], "", field.name)
            if spot in edits and edits[spot].value != edit.value:
                disputed.add(spot)
                problems.append(error("tracker-edits-differ", edit.place, field.name, other=edits[spot].place.cell))
            if is_edit or of_line:
                edits.setdefault(spot, edit)
                changed |= {spot} if is_edit else set()
    return tuple(edit for spot, edit in edits.items() if spot in changed - disputed), tuple(problems)


def _missing_columns(sheet: Sheet, form: Form, table: LineTable, written: WrittenValues) -> Iterator[Problem]:
    """The columns that were written for them to type in and are not found any more: what stands in them is not read."""
    names = {name for _, _, name in written}
    for field in form.fields():
        if field.name in names and field.editable and field.name not in table.columns:
            yield warning("tracker-column-missing", sheet.place(table.row, 0), field.name)


def _row_key(sheet: Sheet, table: LineTable, row: int) -> tuple[str, str] | None:
    order = plain_text(sheet.value(row, table.columns[ORDER_KEY]))
    line = plain_text(sheet.value(row, table.columns[LINE_KEY]))
    return (order, line) if order and line else None


def _editable_fields(form: Form, table: LineTable) -> Iterator[FormField]:
    return (field for field in form.fields() if field.editable and field.name in table.columns)


def _read_cell(
    sheet: Sheet, row: int, column: int, address: tuple[str, str, str], field: FormField, saved_by: str
) -> tuple[Edit, list[Problem]]:
    cell = sheet.cell(row, column)
    if is_blank(cell.value):
        return Edit(*address, None, cell.place, saved_by), []
    converted = convert_cell(cell, field)
    if isinstance(converted, Problem):
        text = normalize_text(str(cell.value))
        kept = warning("edit-kept-as-text", cell.place, field.name, value=text)
        return Edit(*address, text, cell.place, saved_by), [kept]
    return Edit(*address, converted.value, cell.place, saved_by), []
