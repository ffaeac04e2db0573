"""The tracker as people left it × as it was written → what they typed, and what else they did to it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from xltools.core.cell_text import same_text
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.record import Answer, Edit, FieldValue, Finding
from xltools.core.sheet import CellError, Workbook
from xltools.core.table_state import RowKey, TableState
from xltools.core.text import label_key, normalize_text
from xltools.forms.model import ORDER_FORM, FormField
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import COMPUTED_COLUMNS, TRACKER_SHEET, TRACKER_TABLE
from xltools.intake.conventions import NOTHING_SETTLED, Conventions, find_conventions
from xltools.intake.convert import convert_cell, convert_scalar, is_left_blank
from xltools.intake.identify import Match
from xltools.intake.labels import Labels
from xltools.intake.shared_table import FoundTable, find_shared_table, holds_columns
from xltools.intake.tracker_rows import KEY, ORDER_KEY, OrderLineKey, TrackerRows, tell_rows
from xltools.intake.typed_rows import copied_changes, dated_numbers, match_typed_rows

MOST_QUESTIONS = 50  # deleted rows that are asked about one by one
_IS_DATE = "order-number-is-date"
_Spot = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TrackerReading:
    """What people did to a tracker.

    `found` is its table and `rows` which row is which, `edits` what they typed where they may, `findings` what else
    they did, `typed` the rows that are orders, `spared` the cells (row and column of the sheet) whose content can't be
    taken and must not be written over; `found` has what was written in these, so that they are told until they are
    mended.
    """

    found: FoundTable
    rows: TrackerRows
    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()
    typed: Match | None = None
    spared: frozenset[tuple[int, int]] = frozenset()
    problems: tuple[Problem, ...] = ()

    @property
    def kept(self) -> Mapping[RowKey, int]:
        """The rows of order lines by their key."""
        return {(order, line): row for (order, line), row in self.rows.kept.items()}


def read_tracker(
    workbook: Workbook, rules: Rules, before: TableState | None, known: Collection[OrderLineKey]
) -> TrackerReading | Problem:
    """What people did to the tracker since it was written as `before`; None where that is not known any more.

    `known` are the order lines of the ledger. Problem tracker-not-found where its key columns are not there.
    """
    found = find_shared_table(workbook, TRACKER_TABLE, column_labels(rules), KEY, before)
    if found is None:
        return error("tracker-not-found", Place(workbook.file))
    if before and len(before.columns.keys() - found.columns.keys()) > len(before.columns) // 3:
        return error("tracker-not-found", Place(workbook.file))  # another list of the same orders, or no list at all
    rows = tell_rows(found, before, known)
    dated = dated_numbers(found, rows)
    rows = replace(
        rows,
        typed=tuple(row for row in rows.typed if row not in dated),
        copied=tuple(one for one in rows.copied if one[0] not in dated),
    )
    form = rules.forms[ORDER_FORM]
    entered = [name for name in found.columns if name not in COMPUTED_COLUMNS]
    fields = {name: one for name in entered if (one := form.field(name)) and one.editable}
    line_fields = frozenset(name for name in fields if form.is_line_field(name))
    conventions = find_conventions(rules, None, None)
    reader = _CellReader(found, fields, line_fields, before, workbook.saved_by, conventions)
    for key, row in rows.kept.items():
        reader.read_row(key, row)
    edits = reader.finish()
    findings = (
        *reader.findings,
        *_row_findings(found, rows, before, known, workbook.saved_by),
        *_dated_findings(found, dated, workbook.saved_by),
    )
    problems = (
        *_copied_sheets(workbook, found, rules, before),
        *_missing_columns(found, rules, before),
        *reader.problems,
        *_row_problems(found, rows),
        *(error(_IS_DATE, found.sheet.place(row, at), ORDER_KEY) for row, at in dated.items()),
    )
    return TrackerReading(
        found=found.with_texts(reader.bases),
        rows=rows,
        edits=edits,
        findings=findings,
        typed=match_typed_rows(found, rows, rules, before),
        spared=frozenset(reader.spared),
        problems=problems,
    )


def read_overwritten(
    workbook: Workbook, table: str, labels: Labels, before: TableState, known: Collection[OrderLineKey]
) -> tuple[Finding, ...]:
    """What people typed over a table of order lines in which nothing is theirs, such as the prices."""
    found = find_shared_table(workbook, table, labels, KEY, before)
    if found is None:
        return ()
    reader = _CellReader(found, {}, frozenset(), before, workbook.saved_by)
    for key, row in tell_rows(found, before, known).kept.items():
        reader.read_row(key, row)
    return tuple(reader.findings)


def read_answers(found: FoundTable, saved_by: str, before: TableState | None = None) -> tuple[Answer, ...]:
    """What people answered on the sheet of items to resolve; what was written there (`before`) is no answer."""
    answers = []
    for row in found.rows():
        item, text = found.key(row, ("id",))[0], found.text(row, "answer")
        was = ((before.texts((item,)) if before else None) or {}).get("answer", "")
        if item and text and not same_text(was, text):
            place = found.sheet.place(row, found.columns["answer"])
            answers.append(Answer(item, text, place, saved_by, was))
    return tuple(answers)


def column_labels(rules: Rules) -> Labels:
    """The tracker's headers, as its columns or the form's fields name them."""
    form = rules.forms[ORDER_FORM]
    index: dict[str, str] = {}
    for column in rules.tracker.columns:
        found = form.field(column.column)
        label = column.label or (found.label if found else None)
        if label:
            for words in (label.zh, label.en, label.text.both):
                index.setdefault(label_key(words), column.column)
    return index


@dataclass(frozen=True, slots=True)
class _Typed:
    """An edit, the row it stands in, and the text that was written there."""

    edit: Edit
    row: int
    before: str | None


class _CellReader:
    """Reads the cells of rows that are known: what differs from what was written there."""

    def __init__(
        self,
        found: FoundTable,
        fields: Mapping[str, FormField],
        line_fields: frozenset[str],
        before: TableState | None,
        saved_by: str,
        conventions: Conventions = NOTHING_SETTLED,
    ) -> None:
        self.found, self.before, self.saved_by = found, before, saved_by
        self.conventions = conventions
        self.fields, self.line_fields = fields, line_fields  # what people may type over, and which of it is of lines
        self.typed: dict[_Spot, list[_Typed]] = {}  # a header field may be typed in several rows of its order
        self.findings: list[Finding] = []
        self.spared: set[tuple[int, int]] = set()
        self.bases: dict[int, dict[str, str]] = {}  # what was written in spared cells, by row and column
        self.problems: list[Problem] = []

    def read_row(self, key: OrderLineKey, row: int) -> None:
        """One row: edits of what is theirs; what they typed over ours is one finding."""
        as_written = self.before.rows.get(key) if self.before else None
        if as_written and as_written[1] == self.found.packed[row] and row not in self.found.odd:
            return
        written = (self.before.texts(key) if self.before else None) or {}
        typed_over: list[tuple[str, str, str]] = []
        for name, text in self.found.texts(row).items():
            before = written.get(name)
            if name in self.fields:
                if before is None or not same_text(before, text) or self._is_error(row, name):
                    self._read_edit(key, row, name, before)
            elif before is not None and not same_text(before, text):
                typed_over.append((name, text, before))
        if typed_over:
            place = self.found.sheet.place(row, self.found.columns[typed_over[0][0]])
            order, line = key
            self.findings.append(
                Finding("cells-restored", order, line, cells=tuple(typed_over), place=place, by=self.saved_by)
            )

    def finish(self) -> tuple[Edit, ...]:
        """The edits; of an order's field that rows of it say differently none, and what stands there is left alone."""
        edits = []
        for first, *others in self.typed.values():
            differing = next((one.edit for one in others if one.edit.value != first.edit.value), None)
            if differing is None:
                edits.append(first.edit)
                continue
            name = differing.field
            self.problems.append(error("tracker-edits-differ", differing.place, name, other=first.edit.place.cell))
            for one in (first, *others):
                self._spare(one.row, name, one.before)
        return tuple(edits)

    def _is_error(self, row: int, name: str) -> bool:
        return row in self.found.odd and isinstance(self.found.sheet.value(row, self.found.columns[name]), CellError)

    def _spare(self, row: int, name: str, before: str | None) -> None:
        self.spared.add((row, self.found.columns[name]))
        self.bases.setdefault(row, {})[name] = before or ""

    def _read_edit(self, key: OrderLineKey, row: int, name: str, before: str | None) -> None:
        field, column = self.fields[name], self.found.columns[name]
        value = self._read_value(row, column, field)
        if isinstance(value, Problem):
            self.problems.append(value)
            self._spare(row, name, before)
            return
        was = None if before is None else _value_of(before, field)
        # Where it is not known what stood in a cell, a blank one may never have held anything.
        if value == was:
            return
        order, line = key
        place = self.found.sheet.place(row, column)
        edit = Edit(order, line, name, value, place, self.saved_by, was, before is not None)
        # A header field stands in each row of its order; typing in one of them is enough.
        spot = order, line if name in self.line_fields else "", name
        self.typed.setdefault(spot, []).append(_Typed(edit, row, before))

    def _read_value(self, row: int, column: int, field: FormField) -> FieldValue | Problem | None:
        """What stands in a cell; text that the field's type can't read is kept as that text, with a warning."""
        cell = self.found.sheet.cell(row, column)
        if is_left_blank(cell.value, field):
            return None
        converted = convert_cell(cell, field, conventions=self.conventions)
        if not isinstance(converted, Problem):
            return converted.value
        if isinstance(cell.value, CellError):
            return converted
        text = normalize_text(str(cell.value))
        self.problems.append(warning("edit-kept-as-text", cell.place, field.name, value=text))
        return text


