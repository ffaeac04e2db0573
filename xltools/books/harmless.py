"""A look at a workbook's bytes: can it be read right here, with no process of its own around it?"""

import io
import zipfile
import zlib

from xltools.books import guard
from xltools.books.containers import FileKind, identify_archive, identify_file
from xltools.books.sheet_scan import is_plain_workbook

_LARGEST_FILE = 2_000_000  # bytes: a list of 20,000 products; it is read in half a second
_LARGEST_XML = 30_000_000
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, RuntimeError)


def is_harmless(content: bytes) -> bool:
    """True for a small .xlsx that is plain in each worksheet: reading it takes little time and memory, and ends."""
    if len(content) > _LARGEST_FILE or identify_file(content) is not FileKind.ZIP:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return (
                sum([part.file_size for part in archive.infolist()]) <= _LARGEST_XML
                and not (guard.is_too_large(archive) or guard.is_encrypted(archive) or guard.is_oddly_packed(archive))
                and identify_archive(archive) is FileKind.XLSX
                and is_plain_workbook(archive)
            )
    except _DAMAGES:
        return False
