"""The Word template of the sales contract (python-docx): a factory restyles and rewords its own copy in Word."""

import datetime as dt
import io
from collections.abc import Sequence
from typing import cast

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from xltools.edge.word import date_zip

_MADE = dt.date(2026, 1, 1)
_LATIN, _CHINESE, _CHINESE_BOLD = "Times New Roman", "宋体", "黑体"
_GREY = RGBColor(0x40, 0x40, 0x40)
_WIDTH = 17.4  # cm between the margins of A4

_FACTS = (
    (("合同编号", "Contract No.", "number"), ("签订日期", "Date", "signed_on")),
    (("订单编号", "Order No.", "order_no"), ("签订地点", "Signed at", "signed_at")),
    (("客户PO号", "Customer PO", "customer_po"), ("币种", "Currency", "currency")),
)
_PARTY_ROWS = (
    ("名称", "Name", "name"),
    ("住所", "Address", "address"),
    ("代表人", "Representative", "representative"),
    ("电话", "Phone", "phone"),
    ("税号", "Tax No.", "tax_number"),
    ("开户行", "Bank", "bank"),
    ("账号", "Account", "account"),
)
_COLUMNS: tuple[tuple[str, str, str, float, WD_ALIGN_PARAGRAPH], ...] = (
    ("行", "No.", "no", 0.8, WD_ALIGN_PARAGRAPH.CENTER),
    ("料号", "Item", "code", 1.9, WD_ALIGN_PARAGRAPH.LEFT),
    ("品名", "Product", "product", 2.5, WD_ALIGN_PARAGRAPH.LEFT),
    ("规格型号", "Specification", "specification", 2.7, WD_ALIGN_PARAGRAPH.LEFT),
    ("单位", "Unit", "unit", 1.1, WD_ALIGN_PARAGRAPH.CENTER),
    ("数量", "Quantity", "quantity", 1.6, WD_ALIGN_PARAGRAPH.RIGHT),
    ("单价", "Price", "price", 1.8, WD_ALIGN_PARAGRAPH.RIGHT),
    ("金额", "Amount", "amount", 2.2, WD_ALIGN_PARAGRAPH.RIGHT),
    ("交期", "Delivery", "delivery", 2.8, WD_ALIGN_PARAGRAPH.CENTER),
)
# Title, English title, Chinese text, English text: Civil Code, arts. 470, 511, 543, 577, 585, 590, 596, 620-623.
_CLAUSES = (
    (
        "质量标准",
        "Quality",
        "按双方确认的图纸、样品或下列要求执行：{{ requirements }}。未约定的，按国家标准、行业标准执行。",
        "To the drawings, samples or requirements that both parties agreed (as above); otherwise to national or "
        "industry standards.",
    ),
    (
        "交货期限、地点和方式",
        "Delivery",
        "交货期限见上表。交货地点：{{ delivery_address }}。运输方式：{{ transport }}。贸易术语：{{ trade_terms }}。"
        "允许分批：{{ partial }}。运费承担：有贸易术语的从其约定，否则由 ________ 方承担。",
        "Dates as in the table above; place, transport and trade terms as stated; partial shipments allowed: "
        "{{ partial_en }}. Freight as the trade terms say, otherwise borne by ________.",
    ),
    (
        "包装",
        "Packing",
        "{{ packing }}。未约定的，采用足以保护货物的通用方式，包装物不回收。",
        "As stated; otherwise in the usual manner that protects the goods. Packing is not returned.",
    ),
    (
        "验收标准与异议期",
        "Acceptance and objections",
        "需方按第二条的标准验收。数量、外观异议应在收货后 7 日内，内在质量异议应在收货后 30 日内书面提出；"
        "逾期未提出的，视为符合约定。",
        "The buyer inspects to the standards of article 2. Objections are made in writing within 7 days of receipt for "
        "quantity and appearance, within 30 days for hidden defects; after that the goods count as conforming.",
    ),
    (
        "结算方式和期限",
        "Payment",
        "{{ payment_zh }}。{{ tax_zh }}。",
        "{{ payment_en }}. {{ tax_en }}.",
    ),
    (
        "违约责任",
        "Breach",
        "逾期交货或逾期付款的，每逾期一日，违约方按逾期部分价款的万分之五支付违约金；造成损失的，依法赔偿。",
        "A party late in delivery or payment pays 0.05% of the overdue part for each day, and compensates losses as "
        "the law provides.",
    ),
    (
        "不可抗力",
        "Force majeure",
        "因不可抗力不能履行的，应及时通知对方并在合理期限内提供证明，可部分或全部免除责任。",
        "A party kept from performing by force majeure gives notice at once and proof in reasonable time, "
        "and is excused to that extent.",
    ),
    (
        "变更",
        "Changes",
        "本合同的变更须经双方书面确认；变更内容约定不明确的，推定为未变更。",
        "Changes need the written consent of both parties; a change that is not clear counts as no change.",
    ),
    (
        "争议解决",
        "Disputes",
        "双方协商解决；协商不成的，向供方所在地有管辖权的人民法院提起诉讼。",
        "By negotiation, failing which before the competent people's court at the seller's domicile.",
    ),
    ("其他约定", "Other terms", "{{ remark }}", "As stated."),
    (
        "份数与效力",
        "Copies and effect",
        "本合同一式两份，双方各执一份，自双方签章之日起生效；双方确认的扫描件与原件具有同等效力。中英文不一致的，以中文为准。",
        "In two originals, one for each party, in force once both have signed and sealed; confirmed scans are equally "
        "valid. The Chinese text prevails.",
    ),
)


