"""Sheet × Layout → the cells of each record, before any of them is converted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.sheet import Cell, Scalar, Sheet, is_blank
from xltools.core.text import label_key
from xltools.forms.model import FieldType, Form, FormField, Layout, Stage
from xltools.intake.convert import read_number
from xltools.intake.labels import Labels, find_label, ignored_labels, index_labels, match_row

# Rows of a line table that are not lines: sums and remarks under it.
_FOOTERS = ("合计", "总计", "小计", "共计", "total", "subtotal", "grandtotal")
_NUMBERS = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY, FieldType.PERCENT})
_GroupKey = tuple[str, ...]
_LABEL_BLOCK_ROWS = 60  # a header row further down is not looked for


@dataclass(frozen=True, slots=True)
class LocatedLine:
    """The cells of one row of a line table, by field."""

    place: Place
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class LocatedRecord:
    """The cells of one record, by field, and its lines; blank cells too, so that a problem can point at them."""

    place: Place
    cells: Mapping[str, Cell]
    lines: tuple[LocatedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class LineTable:
    """Where a table stands: the row of its headers, and the column of each field."""

    row: int
    columns: Mapping[str, int]
    repeated: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table that are lines, with their cells by field; `others` are rows under a sum that are none."""

    lines: tuple[tuple[int, Mapping[str, Cell]], ...]
    others: tuple[int, ...]


def find_table(sheet: Sheet, labels: Labels) -> LineTable | None:
    """The row that names the most fields, at least two; the first of equals."""
    best: LineTable | None = None
    for row in range(min(len(sheet.rows), _LABEL_BLOCK_ROWS)):
        matched = match_row(labels, sheet, row)
        if len(matched) >= 2 and (best is None or len(matched) > len(best.columns)):
            repeated = {name: tuple(found) for name, found in matched.items() if len(found) > 1}
            best = LineTable(row, {name: found[0] for name, found in matched.items()}, repeated)
    return best


def table_labels(form: Form, layout: Layout) -> Labels:
    """The labels that may head the columns of a layout's table."""
    return index_labels(form, layout.lines if layout.kind == "sheet" else layout.placements())


def locate_records(sheet: Sheet, form: Form, layout: Layout) -> tuple[tuple[LocatedRecord, ...], tuple[Problem, ...]]:
    """The records of one sheet as its layout places them, and what of the sheet is not read."""
    table = find_table(sheet, table_labels(form, layout))
    if table is None:
        return (), (error("table-not-found", sheet.place(0, 0)),)
    problems = [
        error(
            "header-repeated", sheet.place(table.row, columns[1]), name, other=sheet.place(table.row, columns[0]).cell
        )
        for name, columns in table.repeated.items()
    ]
    rows = _split_rows(sheet, table, form, layout)
    if layout.kind == "sheet":
        records: tuple[LocatedRecord, ...] = (_locate_sheet_record(sheet, form, layout, table, rows),)
    else:
        records, conflicts = _locate_list_records(sheet, layout, table, rows)
        problems.extend(conflicts)
    problems.extend(_unread_columns(sheet, layout, table))
    problems.extend(_unread_rows(sheet, form, layout, rows.others))
    return tuple(record for record in records if _is_filled(record)), tuple(problems)


def _locate_sheet_record(sheet: Sheet, form: Form, layout: Layout, table: LineTable, rows: TableRows) -> LocatedRecord:
    labels = index_labels(form, layout.header)
    lines = tuple(LocatedLine(sheet.place(row, _first_column(table)), cells) for row, cells in rows.lines)
    last = max((row for row, _ in rows.lines), default=table.row)
    outside = [*range(table.row), *range(last + 1, len(sheet.rows))]
    cells: dict[str, Cell] = {}
    for row in outside:
        for column, value in enumerate(sheet.rows[row]):
            name = find_label(labels, value)
            if name and (name not in cells or is_blank(cells[name].value)):
                cells[name] = _value_beside(sheet, labels, row, column)
    return LocatedRecord(sheet.place(0, 0), cells, lines)


def _value_beside(sheet: Sheet, labels: Labels, row: int, column: int) -> Cell:
    """The cell right of a label, past the merged block that the label may fill."""
    right = sheet.merge_at(row, column).right + 1
    block = sheet.merge_at(row, right)
    cell = sheet.cell(block.top, block.left)
    # An empty field followed by the next label: the value is blank, not that label.
    if find_label(labels, cell.value):
        return Cell(None, cell.place)
    return cell


def _split_rows(sheet: Sheet, table: LineTable, form: Form, layout: Layout) -> TableRows:
    """The rows under a table's headers: its lines, and what under a sum is none.

    A sum may be that of a month, with further lines under it. Under a sum only a row is a line that has what no line
    may lack: there stand taxes, remarks and signatures too.
    """
    lines: list[tuple[int, Mapping[str, Cell]]] = []
    others: list[int] = []
    needed = _needed_fields(form, layout, table)
    summed = False
    for row in range(table.row + 1, len(sheet.rows)):
        if _is_footer(sheet.rows[row]):
            summed = True
            continue
        cells = {name: sheet.cell(row, column) for name, column in table.columns.items()}
        # A line number alone is a row prepared for typing.
        filled = any(not is_blank(cell.value) for name, cell in cells.items() if name != "line_no")
        if filled and (not summed or all(_can_be(cells[one.name].value, one) for one in needed)):
            lines.append((row, cells))
        elif summed and not all(map(is_blank, sheet.rows[row])):
            others.append(row)
    return TableRows(tuple(lines), tuple(others))


