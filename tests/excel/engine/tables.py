# ruff: noqa: N802, N803 - Excel's names
"""Tables (ListObjects): where they are, how they grow, their columns; openpyxl's model is kept in step."""

import re
from typing import Any

from openpyxl.worksheet.filters import AutoFilter as FilterModel
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

from .addresses import Area, parse_area, write_area
from .cells import cell_at
from .counting import ComCollection, ComObject, always, refusal
from .filters import AutoFilter
from .table_parts import ListColumns, ListRows, TableStyle, filled

_REFERENCE = re.compile(r"([^\[\]]+)(?:\[(#?[^\[\]]+)\])?")


class ListObject(ComObject):
    """One table."""

    def __init__(self, sheet: Any, model: Table) -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet, self.model = sheet, model

    @property
    def name(self) -> str:
        """The name formulas use."""
        return self.model.displayName

    @property
    def area(self) -> Area:
        """All of it."""
        return parse_area(self.model.ref)

    @property
    def headed(self) -> bool:
        """Whether it shows its header row."""
        return self.model.headerRowCount != 0

    @property
    def body(self) -> Area | None:
        """The rows of data."""
        top = self.area.top + (1 if self.headed else 0)
        bottom = self.area.bottom - (self.model.totalsRowCount or 0)
        return Area(top, self.area.left, bottom, self.area.right) if top <= bottom else None

    def lie_in(self, area: Area) -> None:
        """Let it be there: its columns are named by its header row."""
        self.model.ref = write_area(area, False, False)
        if self.model.autoFilter is not None:
            bottom = area.bottom - (self.model.totalsRowCount or 0)
            self.model.autoFilter.ref = write_area(area._replace(bottom=bottom), False, False)
        columns = self.model.tableColumns
        del columns[area.width :]
        while len(columns) < area.width:
            columns.append(TableColumn(id=max((one.id for one in columns), default=0) + 1, name=""))
        self.name_columns()
        self.sheet.changed()

    def grow_to(self, bottom: int) -> None:
        """Take in the rows written just below it."""
        self.lie_in(self.area._replace(bottom=bottom))

    def name_columns(self) -> None:
        """Take the names from the header, whose cells are text, filled and told apart."""
        taken: set[str] = set()
        for at, column in enumerate(self.model.tableColumns):
            if self.headed:
                cell = cell_at(self.sheet.ws, self.area.top, self.area.left + at)
                name = stem = str(cell.value if cell.value is not None else f"列{at + 1}")
                number = 2
                while name.casefold() in taken:
                    name, number = f"{stem}{number}", number + 1
                if cell.value != name:
                    cell._value, cell.data_type = name, "s"
                column.name = name
            taken.add(column.name.casefold())

    def _range(self, area: Area | None) -> Any:
        return None if area is None else self.sheet.range_of(area)

    DisplayName = property(lambda self: self.name)
    Parent = property(lambda self: self.sheet)
    Range = property(lambda self: self._range(self.area))
    DataBodyRange = property(lambda self: self._range(self.body))
    ListColumns = property(ListColumns)
    ListRows = property(ListRows)
    AutoFilter = property(lambda self: AutoFilter(self.sheet, self.model) if self.model.autoFilter else None)
    ShowHeaders = property(lambda self: self.headed)
    ShowTotals = property(lambda self: bool(self.model.totalsRowCount))
    InsertRowRange = always(None)

    @property
    def Name(self) -> str:
        return self.name

    @Name.setter
    def Name(self, value: str) -> None:
        others = [one.name.casefold() for sheet in self.book.sheets() for one in tables_of(sheet)]
        if (value.casefold() in others and value.casefold() != self.name.casefold()) or not value or " " in value:
            raise refusal("Unable to set the Name property of the ListObject class")
        del self.sheet.ws.tables[self.model.name]
        self.model.name = self.model.displayName = value
        self.sheet.ws.tables.add(self.model)
        self.sheet.changed()

    @property
    def HeaderRowRange(self) -> Any:
        return self._range(self.area._replace(bottom=self.area.top)) if self.headed else None

    @property
    def TotalsRowRange(self) -> Any:
        return self._range(self.area._replace(top=self.area.bottom)) if self.model.totalsRowCount else None

    @property
    def ShowAutoFilter(self) -> bool:
        return self.model.autoFilter is not None

    @ShowAutoFilter.setter
    def ShowAutoFilter(self, value: Any) -> None:
        self.model.autoFilter = (self.model.autoFilter or FilterModel(ref=self.model.ref)) if value else None
        self.sheet.changed()

    @property
    def TableStyle(self) -> Any:
        return TableStyle(self)

    @TableStyle.setter
    def TableStyle(self, value: str) -> None:
        self.model.tableStyleInfo = TableStyleInfo(name=value, showRowStripes=True)

    def Resize(self, Range: Any) -> None:
        area, old = Range.first, self.area
        others = [one for one in tables_of(self.sheet) if one.model is not self.model]
        if (
            Range.sheet is not self.sheet
            or len(Range.areas) > 1
            or self.sheet.ws.protection.sheet
            or area.top != old.top
            or area.common(old) is None
            or area.height < 2
            or any(area.common(one.area) for one in others)
        ):
            raise refusal(
                "The range is not valid. The headers must remain in the same row, and the ranges must overlap."
            )
        self.lie_in(area)

    def Unlist(self) -> None:
        del self.sheet.ws.tables[self.model.name]
        self.sheet.changed()


