"""What a rule model finds wrong with a tree, as problems that stand at its lines and columns."""

import dataclasses
import re
import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from xltools.core.problem import Problem
from xltools.forms.limits import REFUSED, RuleModel
from xltools.forms.nearest import nearest_word
from xltools.forms.source import Mark, Node, rule_error

ModelT = TypeVar("ModelT", bound=RuleModel)

# pydantic's error types by the code of ours; all others say that the value is of no type the key takes.
_CODES = {
    "unexpected_keyword_argument": "rule-unknown-key",
    "missing": "rule-missing-key",
    "enum": "rule-unknown-value",
    "literal_error": "rule-unknown-value",
    "string_pattern_mismatch": "rule-bad-name",
    "greater_than": "rule-out-of-range",
    "greater_than_equal": "rule-out-of-range",
    "less_than": "rule-out-of-range",
    "less_than_equal": "rule-out-of-range",
    "string_type": "rule-not-text",
    "bool_type": "rule-not-yes-no",
    "bool_parsing": "rule-not-yes-no",
    "tuple_type": "rule-not-list",
    "dataclass_type": "rule-not-keys",
    "mapping_type": "rule-not-keys",
    "dict_type": "rule-not-keys",
}
_PREFIX_CODES = {"int": "rule-not-number", "decimal": "rule-not-number", "date": "rule-not-date"}
_SIGNS = {"gt": "> ", "ge": "≥ ", "lt": "< ", "le": "≤ "}
_adapters: dict[type[RuleModel], TypeAdapter[Any]] = {}  # to build one takes a hundred times as long as to use it
_NAME_EXAMPLES = {True: "order-intake", False: "order_no"}


@dataclass(frozen=True, slots=True)
class _Finding:
    code: str
    path: tuple[str | int, ...]
    mark: Mark
    details: ErrorDetails


def shape_model(model: type[ModelT], tree: Node) -> tuple[ModelT | None, tuple[Problem, ...]]:
    """The tree as that model, or every way in which it isn't one."""
    try:
        return _adapter(model).validate_python(tree.plain()), ()
    except ValidationError as bad:
        details = bad.errors(include_url=False, include_context=True)
        findings = _merge_branches([_locate_error(tree, each) for each in details])
        return None, tuple(_describe_finding(model, each) for each in findings)


def model_keys(model: type[RuleModel], path: Iterable[str | int] = ()) -> tuple[str, ...]:
    """The keys that the model at a path of keys and indexes takes; none where no model stands there."""
    current: type[RuleModel] | None = model
    for part in path:
        if isinstance(part, str) and current:
            current = next(_models_in(typing.get_type_hints(current).get(part)), None)
    # A key that is known only to be refused is offered to nobody.
    return tuple(one.name for one in dataclasses.fields(current) if one.metadata != REFUSED) if current else ()


def _adapter(model: type[ModelT]) -> TypeAdapter[ModelT]:
    if model not in _adapters:
        _adapters[model] = TypeAdapter(model)
    return _adapters[model]


def _models_in(annotation: Any) -> Iterator[type[RuleModel]]:
    if isinstance(annotation, type) and issubclass(annotation, RuleModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models_in(part)


def _locate_error(tree: Node, details: ErrorDetails) -> _Finding:
    """Follows pydantic's location, leaving out the names it gives to branches of a union."""
    kind = details["type"]
    code = _CODES.get(kind) or _PREFIX_CODES.get(kind.split("_")[0], "rule-not-value")
    node, mark, path = tree, tree.mark, list[str | int]()
    for part in details["loc"]:
        if part == "[key]":
            break
        if isinstance(part, str) and part in node.entries:
            mark = node.entries[part].key_mark
            node = node.entries[part].node
        elif isinstance(part, int) and part < len(node.items):
            node = node.items[part]
        else:
            continue
        path.append(part)
    last = details["loc"][-1] if details["loc"] else ""
    if code == "rule-missing-key":
        return _Finding(code, (*path, str(last)), _first_mark(node), details)
    on_key = code == "rule-unknown-key" or last == "[key]"
    return _Finding(code, tuple(path), mark if on_key else node.mark, details)


def _first_mark(node: Node) -> Mark:
    """Where a mapping begins for the eye: its first key."""
    return next((entry.key_mark for entry in node.entries.values()), node.mark)


def _merge_branches(findings: Sequence[_Finding]) -> list[_Finding]:
    """One finding where each branch of a union had its own; the branch that fitted deeper down was meant."""
    by_path: dict[tuple[str | int, ...], list[_Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    merged = []
    for path, group in by_path.items():
        deeper = any(other[: len(path)] == path and len(other) > len(path) for other in by_path)
        if deeper and all(finding.code == "rule-unknown-value" for finding in group):
            continue
        scalar = len(group) > 1 and all(finding.code.startswith("rule-not-") for finding in group)
        first = group[0]
        merged.append(_Finding("rule-not-value", path, first.mark, first.details) if scalar else first)
    return merged


def _describe_finding(model: type[RuleModel], finding: _Finding) -> Problem:
    path, context = finding.path, finding.details.get("ctx", {})
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    got = _written(finding.details["input"])
    expected: Sequence[str] = ()
    match finding.code:
        case "rule-unknown-key":
            expected, got = model_keys(model, path[:-1]), key
        case "rule-missing-key":
            got = ""
        case "rule-unknown-value":
            expected = re.findall(r"'([^']*)'", str(context.get("expected", "")))
        case "rule-bad-name":
            kebab = "(-" in str(context.get("pattern", ""))
            written = finding.mark.excerpt[finding.mark.column - 1 :][: finding.mark.length]
            return rule_error(finding.code, finding.mark, key=key, got=written, like=_NAME_EXAMPLES[kebab])
        case "rule-out-of-range":
            expected = [f"{_SIGNS[sign]}{bound}" for sign, bound in context.items() if sign in _SIGNS]
        case _:
            pass
    return rule_error(
        finding.code,
        finding.mark,
        key=key,
        got=got,
        expected=", ".join(expected),
        nearest=nearest_word(got, expected) if len(expected) > 1 else "",
    )


def _written(value: Any) -> str:
    """A value as a rules file would have it, short."""
    if isinstance(value, dict | list | tuple):
        return "…"
    if isinstance(value, Enum):
        value = value.value
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:59] + "…"
