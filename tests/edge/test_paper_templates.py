"""The Word templates of delivery note, packing list and production order, as Word finds them."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm

from xltools.edge.delivery_note_template import (
    DELIVERY_NOTE_SIZES,
    build_delivery_note_template,
    delivery_note_template_name,
)
from xltools.edge.packing_list_template import PACKING_LIST_TEMPLATE, build_packing_list_template
from xltools.edge.production_order_template import PRODUCTION_ORDER_TEMPLATE, build_production_order_template

TEMPLATES = Path(__file__).parents[2] / "templates"
BUILT = {
    delivery_note_template_name(size, priced): (build_delivery_note_template, (size, priced))
    for size in DELIVERY_NOTE_SIZES
    for priced in (False, True)
}
BUILT |= {
    PACKING_LIST_TEMPLATE: (build_packing_list_template, ()),
    PRODUCTION_ORDER_TEMPLATE: (build_production_order_template, ()),
}
SIZES = {"241x140": (241, 140), "241x280": (241, 280)}
TRACTOR_STRIP = Mm(12.7)

every_template = pytest.mark.parametrize("name", sorted(BUILT))


def build(name: str) -> bytes:
    builder, arguments = BUILT[name]
    return builder(*arguments)


def parts_of(content: bytes) -> dict[str, str]:
    """The document, its header and its footer as XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if re.fullmatch(r"word/(document|header\d+|footer\d+)\.xml", name)]
        return {re.sub(r"word/|\d|\.xml", "", name): package.read(name).decode() for name in names}


@every_template
def test_a_template_is_the_same_bytes_each_time_and_lies_in_the_package(name):
    assert build(name) == build(name) == (TEMPLATES / name).read_bytes()


@every_template
def test_the_paper_size_stands_in_the_document_and_nothing_turns_it(name):
    section = Document(io.BytesIO(build(name))).sections[0]
    wanted = next((size for key, size in SIZES.items() if key in name), (210, 297))
    assert [round(length.mm) for length in (section.page_width, section.page_height)] == list(wanted)
    assert "w:orient" not in parts_of(build(name))["document"]


@every_template
def test_nothing_stands_on_the_tractor_strips(name):
    document = Document(io.BytesIO(build(name)))
    section = document.sections[0]
    assert min(section.left_margin, section.right_margin) >= TRACTOR_STRIP
    inner = section.page_width - section.left_margin - section.right_margin
    for part in (document, section.header, section.footer):
        for table in part.tables:
            assert sum(column.width for column in table.columns) <= inner + Mm(0.1)


@every_template
def test_it_prints_black_without_fills(name):
    for xml in parts_of(build(name)).values():
        assert "w:shd" not in xml
        assert set(re.findall(r'w:color="(\w+)"', xml)) <= {"000000", "auto"}
        assert "<w:color " not in xml


@every_template
def test_head_page_number_and_signatures_stand_on_each_page_and_the_labels_too(name):
    parts = parts_of(build(name))
    assert "{{ number }}" in parts["header"]
    assert {"PAGE", "NUMPAGES"} <= set(re.findall(r"<w:instrText[^>]*>(\w+)<", parts["header"]))
    assert "制单" in parts["footer"]
    assert "<w:tblHeader" in parts["document"]


@pytest.mark.parametrize("size", DELIVERY_NOTE_SIZES)
def test_only_a_note_with_prices_names_prices(size):
    plain, priced = ("".join(parts_of(build_delivery_note_template(size, one)).values()) for one in (False, True))
    for word in ("line.price", "line.amount", "total_words", "{{ total }}"):
        assert word in priced
        assert word not in plain
