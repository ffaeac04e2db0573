"""Each folder here is the smallest input that raises the code it is named after, and what is then said of it."""

import re

import pytest
from fault_story import FAULTS, folder_rules, tell_problems

from xltools import desk
from xltools.desk.session import load_messages

FOLDERS = sorted(path for path in FAULTS.iterdir() if (path / "expected.txt").is_file() or (path / "story.yaml").is_file())
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
