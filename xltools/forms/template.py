"""The template workbook of a form: the sheet that people fill, and the guide with a filled example behind it.

All words stand in both languages. Nothing here reads a template back: the reader finds fields by their labels, so that
staff may restyle, move and rename as they like.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from xltools.core.content import CellContent
from xltools.core.grid import Grid, GridTable, PrintSetup, Style
from xltools.core.sheet import Range
from xltools.core.text import Text
from xltools.forms.drawing import Canvas, Span, display_width, span_width, text_height
from xltools.forms.entry import entry_example, entry_guide, entry_style, entry_validation, entry_width
from xltools.forms.model import Form, FormField, Label, Layout, Placement, Stage

SHEET_LINES = 20
LIST_ROWS = 200
_PAIRS = 3  # label/value pairs side by side
_GUIDE = "填写说明 Guide"
_EXAMPLE = Text("填写示例", "Filled example")
_HEADER = Text("表头", "Header")
_LINES = Text("明细", "Lines")
_LEGEND = Text("* 橙色为必填，其余可后补", "orange cells are required, others can follow")
_GUIDE_HEADERS = (
    Text("字段", "Field"),
    Text("何时必填", "Required by"),
    Text("填写方法", "How to fill"),
    Text("示例", "Example"),
)
_GUIDE_WIDTHS = (30, 24, 62, 30)
_BAND_COLUMNS, _BAND_WIDTH = 10, 16.0  # the example of a wide list is drawn in bands, so that it can be read on paper
_STAGES = {
    Stage.INTAKE: Text("接单", "Intake"),
    Stage.CONTRACT: Text("出合同", "Contract"),
    Stage.PRODUCTION: Text("下生产", "Production"),
    Stage.SHIPPING: Text("发货", "Shipping"),
}
_REQUIRED = Text("必填", "Required")  # in documents about orders that have been taken in already
Values = Mapping[str, CellContent]


def build_template(form: Form, layout: Layout) -> tuple[Grid, ...]:
    """The sheets of a layout's empty template: the form, and the guide with a filled example."""
    return (_draw_form(form, layout, {}, ()), _draw_guide(form, layout))


def fill_template(
    form: Form, layout: Layout, header: Values, lines: Sequence[Values], spare: int | None = None
) -> tuple[Grid, ...]:
    """The template with values in it, by field name: the header's once, then a row for each of `lines`.

    In a list each row holds the header's values and its own, its own first; those that stand above the table are not
    repeated. `spare` blank rows follow, as many as the empty template has where it is not given. ValueError for a field
    that the template has no place for.
    """
    placed = {placement.field for placement in _drawn(layout.placements())}
    if unknown := sorted({*header, *chain.from_iterable(lines)} - placed):
        raise ValueError(f"layout {layout.name} has no place for {', '.join(unknown)}")
    return (_draw_form(form, layout, header, lines, spare), _draw_guide(form, layout))


def template_mark(form: Form, layout: Layout) -> str:
    """The text by which a template is known again: form, layout and version."""
    return f"{form.name}/{layout.name}/{form.version}"


def _draw_form(form: Form, layout: Layout, header: Values, lines: Sequence[Values], spare: int | None = None) -> Grid:
    canvas = Canvas()
    columns = _table_fields(form, layout)
    widths = _column_widths(columns)
    last = len(widths) - 1
    canvas.put(0, (0, last), layout.label.text.both, Style.TITLE)
    canvas.grow(0, 32)
    mark_from = _first_column(widths, sum(widths) - 40)
    canvas.put(1, (0, mark_from - 1), _LEGEND.both, Style.SUBTITLE)
    canvas.put(1, (mark_from, last), template_mark(form, layout), Style.MARK)
    canvas.grow(1, 18)
    beside = _beside(layout)
    top = 2
    if beside:
        top = _draw_header(canvas, _fields(form, beside), widths, header, top=2) + 1
        canvas.put(top - 1, (0, last), _LINES.both if columns else None, Style.SECTION)
        canvas.grow(top - 1, 26)
    if layout.kind == "sheet":
        rows, count = tuple(lines), SHEET_LINES
    else:
        once = {placement.field for placement in beside}
        repeated = {name: value for name, value in header.items() if name not in once}
        rows = tuple({**repeated, **line} for line in lines) or ((repeated,) if repeated else ())
        count = LIST_ROWS
    if spare is not None:
        count = len(rows) + spare
    bottom = _draw_table(canvas, columns, widths, rows, top=top, count=max(count, len(rows)))
    return Grid(
        name=_sheet_name(layout.label),
        cells=canvas.cells,
        widths=widths,
        heights=canvas.heights,
        merges=tuple(canvas.merges),
        validations=tuple(canvas.validations),
        tables=(GridTable(form.name.replace("-", "_"), Range(top, 0, bottom, len(columns) - 1)),)
        if layout.kind == "list"
        else (),
        freeze=(top + 1, 0),
        print_setup=PrintSetup(landscape=True, repeat_rows=(top, top)),
    )


