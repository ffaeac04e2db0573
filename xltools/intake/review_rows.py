"""A review list as its department left it → what its rows say, as a document of the review form."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xltools.core.cell_text import same_text
from xltools.core.codec import value_text
from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.core.record import Document, FieldValue, Finding, Record, Value
from xltools.core.sheet import CellError
from xltools.core.table_state import RowKey, TableState
from xltools.forms.model import Form
from xltools.intake.check import all_problems, check_draft
from xltools.intake.complete import Draft
from xltools.intake.conventions import Conventions
from xltools.intake.convert import convert_cell, is_left_blank
from xltools.intake.shared_table import FoundTable

REVIEW_LAYOUT = "review-list"
ACCEPTED_BY = "accepted_by"
FOLLOWING = frozenset({"condition_done", "remark"})  # may still be said once the review is through
_AFTER_APPROVAL = "verdict-after-approval"


@dataclass(frozen=True, slots=True)
class AskedRow:
    """What a row of the list is about, and what was said of it so far; `settled` says that verdicts change no more.

    `whole` is True where what was said is a verdict that counts.
    """

    order: str
    revision: int
    line: str
    department: str
    change: str = ""
    said: Mapping[str, Value] = field(default_factory=dict)
    whole: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True)
class ReviewReading:
    """What people did to a review list.

    `kept` are its rows by task; `document` is what they newly say, None where nothing; `findings` what does not count.
    `spared` cells hold what is not whole yet, and are not written over; `found` has what was written there before.
    """

    found: FoundTable
    kept: Mapping[RowKey, int]
    document: Document | None = None
    findings: tuple[Finding, ...] = ()
    spared: frozenset[tuple[int, int]] = frozenset()
    problems: tuple[Problem, ...] = ()


def read_review_rows(
    found: FoundTable,
    key: Sequence[str],
    theirs: Collection[str],
    form: Form,
    asked: Mapping[str, AskedRow],
    before: TableState | None,
    conventions: Conventions,
    saved_by: str,
) -> ReviewReading:
    """What the rows of a list say that was not known; `asked` are its rows by task, `before` the table as written.

    `theirs` are the columns that the department types in, fields of the form.

    A row counts once it has all that the form awaits and nothing in it is wrong; until then it is left alone. Who takes
    a task on may say so before. Finding edit-refused for a verdict that was changed after its order's approval.
    """
    kept = found.rows_by_key(key)
    reader = _RowReader(found, form, [name for name in theirs if name in found.columns], conventions, saved_by)
    for (task,), row in kept.items():
        written = before.rows.get((task,)) if before else None
        if written and written[1] == found.packed[row] and row not in found.odd:
            continue
        if about := asked.get(task):
            reader.read_row(row, about, (before.texts((task,)) if before else None) or {})
    sheet = found.sheet
    records = tuple(reader.records)
    return ReviewReading(
        found=found.with_texts(reader.bases),
        kept=kept,
        document=Document(sheet.file, sheet.sha256, form.name, REVIEW_LAYOUT, records, saved_by=saved_by)
        if records
        else None,
        findings=tuple(reader.findings),
        spared=frozenset(reader.spared),
        problems=tuple(reader.problems),
    )


class _RowReader:
    """Reads rows one by one: a record of each that says something new."""

    def __init__(
        self, found: FoundTable, form: Form, theirs: Sequence[str], conventions: Conventions, saved_by: str
    ) -> None:
        self.found, self.form, self.theirs = found, form, theirs
        self.conventions, self.saved_by = conventions, saved_by
        self.records: list[Record] = []
        self.findings: list[Finding] = []
        self.problems: list[Problem] = []
        self.spared: set[tuple[int, int]] = set()
        self.bases: dict[int, dict[str, str]] = {}

    def read_row(self, row: int, about: AskedRow, written: Mapping[str, str]) -> None:
        """One row that is not as it was written."""
        self.findings += self._tell_restored(row, about, written)
        line = self._convert(row)
        said = {name: given.value for name, given in about.said.items() if name in self.theirs}
        differing = {
            name
            for name in self.theirs
            if name in line.spoilt or (line.values[name].value if name in line.values else None) != said.get(name)
        }
        if not differing:
            return
        if about.settled:
            self.findings += (self._refuse(row, name, about, said) for name in sorted(differing - FOLLOWING))
            differing &= FOLLOWING
            if spoilt := differing & line.spoilt:
                self.problems += line.problems
                self._leave(row, spoilt, written)
            differing -= spoilt
            line = _follow(line, about, differing, self.theirs)
            if not differing:
                return
        awaited = [name for name in self.form.awaits if name not in line.values]
        if awaited and not about.whole and ACCEPTED_BY in differing and ACCEPTED_BY in line.values:
            self._leave(row, differing - {ACCEPTED_BY}, written)
            self._take(row, about, Draft(line.place, {ACCEPTED_BY: line.values[ACCEPTED_BY]}))
        elif awaited or line.spoilt or not self._take(row, about, line):
            self.problems += line.problems
            self._leave(row, differing, written)

    def _convert(self, row: int) -> Draft:
        """What stands in the columns that are theirs."""
        line = Draft(self._place(row))
        for name in self.theirs:
            described = self.form.field(name)
            cell = self.found.sheet.cell(row, self.found.columns[name])
            if described is None or (not isinstance(cell.value, CellError) and is_left_blank(cell.value, described)):
                line.blanks[name] = cell.place
                continue
            given = convert_cell(cell, described, conventions=self.conventions)
            if isinstance(given, Problem):
                line.spoil(name, given)
            else:
                line.values[name] = given
        return line

    def _take(self, row: int, about: AskedRow, line: Draft) -> bool:
        """A record of what a row says; False, and its problems told, where a check of the form refuses it."""
        place = self._place(row)
        header: dict[str, FieldValue] = {"order_no": about.order, "revision": about.revision}
        if about.change:
            header["change_no"] = about.change
        if about.line:
            line.values["line_no"] = Value(about.line, place)
        line.values["department"] = Value(about.department, place)
        draft = Draft(place, {name: Value(value, place) for name, value in header.items()}, [line])
        check_draft(draft, self.form)
        if draft.fatal:
            line.problems = list(all_problems(draft))
            return False
        self.problems += all_problems(draft)
        self.records.append(draft.finish())
        return True

    def _place(self, row: int) -> Place:
        """The cell in which a row says its word."""
        first = next((name for name in self.form.awaits if name in self.found.columns), "")
        return self.found.sheet.place(row, self.found.columns.get(first, self.found.block.left))

    def _leave(self, row: int, names: Iterable[str], written: Mapping[str, str]) -> None:
        """Leaves cells as people have them, to be read again when they save."""
        for name in names:
            self.spared.add((row, self.found.columns[name]))
            self.bases.setdefault(row, {})[name] = written.get(name, "")

    def _refuse(self, row: int, name: str, about: AskedRow, said: Mapping[str, FieldValue]) -> Finding:
        return Finding(
            "edit-refused",
            about.order,
            about.line,
            name,
            typed=self.found.text(row, name),
            kept=self._words(name, said.get(name)),
            code=_AFTER_APPROVAL,
            place=self.found.sheet.place(row, self.found.columns[name]),
            by=self.saved_by,
        )

    def _words(self, name: str, value: FieldValue | None) -> str:
        """A value as the list shows it: a choice as its drop-down offers it."""
        described = self.form.field(name)
        chosen = next((one for one in described.choices if one.value == value), None) if described else None
        return chosen.label.text.both if chosen else value_text(value)

    def _tell_restored(self, row: int, about: AskedRow, written: Mapping[str, str]) -> Iterator[Finding]:
        """What was typed over what is ours in the row."""
        cells = tuple(
            (self.found.headers[name], text, written[name])
            for name, text in self.found.texts(row).items()
            if name not in self.theirs and name in written and not same_text(written[name], text)
        )
        if cells:
            place = self.found.sheet.place(row, self.found.block.left)
            yield Finding("cells-restored", about.order, about.line, cells=cells, place=place, by=self.saved_by)


def _follow(line: Draft, about: AskedRow, names: set[str], theirs: Sequence[str]) -> Draft:
    """The verdict as it stands, with what was said since of its condition."""
    values = {name: given for name, given in about.said.items() if name in theirs and name not in names}
    values |= {name: line.values[name] for name in names if name in line.values}
    return Draft(line.place, values)
