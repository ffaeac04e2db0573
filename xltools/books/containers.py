"""What a file is, by its content: its own name says nothing."""

import re
import zipfile
from enum import StrEnum

_OWNER_FILE = range(160, 171)  # bytes: a name in 54, once more in UTF-16
_LONGEST_OWNER = 54
_HEAD = 4_096
_END_OF_ZIP = 65_557  # bytes from the end in which a zip's directory must end (PKWARE APPNOTE 6.3.10, 4.3.16)
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CIPHERTEXT = 512, 128  # bytes at least, and how many different ones

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF", b"AC10")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_PAGES = (b"%PDF", b"%!PS", b"{\\rtf")
_PROGRAMS = (b"MZ", b"\x7fELF", b"SQLite format 3", b"\0\1\0\0Standard ", b"OggS", b"ID3")
_FILMS = (b"\0\0\0\x18ftyp", b"\0\0\0\x1cftyp", b"\0\0\0\x20ftyp")
_OTHERS = (*_PICTURES, *_ARCHIVES, *_PROGRAMS, *_FILMS)
# The first record of Excel 2, 3 and 4, and of Excel 5 to 2003 without the OLE file around it, as some web systems write
# it: the record's number, then its length ([MS-XLS] 2.4.21).
_OLD_WORKBOOK = re.compile(rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00", re.S)

# Document protection that says who it is: E-SafeNet, TSD and their like.
_PROTECTED = (b"b\x14#e", b"%TSD-Header-###%", b"\x3e\x3a\x3e\x3a", b"EsafeNet", b"CDGFILE", b"\x77\x54\x53\x44")
_SAFENET, _SAFENET_HEAD = b"E-SafeNet", 128  # its name, and the bytes it stands within

_CONTROLS = re.compile("[\0-\x08\x0e-\x1a\ufffd]")
_WEB = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|meta|body|table|style|div|script|title|center|font|tr|td)\b",
    re.S,
)
_ARCHIVE = re.compile(r"\s*(?:mime-version:|from:\s.*?mime-version:|content-type:\s*multipart/related)", re.S)
_XML = re.compile(r"\s*<\?(?:xml|mso-application)\b")
_XML_WORKBOOK = ("urn:schemas-microsoft-com:office:spreadsheet", "excel.sheet", "<html", "<table")


class FileKind(StrEnum):
    """What a file is, by its content."""

    XLSX = "xlsx"  # .xlsm and .xltx too
    XLSB = "xlsb"
    ODS = "ods"
    XLS = "xls"
    ZIP = "zip"  # what it holds is to be looked at
    COMPOUND = "compound"  # the same, for OLE files
    HTML = "html"  # one file of web archives and XML workbooks too
    TEXT = "text"
    OWNER = "owner"  # what Excel and WPS lay beside a workbook while it is open
    PROTECTED = "protected"
    TRUNCATED = "truncated"
    OLD = "old"  # a workbook of Excel before 97
    BROKEN = "broken"
    OTHER = "other"
    EMPTY = "empty"


def identify_file(content: bytes) -> FileKind:
    """What a file is by its first and last bytes; `ZIP` and `COMPOUND` want a look inside.

    Ciphertext that a company's document protection leaves in a file still named .xlsx counts as protected.
    """
    if not content:
        return FileKind.EMPTY
    if content.startswith(b"PK\x03\x04"):
        return FileKind.ZIP if content.rfind(b"PK\x05\x06", -_END_OF_ZIP) >= 0 else FileKind.TRUNCATED
    if content.startswith(_COMPOUND):
        return FileKind.COMPOUND
    if content.startswith(b"PK\x05\x06"):
        return FileKind.OTHER
    return _identify_other(content)


def _identify_other(content: bytes) -> FileKind:
    if len(content) in _OWNER_FILE and 0 < content[0] <= _LONGEST_OWNER:
        return FileKind.OWNER
    if content.startswith(_PROTECTED) or _SAFENET in content[:_SAFENET_HEAD]:
        return FileKind.PROTECTED
    if content.startswith(_PAGES):
        return FileKind.OTHER
    if (text := _head_text(content[:_HEAD])) is not None:
        return _identify_text(text.lower())
    if content.startswith(_OTHERS):
        return FileKind.OTHER
    if _OLD_WORKBOOK.match(content):
        return FileKind.OLD
    long_enough, different = _CIPHERTEXT
    looks_random = len(content) >= long_enough and len(set(content[:_HEAD])) >= different
    return FileKind.PROTECTED if looks_random else FileKind.BROKEN


def identify_archive(archive: zipfile.ZipFile) -> FileKind:
    """What kind of workbook a zip holds, `OTHER` where it holds none."""
    names = {name.replace("\\", "/").lower().lstrip("/") for name in archive.namelist()}
    if "xl/workbook.xml" in names:
        return FileKind.XLSX
    if "content.xml" in names:
        return FileKind.ODS if _is_spreadsheet(archive) else FileKind.OTHER
    if any(name.endswith("workbook.bin") for name in names):
        return FileKind.XLSB
    if any(name.endswith("workbook.xml") or name.startswith("xl/") for name in names):
        return FileKind.XLSX
    return FileKind.OTHER


def _is_spreadsheet(archive: zipfile.ZipFile) -> bool:
    """True unless an OpenDocument file says that it is a text or the like."""
    first = archive.infolist()[0]
    if first.filename != "mimetype" or first.compress_type != zipfile.ZIP_STORED or first.file_size > _HEAD:
        return True
    kind = archive.read(first)
    return not kind.startswith(b"application/vnd.oasis.opendocument.") or b".spreadsheet" in kind


def _head_text(head: bytes) -> str | None:
    """The beginning of a text in whatever coding, good enough to find ASCII words in it; None for no text."""
    for mark, coding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"<\0", "utf-16-le")):
        if head.startswith(mark):
            text = head[: len(head) // 2 * 2].decode(coding, "replace").lstrip("\ufeff")
            return None if _CONTROLS.search(text) else text
    text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return None if _CONTROLS.search(text) else text


def _identify_text(head: str) -> FileKind:
    if _WEB.match(head) or _ARCHIVE.match(head):
        return FileKind.HTML
    if _XML.match(head):
        return FileKind.HTML if any(word in head for word in _XML_WORKBOOK) else FileKind.OTHER
    return FileKind.TEXT
