"""A workbook that people already use: the layout that is proposed is written, loads, and then reads that workbook."""

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from xltools import desk
from xltools.books.read import read_workbook
from xltools.cli import main
from xltools.core.sheet import Workbook
from xltools.intake.document import read_document

DATA = Path(__file__).parents[3] / "shared" / "data"
AS_OF = dt.date(2026, 3, 2)
DAY = dt.date


def sheet_of(rows, title="Sheet1", merges=(), book=None):
    """A workbook with rows from A1; None is a blank cell."""
    book = book or openpyxl.Workbook()
    sheet = book.create_sheet(title) if book.worksheets[0].max_row > 1 else book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for block in merges:
        sheet.merge_cells(block)
    return book


@dataclass(frozen=True)
class Book:
    """A workbook, how it is to be understood, and the orders that must come out: number to quantities."""

    workbook: openpyxl.Workbook
    kind: str
    header_row: int
    orders: dict
    fields: str
    left_over: tuple = ()
    missing: tuple = ()


def traditional_list():
    """A list under letterhead, in traditional characters, with a sum and a remark under it."""
    header = [
        "序號",
        "生產單號(廠方)",
        "生產單號(客方)",
        "客戶名稱",
        "貨 描",
        "規格/型號",
        "數量\n(Pcs)",
        "單 價",
        "總金額",
    ]
    rows = [
        ["東莞市恒達五金製品有限公司"],
        ["2026年3月 訂單一覽表"],
        ["電話：0769-8888 1234", None, None, None, None, "制表：陳小姐"],
        [*header, "客期", "出貨數量", "訂單狀態", "備注1"],
        [1, "HD01", "PO-7781", "永發貿易", "把手", "128mm 黑", 5000, 3.2, 16000, "2026.3.25", 0, "生產中", "急"],
        [2, "HD01", "PO-7781", "永發貿易", "拉手", "96mm 銀", 3000, 2.8, 8400, "2026.3.25", 0, "生產中", None],
        [3, "HD02", "7790A", "大成行", "鐵鉸鏈", "35杯", 12000, 1.15, 13800, "2026.4.2", 0, "已收清", None],
        [None, "合計", None, None, None, None, 20000, None, 38200],
    ]
    fields = "order_no customer_po customer line_no product specification quantity unit_price amount requested_date"
    left_over = ("出貨數量", "訂單狀態")
    orders = {"HD01": [5000, 3000], "HD02": [12000]}
    return Book(sheet_of(rows, "訂單總表", ["A1:M1"]), "list", 4, orders, f"{fields} line_remark", left_over)


def english_purchase_order():
    """A customer's own purchase order, which does not name the customer."""
    rows = [
        ["12 Dock Road, Brighton, UK"],
        [None, None, None, "PURCHASE ORDER"],
        ["P.O. Number:", "4500012345", None, "PO Date:", "2026-03-02"],
        ["Payment Terms:", "30/70", None, "Currency:", "USD"],
        ["Item No.", "Part Number", "Description of Goods", "Qty", "U/M", "Unit Cost", "Extended Price", "Required By"],
        [10, "BH-001", "Door handle", 500, "pcs", 3.5, 1750, "2026-04-15"],
        [20, "BH-002", "Hinge", 2000, "pcs", 0.8, 1600, "2026-04-20"],
        [None, None, None, None, None, "Total", 3350],
        ["Signature:", "____"],
    ]
    fields = (
        "customer_po order_date payment_terms currency line_no product_code product quantity unit unit_price amount"
    )
    return Book(sheet_of(rows, "PO"), "sheet", 5, {"": [500, 2000]}, f"{fields} requested_date", missing=("customer",))


