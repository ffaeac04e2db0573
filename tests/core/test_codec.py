"""Values read back from the ledger: each place as it was, and what stands in one cell at one place in memory."""

from xltools.core.codec import decode_values, encode_values
from xltools.core.place import Place
from xltools.core.record import Origin, Value

_SHEET = ("review/production/评审表.xlsx", "评审 Review", "M26")


def test_words_of_one_cell_share_their_place_and_those_of_other_workbooks_do_not() -> None:
    place = Place(*_SHEET, sha256="a" * 64)
    written = encode_values({"department": Value("production", place), "name": Value("赵敏华", place)}, "a" * 64)
    first, again = decode_values(written, "a" * 64), decode_values(written, "b" * 64)
    assert first["department"].place is first["name"].place
    assert (first["name"].place.sha256, again["name"].place.sha256) == ("a" * 64, "b" * 64)
    assert first["name"] == Value("赵敏华", place)
    assert first["name"].origin is Origin.CELL
