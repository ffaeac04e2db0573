"""XML as bytes: looking into tags and changing them where they stand, so that all around them stays as it was.

Only for parts that `check_markup` let through: without comments, CDATA and the like a `<` always begins a tag, and a
regular expression can tell where the tag ends.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from xml.parsers import expat
from xml.sax.saxutils import escape, unescape

from xltools.books.package import PackageError

Tag = re.Match[bytes]

_ATTRIBUTE = re.compile(rb"""([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')""")
_QUOTES = {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
_ENTITIES = {"&quot;": '"', "&apos;": "'"}
_NUMBERED = re.compile(r"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")
_ROOT = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*<((?:[^\s/>:]+:)?)([^\s/>:]+)")


def check_markup(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a part, one by one, while it proves to be what can be changed by its bytes.

    PackageError where it is no well-formed UTF-8 XML or holds a DTD, a comment, CDATA or a processing instruction:
    these can hide what looks like a tag, and no spreadsheet program writes them into a sheet.
    """
    parser = expat.ParserCreate()
    parser.XmlDeclHandler = _check_declaration
    parser.StartDoctypeDeclHandler = _refuse_odd_markup
    parser.CommentHandler = _refuse_odd_markup
    parser.StartCdataSectionHandler = _refuse_odd_markup
    parser.ProcessingInstructionHandler = _refuse_odd_markup
    try:
        for piece in pieces:
            if b"\0" in piece:
                raise PackageError("reason-odd-markup")
            parser.Parse(piece, False)
            yield piece
        parser.Parse(b"", True)
    except expat.ExpatError as trouble:
        raise PackageError("reason-damaged") from trouble


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if (encoding or "utf-8").lower() not in {"utf-8", "utf8", "us-ascii"}:
        raise PackageError("reason-odd-markup")


def _refuse_odd_markup(*_: object) -> None:
    raise PackageError("reason-odd-markup")


def checked(content: bytes) -> bytes:
    """A whole part that `check_markup` lets through."""
    return b"".join(check_markup((content,)))


def read_root(content: bytes) -> tuple[bytes, str]:
    """The namespace prefix of the root element with its colon (empty for none), and the root's local name."""
    root = _ROOT.match(content)
    if not root:
        raise PackageError("reason-damaged")
    return root[1], root[2].decode("utf-8", "replace")


@cache
def start_tags(prefix: bytes, *names: str) -> re.Pattern[bytes]:
    """What finds the start tags, self-closed ones too, of elements with one of the local names."""
    any_name = b"|".join(re.escape(name.encode()) for name in names)
    return re.compile(rb"<%s(?:%s)(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>" % (re.escape(prefix), any_name))


@cache
def whole_elements(prefix: bytes, name: str) -> re.Pattern[bytes]:
    """What finds whole elements that hold none of their own name; group 1 is the content, None where self-closed."""
    element = re.escape(prefix + name.encode())
    return re.compile(
        rb"<%s(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?(?:/>|>(.*?)</%s\s*>)" % (element, element), re.DOTALL
    )


def start_tag(element: Tag) -> bytes:
    """The start tag of an element that `whole_elements` found."""
    return element[0] if element[1] is None else element[0][: element.start(1) - element.start()]


def read_attributes(tag: bytes) -> dict[str, str]:
    """The attributes of a start tag by their names as written, values unescaped."""
    return {
        found[1].decode("utf-8", "replace"): unescape_text(found[2][1:-1].decode("utf-8", "replace"))
        for found in _ATTRIBUTE.finditer(tag)
    }


def read_attribute(tag: bytes, name: str) -> str | None:
    """One attribute of a start tag; None where it has none of that name."""
    found = _find_attribute(tag, name)
    return unescape_text(found[2][1:-1].decode("utf-8", "replace")) if found else None


def is_set(tag: bytes, name: str) -> bool:
    """True where an attribute holds one of the words for true (XML Schema 1.0 Part 2, 3.2.2)."""
    return read_attribute(tag, name) in {"1", "true"}


def set_attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """The start tag with the attribute set where it stands, or added at the end; None takes it away."""
    found = _find_attribute(tag, name)
    if value is None:
        return tag[: found.start()].rstrip() + tag[found.end() :] if found else tag
    written = f'{name}="{escape(value, _QUOTES)}"'.encode()
    if found:
        return tag[: found.start()] + written + tag[found.end() :]
    end = len(tag[: -2 if tag.endswith(b"/>") else -1].rstrip())
    return tag[:end] + b" " + written + tag[end:]


def _find_attribute(tag: bytes, name: str) -> re.Match[bytes] | None:
    wanted = name.encode()
    return next((found for found in _ATTRIBUTE.finditer(tag) if found[1] == wanted), None)


def change_attributes(content: bytes, tags: re.Pattern[bytes], name: str, change: Callable[[str], str]) -> bytes:
    """The content with an attribute of each tag found changed; tags without it stay as they are."""

    def replace(tag: Tag) -> bytes:
        value = read_attribute(tag[0], name)
        if value is None or (new := change(value)) == value:
            return tag[0]
        return set_attribute(tag[0], name, new)

    return tags.sub(replace, content)


def escape_text(text: str) -> bytes:
    """Text as it stands between tags."""
    return escape(text).encode()


def unescape_text(text: str) -> str:
    """What escaped text says; entities other than XML's own five stay as they are."""
    if "&" not in text:
        return text
    numbered = _NUMBERED.sub(lambda found: _character(int(found[1], 16) if found[1] else int(found[2])), text)
    return unescape(numbered, _ENTITIES)


def _character(code: int) -> str:
    # An escaped ampersand must not begin an entity of its own.
    if code == ord("&"):
        return "&amp;"
    return "\ufffd" if code >= 0x110000 or 0xD800 <= code < 0xE000 else chr(code)
