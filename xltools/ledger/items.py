"""Open items: what people must say a word to, from a conflict of two values to a row that was deleted."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from xltools.core.event import Event, EventKind
from xltools.core.place import Place
from xltools.core.record import Answer, Finding, FindingKind

# Two findings that agree in all of these are one: where in the workbook it stands changes with every sorting.
ItemKey = tuple[FindingKind, str, str, str, str, str, tuple[tuple[str, str, str], ...], str]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A finding in the ledger, open until somebody answers it: `id` is `T-0001` and on, in the order of opening.

    `typed` and `kept` are values as people read them, `kept` the one that stands; `cells` are (column, typed, put
    back). `since` and `closed` are as-of dates; an item that is `closed` without `answer` resolved itself.
    """

    id: str
    kind: FindingKind
    order: str
    line: str
    field: str
    typed: str
    kept: str
    cells: tuple[tuple[str, str, str], ...]
    code: str
    place: Place
    since: dt.date
    by: str
    closed: dt.date | None = None
    answer: str = ""

    @property
    def is_open(self) -> bool:
        """True until it is closed."""
        return self.closed is None

    @property
    def key(self) -> ItemKey:
        """What it is about, its place aside."""
        return finding_key(self)


def finding_key(found: Finding | OpenItem) -> ItemKey:
    """What a finding, or the item that it became, is about, its place aside."""
    return (found.kind, found.order, found.line, found.field, found.typed, found.kept, found.cells, found.code)


def item_id(number: int) -> str:
    """The id of the item opened as number `number`, counted from 1: short enough to be said on the telephone."""
    return f"T-{number:04}"


class ItemOpener:
    """Makes the events that open items: ids follow on from the ledger's, and nothing is opened twice."""

    def __init__(self, items: Mapping[str, OpenItem], as_of: dt.date) -> None:
        self.as_of = as_of
        self._count = len(items)
        self._known = {item.key for item in items.values() if item.is_open}

    def open(self, found: Finding) -> tuple[Event, ...]:
        """The event that opens a finding's item; none where an equal one is open, whatever its place."""
        if finding_key(found) in self._known:
            return ()
        self._known.add(finding_key(found))
        self._count += 1
        return (_open_event(item_id(self._count), found, self.as_of),)


def _open_event(number: str, found: Finding, as_of: dt.date) -> Event:
    body = {
        "item": number,
        "kind": found.kind,
        "line": found.line,
        "field": found.field,
        "typed": found.typed,
        "kept": found.kept,
        "cells": [list(cell) for cell in found.cells],
        "code": found.code,
    }
    return Event(EventKind.ITEM_OPENED, as_of, found.place, found.order, body, by=found.by)


def close_event(item: OpenItem, as_of: dt.date, place: Place, answer: str = "", by: str = "") -> Event:
    """The event that closes an item: with what somebody answered at `place`, or without, as resolved by itself."""
    return Event(EventKind.ITEM_CLOSED, as_of, place, item.order, {"item": item.id, "answer": answer}, by=by)


def close_return_event(return_id: str, as_of: dt.date, answer: Answer) -> Event:
    """The event that a person closes an open return, since no mended workbook will come."""
    body = {"item": return_id, "answer": answer.text.strip()}
    return Event(EventKind.ITEM_CLOSED, as_of, answer.place, "", body, by=answer.by)


def apply_item(items: dict[str, OpenItem], event: Event) -> None:
    """Items after an event of theirs; one that is closed may be answered anew.

    KeyError for the closing of one that was never opened.
    """
    body = event.body
    if event.kind is EventKind.ITEM_CLOSED:
        closing = items[body["item"]]
        items[closing.id] = replace(closing, closed=closing.closed or event.when, answer=body["answer"])
        return
    items[body["item"]] = OpenItem(
        id=body["item"],
        kind=body["kind"],
        order=event.order,
        line=body["line"],
        field=body["field"],
        typed=body["typed"],
        kept=body["kept"],
        cells=tuple((column, typed, restored) for column, typed, restored in body["cells"]),
        code=body["code"],
        place=event.place,
        since=event.when,
        by=event.by,
    )


def item_words(body: Mapping[str, Any]) -> dict[str, str]:
    """What an order's history says of the event of an item."""
    return {name: said for name, said in body.items() if isinstance(said, str)}
