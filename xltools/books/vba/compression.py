"""The compression of VBA source and of the list of its modules ([MS-OVBA] 2.4.1), both ways.

A container is a signature and chunks of at most 4096 bytes. A chunk is flags, each for eight tokens, and the tokens: a
byte as it is, or the offset and the length of bytes that stand in the chunk already.
"""

from collections import defaultdict
from typing import NamedTuple

_SIGNATURE = 1
_CHUNK = 4096  # bytes before compression
_HEADER = 2
_CHUNK_SIGNATURE = 0b011 << 12
_IS_COMPRESSED = 1 << 15
_SIZE = 0x0FFF  # the bits of a header that say how long its chunk is, three bytes less
_SHORTEST_COPY = 3


class CompressionError(ValueError):
    """Bytes that are no compressed container, or a damaged one."""


class _Split(NamedTuple):
    """How a copy token's 16 bits are shared at a place in its chunk ([MS-OVBA] 2.4.1.3.19.1)."""

    length_bits: int
    longest: int


def compress_container(content: bytes) -> bytes:
    """Bytes as a CompressedContainer that gives exactly them again, whatever their number ([MS-OVBA] 2.4.1.3.6)."""
    packed = bytearray([_SIGNATURE])
    for start in range(0, len(content), _CHUNK):
        packed += _compress_chunk(content[start : start + _CHUNK])
    return bytes(packed)


def decompress_container(packed: bytes) -> bytes:
    """What a CompressedContainer holds; CompressionError where it is damaged ([MS-OVBA] 2.4.1.3.1)."""
    if not packed or packed[0] != _SIGNATURE:
        raise CompressionError("no compressed container")
    content, at = bytearray(), 1
    while at < len(packed):
        header = int.from_bytes(packed[at : at + _HEADER], "little")
        end = at + (header & _SIZE) + 3
        if end > len(packed) or header & 0x7000 != _CHUNK_SIGNATURE:
            raise CompressionError(f"no chunk at byte {at}")
        data = packed[at + _HEADER : end]
        content += _decompress_tokens(data) if header & _IS_COMPRESSED else data
        at = end
    return bytes(content)


def _compress_chunk(chunk: bytes) -> bytes:
    tokens = _compress_tokens(chunk)
    if len(tokens) <= _CHUNK:
        return _header(len(tokens), _IS_COMPRESSED) + tokens
    if len(chunk) == _CHUNK:
        return _header(_CHUNK, 0) + chunk
    # A raw chunk always has 4096 bytes: a shorter one would come out with zeros behind it. Halves of it fit.
    half = len(chunk) // 2
    return _compress_chunk(chunk[:half]) + _compress_chunk(chunk[half:])


def _header(size: int, flag: int) -> bytes:
    return (size + _HEADER - 3 | _CHUNK_SIGNATURE | flag).to_bytes(2, "little")


def _compress_tokens(chunk: bytes) -> bytes:
    """A chunk's flags and tokens, which may be longer than the chunk."""
    packed, flags_at, flag, at = bytearray(), 0, 0, 0
    known = defaultdict[bytes, list[int]](list)  # where each three bytes begin, in order
    while at < len(chunk):
        if flag in {0, 1 << 8}:
            flags_at, flag = len(packed), 1
            packed.append(0)
        split = _split(at)
        offset, length = _find_longest(chunk, at, known[chunk[at : at + _SHORTEST_COPY]], split.longest)
        if length:
            packed[flags_at] |= flag
            token = offset - 1 << split.length_bits | length - _SHORTEST_COPY
            packed += token.to_bytes(2, "little")
        else:
            packed.append(chunk[at])
            length = 1
        for passed in range(at, at + length):
            known[chunk[passed : passed + _SHORTEST_COPY]].append(passed)
        at += length
        flag <<= 1
    return bytes(packed)


def _find_longest(chunk: bytes, at: int, candidates: list[int], longest: int) -> tuple[int, int]:
    """How far back the longest run of bytes begins that also stand at `at`, the nearest of such; length 0 for none."""
    best_offset, best = 0, 0
    most = min(longest, len(chunk) - at)
    if most < _SHORTEST_COPY:
        return 0, 0
    for candidate in reversed(candidates):
        length = best
        if chunk[candidate : candidate + best] != chunk[at : at + best]:
            continue
        # It may run into itself: the bytes it is to give stand there by the time they are copied.
        while length < most and chunk[candidate + length] == chunk[at + length]:
            length += 1
        if length > best:
            best_offset, best = at - candidate, length
            if best == most:
                break
    return best_offset, best


def _decompress_tokens(data: bytes) -> bytes:
    chunk, at, flags = bytearray(), 0, 1
    while at < len(data):
        if flags == 1:
            flags = data[at] | 1 << 8  # the bit above shows when all eight are used up
            at += 1
            continue
        if flags & 1:
            split = _split(len(chunk))
            token = int.from_bytes(data[at : at + 2], "little")
            offset = (token >> split.length_bits) + 1
            length = (token & (1 << split.length_bits) - 1) + _SHORTEST_COPY
            if at + 2 > len(data) or offset > len(chunk):
                raise CompressionError("a copy of bytes that are not there")
            for _ in range(length):
                chunk.append(chunk[-offset])
            at += 2
        else:
            chunk.append(data[at])
            at += 1
        flags >>= 1
    if len(chunk) > _CHUNK:
        raise CompressionError("a chunk of more than 4096 bytes")
    return bytes(chunk)


def _split(at: int) -> _Split:
    offset_bits = max(4, (at - 1).bit_length()) if at else 4
    length_bits = 16 - offset_bits
    return _Split(length_bits, (1 << length_bits) - 1 + _SHORTEST_COPY)
