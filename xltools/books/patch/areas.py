"""Blocks that grow: what lies over a block's rows, from validations to print areas, reaches over its new rows too."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from xltools.books.addresses import area_name, overlap, read_area
from xltools.books.patch import markup
from xltools.books.patch.references import change_areas
from xltools.core.sheet import Range

_MEANT_FOR_ALL = 3  # an area over that many of a block's last rows is meant for those that follow as well
_EXTENDED_AREA = re.compile(rb"(<[\w.-]+:sqref\s*>)([^<]*)(</)")  # of Excel 2010's own validations and formats
_EXTENDED_VALIDATIONS = re.compile(rb"<x14:dataValidations[\s>].*?</x14:dataValidations\s*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Growth:
    """A block, header row to last data row, whose last data row is now `bottom`.

    `totals`: a totals row lay beneath it, and lies beneath it again.
    """

    block: Range
    bottom: int
    totals: bool = False

    def stretch(self, area: Range) -> Range:
        """The area as it is to be now: one that covers the block's data rows to the last covers the new ones."""
        block, added = self.block, self.bottom - self.block.bottom
        if area.right < block.left or area.left > block.right or block.bottom == block.top:
            return area
        if self.totals and area.bottom == block.bottom + 1:
            within = block.left <= area.left and area.right <= block.right
            if area.top <= block.bottom:
                return Range(area.top, area.left, area.bottom + added, area.right)
            return Range(area.top + added, area.left, area.bottom + added, area.right) if within else area
        covers = area.top <= block.top + 1 or area.bottom - area.top + 1 >= _MEANT_FOR_ALL
        if area.bottom == block.bottom and covers:
            return Range(area.top, area.left, self.bottom, area.right)
        return area


@dataclass(frozen=True, slots=True)
class SheetGrowth:
    """All blocks of a sheet that grow."""

    sheet: str
    growths: tuple[Growth, ...]

    def stretch(self, area: Range) -> Range:
        """The area after all blocks have grown."""
        for growth in self.growths:
            area = growth.stretch(area)
        return area

    def stretch_reference(self, reference: str) -> str:
        """An A1 reference, stretched; what is none stays."""
        area = read_area(reference)
        if area is None or (new := self.stretch(area)) == area:
            return reference
        return area_name(new)

    def stretch_formula(self, formula: str, at_home: bool) -> str:
        """A formula whose fixed references to the sheet's blocks are stretched; see `change_areas` for `at_home`."""
        return change_areas(formula, self.sheet, self.stretch, at_home)

    def grow_part(self, tail: bytes, prefix: bytes) -> bytes:
        """What follows a sheet's rows, its areas stretched: filters, formats, validations, protected ranges."""
        if not self.growths:
            return tail
        validated = frozenset(_validated_areas(tail, prefix))

        def stretch_list(sqref: str) -> str:
            return " ".join(self._stretch_apart(one, validated) for one in sqref.split())

        filters = markup.start_tags(prefix, "autoFilter", "sortState", "sortCondition")
        tail = markup.change_attributes(tail, filters, "ref", self.stretch_reference)
        listed = markup.start_tags(prefix, "conditionalFormatting", "dataValidation", "protectedRange", "ignoredError")
        tail = markup.change_attributes(tail, listed, "sqref", stretch_list)
        tail = _EXTENDED_AREA.sub(lambda found: found[1] + stretch_list(found[2].decode()).encode() + found[3], tail)
        return change_formulas(tail, prefix, ("formula", "formula1", "formula2"), self._stretch_own)

    def _stretch_own(self, formula: str) -> str:
        return self.stretch_formula(formula, at_home=True)

    def _stretch_apart(self, reference: str, validated: frozenset[Range]) -> str:
        """Stretched, but a validation not into another's cells: Excel takes no two for one cell."""
        area = read_area(reference)
        if area is None or (new := self.stretch(area)) == area:
            return reference
        added = Range(area.bottom + 1, area.left, new.bottom, area.right)
        if area in validated and any(overlap(added, other) for other in validated if other != area):
            return reference
        return area_name(new)


def _validated_areas(tail: bytes, prefix: bytes) -> Iterator[Range]:
    lists = [markup.read_attribute(tag, "sqref") for tag in markup.start_tags(prefix, "dataValidation").findall(tail)]
    for extended in _EXTENDED_VALIDATIONS.findall(tail):
        lists += [found[2].decode() for found in _EXTENDED_AREA.finditer(extended)]
    return (area for one in lists if one for area in map(read_area, one.split()) if area)


def change_formulas(content: bytes, prefix: bytes, names: Iterable[str], change: Callable[[str], str]) -> bytes:
    """The content with the formulas in elements of these names changed, which hold nothing else."""
    for name in names:
        tags = re.compile(
            rb"(<%s(?=[\s>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*(?<!/)>)([^<]*)(?=</)" % re.escape(prefix + name.encode())
        )

        def replace(found: re.Match[bytes]) -> bytes:
            formula = markup.unescape_text(found[2].decode())
            new = change(formula)
            return found[0] if new == formula else found[1] + markup.escape_text(new)

        content = tags.sub(replace, content)
    return content
