"""Signatures that stand in a change notice itself: `同意 张三 2026-03-12` in the cell of a department."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xltools.core.codec import encode_values
from xltools.core.event import Event, EventKind
from xltools.core.order import Order, Statement
from xltools.core.problem import Problem, warning
from xltools.core.record import Document, Record, Table, Value
from xltools.core.text import label_key
from xltools.forms.rules import Rules
from xltools.intake.conventions import Conventions, find_conventions
from xltools.intake.dates import read_date
from xltools.ledger.review import REVIEW_FORM
from xltools.ledger.signers import find_signer

SIGN = "sign_"  # the fields in which departments sign are called so, with the department behind
ACCEPTABLE, REJECTED = "acceptable", "rejected"
_DATE = re.compile(r"\d{1,4}\s?[-/.年]\s?\d{1,2}(?:\s?[-/.月]\s?\d{1,2})?\s?[日号]?")
_EDGES = " \t\n,，、;；:：/（）()。."


@dataclass(frozen=True, slots=True)
class _Signature:
    conclusion: str
    name: str
    date: dt.date


def sign_events(
    record: Record,
    number: str,
    order: Order,
    document: Document,
    rules: Rules,
    tables: Mapping[str, Table],
    as_of: dt.date,
) -> tuple[tuple[Event, ...], tuple[Problem, ...]]:
    """An event for each department that signed in a notice, and what is odd about it; what is known makes none.

    A signature counts when conclusion, name and date stand: the warning signature-unclear tells one that lacks any.
    """
    events, problems = [], list[Problem]()
    told = find_conventions(rules, rules.layouts.get(document.layout), as_of)
    for department, given in _signed(record, rules):
        signature = _read_signature(str(given.value), told, rules)
        if signature is None:
            problems.append(warning("signature-unclear", given.place, f"{SIGN}{department}", value=given.value))
            continue
        values = {
            "department": Value(department, given.place),
            "conclusion": Value(signature.conclusion, given.place),
            "name": Value(signature.name, given.place),
            "date": Value(signature.date, given.place),
        }
        if _is_said(values, number, order):
            continue
        signer = find_signer(values["name"], department, tables.get("staff"), as_of)
        problems += signer.problems
        body = {
            "form": REVIEW_FORM,
            "line": "",
            "revision": order.reviewed,
            "change": number,
            "values": encode_values(values, document.sha256),
            "name": signer.name,
            "deputy_for": signer.deputy_for,
        }
        sha256 = document.sha256
        events.append(Event(EventKind.STATEMENT_MADE, as_of, given.place, order.number, body, sha256, signer.name))
    return tuple(events), tuple(problems)


def _signed(record: Record, rules: Rules) -> Iterator[tuple[str, Value]]:
    for department in rules.routes.departments:
        if given := record.values.get(f"{SIGN}{department.name.replace('-', '_')}"):
            yield department.name, given


def _read_signature(text: str, told: Conventions, rules: Rules) -> _Signature | None:
    found = _DATE.search(text)
    date = read_date(found[0].strip(), told).value if found else None
    if found is None or date is None:
        return None
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip(_EDGES)
    for word, conclusion in _conclusion_words(rules):
        key = label_key(rest)
        if key.startswith(word) or key.endswith(word):
            name = _without(rest, word)
            return _Signature(conclusion, name, date) if name else None
    return None


def _conclusion_words(rules: Rules) -> list[tuple[str, str]]:
    """The words for conclusions, the longest first: 不同意 has 同意 in it."""
    found: dict[str, str] = {}
    notice = next((form for form in rules.forms.values() if form.effect == "change"), None)
    decision = notice.field("decision") if notice else None
    for word, said in decision.choice_words.items() if decision else ():
        found[word] = ACCEPTABLE if said == "proceed" else REJECTED
    review = rules.forms.get(REVIEW_FORM)
    conclusion = review.field("conclusion") if review else None
    found |= conclusion.choice_words if conclusion else {}
    return sorted(found.items(), key=lambda one: (-len(one[0]), one[0]))


def _without(text: str, word: str) -> str:
    """A text without the word at its start or end; blanks inside the text don't matter to the word."""
    pattern = r"\s*".join(map(re.escape, word))
    for side in (rf"^\s*{pattern}", rf"{pattern}\s*$"):
        if (match := re.search(side, text, re.IGNORECASE)) is not None:
            return (text[: match.start()] + text[match.end() :]).strip(_EDGES)
    return ""


def _is_said(values: Mapping[str, Value], number: str, order: Order) -> bool:
    """True where the department's latest word on the change is this one."""
    department = values["department"].value
    return _plain(values) == next(
        (
            {name: one.get(name) for name in values}
            for one in reversed(order.statements_of(REVIEW_FORM))
            if one.change == number and one.text("department") == department
        ),
        None,
    )


def _plain(values: Mapping[str, Value]) -> dict[str, object]:
    return {name: given.value for name, given in values.items()}


def said_of(change: str, order: Order) -> tuple[Statement, ...]:
    """What departments said of a change, the oldest first."""
    return tuple(one for one in order.statements_of(REVIEW_FORM) if one.change == change)