def build_contract_template() -> bytes:
    """templates/sales-contract.docx: A4, Chinese with English beneath; its placeholders are contract_context's names.

    The same bytes each time.
    """
    document = Document()
    _set_page(document)
    _set_fonts(document)
    _add_title(document)
    _add_facts(document)
    _add_parties(document)
    _add_pair(
        document,
        "根据《中华人民共和国民法典》及有关法律法规，供需双方经协商一致，订立本合同，共同遵守。",
        "Under the Civil Code of the People's Republic of China the seller and the buyer agree as follows.",
    )
    _add_heading(document, 1, "标的、数量、价款与交期", "Goods, quantities, prices and delivery dates")
    _add_lines(document)
    for number, (title, english_title, text, english) in enumerate(_CLAUSES, start=2):
        _add_heading(document, number, title, english_title)
        last = _add_pair(document, text, english)
    # Signatures alone on a page could be put under any text: the last clause stays with them.
    last.paragraph_format.keep_with_next = True
    _add_signatures(document)
    _add_footer(document)
    return _finished_bytes(document)


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


def _add_title(document: DocumentType) -> None:
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(title, "销售合同", 20, bold=True)
    english = document.add_paragraph()
    english.alignment = WD_ALIGN_PARAGRAPH.CENTER
    english.paragraph_format.space_after = Pt(6)
    _write(english, "SALES CONTRACT", 11)


