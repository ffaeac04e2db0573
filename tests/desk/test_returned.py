"""A workbook that needs mending: what comes back, how the mended one is known again, when the return is closed."""

import datetime as dt
import shutil

import openpyxl

from xltools.books.read import read_workbook
from xltools.core.sheet import Workbook
from xltools.intake.returned import LISTING_SHEET

from .hand import TRACKER, Hand, open_items

DAY = dt.date(2026, 3, 11)


def returned(folder):
    return sorted((folder.path / "returned").iterdir())


def items(folder):
    return [kind for kind, *_ in open_items(folder.path / TRACKER)]


def mend(path, target, cell=None, value=None):
    """Mends the marked copy, as its sender does, and saves it under another name."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    for row in sheet.iter_rows():
        for one in row:
            if one.comment and one.fill.fgColor.rgb.startswith("FFFFC4C"):
                sheet[cell or one.coordinate].value = value
    book.save(target)


def test_the_senders_own_file_comes_back_with_its_faults_marked(folder):
    dropped = folder.drop("少客户.xlsx", customer=None)
    before = read_workbook(dropped, "x.xlsx")
    folder.run()
    (copy,) = returned(folder)
    assert copy.name.startswith("少客户.")
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames[0] == LISTING_SHEET
    page = book.worksheets[1]
    (marked,) = [cell for row in page.iter_rows() for cell in row if cell.comment]
    assert "Customer" in marked.comment.text
    assert marked.fill.fill_type == "solid"
    links = [cell.hyperlink.location for row in book.worksheets[0].iter_rows() for cell in row if cell.hyperlink]
    assert links == [f"'{page.title}'!{marked.coordinate}"]
    after = read_workbook(copy, "x.xlsx")
    assert isinstance(before, Workbook)
    assert isinstance(after, Workbook)
    assert [sheet.rows for sheet in after.sheets[1:]] == [sheet.rows for sheet in before.sheets]
    assert items(folder) == ["workbook returned"]


def test_the_mended_file_is_known_under_any_name_and_closes_the_return(folder):
    folder.drop("少客户.xlsx", customer=None)
    folder.run()
    (copy,) = returned(folder)
    mend(copy, folder.path / "inbox" / "改好了.xlsx", value="宁波泰衡电子有限公司")
    result = folder.run(DAY)
    assert [document.outcome for document in result.documents] == ["accepted"]
    assert items(folder) == []
    assert not folder.opened.replay_ledger().returned
    assert returned(folder) == []  # nothing is left to mend there


def test_a_copy_in_which_somebody_still_works_is_left_alone(folder):
    folder.drop("少客户.xlsx", customer=None)
    folder.run()
    (copy,) = returned(folder)
    mend(copy, folder.path / "inbox" / "改好了.xlsx", value="宁波泰衡电子有限公司")
    mend(copy, copy, value="宁波泰衡电子")
    folder.run(DAY)
    assert returned(folder) == [copy]


def test_a_copy_that_comes_back_unmended_is_returned_without_a_second_set_of_marks(folder):
    folder.drop("少客户.xlsx", customer=None)
    folder.run()
    (copy,) = returned(folder)
    shutil.copy(copy, folder.path / "inbox" / "又来了.xlsx")
    folder.run(DAY)
    (again,) = returned(folder)
    book = openpyxl.load_workbook(again)
    assert (
        len(book.sheetnames)
        == len(openpyxl.load_workbook(folder.path / "templates" / "order-intake.xlsx").sheetnames) + 1
    )
    notes = [cell.comment.text for row in book.worksheets[1].iter_rows() for cell in row if cell.comment]
    assert len(notes) == 1
    assert notes[0].count("xltools:") == 1
    assert items(folder) == ["workbook returned"]


def test_a_workbook_written_anew_closes_the_return_of_the_same_order(folder):
    folder.drop("1.xlsx", order_no="A-1", customer_po="PO-7", customer=None)
    folder.run()
    folder.drop("2.xlsx", order_no="A-1", customer_po="PO-7")
    folder.run(DAY)
    assert items(folder) == []
    assert returned(folder) == []


def test_a_return_that_nobody_will_mend_is_closed_by_an_answer(folder):
    folder.drop("少客户.xlsx", customer=None)
    folder.run()
    hand = Hand(folder.path / TRACKER, 2)
    header = [cell.value for cell in hand.sheet[3]]
    hand.sheet.cell(4, header.index("处理 Answer") + 1).value = "客户不要了"
    hand.save()
    folder.run(DAY)
    assert items(folder) == []
    after = Hand(folder.path / TRACKER, 2).sheet
    assert after.cell(4, header.index("处理 Answer") + 1).value == "客户不要了"
    assert returned(folder) == []
    before = folder.files()
    folder.run(DAY)
    assert folder.files() == before
    stale = (folder.path / TRACKER).read_bytes()
    for said in ("客户又要了", "客户改期"):
        (folder.path / TRACKER).write_bytes(stale)
        hand = Hand(folder.path / TRACKER, 2)
        hand.sheet.cell(4, header.index("处理 Answer") + 1).value = said
        hand.save()
        folder.run(DAY)
        folder.run(DAY + dt.timedelta(days=1))  # written anew
    (closed,) = folder.opened.replay_ledger().closed_returns.values()
    assert closed.answer == "客户又要了"
    assert items(folder) == ["answered twice"]  # the second of them did not know of the first


def test_what_can_not_be_marked_comes_back_untouched_with_a_list_beside_it(folder):
    content = b"\xd0\xcf\x11\xe0 no workbook at all"
    folder.drop_bytes("坏.xls", content)
    folder.run()
    names = [path.name for path in returned(folder)]
    assert len(names) == 2
    assert content in [path.read_bytes() for path in returned(folder)]
    (listed,) = [path for path in returned(folder) if ".problems." in path.name]
    assert openpyxl.load_workbook(listed).sheetnames == [LISTING_SHEET]
