"""Whatever a person does to rows and columns, every line is found again, and only what they typed is an edit."""

import dataclasses
import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st
from tracker_reading import HEAD, find, is_untouched, read

from xltools.core.sheet import NamedTable, Range, Sheet, Workbook
from xltools.forms.tracker_columns import TRACKER_TABLE
from xltools.intake.tracker_rows import KEY

HEADERS = tuple(HEAD.strip("| ").split(" | "))
WIDTH = len(HEADERS)
SHORTAGE, QUANTITY = HEADERS.index("卡点/欠料 Shortage"), HEADERS.index("订单数 Ordered")
ORDER, LINE = WIDTH - 2, WIDTH - 1
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
words = st.none() | st.text("端盖垫片ABC12 ", max_size=5).map(lambda text: text.strip() or None)


@st.composite
def rows(draw):
    """Order lines with what the tracker says of them, as cells; keys are text or numbers, as Excel has them."""
    keys = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3)), unique=True, min_size=1, max_size=7))
    as_number = draw(st.booleans())
    made = []
    for order, line in keys:
        number = float(10_000 + order) if as_number else f"SO-{order}"
        shown = f"{10_000 + order}-{line}" if as_number else f"SO-{order}-{line}"
        fields = (draw(words), shown, draw(words), draw(words), draw(words), float(draw(st.integers(1, 999))))
        made.append((*fields, draw(days), draw(st.none() | days), draw(words), number, str(line)))
    return made


def book_of(sheet: Sheet, block: Range | None) -> Workbook:
    headers = tuple(map(str, sheet.rows[0])) if sheet.rows else ()
    tables = {TRACKER_TABLE: NamedTable(TRACKER_TABLE, sheet.name, block, headers)} if block else {}
    return Workbook("order-tracker.xlsx", "0" * 64, (sheet,), tables=tables)


def before_of(lines):
    found = find(book_of(Sheet("t.xlsx", "总表", (HEADERS, *lines)), Range(0, 0, len(lines), WIDTH - 1)))
    return found.state(found.rows_by_key(KEY))


@st.composite
def moved_about(draw, lines):
    """The sheet after columns were moved and inserted, rows sorted and spaced; with where each column and row went."""
    columns = draw(st.permutations([*range(WIDTH), *[-1] * draw(st.integers(0, 3))]))
    order = draw(st.permutations([*range(len(lines)), *[-1] * draw(st.integers(0, 2))]))
    top = draw(st.integers(0, 3))
    theirs = draw(st.lists(words, min_size=len(order) * len(columns), max_size=len(order) * len(columns)))
    head = tuple(HEADERS[one] if one >= 0 else f"自己的列{at}" for at, one in enumerate(columns))
    cells = [
        tuple(
            theirs[row * len(columns) + at] if one < 0 else lines[line][one] if line >= 0 else None
            for at, one in enumerate(columns)
        )
        for row, line in enumerate(order)
    ]
    titles = [("早会用",) if draw(st.booleans()) else () for _ in range(top)]
    sheet = Sheet("order-tracker.xlsx", draw(st.sampled_from(["总表", "改名了"])), (*titles, head, *cells))
    block = Range(top, 0, top + len(order), len(columns) - 1) if draw(st.booleans()) else None
    spots = {line: top + 1 + row for row, line in enumerate(order) if line >= 0}
    return book_of(sheet, block), columns, spots


def with_cell(book, row, column, value):
    (sheet,) = book.sheets
    cells = list(sheet.rows[row])
    cells[column] = value
    changed = dataclasses.replace(sheet, rows=(*sheet.rows[:row], tuple(cells), *sheet.rows[row + 1 :]))
    return dataclasses.replace(book, sheets=(changed,))


@settings(max_examples=150, deadline=None)
@given(st.data(), rows())
def test_moved_about_nothing_is_an_edit_and_every_line_is_found(data, lines):
    before = before_of(lines)
    book, columns, spots = data.draw(moved_about(lines))
    reading = read(book, before, frozenset(before.rows))
    assert is_untouched(reading)
    assert sorted(reading.rows.kept.values()) == sorted(spots.values())
    assert set(reading.rows.kept) == set(before.rows)
    assert dict(reading.found.columns) == {name: columns.index(at) for name, at in before.columns.items()}


@settings(max_examples=150, deadline=None)
@given(st.data(), rows())
def test_moved_about_what_was_typed_is_the_only_edit_and_what_was_typed_over_ours_the_only_finding(data, lines):
    before = before_of(lines)
    book, columns, spots = data.draw(moved_about(lines))
    theirs, ours = (data.draw(st.sampled_from(sorted(spots.items()))) for _ in range(2))
    book = with_cell(book, theirs[1], columns.index(SHORTAGE), "缺！")
    book = with_cell(book, ours[1], columns.index(QUANTITY), 1000.0)
    reading = read(book, before, frozenset(before.rows))
    assert [(one.line, one.field, one.value, one.base_known) for one in reading.edits] == [
        (lines[theirs[0]][LINE], "shortage", "缺！", True)
    ]
    (finding,) = reading.findings
    assert (finding.kind, finding.line) == ("cells-restored", lines[ours[0]][LINE])
    assert finding.cells == (("quantity", "1000", str(int(lines[ours[0]][QUANTITY]))),)
    assert (reading.typed, reading.problems, reading.spared) == (None, (), frozenset())


@settings(max_examples=100, deadline=None)
@given(st.data(), rows())
def test_rows_that_were_deleted_are_the_ones_that_are_gone(data, lines):
    before = before_of(lines)
    gone = data.draw(st.sets(st.sampled_from(range(len(lines)))))
    book, _, _ = data.draw(moved_about([line for at, line in enumerate(lines) if at not in gone]))
    if not book.tables and len(gone) == len(lines):
        return  # a range of headers alone may be anybody's
    reading = read(book, before, frozenset(before.rows))
    assert {(one.order, one.line) for one in reading.findings} == {list(before.rows)[at] for at in gone}
    assert {one.kind for one in reading.findings} <= {"row-deleted"}
    assert (reading.edits, reading.typed) == ((), None)


@settings(max_examples=100, deadline=None)
@given(st.data(), rows())
def test_without_a_base_every_row_is_found_by_its_key_alone(data, lines):
    before = before_of(lines)
    book, _, spots = data.draw(moved_about(lines))
    if not book.tables:
        return
    reading = read(book, None, frozenset(before.rows))
    assert sorted(reading.rows.kept.values()) == sorted(spots.values())
    assert all(not edit.base_known and edit.value is not None for edit in reading.edits)
    assert (reading.findings, reading.typed) == ((), None)
