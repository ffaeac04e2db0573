"""What a run depended on, kept in archive/: its manifest, and copies of rules, master data and templates by hash."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePosixPath

from xltools.core.plan import Action, WriteFile
from xltools.core.record import Finding
from xltools.desk.book import Book
from xltools.desk.changes import TakenChanges
from xltools.desk.inputs import RunInputs
from xltools.desk.manifest import Manifest, ManifestDocument, layers_text, manifest_path, write_manifest
from xltools.desk.reading import find_verdict
from xltools.desk.result import DocumentResult


def plan_manifest(
    inputs: RunInputs,
    book: Book,
    changes: TakenChanges,
    documents: list[DocumentResult],
    papers: tuple[str, ...],
    held: tuple[Finding, ...],
    kept: Iterable[Action] = (),
) -> list[Action]:
    """The run's manifest, and copies of what it depended on; none for a run that took nothing in.

    `kept` are the run's other writings: those into archive/ stand in the manifest with their hashes.
    """
    known = inputs.ledger.accepted
    if not book.events and all(one.sha256 in known and one.outcome == "duplicate" for one in documents):
        return []  # nothing that archive/ and its manifests don't hold already
    archive = inputs.rules.settings.folders.archive
    customers = {received.file: received.customer for received in inputs.received}
    contents = {one.form: one.content for one in inputs.master if one.content is not None}
    master = {form: _sha256(content) for form, content in contents.items()}
    layers = layers_text(inputs.layers)
    templates = {name: _sha256(content) for name, content in inputs.templates.items()}
    manifest = Manifest(
        number=inputs.number,
        as_of=inputs.as_of,
        rules=_sha256(layers),
        master=master,
        templates=templates,
        edits=inputs.changes.edits,
        findings=changes.findings,
        answers=inputs.changes.answers,
        typed=changes.typed,
        reviews=inputs.changes.reviews,
        tracker=inputs.changes.tracker if changes.is_anything else "",
        closed_year=inputs.closes_year,
        held=held,
        documents=tuple(
            ManifestDocument(
                one.file,
                one.sha256,
                one.archived,
                customers[one.file],
                one.outcome,
                tuple(one.orders),
                find_verdict(one.problems),
            )
            for one in documents
        ),
        numbers=tuple(dict.fromkeys(number for one in documents for number in one.orders)),
        papers=papers,
        occupied=tuple(sorted(inputs.shelf.occupied)),
        first_event=inputs.ledger.number + 1,
        last_event=book.ledger.number,
        head=book.ledger.head,
        kept={
            one.path: _sha256(one.content)
            for one in kept
            if isinstance(one, WriteFile) and one.path.startswith(f"{archive}/")
        },
        previous=inputs.previous,
    )
    copies: list[Action] = [
        _keep(rules_copy(archive, manifest.rules), layers),
        *(_keep(master_copy(archive, _sha256(content)), content) for content in contents.values()),
        *(_keep(template_copy(archive, name, templates[name]), content) for name, content in inputs.templates.items()),
    ]
    return [*copies, WriteFile(manifest_path(archive, manifest), write_manifest(manifest), required=True)]


def rules_copy(archive: str, sha256: str) -> str:
    """Where rules are kept in archive/."""
    return f"{archive}/rules/{sha256}.json"


def master_copy(archive: str, sha256: str) -> str:
    """Where a master workbook is kept in archive/."""
    return f"{archive}/master/{sha256}.xlsx"


def template_copy(archive: str, name: str, sha256: str) -> str:
    """Where a paper's template is kept in archive/."""
    return f"{archive}/templates/{sha256}{PurePosixPath(name).suffix}"


def _keep(path: str, content: bytes) -> WriteFile:
    """A copy under its own hash: right already where one is."""
    return WriteFile(path, content, required=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
