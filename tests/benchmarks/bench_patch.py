"""Prints how fast a large workbook is patched, as ratios to the plain ways on the same file: part of `make bench`.

Each measurement runs in a process of its own, so that its peak of memory is its own too.
"""

import datetime as dt
import io
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import overload

import openpyxl
import xlsxwriter
from measuring import peak_megabytes, print_table, run_child, verdict

from xltools.books.patch import patch_workbook
from xltools.core.content import CellContent
from xltools.core.patch import NewRow, SheetPatch
from xltools.core.sheet import Range

ROWS, COLUMNS = 100_000, 30
APPENDED, CHANGED = 500, 1_000
ROUNDS = 3  # of the short tasks: what is slower than the fastest was something else on the machine
SHEET = "订单总表 Tracker"
HEADER = 2  # the header's row, from 0
FIRST_DAY = dt.date(2026, 1, 1)


def make_content(row: int, column: int) -> CellContent:
    """What a tracker's cell may hold: codes, Chinese texts, numbers, dates, blanks."""
    match column % 6:
        case 0:
            return f"SO-2026-{row:06}"
        case 1:
            return f"冲压件 {(row * 31 + column) % 977} 号，表面镀锌 {column}"
        case 2:
            return Decimal(row * 7 % 9_973) / 4
        case 3:
            return FIRST_DAY + dt.timedelta(days=(row * 13 + column) % 700)
        case 4:
            return f"客户{(row * 17 + column) % 389}" if row % 3 else None
    return row % 1_000


class Rows(Sequence[NewRow]):
    """New rows that are made when they are asked for."""

    def __init__(self, first: int, count: int) -> None:
        self._first, self._count = first, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> NewRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[NewRow]: ...
    def __getitem__(self, index: int | slice) -> NewRow | Sequence[NewRow]:
        assert isinstance(index, int)
        return NewRow({column: make_content(self._first + index, column) for column in range(COLUMNS)})

    def __iter__(self) -> Iterator[NewRow]:
        return (self[index] for index in range(self._count))


