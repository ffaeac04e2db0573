"""What happened, as the ledger keeps it: append-only events, chained by their hashes."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from xltools.core.codec import canonical_json, decode_place, encode_place
from xltools.core.place import Place

GENESIS = "0" * 64
EVENT_VERSION = 1


class EventKind(StrEnum):
    """The kinds of event, schema version 1."""

    DOCUMENT_ACCEPTED = "document-accepted"
    DOCUMENT_RETURNED = "document-returned"
    ORDER_RECEIVED = "order-received"
    ORDER_REVISED = "order-revised"
    GOODS_SHIPPED = "goods-shipped"
    VALUE_EDITED = "value-edited"
    PAPER_ISSUED = "paper-issued"
    ITEM_OPENED = "item-opened"
    ITEM_CLOSED = "item-closed"
    YEAR_CLOSED = "year-closed"
    STATEMENT_MADE = "statement-made"
    ORDER_APPROVED = "order-approved"
    CHANGE_REQUESTED = "change-requested"
    CHANGE_APPROVED = "change-approved"
    CHANGE_REFUSED = "change-refused"
    SHIPMENT_VOIDED = "shipment-voided"
    PAPER_VOIDED = "paper-voided"


@dataclass(frozen=True, slots=True)
class Event:
    """One fact: its kind, the as-of date of the run that took it in, the order it is about, and its place.

    `document` is the sha256 of the workbook it was read from, empty for what the desk did itself; `by` is who said so.
    """

    kind: EventKind
    when: dt.date
    place: Place
    order: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    document: str = ""
    by: str = ""
    version: int = EVENT_VERSION


@dataclass(frozen=True, slots=True)
class ChainedEvent:
    """An event in the ledger: its number from 1, and the hash that binds it to all before it."""

    number: int
    event: Event
    previous: str
    hash: str


def event_text(event: Event) -> str:
    """The canonical JSON of an event: what is stored, and what is hashed."""
    return canonical_json(
        {
            "kind": str(event.kind),
            "when": event.when.isoformat(),
            "place": encode_place(event.place, event.document),
            "order": event.order,
            "body": dict(event.body),
            "document": event.document,
            "by": event.by,
            "version": event.version,
        }
    )


def parse_event(written: Mapping[str, Any]) -> Event:
    """The event that `event_text` wrote, from its parsed JSON; KeyError or ValueError where it is none."""
    return Event(
        kind=EventKind(written["kind"]),
        when=dt.date.fromisoformat(written["when"]),
        place=decode_place(written["place"], written["document"]),
        order=written["order"],
        body=written["body"],
        document=written["document"],
        by=written["by"],
        version=written["version"],
    )


def chain_hash(previous: str, text: str) -> str:
    """The hash of an event text that follows the event with hash `previous` (SHA-256, hex)."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def chain_events(events: Iterable[Event], number: int = 0, head: str = GENESIS) -> Iterator[ChainedEvent]:
    """Events bound to the chain that ends with event `number` and hash `head`."""
    for event in events:
        number += 1
        link = chain_hash(head, event_text(event))
        yield ChainedEvent(number, event, head, link)
        head = link
