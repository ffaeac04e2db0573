"""Reading workbooks: any .xlsx, .xlsm, .xlsb, .xls, .et or .ods as sheets of plain values."""

import hashlib
import io
import pathlib
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import replace

from xltools.books import calamine_sheets, guard
from xltools.books.compound import CompoundError, CompoundFile
from xltools.books.containers import FileKind, identify_archive, identify_file
from xltools.books.diagnosis import diagnose
from xltools.books.exact_xlsx import ExactBook
from xltools.books.ods_sheets import read_ods
from xltools.books.properties import read_custom_properties, read_saved_by
from xltools.books.sheet_scan import is_plain_workbook
from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.sheet import Sheet, Workbook

_REFUSALS = {
    FileKind.EMPTY: "workbook-empty",
    FileKind.HTML: "workbook-is-html",
    FileKind.TEXT: "workbook-is-text",
    FileKind.OWNER: "workbook-owner-file",
    FileKind.OTHER: "workbook-not-a-spreadsheet",
    FileKind.OLD: "workbook-too-old",
    FileKind.PROTECTED: "workbook-protected",
    FileKind.TRUNCATED: "workbook-truncated",
    FileKind.BROKEN: "workbook-unreadable",
}
_DAMAGES = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # PackageError and CompoundError too
    LookupError,
    ArithmeticError,
    RuntimeError,  # NotImplementedError and RecursionError too
    calamine_sheets.NotReadError,
)
_OWNER_NAMES = ("~$", ".~")  # of Excel, and of WPS and LibreOffice
_LONGEST_NAME = 255  # of a sheet; Excel takes 31, other programs more
_LARGEST_OWNER_FILE = 1_000  # bytes
_ENCRYPTED = {"encryptedpackage", "encryptioninfo"}
_MANIFEST = "META-INF/manifest.xml"
_ENCRYPTED_SHEETS = re.compile(
    rb"""<[^<>]*full-path=["'](?:content\.xml|encrypted-package)["'][^<>]*(?<!/)>\s*<[\w:]*encryption-data"""
)
_RIGHTS = ("drmencrypted", "drmcontent", "\tdrm")  # Microsoft's rights management


def read_workbook(
    path: pathlib.Path, file: str, content: bytes | None = None, skip: frozenset[str] = frozenset()
) -> Workbook | Problem:
    """The workbook at `path`, or what keeps it from being read; never raises for what the file holds.

    `file` is the name that places carry, `content` the file's bytes where the caller has them already; sheets of the
    names in `skip` are left out. Addresses are Excel's own; numbers are floats, dates stay dates, blank cells are None;
    error cells and formulas without a stored result are CellErrors. Rows end at their last value. What the file is, is
    told by its content alone.
    """
    if content is None:
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):  # a folder; a pipe or a device, which may never end
                return error("workbook-not-accessible", Place(file))
            if found.st_size > guard.LARGEST_FILE:
                return error("workbook-too-large", Place(file))
            content = path.read_bytes()
        except (OSError, ValueError):  # a name that no file can have
            return error("workbook-not-accessible", Place(file))
    return read_content(content, file, skip)


def read_content(
    content: bytes, file: str, skip: frozenset[str] = frozenset(), *, tables: bool = False
) -> Workbook | Problem:
    """The same of a file's bytes; `tables` asks for the Excel tables of an .xlsx too, which takes longer."""
    if len(content) > guard.LARGEST_FILE:
        return error("workbook-too-large", Place(file))
    try:
        book = _Reader(file, tables, skip).read(content, hashlib.sha256(content).hexdigest())
    except guard.ExtentError:
        return error("workbook-extent-too-large", Place(file), cells=f"{guard.LARGEST_GRID:,}")
    except _DAMAGES:
        return error("workbook-unreadable", Place(file))
    if isinstance(book, Workbook) and any(len(sheet.name) > _LONGEST_NAME for sheet in book.sheets):
        return error("workbook-unreadable", Place(file))  # problems name the sheet: one a megabyte long would be told
    if skip and isinstance(book, Workbook) and any(sheet.name in skip for sheet in book.sheets):
        return replace(book, sheets=tuple(sheet for sheet in book.sheets if sheet.name not in skip))
    return book


