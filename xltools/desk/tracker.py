"""The shared workbooks' part of a run: what is patched in them, and what is kept to tell people's changes from ours."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xltools.books.patch import patch_workbook
from xltools.core.codec import canonical_json
from xltools.core.patch import BookPatch
from xltools.core.place import Place, cell_position
from xltools.core.plan import Action, Provided, RemoveFile, WriteFile
from xltools.core.problem import Problem, warning
from xltools.core.record import Finding
from xltools.core.table_state import RowKey, Tables, TableState, encode_tables
from xltools.desk.assessing import Assessment
from xltools.desk.inputs import RunInputs
from xltools.desk.result import TrackerResult
from xltools.desk.shared_tables import WantedTables, build_tables
from xltools.desk.shared_workbooks import DESK_ID, GENERATION, MOST_GENERATIONS, SharedWorkbook, TableReading
from xltools.desk.spared_cells import as_written, spared_cells
from xltools.forms.messages import Catalogue
from xltools.forms.tracker_columns import TRACKER_TABLE
from xltools.intake.edits import column_labels
from xltools.intake.shared_table import find_shared_table
from xltools.ledger.replay import Ledger
from xltools.reports.merge import merge_table, table_labels
from xltools.reports.table import SheetTable


@dataclass(frozen=True)
class OpenPatch:
    """What is to change in a shared workbook where it is open; it is then known under a generation id."""

    book: SharedWorkbook
    patch: BookPatch
    generation: str

    def settle(self, sha256: str) -> tuple[Action, ...]:
        """What is to be done once the workbook was changed and saved as the file of this sha256."""
        written = Provided(self.book.file, sha256)
        return (*_next_state(self.book, self.generation, written), *_remove_latest(self.book))


@dataclass(frozen=True)
class TrackerPlan:
    """The writing of the shared workbooks, none where they are right already, and what the run says of the tracker.

    `opened` are the changes of those that are open in the program that asks for the run, `unpatched` the files that
    can't be patched.
    """

    actions: tuple[Action, ...]
    result: TrackerResult
    problems: tuple[Problem, ...] = ()
    unpatched: frozenset[str] = frozenset()
    opened: tuple[OpenPatch, ...] = ()


@dataclass(frozen=True)
class _BookPlan:
    """The writing of one shared workbook; `queued` says that its changes wait, `added` and `changed` count them."""

    actions: tuple[Action, ...] = ()
    queued: bool = False
    added: int = 0
    changed: int = 0
    problems: tuple[Problem, ...] = ()
    unpatched: bool = False
    opened: OpenPatch | None = None


def plan_tracker(
    inputs: RunInputs, ledger: Ledger, assessment: Assessment, catalogue: Catalogue, *, edits: int, conflicts: int
) -> TrackerPlan:
    """The shared workbooks as the ledger has them on the as-of date: patched where they differ, else left alone.

    What was written under a file's generation id is kept before the file is replaced: a run that is cut short never
    takes its own writing for a person's.
    """
    wanted = WantedTables(inputs, ledger, assessment, catalogue.speaker(inputs.rules.settings.language))
    plans = {book.file: _plan_book(book, build_tables(book, wanted), inputs, ledger) for book in inputs.shared}
    file = inputs.rules.settings.folders.tracker
    main = plans.get(file, _BookPlan())
    queued = any(plan.queued for plan in plans.values())
    return TrackerPlan(
        tuple(action for plan in plans.values() for action in plan.actions),
        TrackerResult(file, main.added, main.changed, edits, conflicts, queued),
        tuple(problem for plan in plans.values() for problem in plan.problems),
        frozenset(file for file, plan in plans.items() if plan.unpatched),
        tuple(plan.opened for plan in plans.values() if plan.opened),
    )


def find_untrue(inputs: RunInputs, tracker: TrackerPlan) -> tuple[Finding, ...]:
    """The findings that cells were put back, in workbooks that can't be patched: what was typed there still stands."""
    return tuple(
        found
        for found in inputs.changes.findings
        if found.kind == "cells-restored" and found.place.file in tracker.unpatched
    )


