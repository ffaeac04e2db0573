"""A patch changes what differs, where it is ours; and afterwards all stands as the merge says."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.core.cell_text import content_text, same_text
from xltools.core.content import Formula
from xltools.core.place import cell_name
from xltools.core.sheet import CellError, NamedTable, Range, Sheet, Workbook
from xltools.core.table_state import decode_tables, encode_tables
from xltools.reports.merge import merge_table
from xltools.reports.table import SheetTable, TableColumn, TableRow

from .shared_sheet import carry_out, find, scalar, sheet_of, stand, template

COLUMNS = (
    TableColumn("order", "订单 Order", 9),
    TableColumn("quantity", "数量 Qty", 9),
    TableColumn("due", "交期 Due", 9),
    TableColumn("remark", "备注 Remark", 9, editable=True),
)


def wanted(*rows, key=("order",), caption="截至 2026-03-30"):
    made = tuple(TableRow((str(row[0]),) if key else (), tuple(row)) for row in rows)
    return SheetTable("总表", "T", COLUMNS, made, key, caption)


A = ("SO1", Decimal(500), dt.date(2026, 3, 28), None)
B = ("SO2", 80, None, "催料")
C = ("SO3", Decimal("4.8"), dt.date(2026, 5, 1), None)


def merged(table, book, before=None, **more):
    return merge_table(table, stand(book, table, before), **{"owns_caption": False, **more})


def written(*rows, **more):
    """The table as a file, and as it was written."""
    table = wanted(*rows, **more)
    first = merged(table, template(table), owns_caption=True)
    return carry_out(first.patch, template(table)), first.state


def changes(patch):
    return {cell_name(*spot): content for spot, content in patch.cells.items()}


def with_cells(book, cells):
    """The workbook after a person typed."""
    (sheet,) = book.sheets
    known = {(row, at): value for row, values in enumerate(sheet.rows) for at, value in enumerate(values)}
    return replace(book, sheets=(sheet_of(known | cells, sheet.name),))


def test_a_first_writing_takes_the_blank_row_and_appends_the_rest():
    table = wanted(A, B, C)
    first = merged(table, template(table), owns_caption=True)
    assert changes(first.patch) == {
        "A4": "SO1",
        "B4": Decimal(500),
        "C4": dt.date(2026, 3, 28),
        "A2": "截至 2026-03-30",
    }
    assert [row.cells for row in first.patch.new_rows] == [
        {0: "SO2", 1: 80, 3: "催料"},
        {0: "SO3", 1: Decimal("4.8"), 2: dt.date(2026, 5, 1)},
    ]
    assert (first.added, first.changed) == (3, 0)
    assert (first.patch.block, first.state.block) == (Range(2, 0, 3, 3), Range(2, 0, 5, 3))


def test_what_stands_as_it_is_wanted_is_left_alone():
    book, state = written(A, B, C)
    again = merged(wanted(A, B, C), book)
    assert (again.is_changed, again.added, again.changed) == (False, 0, 0)
    assert not merge_table(wanted(A, B, C), state, owns_caption=True).is_changed


def test_only_cells_that_differ_are_changed_and_peoples_order_of_rows_stays():
    book, _ = written(B, C, A)
    patch = merged(wanted(A, (*B[:3], None), C), book).patch
    assert (changes(patch), len(patch.new_rows)) == ({"D4": None}, 0)


def test_a_value_in_another_number_format_is_not_written_over():
    book, _ = written(A)
    assert not merged(wanted(A), with_cells(book, {(3, 2): 46109.0, (3, 1): "500"})).is_changed


def test_new_rows_take_blank_rows_at_the_end_of_the_block_first():
    book, state = written(A, B, C)
    gone = with_cells(book, dict.fromkeys((5, column) for column in range(4)))
    result = merged(wanted(A, B, ("SO4", 1, None, None), ("SO5", 2, None, None)), gone)
    assert changes(result.patch) == {"A6": "SO4", "B6": 1}
    assert [row.cells for row in result.patch.new_rows] == [{0: "SO5", 1: 2}]
    assert (result.added, state.free) == (2, ())


def test_a_blank_row_between_others_parts_them_and_stays():
    book, _ = written(A, B, C)
    parted = with_cells(book, dict.fromkeys([(4, 0), (4, 1), (4, 3)]))
    assert changes(merged(wanted(A, C, ("SO4", 1, None, None)), parted).patch) == {}


def test_a_row_in_which_people_wrote_beside_is_not_blank():
    book, _ = written(A, B)
    (sheet,) = book.sheets
    cells = {(4, 0): None, (4, 1): None, (4, 3): None, (2, 4): "自己的列", (4, 4): "留着"}
    theirs = with_cells(book, cells)
    table = NamedTable("T", sheet.name, Range(2, 0, 4, 4), ())
    result = merged(wanted(A, B), replace(theirs, tables={"T": table}))
    assert (result.patch.cells, len(result.patch.new_rows)) == ({}, 1)


def test_a_row_that_is_not_wanted_any_more_stays():
    book, _ = written(A, B)
    assert not merged(wanted(A), book).is_changed


def test_rows_without_a_key_are_written_from_the_top_and_what_is_left_over_is_blanked():
    book, _ = written(A, B, C, key=())
    result = merged(wanted(C, key=()), book)
    assert changes(result.patch) == {
        "A4": "SO3",
        "B4": Decimal("4.8"),
        "C4": dt.date(2026, 5, 1),
        **dict.fromkeys(["A5", "B5", "D5", "A6", "B6", "C6"]),
    }
    after = carry_out(result.patch, book)
    assert stand(after, wanted(key=())) == result.state
    grown = merged(wanted(C, A, B, A, key=()), after)
    assert (grown.added, [row.cells for row in grown.patch.new_rows]) == (1, [{0: "SO1", 1: 500, 2: A[2]}])


def test_cells_to_spare_are_left_alone():
    book, _ = written(A, B)
    typed = with_cells(book, {(3, 3): CellError("#N/A"), (3, 1): 501.0})
    result = merged(wanted((*A[:3], "新"), B), typed, spared=frozenset({(3, 3)}))
    assert changes(result.patch) == {"B4": Decimal(500)}


def test_a_caption_is_written_only_where_it_is_ours():
    book, _ = written(A)
    assert changes(merged(wanted(A, caption="截至 2026-04-01"), book, owns_caption=True).patch) == {
        "A2": "截至 2026-04-01"
    }
    assert not merged(wanted(A, caption="截至 2026-04-01"), book).is_changed
    assert not merged(wanted(A, caption=""), book, owns_caption=True).is_changed


def test_a_caption_that_went_with_its_column_is_kept_up_there():
    book, state = written(A)
    (sheet,) = book.sheets
    (table,) = book.tables.values()
    moved = tuple((*row[1:2], *row[:1], *row[2:]) for row in ((*row, None, None) for row in sheet.rows))
    book = replace(book, sheets=(replace(sheet, rows=moved),), tables={table.name: table})
    stands = stand(book, wanted(A), state)
    later = merge_table(wanted(A, caption="截至 2026-04-01"), stands, owns_caption=True)
    assert changes(later.patch) == {"B2": "截至 2026-04-01"}
    assert (later.state.caption, later.state.caption_at) == ("截至 2026-04-01", 1)
    assert decode_tables(encode_tables({"T": later.state})) == {"T": later.state}


def test_a_caption_follows_its_table_and_one_in_row_1_has_none():
    table = wanted(A)
    assert changes(merged(table, template(table, 5, 2), owns_caption=True).patch)["C5"] == table.caption
    assert set(changes(merged(table, template(table, 0, 0), owns_caption=True).patch)) == {"A2", "B2", "C2"}


def test_a_column_that_people_took_away_is_not_written():
    book, _ = written(A)
    (sheet,) = book.sheets
    cut = Sheet(sheet.file, sheet.name, tuple((*row[:1], *row[2:]) for row in sheet.rows))
    table = NamedTable("T", sheet.name, Range(2, 0, 3, 2), ())
    result = merged(wanted((*A[:3], "新"), B), Workbook(book.file, "", (cut,), tables={"T": table}))
    assert (changes(result.patch), [row.cells for row in result.patch.new_rows]) == (
        {"C4": "新"},
        [{0: "SO2", 2: "催料"}],
    )


def test_new_rows_go_under_what_was_typed_below_the_table():
    book, _ = written(A)
    typed = with_cells(book, {(4, 0): "SO9", (4, 1): 7.0, (6, 1): "合计", (9, 0): "备注：早会"})
    result = merged(wanted(A, ("SO9", 8, None, None), B, C), typed)
    assert changes(result.patch) == {"B5": 8}
    after = carry_out(result.patch, typed)
    assert [row[0] for row in after.sheets[0].rows[3:]] == ["SO1", "SO9", None, None, "SO2", "SO3", "备注：早会"]
    assert stand(after, wanted()) == result.state
    assert (result.state.free, result.state.below) == ((), (9,))


def test_long_texts_make_high_rows_and_rows_with_a_height_keep_it():
    table = wanted(A, ("SO2", 1, None, "缺铝锭，四月二日到货。" * 5), C)
    given = replace(table, rows=(*table.rows[:2], replace(table.rows[2], height=40.0)))
    rows = list(merged(given, template(table)).patch.new_rows)
    assert rows[0].height > 50
    assert rows[1].height == 40
    assert merged(wanted(A, B), template(table)).patch.new_rows[0].height is None


def test_the_rows_to_append_are_a_sequence_that_is_made_when_asked():
    rows = merged(wanted(A, B, C), template(wanted())).patch.new_rows
    assert (len(rows), rows[1], list(rows[1:])) == (2, list(rows)[1], [list(rows)[1]])


contents = st.one_of(
    st.none(),
    st.sampled_from(["端盖", " 有空格 ", "一\r\n二", "=A1", "46109", "2026-03-30", "#N/A", "\ud800", "_x000D_"]),
    st.text(max_size=4),
    st.integers(-5, 10**6),
    st.decimals(0, 10**6, places=2),
    st.booleans(),
    st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)),
    st.text(max_size=3).map(lambda text: Formula("A1", text)),
)
typed = st.one_of(
    contents.map(scalar), st.sampled_from([CellError("#N/A"), CellError("=A1"), " "]), st.floats(-9, 9), st.times()
)
keys = st.sampled_from([f"SO{number}" for number in range(1, 8)])


@st.composite
def tables(draw, has_key=None):
    has_key = draw(st.booleans()) if has_key is None else has_key
    chosen = draw(st.lists(keys, unique=True, max_size=6))
    return wanted(*((one, draw(contents), draw(contents), draw(contents)) for one in chosen), key=("order",) * has_key)


@st.composite
def left_by_people(draw):
    """A table as it was written, then typed into, sorted, moved, with rows and columns of people's own."""
    table = draw(tables())
    book = template(table)
    book = carry_out(merged(table, book, owns_caption=True).patch, book)
    (sheet,), (named,) = book.sheets, book.tables.values()
    width = len(COLUMNS)
    order = draw(st.permutations([*range(width), *[-1] * draw(st.integers(0, 2))]))
    top, left = named.block.top, draw(st.integers(0, 2))
    body = [list(sheet.rows[row]) if row < len(sheet.rows) else [] for row in range(top + 1, named.block.bottom + 1)]
    body = draw(st.permutations([*body, *[[]] * draw(st.integers(0, 2))]))
    # A list without a key is rewritten as a whole once it has grown over what was typed under it.
    under = draw(st.lists(st.lists(typed, max_size=width), max_size=3)) if table.key else []
    cells = {(top, left + at): COLUMNS[one].header if one >= 0 else f"自己{at}" for at, one in enumerate(order)}
    for row, given_values in enumerate([*body, *under], top + 1):
        values = [*given_values, *[None] * width]
        for at, one in enumerate(order):
            is_typed = one != 0 and draw(st.integers(0, 5)) == 0
            cells[row, left + at] = draw(typed) if one < 0 or is_typed else values[one]
    headers = tuple(cells[top, left + at] for at in range(len(order)))
    block = Range(top, left, top + max(len(body), 1), left + len(order) - 1)
    tables_ = {"T": NamedTable("T", sheet.name, block, headers)}
    return table, Workbook(book.file, "", (sheet_of(cells, sheet.name),), tables=tables_)


