"""Reviews day by day: lists filled in place, a meeting's sheet, refusal, approval, the form for the file."""

import datetime as dt

import openpyxl
import pytest

from xltools import desk
from xltools.ledger.standing import assess_order

from .conftest import LINE
from .hand import open_items
from .reviewing import THREE, agree, fill_sheet, list_rows, meeting_sheet, review_list, say

ALL = (*THREE, "production")
DAY, NEXT = dt.date(2026, 3, 11), dt.date(2026, 3, 12)


@pytest.fixture
def asked(folder):
    """A desk with one order of two lines in circulation."""
    folder.drop("接单.xlsx", LINE, {**LINE, "product_code": "P2", "product": "支架"}, order_no="A-1")
    folder.run()
    return folder


def order_of(folder, number="A-1"):
    return folder.orders()[number]


def standing_of(folder, number="A-1", as_of=NEXT):
    return assess_order(order_of(folder, number), folder.opened.rules, as_of)


def test_each_department_of_the_route_has_a_list_and_nobody_else(asked):
    assert {department: set(list_rows(asked, department)) for department in ALL} == {
        department: {f"A-1-1-r1-{department}", f"A-1-2-r1-{department}"} for department in ALL
    }
    assert not review_list(asked, "finance").exists()
    row = list_rows(asked, "quality")["A-1-2-r1-quality"]
    assert (row["状态"], row["订单号-行"], row["品名"], row["截止"].date()) == ("To review", "A-1-2", "支架", NEXT)


def test_a_run_with_nothing_new_changes_no_byte(asked):
    agree(asked, ("quality",), DAY)
    asked.run(DAY)
    before, events = asked.files(), asked.event_count()
    asked.run(DAY)
    assert (asked.files(), asked.event_count()) == (before, events)


def test_the_last_verdict_approves_the_order_and_promises_the_date_that_pmc_gave(asked):
    agree(asked, THREE, DAY)
    assert asked.run(DAY).exit_code == 0
    assert order_of(asked).approved is None
    assert {waiting.whom for waiting in standing_of(asked).waiting} == {"production"}
    say(asked, "production", line="-1", 结论="OK", 姓名="周凯", 日期=DAY, 可交日期="2026-03-28×60; 2026-04-03×40")
    say(asked, "production", line="-2", 结论="同意", 姓名="周凯", 日期=DAY, 可交日期=dt.date(2026, 3, 27))
    result = asked.run(NEXT)
    order = order_of(asked)
    assert order.approved == NEXT
    assert [[delivery.promised for delivery in line.deliveries] for line in order.lines] == [
        [dt.date(2026, 3, 28), dt.date(2026, 4, 3)],
        [dt.date(2026, 3, 27)],
    ]
    assert "papers/A-1/order-review-A-1-r1.xlsx" in result.papers
    source = desk.explain(asked.opened, "A-1", "promised_date", "1", NEXT, asked.opened.say).main
    assert (source.place.file, source.archived[:15]) == ("review/production/review-list.xlsx", "archive/2026/03")


def test_a_row_counts_once_conclusion_name_and_date_stand_and_is_left_alone_until_then(asked):
    say(asked, "quality", 结论="√", 姓名="钱红")
    asked.run(DAY)
    asked.run(NEXT)
    row = list_rows(asked, "quality")["A-1-1-r1-quality"]
    assert (row["结论"], row["姓名"], order_of(asked).statements) == ("√", "钱红", ())
    say(asked, "quality", 日期=NEXT)
    asked.run(NEXT)
    assert [one.by for one in order_of(asked).statements] == ["钱红", "钱红"]
    assert list_rows(asked, "quality")["A-1-1-r1-quality"]["结论"] == "可接受 Acceptable"


