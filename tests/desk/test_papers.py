"""Papers on a desk: of each contract mode, revision and delivery note; edited by hand; made again from archive/."""

import datetime as dt
import hashlib
import shutil

import openpyxl
import pytest
from docx import Document

from xltools import desk
from xltools.books.build import build_workbook
from xltools.forms.template import fill_template

DAY = dt.date(2026, 3, 10)
TOMORROW = DAY + dt.timedelta(days=1)
MODES = {"单笔合同": "contract", "形式发票": "proforma", "框架合同": "", "客户合同": "", "无合同": ""}


def drop_form(folder, name, layout, header, *lines):
    rules = folder.opened.rules
    form = rules.forms[rules.layouts[layout].form]
    return folder.drop_bytes(name, build_workbook(fill_template(form, rules.layouts[layout], header, lines), DAY))


def drop_order(folder, number="SO1", **header):
    """An order that PMC reviews alone, and PMC's verdict."""
    given = {"order_no": number, "order_type": "返单 Repeat", "delivery_address": "宁波市北仑区明州路 88 号", **header}
    folder.drop(f"{number}.xlsx", **given)
    verdict = {"department": "生产PMC Production (PMC)", "conclusion": "可接受 Acceptable", "name": "周凯", "date": DAY}
    drop_form(
        folder, f"评审-{number}.xlsx", "order-review-sheet", {"order_no": number}, {**verdict, "available_date": DAY}
    )


def kinds(folder, number="SO1"):
    """The papers of an order that hold, with their revision."""
    return [(one.kind, one.revision) for one in folder.orders()[number].papers if not one.voided]


def papers(folder, kind, number="SO1"):
    return [one for one in folder.orders()[number].papers if one.kind == kind]


@pytest.mark.parametrize("mode", MODES)
def test_the_contract_mode_decides_which_papers_an_approved_order_gets(folder, mode):
    drop_order(folder, contract_mode=mode)
    result = folder.run(DAY)
    assert not [one for one in result.problems if one.is_error], result.problems
    made = {kind for kind, _ in kinds(folder)}
    assert "confirmation" in made
    assert ("contract" in made, "proforma" in made) == (MODES[mode] == "contract", MODES[mode] == "proforma")


def test_a_paper_may_be_asked_for_by_what_it_is_called(folder):
    drop_order(folder)
    folder.run(DAY)
    made = [desk.make_paper(folder.opened, "SO1", DAY, kind=kind).files for kind in ("contract", "销售合同")]
    assert made[0] == made[1] != ()
    (prefilled,) = desk.make_paper(folder.opened, "SO1", DAY, kind="订单变更通知单").files
    assert prefilled == "papers/SO1/change-notice-SO1-2026-03-10.xlsx"


def test_workbooks_of_a_chinese_desk_have_chinese_names(make_folder, tmp_path):
    folder = make_folder(tmp_path / "订单台", "zh")
    drop_order(folder)
    folder.run(DAY)
    (notice,) = desk.make_paper(folder.opened, "SO1", DAY, kind="change-notice").files
    assert notice == "单据/SO1/订单变更通知单-SO1-2026-03-10.xlsx"
    assert [one.file for one in papers(folder, "review-form")] == ["单据/SO1/订单评审表-SO1-r1.xlsx"]


def test_no_proforma_invoice_is_made_without_the_terms_that_it_states(folder):
    drop_order(folder, contract_mode="形式发票", payment_terms=None)
    folder.run(DAY)
    assert [kind for kind, _ in kinds(folder)] == ["review-form", "confirmation"]
    held = desk.make_paper(folder.opened, "SO1", DAY, kind="proforma")
    assert [one.code for one in held.problems] == ["gate-shut"]


def test_an_order_that_is_not_reviewed_yet_has_no_papers(folder):
    folder.drop("a.xlsx", order_no="SO1", order_type="返单 Repeat")
    folder.run(DAY)
    assert kinds(folder) == []
    held = desk.make_paper(folder.opened, "SO1", DAY, kind="confirmation")
    assert [one.code for one in held.problems] == ["gate-shut"]


def test_a_change_voids_the_papers_of_the_revision_before_and_makes_its_own(folder):
    drop_order(folder)
    folder.run(DAY)
    (before,) = papers(folder, "contract")
    notice = {
        "order_no": "SO1",
        "requested_by": "客户 Customer",
        "reason": "客户预算调整",
        "date": TOMORROW,
        "consent": "客户邮件 2026-03-11",
        **{f"sign_{who}": f"同意 {who} 2026-03-11" for who in ("business", "production", "purchasing", "finance")},
    }
    drop_form(folder, "变更.xlsx", "change-notice-sheet", notice, {"what": "数量", "after": "80"})
    result = folder.run(TOMORROW)
    first, second = papers(folder, "contract")
    assert folder.orders()["SO1"].revision == 2, result
    assert (first.voided, second.voided) == (TOMORROW, None)
    assert second.number == f"{before.number}-r2"
    assert (folder.path / first.file).is_file()
    text = "\n".join(one.text for one in Document(folder.path / second.file).paragraphs)
    assert f"替代 {before.number} r1（作废）" in text


