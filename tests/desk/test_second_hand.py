"""LibreOffice at the tracker, with runs between its savings: what is done in it survives, and nothing else is seen."""

import datetime as dt
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsx_lint
from office import office
from openpyxl.utils import get_column_letter
from validator import missing_validator, new_findings, validate

from xltools import desk

from .conftest import LINE, DeskFolder
from .hand import TRACKER, Hand, open_items

__all__ = ["office"]  # a fixture, found by its name here

SHEET, TODAY = "订单总表 Tracker", "今日待办 Today"
FIRST_DAY, SECOND_DAY, THIRD_DAY = (dt.date(2026, 3, day) for day in (10, 11, 12))
QUANTITIES = {"A-1": 300, "A-2": 100, "A-3": 600, "A-4": 400, "A-5": 200, "A-6": 500}
PRODUCTS = {"A-1": "端盖", "A-2": "端盖", "A-3": "支架", "A-4": "端盖", "A-5": "支架", "A-6": "端盖"}
SORTED = ["A-2", "A-5", "A-1", "A-4", "A-6", "A-3"]
HIDDEN = {"A-3", "A-5"}  # by the filter that keeps 端盖; A-3 stands last, right above what the run appends
NOTES = {"A-1": "模具已备", "A-4": "等客户图纸", "A-3": "0010"}
RENAMED = "卡在哪里"
PROMISED = dt.date(2026, 4, 2)


@dataclass
class Story:
    """What happened to one tracker: a copy of the file after each step, and what each run said.

    The steps: `made` by the first run; `sorted` and added to in LibreOffice; `grown` by a run on the next day; `cut`
    about in LibreOffice; `mended` by a run on the day after; `moved` about in LibreOffice, a row typed; `settled` by a
    run; `again` by one more; `reopened` in LibreOffice and saved. `anew` is, by run, the tracker that the same ledger
    gives on the same day where nobody has touched it.
    """

    folder: DeskFolder
    office: Any
    files: dict[str, Path] = field(default_factory=dict)
    runs: dict[str, desk.RunResult] = field(default_factory=dict)
    anew: dict[str, Path] = field(default_factory=dict)

    @property
    def tracker(self) -> Path:
        return self.folder.path / TRACKER

    def edit(self, name: str, commands: Iterable[Mapping[str, Any]]) -> None:
        self.office.edit(self.tracker, list(commands))
        self.keep(name)

    def run(self, name: str, day: dt.date) -> None:
        self.runs[name] = self.folder.run(day)
        self.keep(name)
        other = self.folder.copy(self.folder.path.with_name(f"{name} anew"))
        self.anew[name] = other.path / TRACKER
        self.anew[name].unlink()
        other.run(day)

    def keep(self, name: str) -> None:
        self.files[name] = Path(shutil.copy(self.tracker, self.folder.path.with_name(f"{name}.xlsx")))

    def hand(self, name: str) -> Hand:
        return Hand(self.files[name])


def rows_by_line(path: Path) -> dict[str, dict[str, object]]:
    """What stands in the tracker by order and line and by the first word of the header."""
    hand = Hand(path)
    top, page = hand.header_row(), hand.sheet
    headers = {cell.column: str(cell.value).split()[0] for cell in page[top] if cell.value}
    rows = [
        {words: page.cell(row, at).value for at, words in headers.items()} for row in range(top + 1, page.max_row + 1)
    ]
    return {f"{row['订单编号']}-{row['行号']}": row for row in rows if row["订单编号"]}


def values_of(path: Path, sheet: str) -> dict[str, object]:
    page = openpyxl.load_workbook(path)[sheet]
    return {cell.coordinate: cell.value for row in page.iter_rows() for cell in row if cell.value is not None}


def spot(hand: Hand, order: str, words: str) -> str:
    return f"{get_column_letter(hand.column(words))}{hand.row(order)}"


