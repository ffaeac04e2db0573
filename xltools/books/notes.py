"""The notes of a sheet while ours come and go: those that people wrote stay, and threads of comments are left alone.

A note of ours has our author, whose name stands in its first line too, as Excel writes it: LibreOffice drops authors,
and a note that a button put into an open workbook has the person's.
Where a cell has a note already, our words stand in it as a block of their own, between a line that names us and a line
`—`.
"""

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from xltools.books.addresses import read_area
from xltools.books.note_shapes import Lattice, NoteShapes, count_lines, place_box
from xltools.books.outline import (
    MAIN,
    Edit,
    Element,
    append_inside,
    escape_shown,
    escape_text,
    outline,
    prefix_of,
    relation_attribute,
    splice,
    with_prefix,
)
from xltools.books.package import Package, PackageError, relations_part
from xltools.books.sheet_cells import SheetCells
from xltools.core.place import cell_name

_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_RULE, _BREAK = "—", "\n"
_BOLD = '<rPr><b/><sz val="9"/><color indexed="81"/><rFont val="微软雅黑"/><charset val="134"/></rPr>'
_FONT = '<rPr><sz val="9"/><color indexed="81"/><rFont val="微软雅黑"/><charset val="134"/></rPr>'
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Comment:
    """A note as it stands in the part, and the cell it belongs to."""

    element: Element
    cell: Cell
    author: str


