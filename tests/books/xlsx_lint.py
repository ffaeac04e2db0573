"""A lint for workbooks: what makes Excel offer a repair, and Microsoft's Open XML SDK validator says nothing of.

It shares no code with the program that it judges. A finding is one line, the part in front; findings of a file as it
came are no fault of ours, so a changed file is judged by what is new in it.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Sequence

from xlsx_lint_book import lint_book
from xlsx_lint_package import Parts, lint_package
from xlsx_lint_sheet import lint_sheet
from xlsx_lint_table import lint_tables

_LENGTH = re.compile(r" of \d+$")


def lint_workbook(content: bytes) -> list[str]:
    """All findings of an .xlsx or .xlsm, in a fixed order; none where Excel has no reason to repair it."""
    try:
        parts = Parts(content)
    except (zipfile.BadZipFile, NotImplementedError) as trouble:
        return [f"not a zip: {trouble}"]
    found = lint_package(parts)
    book = lint_book(parts, found)
    for sheet in book.sheets:
        lint_sheet(parts, book, sheet, found)
    lint_tables(parts, book, found)
    return found


def new_findings(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The findings of a changed workbook that were not in it before, counting those that stand there more often.

    How long the list is that an index lies beyond is not compared: a change may add to it.
    """
    known = Counter(_LENGTH.sub("", finding) for finding in before)
    new = []
    for finding in after:
        like = _LENGTH.sub("", finding)
        if known[like]:
            known[like] -= 1
        else:
            new.append(finding)
    return new