def _value_of(text: str, field: FormField) -> FieldValue | None:
    """The value whose text was written, as the field's type reads it; text that it can't read was kept as such."""
    if not text:
        return None
    converted = convert_scalar(text, field, Place(""))
    return text if isinstance(converted, Problem) else converted


def _row_findings(
    found: FoundTable, rows: TrackerRows, before: TableState | None, known: Collection[OrderLineKey], saved_by: str
) -> Iterator[Finding]:
    """Rows of order lines that were deleted, and copies that say nothing of their own."""
    place = found.sheet.place(found.block.top, found.block.left)
    gone = [key for key in rows.gone if key in known]
    if len(gone) <= MOST_QUESTIONS:
        for order, line in gone:
            yield Finding("row-deleted", order, line, place=place, by=saved_by)
    changes = copied_changes(found, rows, before)
    for row, (order, line) in rows.copied:
        if not changes[row]:
            place = found.sheet.place(row, found.block.left)
            yield Finding("row-duplicated", order, line, place=place, by=saved_by)


def _dated_findings(found: FoundTable, dated: Mapping[int, int], saved_by: str) -> Iterator[Finding]:
    for row, at in dated.items():
        typed, place = found.row_text(row), found.sheet.place(row, at)
        yield Finding("row-incomplete", field=ORDER_KEY, typed=typed, code=_IS_DATE, place=place, by=saved_by)


