"""The workbook with the buttons: the order desk's own macros, compiled here, and a panel in the desk's language."""

import datetime as dt
from pathlib import Path

from xltools import __version__
from xltools.books.build import build_workbook
from xltools.books.vba.project import VbaModule, build_vba_project
from xltools.desk.session import Desk
from xltools.reports.button_sheet import ButtonPanel, button_grids
from xltools.resources import resource_root

BUTTONS_PROPERTY = "xltools-buttons"  # the custom document property that says whose such a workbook is, and how old
_CODE_PAGES = {"zh": 936, "en": 1252}


def build_button_book(desk: Desk, interpreter: Path, as_of: dt.date) -> bytes:
    """The .xlsm with the buttons of a desk, for the Python at `interpreter`; the same bytes for the same of both.

    ValueError where the macros, which a desk may not change, can't be compiled.
    """
    settings, folders = desk.rules.settings, desk.folders
    panel = ButtonPanel(
        company=settings.company.name.text.in_language(settings.language),
        desk=str(desk.path.absolute()),
        interpreter=str(interpreter),
        inbox=folders.inbox,
        tracker=folders.tracker,
        papers=folders.papers,
    )
    grids = button_grids(panel, desk.say)
    project = build_vba_project(
        [
            VbaModule("ThisWorkbook", _source("ThisWorkbook.cls"), "workbook"),
            *(VbaModule(f"Sheet{number}", "", "sheet") for number in range(1, len(grids) + 1)),
            VbaModule("OrderDesk", _source("OrderDesk.bas"), "procedures"),
        ],
        "OrderDeskButtons",
        _CODE_PAGES[settings.language],
    )
    properties = {BUTTONS_PROPERTY: __version__}
    return build_workbook(grids, as_of, properties, desk.say("ui-button-title"), project)


def _source(name: str) -> str:
    return (resource_root() / "templates" / "order-desk" / name).read_text("ascii")