def test_who_takes_a_task_on_is_heard_before_the_verdict(asked):
    say(asked, "engineering", 接收人="赵敏")
    asked.run(DAY)
    assert [one.text("accepted_by") for one in order_of(asked).statements] == ["赵敏", "赵敏"]
    assert order_of(asked).approved is None
    agree(asked, ("engineering",), DAY)
    asked.run(DAY)
    assert list_rows(asked, "engineering")["A-1-1-r1-engineering"]["状态"] == "Reviewed"
    assert "engineering" not in {waiting.whom for waiting in standing_of(asked).waiting}


@pytest.mark.parametrize(
    ("department", "typed", "code"),
    [
        ("quality", {"结论": "有条件"}, "condition-missing"),
        ("quality", {"结论": "不可"}, "refusal-without-reason"),
        ("production", {"结论": "可接受"}, "available-date-missing"),
        ("quality", {"结论": "看情况"}, "choice-unknown"),
    ],
)
def test_a_verdict_that_lacks_what_it_needs_waits_and_is_told_at_its_cell(asked, department, typed, code):
    say(asked, department, line="-1", **typed, 姓名="某人", 日期=DAY)
    result = asked.run(DAY)
    (problem,) = result.problems
    assert (problem.code, problem.place.file) == (code, f"review/{department}/review-list.xlsx")
    assert (result.exit_code, order_of(asked).statements) == (1, ())
    assert list_rows(asked, department)[f"A-1-1-r1-{department}"]["结论"] == typed["结论"]


def test_a_verdict_changed_before_approval_supersedes_and_afterwards_is_put_back_and_told(asked):
    agree(asked, ("quality",), DAY)
    asked.run(DAY)
    say(asked, "quality", line="-1", 结论="有条件", 条件="首件送检")
    asked.run(DAY)
    assert [one.text("conclusion") for one in order_of(asked).statements] == ["acceptable", "acceptable", "conditional"]
    agree(asked, ("business", "engineering", "production"), NEXT)
    asked.run(NEXT)
    assert order_of(asked).approved == NEXT
    say(asked, "quality", line="-2", 结论="不可", 条件="做不到")
    asked.run(NEXT)
    assert len(order_of(asked).statements) == 9
    assert list_rows(asked, "quality")["A-1-2-r1-quality"]["结论"] == "可接受 Acceptable"
    assert ("edit not taken", "A-1", "不可", "可接受 Acceptable") in open_items(asked.path / "order-tracker.xlsx")


def test_a_condition_stays_open_on_the_list_until_it_is_said_to_be_met(asked):
    agree(asked, ALL, DAY)
    say(asked, "quality", 结论="有条件", 条件="首件送检")
    asked.run(DAY)
    assert order_of(asked).approved == DAY
    assert list_rows(asked, "quality")["A-1-1-r1-quality"]["状态"] == "Condition open"
    say(asked, "quality", 条件完成=NEXT)
    asked.run(NEXT)
    assert list_rows(asked, "quality")["A-1-1-r1-quality"]["状态"] == "Reviewed"
    assert order_of(asked).statements[-1].get("condition_done") == NEXT


def test_a_refusal_returns_the_order_with_the_reason_and_a_new_revision_begins_anew(asked):
    say(asked, "quality", line="-2", 结论="×", 条件="盐雾试验做不到", 姓名="钱红", 日期=DAY)
    result = asked.run(DAY)
    (problem,) = [one for one in result.problems if one.code == "order-refused"]
    assert problem.place.file == "inbox/接单.xlsx"
    assert dict(problem.values)["reason"] == "盐雾试验做不到"
    assert (standing_of(asked).state, result.exit_code) == ("declined", 1)
    (returned,) = (asked.path / "returned").glob("*.xlsx")
    assert "盐雾试验做不到" in str(list(openpyxl.load_workbook(returned).worksheets[0].values))
    before = asked.files()
    assert asked.run(DAY).exit_code == 0  # told once
    assert asked.files() == before
    asked.drop("接单改.xlsx", LINE, order_no="A-1", revision=2)
    asked.run(NEXT)
    assert not list((asked.path / "returned").glob("*.xlsx"))
    assert standing_of(asked).state == ""
    states = {task: row["状态"] for task, row in list_rows(asked, "quality").items()}
    assert states == {"A-1-1-r1-quality": "Closed", "A-1-2-r1-quality": "Closed", "A-1-1-r2-quality": "To review"}


