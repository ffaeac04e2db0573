import hashlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xltools.books.vba.compression import CompressionError, compress_container, decompress_container

olevba = pytest.importorskip("oletools.olevba", reason="needs oletools, a second reader of VBA")

# [MS-OVBA] 3.2: no compression, normal compression, maximum compression.
EXAMPLES = [
    (b"abcdefghijklmnopqrstuv.", "0119B000616263646566676800696A6B6C6D6E6F70007172737475762E"),
    (
        b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
        "012FB000236161616263646582660070616768696A013808616B6C00306D6E6F700671027004107273747576107778797A003C",
    ),
    (b"a" * 73, "0103B002614500"),
]


def noise(size: int) -> bytes:
    return hashlib.shake_128(b"%d" % size).digest(size)


# What does not get smaller; what gets much smaller; sources, with bytes of two-byte letters among them.
incompressible = st.integers(0, 9_000).map(noise)
repeated = st.builds(lambda piece, times: piece * times, st.binary(min_size=1, max_size=40), st.integers(0, 600))
mixed = st.lists(incompressible | repeated, max_size=4).map(b"".join)
source = st.lists(
    st.sampled_from(["Sub Press()\r\n", "End Sub\r\n", "    Call 检查\r\n", "x = x + 1\r\n"]), max_size=900
)


def by_olevba(packed: bytes) -> bytes:
    return bytes(olevba.decompress_stream(bytearray(packed)))


@settings(deadline=None, max_examples=60)
@given(
    st.binary(max_size=300) | incompressible | repeated | mixed | source.map(lambda lines: "".join(lines).encode("gbk"))
)
@example(b"")
def test_what_is_compressed_comes_out_as_it_was(content):
    packed = compress_container(content)
    assert decompress_container(packed) == content
    assert not content or by_olevba(packed) == content


@pytest.mark.parametrize("size", [1, 2, 3, 16, 17, 3640, 3641, 4095, 4096, 4097, 8191, 8192, 8193, 20_000])
@pytest.mark.parametrize("fill", [lambda size: b"a" * size, noise])
def test_every_size_around_a_chunk(size, fill):
    content = fill(size)
    packed = compress_container(content)
    assert decompress_container(packed) == content == by_olevba(packed)


def test_a_whole_chunk_that_does_not_get_smaller_is_raw():
    content = noise(4096)
    assert compress_container(content) == b"\x01\xff\x3f" + content


@pytest.mark.parametrize(("content", "packed"), EXAMPLES)
def test_the_examples_of_the_standard(content, packed):
    assert decompress_container(bytes.fromhex(packed)) == content
    if content[0] != ord("#"):  # that one does not follow the standard's own steps: it copies from further off
        assert compress_container(content).hex().upper() == packed


@pytest.mark.parametrize(
    "packed",
    ["", "00", "0119B000", "010000", "0119F06162", "0101B00100", "0102B0010010", "0101B00145"],
    ids=["nothing", "no-signature", "cut", "no-chunk", "cut-header", "cut-token", "copy-before-start", "half-token"],
)
def test_what_is_damaged_is_refused(packed):
    with pytest.raises(CompressionError):
        decompress_container(bytes.fromhex(packed))


def test_a_chunk_that_grows_too_large_is_refused():
    chunk = b"\x02a" + b"\xff\x0f"  # one byte, then a copy of 4098
    packed = b"\x01" + (len(chunk) - 1 | 0xB000).to_bytes(2, "little") + chunk
    with pytest.raises(CompressionError, match="4096"):
        decompress_container(packed)


def test_cut_anywhere_it_gives_no_other_error():
    packed = compress_container(b"Public Sub CheckWorkbook()\r\n" * 40)
    for end in range(len(packed)):
        try:
            decompress_container(packed[:end])
        except CompressionError:
            continue
        assert end == 1, "only the empty container is whole"
