"""What a run took in, as archive/ keeps it: enough to do the run again."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xltools.core.codec import (
    Json,
    canonical_json,
    decode_place,
    decode_record,
    decode_value,
    encode_place,
    encode_record,
    encode_value,
)
from xltools.core.record import Answer, Document, Edit, FieldValue, Finding

VERSION = 2
# No text in the manifest can hold this: its quotation marks would be escaped.
_SEAL, _NO_SEAL = b'"seal": "', b"0" * 64


@dataclass(frozen=True)
class ManifestDocument:
    """A workbook that a run took: where it lay, whose folder that was, and what became of it.

    `verdict` is how reading it ended for want of time or memory, empty where it did not: done again it might not.
    """

    file: str
    sha256: str
    archived: str
    customer: str
    outcome: str
    orders: tuple[str, ...]
    verdict: str = ""


@dataclass(frozen=True)
class Manifest:
    """One run: its number from 1, as-of date, and all it depended on.

    `rules`, `master` and `templates` name copies in archive/ by sha256, each stored once. `first_event`, `last_event`
    and `head` say what the run added to the ledger (first_event is after last_event for a run that added nothing).
    `edits`, `findings`, `answers`, the rows `typed` by hand and the `reviews` were read from shared workbooks;
    `tracker` is the archived path of the one that the first four stand in (empty where none was read). `closed_year` is
    the year that was closed, `held` what waited at a gate then, `occupied` the paths where another file stood in a
    paper's way. `kept` are further files that the run put into archive/, by path with their sha256; `previous` is the
    sha256 of the manifest before this one (empty: the first).
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
    findings: tuple[Finding, ...] = ()
    answers: tuple[Answer, ...] = ()
    typed: Document | None = None
    reviews: tuple[Document, ...] = ()
    tracker: str = ""
    closed_year: int | None = None
    occupied: tuple[str, ...] = ()
    held: tuple[Finding, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)
    previous: str = ""


def manifest_name(number: int) -> str:
    """The file name of a run's manifest."""
    return f"run-{number:06}.json"


def manifest_path(archive: str, manifest: Manifest) -> str:
    """Where a run's manifest lies in the desk."""
    return f"{archive}/{manifest.as_of:%Y}/{manifest.as_of:%m}/{manifest_name(manifest.number)}"


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as JSON, sealed: its `seal` is the sha256 of its bytes with noughts in the seal's place."""
    written = {
        "version": VERSION,
        "number": manifest.number,
        "as_of": manifest.as_of.isoformat(),
        "rules": manifest.rules,
        "master": dict(manifest.master),
        "templates": dict(manifest.templates),
        "edits": [_encode_edit(edit) for edit in manifest.edits],
        "findings": [_encode_finding(found) for found in manifest.findings],
        "answers": [[one.item, one.text, encode_place(one.place), one.by, one.was] for one in manifest.answers],
        "typed": None if manifest.typed is None else _encode_document(manifest.typed),
        "reviews": [_encode_document(review) for review in manifest.reviews],
        "tracker": manifest.tracker,
        "closed_year": manifest.closed_year,
        "held": [_encode_finding(found) for found in manifest.held],
        "documents": [
            {
                "file": document.file,
                "sha256": document.sha256,
                "archived": document.archived,
                "customer": document.customer,
                "outcome": document.outcome,
                "orders": list(document.orders),
                **({"verdict": document.verdict} if document.verdict else {}),
            }
            for document in manifest.documents
        ],
        "numbers": list(manifest.numbers),
        "papers": list(manifest.papers),
        "occupied": list(manifest.occupied),
        "events": {"first": manifest.first_event, "last": manifest.last_event, "head": manifest.head},
        "kept": dict(manifest.kept),
        "previous": manifest.previous,
        "seal": _NO_SEAL.decode(),
    }
    bare = (json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    before, _, after = bare.rpartition(_SEAL + _NO_SEAL)
    return before + _SEAL + hashlib.sha256(bare).hexdigest().encode() + after


def is_sealed(content: bytes) -> bool:
    """True for the bytes of a manifest, every one of which is as the run wrote it."""
    try:
        seal = json.loads(content)["seal"].encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    before, found, after = content.rpartition(_SEAL + seal)
    return bool(found) and hashlib.sha256(before + _SEAL + _NO_SEAL + after).hexdigest().encode() == seal


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
        edits=tuple(map(_decode_edit, written["edits"])),
        findings=tuple(map(_decode_finding, written["findings"])),
        answers=tuple(Answer(item, text, decode_place(at), *rest) for item, text, at, *rest in written["answers"]),
        typed=None if written["typed"] is None else _decode_document(written["typed"]),
        reviews=tuple(map(_decode_document, written.get("reviews", ()))),
        tracker=written["tracker"],
        closed_year=written["closed_year"],
        held=tuple(map(_decode_finding, written.get("held", ()))),
        documents=tuple(
            ManifestDocument(**{**document, "orders": tuple(document["orders"])}) for document in written["documents"]
        ),
        numbers=tuple(written["numbers"]),
        papers=tuple(written["papers"]),
        occupied=tuple(written.get("occupied", ())),
        first_event=written["events"]["first"],
        last_event=written["events"]["last"],
        head=written["events"]["head"],
        kept=written["kept"],
        previous=written["previous"],
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


def _encode_edit(edit: Edit) -> Json:
    return {
        "order": edit.order,
        "line": edit.line,
        "field": edit.field,
        "value": _encode_blank(edit.value),
        "was": _encode_blank(edit.was),
        "base_known": edit.base_known,
        "place": encode_place(edit.place),
        "by": edit.by,
    }


def _decode_edit(written: dict[str, Any]) -> Edit:
    values = {name: _decode_blank(written[name]) for name in ("value", "was")}
    return Edit(**{**written, **values, "place": decode_place(written["place"])})


def _encode_blank(value: FieldValue | None) -> Json:
    return None if value is None else encode_value(value)


def _decode_blank(written: Json) -> FieldValue | None:
    return None if written is None else decode_value(written)


def _encode_finding(found: Finding) -> Json:
    return {
        "kind": found.kind,
        "order": found.order,
        "line": found.line,
        "field": found.field,
        "typed": found.typed,
        "kept": found.kept,
        "cells": [list(cell) for cell in found.cells],
        "code": found.code,
        "place": encode_place(found.place),
        "by": found.by,
    }


def _decode_finding(written: dict[str, Any]) -> Finding:
    cells = tuple((column, typed, restored) for column, typed, restored in written["cells"])
    return Finding(**{**written, "cells": cells, "place": decode_place(written["place"])})


def _encode_document(document: Document) -> Json:
    own = document.sha256
    return {
        "file": document.file,
        "sha256": own,
        "form": document.form,
        "layout": document.layout,
        "records": [encode_record(record, own) for record in document.records],
        "rejected": [encode_record(record, own) for record in document.rejected],
        "saved_by": document.saved_by,
    }


def _decode_document(written: dict[str, Any]) -> Document:
    own = written["sha256"]
    parts = {name: tuple(decode_record(one, own) for one in written[name]) for name in ("records", "rejected")}
    return Document(**{**written, **parts})
