"""What people see, turned to PDF by LibreOffice: Chinese text whole, nothing cut off, amounts right."""

import datetime as dt
import re
import shutil
import subprocess

import pytest

from xltools import desk
from xltools.edge.pdf import convert_to_pdf, find_soffice

pytestmark = [
    pytest.mark.skipif(find_soffice() is None, reason="needs LibreOffice (soffice), which is not installed"),
    pytest.mark.skipif(
        shutil.which("pdftotext") is None, reason="needs poppler-utils (pdftotext), which is not installed"
    ),
]


@pytest.fixture(scope="module")
def texts(demo, tmp_path_factory):
    """The text and page count of each PDF, all made in one start of LibreOffice."""
    opened, result = demo
    into = tmp_path_factory.mktemp("pdf")
    template = shutil.copy(desk.template_folder() / "order-intake.xlsx", into)
    contract = shutil.copy(opened.path / find_contract(result), into / "contract.docx")
    tracker = opened.path / opened.folders.tracker
    made = convert_to_pdf([tracker, into / template, contract], into / "made", dt.date(2026, 5, 20))
    assert isinstance(made, tuple), made
    return {path.stem: (pdf_text(path), page_count(path)) for path in made}


def find_contract(result):
    """The sales contract of an order that was never changed."""
    return next(paper for paper in result.papers if "HD-2604-102" in paper and "sales-contract" in paper)


def pdf_text(path):
    run = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return run.stdout.decode("utf-8")


def page_count(path):
    run = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, text=True)
    return int(re.search(r"Pages:\s+(\d+)", run.stdout)[1])


def squeezed(text):
    """Without white space: a cell's text wraps where the column ends."""
    return "".join(text.split())


def test_the_tracker_prints_every_line_and_its_customer(demo, texts):
    opened, _ = demo
    text = squeezed(texts["order-tracker"][0])
    for order in opened.replay_ledger().orders.values():
        for line in order.lines:
            assert f"{order.number}-{line.number}" in text
    assert "订单总表OrderTracker" in text
    assert "卡点/欠料Shortage" in text


def test_the_intake_template_is_one_page_and_its_guide_two_at_most(texts):
    text, pages = texts["order-intake"]
    assert pages <= 3
    form = desk.package_rules().forms["order-intake"]
    layout = desk.package_rules().layouts["order-intake-sheet"]
    for placement in layout.placements():
        field = form.field(placement.field)
        assert squeezed(field.label.zh) in squeezed(text), field.name
        assert squeezed(field.label.en) in squeezed(text), field.name


def test_the_contract_names_both_parties_and_adds_up(demo, texts):
    opened, result = demo
    number = find_contract(result).split("/")[1]
    order = opened.replay_ledger().orders[number]
    text = squeezed(texts["contract"][0])
    total = sum(line.amount for line in order.lines)
    assert order.text("customer") in text
    assert squeezed(opened.rules.settings.company.name.zh) in text
    assert f"{total:,.2f}" in text
    assert "供方" in text
    assert "需方" in text
    assert "{{" not in text
