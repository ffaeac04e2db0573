"""Each folder here is the smallest input that raises the code it is named after, and what is then said of it."""

import ast
import re
from pathlib import Path

import pytest
from fault_story import FAULTS, folder_rules, tell_problems

from xltools import desk
from xltools.desk.session import load_messages

FOLDERS = sorted(path for path in FAULTS.iterdir() if path.is_dir() and path.name not in {"rules", "__pycache__"})
HASH = re.compile(r"\b[0-9a-f]{8,64}\b")
# Never told by a verb today; rules of the order-intake form let no other edit through. docs/problems.md lists them all.
HOUSE = Path(desk.__file__).parents[1]


@pytest.fixture(scope="session")
def fresh(tmp_path_factory):
    """A new desk; each story is played on a copy of it."""
    return desk.create_desk(tmp_path_factory.mktemp("fresh") / "desk", "en")


def write_down(problems, writer):
    """`severity code file sheet!cell field: message`, and under it the hint; hashes cut out."""
    lines = []
    for problem in problems:
        told = writer.write(problem)
        spot = (told["severity"], told["code"], str(problem.place), told["field"])
        lines.append(f"{' '.join(filter(None, spot))}: {told['message']}")
        if told["hint"]:
            lines.append(f"  → {told['hint']}")
    return HASH.sub("…", "\n".join(lines))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_fault_is_told_with_its_place_and_what_to_do(folder, fresh, tmp_path, regen):
    said = []
    for language in ("en", "zh"):
        problems = tell_problems(folder, fresh, tmp_path / language, language)
        assert folder.name in {problem.code for problem in problems}
        said.append(write_down(problems, desk.ProblemWriter(load_messages(), language, folder_rules(folder))))
    text = "\n\n".join(said) + "\n"
    expected = folder / "expected.txt"
    if regen:
        expected.write_text(text, "utf-8", newline="\n")
    assert text == expected.read_text("utf-8")


def catalogue_codes():
    return {code for code in load_messages().languages["en"] if not code.startswith("ui-")}


def check_codes():
    """The codes of the checks that the package's forms declare."""
    forms = desk.package_rules().forms.values()
    return {check.code for form in forms for check in (*form.header_checks, *form.line_checks)}


def raised_codes():
    """Every text in the program that could be a code."""
    trees = (ast.parse(module.read_text("utf-8")) for module in HOUSE.rglob("*.py"))
    texts = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str)}


def named_codes():
    """The codes that calls of error() and warning() name."""
    for module in HOUSE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if called in {"error", "warning"} and node.args and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value, called


def test_no_code_is_without_a_folder_and_no_folder_without_a_code():
    codes = {code for code in catalogue_codes() if not code.startswith("rule-")} | check_codes()
    assert {folder.name for folder in FOLDERS} == codes


def test_a_code_that_nothing_raises_is_in_no_catalogue():
    assert catalogue_codes() - raised_codes() == set()


def test_every_code_that_is_raised_has_its_words():
    assert {code for code, _ in named_codes()} - catalogue_codes() == set()


def test_a_form_gives_no_check_a_code_of_the_program():
    assert catalogue_codes() & check_codes() == set()