def test_a_refusal_that_is_taken_back_closes_the_return(asked):
    say(asked, "quality", 结论="×", 条件="产能不足", 姓名="钱红", 日期=DAY)
    asked.run(DAY)
    agree(asked, ALL, NEXT)
    asked.run(NEXT)
    assert order_of(asked).approved == NEXT
    assert not asked.opened.replay_ledger().returned


def test_a_list_that_is_open_elsewhere_waits_with_the_newest_beside_it(asked):
    path = review_list(asked, "quality")
    owner = path.with_name(f"~${path.name}")
    owner.write_bytes(b"x")
    say(asked, "quality", 结论="√", 姓名="钱红", 日期=DAY)
    asked.drop("另一张.xlsx", order_no="A-2")
    result = asked.run(DAY)
    assert result.exit_code == 4
    assert order_of(asked).statements == ()
    assert path.with_name("review-list.latest.xlsx").exists()
    owner.unlink()
    assert asked.run(DAY).exit_code == 0
    assert {one.by for one in order_of(asked).statements} == {"钱红"}
    assert "A-2-1-r1-quality" in list_rows(asked, "quality")
    assert not path.with_name("review-list.latest.xlsx").exists()


def test_a_meeting_has_one_sheet_that_waits_until_it_is_whole_and_then_goes_to_the_archive(folder):
    folder.drop("新品.xlsx", order_no="M-1", order_type="新品 New product")
    folder.run()
    sheet = meeting_sheet(folder, "M-1")
    assert not review_list(folder, "quality").exists()
    before = folder.files()
    assert [(one.file, one.outcome) for one in folder.run().documents] == [
        ("review/meeting/order-review-M-1-r1.xlsx", "waiting")
    ]
    assert folder.files() == before
    fill_sheet(sheet, DAY, rows=3)
    (document,) = folder.run(DAY).documents
    assert [(one.code, dict(one.values)["rows"]) for one in document.problems] == [("statement-awaited", "5")]
    fill_sheet(sheet, DAY)
    owner = sheet.with_name(f"~${sheet.name}")
    owner.write_bytes(b"x")
    assert [one.outcome for one in folder.run(DAY).documents] == ["waiting"]
    owner.unlink()
    result = folder.run(DAY)
    assert [one.outcome for one in result.documents] == ["accepted"]
    assert not sheet.exists()
    order = order_of(folder, "M-1")
    assert (order.approved, len(order.statements)) == (DAY, 8)
    assert order.lines[0].deliveries[0].promised == dt.date(2026, 3, 29)
    form = openpyxl.load_workbook(folder.path / "papers/M-1/order-review-M-1-r1.xlsx").worksheets[0]
    assert "图纸已会审" in str(list(form.values))
    assert (form.page_setup.orientation, form.oddFooter.center.text) == ("landscape", "&P / &N")


def test_what_the_meeting_promises_goes_before_what_pmc_could_do(folder):
    folder.drop("新品.xlsx", order_no="M-1", order_type="新品 New product")
    folder.run()
    fill_sheet(meeting_sheet(folder, "M-1"), DAY, 承诺交期=dt.date(2026, 4, 2))
    folder.run(DAY)
    assert order_of(folder, "M-1").lines[0].deliveries[0].promised == dt.date(2026, 4, 2)


def test_an_untouched_sheet_of_an_old_revision_goes_and_one_that_was_begun_stays(folder):
    for number in ("M-1", "M-2"):
        folder.drop(f"{number}.xlsx", order_no=number, order_type="新品 New product")
    folder.run()
    fill_sheet(meeting_sheet(folder, "M-2"), DAY, rows=1)
    for number in ("M-1", "M-2"):
        folder.drop(f"{number}改.xlsx", order_no=number, order_type="新品 New product", revision=2)
    folder.run(DAY)
    there = [meeting_sheet(folder, number, revision).exists() for number in ("M-1", "M-2") for revision in (1, 2)]
    assert there == [False, True, True, True]


