"""Rows that people typed or copied in the tracker, as the order list that they are."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from xltools.core.cell_text import same_text
from xltools.core.sheet import CellError, Scalar, Sheet
from xltools.core.table_state import TableState
from xltools.core.text import label_key
from xltools.forms.model import ORDER_FORM, Form, Label, Layout, Placement
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import COMPUTED_COLUMNS
from xltools.intake.identify import Match
from xltools.intake.numbers import read_number
from xltools.intake.shared_table import FoundTable
from xltools.intake.tracker_rows import LINE_KEY, ORDER_KEY, OrderLineKey, TrackerRows, line_key

TRACKER_LAYOUT = "order-tracker"
_REPEATS = "reorder_of"
_QUANTITY = "quantity"
_CODES = "product_key"
SHOWN_LINE = "order_line"  # order number and line as one word; the key columns stand far right, or are hidden
_CUSTOMER = "customer"
_ORDERED = frozenset({_CUSTOMER, "customer_po", "product", _CODES, "specification", _QUANTITY, "requested_date"})
_SPLIT = frozenset({_QUANTITY, "requested_date"})  # what differs between the parts of a line that somebody split
# Under these computed columns people type these fields; others may share a field's name, but not its meaning.
_TYPED_UNDER = {_CODES: "product_code", ORDER_KEY: ORDER_KEY, LINE_KEY: LINE_KEY}


def tracker_layout(rules: Rules) -> Layout:
    """The tracker's columns as a list layout of the order form."""
    form = rules.forms[ORDER_FORM]
    names = [*_field_columns(rules).values(), _REPEATS]
    placements = [Placement(field=name) for name in dict.fromkeys(names) if form.field(name)]
    return Layout(
        name=TRACKER_LAYOUT,
        form=form.name,
        kind="list",
        label=Label(zh="订单总表", en="Order Tracker"),
        header=tuple(one for one in placements if not form.is_line_field(one.field)),
        lines=tuple(one for one in placements if form.is_line_field(one.field)),
        group_by=ORDER_KEY,
    )


def match_typed_rows(found: FoundTable, rows: TrackerRows, rules: Rules, before: TableState | None) -> Match | None:
    """The rows that are orders of their own, on sheets that hold nothing else; every cell keeps its address.

    Their number is what stands in the key column, or else where people see it, beside the line. A copy is a repeat
    order of the one it was copied from: its key says so, or, where that was typed over, the line that it still shows.
    Of what it shares with that row only the order's own fields are read, not the promise or the shortage.
    """
    form, columns = rules.forms[ORDER_FORM], _field_columns(rules)
    editable = {name for name in columns if (field := form.field(name)) and field.editable}
    repeats = {row: key for row in rows.typed if before and (key := _shown_line(found, row, before))}
    groups = (
        *_typed_groups(found, [row for row in rows.typed if row not in repeats], columns),
        _renumbered_group(found, repeats, columns, editable, before),
        _copied_group(copied_changes(found, rows, before), columns, editable),
    )
    sheets = tuple(
        _sheet_of(found, group.rows, {name: _label(form, field) for name, field in group.fields.items()}, repeats)
        for group in groups
        if group.rows
    )
    return Match(tracker_layout(rules), sheets) if sheets else None


def dated_numbers(found: FoundTable, rows: TrackerRows) -> Mapping[int, int]:
    """Rows typed or copied whose order number is a date, and the sheet column that it stands in.

    Of `3-5` Excel makes 5 March; what was typed can't be known any more.
    """
    read = [*((row, _number_column(found, row)) for row in rows.typed), *((row, SHOWN_LINE) for row, _ in rows.copied)]
    columns = [(row, found.columns[name]) for row, name in read if name in found.columns]
    return {row: at for row, at in columns if isinstance(found.sheet.value(row, at), dt.date)}


