"""Installing the buttons, taking them out again, and saying what is wrong with an installation."""

import datetime as dt
import stat
import sys
from pathlib import Path

import openpyxl
import pytest

from xltools import desk
from xltools.desk import installation
from xltools.desk.excel_settings import find_excel, read_settings
from xltools.desk.installation import default_interpreter, read_button_version
from xltools.edge.installation import MachineFacts
from xltools.reports.launchers import LAUNCHERS

AS_OF = dt.date(2026, 3, 10)
NASTY = ["订单 台", "R&D (50%) 'a' !x!", "%PATH% ^ ;,=~#@"]
EXCEL = r"Software\Microsoft\Office\16.0\Excel"
INSTALLED = {rf"HKLM\{EXCEL}\InstallRoot\Path": r"C:\Program Files\Microsoft Office\root\Office16\ "}
POLICIES = r"HKCU\Software\Policies\Microsoft\Office\16.0"


@pytest.fixture(params=NASTY)
def odd(make_folder, tmp_path, request):
    """A desk in a folder with an odd name."""
    return make_folder(tmp_path / request.param / "台", language="zh")


def listing(folder):
    return {
        path.relative_to(folder.path).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.path.rglob("*")
    }


def install(home, **options):
    return desk.install_buttons(home.opened, AS_OF, **options)


def codes(problems):
    return [problem.code for problem in problems]


def test_an_uninstall_leaves_nothing(odd):
    before = listing(odd)
    made = install(odd)
    assert made.problems == ()
    assert made.files[0] == "订单助手.xlsm"
    assert {Path(file).parent.as_posix() for file in made.files[1:]} == {"按钮"}
    log = odd.path / ".desk" / "log"
    log.mkdir(parents=True)
    (log / "buttons-li.log").write_text("pressed", "utf-8")
    (log / "buttons-李雯.old.log").write_text("pressed", "utf-8")
    gone = desk.remove_buttons(odd.opened)
    assert (gone.problems, len(gone.files)) == ((), len(made.files) + 2)
    assert listing(odd) == before
    assert desk.remove_buttons(odd.opened) == desk.InstallationResult((), ())


def test_a_second_installation_is_the_first_though_the_workbook_is_read_only(folder):
    install(folder)
    assert not (folder.path / "order-desk.xlsm").stat().st_mode & stat.S_IWRITE
    before = listing(folder)
    assert install(folder).problems == ()
    assert listing(folder) == before


def test_the_workbook_names_its_python_and_its_desk(odd):
    install(odd, interpreter=Path("C:/Python/pythonw.exe"))
    book = openpyxl.load_workbook(odd.path / "订单助手.xlsm", keep_vba=True)
    cells = {}
    for name in ("interpreter", "desk_folder"):
        ((sheet, spot),) = book.defined_names[name].destinations
        cells[name] = book[sheet][spot.replace("$", "")].value
    assert cells == {"interpreter": "C:/Python/pythonw.exe", "desk_folder": str(odd.path)}


def test_another_folder_takes_them(folder, tmp_path):
    other = tmp_path / "桌面"
    assert codes(install(folder, folder=other).problems) == ["buttons-not-written"]
    other.mkdir()
    before = listing(folder)
    made = install(folder, folder=other)
    assert made.files[0] == (other / "order-desk.xlsm").as_posix()
    assert listing(folder) == before
    assert len(desk.remove_buttons(folder.opened, other).files) == len(made.files)
    assert list(other.iterdir()) == []


def test_windows_gets_batch_files_and_others_both(folder):
    assert {Path(file).suffix for file in install(folder, platform="win32").files[1:]} == {".bat"}
    suffixes = [Path(file).suffix for file in install(folder, platform="linux").files[1:]]
    assert suffixes == [".bat"] * len(LAUNCHERS) + [".desktop"] * len(LAUNCHERS)


