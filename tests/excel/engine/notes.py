# ruff: noqa: N802, N803 - Excel's names
"""Notes, which COM calls comments, and the threaded comments of today, which bar the way to them."""

from types import SimpleNamespace
from typing import Any

from openpyxl.comments import Comment as NoteModel
from openpyxl.utils import units

from .cells import cell_at
from .counting import ComCollection, ComError, ComObject, always, refusal, stored


class CellNotes:
    """The part of a range that carries notes."""

    @property
    def Comment(self) -> "Comment | None":
        return note_at(self.sheet, self.first.top, self.first.left)

    @property
    def CommentThreaded(self) -> "CommentThreaded | None":
        place = self.first.top, self.first.left
        return CommentThreaded(self.sheet, place) if place in self.sheet.threads else None

    @property
    def NoteText(self) -> str:
        found = note_at(self.sheet, self.first.top, self.first.left)
        return found.text if found else ""

    def AddComment(self, Text: str = "") -> "Comment":
        place = self.first.top, self.first.left
        self.sheet.refuse_if_protected("objects")
        if self.count() > 1 or place in self.sheet.threads or note_at(self.sheet, *place):
            raise refusal("Application-defined or object-defined error")
        note = NoteModel(Text, self.app.state.get("user", "跟单员"))
        cell_at(self.ws, *place).comment = note
        self.sheet.changed()
        return Comment(self.sheet, place)

    def AddCommentThreaded(self, Text: str) -> "CommentThreaded":
        place = self.first.top, self.first.left
        if place in self.sheet.threads or note_at(self.sheet, *place):
            raise refusal("Application-defined or object-defined error")
        self.sheet.threads[place] = Text
        return CommentThreaded(self.sheet, place)

    def ClearComments(self) -> None:
        self.sheet.refuse_if_protected("objects")
        for one in notes_of(self.sheet):
            if any(area.holds(*one.place) for area in self.areas):
                one.remove()


def note_at(sheet: Any, row: int, column: int) -> "Comment | None":
    """The note of a cell."""
    cell = sheet.ws._cells.get((row, column))
    has = cell is not None and cell.comment is not None and (row, column) not in sheet.threads
    return Comment(sheet, (row, column)) if has else None


def notes_of(sheet: Any) -> list["Comment"]:
    """All notes, row by row."""
    return [found for place in sorted(sheet.ws._cells) if (found := note_at(sheet, *place))]


class Shape(ComObject):
    """The box that a note is shown in; its size is in points."""

    def __init__(self, note: Any) -> None:
        super().__init__(note.app, note.book)
        self.note = note

    def _resize(self, height: float, width: float) -> None:
        self.note.cell.comment.height, self.note.cell.comment.width = height, width
        self.note.sheet.changed()

    TextFrame = property(lambda self: TextFrame(self.note))
    Height = property(
        lambda self: units.pixels_to_points(self.note.cell.comment.height),
        lambda self, value: self._resize(units.points_to_pixels(value), self.note.cell.comment.width),
    )
    Width = property(
        lambda self: units.pixels_to_points(self.note.cell.comment.width),
        lambda self, value: self._resize(self.note.cell.comment.height, units.points_to_pixels(value)),
    )


class Comment(ComObject):
    """One note."""

    def __init__(self, sheet: Any, place: tuple[int, int]) -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet, self.place = sheet, place

    @property
    def cell(self) -> Any:
        """Its cell; gone notes are COM errors."""
        cell = self.sheet.ws._cells.get(self.place)
        if cell is None or cell.comment is None:
            raise ComError(excepinfo=(0, None, "Object required", None, 0, -2146827864))
        return cell

    @property
    def text(self) -> str:
        """All that it says."""
        return self.cell.comment.text

    def rewrite(self, text: str) -> None:
        """Let it say that."""
        self.sheet.refuse_if_protected("objects")
        old = self.cell.comment
        self.cell.comment = NoteModel(text, old.author, old.height, old.width)
        self.sheet.changed()

    def remove(self) -> None:
        """Take it off the cell."""
        self.sheet.refuse_if_protected("objects")
        self.cell.comment = None
        self.sheet.changed()

    Author = property(lambda self: self.cell.comment.author)
    Parent = property(lambda self: self.sheet.cell(*self.place))
    Shape = property(Shape)
    Visible = stored("visible", False, bool)

    def Text(self, Text: str | None = None, Start: int | None = None, Overwrite: bool = True) -> str:
        if Text is not None:
            old = self.text
            if Start is None:
                self.rewrite(Text)
            else:
                self.rewrite(old[: Start - 1] + Text + ("" if Overwrite else old[Start - 1 :]))
        return self.text

    def Delete(self) -> None:
        self.remove()


class Comments(ComCollection):
    """The notes of a sheet."""

    def __init__(self, sheet: Any) -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet = sheet

    def items(self) -> list[Comment]:
        """Row by row."""
        return notes_of(self.sheet)


class TextFrame(ComObject):
    """The text in the box of a note."""

    def __init__(self, note: Any) -> None:
        super().__init__(note.app, note.book)
        self.note, self.state = note, note.sheet.state.setdefault(f"note {note.place}", {})

    AutoSize = stored("autosize", False, bool)

    def Characters(self, Start: int = 1, Length: int | None = None) -> "NoteCharacters":
        return NoteCharacters(self.note, Start, Length)


class NoteCharacters(ComObject):
    """Some letters of a note."""

    def __init__(self, note: Any, start: int, length: int | None) -> None:
        super().__init__(note.app, note.book)
        self.note, self.start = note, start - 1
        self.end = len(note.text) if length is None else self.start + length

    Count = property(lambda self: len(self.note.text[self.start : self.end]))
    Font = always(SimpleNamespace())  # kept for nobody: openpyxl's notes have no fonts

    @property
    def Text(self) -> str:
        return self.note.text[self.start : self.end]

    @Text.setter
    def Text(self, value: str) -> None:
        self.note.rewrite(self.note.text[: self.start] + value + self.note.text[self.end :])

    def Delete(self) -> None:
        self.note.rewrite(self.note.text[: self.start] + self.note.text[self.end :])

    def Insert(self, String: str) -> None:
        self.note.rewrite(self.note.text[: self.start] + String + self.note.text[self.end :])


class CommentThreaded(ComObject):
    """A threaded comment, as far as one may meet it."""

    def __init__(self, sheet: Any, place: tuple[int, int]) -> None:
        super().__init__(sheet.app, sheet.book)
        self.sheet, self.place = sheet, place

    Parent = property(lambda self: self.sheet.cell(*self.place))
    Author = always(SimpleNamespace(Name="跟单员"))
    Replies = always(())

    def Text(self, Text: str | None = None) -> str:
        if Text is not None:
            self.sheet.threads[self.place] = Text
        return self.sheet.threads[self.place]

    def Delete(self) -> None:
        del self.sheet.threads[self.place]


class ThreadedComments(Comments):
    """The threaded comments of a sheet."""

    def items(self) -> list[CommentThreaded]:
        """Row by row."""
        return [CommentThreaded(self.sheet, place) for place in sorted(self.sheet.threads)]
