# ruff: noqa: N802, N803 - Excel's names
"""Defined names, of the book and of single sheets, the hidden ones among them."""

from typing import Any

from openpyxl.workbook.defined_name import DefinedName

from .addresses import parse_area, quoted, split_sheet
from .counting import ComCollection, ComObject, refusal
from .ranges import Range


class Name(ComObject):
    """One name; `sheet` where it is a sheet's own."""

    def __init__(self, book: Any, sheet: Any, model: DefinedName) -> None:
        super().__init__(book.app, book)
        self.sheet, self.model = sheet, model

    @property
    def name(self) -> str:
        """With its sheet in front, where it has one."""
        return f"{quoted(self.sheet.name)}!{self.model.name}" if self.sheet else self.model.name

    @property
    def home(self) -> dict[str, DefinedName]:
        """Where openpyxl keeps it."""
        return (self.sheet.ws if self.sheet else self.book.model).defined_names

    def target(self) -> Range | None:
        """The cells it stands for, if it stands for cells."""
        areas, sheets = [], set()
        for part in self.model.attr_text.split(","):
            sheet, address = split_sheet(part)
            if sheet is None or (area := parse_area(address)) is None or sheet not in self.book.model.sheetnames:
                return None
            sheets.add(sheet)
            areas.append(area)
        return Range(self.book.sheet(self.book.model[sheets.pop()]), areas) if len(sheets) == 1 else None

    Parent = property(lambda self: self.sheet or self.book)
    Index = property(lambda self: [one.name for one in Names(self.book).items()].index(self.name) + 1)

    @property
    def Name(self) -> str:
        return self.name

    @Name.setter
    def Name(self, value: str) -> None:
        del self.home[self.model.name]
        self.model.name = value
        self.home[value] = self.model
        self.book.changed()

    @property
    def RefersTo(self) -> str:
        return f"={self.model.attr_text}"

    @RefersTo.setter
    def RefersTo(self, value: Any) -> None:
        self.model.attr_text = _reference(value)
        self.book.changed()

    @property
    def RefersToRange(self) -> Range:
        if (found := self.target()) is None:
            raise refusal("Method 'RefersToRange' of object 'Name' failed")
        return found

    @property
    def Visible(self) -> bool:
        return not self.model.hidden

    @Visible.setter
    def Visible(self, value: Any) -> None:
        self.model.hidden = not value
        self.book.changed()

    def Delete(self) -> None:
        del self.home[self.model.name]
        self.book.changed()


class Names(ComCollection):
    """The names of a book with those of its sheets, or those of one sheet."""

    def __init__(self, book: Any, sheet: Any = None) -> None:
        super().__init__(book.app, book)
        self.sheet = sheet

    def items(self) -> list[Name]:
        """By name."""
        found = [] if self.sheet else [Name(self.book, None, one) for one in self.book.model.defined_names.values()]
        for sheet in [self.sheet] if self.sheet else self.book.sheets():
            found += [Name(self.book, sheet, one) for one in sheet.ws.defined_names.values()]
        return sorted(found, key=lambda one: (one.model.name.casefold(), one.name))

    def item(self, key: Any) -> Name:
        """By number, by name, or by name with its sheet."""
        if isinstance(key, str):
            sheet, bare = split_sheet(key)
            for one in self.items():
                owner = one.sheet.name if one.sheet else None
                if one.model.name.casefold() == bare.casefold() and (self.sheet or sheet == owner):
                    return one
        return super().item(key)

    def Add(self, Name: str, RefersTo: Any = None, Visible: bool = True) -> "Name":
        sheet_name, bare = split_sheet(Name)
        sheet = self.book.sheet(self.book.model[sheet_name]) if sheet_name else self.sheet
        if not bare or bare[0].isdigit() or " " in bare or parse_area(bare):
            raise refusal("The syntax of this name isn't correct.")
        model = DefinedName(bare, attr_text=_reference(RefersTo), hidden=not Visible)
        home = (sheet.ws if sheet else self.book.model).defined_names
        home[next((one for one in home if one.casefold() == bare.casefold()), bare)] = model
        self.book.changed()
        return _named(self.book, sheet, model)


def _named(book: Any, sheet: Any, model: DefinedName) -> Name:
    return Name(book, sheet, model)


def _reference(value: Any) -> str:
    if isinstance(value, Range):
        return ",".join(f"{quoted(value.sheet.name)}!{part}" for part in value.address().split(","))
    return str(value).removeprefix("=")
