"""The cell styles of a workbook while some are added: those of marked cells, and those of a sheet that joins.

A cell names its style by an index into `cellXfs`, which names its font, fill and border by indexes in turn (ECMA-376
Part 1, 18.8). Nothing that is there is changed or moved.
"""

import re
import zlib
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from xltools.books.outline import (
    Edit,
    Element,
    append_inside,
    outline,
    prefix_of,
    read_tag,
    set_attribute,
    splice,
    tag_name,
    with_prefix,
)

# A styles part that says nothing yet; its namespace is to be filled in.
EMPTY_STYLES = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{space}"></styleSheet>'

# Name, attributes and children of an element: what it means, however it is written.
Shape = tuple[str, tuple[tuple[str, str], ...], tuple["Shape", ...]]

# Fills that nobody else uses: ours are known by them, whatever program saved the workbook since. The first of each
# three stands for a cell without a fill, the second for one with a plain fill, whose colour is kept as the background
# colour, invisible in a solid fill, the third for a pattern or gradient, of which a checksum is kept there.
ERROR_FILLS = ("FFFFC4CA", "FFFFC4CB", "FFFFC4CC")
WARNING_FILLS = ("FFFFEDA6", "FFFFEDA7", "FFFFEDA8")
_NONE, _PLAIN, _OTHER = range(3)

