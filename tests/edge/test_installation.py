import importlib
import os
import sys
from types import SimpleNamespace

import pytest

import xltools
from xltools.edge import installation, windows_registry
from xltools.edge.installation import (
    find_trouble_writing,
    gather_facts,
    is_network_path,
    probe_interpreter,
    read_zone,
)


def test_this_interpreter_says_what_it_is():
    said = probe_interpreter(sys.executable, ("xltools", "xltools.desk", "no_such_library"))
    assert (said.is_there, said.version, said.package) == (True, sys.version_info[:2], xltools.__version__)
    assert [one.partition(":")[0] for one in said.missing] == ["no_such_library"]
    assert said.trouble == ""


def test_no_module_of_the_folder_that_somebody_stands_in_is_taken(tmp_path, monkeypatch):
    (tmp_path / "xltools.py").write_text("__version__ = 'false'", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert probe_interpreter(sys.executable, ("xltools",)).package == xltools.__version__


@pytest.mark.skipif(sys.platform == "win32", reason="shell scripts stand in")
@pytest.mark.parametrize(
    ("script", "trouble"),
    [
        ("#!/bin/sh\necho Unknown option: -X >&2\nexit 2", "Unknown option: -X"),
        ("#!/bin/sh\nexit 3", "exit code 3"),
        ("#!/bin/sh\nexec sleep 20", "0.5 s"),
        ("#!/no/such/program", "No such file"),
        ('#!/bin/sh\nfor word; do case $word in *.json) echo nonsense > "$word";; esac; done', "Expecting value"),
    ],
)
def test_what_does_not_run_is_told_with_its_reason(tmp_path, script, trouble):
    program = tmp_path / "Python & 100%" / "python"
    program.parent.mkdir()
    program.write_text(script, "utf-8")
    program.chmod(0o755)
    said = probe_interpreter(str(program), ("xltools",), seconds=0.5)
    assert said.is_there
    assert trouble in said.trouble


def test_no_interpreter_there(tmp_path):
    assert not probe_interpreter(str(tmp_path / "python.exe"), ()).is_there
    assert not probe_interpreter("", ()).is_there


def test_writing_is_tried_and_leaves_nothing(tmp_path):
    assert find_trouble_writing(tmp_path) == ""
    assert os.listdir(tmp_path) == []  # noqa: PTH208
    assert find_trouble_writing(tmp_path / "gone")


def test_the_mark_of_a_download(tmp_path):
    # On NTFS this is a stream of the file; elsewhere a file of that name will do.
    if sys.platform == "win32":
        (tmp_path / "a.xlsm").touch()
    assert read_zone(tmp_path / "a.xlsm") is None
    for text, zone in (
        ("[ZoneTransfer]\r\nZoneId=3\r\nHostUrl=https://example.com/?ZoneId=1\r\n", 3),
        ("[ZoneTransfer]\nZoneId=0", 0),
        ("ZoneId=", None),
        ("ZoneId=x", None),
        ("nothing", None),
    ):
        (tmp_path / "a.xlsm:Zone.Identifier").write_text(text, "utf-8")
        assert read_zone(tmp_path / "a.xlsm") == zone


@pytest.mark.parametrize(
    ("path", "is_network"),
    [(r"\\server\share\order-desk.xlsm", True), (r"C:\desk\order-desk.xlsm", False), ("/a", False)],
)
def test_a_share_is_told_from_a_disk(path, is_network):
    assert is_network_path(installation.PureWindowsPath(path)) is is_network


def test_only_windows_is_asked_for_its_registry(tmp_path):
    def fail():
        raise AssertionError

    facts = gather_facts(tmp_path / "a.xlsm", "linux", fail, {"XLTOOLS_PYTHON": "/opt/python"})
    assert (facts.platform, facts.registry, facts.substitute) == ("linux", {}, "/opt/python")
    facts = gather_facts(tmp_path / "a.xlsm", "win32", lambda: {"HKCU\\x": 1}, {})
    assert (facts.registry, facts.zone, facts.addin) == ({"HKCU\\x": 1}, None, "")


def test_an_add_in_of_another_version_is_found(tmp_path, monkeypatch):
    ours = tmp_path / "site" / "xlwings"
    theirs = tmp_path / "Microsoft" / "Excel" / "XLSTART" / "xlwings.xlam"
    for path in (ours / "addin" / "xlwings.xlam", theirs):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"one")
    spec = SimpleNamespace(origin=str(ours / "__init__.py"))
    monkeypatch.setattr(installation.importlib.util, "find_spec", lambda _: spec)
    look = {"APPDATA": str(tmp_path)}
    assert gather_facts(tmp_path, "win32", dict, look).addin == ""
    theirs.write_bytes(b"another")
    assert gather_facts(tmp_path, "win32", dict, look).addin == str(theirs)
    monkeypatch.setattr(installation.importlib.util, "find_spec", lambda _: None)
    assert gather_facts(tmp_path, "win32", dict, look).addin == ""


