"""What a workbook says of an order, as a hash: whether it was sent again with changes."""

import hashlib
from collections.abc import Mapping

from xltools.core.codec import Json, canonical_json, encode_value
from xltools.core.record import Origin, Record, Value
from xltools.forms.model import Layout

# Defaults and master data are filled in anew on each reading; only what people wrote can make an order another one.
_TYPED = frozenset({Origin.CELL, Origin.FOLDER})
_CARRIER = "carrier"


def shipped_facts(layout: Layout) -> frozenset[str]:
    """The line fields in which a list that also says what has left says it; none in other layouts."""
    return frozenset({layout.shipped.date, _CARRIER}) if layout.shipped else frozenset()


def hash_content(record: Record, layout: Layout) -> str:
    """The hash (SHA-256, hex) of what was typed for an order, its number and shipped facts left out.

    Places and the order of columns make no difference, nor does the order of lines that are all numbered.
    """
    left_out = shipped_facts(layout)
    lines = [_typed(line.values, left_out) for line in record.lines]
    if all("line_no" in line for line in lines):
        lines.sort(key=canonical_json)
    content = {"header": _typed(record.values, left_out | {"order_no"}), "lines": lines}
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def line_content(values: Mapping[str, Value], layout: Layout) -> str:
    """What was typed for a line, its number and shipped facts left out, as canonical JSON."""
    return canonical_json(_typed(values, shipped_facts(layout) | {"line_no"}))


def _typed(values: Mapping[str, Value], left_out: frozenset[str]) -> dict[str, Json]:
    return {
        name: encode_value(given.value)
        for name, given in values.items()
        if given.origin in _TYPED and name not in left_out
    }
