"""The Word template of the production order 生产命令单: A4, half of it to be filled in by the workshop's pen."""

from xltools.edge.paper_drawing import Align, Box, Column, PaperDrawing, PaperPage, Words, label_words, page_words

PRODUCTION_ORDER_TEMPLATE = "production-order.docx"

_PAGE = PaperPage(210, 297, side=15, edge=11)
_LABEL = 8.5
_OPERATION_ROWS = 6


def _marked(owner: str, name: str) -> tuple[Words, ...]:
    """What is as before, or ▲ what is new in bold with what it was, struck out."""
    return (
        Words(f"{{{{ {owner}.same.{name} }}}}"),
        Words(f"{{{{ {owner}.new.{name} }}}}", bold=True),
        Words(f"{{{{ {owner}.was.{name} }}}}", struck=True),
    )


def _column(chinese: str, english: str, name: str, width: float, align: Align = "left") -> Column:
    return Column((chinese, english), _marked("line", name), width, align)


_COLUMNS = (
    Column(("行", "Line"), (Words("{{ line.line_no }}"),), 9, "center"),
    _column("料号/品名", "Item", "item", 33),
    _column("规格型号/要求", "Specification", "specification", 35),
    _column("图号/版本", "Drawing", "drawing", 24),
    _column("材质/表面", "Material / finish", "material", 22),
    _column("数量", "Quantity", "quantity", 21, "right"),
    Column(("开工", "Start"), (), 15, "center"),
    _column("完工", "Finish", "finish", 21, "center"),
)
_OPERATIONS = (
    (("工序", "Operation"), 36.0),
    (("责任人", "Who"), 22.0),
    (("设备/班组", "Machine / team"), 28.0),
    (("计划开工", "Planned start"), 20.0),
    (("计划完工", "Planned finish"), 20.0),
    (("合格数", "Good"), 16.0),
    (("报废数", "Scrap"), 14.0),
    (("签字/日期", "Signed"), 24.0),
)


def build_production_order_template() -> bytes:
    """templates/production-order.docx; its placeholders are production_order_context's names.

    The same bytes each time.
    """
    drawing = PaperDrawing(_PAGE, "生产命令单 Production Order")
    _add_head(drawing)
    _add_facts(drawing)
    drawing.add_lines(_COLUMNS, "line in lines", label_points=_LABEL)
    _add_demands(drawing)
    _add_operations(drawing)
    _add_signatures(drawing)
    return drawing.finish()


def _add_head(drawing: PaperDrawing) -> None:
    width = _PAGE.inner
    company = (Words("{{ seller.name }}\n", 12, bold=True), Words("{{ seller.name_en }}", 8))
    title = (
        Words("生产命令单\n", 17, bold=True),
        Words("PRODUCTION ORDER\n", 9),
        Words("{% if revision != '1' %}版本 Version {{ revision }}{% endif %}", 9, bold=True),
    )
    right = (
        *label_words(("命令单号", "No."), 9),
        Words("{{ number }}\n", 11, bold=True),
        Words("{% if is_revision %}替代 Replaces {{ replaces }}（作废 void）{% endif %}\n", 8.5, bold=True),
        *label_words(("日期", "Date"), 9),
        Words("{{ date }}    ", 9),
        *page_words(9),
    )
    widths = (width * 0.31, width * 0.27, width * 0.42)
    drawing.add_grid("header", widths, [(Box(company), Box(title, align="center"), Box(right, align="right"))])


def _add_facts(drawing: PaperDrawing) -> None:
    width = _PAGE.inner
    rows = (
        (
            (("订单号-版本", "Order-rev."), (Words("{{ order_no }} - r{{ revision }}", bold=True),)),
            (("客户", "Customer"), _marked("marked", "customer")),
            (("客户PO", "PO"), _marked("marked", "customer_po")),
        ),
        (
            (("优先级", "Priority"), _marked("marked", "priority")),
            (("订单类型", "Type"), _marked("marked", "order_type")),
            (("业务员", "Sales"), _marked("marked", "owner")),
        ),
        (
            (("物料齐套日", "Material complete"), ()),
            (("款项", "Payment"), (Words("{{ payment }}"),)),
            (("插单", "Rush"), (Words("{{ rush }}", bold=True),)),
        ),
    )
    boxes = [[Box((*label_words(label, _LABEL), *words)) for label, words in row] for row in rows]
    drawing.add_grid("body", (width * 0.32, width * 0.38, width * 0.3), boxes, ruled=True, height=6)


def _add_demands(drawing: PaperDrawing) -> None:
    width = _PAGE.inner
    demands = (
        (("质量技术要求", "Requirements"), "requirements"),
        (("包装要求", "Packing"), "packing"),
        (("备注", "Remark"), "remark"),
    )
    rows = [[Box(label_words(label, _LABEL, stacked=True)), Box(_marked("marked", name))] for label, name in demands]
    drawing.add_grid("body", (width * 0.14, width * 0.86), rows, ruled=True, height=8)
    note = (
        "{% if is_revision %}▲ 本版变更处，划线为原值 Changed in this version; struck out: as it was before{% endif %}"
    )
    drawing.add_text("body", (Words(note, 8),))


def _add_operations(drawing: PaperDrawing) -> None:
    labels = [Box(label_words(label, _LABEL, stacked=True), align="center") for label, _ in _OPERATIONS]
    widths = [width for _, width in _OPERATIONS]
    drawing.add_grid("body", widths, [labels, *[[Box()] * len(widths)] * _OPERATION_ROWS], ruled=True, height=7.5)


def _add_signatures(drawing: PaperDrawing) -> None:
    width = _PAGE.inner
    names = (("制单", "Made by"), ("审核", "Checked"), ("批准", "Approved"))
    boxes = [box for label in names for box in (Box(label_words(label, _LABEL)), Box(underlined=True))]
    drawing.add_grid("footer", [width * 0.13, width * 0.2] * 2 + [width * 0.13, width * 0.21], [boxes], height=7)
