"""The header row of a table, anywhere in a sheet, and over two rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xltools.core.sheet import Cell, Scalar, Sheet, is_blank
from xltools.core.text import label_key
from xltools.intake.labels import LONGEST_LABEL, Labels, find_label, match_row
from xltools.intake.sheet_view import MergedCells, SheetView

_FURTHER = 60  # rows under a likely header are looked at for a better one: a letterhead names fields too
_TRIED = 3  # filled rows under a header tell whether it heads them
# What may stand alone under a header: the lower half of `数量` over `Pcs`.
_UNITS = frozenset(["pcs", "pc", "kg", "g", "t", "m", "mm", "件", "个", "只", "套", "台", "支", "片", "箱"])
_UNITS |= frozenset(["公斤", "吨", "米", "元", "万元", "%", "天", "rmb", "cny", "usd", "eur"])

Matched = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class LineTable:
    """Where a table stands: the row of its headers (the last of two), and the column of each field.

    `headers` are the header cells of all its columns, those that name no field too; of two halves one above the other,
    both. `dates` are columns under a date.
    """

    row: int
    columns: Mapping[str, int]
    top: int = -1
    headers: Mapping[int, Cell] = field(default_factory=dict)
    dates: Mapping[int, Cell] = field(default_factory=dict)

    @property
    def first_column(self) -> int:
        """The leftmost of its columns."""
        return min((*self.columns.values(), *self.dates))


@dataclass(frozen=True, slots=True)
class Header:
    """Rows that head a table: `top` and `row` are the same but where it is over two rows."""

    top: int
    row: int
    matched: Matched
    texts: Mapping[int, Scalar]


def find_table(sheet: Sheet, labels: Labels) -> LineTable | None:
    """The one row in the first 60 that names the most fields, at least two; the first of equals."""
    best: LineTable | None = None
    for row in range(min(len(sheet.rows), _FURTHER)):
        matched = match_row(labels, sheet, row)
        if len(matched) >= 2 and (best is None or len(matched) > len(best.columns)):
            best = LineTable(row, {name: found[0] for name, found in matched.items()}, row)
    return best


def find_header(view: SheetView, labels: Labels) -> Header | None:
    """The rows that name the most fields, at least two, and best head what stands under them; the first of equals."""
    found: list[Header] = []
    known: set[tuple[tuple[str, int], ...]] = set()
    for row in _likely_rows(view, labels):
        matched = match_row(labels, view.sheet, row)
        if len(matched) < 2:
            continue
        one = _widen(view, labels, row, matched)
        spots = tuple((name, columns[0]) for name, columns in one.matched.items())
        if spots not in known:  # a header that comes again heads the same table
            known.add(spots)
            found.append(one)
    if len(found) < 2:
        return found[0] if found else None
    return max(found, key=lambda one: (len(one.matched) + _count_headed(view.sheet, labels, one), -one.row))


def _likely_rows(view: SheetView, labels: Labels) -> list[int]:
    """The rows that name two fields, not much further down than the first of them."""
    rows = [row for row, count in view.rows_naming(labels) if count > 1]
    return [row for row in rows if row <= rows[0] + _FURTHER]


def _count_headed(sheet: Sheet, labels: Labels, header: Header) -> int:
    """The columns of a header under which, in the next rows, something stands that is no label itself."""
    tried = 0
    headed: set[str] = set()
    for row in range(header.row + 1, min(header.row + 1 + _FURTHER, len(sheet.rows))):
        values = sheet.rows[row]
        if all(map(is_blank, values)):
            continue
        if len(match_row(labels, sheet, row)) > 1:
            break
        for name, columns in header.matched.items():
            value = sheet.value(row, columns[0])
            if not is_blank(value) and not find_label(labels, value):
                headed.add(name)
        tried += 1
        if tried == _TRIED:
            break
    return len(headed)


def _widen(view: SheetView, labels: Labels, row: int, matched: Matched) -> Header:
    """The header of one row, or with the row under it or above it, where the two are one header."""
    sheet = view.sheet
    best = Header(row, row, matched, dict(enumerate(sheet.rows[row])))
    for top in (row, row - 1):
        if top < 0 or top + 1 >= len(sheet.rows):
            continue
        lower = sheet.rows[top + 1]
        if any(isinstance(value, float) for value in lower) or all(map(is_blank, lower)):
            continue
        tall, groups, merged = _upper_half(sheet, view.merges, top)
        if not tall and _holds_pairs(sheet, labels, top, groups):
            continue
        both = _join_halves(sheet, labels, top, groups)
        named = len(both.matched) - len(best.matched)
        tied = any(find_label(labels, sheet.value(top, column)) for column in tall) or _are_units(sheet, labels, top)
        own = {column: group for column, group in groups.items() if find_label(labels, group)}
        # `数量` over 订单 and 已发 names a field alone already, and only its lower half says which column.
        split = top == row and any(
            not find_label(labels, lower[column]) and _find_grouped(labels, group, lower[column])
            for column, group in own.items()
        )
        if (named > 0 and (merged or own)) or (named >= 0 and (tied or split)):
            best = both
    return best


def _holds_pairs(sheet: Sheet, labels: Labels, top: int, groups: Mapping[int, str]) -> bool:
    """True for labels with their values right above the header, as `订单日期：` or each beside what is no label."""
    upper = [(column, value) for column, value in enumerate(sheet.rows[top]) if not is_blank(value)]
    if any(isinstance(value, str) and value.rstrip().endswith((":", "：")) for _, value in upper):
        return True
    values, lower = [value for _, value in upper], sheet.rows[top + 1]
    over = [at for at, (column, value) in enumerate(upper) if column in groups and find_label(labels, value)]
    return bool(over) and all(
        at + 1 < len(values)
        and not find_label(labels, values[at + 1])
        and all(find_label(labels, lower[column]) for column, group in groups.items() if group == upper[at][1])
        for at in over
    )


def _join_halves(sheet: Sheet, labels: Labels, top: int, groups: Mapping[int, str]) -> Header:
    lower = sheet.rows[top + 1]
    matched: dict[str, list[int]] = {}
    texts: dict[int, Scalar] = {}
    for column in range(max(len(sheet.rows[top]), len(lower))):
        above, below = sheet.value(top, column), sheet.value(top + 1, column)
        if is_blank(below):
            text, name = above, find_label(labels, above)
        elif column in groups:
            text, name = below, _find_grouped(labels, groups[column], below)
        else:
            text, name = _with_unit(above, below), find_label(labels, below) or find_label(labels, above)
        texts[column] = text
        if name:
            matched.setdefault(name, []).append(column)
    return Header(top, top + 1, matched, texts)


def _upper_half(sheet: Sheet, merges: MergedCells, top: int) -> tuple[set[int], dict[int, str], bool]:
    """The columns of the upper row whose cells are merged into the lower, and the group over each other column.

    A group is merged over its columns (the last of the answer: one is), or stands over the first of them with blanks
    beside it.
    """
    tall: set[int] = set()
    groups: dict[int, str] = {}
    for block in merges.begins_in(top):
        head = sheet.value(top, block.left)
        right = min(block.right, len(sheet.rows[top + 1]) - 1)
        if is_blank(head):
            continue
        if block.bottom == top + 1:
            tall.add(block.left)
        elif block.bottom == top and block.right > block.left:
            groups.update(dict.fromkeys(range(block.left, right + 1), str(head)))
    merged = bool(groups)
    over = -1  # the column of the group's own cell
    for column, below in enumerate(sheet.rows[top + 1]):
        above = sheet.value(top, column)
        if column in tall or column in groups or is_blank(below):
            over = -1
        elif not is_blank(above):
            over = column
        elif over >= 0:
            groups[column] = groups[over] = str(sheet.value(top, over))
    return tall, groups, merged


def _are_units(sheet: Sheet, labels: Labels, top: int) -> bool:
    """True when nothing but units stands under the upper row, each under a field."""
    under = [(column, value) for column, value in enumerate(sheet.rows[top + 1]) if not is_blank(value)]
    return all(_is_unit(value) and find_label(labels, sheet.value(top, column)) for column, value in under)


def _find_grouped(labels: Labels, group: str, below: Scalar) -> str | None:
    """The field of a column under a group: `订单数量` and `订单` under `数量` are the same."""
    if not isinstance(below, str):
        return None
    return find_label(labels, below) or find_label(labels, below + group) or find_label(labels, group + below)


def _is_unit(value: Scalar) -> bool:
    key = label_key(value) if isinstance(value, str) and len(value) <= LONGEST_LABEL else ""
    return key in _UNITS or (key.startswith("(") and key.endswith(")"))


def _with_unit(above: Scalar, below: Scalar) -> Scalar:
    """`数量` over `Pcs` reads `数量(Pcs)`."""
    if is_blank(above) or not isinstance(below, str):
        return below
    return f"{above}({below.strip().strip('()（）')})"
