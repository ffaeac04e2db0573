"""Shipping lists on a desk: handed out, filled, kept waiting by a gate, taken, corrected, done again from archive/."""

import datetime as dt
import shutil

import openpyxl

from xltools import desk
from xltools.books.build import build_workbook
from xltools.desk.prefill import make_shipping_list
from xltools.forms.template import fill_template

from .hand import open_items

AS_OF = dt.date(2026, 3, 10)
TRACKER = "order-tracker.xlsx"
LINE = {"product": "端盖", "specification": "Φ86", "quantity": 100, "unit": "件", "unit_price": "12.50"}
# From stock, on monthly account, without a contract: its review and an address are all that holds it.
STOCK = {
    "order_no": "SO1",
    "order_type": "返单 Repeat",
    "contract_mode": "无合同 None",
    "payment_terms": "月结30天",
    "supply": "库存直发 From stock",
    "delivery_address": "宁波市北仑区明州路 88 号",
    "owner": "李雯",
    "contact": "赵敏",
}
TOMORROW = AS_OF + dt.timedelta(days=1)


def drop_form(folder, name, layout, header, *lines):
    rules = folder.opened.rules
    form = rules.forms[rules.layouts[layout].form]
    grids = fill_template(form, rules.layouts[layout], header, lines)
    return folder.drop_bytes(name, build_workbook(grids, AS_OF))


def drop_review(folder, name="评审.xlsx", order="SO1", day=AS_OF):
    verdict = {"department": "生产PMC Production (PMC)", "conclusion": "可接受 Acceptable", "name": "周凯", "date": day}
    return drop_form(folder, name, "order-review-sheet", {"order_no": order}, {**verdict, "available_date": day})


def drop_list(folder, name, *rows, date=AS_OF, **header):
    lines = [{"order_no": order, "line_no": line, "quantity": quantity} for order, line, quantity in rows]
    return drop_form(folder, name, "shipping-list", {"date": date, **header}, *lines)


