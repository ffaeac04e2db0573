"""The first look through a sheet that is to be patched: what is there, and whether the patch can be made."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xltools.books.addresses import read_area
from xltools.books.package import PackageError
from xltools.books.patch import markup
from xltools.books.patch.formulas import Address, Master, find_arrays, has_formulas, read_formula
from xltools.books.patch.placing import Site
from xltools.books.patch.rows import FoundCell, Row, SheetStream, find_cells, has_value, split_rows
from xltools.core.content import CellContent
from xltools.core.sheet import Range


@dataclass(slots=True)
class Survey:
    """What was found in a sheet: all around its rows, its formulas, and what the patch does to them.

    `cells`: those of the patch that change anything; `lost`: shared formulas whose own cell changes;
    `changes_formulas`: a formula is written over.
    """

    prefix: bytes
    head: bytes
    opening: bytes
    tail: bytes = b""
    has_formulas: bool = False
    changes_formulas: bool = False
    arrays: list[Range] = field(default_factory=list)
    lost: dict[str, Master] = field(default_factory=dict)
    cells: dict[int, dict[int, CellContent]] = field(default_factory=dict)

    @property
    def merges(self) -> list[Range]:
        """The merged blocks."""
        tags = markup.start_tags(self.prefix, "mergeCell").findall(self.tail)
        return [area for tag in tags if (area := read_area(markup.read_attribute(tag, "ref") or ""))]


def survey_sheet(pieces: Iterable[bytes], wanted: Mapping[Address, CellContent], sites: Sequence[Site]) -> Survey:
    """Go through a sheet once; PackageError where it is not safe to change."""
    stream = SheetStream(pieces)
    survey = Survey(stream.prefix, stream.head, stream.opening)
    by_row: dict[int, dict[int, CellContent]] = {}
    for (number, column), content in wanted.items():
        by_row.setdefault(number, {})[column] = content
    wanted_rows = sorted(by_row)
    seen, after = set[int](), -1
    for rows in stream.runs():
        stream.check(rows)
        _note_formulas(survey, rows)
        run = split_rows(rows, stream.prefix, after)
        before, after = after + 1, run.last
        for site in sites:
            site.look(run, stream.prefix)
        for number in wanted_rows[bisect_left(wanted_rows, before) : bisect_right(wanted_rows, after)]:
            for row in run.rows(number, number):
                seen.add(number)
                cells = find_cells(row.markup, number, stream.prefix, by_row[number])
                _note_row(survey, row, cells, by_row[number])
    stream.check_frame()
    survey.tail = stream.tail
    for number in by_row.keys() - seen:
        _keep(survey, number, {column: one for column, one in by_row[number].items() if not _is_blank(one)})
    _check_arrays(survey)
    return survey


def _note_formulas(survey: Survey, run: bytes) -> None:
    if b"AlternateContent" in run:
        raise PackageError("reason-odd-markup")
    if has_formulas(run, survey.prefix):
        survey.has_formulas = True
        survey.arrays.extend(find_arrays(run, survey.prefix))


def _note_row(survey: Survey, row: Row, cells: Sequence[FoundCell], wanted: Mapping[int, CellContent]) -> None:
    known = {cell.column: cell for cell in cells}
    changed = {}
    for column, content in wanted.items():
        cell = known.get(column)
        if _is_blank(content) and (cell is None or not has_value(cell, survey.prefix)):
            continue
        changed[column] = content
        formula = read_formula(cell, survey.prefix) if cell else None
        if formula is None:
            continue
        survey.changes_formulas = True
        if formula.kind == "shared" and formula.text and markup.read_attribute(formula.tag, "ref"):
            survey.lost[formula.group] = Master((row.number, column), formula.text)
    _keep(survey, row.number, changed)


def _keep(survey: Survey, row: int, changed: dict[int, CellContent]) -> None:
    if changed:
        survey.cells[row] = changed


def _is_blank(content: CellContent) -> bool:
    return content is None or content == ""


def _check_arrays(survey: Survey) -> None:
    """Excel takes no change to a part of an array formula or data table; the whole of one may be replaced."""
    for array in survey.arrays:
        touched = sum(
            array.left <= column <= array.right
            for row, columns in survey.cells.items()
            if array.top <= row <= array.bottom
            for column in columns
        )
        size = (array.bottom - array.top + 1) * (array.right - array.left + 1)
        if touched and touched != size:
            raise PackageError("reason-array-formula")


def check_sites(survey: Survey, sites: Sequence[Site], tables: Sequence[Range], pivots: Sequence[Range]) -> None:
    """PackageError where new rows have no room."""
    obstacles = {
        "reason-table-in-way": tables,
        "reason-pivot-in-way": pivots,
        "reason-merge-in-way": survey.merges,
        "reason-array-in-way": survey.arrays,
    }
    for site in sites:
        others = [area for other in sites if other is not site for area in (other.taken, other.block)]
        cells = _cells_in(survey, site)
        site.check_room({**obstacles, "reason-block-in-way": others, "reason-cell-in-way": cells})
        for cell in site.totals:
            formula = read_formula(cell, survey.prefix)
            if formula and formula.kind != "normal":
                raise PackageError("reason-totals-formula")


def _cells_in(survey: Survey, site: Site) -> list[Range]:
    rows = range(site.first, site.taken.bottom + 1)
    changed = ((row, column) for row, columns in survey.cells.items() if row in rows for column in columns)
    return [Range(row, column, row, column) for row, column in changed]
