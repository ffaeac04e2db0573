"""Prints what a run's work on a large tracker takes, part by part, as ratios to unzip and rezip: part of `make bench`.

A desk wrote its tracker; people sorted it, typed into it and saved it; since then the ledger has new and revised lines.
What is measured is the step from that file to the next. Not in it: replaying the ledger and assessing its lines, taking
the edits into the ledger, and the workbook's smaller sheets and the prices.
"""

import datetime as dt
import hashlib
import json
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import bench_patch
import xlsxwriter
from measuring import Stopwatch, held_megabytes, peak_megabytes, print_table, run_child, verdict
from tracker_lines import (
    AS_OF,
    COLUMNS,
    LINES,
    LINES_OF_ORDER,
    NEW,
    REVISED,
    TYPED,
    make_lines,
    make_rules,
    make_tracker,
    typed_promise,
    typed_shortage,
)

from xltools.books.build import build_workbook
from xltools.books.patch import patch_workbook
from xltools.books.shared import read_shared_workbook
from xltools.core.content import CellContent, Formula
from xltools.core.sheet import Workbook
from xltools.core.table_state import decode_tables, encode_tables
from xltools.desk.session import load_messages
from xltools.forms.tracker_columns import TRACKER_TABLE
from xltools.intake.edits import TrackerReading, column_labels, read_tracker
from xltools.intake.shared_table import find_shared_table
from xltools.intake.tracker_rows import KEY
from xltools.reports.merge import merge_table
from xltools.reports.table import SheetTable
from xltools.reports.tracker import HEADER_ROW, tracker_grid

TYPED_OVER = 20
_STRIDE = 7_919  # rows in the order of this stride: a tracker sorted by something else
ROUNDS = 2  # what is slower than the fastest was something else on the machine
SCRIPT = __file__
_NO_SECONDS = ("cells", "peak", "lines")


def write_first(folder: Path) -> dict[str, float]:
    """The first tracker, patched into the template, and what was written in it."""
    rules, program = make_rules(), held_megabytes()
    template = build_workbook([tracker_grid(rules, AS_OF, [load_messages().speaker("zh")])], AS_OF)
    lines = make_lines(rules)
    watch, held = Stopwatch(), held_megabytes()
    with watch.part("first writing"):
        book = read_shared_workbook(template, "order-tracker.xlsx")
        assert isinstance(book, Workbook)
        found = find_shared_table(book, TRACKER_TABLE, column_labels(rules), KEY, None)
        assert found
        merged = merge_table(make_tracker(lines, rules), found.state({}), owns_caption=True)
        packed = encode_tables({TRACKER_TABLE: merged.state})
        content = patch_workbook(template, [merged.patch])
        assert isinstance(content, bytes)
    (folder / "first.xlsx").write_bytes(content)
    (folder / "written.tables").write_bytes(packed)
    return {**watch.seconds, "peak": peak_megabytes(), "lines": held - program}


def write_as_people_left_it(folder: Path) -> dict[str, float]:
    """The same cells by plain XlsxWriter, as Excel saves them, in another order and with what people typed."""
    rules = make_rules()
    lines = make_lines(rules)
    watch = Stopwatch()
    with watch.part("XlsxWriter"):
        table = make_tracker(lines, rules)
        book = xlsxwriter.Workbook(folder / "people.xlsx")
        day, number = (book.add_format({"num_format": one}) for one in ("yyyy-mm-dd", "#,##0.##"))
        sheet = book.add_worksheet(table.sheet)
        sheet.write_string(HEADER_ROW - 1, 0, table.caption)
        for at in range(LINES):
            row = HEADER_ROW + 1 + at
            for column, content in enumerate(_people_typed(table, at * _STRIDE % LINES)):
                if isinstance(content, Formula):
                    sheet.write_formula(row, column, f"={content.text}", None, content.shown)
                elif isinstance(content, dt.date):
                    sheet.write_datetime(row, column, dt.datetime.combine(content, dt.time()), day)
                elif isinstance(content, int | Decimal):
                    sheet.write_number(row, column, float(content), number)
                elif content is not None:
                    sheet.write_string(row, column, content)
        headers = [{"header": column.header} for column in table.columns]
        options = {"name": TRACKER_TABLE, "columns": headers}
        sheet.add_table(HEADER_ROW, 0, HEADER_ROW + LINES, COLUMNS - 1, options)
        book.close()
    return {**watch.seconds, "peak": peak_megabytes()}


