"""An Open XML file as its parts: those that are not touched keep their very bytes when it is written again.

A zip is written here by hand (PKWARE APPNOTE 6.3.10), since no library copies a member without packing it anew.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import unquote
from xml.etree import ElementTree

from xltools.core.place import Place
from xltools.core.problem import Problem, error

CONTENT_TYPES = "[Content_Types].xml"
ROOT = ""  # the source of the package's own relationships

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_UTF8_NAME, _DESCRIPTOR, _ENCRYPTED = 0x800, 0x8, 0x1
_PIECE, _SMALLEST = 1 << 20, 1 << 18  # bytes of a large part that are taken at once
_DICTIONARY = 1 << 15  # bytes that deflate looks back on
_PACKERS, _MOST_WAITING = 2, 4  # threads, pieces
_LEVEL = 6
_LARGEST_ZIP = 0xFFFFFFFF
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: a new part has no time of its own
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"


class PackageError(ValueError):
    """The file can't be changed without risk to what it holds.

    `reason` is the code of the words that say why, a `reason-…` of rules/messages; `values` fill their blanks.
    """

    def __init__(self, reason: str, **values: str) -> None:
        super().__init__(reason)
        self.reason, self.values = reason, values

    def as_problem(self, file: str) -> Problem:
        """The problem of a file that is left as it was."""
        return error("workbook-not-patchable", Place(file), reason=self.reason, **self.values)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship of a part: `kind` is the last word of its type, `target` a part's name, or an address outside."""

    id: str
    kind: str
    target: str
    external: bool = False


@dataclass(frozen=True, slots=True)
class _Member:
    """A zip member: what the directory says of it, and its packed bytes (None: as they lie in the file)."""

    listed: zipfile.ZipInfo
    packed: bytes | None = None


