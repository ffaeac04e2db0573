"""What holds for all tests: `--regen`, and that CI skips nothing but what lies in a `../shared` a clone may lack."""

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from xltools import desk

_MEMORY, _ENOUGH = Path("/dev/shm"), 6 * 1024**3  # noqa: S108


def pytest_configure() -> None:
    """Temporary desks lie in a disk in memory where it is large enough: runs write durably, and there are thousands."""
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="rewrite expected results; read the diff before committing")


@pytest.fixture
def regen(request: pytest.FixtureRequest) -> bool:
    """True when expected results are to be rewritten from what comes out now."""
    return bool(request.config.getoption("--regen"))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[desk.Desk, desk.RunResult]:
    """The sample desk, run once; for looking at, not for changing."""
    return desk.create_demo(tmp_path_factory.mktemp("demo") / "示例")


@pytest.fixture
def copy_demo(demo: tuple[desk.Desk, desk.RunResult], tmp_path: Path) -> Callable[[], Path]:
    """Makes a copy of the sample desk that a test may change."""

    def copy() -> Path:
        return Path(shutil.copytree(demo[0].path, tmp_path / "d"))

    return copy


def refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Make a skip in CI a failure: a program that CI forgot to install must not look like a pass."""
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if "../shared" not in reason:
        report.outcome = "failed"
        report.longrepr = f"{reason}\nIn CI only what needs ../shared may skip."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse_skip(report)
    return report
