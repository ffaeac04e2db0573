"""The workbook with the buttons, as olevba, the validator, the lint and LibreOffice see it.

LibreOffice runs the macros, too. What only Windows has (the script host that starts Python) is played by a module of
the workbook itself; `ThisWorkbook` stands for its objects.
"""

import datetime as dt
import json
import re
from pathlib import Path

import openpyxl
import pytest
from office import office
from validator import needs_validator, validate
from xlsx_lint import lint_workbook

from xltools import __version__
from xltools.books.package import Package
from xltools.books.read import read_workbook
from xltools.books.vba.project import VbaModule, build_vba_project
from xltools.core.sheet import Workbook
from xltools.desk.button_book import build_button_book
from xltools.desk.start import create_desk

__all__ = ["office"]  # a fixture, found by its name here

AS_OF = dt.date(2026, 3, 10)
MACROS = Path(__file__).parents[2] / "templates" / "order-desk"
INTAKE = Path(__file__).parents[2] / "templates" / "order-intake-list.xlsx"
PYTHON = r"C:\Program Files\xltools\python.exe"
CAPTIONS = {
    "zh": ["检查表格", "清除标记", "提交", "查订单进度", "刷新总表", "出销售合同", "出送货单"],
    "en": [
        "Check workbook",
        "Clear marks",
        "Submit",
        "Order status",
        "Refresh tracker",
        "Sales contract",
        "Delivery note",
    ],
}
VERBS = {
    "CheckWorkbook": "check",
    "ClearMarks": "clear",
    "SubmitWorkbook": "submit",
    "ShowStatus": "status",
    "RefreshTracker": "refresh",
    "MakeContract": "contract",
    "MakeDeliveryNote": "delivery-note",
}
# What the macros find of Windows: cells J1 to J3 of the last sheet say what is there, J4 what was done.
WINDOWS = r"""
Private Function Told() As Object
    Set Told = ThisWorkbook.Worksheets(4).Range("J1:J4")
End Function

Public Sub Note(ByVal words As String)
    Told().Cells(4, 1).Value = Told().Cells(4, 1).Value & words & "|"
End Sub

Public Function Run(ByVal words As String, ByVal look As Long, ByVal waits As Boolean) As Long
    Note "run " & words
    Run = CLng(Told().Cells(1, 1).Value)
End Function

Public Function FileExists(ByVal path As String) As Boolean
    If Right$(path, 10) = "\desk.yaml" Then path = "desk.yaml"
    FileExists = InStr(Told().Cells(2, 1).Value, "<" & path & ">") > 0
End Function

Public Function BuildPath(ByVal folder As String, ByVal file As String) As String
    BuildPath = folder & "\" & file
End Function

Public Function Environment(ByVal kind As String) As Object
    Set Environment = ThisWorkbook
End Function

Public Function Item(ByVal variable As String) As String
    Item = Told().Cells(3, 1).Value
End Function

Public Sub Popup(ByVal words As String, ByVal seconds As Long, ByVal title As String, ByVal kind As Long)
    Note title & ": " & words
End Sub
"""
# The mouse: a click on the address in the second row of the list.
MOUSE = """
Public Sub ClickAddress()
    Dim problems As Range
    Set problems = ThisWorkbook.Names("problems_list").RefersToRange
    ThisWorkbook.Workbook_SheetSelectionChange problems.Worksheet, problems.Cells(2, 3)
End Sub
"""


@pytest.fixture(scope="module", params=["zh", "en"])
def made(request, tmp_path_factory):
    """A desk of either language and its workbook with the buttons."""
    desk = create_desk(tmp_path_factory.mktemp("desks") / "订单台", request.param)
    path = desk.path / desk.folders.buttons
    path.write_bytes(build_button_book(desk, Path(PYTHON), AS_OF))
    return desk, path


def source(name: str) -> str:
    return (MACROS / name).read_text("ascii")


def sheet_names(path: Path) -> list[str]:
    return openpyxl.load_workbook(path, read_only=True).sheetnames


def with_macros(path: Path, target: Path, procedures: str, workbook: str = "", more: str = "") -> Path:
    """A copy of the workbook with other macros in it."""
    package = Package(path.read_bytes())
    modules = [
        VbaModule("ThisWorkbook", source("ThisWorkbook.cls") + workbook, "workbook"),
        *(VbaModule(f"Sheet{number}", "", "sheet") for number in range(1, 5)),
        VbaModule("OrderDesk", procedures, "procedures"),
        VbaModule("Hand", more or "Option Explicit\n", "procedures"),
    ]
    package.write("xl/vbaProject.bin", build_vba_project(modules, "OrderDeskButtons", 936))
    target.write_bytes(package.save())
    return target


