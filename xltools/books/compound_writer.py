"""Writing OLE compound files ([MS-CFB]), version 3: the same bytes for the same streams, with no time in them."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

Storage: TypeAlias = Mapping[str, "bytes | Storage"]

_SECTOR, _SMALL_SECTOR, _CUTOFF = 512, 64, 4096
_HEADER = struct.Struct("<8s16s5H6s9L")
_ENTRY = struct.Struct("<64sHBB3L16sL8s8sLQ")
_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
_FREE, _END_OF_CHAIN, _OF_TABLE, _OF_TABLE_LIST = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
_NO_ENTRY = 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_LISTED_IN_HEADER = 109  # sectors of the sector table; the others are listed in sectors of their own
_NUMBERS = _SECTOR // 4
_LONGEST_NAME = 31  # UTF-16 units
_FORBIDDEN = frozenset("/\\:!")


@dataclass(slots=True)
class _Entry:
    """An entry of the directory while the file is laid out."""

    name: str
    kind: int
    content: bytes = b""
    color: int = _BLACK
    left: int = _NO_ENTRY
    right: int = _NO_ENTRY
    child: int = _NO_ENTRY
    start: int = 0
    size: int = 0


class _Chains:
    """Sectors of one size, and the table that names for each the next one of its chain."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.table: list[int] = []
        self.content = bytearray()

    def add(self, content: bytes) -> int:
        """Puts content behind what is there; gives the number of its first sector, or the mark of an empty chain."""
        if not content:
            return _END_OF_CHAIN
        start, count = len(self.table), -(-len(content) // self.size)
        self.table += [*range(start + 1, start + count), _END_OF_CHAIN]
        self.content += content.ljust(count * self.size, b"\0")
        return start


def build_compound(root: Storage) -> bytes:
    """A compound file of the root's streams, and of storages with streams in them.

    ValueError for a name that it can't have: one over 31 UTF-16 units, with a slash, backslash, colon or exclamation
    mark, or that differs from a neighbour only in its case ([MS-CFB] 2.6.1).
    """
    entries = _list_entries(root)
    sectors, small = _Chains(_SECTOR), _Chains(_SMALL_SECTOR)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.size = len(entry.content)
            entry.start = (small if entry.size < _CUTOFF else sectors).add(entry.content)
    entries[0].size = len(small.content)
    entries[0].start = sectors.add(bytes(small.content))
    small_table = _longs(small.table, _FREE)
    small_start = sectors.add(small_table)
    directory = sectors.add(_directory(entries))
    tables, lists = _table_sizes(len(sectors.table))
    first = len(sectors.table)
    sectors.table += [_OF_TABLE] * tables + [_OF_TABLE_LIST] * lists
    listed = list(range(first, first + tables))
    header = _HEADER.pack(
        *(_SIGNATURE, bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6)),
        *(0, tables, directory, 0, _CUTOFF, small_start, len(small_table) // _SECTOR),
        *(first + tables if lists else _END_OF_CHAIN, lists),
    )
    return b"".join(
        (
            header,
            struct.pack(f"<{_LISTED_IN_HEADER}L", *_filled(listed[:_LISTED_IN_HEADER], _LISTED_IN_HEADER)),
            sectors.content,
            _longs(sectors.table, _FREE),
            *_table_lists(listed[_LISTED_IN_HEADER:], first + tables),
        )
    )


def _table_sizes(used: int) -> tuple[int, int]:
    """How many sectors the sector table takes, and those that list its sectors: it covers both, too."""
    tables = lists = 0
    while True:
        needed = -(-(used + tables + lists) // _NUMBERS)
        needed_lists = -(-max(0, needed - _LISTED_IN_HEADER) // (_NUMBERS - 1))
        if (needed, needed_lists) == (tables, lists):
            return tables, lists
        tables, lists = needed, needed_lists


def _table_lists(listed: Sequence[int], first: int) -> Iterator[bytes]:
    """The sectors that list sectors of the table, each with the number of the next ([MS-CFB] 2.5)."""
    step = _NUMBERS - 1
    for at in range(0, len(listed), step):
        following = first + at // step + 1 if at + step < len(listed) else _END_OF_CHAIN
        yield struct.pack(f"<{_NUMBERS}L", *_filled(listed[at : at + step], step), following)


def _list_entries(root: Storage) -> list[_Entry]:
    entries = [_Entry("Root Entry", _ROOT)]
    _add_children(entries, 0, root)
    return entries


def _add_children(entries: list[_Entry], parent: int, storage: Storage) -> None:
    """Adds what a storage holds: first its own entries, as a red-black tree, then what lies in each."""
    names = sorted(storage, key=_name_order)
    for name in names:
        if not 1 <= _units(name) <= _LONGEST_NAME or _FORBIDDEN & set(name) or "\0" in name:
            raise ValueError(f"not a name in a compound file: {name!r}")
    for one, next_one in pairwise(names):
        if _name_order(one) == _name_order(next_one):
            raise ValueError(f"two names that a compound file can't tell apart: {one!r}, {next_one!r}")
    first = len(entries)
    for name in names:
        held = storage[name]
        entries.append(_Entry(name, _STREAM, held) if isinstance(held, bytes) else _Entry(name, _STORAGE))
    entries[parent].child = _link_tree(entries, first, len(entries), len(names).bit_length())
    for at, name in enumerate(names, first):
        held = storage[name]
        if not isinstance(held, bytes):
            _add_children(entries, at, held)


def _link_tree(entries: list[_Entry], start: int, end: int, levels: int, level: int = 1) -> int:
    """Makes a tree of entries in order, halving each time: only its last level is not full, and that one is red."""
    if start == end:
        return _NO_ENTRY
    middle = (start + end) // 2
    entry = entries[middle]
    entry.color = _RED if level == levels and level > 1 else _BLACK
    entry.left = _link_tree(entries, start, middle, levels, level + 1)
    entry.right = _link_tree(entries, middle + 1, end, levels, level + 1)
    return middle


def _name_order(name: str) -> tuple[int, bytes]:
    """Shorter names come first, then by capital letters, one unit after the other ([MS-CFB] 2.6.4)."""
    capitals = "".join(upper if len(upper := letter.upper()) == 1 else letter for letter in name)
    return _units(name), capitals.encode("utf-16-be", "surrogatepass")


def _units(name: str) -> int:
    return len(name.encode("utf-16-le", "surrogatepass")) // 2


def _directory(entries: Sequence[_Entry]) -> bytes:
    listed = b"".join(_pack_entry(entry) for entry in entries)
    # Entries that are not used have no neighbours, and are else zeros ([MS-CFB] 2.6.3).
    unused = _ENTRY.pack(b"", 0, 0, 0, *[_NO_ENTRY] * 3, b"", 0, b"", b"", 0, 0)
    return listed + unused * (-len(entries) % (_SECTOR // _ENTRY.size))


def _pack_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le", "surrogatepass")
    tree = (entry.left, entry.right, entry.child)
    return _ENTRY.pack(name, len(name) + 2, entry.kind, entry.color, *tree, b"", 0, b"", b"", entry.start, entry.size)


def _longs(numbers: Sequence[int], filling: int) -> bytes:
    """Numbers as whole sectors."""
    count = -(-len(numbers) // _NUMBERS) * _NUMBERS
    return struct.pack(f"<{count}L", *numbers, *[filling] * (count - len(numbers)))


def _filled(numbers: Sequence[int], count: int) -> list[int]:
    return [*numbers, *[_FREE] * (count - len(numbers))]
