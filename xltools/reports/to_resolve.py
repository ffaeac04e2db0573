"""What waits for a person's word: typed values that could not stand, rows that went, workbooks that must be mended."""

import datetime as dt
from collections.abc import Iterator, Sequence

from xltools.core.content import CellContent
from xltools.core.grid import Condition, Style, Validation
from xltools.core.place import Place
from xltools.core.sheet import Range
from xltools.core.text import Language, Text
from xltools.forms.messages import Say
from xltools.forms.model import FormField
from xltools.forms.rules import Rules
from xltools.ledger.items import OpenItem
from xltools.ledger.replay import Ledger, ReturnedDocument
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import column_condition, row_height
from xltools.reports.wording import field_label, order_form

TO_RESOLVE_SHEET = "待处理 To Resolve"
TO_RESOLVE_TABLE = "ToResolve"
ANSWER = "answer"
_COLUMNS = (
    TableColumn("id", "编号 No.", 16),
    TableColumn("since", "日期 Since", 12, Style.DATE),
    TableColumn("kind", "类型 Kind", 16),
    TableColumn("order", "订单 Order", 17),
    TableColumn("line", "行 Line", 7, Style.CENTER),
    TableColumn("what", "内容 What", 56),
    TableColumn("typed", "表中填写 Typed", 20),
    TableColumn("kept", "现值 Kept", 20),
    TableColumn("by", "由 By", 12),
    TableColumn("source", "来源 Source", 42),
    TableColumn("status", "状态 Status", 18, Style.CENTER),
    TableColumn(ANSWER, "处理 Answer", 30, Style.INPUT, editable=True),
)
_OPEN = Text("待处理", "Open")
_ANSWER_TITLE = Text("处理", "Answer")
_ANSWER_HELP = Text("写下怎么处理；任何文字都会关闭这一条。", "Say what was done; any text closes the item.")


def build_to_resolve(ledger: Ledger, rules: Rules, language: Language, say: Say, as_of: dt.date) -> SheetTable:
    """The table ToResolve: items and returned workbooks, in the order in which they came; closed ones stay, as closed.

    People answer in the column `answer`; what the ledger has of an answer stands there, too.
    """
    rows = [*_item_rows(ledger, rules, language, say), *_return_rows(ledger, language, say)]
    rows.sort(key=lambda found: found[0])
    still_open = len(ledger.open_items) + len(ledger.returned)
    caption = say("ui-to-resolve-caption", as_of=as_of.isoformat(), open=still_open, all=len(rows))
    return to_resolve_table([row for _, row in rows], caption)


def to_resolve_table(rows: Sequence[TableRow] = (), caption: str = "") -> SheetTable:
    """The table with these rows; without any, that of the template."""
    return SheetTable(TO_RESOLVE_SHEET, TO_RESOLVE_TABLE, _COLUMNS, rows, key=("id",), caption=caption)


def to_resolve_conditions() -> tuple[Condition, ...]:
    """Open rows show in their status, in either language; closed ones step back."""
    names = [column.name for column in _COLUMNS]
    is_open = f'OR({{status}}="{_OPEN.zh}",{{status}}="{_OPEN.en}")'
    is_closed = f'AND({{status}}<>"",NOT({is_open}))'
    return (
        *column_condition(_COLUMNS, ("status",), is_open, Style.AT_RISK),
        *column_condition(_COLUMNS, names, is_closed, Style.DONE),
    )


def answer_check(block: Range) -> Validation:
    """What Excel says where people answer; it takes anything."""
    message = f"{_ANSWER_HELP.zh}\n{_ANSWER_HELP.en}"
    return Validation(block, "any", strict=False, title=_ANSWER_TITLE.both, message=message)


def _item_rows(
    ledger: Ledger, rules: Rules, language: Language, say: Say
) -> Iterator[tuple[tuple[dt.date, int, str], TableRow]]:
    for item in ledger.items.values():
        cells: tuple[CellContent, ...] = (
            item.id,
            item.since,
            say(f"ui-item-{item.kind}"),
            item.order or None,
            item.line or None,
            _item_sentence(item, rules, language, say),
            item.typed or None,
            item.kept or None,
            item.by or None,
            _source(item.place) or None,
            _status(item.closed, language, say),
            item.answer or None,
        )
        yield (item.since, 0, item.id), TableRow((item.id,), cells, row_height(_COLUMNS, cells))


def _return_rows(ledger: Ledger, language: Language, say: Say) -> Iterator[tuple[tuple[dt.date, int, str], TableRow]]:
    for returned in (*ledger.closed_returns.values(), *ledger.returned.values()):
        cells: tuple[CellContent, ...] = (
            returned.return_id,
            returned.when,
            say("ui-item-returned-workbook"),
            _orders_of(returned) or None,
            None,
            say(
                "ui-item-what-returned-workbook",
                file=returned.file.rpartition("/")[2],
                problems=returned.problems,
                returned=returned.returned,
            ),
            None,
            None,
            None,
            returned.file,
            _status(returned.closed, language, say),
            returned.answer or None,
        )
        yield (
            (returned.when, 1, returned.return_id),
            TableRow((returned.return_id,), cells, row_height(_COLUMNS, cells)),
        )


def _orders_of(returned: ReturnedDocument) -> str:
    """The order numbers that were legible, else the customers' own."""
    return ", ".join(dict.fromkeys(found for one in returned.about if (found := one.order or one.customer_po)))


def _item_sentence(item: OpenItem, rules: Rules, language: Language, say: Say) -> str:
    """What happened and what is asked, in one sentence; typed and kept values stand in columns of their own."""
    cells = (
        say("ui-item-cell", column=_column_label(column, rules, language), typed=typed or "—", restored=restored or "—")
        for column, typed, restored in item.cells
    )
    return say(
        f"ui-item-what-{item.kind}",
        label=field_label(item.field, rules, language) if item.field else "",
        cells=("；" if language == "zh" else "; ").join(cells),
        reason=_reason(item, rules, language, say) if item.code else "",
    )


def _reason(item: OpenItem, rules: Rules, language: Language, say: Say) -> str:
    """Why a value or row was not taken: the words of its problem, or of the form's check that found it."""
    form = order_form(rules)
    for check in (*form.header_checks, *form.line_checks):
        if check.code == item.code:
            return check.message.text.in_language(language)
    label = field_label(item.field, rules, language)
    blanks = {"label": label, "field": label, "value": item.typed, "order": item.order, "line": item.line}
    return say(item.code, **blanks, bound=_bound(item.code, form.field(item.field)))


def _bound(code: str, field: FormField | None) -> str:
    """What a number would have to be: the item keeps its problem's code, not its words."""
    if field is None:
        return ""
    if code == "number-too-large":
        return "" if field.maximum is None else f"≤ {field.maximum}"
    if field.above is not None:
        return f"> {field.above}"
    return "" if field.minimum is None else f"≥ {field.minimum}"


def _column_label(name: str, rules: Rules, language: Language) -> str:
    column = next((one for one in rules.tracker.columns if one.column == name), None)
    return column.label.text.in_language(language) if column and column.label else field_label(name, rules, language)


def _status(closed: dt.date | None, language: Language, say: Say) -> str:
    return say("ui-item-closed", day=closed.isoformat()) if closed else _OPEN.in_language(language)


def _source(place: Place) -> str:
    return " ".join(filter(None, (place.file.rpartition("/")[2], place.sheet, place.cell)))