@settings(max_examples=150, deadline=None)
@given(left_by_people(), st.data())
def test_after_a_merge_the_file_is_as_the_merge_says_and_a_second_one_does_nothing(left, data):
    table, book = left
    new = data.draw(tables(bool(table.key)))
    result = merged(new, book, owns_caption=data.draw(st.booleans()))
    after = carry_out(result.patch, book)
    assert same_state(stand(after, new), result.state)
    assert not merge_table(new, result.state, owns_caption=False).is_changed
    assert not merged(new, after).is_changed


def same_state(one, other):
    """True for the same table; a number that stands for a date may be known as that date."""
    if replace(one, rows={}) != replace(other, rows={}) or set(one.rows) != set(other.rows):
        return False
    return all(
        one.rows[key][0] == other.rows[key][0] and not differing(one.texts(key), other.texts(key)) for key in one.rows
    )


def differing(stands, known):
    return {name for name, text in known.items() if not same_text(text, stands[name])}


@settings(max_examples=150, deadline=None)
@given(left_by_people(), st.data())
def test_no_cell_of_peoples_own_is_ever_in_a_patch(left, data):
    table, book = left
    new = data.draw(tables(bool(table.key)))
    found = find(book, new)
    result = merged(new, book, owns_caption=True)
    ours = set(found.columns.values())
    rows = set(found.rows())
    caption = (found.block.top - 1, found.block.left)
    for spot in set(result.patch.cells) - {caption}:
        row, at = spot
        assert row in rows
        assert at in ours
        if table.key:  # rows whose key nobody wants, or that have none, are people's
            key = found.key(row, ("order",))
            assert key in {one.key for one in new.rows} or row in stand(book, new).free
    assert all(set(row.cells) <= ours for row in result.patch.new_rows)


@settings(max_examples=100, deadline=None)
@given(left_by_people(), st.data())
def test_all_that_is_wanted_stands_there_afterwards(left, data):
    table, book = left
    new = data.draw(tables(bool(table.key)))
    after = stand(carry_out(merged(new, book).patch, book), new)
    names = [column.name for column in COLUMNS]
    for at, row in enumerate(new.rows):
        texts = dict(zip(names, map(content_text, row.cells), strict=True))
        assert not differing(after.texts(row.key if new.key else (str(at),)), texts)
