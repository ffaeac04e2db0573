# ruff: noqa: N802, N803 - Excel's names
"""Columns, rows and style of a table."""

from typing import Any

from .addresses import Area
from .counting import ComCollection, ComObject, refusal


class TableStyle(ComObject):
    """The style of a table."""

    def __init__(self, table: Any) -> None:
        super().__init__(table.app, table.book)
        self.table = table

    Name = property(lambda self: self.table.model.tableStyleInfo.name if self.table.model.tableStyleInfo else "")


class ListColumn(ComObject):
    """One column of a table."""

    def __init__(self, table: Any, at: int) -> None:
        super().__init__(table.app, table.book)
        self.table, self.at = table, at

    @property
    def name(self) -> str:
        """Its header."""
        return self.table.model.tableColumns[self.at].name

    def _part(self, area: Area | None) -> Any:
        column = self.table.area.left + self.at
        return None if area is None else self.table.sheet.range_of(area._replace(left=column, right=column))

    Name = property(lambda self: self.name)
    Index = property(lambda self: self.at + 1)
    Range = property(lambda self: self._part(self.table.area))
    DataBodyRange = property(lambda self: self._part(self.table.body))


class ListColumns(ComCollection):
    """The columns of a table."""

    def __init__(self, table: Any) -> None:
        super().__init__(table.app, table.book)
        self.table = table

    def items(self) -> list[ListColumn]:
        """From left to right."""
        return [ListColumn(self.table, at) for at in range(len(self.table.model.tableColumns))]


class ListRow(ComObject):
    """One row of a table."""

    def __init__(self, table: Any, at: int) -> None:
        super().__init__(table.app, table.book)
        self.table, self.at, self.name = table, at, str(at + 1)

    Index = property(lambda self: self.at + 1)

    @property
    def Range(self) -> Any:
        row = self.table.body.top + self.at
        return self.table.sheet.range_of(self.table.body._replace(top=row, bottom=row))


class ListRows(ListColumns):
    """The rows of data of a table."""

    def items(self) -> list[ListRow]:
        """From top to bottom."""
        body = self.table.body
        return [ListRow(self.table, at) for at in range(body.height if body else 0)]

    def Add(self, Position: int | None = None) -> ListRow:
        below = self.table.area._replace(top=self.table.area.bottom + 1, bottom=self.table.area.bottom + 1)
        if Position is not None or self.table.model.totalsRowCount or filled(self.table.sheet, below):
            raise refusal("Rows are only added at the end, above empty cells, in this Excel for tests")
        self.table.grow_to(below.bottom)
        return self.items()[-1]


def filled(sheet: Any, area: Area) -> bool:
    """Whether anything stands in the area."""
    return any(cell.value is not None for place, cell in sheet.ws._cells.items() if area.holds(*place))