_MOST_STYLES = 64_000  # Excel's own limit is a little above
_FIRST_FORMAT = 164  # number formats below are Excel's own
_AUTOMATIC = {"indexed": "64"}
# The order that the part's lists must stand in.
_LISTS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs")
_NO_FILL = b'<fill><patternFill patternType="none"/></fill>'
# What a part that lacks a list must hold at the least, for the indexes of others to mean something.
_LEAST: Mapping[str, tuple[bytes, ...]] = {
    "fonts": (b'<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>',),
    "fills": (_NO_FILL, b'<fill><patternFill patternType="gray125"/></fill>'),
    "borders": (b"<border><left/><right/><top/><bottom/><diagonal/></border>",),
    "cellStyleXfs": (b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>',),
    "cellXfs": (b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',),
}


class CellStyles:
    """The styles part of a workbook; PackageError where it is no XML."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._root = outline(content)
        tag = content[self._root.start : self._root.inner]
        self._lists = {name: _List(name, content, self._root, tag) for name in _LISTS}
        self._xfs, self._fills = self._lists["cellXfs"], self._lists["fills"]
        self._settled = len(self._xfs.pieces)

    def mark(self, style: int, is_error: bool) -> int:
        """The style that is another's in all but its fill, which is the mark's; itself where Excel takes no more."""
        style = style if 0 <= style < len(self._xfs.pieces) else 0
        before = self._fill_of(style)
        kind, kept = _describe_fill(before)
        colour = {"rgb": (ERROR_FILLS if is_error else WARNING_FILLS)[kind]}
        return self._refilled(style, self._add_fill(_solid_fill(colour, kept)))

    def unmark(self, *, trusted: bool = True) -> dict[int, int]:
        """Each style that has a mark's fill, with the style that its cells had before.

        `trusted` is False for a workbook that a program saved which makes up background colours: what fill a cell had
        is not known then, and it gets one only where another style of the same kind tells it.
        """
        marked = ((style, _marked_kind(self._fill_of(style))) for style in range(len(self._xfs.pieces)))
        return {style: self._original(style, kind, trusted) for style, kind in marked if kind is not None}

    def adopt(self, other: "CellStyles") -> list[int]:
        """The styles that look as those of another part, by their indexes there; what is missing is added."""
        indexes = {
            "fontId": self._adopt_list(other, "fonts"),
            "fillId": self._adopt_list(other, "fills"),
            "borderId": self._adopt_list(other, "borders"),
            "numFmtId": self._adopt_formats(other),
        }
        adopted = []
        for piece, shape in zip(other._xfs.pieces, other._xfs.shapes, strict=True):
            said = dict(shape[1])
            written = _set_in_piece(piece, "xfId", 0)  # the named cell styles of the other workbook stay there
            for name, known in indexes.items():
                number = _number(said.get(name))
                written = _set_in_piece(written, name, known.get(number, number))
            adopted.append(self._add_style(with_prefix(written, self._xfs.prefix), 0))
        return adopted

    def save(self) -> bytes:
        """The part with what was added; the very same bytes where nothing was."""
        if len(self._xfs.pieces) == self._settled:
            return self._content
        edits, missing = list[Edit](), dict[int, bytes]()
        for name, one in self._lists.items():
            if one.element and one.added:
                edits += append_inside(self._content, one.element, one.added, {"count": str(len(one.pieces))})
            elif one.added:
                at = self._place_of(name)
                missing[at] = missing.get(at, b"") + one.whole()
        if self._root.inner == self._root.end:
            return splice(self._content, append_inside(self._content, self._root, b"".join(missing.values())))
        return splice(self._content, [*edits, *(Edit(at, at, pieces) for at, pieces in missing.items())])

    def _fill_of(self, style: int) -> Shape:
        number = _number(dict(self._xfs.shapes[style][1]).get("fillId"))
        return self._fills.shapes[number] if number < len(self._fills.shapes) else self._fills.shapes[0]

    def _original(self, style: int, kind: int, trusted: bool) -> int:
        kept = _colours(self._fill_of(style)).get("bgColor", {})

        def fits(fill: Shape) -> bool:
            found, colour = _describe_fill(fill)
            return found == kind and _marked_kind(fill) is None and (kind == _NONE or not trusted or colour == kept)

        rest = self._but_fill(style)
        alike = (one for one in range(len(self._xfs.pieces)) if self._but_fill(one) == rest)
        same = next((one for one in alike if fits(self._fill_of(one))), None)
        if same is not None:
            return same
        number = next((number for number, fill in enumerate(self._fills.shapes) if trusted and fits(fill)), None)
        if number is None:
            number = self._add_fill(_solid_fill(kept, _AUTOMATIC) if trusted and kind == _PLAIN else _NO_FILL)
        return self._refilled(style, number)

    def _but_fill(self, style: int) -> object:
        name, attributes, children = self._xfs.shapes[style]
        return name, [one for one in attributes if one[0] not in {"fillId", "applyFill"}], children

    def _refilled(self, style: int, fill: int) -> int:
        return self._add_style(
            _set_in_piece(_set_in_piece(self._xfs.pieces[style], "fillId", fill), "applyFill", 1), style
        )

    def _add_fill(self, fill: bytes) -> int:
        return self._fills.add(with_prefix(fill, self._fills.prefix))

    def _add_style(self, piece: bytes, instead: int) -> int:
        return self._xfs.add(piece) if len(self._xfs.pieces) < _MOST_STYLES else instead

    def _adopt_list(self, other: "CellStyles", name: str) -> dict[int, int]:
        mine = self._lists[name]
        # A font of the other workbook's theme would turn into that of this one.
        pieces = (re.sub(rb"<scheme\b[^>]*/>", b"", piece) for piece in other._lists[name].pieces)
        return {number: mine.add(with_prefix(piece, mine.prefix)) for number, piece in enumerate(pieces)}

    def _adopt_formats(self, other: "CellStyles") -> dict[int, int]:
        mine, adopted = self._lists["numFmts"], dict[int, int]()
        for number, code in other._number_formats().items():
            known = {text: taken for taken, text in self._number_formats().items()}
            if code not in known:
                known[code] = max([_FIRST_FORMAT - 1, *known.values()]) + 1
                piece = f'<numFmt numFmtId="{known[code]}" formatCode={quoteattr(code)}/>'
                mine.add(with_prefix(piece.encode(), mine.prefix))
            adopted[number] = known[code]
        return adopted

    def _number_formats(self) -> dict[int, str]:
        said = (dict(attributes) for _, attributes, _ in self._lists["numFmts"].shapes)
        return {_number(one.get("numFmtId")): one.get("formatCode", "") for one in said}

    def _place_of(self, name: str) -> int:
        """Where a list that the part lacks belongs: behind those that come before it."""
        before = [one.element.end for one in list(self._lists.values())[: _LISTS.index(name)] if one.element]
        return before[-1] if before else self._root.inner


class _List:
    """One list of the styles part: its children's bytes as they are, and those that were added behind them."""

    def __init__(self, name: str, content: bytes, root: Element, root_tag: bytes) -> None:
        self.name = name
        self.prefix = prefix_of(root_tag)
        self.element = root.child(name)
        self._root_tag = root_tag.removesuffix(b"/>").removesuffix(b">") + b">"
        children = self.element.children if self.element else []
        self.pieces = [one.raw(content) for one in children]
        self.shapes = [_shape_of(one) for one in children]
        self._known = {shape: index for index, shape in reversed(list(enumerate(self.shapes)))}
        self._before = len(self.pieces)
        for least in _LEAST.get(name, ()) if not self.pieces else ():
            self.add(with_prefix(least, self.prefix))

    def add(self, piece: bytes) -> int:
        """The index of a piece, added where there is none of the same meaning."""
        whole = self._root_tag + piece + b"</" + tag_name(self._root_tag) + b">"
        shape = _shape_of(outline(whole).children[0])
        if shape not in self._known:
            self._known[shape] = len(self.pieces)
            self.pieces.append(piece)
            self.shapes.append(shape)
        return self._known[shape]

    @property
    def added(self) -> bytes:
        """What was added."""
        return b"".join(self.pieces[self._before :])

    def whole(self) -> bytes:
        """The list as a new element."""
        name = self.prefix + self.name.encode()
        return b'<%s count="%d">%s</%s>' % (name, len(self.pieces), self.added, name)


def _describe_fill(fill: Shape) -> tuple[int, Mapping[str, str]]:
    """What kind of fill it is, and what a mark keeps of it."""
    pattern = next((dict(attributes) for name, attributes, _ in fill[2] if name == "patternFill"), None)
    if not fill[2] or (pattern is not None and pattern.get("patternType", "none") == "none"):
        return _NONE, _AUTOMATIC
    colour = _colours(fill).get("fgColor")
    if pattern is not None and pattern.get("patternType") == "solid" and colour:
        return _PLAIN, colour
    return _OTHER, {"rgb": f"FF{zlib.crc32(repr(fill).encode()) & 0xFFFFFF:06X}"}


def _marked_kind(fill: Shape) -> int | None:
    """The kind of fill that a mark's fill stands for, None for a fill that is no mark's."""
    kind, colour = _describe_fill(fill)
    shown = f"FF{colour.get('rgb', '').upper()[-6:]}"  # some programs leave the transparency out, or make it zero
    found = (fills.index(shown) for fills in (ERROR_FILLS, WARNING_FILLS) if shown in fills)
    return next(found, None) if kind == _PLAIN else None


def _colours(fill: Shape) -> dict[str, dict[str, str]]:
    patterns = (colours for name, _, colours in fill[2] if name == "patternFill")
    return {name: dict(values) for colours in patterns for name, values, _ in colours}


def _shape_of(element: Element) -> Shape:
    children = tuple(_shape_of(one) for one in element.children)
    return element.name, tuple(sorted(element.attributes.items())), children


def _solid_fill(colour: Mapping[str, str], background: Mapping[str, str]) -> bytes:
    front, back = ("".join(f" {name}={quoteattr(text)}" for name, text in one.items()) for one in (colour, background))
    return f'<fill><patternFill patternType="solid"><fgColor{front}/><bgColor{back}/></patternFill></fill>'.encode()


def _set_in_piece(piece: bytes, name: str, value: int) -> bytes:
    tag = read_tag(piece)
    return set_attribute(tag, name, str(value)) + piece[len(tag) :]


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