def first_session(hand: Hand) -> list[dict[str, Any]]:
    """Types, colours, sorts, filters, inserts a column, comments, draws, adds a sheet."""
    top, bottom = hand.header_row(), hand.header_row() + len(QUANTITIES)
    block = f"A{top}:{get_column_letter(hand.sheet.max_column)}{bottom}"
    typed = {
        spot(hand, "A-2", "承诺交期"): {"date": PROMISED.isoformat()},
        spot(hand, "A-4", "卡点/欠料"): "缺铜件 0.5t",
    }
    row_of = {order: top + 1 + at for at, order in enumerate(SORTED)}
    own = {f"C{top}": "我的列"} | {f"C{row_of[order]}": note for order, note in NOTES.items()}
    quantity = get_column_letter(hand.column("订单数"))
    after = get_column_letter(hand.column("订单数") + 1)  # once a column stands before it
    return [
        {"do": "type", "sheet": SHEET, "cells": typed},
        {"do": "colour", "sheet": SHEET, "block": spot(hand, "A-6", "客户"), "rgb": "FFFF00"},
        {"do": "sort", "sheet": SHEET, "block": block, "by": quantity},
        {
            "do": "filter",
            "sheet": SHEET,
            "block": block,
            "by": get_column_letter(hand.column("品名")),
            "keep": "端盖",
        },
        {"do": "insert-column", "sheet": SHEET, "before": "C", "cells": own},
        {"do": "comment", "sheet": SHEET, "cell": f"{after}{row_of['A-1']}", "text": "客户电话：数量待定"},
        {"do": "chart", "sheet": SHEET, "block": f"{quantity}{top}:{after}{bottom}", "name": "数量"},
        {"do": "type", "sheet": TODAY, "cells": {"A2": "王芳负责"}},
        {"do": "add-sheet", "name": "早会", "cells": {"B2": "A-4 优先", "B3": 12.5, "B4": "=B3*2"}},
    ]


def second_session(hand: Hand) -> list[dict[str, Any]]:
    """Renames a header, hides a column, deletes a row, copies one for a repeat order, removes the table."""
    copied = hand.next_row() - 1  # right under the last one, once the row of A-5 is gone
    return [
        {"do": "type", "sheet": SHEET, "cells": {f"{get_column_letter(hand.column('卡点/欠料'))}3": RENAMED}},
        {"do": "hide-column", "sheet": SHEET, "column": get_column_letter(hand.column("规格型号"))},
        {"do": "delete-row", "sheet": SHEET, "row": hand.row("A-5")},
        {"do": "copy-row", "sheet": SHEET, "row": hand.row("A-2"), "before": copied},
        {"do": "type", "sheet": SHEET, "cells": {f"{get_column_letter(hand.column('订单数'))}{copied}": 777}},
        {"do": "remove-table", "name": "Tracker"},
    ]


def third_session(hand: Hand) -> list[dict[str, Any]]:
    """Moves a column, renames the sheet, types over a cell of ours and of theirs, types an order under the last row."""
    names = {words: get_column_letter(hand.column(words)) for words in ("客户", "品名", "订单数", "要求交期")}
    under = hand.next_row()
    cells = {
        spot(hand, "A-1", "订单数"): 1,
        spot(hand, "A-4", RENAMED): "铜件周五到",
        f"{names['客户']}{under}": "宁波泰衡电子有限公司",
        f"{names['品名']}{under}": "机加工支架",
        f"{names['订单数']}{under}": 40,
        f"{names['要求交期']}{under}": {"date": "2026-04-20"},
    }
    return [
        {"do": "type", "sheet": SHEET, "cells": cells},
        {"do": "clear", "sheet": SHEET, "block": spot(hand, "A-2", "承诺交期")},
        {"do": "move-column", "sheet": SHEET, "column": get_column_letter(hand.column("订单编号")), "before": "A"},
        {"do": "rename-sheet", "sheet": SHEET, "to": "生产计划"},
    ]


@pytest.fixture(scope="module")
def story(office, tmp_path_factory):
    folder = DeskFolder(tmp_path_factory.mktemp("second hand") / "订单台")
    for order, quantity in QUANTITIES.items():
        line = {**LINE, "product": PRODUCTS[order], "quantity": quantity}
        folder.drop(f"{order}.xlsx", line, order_no=order)
    told = Story(folder, office)
    told.run("made", FIRST_DAY)
    told.edit("sorted", first_session(told.hand("made")))
    folder.drop("A-7.xlsx", order_no="A-7")
    told.run("grown", SECOND_DAY)
    told.edit("cut", second_session(told.hand("grown")))
    folder.drop("A-8.xlsx", order_no="A-8")
    told.run("mended", THIRD_DAY)
    told.edit("moved", third_session(told.hand("mended")))
    told.run("settled", THIRD_DAY)
    told.run("again", THIRD_DAY)
    told.edit("reopened", [])
    return told


