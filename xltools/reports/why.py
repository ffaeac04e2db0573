"""Where a value came from: the workbook, sheet and cell of any field or tracker column."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xltools.core.codec import plain_decimal
from xltools.core.content import shown_content
from xltools.core.order import HistoryEntry, Order, OrderLine
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.record import Value
from xltools.core.text import Language, label_key
from xltools.forms.messages import Say
from xltools.forms.model import Label
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import COMPUTED_COLUMNS
from xltools.reports.lines import AssessedLine
from xltools.reports.tracker import column_content
from xltools.reports.wording import field_label, order_form, plain_text

# What each computed column is made of, the cell to look at first in front. `*` stands for the shipments of the line.
_DATES = ("promised_date", "requested_date", "quantity", "*")
_MADE_OF: Mapping[str, tuple[str, ...]] = {
    "warning": _DATES,
    "days_left": _DATES,
    "days_late": _DATES,
    "due_date": ("promised_date", "requested_date"),
    "first_promised_date": ("promised_date",),
    "order_line": ("order_no", "line_no"),
    "order_no": ("order_no",),
    "line_no": ("line_no",),
    "revision": ("revision",),
    "product_key": ("customer_item", "product_code"),
    "shipped_quantity": ("*",),
    "last_shipped_date": ("*",),
    "open_quantity": ("quantity", "*"),
    "amount": ("amount", "quantity", "unit_price", "discount"),
    "stage": ("*",),
    "waiting": ("*",),
}


@dataclass(frozen=True, slots=True)
class ValueSource:
    """One value, where it stands, how it came there, and what is known of its workbook.

    `archived` and `sha256` are empty where the workbook is no archived original, as the tracker itself.
    """

    field: str
    value: str
    place: Place
    origin: str
    archived: str
    sha256: str
    by: str
    when: dt.date


@dataclass(frozen=True, slots=True)
class Explanation:
    """The value of a field or tracker column, the one source to look at first, and all it was made of."""

    order: str
    line: str
    field: str
    value: str
    main: ValueSource
    sources: tuple[ValueSource, ...]


def explain_value(
    lines: Sequence[AssessedLine],
    field: str,
    line: str,
    rules: Rules,
    language: Language,
    say: Say,
    archived: Mapping[str, str],
) -> Explanation | Problem:
    """Where a value of an order came from; `lines` are all lines of that one order, `line` may be blank.

    The field is named by its name, its label or its tracker header. `archived` gives by sha256 where a workbook is
    kept: originals, master data, trackers that people typed in. The problems: `field-unknown`, `line-unknown`, and
    `line-needed` where the order has several lines.
    """
    order = lines[0].order
    name = _find_name(field, rules)
    if name is None:
        return error("field-unknown", order.place, field=field, asked=field)
    of_line = name in COMPUTED_COLUMNS or name in _MADE_OF or order_form(rules).is_line_field(name)
    chosen = next((one for one in lines if one.line.number == line), None)
    if line and chosen is None:
        numbers = ", ".join(one.line.number for one in lines)
        return error("line-unknown", order.place, order=order.number, asked=line, lines=numbers)
    if of_line and chosen is None and len(lines) > 1:
        return error(
            "line-needed", order.place, field=name, order=order.number, label=field_label(name, rules, language)
        )
    chosen = chosen or lines[0]
    archive = _Archive(order, archived)
    sources = tuple(_sources(name, chosen, archive, rules))
    main = sources[0] if sources else archive.source(name, "", chosen.line.place if of_line else order.place, "")
    value = _value(name, chosen, rules, language, say)
    return Explanation(order.number, chosen.line.number if of_line else "", name, value, main, sources)


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """The JSON shape of `why`, with `from`: all values that a computed one is made of."""
    return {
        "order": explanation.order,
        "line": explanation.line,
        "field": explanation.field,
        "value": explanation.value,
        **_source_json(explanation.main),
        "from": [{"field": one.field, "value": one.value, **_source_json(one)} for one in explanation.sources],
    }


def _source_json(source: ValueSource) -> dict[str, Any]:
    return {
        "file": source.place.file,
        "sheet": source.place.sheet,
        "cell": source.place.cell,
        "archived": source.archived,
        "sha256": source.sha256,
        "by": source.by,
        "when": source.when.isoformat(),
        "origin": source.origin,
    }


@dataclass(frozen=True, slots=True)
class _Archive:
    """Finds what is known of the workbook that a place lies in."""

    order: Order
    archived: Mapping[str, str]

    def source(self, field: str, value: str, place: Place, origin: str) -> ValueSource:
        """A value with its workbook, and the person and day of the event that brought it."""
        entry = self._entry(place)
        by, when = (entry.by, entry.when) if entry else ("", self.order.received)
        return ValueSource(field, value, place, origin, self.archived.get(place.sha256, ""), place.sha256, by, when)

    def _entry(self, place: Place) -> HistoryEntry | None:
        newest_first = self.order.history[::-1]
        same_cell = (one for one in newest_first if (one.place, one.place.sha256) == (place, place.sha256))
        same_file = (one for one in newest_first if one.place.sha256 == place.sha256)
        return next(same_cell, None) or next(same_file, None)


def _find_name(asked: str, rules: Rules) -> str | None:
    form = order_form(rules)
    if form.field(asked) or asked in COMPUTED_COLUMNS or asked in _MADE_OF:
        return asked
    labels = {label_key(word): one.name for one in form.fields() for word in _words(one.label)}
    columns = {label_key(word): one.column for one in rules.tracker.columns if one.label for word in _words(one.label)}
    return {**labels, **columns}.get(label_key(asked))


def _words(label: Label) -> tuple[str, str, str]:
    return label.zh, label.en, label.text.both


def _sources(name: str, chosen: AssessedLine, archive: _Archive, rules: Rules) -> Iterator[ValueSource]:
    order, line = chosen.order, chosen.line
    if name == "papers":
        yield from (archive.source(name, paper.kind, Place(paper.file), "") for paper in reversed(order.papers))
        return
    if name == "missing":
        blanks = chosen.missing
        form = order_form(rules)
        for blank in blanks:
            yield archive.source(blank, "", line.place if form.is_line_field(blank) else order.place, "")
        return
    # An amount that was given is kept as it is, and is made of nothing else.
    given_amount = name == "amount" and "amount" in line.values
    for part in (name,) if given_amount else _MADE_OF.get(name, (name,)):
        if part == "*":
            yield from _shipments(line, archive)
        elif found := line.values.get(part) or order.values.get(part):
            yield archive.source(part, plain_text(found.value), found.place, str(found.origin))


def _shipments(line: OrderLine, archive: _Archive) -> Iterable[ValueSource]:
    for shipment in sorted(line.shipments, key=lambda one: one.date, reverse=True):
        words = f"{shipment.date.isoformat()}×{plain_decimal(shipment.quantity)}"
        yield archive.source("shipment", words, shipment.place, "")


def _value(name: str, chosen: AssessedLine, rules: Rules, language: Language, say: Say) -> str:
    if name == "first_promised_date":
        return plain_text(chosen.status.first_promised)
    if name in COMPUTED_COLUMNS:
        return plain_text(shown_content(column_content(name, chosen, rules, language, say)))
    found: Value | None = chosen.line.values.get(name) or chosen.order.values.get(name)
    return plain_text(found.value) if found else ""
