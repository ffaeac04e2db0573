"""A cheap look at a file before it is read: what it is by its first bytes, and whether reading it could hurt.

A cell far out makes calamine allocate the whole grid and abort the process, which no `except` sees; a small zip can
hold gigabytes. Both are seen here, from the zip's own directory and a scan of the cell addresses, at little cost.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LARGEST_FILE = 200_000_000  # bytes on disk
LARGEST_XML = 400_000_000  # bytes of all parts but pictures: a sheet of 100,000 × 20 has about 80 million
LARGEST_GRID = 8_000_000  # cells from A1 to the last one filled: the last row × 14 columns is 14.7 million
MOST_PARTS = 10_000
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_CHUNK = 4_000_000
_OVERLAP = 2_048

_NAME = rb"<(?:[A-Za-z_][\w.-]*:)?"
# A cell beyond column ZZ or row 9999, blank or not: a sheet without one, 702 × 9,999 at most, needs no closer look.
_FAR = re.compile(rb"""\sr\s*=\s*["'](?:[A-Za-z]{3}[0-9]|[A-Za-z]{0,2}[0-9]{5})""")
# A cell that has content: blank formatted ones end with `/>` or close at once. Most programs write the plain form,
# which is found three times as fast.
_CELL = re.compile(_NAME + rb"""c\s(?:[^<>]*?\s)?r\s*=\s*["']([A-Za-z]{1,3})([0-9]{1,7})["'][^<>]*(?<!/)>(?!</)""")
_PLAIN_CELL = re.compile(rb"""<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*(?<!/)>(?!</)""")
_ODD_CELL = re.compile(rb""":c\s|<c[\t\r\n]|<c (?!r="[A-Z])""")
# A row whose cells leave their address out, as some exporters do.
_ROW_OF_BARE_CELLS = re.compile(
    _NAME
    + rb"""row\s(?:[^<>]*?\s)?r\s*=\s*["']([0-9]{1,7})["'][^<>]*>\s*"""
    + _NAME
    + rb"c(?:>|\s+(?!r\s*=)[^<>]*(?<!/)>)"
)
_ODS_MARK = re.compile(rb"<(/?)table:(table-row|table-cell|covered-table-cell|table)(?=[\s/>])([^<>]*)>")
_ODS_REPEATED = re.compile(rb"""table:number-(rows|columns)-repeated\s*=\s*["']([0-9]{1,9})["']""")


class FileKind(StrEnum):
    """What a file is, by its content."""

    XLSX = "xlsx"  # .xlsm and .xltx too
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"
    PROTECTED = "protected"
    BROKEN = "broken"
    OTHER = "other"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Extent:
    """Rows and columns from A1 up to the last filled cell."""

    rows: int = 0
    columns: int = 0

    @property
    def cells(self) -> int:
        """The number of cells of the grid that a reader would make."""
        return self.rows * self.columns

    def joined(self, rows: int, columns: int) -> "Extent":
        """The extent that holds these rows and columns as well."""
        return Extent(max(self.rows, rows), max(self.columns, columns))


def identify_file(content: bytes) -> FileKind:
    """What a file is by its first bytes, for zips by the names inside; its own name says nothing.

    Ciphertext that a company's document protection leaves in a file still named .xlsx counts as protected.
    """
    if not content:
        return FileKind.EMPTY
    if content.startswith(b"PK"):
        return FileKind.XLSX if content[2:4] in {b"\x03\x04", b"\x05\x06"} else FileKind.BROKEN
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _identify_compound(content)
    head = content[:4096]
    if head.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        return FileKind.OTHER
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or _is_text(head):
        return FileKind.OTHER
    return FileKind.PROTECTED if len(content) >= 512 else FileKind.OTHER


def identify_archive(archive: zipfile.ZipFile) -> FileKind:
    """What kind of workbook a zip holds."""
    names = {name.replace("\\", "/").lower().lstrip("/") for name in archive.namelist()}
    if "content.xml" in names:
        return FileKind.PROTECTED if _is_encrypted_ods(archive) else FileKind.ODS
    if any(name.endswith("workbook.bin") for name in names):
        return FileKind.XLSB
    if any(name.endswith("workbook.xml") or name.startswith("xl/") for name in names):
        return FileKind.XLSX
    return FileKind.OTHER


def is_too_large(archive: zipfile.ZipFile) -> bool:
    """True when the declared sizes of a zip's parts, pictures apart, are beyond what an order workbook can need."""
    parts = archive.infolist()
    return len(parts) > MOST_PARTS or sum(part.file_size for part in parts if not _is_picture(part)) > LARGEST_XML


def is_oddly_packed(archive: zipfile.ZipFile) -> bool:
    """True when a part is packed in a way that ECMA-376 Part 2, annex B, does not allow: no office program opens it.

    Python would try, and raises errors of LZMA's and bzip2's own for damaged ones.
    """
    return any(part.compress_type not in _PACKINGS for part in archive.infolist())


