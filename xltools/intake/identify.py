"""Which form a workbook is, and in which layout: by the mark our templates carry, else by its headers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.remembered import Remembered
from xltools.core.sheet import Sheet, Workbook, is_blank
from xltools.core.text import label_key
from xltools.forms.model import Form, Layout, Stage
from xltools.forms.rules import Rules
from xltools.intake.date_columns import read_date_header
from xltools.intake.label_block import find_block
from xltools.intake.labels import LayoutWords, find_label, layout_words
from xltools.intake.locate import holds_lines
from xltools.intake.nearest_layout import tell_unrecognised
from xltools.intake.sheet_view import SheetView
from xltools.intake.sums import QUANTITY
from xltools.intake.table_header import Header, find_header
from xltools.intake.tracker_rows import ORDER_KEY

_MARK = re.compile(r"([a-z][a-z0-9-]*)/([a-z][a-z0-9-]*)/([1-9][0-9]*)")
_MARK_ROWS, _MARK_COLUMNS = 12, 40


@dataclass(frozen=True, slots=True)
class Match:
    """A layout and the sheets of a workbook that are in it.

    `score` is the number of fields that the sheets name, then how few more the layout has: one that was made for this
    workbook goes before one that knows many headers more.
    """

    layout: Layout
    sheets: tuple[Sheet, ...]
    score: tuple[int, int] = (0, 0)


def _name_unread(rules: Rules) -> frozenset[str]:
    named = {label_key(name) for layout in rules.layouts.values() for name in layout.sheets}
    skipped = (name for layout in rules.layouts.values() if layout.template for name in layout.skip_sheets)
    return frozenset(name for name in skipped if label_key(name) not in named)


# The names of the sheets that are never read: the guides to filling them in that our own templates have.
unread_sheets = Remembered[Rules, frozenset[str]](_name_unread)


def identify_layout(
    workbook: Workbook, rules: Rules, form: str | None = None, known: frozenset[str] = frozenset()
) -> tuple[Match | None, tuple[Problem, ...]]:
    """The layout that a workbook is in, among those of `form` where one is named.

    `known` are fields whose values come from elsewhere, such as the customer from the folder's name.
    """
    if (unread := unread_sheets(rules)) & {sheet.name for sheet in workbook.sheets}:
        workbook = replace(workbook, sheets=tuple(sheet for sheet in workbook.sheets if sheet.name not in unread))
    marked, problems = _find_marked(workbook, rules, form)
    if marked or problems:
        return marked, problems
    views = [SheetView(sheet) for sheet in workbook.sheets]
    matches = [match for layout in _candidates(rules, form) if (match := _match_layout(views, layout, rules, known))]
    place = Place(workbook.file)
    if not matches:
        return None, (tell_unrecognised(workbook, _all_words(rules, form), known),)
    top = max(match.score for match in matches)
    best = [match for match in matches if match.score == top]
    if len(best) > 1:
        names = ", ".join(match.layout.name for match in best)
        return None, (error("layout-ambiguous", place, layouts=names),)
    return best[0], ()


def _candidates(rules: Rules, form: str | None) -> Iterator[Layout]:
    for layout in rules.layouts.values():
        if layout.form == form or (form is None and rules.forms[layout.form].purpose == "document"):
            yield layout


def _all_words(rules: Rules, form: str | None) -> list[LayoutWords]:
    return [layout_words(rules.forms[layout.form], layout) for layout in _candidates(rules, form)]


def _find_marked(workbook: Workbook, rules: Rules, form: str | None) -> tuple[Match | None, tuple[Problem, ...]]:
    found: dict[str, list[Sheet]] = {}
    problems: list[Problem] = []
    for sheet in workbook.sheets:
        mark = _read_mark(sheet)
        if mark is None:
            continue
        form_name, layout_name, version, place = mark
        layout = rules.layouts.get(layout_name)
        if layout is None or layout.form != form_name or (form and form_name != form):
            continue  # a mark of another desk, or of a form since removed: the headers decide
        if not is_read(sheet, layout):
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
            if isinstance(value, str) and "/" in value and (match := _MARK.fullmatch(value.strip())):
                return match[1], match[2], int(match[3]), sheet.place(row, column)
    return None


def is_read(sheet: Sheet, layout: Layout) -> bool:
    """True for a sheet that a layout may lie in: one that it names, else any that is shown and not skipped."""
    name = label_key(sheet.name)
    if layout.sheets:
        return name in map(label_key, layout.sheets)
    return not sheet.hidden and name not in map(label_key, layout.skip_sheets)


def _match_layout(views: Sequence[SheetView], layout: Layout, rules: Rules, known: frozenset[str]) -> Match | None:
    words = layout_words(rules.forms[layout.form], layout)
    sheets, score = [], 0
    together: frozenset[str] = frozenset()
    for view in views:
        in_table, beside = _find_named(view, words) if is_read(view.sheet, layout) else (frozenset(), frozenset())
        named = in_table | beside
        # A list that says what has left is told by the column that says so.
        if not named or (layout.shipped and layout.shipped.date not in named):
            continue
        if layout.kind == "two-sheets" or _covers(named | known | frozenset(layout.defaults), words.form):
            sheets.append(view)
            score = max(score, _count_named(in_table, beside, layout))
            together |= named
    if layout.kind == "two-sheets" and not _covers_both(sheets, together | known, words):
        return None
    return (
        Match(layout, tuple(view.sheet for view in sheets), (score, -sum(1 for _ in layout.placements())))
        if sheets
        else None
    )


def _covers_both(views: Sequence[SheetView], named: frozenset[str], words: LayoutWords) -> bool:
    """True when there are header rows and lines, and between them all that is needed."""
    kinds = {holds_lines(view, words) for view in views}
    return kinds == {True, False} and _covers(named | frozenset(words.layout.defaults), words.form)


def named_fields(view: SheetView, words: LayoutWords) -> frozenset[str]:
    """The fields that a sheet's headers and labels name; empty where it has no table of the layout."""
    in_table, beside = _find_named(view, words)
    return in_table | beside


