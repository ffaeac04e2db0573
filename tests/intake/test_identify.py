"""Which form a workbook is: by the mark that a template carries, else by its headers."""

from builders import workbook
from intake_reading import one, read, rules, rules_with, taken, told

from xltools.intake.identify import identify_layout

SHEET = """
| 客户 | 示例 |
| 品名 | 数量 |
| 端盖 | 10 |
"""
LIST = """
| 订单号 | 客户 | 品名 | 数量 |
| SO1 | 示例 | 端盖 | 10 |
"""


def layout_of(text, by=None, **more):
    match, problems = identify_layout(workbook(text), by or rules(), **more)
    return match.layout.name if match else [problem.code for problem in problems]


def test_headers_tell_a_single_order_from_a_list():
    assert layout_of(SHEET) == "order-intake-sheet"
    assert layout_of(LIST) == "order-intake-list"


def test_labels_with_blanks_breaks_stars_colons_and_units_are_the_same_labels():
    assert layout_of("| ＊客 户： | 示例 |\n| 品\\n名 | 数量 (Pcs) |\n| 端盖 | 10 |") == "order-intake-sheet"


def test_the_mark_says_which_form_and_layout_it_is():
    assert layout_of("| order-intake/order-intake-list/1 |" + LIST) == "order-intake-list"


def test_a_mark_counts_although_a_required_header_is_gone():
    reading = read("| order-intake/order-intake-sheet/1 |\n| 客户 | 示例 |\n| 品名 | 单价 |\n| 端盖 | 2.5 |")
    assert told(reading) == [("field-missing", "A4")]


def test_a_mark_of_an_unknown_layout_or_form_leaves_it_to_the_headers():
    assert layout_of("| order-intake/our-own-sheet/1 |" + SHEET) == "order-intake-sheet"
    assert layout_of("| change-notice/order-intake-sheet/1 |" + SHEET) == "order-intake-sheet"


def test_a_newer_version_is_read_with_a_warning():
    reading = read("| order-intake/order-intake-sheet/2 |" + SHEET)
    assert told(reading) == [("form-version-newer", "A1")]
    assert one(reading).text("product") == ""
    assert len(reading.document.records) == 1


def test_several_sheets_are_several_orders():
    reading = read(f"== A\n| 订单号 | A-1 |{SHEET}\n== B\n| 订单号 | B-1 |{SHEET}")
    assert taken(reading) == ["A-1", "B-1"]


def test_marked_sheets_are_read_and_others_beside_them_are_not():
    marked = f"| order-intake/order-intake-sheet/1 | 订单号 | A-1 |{SHEET}"
    assert taken(read(f"== A\n{marked}\n== 草稿\n| 订单号 | B-1 |{SHEET}")) == ["A-1"]


def test_hidden_sheets_and_the_guide_are_left_alone():
    titles = {"A": "A-1", "B (hidden)": "B-1", "填写说明 Guide": "G-1"}
    text = "\n".join(f"== {title}\n| 订单号 | {number} |{SHEET}" for title, number in titles.items())
    assert taken(read(text)) == ["A-1"]


def test_a_mark_on_a_hidden_sheet_or_the_guide_says_nothing():
    for title in ("旧 (hidden)", "填写说明 Guide"):
        text = f"== {title}\n| order-intake/order-intake-sheet/1 |{SHEET}\n== 清单\n{LIST}"
        assert layout_of(text) == "order-intake-list"


def test_master_data_in_the_inbox_is_no_order_form():
    assert layout_of("| 客户编码 | 客户全称 |\n| C001 | 示例 |") == ["form-not-recognised"]
    assert layout_of("| 客户编码 | 客户全称 |\n| C001 | 示例 |", form="customers") == "customers-list"


