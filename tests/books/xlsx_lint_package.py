"""The lint's view of a zip: its members, their types and relationships, and whether every reference leads somewhere."""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

CONTENT_TYPES = "[Content_Types].xml"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
# The content type that a part must have by the relationship that leads to it (ECMA-376 Part 1, 12.3).
TYPES_BY_KIND = {
    "calcChain": MAIN_TYPE + "calcChain+xml",
    "comments": MAIN_TYPE + "comments+xml",
    "custom-properties": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    "drawing": "application/vnd.openxmlformats-officedocument.drawing+xml",
    "pivotCacheDefinition": MAIN_TYPE + "pivotCacheDefinition+xml",
    "pivotTable": MAIN_TYPE + "pivotTable+xml",
    "sharedStrings": MAIN_TYPE + "sharedStrings+xml",
    "styles": MAIN_TYPE + "styles+xml",
    "table": MAIN_TYPE + "table+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
    "worksheet": MAIN_TYPE + "worksheet+xml",
}
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_RELATIONSHIP_ATTRIBUTE = re.compile(r"\{[^}]*/officeDocument(?:/2006)?/relationships\}")
_IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a relationship leads: the last word of its type, and the part, None for an address outside."""

    kind: str
    target: str | None


class Parts:
    """The members of a zip by name, parsed as they are asked for. BadZipFile where it is none."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.zip = zipfile.ZipFile(io.BytesIO(content))
        self.names = [name for name in self.zip.namelist() if not name.endswith("/")]
        self._folded = {name.lower(): name for name in self.names}
        self._parsed: dict[str, tuple[Element | None, set[str]]] = {}

    def read(self, name: str) -> bytes:
        """A part's content, none where the zip is damaged there."""
        try:
            return self.zip.read(self._folded[name.lower()])
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError):
            return b""

    def __contains__(self, name: str | None) -> bool:
        return name is not None and name.lower() in self._folded  # part names are compared without case

    def tree(self, name: str | None) -> Element | None:
        """The XML of a part, None where there is no such part or it can't be parsed."""
        return self._parse(name)[0]

    def prefixes(self, name: str) -> set[str]:
        """The namespace prefixes that a part declares."""
        return self._parse(name)[1]

    def _parse(self, name: str | None) -> tuple[Element | None, set[str]]:
        if name is None or name not in self:
            return None, set()
        if name not in self._parsed:
            parser = ElementTree.XMLPullParser(["start-ns", "end"])
            root, prefixes = None, set()
            try:
                parser.feed(self.read(name))
                parser.close()
                for event, what in parser.read_events():
                    root = what if event == "end" else root
                    prefixes.update(what[:1] if event == "start-ns" else ())
            except ElementTree.ParseError:
                root = None
            self._parsed[name] = root, prefixes
        return self._parsed[name]

    def relations(self, source: str) -> Mapping[str, Relation]:
        """The relationships of a part by id."""
        root = self.tree(relations_part(source))
        return {} if root is None else {one.get("Id", ""): _relation(one, source) for one in root}

    def related(self, source: str, kind: str) -> list[str]:
        """The parts to which relationships of a kind lead."""
        return [one.target for one in self.relations(source).values() if one.kind == kind and one.target]

    @cached_property
    def workbook(self) -> str | None:
        """The name of the workbook part."""
        return next(iter(self.related("", "officeDocument")), None)


def relations_part(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def source_part(relations: str) -> str:
    folder, name = posixpath.split(relations)
    return posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))


def _relation(one: Element, source: str) -> Relation:
    kind = one.get("Type", "").rpartition("/")[2]
    if one.get("TargetMode") == "External":
        return Relation(kind, None)
    path = unquote(one.get("Target", "").partition("#")[0])
    joined = path if path.startswith("/") else posixpath.join("/", posixpath.dirname(source), path)
    return Relation(kind, posixpath.normpath(joined).lstrip("/"))


def lint_package(parts: Parts) -> list[str]:
    """The findings of the zip and of what holds its parts together."""
    found: list[str] = []
    _lint_zip(parts, found)
    _lint_xml(parts, found)
    _lint_types(parts, found)
    _lint_relations(parts, found)
    _lint_custom_properties(parts, found)
    return found


def _lint_zip(parts: Parts, found: list[str]) -> None:
    for name, count in Counter(name.lower() for name in parts.names).items():
        if count > 1:
            found.append(f"{name}: {count} members of this name")
    for listed in parts.zip.infolist():
        head = parts.content[listed.header_offset : listed.header_offset + _LOCAL_HEADER.size]
        head = head.ljust(_LOCAL_HEADER.size, b"\0")  # what is cut short has no signature either
        signature, _, flags, packing, _, _, *sizes, _, _ = _LOCAL_HEADER.unpack(head)
        if signature != b"PK\3\4":
            found.append(f"{listed.filename}: no member where the directory says")
            continue
        # With bit 3 the sizes stand behind the data, and nothing in front.
        if not flags & 8 and sizes != [listed.CRC, listed.compress_size, listed.file_size]:
            found.append(f"{listed.filename}: sizes differ from the directory's")
        if packing != listed.compress_type or packing not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            found.append(f"{listed.filename}: packed in a way that Excel does not read")
        if "\\" in listed.filename or listed.filename.startswith("/"):
            found.append(f"{listed.filename}: not a part name")
        try:
            parts.zip.read(listed)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as trouble:
            found.append(f"{listed.filename}: damaged: {trouble}")


