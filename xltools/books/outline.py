"""XML that is changed where it stands: where each element lies in the bytes, and pieces to put there.

A tree that is parsed and written again would come out with other prefixes, quotes and white space. Here all that is
not touched keeps its bytes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape

from xltools.books.package import ROOT, Package, PackageError, relations_part

TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
MAIN = {
    TRANSITIONAL: "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    STRICT: "http://purl.oclc.org/ooxml/spreadsheetml/main",
}

_ATTRIBUTE = re.compile(rb"""\s+([\w.:-]+)\s*=\s*("[^"]*"|'[^']*')""")
_TAG = re.compile(rb"""<[^"'<>]*(?:"[^"]*"[^"'<>]*|'[^']*'[^"'<>]*)*>""")
_TAG_NAME = re.compile(rb"<([\w.-]+:)?[\w.-]+")
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class Edit(NamedTuple):
    """Bytes to put in place of those from `start` to `end`."""

    start: int
    end: int
    content: bytes


@dataclass(slots=True)
class Element:
    """An element where it stands: its start tag from `start` to `inner`, its content up to `close`, its end at `end`.

    Names of elements come without their namespace, which is in `space`; attributes of a namespace are
    `{namespace}name`. `text` is what stands directly in the element.
    """

    name: str
    space: str
    attributes: Mapping[str, str]
    start: int
    inner: int = 0
    close: int = 0
    end: int = 0
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def child(self, name: str) -> "Element | None":
        """The first child of this name in the element's own namespace."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator["Element"]:
        """The children of this name in the element's own namespace."""
        return (one for one in self.children if one.name == name and one.space == self.space)

    def attribute(self, name: str) -> str:
        """The value of an attribute whatever its namespace, empty where there is none."""
        return next((value for key, value in self.attributes.items() if key.rpartition("}")[2] == name), "")

    def raw(self, content: bytes) -> bytes:
        """The element's own bytes."""
        return content[self.start : self.end]

    def walk(self) -> Iterator["Element"]:
        """The element and all in it, in the order of the document."""
        yield self
        for one in self.children:
            yield from one.walk()


def outline(content: bytes) -> Element:
    """The root of a part with everything in it; PackageError for what is no XML in UTF-8 or brings a DTD."""
    refuse_odd_encoding(content)
    parser = expat.ParserCreate(namespace_separator="}")
    top = Element("", "", {}, 0)
    opened = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("}")
        named = {f"{{{key}" if "}" in key else key: value for key, value in attributes.items()}
        at = parser.CurrentByteIndex
        tag = _TAG.match(content, at)
        if tag is None:
            raise PackageError("reason-odd-markup")
        element = Element(local, space, named, at, tag.end())
        opened[-1].children.append(element)
        opened.append(element)

    def end(_name: str) -> None:
        element = opened.pop()
        if content.startswith(b"/>", element.inner - 2):
            element.close = element.end = element.inner
        else:
            element.close = parser.CurrentByteIndex
            element.end = content.index(b">", element.close) + 1

    def text(words: str) -> None:
        opened[-1].text += words

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.buffer_text = True
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as trouble:
        raise trouble if isinstance(trouble, PackageError) else PackageError("reason-damaged") from trouble
    return top.children[0]


def refuse_odd_encoding(content: bytes) -> None:
    """PackageError for a part with a document type definition, and for one that is not UTF-8."""
    # Entities could grow without bound or fetch files; no spreadsheet program writes any. UTF-16 would hide them.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
        raise PackageError("reason-odd-markup")
    declared = _ENCODING.match(content.removeprefix(b"\xef\xbb\xbf")[:200])
    if declared and declared[1].lower() not in {b"utf-8", b"us-ascii"}:
        raise PackageError("reason-odd-markup")


def splice(content: bytes, edits: Iterable[Edit]) -> bytes:
    """The bytes with edits made, which must not overlap; those at one spot are made in the order given."""
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if edit.start < at:
            raise PackageError("reason-not-standard")
        pieces += [content[at : edit.start], edit.content]
        at = edit.end
    return b"".join([*pieces, content[at:]])


def read_tag(piece: bytes) -> bytes:
    """The start tag that a piece begins with; PackageError where it begins with none."""
    found = _TAG.match(piece)
    if not found:
        raise PackageError("reason-not-standard")
    return found[0]


def read_attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a start tag as they are written, without their quotes."""
    return {match[1]: match[2][1:-1] for match in _ATTRIBUTE.finditer(tag)}


def set_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """A start tag with an attribute set, or taken away where the value is None; all else in it as it was."""
    written = b"" if value is None else f' {name}="{escape_text(value, quoted=True)}"'.encode()
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] == name.encode():
            return tag[: match.start()] + written + tag[match.end() :]
    if not written:
        return tag
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + written + tag[end:]


def change_tag(content: bytes, element: Element, attributes: Mapping[str, str | None]) -> Edit:
    """The edit that sets, or with None takes away, attributes of an element."""
    tag = content[element.start : element.inner]
    for name, value in attributes.items():
        tag = set_attribute(tag, name, value)
    return Edit(element.start, element.inner, tag)


def append_inside(
    content: bytes, element: Element, pieces: bytes, attributes: Mapping[str, str | None] | None = None
) -> list[Edit]:
    """The edits that put pieces at the end of an element, `<element/>` too, and set attributes of it."""
    tag = change_tag(content, element, attributes or {})
    if element.inner != element.end:
        return [tag, Edit(element.close, element.close, pieces)]
    name = tag_name(tag.content)
    return [Edit(element.start, element.end, tag.content[:-2].rstrip() + b">" + pieces + b"</" + name + b">")]


def tag_name(tag: bytes) -> bytes:
    """The name of a start tag as it is written, with its prefix."""
    found = _TAG_NAME.match(tag)
    return found[0][1:] if found else b""


def prefix_of(tag: bytes) -> bytes:
    """The namespace prefix of a start tag with its colon, empty for none."""
    found = _TAG_NAME.match(tag)
    return (found[1] or b"") if found else b""


def with_prefix(pieces: bytes, prefix: bytes) -> bytes:
    """Elements that were written without a prefix, with it."""
    return re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1" + prefix, pieces) if prefix else pieces


def declared_prefix(tag: bytes, space: str) -> bytes:
    """The prefix, with its colon, that a start tag declares for a namespace; empty for none."""
    for name, value in read_attributes(tag).items():
        if value == space.encode() and name.startswith(b"xmlns:"):
            return name[6:] + b":"
    return b""


def relation_attribute(root: bytes, id_: str, relations: str) -> bytes:
    """` r:id="…"` as it has to be written under a root tag, with the namespace where that does not declare it."""
    prefix = declared_prefix(root, relations)
    if prefix:
        return b' %sid="%s"' % (prefix, id_.encode())
    return f' xmlns:r="{relations}" r:id="{id_}"'.encode()


def escape_text(text: str, *, quoted: bool = False) -> str:
    """Text as XML may hold it: what XML has no character for becomes a blank."""
    return escape(_FORBIDDEN.sub(" ", text), {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"} if quoted else {})


def escape_shown(text: str) -> str:
    """Text of a cell or note as XML: `_x000A_` that a person typed must not be read as a line break.

    ECMA-376 Part 1, 22.9.2.19.
    """
    return escape_text(_ESCAPE_LIKE.sub("_x005F_", text))


def relation_space(package: Package) -> str:
    """The namespace of relationships that a package is written in: `TRANSITIONAL` or `STRICT`."""
    return STRICT if b"purl.oclc.org/ooxml" in package.read(relations_part(ROOT)) else TRANSITIONAL
