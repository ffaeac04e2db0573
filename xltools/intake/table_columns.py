"""Which column of a table is which field: by its header, and by whether its values fit."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xltools.core.problem import Problem, error, warning
from xltools.core.sheet import Cell, CellError, Scalar, Sheet, is_blank
from xltools.core.text import label_key
from xltools.forms.model import FieldType, FormField
from xltools.intake.date_columns import read_date_header
from xltools.intake.fit import fits_field
from xltools.intake.labels import LONGEST_LABEL, Labels, LayoutWords, TableWords, is_indispensable, written_text
from xltools.intake.nearness import nearest_field
from xltools.intake.sums import find_sum_word
from xltools.intake.table_header import Header, LineTable

_FEW = 3  # values: of fewer a misfit is a slip in a cell, and is told there
_LOOKED_AT = 80  # rows
_ENOUGH = 0.5  # of a column's values must fit
_ALIKE = 0.25  # two columns whose shares differ by less fit alike
# Of these types a field's values are sure to fit: nearly all are, and cost no conversion. Terms that are not understood
# are kept as text.
_BLANK = type(None)
_ANY = frozenset({_BLANK, str, CellError, float, bool, dt.date, dt.datetime, dt.time, dt.timedelta})
_NATIVE: Mapping[FieldType, frozenset[type]] = {kind: frozenset({_BLANK}) for kind in FieldType} | {
    FieldType.TEXT: _ANY,
    FieldType.TERMS: _ANY,
    FieldType.CODE: frozenset({_BLANK, str, CellError, float}),
    FieldType.INTEGER: frozenset({_BLANK, float}),
    FieldType.DECIMAL: frozenset({_BLANK, float}),
    FieldType.MONEY: frozenset({_BLANK, float}),
    FieldType.PERCENT: frozenset({_BLANK, float}),
    FieldType.DATE: frozenset({_BLANK, dt.date, dt.datetime}),
    FieldType.SCHEDULE: frozenset({_BLANK, dt.date, dt.datetime}),
}


@dataclass(frozen=True, slots=True)
class ColumnFit:
    """A column under a header that names a field: how many of its values are filled, and the share that fits."""

    column: int
    filled: int
    share: float


def choose_columns(
    sheet: Sheet, header: Header, words: LayoutWords, part: TableWords
) -> tuple[LineTable, tuple[Problem, ...]]:
    """The table with one column for each field that its headers name, and the columns that were not taken.

    Of two columns with one label that whose values fit is taken; where both do, neither, and that is a problem.
    """
    columns: dict[str, int] = {}
    problems: list[Problem] = []
    for name, found in header.matched.items():
        field = part.fields[name]
        fits = [_measure_column(sheet, header.row, column, field) for column in found]
        misfits = [one for one in fits if _is_misfit(one, alone=len(fits) == 1)]
        fitting = [one for one in fits if one not in misfits]
        best = _best_fit(fitting)
        rivals = [
            one
            for one in fitting
            if best
            and one is not best
            and one.filled
            and best.share - one.share < _ALIKE
            and _differ(sheet, header.row, best.column, one.column)
        ]
        if best is not None and not rivals:
            columns[name] = best.column
        problems += [_tell_misfit(sheet, header, one.column, field, best is None) for one in misfits]
        for other in rivals:
            first = sheet.place(header.row, found[0] if best is None else best.column).cell
            problems.append(error("header-repeated", sheet.place(header.row, other.column), name, other=first))
    headers = {
        column: Cell(text, sheet.place(header.row, column))
        for column, text in header.texts.items()
        if not is_blank(text)
    }
    taken = {column for found in header.matched.values() for column in found}
    dates = {column: cell for column, cell in headers.items() if column not in taken and read_date_header(cell.value)}
    table = LineTable(header.row, columns, header.top, headers, dates if words.across else {})
    if dates and not words.across:
        problems.append(warning("column-not-read", min_cell(dates).place, header=written_text(min_cell(dates).value)))
    problems += _unread_columns(sheet, table, words, part, {*taken, *dates})
    return table, tuple(problems)


def min_cell(cells: Mapping[int, Cell]) -> Cell:
    """The leftmost of cells by column."""
    return cells[min(cells)]


def _differ(sheet: Sheet, row: int, column: int, other: int) -> bool:
    """True where two columns do not say the same all the way down."""
    return any(sheet.value(at, column) != sheet.value(at, other) for at in range(row + 1, len(sheet.rows)))


def _best_fit(fitting: Sequence[ColumnFit]) -> ColumnFit | None:
    """The filled column whose values fit best, the first of those alike; without a filled one the first."""
    filled = [one for one in fitting if one.filled] or fitting
    top = max((one.share for one in filled), default=0.0)
    return next((one for one in filled if top - one.share < _ALIKE), None)


def _is_misfit(one: ColumnFit, *, alone: bool) -> bool:
    return one.share < _ENOUGH and one.filled >= (_FEW if alone else 1)


def _measure_column(sheet: Sheet, row: int, column: int, field: FormField) -> ColumnFit:
    under = [line for line in sheet.rows[row + 1 : row + 1 + _LOOKED_AT] if column < len(line)]
    values = [line[column] for line in under]
    if _NATIVE[field.type].issuperset(map(type, values)):
        return ColumnFit(column, len(values) - sum(map(is_blank, values)), 1.0)
    counts: Counter[Scalar] = Counter(value for value in values if value is not None)
    misfits = {value for value in counts if type(value) not in _NATIVE[field.type] and not fits_field(value, field)}
    if misfits:  # sums, and headers that each printed page has, tell nothing
        header = label_key(written_text(sheet.value(row, column)))
        counts = Counter([line[column] for line in under if find_sum_word(line) is None])
        counts = Counter({value: n for value, n in counts.items() if label_key(written_text(value)) != header})
    filled = sum(count for value, count in counts.items() if not is_blank(value))
    unfit = sum(counts[value] for value in misfits)
    return ColumnFit(column, filled, 1 - unfit / filled if filled else 1.0)


def _tell_misfit(sheet: Sheet, header: Header, column: int, field: FormField, is_lost: bool) -> Problem:
    """An error where nothing can be taken without the field; the column is told once, not each of its cells."""
    under = ((row, sheet.value(row, column)) for row in range(header.row + 1, len(sheet.rows)))
    sample = next((value for _, value in under if not is_blank(value) and not fits_field(value, field)), None)
    tell = error if is_lost and is_indispensable(field) else warning
    return tell(
        "column-does-not-fit",
        sheet.place(header.row, column),
        field.name,
        header=written_text(header.texts.get(column)),
        value=written_text(sample),
    )


def _unread_columns(
    sheet: Sheet, table: LineTable, words: LayoutWords, part: TableWords, known: set[int]
) -> Iterator[Problem]:
    missing = {label: name for label, name in part.labels.items() if name not in table.columns}
    for column, cell in table.headers.items():
        if column in known or not isinstance(cell.value, str) or label_key(cell.value) in words.ignored:
            continue
        if any(not is_blank(sheet.value(row, column)) for row in range(table.row + 1, len(sheet.rows))):
            yield tell_unread_header(cell, missing)


def tell_unread_header(cell: Cell, missing: Labels) -> Problem:
    """A header that names no field; with the field that it was probably meant for, where that is `missing`."""
    text = written_text(cell.value)
    near = nearest_field(text, missing) if missing and len(text) <= LONGEST_LABEL else ""
    if near:
        return warning("header-near-match", cell.place, near, header=text)
    return warning("column-not-read", cell.place, header=text)
