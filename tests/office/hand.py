"""A person at LibreOffice: opens a workbook, does what is asked with it, saves it as .xlsx.

Runs under the Python that LibreOffice brings its `uno` module to (Debian: /usr/bin/python3), not under the tests' own:
`python3 hand.py PIPE TASK.json`, where PIPE is the name on which a soffice listens and the task is
`{"open": path, "save": path, "commands": [{"do": "sort", "sheet": "订单", …}, …]}`. Each function below that takes a
document is a command, with its arguments by name; cells, blocks, columns and rows are named as Excel names them. Macros
run only where the task says `"macros": true`.
"""

import datetime as dt
import json
import os
import sys
import time
from pathlib import Path

import uno
from com.sun.star.awt import Rectangle
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import Locale
from com.sun.star.sheet import TableFilterField2
from com.sun.star.table import TableSortField

CONNECT_SECONDS = 60  # a first start makes a whole profile, on a busy machine
FILTERS = {".xlsx": "Calc MS Excel 2007 XML", ".xlsm": "Calc MS Excel 2007 VBA XML"}
FIRST_DAY = dt.date(1899, 12, 30)


def type_cells(document, sheet, cells):
    """Type values by cell: text, numbers, truth values, `{"date": "2026-03-30"}`, text with = in front as a formula."""
    for name, value in cells.items():
        put(document, document.Sheets[sheet].getCellRangeByName(name), value)


def clear(document, sheet, block):
    """Empty cells as the delete key does: values, dates, texts and formulas go, formats stay."""
    document.Sheets[sheet].getCellRangeByName(block).clearContents(1 | 2 | 4 | 16)


def sort(document, sheet, block, by, descending=False):
    """Sort the rows of a block whose first row is a header, by a column."""
    cells = document.Sheets[sheet].getCellRangeByName(block)
    field = TableSortField()
    field.Field = column_number(by) - cells.RangeAddress.StartColumn
    field.IsAscending = not descending
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    cells.sort((named("SortFields", fields), named("ContainsHeader", True)))


def filter_rows(document, sheet, block, by, keep):
    """Set the arrow of a column in an autofilter over a block, so that only rows with the text `keep` stay in sight."""
    cells = document.Sheets[sheet].getCellRangeByName(block)
    listed = database_range(document, cells)
    listed.AutoFilter = True
    field = TableFilterField2()
    field.Field = column_number(by) - cells.RangeAddress.StartColumn
    field.Operator = uno.Enum("com.sun.star.sheet.FilterOperator", "EQUAL")
    field.StringValue = keep
    wanted = listed.getFilterDescriptor()
    wanted.ContainsHeader = True
    wanted.setFilterFields2((field,))
    listed.refresh()


def insert_column(document, sheet, before, cells=None):
    """Insert a column of one's own, and type into it."""
    document.Sheets[sheet].Columns.insertByIndex(column_number(before), 1)
    type_cells(document, sheet, cells or {})


def move_column(document, sheet, column, before):
    """Cut a column and insert it before another; as Excel does, refuse where a merged cell would be torn."""
    page = document.Sheets[sheet]
    source, target = column_number(column), column_number(before)
    cut = page.createCursorByRange(page.Columns[source])
    cut.collapseToMergedArea()
    if len(cut.Columns) > 1:
        raise ValueError(f"column {column} crosses merged cells")
    page.Columns.insertByIndex(target, 1)
    source += source >= target
    page.moveRange(page.getCellByPosition(target, 0).CellAddress, page.Columns[source].RangeAddress)
    page.Columns.removeByIndex(source, 1)


def delete_column(document, sheet, column):
    """Delete a column whole."""
    document.Sheets[sheet].Columns.removeByIndex(column_number(column), 1)


def hide_column(document, sheet, column):
    """Hide a column."""
    document.Sheets[sheet].Columns[column_number(column)].IsVisible = False


def copy_row(document, sheet, row, before):
    """Copy a row and insert the copy before another row."""
    page = document.Sheets[sheet]
    page.Rows.insertByIndex(before - 1, 1)
    source = page.Rows[row - 1 + (row >= before)].RangeAddress
    page.copyRange(page.getCellByPosition(0, before - 1).CellAddress, source)


def delete_row(document, sheet, row):
    """Delete a row whole."""
    document.Sheets[sheet].Rows.removeByIndex(row - 1, 1)


def comment(document, sheet, cell, text):
    """Put a comment on a cell."""
    page = document.Sheets[sheet]
    page.Annotations.insertNew(page.getCellRangeByName(cell).CellAddress, text)


def colour(document, sheet, block, rgb):
    """Fill cells with a colour, `FFFF00` for yellow."""
    document.Sheets[sheet].getCellRangeByName(block).CellBackColor = int(rgb, 16)


def add_chart(document, sheet, block, name):
    """Draw a column chart of a block whose first row and column are labels."""
    page = document.Sheets[sheet]
    place = Rectangle(1000, 1000, 9000, 6000)  # in 1/100 mm
    page.Charts.addNewByName(name, place, (page.getCellRangeByName(block).RangeAddress,), True, True)


def add_sheet(document, name, cells=None):
    """Add a sheet after the others, and type into it."""
    document.Sheets.insertNewByName(name, len(document.Sheets))
    type_cells(document, name, cells or {})


