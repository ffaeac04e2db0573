"""A worksheet's XML while the styles of its cells change: rows and cells that are not concerned keep their bytes.

The rows are gone through with regular expressions, since a sheet may hold millions of cells; what stands around them
is small and is read as XML.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from xltools.books.addresses import area_name, read_area, read_column
from xltools.books.outline import Edit, Element, change_tag, outline, prefix_of, read_tag, refuse_odd_encoding, splice
from xltools.books.package import PackageError
from xltools.core.place import cell_name
from xltools.core.sheet import Range

# What a worksheet may hold behind `legacyDrawing`, which names the drawing of its notes (ECMA-376 Part 1, 18.3.1.99).
_BEHIND_NOTES = {"legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts"}
_BEHIND_NOTES |= {"extLst"}
_DATA = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)sheetData(?=[\s/>])[^<>]*>")
_NUMBER = re.compile(rb"""\sr\s*=\s*["']([0-9]{1,7})["']""")
_ADDRESS = re.compile(rb"""\sr\s*=\s*["']\$?([A-Za-z]{1,3})\$?[0-9]{1,7}["']""")
_STYLE = re.compile(rb"""(\ss\s*=\s*["'])([0-9]{1,9})(?=["'])""")
_OWN_STYLE = re.compile(rb"""\scustomFormat\s*=\s*["'](?:1|true)["']""")
_HEIGHT = re.compile(rb"""\sht\s*=\s*["']([0-9.]{1,9})["']""")
_SPANS = re.compile(rb"""\s+spans\s*=\s*["'][^"']*["']""")
Restyle = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class _Span:
    """A row or a cell where it stands: its number, its start tag up to `inner`, its content up to `close`."""

    number: int
    start: int
    inner: int
    close: int
    end: int


class SheetCells:
    """A worksheet's XML; PackageError for one that can't be changed safely."""

    def __init__(self, content: bytes) -> None:
        refuse_odd_encoding(content)
        body = content.removeprefix(b"\xef\xbb\xbf")
        if b"<!" in content or body.count(b"<?") > body.startswith(b"<?xml"):
            raise PackageError("reason-odd-markup")
        found = _DATA.search(content)
        if not found:
            raise PackageError("reason-not-standard")
        prefix = self._prefix = found[1]
        self._row_tag = re.compile(rb"<" + prefix + rb"row(?=[\s/>])[^<>]*>")
        self._cell_tag = re.compile(rb"<" + prefix + rb"c(?=[\s/>])[^<>]*>")
        self._row_end = re.compile(rb"</" + prefix + rb"row\s*>")
        self._cell_end = re.compile(rb"</" + prefix + rb"c\s*>")
        self._before, self._after = content[: found.start()], b""
        self._data_tag, self._data = found[0], b""
        if found[0].endswith(b"/>"):
            self._after = content[found.end() :]
            self._data_tag = found[0][:-2].rstrip() + b">"
        else:
            close = content.rfind(b"</" + prefix + b"sheetData")
            self._data = content[found.end() : max(close, found.end())]
            self._after = content[content.find(b">", close) + 1 :] if close > 0 else b""
        if self._data.strip() and not self._row_tag.search(self._data):
            raise PackageError("reason-not-standard")
        self._whole = content
        self._changed = False
        self._edits = list[Edit]()
        self._frame = self._before + self._hole + self._after
        self.root = outline(self._frame)
        if self.root.name != "worksheet" or not self.root.child("sheetData"):
            raise PackageError("reason-not-standard")

    @property
    def _hole(self) -> bytes:
        return b"<" + self._prefix + b"sheetData/>"

    @property
    def root_tag(self) -> bytes:
        """The start tag of the worksheet."""
        return self._frame[self.root.start : self.root.inner]

    @property
    def prefix(self) -> bytes:
        """The prefix of the sheet's own elements, with its colon."""
        return prefix_of(self.root_tag)

    def merges(self) -> tuple[Range, ...]:
        """The merged blocks."""
        listed = self.root.child("mergeCells")
        areas = (read_area(one.attribute("ref")) for one in (listed.all("mergeCell") if listed else ()))
        return tuple(area for area in areas if area)

    def column_styles(self) -> Callable[[int], int]:
        """The style that a column gives to cells that are not written out."""
        blocks = [(first, last, style) for first, last, style, _ in self._columns()]
        return lambda column: next((style for first, last, style in blocks if first <= column <= last), 0)

    def column_widths(self) -> Callable[[int], float]:
        """The width of a column in characters, 0 for a hidden one."""
        said = self.root.child("sheetFormatPr")
        usual = _float(said.attribute("defaultColWidth") if said else "") or 8.43
        blocks = [(first, last, width) for first, last, _, width in self._columns()]
        return lambda column: next((width for first, last, width in blocks if first <= column <= last), usual)

    def row_heights(self, wanted: Collection[int]) -> Callable[[int], float]:
        """The heights of some rows in points."""
        said = self.root.child("sheetFormatPr")
        usual = _float(said.attribute("defaultRowHeight") if said else "") or 15.0
        known, last = dict[int, float](), max(wanted, default=-1)
        for number, tag in _tags(self._row_tag, self._data, _row_number):
            if number > last:
                break
            if number in wanted and (found := _HEIGHT.search(tag[0])):
                known[number] = _float(found[1].decode())
        return lambda wanted_row: known.get(wanted_row, usual)

    def exchange_styles(self, styles: Mapping[int, int]) -> None:
        """Give cells of some styles other ones."""
        if not styles:
            return
        styled = rb"""c\s(?:[^<>]*?\s)?s\s*=\s*["'](?:""" + _any_of(styles) + rb""")["'][^<>]*>"""

        def exchange(tag: re.Match[bytes]) -> bytes:
            return _STYLE.sub(lambda one: one[1] + str(styles.get(int(one[2]), int(one[2]))).encode(), tag[0], 1)

        self._replace_data(re.sub(b"<" + self._prefix + styled, exchange, self._data))

    def restyle(self, wanted: Mapping[tuple[int, int], Restyle]) -> None:
        """Give cells the style that a function makes of theirs; blank ones are written out where they are not yet."""
        rows = dict[int, dict[int, Restyle]]()
        for at_row, at_column in sorted(wanted):
            rows.setdefault(at_row, {})[at_column] = wanted[at_row, at_column]
        column_style = self.column_styles()
        pieces, at = list[bytes](), 0
        left = sorted(rows)
        for row in _spans(self._data, self._row_tag, self._row_end, _row_number):
            while left and left[0] < row.number:
                pieces += [self._data[at : row.start], self._new_row(left[0], rows[left.pop(0)], column_style)]
                at = row.start
            if not left:
                break
            if left[0] == row.number:
                changed = self._restyled_row(row, rows[left.pop(0)], column_style)
                pieces += [self._data[at : row.start], changed]
                at = row.end
        new = (self._new_row(number, rows[number], column_style) for number in left)
        end = len(self._data.rstrip()) if left else at
        self._replace_data(b"".join([*pieces, self._data[at:end], *new, self._data[max(at, end) :]]))
        self._stretch_dimension(wanted)

    def notes_drawing(self) -> Element | None:
        """The element that names the drawing of the sheet's notes."""
        return self.root.child("legacyDrawing")

    def set_notes_drawing(self, written: bytes) -> None:
        """Name the drawing of the sheet's notes, by an element with the sheet's prefix, or none."""
        element = self.notes_drawing()
        if element:
            self._edits.append(Edit(element.start, element.end, written))
        elif written:
            own = (one for one in self.root.children if one.space == self.root.space)
            last = [one.end for one in own if one.name not in _BEHIND_NOTES][-1]
            self._edits.append(Edit(last, last, written))

    def drop_conditions(self, formula: str) -> None:
        """Take away the rules of conditional formats that have this formula (ECMA-376 Part 1, 18.3.1.10)."""
        for block in self.root.all("conditionalFormatting"):
            rules = list(block.all("cfRule"))
            ours = [one for one in rules if [part.text for part in one.all("formula")] == [formula]]
            gone = [block] if len(ours) == len(rules) else ours
            self._edits += [Edit(one.start, one.end, b"") for one in gone if ours]

    def clear_selected(self) -> None:
        """Take the sheet out of those that the first window shows as selected."""
        self._edits += unselect(self._frame, self.root)

    def save(self) -> bytes:
        """The sheet with its changes; the very same bytes where there are none."""
        if not self._changed and not self._edits:
            return self._whole
        hole = self.root.child("sheetData")
        if hole is None:
            return self._whole
        data = Edit(hole.start, hole.end, self._data_tag + self._data + b"</" + self._prefix + b"sheetData>")
        return splice(self._frame, [*self._edits, data])

    def _columns(self) -> Iterator[tuple[int, int, int, float]]:
        """First and last column from 0, style and width of each block of columns."""
        for columns in self.root.all("cols"):
            for one in columns.all("col"):
                first, last = _whole(one.attribute("min")) - 1, _whole(one.attribute("max")) - 1
                hidden = one.attribute("hidden") in {"1", "true"}
                width = 0.0 if hidden else _float(one.attribute("width")) or 8.43
                yield first, last, _whole(one.attribute("style")), width

    def _replace_data(self, data: bytes) -> None:
        self._changed |= data != self._data
        self._data = data

    def _restyled_row(self, row: _Span, wanted: Mapping[int, Restyle], column_style: Restyle) -> bytes:
        tag, content = self._data[row.start : row.inner], self._data[row.inner : row.close]
        row_style = _style_of(tag) if _OWN_STYLE.search(tag) else None
        pieces, at, left, added = list[bytes](), 0, sorted(wanted), False

        def new_cell(column: int) -> bytes:
            style = column_style(column) if row_style is None else row_style
            return self._new_cell(row.number, column, wanted[column](style))

        for cell in _spans(content, self._cell_tag, self._cell_end, _column_number):
            while left and left[0] < cell.number:
                pieces += [content[at : cell.start], new_cell(left.pop(0))]
                at, added = cell.start, True
            if not left:
                break
            if left[0] == cell.number:
                old = content[cell.start : cell.inner]
                style = wanted[left.pop(0)](_style_of(old))
                pieces += [content[at : cell.start], _with_style(old, style)]
                at = cell.inner
        if left:
            pieces += [content[at:].rstrip(), *map(new_cell, left)]
            at, added = len(content), True
        pieces.append(content[at:])
        if added:  # `spans` only helps a reader along: better none than one that leaves a cell out
            tag = _SPANS.sub(b"", tag, 1)
        if tag.endswith(b"/>"):
            tag = tag[:-2].rstrip() + b">"
        return b"".join([tag, *pieces, b"</", self._prefix, b"row>"])

    def _new_row(self, number: int, wanted: Mapping[int, Restyle], column_style: Restyle) -> bytes:
        cells = (self._new_cell(number, column, change(column_style(column))) for column, change in wanted.items())
        return b'<%srow r="%d">%s</%srow>' % (self._prefix, number + 1, b"".join(cells), self._prefix)

    def _new_cell(self, row: int, column: int, style: int) -> bytes:
        return b'<%sc r="%s" s="%d"/>' % (self._prefix, cell_name(row, column).encode(), style)

    def _stretch_dimension(self, cells: Collection[tuple[int, int]]) -> None:
        said = self.root.child("dimension")
        area = read_area(said.attribute("ref")) if said else None
        if not said or not area or not cells:
            return
        rows, columns = zip(*cells, strict=True)
        top, left = min(area.top, *rows), min(area.left, *columns)
        bottom, right = max(area.bottom, *rows), max(area.right, *columns)
        if Range(top, left, bottom, right) != area:
            block = area_name(Range(top, left, bottom, right))
            self._edits.append(change_tag(self._frame, said, {"ref": block}))


def unselect(content: bytes, root: Element) -> list[Edit]:
    """The edits that take a sheet of any kind out of those that the first window shows as selected."""
    listed = root.child("sheetViews")
    views = list(listed.all("sheetView")) if listed else []
    selected = (one for one in views if one.attribute("tabSelected") in {"1", "true"})
    return [
        change_tag(content, one, {"tabSelected": None})
        for one in selected
        if one.attribute("workbookViewId") in {"", "0"}
    ]


def _tags(
    pattern: re.Pattern[bytes], content: bytes, read_number: Callable[[bytes], int | None]
) -> Iterator[tuple[int, re.Match[bytes]]]:
    number = -1
    for tag in pattern.finditer(content):
        said = read_number(tag[0])
        number = number + 1 if said is None else said  # one without an address follows the one before
        yield number, tag


def _spans(
    content: bytes, pattern: re.Pattern[bytes], closing: re.Pattern[bytes], read_number: Callable[[bytes], int | None]
) -> Iterator[_Span]:
    for number, tag in _tags(pattern, content, read_number):
        if tag[0].endswith(b"/>"):
            yield _Span(number, tag.start(), tag.end(), tag.end(), tag.end())
            continue
        end = closing.search(content, tag.end())
        if not end:
            raise PackageError("reason-not-standard")
        yield _Span(number, tag.start(), tag.end(), end.start(), end.end())


def _row_number(tag: bytes) -> int | None:
    found = _NUMBER.search(tag)
    return int(found[1]) - 1 if found else None


def _column_number(tag: bytes) -> int | None:
    found = _ADDRESS.search(tag)
    return read_column(found[1].decode()) if found else None


def _style_of(tag: bytes) -> int:
    found = _STYLE.search(tag)
    return int(found[2]) if found else 0


def _with_style(tag: bytes, style: int) -> bytes:
    if _STYLE.search(tag):
        return _STYLE.sub(lambda one: one[1] + str(style).encode(), tag, 1)
    name = read_tag(tag)
    end = len(name) - (2 if name.endswith(b"/>") else 1)
    return name[:end].rstrip() + b' s="%d"' % style + name[end:]


def _any_of(numbers: Collection[int]) -> bytes:
    return b"|".join(str(number).encode() for number in sorted(numbers))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _float(text: str) -> float:
    return float(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]*)?", text) else 0.0
