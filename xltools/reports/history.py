"""What happened to an order, each event in a line of plain words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from xltools.core.event import EventKind
from xltools.core.order import Change, HistoryEntry, Order, Statement
from xltools.core.record import FieldValue
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.forms.model import Form
from xltools.forms.rules import Rules
from xltools.ledger.change_tasks import DISPLACED_BY
from xltools.reports.wording import act_text, field_label, order_form, value_text

# What a statement is about, or says in another place already.
_ABOUT = frozenset({"order_no", "line_no", "revision", "change_no", "name", "task", "asked"})
_ABOUT |= {"product_code", "product", "specification"}
_DATE = "date"
_BLANK = "—"
_REVISION = re.compile(r"r(\d+)")  # a paper is void because the order is at another revision


@dataclass(frozen=True, slots=True)
class HistoryWriter:
    """Puts the events of one order into words."""

    order: Order
    rules: Rules
    language: Language
    say: Say

    def write(self, entry: HistoryEntry) -> str:
        """The event and what it says: `goods shipped: line 1, 20 pcs, 2026-03-19, DN202603-001`."""
        event = self._event_words(entry)
        details = [one for one in self._details(entry) if one]
        return self.say("ui-history-entry", event=event, details=self._join(details)) if details else event

    def _event_words(self, entry: HistoryEntry) -> str:
        form = self.rules.forms.get(entry.words.get("form", "")) if entry.kind is EventKind.STATEMENT_MADE else None
        return form.label.text.in_language(self.language) if form else self.say(f"ui-event-{entry.kind}")

    def _details(self, entry: HistoryEntry) -> Iterator[str]:
        words = entry.words
        tell = _TELLERS.get(entry.kind)
        if tell:
            yield from tell(self, entry)
        elif revision := words.get("revision"):
            yield self.say("ui-history-revision", revision=revision)

    def shipped(self, entry: HistoryEntry) -> Iterator[str]:
        """What left: line, quantity, date, delivery note."""
        words = entry.words
        line = self.order.line(words.get("line", ""))
        unit = line.text("unit") if line else ""
        yield self._line(words)
        yield f"{words.get('quantity', '')} {unit}".strip()
        yield words.get("date", "")
        yield words.get("delivery_note", "")

    def edited(self, entry: HistoryEntry) -> Iterator[str]:
        """The field, what stood there, and what stands there now."""
        words = entry.words
        label = field_label(words.get("field", ""), self.rules, self.language)
        yield self._line(words)
        yield f"{label} {words.get('was') or _BLANK} → {words.get('value') or _BLANK}"

    def stated(self, entry: HistoryEntry) -> Iterator[str]:
        """What it is about, and what it says; the form where it is no more."""
        words = entry.words
        form = self.rules.forms.get(words.get("form", ""))
        yield "" if form else words.get("form", "")
        yield self._line(words)
        yield words.get("change", "")
        said = next((one for one in self.order.statements if one.number == entry.number), None)
        if said and (rush := said.text(DISPLACED_BY)):
            yield self.say("ui-displaced", orders=rush)
        yield from statement_words(said, form, self.language) if said and form else (words.get("says", ""),)
        if absent := words.get("deputy_for"):
            yield self.say("ui-deputy", name=words.get("name", ""), absent=absent)

    def changed(self, entry: HistoryEntry) -> Iterator[str]:
        """The change notice: its number, what it changes, the revision it made, or why not."""
        words = entry.words
        number = words.get("change", "")
        yield number
        if revision := words.get("revision"):
            yield self.say("ui-history-revision", revision=revision)
        found = next((one for one in self.order.changes if one.number == number), None)
        if found and entry.kind is not EventKind.CHANGE_REFUSED:
            yield from change_words(found, self.rules, self.language, self.say)
        if found and entry.kind is EventKind.CHANGE_REQUESTED and found.state == "unconfirmed":
            yield self.say("ui-change-unconfirmed")
        yield words.get("reason", "")

    def issued(self, entry: HistoryEntry) -> Iterator[str]:
        """A paper: its kind, number and revision."""
        words = entry.words
        yield paper_label(words.get("paper", ""), self.rules, self.language, self.say)
        yield words.get("number", "")
        if revision := words.get("revision"):
            yield self.say("ui-history-revision", revision=revision)

    def paper_voided(self, entry: HistoryEntry) -> Iterator[str]:
        """A paper that is void: its kind and number, and why."""
        yield from self.issued(entry)
        reason = entry.words.get("reason", "")
        by_revision = _REVISION.fullmatch(reason)
        if by_revision:
            yield self.say("ui-void-revision", revision=by_revision[1])
        elif reason:
            yield self.say(f"ui-void-{reason}")

    def voided(self, entry: HistoryEntry) -> Iterator[str]:
        """A delivery note that was taken back."""
        yield entry.words.get("delivery_note", "")
        yield entry.words.get("reason", "")

    def asked(self, entry: HistoryEntry) -> Iterator[str]:
        """An open item: its id, what it is about, or its answer."""
        words = entry.words
        yield words.get("item", "")
        if kind := words.get("kind"):
            yield self.say(f"ui-item-{kind}")
        yield self._line(words)
        if name := words.get("field"):
            yield field_label(name, self.rules, self.language)
        yield words.get("answer", "")

    def _line(self, words: Mapping[str, str]) -> str:
        return self.say("ui-history-line", line=words["line"]) if words.get("line") else ""

    def _join(self, parts: Iterable[str]) -> str:
        return self.say("ui-list-separator").join(parts)


_TELLERS: Mapping[EventKind, Callable[[HistoryWriter, HistoryEntry], Iterator[str]]] = {
    EventKind.GOODS_SHIPPED: HistoryWriter.shipped,
    EventKind.SHIPMENT_VOIDED: HistoryWriter.voided,
    EventKind.VALUE_EDITED: HistoryWriter.edited,
    EventKind.STATEMENT_MADE: HistoryWriter.stated,
    EventKind.CHANGE_REQUESTED: HistoryWriter.changed,
    EventKind.CHANGE_APPROVED: HistoryWriter.changed,
    EventKind.CHANGE_REFUSED: HistoryWriter.changed,
    EventKind.PAPER_ISSUED: HistoryWriter.issued,
    EventKind.PAPER_VOIDED: HistoryWriter.paper_voided,
    EventKind.ITEM_OPENED: HistoryWriter.asked,
    EventKind.ITEM_CLOSED: HistoryWriter.asked,
}


def statement_words(statement: Statement, form: Form, language: Language) -> Iterator[str]:
    """What a statement says, in the form's order: choices by their own words, other values after their field's label.

    Of a form with lines it is what the line says: minutes and those who were there would stand in each line's words. A
    date that is the day on which the statement came says nothing new.
    """
    told = [field for field in form.fields() if field.name not in _ABOUT and field.name in statement.values]
    of_line = [field for field in told if form.is_line_field(field.name)]
    for field in of_line or told:
        given = statement.values[field.name].value
        if given != statement.when or field.name != _DATE:
            text = value_text(given, field, language)
            yield text if field.choices else f"{field.label.text.in_language(language)} {text}"


def change_words(change: Change, rules: Rules, language: Language, say: Say) -> Iterator[str]:
    """What a change notice changes, field by field: `line 1 quantity 100 → 120`; its kinds where it names no field."""
    for item in change.items:
        was, becomes = (_value(one, item.field, rules, language) for one in (item.was, item.value))
        words = f"{field_label(item.field, rules, language)} {was} → {becomes}"
        words = act_text(item.action, rules, language, say) if item.action else words
        yield f"{say('ui-history-line', line=item.line)} {words}" if item.line else words
    if not change.items:
        yield from (say(f"ui-change-kind-{kind}") for kind in change.kinds)


def _value(value: FieldValue | None, name: str, rules: Rules, language: Language) -> str:
    return _BLANK if value is None else value_text(value, order_form(rules).field(name), language)


def paper_label(kind: str, rules: Rules, language: Language, say: Say) -> str:
    """What a kind of paper is called by the rules, else by the program, else its name."""
    rule = rules.paper_kinds.get(kind)
    if rule:
        return rule.label.text.in_language(language)
    words = say(f"ui-paper-{kind}")
    return kind if words == f"ui-paper-{kind}" else words