def rename_sheet(document, sheet, to):
    """Give a sheet another name."""
    document.Sheets[sheet].Name = to


def remove_table(document, name):
    """Turn a table back into plain cells."""
    document.DatabaseRanges.removeByName(name)


def show_sheet(document, sheet):
    """Take a hidden sheet into sight."""
    document.Sheets[sheet].IsVisible = True


def list_macros(document, to):
    """Write down the modules of the workbook's macros with their source, and each drawn shape with what it runs."""
    library = document.BasicLibraries.getByName(document.BasicLibraries.ProjectName)
    shapes = [shape for sheet in document.Sheets for shape in sheet.DrawPage]
    told = {
        "modules": {name: library.getByName(name) for name in library.ElementNames},
        "shapes": [{"caption": one.String, "form": one.ShapeType, "script": script_of(one)} for one in shapes],
        "code_names": [sheet.CodeName for sheet in document.Sheets],
    }
    Path(to).write_text(json.dumps(told), encoding="utf-8")


def run_macro(document, macro):
    """Run a macro of the workbook: `Library.Module.Procedure`."""
    address = f"vnd.sun.star.script:{macro}?language=Basic&location=document"
    document.getScriptProvider().getScript(address).invoke((), (), ())


def open_beside(document, path):
    """Open another workbook beside this one, until this one is closed."""
    desktop = document.CurrentController.Frame.Creator
    OPENED_BESIDE.append(desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, ()))


def tell_selection(document, to):
    """Write down what is selected in this workbook, and in each that was opened beside it."""
    books = [document, *OPENED_BESIDE]
    Path(to).write_text(json.dumps([book.CurrentSelection.AbsoluteName for book in books]), encoding="utf-8")


OPENED_BESIDE = []
COMMANDS = {
    "type": type_cells,
    "clear": clear,
    "sort": sort,
    "filter": filter_rows,
    "insert-column": insert_column,
    "move-column": move_column,
    "delete-column": delete_column,
    "hide-column": hide_column,
    "copy-row": copy_row,
    "delete-row": delete_row,
    "comment": comment,
    "colour": colour,
    "chart": add_chart,
    "add-sheet": add_sheet,
    "rename-sheet": rename_sheet,
    "remove-table": remove_table,
    "show-sheet": show_sheet,
    "list-macros": list_macros,
    "run-macro": run_macro,
    "open-beside": open_beside,
    "tell-selection": tell_selection,
}


def script_of(shape):
    """The address of the macro that a click on a shape runs, empty where there is none."""
    if not hasattr(shape, "Events") or not shape.Events.hasByName("OnClick"):
        return ""
    return {one.Name: one.Value for one in shape.Events.getByName("OnClick")}.get("Script", "")


def put(document, cell, value):
    if isinstance(value, dict):
        cell.Value = (dt.date.fromisoformat(value["date"]) - FIRST_DAY).days
        formats, nowhere = document.NumberFormats, Locale()
        code = "YYYY-MM-DD"
        key = formats.queryKey(code, nowhere, False)
        cell.NumberFormat = formats.addNew(code, nowhere) if key < 0 else key
    elif isinstance(value, bool):
        cell.Formula = "=TRUE()" if value else "=FALSE()"
    elif isinstance(value, int | float):
        cell.Value = value
    elif value.startswith("="):
        cell.Formula = value
    else:
        cell.String = value


def column_number(letters):
    """The number of a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def database_range(document, block):
    """What LibreOffice keeps an autofilter in: the range that came as a table or filter with the file, or a new one."""
    ranges, wanted = document.DatabaseRanges, block.RangeAddress
    for known in [ranges[name] for name in ranges.ElementNames]:
        area = known.DataArea
        if (area.Sheet, area.StartRow, area.StartColumn) == (wanted.Sheet, wanted.StartRow, wanted.StartColumn):
            known.DataArea = wanted
            return known
    name = f"filter{len(ranges.ElementNames) + 1}"
    ranges.addNewByName(name, wanted)
    return ranges[name]


def named(name, value):
    one = PropertyValue()
    one.Name, one.Value = name, value
    return one


def connect(pipe):
    """The desktop of the soffice that listens on the pipe; waits while it still starts."""
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    end = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)


def carry_out(desktop, task):
    opened = Path(task["open"]).as_uri()
    # Macros want a window, which a headless office has without showing it; 4 is to run them and not to ask.
    how = (named("MacroExecutionMode", 4),) if task.get("macros") else (named("Hidden", True),)
    document = desktop.loadComponentFromURL(opened, "_blank", 0, how)
    if document is None:
        raise ValueError(f"LibreOffice does not open {task['open']}")
    try:
        for command in task["commands"]:
            arguments = {name: value for name, value in command.items() if name != "do"}
            COMMANDS[command["do"]](document, **arguments)
        target = Path(task["save"])
        saved = target.with_name(f"{target.stem}.part{target.suffix}")
        document.storeToURL(saved.as_uri(), (named("FilterName", FILTERS[target.suffix]),))
    finally:
        for book in (document, *OPENED_BESIDE):
            book.close(True)
    saved.replace(target)  # last of all: whoever dies before has changed nothing, and may be asked again


if __name__ == "__main__":
    carry_out(connect(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8")))
    # uno takes its bridge down on other threads while Python takes itself down, and now and then dies over it.
    sys.stdout.flush()
    os._exit(0)
