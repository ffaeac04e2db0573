"""The Word template of the packing list 装箱单: A4, in Chinese and English, since it goes abroad with the goods."""

from xltools.edge.paper_drawing import Box, Column, PaperDrawing, PaperPage, Words, label_words, page_words, words_of

PACKING_LIST_TEMPLATE = "packing-list.docx"

_PAGE = PaperPage(210, 297, side=13, edge=10)
_LABEL = 8
_COLUMNS = (
    Column(("箱号", "Case No."), words_of("{{ line.case_no }}"), 15, "center"),
    Column(("唛头", "Marks"), words_of("{{ line.marks }}"), 20),
    Column(("订单号/PO", "Order / PO"), words_of("{{ line.order_and_po }}"), 25),
    Column(
        ("品名及规格", "Description of goods"),
        (
            Words("{{ line.product }}"),
            Words("{% if line.codes %}{{ '\\n' + line.codes }}{% endif %}", 8),
            Words("{% if line.specification %}{{ '\\n' + line.specification }}{% endif %}", 8),
        ),
        37,
    ),
    Column(("每箱数量", "Per case"), words_of("{{ line.per_case }}"), 15, "right"),
    Column(("箱数", "Cases"), words_of("{{ line.cases }}"), 11, "right"),
    Column(("数量", "Quantity"), words_of("{{ line.quantity }} {{ line.unit }}", bold=True), 19, "right"),
    Column(("净重", "N.W. kg"), words_of("{{ line.net_weight }}"), 14, "right"),
    Column(("毛重", "G.W. kg"), words_of("{{ line.gross_weight }}"), 14, "right"),
    Column(("体积", "Vol. m³"), words_of("{{ line.volume }}"), 14, "right"),
)


def build_packing_list_template() -> bytes:
    """templates/packing-list.docx; its placeholders are packing_list_context's names. The same bytes each time."""
    drawing = PaperDrawing(_PAGE, "装箱单 Packing List")
    _add_head(drawing)
    totals = [
        Box(label_words(("合计", "Total"), _LABEL), span=5, align="right"),
        Box(words_of("{{ total_cases }}", bold=True), align="right"),
        Box(words_of("{{ total_quantity }}", bold=True), align="right"),
        Box(words_of("{{ total_net }}", bold=True), align="right"),
        Box(words_of("{{ total_gross }}", bold=True), align="right"),
        Box(words_of("{{ total_volume }}", bold=True), align="right"),
    ]
    drawing.add_lines(_COLUMNS, "line in lines", [totals], _LABEL)
    _add_foot(drawing)
    return drawing.finish()


def _add_head(drawing: PaperDrawing) -> None:
    width = _PAGE.inner
    company = (Words("{{ seller.name }}\n", 13, bold=True), Words("{{ seller_lines }}", 8))
    title = (Words("装 箱 单\n", 17, bold=True), Words("PACKING LIST", 9))
    right = (
        *label_words(("送货单号", "No."), 9),
        Words("{{ number }}\n", 11, bold=True),
        *label_words(("日期", "Date"), 9),
        Words("{{ date }}\n", 9),
        *page_words(9),
    )
    widths = (width * 0.4, width * 0.24, width * 0.36)
    drawing.add_grid("header", widths, [(Box(company), Box(title, align="center"), Box(right, align="right"))])
    consignee = "{{ customer }}{% if customer_en %}{{ ' ' + customer_en }}{% endif %}"
    rows = (
        ((("收货单位", "Consignee"), consignee), (("收货人", "Attn."), "{{ receiver }} {{ phone }}")),
        ((("地址", "Address"), "{{ address }}"), (("客户PO", "PO"), "{{ customer_pos }}")),
        ((("运输", "Transport"), "{{ transport }} {{ carrier }}"), (("贸易术语", "Terms"), "{{ trade_terms }}")),
        ((("车牌/柜号", "Vehicle"), "{{ plate }}"), (("运/提单号", "Waybill / B/L"), "{{ waybill }}")),
    )
    boxes = [[Box((*label_words(label, 8.5), Words(text))) for label, text in row] for row in rows]
    drawing.add_grid("header", (width * 0.6, width * 0.4), boxes)


def _add_foot(drawing: PaperDrawing) -> None:
    width = _PAGE.inner
    signed = (
        (("制单", "Made by"), "{{ prepared_by }}"),
        (("复核", "Checked by"), "{{ checked_by }}"),
        (("日期", "Date"), ""),
    )
    boxes = [
        box
        for label, text in signed
        for box in (Box(label_words(label, 8.5)), Box(words_of(text), align="center", underlined=True))
    ]
    drawing.add_grid("footer", [width * part for part in (0.12, 0.22, 0.14, 0.22, 0.1, 0.2)], [boxes], height=7)
