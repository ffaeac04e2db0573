from xltools.forms.overlay import merge_nodes
from xltools.forms.source import parse_yaml


def merge(base, overlay):
    problems = []
    merged = merge_nodes(parse_yaml(base, "base")[0], parse_yaml(overlay, "over")[0], problems)
    return merged, problems


def plain(base, overlay):
    merged, problems = merge(base, overlay)
    assert not problems
    return merged.plain()


def test_mappings_are_merged_deep():
    assert plain("a: {b: 1, c: 2}\nd: 3", "a: {c: 4}") == {"a": {"b": 1, "c": 4}, "d": 3}


def test_a_null_takes_a_key_away():
    assert plain("a: 1\nb: 2", "a: ~") == {"b": 2}


def test_a_plain_list_is_replaced():
    assert plain("a: [1, 2]", "a: [3]") == {"a": [3]}


def test_an_empty_list_empties():
    assert plain("a: [{name: x}]", "a: []") == {"a": []}


def test_an_entry_with_a_known_name_is_changed_in_place_and_a_new_one_appended():
    base = "a: [{name: x, n: 1}, {name: y, n: 2}]"
    assert plain(base, "a: [{name: z, n: 3}, {name: x, n: 9}]") == {
        "a": [{"name": "x", "n": 9}, {"name": "y", "n": 2}, {"name": "z", "n": 3}]
    }


def test_remove_takes_an_entry_away():
    assert plain("a: [{field: x}, {field: y}]", "a: [{field: x, remove: true}]") == {"a": [{"field": "y"}]}


def test_after_puts_a_new_entry_or_moves_a_known_one_behind_another():
    base = "a: [{column: x}, {column: y}, {column: z}]"
    overlay = "a: [{column: new, after: x}, {column: y, after: z}]"
    assert plain(base, overlay) == {"a": [{"column": "x"}, {"column": "new"}, {"column": "z"}, {"column": "y"}]}


def test_merged_nodes_keep_the_marks_of_their_own_files():
    merged, _ = merge("a: [{name: x, n: 1, m: 2}]", "\n\na:\n  - {name: x, n: 3}")
    entry = merged.find("a", 0)
    assert str(entry.find("n").mark.place) == "over:4:18"
    assert str(entry.find("m").mark.place) == "base:1:24"


def test_what_names_no_entry_underneath_is_a_problem():
    _, problems = merge("a: [{name: x}]", "a: [{name: xx, remove: true}, {name: y, after: q}]")
    assert [(problem.code, problem.place.column) for problem in problems] == [
        ("rule-unknown-entry", 12),
        ("rule-unknown-entry", 48),
    ]
