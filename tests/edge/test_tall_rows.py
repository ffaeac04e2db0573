import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from xltools.edge.tall_rows import let_tall_rows_break

HEIGHT = 140  # mm: a third is 46.7 mm, twelve lines


def row_of(text, width=20, whole=True):
    """The body of a paper with one table row, kept whole or not, and that row."""
    document = Document()
    document.sections[0].page_height = Mm(HEIGHT)
    table = document.add_table(1, 2)
    for cell, words in zip(table.rows[0].cells, (text, "1"), strict=True):
        cell.text, cell.width = words, Mm(width)
    if whole:
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return document.element.body, table.rows[0]._tr


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("", False),
        ("电机端盖", False),
        ("端" * 60, False),
        ("端" * 90, True),
        ("x" * 120, False),
        ("x" * 180, True),
        ("\n" * 13, True),
        ("\n" * 8, False),
    ],
)
def test_a_row_may_break_that_takes_more_than_a_third_of_the_page(text, breaks):
    body, row = row_of(text)
    let_tall_rows_break(body)
    assert (row.find(f".//{qn('w:cantSplit')}") is None) is breaks


def test_a_wide_cell_holds_more():
    body, row = row_of("端" * 90, width=80)
    let_tall_rows_break(body)
    assert row.find(f".//{qn('w:cantSplit')}") is not None


def test_what_says_no_size_is_left_alone():
    body, row = row_of("端" * 900)
    row.tc_lst[0].tcPr.remove(row.tc_lst[0].tcPr.find(qn("w:tcW")))
    let_tall_rows_break(body)
    assert row.find(f".//{qn('w:cantSplit')}") is not None
    body.find(qn("w:sectPr")).remove(body.find(f".//{qn('w:pgSz')}"))
    let_tall_rows_break(body)
    assert row.find(f".//{qn('w:cantSplit')}") is not None


def test_other_rows_stay_as_they_are():
    body, _ = row_of("端" * 900, whole=False)
    before = body.xml
    let_tall_rows_break(body)
    assert body.xml == before