def write_with_xlsxwriter(rows: int) -> bytes:
    """The cells by plain XlsxWriter: its default way, which holds them all in memory."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    day, number, text = (book.add_format({"num_format": one}) for one in ("yyyy-mm-dd", "#,##0.00", "@"))
    sheet = book.add_worksheet(SHEET)
    sheet.write_row(HEADER, 0, [f"列 {column}" for column in range(COLUMNS)])
    for row in range(rows):
        for column in range(COLUMNS):
            content = make_content(row, column)
            if isinstance(content, dt.date):
                sheet.write_datetime(HEADER + 1 + row, column, dt.datetime.combine(content, dt.time()), day)
            elif isinstance(content, int | Decimal):
                sheet.write_number(HEADER + 1 + row, column, float(content), number)
            elif content is None:
                sheet.write_blank(HEADER + 1 + row, column, None, text)
            else:
                sheet.write_string(HEADER + 1 + row, column, str(content), text)
    columns = [{"header": f"列 {column}"} for column in range(COLUMNS)]
    sheet.add_table(HEADER, 0, HEADER + rows, COLUMNS - 1, {"name": "Tracker", "columns": columns})
    book.close()
    return target.getvalue()


def rezip(content: bytes) -> None:
    """Unpack every part and pack it again at the usual level, one after the other."""
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(io.BytesIO(), "w", zipfile.ZIP_DEFLATED, compresslevel=6) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))


def patch(content: bytes) -> None:
    cells = {(HEADER + 1 + number * (ROWS // CHANGED), 1): f"改 {number}" for number in range(CHANGED)}
    block = Range(HEADER, 0, HEADER + ROWS, COLUMNS - 1)
    assert isinstance(patch_workbook(content, [SheetPatch(SHEET, cells, block, Rows(ROWS, APPENDED))]), bytes)


def patch_with_openpyxl(content: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book[SHEET]
    for number in range(CHANGED):
        sheet.cell(HEADER + 2 + number * (ROWS // CHANGED), 2, f"改 {number}")
    for row in Rows(ROWS, APPENDED):
        sheet.append(list(row.cells.values()))
    sheet.tables["Tracker"].ref = f"A{HEADER + 1}:AD{HEADER + 1 + ROWS + APPENDED}"
    book.save(io.BytesIO())


def write_first(template: bytes) -> bytes:
    """The first writing: one blank row is there, and gets the first line."""
    cells = {(HEADER + 1, column): make_content(0, column) for column in range(COLUMNS)}
    block = Range(HEADER, 0, HEADER + 1, COLUMNS - 1)
    written = patch_workbook(template, [SheetPatch(SHEET, cells, block, Rows(1, ROWS - 1))])
    assert isinstance(written, bytes)
    return written


TASKS: dict[str, Callable[[bytes], object]] = {
    "large": lambda _: write_with_xlsxwriter(ROWS),
    "template": lambda _: write_with_xlsxwriter(1),
    "rezip": rezip,
    "patch": patch,
    "openpyxl": patch_with_openpyxl,
    "first": write_first,
}


def measure(task: str, path: Path, into: Path | None = None) -> tuple[float, float]:
    """Seconds and the peak of memory in MB of a task on a file in a process of its own; what it made goes to `into`."""
    seconds, peak = run_child(__file__, task, path, into or "")
    return seconds, peak


def run_task(task: str, path: str, into: str) -> None:
    content = Path(path).read_bytes()
    start = time.perf_counter()
    made = TASKS[task](content)
    seconds = time.perf_counter() - start
    if into and isinstance(made, bytes):
        Path(into).write_bytes(made)
    print(json.dumps([seconds, peak_megabytes()]))


def main() -> None:
    """Measures all and prints the ratios with what each may be at most."""
    with tempfile.TemporaryDirectory() as folder:
        large, template, ours = (Path(folder, name) for name in ("large.xlsx", "template.xlsx", "ours.xlsx"))
        template.touch()
        large_seconds, large_peak = measure("large", template, large)
        measure("template", template, template)
        first, first_peak = measure("first", template, ours)
        print(f"first writing of {ROWS:,} rows × {COLUMNS} columns, cells ready made: {first:.1f} s")
        print_table(
            [
                ("", "", "at most", ""),
                (
                    "× XlsxWriter for the same cells",
                    f"{first / large_seconds:.2f}",
                    "1",
                    verdict(first / large_seconds, 1),
                ),
                ("MB", f"{first_peak:.0f}", "400", verdict(first_peak, 400)),
            ]
        )
        print(f"  XlsxWriter {large_seconds:.1f} s, {large_peak:.0f} MB\n")
        print_patch(large, "written by XlsxWriter", measure("openpyxl", large))
        print_patch(ours, "written by us", None)


def print_patch(path: Path, name: str, plain: tuple[float, float] | None) -> None:
    """Measures the patch of a file; `plain` is what openpyxl's took, a minute and more."""
    turns = [(measure("rezip", path), measure("patch", path)) for _ in range(ROUNDS)]
    rezipped = min(seconds for (seconds, _), _ in turns)
    patched = min(seconds for _, (seconds, _) in turns)
    peak = max(megabytes for _, (_, megabytes) in turns)
    print(f"patch of a table {name}, {APPENDED} rows appended and {CHANGED:,} cells changed: {patched:.1f} s")
    rows = [("", "", "at most", "")]
    rows.append(("× unzip and rezip of the file", f"{patched / rezipped:.2f}", "2", verdict(patched / rezipped, 2)))
    if plain:
        share = patched / plain[0]
        rows.append(("× openpyxl's load, change and save", f"1/{1 / share:.1f}", "1/20", verdict(share, 1 / 20)))
    rows.append(("MB", f"{peak:.0f}", "400", verdict(peak, 400)))
    print_table(rows)
    told = f"; openpyxl {plain[0]:.1f} s, {plain[1]:.0f} MB" if plain else ""
    print(f"  unzip and rezip {rezipped:.1f} s{told}\n")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        run_task(*sys.argv[1:])
    else:
        main()