def _number_column(found: FoundTable, row: int) -> str:
    """The column that a row typed by hand has its order number in."""
    return ORDER_KEY if line_key(found, row)[0] else SHOWN_LINE


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows whose columns hold the same fields, and which of the columns are read in each row."""

    fields: Mapping[str, str]
    rows: Mapping[int, Collection[str]]


def _typed_groups(found: FoundTable, rows: Iterable[int], columns: Mapping[str, str]) -> tuple[_Group, ...]:
    """Rows typed by hand: those with their number in the key column, those with it beside the line, and each without.

    In a list, rows without a number belong to the order above them; in the tracker each says all of itself. Rows of one
    number that name different customers are parted: then they are different orders, none of which can be taken.
    """
    shows_number = {**_without(columns, ORDER_KEY), SHOWN_LINE: ORDER_KEY}
    numbered: dict[tuple[str, int], dict[int, Collection[str]]] = {}
    customers: dict[str, list[str]] = {}
    alone: list[_Group] = []
    for row in rows:
        name = _number_column(found, row)
        number = found.texts(row).get(name)
        if not number:
            alone.append(_Group(columns, {row: columns.keys()}))
            continue
        fields = columns if name == ORDER_KEY else shows_number
        of_number = customers.setdefault(number, [])
        numbered.setdefault((name, _place_of(found, row, of_number)), {})[row] = fields.keys()
    groups = (
        _Group(columns if name == ORDER_KEY else shows_number, of_rows) for (name, _), of_rows in numbered.items()
    )
    return *groups, *alone


def _place_of(found: FoundTable, row: int, customers: list[str]) -> int:
    """The place of a row's customer among those of its order number, where a new one is put at the end.

    Two people may take the same next number for orders of theirs: then neither may become a part of the other's.
    """
    customer = label_key(found.texts(row).get(_CUSTOMER, ""))
    if not customer:
        return 0
    if customer not in customers:
        customers.append(customer)
    return customers.index(customer)


def _renumbered_group(
    found: FoundTable,
    repeats: Mapping[int, OrderLineKey],
    columns: Mapping[str, str],
    editable: Collection[str],
    before: TableState | None,
) -> _Group:
    """Copies with a number of their own in the key column, under which they still show the line they repeat."""
    fields = {**_without(columns, LINE_KEY), SHOWN_LINE: _REPEATS}
    written = {row: (before.texts(key) if before else None) or {} for row, key in repeats.items()}
    return _Group(
        fields, {row: fields.keys() - (set(editable) - _changes(found, row, texts)) for row, texts in written.items()}
    )


def _copied_group(
    changes: Mapping[int, frozenset[str]], columns: Mapping[str, str], editable: Collection[str]
) -> _Group:
    """Copies that still have the key of the line they repeat."""
    fields = {**_without(columns, LINE_KEY), ORDER_KEY: _REPEATS, SHOWN_LINE: ORDER_KEY}
    repeated = fields.keys() - {*editable, _CODES, SHOWN_LINE}
    return _Group(fields, {row: repeated | changed for row, changed in changes.items() if changed})


def copied_changes(found: FoundTable, rows: TrackerRows, before: TableState | None) -> dict[int, frozenset[str]]:
    """By row of each copy, the columns in which it differs from what it was copied from; none if it is no order.

    A copy that differs in nothing that was ordered, or only by what is blank in it, may be a slip. Rows whose
    quantities add up to the one that was written are a line that somebody split, not further orders; so may be a copy
    of a part of the quantity that differs in no more than its date.
    """
    of_line: dict[OrderLineKey, list[int]] = {}
    for row, key in rows.copied:
        of_line.setdefault(key, []).append(row)
    changed: dict[int, frozenset[str]] = {}
    for key, copies in of_line.items():
        written = (before.texts(key) if before else None) or {}
        is_split = not written or _is_split(found, [rows.kept[key], *copies], written)
        for row in copies:
            changes = _changes(found, row, written)
            ordered = {name for name in changes & _ORDERED if found.text(row, name)}
            asked = is_split or not ordered or (ordered <= _SPLIT and _is_part(found, row, written))
            changed[row] = frozenset() if asked else changes
    return changed


def _changes(found: FoundTable, row: int, written: Mapping[str, str]) -> frozenset[str]:
    """The columns in which a row differs from one that was written."""
    stands = found.texts(row).items()
    return frozenset(name for name, text in stands if not same_text(written.get(name, ""), text))


def _shown_line(found: FoundTable, row: int, before: TableState) -> OrderLineKey | None:
    """The line that a row still shows under a new number of its own."""
    order, dash, line = found.texts(row).get(SHOWN_LINE, "").rpartition("-")
    key = (order, line)
    return key if dash and key in before.rows and line_key(found, row)[0] not in {"", order} else None


def _is_split(found: FoundTable, rows: Iterable[int], written: Mapping[str, str]) -> bool:
    if _QUANTITY not in found.columns:
        return False
    quantities = [read_number(found.text(row, _QUANTITY)) for row in rows]
    whole = read_number(written.get(_QUANTITY, ""))
    return whole is not None and None not in quantities and sum(filter(None, quantities)) == whole


def _is_part(found: FoundTable, row: int, written: Mapping[str, str]) -> bool:
    """True when a copy has less than the quantity that was written."""
    part = read_number(found.text(row, _QUANTITY)) if _QUANTITY in found.columns else None
    whole = read_number(written.get(_QUANTITY, ""))
    return part is not None and whole is not None and part < whole


def _without(columns: Mapping[str, str], name: str) -> dict[str, str]:
    return {column: field for column, field in columns.items() if column != name}


def _field_columns(rules: Rules) -> dict[str, str]:
    """The order form's field by the column of the tracker that it is typed in."""
    form = rules.forms[ORDER_FORM]
    names = [column.column for column in rules.tracker.columns]
    fields = {name: name for name in names if name not in COMPUTED_COLUMNS and form.field(name)}
    return fields | {name: _TYPED_UNDER[name] for name in names if name in _TYPED_UNDER}


def _label(form: Form, name: str) -> str:
    field = form.field(name)
    return field.label.text.both if field else name


def _sheet_of(
    found: FoundTable,
    rows: Mapping[int, Collection[str]],
    labels: Mapping[str, str],
    repeats: Mapping[int, OrderLineKey],
) -> Sheet:
    """The sheet with a header of the form's own labels and these cells of these rows, at their addresses.

    Where rows still show another line, they repeat its order.
    """
    sheet = found.sheet
    columns = {name: at for name, at in found.columns.items() if name in labels}
    kept: list[tuple[Scalar, ...]] = [()] * (max(rows) + 1)
    kept[found.block.top] = _row({at: labels[name] for name, at in columns.items()})
    for row, names in rows.items():
        cells = {at: _content(found, row, name) for name, at in columns.items() if name in names}
        if row in repeats:
            cells[columns[SHOWN_LINE]] = repeats[row][0]
        kept[row] = _row(cells)
    return Sheet(sheet.file, sheet.name, tuple(kept), sha256=sheet.sha256)


def _content(found: FoundTable, row: int, name: str) -> Scalar:
    """What stands in a cell; of an item with its code, as the tracker shows them, the code."""
    value = found.sheet.value(row, found.columns[name])
    if name == _CODES and isinstance(value, str) and not isinstance(value, CellError):
        return value.rpartition(" / ")[2]
    return value


def _row(cells: Mapping[int, Scalar]) -> tuple[Scalar, ...]:
    return tuple(cells.get(at) for at in range(max(cells, default=-1) + 1))
