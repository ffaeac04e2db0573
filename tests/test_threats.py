"""docs/threats.md names tests; each is there, and each threat has one."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "threats.md"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def rows():
    """The lines of the table: threat, what holds it, the tests."""
    lines = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[1:]]


@cache
def list_tests(file):
    """The names of a file's tests that pytest collects."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:60])
def test_a_threat_is_held_by_something_that_a_test_shows(row):
    threat, holds, shown = row
    assert threat
    assert holds
    named = TEST.findall(shown)
    assert named
    assert [(file, name) for file, name in named if not (ROOT / file).is_file() or name not in list_tests(file)] == []
    assert TEST.sub("", shown).strip() == ""


def test_no_threat_stands_there_twice():
    threats = [row[0] for row in rows()]
    assert len(threats) == len(set(threats)) >= 30
