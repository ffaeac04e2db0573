"""The audit: does the desk hold what its ledger says, and does archive/ alone give the same ledger again?"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from xltools.core.place import Place
from xltools.core.plan import AppendEvents, Plan, WriteFile
from xltools.core.problem import Problem, error, warning
from xltools.desk.failure import RulesError, UsageError
from xltools.desk.inputs import ReceivedFile, RunInputs
from xltools.desk.manifest import Manifest, ManifestDocument, list_manifests, read_layers, read_manifest
from xltools.desk.paper_shelf import PaperShelf
from xltools.desk.planning import Watch, plan_run
from xltools.desk.reading import open_workers, recall_verdict
from xltools.desk.session import (
    SETTINGS_FILE,
    Desk,
    MasterWorkbook,
    load_messages,
    master_path,
    open_desk_at,
    read_master,
)
from xltools.desk.shared_changes import SharedChanges
from xltools.desk.shared_workbooks import read_shared_workbooks
from xltools.desk.snapshot import master_copy, rules_copy, template_copy
from xltools.desk.tracker import plan_tracker
from xltools.edge.folders import archive_path
from xltools.edge.journal import carry_out
from xltools.edge.workers import Limits, Workers
from xltools.forms.load import load_rules
from xltools.ledger.replay import Ledger, replay

# What a run could read is read again, if need be on a slower or a busier machine.
_PATIENCE = Limits(seconds=600, megabytes=4_000)


@dataclass(frozen=True)
class Verification:
    """The audit: the number of events, and all that is not as the ledger says."""

    events: int
    problems: tuple[Problem, ...]

    @property
    def is_ok(self) -> bool:
        """True when nothing but warnings (such as a paper that a person edited) was found."""
        return not any(problem.is_error for problem in self.problems)


def verify_desk_at(desk: Desk) -> Verification:
    """Checks the ledger's chain, and the archived originals, manifests and papers against the hashes it holds."""
    problems = desk.store.check()
    if problems:
        return Verification(desk.store.head().number, problems)
    ledger = replay(desk.store.events())
    found = (*_check_originals(desk, ledger), *_check_manifests(desk, ledger), *_check_papers(desk, ledger))
    # An original is named by the ledger, and by the manifest of each run that took it.
    return Verification(ledger.number, tuple(dict.fromkeys(found)))


def _check_originals(desk: Desk, ledger: Ledger) -> Iterator[Problem]:
    kept = {one.archived: one.sha256 for one in ledger.accepted.values()}
    kept |= {one.archived: one.sha256 for one in (*ledger.returned.values(), *ledger.closed_returns.values())}
    for archived, sha256 in sorted(kept.items()):
        yield from _check_hash(desk.path, archived, sha256)


def _check_manifests(desk: Desk, ledger: Ledger) -> Iterator[Problem]:
    """Each manifest begins where the one before ended, and names copies that are as they were."""
    archive = desk.folders.archive
    hashes = {chained.number: chained.hash for chained in desk.store.events()}
    head = 0
    for path in list_manifests(desk.path / desk.folders.archive):
        place = Place(path.relative_to(desk.path).as_posix())
        try:
            manifest = read_manifest(path.read_bytes())
        except (ValueError, KeyError, TypeError) as trouble:
            yield error("manifest-unreadable", place, reason=trouble)
            continue
        if manifest.first_event != head + 1:
            yield error("manifest-gap", place, expected=head + 1, found=manifest.first_event)
        elif hashes.get(manifest.last_event, manifest.head) != manifest.head:
            # A ledger written anew has a chain that holds; what the run archived of it does not change with it.
            yield error("manifest-head-differs", place, number=manifest.last_event)
        head = max(head, manifest.last_event)
        yield from _check_copies(desk, manifest)
    if head != ledger.number:
        yield error("manifest-gap", Place(archive), expected=head + 1, found=ledger.number)


