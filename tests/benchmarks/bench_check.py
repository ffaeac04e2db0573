"""Prints how fast `check` is, beside the plain reading of the same workbooks by others: part of `make bench`.

2,000 orders of 25 lines: 40 that differ in their values, every other one saved again by openpyxl, one in eight with a
fault in it; each copied 50 times with a zip comment of its own, so that no two files are alike. All work is done by the
same pool of processes, pandas' also in a plain loop as scripts do it; starting the pool is counted, starting Python is
not. pandas, being slow, is given every fifth file.
"""

import datetime as dt
import io
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pandas
import python_calamine
from measuring import print_table, verdict

from xltools import desk
from xltools.books.build import build_workbook
from xltools.books.read import read_workbook
from xltools.core.content import CellContent
from xltools.core.sheet import Range, Scalar, Sheet, Workbook
from xltools.edge.workers import Failure, Workers
from xltools.forms.rules import Rules
from xltools.forms.template import fill_template
from xltools.intake.document import read_document

FILES, ORDERS, LINES = 2_000, 40, 25
PANDAS_SHARE = 5
BATCH = 16  # files that a process is handed at a time: one by one would cost calamine a fifth of its time
ROUNDS = 3  # what is slower than the fastest was something else on the machine
TODAY = dt.date(2026, 3, 10)


@cache
def package_rules() -> Rules:
    return desk.package_rules()


def write_orders(folder: Path) -> list[Path]:
    """The workbooks, as they lie in a folder of orders."""
    contents = [make_order(number) for number in range(ORDERS)]
    paths = [folder / f"订单-{number:04}.xlsx" for number in range(FILES)]
    for number, path in enumerate(paths):
        content = io.BytesIO(contents[number % ORDERS])
        with zipfile.ZipFile(content, "a") as archive:
            archive.comment = f"{number}".encode()
        path.write_bytes(content.getvalue())
    return paths


def make_order(number: int) -> bytes:
    """One filled intake form."""
    form, layout = package_rules().forms["order-intake"], package_rules().layouts["order-intake-sheet"]
    header: dict[str, CellContent] = {
        "customer": f"宁波泰衡电子有限公司{number % 7}",
        "order_no": f"SO26{number:04}",
        "order_date": dt.date(2026, 3, 1 + number % 9),
        "customer_po": f"PO-{number * 37:06}",
        "currency": "人民币 CNY",
        "payment_terms": "30/70",
        "tax_rate": "13%",
        "tax_included": "是 Yes",
    }
    content = build_workbook(
        fill_template(form, layout, header, [make_line(number, line) for line in range(LINES)]), TODAY
    )
    if number % 2:
        saved = io.BytesIO()
        openpyxl.load_workbook(io.BytesIO(content)).save(saved)
        return saved.getvalue()
    return content


def make_line(order: int, line: int) -> dict[str, CellContent]:
    """One line of an order; in one order of eight the third says TBC for its quantity."""
    return {
        "line_no": line + 1,
        "product_code": f"P{order:03}-{line:03}",
        "product": f"端盖 {line % 11}",
        "specification": f"Φ{20 + line} × {order + 3}",
        "quantity": "待定" if order % 8 == 7 and line == 2 else 100 + 25 * line + order,
        "unit": "件",
        "unit_price": f"{12 + line}.{order:02}",
        "requested_date": TODAY + dt.timedelta(days=20 + (order + line) % 60),
        "line_remark": f"批次 {order}/{line}",
    }


def check_with_xltools(paths: list[Path]) -> int:
    checked = desk.check_files(paths, package_rules(), {}, TODAY)
    assert {one.form for one in checked} == {"order-intake"}
    return sum(one.has_errors for one in checked)


def in_workers(work: Callable[[Path], int], paths: list[Path]) -> int:
    """The sum of what work finds in each workbook."""
    batches = [(work, paths[at : at + BATCH]) for at in range(0, len(paths), BATCH)]
    with Workers() as workers:
        found = list(workers.map(sum_of_work, batches))
    assert not [one for one in found if isinstance(one, Failure)], found[:3]
    return sum(one for one in found if isinstance(one, int))


def sum_of_work(work: Callable[[Path], int], paths: list[Path]) -> int:
    return sum(map(work, paths))


def read_with_calamine(path: Path) -> int:
    """The number of rows in all sheets, of which every cell was read."""
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        names = book.sheet_names
        return sum(len(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names)


def check_with_pandas(path: Path) -> int:
    """1 where something is to be mended."""
    frames = pandas.read_excel(path, sheet_name=None, header=None, engine="openpyxl")
    sheets = tuple(
        Sheet(path.name, str(name), tuple(rows_of(frame)), merges=merged_cells().get(str(name), ()))
        for name, frame in frames.items()
    )
    reading = read_document(Workbook(path.name, "", sheets), package_rules(), {}, TODAY, form="order-intake")
    assert reading.document
    return int(any(problem.is_error for problem in reading.problems))


@cache
def merged_cells() -> dict[str, tuple[Range, ...]]:
    """The merged cells of the form by sheet: without them labels lie apart from their values, and pandas gives none."""
    book = read_workbook(Path("form.xlsx"), "form.xlsx", make_order(0))
    assert isinstance(book, Workbook)
    return {sheet.name: sheet.merges for sheet in book.sheets}


def rows_of(frame: pandas.DataFrame) -> Iterator[tuple[Scalar, ...]]:
    for row in frame.itertuples(index=False, name=None):
        yield tuple(None if pandas.isna(value) else float(value) if type(value) is int else value for value in row)


def seconds_of(work: Callable[[list[Path]], int], paths: list[Path]) -> tuple[float, int]:
    start = time.perf_counter()
    found = work(paths)
    return time.perf_counter() - start, found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = write_orders(Path(folder))
        some = paths[::PANDAS_SHARE]
        package_rules(), merged_cells()  # forked processes have them
        rounds = [
            (
                seconds_of(check_with_xltools, paths),
                seconds_of(lambda all_: in_workers(read_with_calamine, all_), paths),
            )
            for _ in range(ROUNDS)
        ]
        (ours, faulty), (calamine, _) = (min(measured) for measured in zip(*rounds, strict=True))
        pandas_seconds, as_faulty = seconds_of(lambda all_: in_workers(check_with_pandas, all_), some)
        assert as_faulty == check_with_xltools(some)
        script_seconds, _ = seconds_of(lambda all_: sum(map(check_with_pandas, all_)), some)
    slower, script = (seconds * len(paths) / len(some) for seconds in (pandas_seconds, script_seconds))
    print(f"check {FILES:,} orders of {LINES} lines, {faulty} with faults: {ours:.2f} s, {FILES / ours:,.0f} files/s")
    print_table(
        [
            ("", "seconds", "ratio", "wanted", ""),
            (
                "calamine alone, every cell",
                f"{calamine:.2f}",
                f"{ours / calamine:.2f} ×",
                "≤ 4",
                verdict(ours / calamine, 4),
            ),
            (
                "pandas + openpyxl, same checks, a plain loop",
                f"{script:.2f}",
                f"{script / ours:.1f} ×",
                "≥ 12",
                verdict(12, script / ours),
            ),
            ("the same in as many processes as ours", f"{slower:.2f}", f"{slower / ours:.1f} ×", "", ""),
        ]
    )
    print()


if __name__ == "__main__":
    main()
