from pathlib import Path

from validator import needs_validator, validate

TEMPLATES = Path(__file__).parents[2] / "templates"


@needs_validator
def test_word_finds_nothing_wrong_with_the_templates_of_papers():
    templates = sorted(TEMPLATES.glob("*.docx"))
    assert templates
    assert {path.name: found for path, found in validate(templates).items() if found} == {}
