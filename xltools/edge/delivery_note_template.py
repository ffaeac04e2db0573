"""The Word templates of the delivery note 送货单: three sizes of paper, with and without prices.

A dot-matrix printer prints them on continuous carbon paper: all black, no fills, nothing under the tractor holes at the
sides, letters not too small for 24 needles. The paper makes the copies, so a note is printed once.
"""

from collections.abc import Sequence
from typing import Literal

from xltools.edge.paper_drawing import (
    Box,
    Column,
    PaperDrawing,
    PaperPage,
    Words,
    label_words,
    page_words,
    words_of,
)

DeliveryNoteSize = Literal["241x140", "241x280", "a4"]
DELIVERY_NOTE_SIZES: tuple[DeliveryNoteSize, ...] = ("241x140", "241x280", "a4")

# Tractor strips are 12.7 mm (half an inch) wide.
_PAGES = {
    "241x140": PaperPage(241, 140, side=15, edge=6),
    "241x280": PaperPage(241, 280, side=15, edge=8),
    "a4": PaperPage(210, 297, side=13, edge=10, points=8.5),
}
# Widths are for 241 mm paper; narrower paper shares out what it has in the same parts.
_PLAIN = (
    Column(("订单号/PO", "Order / PO"), words_of("{{ line.order_and_po }}"), 27),
    Column(("行", "Line"), words_of("{{ line.line_no }}"), 8, "center"),
    Column(("客户料号/料号", "Your / our item"), words_of("{{ line.item_codes }}"), 20),
    Column(("品名", "Product"), words_of("{{ line.product }}"), 23),
    Column(("规格型号", "Specification"), words_of("{{ line.specification }}"), 25),
    Column(("单位", "Unit"), words_of("{{ line.unit }}"), 9, "center"),
    Column(("应发", "Due"), words_of("{{ line.due }}"), 14, "right"),
    Column(("实发", "Delivered"), words_of("{{ line.quantity }}", bold=True), 16, "right"),
    Column(("累计", "To date"), words_of("{{ line.shipped }}"), 15, "right"),
    Column(("未交", "Open"), words_of("{{ line.open }}"), 14, "right"),
    Column(("批号/仓库", "Batch/store"), words_of("{{ line.batch_and_warehouse }}"), 19),
    Column(("件数", "Pkgs"), words_of("{{ line.packages }}"), 9, "center"),
    Column(("备注", "Remark"), words_of("{{ line.remark }}"), 13),
)
_PRICED = (
    Column(("订单号/PO", "Order / PO"), words_of("{{ line.order_and_po }}"), 26),
    Column(("行", "Line"), words_of("{{ line.line_no }}"), 8, "center"),
    Column(("客户料号/\n料号", "Your / our item"), words_of("{{ line.item_codes }}"), 17),
    Column(("品名", "Product"), words_of("{{ line.product }}"), 23),
    Column(("规格型号", "Specification"), words_of("{{ line.specification }}"), 22),
    Column(("单位", "Unit"), words_of("{{ line.unit }}"), 9, "center"),
    Column(
        ("实发/\n应发", "Delivered / due"),
        (Words("{{ line.quantity }}\n", bold=True), Words("{{ line.due }}")),
        17,
        "right",
    ),
    Column(("累计/\n未交", "To date / open"), words_of("{{ line.shipped_and_open }}"), 17, "right"),
    Column(("单价", "Price"), words_of("{{ line.price }}"), 15, "right"),
    Column(("金额", "Amount"), words_of("{{ line.amount }}"), 19, "right"),
    Column(("批号/仓库", "Batch/store"), words_of("{{ line.batch_and_warehouse }}"), 17),
    Column(("件数", "Pkgs"), words_of("{{ line.packages }}"), 9, "center"),
    Column(("备注", "Remark"), words_of("{{ line.remark }}"), 12),
)
_LABEL = 8


def delivery_note_template_name(size: DeliveryNoteSize, priced: bool) -> str:
    """The template's file name: `delivery-note-241x140.docx`, with prices `delivery-note-241x140-prices.docx`."""
    return f"delivery-note-{size}{'-prices' if priced else ''}.docx"


