"""What was changed in orders that had been taken: new revisions and what people typed over values, the newest last."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from xltools.core.event import EventKind
from xltools.core.grid import CellContent, Style
from xltools.core.order import HistoryEntry, Order
from xltools.core.text import Language
from xltools.forms.model import FieldType
from xltools.forms.rules import Rules
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import row_height
from xltools.reports.wording import Say, field_label, order_form, value_text

CHANGES_SHEET = "变更 Changes"
CHANGES_TABLE = "Changes"
_COLUMNS = (
    TableColumn("number", "编号 No.", 8, Style.INTEGER),
    TableColumn("date", "日期 Date", 12, Style.DATE),
    TableColumn("order", "订单 Order", 17),
    TableColumn("line", "行 Line", 7, Style.CENTER),
    TableColumn("event", "变更 Change", 18),
    TableColumn("field", "字段 Field", 18),
    TableColumn("from", "原值 From", 24),
    TableColumn("to", "新值 To", 24),
    TableColumn("by", "由 By", 14),
    TableColumn("source", "来源 Source", 40),
)
_CHANGES = frozenset({EventKind.ORDER_REVISED, EventKind.VALUE_EDITED})
_RECEIPTS = frozenset({EventKind.ORDER_RECEIVED, EventKind.ORDER_REVISED})


def build_changes(orders: Iterable[Order], rules: Rules, language: Language, say: Say) -> SheetTable:
    """The table Changes: one row per changing event of any order, by its number in the ledger; rows never change."""
    changes = sorted(
        ((entry, order, before) for order in orders for entry, before in _changes(order)),
        key=lambda found: found[0].number,
    )
    rows = [_row(entry, order, before, rules, language, say) for entry, order, before in changes]
    return changes_table(rows, say("ui-changes-caption", count=len(rows)))


def changes_table(rows: Sequence[TableRow] = (), caption: str = "") -> SheetTable:
    """The table with these rows; without any, that of the template."""
    return SheetTable(CHANGES_SHEET, CHANGES_TABLE, _COLUMNS, rows, key=("number",), caption=caption)


def _changes(order: Order) -> Iterator[tuple[HistoryEntry, str]]:
    """The changes of an order, each with the revision there was before it."""
    revision = ""
    for entry in order.history:
        if entry.kind in _CHANGES:
            yield entry, revision
        if entry.kind in _RECEIPTS:
            revision = entry.words.get("revision", "")


def _row(entry: HistoryEntry, order: Order, before: str, rules: Rules, language: Language, say: Say) -> TableRow:
    words = entry.words
    if entry.kind is EventKind.ORDER_REVISED:
        name, line, was, now = "revision", "", before, words.get("revision", "")
    else:
        name, line = words["field"], words["line"]
        was, now = (_shown(words[key], name, rules, language) for key in ("was", "value"))
    place = entry.place
    cells: tuple[CellContent, ...] = (
        entry.number,
        entry.when,
        order.number,
        line or None,
        say(f"ui-event-{entry.kind}"),
        field_label(name, rules, language),
        was or None,
        now or None,
        entry.by or None,
        " ".join(filter(None, (place.file.rpartition("/")[2], place.sheet, place.cell))) or None,
    )
    return TableRow((str(entry.number),), cells, row_height(_COLUMNS, cells))


def _shown(text: str, name: str, rules: Rules, language: Language) -> str:
    """A value's text of the history as people read it: choices and yes or no by their words, 0.13 as 13%."""
    field = order_form(rules).field(name)
    if field is None or not text:
        return text
    if field.type is FieldType.PERCENT:
        try:
            return value_text(Decimal(text), field, language)
        except InvalidOperation:
            return text  # what was typed is no number
    if field.type is FieldType.YES_NO and text in {"True", "False"}:
        return value_text(text == "True", field, language)
    return value_text(text, field, language)
