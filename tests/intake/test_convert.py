"""Cells become values, or problems that say why not; nothing is guessed and nothing raises."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.core.record import ScheduledDelivery, Value
from xltools.core.sheet import Cell
from xltools.forms.model import Choice, FieldType, FormField, Label
from xltools.intake.convert import convert_cell, convert_scalar

HERE = Place("订单.xlsx", "订单", "B2")
LABEL = Label(zh="字段", en="Field")


def field(kind, **rest):
    return FormField(name="f", label=LABEL, type=kind, **rest)


def convert(value, kind, **rest):
    return convert_scalar(value, field(kind, **rest), HERE)


@pytest.mark.parametrize(
    ("value", "text"),
    [(10248.0, "10248"), ("0010248", "0010248"), ("ＰＯ－１ ", "PO-1"), ("1E5", "1E5"), (0.5, "0.5"), ("NA", "NA")],
)
def test_a_code_is_text_and_keeps_its_zeros(value, text):
    assert convert(value, FieldType.CODE) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (12.0, "12"),
        ("1,200", "1200"),
        ("１２０", "120"),
        ("¥3.50", "3.5"),
        ("-7", "-7"),
        (0.1 + 0.2, "0.3"),
        (".5", "0.5"),
    ],
)
def test_numbers_are_decimals_at_the_fields_scale(value, number):
    assert convert(value, FieldType.DECIMAL) == Decimal(number)


@pytest.mark.parametrize(
    "value", ["", "abc", "1,20", "1.2.3", "12 34", True, "+", ".", 1e300, "∞", dt.date(2026, 1, 1)]
)
def test_what_is_no_number_is_a_problem(value):
    problem = convert(value, FieldType.DECIMAL)
    assert isinstance(problem, Problem)
    assert problem.code == "number-not-understood"


def test_binary_noise_is_rounded_away_at_the_fields_scale():
    assert convert(0.0500000007450581, FieldType.PERCENT, scale=4) == Decimal("0.0500")


@pytest.mark.parametrize(("value", "fraction"), [("13%", "0.13"), (0.13, "0.13"), ("13 ％", "0.13")])
def test_a_percentage_is_a_fraction(value, fraction):
    assert convert(value, FieldType.PERCENT) == Decimal(fraction)


@pytest.mark.parametrize(
    "value",
    [
        "2025年7月11日",
        "2025.7.11",
        "20250711",
        "2025/7/11",
        "2025-07-11",
        dt.datetime(2025, 7, 11, 8),
        45849.0,
        20250711.0,
    ],
)
def test_a_date_is_read_in_every_form_with_one_meaning(value):
    assert convert(value, FieldType.DATE) == dt.date(2025, 7, 11)


@pytest.mark.parametrize(
    ("value", "readings"),
    [
        ("03/04/19", "2003-04-19 / 2019-03-04 / 2019-04-03"),
        (6.1, "YYYY-01-06 / YYYY-06-01"),
        ("03/04/2025", "2025-03-04 / 2025-04-03"),
    ],
)
def test_a_date_with_two_meanings_is_a_problem_that_names_them(value, readings):
    problem = convert(value, FieldType.DATE)
    assert problem.code == "date-ambiguous"
    assert dict(problem.values)["readings"] == readings


def test_a_date_with_one_possible_reading_is_taken():
    assert convert("25/12/2025", FieldType.DATE) == dt.date(2025, 12, 25)


@pytest.mark.parametrize("value", ["2025-02-30", "下周", 0.0, 3.0, "11/14/144", dt.date(1900, 1, 7)])
def test_what_is_no_date_of_our_time_is_a_problem(value):
    assert convert(value, FieldType.DATE).code == "date-not-understood"


@pytest.mark.parametrize(
    ("value", "schedule"),
    [
        (dt.date(2026, 3, 1), [ScheduledDelivery(dt.date(2026, 3, 1))]),
        ("TBC", [ScheduledDelivery(words="TBC")]),
        ("尽快", [ScheduledDelivery(words="尽快")]),
        ("定金到账后30天", [ScheduledDelivery(words="定金到账后30天")]),
        (
            "2026-03-10×300；2026/4/1 x 1,200件",
            [
                ScheduledDelivery(dt.date(2026, 3, 10), Decimal(300)),
                ScheduledDelivery(dt.date(2026, 4, 1), Decimal(1200)),
            ],
        ),
        (
            "2026-03-10*300\nTBC*50",
            [ScheduledDelivery(dt.date(2026, 3, 10), Decimal(300)), ScheduledDelivery(None, Decimal(50), words="TBC")],
        ),
    ],
)
def test_a_schedule_is_dates_with_quantities_or_words(value, schedule):
    assert convert(value, FieldType.SCHEDULE) == tuple(schedule)


@pytest.mark.parametrize("value", ["2026-03-01×3×4", "下周三", "2026-03-01; 下周", "×300"])
def test_a_schedule_that_is_not_understood_whole_is_not_taken_in_part(value):
    assert isinstance(convert(value, FieldType.SCHEDULE), Problem)


CHOICES = (Choice(value="custom", label=Label(zh="非标", en="Custom"), aliases=("定制",)),)


@pytest.mark.parametrize("value", ["非标", "custom", "CUSTOM", "非标 Custom", " 定 制 "])
def test_a_choice_is_known_by_id_label_and_alias(value):
    assert convert(value, FieldType.CHOICE, choices=CHOICES) == "custom"


def test_an_unknown_choice_is_a_problem_that_lists_the_options():
    problem = convert("奇怪", FieldType.CHOICE, choices=CHOICES)
    assert (problem.code, dict(problem.values)["options"]) == ("choice-unknown", "非标 Custom")


@pytest.mark.parametrize(("value", "answer"), [("是", True), ("否 No", False), ("Y", True), ("√", True), (True, True)])
def test_yes_and_no_in_both_languages(value, answer):
    assert convert(value, FieldType.YES_NO) is answer


@pytest.mark.parametrize(
    ("rest", "value", "code"),
    [
        ({"above": Decimal(0)}, 0.0, "number-too-small"),
        ({"minimum": Decimal(0)}, -1.0, "number-too-small"),
        ({"maximum": Decimal(1)}, 13.0, "number-too-large"),
    ],
)
def test_bounds_are_kept(rest, value, code):
    assert convert(value, FieldType.DECIMAL, **rest).code == code


def test_a_pattern_must_match_whole():
    assert convert("AB-1x", FieldType.CODE, pattern=r"[A-Z]+-\d").code == "pattern-differs"
    assert convert("AB-1", FieldType.CODE, pattern=r"[A-Z]+-\d") == "AB-1"


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.text(),
    st.text(alphabet="0123456789-/.年月日×;%, :xTBC后天", max_size=30),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(SCALARS, st.sampled_from(FieldType))
def test_conversion_never_raises(value, kind):
    converted = convert_cell(Cell(value, HERE), field(kind, choices=CHOICES, minimum=Decimal(0)))
    assert isinstance(converted, Value | Problem)
    assert converted.place == HERE
