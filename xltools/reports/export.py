"""One row per order line, as other programs take it."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal

from xltools.core.codec import plain_decimal
from xltools.core.grid import Grid, GridCell, GridTable, Style
from xltools.core.money import round_cents
from xltools.core.place import Place
from xltools.core.sheet import Range
from xltools.reports.lines import AssessedLine

Row = dict[str, str | int | Decimal | dt.date | None]

# The columns in order, and what each holds where it is not blank.
EXPORT_COLUMNS: Mapping[str, type] = {
    **dict.fromkeys(("order", "line"), str),
    "revision": int,
    **dict.fromkeys(("stage", "customer", "customer_po", "owner", "product_code", "customer_item"), str),
    **dict.fromkeys(("product", "specification", "unit"), str),
    **dict.fromkeys(("quantity", "unit_price", "discount"), Decimal),
    "currency": str,
    "amount": Decimal,
    **dict.fromkeys(("order_date", "requested_date", "promised_date", "first_promised_date", "due_date"), dt.date),
    **dict.fromkeys(("shipped_quantity", "open_quantity"), Decimal),
    "last_shipped_date": dt.date,
    "missing": str,
    "days_late": int,
    **dict.fromkeys(("source_file", "source_cell"), str),
}
_STYLES = {Decimal: Style.QUANTITY, int: Style.INTEGER, dt.date: Style.DATE}
_COLUMN_STYLES = {"unit_price": Style.PRICE, "amount": Style.MONEY, "discount": Style.PERCENT}


def export_rows(lines: Iterable[AssessedLine]) -> list[Row]:
    """The rows of `export`, each with all EXPORT_COLUMNS, in the order the lines come in.

    Dates are those of the delivery that counts. `missing` holds field names with a blank between; `stage` is the
    stage's name in the workflow; `source_cell` is `Sheet!A1`: one workbook may hold an order a sheet.
    """
    return [_export_row(assessed) for assessed in lines]


def export_csv(rows: Iterable[Row]) -> str:
    """The rows as CSV (RFC 4180 quoting, lines end in LF): ISO dates, plain decimals, blank for None.

    Text stands as it was typed, even where it begins with `=`: programs read this file, and the .xlsx is for people.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(EXPORT_COLUMNS)
    writer.writerows([_plain(name, row[name]) for name in EXPORT_COLUMNS] for row in rows)
    return written.getvalue()


def export_grid(rows: Iterable[Row]) -> Grid:
    """The rows as one sheet, an Excel table with frozen header."""
    cells = {(0, column): GridCell(name, Style.HEADER) for column, name in enumerate(EXPORT_COLUMNS)}
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, name in enumerate(EXPORT_COLUMNS):
            value = row[name]
            if value is not None:
                cells[last, column] = GridCell(value, _COLUMN_STYLES.get(name) or _STYLES.get(type(value), Style.TEXT))
    return Grid(
        name="lines",
        cells=cells,
        widths=tuple(max(10.0, len(name) + 3.0) for name in EXPORT_COLUMNS),
        tables=(GridTable("Lines", Range(0, 0, max(last, 1), len(EXPORT_COLUMNS) - 1)),),
        freeze=(1, 2),
    )


def _export_row(assessed: AssessedLine) -> Row:
    order, line, status = assessed.order, assessed.line, assessed.status
    order_date = order.get("order_date")
    amount = line.amount
    return {
        "order": order.number,
        "line": line.number,
        "revision": order.revision,
        "stage": assessed.standing.stage,
        "customer": order.text("customer"),
        "customer_po": order.text("customer_po"),
        "owner": order.text("owner"),
        "product_code": line.text("product_code"),
        "customer_item": line.text("customer_item"),
        "product": line.text("product"),
        "specification": line.text("specification"),
        "unit": line.text("unit"),
        "quantity": line.decimal("quantity"),
        "unit_price": line.decimal("unit_price"),
        "discount": line.decimal("discount"),
        "currency": order.text("currency"),
        "amount": None if amount is None else round_cents(amount),
        "order_date": order_date if isinstance(order_date, dt.date) else None,
        "requested_date": status.requested,
        "promised_date": status.promised,
        "first_promised_date": status.first_promised,
        "due_date": status.due,
        "shipped_quantity": line.shipped,
        "open_quantity": status.open_quantity,
        "last_shipped_date": line.last_shipped,
        "missing": " ".join(assessed.missing),
        "days_late": status.days_late,
        "source_file": _source(assessed).file,
        "source_cell": cell_reference(_source(assessed)),
    }


def _source(assessed: AssessedLine) -> Place:
    return assessed.line.place if assessed.line.place.file else assessed.order.place


def cell_reference(place: Place) -> str:
    """Sheet and cell of a place: `接单登记表!B18`."""
    return "!".join(part for part in (place.sheet, place.cell) if part)


def _plain(name: str, value: str | int | Decimal | dt.date | None) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        # Money keeps its cents, so that sums line up; everything else loses idle zeros.
        return f"{value:f}" if name == "amount" else plain_decimal(value)
    return str(value)
