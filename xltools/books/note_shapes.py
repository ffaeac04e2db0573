"""The boxes of a sheet's notes: shapes in a VML drawing, which form controls may share with them.

Such a drawing is no XML on its good days (Excel writes `<br>` into it), so it is searched, not parsed. What Excel asks
of it is told in [MS-OI29500] and ECMA-376 Part 4, 19.4.
"""

import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from xltools.books.addresses import LAST_COLUMN, LAST_ROW
from xltools.books.outline import Edit, read_attributes, splice
from xltools.books.package import PackageError

_WIDTH, _LINE, _MARGIN = 260, 17, 14  # pixels
_CHARACTERS = 38  # that fit into a line of a box, Chinese ones counted twice
_POINTS = 0.75  # a pixel
_IDS_A_BLOCK = 1024  # shape ids come in blocks, of which each drawing owns some
_SPACES = {"v": "urn:schemas-microsoft-com:vml", "o": "urn:schemas-microsoft-com:office:office"}
_SPACES["x"] = "urn:schemas-microsoft-com:office:excel"
_SHAPE = re.compile(rb"<(\w+):shape\s.*?</\1:shape>\s*", re.DOTALL)
_NOTE = re.compile(rb"""ObjectType\s*=\s*["']Note["']""")
_ROW = re.compile(rb"<(?:\w+:)?Row>\s*(\d{1,7})\s*</")
_COLUMN = re.compile(rb"<(?:\w+:)?Column>\s*(\d{1,5})\s*</")
_ANCHOR = re.compile(rb"(<(?:\w+:)?Anchor>)([^<]*)(</)")
_BLOCKS = re.compile(rb"""(<(?:\w+:)?idmap\b[^>]*?\bdata\s*=\s*["'])([0-9,\s]*)(["'])""")
_ID = re.compile(rb"""["']_x0000_s(\d{1,9})["']""")
_END = re.compile(rb"</(?:\w+:)?xml\s*>\s*\Z")
_TYPE = (
    b'<v:shapetype%s id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    b'<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


@dataclass(frozen=True, slots=True)
class Lattice:
    """The widths of a sheet's columns in characters and the heights of its rows in points."""

    column_width: Callable[[int], float]
    row_height: Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Box:
    """The place of a note's box: column, pixels into it, row, pixels into it, of its first and its last corner."""

    anchor: tuple[int, int, int, int, int, int, int, int]
    height: int


def count_lines(text: str) -> int:
    """The lines that a text takes in a box of ours."""
    widths = (sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in line) for line in text.split("\n"))
    return sum(max(1, math.ceil(width / _CHARACTERS)) for width in widths)


def place_box(row: int, column: int, text: str, lattice: Lattice) -> Box:
    """A box beside a cell that holds a text."""
    height = count_lines(text) * _LINE + _MARGIN
    left = column + 1 if column < LAST_COLUMN - 10 else column - 6
    top = max(0, row - 1) if row < LAST_ROW - 60 else row - 60
    right, right_rest = _walk(left, 15 + _WIDTH, lambda one: _column_pixels(lattice.column_width(one)))
    bottom, bottom_rest = _walk(top, 10 + height, lambda one: round(lattice.row_height(one) / _POINTS))
    return Box((left, 15, top, 10, right, right_rest, bottom, bottom_rest), height)


