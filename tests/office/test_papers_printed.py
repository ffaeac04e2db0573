"""Papers about goods as LibreOffice prints them: page sizes, page numbers, and what stands on each page."""

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from xltools.core.order import Delivery, Order, OrderLine, Shipment
from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.core.record import Value
from xltools.edge.delivery_note_template import DELIVERY_NOTE_SIZES, build_delivery_note_template
from xltools.edge.packing_list_template import build_packing_list_template
from xltools.edge.pdf import convert_to_pdf, find_soffice
from xltools.edge.production_order_template import build_production_order_template
from xltools.edge.word import render_docx
from xltools.forms.load import load_rules
from xltools.forms.model import Label
from xltools.forms.papers import PaperRule
from xltools.ledger.replay import Ledger
from xltools.reports.paper_context import PaperRequest
from xltools.reports.paper_contexts import build_context

RULES = Path(__file__).parents[2] / "rules"
NOTE = "DN202603-001"
DAY = dt.date(2026, 3, 12)
PLACE = Place("inbox/发货清单.xlsx")
LINES = 30
LONG_NAME = "不锈钢法兰盘（带密封圈、螺栓及平垫，整套供货，含出厂检验报告）" * 3
TALLER_THAN_A_PAGE = "甲乙丙丁戊己庚辛壬癸" * 80 + "龘"
LONG_CODE = "TK-9910" + "X" * 40
TITLES = {"delivery-note": "DELIVERY NOTE", "packing-list": "PACKING LIST", "production-order": "PRODUCTION ORDER"}
SIZES = {"241x140": (241, 140), "241x280": (241, 280), "a4": (210, 297)}
POINT = 25.4 / 72  # mm

pytestmark = [
    pytest.mark.skipif(find_soffice() is None, reason="LibreOffice is not installed"),
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed"),
]


def values(**fields):
    return {name: Value(Decimal(value) if type(value) is int else value, PLACE) for name, value in fields.items()}


def order_of(lines: int, long_name: str = LONG_NAME) -> Order:
    """An order whose lines all left in part on one delivery note; the third has words that are far too long."""
    said = values(
        batch="B260301", packages=10, warehouse="成品仓A", cases=10, per_case=20, net_weight=118, carrier="顺丰"
    )
    made = []
    for at in range(1, lines + 1):
        product, code = (long_name, LONG_CODE) if at == 3 else ("电机端盖", "TK-77")
        fields = values(product=product, customer_item=code, product_code=f"P{at:03}", unit="件", quantity=1500)
        fields |= values(specification="Φ86×12", unit_price=Decimal("12.5"), drawing="DW-1001-B")
        shipment = Shipment(DAY, Decimal(200), PLACE, NOTE, said)
        delivery = Delivery(Decimal(1500), promised=dt.date(2026, 4, 2))
        made.append(OrderLine(str(at), fields, (delivery,), (shipment,), PLACE))
    header = values(
        customer="宁波泰衡电子有限公司", customer_po="PO-88017", currency="CNY", delivery_address="明州路 88 号"
    )
    return Order("SO202603-001", 1, DAY, header, tuple(made), "", "received", PLACE, "")


@pytest.fixture(scope="module")
def rules():
    texts = {path.relative_to(RULES).as_posix(): path.read_text(encoding="utf-8") for path in RULES.rglob("*.yaml")}
    loaded, problems = load_rules([texts])
    assert loaded, problems
    return loaded


@pytest.fixture(scope="module")
def printed(rules, tmp_path_factory):
    """The PDF of each paper, with 1, 3 and 30 lines, by name: `delivery-note-241x140-30`; made in one start."""
    folder = tmp_path_factory.mktemp("papers")
    wanted = {
        f"delivery-note-{size}{'-prices' * priced}": build_delivery_note_template(size, priced)
        for size in DELIVERY_NOTE_SIZES
        for priced in (False, True)
    }
    wanted["packing-list"] = build_packing_list_template()
    wanted["production-order"] = build_production_order_template()
    for name, template in wanted.items():
        for lines in (1, LINES):
            (folder / f"{name}-{lines}.docx").write_bytes(render(name, template, order_of(lines), rules))
        tall = order_of(3, TALLER_THAN_A_PAGE)
        (folder / f"{name}-3.docx").write_bytes(render(name, template, tall, rules))
    made = convert_to_pdf(sorted(folder.glob("*.docx")), folder, DAY)
    assert not isinstance(made, Problem), made
    return {path.stem: path for path in made}


