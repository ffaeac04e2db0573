"""How well a header and what stands under it go with each field of a form. For proposals only."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xltools.core.sheet import Scalar, is_blank
from xltools.core.text import label_key
from xltools.forms.model import FieldType, Form, FormField
from xltools.forms.rules import Rules
from xltools.intake.fit import measure_fit
from xltools.intake.labels import LONGEST_LABEL, Labels
from xltools.intake.nearness import NEAR, propose_fields

EXACT = 100.0
_STRIPPED, _PART, _NUMBERED = 99.0, 96.0, 92.0  # 数量(Pcs); 数量 Qty; 备注2
_NEAREST = 90.0  # what is only like a known word comes after all that are known
_SECOND_MEANING = 2.0  # 备注 is a line's remark rather than the order's
_NO_FIELD = ""
_LOOKED_AT = 50

_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]$")
# 数量Qty, 单价/元, and the two lines of a bilingual header.
_PARTS = re.compile(r"[\n/|]|(?<=[\u3400-\u9fff])\s*(?=[A-Za-z])|(?<=[A-Za-z.)#])\s*(?=[\u3400-\u9fff])")
_NUMBER_AT_END = re.compile(r"\s*\d{1,2}$")
_DATED = re.compile(r"\d{1,4}\s*[-/.年月]\s*\d{1,2}(?:\s*[-/.月]\s*\d{1,4})?\s*日?\s*(?:交货?|出货|发货)?")
_NUMBER = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")
_FREE_TYPES = frozenset({FieldType.TEXT, FieldType.CODE})


class FieldWords:
    """The words that the fields of a form are known by; fields named first have the words that several go by."""

    def __init__(self, form: Form, rules: Rules, fields: Iterable[FormField]) -> None:
        self.fields = {field.name: field for field in fields}
        self._layers: list[dict[str, str]] = [{}]
        self._rated: dict[str, Mapping[str, float]] = {}
        for name, word in _known_words(form, rules, self.fields):
            self._add(label_key(word), name)
        for word in rules.headers.others.get(form.name, ()):
            self._layers[0].setdefault(label_key(word), _NO_FIELD)

    def _add(self, word: str, name: str) -> None:
        for layer in self._layers:
            if layer.setdefault(word, name) == name:
                return
        self._layers.append({word: name})

    def rate(self, header: str) -> Mapping[str, float]:
        """The fields a header may mean, with scores from 0 to 100; none for a header that is known to mean others."""
        if header not in self._rated:
            self._rated[header] = self._rate_exact(header) or self._rate_near(header)
        return {name: score for name, score in self._rated[header].items() if name != _NO_FIELD}

    @property
    def labels(self) -> Labels:
        """Every word as the reader compares it, with the field that has it first."""
        return {word: name for layer in reversed(self._layers) for word, name in layer.items()}

    def knows(self, header: str) -> bool:
        """True where a header is one of the words, but for blanks, case, brackets and the like."""
        return any(name != _NO_FIELD for name in self._rate_exact(header))

    def _rate_exact(self, header: str) -> dict[str, float]:
        for score, variants in (
            (EXACT, [header]),
            (_STRIPPED, [_BRACKETS.sub("", label_key(header))]),
            (_PART, [part for part in _PARTS.split(header) if len(part.strip()) > 1]),
            (_NUMBERED, [_NUMBER_AT_END.sub("", header)]),
        ):
            found: dict[str, float] = {}
            for depth, layer in enumerate(self._layers):
                for variant in variants:
                    if (name := layer.get(label_key(variant))) is not None:
                        found.setdefault(name, score - depth * _SECOND_MEANING)
            if found:
                return found
        return {}

    def _rate_near(self, header: str) -> dict[str, float]:
        found: dict[str, float] = {}
        if len(header) > LONGEST_LABEL:
            return found
        for depth, layer in enumerate(self._layers):
            for name, score in propose_fields(header, layer):
                rated = min(score, _NEAREST) - depth * _SECOND_MEANING
                found[name] = max(found.get(name, 0.0), rated)
        other = found.pop(_NO_FIELD, 0.0)
        return {name: score for name, score in found.items() if score > other}


def _known_words(form: Form, rules: Rules, fields: Mapping[str, FormField]) -> Iterator[tuple[str, str]]:
    """Field and word, by field: its labels, what the layouts call it, what real sheets do."""
    placements = [placement for layout in rules.layouts_of(form.name) for placement in layout.placements()]
    known = rules.headers.words.get(form.name, {})
    for name, field in fields.items():
        aliases = (alias for placement in placements if placement.field == name for alias in placement.aliases)
        labels = (field.label.zh, field.label.en, field.label.text.both)
        yield from ((name, word) for word in (*labels, *aliases, *known.get(name, ())))


def is_near(score: float) -> bool:
    """True where a score is enough to propose a field."""
    return score >= NEAR


def rate_values(values: Sequence[Scalar], field: FormField) -> float:
    """The share, from 0 to 1, of the values that a field of that type may hold.

    Any text fits a name or a code, so there dates and amounts tell: a 任务号 that holds `2025/2/18交` is no number.
    """
    looked_at = [value for value in values if not is_blank(value)][:_LOOKED_AT]
    if not looked_at or field.type not in _FREE_TYPES:
        return measure_fit(looked_at, field)
    if field.type is FieldType.CODE:
        return sum(not is_dated(value) for value in looked_at) / len(looked_at)
    # A specification may be a bare number, a name hardly ever: half a reason against it.
    return sum(0.0 if is_dated(value) else 0.6 if _is_number(value) else 1.0 for value in looked_at) / len(looked_at)


def is_dated(value: Scalar) -> bool:
    """True for a date, and for text that is written as one."""
    return isinstance(value, dt.date) or (isinstance(value, str) and _DATED.fullmatch(value.strip()) is not None)


def _is_number(value: Scalar) -> bool:
    return isinstance(value, float | int) or (isinstance(value, str) and _NUMBER.fullmatch(value.strip()) is not None)
