"""Which form a workbook is, and in which layout: by the mark our templates carry, else by its headers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.sheet import Sheet, Workbook
from xltools.core.text import label_key, normalize_text
from xltools.forms.model import Form, Layout, Stage
from xltools.forms.rules import Rules
from xltools.intake.labels import Labels, index_labels, match_row
from xltools.intake.locate import find_table, table_labels

_MARK = re.compile(r"([a-z][a-z0-9-]*)/([a-z][a-z0-9-]*)/([1-9][0-9]*)")
_MARK_ROWS, _MARK_COLUMNS = 12, 40


@dataclass(frozen=True, slots=True)
class Match:
    """A layout and the sheets of a workbook that are in it."""

    layout: Layout
    sheets: tuple[Sheet, ...]
    score: int = 0


def identify_layout(
    workbook: Workbook, rules: Rules, form: str | None = None, known: frozenset[str] = frozenset()
) -> tuple[Match | None, tuple[Problem, ...]]:
    """The layout that a workbook is in, among those of `form` where one is named.

    `known` are fields whose values come from elsewhere, such as the customer from the folder's name.
    """
    marked, problems = _find_marked(workbook, rules, form)
    if marked or problems:
        return marked, problems
    matches = sorted(
        (match for layout in _candidates(rules, form) if (match := _match_layout(workbook, layout, rules, known))),
        key=lambda match: -match.score,
    )
    place = Place(workbook.file)
    if not matches:
        return None, (error("form-not-recognised", place),)
    best = [match for match in matches if match.score == matches[0].score]
    if len(best) > 1:
        names = ", ".join(match.layout.name for match in best)
        return None, (error("layout-ambiguous", place, layouts=names),)
    return best[0], ()


def _candidates(rules: Rules, form: str | None) -> Iterator[Layout]:
    for layout in rules.layouts.values():
        if layout.form == form or (form is None and rules.forms[layout.form].purpose == "document"):
            yield layout


def _find_marked(workbook: Workbook, rules: Rules, form: str | None) -> tuple[Match | None, tuple[Problem, ...]]:
    found: dict[str, list[Sheet]] = {}
    problems: list[Problem] = []
    for sheet in workbook.sheets:
        mark = None if sheet.hidden else _read_mark(sheet)
        if mark is None:
            continue
        form_name, layout_name, version, place = mark
        layout = rules.layouts.get(layout_name)
        if layout is None or layout.form != form_name or (form and form_name != form):
            continue  # a mark of another desk, or of a form since removed: the headers decide
        if _is_skipped(sheet, layout):
            continue
        if version > rules.forms[form_name].version and layout_name not in found:
            problems.append(warning("form-version-newer", place, version=version, known=rules.forms[form_name].version))
        found.setdefault(layout_name, []).append(sheet)
    if len(found) > 1:
        return None, (error("layout-ambiguous", Place(workbook.file), layouts=", ".join(found)),)
    for name, sheets in found.items():
        return Match(rules.layouts[name], tuple(sheets)), tuple(problems)
    return None, ()


def _read_mark(sheet: Sheet) -> tuple[str, str, int, Place] | None:
    for row in range(min(len(sheet.rows), _MARK_ROWS)):
        for column, value in enumerate(sheet.rows[row][:_MARK_COLUMNS]):
            if isinstance(value, str) and (match := _MARK.fullmatch(value.strip())):
                return match[1], match[2], int(match[3]), sheet.place(row, column)
    return None


def _is_skipped(sheet: Sheet, layout: Layout) -> bool:
    skipped = map(label_key, layout.skip_sheets)
    return label_key(normalize_text(sheet.name)) in skipped


def _match_layout(workbook: Workbook, layout: Layout, rules: Rules, known: frozenset[str]) -> Match | None:
    form = rules.forms[layout.form]
    sheets, score = [], 0
    for sheet in workbook.sheets:
        if sheet.hidden or _is_skipped(sheet, layout):
            continue
        named = _named_fields(sheet, form, layout)
        # A list that says what has left is told by the column that says so.
        if layout.shipped and layout.shipped.date not in named:
            continue
        if named and _covers(named | known | frozenset(layout.defaults), form):
            sheets.append(sheet)
            score = max(score, len(named))
    return Match(layout, tuple(sheets), score) if sheets else None


def _named_fields(sheet: Sheet, form: Form, layout: Layout) -> frozenset[str]:
    table = find_table(sheet, table_labels(form, layout))
    if table is None:
        return frozenset()
    if layout.kind == "list":
        return frozenset(table.columns)
    labels: Labels = index_labels(form, layout.header)
    named = {name for row in range(len(sheet.rows)) if row != table.row for name in match_row(labels, sheet, row)}
    # A bare table, as people put into a customer's folder, is a list.
    return frozenset(named | set(table.columns)) if named else frozenset()


def _covers(named: frozenset[str], form: Form) -> bool:
    """True when each field without which a record is returned has a column, a label, a default, or a stand-in."""
    return all(
        field.name in named or field.default is not None or field.alternative in named
        for field in form.fields()
        if field.required is Stage.INTAKE
    )
