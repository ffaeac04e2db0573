"""The sample desk: stories of orders, lived through day by day, with what people drop, type and sign each day."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from xltools.books.patch import patch_workbook
from xltools.books.shared import read_shared_workbook
from xltools.core.patch import SheetPatch
from xltools.core.problem import Problem
from xltools.core.sheet import Scalar, Sheet
from xltools.core.text import label_key
from xltools.core.watch import Watch
from xltools.desk.digest import write_digests
from xltools.desk.result import RunResult
from xltools.desk.run import RunOptions, run_desk_at
from xltools.desk.session import SETTINGS_FILE, Desk, open_desk_at
from xltools.desk.start import create_desk
from xltools.resources import resource_root

STORIES_FILE = "stories.json"
DEMO_AS_OF = dt.date(2026, 5, 20)  # the last day of its stories


@dataclass(frozen=True)
class TypedRow:
    """What a person types into a shared workbook: the cells by their headers, in the rows that `find` picks.

    `find` has a pattern for each header, in which * stands for any text.
    """

    file: str
    find: Mapping[str, str]
    cells: Mapping[str, str]


@dataclass(frozen=True)
class DemoDay:
    """A day at the desk: the workbooks dropped (paths under samples/, and where in the inbox), and what is typed."""

    day: dt.date
    dropped: tuple[tuple[str, str], ...] = ()
    typed: tuple[TypedRow, ...] = ()


def read_days(samples: Path, story: str | None = None) -> tuple[DemoDay, ...]:
    """The days of all stories in samples/stories.json, or of one of them, in order; days of one date are one."""
    written: Mapping[str, Any] = json.loads((samples / STORIES_FILE).read_text("utf-8"))
    told = written["stories"] if story is None else [one for one in written["stories"] if one["name"] == story]
    days: dict[dt.date, DemoDay] = {}
    for one in (day for found in told for day in found["days"]):
        date = dt.date.fromisoformat(one["day"])
        known = days.get(date, DemoDay(date))
        dropped = tuple((file, goal) for file, goal in one["dropped"])
        typed = tuple(TypedRow(**row) for row in one["typed"])
        days[date] = DemoDay(date, (*known.dropped, *dropped), (*known.typed, *typed))
    return tuple(days[date] for date in sorted(days))


def create_sample_desk(path: Path) -> Desk:
    """The sample desk of a metal and plastics factory, with nothing in its inbox yet."""
    create_desk(path, "en")
    samples = resource_root() / "samples"
    shutil.copyfile(samples / SETTINGS_FILE, path / SETTINGS_FILE)
    desk = open_desk_at(path)
    shutil.copytree(samples / "master", path / desk.folders.master, dirs_exist_ok=True)
    return desk


def create_demo(path: Path, watch: Watch = iter) -> tuple[Desk, RunResult]:
    """The sample desk after all its stories; the result tells the documents of all days, and how the last one ended."""
    desk = create_sample_desk(path)
    samples = resource_root() / "samples"
    days = read_days(samples)
    results = []
    for at, day in enumerate(watch(days), start=1):
        results.append(play_day(desk, day, samples))
        if at > len(days) - 2:  # a digest and the one before it: what has changed since
            write_digests(desk, day.day)
    last = results[-1]
    # What waited has been taken since, or waits still.
    settled = [one for result in results for one in result.documents if one.outcome != "waiting"]
    waiting = [one for one in last.documents if one.outcome == "waiting"]
    return desk, replace(
        last,
        documents=(*settled, *waiting),
        papers=tuple(paper for result in results for paper in result.papers),
        seconds=round(sum(result.seconds for result in results), 3),
    )


def play_day(desk: Desk, day: DemoDay, samples: Path) -> RunResult:
    """What people do on a day, and the run in the evening."""
    for file, goal in day.dropped:
        target = desk.path / goal
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(samples / file, target)
    for row in day.typed:
        type_row(desk.path / row.file, row)
    return run_desk_at(desk, day.day, RunOptions(pause=lambda: None))


def type_row(path: Path, row: TypedRow) -> None:
    """Types cells into a workbook as a person would: all else in it stays. LookupError where the row is not there."""
    content = path.read_bytes()
    workbook = read_shared_workbook(content, path.name)
    if isinstance(workbook, Problem):
        raise LookupError(f"{path.name}: {workbook.code}")
    patches = [SheetPatch(sheet.name, cells) for sheet in workbook.sheets if (cells := dict(_find_cells(sheet, row)))]
    if not patches:
        raise LookupError(f"{path.name}: {dict(row.find)}")
    typed = patch_workbook(content, patches, {}, path.name)
    if isinstance(typed, Problem):
        raise LookupError(f"{path.name}: {typed.code}")
    path.write_bytes(typed)


def _find_cells(sheet: Sheet, row: TypedRow) -> Iterator[tuple[tuple[int, int], str | dt.date]]:
    """The cells to be typed, under the first row that heads all the columns that are named."""
    wanted = {label_key(name) for name in (*row.find, *row.cells)}
    columns: dict[str, int] = {}
    for at, cells in enumerate(sheet.rows):
        if not columns:
            heads = _read_headers(cells)
            columns = heads if wanted <= heads.keys() else {}
        elif all(fnmatchcase(_text(cells, columns[label_key(name)]), text) for name, text in row.find.items()):
            for name, text in row.cells.items():
                yield (at, columns[label_key(name)]), _as_cell(text)


def _read_headers(cells: Sequence[Scalar]) -> dict[str, int]:
    """The columns by their headers: by the whole of them, and by the first word, which is the Chinese one."""
    found: dict[str, int] = {}
    for at, value in enumerate(cells):
        if isinstance(value, str) and value.strip():
            found.setdefault(label_key(value), at)
            found.setdefault(label_key(value.split()[0]), at)
    return found


def _text(cells: Sequence[Scalar], column: int) -> str:
    value = cells[column] if column < len(cells) else None
    return "" if value is None else str(value)


def _as_cell(text: str) -> str | dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text


def is_demo_as_expected(result: RunResult) -> bool:
    """True when each sample came to the outcome that samples/outcomes.json tells."""
    expected: dict[str, str] = json.loads((resource_root() / "samples" / "outcomes.json").read_text("utf-8"))
    return {document.file: document.outcome for document in result.documents} == expected