def test_pmc_alone_reviews_a_sample(folder):
    folder.drop("样品.xlsx", order_no="S-1", order_type="样品 Sample")
    folder.run()
    assert not review_list(folder, "quality").exists()
    agree(folder, ("production",), DAY)
    folder.run(DAY)
    assert order_of(folder, "S-1").approved == DAY


def test_a_deputy_signs_and_is_named_as_such(asked):
    staff = openpyxl.load_workbook(asked.path / "master" / "staff.xlsx")
    page = staff.worksheets[0]
    top = next(row for row in range(1, 10) if str(page.cell(row, 1).value).startswith("姓名"))
    columns = {str(cell.value).split()[0]: cell.column for cell in page[top]}
    for row, (name, deputy) in enumerate((("钱红", "陈晨"), ("陈晨", "")), top + 1):
        department = "品质 Quality" if deputy else "仓储 Warehouse"
        for words, value in (("姓名", name), ("部门", department), ("代理人", deputy or None)):
            page.cell(row, columns[words]).value = value
    staff.save(asked.path / "master" / "staff.xlsx")
    say(asked, "quality", 结论="√", 姓名="陈晨", 日期=DAY)
    asked.run(DAY)
    assert {(one.by, one.deputy_for) for one in order_of(asked).statements} == {("陈晨", "钱红")}
    assert list_rows(asked, "quality")["A-1-1-r1-quality"]["状态"] == "Reviewed (for 钱红)"


def test_what_a_department_added_to_its_list_survives(asked):
    path = review_list(asked, "quality")
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    page.cell(3, page.max_column + 1).value = "我的备注"
    page.cell(4, page.max_column).value = "看一下图纸"
    book.create_sheet("统计")["A1"] = "自己的"
    book.save(path)
    asked.drop("另一张.xlsx", order_no="A-2")
    asked.run(DAY)
    book = openpyxl.load_workbook(path)
    assert (book.worksheets[0].cell(4, page.max_column).value, book["统计"]["A1"].value) == ("看一下图纸", "自己的")
    assert "A-2-1-r1-quality" in list_rows(asked, "quality")


def test_archive_alone_gives_the_same_ledger_with_reviews_meetings_and_refusals(asked, tmp_path):
    asked.drop("新品.xlsx", order_no="M-1", order_type="新品 New product")
    asked.drop("拒.xlsx", order_no="R-1")
    asked.run()
    agree(asked, ALL, DAY, order="A-1")
    say(asked, "quality", "R-1", 结论="不可", 条件="做不到", 姓名="钱红", 日期=DAY)
    fill_sheet(meeting_sheet(asked, "M-1"), DAY)
    asked.run(DAY)
    say(asked, "business", "A-1", 结论="不可", 条件="改主意了")
    asked.run(NEXT)
    assert desk.verify_desk_at(asked.opened).is_ok
    rebuilt, problems = desk.rebuild_desk_at(asked.opened, tmp_path / "重建")
    assert problems == ()
    assert rebuilt.store.head() == asked.opened.store.head()
    again = list_rows(type(asked)(tmp_path / "重建"), "quality")
    assert {task: row["状态"] for task, row in again.items()} == {
        task: row["状态"] for task, row in list_rows(asked, "quality").items()
    }


def test_a_sheet_that_can_not_be_read_is_drawn_anew_in_the_same_run(folder):
    folder.drop("新品.xlsx", order_no="M-1", order_type="新品 New product")
    folder.run()
    sheet = meeting_sheet(folder, "M-1")
    whole = sheet.read_bytes()
    sheet.write_bytes(b"")
    assert [one.outcome for one in folder.run().documents] == ["unreadable"]
    assert sheet.read_bytes() == whole
    before = folder.files()
    folder.run()
    assert folder.files() == before
