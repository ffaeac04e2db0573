"""What reading a file may cost: sizes that no order workbook needs, and zips that say less than they hold.

A small zip can hold gigabytes. That is seen from its directory, and where the directory lies, from what comes out:
zipfile gives no more of a part than was declared, and finds then that its checksum is another.
"""

import zipfile

LARGEST_FILE = 200_000_000  # bytes on disk
LARGEST_XML = 400_000_000  # bytes of all parts but pictures: a sheet of 100,000 × 20 has about 80 million
LARGEST_GRID = (
    8_000_000  # cells of all rows, each up to its last value: the last row × 14 columns would be 14.7 million
)
MOST_PARTS = 20_000
_SUSPICIOUS = 60_000_000, 150  # bytes of a part, and how often those of its packed form: sheets reach 20 to 80
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1


class ExtentError(Exception):
    """The rows of a workbook hold more cells than `LARGEST_GRID`."""


class CellCount:
    """The cells of a workbook while it is read: ExtentError before they fill the memory."""

    def __init__(self) -> None:
        self.cells = 0

    def add(self, cells: int, rows: int = 1) -> None:
        """Count a row up to its last value, with copies of it; a blank row counts as one cell."""
        self.cells += max(cells, 1) * rows
        if self.cells > LARGEST_GRID:
            raise ExtentError


def is_too_large(archive: zipfile.ZipFile) -> bool:
    """True when the declared sizes of a zip's parts, pictures apart, are beyond what an order workbook can need."""
    parts = [part for part in archive.infolist() if not is_picture(part)]
    size, ratio = _SUSPICIOUS
    return (
        len(parts) > MOST_PARTS
        or sum([part.file_size for part in parts]) > LARGEST_XML
        or any(part.file_size > max(size, ratio * part.compress_size) for part in parts if part.file_size > size)
    )


def is_oddly_packed(archive: zipfile.ZipFile) -> bool:
    """True when a part is packed in a way that ECMA-376 Part 2, annex B, does not allow: no office program opens it.

    Python would try, and raises errors of LZMA's and bzip2's own for damaged ones.
    """
    return any(part.compress_type not in _PACKINGS for part in archive.infolist())


def is_encrypted(archive: zipfile.ZipFile) -> bool:
    """True when a part is encrypted as zips have it, with a password that some packer asked for."""
    return any(part.flag_bits & _ENCRYPTED for part in archive.infolist())


def is_picture(part: zipfile.ZipInfo) -> bool:
    """True for what may be large and is never unpacked here."""
    return "/media/" in part.filename or part.filename.startswith(("Pictures/", "Thumbnails/"))