def schedule():
    """A schedule with the dates of delivery as columns."""
    dates = [DAY(2026, 3, 9), DAY(2026, 3, 16), DAY(2026, 3, 23)]
    rows = [
        ["三月交货排程"],
        ["订单编号", "客户名称", "货号", "品名", "订单量", *dates, "说明"],
        ["SO-101", "泰衡", "P-1", "端盖", 300, 100, 200, None, None],
        ["SO-101", "泰衡", "P-2", "底座", 100, None, 50, 50, "分批"],
        ["SO-102", "永发", "P-3", "支架", 300, 300, None, None, None],
    ]
    orders = {"SO-101": [300, 100], "SO-102": [300]}
    return Book(
        sheet_of(rows, "排程"), "list", 2, orders, "order_no customer product_code product quantity line_remark"
    )


def two_row_header():
    """Headers over two rows: 数量 over 订单 and 已发."""
    rows = [
        ["任务单号", "往来单位", "产品名称", "规格型号", "数量", None, "交期", None, "单价"],
        [None, None, None, None, "订单", "已发", "客户要求", "回复", None],
        ["RW-1", "泰衡", "端盖", "Φ86", 500, 100, DAY(2026, 3, 20), DAY(2026, 3, 25), 12.5],
        ["RW-2", "永发", "底座", "Φ60", 300, 0, DAY(2026, 3, 22), DAY(2026, 3, 28), 8],
    ]
    merges = ["A1:A2", "B1:B2", "C1:C2", "D1:D2", "I1:I2", "E1:F1", "G1:H1"]
    fields = "order_no customer product specification quantity requested_date promised_date unit_price"
    orders = {"RW-1": [500], "RW-2": [300]}
    return Book(sheet_of(rows, "订单", merges), "list", 2, orders, fields, ("数量 已发",))


def one_order_a_sheet():
    """Label and value pairs, the lines under them, more labels below."""
    book = openpyxl.Workbook()
    for number, customer in (("DD-1", "泰衡"), ("DD-2", "永发")):
        rows = [
            ["销 售 订 单"],
            ["需方：", customer, None, "合同编号：", number],
            ["签订日期", DAY(2026, 3, 2), None, "跟单员", "李雯"],
            ["序号", "物料编码", "货品名称", "型号", "订货数量", "单位", "含税单价", "价税合计"],
            [1, "W-1", "端盖", "Φ86", 500, "件", 12.5, 6250],
            [2, "W-2", "底座", "Φ60", 100, "件", 8, 800],
            ["合计", None, None, None, None, None, None, 7050],
            ["收货地址", "宁波市北仑区"],
        ]
        sheet_of(rows, f"订单{number}", book=book)
    fields = "customer order_no order_date owner delivery_address line_no product_code product specification quantity"
    return Book(book, "sheet", 4, {"DD-1": [500, 100], "DD-2": [500, 100]}, f"{fields} unit unit_price amount")


def two_sheets():
    """Orders on one sheet, their lines on another."""
    orders = [
        ["订单号", "客户简称", "下单日期", "业务", "币别"],
        ["T-1", "泰衡", DAY(2026, 3, 1), "李雯", "RMB"],
        ["T-2", "永发", DAY(2026, 3, 2), "王敏", "RMB"],
    ]
    lines = [
        ["订单号", "项次", "料号", "名称", "规格", "需求数量", "单价", "交期"],
        ["T-1", 1, "M-1", "端盖", "Φ86", 100, 5, DAY(2026, 3, 30)],
        ["T-1", 2, "M-2", "底座", "Φ6", 150, 5, DAY(2026, 3, 30)],
        ["T-2", 1, "M-3", "支架", "L", 60, 9, DAY(2026, 4, 1)],
    ]
    book = sheet_of(lines, "明细", book=sheet_of(orders, "订单"))
    fields = (
        "order_no customer order_date owner currency line_no product_code product specification quantity unit_price"
    )
    return Book(book, "two-sheets", 1, {"T-1": [100, 150], "T-2": [60]}, f"{fields} requested_date")


