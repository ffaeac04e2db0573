"""Formulas in the cells of a sheet: shared ones, array formulas, data tables."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from xltools.books.addresses import area_name, read_area
from xltools.books.package import PackageError
from xltools.books.patch import markup
from xltools.books.patch.references import translate_formula
from xltools.books.patch.rows import FoundCell, Row, split_cells
from xltools.core.sheet import Range

Address = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CellFormula:
    """A formula in a cell: its start tag, its text (empty where it is shared and stands elsewhere), its kind."""

    tag: bytes
    text: str
    kind: str  # normal, shared, array or dataTable

    @property
    def group(self) -> str:
        """What cells with one shared formula have in common."""
        return markup.read_attribute(self.tag, "si") or ""


@dataclass(frozen=True, slots=True)
class Master:
    """The cell that a shared formula is written in."""

    at: Address
    text: str


def read_formula(cell: FoundCell, prefix: bytes) -> CellFormula | None:
    """The formula of a cell, if it has one."""
    found = markup.whole_elements(prefix, "f").search(cell.content or b"")
    if not found:
        return None
    tag = markup.start_tag(found)
    text = markup.unescape_text((found[1] or b"").decode())
    return CellFormula(tag, text, markup.read_attribute(tag, "t") or "normal")


def has_formulas(run: bytes, prefix: bytes) -> bool:
    """True where a run of rows holds a formula."""
    # A single byte is found much faster than more of them, and many sheets have no f at all.
    return b"f" in run and b"<%sf" % prefix in run and bool(markup.start_tags(prefix, "f").search(run))


def find_arrays(run: bytes, prefix: bytes) -> Iterator[Range]:
    """The blocks of the array formulas and data tables that begin in a run of rows."""
    if b"array" not in run and b"dataTable" not in run:
        return
    for tag in markup.start_tags(prefix, "f").findall(run):
        if markup.read_attribute(tag, "t") in {"array", "dataTable"}:
            area = read_area(markup.read_attribute(tag, "ref") or "")
            if area is None:
                raise PackageError("reason-not-standard")
            yield area


def hand_over(
    rows: Iterable[Row], prefix: bytes, lost: Mapping[str, Master], changed: Mapping[int, Collection[int]]
) -> dict[Address, bytes]:
    """New cells for those that take over a shared formula whose own cell is changed, by their address.

    `lost` are the masters by group, `changed` the columns of changed cells by row. Nobody takes over where all that
    shared it are changed.
    """
    heirs: dict[str, tuple[Address, FoundCell, CellFormula]] = {}
    blocks: dict[str, Range] = {}
    for row in rows:
        if b"shared" not in (content := row.markup):
            continue
        for cell in split_cells(content, row.number, prefix):
            formula = read_formula(cell, prefix)
            if formula is None or formula.group not in lost or formula.kind != "shared":
                continue
            at = (row.number, cell.column)
            if at == lost[formula.group].at or cell.column in changed.get(row.number, ()):
                continue
            heirs.setdefault(formula.group, (at, cell, formula))
            known = blocks.get(formula.group, Range(*at, *at))
            blocks[formula.group] = Range(
                known.top, min(known.left, at[1]), max(known.bottom, at[0]), max(known.right, at[1])
            )
    return {heir[0]: _write_master(*heir, lost[group], blocks[group], prefix) for group, heir in heirs.items()}


def _write_master(
    at: Address, cell: FoundCell, formula: CellFormula, lost: Master, block: Range, prefix: bytes
) -> bytes:
    if formula.text:  # it says the whole formula itself
        text: str | None = formula.text
    else:
        text = translate_formula(lost.text, at[0] - lost.at[0], at[1] - lost.at[1])
    if text is None:
        raise PackageError("reason-shared-formula")
    tag = markup.set_attribute(formula.tag, "ref", area_name(block))
    if tag.endswith(b"/>"):
        tag = tag[:-2].rstrip() + b">"
    new = tag + markup.escape_text(text) + b"</" + prefix + b"f>"
    found = markup.whole_elements(prefix, "f").search(cell.markup)
    if not found:
        raise PackageError("reason-not-standard")
    return cell.markup[: found.start()] + new + cell.markup[found.end() :]


def mentions_row(run: bytes, prefix: bytes, row: int) -> bool:
    """True where a formula in a run of rows names a cell of a row, of whichever sheet."""
    wanted = re.compile(rb"(?<![A-Za-z0-9_.])\$?[A-Za-z]{1,3}\$?%d(?![0-9A-Za-z_(])" % (row + 1))
    return any(wanted.search(found[1] or b"") for found in markup.whole_elements(prefix, "f").finditer(run))
