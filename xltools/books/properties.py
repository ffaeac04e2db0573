"""The document properties of an .xlsx: who saved it last, and the custom ones."""

import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree

from xltools.books.package import PackageError, parse_xml

_CORE = "docProps/core.xml"
_CUSTOM = "docProps/custom.xml"
_LARGEST = 1_000_000  # bytes; both parts have a few hundred
_SAVED_BY = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}lastModifiedBy"


def read_saved_by(archive: zipfile.ZipFile) -> str:
    """The name of whoever saved the workbook last, empty where that can't be told."""
    root = _parse_part(archive, _CORE)
    found = None if root is None else root.find(_SAVED_BY)
    return "" if found is None else (found.text or "").strip()


def read_custom_properties(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """The custom document properties by name, their values as text; empty where they can't be read."""
    root = _parse_part(archive, _CUSTOM)
    if root is None:
        return {}
    return {part.get("name", ""): "".join(part.itertext()) for part in root if part.get("name")}


def _parse_part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element | None:
    try:
        if archive.getinfo(name).file_size > _LARGEST:
            return None
        text = archive.read(name)
    except Exception:  # these properties are an extra: whatever is wrong with them, the workbook itself may be well
        return None
    try:
        return parse_xml(text)
    except PackageError:
        return None
