"""The replay: archive/ alone gives the same ledger again."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from xltools.core.place import Place
from xltools.core.plan import AppendEvents, Plan, WriteFile
from xltools.core.problem import Problem, error, warning
from xltools.core.watch import Watch
from xltools.desk.archive_alone import recall_files
from xltools.desk.failure import RulesError, UsageError
from xltools.desk.inputs import ReceivedFile, RunInputs
from xltools.desk.manifest import Manifest, ManifestDocument, list_manifests, read_layers, read_manifest
from xltools.desk.paper_shelf import PaperShelf
from xltools.desk.planning import plan_run
from xltools.desk.reading import open_workers, recall_verdict
from xltools.desk.session import (
    SETTINGS_FILE,
    Desk,
    MasterWorkbook,
    master_path,
    open_desk_at,
    read_master,
)
from xltools.desk.shared_changes import SharedChanges
from xltools.desk.shared_workbooks import read_shared_workbooks
from xltools.desk.snapshot import master_copy, rules_copy, template_copy
from xltools.desk.tracker import plan_tracker
from xltools.desk.verification import check_copies
from xltools.edge.folders import walk_files
from xltools.edge.journal import carry_out, write_durably
from xltools.edge.links import is_link
from xltools.edge.workers import Limits, Workers
from xltools.forms.load import load_rules
from xltools.ledger.replay import Ledger

# What a run could read is read again, if need be on a slower or a busier machine.
PATIENCE = Limits(seconds=600, megabytes=4_000)


def rebuild_desk_at(desk: Desk, into: Path, watch: Watch = iter) -> tuple[Desk, tuple[Problem, ...]]:
    """A new desk whose ledger, papers and tracker are made again from archive/ alone.

    UsageError where `into` is not empty. It ends at the first run that has problems: its manifest can't be read, what
    it depended on is not in archive/ as it was, or it does not come to the ledger that it once came to
    (`rebuild-differs`).
    """
    if into.exists() and any(into.iterdir()):
        raise UsageError([error("desk-exists", Place(str(into)), path=into)])
    archive = desk.folders.archive
    into.mkdir(parents=True, exist_ok=True)
    _copy_files(desk.path / archive, into / archive)
    if (desk.path / SETTINGS_FILE).is_file():
        shutil.copyfile(desk.path / SETTINGS_FILE, into / SETTINGS_FILE)
        for folder in ("rules", "templates", desk.folders.master):
            _copy_files(desk.path / folder, into / folder)
    else:
        for file, content in recall_files(desk):
            write_durably(into / file, content)
    rebuilt, notes = _with_own_ledger(open_desk_at(into, desk.language))
    with open_workers(PATIENCE) as workers:
        caught = catch_up(rebuilt, Ledger(), workers, watch)
    if not caught.problems and caught.inputs is not None:
        _write_shared(rebuilt, caught.ledger, caught.inputs)
    return rebuilt, (*notes, *caught.problems)


@dataclass(frozen=True)
class CaughtUp:
    """How far a replay came: the ledger, the last run's inputs (None: none was done again), and what stopped it."""

    ledger: Ledger
    inputs: RunInputs | None = None
    problems: tuple[Problem, ...] = ()


def catch_up(desk: Desk, ledger: Ledger, workers: Workers, watch: Watch = iter) -> CaughtUp:
    """Does the runs again that archive/ knows of and the ledger does not: their events, and their papers.

    `ledger` is what the desk's store holds. It ends at the first run that has problems.
    """
    inputs = None
    for path in watch(list_manifests(desk.path / desk.folders.archive)):
        place = Place(path.relative_to(desk.path).as_posix())
        try:
            manifest = read_manifest(path.read_bytes())
        except (ValueError, KeyError, TypeError) as trouble:
            return CaughtUp(ledger, inputs, (error("manifest-unreadable", place, reason=trouble),))
        if manifest.last_event == ledger.number and manifest.head != ledger.head:
            return CaughtUp(ledger, inputs, (error("manifest-head-differs", place, number=ledger.number),))
        if manifest.first_event <= ledger.number:
            continue
        if manifest.first_event != ledger.number + 1:
            gap = error("manifest-gap", place, expected=ledger.number + 1, found=manifest.first_event)
            return CaughtUp(ledger, inputs, (gap,))
        if spoilt := tuple(check_copies(desk, manifest)):
            return CaughtUp(ledger, inputs, spoilt)
        inputs = recall_inputs(desk, manifest, ledger, workers)
        planned = plan_run(inputs, desk.catalogue, workers)
        if planned.ledger.head != manifest.head:
            differs = error("rebuild-differs", place, expected=manifest.head, found=planned.ledger.head)
            return CaughtUp(ledger, inputs, (differs,))
        carry_out(_without_tracker(planned.plan, desk), desk.path, desk.store)
        ledger = planned.ledger
    return CaughtUp(ledger, inputs)


