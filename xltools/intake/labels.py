"""Which header or label names which field of a layout."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from xltools.core.sheet import Scalar, Sheet
from xltools.core.text import label_key
from xltools.forms.model import Form, FormField, Layout, Placement, Stage

# `数量(Pcs)`, `单价（元）`: what stands in brackets at the end is a unit or a remark.
_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]$")
CLOSING = (")", "]", "）", "】")
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
    return find_key(labels, label_key(value))


def find_key(labels: Labels, key: str) -> str | None:
    """The field that a text in compared form names."""
    if found := labels.get(key):
        return found
    return labels.get(without_brackets(key)) if key.endswith(CLOSING) else None


def without_brackets(key: str) -> str:
    """A text in compared form without what stands in brackets at its end."""
    return _BRACKETS.sub("", key)


def written_text(value: Scalar) -> str:
    """A cell's value as its writer sees it: `17` for the number 17.0, no blanks around a text."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def match_row(labels: Labels, sheet: Sheet, row: int) -> dict[str, list[int]]:
    """The fields that a row's cells name, each with the columns it stands in."""
    matched: dict[str, list[int]] = {}
    for column, value in enumerate(sheet.rows[row]):
        if field := find_label(labels, value):
            matched.setdefault(field, []).append(column)
    return matched


@dataclass(frozen=True, slots=True)
class TableWords:
    """A table of a layout: the labels of its columns, its fields by name, those that no row of it may lack."""

    labels: Labels
    fields: Mapping[str, FormField]
    needed: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class LayoutWords:
    """A layout with its form, its labels indexed: of its table, of the labels beside it, of all.

    `orders` is the table of header rows of a layout on two sheets, `choices` the words that fields beside the table may
    hold, by field. `ignored` are headers it knows and leaves aside,
    `across` the field whose dates may stand as columns.
    """

    form: Form
    layout: Layout
    table: TableWords
    orders: TableWords
    block: Labels
    every: Labels
    choices: Mapping[str, Mapping[str, str]]
    ignored: frozenset[str]
    across: FormField | None


# Made once per layout. The rules live as long as a run does, and an entry holds its own, so that no id comes twice.
_INDEXED: dict[tuple[int, int], LayoutWords] = {}
_MOST_INDEXED = 200


def layout_words(form: Form, layout: Layout) -> LayoutWords:
    """The labels of a layout, indexed when they are first asked for."""
    key = (id(form), id(layout))
    known = _INDEXED.get(key)
    if known is None:
        if len(_INDEXED) >= _MOST_INDEXED:
            _INDEXED.clear()
        known = _INDEXED[key] = _index_layout(form, layout)
    return known


def _index_layout(form: Form, layout: Layout) -> LayoutWords:
    placements = tuple(layout.placements())
    columns = {
        "sheet": layout.lines,
        "list": placements,
        "two-sheets": (*(one for one in layout.header if one.field == layout.group_by), *layout.lines),
    }[layout.kind]
    needed = layout.lines or layout.header
    # A list with the number of its orders around it, and not in it, is a form.
    beside = [one for one in layout.header if layout.kind == "sheet" or one.field != layout.group_by]
    return LayoutWords(
        form,
        layout,
        _table_words(form, columns, needed),
        _table_words(form, layout.header, layout.header if layout.kind == "two-sheets" else ()),
        index_labels(form, beside),
        index_labels(form, placements),
        {field.name: field.choice_words for one in beside if (field := form.field(one.field)) and field.choices},
        frozenset(map(label_key, layout.ignore)),
        form.field(layout.dates_across) if layout.dates_across else None,
    )


def _table_words(form: Form, columns: Iterable[Placement], needed: Iterable[Placement]) -> TableWords:
    columns = tuple(columns)
    placed = [field for one in columns if (field := form.field(one.field))]
    wanted = {one.field for one in needed}
    return TableWords(
        index_labels(form, columns),
        {field.name: field for field in placed},
        tuple(field for field in placed if field.name in wanted and is_indispensable(field)),
    )


def is_indispensable(field: FormField) -> bool:
    """True for a field that nothing stands in for, and without which a record is returned."""
    return field.required is Stage.INTAKE and not field.alternative and field.default is None
