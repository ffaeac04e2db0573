"""The audit: does the desk hold, byte for byte, what its ledger and its manifests say?"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from xltools.core.event import GENESIS
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.desk.manifest import Manifest, is_sealed, list_manifests, manifest_path, read_manifest
from xltools.desk.session import Desk
from xltools.desk.snapshot import master_copy, rules_copy, template_copy
from xltools.edge.folders import archive_path, is_inside, walk_files
from xltools.edge.links import is_link
from xltools.edge.store import UnreadableLedgerError
from xltools.ledger.replay import Ledger, replay

REPLACED_FOLDER = "restored"  # in archive/: what a restore replaced, each under its sha256


@dataclass(frozen=True)
class Verification:
    """The audit: the number of events, and all that is not as the ledger says."""

    events: int
    problems: tuple[Problem, ...]

    @property
    def is_ok(self) -> bool:
        """True when nothing but warnings (such as a paper that a person edited) was found."""
        return not any(problem.is_error for problem in self.problems)


@dataclass
class _Archive:
    """What the ledger and the manifests say of archive/: sha256 by path, or the first digits of one."""

    expected: dict[tuple[str, str], None] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    lacks_manifests: bool = False

    def add(self, file: str, sha256: str) -> None:
        self.expected[file, sha256] = None
        self.files.add(file)


def verify_desk_at(desk: Desk) -> Verification:
    """Checks the ledger's chain and database, and originals, manifests and papers against the hashes it holds.

    With a damaged ledger the rest is still compared with what the manifests say.
    """
    damage = (*desk.store.inspect(), *desk.store.check())
    ledger = None if damage else _replay(desk)
    if ledger is None and not damage:
        damage = (error("ledger-unreadable", Place(".desk/ledger.db"), reason="ledger"),)
    archive = _Archive()
    found = [*damage, *_check_manifests(desk, archive, ledger)]
    if ledger is not None:
        for accepted in ledger.accepted.values():
            archive.add(accepted.archived, accepted.sha256)
        for returned in (*ledger.returned.values(), *ledger.closed_returns.values()):
            archive.add(returned.archived, returned.sha256)
    found += _check_files(desk, archive)
    if ledger is not None:
        found += _check_papers(desk, ledger)
    return Verification(_count_events(desk) if ledger is None else ledger.number, tuple(dict.fromkeys(found)))


def check_copies(desk: Desk, manifest: Manifest) -> Iterator[Problem]:
    """What a run depended on lies in archive/ as it was."""
    archive = _Archive()
    _expect_copies(desk, manifest, archive)
    for file, sha256 in archive.expected:
        yield from _check_hash(desk.path, file, sha256)


def _replay(desk: Desk) -> Ledger | None:
    """The ledger's state; None for events that no desk can have made, though their chain holds."""
    try:
        return replay(desk.store.events())
    except (UnreadableLedgerError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _count_events(desk: Desk) -> int:
    try:
        return desk.store.head().number
    except UnreadableLedgerError:
        return 0


def _check_manifests(desk: Desk, archive: _Archive, ledger: Ledger | None) -> Iterator[Problem]:
    """Each manifest is as it was written, follows the one before, and begins where that one ended."""
    folder = desk.folders.archive
    hashes: Mapping[int, str] = {}
    if ledger is not None:
        hashes = {0: GENESIS} | {chained.number: chained.hash for chained in desk.store.events()}
    head, previous = 0, ""
    for path in list_manifests(desk.path / folder):
        file = path.relative_to(desk.path).as_posix()
        place = Place(file)
        archive.files.add(file)
        content = b"" if is_link(path) else path.read_bytes()
        before, previous = previous, hashlib.sha256(content).hexdigest()
        try:
            manifest = read_manifest(content)
        except (ValueError, KeyError, TypeError, AttributeError) as trouble:
            yield error("manifest-unreadable", place, reason=trouble)
            archive.lacks_manifests = True
            continue
        if not is_sealed(content) or file != manifest_path(folder, manifest):
            yield error("manifest-differs", place)
        if manifest.previous != before:
            yield error("manifest-chain-broken", place)
            archive.lacks_manifests = True
        if manifest.first_event != head + 1:
            yield error("manifest-gap", place, expected=head + 1, found=manifest.first_event)
        elif hashes.get(manifest.last_event, manifest.head) != manifest.head:
            # A ledger written anew has a chain that holds; what the run archived of it does not change with it.
            yield error("manifest-head-differs", place, number=manifest.last_event)
        head = max(head, manifest.last_event)
        _expect_copies(desk, manifest, archive)
    if ledger is not None and head != ledger.number:
        yield error("manifest-gap", Place(folder), expected=head + 1, found=ledger.number)
        archive.lacks_manifests = True


def _expect_copies(desk: Desk, manifest: Manifest, archive: _Archive) -> None:
    folder = desk.folders.archive
    for sha256 in manifest.master.values():
        archive.add(master_copy(folder, sha256), sha256)
    for name, sha256 in manifest.templates.items():
        archive.add(template_copy(folder, name, sha256), sha256)
    for document in manifest.documents:
        archive.add(document.archived, document.sha256)
    archive.add(rules_copy(folder, manifest.rules), manifest.rules)
    for file, sha256 in manifest.kept.items():
        archive.add(file, sha256)
    if manifest.tracker:
        archive.add(manifest.tracker, manifest.tracker.rpartition(".")[0].rpartition(".")[2])
    for review in manifest.reviews:
        kept = archive_path(desk.folders, manifest.as_of, PurePosixPath(review.file).name, review.sha256)
        archive.add(kept, review.sha256)


def _check_files(desk: Desk, archive: _Archive) -> Iterator[Problem]:
    """Each file of archive/ is as it was; what nothing knows of is told."""
    for file, sha256 in sorted(archive.expected):
        yield from _check_hash(desk.path, file, sha256)
    replaced = f"{desk.folders.archive}/{REPLACED_FOLDER}/"
    for path in walk_files(desk.path / desk.folders.archive):
        file = path.relative_to(desk.path).as_posix()
        if file in archive.files:
            continue
        if file.startswith(replaced):
            yield from _check_hash(desk.path, file, path.stem.rpartition(".")[2])
        elif not (archive.lacks_manifests and _is_named_by_hash(path)):
            yield warning("archived-unknown", Place(file))


def _is_named_by_hash(path: Path) -> bool:
    """True for a copy of rules, master data or a template: the manifest that is gone may well have named it."""
    return not is_link(path) and path.stem == hashlib.sha256(path.read_bytes()).hexdigest()


def _check_papers(desk: Desk, ledger: Ledger) -> Iterator[Problem]:
    for order in ledger.orders.values():
        for paper in order.papers:
            path = desk.path / paper.file
            if not is_inside(desk.path, paper.file) or not path.is_file():
                yield warning("paper-missing", Place(paper.file), order=order.number)
            elif hashlib.sha256(path.read_bytes()).hexdigest() != paper.sha256:
                yield warning("paper-edited", Place(paper.file), order=order.number)


def _check_hash(desk: Path, file: str, sha256: str) -> Iterator[Problem]:
    """A file of archive/ is as it was; of one that is named by its hash, the name has the hash's first digits."""
    path = desk / file
    if not is_inside(desk, file) or not path.is_file():
        yield error("archived-missing", Place(file))
    elif not sha256 or not hashlib.sha256(path.read_bytes()).hexdigest().startswith(sha256):
        yield error("archived-differs", Place(file), sha256=sha256)