def _check_copies(desk: Desk, manifest: Manifest) -> Iterator[Problem]:
    """What a run depended on lies in archive/ as it was."""
    archive = desk.folders.archive
    for sha256 in manifest.master.values():
        yield from _check_hash(desk.path, master_copy(archive, sha256), sha256)
    for name, sha256 in manifest.templates.items():
        yield from _check_hash(desk.path, template_copy(archive, name, sha256), sha256)
    for document in manifest.documents:
        yield from _check_hash(desk.path, document.archived, document.sha256)
    yield from _check_hash(desk.path, rules_copy(archive, manifest.rules), manifest.rules)
    if manifest.tracker:
        yield from _check_hash(desk.path, manifest.tracker, manifest.tracker.rpartition(".")[0].rpartition(".")[2])
    for review in manifest.reviews:
        kept = archive_path(desk.folders, manifest.as_of, PurePosixPath(review.file).name, review.sha256)
        yield from _check_hash(desk.path, kept, review.sha256)


def _check_papers(desk: Desk, ledger: Ledger) -> Iterator[Problem]:
    for order in ledger.orders.values():
        for paper in order.papers:
            path = desk.path / paper.file
            if not path.is_file():
                yield warning("paper-missing", Place(paper.file), order=order.number)
            elif hashlib.sha256(path.read_bytes()).hexdigest() != paper.sha256:
                yield warning("paper-edited", Place(paper.file), order=order.number)


def _check_hash(desk: Path, file: str, sha256: str) -> Iterator[Problem]:
    """A file of archive/ is as it was; of one that is named by its hash, the name has the hash's first digits."""
    path = desk / file
    if not path.is_file():
        yield error("archived-missing", Place(file))
    elif not hashlib.sha256(path.read_bytes()).hexdigest().startswith(sha256):
        yield error("archived-differs", Place(file), sha256=sha256)


def rebuild_desk_at(desk: Desk, into: Path, watch: Watch = iter) -> tuple[Desk, tuple[Problem, ...]]:
    """A new desk whose ledger, papers and tracker are made again from archive/ alone.

    UsageError where `into` is not empty. It ends at the first run that has problems: its manifest can't be read, what
    it depended on is not in archive/ as it was, or it does not come to the ledger that it once came to
    (`rebuild-differs`).
    """
    if into.exists() and any(into.iterdir()):
        raise UsageError([error("desk-exists", Place(str(into)), path=into)])
    archive = desk.folders.archive
    shutil.copytree(desk.path / archive, into / archive)
    shutil.copyfile(desk.path / SETTINGS_FILE, into / SETTINGS_FILE)
    for folder in ("rules", "templates", desk.folders.master):
        if (desk.path / folder).is_dir():
            shutil.copytree(desk.path / folder, into / folder)
    rebuilt, notes = _with_own_ledger(open_desk_at(into, desk.language))
    catalogue = load_messages()
    ledger = Ledger()
    inputs = None
    with open_workers(_PATIENCE) as workers:
        for path in watch(list_manifests(into / archive)):
            place = Place(path.relative_to(into).as_posix())
            try:
                manifest = read_manifest(path.read_bytes())
            except (ValueError, KeyError, TypeError) as trouble:
                return rebuilt, (*notes, error("manifest-unreadable", place, reason=trouble))
            if spoilt := tuple(_check_copies(rebuilt, manifest)):
                return rebuilt, (*notes, *spoilt)
            inputs = recall_inputs(rebuilt, manifest, ledger, workers)
            planned = plan_run(inputs, catalogue, workers)
            if planned.ledger.head != manifest.head:
                differs = error("rebuild-differs", place, expected=manifest.head, found=planned.ledger.head)
                return rebuilt, (*notes, differs)
            carry_out(_without_tracker(planned.plan, rebuilt), into, rebuilt.store)
            ledger = planned.ledger
    if inputs is not None:
        books, _ = read_shared_workbooks(rebuilt, ledger.desk_id, reread=False)
        last = replace(inputs, rules=rebuilt.rules, changes=SharedChanges(), shared=books, problems=())
        assessment = rebuilt.assess(ledger, inputs.as_of)
        written = plan_tracker(last, ledger, assessment, catalogue, edits=0, conflicts=0)
        carry_out(Plan(written.actions), into, rebuilt.store)
    return rebuilt, notes


def _with_own_ledger(desk: Desk) -> tuple[Desk, tuple[Problem, ...]]:
    """The desk with its ledger in .desk/, whatever database its settings name: that one holds the old desk's."""
    settings = desk.rules.settings
    if not settings.ledger.url:
        return desk, ()
    own = settings.model_copy(update={"ledger": type(settings.ledger)()})
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