TURNS = [("sorted", "grown"), ("cut", "mended"), ("moved", "settled")]  # saved by LibreOffice, then by a run
AFTER_RUNS = ["grown", "mended", "settled", "again"]
TYPED, COPIED = "SO202603-002", "SO202603-001"
ORDER_OF_ROWS = {
    "grown": [*SORTED, "A-7"],
    "mended": ["A-2", "A-1", "A-4", "A-6", "A-3", "A-7", COPIED, "A-5", "A-8"],
    "settled": ["A-2", "A-1", "A-4", "A-6", "A-3", "A-7", COPIED, "A-5", "A-8", TYPED],
}


@pytest.mark.parametrize(("before", "after"), TURNS)
def test_a_run_touches_nothing_of_what_was_done_in_libreoffice(story, before, after):
    saved, written = story.hand(before), story.hand(after)
    assert written.book.sheetnames == saved.book.sheetnames
    assert values_of(story.files[after], "早会") == values_of(story.files[before], "早会")
    for old, new in zip(saved.book.worksheets, written.book.worksheets, strict=True):
        assert comments_of(new) == comments_of(old)
        assert [part(chart) for chart in new._charts] == [part(chart) for chart in old._charts]
        assert filters_of(new) == filters_of(old)
        for letters, column in old.column_dimensions.items():
            assert (new.column_dimensions[letters].hidden, new.column_dimensions[letters].width) == (
                column.hidden,
                column.width,
            )
    for row in range(1, saved.sheet.max_row + 1):
        assert written.sheet.row_dimensions[row].hidden == saved.sheet.row_dimensions[row].hidden, row
        for at in range(1, saved.sheet.max_column + 1):
            assert look(written.sheet.cell(row, at)) == look(saved.sheet.cell(row, at)), (row, at)


def test_what_the_hand_did_is_there_to_the_end(story):
    hand = story.hand("again")
    page = hand.sheet
    assert hand.book.sheetnames[0] == "生产计划"
    assert [hand.cell(order, "我的列").value for order in ("A-1", "A-4", "A-3")] == list(NOTES.values())
    assert hand.book[TODAY]["A2"].value == "王芳负责"
    assert comments_of(page) == {hand.cell("A-1", "订单数").coordinate: "客户电话：数量待定"}
    assert hand.cell("A-6", "客户").fill.fgColor.rgb == "FFFFFF00"
    assert (len(page._charts), len(hand.book["看板 Dashboard"]._charts)) == (1, 5)
    assert values_of(story.files["again"], "早会") == {"B2": "A-4 优先", "B3": 12.5, "B4": "=B3*2"}
    assert page.column_dimensions[get_column_letter(hand.column("规格型号"))].hidden
    assert hand.sheet.cell(hand.header_row(), 1).value == "订单编号 Order No."


def test_rows_stay_where_they_were_put_and_new_ones_follow_in_sight(story):
    for name, orders in ORDER_OF_ROWS.items():
        assert story.hand(name).orders() == orders
    grown = story.hand("grown")
    assert {order for order in grown.orders() if grown.sheet.row_dimensions[grown.row(order)].hidden} == HIDDEN
    last = story.hand("again")
    assert {order for order in last.orders() if last.sheet.row_dimensions[last.row(order)].hidden} == {"A-3"}


def test_the_table_of_libreoffice_grows_and_stays_away_once_it_is_removed(story):
    (table,) = story.hand("grown").sheet.tables.values()
    assert (table.name, table.ref, table.autoFilter.ref) == ("Tracker", "A3:Y10", "A3:Y10")
    assert [column.name for column in table.tableColumns][1:4] == ["剩余天数 Days Left", "我的列", "客户 Customer"]
    assert story.hand("again").sheet.tables == {}


@pytest.mark.parametrize("name", AFTER_RUNS)
def test_our_columns_say_what_a_tracker_made_anew_says(story, name):
    hand, anew = rows_by_line(story.files[name]), rows_by_line(story.anew[name])
    assert hand.keys() == anew.keys()
    for line, expected in anew.items():
        stands = {("卡点/欠料" if words == RENAMED else words): value for words, value in hand[line].items()}
        ours = expected.keys() - {"单据"}
        assert {words: stands[words] for words in ours} == {words: expected[words] for words in ours}, line
    for sheet in openpyxl.load_workbook(story.anew[name]).sheetnames[1:]:
        mine, made = values_of(story.files[name], sheet), values_of(story.anew[name], sheet)
        assert mine == made | ({"A2": "王芳负责"} if sheet == TODAY else {}), sheet


