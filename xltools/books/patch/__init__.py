"""Changing cells and appending rows in workbooks that people own, losing nothing of theirs."""

from xltools.books.patch.workbook import patch_workbook

__all__ = ["patch_workbook"]
