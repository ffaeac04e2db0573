"""Reading workbooks that are shared with people, with their tables."""

from xltools.books.read import read_content
from xltools.core.problem import Problem
from xltools.core.sheet import Workbook


def read_shared_workbook(content: bytes, file: str) -> Workbook | Problem:
    """The workbook, or what keeps it from being read; never raises for what the file holds.

    As `read_workbook` gives it, and of an .xlsx or .xlsm `tables` holds the Excel tables that have a header row.
    """
    return read_content(content, file, tables=True)
