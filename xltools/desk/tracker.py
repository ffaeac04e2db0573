"""The order tracker's part of a run: the new file, what of it changed, and what is kept to read people's edits back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from xltools.books.build import build_workbook
from xltools.core.codec import canonical_json
from xltools.core.grid import Grid
from xltools.core.plan import Action, WriteFile
from xltools.core.sheet import Range
from xltools.desk.inputs import GENERATION, TRACKER_STATE, RunInputs, encode_generation, generation_file
from xltools.desk.result import TrackerResult
from xltools.desk.session import Assessment
from xltools.edge.folders import archive_path
from xltools.forms.messages import Catalogue
from xltools.forms.rules import Rules
from xltools.ledger.replay import Ledger
from xltools.reports.tracker import build_tracker, written_values

Rows = Mapping[tuple[str, str], tuple[str, ...]]


@dataclass(frozen=True)
class TrackerPlan:
    """The writing of the tracker, none where it is right already or open elsewhere, and what the run says of it."""

    actions: tuple[Action, ...]
    result: TrackerResult


def plan_tracker(
    inputs: RunInputs, ledger: Ledger, assessment: Assessment, catalogue: Catalogue, edits: int
) -> TrackerPlan:
    """The tracker as the ledger has it on the as-of date.

    What was written under the file's generation id is kept before the file is replaced: a run that is cut short never
    takes its own writing for a person's.
    """
    settings = inputs.rules.settings
    say = catalogue.speaker(settings.language)
    archived = {one.sha256: one.archived for one in ledger.accepted.values()}
    grid = build_tracker(assessment.lines, inputs.rules, inputs.as_of, settings.language, say, archived)
    rows = _tracker_rows(grid, inputs.rules)
    written = canonical_json(encode_generation(rows, written_values(ledger.orders.values(), inputs.rules)))
    generation = hashlib.sha256(f"{ledger.head} {inputs.as_of} {written}".encode()).hexdigest()[:24]
    content = build_workbook([grid], inputs.as_of, {GENERATION: generation}, say("ui-tracker-title"))
    sha256 = hashlib.sha256(content).hexdigest()
    added, changed = _count_changes(inputs.tracker.rows, rows)
    conflicts = sum(problem.code == "tracker-edits-differ" for problem in inputs.problems)
    queued = inputs.tracker.is_open and sha256 != inputs.tracker.written_sha256
    result = TrackerResult(settings.folders.tracker, added, changed, edits, conflicts, queued)
    if inputs.tracker.is_open or sha256 == inputs.tracker.sha256:
        return TrackerPlan((), result)
    if inputs.tracker.generation == generation and not inputs.edits:
        # Saved again, sorted or coloured perhaps, with the same values: nothing to write over it for.
        return TrackerPlan((), result)
    actions = (
        *_keep_edited(inputs),
        *_keep_baseline(inputs),
        WriteFile(generation_file(generation), written.encode(), expected=None),
        WriteFile(settings.folders.tracker, content, expected=inputs.tracker.sha256),
        _keep_state(generation, sha256),
    )
    return TrackerPlan(actions, result)


def _keep_state(generation: str, sha256: str) -> WriteFile:
    state = canonical_json({"generation": generation, "sha256": sha256}).encode()
    return WriteFile(TRACKER_STATE, state, expected=None)


def _keep_baseline(inputs: RunInputs) -> tuple[Action, ...]:
    """The edits taken become part of what is known of the file they stand in.

    Should the new tracker not come to be written, a person who takes an edit back in that file is still understood.
    """
    tracker = inputs.tracker
    if not tracker.generation or not inputs.edits:
        return ()
    taken = {(edit.order, edit.line, edit.field): edit.value for edit in inputs.edits}
    written = canonical_json(encode_generation(tracker.rows, {**tracker.written, **taken}))
    return (WriteFile(generation_file(tracker.generation), written.encode(), expected=None),)


def _keep_edited(inputs: RunInputs) -> tuple[Action, ...]:
    """The tracker as people left it goes to archive/ before it is written over."""
    if inputs.tracker.edited is None:
        return ()
    folders = inputs.rules.settings.folders
    name = PurePosixPath(folders.tracker).name
    return (WriteFile(archive_path(folders, inputs.as_of, name, inputs.tracker.sha256), inputs.tracker.edited),)


def _tracker_rows(grid: Grid, rules: Rules) -> dict[tuple[str, str], tuple[str, ...]]:
    """The text of each row by order and line, to count what a run changed."""
    columns = [column.column for column in rules.tracker.columns]
    order, line = columns.index("order_no"), columns.index("line_no")
    block = grid.table.block if grid.table else Range(0, 0, -1, -1)
    rows = {}
    for row in range(block.top + 1, block.bottom + 1):
        cells = [grid.cells.get((row, column)) for column in range(len(columns))]
        texts = tuple("" if cell is None or cell.value is None else str(cell.value) for cell in cells)
        if texts[order]:
            rows[texts[order], texts[line]] = texts
    return rows


def _count_changes(before: Rows, after: Rows) -> tuple[int, int]:
    """Rows added, and cells changed in rows that were there before."""
    added = sum(key not in before for key in after)
    changed = sum(
        old != new
        for key, cells in after.items()
        if key in before
        for old, new in zip(before[key], cells, strict=False)
    )
    return added, changed
