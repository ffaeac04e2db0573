"""The lives of orders at the sample desk, day by day: tracker, papers, late list and mails after each day."""

from collections.abc import Mapping

import make_samples
import pytest
from fill import ROOT
from lifecycle import Life
from lived import write_day

from xltools.desk.demo import create_sample_desk, play_day, read_days

SAMPLES = ROOT / "samples"
every_life = pytest.mark.parametrize("life", make_samples.LIVES, ids=lambda life: life.name)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What is told of each life, all of them lived at one desk."""
    opened = create_sample_desk(tmp_path_factory.mktemp("lives") / "日子")
    told = {life.name: "" for life in make_samples.LIVES}
    for day in read_days(SAMPLES):
        if day.day >= make_samples.TAKEN_ON:
            break
        result = play_day(opened, day, SAMPLES)
        for life in make_samples.LIVES:
            for one in life.days:
                if one.day == day.day:
                    told[life.name] += write_day(opened, result, life, one, ())
    return told


@every_life
def test_a_life_is_lived_as_its_text_says(life: Life, lived: Mapping[str, str], regen: bool) -> None:
    file = SAMPLES / "expected" / "stories" / f"{life.name}.txt"
    if regen:
        file.parent.mkdir(exist_ok=True)
        file.write_text(lived[life.name], encoding="utf-8", newline="\n")
    assert lived[life.name] == file.read_text(encoding="utf-8")
