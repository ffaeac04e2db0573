"""The part that lists a workbook's sheets: one joins or leaves, and what counts sheets by position follows.

A sheet's position stands in `localSheetId` of names and in `activeTab` and `firstSheet` of windows; all else, the
calculation chain and pivot caches included, knows it by its name or its `sheetId` (ECMA-376 Part 1, 18.2 and 18.6.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from xltools.books.outline import (
    Edit,
    Element,
    append_inside,
    change_tag,
    escape_text,
    outline,
    prefix_of,
    relation_attribute,
    relation_space,
    splice,
    tag_name,
)
from xltools.books.package import ROOT, Package, PackageError

_UP_TO_NAMES = {"fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets"}
_UP_TO_NAMES |= {"functionGroups", "externalReferences"}
_HIDDEN = ' hidden="1"'


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it; `kind` is worksheet, chartsheet, or what else its relationship says."""

    name: str
    part: str
    kind: str
    relation: str


@dataclass(frozen=True, slots=True)
class SheetName:
    """A defined name that belongs to one sheet, and the formula it stands for."""

    name: str
    formula: str
    hidden: bool = False


class WorkbookPart:
    """The workbook part of a package; PackageError where it is not as the standard has it."""

    def __init__(self, package: Package) -> None:
        main = [one.target for one in package.relations(ROOT) if one.kind == "officeDocument" and not one.external]
        if len(main) != 1 or main[0] not in package:
            raise PackageError("reason-no-workbook")
        if main[0].lower().endswith(".bin"):
            raise PackageError("reason-no-workbook")
        self.package = package
        self.part = main[0]
        self.space = relation_space(package)
        if any(one.kind == "revisionHeaders" for one in package.relations(self.part)):
            raise PackageError("reason-change-log")
        self._read()

    def _read(self) -> None:
        self._content = self.package.read(self.part)
        self._root = outline(self._content)
        listed = self._root.child("sheets")
        if self._root.name != "workbook" or listed is None:
            raise PackageError("reason-not-standard")
        self._listed = listed
        self._sheets = list(listed.all("sheet"))
        known = {one.id: one for one in self.package.relations(self.part)}
        entries = []
        for sheet in self._sheets:
            relation = next((known[value] for key, value in sheet.attributes.items() if key.endswith("}id")), None)
            if relation is None:
                raise PackageError("reason-damaged")
            entries.append(SheetEntry(sheet.attribute("name"), relation.target, relation.kind, relation.id))
        self.sheets = tuple(entries)

    @property
    def worksheets(self) -> tuple[SheetEntry, ...]:
        """The sheets that hold cells."""
        return tuple(one for one in self.sheets if one.kind == "worksheet")

    def related(self, kind: str) -> str:
        """The part of a kind that the workbook names, such as its styles; empty where it names none."""
        found = (one.target for one in self.package.relations(self.part) if one.kind == kind and not one.external)
        return next(found, "")

    def names(self) -> tuple[str, ...]:
        """All defined names."""
        return tuple(one.attribute("name") for one in self._defined())

    def own_names(self, position: int) -> tuple[SheetName, ...]:
        """The defined names that belong to a sheet."""
        own = (one for one in self._defined() if one.attribute("localSheetId") == str(position))
        return tuple(SheetName(one.attribute("name"), one.text) for one in own)

    def sheet_named(self, defined: str) -> int | None:
        """The position of the sheet that a defined name belongs to."""
        for one in self._defined():
            position = one.attribute("localSheetId")
            if one.attribute("name") == defined and position.isdecimal() and int(position) < len(self.sheets):
                return int(position)
        return None

    def remove_sheet(self, position: int) -> None:
        """Take a sheet out of the list, with the names that belong to it; its part is the caller's."""
        sheet = self._sheets[position]
        self._change([Edit(sheet.start, sheet.end, b""), *self._shift(position, -1)])

    def insert_first(self, name: str, relation: str, names: Sequence[SheetName]) -> None:
        """Put a sheet before all others, with names that belong to it; the first window shows it."""
        ids = [int(one.attribute("sheetId")) for one in self._sheets if one.attribute("sheetId").isdecimal()]
        tag = self._content[self._root.start : self._root.inner]
        own = prefix_of(tag)
        reference = relation_attribute(tag, relation, self.space)
        attributes = f"sheet name={_quoted(name)} sheetId={_quoted(str(max([0, *ids]) + 1))}".encode()
        sheet = b"<" + own + attributes + reference + b"/>"
        if self._sheets:
            edits = [Edit(self._listed.inner, self._listed.inner, sheet)]
        else:
            edits = append_inside(self._content, self._listed, sheet)
        self._change([*edits, *self._shift(0, 1), *self._open_first()])
        self._add_names(names)

    def _defined(self) -> list[Element]:
        listed = self._root.child("definedNames")
        return list(listed.all("definedName")) if listed else []

    def _shift(self, position: int, by: int) -> list[Edit]:
        """Edits for all that counts sheets: one joins at the position, or the one there leaves."""
        edits = []
        for one in self._defined():
            owner = one.attribute("localSheetId")
            if not owner.isdecimal():
                continue
            if by < 0 and int(owner) == position:
                edits.append(Edit(one.start, one.end, b""))
            elif int(owner) >= position:
                edits.append(change_tag(self._content, one, {"localSheetId": str(int(owner) + by)}))
        for view in self._views()[1 if by > 0 else 0 :]:
            said = {name: view.attribute(name) for name in ("activeTab", "firstSheet")}
            if by > 0:
                said["activeTab"] = said["activeTab"] or "0"
            moved: dict[str, str | None] = {
                name: str(int(at) + by)
                for name, at in said.items()
                if at.isdecimal() and (int(at) > position or (by > 0 and int(at) == position))
            }
            edits.append(change_tag(self._content, view, moved))
        return edits

    def _open_first(self) -> list[Edit]:
        views = self._views()[:1]
        return [change_tag(self._content, view, {"activeTab": None, "firstSheet": None}) for view in views]

    def _views(self) -> list[Element]:
        listed = self._root.child("bookViews")
        return list(listed.all("workbookView")) if listed else []

    def _add_names(self, names: Sequence[SheetName]) -> None:
        if not names:
            return
        tag = tag_name(self._content[self._listed.start : self._listed.inner]).removesuffix(b"sheets").decode()
        pieces = "".join(
            f'<{tag}definedName name={_quoted(one.name)} localSheetId="0"{_HIDDEN if one.hidden else ""}>'
            f"{escape_text(one.formula)}</{tag}definedName>"
            for one in names
        ).encode()
        listed = self._root.child("definedNames")
        if listed:
            self._change(append_inside(self._content, listed, pieces))
            return
        own = [one.end for one in self._root.children if one.name in _UP_TO_NAMES and one.space == self._root.space]
        whole = f"<{tag}definedNames>".encode() + pieces + f"</{tag}definedNames>".encode()
        self._change([Edit(own[-1], own[-1], whole)])

    def _change(self, edits: Sequence[Edit]) -> None:
        self.package.write(self.part, splice(self._content, edits))
        self._read()


def _quoted(text: str) -> str:
    return f'"{escape_text(text, quoted=True)}"'
