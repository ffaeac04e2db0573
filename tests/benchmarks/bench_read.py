"""Prints how fast orders are read, as ratios to the plain libraries on the same files: part of `make bench`."""

import datetime as dt
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas
import python_calamine
import xlsxwriter

from xltools.books.read import read_workbook
from xltools.core.problem import Problem

FILES = 200
ROWS, COLUMNS = 25, 14  # a single order as staff send it
ROUNDS = 5


def write_orders(folder: Path) -> list[Path]:
    """Workbooks of mixed Chinese text, numbers and dates."""
    paths = [folder / f"订单-{number:03}.xlsx" for number in range(FILES)]
    for number, path in enumerate(paths):
        with xlsxwriter.Workbook(path) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            sheet = book.add_worksheet("接单登记表")
            for row in range(ROWS):
                sheet.write_row(row, 0, [f"冲压件 {number}-{row}-{column}" for column in range(6)])
                sheet.write_row(row, 6, [row * 12.5 + column for column in range(COLUMNS - 7)])
                sheet.write_datetime(row, COLUMNS - 1, dt.datetime(2026, 3, 1) + dt.timedelta(days=row), day)
    return paths


def read_with_xltools(path: Path) -> None:
    book = read_workbook(path, path.name)
    assert not isinstance(book, Problem)
    assert len(book.sheets[0].rows) == ROWS


def read_with_calamine(path: Path) -> None:
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        assert len(book.get_sheet_by_index(0).to_python(skip_empty_area=False)) == ROWS


def read_with_openpyxl(path: Path) -> None:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert len(list(sheet.iter_rows(values_only=True))) == ROWS


def read_with_pandas(path: Path) -> None:
    assert len(pandas.read_excel(path, header=None, engine="calamine")) == ROWS


def best_seconds(read: Callable[[Path], None], paths: list[Path]) -> float:
    """The fastest of some rounds: what is slower was something else on the machine."""

    def one_round() -> float:
        start = time.perf_counter()
        for path in paths:
            read(path)
        return time.perf_counter() - start

    return min(one_round() for _ in range(ROUNDS))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = write_orders(Path(folder))
        ours = best_seconds(read_with_xltools, paths)
        print(f"read {FILES} workbooks of {ROWS}×{COLUMNS}: {ours:.2f} s, {FILES / ours:.0f} files/s")
        for name, read in (
            ("calamine alone, no guard", read_with_calamine),
            ("pandas + calamine", read_with_pandas),
            ("openpyxl", read_with_openpyxl),
        ):
            theirs = best_seconds(read, paths)
            print(f"  {ours / theirs:5.2f} × the time of {name} ({theirs:.2f} s)")
        print()


if __name__ == "__main__":
    main()
