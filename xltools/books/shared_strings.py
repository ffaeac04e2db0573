"""The shared strings of a workbook, which text cells name by number (ECMA-376 Part 1, 18.4)."""

import re
from collections.abc import Callable
from typing import IO

from xltools.books.package import PackageError
from xltools.books.xml_pieces import (
    OddMarkupError,
    decode_text,
    local_name,
    markup_text,
    read_elements,
    read_pieces,
    tree_text,
)

_STRING = re.compile(rb'<si>(?:<t( xml:space="preserve")?>([^<]*)</t></si>|(.*?)</si>)|<si/>', re.S)


def read_shared_strings(part: Callable[[], IO[bytes]]) -> list[str]:
    """All shared strings in their order; PackageError where the part is none."""
    try:
        with part() as stream:
            return _by_patterns(stream)
    except OddMarkupError:
        with part() as stream:
            return _by_elements(stream)


def _by_patterns(stream: IO[bytes]) -> list[str]:
    strings: list[str] = []
    for piece in read_pieces(stream, "sst", "si"):
        before = len(strings)
        for preserve, raw, body in _STRING.findall(piece):
            strings.append(markup_text(body) if body else decode_text(raw, trim=not preserve))
        if len(strings) - before != piece.count(b"<si"):
            raise OddMarkupError
    return strings


def _by_elements(stream: IO[bytes]) -> list[str]:
    elements = read_elements(stream, "si")
    if local_name(next(elements)) != "sst":
        raise PackageError("reason-not-standard")
    return [tree_text(one) for one in elements]
