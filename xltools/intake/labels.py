"""Which header or label names which field of a layout."""

import re
from collections.abc import Iterable, Iterator, Mapping

from xltools.core.sheet import Scalar, Sheet
from xltools.core.text import label_key
from xltools.forms.model import Form, FormField, Layout, Placement

# `数量(Pcs)`, `单价（元）`: what stands in brackets at the end is a unit or a remark.
_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]$")
LONGEST_LABEL = 60

Labels = Mapping[str, str]


def label_names(field: FormField, placement: Placement) -> Iterator[str]:
    """All words under which a field may stand, in the form they are compared."""
    label = field.label
    for words in (label.zh, label.en, label.text.both, *placement.aliases):
        yield label_key(words)


def index_labels(form: Form, placements: Iterable[Placement]) -> Labels:
    """From compared label to field name; the first placement to name a label has it."""
    index: dict[str, str] = {}
    for placement in placements:
        if field := form.field(placement.field):
            for key in label_names(field, placement):
                index.setdefault(key, field.name)
    return index


def find_label(labels: Labels, value: Scalar) -> str | None:
    """The field that a cell's text names, None where it names none."""
    if not isinstance(value, str) or len(value) > LONGEST_LABEL:
        return None
    key = label_key(value)
    return labels.get(key) or labels.get(_BRACKETS.sub("", key))


def match_row(labels: Labels, sheet: Sheet, row: int) -> dict[str, list[int]]:
    """The fields that a row's cells name, each with the columns it stands in."""
    matched: dict[str, list[int]] = {}
    for column, value in enumerate(sheet.rows[row]):
        if field := find_label(labels, value):
            matched.setdefault(field, []).append(column)
    return matched


def ignored_labels(layout: Layout) -> frozenset[str]:
    """The headers a layout knows and leaves aside."""
    return frozenset(map(label_key, layout.ignore))
