"""Workbooks written down in a test as they look: a pipe table, one line a row.

A cell is read as Excel takes what is typed: `17` is a number, `13%` is 0.13, `2026-03-30` a date, `TRUE` a truth value,
all else text; an apostrophe in front makes it text, as `'0017`. `#N/A` is an error cell, `{=A1*2}` a formula that was
never calculated. `<` joins a cell to the one left of it, `^` to the one
above. `\\n` is a line break. A line `== Name` or `== Name (hidden)` begins a further sheet.
"""

import datetime as dt
import io
import re

import openpyxl

from xltools.core.record import Table
from xltools.core.sheet import CellError, Range, Scalar, Sheet, Workbook

RECEIVED = dt.date(2026, 3, 2)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_PERCENT = re.compile(r"([+-]?\d+(?:\.\d+)?)%")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ERROR = re.compile(r"#(?:N/A|NAME\?|(?:REF|VALUE|DIV/0|NUM|NULL)!)")
_FORMULA = re.compile(r"\{(=.+)\}")
_TITLE = re.compile(r"== *(?P<name>.*?) *(?P<hidden>\(hidden\))?")


def sheet(text: str, name: str = "Sheet1", file: str = "order.xlsx", hidden: bool = False) -> Sheet:
    """One sheet from a pipe table that begins in A1."""
    grid = [_split(line) for line in map(str.strip, text.splitlines()) if line.startswith("|")]
    rows = tuple(tuple(None if word in {"<", "^"} else type_in(word) for word in row) for row in grid)
    return Sheet(file, name, rows, hidden, tuple(_find_merges(grid)))


def workbook(text: str, file: str = "order.xlsx", sha256: str = "") -> Workbook:
    """A workbook from one or more pipe tables, each further one under its `== Name`."""
    sheets: list[Sheet] = []
    name, hidden, lines = "Sheet1", False, list[str]()
    for line in [*text.splitlines(), "=="]:
        title = _TITLE.fullmatch(line.strip())
        if not title:
            lines.append(line)
            continue
        if any(one.strip() for one in lines):
            sheets.append(sheet("\n".join(lines), name, file, hidden))
        name, hidden, lines = title["name"], bool(title["hidden"]), []
    return Workbook(file, sha256 or "0" * 64, tuple(sheets))


def xlsx(book: Workbook) -> bytes:
    """The workbook as a file, written by another library than the product's."""
    written = openpyxl.Workbook()
    written.remove(written.active)
    for one in book.sheets:
        page = written.create_sheet(one.name)
        page.sheet_state = "hidden" if one.hidden else "visible"
        for row, column, value in one.filled_cells():
            page.cell(row + 1, column + 1).value = value
        for block in one.merges:
            page.merge_cells(None, block.top + 1, block.left + 1, block.bottom + 1, block.right + 1)
    content = io.BytesIO()
    written.save(content)
    return content.getvalue()


def type_in(word: str) -> Scalar:
    """What Excel makes of a word that is typed into a cell."""
    if not word or word.startswith("'"):
        return word[1:] or None
    if _NUMBER.fullmatch(word):
        return float(word)
    if percent := _PERCENT.fullmatch(word):
        return float(percent[1]) / 100
    if _ERROR.fullmatch(word):
        return CellError(word)
    if formula := _FORMULA.fullmatch(word):
        return CellError(formula[1])
    if _DATE.fullmatch(word):
        return dt.date.fromisoformat(word)
    return {"TRUE": True, "FALSE": False}.get(word, word.replace("\\n", "\n"))


def no_tables() -> dict[str, Table]:
    """Master data of a desk that has filled in none."""
    return {name: Table(name, ()) for name in ("customers", "products", "staff", "stock", "orders")}


def _split(line: str) -> list[str]:
    return [word.strip() for word in line.strip("|").split("|")]


def _find_merges(grid: list[list[str]]) -> list[Range]:
    """The merged blocks: each cell that begins one, and as many `<` right of it and `^` under it as there are."""
    blocks = []
    for top, row in enumerate(grid):
        for left, word in enumerate(row):
            if word in {"<", "^"}:
                continue
            right = left
            while right + 1 < len(row) and row[right + 1] == "<":
                right += 1
            bottom = top
            while bottom + 1 < len(grid) and left < len(grid[bottom + 1]) and grid[bottom + 1][left] == "^":
                bottom += 1
            if (right, bottom) != (left, top):
                blocks.append(Range(top, left, bottom, right))
    return blocks
