"""Prints how fast and lean a shared workbook is read, beside calamine: part of `make bench`.

Each reader runs in a process of its own, since memory once taken is not given back.
"""

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import python_calamine
import xlsxwriter
from measuring import peak_megabytes, run_child

from xltools.books.shared import read_shared_workbook
from xltools.core.problem import Problem

ROWS, COLUMNS = 100_000, 30
READERS = ("ours", "calamine")


def write_tracker(path: Path) -> None:
    """A tracker as a factory has it after some years: keys that never recur, names that do, numbers and dates."""
    with xlsxwriter.Workbook(path) as book:
        day, money = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "#,##0.00"})
        sheet = book.add_worksheet("订单总表")
        for row in range(ROWS):
            words = [f"SO-{row:06}", f"客户{row % 300}", f"PO{row // 3}", f"端盖 {row % 5_000}", "PCS", "生产中"]
            sheet.write_row(row, 0, [*words, f"催料 {row}", f"备注 {row}", row % 7 == 0, row])
            for column in range(10, 24):
                sheet.write_number(row, column, (row * 7 + column) % 10_000 / 4, money)
            for column in range(24, 29):
                sheet.write_datetime(row, column, dt.datetime(2026, 1, 1) + dt.timedelta((row + column) % 400), day)
            sheet.write_formula(row, 29, f"=K{row + 1}*L{row + 1}", money, row * 12.5)


def read(reader: str, path: Path) -> int:
    """The number of rows that a reader finds."""
    if reader == "ours":
        book = read_shared_workbook(path.read_bytes(), path.name)
        assert not isinstance(book, Problem)
        return len(book.sheets[0].rows)
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        return len(book.get_sheet_by_index(0).to_python(skip_empty_area=False))


def measure(reader: str, path: Path) -> None:
    """Print seconds and peak memory in MB of one reading as JSON."""
    start = time.perf_counter()
    assert read(reader, path) == ROWS
    seconds = time.perf_counter() - start
    print(json.dumps([seconds, peak_megabytes()]))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "订单总表.xlsx"
        # In a process of its own: a child's peak counts from what its parent held when it began.
        subprocess.run([sys.executable, __file__, "write", path], check=True)
        print(f"one sheet of {ROWS:,} × {COLUMNS}, {path.stat().st_size / 1e6:.1f} MB")
        results = {}
        for reader in READERS:
            results[reader] = seconds, peak = run_child(__file__, reader, path)
            print(f"  {reader}: {seconds:.2f} s, {ROWS / seconds:,.0f} rows/s, {peak:.0f} MB at most")
        ratio = [ours / theirs for ours, theirs in zip(*results.values(), strict=True)]
        print(f"  {ratio[0]:.2f} × the time of calamine, {ratio[1]:.2f} × its memory\n")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    elif sys.argv[1] == "write":
        write_tracker(Path(sys.argv[2]))
    else:
        measure(sys.argv[1], Path(sys.argv[2]))
