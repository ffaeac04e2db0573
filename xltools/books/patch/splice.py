"""The second pass through a sheet: its XML with the changes in it, all else byte for byte as it was."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xltools.books.addresses import area_name, read_area
from xltools.books.package import PackageError
from xltools.books.patch import markup
from xltools.books.patch.areas import SheetGrowth, change_formulas
from xltools.books.patch.contents import CellWriter
from xltools.books.patch.formulas import Address
from xltools.books.patch.placing import NewColumn, Site, read_column_styles, row_style
from xltools.books.patch.references import change_areas
from xltools.books.patch.rows import FoundCell, Run, SheetStream, find_cells, row_tag, split_rows
from xltools.books.patch.survey import Survey
from xltools.core.content import CellContent
from xltools.core.patch import NewRow
from xltools.core.place import cell_name
from xltools.core.sheet import Range

_HEIGHT = re.compile(r"\d+(?:\.\d+)?")
_MANY = 256  # new rows are handed on that many at a time


@dataclass(frozen=True, slots=True)
class _NewCell:
    """A cell of a new row; `restyled`: the one that stands there gives up its format."""

    column: NewColumn
    content: CellContent
    restyled: bool


@dataclass(frozen=True, slots=True)
class _Changed:
    """A cell that is to hold something else."""

    content: CellContent


_Edit = _NewCell | _Changed | bytes  # bytes: a cell as it is to be written


class _Growing:
    """The new rows of one site, handed out once each in their order."""

    def __init__(self, site: Site, columns: Sequence[NewColumn]) -> None:
        self.site, self.columns = site, columns
        self._rows = iter(site.rows)
        self._known = frozenset(column.column for column in columns)

    def covers(self, number: int) -> bool:
        return self.site.first <= number <= self.site.last

    def next_row(self) -> NewRow:
        row = next(self._rows)
        if not self._known.issuperset(row.cells):
            raise PackageError("reason-outside")
        return row


class Splice:
    """A patch on its way into a sheet; `survey` is of the same sheet, `handed` are cells that take over a formula.

    `heights` are the least ones of rows with changed cells.
    """

    def __init__(
        self,
        survey: Survey,
        growth: SheetGrowth,
        sites: Sequence[Site],
        writer: CellWriter,
        handed: Mapping[Address, bytes],
        heights: Mapping[int, float],
    ) -> None:
        self._survey, self._growth, self._writer, self._heights = survey, growth, writer, heights
        self._tag_prefix = survey.prefix.decode()
        self._default_styles = read_column_styles(survey.head, survey.prefix)
        self._growing = [_Growing(site, site.columns(survey.prefix, self._default_styles)) for site in sites]
        self._given = self._place_cells(sites, handed)
        new = (number for site in sites for number in range(site.first, site.last + 1))
        self._pending = sorted({*survey.cells, *self._given, *new}, reverse=True)  # the next one is the last
        self._extent = [site.taken for site in sites] + _extent_of(survey)

    def _place_cells(self, sites: Sequence[Site], handed: Mapping[Address, bytes]) -> dict[int, dict[int, bytes]]:
        placed: dict[int, dict[int, bytes]] = {}
        for (row, column), written in handed.items():
            placed.setdefault(row, {})[column] = written
        for site in sites:
            for cell in site.totals:
                placed.setdefault(site.taken.bottom, {})[cell.column] = self._move(cell, site.taken.bottom)
        return placed

    def _move(self, cell: FoundCell, row: int) -> bytes:
        """A totals cell in its new row; the ranges that its formula takes in reach over the new rows."""
        tag = markup.set_attribute(cell.tag, "r", cell_name(row, cell.column))

        def stretch(formula: str) -> str:
            return change_areas(formula, self._growth.sheet, self._growth.stretch, at_home=True, fixed_only=False)

        return tag + change_formulas(cell.markup[len(cell.tag) :], self._survey.prefix, ("f",), stretch)

    def pieces(self, old: Iterable[bytes]) -> Iterator[bytes]:
        """The sheet's new XML, made from its old one as that comes."""
        stream = SheetStream(old)
        yield _grow_dimension(stream.head, stream.prefix, self._extent)
        opening = stream.opening
        yield opening[:-2].rstrip() + b">" if opening.endswith(b"/>") else opening
        after = -1
        for content in stream.runs():
            if self._pending:
                run = split_rows(content, stream.prefix, after)
                after = run.last
                yield from self._change_run(run)
            else:
                yield content
        yield from self._write_rows(None)
        yield b"</%ssheetData>" % stream.prefix
        yield self._growth.grow_part(stream.tail, stream.prefix)

    def _change_run(self, run: Run) -> Iterator[bytes]:
        done = 0
        while self._pending and self._pending[-1] <= run.last:
            number = self._pending[-1]
            start = run.start_of(number)
            yield run.content[done:start]
            done = start
            for row in run.rows(number, number):
                self._pending.pop()
                yield self._change_row(number, row.markup)
                done = row.end
            yield from self._write_rows(run.next_number(number))
        yield run.content[done:]

    def _write_rows(self, before: int | None) -> Iterator[bytes]:
        """The pending rows up to one that is there already, many in a piece."""
        rows: list[str] = []
        while self._pending and (before is None or self._pending[-1] < before):
            rows.append(self._write_row(self._pending.pop()))
            if len(rows) == _MANY:
                yield "".join(rows).encode()
                rows.clear()
        if rows:
            yield "".join(rows).encode()

    def _write_row(self, number: int) -> str:
        growing = [one for one in self._growing if one.covers(number)]
        if len(growing) == 1 and number not in self._survey.cells and number not in self._given:
            return self._write_new_row(growing[0], number)
        p = self._tag_prefix
        return self._change_row(number, f'<{p}row r="{number + 1}"></{p}row>'.encode()).decode()

    def _write_new_row(self, growing: _Growing, number: int) -> str:
        p, writer, new = self._tag_prefix, self._writer, growing.next_row()
        given = new.cells
        cells = "".join([one.write(number, one.style, given.get(one.column), writer) for one in growing.columns])
        height = "" if new.height is None else f' ht="{new.height:g}"'
        return f'<{p}row r="{number + 1}"{height}>{cells}</{p}row>'

    def _change_row(self, number: int, row: bytes) -> bytes:
        """A row with its edits; the cells that stay keep their bytes."""
        height, edits = self._edits_of(number)
        tag = row_tag(row)
        ending = row[len(tag) :]
        if tag.endswith(b"/>"):
            ending = b"</%srow>" % self._survey.prefix + ending
        cells = find_cells(row, number, self._survey.prefix, edits)
        added = sorted(edits.keys() - {cell.column for cell in cells}, reverse=True)
        out, at = list[bytes](), len(tag)
        for cell in cells:
            out.append(row[at : cell.start])
            while added and added[-1] < cell.column:
                out.append(self._write_edit(number, added.pop(), edits, None, tag))
            out.append(self._write_edit(number, cell.column, edits, cell, tag))
            at = cell.start + len(cell.markup)
        out += [self._write_edit(number, column, edits, None, tag) for column in reversed(added)]
        rest = ending if tag.endswith(b"/>") else row[at:]
        tag = _grow_row(_change_tag(tag, height, edits, cells), self._heights.get(number, 0))
        return tag + b"".join(out) + rest

    def _edits_of(self, number: int) -> tuple[float | None, dict[int, _Edit]]:
        height, edits = None, dict[int, _Edit]()
        for growing in self._growing:
            if growing.covers(number):
                new = growing.next_row()
                restyled = growing.site.has_totals and number == growing.site.block.bottom + 1
                for column in growing.columns:
                    edits[column.column] = _NewCell(column, new.cells.get(column.column), restyled)
                if new.height is not None:
                    height = max(height or 0, new.height)
        for changed, content in self._survey.cells.get(number, {}).items():
            edits[changed] = _Changed(content)
        edits.update(self._given.get(number, {}))
        return height, edits

    def _write_edit(
        self, row: int, column: int, edits: Mapping[int, _Edit], cell: FoundCell | None, tag: bytes
    ) -> bytes:
        edit = edits.get(column)
        if edit is None:
            return cell.markup if cell else b""
        if isinstance(edit, bytes):
            return edit
        default = self._default_styles.get(column, 0)
        if isinstance(edit, _Changed):
            style = cell.style if cell else row_style(tag, default)
            return self._writer.write(cell_name(row, column), style, edit.content).encode()
        there = cell.style if cell else row_style(tag, 0)
        style = edit.column.style if edit.restyled else there or edit.column.style
        return edit.column.write(row, style, edit.content, self._writer).encode()