@pytest.fixture
def press(made, office, tmp_path):
    """Lets LibreOffice press a button; which files there are and what Python answers is told. Gives what was done."""
    _, path = made
    lent = source("OrderDesk.bas").replace("host.Hwnd", "4711")
    lent = re.sub(r'CreateObject\("[\w.]+"\)', "ThisWorkbook", lent)
    book = with_macros(path, tmp_path / path.name, lent, WINDOWS)

    def press_buttons(*macros, files=(PYTHON,), variable="", code=0, desk_folder=""):
        named, last = openpyxl.load_workbook(path).defined_names["desk_folder"], sheet_names(path)[-1]
        there = "".join(f"<{file}>" for file in files)
        played = {"J1": str(code), "J2": there, "J3": variable}
        runs = [
            {"do": "run-macro", "macro": f"OrderDeskButtons.OrderDesk.{macro}"} for macro in macros or ["CheckWorkbook"]
        ]
        setting = [{"do": "type", "sheet": last, "cells": played}]
        if desk_folder:
            ((sheet, cell),) = named.destinations
            setting.append({"do": "type", "sheet": sheet, "cells": {cell.replace("$", ""): desk_folder}})
        office.edit(book, [*setting, *runs], save=tmp_path / "pressed.xlsm", macros=True)
        done = openpyxl.load_workbook(tmp_path / "pressed.xlsm")[last]["J4"].value or ""
        return done.split("|")[:-1]

    return press_buttons


def test_same_desk_same_bytes(made):
    desk, path = made
    assert build_button_book(desk, Path(PYTHON), AS_OF) == path.read_bytes()


def test_it_is_known_as_ours(made):
    _, path = made
    (known,) = openpyxl.load_workbook(path).custom_doc_props.props
    assert (known.name, known.value) == ("xltools-buttons", __version__)


def test_our_own_reader_takes_it(made):
    _, path = made
    read = read_workbook(path, path.name)
    assert isinstance(read, Workbook)
    assert [sheet.hidden for sheet in read.sheets] == [False, True, True, True]


def test_the_lint_finds_nothing(made):
    _, path = made
    assert lint_workbook(path.read_bytes()) == []


@needs_validator
def test_microsofts_validator_finds_nothing(made):
    _, path = made
    assert validate([path])[path] == []


def test_olevba_finds_our_modules_and_no_other(made):
    olevba = pytest.importorskip("oletools.olevba", reason="needs oletools, a second reader of VBA")
    _, path = made
    found = {name: code for _, _, name, code in olevba.VBA_Parser(str(path)).extract_macros()}
    assert list(found) == ["ThisWorkbook.cls", *(f"Sheet{number}.cls" for number in range(1, 5)), "OrderDesk.bas"]
    for name in ("ThisWorkbook.cls", "OrderDesk.bas"):
        assert found[name].replace("\r\n", "\n").endswith(source(name))


def test_macros_are_ascii_declare_nothing_and_fit_any_excel():
    for name in ("OrderDesk.bas", "ThisWorkbook.cls"):
        text = source(name)
        assert text.startswith("Option Explicit\n")
        code = re.sub(r"'.*", "", text)
        assert not re.search(r"\b(Declare|Dir|Environ|Shell|#If)\b", re.sub(r'"[^"]*"', "", code))
        assert max(map(len, text.splitlines())) <= 120


def test_every_button_has_a_macro_of_one_line():
    text = source("OrderDesk.bas")
    assert dict(re.findall(r'Public Sub (\w+)\(\)\n    PressButton "([\w-]+)"\nEnd Sub\n', text)) == VERBS
    assert text.count("Public Sub") == len(VERBS)


def test_libreoffice_lists_modules_and_buttons(made, office, tmp_path):
    desk, path = made
    office.edit(path, [{"do": "list-macros", "to": str(tmp_path / "told.json")}], save=tmp_path / "saved.xlsm")
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    assert set(told["modules"]) == {"ThisWorkbook", "Sheet1", "Sheet2", "Sheet3", "Sheet4", "OrderDesk"}
    assert source("OrderDesk.bas") in told["modules"]["OrderDesk"].replace("\r\n", "\n")
    assert told["code_names"] == ["Sheet1", "Sheet2", "Sheet3", "Sheet4"]
    assert [shape["caption"] for shape in told["shapes"]] == CAPTIONS[desk.rules.settings.language]
    assert [shape["script"] for shape in told["shapes"]] == [
        f"vnd.sun.star.script:OrderDeskButtons.OrderDesk.{macro}?language=Basic&location=document" for macro in VERBS
    ]


