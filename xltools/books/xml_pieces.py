"""Large XML parts, a piece at a time: as bytes where they are spelled as Excel spells them, else as small trees.

Searching bytes for patterns is several times as fast as handling each element. It is only safe on XML that a parser
has checked, and where patterns account for every element: who uses them counts, and raises OddMarkupError otherwise.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import IO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from xltools.books.package import PackageError

_PIECE = 1_000_000  # bytes
_XML_BLANKS = " \t\r\n"
_ENTITY = re.compile(r"&(?:#(?:[xX]([0-9A-Fa-f]+)|([0-9]+))|(\w+));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
# A way to pronounce the text; a run's text, with its blanks or without; a run without; anything else is odd.
_RUN = re.compile(
    rb'<rPh\b[^<>]*/>|<rPh\b.*?</rPh\s*>|<t( xml:space="preserve")?>([^<]*)</t>|<t(?: [^<>]*)?/>|<(/?t)\b', re.S
)
_SURROGATE = re.compile("[\ud800-\udfff]")


class OddMarkupError(Exception):
    """The XML may be well, but it is not spelled in the way that patterns know."""


class _Parser:
    """Takes well-formed UTF-8 without a document type definition, and raises PackageError for anything else."""

    def __init__(self, namespace_separator: str | None = None) -> None:
        self.expat = expat.ParserCreate("UTF-8", namespace_separator)
        # Entities could grow without bound or fetch files; no spreadsheet program writes any.
        self.expat.StartDoctypeDeclHandler = _refuse_definition

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        try:
            self.expat.Parse(piece, last)
        except expat.ExpatError as trouble:
            raise expat_trouble(trouble) from trouble


def expat_trouble(trouble: expat.ExpatError) -> PackageError | MemoryError:
    """What an error of the XML parser means: the part is no XML, unless memory ran out."""
    if trouble.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]:
        return MemoryError()
    return PackageError("reason-damaged")


def read_pieces(stream: IO[bytes], root: str, last: str) -> Iterator[bytes]:
    """A part in pieces, from its root tag on, each but the final one cut after an element `last`.

    Elements come without the prefix that the root has. PackageError where the part is no XML, OddMarkupError where it
    has another root, or comments and the like stand about.
    """
    parser, held, prefix = _Parser(), [b""], b""
    for number, chunk in enumerate(iter(lambda: stream.read(_PIECE), b"")):
        parser.feed(chunk)
        piece = chunk
        if not number:
            prefix, piece = _read_head(chunk, root)
            end = b"</%s%s>" % (prefix, last.encode())
        if end not in held[-1][-len(end) :] + piece:
            held.append(piece)  # joined once only: what follows the final element may be long
            continue
        piece = b"".join([*held, piece])
        cut = piece.rfind(end) + len(end)
        yield _without_prefix(piece[:cut], prefix)
        held = [piece[cut:]]
    parser.feed(b"", last=True)
    yield _without_prefix(b"".join(held), prefix)


def read_elements(stream: IO[bytes], *names: str) -> Iterator[Element]:
    """The root, empty as yet, then each element of these names in the root's namespace, once it is complete.

    The names must not lie within each other. PackageError where the part is no XML.
    """
    builder, opened, done, wanted = TreeBuilder(), list[Element](), list[Element](), set[str]()

    def start(name: str, attributes: dict[str, str]) -> None:
        element = builder.start(_tree_name(name), {_tree_name(key): value for key, value in attributes.items()})
        if not opened:
            space = name.rpartition("}")[0]
            wanted.update(_tree_name(f"{space}}}{one}" if space else one) for one in names)
            done.append(element)
        opened.append(element)

    def end(name: str) -> None:
        builder.end(_tree_name(name))
        element = opened.pop()
        if opened and element.tag in wanted:
            done.append(element)
            opened[-1].remove(element)  # a sheet has a hundred thousand rows

    parser = _Parser("}")
    parser.expat.StartElementHandler, parser.expat.EndElementHandler = start, end
    parser.expat.CharacterDataHandler = builder.data
    while piece := stream.read(_PIECE):
        parser.feed(piece)
        yield from done
        done.clear()
    parser.feed(b"", last=True)
    yield from done


def local_name(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def decode_text(raw: bytes, *, trim: bool = False) -> str:
    """Character data as it stands in the file as the text that it means: line ends, entities, then `_x000D_`.

    `trim` where white space at the ends does not count: in a `t` that does not say `xml:space="preserve"`.
    """
    text = raw.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_entity_text, text)
    return decode_escapes(text.strip(_XML_BLANKS) if trim else text)


def decode_escapes(text: str) -> str:
    """Text with `_xHHHH_`, which stands for a character that XML can't hold (ECMA-376 Part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if _SURROGATE.search(text):  # the two halves of a character beyond 16 bits; a half alone is none
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def tree_text(element: Element) -> str:
    """The text of a `si` or `is` element: its runs joined, without how they are pronounced (`rPh`)."""
    words = []
    for one in element:
        if local_name(one) == "t":
            words.append(_run_text(one))
        elif local_name(one) == "r":
            words.extend(_run_text(part) for part in one if local_name(part) == "t")
    return "".join(words)


def _run_text(element: Element) -> str:
    text = element.text or ""
    preserve = element.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    return decode_escapes(text if preserve else text.strip(_XML_BLANKS))


def markup_text(body: bytes) -> str:
    """The same of what stands between the tags of such an element; OddMarkupError where patterns can't tell."""
    words = []
    for preserve, raw, other in _RUN.findall(body):
        if other:
            raise OddMarkupError
        words.append(decode_text(raw, trim=not preserve))
    return "".join(words)


def _read_head(chunk: bytes, root: str) -> tuple[bytes, bytes]:
    """The prefix of the root with its colon, and all from the root tag on."""
    found = _head(root).match(chunk)
    if not found:
        raise OddMarkupError
    return found[1] or b"", chunk[found.end() :]


@cache
def _head(root: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml[^<>]*\?>)?\s*(?=<([\w.-]+:)?%s[\s>/])" % root.encode())


def _without_prefix(piece: bytes, prefix: bytes) -> bytes:
    """In plain markup each `<` begins a tag, so that nothing else can look like one."""
    if b"<!" in piece or b"<?" in piece:
        raise OddMarkupError
    return piece.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else piece


def _entity_text(found: re.Match[str]) -> str:
    hexadecimal, decimal, name = found.groups()
    if name:
        return _NAMED[name]
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


def _tree_name(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _refuse_definition(*_: object) -> None:
    raise PackageError("reason-odd-markup")
