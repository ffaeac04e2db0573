"""Where the rows of a template went when some of them were repeated, and references that follow them."""

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence

from xltools.core.place import cell_position, column_name

# Texts and sheet names first, so that nothing in them is taken for a reference (ECMA-376 Part 1, 18.17.2).
_TOKEN = re.compile(
    r"(?P<text>\"(?:[^\"]|\"\")*\")"
    r"|(?P<sheet>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)"
    r"|(?P<cells>(?<![\w.$])\$?[A-Z]{1,3}\$?\d{1,7}(?::\$?[A-Z]{1,3}\$?\d{1,7})?(?![\w.(]))"
    r"|(?P<rows>(?<![\w.$])\$?\d{1,7}:\$?\d{1,7}(?![\w.(]))"
)
_CORNER = re.compile(r"(\$?[A-Z]{0,3})(\$?)(\d+)")


class RowMap:
    """The rows of a sheet in the order they came out: `emitted` are their numbers in the template, from 1.

    Rows after `last` were not touched: they moved as one.
    """

    def __init__(self, emitted: Sequence[int], last: int) -> None:
        """The new number of the n-th emitted row is n, counted from 1."""
        self.emitted = emitted
        self.last = last
        self._places: dict[int, list[int]] = {}
        for new, row in enumerate(emitted, start=1):
            self._places.setdefault(row, []).append(new)

    def first(self, row: int) -> int:
        """Where a row came out first; for one that did not, where it would have."""
        return self._place(row, 0)

    def end(self, row: int) -> int:
        """Where a row came out last; for one that did not, the row before."""
        return self._place(row, -1)

    def near(self, row: int, new: int) -> int:
        """Where a row came out for the reader in new row `new`: in its own round of a loop, else the nearest."""
        places = self._places.get(row)
        if not places or not 0 < new <= len(self.emitted):
            return self.first(row)
        beside = new + row - self.emitted[new - 1]
        return beside if beside in places else min(places, key=lambda place: abs(place - new))

    def blocks(self, first: int, last: int) -> list[tuple[int, int]]:
        """Where rows `first` to `last` came out as they stand, once for each round; one span where they were torn."""
        rows = [row for row in range(first, last + 1) if row in self._places or row > self.last]
        if not rows:
            return []
        if rows[0] > self.last:
            return [(self.first(rows[0]), self.first(rows[-1]))]
        found = [
            (new, new + len(rows) - 1)
            for new in self._places[rows[0]]
            if list(self.emitted[new - 1 : new - 1 + len(rows)]) == rows
        ]
        return found or [(self.first(rows[0]), self.end(rows[-1]))]

    def _place(self, row: int, which: int) -> int:
        if row > self.last:
            return row + len(self.emitted) - self.last
        if places := self._places.get(row):
            return places[which]
        known = sorted(self._places)
        before = bisect_left(known, row)
        last_before = self._places[known[before - 1]][-1] if before else 0
        return max(last_before + (1 if which == 0 else 0), 1)


def move_range(text: str, rows: RowMap) -> str:
    """A reference such as `A1:D9` or `$A$1`, from its first row to where its last one ended."""
    corners = text.split(":")
    moved = [_move_corner(corners[0], rows.first if len(corners) > 1 else rows.end)]
    if len(corners) > 1:
        moved.append(_move_corner(corners[1], rows.end))
    return ":".join(moved)


def move_ranges(text: str, rows: RowMap) -> str:
    """Several references with blanks between them; a single cell stands for all that it came out as."""
    return " ".join(_move_spread(one, rows) for one in text.split())


def _move_spread(text: str, rows: RowMap) -> str:
    spread = move_range(text if ":" in text else f"{text}:{text}", rows)
    first, _, last = spread.partition(":")
    # Of rows that a loop left out altogether nothing is left: the format then lies on the row that took their place.
    return first if first == last or int(re.sub(r"\D", "", last)) < int(re.sub(r"\D", "", first)) else spread


def move_formula(formula: str, own: RowMap | None, new: int, others: Mapping[str, RowMap]) -> str:
    """A formula with its references following their rows.

    `own` are the rows of the sheet it stands on, in new row `new` (0: it stands in no row, as a name's does); `others`
    by sheet name.
    """
    sheet: RowMap | None = own
    parts: list[str] = []
    at = 0
    for token in _TOKEN.finditer(formula):
        parts.append(formula[at : token.start()])
        at = token.end()
        words = token[0]
        if token["sheet"]:
            name = words[:-1].strip("'").replace("''", "'")
            sheet = others.get(name)
            parts.append(words)
            continue
        if not token["text"] and sheet is not None:
            words = _move_reference(words, sheet, new if sheet is own else 0)
        parts.append(words)
        sheet = own
    parts.append(formula[at:])
    return "".join(parts)


def shift_formula(formula: str, down: int, right: int) -> str:
    """A shared formula as it reads so many rows and columns further: what is not held by `$` moves along."""

    def shift(found: re.Match[str]) -> str:
        if found["text"] or found["sheet"]:
            return found[0]
        return ":".join(_shift_corner(corner, down, right) for corner in found[0].split(":"))

    return _TOKEN.sub(shift, formula)


def _move_reference(text: str, rows: RowMap, new: int) -> str:
    corners = text.split(":")
    if not new:
        return move_range(text, rows)
    first, last = (int(re.sub(r"\D", "", corner)) for corner in (corners[0], corners[-1]))
    if len(corners) == 1:
        return _move_corner(corners[0], lambda row: rows.near(row, new))
    inside = rows.near(first, new), rows.near(last, new)
    together = 0 < new <= len(rows.emitted) and first <= rows.emitted[new - 1] <= last
    if together and inside[1] - inside[0] == last - first:
        return ":".join(_move_corner(corner, lambda row: rows.near(row, new)) for corner in corners)
    return move_range(text, rows)


def _move_corner(corner: str, move: Callable[[int], int]) -> str:
    found = _CORNER.fullmatch(corner)
    return f"{found[1]}{found[2]}{move(int(found[3]))}" if found else corner


def _shift_corner(corner: str, down: int, right: int) -> str:
    found = _CORNER.fullmatch(corner)
    if found is None:
        return corner
    letters = found[1]
    if letters and not letters.startswith("$"):
        letters = column_name(cell_position(f"{letters}1")[1] + right)
    row = int(found[3]) if found[2] or letters in {"", "$"} else int(found[3]) + down
    return f"{letters}{found[2]}{row}"
