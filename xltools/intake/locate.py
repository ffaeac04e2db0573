"""Sheets × Layout → the cells of each record, before any of them is converted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xltools.core.place import Place
from xltools.core.problem import Problem, Severity, error, warning
from xltools.core.sheet import Cell, Sheet, is_blank
from xltools.core.text import label_key
from xltools.forms.model import ORDER_NUMBER, Form, Layout, Stage
from xltools.intake.label_block import Labelled, find_block, find_loose_labels
from xltools.intake.labels import LayoutWords, TableWords, layout_words, written_text
from xltools.intake.sheet_view import SheetView
from xltools.intake.sums import check_sums
from xltools.intake.table_columns import choose_columns, tell_unread_header
from xltools.intake.table_header import LineTable, find_header
from xltools.intake.table_rows import TableRows, split_rows, tell_unread_rows

_GroupKey = tuple[str, ...]
_Line = tuple[int, Mapping[str, Cell]]
Located = tuple[tuple["LocatedRecord", ...], tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class LocatedLine:
    """The cells of one row of a line table, by field."""

    place: Place
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class LocatedRecord:
    """The cells of one record, by field, and its lines; blank cells too, so that a problem can point at them.

    `headers` are the cells that name the fields found, in its lines too.
    """

    place: Place
    cells: Mapping[str, Cell]
    lines: tuple[LocatedLine, ...] = ()
    headers: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that was found, its rows told apart."""

    view: SheetView
    table: LineTable
    rows: TableRows

    @property
    def sheet(self) -> Sheet:
        return self.view.sheet

    @property
    def headers(self) -> dict[str, Cell]:
        return {
            name: self.table.headers[column]
            for name, column in self.table.columns.items()
            if column in self.table.headers
        }

    def place(self, row: int) -> Place:
        return self.sheet.place(row, self.table.first_column)


def locate_records(sheets: Sequence[Sheet], form: Form, layout: Layout) -> Located:
    """The records of a match's sheets as its layout places them, and what of the sheets is not read."""
    words = layout_words(form, layout)
    if layout.kind == "two-sheets":
        return _locate_joined(sheets, words)
    located = [_locate_in_sheet(sheet, words) for sheet in sheets]
    return (
        tuple(record for records, _ in located for record in records),
        tuple(problem for _, problems in located for problem in problems),
    )


def _locate_in_sheet(sheet: Sheet, words: LayoutWords) -> Located:
    problems: list[Problem] = []
    found = _read_table(sheet, words, words.table, problems)
    if found is None:
        return (), (error("table-not-found", sheet.place(0, 0)),)
    if words.layout.kind == "sheet":
        record, more = _locate_form(found, words)
        records: tuple[LocatedRecord, ...] = (record,)
        problems += more
        if kept_out := _keep_out(problems, words):
            return (), kept_out
    else:
        if kept_out := _keep_out(problems, words):
            return (), kept_out
        records, more = _locate_list(found, words)
        problems += more
    problems += tell_unread_rows(sheet, found.rows.others, words)
    return tuple(record for record in records if _is_filled(record)), tuple(problems)


def _keep_out(problems: Sequence[Problem], words: LayoutWords) -> tuple[Problem, ...]:
    """The problems of a sheet that would be read wrongly, for it hides the orders' numbers or what no order may lack.

    A number under a label that is only near would be left for one of our own: in a list for each row. Empty for others.
    """
    if not words.layout.lines or not any(_hides_orders(problem, words) for problem in problems):
        return ()
    return tuple(replace(one, severity=Severity.ERROR) if _hides_orders(one, words) else one for one in problems)


def _hides_orders(problem: Problem, words: LayoutWords) -> bool:
    if problem.code == "header-repeated":
        field = words.form.field(problem.field)
        return problem.field == words.layout.group_by or (field is not None and field.required is Stage.INTAKE)
    return problem.code == "header-near-match" and problem.field in {words.layout.group_by, ORDER_NUMBER}


def _read_table(sheet: Sheet, words: LayoutWords, part: TableWords, problems: list[Problem]) -> _Table | None:
    view = SheetView(sheet)
    header = find_header(view, part.labels)
    if header is None:
        return None
    table, told = choose_columns(sheet, header, words, part)
    if not table.columns:
        problems += told
        return None
    rows = split_rows(sheet, table, words, part)
    problems += [*told, *check_sums([cells for _, cells in rows.lines], rows.sums)]
    return _Table(view, table, rows)


