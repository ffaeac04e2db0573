import pytest

from xltools.edge.dropped import find_dropped

LAUNCHER = r"D:\订单 台\按钮\检查表格.bat"


def dropped(line, arguments=""):
    return find_dropped({"XLTOOLS_COMMAND_LINE": line, "XLTOOLS_LAUNCHER": LAUNCHER, "XLTOOLS_ARGUMENTS": arguments})


@pytest.mark.parametrize(
    ("given", "files"),
    [
        ("", ()),
        (" ", ()),
        (r" C:\a.xlsx", (r"C:\a.xlsx",)),
        (r" C:\R&D\a.xlsx", (r"C:\R&D\a.xlsx",)),
        (r' C:\a.xlsx "C:\b c.xlsx" C:\d,e;f=g.xlsx', (r"C:\a.xlsx", r"C:\b c.xlsx", r"C:\d,e;f=g.xlsx")),
        (r' "C:\x & y 100% (1)!.xlsx" C:\^a%PATH%!b!.xlsx', (r"C:\x & y 100% (1)!.xlsx", r"C:\^a%PATH%!b!.xlsx")),
        (r" \\server\订单\a.xlsx", (r"\\server\订单\a.xlsx",)),
        (r" C:\a&calc.xlsx", (r"C:\a&calc.xlsx",)),
    ],
)
@pytest.mark.parametrize("shell", [r"C:\Windows\system32\cmd.exe /c ", r'"C:\Windows\System32\cmd.exe" /C '])
def test_what_explorer_dropped_is_found_in_its_command_line(shell, given, files):
    # What cmd itself makes of it has lost what stands behind an &.
    assert dropped(f'{shell}""{LAUNCHER}"{given}"', "cut") == files


@pytest.mark.parametrize(
    "line",
    [
        "",
        r'"C:\Windows\system32\cmd.exe"',
        r'cmd.exe /c "cd D:\ && 检查表格.bat C:\a.xlsx"',
        r"cmd /c x.bat",
        'cmd /c "',
    ],
)
def test_where_it_was_started_otherwise_its_own_arguments_count(line):
    assert dropped(line, r'C:\a.xlsx "C:\b c.xlsx" ') == (r"C:\a.xlsx", r"C:\b c.xlsx")
    assert find_dropped({}) == ()