def _row_problems(found: FoundTable, rows: TrackerRows) -> Iterator[Problem]:
    if len(rows.gone) > MOST_QUESTIONS:
        yield error("tracker-rows-gone", found.sheet.place(found.block.top, found.block.left), count=len(rows.gone))
    for row in rows.notes:
        yield warning("tracker-row-unkeyed", found.sheet.place(row, found.block.left))


def _copied_sheets(workbook: Workbook, found: FoundTable, rules: Rules, before: TableState | None) -> Iterator[Problem]:
    """A copy under the sheet's own name, while ours is called otherwise: whoever made it works in the copy."""
    names = {TRACKER_SHEET, before.sheet if before else TRACKER_SHEET} - {found.sheet.name}
    for sheet in workbook.sheets:
        if sheet.name in names and not sheet.hidden and holds_columns(sheet, column_labels(rules), KEY):
            yield warning("tracker-sheet-copied", sheet.place(0, 0), sheet=found.sheet.name)


def _missing_columns(found: FoundTable, rules: Rules, before: TableState | None) -> Iterator[Problem]:
    """The columns that were written and are not found any more: what stands in them is not read."""
    if before is None:
        return
    form = rules.forms[ORDER_FORM]
    for name in before.columns:
        if name not in found.columns:
            label = form.field(name)
            header = before.headers[name]
            place = found.sheet.place(found.block.top, found.block.left)
            yield warning("tracker-column-missing", place, name if label else "", header=header)