def _locate_form(found: _Table, words: LayoutWords) -> tuple[LocatedRecord, list[Problem]]:
    """One record a sheet: its labels stand above and under its lines."""
    sheet, table = found.sheet, found.table
    lines = tuple(LocatedLine(found.place(row), cells) for row, cells in _used(found.rows.lines, words.layout))
    block = _find_block(found, words)
    missing = {label: name for label, name in words.block.items() if name not in block}
    near = [
        told
        for cell in find_loose_labels(sheet, range(table.top), block)
        if (told := tell_unread_header(cell, missing)).code == "header-near-match"
    ]
    headers = found.headers | {name: pair.label for name, pair in block.items()}
    cells = {name: pair.value for name, pair in block.items()}
    return LocatedRecord(sheet.place(0, 0), cells, lines, headers), near


def _used(lines: Sequence[_Line], layout: Layout) -> Sequence[_Line]:
    """The rows that are lines, without those that were filled in beforehand and not used."""
    needed = layout.skip_without
    if needed is None:
        return lines
    return [(row, cells) for row, cells in lines if needed not in cells or not is_blank(cells[needed].value)]


def _find_block(found: _Table, words: LayoutWords) -> dict[str, Labelled]:
    """The labels above and under a table, with their values."""
    last = max(found.rows.last, found.table.row)
    outside = [*range(found.table.top), *range(last + 1, len(found.sheet.rows))]
    return find_block(found.view, outside, words.block, words.every, words.choices)


def _locate_list(found: _Table, words: LayoutWords) -> tuple[tuple[LocatedRecord, ...], list[Problem]]:
    layout, table = words.layout, found.table
    header_names = [placement.field for placement in layout.header if placement.field in table.columns]
    headers = found.headers
    if not layout.lines:
        return tuple(LocatedRecord(found.place(row), cells, headers=headers) for row, cells in found.rows.lines), []
    line_names = {placement.field for placement in layout.lines}
    records, conflicts = [], []
    block = _find_block(found, words)
    headers = {name: pair.label for name, pair in block.items()} | headers
    beside = {name: pair.value for name, pair in block.items()}
    for group in _group_rows(found, header_names, layout.group_by).values():
        header = _group_header(group, header_names)
        # The letterhead says what a row leaves blank: whose orders they are, and in which currency.
        said = {name: cell for name, cell in beside.items() if name not in header or is_blank(header[name].value)}
        lines = tuple(
            LocatedLine(found.place(row), {name: cell for name, cell in cells.items() if name in line_names})
            for row, cells in _used(group, layout)
        )
        if lines:
            records.append(LocatedRecord(found.place(group[0][0]), header | said, lines, headers))
        conflicts.extend(_header_conflicts(group, header))
    return tuple(records), conflicts


def _locate_joined(sheets: Sequence[Sheet], words: LayoutWords) -> Located:
    """Header rows of some sheets and lines of others, joined by the number that both name."""
    problems: list[Problem] = []
    orders: dict[str, LocatedRecord] = {}
    lines: dict[str, list[LocatedLine]] = {}
    line_headers: dict[str, Cell] = {}
    for sheet in sheets:
        is_lines = holds_lines(SheetView(sheet), words)
        found = _read_table(sheet, words, words.table if is_lines else words.orders, problems)
        if found is None:
            problems.append(error("table-not-found", sheet.place(0, 0)))
        elif is_lines:
            line_headers |= found.headers
            _collect_lines(found, words, lines)
        else:
            _collect_orders(found, words, orders, problems)
        if found:
            problems += tell_unread_rows(sheet, found.rows.others, words)
    if kept_out := _keep_out(problems, words):
        return (), kept_out
    for number, ones in lines.items():
        if number not in orders:
            by = words.layout.group_by or ""
            written = ones[0].cells.get(by, Cell(None, ones[0].place))
            problems.append(error("line-without-order", written.place, by, order=written_text(written.value)))
    joined = tuple(
        LocatedRecord(
            order.place,
            order.cells,
            tuple(_without_number(lines.get(number, []), words)),
            {**line_headers, **order.headers},
        )
        for number, order in orders.items()
    )
    return joined, tuple(problems)


