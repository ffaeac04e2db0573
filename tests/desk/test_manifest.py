"""What a run took in comes back from its manifest as it was: doing the run again rests on nothing else."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.core.place import Place
from xltools.core.record import (
    Answer,
    Document,
    Edit,
    Finding,
    FindingKind,
    Origin,
    Record,
    ScheduledDelivery,
    Value,
)
from xltools.desk.manifest import Manifest, ManifestDocument, read_manifest, write_manifest

WORDS = st.sampled_from(["", "总表", "SO202603-001", "缺料\n急", "“T-0001”", "\U00020bb7"])
SHA256 = st.sampled_from(["", "a" * 64, "b" * 64])
PLACES = st.tuples(WORDS, WORDS, st.sampled_from(["", "A1", "XFD1048576"]), st.none(), st.none(), SHA256).map(
    lambda spot: Place(*spot)
)
DELIVERIES = st.builds(
    ScheduledDelivery, st.none() | st.dates(), st.none() | st.decimals(1, 10**6, places=2), WORDS, WORDS
)
FIELD_VALUES = st.one_of(
    WORDS,
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.decimals(allow_nan=False, allow_infinity=False, places=4),
    st.dates(),
    st.lists(DELIVERIES, min_size=1, max_size=3).map(tuple),
)
EDITS = st.builds(
    Edit, WORDS, WORDS, WORDS, st.none() | FIELD_VALUES, PLACES, WORDS, st.none() | FIELD_VALUES, st.booleans()
)
CELLS = st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=2).map(tuple)
FINDINGS = st.builds(
    Finding,
    st.sampled_from(get_args(FindingKind)),
    *[WORDS] * 5,
    cells=CELLS,
    code=WORDS,
    place=PLACES,
    by=WORDS,
)
ANSWERS = st.builds(Answer, WORDS, WORDS, PLACES, WORDS)
FIELDS = st.dictionaries(WORDS, st.builds(Value, FIELD_VALUES, PLACES, st.sampled_from(Origin)), max_size=2)
LINES = st.lists(st.builds(Record, PLACES, FIELDS), max_size=2).map(tuple)
RECORDS = st.lists(st.builds(Record, PLACES, FIELDS, LINES), max_size=2).map(tuple)
TYPED = st.builds(Document, WORDS, st.just("a" * 64), WORDS, WORDS, RECORDS, RECORDS, WORDS)

PLAIN = Manifest(
    number=7,
    as_of=dt.date(2026, 3, 2),
    rules="r" * 64,
    master={"customers": "c" * 64},
    templates={"sales-contract.docx": "t" * 64},
    edits=(),
    documents=(ManifestDocument("inbox/单.xlsx", "d" * 64, "archive/单.xlsx", "泰衡", "accepted", ("SO1",)),),
    numbers=("SO1",),
    papers=("papers/SO1/c.docx",),
    first_event=4,
    last_event=9,
    head="h" * 64,
)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_manifest_comes_back_as_it_was_written(data: st.DataObject) -> None:
    manifest = replace(
        PLAIN,
        edits=tuple(data.draw(st.lists(EDITS, max_size=2))),
        findings=tuple(data.draw(st.lists(FINDINGS, max_size=2))),
        answers=tuple(data.draw(st.lists(ANSWERS, max_size=2))),
        typed=data.draw(st.none() | TYPED),
        tracker=data.draw(WORDS),
        closed_year=data.draw(st.none() | st.integers(2000, 2100)),
    )
    written = write_manifest(manifest)
    back = read_manifest(written)
    assert back == manifest
    assert write_manifest(back) == written
    # A place compares without the hash of its workbook, and a truth value as a number: these count here.
    pairs = zip((*manifest.edits, *manifest.findings), (*back.edits, *back.findings), strict=True)
    assert all(one.place.sha256 == other.place.sha256 for one, other in pairs)
    assert [type(edit.value) for edit in back.edits] == [type(edit.value) for edit in manifest.edits]


def test_a_row_typed_into_the_tracker_keeps_its_values_places_and_origins() -> None:
    sha256 = "a" * 64
    place = Place("order-tracker.xlsx", "总表", "C9", sha256=sha256)
    master = Value(Decimal("12.50"), Place("master/products.xlsx", "S", "F2", sha256="b" * 64), Origin.MASTER)
    line = Record(place, {"quantity": Value(Decimal(500), place), "unit_price": master})
    record = Record(place, {"customer": Value("泰衡", place)}, (line,))
    typed = Document("order-tracker.xlsx", sha256, "order-intake", "tracker-rows", (record,), (), "王五")
    back = read_manifest(write_manifest(replace(PLAIN, typed=typed))).typed
    assert back == typed
    assert back is not None
    read = back.records[0].lines[0]
    assert (read.place.sha256, read.values["unit_price"].place.sha256) == (sha256, "b" * 64)


def test_what_is_no_manifest_is_refused() -> None:
    written = json.loads(write_manifest(PLAIN))
    with pytest.raises(ValueError, match="manifest version 99"):
        read_manifest(json.dumps({**written, "version": 99}).encode())
    del written["edits"]
    with pytest.raises(KeyError):
        read_manifest(json.dumps(written).encode())
