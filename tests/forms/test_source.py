from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltools.forms.source import parse_yaml


def read(text):
    tree, problems = parse_yaml(text, "rules/x.yaml")
    assert not problems
    return tree.plain()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("true", True),
        ("false", False),
        ("12", 12),
        ("-3", -3),
        ("0.10", Decimal("0.10")),
        ("0010248", "0010248"),
        ("12E5", "12E5"),
        ("1:30", "1:30"),
        ("2026-10-01", "2026-10-01"),
        ("'12'", "12"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("None", "None"),
        ("9" * 30, "9" * 30),
    ],
)
def test_a_plain_scalar_is_what_json_says_and_else_text(written, value):
    got = read(f"key: {written}")["key"]
    assert (got, type(got)) == (value, type(value))


def test_a_null_is_as_if_its_key_were_not_there():
    assert read("a: ~\nb: null\nc:\nd: 1") == {"d": 1}


def test_every_key_and_value_knows_its_line_and_column():
    tree, _ = parse_yaml("# 说明\nlabel: {zh: 数量, en: Quantity}\n", "rules/x.yaml")
    label = tree.find("label")
    assert str(tree.key_mark("label").place) == "rules/x.yaml:2:1"
    assert str(label.key_mark("en").place) == "rules/x.yaml:2:17"
    mark = label.find("en").mark
    assert (str(mark.place), mark.length, mark.excerpt) == (
        "rules/x.yaml:2:21",
        8,
        "label: {zh: 数量, en: Quantity}",
    )


def test_an_alias_repeats_what_its_anchor_holds():
    assert read("a: &words [x, y]\nb: *words\n") == {"a": ["x", "y"], "b": ["x", "y"]}


@pytest.mark.parametrize(
    ("text", "code", "spot"),
    [
        ("a: [1\nb: 2\n", "rule-syntax", (2, 2)),
        ("a: 1\nb: \tc\n\td: 1\n", "rule-syntax", (3, 1)),
        ("a: 1\nb: 2\na: 3\n", "rule-duplicate-key", (3, 1)),
        ("a: *nowhere\n", "rule-syntax", (1, 4)),
        ("a: !!python/object:os.system x\n", "rule-syntax", (1, 4)),
        ("? [a]\n: 1\n", "rule-syntax", (1, 3)),
        ("a: 1\n---\nb: 1\n", "rule-syntax", (3, 1)),
        ("a: 数\x00量\n", "rule-syntax", (1, 5)),
        ("a: 1\nb: \ud800\n", "rule-syntax", (2, 4)),
    ],
)
def test_what_is_no_plain_yaml_is_a_problem_with_its_spot(text, code, spot):
    _, problems = parse_yaml(text, "rules/x.yaml")
    assert [(problem.code, (problem.place.line, problem.place.column)) for problem in problems] == [(code, spot)]


def test_aliases_that_unfold_to_billions_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    tree, problems = parse_yaml("\n".join(lines), "rules/x.yaml")
    assert tree is None
    assert [problem.code for problem in problems] == ["rule-too-large"]


def test_an_alias_to_what_it_stands_in_is_refused():
    assert [problem.code for problem in parse_yaml("a: &a [*a]\n", "x")[1]] == ["rule-syntax"]


def test_deep_nesting_is_refused():
    assert [problem.code for problem in parse_yaml("[" * 5000, "x")[1]] == ["rule-too-large"]


def test_a_text_of_comments_alone_is_no_tree_and_no_problem():
    assert parse_yaml("# nothing yet\n", "x") == (None, ())


def test_a_byte_order_mark_is_no_part_of_the_first_key():
    assert read("\ufefflanguage: zh\r\ncurrency: CNY\r\n") == {"language": "zh", "currency": "CNY"}


@given(
    st.text(alphabet=st.sampled_from("ab:{}[],-?&*!|>'\"%#~ \n\t0.1中\x85\u2028"), max_size=60) | st.text(max_size=40)
)
def test_any_text_is_a_tree_or_problems_and_never_an_exception(text):
    tree, problems = parse_yaml(text, "x")
    assert tree is None or tree.plain() is not None
    for problem in problems:
        assert problem.place.line >= 1