def _plan_book(book: SharedWorkbook, wanted: tuple[SheetTable, ...], inputs: RunInputs, ledger: Ledger) -> _BookPlan:
    if book.is_new and not book.kind.starts_empty and not any(table.rows for table in wanted):
        return _BookPlan()
    stands = _own_captions(book, _standing_tables(book, wanted, inputs, ledger))
    spared = {table.name: spared_cells(book, table, stands[table.name]) for table in wanted if table.name in stands}
    withheld = [found for found in inputs.changes.withheld if found.place.file == book.file]
    if withheld and book.main_table in stands:
        stands, cells = as_written(book, stands, withheld)
        spared[book.main_table] |= cells
    merged = {
        table.name: merge_table(
            table,
            stands[table.name],
            owns_caption=book.is_new or bool(stands[table.name].caption),
            spared=spared[table.name],
        )
        for table in wanted
        if table.name in stands
    }
    lost = _lost_sheets(book, wanted, stands)
    main = merged.get(wanted[0].name)
    if main is None:
        return _BookPlan(problems=lost)
    counted = _BookPlan(added=main.added, changed=main.changed, problems=lost)
    if not book.is_new and not any(one.is_changed for one in merged.values()):
        return replace(counted, actions=(*_accept(book, stands), *_remove_latest(book)))
    tables = {name: one.state for name, one in merged.items()}
    packed = encode_tables(tables)
    generation = hashlib.sha256(packed).hexdigest()[:24]
    patches = [one.patch for one in merged.values() if one.is_changed]
    kept = WriteFile(book.generation_file(generation), packed, expected=None, required=True)
    if book.is_open and not book.blocked:
        patch = BookPatch(book.file, tuple(patches), _properties(generation, ledger))
        actions = (*_settle(book, _unsaved(book, stands)), *_forget(book, generation), kept, *_back_up(book))
        return replace(counted, actions=actions, opened=OpenPatch(book, patch, generation))
    content = patch_workbook(book.content, patches, _properties(generation, ledger), book.file)
    if isinstance(content, Problem):
        stand_in = () if book.template is None else _plan_stand_in(book.template, wanted, ledger)
        left = replace(counted, actions=(*_settle(book, stands), *stand_in), problems=(*lost, content))
        return replace(left, queued=True, unpatched=True)
    if book.blocked:
        return replace(counted, actions=(kept, *_write_latest(book, generation, content)), queued=True)
    written = Provided(book.file, hashlib.sha256(content).hexdigest())
    actions = (
        *_settle(book, stands),
        kept,
        *_back_up(book),
        WriteFile(book.file, content, expected=book.sha256),
        *_next_state(book, generation, written),
        *_remove_latest(book),
    )
    return replace(counted, actions=actions)


def _properties(generation: str, ledger: Ledger) -> Mapping[str, str]:
    """What the file says of itself: which writing it is, and whose."""
    return {GENERATION: generation, **({DESK_ID: ledger.desk_id} if ledger.desk_id else {})}


def _plan_stand_in(anew: SharedWorkbook, wanted: tuple[SheetTable, ...], ledger: Ledger) -> tuple[Action, ...]:
    """A workbook that can't be patched is left alone; beside it one anew shows the newest."""
    merged = {
        table.name: merge_table(table, stands, owns_caption=True)
        for table in wanted
        if (stands := _find_state(anew, table, table_labels(table)))
    }
    packed = encode_tables({name: one.state for name, one in merged.items()})
    generation = hashlib.sha256(packed).hexdigest()[:24]
    patches = [one.patch for one in merged.values() if one.is_changed]
    content = patch_workbook(anew.content, patches, _properties(generation, ledger), anew.latest_file)
    if isinstance(content, Problem):
        return ()
    kept = WriteFile(anew.generation_file(generation), packed, expected=None, required=True)
    return (kept, *_write_latest(anew, generation, content))


def _standing_tables(book: SharedWorkbook, wanted: tuple[SheetTable, ...], inputs: RunInputs, ledger: Ledger) -> Tables:
    """Our tables as they stand in the workbook: as they were written, or found again where people changed it."""
    if book.workbook is None:
        return book.written
    stands: dict[str, TableState] = {}
    for table in wanted:
        reading = book.reading if table.name == book.main_table else None
        if reading:
            stands[table.name] = reading.found.state({**reading.kept, **_taken_rows(reading, ledger)})
            continue
        labels = column_labels(inputs.rules) if table.name == TRACKER_TABLE else table_labels(table)
        if found := _find_state(book, table, labels):
            stands[table.name] = found
    return stands


def _find_state(book: SharedWorkbook, table: SheetTable, labels: Mapping[str, str]) -> TableState | None:
    """A table as it stands in the workbook that was read; None where it is not there."""
    if book.workbook is None:
        return None
    found = find_shared_table(book.workbook, table.name, labels, table.key, book.written.get(table.name))
    if found is None:
        return None
    return found.state(found.rows_by_key(table.key) if table.key else found.rows_by_position())


