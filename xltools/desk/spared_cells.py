"""The cells of a shared workbook that a run leaves as people left them, whatever the ledger has."""

from collections.abc import Sequence
from dataclasses import replace

from xltools.core.cell_text import same_text
from xltools.core.record import Finding
from xltools.core.table_state import Tables, TableState, pack_texts
from xltools.desk.shared_workbooks import SharedWorkbook
from xltools.reports.table import SheetTable

Spot = tuple[int, int]


def spared_cells(book: SharedWorkbook, table: SheetTable, stands: TableState) -> frozenset[Spot]:
    """The cells that are not written over: what can't be read, and what people saved and no run has read yet."""
    spared = book.reading.spared if book.reading and table.name == book.main_table else frozenset[Spot]()
    if not book.unread:
        return spared
    editable = {column.name for column in table.columns if column.editable}
    before, unread = book.written.get(table.name), set(spared)
    same_columns = before is not None and tuple(before.columns) == tuple(stands.columns)
    for key, (row, packed) in stands.rows.items():
        if before and same_columns and key in before.rows and before.rows[key][1] == packed:
            continue
        written = (before.texts(key) if before else None) or {}
        for name, text in (stands.texts(key) or {}).items():
            if name in editable and not same_text(written.get(name, ""), text):
                unread.add((row, stands.columns[name]))
    return frozenset(unread)


def as_written(
    book: SharedWorkbook, stands: Tables, withheld: Sequence[Finding]
) -> tuple[dict[str, TableState], frozenset[Spot]]:
    """The tables as if nobody had typed over these cells, and the cells, which stand: they are told once put back."""
    main = stands[book.main_table]
    rows, spared = dict(main.rows), set[Spot]()
    for found in withheld:
        key = found.order, found.line
        texts = main.texts(key)
        if texts is not None:  # nobody typed over the key, too
            row, written = rows[key][0], {name: text for name, _, text in found.cells}
            rows[key] = row, pack_texts((texts | written).values())
            spared |= {(row, main.columns[name]) for name in written}
    return {**stands, book.main_table: replace(main, rows=rows)}, frozenset(spared)