class _Reader:
    """Takes a file apart, container by container; what it refuses is a problem, what is damaged raises."""

    def __init__(self, file: str, tables: bool, skip: frozenset[str]) -> None:
        self._file, self._tables, self._skip = file, tables, skip

    def read(self, content: bytes, sha256: str, *, is_decrypted: bool = False) -> Workbook | Problem:
        """The workbook that these bytes are; `sha256` is that of the file, which may hold them encrypted."""
        kind = identify_file(content)
        if kind is FileKind.COMPOUND:
            return self._read_compound(content, sha256, is_decrypted)
        if kind is not FileKind.ZIP:
            return self._refuse(kind, content)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return self._read_zip(archive, content, sha256)
        except zipfile.BadZipFile:  # its directory
            return error("workbook-unreadable", Place(self._file))

    def _refuse(self, kind: FileKind, content: bytes) -> Problem:
        name = self._file.rpartition("/")[2]
        if name.startswith(_OWNER_NAMES) and len(content) <= _LARGEST_OWNER_FILE:
            kind = FileKind.OWNER
        return error(_REFUSALS[kind], Place(self._file))

    def _read_zip(self, archive: zipfile.ZipFile, content: bytes, sha256: str) -> Workbook | Problem:
        if guard.is_too_large(archive):
            return error("workbook-too-large", Place(self._file))
        if guard.is_encrypted(archive):
            return error("workbook-password", Place(self._file))
        if guard.is_oddly_packed(archive):
            return error("workbook-unreadable", Place(self._file))
        if any("\\" in name or name.startswith("/") for name in archive.namelist()):
            content = _with_plain_names(archive)
            with zipfile.ZipFile(io.BytesIO(content)) as renamed:
                return self._read_known(renamed, content, sha256)
        return self._read_known(archive, content, sha256)

    def _read_known(self, archive: zipfile.ZipFile, content: bytes, sha256: str) -> Workbook | Problem:
        kind = identify_archive(archive)
        if kind is FileKind.ODS and _is_encrypted_ods(archive):
            return error("workbook-password", Place(self._file))
        if kind is FileKind.OTHER:
            return self._refuse(kind, content)
        try:
            if kind is FileKind.ODS:
                with archive.open("content.xml") as part:
                    return Workbook(self._file, sha256, read_ods(part, self._file, sha256))
            if kind is FileKind.XLSB:
                from xltools.books.binary_sheets import read_xlsb  # noqa: PLC0415  (few workbooks need it)

                sheets = read_xlsb(archive, content, self._file, sha256)
                return self._workbook(archive, sheets, sha256)
            return self._read_xlsx(archive, content, sha256)
        except _DAMAGES:
            return diagnose(archive, content, self._file)

    def _read_xlsx(self, archive: zipfile.ZipFile, content: bytes, sha256: str) -> Workbook:
        if not self._tables and is_plain_workbook(archive, self._skip):
            try:
                sheets = calamine_sheets.read_sheets(content, self._file, sha256, self._skip)
            except calamine_sheets.NotReadError:
                pass  # a document type definition, say, or something that only the exact reader takes
            else:
                return self._workbook(archive, sheets, sha256)
        return ExactBook(archive, content, self._file, sha256).read(tables=self._tables)

    def _workbook(self, archive: zipfile.ZipFile, sheets: tuple[Sheet, ...], sha256: str) -> Workbook:
        properties = dict(read_custom_properties(archive))
        return Workbook(self._file, sha256, sheets, read_saved_by(archive), properties)

    def _read_compound(self, content: bytes, sha256: str, is_decrypted: bool) -> Workbook | Problem:
        from xltools.books.binary_sheets import read_xls  # noqa: PLC0415  (few workbooks need them)
        from xltools.books.xls_cells import is_encrypted_xls, workbook_stream  # noqa: PLC0415

        try:
            compound = CompoundFile(content)
            names = {name.lower() for name in compound.names}
            if _ENCRYPTED & names:
                has_rights = any(name.startswith(_RIGHTS) for name in names)
                return self._read_encrypted(content, sha256, "workbook-protected" if has_rights else "", is_decrypted)
            stream = workbook_stream(compound)
            if not stream:
                return self._refuse(FileKind.OTHER, content)
            if is_encrypted_xls(compound.read(stream)):
                return self._read_encrypted(content, sha256, "", is_decrypted)
            return Workbook(self._file, sha256, read_xls(content, compound, stream, self._file, sha256))
        except CompoundError as trouble:
            return error("workbook-truncated" if trouble.is_cut else "workbook-unreadable", Place(self._file))

    def _read_encrypted(self, content: bytes, sha256: str, refusal: str, is_decrypted: bool) -> Workbook | Problem:
        from xltools.books.decryption import decrypt_silently  # noqa: PLC0415  (20 ms, and few workbooks need it)

        plain = None if refusal or is_decrypted else decrypt_silently(content)
        if plain is None:
            return error(refusal or "workbook-password", Place(self._file))
        return self.read(plain, sha256, is_decrypted=True)


def _is_encrypted_ods(archive: zipfile.ZipFile) -> bool:
    """True when the sheets are encrypted; a password for the macros alone encrypts their parts alone."""
    return _MANIFEST in archive.namelist() and bool(_ENCRYPTED_SHEETS.search(archive.read(_MANIFEST)))


def _with_plain_names(archive: zipfile.ZipFile) -> bytes:
    """The zip with slashes in its names: old .NET programs pack with backslashes, which Open XML forbids."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as renamed:
        for part in archive.infolist():
            if not part.is_dir() and not guard.is_picture(part):
                renamed.writestr(part.filename.replace("\\", "/").lstrip("/"), archive.read(part))
    return target.getvalue()
