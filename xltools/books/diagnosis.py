"""Why a zip that should be a workbook can't be read: looked into only after reading it has failed."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator

from xltools.books import guard
from xltools.books.package import ROOT, Package, parse_xml, relations_part
from xltools.core.place import Place
from xltools.core.problem import Problem, error

_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, RuntimeError)
_ODS_SHEETS = "content.xml"
_SLACK = 1_000_000  # bytes
_HEAD = 65_536  # bytes: definitions stand before the first element


def diagnose(archive: zipfile.ZipFile, content: bytes, file: str) -> Problem:
    """The problem of a workbook that could not be read."""
    parts = [part for part in archive.infolist() if not part.is_dir() and not guard.is_picture(part)]
    if any(_says_too_little(part, content) for part in parts):
        return error("workbook-too-large", Place(file))
    if any(_has_definition(archive, part) for part in parts if part.filename.lower().endswith((".xml", ".rels"))):
        return error("workbook-has-entities", Place(file))
    try:
        missing = None if _ODS_SHEETS in archive.namelist() else next(_missing_parts(content), None)
    except _DAMAGES:
        missing = None
    if missing:
        return error("workbook-part-missing", Place(file), part=missing)
    return error("workbook-unreadable", Place(file))


def _says_too_little(part: zipfile.ZipInfo, content: bytes) -> bool:
    """True when a part unpacks to far more than the zip's directory says, as only a made file does."""
    if part.compress_type != zipfile.ZIP_DEFLATED:
        return False
    at = part.header_offset
    start = at + 30 + int.from_bytes(content[at + 26 : at + 28], "little")
    start += int.from_bytes(content[at + 28 : at + 30], "little")
    most = 10 * part.file_size + _SLACK
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return len(unpacker.decompress(content[start : start + part.compress_size], most)) == most
    except zlib.error:
        return False


def _has_definition(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(part) as stream:
            head = stream.read(_HEAD)
    except _DAMAGES:
        return False
    head = head.replace(b"\0", b"")  # UTF-16 would hide it
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head


def _missing_parts(content: bytes) -> Iterator[str]:
    """The parts that the workbook needs and names, and that are not there."""
    package = Package(content)
    if relations_part(ROOT) not in package:
        yield relations_part(ROOT)
        return
    books = [one.target for one in package.relations(ROOT) if one.kind == "officeDocument"]
    if not books:
        yield "xl/workbook.xml"
    for book in books:
        if book not in package:
            yield book
            continue
        if relations_part(book) not in package:
            yield relations_part(book)
            continue
        related = package.relations(book)
        yield from (one.target for one in related if _is_needed(one.kind) and one.target not in package)
        if book.lower().endswith(".xml"):
            yield from _unrelated(package, book, {one.id for one in related})


def _is_needed(kind: str) -> bool:
    return kind in {"worksheet", "sharedStrings", "styles"}


def _unrelated(package: Package, book: str, related: set[str]) -> Iterator[str]:
    """The sheets that the workbook lists and that no relationship leads to."""
    for one in parse_xml(package.read(book)).iter():
        if one.tag.rpartition("}")[2] == "sheet":
            id_ = next((value for key, value in one.attrib.items() if key.endswith("}id")), "")
            if id_ and id_ not in related:
                yield posixpath.join(posixpath.dirname(book), f"worksheets ({one.get('name', '')})")
