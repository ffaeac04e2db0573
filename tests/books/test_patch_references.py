"""References inside formulas: which words are some, how they move, how they stretch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.books.addresses import area_name, read_area
from xltools.books.number_formats import format_moment
from xltools.books.patch.formats import shows_day
from xltools.books.patch.references import change_areas, translate_formula
from xltools.core.sheet import Range


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("A1+$A1+A$1+$A$1", "C4+$A4+C$1+$A$1"),
        ("SUM(A1:B2,$C:$C,C:D,1:2,$3:$3)", "SUM(C4:D5,$C:$C,E:F,4:5,$3:$3)"),
        ('IF(A1="A1 ""B2""",B1,"")', 'IF(C4="A1 ""B2""",D4,"")'),
        ("Sheet1!A1+'A1 B2'!B2+'it''s A1'!C3", "Sheet1!C4+'A1 B2'!D5+'it''s A1'!E6"),
        ("Orders[[#This Row],[A1]]*B2+Orders[B'[2]", "Orders[[#This Row],[A1]]*D5+Orders[B'[2]"),
        ("LOG10(A1)+ATAN2(1,2)+_xlfn.T2(A1)", "LOG10(C4)+ATAN2(1,2)+_xlfn.T2(C4)"),
        ("数量A1+A1数量+rate_2025+A1B2+XYZ1+A1048577", "数量A1+A1数量+rate_2025+A1B2+XYZ1+A1048577"),
        ("1E5+2.5E10+A1%", "1E5+2.5E10+C4%"),
        ("[1]Sheet1!A1", "[1]Sheet1!C4"),
        ("a1", "C4"),
    ],
)
def test_a_formula_filled_three_down_and_two_right(formula, moved):
    assert translate_formula(formula, 3, 2) == moved


@pytest.mark.parametrize(
    ("formula", "rows", "columns"), [("A1", -1, 0), ("B2", 0, -2), ("XFD9", 0, 1), ("A1048576", 1, 0)]
)
def test_a_formula_that_would_leave_the_sheet_has_no_translation(formula, rows, columns):
    assert translate_formula(formula, rows, columns) is None


@given(st.text("AB1:$!'\"[]()数,;.#@ +", max_size=25), st.integers(0, 9))
def test_a_formula_moved_by_nothing_is_itself_and_moved_down_no_shorter(formula, rows):
    assert translate_formula(formula, 0, 0) == formula
    moved = translate_formula(formula, rows, 0)
    assert moved is None or len(moved) >= len(formula)


def grow(area: Range) -> Range:
    return Range(area.top, area.left, 99, area.right) if area.bottom == 9 else area


@pytest.mark.parametrize(
    ("formula", "grown"),
    [
        ("Tab!$A$3:$C$10", "Tab!$A$3:$C$100"),
        ("'Tab'!A$3:C$10,TAB!$A$3:$C$10", "'Tab'!A$3:C$100,TAB!$A$3:$C$100"),
        ("Tab!A3:C10", "Tab!A3:C10"),
        ("$A$3:$C$10+Other!$A$3:$C$10+[2]Tab!$A$3:$C$10", "$A$3:$C$10+Other!$A$3:$C$10+[2]Tab!$A$3:$C$10"),
        ("Tab!$A$10+Tab!$A:$C+Tab!$3:$10", "Tab!$A$10+Tab!$A:$C+Tab!$3:$10"),
        ('"Tab!$A$3:$C$10"', '"Tab!$A$3:$C$10"'),
    ],
)
def test_only_fixed_blocks_on_the_sheet_itself_grow(formula, grown):
    assert change_areas(formula, "Tab", grow) == grown


def test_at_home_and_loose_references_grow_where_asked():
    assert change_areas("SUM(A3:C10)", "Tab", grow, at_home=True, fixed_only=False) == "SUM(A3:C100)"


@given(st.integers(0, 1_048_575), st.integers(0, 16_383), st.integers(0, 9), st.integers(0, 9))
def test_areas_and_their_names_go_both_ways(row, column, height, width):
    area = Range(row, column, min(row + height, 1_048_575), min(column + width, 16_383))
    assert read_area(area_name(area)) == area


@pytest.mark.parametrize("text", ["", "A", "1", "A0", "XFE1", "A1048577", "B2:A1", "A1:B", "A1 B2", "名"])
def test_what_is_no_area_is_none(text):
    assert read_area(text) is None


@pytest.mark.parametrize(
    ("code", "day", "time"),
    [
        ("yyyy-mm-dd", True, True),
        ('yyyy"年"m"月"', True, True),
        ("[$-804]e-m-d", True, True),
        ("mmm", True, True),
        ("m", True, True),
        ("h:mm", False, True),
        ("[h]:mm:ss", False, True),
        ("General", False, False),
        ("0.00E+00", False, False),
        ('#,##0.00 "days"', False, False),
        ("[Red]0;[DarkYellow]-0", False, False),
        (r"0\d", False, False),
        ("[$¥-804]#,##0", False, False),
        ("@", False, False),
    ],
)
def test_which_number_formats_show_days_and_times(code, day, time):
    assert (shows_day(code), format_moment(code) is not None) == (day, time)