def holds_lines(view: SheetView, words: LayoutWords) -> bool | None:
    """Of two joined sheets: True for that of the lines, False for that of the header rows, None for neither."""
    number = words.layout.group_by
    counts = []
    for part in (words.orders, words.table):
        header = find_header(view, part.labels)
        named = set(header.matched) if header else set()
        counts.append(len(named - {number}) if number in named else 0)
    return counts[1] >= counts[0] if any(counts) else None


def _collect_lines(found: _Table, words: LayoutWords, lines: dict[str, list[LocatedLine]]) -> None:
    names = [words.layout.group_by] if words.layout.group_by in found.table.columns else []
    for key, group in _group_rows(found, [name for name in names if name], words.layout.group_by).items():
        own = lines.setdefault(key[0], [])
        own.extend(LocatedLine(found.place(row), cells) for row, cells in group)


def _collect_orders(
    found: _Table, words: LayoutWords, orders: dict[str, LocatedRecord], problems: list[Problem]
) -> None:
    names = [placement.field for placement in words.layout.header if placement.field in found.table.columns]
    for key, group in _group_rows(found, names, words.layout.group_by).items():
        header = _group_header(group, names)
        problems += _header_conflicts(group, header)
        orders.setdefault("".join(key), LocatedRecord(found.place(group[0][0]), header, (), found.headers))


def _without_number(lines: Sequence[LocatedLine], words: LayoutWords) -> Iterator[LocatedLine]:
    """The lines without the number that joins them, which belongs to the order."""
    names = {placement.field for placement in words.layout.lines}
    for line in lines:
        yield LocatedLine(line.place, {name: cell for name, cell in line.cells.items() if name in names})


def _group_rows(found: _Table, header_names: Sequence[str], group_by: str | None) -> dict[_GroupKey, list[_Line]]:
    """The lines of each record, in the order in which they stand; header cells are those of merged blocks."""
    groups: dict[_GroupKey, list[_Line]] = {}
    key: _GroupKey | None = None
    columns = {name: found.table.columns[name] for name in header_names}
    merged = found.view.merges.tops(len(found.sheet.rows), set(columns.values())) if found.sheet.merges else {}
    for row, own in found.rows.lines:
        spread = {name: found.sheet.cell(merged[row, at], at) for name, at in columns.items() if (row, at) in merged}
        cells = {**own, **spread} if spread else own
        key = _group_key(cells, header_names, group_by, key)
        groups.setdefault(key, []).append((row, cells))
    return groups


def _group_key(
    cells: Mapping[str, Cell], header_names: Sequence[str], group_by: str | None, above: _GroupKey | None
) -> _GroupKey:
    """What rows of one record share: the group field, else all header cells.

    Of a record whose number stands on its first line only, the other lines have no header cell filled at all. A row
    that repeats the customer without the number may be either: it is taken for an order of its own, and told as such.
    """
    number = cells[group_by].value if group_by and group_by in cells else None
    if not is_blank(number):
        return (label_key(written_text(number)),)
    header = tuple(written_text(cells[name].value) for name in header_names)
    return above if above is not None and not any(header) else ("", *header)


def _group_header(group: Sequence[_Line], header_names: Sequence[str]) -> dict[str, Cell]:
    """Of each header field the first cell that is filled."""
    return {
        name: next((cells[name] for _, cells in group if not is_blank(cells[name].value)), group[0][1][name])
        for name in header_names
    }


def _header_conflicts(group: Sequence[_Line], header: Mapping[str, Cell]) -> list[Problem]:
    """Rows of one record whose header cells disagree: the first row's value counts."""
    return [
        warning(
            "header-differs",
            cells[name].place,
            name,
            value=written_text(cells[name].value),
            first=written_text(first.value),
        )
        for _, cells in group[1:]
        for name, first in header.items()
        if cells[name].value != first.value
        and not is_blank(cells[name].value)
        and written_text(cells[name].value) != written_text(first.value)
    ]


def _is_filled(record: LocatedRecord) -> bool:
    return bool(record.lines) or any(not is_blank(cell.value) for cell in record.cells.values())
