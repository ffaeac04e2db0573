"""Changed values as events keep them, and the cells of an order that they are about."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from xltools.core.codec import decode_place, decode_value, decode_values, encode_place, encode_value
from xltools.core.event import Event
from xltools.core.order import ACTION, Change, ChangeItem, Order
from xltools.core.place import Place
from xltools.core.record import FieldValue, Value

CLOSING = frozenset({"cancel", "close-rest"})
Parts = Mapping[str, Mapping[str, Value]]
_BETWEEN = re.compile(r"[\s、,，;；/]+")


def read_change(event: Event) -> Change:
    """The change of an event of kind change-requested."""
    body = event.body
    return Change(
        number=body["change"],
        kinds=tuple(body["kinds"]),
        values=decode_values(body["values"], event.document),
        items=read_items(body["items"], event.document),
        revision=body["revision"],
        state=body["state"],
        since=event.when,
        place=event.place,
        by=event.by,
        document=event.document,
    )


def read_items(written: Iterable[Mapping[str, Any]], own: str) -> tuple[ChangeItem, ...]:
    """The changed values of an event read from the document with sha256 `own`."""
    return tuple(
        ChangeItem(
            one["line"],
            one["field"],
            _decode_blank(one["was"]),
            _decode_blank(one["value"]),
            decode_place(one["place"], own) if "place" in one else Place(""),
        )
        for one in written
    )


def list_differences(before: Parts, after: Parts) -> Iterator[ChangeItem]:
    """What a new revision changes: fields that read otherwise, lines that were added or removed.

    `before` and `after` are the values by line, the header's under the empty text. The revision's own number is none
    of its differences.
    """
    for line in dict.fromkeys((*before, *after)):
        was, now = before.get(line), after.get(line)
        if was is None:
            yield ChangeItem(line, f"{ACTION}add", None, _value_of(now, "quantity"), _place_of(now))
        elif now is None:
            yield ChangeItem(line, f"{ACTION}remove", _value_of(was, "quantity"), None)
        else:
            for name in dict.fromkeys((*was, *now)):
                old, new = _value_of(was, name), _value_of(now, name)
                if old != new and name != "revision":
                    yield ChangeItem(line, name, old, new, now[name].place if name in now else Place(""))


def _value_of(values: Mapping[str, Value] | None, name: str) -> FieldValue | None:
    return values[name].value if values and name in values else None


def _place_of(values: Mapping[str, Value] | None) -> Place:
    return next((one.place for one in values.values()), Place("")) if values else Place("")


def _decode_blank(written: Any) -> FieldValue | None:
    return None if written is None else decode_value(written)


def split_numbers(text: str) -> list[str]:
    """The numbers that a cell lists, with commas or blanks between."""
    return [one for one in _BETWEEN.split(text.strip()) if one]


def touched_cells(items: Sequence[ChangeItem], order: Order) -> frozenset[tuple[str, str]]:
    """The (line, field) that changed values are about; who cancels a line speaks of its quantity."""
    cells: set[tuple[str, str]] = set()
    for item in items:
        if item.action in CLOSING:
            lines = [item.line] if item.line else [one.number for one in order.lines]
            cells |= {(line, "quantity") for line in lines}
        elif item.action in {"hold", "resume"}:
            cells.add(("", "held"))
        elif item.field != "amount":
            cells.add((item.line, item.field))
    return frozenset(cells)


def write_item(item: ChangeItem, own: str) -> dict[str, object]:
    """A changed value as the body of an event has it; `own` is the sha256 of the event's document."""
    written: dict[str, object] = {
        "line": item.line,
        "field": item.field,
        "was": None if item.was is None else encode_value(item.was),
        "value": None if item.value is None else encode_value(item.value),
    }
    return written | ({"place": encode_place(item.place, own)} if item.place.file else {})