def misleading_headers():
    """订单状态 that is of payments, 任务号 that holds dates of delivery, and dates day first."""
    rows = [
        ["任务号", "订单状态", "合同编号", "客户名称", "产品名称", "订单量", "单价/元", "下单时间"],
        ["2025/2/18交", "已收清", "H-1", "泰衡", "端盖", 100, 3, "25/01/2025"],
        ["2025/2/20交", "部分收款", "H-2", "永发", "底座", 50, 4, "03/02/2025"],
    ]
    fields = "requested_date order_no customer product quantity unit_price order_date"
    return Book(sheet_of(rows, "台账"), "list", 1, {"H-1": [100], "H-2": [50]}, fields, ("订单状态",))


def headers_that_are_yaml():
    """Headers and values that would break a YAML file, or out of a comment."""
    rows = [
        ["PO# ", "*客户", "品名 🚚", "数量\n# not: yaml", "- 单价", "{特别}: &x"],
        ["N-1", "泰衡", "端盖\nname: x", 10, 3, "\u2028# y\nform: stock"],
        ["N-2", "泰衡", "底座", 20, 4, "\x85kind: sheet"],
    ]
    fields = "customer_po customer product quantity unit_price"
    return Book(sheet_of(rows, "a #b"), "list", 1, {"": [10], " ": [20]}, fields, ("{特别}: &x",))


BOOKS = [traditional_list, english_purchase_order, schedule, two_row_header, one_order_a_sheet, two_sheets]
BOOKS += [misleading_headers, headers_that_are_yaml]


@pytest.fixture
def home(tmp_path):
    return desk.create_desk(tmp_path / "台", "zh")


def adopt(home, path, **asked):
    return desk.adopt_workbook(path, home, desk.AdoptRequest("order-intake", **asked), home.say)


