"""Cells become values, or problems that say why not; nothing is guessed and nothing raises."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_reading import rules

from xltools.core.codec import value_text
from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.core.record import ScheduledDelivery, Value
from xltools.core.sheet import Cell, CellError
from xltools.forms.model import Choice, FieldType, FormField, Label
from xltools.intake.conventions import Conventions
from xltools.intake.convert import convert_cell, convert_scalar, is_left_blank

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
        ("1 200", "1200"),
        ("1'200", "1200"),
        ("(120)", "-120"),
        ("（1,200.50）", "-1200.5"),
        ("1.2万", "12000"),
        ("120.00元", "120"),
        ("￥1,200元整", "1200"),
    ],
)
def test_numbers_are_decimals_at_the_fields_scale(value, number):
    assert convert(value, FieldType.DECIMAL) == Decimal(number)


@pytest.mark.parametrize(
    "value",
    ["", "abc", "1.2.3", "12 34", "1,2,3", "约80", "80~100", "80kg", True, "+", ".", 1e300, "∞", dt.date(2026, 1, 1)],
)
def test_what_is_no_number_is_a_problem(value):
    problem = convert(value, FieldType.DECIMAL)
    assert isinstance(problem, Problem)
    assert problem.code == "number-not-understood"


@pytest.mark.parametrize(
    ("value", "readings"),
    [("1.200,50", "1200.5 / 1.2005"), ("1,20", "1.2 / 120"), ("3,5", "3.5 / 35"), ("1,2345", "1.2345 / 12345")],
)
def test_a_comma_that_parts_no_thousands_has_two_meanings(value, readings):
    problem = convert(value, FieldType.DECIMAL)
    assert (problem.code, dict(problem.values)["readings"]) == ("number-ambiguous", readings)


def test_binary_noise_is_rounded_away_at_the_fields_scale():
    assert convert(0.0500000007450581, FieldType.PERCENT, scale=4) == Decimal("0.0500")


@pytest.mark.parametrize(("value", "fraction"), [("13%", "0.13"), (0.13, "0.13"), ("13 ％", "0.13")])
def test_a_percentage_is_a_fraction(value, fraction):
    assert convert(value, FieldType.PERCENT) == Decimal(fraction)


@pytest.mark.parametrize(("value", "readings"), [(13.0, "13% / 1300%"), ("13", "13% / 1300%"), (1.5, "1.5% / 150%")])
def test_a_percentage_above_one_without_its_sign_has_two_meanings(value, readings):
    problem = convert(value, FieldType.PERCENT, maximum=Decimal(1))
    assert (problem.code, dict(problem.values)["readings"]) == ("number-ambiguous", readings)


def test_all_of_it_is_one_hundred_per_cent_with_or_without_the_sign():
    assert [convert(value, FieldType.PERCENT) for value in (1.0, "1", "100%", "150%")] == [1, 1, 1, Decimal("1.5")]


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


CHOICES = (
    Choice(value="custom", label=Label(zh="非标", en="Custom"), aliases=("定制",)),
    Choice(value="regular", label=Label(zh="常规", en="Regular")),
)


@pytest.mark.parametrize("value", ["非标", "custom", "CUSTOM", "非标 Custom", " 定 制 "])
def test_a_choice_is_known_by_id_label_and_alias(value):
    assert convert(value, FieldType.CHOICE, choices=CHOICES) == "custom"


@pytest.mark.parametrize(
    "value", ["√非标 □常规", "□ 常规　☑ 定制", "非标■ 常规□", "常规( ) 非标(√)", "[x]Custom [ ]Regular"]
)
def test_of_boxes_the_one_that_is_ticked_is_the_choice(value):
    assert convert(value, FieldType.CHOICE, choices=CHOICES) == "custom"


def test_two_ticked_boxes_are_a_problem_that_names_them():
    problem = convert("√非标 √常规 □样品", FieldType.CHOICE, choices=CHOICES)
    assert (problem.code, dict(problem.values)["ticked"]) == ("choice-several-ticked", "非标、常规")


def test_an_unknown_choice_is_a_problem_that_lists_the_options():
    for value in ("奇怪", "☑奇怪 □常规"):
        problem = convert(value, FieldType.CHOICE, choices=CHOICES)
        assert (problem.code, dict(problem.values)["options"]) == ("choice-unknown", "非标 Custom、常规 Regular")


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("是", True),
        ("否 No", False),
        ("Y", True),
        ("√", True),
        ("×", False),
        (True, True),
        ("■是 □否", True),
        ("□是 ■否", False),
        ("[x]", True),
        ("R是 ¨否", True),
        ("☑ 字段", True),
    ],
)
def test_yes_and_no_in_both_languages_and_in_boxes(value, answer):
    assert convert(value, FieldType.YES_NO) is answer


def test_yes_and_no_both_ticked_or_beside_other_words_are_no_answer():
    assert convert("☑是 ☑否", FieldType.YES_NO).code == "choice-several-ticked"
    assert convert("☑未税", FieldType.YES_NO).code == "yes-no-not-understood"


@pytest.mark.parametrize("kind", [kind for kind in FieldType if kind not in {FieldType.TEXT, FieldType.CODE}])
def test_a_dash_in_a_box_where_no_text_belongs_is_a_blank(kind):
    assert all(is_left_blank(value, field(kind, choices=CHOICES)) for value in ("-", " — ", "——", "/", "－"))
    assert not is_left_blank("-1", field(kind, choices=CHOICES))


def test_a_dash_in_a_text_is_that_dash():
    assert not is_left_blank("-", field(FieldType.CODE))
    assert convert("-", FieldType.TEXT) == "-"


@pytest.mark.parametrize("value", ["□是 □否", "□", "( )", "是( ) 否( )"])
def test_boxes_of_which_none_is_ticked_are_a_blank(value):
    assert is_left_blank(value, field(FieldType.YES_NO))
    assert not is_left_blank(value, field(FieldType.TEXT))


@pytest.mark.parametrize(("value", "code"), [("#N/A", "cell-error"), ("=A1*2", "formula-not-calculated")])
@pytest.mark.parametrize("kind", FieldType)
def test_an_error_cell_and_an_uncalculated_formula_are_never_blank_nor_a_value(kind, value, code):
    assert not is_left_blank(CellError(value), field(kind, choices=CHOICES))
    problem = convert(CellError(value), kind, choices=CHOICES)
    assert (problem.code, dict(problem.values)["value"]) == (code, value)


def test_payment_terms_are_kept_as_written_and_understood():
    terms = convert(" 30%定金70%发货前 ", FieldType.TERMS)
    assert terms == "30%定金70%发货前"
    assert [(part.percent, part.trigger) for part in terms.parts] == [(30, "deposit"), (70, "before-shipment")]


def test_payment_terms_that_nothing_is_known_of_are_kept_all_the_same():
    assert convert("看情况再说", FieldType.TERMS) == "看情况再说"


def test_payment_terms_whose_parts_come_to_another_sum_are_a_problem():
    problem = convert("30/60", FieldType.TERMS)
    assert (problem.code, dict(problem.values)["total"]) == ("terms-not-whole", "90")


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
    st.text(alphabet="0123456789.,kgt套万(（)） √□☑[x]是否%定金TT天", max_size=20),
    st.from_regex(r"(\d{1,4}[-/.年 ]?){2,3}(日|交|（五）| 0:00)?", fullmatch=True),
    st.text(max_size=6).map(CellError),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)
FIELDS = st.sampled_from([one for form in rules().forms.values() for one in form.fields()])
SETTLED = st.builds(
    Conventions,
    st.sampled_from([None, "day-first", "month-first", "year-first"]),
    st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)),
    st.just(rules().settings.known_units),
)


@given(SCALARS, st.sampled_from(FieldType))
def test_conversion_never_raises(value, kind):
    converted = convert_cell(Cell(value, HERE), field(kind, choices=CHOICES, minimum=Decimal(0), unit="kg"))
    assert isinstance(converted, Value | Problem)
    assert converted.place == HERE


@settings(max_examples=400)
@given(SCALARS, FIELDS, SETTLED)
def test_a_value_of_any_field_of_the_forms_written_down_again_is_the_same_value(value, of_form, conventions):
    converted = convert_scalar(value, of_form, HERE, conventions)
    if is_left_blank(value, of_form) or isinstance(converted, Problem):
        return
    assert convert_scalar(value_text(converted), of_form, HERE, conventions) == converted


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("数量、交期", "quantity date"),
        ("Delivery Date, Quantity", "quantity date"),
        ("交期 数量", "quantity date"),
        ("☑数量 □规格 ☑交期", "quantity date"),
        ("数量 Quantity", "quantity"),
    ],
)
def test_several_may_be_chosen_and_are_kept_in_the_forms_order(text, chosen):
    words = (
        ("quantity", "数量", "Quantity"),
        ("specification", "规格", "Specification"),
        ("date", "交期", "Delivery Date"),
    )
    choices = tuple(Choice(value=value, label=Label(zh=zh, en=en)) for value, zh, en in words)
    assert convert(text, FieldType.CHOICES, choices=choices) == chosen
    assert convert("数量、颜色", FieldType.CHOICES, choices=choices).code == "choice-unknown"
