"""Makes engine and watching importable (importlib mode adds no folder to the path), and gives tests an Excel."""

import sys
from pathlib import Path

import pytest

if (folder := str(Path(__file__).parent)) not in sys.path:
    sys.path.append(folder)

import watching
from pressing import ButtonDesk


@pytest.fixture
def excel():
    """An Excel without books: the engine's; on Windows, where XLTOOLS_EXCEL=1, the real one."""
    app = watching.start()
    yield app
    watching.stop(app)


@pytest.fixture
def at(excel, tmp_path, monkeypatch):
    """A desk, and a person with its buttons open in Excel; what they keep for themselves lies beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    return ButtonDesk(tmp_path / "订单台", excel)
