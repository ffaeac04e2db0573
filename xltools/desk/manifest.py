"""What a run took in, as archive/ keeps it: enough to do the run again."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xltools.core.codec import canonical_json, decode_place, decode_value, encode_place, encode_value
from xltools.core.record import Edit

VERSION = 1


@dataclass(frozen=True)
class ManifestDocument:
    """A workbook that a run took: where it lay, whose folder that was, and what became of it."""

    file: str
    sha256: str
    archived: str
    customer: str
    outcome: str
    orders: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """One run: its number from 1, as-of date, and all it depended on.

    `rules`, `master` and `templates` name copies in archive/ by sha256, each stored once. `first_event`, `last_event`
    and `head` say what the run added to the ledger (first_event is after last_event for a run that added nothing).
    """

    number: int
    as_of: dt.date
    rules: str
    master: Mapping[str, str]
    templates: Mapping[str, str]
    edits: tuple[Edit, ...]
    documents: tuple[ManifestDocument, ...]
    numbers: tuple[str, ...]
    papers: tuple[str, ...]
    first_event: int
    last_event: int
    head: str


def manifest_name(number: int) -> str:
    """The file name of a run's manifest."""
    return f"run-{number:06}.json"


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as JSON."""
    written = {
        "version": VERSION,
        "number": manifest.number,
        "as_of": manifest.as_of.isoformat(),
        "rules": manifest.rules,
        "master": dict(manifest.master),
        "templates": dict(manifest.templates),
        "edits": [
            [
                edit.order,
                edit.line,
                edit.field,
                None if edit.value is None else encode_value(edit.value),
                encode_place(edit.place),
                edit.by,
            ]
            for edit in manifest.edits
        ],
        "documents": [
            {
                "file": document.file,
                "sha256": document.sha256,
                "archived": document.archived,
                "customer": document.customer,
                "outcome": document.outcome,
                "orders": list(document.orders),
            }
            for document in manifest.documents
        ],
        "numbers": list(manifest.numbers),
        "papers": list(manifest.papers),
        "events": {"first": manifest.first_event, "last": manifest.last_event, "head": manifest.head},
    }
    return (json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_manifest(content: bytes) -> Manifest:
    """The manifest that `write_manifest` wrote; ValueError or KeyError for anything else."""
    written: dict[str, Any] = json.loads(content)
    if written["version"] != VERSION:
        raise ValueError(f"manifest version {written['version']} is not known")
    return Manifest(
        number=written["number"],
        as_of=dt.date.fromisoformat(written["as_of"]),
        rules=written["rules"],
        master=written["master"],
        templates=written["templates"],
        edits=tuple(
            Edit(order, line, field, None if value is None else decode_value(value), decode_place(place), by)
            for order, line, field, value, place, by in written["edits"]
        ),
        documents=tuple(
            ManifestDocument(**{**document, "orders": tuple(document["orders"])}) for document in written["documents"]
        ),
        numbers=tuple(written["numbers"]),
        papers=tuple(written["papers"]),
        first_event=written["events"]["first"],
        last_event=written["events"]["last"],
        head=written["events"]["head"],
    )


def layers_text(layers: tuple[Mapping[str, str], ...]) -> bytes:
    """All rules as one JSON text, layer by layer."""
    return canonical_json([dict(layer) for layer in layers]).encode()


def read_layers(content: bytes) -> tuple[dict[str, str], ...]:
    """The layers that `layers_text` wrote."""
    return tuple(json.loads(content))


def list_manifests(archive: Path) -> list[Path]:
    """The manifests in an archive folder, in the order of the runs."""
    # An original that was called run-000001.json is kept as run-000001.<hash>.json.
    found = (path for path in archive.rglob("run-*.json") if path.stem[4:].isdecimal())
    return sorted(found, key=lambda path: int(path.stem[4:]))
