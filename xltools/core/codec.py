"""Field values as JSON and back: the one written form of values in events and manifests."""

import datetime as dt
import json
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import Any

from xltools.core.place import Place
from xltools.core.record import FieldValue, Origin, Record, ScheduledDelivery, Value, schedule_text

_ORIGINS = {str(one): one for one in Origin}

Json = dict[str, Any] | list[Any] | str | int | bool | None


def canonical_json(value: Json) -> str:
    """JSON text that is the same for the same content: sorted keys, no blanks, UTF-8 kept."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain_decimal(value: Decimal) -> str:
    """A decimal without exponent and without idle zeros: `12.50` is `12.5`, `1E+2` is `100`."""
    text = f"{value:f}"  # not normalize(): it rounds to 28 digits
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def value_text(value: FieldValue | None) -> str:
    """A field value as people read it: ISO dates, plain decimals, schedules as `2026-03-30×300`; empty for a blank."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain_decimal(value)
    return schedule_text(value) if isinstance(value, tuple) else str(value)


def encode_value(value: FieldValue) -> Json:
    """A field value as JSON; what JSON has no type for is tagged with its type."""
    if isinstance(value, Decimal):
        return {"decimal": plain_decimal(value)}
    if isinstance(value, dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, tuple):
        return {"schedule": [_encode_delivery(delivery) for delivery in value]}
    return value


def decode_value(written: Json) -> FieldValue:
    """The field value that `encode_value` wrote; ValueError for anything else."""
    match written:
        case {"decimal": str(text)}:
            return Decimal(text)
        case {"date": str(text)}:
            return dt.date.fromisoformat(text)
        case {"schedule": list(parts)}:
            return tuple(_decode_delivery(part) for part in parts)
        case bool() | str() | int():
            return written
        case _:
            raise ValueError(f"not a field value: {written!r}")


def encode_place(place: Place, own: str = "") -> Json:
    """A workbook place as JSON; with its workbook's sha256 where that is not the document's `own`."""
    spot = [place.file, place.sheet, place.cell]
    return [*spot, place.sha256] if place.sha256 and place.sha256 != own else spot


def decode_place(written: Json, own: str = "") -> Place:
    """The place that `encode_place` wrote, in the document `own` where it names no other."""
    match written:
        case [str(file), str(sheet), str(cell)]:
            return _share_place(file, sheet, cell, own)
        case [str(file), str(sheet), str(cell), str(sha256)]:
            return _share_place(file, sheet, cell, sha256)
        case _:
            raise ValueError(f"not a place: {written!r}")


@lru_cache(maxsize=1024)
def _share_place(file: str, sheet: str, cell: str, sha256: str) -> Place:
    """One place for all that stand there: the words of a verdict name the same cell, and a ledger has millions."""
    return Place(intern(file), intern(sheet), intern(cell), sha256=sha256)


def encode_values(values: dict[str, Value], own: str = "") -> Json:
    """Fields with their values, places and origins as JSON; `own` is the sha256 of the document they are read from."""
    return {
        name: [encode_value(given.value), encode_place(given.place, own), str(given.origin)]
        for name, given in values.items()
    }


def decode_values(written: Json, own: str = "") -> dict[str, Value]:
    """The fields that `encode_values` wrote; a default's place is in the rules, not in the document `own`."""
    if not isinstance(written, dict):
        raise ValueError(f"not fields: {written!r}")
    return {
        name: Value(
            decode_value(value),
            decode_place(place, "" if _is_rule(place, origin) else own),
            _read_origin(origin),
        )
        for name, (value, place, origin) in written.items()
    }


def encode_record(record: Record, own: str = "") -> Json:
    """A record and its lines as JSON; `own` is the sha256 of the document it is read from."""
    return {
        "place": encode_place(record.place, own),
        "values": encode_values(dict(record.values), own),
        "lines": [encode_record(line, own) for line in record.lines],
    }


def decode_record(written: Json, own: str = "") -> Record:
    """The record that `encode_record` wrote."""
    if not isinstance(written, dict):
        raise ValueError(f"not a record: {written!r}")
    lines = tuple(decode_record(line, own) for line in written["lines"])
    return Record(decode_place(written["place"], own), decode_values(written["values"], own), lines)


def _read_origin(written: str) -> Origin:
    # Looked up, not called: a ledger of years has millions of values, and an enum's call is ten times as slow.
    return _ORIGINS.get(written) or Origin(written)


def _is_rule(place: list[str], origin: str) -> bool:
    """True for the place of a default, which is a rules file: it has no sheet."""
    return origin == Origin.DEFAULT and not place[1]


def _encode_delivery(delivery: ScheduledDelivery) -> Json:
    written: dict[str, Any] = {}
    if delivery.date:
        written["date"] = delivery.date.isoformat()
    if delivery.quantity is not None:
        written["quantity"] = plain_decimal(delivery.quantity)
    if delivery.destination:
        written["destination"] = delivery.destination
    if delivery.words:
        written["words"] = delivery.words
    return written


def _decode_delivery(written: dict[str, str]) -> ScheduledDelivery:
    return ScheduledDelivery(
        date=dt.date.fromisoformat(written["date"]) if "date" in written else None,
        quantity=Decimal(written["quantity"]) if "quantity" in written else None,
        destination=written.get("destination", ""),
        words=written.get("words", ""),
    )