def _needed_fields(form: Form, layout: Layout, table: LineTable) -> tuple[FormField, ...]:
    placed = (form.field(placement.field) for placement in layout.lines or layout.header)
    return tuple(
        one
        for one in placed
        if one
        and one.required is Stage.INTAKE
        and not one.alternative
        and one.default is None
        and one.name in table.columns
    )


def _can_be(value: Scalar, needed: FormField) -> bool:
    if needed.type in _NUMBERS:
        return read_number(value) is not None
    return not is_blank(value)


def _unread_rows(sheet: Sheet, form: Form, layout: Layout, others: Iterable[int]) -> list[Problem]:
    """Rows under a sum, such as remarks, that are neither lines nor labels with their values."""
    labels = index_labels(form, layout.placements())
    ignored = ignored_labels(layout)
    problems = []
    for row in others:
        column, first = next((at, value) for at, value in enumerate(sheet.rows[row]) if not is_blank(value))
        if not match_row(labels, sheet, row) and label_key(_plain(first)) not in ignored:
            problems.append(warning("row-not-read", sheet.place(row, column), text=_plain(first)))
    return problems


def _is_footer(values: tuple[Scalar, ...]) -> bool:
    first = next((value for value in values if not is_blank(value)), None)
    return isinstance(first, str) and label_key(first) in _FOOTERS


def _locate_list_records(
    sheet: Sheet, layout: Layout, table: LineTable, rows: TableRows
) -> tuple[tuple[LocatedRecord, ...], list[Problem]]:
    header_names = [placement.field for placement in layout.header if placement.field in table.columns]
    line_names = [placement.field for placement in layout.lines if placement.field in table.columns]
    if not layout.lines:
        return tuple(LocatedRecord(sheet.place(row, _first_column(table)), cells) for row, cells in rows.lines), []
    groups: dict[_GroupKey, list[tuple[int, Mapping[str, Cell]]]] = {}
    key: _GroupKey | None = None
    merged = _merged_down(sheet)
    for row, found in rows.lines:
        at = {name: (row, table.columns[name]) for name in header_names}
        cells = {**found, **{name: sheet.cell(merged.get(spot, row), spot[1]) for name, spot in at.items()}}
        key = _group_key(cells, header_names, layout.group_by, key)
        groups.setdefault(key, []).append((row, cells))
    records, conflicts = [], []
    for group in groups.values():
        record = _group_record(sheet, table, group, header_names, line_names)
        records.append(record)
        conflicts.extend(_header_conflicts(group, record.cells))
    return tuple(records), conflicts


def _merged_down(sheet: Sheet) -> dict[tuple[int, int], int]:
    """The top row of each cell, the first left out, of the merged blocks that are one column wide.

    People merge an order's number or customer over its lines; a quantity they merge is the sum of its lines.
    """
    return {
        (row, block.left): block.top
        for block in sheet.merges
        if block.left == block.right
        for row in range(block.top + 1, min(block.bottom + 1, len(sheet.rows)))
    }


def _group_key(
    cells: Mapping[str, Cell], header_names: list[str], group_by: str | None, above: _GroupKey | None
) -> _GroupKey:
    """What rows of one record share: the group field, else all header cells.

    Of a record whose number stands on its first line only, the other lines have no header cell filled at all. A row
    that repeats the customer without the number may be either: it is taken for an order of its own, and told as such.
    """
    number = cells[group_by].value if group_by and group_by in cells else None
    if not is_blank(number):
        return (label_key(_plain(number)),)
    header = tuple(_plain(cells[name].value) for name in header_names)
    return above if above is not None and not any(header) else ("", *header)


def _group_record(
    sheet: Sheet,
    table: LineTable,
    group: list[tuple[int, Mapping[str, Cell]]],
    header_names: list[str],
    line_names: list[str],
) -> LocatedRecord:
    header = {
        name: next((cells[name] for _, cells in group if not is_blank(cells[name].value)), group[0][1][name])
        for name in header_names
    }
    lines = tuple(
        LocatedLine(sheet.place(row, _first_column(table)), {name: cells[name] for name in line_names})
        for row, cells in group
    )
    return LocatedRecord(sheet.place(group[0][0], _first_column(table)), header, lines)


def _header_conflicts(group: list[tuple[int, Mapping[str, Cell]]], header: Mapping[str, Cell]) -> list[Problem]:
    """Rows of one record whose header cells disagree: the first row's value counts."""
    return [
        warning("header-differs", cells[name].place, name, value=_plain(cells[name].value), first=_plain(first.value))
        for _, cells in group
        for name, first in header.items()
        if not is_blank(cells[name].value) and _plain(cells[name].value) != _plain(first.value)
    ]


def _unread_columns(sheet: Sheet, layout: Layout, table: LineTable) -> list[Problem]:
    known = set(table.columns.values()) | {column for columns in table.repeated.values() for column in columns}
    ignored = ignored_labels(layout)
    return [
        warning("column-not-read", sheet.place(table.row, column), header=_plain(value))
        for column, value in enumerate(sheet.rows[table.row])
        if column not in known
        and isinstance(value, str)
        and not is_blank(value)
        and label_key(value) not in ignored
        and any(not is_blank(sheet.value(row, column)) for row in range(table.row + 1, len(sheet.rows)))
    ]


def _is_filled(record: LocatedRecord) -> bool:
    return bool(record.lines) or any(not is_blank(cell.value) for cell in record.cells.values())


def _first_column(table: LineTable) -> int:
    return min(table.columns.values())


def _plain(value: Scalar) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
