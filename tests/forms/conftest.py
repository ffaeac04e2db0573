"""The package's rules and words, as the tests of forms use them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from xltools.core.problem import Problem
from xltools.forms.load import load_rules
from xltools.forms.message_text import read_words
from xltools.forms.messages import Catalogue, load_catalogue
from xltools.forms.rules import Rules

RULES = Path(__file__).parents[2] / "rules"


def read_texts(folder: Path) -> dict[str, str]:
    """All YAML files under a folder by their path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.yaml"))
    }


@pytest.fixture(scope="session")
def package_texts() -> Mapping[str, str]:
    return read_texts(RULES)


@pytest.fixture(scope="session")
def rules(package_texts) -> Rules:
    rules, problems = load_rules([package_texts])
    assert rules, problems
    return rules


@pytest.fixture(scope="session")
def load_overlay(package_texts) -> Callable[[Mapping[str, str]], tuple[Rules | None, tuple[Problem, ...]]]:
    """Loads texts laid over the package's rules."""
    return lambda overlay: load_rules([package_texts, overlay])


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    zh, en = ((RULES / "messages" / f"{language}.yaml").read_text(encoding="utf-8") for language in ("zh", "en"))
    return load_catalogue(zh, en, read_words)
