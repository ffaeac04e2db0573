"""What was understood of a workbook: documents of records, every value with its place."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple

from xltools.core.place import Place
from xltools.core.text import label_key


@dataclass(frozen=True, slots=True)
class ScheduledDelivery:
    """A part of an order line that is wanted, or was promised, for one date.

    No `date` means to be promised; `words` then keeps what was written (`TBC`, `定金到账后30天`). No `quantity` means
    all of the line.
    """

    date: dt.date | None = None
    quantity: Decimal | None = None
    destination: str = ""
    words: str = ""


Schedule = tuple[ScheduledDelivery, ...]
FieldValue = str | int | Decimal | bool | dt.date | Schedule


class Origin(StrEnum):
    """How a value came to stand in its field."""

    CELL = "cell"  # typed by a person in the workbook
    FOLDER = "folder"  # the inbox folder's name says it
    DEFAULT = "default"  # the form's or the layout's default
    MASTER = "master"  # filled from master data
    ORDER = "order"  # filled from an earlier order (返单)
    ASSIGNED = "assigned"  # numbered by the desk
    TRACKER = "tracker"  # typed by a person in the tracker


class Value(NamedTuple):
    """A converted value, where it stands, and how it came there."""

    value: FieldValue
    place: Place
    origin: Origin = Origin.CELL


class Fields:
    """Anything that has `values` by field name: a record, an order, an order line."""

    __slots__ = ()
    values: Mapping[str, Value]

    def get(self, name: str) -> FieldValue | None:
        """The value of a field, None when it is blank."""
        found = self.values.get(name)
        return None if found is None else found.value

    def text(self, name: str) -> str:
        """The value of a field as text, empty when it is blank."""
        found = self.get(name)
        return "" if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Record(Fields):
    """One thing that a form describes, such as an order, and its lines (which have none of their own)."""

    place: Place
    values: Mapping[str, Value] = field(default_factory=dict)
    lines: tuple["Record", ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One workbook as its form reads it: the records that can be taken, and those that can't, as they stand in it."""

    file: str
    sha256: str
    form: str
    layout: str
    records: tuple[Record, ...]
    rejected: tuple[Record, ...] = ()
    saved_by: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person typed over a value in a shared workbook; no `value` means they blanked the cell.

    Text that the field's type can't read is kept as that text. `was` is what had been written in the cell (None for a
    blank) where `base_known` says that this is known.
    """

    order: str
    line: str
    field: str
    value: FieldValue | None
    place: Place
    by: str = ""
    was: FieldValue | None = None
    base_known: bool = True


FindingKind = Literal[
    "edit-conflict",  # typed here, and said otherwise elsewhere since: `kept` stands, `typed` does not
    "edit-refused",  # typed where it does not count; `code` is that of the problem
    "cells-restored",  # typed over what is ours: `cells` are put back
    "row-deleted",  # the row of an order line is gone
    "row-duplicated",  # an order line stands in two rows
    "answer-conflict",  # the item `field` was answered twice by people who did not know of each other: `kept` stands
    "row-incomplete",  # a row typed by hand that can't be taken as an order yet; `code` is that of the problem
    "document-waiting",  # the workbook `typed` waits at a gate: for what, says `kept`
    "receipt-differs",  # the customer signed for what is `typed`, and what is `kept` had left
]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a person did to a shared workbook that is no input: it is told to people, who say what is to become of it.

    `typed` and `kept` are values as people read them; `cells` are (column, typed, put back). Blank where there is none.
    """

    kind: FindingKind
    order: str = ""
    line: str = ""
    field: str = ""
    typed: str = ""
    kept: str = ""
    cells: tuple[tuple[str, str, str], ...] = ()
    code: str = ""
    place: Place = Place("")
    by: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person wrote beside an open item (`T-0001`) in a shared workbook; any text closes it.

    `was` is what had been written there: the answer that an item was closed with before.
    """

    item: str
    text: str
    place: Place
    by: str = ""
    was: str = ""


class Table:
    """Records by their keys, such as master data: customers by code, name or short name."""

    def __init__(self, name: str, records: Iterable[Record]) -> None:
        """Takes the records in their order; of two with the same key the first is found."""
        self.name = name
        self.records = tuple(records)
        self._indexes: dict[str, dict[str, Record]] = {}

    def find(self, by: Iterable[str], wanted: str) -> Record | None:
        """The record one of whose `by` fields, tried in order, reads `wanted` (compared as labels are)."""
        key = label_key(wanted)
        return next((found for name in by if (found := self._index(name).get(key))), None)

    def words(self, by: Iterable[str]) -> list[str]:
        """All values of the `by` fields, for hints."""
        return [text for record in self.records for name in by if (text := record.text(name))]

    def _index(self, name: str) -> dict[str, Record]:
        if name not in self._indexes:
            index: dict[str, Record] = {}
            for record in self.records:
                if text := record.text(name):
                    index.setdefault(label_key(text), record)
            self._indexes[name] = index
        return self._indexes[name]


def schedule_text(schedule: Schedule) -> str:
    """A schedule as people write it: `2026-03-01×300; 2026-04-01×200`, or the words it was given in."""
    return "; ".join(_delivery_text(delivery) for delivery in schedule)


def _delivery_text(delivery: ScheduledDelivery) -> str:
    day = delivery.date.isoformat() if delivery.date else delivery.words or "TBC"
    amount = f"×{delivery.quantity.normalize():f}" if delivery.quantity is not None else ""
    goal = f" → {delivery.destination}" if delivery.destination else ""
    return f"{day}{amount}{goal}"