class SheetNotes:
    """The notes of one sheet; PackageError where their parts are not as the standard has them."""

    def __init__(self, package: Package, sheet_part: str, cells: SheetCells, space: str, author: str) -> None:
        self._package, self._sheet_part, self._cells, self._space = package, sheet_part, cells, space
        self._author, self._signature = author, f"{author}:"
        block = rf"\n?{_RULE} \[{re.escape(author)}\]\n.*?(?:\n{_RULE}(?=\n|\Z)|\Z)"
        self._block = re.compile(block, re.DOTALL)
        relations = [one for one in package.relations(sheet_part) if not one.external]
        self._part = next((one.target for one in relations if one.kind == "comments"), "")
        self._before = self._content = package.read(self._part) if self._part else b""
        drawing = cells.notes_drawing()
        named = drawing.attribute("id") if drawing else ""
        self._drawing_part = next((one.target for one in relations if one.id == named and one.kind == "vmlDrawing"), "")
        drawings = [one for one in package.names if one.lower().endswith(".vml") and one != self._drawing_part]
        self._drawing_before = package.read(self._drawing_part) if self._drawing_part else b""
        self._shapes = NoteShapes(self._drawing_before, map(package.read, drawings))
        threads = (outline(package.read(one.target)) for one in relations if one.kind == "threadedComment")
        refs = (read_area(one.attribute("ref")) for root in threads for one in root.walk() if one.attribute("ref"))
        self.threaded = {(area.top, area.left) for area in refs if area}

    def take_off(self) -> None:
        """Take away all that is ours: notes of our author, and our blocks in notes of others."""
        if not self._part:
            return
        edits, gone = list[Edit](), set[Cell]()
        for one in self._comments():
            if one.author == self._author or self._is_signed(one):
                gone.add(one.cell)
                edits.append(Edit(one.element.start, one.element.end, b""))
            elif edit := self._without_block(one):
                edits.append(edit)
        self._content = splice(self._content, edits)
        self._shapes.remove(gone)

    def put(self, notes: Mapping[Cell, str], lattice: Lattice) -> None:
        """Add notes by their cells; a cell whose comments are a thread gets none."""
        wanted = {cell: _plain_text(text) for cell, text in sorted(notes.items()) if cell not in self.threaded}
        if not wanted:
            return
        if not self._part:
            self._add_part()
        known = {one.cell: one for one in self._comments()}
        edits = [self._with_block(known[cell], text) for cell, text in wanted.items() if cell in known]
        new = {cell: text for cell, text in wanted.items() if cell not in known}
        root, authors, listed = self._read()
        names = [one.text for one in authors.all("author")]
        prefix = prefix_of(self._content[root.start : root.inner])
        if new and self._author not in names:
            author = with_prefix(f"<author>{escape_text(self._author)}</author>".encode(), prefix)
            edits += append_inside(self._content, authors, author)
            names.append(self._author)
        if new:
            start = f'authorId="{names.index(self._author)}"><text>{_run(self._signature, _BOLD)}'
            pieces = (
                f'<comment ref="{cell_name(*cell)}" {start}{_run(f"{_BREAK}{text}")}</text></comment>'
                for cell, text in new.items()
            )
            edits += append_inside(self._content, listed, with_prefix("".join(pieces).encode(), prefix))
            boxes = ((cell, f"{self._signature}\n{text}") for cell, text in new.items())
            self._shapes.add([(*cell, place_box(*cell, text, lattice)) for cell, text in boxes])
        self._content = splice(self._content, edits)

    def save(self) -> None:
        """Write what has changed into the package; parts that hold nothing any more are taken out."""
        if self._content == self._before:
            return
        if not self._comments():
            self._drop(self._part)
        else:
            self._package.write(self._part, self._content)
        if self._shapes.is_empty:
            self._remove_drawing()
        elif self._shapes.content != self._drawing_before:
            self._write_drawing()

    def _comments(self) -> list[_Comment]:
        _, authors, listed = self._read()
        names = [one.text for one in authors.all("author")]
        comments = []
        for one in listed.all("comment"):
            area, author = read_area(one.attribute("ref")), one.attribute("authorId")
            if area is None:
                raise PackageError("reason-not-standard")
            known = author.isdecimal() and int(author) < len(names)
            comments.append(_Comment(one, (area.top, area.left), names[int(author)] if known else ""))
        return comments

    def _read(self) -> tuple[Element, Element, Element]:
        if b"<![CDATA[" in self._content:
            raise PackageError("reason-odd-markup")
        root = outline(self._content)
        authors, listed = root.child("authors"), root.child("commentList")
        if authors is None or listed is None:
            raise PackageError("reason-not-standard")
        return root, authors, listed

    def _with_block(self, comment: _Comment, text: str) -> Edit:
        """A note of somebody with our words below theirs."""
        block = f"\n{_RULE} [{self._author}]\n{text}\n{_RULE}"
        self._shapes.stretch(*comment.cell, count_lines(block))
        body = self._body(comment)
        prefix = prefix_of(self._content[body.start : body.inner])
        pieces = list[bytes]()
        for one in body.children:
            raw = one.raw(self._content)
            pieces.append(_wrapped(raw, prefix) if one.name == "t" else raw)
        runs = sum(one.name in {"t", "r"} for one in body.children)
        pieces.insert(runs, with_prefix(_run(block).encode(), prefix))
        return self._new_body(body, pieces)

    def _without_block(self, comment: _Comment) -> Edit | None:
        """A note of somebody without our words, None where there are none in it; programs may have joined the runs."""
        body = self._body(comment)
        texts = [(one, part) for one in body.children if one.name in {"t", "r"} for part in _text_parts(one)]
        whole = "".join(part.text for _, part in texts)
        blocks = list(self._block.finditer(whole))
        if not blocks:
            return None
        self._shapes.stretch(*comment.cell, -sum(count_lines(one[0]) for one in blocks))
        prefix = prefix_of(self._content[body.start : body.inner])
        kept, at = dict[int, bytes](), 0
        for one, part in texts:
            start, at = at, at + len(part.text)
            left = "".join(
                letter
                for place, letter in enumerate(part.text, start)
                if not any(block.start() <= place < block.end() for block in blocks)
            )
            raw = one.raw(self._content)
            written = with_prefix(_text(escape_text(left)).encode(), prefix)
            edited = splice(raw, [Edit(part.start - one.start, part.end - one.start, written)])
            kept[one.start] = raw if left == part.text else edited if left else b""
        pieces = [kept.get(one.start, one.raw(self._content)) for one in body.children]
        return self._new_body(body, _unwrapped([one for one in pieces if one], prefix))

    def _is_signed(self, comment: _Comment) -> bool:
        text = "".join(part.text for one in self._body(comment).children for part in _text_parts(one))
        return text.startswith(f"{self._signature}\n")

    def _body(self, comment: _Comment) -> Element:
        body = comment.element.child("text")
        if body is None:
            raise PackageError("reason-not-standard")
        return body

    def _new_body(self, body: Element, pieces: Iterable[bytes]) -> Edit:
        prefix = prefix_of(self._content[body.start : body.inner])
        return Edit(body.start, body.end, b"<%stext>%s</%stext>" % (prefix, b"".join(pieces), prefix))

    def _add_part(self) -> None:
        folder = posixpath.dirname(posixpath.dirname(self._sheet_part))
        self._part = self._package.new_name(posixpath.join(folder, "comments{}.xml"))
        self._content = (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<comments xmlns="{MAIN[self._space]}"><authors></authors><commentList></commentList></comments>'
        ).encode()
        self._package.write(self._part, self._content)
        self._package.set_content_type(self._part, _COMMENTS_TYPE)
        self._package.relate(self._sheet_part, f"{self._space}/comments", self._part)

    def _write_drawing(self) -> None:
        if not self._drawing_part:
            folder = posixpath.dirname(posixpath.dirname(self._sheet_part))
            self._drawing_part = self._package.new_name(posixpath.join(folder, "drawings/vmlDrawing{}.vml"))
            id_ = self._package.relate(self._sheet_part, f"{self._space}/vmlDrawing", self._drawing_part)
            self._package.set_default_type("vml", _DRAWING_TYPE)
            reference = relation_attribute(self._cells.root_tag, id_, self._space)
            self._cells.set_notes_drawing(b"<" + self._cells.prefix + b"legacyDrawing" + reference + b"/>")
        self._package.write(self._drawing_part, self._shapes.content)

    def _remove_drawing(self) -> None:
        if self._drawing_part:
            self._cells.set_notes_drawing(b"")
            self._drop(self._drawing_part)

    def _drop(self, part: str) -> None:
        self._package.unrelate(self._sheet_part, part)
        self._package.remove(part)
        if not self._package.relations(self._sheet_part) and (own := relations_part(self._sheet_part)) in self._package:
            self._package.remove(own)


