"""A person at the tracker, by way of openpyxl: finds rows by what stands in them, types, saves."""

import openpyxl
from openpyxl.worksheet.table import Table

TRACKER = "order-tracker.xlsx"


class Hand:
    """The workbook as a person has it open; `save` writes it back."""

    def __init__(self, path, sheet=0):
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.sheet = self.book.worksheets[sheet]

    def save(self, path=None):
        self.book.save(path or self.path)

    def header_row(self):
        return next(
            row for row in range(1, 30) if any(str(cell.value).startswith("订单编号") for cell in self.sheet[row])
        )

    def column(self, words):
        """The column whose header begins with this word."""
        found = [cell.column for cell in self.sheet[self.header_row()] if str(cell.value).split()[0] == words]
        assert len(found) == 1, (words, found)
        return found[0]

    def row(self, order, line="1", which=0):
        key, number = self.column("订单编号"), self.column("行号")
        rows = [
            row
            for row in range(self.header_row() + 1, self.sheet.max_row + 1)
            if (str(self.sheet.cell(row, key).value), str(self.sheet.cell(row, number).value)) == (order, line)
        ]
        return rows[which]

    def cell(self, order, words, line="1", which=0):
        return self.sheet.cell(self.row(order, line, which), self.column(words))

    def type(self, order, words, value, line="1"):
        self.cell(order, words, line).value = value
        return self

    def orders(self):
        key = self.column("订单编号")
        values = (self.sheet.cell(row, key).value for row in range(self.header_row() + 1, self.sheet.max_row + 1))
        return [value for value in values if value]

    def next_row(self):
        return max(row for row in range(1, self.sheet.max_row + 1) if any(c.value for c in self.sheet[row])) + 1

    def type_row(self, **values):
        """A new row under the last one, as people add one: the table grows with it, as Excel makes it do."""
        row = self.next_row()
        for words, value in values.items():
            self.sheet.cell(row, self.column(words)).value = value
        self.stretch_table(row)
        return row

    def copy_row(self, order, line="1"):
        source, row = self.row(order, line), self.next_row()
        for cell in self.sheet[source]:
            self.sheet.cell(row, cell.column).value = cell.value
        self.stretch_table(row)
        return row

    def stretch_table(self, bottom):
        for table in self.sheet.tables.values():
            start, end = table.ref.split(":")
            table.ref = f"{start}:{end.rstrip('0123456789')}{bottom}"
            if table.autoFilter:
                table.autoFilter.ref = table.ref

    def drop_table(self):
        """Convert to range, as people do who can't merge cells otherwise."""
        for name in list(self.sheet.tables):
            del self.sheet.tables[name]

    def table(self) -> Table:
        return next(iter(self.sheet.tables.values()))


def rows_of(path, sheet):
    """The filled rows of a sheet under its header, as {header: value}."""
    page = openpyxl.load_workbook(path, data_only=True)[sheet]
    header = [cell.value for cell in page[3]]
    rows = [dict(zip(header, (cell.value for cell in row), strict=True)) for row in page.iter_rows(min_row=4)]
    return [{key: value for key, value in row.items() if key} for row in rows if any(row.values())]


def told(path):
    """What the sheet 待处理 says, all of it as one text."""
    return "\n".join(str(value) for row in rows_of(path, "待处理 To Resolve") for value in row.values())


def open_items(path):
    """The open items on the sheet 待处理: kind, order, what was typed, what is kept."""
    return [
        (row["类型 Kind"], row["订单 Order"], row["表中填写 Typed"], row["现值 Kept"])
        for row in rows_of(path, "待处理 To Resolve")
        if row["状态 Status"] == "Open"
    ]