class Package:
    """The parts of an Open XML file while they are changed; part names have no leading slash.

    PackageError for what can't be copied safely: no zip, an encrypted or doubly named member, more than 4 GB. What
    zipfile and zlib raise for a damaged member comes through.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except zipfile.BadZipFile as trouble:
            raise PackageError("reason-no-workbook") from trouble
        self._members: dict[str, _Member] = {}
        self._folded: dict[str, str] = {}  # Open XML compares part names without case (ECMA-376 Part 2, 6.2.2.3)
        for listed in self._zip.infolist():
            if listed.flag_bits & _ENCRYPTED:
                raise PackageError("reason-encrypted")
            if listed.filename.lower() in self._folded:
                raise PackageError("reason-part-twice", part=listed.filename)
            self._members[listed.filename] = _Member(listed)
            self._folded[listed.filename.lower()] = listed.filename

    @property
    def names(self) -> tuple[str, ...]:
        """The parts' names, in the order of the zip."""
        return tuple(self._members)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._folded

    def read(self, name: str) -> bytes:
        """A part's content; KeyError where there is none of that name (compared without case)."""
        member = self._members[self._folded[name.lower()]]
        if member.packed is None:
            return self._zip.read(member.listed)
        return zlib.decompress(member.packed, -zlib.MAX_WBITS) if member.listed.compress_type else member.packed

    def read_pieces(self, name: str) -> Iterator[bytes]:
        """A part's content, unpacked as it is asked for; KeyError where there is none of that name."""
        member = self._members[self._folded[name.lower()]]
        if member.packed is not None:
            yield self.read(name)
            return
        with self._zip.open(member.listed) as stream:
            while piece := stream.read(_PIECE):
                yield piece

    def size(self, name: str) -> int:
        """How many bytes a part has, as the zip says; reading it never gives more."""
        return self._members[self._folded[name.lower()]].listed.file_size

    @property
    def is_changed(self) -> bool:
        """True once a part was written or taken out."""
        return any(one.packed is not None for one in self._members.values()) or len(self._members) != len(
            self._zip.infolist()
        )

    def write(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """Replace a part, or add one at the end; content that comes in pieces is packed as it comes."""
        known = self._folded.get(name.lower())
        before = self._members[known].listed if known else zipfile.ZipInfo(name, _FIRST_DAY)
        packed, crc, size = _pack(content) if isinstance(content, bytes) else _pack_pieces(content)
        listed = zipfile.ZipInfo(before.filename, before.date_time)
        listed.compress_type, listed.CRC = zipfile.ZIP_DEFLATED, crc
        listed.file_size, listed.compress_size = size, len(packed)
        listed.external_attr, listed.create_system = before.external_attr, before.create_system
        # A known member keeps the coding of its name: some programs write GBK and say nothing of it.
        listed.flag_bits = before.flag_bits & _UTF8_NAME if known or name.isascii() else _UTF8_NAME
        self._members[listed.filename] = _Member(listed, packed)
        self._folded[name.lower()] = listed.filename

    def remove(self, name: str) -> None:
        """Take a part out, with its own relationships and its content type; relations to it are the caller's."""
        del self._members[self._folded.pop(name.lower())]
        if (own := relations_part(name)) in self:
            del self._members[self._folded.pop(own.lower())]
        self._drop_content_type(name)

    def content_types(self) -> Mapping[str, str]:
        """The content type of each part that is given one by name; names in lower case."""
        root = parse_xml(self.read(CONTENT_TYPES))
        return {
            unquote(one.get("PartName", "")).lstrip("/").lower(): one.get("ContentType", "")
            for one in root.iter(f"{_TYPES}Override")
        }

    def set_content_type(self, name: str, content_type: str) -> None:
        """Say what a part is; nothing changes where that is said already."""
        said = self.content_types().get(name.lower())
        if said == content_type:
            return
        if said is not None:
            self._drop_content_type(name)
        self._append(CONTENT_TYPES, "Override", {"PartName": f"/{name}", "ContentType": content_type})

    def _drop_content_type(self, name: str) -> None:
        types = self.read(CONTENT_TYPES)
        pattern = rb"<(?:\w+:)?Override\b[^>]*PartName\s*=\s*[\"']/" + re.escape(name.encode()) + rb"[\"'][^>]*?/>"
        self._write_changed(CONTENT_TYPES, types, re.sub(pattern, b"", types, flags=re.IGNORECASE))

    def set_default_type(self, extension: str, content_type: str) -> None:
        """Say what parts with this extension are, where nothing is said of it yet."""
        root = parse_xml(self.read(CONTENT_TYPES))
        if not any(one.get("Extension", "").lower() == extension for one in root.iter(f"{_TYPES}Default")):
            self._prepend(CONTENT_TYPES, "Default", {"Extension": extension, "ContentType": content_type})

    def relations(self, source: str) -> tuple[Relation, ...]:
        """The relationships of a part, `ROOT` for the package's own; none where it has none."""
        own = relations_part(source)
        if own not in self:
            return ()
        return tuple(_read_relation(one, source) for one in parse_xml(self.read(own)))

    def relate(self, source: str, type_: str, target: str) -> str:
        """Add a relationship from a part to a part; gives its id."""
        own = relations_part(source)
        if own not in self:
            self.write(own, _EMPTY_RELATIONS)
            self.set_default_type("rels", _RELATIONS_TYPE)
        taken = {one.id for one in self.relations(source)}
        new = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
        start = posixpath.dirname(source)
        # Excel itself writes targets relative to the source; Google's and some other readers take no others.
        relative = posixpath.relpath(f"/{target}", f"/{start}")
        self._append(own, "Relationship", {"Id": new, "Type": type_, "Target": relative})
        return new

    def unrelate(self, source: str, target: str) -> None:
        """Take away the relationships from a part to a part."""
        own = relations_part(source)
        if own not in self:
            return
        before = content = self.read(own)
        for one in self.relations(source):
            if not one.external and one.target.lower() == target.lower():
                pattern = rb"<(?:\w+:)?Relationship\b[^>]*\bId\s*=\s*[\"']" + re.escape(one.id.encode())
                content = re.sub(pattern + rb"[\"'][^>]*?(?:/>|>\s*</(?:\w+:)?Relationship>)", b"", content)
        self._write_changed(own, before, content)

    def new_name(self, pattern: str) -> str:
        """The first free name of a pattern such as `xl/comments{}.xml`."""
        return next(name for number in range(1, 10_000) if (name := pattern.format(number)) not in self)

    def save(self) -> bytes:
        """The file: parts that were not written come over with their packed bytes as they were."""
        out = io.BytesIO()
        directory = []
        for member in self._members.values():
            directory.append((member.listed, out.tell()))
            packed = self._packed(member)
            out.write(_local_header(member.listed))
            out.write(packed)
        start = out.tell()
        for listed, offset in directory:
            out.write(_central_header(listed, offset))
        size = out.tell() - start
        if out.tell() > _LARGEST_ZIP or len(directory) > 0xFFFF:
            raise PackageError("reason-too-large")
        out.write(_END.pack(b"PK\5\6", 0, 0, len(directory), len(directory), size, start, len(self._zip.comment)))
        out.write(self._zip.comment)
        return out.getvalue()

    def _packed(self, member: _Member) -> bytes | memoryview:
        if member.packed is not None:
            return member.packed
        start = member.listed.header_offset
        header = _LOCAL.unpack_from(self._content, start)
        if header[0] != b"PK\3\4":
            raise PackageError("reason-damaged")
        data = start + _LOCAL.size + header[9] + header[10]
        packed = memoryview(self._content)[data : data + member.listed.compress_size]
        if len(packed) != member.listed.compress_size:
            raise PackageError("reason-damaged")
        return packed

    def _append(self, part: str, element: str, attributes: Mapping[str, str]) -> None:
        content = self.read(part)
        at = content.rindex(b"</") if b"</" in content else -1
        if at < 0:  # `<Relationships …/>`: a root without a child
            root = re.search(rb"<((?:\w+:)?Relationships|(?:\w+:)?Types)\b([^>]*?)/>\s*\Z", content)
            if not root:
                raise PackageError("reason-not-standard")
            content = content[: root.start()] + b"<%s%s></%s>" % (root[1], root[2], root[1])
            at = content.rindex(b"</")
        self.write(part, content[:at] + _element(content[at + 2 :], element, attributes) + content[at:])

    def _prepend(self, part: str, element: str, attributes: Mapping[str, str]) -> None:
        content = self.read(part)
        root = re.search(rb"<(?:\w+:)?Types\b[^>]*>", content)
        if not root:
            raise PackageError("reason-not-standard")
        new = _element(root[0][1:], element, attributes)
        self.write(part, content[: root.end()] + new + content[root.end() :])

    def _write_changed(self, name: str, before: bytes, after: bytes) -> None:
        if before != after:
            self.write(name, after)


_RELATIONS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_EMPTY_RELATIONS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


def _pack(content: bytes) -> tuple[bytes, int, int]:
    """Packed bytes, checksum and size of a part."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(), zlib.crc32(content), len(content)


def _pack_pieces(content: Iterable[bytes]) -> tuple[bytes, int, int]:
    """The same for content that comes in pieces: some are packed while the next is made, for zlib runs beside Python.

    Each piece is packed by itself, with the bytes before it as its dictionary, up to a byte boundary, so that one after
    the other they are one deflate stream (RFC 1951, 3.2.4), and the same one however many cores there are.
    """
    packed, waiting, before, crc, size = list[bytes](), deque[Future[bytes]](), b"", 0, 0
    with ThreadPoolExecutor(_PACKERS) as beside:
        for piece in _joined(content):
            if len(waiting) == _MOST_WAITING:
                packed.append(waiting.popleft().result())
            waiting.append(beside.submit(_pack_piece, piece, before))
            crc, size, before = zlib.crc32(piece, crc), size + len(piece), piece[-_DICTIONARY:]
        packed += [one.result() for one in waiting]
    return b"".join((*packed, zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS).flush())), crc, size


def _pack_piece(piece: bytes, before: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=before)
    return packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)


def _joined(content: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, small ones joined: handing one over has its price."""
    some, size = list[bytes](), 0
    for piece in content:
        some.append(piece)
        size += len(piece)
        if size >= _SMALLEST:
            yield b"".join(some)
            some.clear()
            size = 0
    if some:
        yield b"".join(some)


def relations_part(source: str) -> str:
    """The part that holds a part's relationships: `xl/_rels/workbook.xml.rels` (ECMA-376 Part 2, 6.5.2.2)."""
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def parse_xml(content: bytes) -> ElementTree.Element:
    """A small part as a tree, for looking things up; PackageError where it is no XML or brings a DTD."""
    # Entities could grow without bound or fetch files; no spreadsheet program writes any. UTF-16 would hide them.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
        raise PackageError("reason-odd-markup")
    try:
        return ElementTree.fromstring(content)  # noqa: S314  (no DTD can be in it: see above)
    except (ElementTree.ParseError, ValueError, LookupError) as trouble:
        raise PackageError("reason-damaged") from trouble


def _read_relation(one: ElementTree.Element, source: str) -> Relation:
    target, external = one.get("Target", ""), one.get("TargetMode", "").lower() == "external"
    kind = one.get("Type", "").rpartition("/")[2]
    if external:
        return Relation(one.get("Id", ""), kind, target, external=True)
    path = unquote(target.partition("#")[0])
    joined = path if path.startswith("/") else posixpath.join("/", posixpath.dirname(source), path)
    return Relation(one.get("Id", ""), kind, posixpath.normpath(joined).lstrip("/"))


def _element(root: bytes, name: str, attributes: Mapping[str, str]) -> bytes:
    """An empty element with the namespace prefix that the root's name begins with."""
    from xml.sax.saxutils import quoteattr  # noqa: PLC0415 - it brings urllib.request, http and email with it

    prefix = re.match(rb"(\w+:)?", root)
    written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{(prefix[0] if prefix else b'').decode()}{name}{written}/>".encode()


def _local_header(listed: zipfile.ZipInfo) -> bytes:
    name = _name_bytes(listed)
    fields = (listed.extract_version, _flags(listed), listed.compress_type, *_dos_time(listed))
    sizes = (listed.CRC, listed.compress_size, listed.file_size, len(name), 0)
    return _LOCAL.pack(b"PK\3\4", *fields, *sizes) + name


def _central_header(listed: zipfile.ZipInfo, offset: int) -> bytes:
    name = _name_bytes(listed)
    made_by = listed.create_version | listed.create_system << 8
    fields = (made_by, listed.extract_version, _flags(listed), listed.compress_type, *_dos_time(listed))
    sizes = (listed.CRC, listed.compress_size, listed.file_size, len(name), 0, len(listed.comment), 0)
    end = (listed.internal_attr, listed.external_attr, offset)
    return _CENTRAL.pack(b"PK\1\2", *fields, *sizes, *end) + name + listed.comment


def _name_bytes(listed: zipfile.ZipInfo) -> bytes:
    return listed.filename.encode("utf-8" if _flags(listed) & _UTF8_NAME else "cp437")


def _flags(listed: zipfile.ZipInfo) -> int:
    """The member's flags, but with its sizes in front: those behind the data are not copied."""
    return listed.flag_bits & ~_DESCRIPTOR


def _dos_time(listed: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = listed.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day