def test_what_a_person_put_there_or_changed_stays_and_is_told(folder):
    install(folder)
    launchers = folder.path / "buttons"
    changed, own = launchers / "Submit.bat", launchers / "note.txt"
    changed.write_bytes(changed.read_bytes() + b"rem ours\r\n")
    own.write_text("who to ask", "utf-8")
    again = install(folder)
    assert [(one.code, one.place.file) for one in again.problems] == [("launcher-changed", "buttons/Submit.bat")]
    assert changed.read_bytes().endswith(b"rem ours\r\n")
    gone = desk.remove_buttons(folder.opened)
    assert sorted(one.place.file for one in gone.problems) == ["buttons/Submit.bat", "buttons/note.txt"]
    assert not gone.has_errors
    assert sorted(path.name for path in launchers.iterdir()) == ["Submit.bat", "note.txt"]


def test_a_workbook_of_that_name_that_is_not_ours_is_left_alone(folder):
    path = folder.path / "order-desk.xlsm"
    for content in (b"a macro workbook of somebody's", (desk.template_folder() / "order-intake.xlsx").read_bytes()):
        path.write_bytes(content)
        before = listing(folder)
        for answer in (install(folder), desk.remove_buttons(folder.opened)):
            assert (answer.files, codes(answer.problems)) == ((), ["buttons-name-taken"])
        assert listing(folder) == before


@pytest.mark.parametrize("owner", ["~$order-desk.xlsm", ".~lock.order-desk.xlsm#"])
def test_an_open_workbook_is_a_problem_with_a_remedy(folder, owner):
    install(folder)
    (folder.path / owner).write_bytes(b"owner")
    before = listing(folder)
    assert codes(install(folder).problems) == ["buttons-open"]
    gone = desk.remove_buttons(folder.opened)
    assert codes(gone.problems) == ["buttons-open"]
    assert (folder.path / "order-desk.xlsm").read_bytes() == before["order-desk.xlsm"]


@pytest.mark.parametrize("method", ["open", "replace"])
def test_a_workbook_that_windows_holds_is_one_too(folder, monkeypatch, method):
    install(folder)
    real = getattr(Path, method)

    def refuse(path, *rest, **more):
        if path.name == "order-desk.xlsm" or any(
            Path(one).name == "order-desk.xlsm" for one in rest if method == "replace"
        ):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    with monkeypatch.context() as held:
        held.setattr(Path, method, refuse)
        assert codes(install(folder).problems) == ["buttons-open"]
    assert not list(folder.path.glob(".~*"))


def test_a_full_disk_is_a_problem_and_no_traceback(folder, monkeypatch):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(installation, "write_durably", refuse)
    answer = install(folder)
    assert [(one.code, dict(one.values)) for one in answer.problems] == [
        ("buttons-not-written", {"reason": "No space left on device"})
    ]


def test_windows_takes_the_python_without_a_window_where_there_is_one(tmp_path):
    python = tmp_path / "Scripts" / "python.exe"
    python.parent.mkdir()
    assert default_interpreter(python, "win32") == python
    python.with_name("pythonw.exe").touch()
    assert default_interpreter(python, "win32") == python.with_name("pythonw.exe")
    assert default_interpreter(python, "linux") == python
    assert default_interpreter() == Path(sys.executable)


def test_the_version_of_a_workbook_is_read_where_it_has_one(folder):
    install(folder)
    assert read_button_version(folder.path / "order-desk.xlsm")
    assert read_button_version(folder.path / "gone.xlsm") is None
    assert read_button_version(desk.template_folder() / "order-intake.xlsx") is None


# What is wrong with it.


def check(folder, **options):
    return {one.name: one for one in desk.check_installation(folder.opened, **options)}


