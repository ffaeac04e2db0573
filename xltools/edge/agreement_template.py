"""Drawing the Word templates of what seller and buyer agree on (python-docx): contract, confirmation, proforma invoice.

A factory restyles and rewords its own copies in Word; the words of the clauses stand in rules/papers.yaml.
"""

import datetime as dt
import io
from dataclasses import dataclass
from typing import cast

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from xltools.edge.word import date_zip
from xltools.edge.word_tables import keep_whole, repeat_on_each_page, set_widths

_MADE = dt.date(2026, 1, 1)
_LATIN, _CHINESE, _CHINESE_BOLD = "Times New Roman", "宋体", "黑体"
_PADDING = {"top": 25, "bottom": 25}  # twips
_GREY = RGBColor(0x40, 0x40, 0x40)
_WIDTH = 17.4  # cm between the margins of A4
_ALIGNMENTS = {"l": WD_ALIGN_PARAGRAPH.LEFT, "c": WD_ALIGN_PARAGRAPH.CENTER, "r": WD_ALIGN_PARAGRAPH.RIGHT}

Pair = tuple[str, str]  # Chinese, English


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled value, such as the contract's number; an `optional` one shows only where there is a value."""

    label: Pair
    value: str
    optional: str = ""


@dataclass(frozen=True, slots=True)
class LineColumn:
    """A column of the table of goods: its label, the line's value, its width in cm, and l, c or r."""

    label: Pair
    value: str
    width: float
    align: str = "l"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A template: its title, the facts beside each other in rows, and what of the paper's parts it has.

    `parties` are the rows under the two parties (label, value's name); without any the buyer is named in `facts`.
    `heading` stands over the goods, `preamble` before them, `closing` after the clauses. `english_first` puts English
    over Chinese. Signers are (label, name); blank lines are for the pen.
    """

    title: Pair
    facts: tuple[tuple[Fact, ...], ...]
    columns: tuple[LineColumn, ...]
    parties: tuple[tuple[Pair, str], ...] = ()
    preamble: Pair | None = None
    heading: Pair | None = None
    closing: Pair | None = None
    signers: tuple[tuple[Pair, str], ...] = ()
    numbered: bool = True
    english_first: bool = False


def build_agreement(design: Agreement) -> bytes:
    """The template's bytes, the same each time: A4, both languages."""
    return _Drawing(design).finish()


class _Drawing:
    def __init__(self, design: Agreement) -> None:
        self.design = design
        self.document = Document()
        _set_page(self.document)
        _set_fonts(self.document)

    def finish(self) -> bytes:
        design = self.design
        self._add_title()
        self._add_facts()
        if design.parties:
            self._add_parties()
        if design.preamble:
            self._add_pair(design.preamble)
        self._add_replaced()
        if design.heading:
            self._add_heading(design.heading, "1. ")
        self._add_lines()
        self._add_clauses()
        if design.closing:
            self._add_pair(design.closing, keep=True)
        self._add_signatures()
        self._add_footer()
        return _finished_bytes(self.document, " ".join(design.title))

    def _order(self, pair: Pair) -> Pair:
        return (pair[1], pair[0]) if self.design.english_first else pair

    def _add_title(self) -> None:
        first, second = self._order(self.design.title)
        title = self.document.add_paragraph()
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _write(title, first, 20, bold=True)
        beneath = self.document.add_paragraph()
        beneath.alignment = WD_ALIGN_PARAGRAPH.CENTER
        beneath.paragraph_format.space_after = Pt(6)
        _write(beneath, second, 11)

    def _add_facts(self) -> None:
        facts = self.design.facts
        table = self.document.add_table(len(facts), 2)
        set_widths(table, [Cm(_WIDTH / 2)] * 2, _PADDING)
        for row, cells in enumerate(facts):
            if len(cells) == 1:
                table.cell(row, 0).merge(table.cell(row, 1))
            for column, fact in enumerate(cells):
                self._write_fact(table.cell(row, column).paragraphs[0], fact)
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def _write_fact(self, paragraph: Paragraph, fact: Fact) -> None:
        first, second = self._order(fact.label)
        before, after = (f"{{% if {fact.optional} %}}", "{% endif %}") if fact.optional else ("", "")
        _write(paragraph, f"{before}{first} ", bold=True)
        _write(paragraph, f"{second}: ", 8, grey=True)
        _write(paragraph, f"{fact.value}{after}")

    def _add_parties(self) -> None:
        rows = self.design.parties
        table = self.document.add_table(len(rows) + 1, 3, style="Table Grid")
        set_widths(table, [Cm(one) for one in (3.4, (_WIDTH - 3.4) / 2, (_WIDTH - 3.4) / 2)], _PADDING)
        for column, party in enumerate(("seller", "buyer"), start=1):
            label = self._order((f"{{{{ {party}.role }}}}", f"{{{{ {party}.role_en }}}}"))
            _label(table.cell(0, column), *label, WD_ALIGN_PARAGRAPH.CENTER)
        for row, (label, name) in enumerate(rows, start=1):
            _label(table.cell(row, 0), *self._order(label))
            for column, party in enumerate(("seller", "buyer"), start=1):
                self._write_party(table.cell(row, column).paragraphs[0], f"{party}.{name}", name)
            keep_whole(table.rows[row])
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def _write_party(self, paragraph: Paragraph, value: str, name: str) -> None:
        """A value of a party; its name and address in the other language beneath, where there is one."""
        if name not in {"name", "address"}:
            _write(paragraph, f"{{{{ {value} }}}}")
        elif self.design.english_first:
            _write(paragraph, f"{{% if {value}_en %}}{{{{ {value}_en + '\\n' }}}}{{% endif %}}")
            _write(paragraph, f"{{{{ {value} }}}}", 9)
        else:
            _write(paragraph, f"{{{{ {value} }}}}")
            _write(paragraph, f"{{% if {value}_en %}}{{{{ '\\n' + {value}_en }}}}{{% endif %}}", 8, grey=True)

    def _add_replaced(self) -> None:
        """What this revision replaces and changed in the header; lines that changed have a mark."""
        self.document.add_paragraph("{%p if replaces %}")
        paragraph = self.document.add_paragraph()
        _write(paragraph, "▲ 本版第 {{ revision }} 版，替代 {{ replaces }}（作废）；带 ▲ 的行有变更。", bold=True)
        _write(
            paragraph,
            "\nRevision {{ revision }} replaces {{ replaces }}, which is void; lines with ▲ differ.",
            8,
            grey=True,
        )
        self.document.add_paragraph("{%p for change in changes %}")
        _write(
            self.document.add_paragraph(), "▲ {{ change.label }}：{{ change.was or '—' }} → {{ change.value or '—' }}"
        )
        self.document.add_paragraph("{%p endfor %}")
        self.document.add_paragraph("{%p endif %}")

    def _add_lines(self) -> None:
        columns = self.design.columns
        table = self.document.add_table(0, len(columns), style="Table Grid")
        header = table.add_row()
        for cell, column in zip(header.cells, columns, strict=True):
            _label(cell, *self._order(column.label), WD_ALIGN_PARAGRAPH.CENTER, stacked=True)
        repeat_on_each_page(header)
        keep_whole(header)
        table.add_row().cells[0].paragraphs[0].add_run("{%tr for line in lines %}")
        body = table.add_row()
        for cell, column in zip(body.cells, columns, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.alignment = _ALIGNMENTS[column.align]
            _write(paragraph, column.value, 9)
        keep_whole(body)
        table.add_row().cells[0].paragraphs[0].add_run("{%tr endfor %}")
        for label, name in ((("合计", "Total"), "total"), (("合计大写", "In words"), "total_words")):
            row = table.add_row()
            _label(row.cells[0].merge(row.cells[2]), *self._order(label))
            paragraph = row.cells[3].merge(row.cells[len(columns) - 1]).paragraphs[0]
            if name == "total":
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                currency = "currency_en" if self.design.english_first else "currency"
                _write(paragraph, f"{{{{ {currency} }}}} ", 9)
            _write(paragraph, f"{{{{ {name} }}}}", bold=True)
            keep_whole(row)
        set_widths(table, [Cm(column.width) for column in columns], _PADDING)
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def _add_heading(self, label: Pair, number: str) -> None:
        first, second = self._order(label)
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(4)
        paragraph.paragraph_format.keep_with_next = True
        _write(paragraph, f"{number}{first} ", bold=True)
        _write(paragraph, second, 8, grey=True)

    def _add_clauses(self) -> None:
        """The clauses; signatures alone on a page could be put under any text, so the last clause stays with them."""
        add = self.document.add_paragraph
        add("{%p for clause in clauses %}")
        number = "{{ clause.number }}. " if self.design.numbered else ""
        self._add_heading(("{{ clause.heading }}", "{{ clause.heading_en }}"), number)
        add("{%p if loop.last %}")
        self._add_pair(("{{ clause.text }}", "{{ clause.text_en }}"), keep=True)
        add("{%p else %}")
        self._add_pair(("{{ clause.text }}", "{{ clause.text_en }}"))
        add("{%p endif %}")
        add("{%p endfor %}")

    def _add_pair(self, pair: Pair, keep: bool = False) -> None:
        first, second = self._order(pair)
        above = self.document.add_paragraph()
        above.paragraph_format.keep_with_next = True
        above.paragraph_format.keep_together = True
        _write(above, first)
        beneath = self.document.add_paragraph()
        beneath.paragraph_format.keep_together = True
        beneath.paragraph_format.keep_with_next = keep
        _write(beneath, second, 8, grey=True)

    def _add_signatures(self) -> None:
        self.document.add_paragraph().paragraph_format.keep_with_next = True
        signers = self.design.signers
        table = self.document.add_table(3, len(signers))
        set_widths(table, [Cm(_WIDTH / len(signers))] * len(signers), _PADDING)
        pen = "________________"
        rows = (signers, ((("代表签字", "Signed by"), pen),) * len(signers), ((("日期", "Date"), pen),) * len(signers))
        for row, cells in zip(table.rows, rows, strict=True):
            for cell, (label, value) in zip(row.cells, cells, strict=True):
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.keep_with_next = cells is not rows[-1]
                paragraph.paragraph_format.space_after = Pt(10)
                first, second = self._order(label)
                _write(paragraph, f"{first} ", bold=True)
                _write(paragraph, f"{second}: ", 8, grey=True)
                _write(paragraph, f"\n{value}" if cells is signers else value)
            keep_whole(row)

    def _add_footer(self) -> None:
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        words = ("    Page ", " of ", "") if self.design.english_first else ("    第 ", " 页 / 共 ", " 页")
        _write(
            paragraph,
            f"{{{{ number }}}}{{% if number == order_no %}} r{{{{ revision }}}}{{% endif %}}{words[0]}",
            8,
            grey=True,
        )
        _add_field(paragraph, "PAGE")
        _write(paragraph, words[1], 8, grey=True)
        _add_field(paragraph, "NUMPAGES")
        _write(paragraph, words[2], 8, grey=True)


def _set_page(document: DocumentType) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm((21 - _WIDTH) / 2)
    section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.8)
    section.footer_distance = Cm(0.9)


def _set_fonts(document: DocumentType) -> None:
    normal = cast("ParagraphStyle", document.styles["Normal"])
    normal.font.name, normal.font.size = _LATIN, Pt(10)
    # Word takes Chinese letters from the eastAsia font alone; python-docx sets only the Latin one.
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)
    normal.paragraph_format.space_after = Pt(2)
    normal.paragraph_format.space_before = Pt(0)