def rows_beside(cells: Collection[Cell]) -> set[int]:
    """The rows whose heights the boxes of notes at some cells may depend on."""
    return {one for row, _ in cells for one in range(max(0, row - 1), row + 30)}


def _text_parts(element: Element) -> Iterable[Element]:
    return [element] if element.name == "t" else element.all("t")


def _plain_text(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")
    return "\n".join("–" if line == _RULE else line for line in lines)


def _run(text: str, font: str = _FONT) -> str:
    return f"<r>{font}{_text(escape_shown(text))}</r>"


def _text(escaped: str) -> str:
    return f'<t xml:space="preserve">{escaped}</t>'


def _wrapped(plain: bytes, prefix: bytes) -> bytes:
    """A note's text without runs as a run: readers differ on what a text followed by runs is."""
    return b"<%sr>%s</%sr>" % (prefix, plain, prefix)


def _unwrapped(pieces: list[bytes], prefix: bytes) -> list[bytes]:
    """A single run without a format as the plain text that it was."""
    start, end = b"<%sr><%st" % (prefix, prefix), b"</%st></%sr>" % (prefix, prefix)
    if len(pieces) == 1 and pieces[0].startswith(start) and pieces[0].endswith(end):
        return [pieces[0][len(prefix) + 3 : -len(prefix) - 4]]
    return pieces
