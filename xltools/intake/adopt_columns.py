"""Which column of a table is proposed for which field: by its header, by its values, each field once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from xltools.core.sheet import Scalar
from xltools.forms.model import FieldType
from xltools.intake.adopt_table import SeenColumn, SeenTable
from xltools.intake.adopt_words import FieldWords, is_near, rate_values
from xltools.intake.assignment import assign_fields

_ALIKE = 1.0  # scores nearer than this are a tie
_LEAST_FIT = 0.5
_KNOWN_WORD = 1000.0  # more than all likeness together: a word that is known is never given up for it
_SURE = 90.0
_BY_VALUES = 60.0
_SHOWN = 50.0  # alternatives below this are noise
_MOST_SHOWN = 3
_DUE = re.compile(r".*\d\s*日?\s*(交货?|出货|发货)")


class Remark(StrEnum):
    """What a person should know of a column."""

    NONE = ""
    TIE = "tie"  # two columns, or two fields, go together as well
    UNFIT = "unfit"  # called like a field whose values it does not hold
    BY_VALUES = "by-values"  # its values say what its header does not
    NEAR = "near"  # its header is only like a word that is known
    ELSEWHERE = "elsewhere"  # a field of the order, in a table of lines
    CLASH = "clash"  # the layout's words would find another field under it
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A column or label, the field proposed for it (empty for none), and the score from 0 to 100.

    `alternatives` are other fields it may be; `others` the headers it is tied with.
    """

    sheet: str
    seen: SeenColumn
    field: str
    score: float
    remark: Remark = Remark.NONE
    alternatives: tuple[tuple[str, float], ...] = ()
    others: tuple[str, ...] = ()


def place_columns(
    table: SeenTable, columns: Sequence[SeenColumn], words: FieldWords, allowed: set[str] | None = None
) -> tuple[ProposedColumn, ...]:
    """Each column with the field it is given, so that all together fit best."""
    rated = [_rate_column(column, words) for column in columns]
    sound = [
        {name: score for name, score in scores.items() if is_near(score) and (allowed is None or name in allowed)}
        for scores in rated
    ]
    weights = [{name: score + _KNOWN_WORD * (score >= _SURE) for name, score in one.items()} for one in sound]
    fields = _open_ties(assign_fields(weights), sound)
    proposed = []
    for column, scores, possible, field in zip(columns, rated, sound, fields, strict=True):
        least = min(_SURE, scores[field]) if field else _SHOWN
        others = tuple((name, score) for name, score in _best_first(scores) if name != field and score >= least)
        remark = _remark(column, field, scores, possible, words)
        tied = _tied_headers(column, possible, columns, sound) if remark is Remark.TIE else ()
        score = scores[field] if field else 0.0
        proposed.append(ProposedColumn(table.sheet.name, column, field, score, remark, others[:_MOST_SHOWN], tied))
    return _place_by_values(tuple(proposed), words, allowed)


def _rate_column(column: SeenColumn, words: FieldWords) -> dict[str, float]:
    """The fields that a column's header may mean, each by how like the header is and how its values fit."""
    scores: dict[str, float] = {}
    for header in column.names:
        for name, likeness in words.rate(header).items():
            fit = rate_values(column.values, words.fields[name])
            score = likeness * (0.3 + 0.7 * fit) if fit >= _LEAST_FIT else 0.0
            scores[name] = max(scores.get(name, 0.0), score)
    return scores


def _open_ties(fields: Sequence[str], sound: Sequence[Mapping[str, float]]) -> list[str]:
    """The fields, without those that another column, left with none, might have as well; nor both of two as good."""
    opened = list(fields)
    for at, field in enumerate(fields):
        if not field:
            continue
        score = sound[at][field]
        rivals = [
            other
            for other, scores in enumerate(sound)
            if other != at and not fields[other] and score - scores.get(field, 0.0) < _ALIKE
        ]
        equals = [name for name, other in sound[at].items() if name not in fields and abs(score - other) < _ALIKE]
        if rivals or equals:
            opened[at] = ""
    return opened


def _remark(
    column: SeenColumn, field: str, scores: Mapping[str, float], possible: Mapping[str, float], words: FieldWords
) -> Remark:
    if field:
        return Remark.NONE if scores[field] >= _SURE or any(map(words.knows, column.names)) else Remark.NEAR
    if possible:
        return Remark.TIE
    if any(is_near(score) and scores.get(name, 0.0) == 0.0 for name, score in _likeness(column, words).items()):
        return Remark.UNFIT
    return Remark.ELSEWHERE if any(map(is_near, scores.values())) else Remark.UNKNOWN


def _likeness(column: SeenColumn, words: FieldWords) -> dict[str, float]:
    return {name: score for header in column.names for name, score in words.rate(header).items()}


def _tied_headers(
    column: SeenColumn,
    own: Mapping[str, float],
    columns: Sequence[SeenColumn],
    sound: Sequence[Mapping[str, float]],
) -> tuple[str, ...]:
    tied = (
        f"{one.header} ({one.cell.place.cell})"
        for one, scores in zip(columns, sound, strict=True)
        if one is not column and any(abs(scores.get(name, 0.0) - score) < _ALIKE for name, score in own.items())
    )
    return tuple(islice(tied, _MOST_SHOWN))


def _place_by_values(
    columns: tuple[ProposedColumn, ...], words: FieldWords, allowed: set[str] | None
) -> tuple[ProposedColumn, ...]:
    """The columns, a date of delivery found by what stands in it: `2025/2/18交` under 任务号 says itself what it is."""
    schedules = [name for name, field in words.fields.items() if field.type is FieldType.SCHEDULE]
    due = next((name for name in schedules if allowed is None or name in allowed), "")
    if not due or any(one.field == due for one in columns):
        return columns
    spots = [at for at, one in enumerate(columns) if not one.field and _says_due(one.seen.values)]
    if len(spots) != 1:
        return columns
    found = replace(columns[spots[0]], field=due, score=_BY_VALUES, remark=Remark.BY_VALUES)
    return (*columns[: spots[0]], found, *columns[spots[0] + 1 :])


def _says_due(values: Sequence[Scalar]) -> bool:
    texts = [value.strip() for value in values if isinstance(value, str)]
    return bool(texts) and 2 * sum(_DUE.fullmatch(text) is not None for text in texts) > len(values)


def _best_first(scores: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(scores.items(), key=lambda one: (-one[1], one[0]))
