"""What was changed in orders that had been taken: change notices, new revisions, what people typed; the newest last."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from xltools.core.content import CellContent
from xltools.core.event import EventKind
from xltools.core.grid import Condition, Style
from xltools.core.order import Change, ChangeItem, HistoryEntry, Order
from xltools.core.place import Place
from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.forms.model import FieldType
from xltools.forms.rules import Rules
from xltools.ledger.standing import CHANGE_NOTICE
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import column_condition, row_height
from xltools.reports.wording import act_text, field_label, order_form, plain_text, value_text

CHANGES_SHEET = "变更 Changes"
CHANGES_TABLE = "Changes"
_COLUMNS = (
    TableColumn("number", "编号 No.", 9, Style.CENTER),
    TableColumn("date", "日期 Date", 12, Style.DATE),
    TableColumn("order", "订单 Order", 17),
    TableColumn("line", "行 Line", 7, Style.CENTER),
    TableColumn("event", "事项 Event", 14),
    TableColumn("notice", "变更单 Notice", 16),
    TableColumn("state", "状态 State", 18),
    TableColumn("kinds", "类型 Kinds", 13),
    TableColumn("field", "字段 Field", 16),
    TableColumn("from", "原值 From", 22),
    TableColumn("to", "新值 To", 22),
    TableColumn("reason", "原因 Reason", 24),
    TableColumn("requested_by", "提出方 Asked By", 10),
    TableColumn("delay_by", "延期责任 Delay By", 10),
    TableColumn("revision", "版本 Rev.", 8, Style.CENTER),
    TableColumn("by", "由 By", 12),
    TableColumn("source", "来源 Source", 34),
)
_NAMES = tuple(column.name for column in _COLUMNS)
_RECEIPTS = frozenset({EventKind.ORDER_RECEIVED, EventKind.ORDER_REVISED})


@dataclass(frozen=True, slots=True)
class _Row:
    """A changed value: of which event, the how manieth of it; what stands in its cells beside those of the event."""

    entry: HistoryEntry
    order: str
    at: int
    place: Place
    cells: Mapping[str, CellContent]

    @property
    def key(self) -> str:
        """The event's number; further values of one event are numbered behind it: 57, 57-2, 57-3."""
        return f"{self.entry.number}-{self.at}" if self.at > 1 else str(self.entry.number)


def build_changes(orders: Iterable[Order], rules: Rules, language: Language, say: Say) -> SheetTable:
    """The table Changes: a row per changed value, by the number in the ledger of the event that asked for it.

    A row of a change notice follows its state until it is approved or refused; other rows never change.
    """
    words = _Words(rules, language, say)
    found = sorted(
        (row for order in orders for row in _list_rows(order, words)), key=lambda one: (one.entry.number, one.at)
    )
    rows = [_table_row(one, say) for one in found]
    return changes_table(rows, say("ui-changes-caption", count=len(rows)))


def changes_table(rows: Sequence[TableRow] = (), caption: str = "") -> SheetTable:
    """The table with these rows; without any, that of the template."""
    return SheetTable(CHANGES_SHEET, CHANGES_TABLE, _COLUMNS, rows, key=("number",), caption=caption)


def changes_conditions(says: Iterable[Say]) -> tuple[Condition, ...]:
    """The colours of changes that wait, in any of the languages: red until confirmed, amber until signed."""
    spoken = tuple(says)
    if not spoken:
        return ()
    looks = (("unconfirmed", Style.LATE), ("pending", Style.AT_RISK))
    return tuple(
        condition
        for state, style in looks
        for condition in column_condition(
            _COLUMNS,
            ("state",),
            "OR(" + ",".join(f'{{state}}="{say(f"ui-change-state-{state}")}"' for say in spoken) + ")",
            style,
        )
    )


def _list_rows(order: Order, words: "_Words") -> Iterator[_Row]:
    """The changed values of an order, as they happened."""
    revision = ""
    asked: set[str] = set()
    changes = {change.number: change for change in order.changes}
    for entry in order.history:
        if entry.kind is EventKind.VALUE_EDITED:
            name, line = entry.words["field"], entry.words["line"]
            was, now = (words.written(entry.words[key], name) for key in ("was", "value"))
            cells = {"line": line, "field": words.field(name), "from": was, "to": now}
            yield _Row(entry, order.number, 1, entry.place, cells)
        elif entry.kind is EventKind.ORDER_REVISED:
            yield from _revision_rows(entry, order, revision, words)
        elif entry.kind is EventKind.CHANGE_REQUESTED and (number := entry.words["change"]) not in asked:
            asked.add(number)  # with more signatures it comes again
            yield from _notice_rows(entry, order, changes[number], words)
        if entry.kind in _RECEIPTS:
            revision = entry.words.get("revision", "")