def test_a_file_that_stands_in_the_way_is_left_and_the_paper_goes_beside_it(folder, tmp_path):
    drop_order(folder)
    theirs = folder.path / "papers" / "SO1" / "sales-contract-SO1-r1.docx"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"what a person put there")
    folder.run(DAY)
    assert theirs.read_bytes() == b"what a person put there"
    (made,) = papers(folder, "contract")
    assert made.file == "papers/SO1/sales-contract-SO1-r1 (2).docx"
    assert hashlib.sha256((folder.path / made.file).read_bytes()).hexdigest() == made.sha256
    rebuilt, problems = desk.rebuild_desk_at(folder.opened, tmp_path / "新")
    assert problems == ()
    assert rebuilt.store.head() == folder.opened.store.head()


def test_a_paper_that_a_person_edited_stays_as_they_left_it(folder):
    drop_order(folder)
    folder.run(DAY)
    (made,) = papers(folder, "contract")
    path = folder.path / made.file
    path.write_bytes(path.read_bytes() + b"a word more")
    edited = path.read_bytes()
    folder.run(TOMORROW)
    assert desk.make_paper(folder.opened, "SO1", TOMORROW).files == (made.file,)
    assert path.read_bytes() == edited


def test_a_desk_has_its_confirmation_in_excel(folder, tmp_path):
    (folder.path / "rules" / "papers.yaml").write_text(
        "papers: [{name: confirmation, template: order-confirmation.xlsx}]\n", "utf-8"
    )
    book = openpyxl.Workbook()
    page = book.active
    page.title = "确认书"
    page["A1"] = "{{ buyer.name }} {{ order_no }}"
    page["A2"] = "{%tr for line in lines %}"
    page["A3"], page["B3"] = "{{ line.product }}", "{{ line.numbers.quantity }}"
    page["A4"] = "{%tr endfor %}"
    book.save(folder.path / "templates" / "order-confirmation.xlsx")
    drop_order(folder)
    folder.run(DAY)
    (made,) = papers(folder, "confirmation")
    assert made.file == "papers/SO1/order-confirmation-SO1-r1.xlsx"
    page = openpyxl.load_workbook(folder.path / made.file).active
    assert [page["A2"].value, page["B2"].value] == ["端盖", 100]
    rebuilt, problems = desk.rebuild_desk_at(folder.opened, tmp_path / "新")
    assert problems == ()
    assert (rebuilt.path / made.file).read_bytes() == (folder.path / made.file).read_bytes()


def test_a_template_that_is_wrong_is_told_once_and_its_papers_are_made_when_it_is_mended(folder):
    wrong = Document()
    wrong.add_paragraph("需方：{{ custmer.name }}")
    path = folder.path / "templates" / "sales-contract.docx"
    wrong.save(path)
    drop_order(folder, "SO1")
    drop_order(folder, "SO2")
    result = folder.run(DAY)
    assert [one.code for one in result.problems] == ["template-placeholder-wrong"]
    path.unlink()
    folder.run(TOMORROW)
    assert [len(papers(folder, "contract", number)) for number in ("SO1", "SO2")] == [1, 1]


def test_a_chinese_desk_names_its_papers_in_chinese(tmp_path, make_folder):
    folder = make_folder(tmp_path / "订单台", "zh")
    drop_order(folder)
    folder.run(DAY)
    assert [one.file for one in papers(folder, "contract")] == ["单据/SO1/销售合同-SO1-r1.docx"]


@pytest.fixture
def shipped(folder):
    """Two orders from stock on one lorry."""
    stock = {"contract_mode": "无合同", "payment_terms": "月结30天", "supply": "库存直发 From stock"}
    for number in ("SO1", "SO2"):
        drop_order(folder, number, **stock)
    rows = [{"order_no": number, "line_no": "1", "quantity": 30} for number in ("SO1", "SO2")]
    drop_form(folder, "发货清单.xlsx", "shipping-list", {"date": DAY}, *rows)
    folder.run(DAY)
    return folder


def test_a_delivery_note_is_made_once_for_all_its_orders_and_voided_with_its_goods(shipped):
    (one,), (two,) = papers(shipped, "delivery-note", "SO1"), papers(shipped, "delivery-note", "SO2")
    assert (one.file, one.number) == (two.file, two.number)
    assert (shipped.path / one.file).is_file()
    header = {"date": TOMORROW, "voids": one.number, "reason": "未发车"}
    drop_form(shipped, "作废.xlsx", "shipping-list", header, {"order_no": "SO1", "line_no": "1", "quantity": 0})
    result = shipped.run(TOMORROW)
    assert [bool(paper.voided) for number in ("SO1", "SO2") for paper in papers(shipped, "delivery-note", number)] == [
        True,
        True,
    ], result
    assert (shipped.path / one.file).is_file()


def test_a_delivery_note_is_printed_with_prices_beside_the_one_without(shipped):
    made = desk.make_paper(shipped.opened, "SO1", DAY, kind="delivery-note")
    priced = desk.make_paper(shipped.opened, "SO1", DAY, kind="delivery-note", priced=True)
    assert made.problems == priced.problems == ()
    assert made.files != priced.files
    assert priced.files[0].endswith("-prices.docx")
    other = desk.make_paper(shipped.opened, "SO1", DAY, kind="delivery-note", note="DN-9")
    assert [one.code for one in other.problems] == ["paper-not-shipped"]


def test_papers_are_the_same_again_from_archive_alone(shipped, tmp_path):
    copy = tmp_path / "副本"
    shutil.copytree(shipped.path, copy)
    rebuilt, problems = desk.rebuild_desk_at(desk.open_desk_at(copy), tmp_path / "新")
    assert problems == ()
    for one in shipped.orders()["SO1"].papers:
        assert (rebuilt.path / one.file).read_bytes() == (shipped.path / one.file).read_bytes()
