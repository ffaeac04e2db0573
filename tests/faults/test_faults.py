"""Each folder here is the smallest input that raises the code it is named after, and what is then said of it."""

import re
import sys

import pytest
from fault_story import FAULTS, folder_rules, tell_problems
from problem_codes import catalogue_codes, catalogue_reasons, declared_checks, named_codes, raised_texts

from xltools import desk
from xltools.forms.messages import REASON

FOLDERS = sorted(path for path in FAULTS.iterdir() if path.is_dir() and path.name not in {"rules", "__pycache__"})
HASH = re.compile(r"\b[0-9a-f]{8,64}\b")


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


def blanks_left(problem, catalogue, language):
    """The blanks in the words of a problem that it brings no value for."""
    words = catalogue.find(problem.code, language)
    return words.blanks - {"field", "label"} - {name for name, _ in problem.values}


# Their blanks are filled with words of a language when they are raised: played anew for each.
WORDED = {"gate-shut", "line-needed", "paper-not-needed", "paper-order-stopped"}
# Stories that only some systems can play, and what they need.
NEEDS = {"file-name-unreadable": ("linux", "file names of any bytes"), "pdf-failed": ("linux darwin", "a shell script")}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_fault_is_told_with_its_place_and_what_to_do(folder, fresh, tmp_path, regen):
    systems, needed = NEEDS.get(folder.name, (sys.platform, ""))
    if sys.platform not in systems.split():
        pytest.skip(f"needs {needed}")
    said = []
    for language in ("en", "zh"):
        if language == "en" or folder.name in WORDED:
            problems = tell_problems(folder, fresh, tmp_path / language, language)
        assert folder.name in {problem.code for problem in problems}
        assert [problem.code for problem in problems if blanks_left(problem, fresh.catalogue, language)] == []
        said.append(write_down(problems, desk.ProblemWriter(fresh.catalogue, language, folder_rules(folder))))
    text = "\n\n".join(said) + "\n"
    expected = folder / "expected.txt"
    if regen:
        expected.write_text(text, "utf-8", newline="\n")
    assert text == expected.read_text("utf-8")


def test_no_code_is_without_a_folder_and_no_folder_without_a_code():
    codes = {code for code in catalogue_codes() if not code.startswith("rule-")}
    codes |= {check.code for check in declared_checks()}
    assert {folder.name for folder in FOLDERS} == codes


def test_a_code_that_nothing_raises_is_in_no_catalogue():
    assert catalogue_codes() - raised_texts() == set()


def test_every_code_that_is_raised_has_its_words():
    assert {code for code, _ in named_codes()} - catalogue_codes() == set()


def test_the_reasons_that_are_given_are_those_that_have_words():
    assert {text for text in raised_texts() if text.startswith(REASON) and text != REASON} == catalogue_reasons()


def test_a_form_gives_no_check_a_code_of_the_program():
    assert catalogue_codes() & {check.code for check in declared_checks()} == set()
