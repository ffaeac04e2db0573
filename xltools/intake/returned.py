"""A marked copy that comes back mended: which return it answers, and what of it is ours and not the sender's."""

from dataclasses import replace

from xltools.core.sheet import Workbook

RETURN_PROPERTY = "xltools-return"
LISTING_SHEET = "问题清单 Problems"


def carried_return(workbook: Workbook) -> str:
    """The id of the return whose marked copy this workbook was; empty for any other workbook."""
    return workbook.properties.get(RETURN_PROPERTY, "")


def without_listing(workbook: Workbook) -> Workbook:
    """The workbook without the list of problems that we put in front of it."""
    if not carried_return(workbook):
        return workbook
    return replace(workbook, sheets=tuple(sheet for sheet in workbook.sheets if sheet.name != LISTING_SHEET))