def _add_facts(document: DocumentType) -> None:
    table = document.add_table(len(_FACTS), 2)
    _set_widths(table, (_WIDTH / 2, _WIDTH / 2))
    for row, facts in enumerate(_FACTS):
        for column, (label, english, name) in enumerate(facts):
            paragraph = table.cell(row, column).paragraphs[0]
            _write(paragraph, f"{label} ", bold=True)
            _write(paragraph, f"{english}: ", 8, grey=True)
            _write(paragraph, f"{{{{ {name} }}}}")
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _add_parties(document: DocumentType) -> None:
    table = document.add_table(len(_PARTY_ROWS) + 1, 3, style="Table Grid")
    _set_widths(table, (3.4, (_WIDTH - 3.4) / 2, (_WIDTH - 3.4) / 2))
    for column, (label, english) in enumerate((("供方（卖方）", "Seller"), ("需方（买方）", "Buyer")), start=1):
        _label(table.cell(0, column), label, english, WD_ALIGN_PARAGRAPH.CENTER)
    for row, (label, english, name) in enumerate(_PARTY_ROWS, start=1):
        _label(table.cell(row, 0), label, english)
        for column, party in enumerate(("seller", "buyer"), start=1):
            paragraph = table.cell(row, column).paragraphs[0]
            _write(paragraph, f"{{{{ {party}.{name} }}}}")
            if name in {"name", "address"}:
                # The English name stands beneath, where there is one.
                _write(
                    paragraph,
                    f"{{% if {party}.{name}_en %}}{{{{ '\\n' + {party}.{name}_en }}}}{{% endif %}}",
                    8,
                    grey=True,
                )
        _keep_whole(table.rows[row])
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _add_lines(document: DocumentType) -> None:
    table = document.add_table(0, len(_COLUMNS), style="Table Grid")
    header = table.add_row()
    for cell, (label, english, _, _, _) in zip(header.cells, _COLUMNS, strict=True):
        _label(cell, label, english, WD_ALIGN_PARAGRAPH.CENTER, stacked=True)
    _repeat_on_each_page(header)
    table.add_row().cells[0].paragraphs[0].add_run("{%tr for line in lines %}")
    body = table.add_row()
    for cell, (_, _, name, _, align) in zip(body.cells, _COLUMNS, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.alignment = align
        _write(paragraph, f"{{{{ line.{name} }}}}", 9)
    _keep_whole(body)
    table.add_row().cells[0].paragraphs[0].add_run("{%tr endfor %}")
    for label, english, name in (("合计", "Total", "total"), ("合计大写", "In words", "total_words")):
        row = table.add_row()
        head = row.cells[0].merge(row.cells[2])
        _label(head, label, english)
        words = row.cells[3].merge(row.cells[len(_COLUMNS) - 1])
        paragraph = words.paragraphs[0]
        if name == "total":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _write(paragraph, "{{ currency }} ", 9)
        _write(paragraph, f"{{{{ {name} }}}}", bold=True)
        _keep_whole(row)
    _set_widths(table, [width for _, _, _, width, _ in _COLUMNS])
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _add_heading(document: DocumentType, number: int, title: str, english: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(4)
    paragraph.paragraph_format.keep_with_next = True
    _write(paragraph, f"{number}. {title} ", bold=True)
    _write(paragraph, english, 8, grey=True)


def _add_pair(document: DocumentType, text: str, english: str) -> Paragraph:
    chinese = document.add_paragraph()
    chinese.paragraph_format.keep_with_next = True
    chinese.paragraph_format.keep_together = True
    _write(chinese, text)
    beneath = document.add_paragraph()
    beneath.paragraph_format.keep_together = True
    _write(beneath, english, 8, grey=True)
    return beneath


def _add_signatures(document: DocumentType) -> None:
    document.add_paragraph().paragraph_format.keep_with_next = True
    table = document.add_table(3, 2)
    _set_widths(table, (_WIDTH / 2, _WIDTH / 2))
    rows = (
        (
            ("供方（签章）", "Seller (signature and seal)", "{{ seller.name }}"),
            ("需方（签章）", "Buyer (signature and seal)", "{{ buyer.name }}"),
        ),
        (("代表签字", "Signed by", "________________"),) * 2,
        (("日期", "Date", "________________"),) * 2,
    )
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, (label, english, value) in zip(row.cells, cells, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.keep_with_next = cells is not rows[-1]
            paragraph.paragraph_format.space_after = Pt(10)
            _write(paragraph, f"{label} ", bold=True)
            _write(paragraph, f"{english}: ", 8, grey=True)
            _write(paragraph, f"\n{value}" if cells is rows[0] else value)
        _keep_whole(row)


def _add_footer(document: DocumentType) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, "{{ number }}    第 ", 8, grey=True)
    _add_field(paragraph, "PAGE")
    _write(paragraph, " 页 / 共 ", 8, grey=True)
    _add_field(paragraph, "NUMPAGES")
    _write(paragraph, " 页", 8, grey=True)


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


def _set_widths(table: Table, widths: Sequence[float]) -> None:
    """Fixed widths in cm, for the grid and every cell: Word goes by the cells, LibreOffice by the grid."""
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _pad_cells(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        start = 0
        for cell in row._tr.tc_lst:
            span = cell.grid_span
            cell.width = Cm(sum(widths[start : start + span]))
            start += span


def _pad_cells(table: Table) -> None:
    """A point above and below: without it the rules touch the tops of Chinese letters."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "bottom"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "25")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr
    look = properties.find(qn("w:tblLook"))
    if look is None:
        properties.append(margins)
    else:
        look.addprevious(margins)  # the schema wants the margins before the look


def _repeat_on_each_page(row: _Row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    _keep_whole(row)


def _keep_whole(row: _Row) -> None:
    row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))


def _finished_bytes(document: DocumentType) -> bytes:
    properties = document.core_properties
    properties.created = properties.modified = dt.datetime(_MADE.year, _MADE.month, _MADE.day, tzinfo=dt.UTC)
    properties.title, properties.author, properties.comments = "销售合同 Sales Contract", "xltools", ""
    written = io.BytesIO()
    document.save(written)
    return date_zip(written.getvalue(), _MADE)
