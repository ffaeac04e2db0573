"""The workflow drawn as a picture: the stages of an order's life, and the gates before each. SVG, A4 wide."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from xltools.core.text import Language
from xltools.forms.messages import Say
from xltools.forms.model import Form
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate, WorkflowStage
from xltools.reports.condition_words import condition_words
from xltools.reports.wording import order_form, role_text

_WIDTH, _MARGIN = 794, 36  # A4 at 96 dots an inch
_SPINE, _STAGE_LEFT, _STAGE_WIDTH = 50, 72, 166
_CARD_LEFT, _PAD, _GAP = 262, 14, 6
_CARD_WIDTH = _WIDTH - _MARGIN - _CARD_LEFT
_TITLE, _NAME, _NOTE, _LEADING = 22.0, 13.5, 11.0, 14.5
_BETWEEN = 10  # stages
_INK, _PALE, _LINE, _PAPER = "#1f2933", "#5b6774", "#c9d2da", "#ffffff"
_KINDS = {"fields": "#3b6ea8", "form": "#1d8a6b", "paper": "#8a5aa8", "goods": "#c77a1c"}
_TINTS = {"fields": "#eef4fa", "form": "#ecf7f3", "paper": "#f5eff8", "goods": "#fcf4e9"}
_FONTS = "'Noto Sans CJK SC','Noto Sans SC','Microsoft YaHei','PingFang SC','Segoe UI',Helvetica,Arial,sans-serif"


@dataclass(slots=True)
class _Canvas:
    """The marks drawn so far."""

    marks: list[str] = field(default_factory=list)

    def text(
        self, x: float, y: float, words: str, size: float, colour: str = _INK, *, bold: bool = False, anchor: str = ""
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        end = f' text-anchor="{anchor}"' if anchor else ""
        self.marks.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}"{weight}{end}>{escape(words)}</text>'
        )

    def box(
        self, x: float, y: float, width: float, height: float, fill: str, *, line: str = "none", round_by: float = 6,
        dashed: bool = False,
    ) -> None:  # fmt: skip
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.marks.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{round_by:g}" fill="{fill}"'
            f' stroke="{line}"{dash}/>'
        )

    def line(self, left: float, top: float, right: float, bottom: float, colour: str = _LINE, width: float = 2) -> None:
        self.marks.append(
            f'<path d="M{left:g} {top:g}L{right:g} {bottom:g}" stroke="{colour}" stroke-width="{width:g}"/>'
        )

    def dot(self, x: float, y: float, radius: float, fill: str) -> None:
        self.marks.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"/>')


@dataclass(frozen=True, slots=True)
class _Card:
    """A gate as it is drawn: its kind, its name, who opens it, the lines under it."""

    kind: str
    name: str
    whom: str
    notes: tuple[str, ...]
    is_tracked: bool

    @property
    def height(self) -> float:
        return 27 + _LEADING * len(self.notes)


def draw_workflow(rules: Rules, language: Language, say: Say) -> str:
    """The workflow as SVG text, the same for the same rules; for a stage on the left the gates on the right are open.

    Each gate has who opens it, what document or paper does, its limit in working days, and when it is not needed.
    """
    canvas = _Canvas()
    bottom = _draw_head(canvas, say)
    first, last = 0.0, 0.0
    for number, stage in enumerate(rules.workflow.stages, 1):
        cards = [_describe(gate, rules, language, say) for gate in stage.gates]
        note = _stage_note(stage, rules, say)
        height = max(sum(card.height + _GAP for card in cards) - _GAP, 26 + _LEADING * len(note))
        middle = bottom + 17
        first, last = first or middle, middle
        _draw_stage(canvas, number, stage.label.text.in_language(language), note, top=bottom)
        _draw_cards(canvas, cards, top=bottom)
        bottom += height + _BETWEEN
    bottom = _draw_legend(canvas, bottom + 2, say)
    spine = _Canvas()
    spine.line(_SPINE, first, _SPINE, last, _LINE, 3)
    body = "\n".join((*spine.marks, *canvas.marks))
    title = escape(say("ui-diagram-title"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {bottom:g}" width="{_WIDTH}"'
        f' height="{bottom:g}" font-family="{_FONTS}" role="img" lang="{language}">\n'
        f"<title>{title}</title>\n"
        f'<rect width="100%" height="100%" fill="{_PAPER}"/>\n{body}\n</svg>\n'
    )


def _draw_head(canvas: _Canvas, say: Say) -> float:
    canvas.text(_MARGIN, 50, say("ui-diagram-title"), _TITLE, bold=True)
    y = 74.0
    for words in _wrap(say("ui-diagram-caption"), 12, _WIDTH - 2 * _MARGIN):
        canvas.text(_MARGIN, y, words, 12, _PALE)
        y += 17
    return y + 4


def _draw_stage(canvas: _Canvas, number: int, label: str, note: tuple[str, ...], *, top: float) -> None:
    canvas.dot(_SPINE, top + 17, 13, _INK)
    canvas.text(_SPINE, top + 21.5, str(number), 12, _PAPER, bold=True, anchor="middle")
    lines = _wrap(label, 14, _STAGE_WIDTH)
    for at, words in enumerate(lines):
        canvas.text(_STAGE_LEFT, top + 22 + at * 17, words, 14, bold=True)
    for at, words in enumerate(note):
        canvas.text(_STAGE_LEFT, top + 22 + len(lines) * 17 + at * _LEADING, words, _NOTE, _PALE)


def _draw_cards(canvas: _Canvas, cards: list[_Card], *, top: float) -> None:
    y = top
    for card in cards:
        colour = _KINDS[card.kind]
        canvas.box(_CARD_LEFT, y, _CARD_WIDTH, card.height, _TINTS[card.kind], line=colour, dashed=not card.is_tracked)
        canvas.box(_CARD_LEFT, y, 5, card.height, colour, round_by=2.5)
        canvas.text(_CARD_LEFT + _PAD, y + 19, card.name, _NAME, bold=True)
        canvas.text(_CARD_LEFT + _CARD_WIDTH - _PAD, y + 19, card.whom, 12, colour, bold=True, anchor="end")
        for at, words in enumerate(card.notes):
            canvas.text(_CARD_LEFT + _PAD, y + 36 + at * _LEADING, words, _NOTE, _PALE)
        canvas.line(_CARD_LEFT - 14, y + 17, _CARD_LEFT, y + 17, colour, 1.5)
        y += card.height + _GAP
    if len(cards) > 1:
        canvas.line(_CARD_LEFT - 14, top + 17, _CARD_LEFT - 14, y - _GAP - cards[-1].height + 17, _LINE, 1.5)


def _draw_legend(canvas: _Canvas, top: float, say: Say) -> float:
    canvas.line(_MARGIN, top, _WIDTH - _MARGIN, top, _LINE, 1)
    x = float(_MARGIN)
    for kind, colour in _KINDS.items():
        words = say(f"ui-diagram-kind-{kind}")
        canvas.box(x, top + 14, 14, 14, _TINTS[kind], line=colour, round_by=3)
        canvas.text(x + 20, top + 25.5, words, 11.5, _PALE)
        x += 20 + _measure(words, 11.5) + 24
    return top + 46


def _stage_note(stage: WorkflowStage, rules: Rules, say: Say) -> tuple[str, ...]:
    """What a turning point means."""
    turns = (("approved", rules.workflow.approved), ("ready", rules.workflow.ready))
    said = [say(f"ui-diagram-{turn}") for turn, name in turns if name == stage.name]
    return tuple(line for words in said for line in _wrap(words, _NOTE, _STAGE_WIDTH))


def _describe(gate: Gate, rules: Rules, language: Language, say: Say) -> _Card:
    kind = next(kind for kind in _KINDS if getattr(gate, kind) is not None)
    is_tracked = (gate.form is None or gate.form in rules.forms) and (
        gate.paper is None or gate.paper in rules.paper_kinds
    )
    limit = [] if gate.limit is None else [say("ui-diagram-limit", days=gate.limit)]
    parts = [*_ways(gate, rules, language, say), *limit, *_excuses(gate, rules, language, say)]
    if not is_tracked:
        parts.append(say("ui-diagram-untracked"))
    notes = _join(parts, _NOTE, _CARD_WIDTH - 2 * _PAD)
    name = gate.what.text.in_language(language)
    return _Card(
        kind, name[:1].upper() + name[1:], role_text(gate.whom, rules, language, say), tuple(notes), is_tracked
    )


def _ways(gate: Gate, rules: Rules, language: Language, say: Say) -> Iterator[str]:
    """What opens it: a document that says so, a paper made, fields filled, goods gone."""
    if gate.fields:
        yield say("ui-diagram-fields", stage=say(f"ui-diagram-stage-{gate.fields}"))
    if gate.paper:
        kind = rules.paper_kinds.get(gate.paper)
        yield say("ui-diagram-paper", paper=kind.label.text.in_language(language) if kind else gate.paper)
    if gate.goods:
        yield say(f"ui-diagram-{gate.goods}")
    if gate.form:
        form = rules.forms.get(gate.form)
        yield say("ui-diagram-form", form=form.label.text.in_language(language) if form else gate.form)
        yield from _says(gate, form, language, say)
        yield from (say(f"ui-diagram-every-{dimension}") for dimension in gate.every)
    if gate.shipping_shows:
        yield say("ui-diagram-shipping-shows")


def _says(gate: Gate, form: Form | None, language: Language, say: Say) -> Iterator[str]:
    if gate.says:
        yield condition_words(gate.says, form, language)
    counted = form.field(gate.counts) if form and gate.counts else None
    if counted:
        yield say("ui-diagram-sum", field=counted.label.text.in_language(language))
    if gate.enough:
        yield say("ui-diagram-enough", words=condition_words(gate.enough, form, language))


def _excuses(gate: Gate, rules: Rules, language: Language, say: Say) -> Iterator[str]:
    if gate.unless:
        own = gate.unless_words.text.in_language(language) if gate.unless_words else ""
        yield say("ui-diagram-unless", words=own or condition_words(gate.unless, order_form(rules), language))
    if gate.already:
        yield say("ui-diagram-already", words=condition_words(gate.already, order_form(rules), language))


def _join(parts: list[str], size: float, width: float) -> list[str]:
    """The parts with a dot between them, each on one line where it fits."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]} · {part}" if lines else part
        if lines and _measure(longer, size) <= width:
            lines[-1] = longer
        else:
            lines += _wrap(part, size, width)
    return lines


def _wrap(words: str, size: float, width: float) -> list[str]:
    """The words in lines no wider than `width`: broken at blanks, between Chinese characters, never before a mark."""
    lines, line = [], ""
    for piece in _pieces(words):
        if line and _measure((line + piece).rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(words: str) -> Iterator[str]:
    piece = ""
    for mark in words:
        if (
            piece
            and mark not in "，。；：、）”"
            and piece[-1] not in "（“"
            and (_is_wide(mark) or _is_wide(piece[-1]) or piece[-1] == " ")
        ):
            yield piece
            piece = ""
        piece += mark
    if piece:
        yield piece


def _measure(words: str, size: float) -> float:
    """About how wide words are: no font is at hand, so Latin letters count a little more than they take."""
    return sum(size if _is_wide(mark) else size * 0.52 for mark in words)


def _is_wide(mark: str) -> bool:
    return unicodedata.east_asian_width(mark) in "WF"
