# ruff: noqa: N802 - Excel's names
"""Windows, in the order in which they lie on each other: the first one is in front."""

from typing import Any

from .counting import ComCollection, ComObject, refusal, stored


class Window(ComObject):
    """The one window of a workbook."""

    def __init__(self, book: Any) -> None:
        super().__init__(book.app, book)
        self.visible = True

    @property
    def name(self) -> str:
        """What its title bar says."""
        return self.state.get("caption", self.book.name)

    def to_front(self) -> None:
        """Lay it upon all others."""
        self.app.windows.remove(self)
        self.app.windows.insert(0, self)

    DisplayGridlines = stored("gridlines", True, bool)
    ScrollRow = stored("scroll row", 1, int)
    ScrollColumn = stored("scroll column", 1, int)
    FreezePanes = stored("frozen", False, bool)
    SplitRow = stored("split row", 0, int)
    SplitColumn = stored("split column", 0, int)
    Zoom = stored("zoom", 100)
    WindowState = stored("state", -4143, int)

    Parent = property(lambda self: self.book)
    Index = property(lambda self: self.app.windows.index(self) + 1)
    ActiveSheet = property(lambda self: self.book.active_sheet)

    @property
    def Caption(self) -> str:
        return self.name

    @Caption.setter
    def Caption(self, value: str) -> None:
        self.state["caption"] = value

    @property
    def Visible(self) -> bool:
        return self.visible

    @Visible.setter
    def Visible(self, value: Any) -> None:
        self.visible = bool(value)

    def Activate(self) -> None:
        if not self.visible:
            raise refusal("Activate method of Window class failed")
        self.to_front()


class Windows(ComCollection):
    """All windows, or those of one book."""

    def items(self) -> list[Window]:
        """In their order, the topmost first."""
        return [one for one in self.app.windows if self.book in (None, one.book)]
