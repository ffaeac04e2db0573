"""The house rules that no linter knows. Imports between our own packages are held by the contract in pyproject.toml."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import xltools

HOUSE = Path(__file__).parents[1] / "xltools"
MODULES = sorted(HOUSE.rglob("*.py"))
MODULE_IDS = [module.relative_to(HOUSE).as_posix() for module in MODULES]
PURE = ("core", "forms", "intake", "ledger", "reports")

# Each file that knows a library of others, and which one. Two in a file want two files.
LIBRARIES: dict[str, set[str]] = {
    "books/build.py": {"xlsxwriter"},
    "books/calamine_sheets.py": {"python_calamine"},
    "books/decryption.py": {"msoffcrypto"},
    "cli/__init__.py": {"click"},
    "cli/backups.py": {"click"},
    "cli/buttons.py": {"click"},
    "cli/digests.py": {"click"},
    "cli/orders.py": {"click"},
    "cli/rules.py": {"click"},
    "cli/running.py": {"click"},
    "cli/scheduling.py": {"click"},
    "cli/speaking.py": {"click"},
    "cli/workbooks.py": {"click"},
    "core/sandbox.py": {"jinja2"},
    "core/simplified.py": {"opencc"},
    "edge/agreement_template.py": {"docx"},
    "edge/frames.py": {"pandas"},
    "edge/holidays.py": {"chinese_calendar"},
    "edge/html.py": {"jinja2"},
    "edge/light_xlwings.py": {"xlwings"},
    "edge/paper_drawing.py": {"docx"},
    "edge/word_tables.py": {"docx"},
    "edge/excel.py": {"lxml"},
    "edge/excel_sheet.py": {"lxml"},
    "edge/parquet.py": {"pyarrow"},
    "edge/password.py": {"keyring"},
    "edge/placeholders.py": {"jinja2"},
    "edge/store.py": {"sqlalchemy"},
    "edge/terminal.py": {"rich"},
    "edge/word.py": {"docxtpl"},
    "edge/workers.py": {"pebble"},
    "forms/clause_text.py": {"jinja2"},
    "forms/layout_text.py": {"yaml"},
    "forms/shape.py": {"pydantic", "pydantic_core"},
    "forms/source.py": {"yaml"},
    "intake/nearness.py": {"rapidfuzz"},
    "reports/words.py": {"num2words"},
}

IMPURE_MODULES = {"logging", "os", "pathlib", "shutil", "smtplib", "socket", "sqlite3", "subprocess", "tempfile"}
IMPURE_MODULES |= {"threading", "time", "urllib", "zipfile"}
CLOCK = {"now", "today", "utcnow"}
# Where the default of --as-of comes from, and that of Python callers and of buttons.
CLOCK_READERS = {"buttons.py", "cli/speaking.py", "desk/frames.py"}

VAGUE = {"base", "common", "data", "handler", "helper", "helpers", "info", "manager", "misc", "util", "utils"}

# Findings that are silenced where they stand, with the reason beside them: a new one is to be seen in review.
SILENCED: dict[str, list[str]] = {
    "books/package.py": ["S314", "PLC0415"],
    "books/read.py": ["PLC0415"] * 4,
    "desk/checking.py": ["PLC0415"],
    "desk/session.py": ["PLC0415"] * 7,
    "edge/own_cache.py": ["S301"],
    "edge/workers.py": ["PLC0415"] * 4,
    "edge/holidays.py": ["PLC0415"],
    "edge/installation.py": ["S603"],
    "edge/opening.py": ["S606", "S603"],
    "edge/parquet.py": ["PLC0415", "PLC0415"],
    "edge/password.py": ["PLC0415"],
    "edge/pdf.py": ["S603", "S603"],
    "edge/run_log.py": ["N802"],
    "edge/scheduler.py": ["S603"],
    "forms/source.py": ["N818"],
    "intake/nearness.py": ["PLC0415"],
}


def name_of(module: Path) -> str:
    return module.relative_to(HOUSE).as_posix()


def imported_roots(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(module)}:{node.lineno}: relative import"
            yield (node.module or "").partition(".")[0]


def libraries_of(module: Path) -> set[str]:
    return {root for root in imported_roots(module) if root not in sys.stdlib_module_names and root != "xltools"}


@pytest.mark.parametrize("module", MODULES, ids=MODULE_IDS)
def test_a_module_has_at_most_400_lines(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("module", MODULES, ids=MODULE_IDS)
def test_a_module_is_named_after_what_it_is_about(module: Path) -> None:
    assert not VAGUE.intersection(module.stem.split("_"))


@pytest.mark.parametrize("module", MODULES, ids=MODULE_IDS)
def test_a_library_is_known_to_one_stated_file_only(module: Path) -> None:
    assert libraries_of(module) == LIBRARIES.get(name_of(module), set())


@pytest.mark.parametrize("module", sorted(name for name in LIBRARIES if name.startswith(("books/", "edge/"))))
def test_a_file_of_the_edge_knows_one_library_and_no_more(module: str) -> None:
    assert len(LIBRARIES[module] - {"jinja2"}) <= 1


def test_every_file_that_is_stated_to_know_a_library_is_there() -> None:
    assert set(LIBRARIES) <= set(MODULE_IDS)


@pytest.mark.parametrize("package", PURE)
def test_a_pure_package_touches_no_file_process_network_or_clock(package: str) -> None:
    impure = {
        (name_of(module), root)
        for module in sorted((HOUSE / package).rglob("*.py"))
        for root in imported_roots(module)
        if root in IMPURE_MODULES
    }
    assert impure == set()


def test_nothing_reads_the_clock_but_the_ways_in() -> None:
    readers = {
        f"{name_of(module)}:{node.lineno}"
        for module in MODULES
        if name_of(module) not in CLOCK_READERS
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK
    }
    assert readers == set()


@pytest.mark.parametrize("module", MODULES, ids=MODULE_IDS)
def test_no_finding_is_silenced_beyond_the_list(module: Path) -> None:
    text = module.read_text("utf-8")
    assert "# type: ignore" not in text
    silenced = [
        code for codes in re.findall(r"# noqa:? *([A-Z0-9, ]*)", text) for code in re.split(r"[, ]+", codes.strip())
    ]
    assert silenced == SILENCED.get(name_of(module), [])


def test_importing_the_package_loads_no_library() -> None:
    script = (
        "import sys, xltools; print(xltools.__version__); print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=HOUSE.parent)
    version, loaded = done.stdout.splitlines()
    assert version
    assert not set(loaded.split()) & set().union(*LIBRARIES.values(), {"numpy", "openpyxl", "lxml"})


def test_open_desk_is_found_on_first_use() -> None:
    script = "import xltools; print(xltools.open_desk.__module__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=HOUSE.parent)
    assert done.stdout.strip().startswith("xltools.desk")


def test_a_name_that_the_package_lacks_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'open_desks'"):
        xltools.__getattr__("open_desks")