class NoteShapes:
    """The drawing of a sheet's notes while shapes come and go; `content` is empty for a sheet without one."""

    def __init__(self, content: bytes, other_drawings: Iterable[bytes]) -> None:
        self._other = list(other_drawings)
        self.content = content or _new_drawing(_free_block(self._other))

    @property
    def is_empty(self) -> bool:
        """True when no shape is left, of whatever kind."""
        return not re.search(rb"<(\w+):(?:shape|group|rect|oval|line|roundrect|polyline|image)\s", self.content)

    def remove(self, cells: Collection[tuple[int, int]]) -> None:
        """Take the boxes of some cells away."""
        self.content = splice(
            self.content, [Edit(one.start(), one.end(), b"") for one, cell in self._notes() if cell in cells]
        )
        if b"#_x0000_t202" not in self.content:
            self.content = self.content.replace(_TYPE % self._spaces(), b"")

    def add(self, boxes: Collection[tuple[int, int, Box]]) -> None:
        """Add boxes by row and column, hidden until the pointer rests on the cell."""
        if b"\0" in self.content or not _END.search(self.content):
            raise PackageError("reason-not-standard")
        pieces = b"" if b'"_x0000_t202"' in self.content or b"'_x0000_t202'" in self.content else _TYPE % self._spaces()
        ids = self._free_ids(len(boxes))
        order = len(_SHAPE.findall(self.content))
        for number, (row, column, box) in enumerate(boxes, start=1):
            pieces += self._shape(ids[number - 1], order + number, row, column, box)
        end = self.content.rindex(b"</")  # of the drawing itself
        self.content = self.content[:end] + pieces + self.content[end:]

    def stretch(self, row: int, column: int, lines: int) -> None:
        """Make the box of a note that people wrote longer, or with negative lines shorter again."""
        for one, cell in self._notes():
            anchor = _ANCHOR.search(one[0])
            if cell == (row, column) and anchor:
                numbers = [int(part) if part.strip().isdigit() else 0 for part in anchor[2].split(b",")]
                if len(numbers) == 8:
                    numbers[6] = max(numbers[6] + lines, numbers[2] + 1)
                    written = anchor[1] + b", ".join(b"%d" % part for part in numbers) + anchor[3]
                    at = one.start()
                    edit = Edit(at + anchor.start(), at + anchor.end(), written)
                    self.content = splice(self.content, [edit])
                return

    def _notes(self) -> Iterator[tuple[re.Match[bytes], tuple[int, int]]]:
        for shape in _SHAPE.finditer(self.content):
            row, column = _ROW.search(shape[0]), _COLUMN.search(shape[0])
            if _NOTE.search(shape[0]) and row and column:
                yield shape, (int(row[1]), int(column[1]))

    def _free_ids(self, count: int) -> list[int]:
        """Shape ids that nothing has, from the blocks that the drawing owns; it takes further ones where these end."""
        taken = set(map(int, _ID.findall(self.content)))
        owned = _BLOCKS.search(self.content)
        blocks = _block_numbers(owned[2]) if owned else [1]
        ids = list[int]()
        for block in blocks:
            ids += [one for one in range(block * _IDS_A_BLOCK + 1, (block + 1) * _IDS_A_BLOCK) if one not in taken]
        fresh = _free_block([self.content, *self._other])
        while len(ids) < count:
            ids += range(fresh * _IDS_A_BLOCK + 1, (fresh + 1) * _IDS_A_BLOCK)
            blocks.append(fresh)
            fresh += 1
        if owned:
            written = owned[1] + b",".join(b"%d" % one for one in blocks) + owned[3]
            if len(blocks) != len(_block_numbers(owned[2])):
                self.content = splice(self.content, [Edit(owned.start(), owned.end(), written)])
        return ids[:count]

    def _spaces(self) -> bytes:
        """The namespaces that a piece has to declare itself, where the drawing's root does not."""
        root = re.search(rb"<(?:\w+:)?xml\b[^>]*>", self.content)
        declared = read_attributes(root[0]) if root else {}
        named = ((f"xmlns:{prefix}", space) for prefix, space in _SPACES.items())
        missing = (f' {name}="{space}"' for name, space in named if declared.get(name.encode()) != space.encode())
        return "".join(missing).encode()

    def _shape(self, id_: int, order: int, row: int, column: int, box: Box) -> bytes:
        spaces = self._spaces().decode()
        size = f"width:{_WIDTH * _POINTS:g}pt;height:{box.height * _POINTS:g}pt"
        return (
            f'<v:shape{spaces} id="_x0000_s{id_}" type="#_x0000_t202" style="position:absolute;{size};z-index:{order};'
            f'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
            f'<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
            f'<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
            f'<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
            f"<x:Anchor>{', '.join(map(str, box.anchor))}</x:Anchor><x:AutoFill>False</x:AutoFill>"
            f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        ).encode()


def _new_drawing(block: int) -> bytes:
    spaces = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
    blocks = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
    return f"<xml {spaces}>{blocks}".encode() + _TYPE % b"" + b"</xml>"


def _free_block(drawings: Iterable[bytes]) -> int:
    taken = [number for one in drawings for found in _BLOCKS.finditer(one) for number in _block_numbers(found[2])]
    return max([0, *taken]) + 1


def _block_numbers(text: bytes) -> list[int]:
    return [int(one) for one in text.split(b",") if one.strip().isdigit()]


def _walk(start: int, pixels: int, size: Callable[[int], int]) -> tuple[int, int]:
    """The row or column that lies so many pixels on, and the pixels into it."""
    at = start
    for _ in range(1_000):  # hidden ones have no size
        if pixels < size(at):
            break
        pixels -= size(at)
        at += 1
    return at, pixels


def _column_pixels(width: float) -> int:
    return int(width * 7 + 5) if width >= 1 else int(width * 12)
