"""The wheel, as someone installs it who has no checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
CONSTRAINTS = CHECKOUT / "constraints.txt"

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(CHECKOUT)]
    subprocess.run(build, check=True, capture_output=True, text=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that held nothing before the wheel."""
    home = tmp_path_factory.mktemp("empty-environment")
    venv.create(home, with_pip=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    # Copied, because pip splits PIP_CONSTRAINT at blanks, and the checkout's path may hold some.
    constraints = home / "constraints.txt"
    constraints.write_bytes(CONSTRAINTS.read_bytes())
    names = {"PIP_CONSTRAINT": constraints.name, "PIP_BUILD_CONSTRAINT": constraints.name}
    pip = [programs / "python", "-m", "pip", "install", "--quiet", "--retries", "1", wheel]
    done = subprocess.run(pip, capture_output=True, text=True, check=False, cwd=home, env=os.environ | names)
    if done.returncode and "after connection broken by" in done.stderr:
        pytest.skip("the package index can't be reached, and the empty environment must be filled from it")
    assert done.returncode == 0, done.stderr
    return programs


def test_the_wheel_carries_rules_templates_and_samples_but_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"xltools"}
    carried = {"/".join(name.split("/")[2:4]) for name in names if name.startswith("xltools/resources/")}
    assert {"rules/workflow.yaml", "templates/order-intake.xlsx", "samples/desk.yaml", "samples/master"} <= carried
    assert {name for name in carried if name.startswith("samples/")} <= {
        "samples/desk.yaml",
        "samples/inbox",
        "samples/master",
        "samples/outcomes.json",
        "samples/stories",
        "samples/stories.json",
    }


def test_the_demo_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    demo = [installed / "xltools", "demo", "demo-desk"]
    done = subprocess.run(demo, capture_output=True, text=True, encoding="utf-8", check=False, cwd=tmp_path, env=clean)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "demo-desk" / "order-tracker.xlsx").stat().st_size > 0
