from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from order_documents import item, on, package_rules, record

from xltools.core.place import Place
from xltools.core.record import Origin, Record, Value
from xltools.ledger.content import hash_content

SHEET = package_rules().layouts["order-intake-sheet"]
SHIPPED = package_rules().layouts["shipped-order-list"]


def with_value(given_record: Record, name: str, value: object, origin: Origin) -> Record:
    values = {**given_record.values, name: Value(value, Place(""), origin)}
    return Record(given_record.place, values, given_record.lines)


def test_what_the_desk_fills_in_makes_no_other_order() -> None:
    order = record(item("P1", "5"))
    for origin in (Origin.DEFAULT, Origin.MASTER, Origin.ORDER):
        assert hash_content(with_value(order, "currency", "CNY", origin), SHEET) == hash_content(order, SHEET)
    assert hash_content(with_value(order, "currency", "CNY", Origin.FOLDER), SHEET) != hash_content(order, SHEET)


def test_the_order_number_is_no_content() -> None:
    assert hash_content(record(item("P1", "5"), order_no="1"), SHEET) == hash_content(record(item("P1", "5")), SHEET)


def test_shipped_facts_are_no_content_where_the_layout_says_what_has_left() -> None:
    plain, gone = record(item("P1", "5")), record(item("P1", "5", shipped_date=on("2026-03-01"), carrier="顺丰"))
    assert hash_content(plain, SHIPPED) == hash_content(gone, SHIPPED)
    assert hash_content(plain, SHEET) != hash_content(gone, SHEET)


def test_numbered_lines_may_be_sorted_and_unnumbered_ones_not() -> None:
    one, two = item("P1", "5", line_no="1"), item("P2", "5", line_no="2")
    assert hash_content(record(one, two), SHEET) == hash_content(record(two, one), SHEET)
    one, two = item("P1", "5"), item("P2", "5")
    assert hash_content(record(one, two), SHEET) != hash_content(record(two, one), SHEET)


@given(st.permutations(["remark", "contact", "quantity_note", "phone"]), st.integers(0, 50))
def test_places_and_the_order_of_columns_make_no_difference(names: list[str], row: int) -> None:
    fields = {name: name.upper() for name in names}
    there = record(item("P1", "5.00", row, **fields), **fields)
    here = record(item("P1", "5", **dict(sorted(fields.items()))), **dict(sorted(fields.items())))
    assert hash_content(there, SHEET) == hash_content(here, SHEET)
    assert Decimal("5.00") == there.lines[0].get("quantity")
