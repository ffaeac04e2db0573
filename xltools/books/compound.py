"""OLE compound files ([MS-CFB]), which .xls and encrypted workbooks are: their streams, and where those lie."""

import struct
from collections.abc import Iterator, Sequence

_HEADER = struct.Struct("<8s16s5H6x9L")  # up to the first of the 109 sectors of the sector table
_FIRST_SECTORS = 109
_ENTRY = struct.Struct("<64sHBB3L16sL8s8sLQ")
_LAST_SECTOR = 0xFFFFFFFA  # numbers from here on mean the end of a chain, free sectors and the like
_STREAM, _ROOT = 2, 5


class CompoundError(ValueError):
    """The file is damaged; `is_cut` where it ends before what it should hold."""

    def __init__(self, *, is_cut: bool = False) -> None:
        super().__init__(is_cut)
        self.is_cut = is_cut


class CompoundFile:
    """The streams of an OLE file; CompoundError where they can't be followed."""

    def __init__(self, content: bytes) -> None:
        if len(content) < _HEADER.size + 4 * _FIRST_SECTORS:
            raise CompoundError(is_cut=True)
        fields = _HEADER.unpack_from(content)
        _, _, _, _, _, shift, small_shift = fields[:7]
        _, self._table_count, start, _, cutoff, small_start, _, more, _ = fields[7:]
        if shift not in {9, 12} or not 4 <= small_shift < shift:
            raise CompoundError
        self._content, self._cutoff = content, cutoff
        self._size: int = 1 << shift
        self._small_size: int = 1 << small_shift
        self._table = self._read_table(more)
        self._root = _LAST_SECTOR, 0
        self._entries = dict(self._read_entries(start))
        self._small_table = _longs(self._join(self._chain(small_start)))
        self._small = b""
        for first in (start, small_start, self._root[0]):
            _refuse_circle(self._table, first)

    @property
    def names(self) -> Sequence[str]:
        """The names of all streams, in whatever folder; letters as they are written."""
        return tuple(self._entries)

    def read(self, name: str) -> bytes:
        """A stream by its name; KeyError where there is none."""
        start, size = self._entries[name]
        _refuse_circle(self._table if size >= self._cutoff else self._small_table, start)
        if size >= self._cutoff:
            return self._join(self._chain(start, size))[:size]
        return self._read_small(start, size)

    def positions(self, name: str) -> "Positions":
        """Where the bytes of a stream lie in the file."""
        start, size = self._entries[name]
        if size >= self._cutoff:
            return self._positions(start, size)
        around = self._positions(*self._root)
        return Positions([around[at] for at in self._small_offsets(start, size)], self._small_size)

    def _positions(self, start: int, size: int) -> "Positions":
        return Positions([self._offset(sector) for sector in self._chain(start, size)], self._size)

    def _offset(self, sector: int) -> int:
        return (sector + 1) * self._size

    def _sector(self, sector: int) -> bytes:
        offset = self._offset(sector)
        if offset >= len(self._content):
            raise CompoundError(is_cut=True)
        return self._content[offset : offset + self._size]

    def _read_table(self, more: int) -> list[int]:
        """The table that names for each sector the next one of its chain."""
        sectors = list(struct.unpack_from(f"<{_FIRST_SECTORS}L", self._content, _HEADER.size))
        seen = set[int]()
        while more < _LAST_SECTOR:
            if more in seen:
                raise CompoundError
            seen.add(more)
            *listed, more = _longs(self._sector(more).ljust(self._size, b"\xff"))
            sectors += listed
        own = [sector for sector in sectors if sector < _LAST_SECTOR][: self._table_count]
        return _longs(self._join(own))

    def _read_entries(self, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
        listed = self._join(self._chain(start))
        for at in range(0, len(listed) - _ENTRY.size + 1, _ENTRY.size):
            name, length, kind, *_, first, size = _ENTRY.unpack_from(listed, at)
            if kind == _ROOT:
                self._root = first, size & 0xFFFFFFFF
            elif kind == _STREAM:
                # Files of version 3 may leave rubbish in the upper half of a size.
                yield name[: max(0, length - 2)].decode("utf-16-le", "replace"), (first, size & 0xFFFFFFFF)

    def _chain(self, sector: int, size: int | None = None) -> list[int]:
        """The sectors of a chain, as many as `size` bytes fill."""
        most = len(self._table) if size is None else -(-size // self._size)
        chain = list[int]()
        while sector < _LAST_SECTOR and len(chain) < most:
            chain.append(sector)
            if sector >= len(self._table):
                raise CompoundError(is_cut=self._offset(sector) >= len(self._content))
            sector = self._table[sector]
        if size is not None and len(chain) < most:
            raise CompoundError
        return chain

    def _join(self, sectors: Sequence[int]) -> bytes:
        return b"".join([self._sector(sector) for sector in sectors])

    def _read_small(self, start: int, size: int) -> bytes:
        """A stream of few bytes: such streams lie together in the root's."""
        if not self._small:
            self._small = self._join(self._chain(*self._root))
        return b"".join([self._small[at : at + self._small_size] for at in self._small_offsets(start, size)])[:size]

    def _small_offsets(self, sector: int, size: int) -> Iterator[int]:
        for _ in range(-(-size // self._small_size)):
            if sector >= len(self._small_table):
                raise CompoundError
            yield sector * self._small_size
            sector = self._small_table[sector]


class Positions:
    """Where each byte of a stream lies in the file that holds it."""

    def __init__(self, offsets: Sequence[int], size: int) -> None:
        self._offsets, self._size = offsets, size

    def __getitem__(self, at: int) -> int:
        return self._offsets[at // self._size] + at % self._size


def _refuse_circle(table: Sequence[int], sector: int) -> None:
    """CompoundError for a chain that leads back into itself, which calamine would follow until the memory is full."""
    for _ in table:
        if sector >= len(table):
            return
        sector = table[sector]
    if sector < len(table):
        raise CompoundError


def _longs(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}L", content[: len(content) // 4 * 4]))