def _draw_header(
    canvas: Canvas, described: Sequence[FormField], widths: Sequence[float], values: Values, *, top: int
) -> int:
    """Draws the label/value pairs, then what needs a row of its own; gives the first row under them."""
    paired = [one for one in described if one.room == 1]
    spans = _pair_spans(widths, [_label(one) for one in paired])
    for index, one in enumerate(paired):
        _draw_pair(canvas, one, spans[index % _PAIRS], widths, values.get(one.name), row=top + index // _PAIRS)
    rest = len(paired) % _PAIRS
    for label, value in spans[rest:] if rest else ():
        canvas.put(top + len(paired) // _PAIRS, label, None, Style.LABEL)
        canvas.put(top + len(paired) // _PAIRS, value, None, Style.INPUT)
    bottom = top - (-len(paired) // _PAIRS)
    for row, one in enumerate((one for one in described if one.room > 1), bottom):
        label, (first, _) = spans[0]
        _draw_pair(canvas, one, (label, (first, len(widths) - 1)), widths, values.get(one.name), row=row)
    return bottom + len(described) - len(paired)


def _draw_pair(
    canvas: Canvas, one: FormField, spans: tuple[Span, Span], widths: Sequence[float], content: CellContent, *, row: int
) -> None:
    label, value = spans
    canvas.put(row, label, _label(one), Style.LABEL_REQUIRED if _is_required(one) else Style.LABEL)
    canvas.put(row, value, content, entry_style(one))
    canvas.grow(row, text_height(content, span_width(widths, value), 22 if one.room == 1 else 15 * one.room + 7))
    canvas.grow(row, text_height(_label(one), span_width(widths, label), 22))
    canvas.check(entry_validation(one, Range(row, value[0], row, value[1])))


def _draw_table(
    canvas: Canvas,
    columns: Sequence[tuple[FormField, Placement]],
    widths: Sequence[float],
    rows: Sequence[Values],
    *,
    top: int,
    count: int,
) -> int:
    """Draws a header row and `count` rows under it, the first of them filled; gives the last row."""
    for column, (described, _) in enumerate(columns):
        label = _label(described)
        canvas.put(top, (column, column), label, _header_style(described))
        canvas.grow(top, text_height(label, widths[column], 36))
        style = entry_style(described)
        for index in range(count):
            row = top + 1 + index
            content = rows[index].get(described.name) if index < len(rows) else None
            wanted = content is None and index < len(rows) and _is_amount(described) and _is_required(described)
            canvas.put(row, (column, column), content, Style.INPUT_WANTED if wanted else style)
            canvas.grow(row, text_height(content, widths[column], 20))
        canvas.check(entry_validation(described, Range(top + 1, column, top + count, column)))
    return top + count


def _draw_guide(form: Form, layout: Layout) -> Grid:
    canvas = Canvas()
    columns = _table_fields(form, layout)
    widths = _column_widths(columns) if layout.kind == "sheet" else (_BAND_WIDTH,) * _BAND_COLUMNS
    last = len(widths) - 1
    canvas.put(0, (0, last), f"{layout.label.text.both} · {_GUIDE}", Style.TITLE)
    canvas.grow(0, 32)
    spans = _guide_spans(widths)
    for span, words in zip(spans, _GUIDE_HEADERS, strict=True):
        canvas.put(1, span, words.both, Style.HEADER)
    canvas.grow(1, 24)
    row = 2
    for words, placements in ((_HEADER, layout.header), (_LINES, layout.lines)):
        if layout.lines:
            canvas.put(row, (0, spans[-1][1]), words.both, Style.SECTION)
            canvas.grow(row, 24)
            row += 1
        for described in _fields(form, _drawn(placements)):
            _draw_guide_row(canvas, described, _required_words(form, described), widths, row=row)
            row += 1
    row += 1
    canvas.put(row, (0, last), _EXAMPLE.both, Style.SECTION)
    canvas.grow(row, 26)
    _draw_example(canvas, form, layout, widths, top=row + 1)
    return Grid(
        name=layout.skip_sheets[0] if layout.skip_sheets else _GUIDE,
        cells=canvas.cells,
        widths=widths,
        heights=canvas.heights,
        merges=tuple(canvas.merges),
        validations=tuple(canvas.validations),
        freeze=(2, 0),
        print_setup=PrintSetup(landscape=True, repeat_rows=(1, 1)),
    )


def _draw_guide_row(canvas: Canvas, described: FormField, required: str, widths: Sequence[float], *, row: int) -> None:
    label = Style.LABEL_REQUIRED if _is_required(described) else Style.LABEL
    content = entry_example(described)
    # Numbers and dates as they are typed, standing left like the texts above and under them.
    example = content if isinstance(content, str) else str(described.example or "")
    texts = ((_label(described), label), (required, Style.TEXT), (entry_guide(described), Style.TEXT))
    for span, (text, style) in zip(_guide_spans(widths), (*texts, (example, Style.TEXT)), strict=True):
        canvas.put(row, span, text, style)
        canvas.grow(row, text_height(text, span_width(widths, span), 20))


def _draw_example(canvas: Canvas, form: Form, layout: Layout, widths: Sequence[float], *, top: int) -> None:
    """Draws the form as a person would have filled it; the columns of a list in bands one under the other."""
    columns = _table_fields(form, layout)
    examples = {described.name: entry_example(described) for described in _fields(form, layout.placements())}
    if beside := _beside(layout):
        top = _draw_header(canvas, _fields(form, beside), widths, examples, top=top)
    if layout.kind == "sheet":
        row = top
        canvas.put(row, (0, len(widths) - 1), _LINES.both, Style.SECTION)
        canvas.grow(row, 26)
        _draw_table(canvas, columns, widths, (examples,), top=row + 1, count=3)
        return
    for first in range(0, len(columns), _BAND_COLUMNS):
        band = columns[first : first + _BAND_COLUMNS]
        top = _draw_table(canvas, band, widths, (examples,), top=top, count=1) + 2


def _required_words(form: Form, described: FormField) -> str:
    if described.required is None:
        return ""
    words = _STAGES[described.required].both if form.effect == "order" or form.purpose == "master" else _REQUIRED.both
    other = form.field(described.alternative) if described.alternative else None
    return words if other is None else f"{words}\n(或 or {other.label.text.both})"


def _is_required(described: FormField) -> bool:
    return described.required is Stage.INTAKE


def _is_amount(described: FormField) -> bool:
    return entry_style(described) is Style.INPUT_NUMBER


def _label(described: FormField) -> str:
    return f"{described.label.text.both} *" if _is_required(described) else described.label.text.both


def _header_style(described: FormField) -> Style:
    if _is_required(described):
        return Style.HEADER_REQUIRED
    return Style.HEADER_EDITABLE if described.editable else Style.HEADER


def _beside(layout: Layout) -> tuple[Placement, ...]:
    """The header fields that stand around the table: all of a form, of a list those that it says."""
    return tuple(one for one in _drawn(layout.header) if layout.kind == "sheet" or one.above)


def _drawn(placements: Iterable[Placement]) -> tuple[Placement, ...]:
    return tuple(one for one in placements if one.drawn)


def _table_fields(form: Form, layout: Layout) -> list[tuple[FormField, Placement]]:
    """The columns of the table: a list has the header's fields in it, too."""
    placements = layout.lines if layout.kind == "sheet" else tuple(layout.placements())
    columns = tuple(one for one in _drawn(placements) if not one.above)
    return list(zip(_fields(form, columns), columns, strict=True))


def _fields(form: Form, placements: Iterable[Placement]) -> list[FormField]:
    named = {described.name: described for described in form.fields()}
    return [named[placement.field] for placement in placements]


def _column_widths(columns: Sequence[tuple[FormField, Placement]]) -> tuple[float, ...]:
    """In characters, enough for the longest word of each header, which breaks at spaces; six at least for the title."""
    widths = [
        max(placed.width or entry_width(described), *(display_width(word) + 3 for word in _header_words(described)))
        for described, placed in columns
    ]
    return (*widths, *[14.0] * (2 * _PAIRS - len(widths)))


def _header_words(described: FormField) -> list[str]:
    """The words between which a header may break: its star stays with the last."""
    *words, last = described.label.text.both.split()
    return [*words, f"{last} *" if _is_required(described) else last]


def _pair_spans(widths: Sequence[float], labels: Sequence[str]) -> list[tuple[Span, Span]]:
    """The columns of label and value of each pair: labels as wide as their words need, pairs about equally wide."""
    spans, start = [], 0
    for pair in range(_PAIRS):
        needed = max((display_width(label) for label in labels[pair::_PAIRS]), default=0) + 1
        left = len(widths) - 2 * (_PAIRS - pair - 1)  # what later pairs need at least stays free
        label = start
        while span_width(widths, (start, label)) < needed and label + 2 < left:
            label += 1
        goal = sum(widths) * (pair + 1) / _PAIRS
        value = label + 1
        while value + 1 < left and (pair == _PAIRS - 1 or sum(widths[: value + 1]) + widths[value + 1] / 2 < goal):
            value += 1
        spans.append(((start, label), (label + 1, value)))
        start = value + 1
    return spans


def _guide_spans(widths: Sequence[float]) -> list[Span]:
    """The columns of each of the guide's four columns."""
    spans, start = [], 0
    for index, goal in enumerate(_GUIDE_WIDTHS):
        end, left = start, len(widths) - (len(_GUIDE_WIDTHS) - index)
        while end < left and span_width(widths, (start, end)) < goal:
            end += 1
        spans.append((start, end))
        start = end + 1
    return spans


def _first_column(widths: Sequence[float], offset: float) -> int:
    """The first column, but never the very first, that begins at or after an offset in characters."""
    column, at = 0, 0.0
    while column < len(widths) - 1 and (at < offset or column == 0):
        at += widths[column]
        column += 1
    return column


def _sheet_name(label: Label) -> str:
    """The label as a sheet name: at most 31 characters, none that Excel forbids."""
    name = "".join(mark for mark in label.text.both if mark not in "[]:*?/\\'")
    return name if len(name) <= 31 else label.zh[:31]
