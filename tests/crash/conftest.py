"""Makes the crash harness importable: pytest's importlib mode adds no folder to the path."""

import sys
from pathlib import Path

import pytest

if str(Path(__file__).parent) not in sys.path:
    sys.path.append(str(Path(__file__).parent))

from evening import lay_evening, lay_night
from trial import DIGEST, Hurry, raise_theatre


@pytest.fixture(scope="session")
def evening(tmp_path_factory):
    """The desk of an evening."""
    path = tmp_path_factory.mktemp("evening") / "desk"
    lay_evening(path)
    return path


@pytest.fixture(scope="session")
def hurry():
    """What trials remember from one to the next."""
    return Hurry()


@pytest.fixture(autouse=True)
def in_a_hurry(hurry):
    """Nothing is waited for, and nothing planned twice, in these tests alone."""
    with hurry.reign():
        yield


@pytest.fixture(scope="session")
def run_theatre(evening, hurry, tmp_path_factory):
    """The main job on that desk, its points counted."""
    with hurry.reign():
        return raise_theatre(tmp_path_factory.mktemp("run"), evening)


@pytest.fixture(scope="session")
def digest_theatre(evening, hurry, tmp_path_factory):
    """The late-order mails that follow it."""
    scratch = tmp_path_factory.mktemp("digest")
    with hurry.reign():
        lay_night(evening, scratch / "night")
        return raise_theatre(scratch, scratch / "night", (DIGEST,))
