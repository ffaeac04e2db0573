"""All codes of problems: those that have words, those that the forms' checks bring, those that the program names."""

import ast
from collections.abc import Iterator
from pathlib import Path

from xltools.desk import load_messages, package_rules
from xltools.forms.messages import REASON
from xltools.forms.model import Check

HOUSE = Path(__file__).parents[2] / "xltools"


def catalogue_codes() -> set[str]:
    """The codes of problems that have words in rules/messages."""
    return {code for code in load_messages().languages["en"] if not code.startswith(("ui-", REASON))}


def catalogue_reasons() -> set[str]:
    """The codes of reasons, which fill the blank `{reason}` of a problem."""
    return {code for code in load_messages().languages["en"] if code.startswith(REASON)}


def declared_checks() -> Iterator[Check]:
    """The checks of all forms of the package; each brings its own words."""
    for form in package_rules().forms.values():
        yield from (*form.header_checks, *form.line_checks)


def named_codes() -> Iterator[tuple[str, str]]:
    """Code and severity of each call of error() and warning() that names its code."""
    for node in _walk_house():
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if called in {"error", "warning"} and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value), called


def raised_texts() -> set[str]:
    """Every text in the program: what is not among them can't be raised."""
    return {node.value for node in _walk_house() if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _walk_house() -> Iterator[ast.AST]:
    for module in sorted(HOUSE.rglob("*.py")):
        yield from ast.walk(ast.parse(module.read_text("utf-8")))