def fill_prefilled(path, *quantities):
    """Types the quantities that leave, where the header says so, as the warehouse does."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    header = next(row for row in page.iter_rows() if any("本次数量" in str(cell.value) for cell in row))
    column = next(cell.column for cell in header if "本次数量" in str(cell.value))
    for row, quantity in enumerate(quantities, header[0].row + 1):
        page.cell(row, column).value = quantity
    book.save(path)


def list_number(path):
    row = next(row for row in openpyxl.load_workbook(path).worksheets[0].iter_rows() if row[0].row == 3)
    label = next(cell.column for cell in row if "发货清单号" in str(cell.value))
    return next(cell.value for cell in row[label:] if cell.value)


def outcomes(result):
    return {one.file.rpartition("/")[2]: one.outcome for one in result.documents}


def shipped(folder, order="SO1"):
    return [int(line.shipped) for line in folder.orders()[order].lines]


def waiting_items(folder):
    return [one[1:] for one in open_items(folder.path / TRACKER) if one[0] == "workbook waits"]


def rebuilt_head(folder, into):
    rebuilt, problems = desk.rebuild_desk_at(folder.opened, into)
    assert [one for one in problems if one.is_error] == []
    return rebuilt.store.head()


def test_the_list_that_is_handed_out_comes_back_with_nothing_but_the_quantities_typed(folder):
    folder.drop(
        "SO1.xlsx",
        {**LINE, "product_code": "P1", "requested_date": "2026-03-20"},
        {**LINE, "product_code": "P2"},
        **STOCK,
    )
    drop_review(folder)
    folder.run()
    made = make_shipping_list(folder.opened, "SO1", TOMORROW)
    assert made.files == ("papers/SO1/shipping-list-SO1-2026-03-11.xlsx",)
    assert made.problems == ()
    path = folder.path / made.files[0]
    page = openpyxl.load_workbook(path).worksheets[0]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    top = next(at for at, row in enumerate(rows) if "本次数量 This Shipment *" in row)
    shown = [dict(zip(rows[top], row, strict=True)) for row in rows[top + 1 : top + 4]]
    assert [(row["行号 Line"], row["未交数量 Open"], row["本次数量 This Shipment *"]) for row in shown] == [
        ("1", 100, None),
        ("2", 100, None),
        (None, None, None),
    ]
    fill_prefilled(path, 30, None)
    shutil.move(path, folder.path / "inbox" / "发货.xlsx")
    result = folder.run(TOMORROW)
    assert (outcomes(result), folder.codes(result)) == ({"发货.xlsx": "accepted"}, [[]])
    assert shipped(folder) == [30, 0]
    (shipment,) = folder.orders()["SO1"].lines[0].shipments
    assert (shipment.date, shipment.delivery_note, shipment.text("receiver")) == (TOMORROW, "DN202603-001", "赵敏")


def test_a_list_that_somebody_filled_is_never_written_over(folder):
    folder.drop("SO1.xlsx", **STOCK)
    folder.run()
    first = make_shipping_list(folder.opened, "SO1", AS_OF)
    assert [one.code for one in first.problems] == ["document-waits"] * len(first.problems)
    assert first.problems
    assert make_shipping_list(folder.opened, "SO1", AS_OF).files == first.files
    fill_prefilled(folder.path / first.files[0], 30)
    second = make_shipping_list(folder.opened, "SO1", AS_OF)
    assert second.files == ("papers/SO1/shipping-list-SO1-2026-03-10 (2).xlsx",)
    numbers = [list_number(folder.path / one.files[0]) for one in (first, second)]
    assert numbers == ["SO1/0310", "SO1/0310-2"]


def test_an_order_with_nothing_open_has_no_list(folder):
    folder.drop("SO1.xlsx", **STOCK)
    drop_review(folder)
    drop_list(folder, "发货.xlsx", ("SO1", "1", 100))
    folder.run()
    assert shipped(folder) == [100]
    made = make_shipping_list(folder.opened, "SO1", AS_OF)
    assert (made.files, [one.code for one in made.problems]) == ((), ["nothing-to-ship"])


def test_a_list_waits_for_its_gate_is_shown_and_is_taken_in_a_later_run(folder, tmp_path):
    folder.drop("SO1.xlsx", **STOCK)
    drop_list(folder, "发货.xlsx", ("SO1", "1", 30))
    result = folder.run()
    assert (outcomes(result)["发货.xlsx"], result.exit_code) == ("waiting", 0)
    assert (folder.path / "inbox" / "发货.xlsx").exists()
    (item,) = waiting_items(folder)
    assert item[:2] == ("SO1", "发货.xlsx")
    assert "Production (PMC)" in item[2]
    before = folder.event_count()
    folder.run()
    assert folder.event_count() == before
    folder.run(take_inbox=False)
    assert (folder.event_count(), len(waiting_items(folder))) == (before, 1)
    drop_review(folder)
    result = folder.run(TOMORROW)
    assert outcomes(result) == {"评审.xlsx": "accepted", "发货.xlsx": "accepted"}
    assert (shipped(folder), waiting_items(folder)) == ([30], [])
    assert rebuilt_head(folder, tmp_path / "again") == folder.opened.store.head()


def test_a_list_that_comes_with_what_it_waits_for_is_taken_in_the_same_run(folder, tmp_path):
    folder.drop("SO1.xlsx", **STOCK)
    drop_list(folder, "a 发货.xlsx", ("SO1", "1", 30))
    drop_review(folder, "z 评审.xlsx")
    result = folder.run()
    assert set(outcomes(result).values()) == {"accepted"}
    assert (shipped(folder), waiting_items(folder)) == ([30], [])
    assert rebuilt_head(folder, tmp_path / "again") == folder.opened.store.head()


def test_a_waiting_list_that_is_taken_away_is_asked_for_no_more(folder, tmp_path):
    folder.drop("SO1.xlsx", **STOCK)
    path = drop_list(folder, "发货.xlsx", ("SO1", "1", 30))
    folder.run()
    path.unlink()
    folder.run(TOMORROW)
    assert waiting_items(folder) == []
    assert rebuilt_head(folder, tmp_path / "again") == folder.opened.store.head()


def test_three_partial_shipments_of_two_orders_a_correction_and_the_receipts(folder, tmp_path):
    for order in ("SO1", "SO2"):
        folder.drop(f"{order}.xlsx", **{**STOCK, "order_no": order})
        drop_review(folder, f"评审 {order}.xlsx", order)
    drop_list(folder, "1.xlsx", ("SO1", "1", 40), ("SO2", "1", 50), carrier="顺丰", plate="浙B·8K217")
    folder.run()
    drop_list(folder, "2.xlsx", ("SO1", "1", 35), date=TOMORROW)
    drop_list(folder, "3.xlsx", ("SO1", "1", 26), ("SO2", "1", 50), date=TOMORROW)
    result = folder.run(TOMORROW)
    assert outcomes(result) == {"2.xlsx": "accepted", "3.xlsx": "partly"}
    assert (shipped(folder), shipped(folder, "SO2")) == ([75], [100])
    drop_list(folder, "更正.xlsx", ("SO1", "1", 30), date=TOMORROW, voids="DN202603-002", reason="实装30")
    receipts = ({"delivery_note": "DN202603-001", "received_by": "赵敏", "date": TOMORROW, "received_quantity": 90},)
    drop_form(folder, "签收.xlsx", "delivery-receipt", {}, *receipts)
    result = folder.run(TOMORROW + dt.timedelta(days=1))
    assert set(outcomes(result).values()) == {"accepted"}
    assert (shipped(folder), shipped(folder, "SO2")) == ([70], [100])
    assert [one.text("received_by") for one in folder.orders()["SO2"].statements_of("delivery-receipt")] == ["赵敏"]
    assert rebuilt_head(folder, tmp_path / "again") == folder.opened.store.head()