def render(name, template, order, rules):
    kind = next(kind for kind in TITLES if name.startswith(kind))
    label = Label(zh="单据", en="Paper")
    request = PaperRequest(
        rule=PaperRule(name=kind, label=label, template=f"{name}.docx", file=label),
        order=order,
        ledger=Ledger(orders={order.number: order}, delivery_notes={NOTE: (order.number,)}),
        customer=None,
        rules=rules,
        as_of=DAY,
        number=NOTE,
        language="zh",
        delivery_note=NOTE,
        priced=name.endswith("prices"),
    )
    content = render_docx(template, build_context(request), DAY, PLACE)
    assert isinstance(content, bytes), content
    return content


def pages_of(pdf: Path) -> list[str]:
    """The words of each page, without blanks: LibreOffice puts its own between Chinese letters and digits."""
    done = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True)
    return ["".join(page.split()) for page in done.stdout.split("\f")[:-1]]


def spots_of(pdf: Path) -> list[tuple[float, float, float]]:
    """For each word the width of its page, where it begins and where it ends, in mm."""
    done = subprocess.run(["pdftotext", "-bbox", str(pdf), "-"], capture_output=True, encoding="utf-8", check=True)
    found, width = [], 0.0
    for page, start, end in re.findall(r'<page width="([\d.]+)"|<word xMin="([\d.]+)" .*?xMax="([\d.]+)"', done.stdout):
        width = float(page) * POINT if page else width
        if not page:
            found.append((width, float(start) * POINT, float(end) * POINT))
    return found


def test_the_page_has_the_size_of_the_paper(printed):
    for name, pdf in printed.items():
        done = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, encoding="utf-8", check=True)
        width, height = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", done.stdout).groups()
        wanted = next((size for key, size in SIZES.items() if key in name), SIZES["a4"])
        assert float(width) * POINT == pytest.approx(wanted[0], abs=1), name
        assert float(height) * POINT == pytest.approx(wanted[1], abs=1), name


def test_a_short_paper_is_one_page_and_a_long_one_goes_on(printed):
    counts = {name: len(pages_of(pdf)) for name, pdf in printed.items()}
    assert all(count == 1 for name, count in counts.items() if name.endswith("-1"))
    assert all(count > 1 for name, count in counts.items() if name.endswith(f"-{LINES}"))


def test_each_page_says_which_it_is_and_of_how_many(printed):
    for name, pdf in printed.items():
        pages = pages_of(pdf)
        for at, page in enumerate(pages, start=1):
            assert f"第{at}/{len(pages)}页" in page, name
            assert f"Page{at}of{len(pages)}" in page, name


def test_head_labels_and_signatures_stand_on_each_page(printed):
    for name, pdf in printed.items():
        title = next(words for kind, words in TITLES.items() if name.startswith(kind))
        wanted = (title.replace(" ", ""), NOTE, "示例制造有限公司", "制单")
        for page in pages_of(pdf):
            assert [word for word in wanted if word not in page] == [], name


def test_a_page_of_a_delivery_note_can_be_signed_and_tells_the_total_of_the_whole_note(printed):
    for size in DELIVERY_NOTE_SIZES:
        for page in pages_of(printed[f"delivery-note-{size}-prices-{LINES}"]):
            assert "实发" in page  # this shipment, beside 应发 what was due
            assert "收货签章" in page
            assert "6,000件" in page
            assert "人民币柒万伍仟元整" in page


def test_every_line_is_printed_whole(printed):
    for name, pdf in printed.items():
        words = "".join(pages_of(pdf))
        lines = int(name.rpartition("-")[2])
        assert all(f"P{at:03}" in words for at in range(1, lines + 1)), name


def test_words_that_are_taller_than_a_page_are_printed_to_their_end(printed):
    for name in (name for name in printed if name.endswith("-3")):
        words = "".join(pages_of(printed[name]))
        assert (words.count("癸"), words.count("龘")) == (80, 1), name


def test_nothing_is_printed_on_the_tractor_strips(printed):
    for name, pdf in printed.items():
        for width, start, end in spots_of(pdf):
            assert start > 12.7, name
            assert end < width - 12.7, name


def test_the_page_number_is_a_field_that_word_counts_anew(rules):
    content = render("delivery-note-a4", build_delivery_note_template("a4", False), order_of(1), rules)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        header = package.read(next(name for name in package.namelist() if name.startswith("word/header"))).decode()
    assert re.findall(r"<w:instrText[^>]*>(\w+)<", header).count("NUMPAGES") == 2
