"""docs/problems.md is made from the catalogue and the forms, and is current; `--regen` writes it anew."""

import re

from fault_story import FAULTS
from problem_codes import catalogue_codes, declared_checks, named_codes

from xltools.desk.session import load_messages

DOCS = FAULTS.parents[1] / "docs" / "problems.md"
HEAD = """\
# Problems

Made from `rules/messages/` and the forms by `tests/faults/test_problem_docs.py`; `pytest tests/faults --regen` writes
it anew. What stands in `{braces}` is filled in. A code leads to the smallest input that raises it.

An **error** must be mended: the value, the order or the whole workbook was not taken, or the verb could not do its
work. A **warning** went in.
"""
SECTIONS = (
    ("Workbooks, the desk and its verbs", "tests/faults", lambda code: not code.startswith("rule-")),
    ("Checks that the forms declare", "tests/faults", None),
    ("Rules and settings", "tests/faults/rules", lambda code: code.startswith("rule-")),
)


def write_docs():
    """The whole page."""
    catalogue = load_messages()
    words = {code: (catalogue.find(code, "en"), catalogue.find(code, "zh")) for code in catalogue.languages["en"]}
    checks = {check.code: check for check in declared_checks()}
    severities = known_severities() | {code: check.severity for code, check in checks.items()}
    parts = [HEAD]
    for title, folder, belongs in SECTIONS:
        rows = [f"## {title}", "", "| Code | Severity | Message and what to do | 信息与处理 |", "|---|---|---|---|"]
        if belongs is None:
            told = {code: ((c.message.en, c.hint.en), (c.message.zh, c.hint.zh)) for code, c in checks.items()}
        else:
            told = {
                code: tuple((one.message, one.hint) for one in both)
                for code, both in words.items()
                if code in catalogue_codes() and belongs(code)
            }
        rows += [
            f"| [`{code}`](../{folder}/{code}) | {severities.get(code, 'error')} | {tell(*en)} | {tell(*zh)} |"
            for code, (en, zh) in sorted(told.items())
        ]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def known_severities():
    """`error`, `warning` or both, from the calls that raise a code and from what its fault folder says."""
    found = {}
    for code, severity in named_codes():
        found.setdefault(code, set()).add(severity)
    for expected in FAULTS.glob("*/expected.txt"):
        for severity, code in re.findall(r"^(error|warning) ([a-z-]+)", expected.read_text("utf-8"), re.MULTILINE):
            if code == expected.parent.name:
                found.setdefault(code, set()).add(severity)
    return {code: ", ".join(sorted(severities)) for code, severities in found.items()}


def tell(message, hint):
    """A table cell."""
    return "<br>".join(filter(None, (message, hint))).replace("|", "\\|").replace("\n", " ")


def test_the_list_of_problems_is_current(regen):
    if regen:
        DOCS.write_text(write_docs(), "utf-8", newline="\n")
    assert DOCS.read_text("utf-8") == write_docs()


def test_every_code_is_in_the_list_with_a_folder_to_look_at():
    links = re.findall(r"^\| \[`([a-z0-9-]+)`\]\(\.\./([^)]+)\)", DOCS.read_text("utf-8"), re.MULTILINE)
    assert {code for code, _ in links} == catalogue_codes() | {check.code for check in declared_checks()}
    assert [path for _, path in links if not (FAULTS.parents[1] / path / "expected.txt").is_file()] == []