def test_without_customer_product_or_quantity_no_layout_fits():
    assert layout_of("| 品名 | 数量 |\n| 端盖 | 10 |") == ["form-not-recognised"]
    assert layout_of("| 客户 | 示例 |\n| 品名 | 单价 |\n| 端盖 | 10 |") == ["form-not-recognised"]


def test_the_folder_can_stand_for_the_customer():
    reading = read("| 品名 | 数量 |\n| 端盖 | 10 |", folder="示例")
    assert one(reading).text("customer") == "示例"
    assert one(reading).values["customer"].origin == "folder"


def test_the_layout_with_more_of_its_headers_there_wins():
    ours = (
        "form: order-intake\nkind: list\nlabel: {zh: 我们的, en: Ours}\ngroup_by: order_no\nheader:\n"
        "  - {field: order_no, aliases: [任务号]}\n  - {field: customer, aliases: [需方]}\nlines:\n"
        "  - {field: product, aliases: [货描]}\n  - {field: quantity, aliases: [计划数]}\n"
    )
    by = rules_with(layouts__ours=f"name: ours\n{ours}")
    assert layout_of("| 任务号 | 需方 | 货描 | 计划数 |\n| T1 | 示例 | 端盖 | 10 |", by) == "ours"


def own_layout(name, *aliases):
    order_no, product = aliases
    return (
        f"name: {name}\nform: order-intake\nkind: list\nlabel: {{zh: {name}, en: {name}}}\ngroup_by: order_no\n"
        f"header: [{{field: order_no, aliases: [{order_no}]}}, {{field: customer}}]\n"
        f"lines: [{{field: product, aliases: [{product}]}}, {{field: quantity}}]\n"
    )


def test_two_layouts_that_fit_alike_are_a_problem():
    by = rules_with(layouts__one=own_layout("one", "任务号", "货描"), layouts__two=own_layout("two", "任务号", "货描"))
    assert layout_of("| 任务号 | 客户 | 货描 | 数量 |\n| T1 | 示例 | 端盖 | 10 |", by) == ["layout-ambiguous"]


def test_a_layout_made_for_a_book_goes_before_one_that_knows_its_headers_among_many():
    by = rules_with(layouts__ours=own_layout("ours", "订单号", "货描"))
    assert layout_of(LIST, by) == "ours"


def test_two_marked_layouts_in_one_workbook_are_a_problem():
    text = f"== A\n| order-intake/order-intake-sheet/1 |{SHEET}\n== B\n| order-intake/order-intake-list/1 |{LIST}"
    assert layout_of(text) == ["layout-ambiguous"]


def test_an_empty_workbook_is_no_form():
    assert layout_of("") == ["form-not-recognised"]


def test_what_is_not_recognised_is_told_with_the_nearest_layout_and_what_it_lacks():
    (problem,) = read("| 订单号 | 客户 | 单价 | 品 | 数额 |\n| SO1 | 示例 | 2 | 端盖 | 10 |").problems
    values = dict(problem.values)
    assert values["reason"] == "reason-nearest-layout"
    assert values["missing"] == "产品编码 Product Code / 品名 Product, 数量 Quantity"


def test_a_header_that_is_like_one_that_lacks_is_named_in_the_hint():
    (problem,) = read("| 订单号 | 客户 | 品名 | Qantity |\n| SO1 | 示例 | 端盖 | 10 |").problems
    assert dict(problem.values)["near"] == "“Qantity” ≈ 数量 Quantity"


def test_a_layout_that_names_its_sheets_reads_those_and_no_other():
    by = rules_with(layouts__order_intake_list="sheets: [数据]")
    assert taken(read(f"== 封面\n{LIST}\n== 数据 (hidden)\n{LIST.replace('SO1', 'SO9')}", by=by)) == ["SO9"]


def test_one_sheet_a_shipment_is_read_sheet_by_sheet():
    assert taken(read(f"== 3月1日\n{LIST}\n== 3月2日\n{LIST.replace('SO1', 'SO2')}")) == ["SO1", "SO2"]
