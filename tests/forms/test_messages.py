import pytest

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.text import Text
from xltools.forms.message_text import read_words
from xltools.forms.messages import load_catalogue, render_problem, unmatched_codes

ZH = 'field-missing: {message: "缺少 {field}", hint: "请填 {cell}"}\nui-late: {message: "逾期 {days} 天"}\n'
EN = 'field-missing: {message: "{field} is missing", hint: "Fill {cell}"}\nui-late: {message: "{days} days late"}\n'
PLACE = Place("inbox/a.xlsx", "Sheet1", "B2")


@pytest.fixture
def words():
    return load_catalogue(ZH, EN, read_words)


def test_a_problem_is_put_into_the_words_of_a_language(words):
    rendered = render_problem(error("field-missing", PLACE, "customer", cell="B2"), words, "zh")
    assert (rendered.message, rendered.hint) == ("缺少 customer", "请填 B2")


def test_a_blank_without_a_value_is_left_empty(words):
    assert render_problem(error("field-missing", PLACE, "customer"), words, "en").hint == "Fill "


def test_a_problem_with_its_own_words_keeps_them(words):
    own = Problem("weight-crossed", PLACE, message=Text("净重大于毛重", "net above gross"), hint=Text("核对", "check"))
    rendered = render_problem(own, words, "en")
    assert (rendered.message, rendered.hint) == ("net above gross", "check")


def test_a_code_without_words_is_shown_as_itself(words):
    assert render_problem(error("never-heard-of", PLACE), words, "en").message == "never-heard-of"


def test_a_value_is_never_looked_into(words):
    sly = error("field-missing", PLACE, "{cell}", cell="{0.__class__} {field} {days:>99999}")
    rendered = render_problem(sly, words, "en")
    assert (rendered.message, rendered.hint) == ("{cell} is missing", "Fill {0.__class__} {field} {days:>99999}")


def test_a_reason_that_has_words_is_told_in_the_same_language():
    zh = 'not-patchable: {message: "未改动：{reason}"}\nreason-no-sheet: {message: "没有“{sheet}”表"}\n'
    en = 'not-patchable: {message: "left alone: {reason}"}\nreason-no-sheet: {message: "no sheet “{sheet}”"}\n'
    both = load_catalogue(zh, en, read_words)
    known = error("not-patchable", PLACE, reason="reason-no-sheet", sheet="总表 {field}")
    assert render_problem(known, both, "zh").message == "未改动：没有“总表 {field}”表"
    assert render_problem(known, both, "en").message == "left alone: no sheet “总表 {field}”"
    for other in ("disk full", "not-patchable"):
        assert render_problem(error("not-patchable", PLACE, reason=other), both, "zh").message == f"未改动：{other}"


def test_words_of_the_program_are_found_by_code(words):
    assert words.words("ui-late", "en", days=3) == "3 days late"
    assert words.speaker("zh")("ui-late", days=3) == "逾期 3 天"


def test_a_catalogue_that_is_no_catalogue_is_refused():
    with pytest.raises(ValueError, match="ui-late needs a message"):
        load_catalogue(ZH, "ui-late: {hint: x}", read_words).find("ui-late", "en")
    with pytest.raises(ValueError, match=r"messages/zh\.yaml:2:1"):
        load_catalogue("a: {message: x}\na: {message: y}", EN, read_words).find("a", "zh")


def test_codes_and_blanks_that_differ_between_the_languages_are_found():
    zh = "a: {message: x}\nb: {message: '{n}'}\nc: {message: x}"
    assert unmatched_codes(load_catalogue(zh, "a: {message: y}\nb: {message: '{m}'}", read_words)) == ("b", "c")


def test_both_languages_hold_the_same_codes_with_the_same_blanks(catalogue):
    assert unmatched_codes(catalogue) == ()