class Key:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


def fake_winreg(keys):
    """Python's winreg over a mapping of keys to their values, each with its kind."""

    def open_key(root, below, reserved, access):
        assert (reserved, access) == (0, 257)
        path = f"{root}\\{below}"
        if not any(key == path or key.startswith(f"{path}\\") for key in keys):
            raise FileNotFoundError
        return Key(path)

    def keys_below(key):
        start = f"{key.path}\\"
        return sorted({one[len(start) :].partition("\\")[0] for one in keys if one.startswith(start)})

    def value_of(key, number):
        name, (value, kind) = list(keys[key.path].items())[number]
        if value is PermissionError:
            raise PermissionError
        return name, value, kind

    return SimpleNamespace(
        HKEY_CURRENT_USER="HKCU",
        HKEY_LOCAL_MACHINE="HKLM",
        KEY_READ=1,
        KEY_WOW64_64KEY=256,
        REG_EXPAND_SZ=2,
        OpenKey=open_key,
        QueryInfoKey=lambda key: (len(keys_below(key)), len(keys.get(key.path, {})), 0),
        EnumKey=lambda key, number: keys_below(key)[number],
        EnumValue=value_of,
        ExpandEnvironmentStrings=lambda text: text.replace("%USERPROFILE%", r"C:\Users\li"),
    )


@pytest.fixture
def on_windows(monkeypatch):
    """Puts the module on a Windows with such a registry."""

    def install(keys):
        monkeypatch.setattr(sys, "platform", "win32")
        monkeypatch.setitem(sys.modules, "winreg", fake_winreg(keys))
        return importlib.reload(windows_registry)

    yield install
    monkeypatch.undo()
    importlib.reload(windows_registry)


def test_the_registry_is_read_as_far_as_it_tells_of_excel(on_windows):
    security = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security"
    keys = {
        security: {"VBAWarnings": (2, 4), "odd": (["a"], 7), "refused": (PermissionError, 1)},
        rf"{security}\Trusted Locations\Location2": {"Path": (r"%USERPROFILE%\desk", 2), "AllowSubFolders": (1, 4)},
        r"HKCU\Software\Kingsoft\Office\6.0\Common": {"x": (1, 4)},
        r"HKLM\Software\Microsoft\Office\16.0\Common": {"vbaoff": (1, 4)},
        r"HKLM\Software\Microsoft\Office\16.0\Common\Deep": {"y": (1, 4)},
        r"HKLM\Software\Other": {"z": (1, 4)},
    }
    found = on_windows(keys).read_registry()
    assert {key: value for key, value in found.items() if not key.endswith("\\")} == {
        rf"{security}\VBAWarnings": 2,
        rf"{security}\Trusted Locations\Location2\Path": r"C:\Users\li\desk",
        rf"{security}\Trusted Locations\Location2\AllowSubFolders": 1,
        r"HKLM\Software\Microsoft\Office\16.0\Common\vbaoff": 1,
    }
    assert "HKCU\\Software\\Kingsoft\\Office\\" in found


@pytest.mark.skipif(sys.platform == "win32", reason="has a registry")
def test_where_there_is_no_registry_nothing_is_in_it():
    assert windows_registry.read_registry() == {}
