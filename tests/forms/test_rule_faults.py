"""Each folder of tests/faults/rules is the smallest desk rules that raise one code, and what is then said."""

from pathlib import Path

import pytest

from xltools.forms.load import load_rules
from xltools.forms.messages import render_rule_problem

FAULTS = Path(__file__).parents[1] / "faults" / "rules"


def read_overlay(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("folder", sorted(FAULTS.iterdir()), ids=lambda folder: folder.name)
def test_a_fault_is_told_with_its_spot_and_what_was_expected(folder, package_texts, catalogue, regen):
    rules, problems = load_rules([package_texts, read_overlay(folder / "rules")])
    assert rules is None
    assert {problem.code for problem in problems} == {folder.name}
    said = "\n\n".join(render_rule_problem(problem, catalogue, "en") for problem in problems) + "\n"
    expected = folder / "expected.txt"
    if regen:
        expected.write_text(said, encoding="utf-8", newline="\n")
    assert said == expected.read_text(encoding="utf-8")


def test_every_rule_code_has_a_fault_folder(catalogue):
    codes = {code for code in catalogue.languages["en"] if code.startswith("rule-")}
    assert codes == {folder.name for folder in FAULTS.iterdir()}
