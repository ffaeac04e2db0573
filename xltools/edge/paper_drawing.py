"""Drawing Word templates of papers (python-docx): boxes of text in millimetres, in page header, body and page footer.

What stands in header and footer comes on each page, so that a continuation page names its paper and can be signed.
"""

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run as DocxRun

from xltools.edge.word import date_zip
from xltools.edge.word_tables import keep_whole, repeat_on_each_page, set_widths

Align = Literal["left", "center", "right"]
Part = Literal["header", "body", "footer"]

MADE = dt.date(2026, 1, 1)  # the date that templates carry, so that building them again changes nothing
LABEL_SHRINK = 2.0  # points by which the English of a label is smaller than its Chinese
_PADDING = {"top": 23, "left": 45, "bottom": 23, "right": 45}  # twips: 0.4 mm, and 0.8 at the sides of narrow columns
_LATIN, _CHINESE, _CHINESE_BOLD = "Times New Roman", "宋体", "黑体"
_LEADING = 1.2  # line height to letter size: Chinese fonts differ in their own, and with it where a page would end
_MIDDLE = WD_CELL_VERTICAL_ALIGNMENT.CENTER
_ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


@dataclass(frozen=True, slots=True)
class PaperPage:
    """A sheet of paper in millimetres, the blank edge at its sides and at top and bottom, and the letters' points."""

    width: float
    height: float
    side: float
    edge: float
    points: float = 9

    @property
    def inner(self) -> float:
        """The width between the blank edges."""
        return self.width - 2 * self.side


@dataclass(frozen=True, slots=True)
class Words:
    """Text of one look, placeholders among it; a line break at its end ends the paragraph.

    `number` makes it a page number, of which the text is the example that stands in the template.
    """

    text: str
    points: float | None = None
    bold: bool = False
    struck: bool = False
    number: Literal["", "PAGE", "NUMPAGES"] = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A cell: its text, across how many columns, and whether a rule to write on stands beneath it."""

    words: tuple[Words, ...] = ()
    span: int = 1
    align: Align = "left"
    underlined: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that has a row for each of the paper's lines: header label, cell, width in millimetres."""

    label: tuple[str, str]
    words: tuple[Words, ...]
    width: float
    align: Align = "left"


def words_of(text: str, points: float | None = None, bold: bool = False) -> tuple[Words, ...]:
    """Text of one look."""
    return (Words(text, points, bold),)


def label_words(label: tuple[str, str], points: float, stacked: bool = False) -> tuple[Words, ...]:
    """A label in Chinese, and smaller in English: beside it with a colon, or `stacked` beneath it."""
    chinese, english = label
    if stacked:
        return (Words(f"{chinese}\n", points, bold=True), Words(english, points - LABEL_SHRINK))
    return (Words(f"{chinese} ", points, bold=True), Words(f"{english}: ", points - LABEL_SHRINK))


def page_words(points: float) -> tuple[Words, ...]:
    """`第1/3页 Page 1 of 3`."""
    small = points - LABEL_SHRINK
    return (
        Words("第", points),
        Words("1", points, number="PAGE"),
        Words("/", points),
        Words("1", points, number="NUMPAGES"),
        Words("页  ", points),
        Words("Page ", small),
        Words("1", small, number="PAGE"),
        Words(" of ", small),
        Words("1", small, number="NUMPAGES"),
    )