def test_a_right_installation_on_this_machine_has_nothing_wrong(odd):
    install(odd)
    checks = desk.check_installation(odd.opened, facts=MachineFacts("linux"))
    assert not desk.has_installation_errors(checks)
    assert {one.name: codes(one.problems) for one in checks} == {
        "workbook": [], "desk": [], "interpreter": [], "excel": ["excel-not-here"],
    }  # fmt: skip
    assert sys.executable in next(one.found for one in checks if one.name == "interpreter")


def test_checking_changes_nothing(folder):
    install(folder)
    before = listing(folder)
    desk.check_installation(folder.opened)
    assert listing(folder) == before


def test_the_python_of_this_machine_stands_in_for_one_that_is_not_here(folder):
    install(folder, interpreter=Path("C:/gone/pythonw.exe"))
    assert codes(check(folder, facts=MachineFacts("linux"))["interpreter"].problems) == ["interpreter-missing"]
    found = check(folder, facts=MachineFacts("linux", substitute=sys.executable))["interpreter"]
    assert (found.is_ok, sys.executable in found.found) == (True, True)


def test_a_desk_under_another_of_its_names_is_the_same(folder, tmp_path):
    link = tmp_path / "mapped drive"
    link.symlink_to(folder.path, target_is_directory=True)
    install(type(folder)(link))
    assert check(folder, facts=MachineFacts("linux"))["desk"].is_ok


def test_without_a_workbook_the_rest_is_told_all_the_same(folder):
    (folder.path / "inbox").rmdir()
    checks = desk.check_installation(folder.opened, facts=MachineFacts("win32", {}))
    assert {one.name: codes(one.problems) for one in checks} == {
        "workbook": ["buttons-missing"], "desk": ["inbox-not-writable"], "excel": ["excel-missing"],
    }  # fmt: skip


# Excel's settings.

FILE = Path("C:/Desk & Co/台/order-desk.xlsm") if sys.platform == "win32" else Path(r"C:\Desk & Co\台\order-desk.xlsm")


def settings(values, is_network=False):
    registry = {**INSTALLED, **values}
    return read_settings(registry, find_excel(registry), FILE, is_network)


