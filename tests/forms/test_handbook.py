"""docs/rules.md names everything that rules may say."""

from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from xltools.forms import mail_settings, model, papers, settings, workflow
from xltools.forms.desk_checks import ROUTE_FIGURES
from xltools.forms.expression import FUNCTIONS
from xltools.forms.gate_checks import GATE_KINDS, PEOPLE
from xltools.forms.limits import RuleModel
from xltools.forms.load import SINGLE_FILES
from xltools.forms.source import parse_yaml
from xltools.forms.tracker_columns import COMPUTED_COLUMNS

HANDBOOK = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
MODELS = {
    each.__name__: each
    for module in (model, settings, mail_settings, workflow, papers)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, RuleModel) and is_dataclass(each)
}.values()


@pytest.mark.parametrize("described", MODELS, ids=lambda described: described.__name__)
def test_every_key_is_in_the_handbook(described):
    keys = [one.name for one in fields(described)]
    missing = [key for key in keys if f"`{key}" not in HANDBOOK and f"{key}: " not in HANDBOOK]
    assert missing == []


@pytest.mark.parametrize(
    "word",
    [*COMPUTED_COLUMNS, *FUNCTIONS, *SINGLE_FILES, *GATE_KINDS, *PEOPLE, *ROUTE_FIGURES, *map(str, model.FieldType)],
)
def test_every_word_of_the_rules_is_in_the_handbook(word):
    assert word in HANDBOOK


def test_every_yaml_example_of_the_handbook_can_be_read():
    blocks = [part.partition("```")[0] for part in HANDBOOK.split("```yaml\n")[1:]]
    assert len(blocks) >= 6
    assert [parse_yaml(block, "docs/rules.md")[1] for block in blocks] == [()] * len(blocks)


def test_the_handbooks_form_layout_and_overlay_load(load_overlay):
    blocks = [part.partition("```")[0] for part in HANDBOOK.split("```yaml\n")[1:]]
    overlay, form, layout = blocks[0], blocks[1], next(block for block in blocks if "their-order-book" in block)
    placed = "header: [{field: transport, remove: true}]"
    _, problems = load_overlay(
        {
            "forms/order-intake.yaml": overlay,
            "layouts/order-intake-sheet.yaml": placed,
            "forms/tool-loan.yaml": form,
            "layouts/their-order-book.yaml": layout,
        }
    )
    assert problems == ()
