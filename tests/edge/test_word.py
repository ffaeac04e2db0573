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
from xltools.edge.contract_template import build_contract_template
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
    assert named in dict(found.values)["cause"]


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


def test_the_contract_template_is_current():
    path = Path(__file__).parents[2] / "templates" / "sales-contract.docx"
    assert path.read_bytes() == build_contract_template(), "run: xltools templates build"


def test_the_contract_template_names_only_what_the_context_gives_and_repeats_its_lines():
    party = dict.fromkeys(
        ("name", "name_en", "address", "address_en", "representative", "phone", "tax_number", "bank", "account"), "甲方"
    )
    names = (
        "number order_no revision customer_po signed_on signed_at currency total total_words tax_zh tax_en trade_terms "
        "delivery_address transport packing requirements partial partial_en payment_zh payment_en remark"
    )
    keys = ("no", "code", "product", "specification", "unit", "quantity", "price", "amount", "delivery", "remark")
    lines = [{**dict.fromkeys(keys, "x"), "product": f"品名{index}"} for index in range(40)]
    made = render(
        build_contract_template(), **dict.fromkeys(names.split(), "值"), seller=party, buyer=party, lines=lines
    )
    text = text_of(made)
    assert all(f"品名{index}" in text for index in range(40))
    assert "{" not in text
    table = Document(io.BytesIO(made)).tables[2]
    assert len(table.rows) == 1 + 40 + 2
    assert table.rows[0]._tr.trPr.find(f"{WORD}tblHeader") is not None