def _change_tag(tag: bytes, height: float | None, edits: Mapping[int, _Edit], cells: Sequence[FoundCell]) -> bytes:
    if tag.endswith(b"/>"):
        tag = tag[:-2].rstrip() + b">"
    if edits.keys() - {cell.column for cell in cells}:
        tag = markup.set_attribute(tag, "spans", None)  # it may leave out the new cells; it is only a hint
    if any(isinstance(edit, _NewCell) for edit in edits.values()):
        # A blank row that was hidden must not hide what comes into it.
        tag = markup.set_attribute(tag, "hidden", None)
        if height is not None and not markup.is_set(tag, "customHeight"):
            tag = markup.set_attribute(tag, "ht", f"{height:g}")
    return tag


def _grow_row(tag: bytes, least: float) -> bytes:
    """A row without a height is fitted to its texts by Excel itself; one with a height of its own is not."""
    height = _HEIGHT.fullmatch(markup.read_attribute(tag, "ht") or "")
    if height and not markup.is_set(tag, "customHeight") and float(height[0]) < least:
        return markup.set_attribute(tag, "ht", f"{least:g}")
    return tag


def _extent_of(survey: Survey) -> list[Range]:
    if not survey.cells:
        return []
    columns = {column for row in survey.cells.values() for column in row}
    return [Range(min(survey.cells), min(columns), max(survey.cells), max(columns))]


def _grow_dimension(head: bytes, prefix: bytes, added: Sequence[Range]) -> bytes:
    def grow(reference: str) -> str:
        areas = [read_area(reference), *added]
        known = [area for area in areas if area]
        if len(known) < len(areas):
            return reference
        return area_name(
            Range(
                min(area.top for area in known),
                min(area.left for area in known),
                max(area.bottom for area in known),
                max(area.right for area in known),
            )
        )

    return markup.change_attributes(head, markup.start_tags(prefix, "dimension"), "ref", grow)