def save(book, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def read_again(path, home, customer=""):
    """The workbook as the desk reads it now; also that its rules are right."""
    opened = desk.open_desk_at(home.path)
    assert list(desk.check_examples(opened.rules, AS_OF)) == []
    workbook = read_workbook(path, path.name)
    assert isinstance(workbook, Workbook)
    return read_document(workbook, opened.rules, {}, AS_OF, customer)


def placed(found):
    return [one.field for one in found.proposal.placed]


@pytest.mark.parametrize("make", BOOKS, ids=lambda make: make.__name__)
def test_the_layout_that_is_proposed_reads_the_workbook(make, home, tmp_path):
    book = make()
    path = save(book.workbook, tmp_path / "book-of-theirs.xlsx")
    found = adopt(home, path, customer="泰衡" if book.missing else "")
    proposal = found.proposal
    assert (proposal.kind, proposal.header_row) == (book.kind, book.header_row)
    assert set(placed(found)) == set(book.fields.split())
    assert tuple(one.seen.header for one in proposal.left_over) == book.left_over
    assert (found.exit_code, found.problems) == (0, ())
    assert found.written == (home.path / "rules/layouts/book-of-theirs.yaml").as_posix()
    reading = read_again(path, home)
    assert [problem for problem in reading.problems if problem.is_error] == []
    assert reading.document.layout == "book-of-theirs"
    assert "column-not-read" not in {problem.code for problem in reading.problems}
    quantities = [[line.get("quantity") for line in record.lines] for record in reading.document.records]
    assert quantities == [list(map(Decimal, one)) for one in book.orders.values()]
    numbers = [record.text("order_no") for record in reading.document.records]
    assert numbers == [number.strip() for number in book.orders]


def test_dates_as_columns_are_the_requested_schedule(home, tmp_path):
    path = save(schedule().workbook, tmp_path / "schedule.xlsx")
    found = adopt(home, path)
    assert found.proposal.dates_across == "requested_date"
    first = read_again(path, home).document.records[0].lines[0]
    assert [(one.date, one.quantity) for one in first.get("requested_date")] == [
        (DAY(2026, 3, 9), Decimal(100)),
        (DAY(2026, 3, 16), Decimal(200)),
    ]


def test_where_dates_are_all_there_is_the_quantity_is_their_sum(home, tmp_path):
    book = schedule().workbook
    book.active.delete_cols(5)
    path = save(book, tmp_path / "schedule.xlsx")
    assert adopt(home, path).problems == ()
    records = read_again(path, home).document.records
    assert [[line.get("quantity") for line in one.lines] for one in records] == [[300, 100], [300]]


def test_a_day_above_twelve_settles_the_order_of_the_others(home, tmp_path):
    path = save(misleading_headers().workbook, tmp_path / "ledger.xlsx")
    assert adopt(home, path).proposal.date_order == "day-first"
    records = read_again(path, home).document.records
    assert [record.get("order_date") for record in records] == [DAY(2025, 1, 25), DAY(2025, 2, 3)]


@pytest.mark.parametrize(
    ("where", "asked"), [("收件箱/泰衡/po-brighton.xlsx", {}), ("po-brighton.xlsx", {"customer": "泰衡"})]
)
def test_a_purchase_order_that_names_no_customer_has_that_of_its_folder_or_the_one_given(where, asked, home):
    path = save(english_purchase_order().workbook, home.path / where)
    found = adopt(home, path, **asked)
    assert found.exit_code == 0
    assert "defaults: {customer: 泰衡}" in found.text
    assert read_again(path, home).document.records[0].text("customer") == "泰衡"


def test_a_required_field_without_a_column_is_told_and_the_layout_written_all_the_same(home, tmp_path):
    path = save(english_purchase_order().workbook, tmp_path / "po-brighton.xlsx")
    found = adopt(home, path)
    assert (found.exit_code, found.proposal.missing) == (1, ("customer",))
    assert [(problem.code, problem.field) for problem in found.problems] == [("adopt-field-missing", "customer")]
    assert "# defaults: {customer: …}" in Path(found.written).read_text("utf-8")
    # The folder names the customer then.
    assert read_again(path, home, "泰衡").document.layout == "po-brighton"


def test_two_columns_that_are_as_good_are_both_named_and_neither_taken(home, tmp_path):
    rows = [["订单号", "客户", "品名", "订单量", "数量"], ["A-1", "泰衡", "端盖", 5, 7], ["A-2", "泰衡", "底座", 6, 8]]
    found = adopt(home, save(sheet_of(rows), tmp_path / "tied.xlsx"))
    assert "quantity" not in placed(found)
    assert [one.others for one in found.proposal.left_over] == [("数量 (E1)",), ("订单量 (D1)",)]
    assert "# - {field: quantity, aliases: [订单量]}" in found.text
    assert "ignore" not in found.text


def test_with_the_layout_that_was_written_the_workbook_runs(home):
    path = save(traditional_list().workbook, home.path / "收件箱" / "三月.xlsx")
    adopt(home, path)
    opened = desk.open_desk_at(home.path)
    result = desk.run_desk_at(opened, AS_OF, desk.RunOptions(pause=lambda: None))
    assert [(one.outcome, one.orders) for one in result.documents] == [("accepted", ("HD01", "HD02"))]


def test_nothing_is_written_over_and_nothing_on_trial(home, tmp_path):
    path = save(two_row_header().workbook, tmp_path / "two-rows.xlsx")
    assert adopt(home, path, dry_run=True).written == ""
    written = Path(adopt(home, path).written)
    written.write_text(written.read_text("utf-8") + "# 我们改过\n", "utf-8")
    again = desk.open_desk_at(home.path)
    with pytest.raises(desk.UsageError) as refused:
        adopt(again, path)
    assert [problem.code for problem in refused.value.problems] == ["adopt-name-taken"]
    assert [problem.code for problem in adopt(again, path, name="another").problems] == ["adopt-known"]
    assert not (home.path / "rules/layouts/another.yaml").exists()
    adopt(again, path, force=True)
    assert "我们改过" not in written.read_text("utf-8")


def test_a_layout_is_written_whole_or_not_at_all(home, tmp_path, monkeypatch):
    """Half a layout would keep the desk from running."""
    path = save(two_row_header().workbook, tmp_path / "two-rows.xlsx")
    written = Path(adopt(home, path).written)
    before = written.read_bytes()

    def refuse(*_):
        raise OSError(28, "磁盘已满")

    monkeypatch.setattr(Path, "replace", refuse)
    found = adopt(desk.open_desk_at(home.path), path, force=True, customer="泰衡")
    assert [problem.code for problem in found.problems] == ["adopt-not-written"]
    assert [one.name for one in written.parent.iterdir()] == [written.name]
    assert written.read_bytes() == before


def test_the_package_s_own_layouts_are_never_written_over(home, tmp_path):
    path = save(two_row_header().workbook, tmp_path / "order-intake-list.xlsx")
    with pytest.raises(desk.UsageError):
        adopt(home, path, force=True)


def test_a_chinese_file_name_gives_the_form_s_name_and_a_number(home, tmp_path):
    found = adopt(home, save(two_row_header().workbook, tmp_path / "恒达订单.xlsx"))
    assert Path(found.written).name == "order-intake-1.yaml"
    assert "label: {zh: 恒达订单, en: 恒达订单}" in found.text


def test_the_same_workbook_comes_to_the_same_bytes(home, tmp_path):
    path = save(traditional_list().workbook, tmp_path / "same.xlsx")
    assert adopt(home, path, dry_run=True).text == adopt(home, path, dry_run=True).text


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data, which is not here")
def test_a_real_order_book_comes_to_the_layout_that_was_written_for_it_by_hand(home):
    path = DATA / "northwind-order-list.xlsx"
    found = adopt(home, path, name="northwind")
    by_hand = home.rules.layouts["shipped-order-list"]
    assert [problem.code for problem in found.problems] == ["adopt-known"]
    headers = {one.field: one.seen.header for one in found.proposal.placed}
    assert headers == {one.field: one.aliases[0] for one in by_hand.placements()}
    assert {one.seen.header for one in found.proposal.left_over} == set(by_hand.ignore)
    assert "# shipped: {date: shipped_date}" in found.text


def invoke(*arguments):
    return CliRunner().invoke(main, ["adopt", *map(str, arguments)])


def test_json_has_the_promised_shape(home):
    path = save(two_row_header().workbook, home.path / "收件箱" / "two-rows.xlsx")
    told = json.loads(invoke(path, "--json").stdout)
    assert set(told) >= {"file", "sheet", "header_row", "kind", "columns", "left_over", "missing", "written"}
    assert (told["sheet"], told["header_row"], told["kind"], told["left_over"]) == ("订单", 2, "list", ["数量 已发"])
    assert told["columns"][0] == {
        "sheet": "订单",
        "column": "A",
        "cell": "A1",
        "header": "任务单号",
        "field": "order_no",
        "score": 100,
        "samples": ["RW-1", "RW-2"],
    }
    assert told["written"] == (home.path / "rules/layouts/two-rows.yaml").as_posix()


def test_without_a_desk_the_layout_goes_to_stdout_and_the_rest_to_stderr(tmp_path):
    path = save(two_row_header().workbook, tmp_path / "two-rows.xlsx")
    result = invoke(path)
    assert result.exit_code == 0
    assert "kind: list\n" in result.stdout
    assert "RW-1" in result.stderr
    assert "kind: list\n" not in result.stderr


def test_what_is_no_workbook_or_no_such_form_says_so(home, tmp_path):
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"nothing")
    assert invoke(broken).exit_code == 1
    book = save(two_row_header().workbook, tmp_path / "two-rows.xlsx")
    assert invoke(book, "--form", "no-form").exit_code == 2
    assert invoke(book, "--desk", home.path, "--name", "Übel").exit_code == 2
    assert invoke(save(sheet_of([["工序", "工时"], ["车", 3]]), tmp_path / "none.xlsx")).exit_code == 1