class PaperDrawing:
    """A Word template that is being drawn."""

    def __init__(self, page: PaperPage, title: str) -> None:
        """An empty paper of that size; `title` is the document property."""
        self.page = page
        self._title = title
        self._document = Document()
        _set_page(self._document, page)
        _set_style(self._document, page.points)

    def add_grid(
        self, part: Part, widths: Sequence[float], rows: Iterable[Sequence[Box]], ruled: bool = False, height: float = 0
    ) -> None:
        """Rows of boxes, `ruled` or without lines; `height` is the least of a row, for what is filled in by hand."""
        table = self._new_table(part, len(widths), ruled)
        for boxes in rows:
            self._add_row(table, boxes, height)
        set_widths(table, [Mm(one) for one in widths], _PADDING)
        self._add_gap(part)

    def add_lines(
        self, columns: Sequence[Column], loop: str, totals: Iterable[Sequence[Box]] = (), label_points: float = 8.5
    ) -> None:
        """A ruled table in the body: labels, which come again on each page, a row for each of `loop`, then the totals.

        `loop` is what Jinja2 has between `for` and the end, such as `line in lines`.
        """
        table = self._new_table("body", len(columns), ruled=True)
        labels = [Box(label_words(one.label, label_points, stacked=True), align="center") for one in columns]
        repeat_on_each_page(self._add_row(table, labels))
        table.add_row().cells[0].paragraphs[0].add_run(f"{{%tr for {loop} %}}")
        row = self._add_row(table, [Box(one.words, align=one.align) for one in columns])
        for cell in row.cells:
            # Centred in height, LibreOffice sets short cells of the last row on a page differently from long ones.
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.TOP
        table.add_row().cells[0].paragraphs[0].add_run("{%tr endfor %}")
        for boxes in totals:
            self._add_row(table, boxes)
        set_widths(table, [Mm(one.width) for one in columns], _PADDING)
        self._add_gap("body")

    def add_text(self, part: Part, words: Sequence[Words], align: Align = "left") -> None:
        """A paragraph of its own."""
        self._write(self._container(part).add_paragraph(), words, align)

    def finish(self) -> bytes:
        """The template's bytes, the same each time."""
        for part in (self._document.sections[0].header, self._document.sections[0].footer):
            # Word wants a last paragraph after a table; the one that was there first serves, hardly to be seen.
            first = part.paragraphs[0]
            part._element.append(first._p)
            _make_thin(first)
        properties = self._document.core_properties
        properties.created = properties.modified = dt.datetime(MADE.year, MADE.month, MADE.day, tzinfo=dt.UTC)
        properties.title, properties.author, properties.comments = self._title, "xltools", ""
        written = io.BytesIO()
        self._document.save(written)
        return date_zip(written.getvalue(), MADE)

    def _container(self, part: Part) -> "DocumentType":
        section = self._document.sections[0]
        found = {"header": section.header, "body": self._document, "footer": section.footer}[part]
        return cast("DocumentType", found)  # all three add paragraphs and tables alike

    def _new_table(self, part: Part, columns: int, ruled: bool) -> Table:
        section, width = self._document.sections[0], Mm(self.page.inner)
        if part == "body":
            table: Table = self._document.add_table(0, columns)
        else:
            table = (section.header if part == "header" else section.footer).add_table(0, columns, width)
        table.style = "Table Grid" if ruled else None
        return table

    def _add_row(self, table: Table, boxes: Sequence[Box], height: float = 0) -> _Row:
        row: _Row = table.add_row()
        keep_whole(row)
        if height:
            row.height_rule, row.height = WD_ROW_HEIGHT_RULE.AT_LEAST, Mm(height)
        start = 0
        for box in boxes:
            cell = row.cells[start]
            if box.span > 1:
                cell = cell.merge(row.cells[start + box.span - 1])
            for at, words in enumerate(_paragraphs(box.words)):
                self._write(cell.add_paragraph() if at else cell.paragraphs[0], words, box.align)
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM if box.underlined else _MIDDLE
            if box.underlined:
                _underline(cell)
            start += box.span
        return row

    def _write(self, paragraph: Paragraph, words: Sequence[Words], align: Align) -> None:
        paragraph.alignment = _ALIGNMENTS[align]
        largest = max((one.points or self.page.points for one in words), default=self.page.points)
        if largest != self.page.points:
            paragraph.paragraph_format.line_spacing = Pt(round(largest * _LEADING, 1))
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        for one in words:
            if one.number:
                _add_field(paragraph, one)
            else:
                _style_run(paragraph.add_run(one.text), one)

    def _add_gap(self, part: Part) -> None:
        _make_thin(self._container(part).add_paragraph())


def _paragraphs(words: Sequence[Words]) -> list[list[Words]]:
    """The words by paragraph, each of which has lines as high as its own letters want."""
    found: list[list[Words]] = [[]]
    for one in words:
        found[-1].append(replace(one, text=one.text.removesuffix("\n")))
        if one.text.endswith("\n"):
            found.append([])
    return found


def _set_page(document: DocumentType, page: PaperPage) -> None:
    """The size, without an orientation: told `landscape`, Word turns the text on the printer's 241 × 140 mm form."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(page.width), Mm(page.height)
    section.left_margin = section.right_margin = Mm(page.side)
    section.top_margin = section.bottom_margin = Mm(page.edge)
    section.header_distance = section.footer_distance = Mm(page.edge)


def _set_style(document: DocumentType, points: float) -> None:
    normal = cast("ParagraphStyle", document.styles["Normal"])
    normal.font.name, normal.font.size = _LATIN, Pt(points)
    # Word takes Chinese letters from the eastAsia font alone; python-docx sets only the Latin one.
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
    form = normal.paragraph_format
    form.space_after = form.space_before = Pt(0)
    form.line_spacing, form.line_spacing_rule = Pt(round(points * _LEADING, 1)), WD_LINE_SPACING.EXACTLY


def _make_thin(paragraph: Paragraph) -> None:
    form = paragraph.paragraph_format
    form.line_spacing, form.line_spacing_rule = Pt(3), WD_LINE_SPACING.EXACTLY


def _style_run(run: DocxRun, words: Words) -> None:
    if words.points:
        run.font.size = Pt(words.points)
    if words.struck:
        run.font.strike = True
    if words.bold:
        run.bold = True
        # Chinese papers set headings in 黑体: a bolded 宋体 smears on a dot-matrix printer.
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE_BOLD)


def _add_field(paragraph: Paragraph, words: Words) -> None:
    # A run for each part: with all of them in one, LibreOffice forgets the run's size.
    instruction = OxmlElement("w:instrText")
    instruction.set(qn("xml:space"), "preserve")
    instruction.text = words.number
    shown = OxmlElement("w:t")
    shown.text = words.text
    for part in (_field_mark("begin"), instruction, _field_mark("separate"), shown, _field_mark("end")):
        run = paragraph.add_run()
        _style_run(run, words)
        run._r.append(part)


def _field_mark(kind: str) -> BaseOxmlElement:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def _underline(cell: _Cell) -> None:
    borders, bottom = OxmlElement("w:tcBorders"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    properties = cell._tc.get_or_add_tcPr()
    properties.find(qn("w:vAlign")).addprevious(borders)  # the schema wants the borders before the alignment
