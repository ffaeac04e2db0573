import hashlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.books.compound import CompoundFile
from xltools.books.compound_writer import build_compound

olefile = pytest.importorskip("olefile", reason="needs olefile, a second reader of compound files")

NAMES = st.text(st.characters(exclude_categories=["C"], exclude_characters="/\\:!"), min_size=1, max_size=15)
NONE = 0xFFFFFFFF


def some_bytes(size: int) -> bytes:
    return hashlib.shake_128(b"%d" % size).digest(size)


def folded(name: str) -> str:
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in name)


def storages(depth: int):
    content = st.integers(0, 9_000).map(some_bytes)
    held = content if not depth else content | storages(depth - 1)
    return st.dictionaries(NAMES, held, max_size=9).filter(
        lambda storage: len({folded(name) for name in storage}) == len(storage)
    )


def opened(content: bytes):
    """The file as olefile reads it, at its strictest."""
    return olefile.OleFileIO(content, raise_defects=olefile.DEFECT_POTENTIAL)


def streams(storage, path=()):
    for name, held in storage.items():
        if isinstance(held, bytes):
            yield (*path, name), held
        else:
            yield from streams(held, (*path, name))


@settings(deadline=None, max_examples=80)
@given(storages(2))
def test_olefile_reads_every_stream_as_it_was(storage):
    file = opened(build_compound(storage))
    wanted = dict(streams(storage))
    assert {tuple(path): file.openstream(path).read() for path in file.listdir()} == wanted


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 511, 512, 513, 4095, 4096, 4097, 65_024, 65_536, 66_000])
def test_sizes_around_every_boundary(size):
    content = some_bytes(size)
    written = build_compound({"first": content, "VBA": {"second": content, "third": b"x"}})
    assert len(written) % 512 == 0
    file, own = opened(written), CompoundFile(written)
    assert file.openstream("first").read() == file.openstream("VBA/second").read() == content
    assert own.read("first") == own.read("second") == content
    assert own.read("third") == b"x"


@pytest.mark.parametrize("sectors", [128 * 108, 128 * 109, 128 * 109 + 1, 128 * 237])
def test_more_sectors_than_the_header_lists(sectors):
    content = bytes(sectors * 512)
    written = build_compound({"large": content})
    assert opened(written).openstream("large").read() == content
    assert CompoundFile(written).read("large") == content


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 31, 100])
def test_the_directory_is_a_red_black_tree_in_order(count):
    written = build_compound({f"{'n' * (number % 7 + 1)}{number}": b"" for number in range(count)})
    entries = opened(written).direntries
    names = []

    def black_height(number, above_is_red):
        if number == NONE:
            return 1
        entry = entries[number]
        is_red = entry.color == 0
        assert not (is_red and above_is_red)
        left = black_height(entry.sid_left, is_red)
        names.append(entry.name)
        assert left == black_height(entry.sid_right, is_red)
        return left + (not is_red)

    top = entries[0].sid_child
    black_height(top, above_is_red=True)  # the topmost is black
    assert names == sorted(names, key=lambda name: (len(name), name.upper()))
    assert len(names) == count


def test_short_names_come_first_and_case_does_not_count():
    written = build_compound({"dir": b"", "Abcd": b"", "ZZ": b"", "abce": b"", "Sheet1": b"", "_VBA_PROJECT": b""})
    entries = opened(written).direntries
    assert [entry.name for entry in entries[1:7]] == ["ZZ", "dir", "Abcd", "abce", "Sheet1", "_VBA_PROJECT"]


def test_the_same_streams_give_the_same_bytes_and_no_time():
    storage = {"PROJECT": b"x" * 500, "VBA": {"dir": b"y" * 5000}}
    assert build_compound(storage) == build_compound(dict(reversed(storage.items())))
    assert all(
        not entry.createTime and not entry.modifyTime for entry in opened(build_compound(storage)).direntries[:4]
    )


def test_the_header_is_that_of_version_3():
    fields = struct.unpack_from("<8s16s5H", build_compound({"a": b"b"}))
    assert fields[0].hex() == "d0cf11e0a1b11ae1"
    assert fields[2:] == (0x3E, 3, 0xFFFE, 9, 6)


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "a:b", "a!b", "n" * 32, "𠮷" * 16, "a\0b"])
def test_a_name_that_it_can_not_have_is_refused(name):
    with pytest.raises(ValueError, match="not a name"):
        build_compound({name: b""})


def test_names_that_differ_in_case_alone_are_refused():
    with pytest.raises(ValueError, match="tell apart"):
        build_compound({"Module": b"", "MODULE": b""})