def test_each_button_starts_python_with_its_verb(made, press):
    desk, path = made
    assert press(*VERBS) == [
        f'run "{PYTHON}" -E -P -X utf8 -m xltools.buttons {verb} "--wb={path.name}" --from_xl=1 --hwnd=4711 '
        f'"--desk={desk.path}"'
        for verb in VERBS.values()
    ]


def test_the_desk_that_it_lies_in_goes_before_the_one_it_was_made_for(made, press):
    desk, _ = made
    (done,) = press(files=[PYTHON, "desk.yaml"])
    assert done.endswith('/opened"')  # where the office has its own copy
    assert str(desk.path) not in done


@pytest.mark.parametrize(
    ("folder", "given"),
    [
        ("D:\\订单台\\", "D:\\订单台"),
        ("D:\\", "D:\\."),
        ("\\\\server\\共享 盘\\订单台\\\\", "\\\\server\\共享 盘\\订单台"),
    ],
)
def test_no_backslash_stands_before_the_closing_quote(press, folder, given):
    (done,) = press(desk_folder=folder)
    assert done.endswith(f'"--desk={given}"')


def test_a_python_that_is_gone_is_sought_in_the_environment(press):
    (done,) = press(files=[r"D:\py\python.exe"], variable=r"D:\py\python.exe")
    assert done.startswith(r'run "D:\py\python.exe" -E')


@pytest.mark.parametrize("variable", ["", r"D:\gone\python.exe"])
def test_without_python_the_user_is_told_what_to_do(made, press, variable):
    desk, _ = made
    (told,) = press(files=[], variable=variable)
    title, _, words = told.partition(": ")
    assert title == desk.say("ui-button-title")
    assert words == desk.say("ui-button-text-no-interpreter").replace("%1", PYTHON)


def test_a_python_that_fails_is_told_with_its_code(made, press):
    desk, _ = made
    done = press(code=3)
    assert len(done) == 2
    assert done[1].endswith(desk.say("ui-button-text-failed").replace("%1", "3"))


def test_where_windows_is_not_there_the_user_is_told_and_no_error_is_shown(made, office, tmp_path):
    desk, path = made
    plain = source("OrderDesk.bas").replace("MsgBox words, vbExclamation, title", "ThisWorkbook.Note words")
    book = with_macros(path, tmp_path / "a.xlsm", plain, WINDOWS)
    run = {"do": "run-macro", "macro": "OrderDeskButtons.OrderDesk.CheckWorkbook"}
    office.edit(book, [run, run], save=tmp_path / "b.xlsm", macros=True)
    done = openpyxl.load_workbook(tmp_path / "b.xlsm").worksheets[-1]["J4"].value.split("|")[:-1]
    before, after = desk.say("ui-button-text-not-started").split("%1")
    assert len(done) == 2
    assert all(told.startswith(before) and told.endswith(after) for told in done)


def test_a_click_on_an_address_goes_to_its_cell_and_nowhere_where_there_is_none(made, office, tmp_path):
    _, path = made
    problems = sheet_names(path)[1]
    book = with_macros(path, tmp_path / "a.xlsm", source("OrderDesk.bas"), more=MOUSE)
    right = {"A2": INTAKE.name, "B6": sheet_names(INTAKE)[0], "C6": "C7"}
    wrong = [{"A2": "closed.xlsx"}, {"B6": "no such sheet"}, {"C6": "nowhere"}, {"C6": ""}]
    commands = [{"do": "show-sheet", "sheet": problems}, {"do": "open-beside", "path": str(INTAKE)}]
    for number, change in enumerate([*wrong, {}]):
        commands += [
            {"do": "type", "sheet": problems, "cells": {**right, **change}},
            {"do": "run-macro", "macro": "OrderDeskButtons.Hand.ClickAddress"},
            {"do": "tell-selection", "to": str(tmp_path / f"{number}.json")},
        ]
    office.edit(book, commands, save=tmp_path / "b.xlsm", macros=True)
    told = [json.loads((tmp_path / f"{number}.json").read_text("utf-8")) for number in range(len(wrong) + 1)]
    assert not any(there.endswith(".$C$7") for _, there in told[:-1])
    own, there = told[-1]
    assert there.endswith(".$C$7")
    assert own.endswith(".$D$6")  # so that the same address can be clicked again