def _people_typed(table: SheetTable, at: int) -> list[CellContent]:
    """A row's cells with what people typed into some."""
    row = table.rows[at]
    order, line = row.key
    number = int(order[-6:]) * LINES_OF_ORDER + int(line) - 1
    names = [column.name for column in table.columns]
    typed = {
        "shortage": typed_shortage(number),
        "promised_date": typed_promise(number),
        "product": "端盖（样品）" if number % (LINES // TYPED_OVER) == 11 else None,
    }
    return [typed.get(name) or content for name, content in zip(names, row.cells, strict=True)]


def take_step(folder: Path) -> dict[str, float]:
    """The whole step on the file that people left, its parts timed."""
    rules, program = make_rules(), held_megabytes()
    lines = make_lines(rules, next_day=True)
    watch, held = Stopwatch(), held_megabytes()
    with watch.part("read the workbook"):
        content = (folder / "people.xlsx").read_bytes()
        book = read_shared_workbook(content, "order-tracker.xlsx")
        assert isinstance(book, Workbook)
    with watch.part("read what was written"):
        before = decode_tables((folder / "written.tables").read_bytes())[TRACKER_TABLE]
    with watch.part("find what people did"):
        known = frozenset((one.order.number, one.line.number) for one in lines[:LINES])
        reading = read_tracker(book, rules, before, known)
        assert isinstance(reading, TrackerReading)
        stands = reading.found.state(reading.rows.kept)
        del known
    with watch.part("make the rows and merge"):
        merged = merge_table(make_tracker(lines, rules), stands, owns_caption=True, spared=reading.spared)
    with watch.part("keep what is written"):
        packed = encode_tables({TRACKER_TABLE: merged.state})
    with watch.part("patch the workbook"):
        patched = patch_workbook(content, [merged.patch], {"generation": hashlib.sha256(packed).hexdigest()[:24]})
        assert isinstance(patched, bytes)
    with watch.part("write both"):
        for name, written in (("next.tables", packed), ("next.xlsx", patched)):
            (folder / name).write_bytes(written)
    peak = peak_megabytes()
    assert (len(reading.edits), len(reading.findings), merged.added) == (TYPED, TYPED_OVER, NEW)
    assert merged.changed >= REVISED + TYPED_OVER
    return {**watch.seconds, "cells": merged.changed, "peak": peak, "lines": held - program}


TASKS = {"first": write_first, "people": write_as_people_left_it, "step": take_step}


def main() -> None:
    """Measures all and prints the figures with what each may be at most."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, plain = (run_child(SCRIPT, task, folder) for task in ("first", "people"))
        people = folder / "people.xlsx"
        turns = [(bench_patch.measure("rezip", people)[0], run_child(SCRIPT, "step", folder)) for _ in range(ROUNDS)]
        size = (folder / "people.xlsx").stat().st_size / 1e6
    print_first(first, plain)
    print_step([step for _, step in turns], min(seconds for seconds, _ in turns), size)


def print_first(first: dict[str, float], plain: dict[str, float]) -> None:
    ours, theirs, memory = first["first writing"], plain["XlsxWriter"], first["peak"] - first["lines"]
    print(f"first writing of a tracker of {LINES:,} lines × {COLUMNS} columns, the cells made and written:")
    print_table(
        [
            ("", "", "at most", ""),
            ("seconds", f"{ours:.1f}", "", ""),
            ("× XlsxWriter for the same cells", f"{ours / theirs:.2f}", "1", verdict(ours / theirs, 1)),
            ("MB beside the lines", f"{memory:.0f}", "400", verdict(memory, 400)),
        ]
    )
    print(f"  XlsxWriter {theirs:.1f} s, {plain['peak'] - first['lines']:.0f} MB; the lines {first['lines']:.0f} MB\n")


def print_step(turns: list[dict[str, float]], rezipped: float, size: float) -> None:
    memory = max(step["peak"] - step["lines"] for step in turns)
    step = min(turns, key=lambda one: sum(seconds for name, seconds in one.items() if name not in _NO_SECONDS))
    cells, _, lines = (step.pop(name) for name in _NO_SECONDS)
    print(f"from there to the next: {size:.0f} MB, sorted and typed into at {TYPED + TYPED_OVER} cells by people;")
    print(f"{NEW} rows and {cells:,} cells of ours are new:")
    total = sum(step.values())
    print_table(
        [
            ("", "seconds", "× rezip", "at most", ""),
            *((name, f"{seconds:.1f}", f"{seconds / rezipped:.2f}", "", "") for name, seconds in step.items()),
            ("the whole step", f"{total:.1f}", f"{total / rezipped:.2f}", "8", verdict(total / rezipped, 8)),
            ("MB beside the lines", f"{memory:.0f}", "", "400", verdict(memory, 400)),
        ]
    )
    print(f"  unzip and rezip of the file {rezipped:.1f} s; the lines {lines:.0f} MB")
    print(
        "  Not in it: replaying the ledger, assessing its lines, taking edits into it, the smaller sheets, the prices."
    )


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(TASKS[sys.argv[1]](Path(sys.argv[2]))))
    else:
        main()