def _taken_rows(reading: TableReading, ledger: Ledger) -> dict[RowKey, int]:
    """The rows that people typed and that are orders now, by their order line."""
    sheet = reading.found.sheet
    return {
        (order.number, line.number): cell_position(line.place.cell)[0]
        for order in ledger.orders.values()
        if order.document == sheet.sha256
        for line in order.lines
        if line.place.sheet == sheet.name
    }


def _own_captions(book: SharedWorkbook, stands: Tables) -> Tables:
    """The tables with no caption where what stands above the header is not what we wrote there: it never is again."""
    known = {name: table.caption for name, table in book.written.items()}
    return {
        name: table if book.is_new or known.get(name) == table.caption else replace(table, caption="")
        for name, table in stands.items()
    }


def _lost_sheets(book: SharedWorkbook, wanted: tuple[SheetTable, ...], stands: Tables) -> tuple[Problem, ...]:
    """A list of open items that somebody took away is told; whoever takes the dashboard away doesn't want it."""
    lost = [table for table in wanted if table.has_editable and table.name not in stands]
    return tuple(warning("tracker-sheet-missing", Place(book.file), sheet=table.sheet) for table in lost)


def _accept(book: SharedWorkbook, stands: Tables) -> tuple[Action, ...]:
    """People changed the file, and nothing is to be written: from now on it is known as it is."""
    settled = _settle(book, stands)
    return (*settled, *_next_state(book, book.generation, Provided(book.file, book.sha256))) if settled else ()


def _settle(book: SharedWorkbook, stands: Tables) -> tuple[Action, ...]:
    """What the run dealt with becomes part of what is known of the file it stands in.

    Should the new one not come to be written, nothing is taken twice, and what people take back in it is understood.
    """
    if book.is_new or book.blocked or book.workbook is None or not book.generation:
        return ()
    return (WriteFile(book.settled_file(book.generation), encode_tables(stands), expected=None, required=True),)


def _unsaved(book: SharedWorkbook, stands: Tables) -> Tables:
    """What is known of the file of a workbook that is open, should nobody save it: its values are as they were written.

    Only the rows that people typed there count as known, so that none is taken twice.
    """
    return {
        name: replace(table, rows={**table.rows, **book.written[name].rows})
        if name in book.written and tuple(book.written[name].columns) == tuple(table.columns)
        else book.written.get(name, table)
        for name, table in stands.items()
    }


def _forget(book: SharedWorkbook, generation: str) -> tuple[Action, ...]:
    """Nobody knows what the file of an open workbook will be saved as: the next run reads it anew."""
    content = _encode_state(book.state.generation, "", _kept(book, generation)[-MOST_GENERATIONS:])
    return (WriteFile(book.state_file, content, expected=None),)


def _next_state(book: SharedWorkbook, generation: str, written: Provided) -> tuple[Action, ...]:
    """The state once the file is written, and the taking away of what was kept of writings long ago."""
    kept = _kept(book, generation)
    content = _encode_state(generation, written.sha256, kept[-MOST_GENERATIONS:])
    return (
        WriteFile(book.state_file, content, expected=None, provided=written),
        *(
            RemoveFile(file, None, written)
            for one in kept[:-MOST_GENERATIONS]
            for file in (book.generation_file(one), book.settled_file(one))
        ),
    )


def _kept(book: SharedWorkbook, generation: str) -> tuple[str, ...]:
    """The generations that are known, this one as the latest."""
    return (*(one for one in book.state.kept if one != generation), generation)


def _encode_state(generation: str, sha256: str, kept: Sequence[str]) -> bytes:
    return canonical_json({"generation": generation, "sha256": sha256, "kept": list(kept)}).encode()


def _back_up(book: SharedWorkbook) -> tuple[Action, ...]:
    return () if book.is_new else (WriteFile(book.backup_file, book.content, expected=None, required=True),)


def _remove_latest(book: SharedWorkbook) -> tuple[Action, ...]:
    if not book.latest or book.blocked:
        return ()
    return RemoveFile(book.latest_file, book.latest), RemoveFile(book.latest_state, None)


def _write_latest(book: SharedWorkbook, generation: str, content: bytes) -> tuple[Action, ...]:
    """The stand-in beside a workbook that can't be written; one that somebody typed into is left alone."""
    latest = Provided(book.latest_file, hashlib.sha256(content).hexdigest())
    state = _encode_state(book.state.generation, book.state.sha256, _kept(book, generation))
    return (
        WriteFile(latest.path, content, expected=book.latest, read_only=True),
        WriteFile(book.latest_state, latest.sha256.encode(), expected=None, provided=latest),
        WriteFile(book.state_file, state, expected=None),
    )