class ListObjects(ComCollection):
    """The tables of a sheet."""

    def __init__(self, sheet: Any) -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet = sheet

    def items(self) -> list[ListObject]:
        """As the file has them."""
        return tables_of(self.sheet)

    def Add(
        self,
        SourceType: int = 1,  # noqa: ARG002
        Source: Any = None,
        LinkSource: Any = None,  # noqa: ARG002
        XlListObjectHasHeaders: int = 0,  # noqa: ARG002
        Destination: Any = None,  # noqa: ARG002
        TableStyleName: str | None = None,
    ) -> ListObject:
        area = Source.first
        if any(one.area.common(area) for one in tables_of(self.sheet)):
            raise refusal("A table cannot overlap another table.")
        taken = {one.name for sheet in self.book.sheets() for one in tables_of(sheet)}
        name = next(f"表{n}" for n in range(1, 10_000) if f"表{n}" not in taken)
        model = Table(displayName=name, name=name, ref=write_area(area, False, False))
        model.autoFilter = FilterModel(ref=model.ref)
        model.tableStyleInfo = TableStyleInfo(name=TableStyleName or "TableStyleMedium2", showRowStripes=True)
        table = ListObject(self.sheet, model)
        table.lie_in(area)
        self.sheet.ws.add_table(model)
        return table


def tables_of(sheet: Any) -> list[ListObject]:
    """The tables of a sheet."""
    return [ListObject(sheet, model) for model in sheet.ws.tables.values()]


def table_at(sheet: Any, row: int, column: int) -> ListObject | None:
    """The table that holds the cell."""
    return next((one for one in tables_of(sheet) if one.area.holds(row, column)), None)


def find_in_tables(sheet: Any, text: str) -> Area | None:
    """The cells that `表1`, `表1[数量]` or `表1[#All]` means."""
    match = _REFERENCE.fullmatch(text)
    for table in tables_of(sheet) if match else ():
        if table.name.casefold() == match[1].casefold():
            part = match[2]
            if part in (None, "#Data"):
                return table.body
            if part == "#All":
                return table.area
            if part == "#Headers":
                return table.area._replace(bottom=table.area.top)
            for at, column in enumerate(table.model.tableColumns):
                if column.name == part and table.body:
                    return table.body._replace(left=table.area.left + at, right=table.area.left + at)
    return None


def rename_columns(sheet: Any, written: Area) -> None:
    """What is written into a header row names the columns."""
    for table in tables_of(sheet):
        if table.headed and written.common(table.area._replace(bottom=table.area.top)):
            table.name_columns()


def tables_that_grow(sheet: Any, written: Area, data: Any) -> list[tuple[ListObject, int]]:
    """Tables that will take in what is about to be written just below them, and their last rows then."""
    if data in (None, "") or sheet.ws.protection.sheet or not sheet.app.autocorrect.state.get("expand", True):
        return []
    found = []
    for table in tables_of(sheet):
        below = table.area._replace(top=table.area.bottom + 1, bottom=written.bottom)
        inside = table.area.left <= written.left and written.right <= table.area.right
        if written.top == below.top and inside and not table.model.totalsRowCount and not filled(sheet, below):
            found.append((table, written.bottom))
    return found
