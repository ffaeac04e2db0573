import pytest

from xltools.core.grid import Style
from xltools.desk import load_messages
from xltools.reports.button_names import PROBLEM_ROWS, STATUS_ROWS
from xltools.reports.button_sheet import ButtonPanel, button_grids

PANEL = ButtonPanel("示例公司", r"\\server\订单台", r"C:\Python\python.exe", "收件箱", "订单总表.xlsx", "单据")
MACROS = [
    "CheckWorkbook",
    "ClearMarks",
    "SubmitWorkbook",
    "ShowStatus",
    "RefreshTracker",
    "MakeContract",
    "MakeDeliveryNote",
]


@pytest.fixture(params=["zh", "en"])
def grids(request):
    return button_grids(PANEL, load_messages().speaker(request.param))


def named(grid, name):
    block = grid.names[name]
    return grid.cells[block.top, block.left].value


def test_seven_buttons_each_with_two_lines_beside_it(grids):
    panel = grids[0]
    assert [button.macro for button in panel.buttons] == MACROS
    for button in panel.buttons:
        row, column = button.at
        lead, note = (panel.cells[line, column + 2] for line in (row, row + 1))
        assert (lead.style, note.style) == (Style.LEAD, Style.NOTE)
        assert lead.value
        assert note.value
        height = (panel.heights[row] + panel.heights[row + 1]) / 0.75
        assert button.shift[1] + button.size[1] < height
        assert not {row, row + 1} & {block.top for block in panel.merges}


def test_only_the_panel_is_in_sight(grids):
    assert [grid.hidden for grid in grids] == [False, True, True, True]


def test_the_panel_names_its_desk_and_python(grids):
    panel = grids[0]
    assert named(panel, "desk_folder") == PANEL.desk
    assert named(panel, "interpreter") == PANEL.interpreter
    texts = [str(cell.value) for cell in panel.cells.values()]
    assert f'xltools buttons "{PANEL.desk}" --check' in texts
    assert PANEL.company in texts


def test_no_text_is_a_code_or_has_a_blank_left(grids):
    for grid in grids:
        for cell in grid.cells.values():
            assert not str(cell.value).startswith("ui-")
            assert "{" not in str(cell.value)
    assert all(not button.caption.startswith("ui-") for button in grids[0].buttons)


def test_the_lists_have_room_under_their_headers(grids):
    _, problems, status, _ = grids
    block = problems.names["problems_list"]
    assert (block.bottom - block.top + 1, block.right - block.left + 1) == (PROBLEM_ROWS, 6)
    assert [problems.cells[block.top - 1, column].style for column in range(6)] == [Style.HEADER] * 6
    assert problems.freeze == (block.top, 0)
    assert problems.cells[block.bottom, 2].style is Style.LINK
    block = status.names["status_text"]
    assert (block.bottom - block.top + 1, block.left, block.right) == (STATUS_ROWS, 0, 0)
    assert named(status, "status_title")


def test_every_text_that_the_macros_ask_for_is_there(grids):
    texts = grids[3]
    assert set(texts.names) == {
        "text_title",
        "text_working",
        "text_no_interpreter",
        "text_not_started",
        "text_failed",
    }
    assert all(named(texts, name) for name in texts.names)
    for name in ("text_no_interpreter", "text_not_started", "text_failed"):
        assert "%1" in named(texts, name)


def test_texts_are_in_the_code_page_of_their_language():
    for language, codec in (("zh", "gbk"), ("en", "cp1252")):
        for text in [cell.value for cell in button_grids(PANEL, load_messages().speaker(language))[3].cells.values()]:
            text.encode(codec)
