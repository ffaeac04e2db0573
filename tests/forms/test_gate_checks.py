"""What a gate of the workflow may not ask, because no form can say it."""

import pytest

KIND = "contract-register"


def problems_of(load_overlay, **keys):
    """What is wrong with a gate of these keys before the stage `in-stock`, with the word it is about."""
    written = ", ".join(f"{key}: {value}" for key, value in {"form": KIND, **keys}.items() if value)
    gate = f"{{name: check, what: {{zh: 检验, en: inspection}}, whom: quality, {written}}}"
    _, problems = load_overlay({"workflow.yaml": f"stages:\n  - name: in-stock\n    gates:\n      - {gate}\n"})
    return [(problem.code, dict(problem.values).get("got", dict(problem.values).get("key"))) for problem in problems]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"says": 'kind == "payment"', "counts": "amount", "until": "total_amount / 2"}, []),
        ({"says": "colour == 1"}, [("rule-unknown-field", "colour")]),
        ({"refuses": "kind =="}, [("rule-bad-expression", "kind ==")]),
        ({"says": "unit_price > 1"}, [("rule-unknown-field", "unit_price")]),  # the order's field, not the form's
        ({"counts": "kind"}, [("rule-unknown-field", "kind")]),
        ({"counts": "amount", "until": "amount"}, [("rule-unknown-field", "amount")]),
        ({"counts": "amount", "until": "quantity"}, [("rule-unknown-field", "quantity")]),
        ({"form": "production-report", "counts": "quantity", "until": "quantity", "every": "[line]"}, []),
        ({"every": "[line]"}, [("rule-unknown-field", "line_no")]),
        ({"every": "[department]"}, [("rule-unknown-field", "department")]),
        ({"every": "[delivery-note]"}, [("rule-unknown-field", "delivery_note")]),
        ({"every": "[week]"}, [("rule-unknown-value", "week")]),
        ({"same": "[currency]"}, []),
        ({"same": "[reference]"}, [("rule-unknown-field", "reference")]),
        ({"same": "[owner]"}, [("rule-unknown-field", "owner")]),
        ({"until": "total_amount"}, [("rule-gate-needs", "until")]),
        ({"enough": 'kind == "release"'}, [("rule-gate-needs", "enough")]),
        ({"unless_words": "{zh: 月结, en: monthly}"}, [("rule-gate-needs", "unless_words")]),
        ({"form": "", "goods": "some-shipped", "says": "1 == 1"}, [("rule-gate-needs", "says")]),
        ({"form": "", "paper": "contract", "shipping_shows": "true"}, [("rule-gate-needs", "shipping_shows")]),
        ({"unless": "colour == 1"}, [("rule-unknown-field", "colour")]),
        ({"already": "quantity > 1"}, [("rule-unknown-field", "quantity")]),
        ({"unless": "total_amount < 100"}, []),
        ({"form": "order-intake"}, [("rule-unknown-form", "order-intake")]),
        ({"form": "customers"}, [("rule-unknown-form", "customers")]),
        ({"form": "not-installed", "says": "anything > 1"}, []),
        ({"late": "never"}, [("rule-unknown-value", "never")]),
        ({"limit": "-1"}, [("rule-out-of-range", "-1")]),
    ],
)
def test_a_gate_asks_for_what_its_form_can_say(load_overlay, keys, expected):
    assert problems_of(load_overlay, **keys) == expected


def test_an_override_may_name_only_gates_that_there_are(load_overlay):
    lost = "stages: [{name: payment-reconfirmed, gates: [{name: payment-balance, remove: true}]}]"
    _, problems = load_overlay({"workflow.yaml": lost})
    assert [(problem.code, dict(problem.values)["got"]) for problem in problems] == [
        ("rule-unknown-gate", "payment-balance")
    ]


@pytest.mark.parametrize(
    ("effect", "names", "missing"),
    [
        ("statement", ["tool"], ["order_no"]),
        ("statement", ["delivery_note"], []),
        ("change", ["tool"], ["order_no"]),
        ("shipment", ["order_no"], ["quantity"]),
        ("order", ["order_no", "quantity"], []),
    ],
)
def test_a_form_has_the_fields_that_its_effect_needs(load_overlay, effect, names, missing):
    fields = ", ".join(f"{{name: {name}, label: {{zh: 项, en: {name}}}}}" for name in names)
    form = f"name: tool-loan\nversion: 1\neffect: {effect}\nlabel: {{zh: 借模单, en: Tool Loan}}\nheader: [{fields}]\n"
    _, problems = load_overlay({"forms/tool-loan.yaml": form})
    assert [dict(problem.values)["field_name"] for problem in problems] == missing
