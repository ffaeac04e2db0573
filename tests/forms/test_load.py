import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.forms.defaults import default_fits
from xltools.forms.expression import compile_expression
from xltools.forms.load import load_rules
from xltools.forms.messages import render_rule_problem
from xltools.forms.model import FieldType, FormField, Label
from xltools.forms.tracker_columns import COMPUTED_COLUMNS
from xltools.reports.tracker import _COMPUTED

MASTER_FORMS = {"customers", "products", "stock", "staff"}
DOCUMENT_FORMS = {"order-intake", "order-review", "change-notice", "shipping-list", "delivery-receipt"}
DOCUMENT_FORMS |= {"contract-register", "production-report", "order-closing", "after-sales", "gate-override"}


def test_the_rules_of_the_package_are_right(rules):
    assert set(rules.forms) == {*DOCUMENT_FORMS, *MASTER_FORMS}
    assert {gate.form for stage in rules.workflow.stages for gate in stage.gates if gate.form} <= DOCUMENT_FORMS
    assert {rules.forms[name].purpose for name in MASTER_FORMS} == {"master"}
    assert {layout.form for layout in rules.layouts.values()} == set(rules.forms)


def test_every_form_has_a_layout_with_a_template(rules):
    assert {layout.form for layout in rules.layouts.values() if layout.template} == set(rules.forms)


def test_numbers_with_a_fraction_are_decimals_as_written(load_overlay):
    loaded, _ = load_overlay({"settings.yaml": "lateness: {short_tolerance: 0.05}"})
    assert loaded.settings.lateness.short_tolerance == Decimal("0.05")


def test_the_tracker_knows_every_column_that_rules_may_name():
    assert set(COMPUTED_COLUMNS) == set(_COMPUTED)


def test_each_condition_of_the_package_compiles(rules):
    rules_of_checks = [
        check.rule for form in rules.forms.values() for check in (*form.header_checks, *form.line_checks)
    ]
    gates = [gate for stage in rules.workflow.stages for gate in stage.gates]
    keys = ("unless", "already", "says", "until", "enough", "refuses")
    conditions = [getattr(gate, key) for gate in gates for key in keys if getattr(gate, key)]
    for text in (*rules_of_checks, *conditions):
        assert compile_expression(text).names


def test_all_problems_of_all_files_are_told_at_once(load_overlay):
    rules, problems = load_overlay(
        {
            "forms/order-intake.yaml": "header:\n  - {name: customer, requird: intake}\n  - {name: owner, type: nme}\n",
            "layouts/order-intake-list.yaml": "enters: nowhere\n",
            "settings.yaml": "language: fr\ntime_zone: Mars\n",
            "routes.yaml": "a: [\n",
            "formz/x.yaml": "",
        }
    )
    assert rules is None
    assert [(str(problem.place), problem.code) for problem in problems] == [
        ("rules/forms/order-intake.yaml:2:22", "rule-unknown-key"),
        ("rules/forms/order-intake.yaml:3:25", "rule-unknown-value"),
        ("rules/formz/x.yaml:1:1", "rule-unknown-file"),
        ("rules/layouts/order-intake-list.yaml:1:9", "rule-unknown-stage"),
        ("rules/routes.yaml:2:1", "rule-syntax"),
        ("rules/settings.yaml:1:11", "rule-unknown-value"),
    ]


def test_a_field_that_a_desk_takes_away_is_missed_where_the_package_names_it(load_overlay):
    _, problems = load_overlay({"forms/order-intake.yaml": "lines: [{name: shortage, remove: true}]"})
    assert [(problem.place.file, problem.code) for problem in problems] == [
        ("xltools/rules/tracker.yaml", "rule-unknown-field")
    ]


def test_a_file_is_named_as_the_caller_names_it(package_texts):
    _, problems = load_rules([package_texts, {"settings.yaml": "languge: zh"}], [{}, {"settings.yaml": "desk.yaml"}])
    assert str(problems[0].place) == "desk.yaml:1:1"
    assert dict(problems[0].values)["nearest"] == "language"


def test_a_desk_can_add_a_field_and_place_it(load_overlay):
    loaded, problems = load_overlay(
        {
            "forms/order-intake.yaml": "lines: [{name: mould_no, label: {zh: 模号, en: Mould No.}, after: drawing}]",
            "layouts/order-intake-sheet.yaml": "lines: [{field: mould_no, after: drawing}]",
            "tracker.yaml": "columns: [{column: mould_no, after: specification}]",
        }
    )
    assert problems == ()
    names = [field.name for field in loaded.forms["order-intake"].lines]
    assert names[names.index("drawing") + 1] == "mould_no"
    assert "mould_no" in [column.column for column in loaded.tracker.columns]


