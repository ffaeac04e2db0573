"""The prices of order lines, in a workbook of their own: who works with the tracker need not see them."""

from collections.abc import Iterable, Sequence

from xltools.core.content import CellContent
from xltools.core.grid import Style
from xltools.core.text import Language, Text
from xltools.forms.messages import Say
from xltools.forms.model import FormField
from xltools.forms.rules import Rules
from xltools.forms.tracker_columns import KEY_COLUMNS
from xltools.reports.lines import AssessedLine
from xltools.reports.made_rows import MadeRows
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import row_height
from xltools.reports.wording import order_form, value_text

PRICES_SHEET = "价格 Prices"
PRICES_TABLE = "Prices"
# Fields of the order form, and what the desk computes: its name, width, look, and the header that no field gives.
_COLUMNS: tuple[tuple[str, float, Style, Text | None], ...] = (
    ("order_line", 17, Style.TEXT, Text("订单号-行", "Order-Line")),
    ("customer", 26, Style.TEXT, None),
    ("customer_po", 15, Style.TEXT, None),
    ("product", 20, Style.TEXT, None),
    ("specification", 18, Style.TEXT, None),
    ("quantity", 11, Style.QUANTITY, None),
    ("unit", 7, Style.CENTER, None),
    ("unit_price", 12, Style.PRICE, None),
    ("discount", 10, Style.PERCENT, None),
    ("currency", 9, Style.CENTER, None),
    ("tax_rate", 9, Style.PERCENT, None),
    ("tax_included", 10, Style.CENTER, None),
    ("amount", 15, Style.MONEY, None),
    ("order_no", 15, Style.TEXT, None),
    ("line_no", 8, Style.CENTER, None),
)
PRINTED_COLUMNS = len(_COLUMNS) - len(KEY_COLUMNS)


def build_prices(lines: Iterable[AssessedLine], rules: Rules, language: Language, say: Say) -> SheetTable:
    """The table Prices: one row per order line, as ordered; an amount is the given one, else price times quantity.

    There are no totals: currencies are never added together.
    """
    columns = _table_columns(rules)
    fields = [order_form(rules).field(column.name) for column in columns]
    rows = MadeRows(tuple(lines), lambda assessed: _row(assessed, columns, fields, rules, language))
    return prices_table(rules, rows, say("ui-prices-caption", lines=len(rows)))


def prices_table(rules: Rules, rows: Sequence[TableRow] = (), caption: str = "") -> SheetTable:
    """The table with these rows; without any, that of the template."""
    return SheetTable(PRICES_SHEET, PRICES_TABLE, _table_columns(rules), rows, key=KEY_COLUMNS, caption=caption)


def _table_columns(rules: Rules) -> tuple[TableColumn, ...]:
    form = order_form(rules)
    columns = []
    for name, width, style, header in _COLUMNS:
        field = form.field(name)
        words = header or (field.label.text if field else Text(name, name))
        columns.append(TableColumn(name, words.both, width, style))
    return tuple(columns)


def _row(
    assessed: AssessedLine,
    columns: Sequence[TableColumn],
    fields: Sequence[FormField | None],
    rules: Rules,
    language: Language,
) -> TableRow:
    cells = tuple(
        _cell(column.name, field, assessed, rules, language) for column, field in zip(columns, fields, strict=True)
    )
    return TableRow((assessed.order.number, assessed.line.number), cells, row_height(columns, cells))


def _cell(name: str, field: FormField | None, assessed: AssessedLine, rules: Rules, language: Language) -> CellContent:
    order, line = assessed.order, assessed.line
    match name:
        case "order_line":
            return f"{order.number}-{line.number}"
        case "order_no":
            return order.number
        case "line_no":
            return line.number
        case "amount":
            return line.amount
    value = line.get(name) if order_form(rules).is_line_field(name) else order.get(name)
    if isinstance(value, (bool, tuple)) or (field and field.choices):
        return value_text(value, field, language) or None
    return value
