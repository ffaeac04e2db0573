"""The table parts of a sheet: where its Excel tables lie, and how they grow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from xltools.books.addresses import area_name, read_area
from xltools.books.package import Package, PackageError
from xltools.books.patch import markup
from xltools.books.patch.areas import Growth
from xltools.books.patch.contents import plain_string
from xltools.books.patch.rows import read_index
from xltools.core.sheet import Range

_FED = {"queryTable", "xml"}  # their rows come from a database or a mapped XML file


@dataclass(frozen=True, slots=True)
class CalculatedColumn:
    """The formula that every row of a table's column has; `is_array` as entered with Ctrl+Shift+Enter."""

    text: str
    is_array: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table part: its `area` with header and totals row, its column names, its calculated columns by sheet column.

    `is_empty`: it shows a blank row only for typing into, as Excel leaves a table whose rows were all deleted.
    """

    part: str
    name: str
    area: Range
    headers: tuple[str, ...]
    header_rows: int
    totals: int
    is_fed: bool
    is_empty: bool
    calculated: Mapping[int, CalculatedColumn]

    @property
    def block(self) -> Range:
        """Its header row and data rows."""
        return replace(self.area, bottom=self.area.bottom - self.totals)


def read_tables(package: Package, sheet_part: str) -> Iterator[Table]:
    """The tables of a sheet; PackageError for a table part that is not as the standard has it."""
    for relation in package.relations(sheet_part):
        if relation.kind == "table" and not relation.external:
            yield _read_table(markup.checked(package.read(relation.target)), relation.target)


def _read_table(content: bytes, part: str) -> Table:
    prefix, _ = markup.read_root(content)
    root = markup.start_tags(prefix, "table").search(content)
    area = read_area(markup.read_attribute(root[0], "ref") or "") if root else None
    if not root or area is None:
        raise PackageError("reason-not-standard")
    headers, calculated = list[str](), dict[int, CalculatedColumn]()
    for found in markup.whole_elements(prefix, "tableColumn").finditer(content):
        formula = markup.whole_elements(prefix, "calculatedColumnFormula").search(found[1] or b"")
        if formula and formula[1]:
            text = markup.unescape_text(formula[1].decode())
            is_array = markup.is_set(markup.start_tag(formula), "array")
            calculated[area.left + len(headers)] = CalculatedColumn(text, is_array)
        headers.append(plain_string(markup.read_attribute(markup.start_tag(found), "name") or ""))
    written = markup.read_attribute(root[0], "headerRowCount")
    return Table(
        part,
        markup.read_attribute(root[0], "displayName") or markup.read_attribute(root[0], "name") or "",
        area,
        tuple(headers),
        1 if written is None else read_index(root[0], "headerRowCount"),
        read_index(root[0], "totalsRowCount"),
        (markup.read_attribute(root[0], "tableType") or "worksheet") in _FED,
        markup.is_set(root[0], "insertRow"),
        calculated,
    )


def grow_table(package: Package, table: Table, growth: Growth) -> None:
    """Write the table part for a table that has grown: its reference, and those of its filter and its sorting."""
    content = markup.checked(package.read(table.part))
    prefix, _ = markup.read_root(content)
    whole = replace(table.area, bottom=growth.bottom + table.totals)
    content = markup.change_attributes(content, markup.start_tags(prefix, "table"), "ref", lambda _: area_name(whole))

    def stretch(reference: str) -> str:
        area = read_area(reference)
        if area is None or area.bottom != growth.block.bottom:
            return reference
        return area_name(replace(area, bottom=growth.bottom))

    inner = markup.start_tags(prefix, "autoFilter", "sortState", "sortCondition")
    package.write(table.part, markup.change_attributes(content, inner, "ref", stretch))


def fill_table(package: Package, table: Table) -> None:
    """Write the table part of a table that was empty and is not any more."""
    content = markup.checked(package.read(table.part))
    root = markup.start_tags(markup.read_root(content)[0], "table").search(content)
    if root:
        tag = markup.set_attribute(markup.set_attribute(root[0], "insertRow", None), "insertRowShift", None)
        package.write(table.part, content[: root.start()] + tag + content[root.end() :])
