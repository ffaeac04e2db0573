"""The dir stream: what a VBA project says of itself, what it refers to, and its modules ([MS-OVBA] 2.3.4.2)."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WIN32 = 1  # taken by Excel of 32 and of 64 bits alike
_ENGLISH = 0x0409  # the one language that the standard allows here, whatever the code page
_NO_COOKIE = 0xFFFF
_VERSION = (1, 0)

# As Excel puts them into each new project; they are found by their ids, wherever they lie on a computer. Excel asks for
# the oldest Office library that will do, whatever its own is.
_REFERENCES = (
    ("stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"),
    (
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared\OFFICE16"
        r"\MSO.DLL#Microsoft Office 16.0 Object Library",
    ),
)


@dataclass(frozen=True, slots=True)
class ListedModule:
    """A module as the directory has it: `of_document` where it belongs to the workbook or to a sheet."""

    name: str
    of_document: bool


def build_directory(name: str, modules: Sequence[ListedModule], code_page: int) -> bytes:
    """The dir stream before its compression; UnicodeEncodeError for a name that the code page can't hold."""
    codec = f"cp{code_page}"
    return b"".join(
        (
            *_information(name, code_page),
            *(_reference(*one, codec) for one in _REFERENCES),
            _short(0x0F, len(modules)),
            _short(0x13, _NO_COOKIE),
            *(part for module in modules for part in _module(module, codec)),
            _record(0x10),
        )
    )


def _information(name: str, code_page: int) -> Iterator[bytes]:
    """What the project says of itself ([MS-OVBA] 2.3.4.2.1)."""
    yield _long(0x01, _WIN32)
    yield _long(0x02, _ENGLISH)
    yield _long(0x14, _ENGLISH)
    yield _short(0x03, code_page)
    yield _record(0x04, name.encode(f"cp{code_page}"))
    yield _record(0x05) + _record(0x40)  # no description
    yield _record(0x06) + _record(0x3D)  # no help file
    yield _long(0x07, 0)
    yield _long(0x08, 0)
    yield struct.pack("<HLLH", 0x09, 4, *_VERSION)  # the 4 is said to be its size, and is not
    yield _record(0x0C) + _record(0x3C)  # no constants


def _reference(name: str, library: str, codec: str) -> bytes:
    """A library that is referred to as registered ([MS-OVBA] 2.3.4.2.2.5)."""
    content = library.encode(codec)
    registered = struct.pack("<L", len(content)) + content + bytes(6)
    return _named(0x16, 0x3E, name, codec) + _record(0x0D, registered)


def _module(module: ListedModule, codec: str) -> Iterator[bytes]:
    """A module; its stream has its name ([MS-OVBA] 2.3.4.2.3.2)."""
    yield _named(0x19, 0x47, module.name, codec)
    yield _named(0x1A, 0x32, module.name, codec)
    yield _record(0x1C) + _record(0x48)  # no description
    yield _long(0x31, 0)  # where its source begins: no performance cache stands before it
    yield _long(0x1E, 0)
    yield _short(0x2C, _NO_COOKIE)
    yield _record(0x22 if module.of_document else 0x21)
    yield _record(0x2B)


def _named(id_: int, unicode_id: int, name: str, codec: str) -> bytes:
    """A name in the code page, and again in Unicode."""
    return _record(id_, name.encode(codec)) + _record(unicode_id, name.encode("utf-16-le"))


def _short(id_: int, number: int) -> bytes:
    return _record(id_, struct.pack("<H", number))


def _long(id_: int, number: int) -> bytes:
    return _record(id_, struct.pack("<L", number))


def _record(id_: int, content: bytes = b"") -> bytes:
    return struct.pack("<HL", id_, len(content)) + content
