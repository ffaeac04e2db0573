"""What a workbook that is in no layout comes nearest to, and what it lacks: for the hint."""

from collections.abc import Iterator, Sequence

from xltools.core.place import Place
from xltools.core.problem import Problem, error
from xltools.core.sheet import Sheet, Workbook, is_blank
from xltools.forms.model import FormField, Stage
from xltools.intake.convert import plain_text
from xltools.intake.labels import LONGEST_LABEL, LayoutWords, find_label
from xltools.intake.nearness import nearest_field

_LOOKED_AT = 40  # rows of each sheet
_MOST_NEAR = 3  # near headers are named


def tell_unrecognised(workbook: Workbook, layouts: Sequence[LayoutWords], known: frozenset[str]) -> Problem:
    """The problem that a workbook is in none of these layouts: the nearest one, and which required fields it lacks."""
    place = Place(workbook.file)
    texts = list(_texts(workbook))
    named = [(frozenset(name for text in texts if (name := find_label(words.every, text))), words) for words in layouts]
    # A form whose labels stand nowhere around the table lacks no field: a layout that does says more.
    short = [one for one in named if _missing(*one, known)]
    nearest = max(short or named, key=lambda one: _nearness(one[0], one[1], known), default=None)
    if nearest is None or len(nearest[0]) < 2:
        return error("form-not-recognised", place, reason="reason-no-headers")
    found, words = nearest
    form, missing = words.form, _missing(found, words, known)
    label = {field.name: field.label.text.both for field in form.fields()}
    names = {field.name for field in missing}
    lacking = {key: name for key, name in words.every.items() if name in names}
    near = [f"“{text}” ≈ {label[name]}" for text in texts if (name := nearest_field(text, lacking))]
    blanks = {
        "layout": words.layout.label.text.both,
        "missing": ", ".join(_alternatives(missing)) or "—",
        "near": "; ".join(near[:_MOST_NEAR]) or "—",
    }
    return error("form-not-recognised", place, reason="reason-nearest-layout", **blanks)


def _nearness(found: frozenset[str], words: LayoutWords, known: frozenset[str]) -> tuple[int, int, bool]:
    """Many fields, then few missing, then an order: most of what comes is one."""
    return len(found), -len(_missing(found, words, known)), words.form.effect == "order"


def _missing(found: frozenset[str], words: LayoutWords, known: frozenset[str]) -> list[FormField]:
    """The fields without which a record is returned, and that neither a header nor anything else gives."""
    given = found | known | set(words.layout.defaults)
    return [
        field
        for field in words.form.fields()
        if field.required is Stage.INTAKE and field.default is None and not {field.name, field.alternative} & given
    ]


def _alternatives(missing: Sequence[FormField]) -> Iterator[str]:
    """The labels of fields, of those that stand in for each other in one: `产品编码 Product Code / 品名 Product`."""
    told: set[str] = set()
    label = {field.name: field.label.text.both for field in missing}
    for field in missing:
        if field.name not in told:
            others = [field.alternative] if field.alternative in label else []
            told.update((field.name, *others))
            yield " / ".join(label[name] for name in (field.name, *others))


def _texts(workbook: Workbook) -> Iterator[str]:
    for sheet in workbook.sheets:
        if not sheet.hidden:
            yield from _sheet_texts(sheet)


def _sheet_texts(sheet: Sheet) -> Iterator[str]:
    for row in sheet.rows[:_LOOKED_AT]:
        for value in row:
            if isinstance(value, str) and len(value) <= LONGEST_LABEL and not is_blank(value):
                yield plain_text(value)