def _count_named(in_table: frozenset[str], beside: frozenset[str], layout: Layout) -> int:
    """How many fields speak for a layout: what stands around a table without order numbers speaks for a form."""
    is_bare = layout.kind == "list" and layout.group_by not in in_table
    return len(in_table if is_bare else in_table | beside)


def _find_named(view: SheetView, words: LayoutWords) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that the headers of a sheet's table name, and those of the labels around it."""
    nothing = frozenset[str](), frozenset[str]()
    part = words.table
    if words.layout.kind == "two-sheets":
        is_lines = holds_lines(view, words)
        if is_lines is None:
            return nothing
        part = words.table if is_lines else words.orders
    header = find_header(view, part.labels)
    if header is None:
        return nothing
    named = frozenset(header.matched)
    taken = {column for columns in header.matched.values() for column in columns}
    if words.across and any(read_date_header(text) for at, text in header.texts.items() if at not in taken):
        named |= {words.across.name, QUANTITY}
    if words.layout.kind == "two-sheets" or not words.layout.lines:
        return named, nothing[1]
    outside = [row for row in range(len(view.sheet.rows)) if not header.top <= row <= header.row]
    block = find_block(view, outside, words.block, words.every, words.choices)
    if words.layout.kind == "list":
        key = words.layout.group_by
        own = {label: name for label, name in words.every.items() if name == key}
        is_form = key not in named and bool(find_block(view, outside, own, words.every))
        return nothing if is_form else (named, frozenset(block))
    # A bare table, as people put into a customer's folder, is a list; so is one with a column of order numbers.
    if not block or _holds_orders(view.sheet, header, words, is_named=ORDER_KEY in block):
        return nothing
    return named, frozenset(block)


def _holds_orders(sheet: Sheet, header: Header, words: LayoutWords, *, is_named: bool) -> bool:
    """True for a table with a column of order numbers: several, or any where none stands around it (`is_named`)."""
    if ORDER_KEY in header.matched:
        return False
    columns = [column for column, text in header.texts.items() if find_label(words.block, text) == ORDER_KEY]
    under = sheet.rows[header.row + 1 :]
    numbers = {row[at] for at in columns for row in under if at < len(row) and not is_blank(row[at])}
    return len(numbers) > is_named


def _covers(named: frozenset[str], form: Form) -> bool:
    """True when each field without which a record is returned has a column, a label, a default, or a stand-in."""
    return all(
        field.name in named or field.default is not None or field.alternative in named
        for field in form.fields()
        if field.required is Stage.INTAKE
    )