def measure_extent(archive: zipfile.ZipFile, kind: FileKind) -> Extent:
    """The extent of the sheet whose grid would be the largest; nothing where all are surely small.

    Raises what zipfile raises for damaged, encrypted or oddly packed parts: BadZipFile, zlib.error, EOFError,
    NotImplementedError, RuntimeError.
    """
    measure = {FileKind.XLSB: _measure_binary, FileKind.ODS: _measure_ods}.get(kind, _measure_xml)
    parts = (archive.read(part) for part in archive.infolist() if not part.is_dir() and not _is_picture(part))
    return max(map(measure, parts), key=lambda extent: extent.cells, default=Extent())


def _measure_xml(part: bytes) -> Extent:
    if not _FAR.search(part):
        return Extent()
    pattern = _CELL if _ODD_CELL.search(part) else _PLAIN_CELL
    rows, letters = 0, set[bytes]()
    for start in range(0, len(part), _CHUNK):  # a list of all cells at once could take more memory than the sheet
        found = pattern.findall(part, max(0, start - _OVERLAP), start + _CHUNK)
        letters.update([letter for letter, _ in found])
        rows = max(rows, max([int(row) for _, row in found], default=0))
    rows = max(rows, max(map(int, _ROW_OF_BARE_CELLS.findall(part)), default=0))
    return Extent(rows, max(map(_column_number, letters), default=int(rows > 0)))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _measure_binary(part: bytes) -> Extent:
    """Walks the records of a binary sheet ([MS-XLSB] 2.1.4): 0 begins a row, 2 to 11 are cells with content.

    Only between 145 and 146, where the sheet's cells lie: elsewhere these numbers mean other things.
    """
    extent, row, at, inside = Extent(), 0, 0, False
    while at < len(part):
        kind, at = _read_varint(part, at, 2)
        size, at = _read_varint(part, at, 4)
        if kind in {145, 146}:
            inside = kind == 145
        elif not inside:
            pass
        elif kind == 0:
            row = int.from_bytes(part[at : at + 4], "little")
        elif 2 <= kind <= 11:
            extent = extent.joined(row + 1, int.from_bytes(part[at : at + 4], "little") + 1)
        at += size
    return extent


def _read_varint(part: bytes, at: int, longest: int) -> tuple[int, int]:
    number = 0
    for shift, byte in enumerate(part[at : at + longest]):
        number |= (byte & 0x7F) << 7 * shift
        at += 1
        if byte < 0x80:
            break
    return number, at


def _measure_ods(content: bytes) -> Extent:
    """Walks rows and cells of an OpenDocument sheet, where `repeated` stands for copies that are not written out."""
    extent, row, column, repeated_rows = Extent(), 0, 0, 1
    for closing, name, attributes in _ods_marks(content):
        repeated = max(1, int(_repeated(attributes)))
        if name == b"table" and not closing:
            row = 0
        elif name == b"table-row":
            if not closing:
                column, repeated_rows = 0, repeated
            if closing or attributes.endswith(b"/"):
                row += repeated_rows
        elif name.endswith(b"table-cell") and not closing:
            column += repeated
            if b"value" in attributes or b"formula" in attributes:
                extent = extent.joined(row + repeated_rows, column)
    return extent


def _ods_marks(content: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    return ((match[1], match[2], match[3]) for match in _ODS_MARK.finditer(content))


def _repeated(attributes: bytes) -> bytes:
    found = _ODS_REPEATED.search(attributes)
    return found[2] if found else b"1"


def _identify_compound(content: bytes) -> FileKind:
    if "EncryptedPackage".encode("utf-16-le") in content or "EncryptionInfo".encode("utf-16-le") in content:
        return FileKind.PROTECTED
    streams = [name.encode("utf-16-le") for name in ("Workbook", "WORKBOOK", "Book", "BOOK")]
    if not any(name in content for name in streams):
        return FileKind.OTHER
    return FileKind.PROTECTED if _has_file_password(content) else FileKind.XLS


def _has_file_password(content: bytes) -> bool:
    """True when a FilePass record follows soon after the workbook's first record ([MS-XLS] 2.4.117)."""
    at = content.find(b"\x09\x08\x10\x00\x00\x06\x05\x00")
    for _ in range(8):
        if not 0 <= at < len(content) - 4:
            return False
        if content[at : at + 2] == b"\x2f\x00":
            return True
        at += 4 + int.from_bytes(content[at + 2 : at + 4], "little")
    return False


def _is_encrypted_ods(archive: zipfile.ZipFile) -> bool:
    manifest = next((part for part in archive.infolist() if part.filename == "META-INF/manifest.xml"), None)
    if manifest is None or manifest.compress_type not in _PACKINGS:
        return False
    return b"encryption-data" in archive.read(manifest)


def _is_picture(part: zipfile.ZipInfo) -> bool:
    return "/media/" in part.filename or part.filename.startswith(("Pictures/", "Thumbnails/"))


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 27 for byte in head)