@pytest.mark.parametrize(
    ("registry", "told"),
    [
        ({}, None),
        (INSTALLED, "Excel 16.0, 64-bit, MSI"),
        ({key.replace("Software", r"Software\WOW6432Node"): 1 for key in INSTALLED}, "Excel 16.0, 32-bit, MSI"),
        ({key.replace("16.0", "15.0"): 1 for key in INSTALLED}, "Excel 15.0, 64-bit, MSI"),
        (
            {**INSTALLED, r"HKLM\Software\Microsoft\Office\ClickToRun\Configuration\Platform": "x86"},
            "Excel 16.0, 32-bit, Click-to-Run",
        ),
        (
            {r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe" + "\\": ""},
            "Excel 16.0, MSI",
        ),
    ],
)
def test_which_excel_there_is(registry, told):
    found = find_excel(registry)
    assert (str(found) if found else None) == told


@pytest.mark.parametrize(
    ("values", "disabled_by", "is_policy"),
    [
        ({}, "", False),
        ({rf"HKCU\{EXCEL}\Security\VBAWarnings": 1}, "", False),
        ({rf"HKCU\{EXCEL}\Security\VBAWarnings": 2}, "", False),
        ({rf"HKCU\{EXCEL}\Security\VBAWarnings": 3}, rf"HKCU\{EXCEL}\Security\VBAWarnings = 3", False),
        ({rf"HKCU\{EXCEL}\Security\VBAWarnings": 4}, rf"HKCU\{EXCEL}\Security\VBAWarnings = 4", False),
        (
            {rf"HKCU\{EXCEL}\Security\VBAWarnings": 1, rf"{POLICIES}\Excel\Security\vbawarnings": 4},
            rf"{POLICIES}\Excel\Security\vbawarnings = 4",
            True,
        ),
        ({rf"HKCU\{EXCEL}\Security\VBAWarnings": 4, rf"{POLICIES}\Excel\Security\vbawarnings": 2}, "", True),
        ({rf"{POLICIES}\Common\VBAOff": 1}, rf"{POLICIES}\Common\VBAOff = 1", True),
        ({rf"{POLICIES}\Common\VBAOff": 0}, "", False),
    ],
)
def test_what_keeps_macros_from_running(values, disabled_by, is_policy):
    found = settings(values)
    assert (found.disabled_by, found.is_policy) == (disabled_by, is_policy)


LOCATIONS = rf"HKCU\{EXCEL}\Security\Trusted Locations"


@pytest.mark.parametrize(
    ("values", "is_network", "is_trusted"),
    [
        ({}, False, False),
        ({rf"{LOCATIONS}\Location7\Path": "C:\\Desk & Co\\台\\"}, False, True),
        ({rf"{LOCATIONS}\Location7\Path": "c:\\desk & CO\\台"}, False, True),
        ({rf"{LOCATIONS}\Location7\Path": "C:\\Desk & Co"}, False, False),
        ({rf"{LOCATIONS}\L\Path": "C:\\Desk & Co", rf"{LOCATIONS}\L\AllowSubFolders": 1}, False, True),
        ({rf"{LOCATIONS}\L\Path": "C:\\Desk & Co", rf"{LOCATIONS}\M\AllowSubFolders": 1}, False, False),
        ({rf"{LOCATIONS}\L\Path": "C:\\Desk & C", rf"{LOCATIONS}\L\AllowSubFolders": 1}, False, False),
        ({rf"{LOCATIONS}\L\Path": "C:\\Desk & Co\\台"}, True, False),
        ({rf"{LOCATIONS}\L\Path": "C:\\Desk & Co\\台", rf"{LOCATIONS}\AllowNetworkLocations": 1}, True, True),
        ({rf"{LOCATIONS}\L\Path": "C:\\Desk & Co\\台", rf"{LOCATIONS}\AllLocationsDisabled": 1}, False, False),
        ({rf"{POLICIES}\Excel\Security\Trusted Locations\Location0\Path": "C:\\Desk & Co\\台"}, False, True),
        ({rf"{LOCATIONS}\L\Path": ""}, False, False),
    ],
)
def test_whether_the_folder_is_trusted(values, is_network, is_trusted):
    assert settings(values, is_network).is_trusted is is_trusted


def test_a_trusted_folder_settles_all_but_a_vba_that_is_off(folder):
    install(folder)
    here = {rf"{LOCATIONS}\L\Path": str(folder.path), rf"{LOCATIONS}\AllowNetworkLocations": 1}
    closed = {
        rf"{POLICIES}\Excel\Security\vbawarnings": 4,
        rf"{POLICIES}\Excel\Security\blockcontentexecutionfrominternet": 1,
    }

    def told(values):
        facts = MachineFacts("win32", {**INSTALLED, **values}, zone=3, is_network=True)
        return codes(check(folder, facts=facts)["macros"].problems)

    assert told(closed) == ["macros-disabled-by-policy", "workbook-from-internet", "network-location-blocked"]
    if sys.platform == "win32":  # elsewhere the paths are no Windows paths
        assert told({**closed, **here}) == []
        assert told({**closed, **here, rf"{POLICIES}\Common\VBAOff": 1}) == ["macros-disabled-by-policy"]


def test_what_excel_switched_off_is_read_out_of_its_binary_list():
    key = rf"HKCU\{EXCEL}\Resiliency\DisabledItems"
    item = bytes([1, 0, 0, 0, 52, 0, 0, 0, 20, 0, 0, 0]) + "D:\\台\\order-desk.xlsm\0订单助手\0".encode("utf-16-le")
    found = settings({rf"{key}\A1": item, rf"{key}\B2": b"\1\0", rf"{key}\C3": 7}).disabled
    assert "D:\\台\\order-desk.xlsm" in found
    assert "0100" in found