def test_a_desk_can_add_a_form_and_a_gate_may_ask_for_one_that_is_not_there(load_overlay):
    loaded, problems = load_overlay(
        {
            "forms/tool-loan.yaml": "name: tool-loan\nversion: 1\nlabel: {zh: 借模单, en: Tool Loan}\n"
            "header: [{name: order_no, label: {zh: 订单编号, en: Order No.}}]\n",
            "workflow.yaml": "stages: [{name: in-production, gates: [{name: tool-lent, what: {zh: 借模, en: tool}, "
            "whom: production, form: not-installed}]}]\n",
        }
    )
    assert problems == ()
    assert "tool-loan" in loaded.forms


def test_the_hash_is_of_what_the_rules_say_and_not_how(package_texts, rules):
    commented = {path: f"# another comment\n{text}" for path, text in package_texts.items()}
    assert load_rules([commented])[0].sha256 == rules.sha256
    assert load_rules([package_texts, {"settings.yaml": "# nothing\n"}])[0].sha256 == rules.sha256
    assert load_rules([package_texts, {"settings.yaml": "time_zone: Asia/Tokyo"}])[0].sha256 != rules.sha256


@pytest.mark.parametrize(
    ("overlay", "codes"),
    [
        ("lookup: {fill: {Foo: name}}", {"rule-bad-name"}),
        ("lookup: {fill: all}", {"rule-not-keys"}),
        ("lookup: {fill: '*'}", {"rule-not-keys"}),
        ("default: {a: 1}", {"rule-not-value"}),
        ("lookup: [customers]", {"rule-not-keys"}),
        ("scale: 1.5", {"rule-not-number"}),
        ("alternative: nobody", {"rule-unknown-field"}),
    ],
)
def test_one_mistake_is_one_problem(load_overlay, overlay, codes):
    _, problems = load_overlay({"forms/order-intake.yaml": f"header:\n  - name: customer\n    {overlay}\n"})
    assert [problem.code for problem in problems] == sorted(codes)


def test_caret_stands_under_the_word_where_chinese_letters_come_before(load_overlay, catalogue):
    _, problems = load_overlay(
        {"forms/order-intake.yaml": "lines: [{label: {zh: 数量, en: Q}, name: quantity, typ: x}]"}
    )
    said = render_rule_problem(problems[0], catalogue, "zh")
    assert "不认识的键“typ”" in said
    line, caret = said.splitlines()[2:4]
    assert caret.index("^") == line.index("typ") + len("数量")


@pytest.mark.parametrize(
    ("field_type", "default", "fits"),
    [
        ("date", "$received", True),
        ("date", "2026-02-30", False),
        ("text", "$received", False),
        ("integer", 1, True),
        ("integer", Decimal("1.5"), False),
        ("percent", "13%", True),
        ("percent", Decimal("0.13"), True),
        ("decimal", "many", False),
        ("yes-no", True, True),
        ("yes-no", "perhaps", False),
        ("code", 12, True),
    ],
)
def test_a_default_must_be_of_its_fields_type(field_type, default, fits):
    field = FormField(name="x", label=Label(zh="", en=""), type=FieldType(field_type))
    assert default_fits(field, default) is fits


paths = st.sampled_from(["forms/order-intake.yaml", "workflow.yaml", "settings.yaml", "layouts/x.yaml", "tracker.yaml"])
scalars = st.sampled_from(["~", "1", "0.5", "x", "true", "[1]", "{a: 1}", "[{name: x}]", "[]", "{}", '"*"', "[[]]"])
keys = st.sampled_from(
    [
        "name",
        "header",
        "lines",
        "stages",
        "columns",
        "label",
        "kind",
        "form",
        "language",
        "company",
        "folders",
        "version",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(paths, st.dictionaries(keys, scalars, max_size=4), max_size=3))
def test_whatever_a_desk_writes_comes_to_rules_or_to_problems_with_a_line(package_texts, overlay):
    texts = {path: "\n".join(f"{key}: {value}" for key, value in entries.items()) for path, entries in overlay.items()}
    rules, problems = load_rules([package_texts, texts])
    assert (rules is None) == bool(problems)
    for problem in problems:
        assert re.fullmatch(r"(xltools/)?rules/\S+:\d+:\d+", str(problem.place))
