"""The document properties of an .xlsx: who saved it last, and the custom ones."""

import re
import zipfile
from collections.abc import Mapping

from xltools.books.package import PackageError, parse_xml
from xltools.books.xml_pieces import decode_text

_CORE = "docProps/core.xml"
_CUSTOM = "docProps/custom.xml"
_LARGEST = 1_000_000  # bytes; both parts have a few hundred
_SAVED_BY = re.compile(rb"<(?:[\w.-]+:)?lastModifiedBy\s*>([^<]*)</")


def read_saved_by(archive: zipfile.ZipFile) -> str:
    """The name of whoever saved the workbook last, empty where that can't be told."""
    found = _SAVED_BY.search(_read_part(archive, _CORE))
    try:
        return decode_text(found[1]).strip() if found else ""
    except (ValueError, LookupError, OverflowError):  # another coding, or an entity of its own
        return ""


def read_custom_properties(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """The custom document properties by name, their values as text; empty where they can't be read."""
    text = _read_part(archive, _CUSTOM)
    try:
        root = parse_xml(text) if text else ()
    except PackageError:
        return {}
    return {part.get("name", ""): "".join(part.itertext()) for part in root if part.get("name")}


def _read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part, nothing where there is none; also where it is damaged: the workbook itself may be well."""
    try:
        return archive.read(name) if archive.getinfo(name).file_size <= _LARGEST else b""
    except MemoryError:
        raise
    except Exception:  # a missing part, and whatever zipfile and zlib raise for a damaged one
        return b""