def test_a_copied_row_links_to_nothing_of_the_row_that_it_was_copied_from(story):
    assert story.hand("again").cell(COPIED, "单据").value is None  # it is not approved, and has no papers yet
    assert "A-" not in story.hand("again").cell(COPIED, "来源").value


def test_appended_rows_look_like_the_others(story):
    hand = story.hand("settled")
    for order in ("A-7", "A-8"):
        for words in ("客户", "订单数", "要求交期", "来源"):
            assert look(hand.cell(order, words))[1:] == look(hand.cell("A-2", words))[1:], (order, words)
    covered = {str(block) for one in story.hand("grown").sheet.conditional_formatting for block in one.sqref.ranges}
    assert {block.partition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for block in covered} == {"10"}


def test_what_was_typed_is_in_the_ledger_and_nothing_else(story):
    counted = [(run.tracker.edits, run.tracker.conflicts, run.exit_code) for run in story.runs.values()]
    assert counted == [(0, 0, 0), (2, 0, 0), (0, 0, 0), (2, 0, 0), (0, 0, 0)]
    told = {name: [problem.code for problem in run.problems] for name, run in story.runs.items()}
    assert told == {name: ["order-number-assigned"] * (name in {"mended", "settled"}) for name in story.runs}
    orders = story.folder.orders()
    assert orders["A-4"].lines[0].text("shortage") == "铜件周五到"
    assert orders["A-2"].lines[0].get("promised_date") is None
    assert story.hand("grown").cell("A-2", "承诺交期").value == dt.datetime(2026, 4, 2)
    assert {number: orders[number].lines[0].quantity for number in QUANTITIES} == QUANTITIES
    assert (orders[COPIED].text("reorder_of"), orders[COPIED].lines[0].quantity) == ("A-2", 777)
    assert (orders[TYPED].lines[0].text("product"), orders[TYPED].lines[0].quantity) == ("机加工支架", 40)
    assert orders[TYPED].lines[0].get("requested_date")[0].date == dt.date(2026, 4, 20)
    assert len(orders) == len(QUANTITIES) + 4


def test_items_stand_only_for_what_was_done_over_ours(story):
    asked = {name: [item[:2] for item in open_items(story.files[name])] for name in story.runs}
    deleted, over = ("row deleted", "A-5"), ("cells put back", "A-1")
    assert asked == {"made": [], "grown": [], "mended": [deleted], "settled": [deleted, over], "again": [deleted, over]}


def test_a_run_with_nothing_new_changes_no_byte(story):
    assert story.files["again"].read_bytes() == story.files["settled"].read_bytes()


def test_libreoffice_reads_our_writing_as_we_wrote_it(story):
    for sheet in story.hand("again").book.sheetnames:
        assert values_of(story.files["reopened"], sheet) == values_of(story.files["again"], sheet)


def test_the_archive_alone_gives_the_same_ledger(story):
    rebuilt, problems = desk.rebuild_desk_at(story.folder.opened, story.folder.path.with_name("rebuilt"))
    assert not problems
    assert rebuilt.store.head() == story.folder.opened.store.head()


@pytest.mark.skipif(bool(missing_validator()), reason=missing_validator())
def test_microsofts_validator_finds_nothing_that_libreoffice_did_not_write(story):
    found = validate(story.files[name] for turn in TURNS for name in turn)
    for before, after in TURNS:
        assert new_findings(found[story.files[before]], found[story.files[after]]) == []


def test_our_lint_finds_nothing_that_libreoffice_did_not_write(story):
    found = {name: xlsx_lint.lint_workbook(path.read_bytes()) for name, path in story.files.items()}
    for before, after in TURNS:
        assert xlsx_lint.new_findings(found[before], found[after]) == []


def comments_of(page):
    return {cell.coordinate: cell.comment.text.strip() for row in page.iter_rows() for cell in row if cell.comment}


def filters_of(page):
    """Which columns of a sheet are filtered by which texts; how far the filter reaches may change."""
    filters = [page.auto_filter, *(table.autoFilter for table in page.tables.values())]
    return [(one.colId, one.filters.filter) for found in filters if found for one in found.filterColumn]


def part(chart):
    return chart.anchor._from.row, chart.anchor._from.col, [one.val.numRef.f for one in chart.series]


def look(cell):
    font, sides = cell.font, (cell.border.left, cell.border.right, cell.border.top, cell.border.bottom)
    colour = font.color.rgb if font.color else None
    return cell.fill.fgColor.rgb, font.b, colour, cell.number_format, [side and side.style for side in sides]
