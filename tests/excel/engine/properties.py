# ruff: noqa: N802, N803 - Excel's names
"""Custom document properties. Changing them does not make a book unsaved: so it is in Excel."""

import datetime as dt
from typing import Any

from openpyxl.packaging.custom import BoolProperty, DateTimeProperty, FloatProperty, IntProperty, StringProperty

from .counting import ComCollection, ComError, ComObject, always

E_INVALIDARG = -2147024809
_KINDS = {1: (IntProperty, int), 2: (BoolProperty, bool), 3: (DateTimeProperty, None), 4: (StringProperty, str)}
_KINDS[5] = (FloatProperty, float)


def _invalid() -> ComError:
    return ComError(excepinfo=(0, None, None, None, 0, E_INVALIDARG))


class DocumentProperty(ComObject):
    """One property, by its name."""

    def __init__(self, book: Any, name: str) -> None:
        super().__init__(book.app, book)
        self.name = name

    Name = property(lambda self: self.name)
    Parent = property(lambda self: self.book)
    LinkToContent = always(False)

    @property
    def Value(self) -> Any:
        return self.book.model.custom_doc_props[self.name].value

    @Value.setter
    def Value(self, value: Any) -> None:
        found = self.book.model.custom_doc_props[self.name]
        found.value = str(value) if isinstance(found, StringProperty) else value

    @property
    def Type(self) -> int:
        found = type(self.book.model.custom_doc_props[self.name])
        return next((number for number, (kind, _) in _KINDS.items() if kind is found), 4)

    def Delete(self) -> None:
        del self.book.model.custom_doc_props[self.name]


class DocumentProperties(ComCollection):
    """The properties of a book."""

    def items(self) -> list[DocumentProperty]:
        """In the order of the file."""
        return [DocumentProperty(self.book, one.name) for one in self.book.model.custom_doc_props]

    def item(self, key: Any) -> DocumentProperty:
        """The property of that name; Excel's words for a missing one are E_INVALIDARG."""
        try:
            return super().item(key)
        except ComError:
            raise _invalid() from None

    def Add(
        self, Name: str, LinkToContent: bool = False, Type: int = 4, Value: Any = None, LinkSource: Any = None
    ) -> DocumentProperty:
        if LinkToContent or LinkSource or any(one.name.casefold() == Name.casefold() for one in self.items()):
            raise _invalid()
        kind, convert = _KINDS[Type]
        value = convert(Value) if convert else Value
        if isinstance(value, dt.datetime):
            value = value.replace(tzinfo=None)
        self.book.model.custom_doc_props.append(kind(name=Name, value=value))
        return DocumentProperty(self.book, Name)
