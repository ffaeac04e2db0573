"""Sheets with thousands of merged cells, columns or customers cost what they hold, and not its square."""

import time

from builders import RECEIVED, no_tables
from intake_reading import rules

from xltools.core.sheet import Range, Sheet, Workbook
from xltools.intake.document import read_document
from xltools.intake.nearness import near_texts
from xltools.intake.sheet_view import MergedCells

_HEAD = ("订单编号", "客户", "品名", "数量")
_LINES = tuple((f"S-{row}", "泰衡", "端盖", 1.0) for row in range(20))


def _sheet(rows: tuple[tuple[object, ...], ...], merges: tuple[Range, ...] = ()) -> Sheet:
    return Sheet("f.xlsx", "订单", rows, False, merges)  # type: ignore[arg-type]


def _seconds(sheet: Sheet) -> float:
    start = time.process_time()
    reading = read_document(Workbook("f.xlsx", "", (sheet,)), rules(), no_tables(), RECEIVED)
    assert reading.document
    assert len(reading.document.records) == len(sheet.rows) - 2
    return time.process_time() - start


def test_merged_cells_in_one_row():
    def make(count: int) -> Sheet:
        row = ("联系人", None, "王", None) * (count // 2)
        return _sheet((row, _HEAD, *_LINES), tuple(Range(0, 2 * at, 0, 2 * at + 1) for at in range(count)))

    _seconds(make(100))
    assert _seconds(make(8000)) < 12 * _seconds(make(2000)) + 0.1


def test_a_cell_is_found_in_blocks_of_every_shape():
    blocks = (Range(0, 0, 3, 1), Range(0, 4, 900, 4), Range(10, 6, 900, 600), Range(2, 2, 2, 3))
    merged = MergedCells(_sheet(((),), blocks))
    for block in blocks:
        assert merged.block_at(block.bottom, block.right) == merged.block_at(block.top, block.left) == block
    assert merged.block_at(4, 0) == Range(4, 0, 4, 0)
    assert merged.begins_in(0) == [blocks[0], blocks[1]]


def test_near_names_among_thousands():
    names = [
        f"{place}{word}有限公司{number}"
        for number in range(1000)
        for place in ("宁波", "苏州")
        for word in ("泰衡", "朗岳")
    ]
    near_texts("x", names)
    start = time.process_time()
    for _ in range(20):
        assert near_texts("宁波泰恒有限公司7", [*names, "宁波泰衡有限公司7"])[0] == "宁波泰衡有限公司7"
    assert time.process_time() - start < 2
