import datetime as dt
import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from xltools.core.place import Place
from xltools.core.problem import Problem
from xltools.edge.confirmation_template import build_confirmation_template
from xltools.edge.contract_template import build_contract_template
from xltools.edge.proforma_template import build_proforma_template
from xltools.edge.word import render_docx

AS_OF = dt.date(2026, 3, 3)
PLACE = Place("templates/x.docx")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_of(*paragraphs: str) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def text_of(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        tree = ET.fromstring(package.read("word/document.xml"))  # noqa: S314 - our own bytes
    return "".join(
        "\n" if node.tag == f"{WORD}br" else node.text or ""
        for node in tree.iter()
        if node.tag in {f"{WORD}t", f"{WORD}br"}
    )


def render(template: bytes, **context: object) -> bytes:
    made = render_docx(template, context, AS_OF, PLACE)
    assert isinstance(made, bytes), made
    return made


@pytest.mark.parametrize(
    "words", ["{{7*7}}", "{% raw %}", "<b>粗</b> & 'x' \"y\"", "</w:t></w:r>", "{{ ''.__class__ }}", "两行\n字"]
)
def test_text_of_orders_prints_as_it_is(words):
    assert text_of(render(docx_of("[{{ x }}]"), x=words)) == f"[{words}]"


@settings(max_examples=25, deadline=None)
@given(words=st.text(st.characters(exclude_categories=("Cs",)), max_size=30))
def test_any_text_gives_a_document_that_opens(words):
    Document(io.BytesIO(render(docx_of("[{{ x }}]"), x=words)))


def test_control_characters_that_xml_cannot_hold_are_left_out():
    assert text_of(render(docx_of("{{ x }}"), x="a\x0bb\x07c\x00d")) == "abcd"


def test_the_same_inputs_give_the_same_bytes_dated_by_the_as_of_date():
    template = docx_of("{{ x }}")
    made = render(template, x="甲")
    assert made == render(template, x="甲")
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        assert {member.date_time for member in package.infolist()} == {(2026, 3, 3, 0, 0, 0)}
    properties = Document(io.BytesIO(made)).core_properties
    assert properties.created == properties.modified == dt.datetime(2026, 3, 3, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{{ numbre }}", "numbre"),
        ("{{ x.bank }}", "bank"),
        ("{% if x %}", "endif"),
        ("{{ x", ""),
        ("{{ x | shout }}", "shout"),
        ("{{ x.__class__.__mro__ }}", "__class__"),
        ("{{ x() }}", ""),
    ],
)
def test_a_wrong_placeholder_is_a_problem_that_names_it(text, named):
    found = render_docx(docx_of(text), {"x": "甲"}, AS_OF, PLACE)
    assert isinstance(found, Problem)
    assert (found.code, found.place) == ("template-placeholder-wrong", PLACE)
    told = dict(found.values)
    assert named in told["cause"]
    assert told["where"] == f"“{text}”"


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_word_document_is_a_problem(content):
    found = render_docx(content, {}, AS_OF, PLACE)
    assert isinstance(found, Problem)
    assert found.code == "template-unreadable"


def test_a_zip_that_is_no_word_document_is_a_problem():
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("a.txt", "x")
    found = render_docx(written.getvalue(), {}, AS_OF, PLACE)
    assert isinstance(found, Problem)
    assert found.code == "template-unreadable"


def test_a_wrong_placeholder_in_a_table_is_told_by_its_cell_with_the_names_near_it():
    document = Document()
    document.add_paragraph("送货单")
    table = document.add_table(3, 2)
    table.cell(0, 0).text = "{%tr for line in lines %}"
    table.cell(1, 1).text = "{{ line.qantity }}"
    table.cell(2, 0).text = "{%tr endfor %}"
    written = io.BytesIO()
    document.save(written)
    found = render_docx(written.getvalue(), {"lines": [{"quantity": "3", "unit": "件"}]}, AS_OF, PLACE)
    assert isinstance(found, Problem)
    told = dict(found.values)
    assert (told["where"], told["near"]) == ("T1 R2C2 “{{ line.qantity }}”", "quantity, unit")


def test_a_wrong_placeholder_in_a_page_footer_is_told_by_its_text():
    document = Document()
    document.sections[0].footer.paragraphs[0].text = "第 {{ nmber }} 页"
    written = io.BytesIO()
    document.save(written)
    found = render_docx(written.getvalue(), {"number": "1", "name": "2"}, AS_OF, PLACE)
    assert isinstance(found, Problem)
    assert dict(found.values)["where"] == "“第 {{ nmber }} 页”"
    assert dict(found.values)["near"].startswith("number")


AGREEMENTS = {
    "sales-contract.docx": ("contract", build_contract_template),
    "order-confirmation.docx": ("confirmation", build_confirmation_template),
    "proforma-invoice.docx": ("proforma", build_proforma_template),
}


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_template_of_an_agreement_is_current(name):
    path = Path(__file__).parents[2] / "templates" / name
    assert path.read_bytes() == AGREEMENTS[name][1](), "run: xltools templates build"


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_template_of_an_agreement_repeats_lines_and_clauses(name):
    told = "role role_en name name_en address address_en representative phone tax_number bank account"
    party = dict.fromkeys(told.split(), "甲方")
    names = (
        "number order_no revision customer_po signed_on signed_at date owner currency currency_en total total_words "
        "trade_terms delivery_address transport packing requirements replaces"
    )
    keys = ("no", "code", "product", "specification", "unit", "quantity", "price", "amount", "delivery")
    lines = [{**dict.fromkeys(keys, "x"), "product": f"品名{index}", "changed": [index]} for index in range(40)]
    clause = {"number": "2", "heading": "质量", "heading_en": "Quality", "text": "条款甲", "text_en": "Clause"}
    order = dict.fromkeys(("contact", "trade_terms", "transport", "packing", "requirements"), "值")
    made = render(
        AGREEMENTS[name][1](),
        **dict.fromkeys(names.split(), "值"),
        seller=party,
        buyer=party,
        order=order,
        lines=lines,
        clauses=[clause, clause],
        changes=[{"label": "包装", "was": "纸箱", "value": "木箱"}],
    )
    text = text_of(made)
    assert all(f"品名{index}" in text for index in range(40))
    assert text.count("条款甲") == 2
    assert "包装：纸箱 → 木箱" in text
    assert "{" not in text
    goods = next(table for table in Document(io.BytesIO(made)).tables if len(table.rows) == 1 + 40 + 2)
    assert goods.rows[0]._tr.trPr.find(f"{WORD}tblHeader") is not None