def _revision_rows(entry: HistoryEntry, order: Order, before: str, words: "_Words") -> Iterator[_Row]:
    revision = entry.words.get("revision", "")
    cells: dict[str, CellContent] = {
        "field": words.field("revision"),
        "from": before,
        "to": revision,
        "revision": revision,
    }
    yield _Row(entry, order.number, 1, entry.place, cells)
    for at, item in enumerate(entry.items, 2):
        cells = {**words.item(item), "revision": revision}
        yield _Row(entry, order.number, at, item.place if item.place.file else entry.place, cells)


def _notice_rows(entry: HistoryEntry, order: Order, change: Change, words: "_Words") -> Iterator[_Row]:
    common = words.notice(change)
    for at, item in enumerate(change.items, 1):
        place = item.place if item.place.file else entry.place
        yield _Row(entry, order.number, at, place, {**common, **words.item(item)})


def _table_row(row: _Row, say: Say) -> TableRow:
    entry, place = row.entry, row.place
    given: dict[str, CellContent] = {
        "number": row.key if row.at > 1 else entry.number,
        "date": entry.when,
        "order": row.order,
        "event": say(f"ui-event-{entry.kind}"),
        "by": entry.by,
        "source": " ".join(filter(None, (place.file.rpartition("/")[2], place.sheet, place.cell))),
        **row.cells,
    }
    cells = tuple(given.get(name) or None for name in _NAMES)
    return TableRow((row.key,), cells, row_height(_COLUMNS, cells))


@dataclass(frozen=True, slots=True)
class _Words:
    """Values, fields and states as people read them."""

    rules: Rules
    language: Language
    say: Say

    def field(self, name: str) -> str:
        """The label of an order's field."""
        return field_label(name, self.rules, self.language)

    def item(self, item: ChangeItem) -> dict[str, CellContent]:
        """The cells that one changed value fills."""
        if item.action:
            cancelled = self.say("ui-change-cancelled") if item.action == "cancel" else ""
            shown = (plain_text(item.was), plain_text(item.value) or cancelled)
            return {
                "line": item.line,
                "field": act_text(item.action, self.rules, self.language, self.say),
                "from": shown[0],
                "to": shown[1],
            }
        field = order_form(self.rules).field(item.field)
        was, now = (value_text(value, field, self.language) for value in (item.was, item.value))
        return {"line": item.line, "field": self.field(item.field), "from": was, "to": now}

    def notice(self, change: Change) -> dict[str, CellContent]:
        """The cells that are the same for all values of a notice."""
        return {
            "notice": change.number,
            "state": self._state(change),
            "kinds": self._chosen("kinds", " ".join(change.kinds)),
            "reason": change.text("reason"),
            "requested_by": self._chosen("requested_by", change.text("requested_by")),
            "delay_by": self._chosen("delay_by", change.text("delay_by")),
            "revision": str(change.made or ""),
        }

    def written(self, text: str, name: str) -> str:
        """A value's text of the history: choices and yes or no by their words, 0.13 as 13%."""
        field = order_form(self.rules).field(name)
        if field is None or not text:
            return text
        if field.type is FieldType.PERCENT:
            try:
                return value_text(Decimal(text), field, self.language)
            except InvalidOperation:
                return text  # what was typed is no number
        if field.type is FieldType.YES_NO and text in {"True", "False"}:
            return value_text(text == "True", field, self.language)
        return value_text(text, field, self.language)

    def _state(self, change: Change) -> str:
        words = self.say(f"ui-change-state-{change.state}", change=change.reason)
        if change.closed is None or change.state == "replaced":
            return words
        reason = change.reason if change.state == "refused" else ""
        return " ".join(filter(None, (words, change.closed.isoformat(), reason)))

    def _chosen(self, name: str, value: str) -> str:
        """Words of the change notice's choices."""
        form = self.rules.forms.get(CHANGE_NOTICE)
        return value_text(value, form.field(name) if form else None, self.language)