def build_delivery_note_template(size: DeliveryNoteSize, priced: bool) -> bytes:
    """A template of the delivery note; its placeholders are delivery_note_context's names. The same bytes each time.

    The paper's head and its signatures stand in page header and footer, so that every page can be signed (Civil Code
    art. 623: who signs for quantity and type counts as having checked them).
    """
    page = _PAGES[size]
    drawing = PaperDrawing(page, "送货单 Delivery Note")
    _add_head(drawing)
    columns = _fit(_PRICED if priced else _PLAIN, page.inner)
    drawing.add_lines(columns, "line in lines", label_points=_LABEL)
    _add_foot(drawing, priced)
    return drawing.finish()


def _fit(columns: Sequence[Column], width: float) -> list[Column]:
    share = width / sum(one.width for one in columns)
    return [Column(one.label, one.words, one.width * share, one.align) for one in columns]


def _add_head(drawing: PaperDrawing) -> None:
    width = drawing.page.inner
    company = (
        Words("{{ seller.name }}\n", 12, bold=True),
        Words("{{ seller_lines }}", 7.5),
    )
    title = (Words("送 货 单\n", 16, bold=True), Words("DELIVERY NOTE", 8))
    right = (
        *label_words(("单号", "No."), 9),
        Words("{{ number }}\n", 11, bold=True),
        *label_words(("日期", "Date"), 9),
        Words("{{ date }}\n", 9),
        *page_words(9),
    )
    widths = (width * 0.4, width * 0.27, width * 0.33)
    drawing.add_grid("header", widths, [(Box(company), Box(title, align="center"), Box(right, align="right"))])
    facts = (
        ((("客户", "Customer"), "customer"), (("收货人", "Receiver"), "receiver")),
        ((("收货地址", "Deliver to"), "address"), (("电话", "Phone"), "phone")),
    )
    rows = [[Box((*label_words(label, _LABEL), Words(f"{{{{ {name} }}}}"))) for label, name in row] for row in facts]
    drawing.add_grid("header", (width * 0.67, width * 0.33), rows)


def _add_foot(drawing: PaperDrawing, priced: bool) -> None:
    """Totals of the whole note, who carried it, and where it is signed: on each page, so that none is left unsigned."""
    width = drawing.page.inner
    total = Box((*label_words(("全单合计", "Note total"), 8), Words("{{ total_quantity }}", bold=True)))
    packages = Box((*label_words(("件数", "Packages"), 8), Words("{{ total_packages }}", bold=True)))
    if priced:
        amount = Box((*label_words(("金额", "Amount"), 8), Words("{{ currency }} {{ total }}", bold=True)))
        words = (*label_words(("大写", "In words"), 8), Words("{{ total_words }}"), Words("  {{ tax }}", 7))
        rows = [[total, packages, amount], [Box(words, span=3)]]
        drawing.add_grid("footer", (width * 0.42, width * 0.18, width * 0.4), rows, ruled=True)
    else:
        drawing.add_grid("footer", (width * 0.75, width * 0.25), [[total, packages]], ruled=True)
    goods = (
        (("承运", "Carrier"), "carrier", 0.24),
        (("车牌", "Plate"), "plate", 0.17),
        (("运单号", "Waybill"), "waybill", 0.25),
        (("检验", "Inspected"), "inspection", 0.16),
        (("放款", "Released"), "payment_release", 0.18),
    )
    shown = [Box((*label_words(label, 8), Words(f"{{{{ {name} }}}}", 8.5))) for label, name, _ in goods]
    drawing.add_grid("footer", [width * part for _, _, part in goods], [shown])
    ours = (
        (("制单", "Made by"), "{{ prepared_by }}"),
        (("仓管", "Warehouse"), ""),
        (("审核", "Checked"), ""),
        (("送货人", "Driver"), ""),
    )
    theirs = ((("收货签章", "Received (signature, stamp)"), ""), (("收货日期", "Date"), ""))
    _add_rules(drawing, ours, 0.115)
    _add_rules(drawing, theirs, 0.26)


def _add_rules(drawing: PaperDrawing, signed: Sequence[tuple[tuple[str, str], str]], label: float) -> None:
    """Labels with rules after them to sign on; `label` is the part of the width that each takes."""
    width = drawing.page.inner
    line = 1 / len(signed) - label
    boxes = [
        box
        for words, text in signed
        for box in (Box(label_words(words, 8)), Box(words_of(text, 8.5), align="center", underlined=True))
    ]
    drawing.add_grid("footer", [width * label, width * line] * len(signed), [boxes], height=5)