def _add_field(paragraph: Paragraph, instruction: str) -> None:
    # A run for each part: with all of them in one, LibreOffice forgets the run's size.
    words = OxmlElement("w:instrText")
    words.set(qn("xml:space"), "preserve")
    words.text = instruction
    shown = OxmlElement("w:t")
    shown.text = "1"
    for part in (_field_mark("begin"), words, _field_mark("separate"), shown, _field_mark("end")):
        run = paragraph.add_run()
        run.font.size, run.font.color.rgb = Pt(8), _GREY
        run._r.append(part)


def _field_mark(kind: str) -> BaseOxmlElement:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    return mark


def _write(paragraph: Paragraph, text: str, size: float | None = None, bold: bool = False, grey: bool = False) -> None:
    run = paragraph.add_run(text)
    run.bold = bold or None
    if size:
        run.font.size = Pt(size)
    if grey:
        run.font.color.rgb = _GREY
    if bold:
        # Chinese papers set headings in 黑体: a bolded 宋体 smears on a dot-matrix printer.
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE_BOLD)


def _label(
    cell: _Cell,
    label: str,
    english: str,
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.LEFT,
    stacked: bool = False,
) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    _write(paragraph, label, 9.5, bold=True)
    _write(paragraph, f"{chr(10) if stacked else ' '}{english}", 7.5, grey=True)


def _finished_bytes(document: DocumentType, title: str) -> bytes:
    properties = document.core_properties
    properties.created = properties.modified = dt.datetime(_MADE.year, _MADE.month, _MADE.day, tzinfo=dt.UTC)
    properties.title, properties.author, properties.comments = title, "xltools", ""
    written = io.BytesIO()
    document.save(written)
    return date_zip(written.getvalue(), _MADE)
