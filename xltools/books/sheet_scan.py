"""A look at the bytes of a worksheet part: can python-calamine tell all that it holds, and is its grid small?

Calamine gives blanks for error cells and for formulas without a stored result, and makes the whole grid from A1 to the
last value, which for one stray cell ends the process. Where the look finds anything of the kind, or markup that it does
not know, the exact reader takes over; a sheet that is found plain is so for certain.
"""

import posixpath
import re
import zipfile

from xltools.books import guard
from xltools.books.addresses import LAST_COLUMN, LAST_ROW

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_RELATION = re.compile(rb"<Relationship [^<>]*>")
_ATTRIBUTE = re.compile(rb' (Id|Type|Target|TargetMode)="([^"&%]*)"')
_SHEET = re.compile(rb'<sheet (?:[^<>]* )?name="([^"&]*)"[^<>]* r:id="([^"&]*)"')
_LARGEST_UNSEEN = 20_000  # packed bytes: what deflate makes of them at the most, twenty million, does no harm
# Weekdays, which calamine does not take for dates: `aaaa` is 星期一. Units without quotes, which it does: `0 pcs`.
_ODD_FORMAT = re.compile(rb'formatCode="(?:[^"]*aaa|[^"0#?]*[0#?][^"&;\]]*[dhmsy])', re.I)
_HEAD = 4_096
_NAMESPACE = re.compile(rb"spreadsheetml/(?:2006/)?main[\"']")
# Each element whose name begins with `c`, but for a plain cell and for longer names. Plain is how Excel, WPS,
# LibreOffice and most others spell it, of no type `e`. First such a cell within CZ9999, where any grid is small.
_PLAIN = rb'<c(?! r="%s"(?: s="[0-9]++")?+(?: t="(?!e)[a-zA-Z]++")?+(?: [cv]m="[0-9]++")*+/?>|[a-z])'
_NOT_NEAR = re.compile(_PLAIN % b"[A-C]?[A-Z][0-9]{1,4}")
_NOT_PLAIN = re.compile(_PLAIN % b"[A-Z]{1,3}[0-9]{1,7}")
# A formula whose result does not follow at once: calamine would give a blank for it.
_FORMULA = re.compile(rb"<f(?![a-z])")
_NO_RESULT = re.compile(rb"</f>(?!<v>[^<])|<f(?: [^<>]*)?/>(?!<v>[^<])")
# A text by an index that is no plain number: calamine would take the first text of all.
_ODD_INDEX = re.compile(rb' t="s"(?:[^<>/]*+)>(?!<v>[0-9]{1,9}</v>|</c>)')
_FILLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*(?<!/)>(?!</)')
_CHUNK = 4_000_000
_OVERLAP = 256
_SMALL_GRID = 1_000_000  # cells


def is_plain_workbook(archive: zipfile.ZipFile, skip: frozenset[str] = frozenset()) -> bool:
    """True when calamine may be given this .xlsx: it finds what we find, and each worksheet is plain.

    Every part of some size that it reads is unpacked here first, so that none holds more than the zip's directory says.
    Worksheets of the names in `skip` are not looked at. Raises what zipfile raises for damaged parts.
    """
    names = set(archive.namelist())
    if not {_BOOK, _RELATIONS} <= names or len(names) != len(archive.infolist()):
        return False
    relations = archive.read(_RELATIONS)
    if _is_large(archive, _BOOK):
        return False
    found = _RELATION.findall(relations)
    if len(found) != relations.count(b"Relationship") - relations.count(b"Relationships"):
        return False
    skipped = _relations_of(archive.read(_BOOK), skip) if skip else frozenset()
    for relation in found:
        said = dict(_ATTRIBUTE.findall(relation))
        if said.get(b"Id") in skipped:
            continue
        kind = said.get(b"Type", b"").rpartition(b"/")[2]
        if kind in {b"worksheet", b"styles", b"sharedStrings"}:
            if b"Target" not in said or b"TargetMode" in said:
                return False
            part = posixpath.join("/xl", said[b"Target"].decode()).lstrip("/")
            if part not in names or not _is_plain_part(archive, part, kind):
                return False
    return True


def _relations_of(book: bytes, names: frozenset[str]) -> frozenset[bytes]:
    """The ids of the relations to worksheets of these names, where they are spelt as usual."""
    return frozenset(id_ for name, id_ in _SHEET.findall(book) if name.decode("utf-8", "replace") in names)


def _is_plain_part(archive: zipfile.ZipFile, part: str, kind: bytes) -> bool:
    if kind == b"worksheet":
        return is_plain(archive.read(part))
    if kind == b"styles":
        return not _ODD_FORMAT.search(archive.read(part))
    if _is_large(archive, part):
        archive.read(part)
    return True


def _is_large(archive: zipfile.ZipFile, part: str) -> bool:
    return archive.getinfo(part).compress_size > _LARGEST_UNSEEN


def is_plain(part: bytes) -> bool:
    """True when calamine gives every value of this worksheet part as it stands, and at a sensible cost."""
    head = part[:_HEAD]
    if b"<worksheet" not in head or len(_NAMESPACE.findall(head)) != 1:
        return False  # a prefix, another coding, or no worksheet
    if _has_apostrophes(part) or (b"!" in part and b"<!" in part):
        return False
    if (_FORMULA.search(part) and _NO_RESULT.search(part)) or _ODD_INDEX.search(part):
        return False
    if not _NOT_NEAR.search(part):
        return True
    return not _NOT_PLAIN.search(part) and _is_dense(part)


def _has_apostrophes(part: bytes) -> bool:
    """True when an attribute may stand between apostrophes; in formulas they are about sheets' names."""
    return any(piece.rstrip().endswith(b"=") for piece in part.split(b"'")[:-1])


def _is_dense(part: bytes) -> bool:
    """True when the grid up to the last value is small, or mostly filled."""
    rows, cells, letters = 0, 0, set[bytes]()
    for start in range(0, len(part), _CHUNK):  # a list of all cells at once could take more memory than the sheet
        found = _FILLED.findall(part, max(0, start - _OVERLAP), start + _CHUNK)
        cells += len(found)
        letters.update([letter for letter, _ in found])
        rows = max(rows, max([int(row) for _, row in found], default=0))
    columns = max(map(_column_number, letters), default=0)
    grid = rows * columns
    return (
        columns <= LAST_COLUMN + 1
        and rows <= LAST_ROW + 1
        and grid <= max(_SMALL_GRID, min(4 * cells, guard.LARGEST_GRID))
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