def _write_shared(desk: Desk, ledger: Ledger, inputs: RunInputs) -> None:
    """The shared workbooks, which are written once, at the end; `inputs` are the last run's."""
    books, _ = read_shared_workbooks(desk, ledger.desk_id, reread=False)
    last = replace(inputs, rules=desk.rules, changes=SharedChanges(), shared=books, problems=())
    assessment = desk.assess(ledger, last.as_of)
    written = plan_tracker(last, ledger, assessment, desk.catalogue, edits=0, conflicts=0)
    carry_out(Plan(written.actions), desk.path, desk.store)


def _copy_files(source: Path, target: Path) -> None:
    """A folder's files, without those that are links: what they lead to is none of the desk's."""
    for path in walk_files(source):
        if not is_link(path):
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)


def _with_own_ledger(desk: Desk) -> tuple[Desk, tuple[Problem, ...]]:
    """The desk with its ledger in .desk/, whatever database its settings name: that one holds the old desk's."""
    settings = desk.rules.settings
    if not settings.ledger.url:
        return desk, ()
    own = replace(settings, ledger=type(settings.ledger)())
    note = warning("ledger-elsewhere", Place(SETTINGS_FILE), url=settings.ledger.url.rpartition("@")[2])
    return replace(desk, rules=replace(desk.rules, settings=own)), (note,)


def _without_tracker(plan: Plan, desk: Desk) -> Plan:
    """Events and papers: the archive is there already, and the tracker is written once, at the end."""
    papers = f"{desk.folders.papers}/"
    return Plan(
        tuple(
            action
            for action in plan.actions
            if isinstance(action, AppendEvents) or (isinstance(action, WriteFile) and action.path.startswith(papers))
        )
    )


def recall_inputs(desk: Desk, manifest: Manifest, ledger: Ledger, workers: Workers) -> RunInputs:
    """The inputs of an earlier run, from its manifest and the copies in archive/."""
    archive = desk.folders.archive
    layers = read_layers(_read_copy(desk, rules_copy(archive, manifest.rules)))
    rules, problems = load_rules(layers)
    if rules is None:
        raise RulesError(problems)
    master = tuple(
        MasterWorkbook(form, master_path(rules.forms[form], rules), _read_copy(desk, master_copy(archive, sha256)))
        for form, sha256 in manifest.master.items()
    )
    tables, _ = read_master(master, rules, manifest.as_of, workers)
    received = [_recall_file(desk, document) for document in manifest.documents]
    return RunInputs(
        as_of=manifest.as_of,
        number=manifest.number,
        rules=rules,
        layers=layers,
        ledger=ledger,
        tables=tables,
        master=master,
        templates={
            name: _read_copy(desk, template_copy(archive, name, sha256)) for name, sha256 in manifest.templates.items()
        },
        received=tuple(received),
        changes=SharedChanges(
            edits=manifest.edits,
            findings=manifest.findings,
            answers=manifest.answers,
            typed=manifest.typed,
            reviews=manifest.reviews,
            tracker=manifest.tracker,
        ),
        closes_year=manifest.closed_year,
        shelf=PaperShelf(occupied=manifest.occupied),
        read_archived=lambda archived: _read_copy(desk, archived),
        held=manifest.held,
    )


def _recall_file(desk: Desk, document: ManifestDocument) -> ReceivedFile:
    content = _read_copy(desk, document.archived)
    verdict = recall_verdict(document.verdict, document.file)
    return ReceivedFile(document.file, document.customer, content, document.sha256, document.archived, verdict)


def _read_copy(desk: Desk, file: str) -> bytes:
    return (desk.path / file).read_bytes()
