"""rules/headers.yaml: what real sheets call the fields, and what is wrong with a desk's own."""

from collections import Counter

from xltools import desk
from xltools.core.text import label_key
from xltools.desk.session import package_layer
from xltools.forms.load import load_rules


def load(headers, **more):
    rules, problems = load_rules([package_layer(), {"headers.yaml": headers} | more])
    return rules, [(problem.code, str(problem.place)) for problem in problems]


def test_no_word_stands_twice_under_a_field_nor_under_none_and_one():
    rules = desk.package_rules()
    for form, fields in rules.headers.words.items():
        others = set(map(label_key, rules.headers.others.get(form, ())))
        for field, words in fields.items():
            keys = Counter(map(label_key, words))
            assert [key for key, count in keys.items() if count > 1] == [], (form, field)
            assert others.isdisjoint(keys), (form, field)


def test_a_desk_s_words_replace_those_of_one_field():
    rules, problems = load("words: {order-intake: {quantity: [打数]}}\nothers: {order-intake: [机台]}")
    assert problems == []
    assert rules.headers.words["order-intake"]["quantity"] == ("打数",)
    assert "货描" in rules.headers.words["order-intake"]["product"]
    assert rules.headers.others["order-intake"] == ("机台",)


def test_a_field_or_form_that_there_is_not_is_told_where_it_stands():
    _, problems = load(
        "words:\n  order-intake: {quantitty: [打数]}\n  orders: {quantity: [打数]}\nothers: {order: [x]}"
    )
    assert problems == [
        ("rule-unknown-field", "rules/headers.yaml:2:18"),
        ("rule-unknown-form", "rules/headers.yaml:3:3"),
        ("rule-unknown-form", "rules/headers.yaml:4:10"),
    ]


def test_a_desk_may_take_a_field_away_that_the_package_has_words_for():
    overlay = {"forms/order-intake.yaml": "lines: [{name: surface, remove: true}]"}
    overlay["layouts/order-intake-sheet.yaml"] = "lines: [{field: surface, remove: true}]"
    rules, problems = load("# nothing\n", **overlay)
    assert problems == []
    assert "surface" in rules.headers.words["order-intake"]


def test_rules_archived_before_there_were_such_words_load():
    layer = {path: text for path, text in package_layer().items() if path != "headers.yaml"}
    rules, problems = load_rules([layer])
    assert problems == ()
    assert rules.headers.words == {}