def _lint_xml(parts: Parts, found: list[str]) -> None:
    for name in parts.names:
        # Excel itself writes VML that is no XML: `<br>` without an end.
        if not name.endswith((".xml", ".rels")):
            continue
        root = parts.tree(name)
        if root is None:
            found.append(f"{name}: not XML")
            continue
        ignorable = root.get(_IGNORABLE, "").split()
        declared = parts.prefixes(name)
        found.extend(
            f"{name}: ignorable prefix {prefix} is not declared" for prefix in ignorable if prefix not in declared
        )


def _lint_types(parts: Parts, found: list[str]) -> None:
    root = parts.tree(CONTENT_TYPES)
    if root is None:
        found.append(f"{CONTENT_TYPES}: missing")
        return
    defaults = [one.get("Extension", "").lower() for one in root.iterfind("{*}Default")]
    overrides = [unquote(one.get("PartName", "")).lstrip("/").lower() for one in root.iterfind("{*}Override")]
    for name, count in Counter(defaults + overrides).items():
        if count > 1:
            found.append(f"{CONTENT_TYPES}: {count} types for {name}")
    known = {name.lower() for name in parts.names}
    found.extend(f"{CONTENT_TYPES}: a type for {name}, which is missing" for name in overrides if name not in known)
    for name in parts.names:
        extension = name.rpartition(".")[2].lower()
        if name != CONTENT_TYPES and name.lower() not in overrides and extension not in defaults:
            found.append(f"{name}: no content type")


def _type_of(parts: Parts, name: str) -> str:
    root = parts.tree(CONTENT_TYPES)
    if root is None:
        return ""
    for one in root.iterfind("{*}Override"):
        if unquote(one.get("PartName", "")).lstrip("/").lower() == name.lower():
            return one.get("ContentType", "")
    extension = name.rpartition(".")[2].lower()
    named = (one.get("ContentType", "") for one in root.iterfind("{*}Default") if _extension(one) == extension)
    return next(named, "")


def _extension(one: Element) -> str:
    return one.get("Extension", "").lower()


def _lint_relations(parts: Parts, found: list[str]) -> None:
    reached = {CONTENT_TYPES.lower()}
    for name in parts.names:
        if not name.endswith(".rels"):
            continue
        source = source_part(name)
        if source and source not in parts:
            found.append(f"{name}: relationships of a part that is missing")
        reached.add(name.lower())
        _lint_relations_of(parts, name, source, reached, found)
    for name in parts.names:
        if name.lower() not in reached:
            found.append(f"{name}: no relationship leads to it")
        root = parts.tree(name) if name.endswith(".xml") else None
        if root is not None:
            _lint_references(parts, name, root, found)


def _lint_relations_of(parts: Parts, name: str, source: str, reached: set[str], found: list[str]) -> None:
    for id_, count in Counter(one.get("Id", "") for one in parts.tree(name) or ()).items():
        if count > 1:
            found.append(f"{name}: {count} relationships {id_}")
    for id_, relation in parts.relations(source).items():
        if relation.target is None:
            continue
        reached.add(relation.target.lower())
        if relation.target not in parts:
            found.append(f"{name}: {id_} leads to {relation.target}, which is missing")
        elif TYPES_BY_KIND.get(relation.kind, type_ := _type_of(parts, relation.target)) != type_:
            found.append(f"{relation.target}: is a {relation.kind} by relationship, and {type_} by type")


def _lint_references(parts: Parts, name: str, root: Element, found: list[str]) -> None:
    known = parts.relations(name)
    for element in root.iter():
        for key, value in element.attrib.items():
            # An empty one is how DrawingML says that there is none.
            if _RELATIONSHIP_ATTRIBUTE.match(key) and value and value not in known:
                found.append(f"{name}: <{local(element)}> refers to {value}, no relationship of the part")


def _lint_custom_properties(parts: Parts, found: list[str]) -> None:
    for name in parts.related("", "custom-properties"):
        root = parts.tree(name)
        if root is None:
            continue
        for key, what in (("pid", "number"), ("name", "name")):
            for value, count in Counter(one.get(key, "").casefold() for one in root).items():
                if count > 1:
                    found.append(f"{name}: {count} properties of {what} {value}")
        found.extend(
            f"{name}: property number {one.get('pid')} is reserved" for one in root if one.get("pid") in ("0", "1")
        )


def local(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]
