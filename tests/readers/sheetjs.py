"""SheetJS as a third reader of workbooks, beside calamine and openpyxl."""

import datetime as dt
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class SheetjsCell:
    """A cell as SheetJS takes it: `kind` n, d, s, b or e (number, date, text, truth value, error), value, shown text.

    As in calamine, a date at midnight is a plain date; where no calendar date belongs to the number, it stays one.
    """

    kind: str
    value: float | str | bool | dt.date | dt.datetime
    text: str


SheetjsBook = dict[str, dict[str, SheetjsCell]]  # by sheet and address


def missing_sheetjs() -> str:
    """Why SheetJS can't run here, empty where it can."""
    if shutil.which("node") is None:
        return "needs node, which is not installed"
    return "" if (HERE / "node_modules" / "xlsx").is_dir() else "needs SheetJS: npm ci --prefix tests/readers"


needs_sheetjs = pytest.mark.skipif(bool(missing_sheetjs()), reason=missing_sheetjs())


def read_with_sheetjs(path: Path) -> SheetjsBook:
    """The filled cells of each sheet by A1 address, sheets in tab order; RuntimeError where SheetJS gives up."""
    (book,) = read_all_with_sheetjs([path])
    return book


def read_all_with_sheetjs(paths: Sequence[Path]) -> list[SheetjsBook]:
    """The same of several workbooks in one start, which takes longer than the reading."""
    command = ["node", str(HERE / "read_sheetjs.js"), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    books: list[dict[str, dict[str, tuple[str, Any, str]]]] = json.loads(done.stdout)
    return [
        {name: {address: _cell(*described) for address, described in cells.items()} for name, cells in sheets.items()}
        for sheets in books
    ]


def _cell(kind: str, value: Any, text: str) -> SheetjsCell:
    if kind == "d":
        serial, iso = value
        try:
            moment = dt.datetime.fromisoformat(iso)
        except ValueError:  # 1900-01-00, and Excel's 29 February 1900
            return SheetjsCell(kind, float(serial), text)
        return SheetjsCell(kind, moment if moment.time() != dt.time() else moment.date(), text)
    return SheetjsCell(kind, float(value) if kind == "n" else value, text)
