"""The lives of orders at the sample desk, day by day: tracker, papers, late list and mails after each day."""

from dataclasses import dataclass, field
from pathlib import Path

import make_samples
import pytest
from fill import ROOT, members
from lifecycle import Life
from lived import read_mails, write_day

from xltools import desk
from xltools.desk.demo import create_sample_desk, play_day, read_days

SAMPLES = ROOT / "samples"
every_life = pytest.mark.parametrize("life", make_samples.LIVES, ids=lambda life: life.name)


@dataclass(frozen=True)
class Lived:
    """What is told of each life; what became of each workbook on the day it came; the desk at the end."""

    opened: desk.Desk
    told: dict[str, str]
    came: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """All lives, lived at one desk up to the day on which the rest of the inbox comes."""
    opened = create_sample_desk(tmp_path_factory.mktemp("lives") / "日子")
    told = Lived(opened, {life.name: "" for life in make_samples.LIVES})
    for day in read_days(SAMPLES):
        if day.day >= make_samples.TAKEN_ON:
            break
        result = play_day(opened, day, SAMPLES)
        for document in result.documents:
            codes = frozenset(problem.code for problem in document.problems)
            told.came.setdefault(Path(document.file).name, (document.outcome, codes))
        mails = read_mails(opened, desk.write_digests(opened, day.day).files)
        for life in make_samples.LIVES:
            for one in life.days:
                if one.day == day.day:
                    told.told[life.name] += write_day(opened, result, life, one, mails)
    return told


@every_life
def test_a_life_is_lived_as_its_text_says(life: Life, lived: Lived, regen: bool) -> None:
    file = SAMPLES / "expected" / "stories" / f"{life.name}.txt"
    if regen:
        file.parent.mkdir(exist_ok=True)
        file.write_text(lived.told[life.name], encoding="utf-8", newline="\n")
    assert lived.told[life.name] == file.read_text(encoding="utf-8")


@every_life
def test_each_workbook_of_a_life_came_out_as_people_said_it_must(life: Life, lived: Lived) -> None:
    expected = {Path(path).name: (filled.outcome, frozenset(filled.codes)) for path, _, filled in life.files()}
    assert {name: lived.came[name] for name in expected} == expected


def test_the_workbooks_of_lives_are_what_they_tell() -> None:
    lying = {file.relative_to(SAMPLES).as_posix(): file.read_bytes() for file in (SAMPLES / "stories").rglob("*.xlsx")}
    told = make_samples.make_stories(ROOT / "templates")
    assert lying.keys() == told.keys()
    assert [name for name in told if members(told[name]) != members(lying[name])] == []
    assert (SAMPLES / "stories.json").read_text(encoding="utf-8") == make_samples.write_stories()
    names = [Path(name).name for name in told]
    assert len(names) == len(set(names)), "they meet in one inbox"


def test_there_are_samples_enough() -> None:
    assert len(list(SAMPLES.rglob("inbox/**/*.xlsx"))) + len(list((SAMPLES / "stories").rglob("*.xlsx"))) >= 90


def test_what_was_lived_can_be_rebuilt_from_archive_alone(lived: Lived, tmp_path: Path) -> None:
    rebuilt, problems = desk.rebuild_desk_at(lived.opened, tmp_path / "重建")
    assert [problem for problem in problems if problem.is_error] == []
    assert rebuilt.store.head() == lived.opened.store.head()
    assert desk.verify_desk_at(lived.opened).is_ok
