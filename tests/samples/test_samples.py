"""The sample desk, run once: every workbook comes out as samples/expected says, and as people said it must."""

import io
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import make_samples
import pytest
from expected import FoundOrder, FoundProblem, write_expected
from factory import CUSTOMERS, PRODUCTS
from fill import ROOT
from story import AS_OF, Sample

SAMPLES = ROOT / "samples"
every_sample = pytest.mark.parametrize("sample", make_samples.SAMPLES, ids=lambda sample: sample.name)


@dataclass(frozen=True)
class Came:
    """What came of one workbook."""

    text: str
    outcome: str
    codes: frozenset[str]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Came]:
    """What came of each workbook, by its path under inbox/."""
    desk = pytest.importorskip("xltools.desk")
    home = tmp_path_factory.mktemp("samples") / "desk"
    desk.init_desk(home, language="en")
    shutil.copyfile(SAMPLES / "desk.yaml", home / "desk.yaml")
    for folder in ("master", "inbox"):
        shutil.copytree(SAMPLES / folder, home / folder, dirs_exist_ok=True)
    result = desk.run_desk(home, as_of=AS_OF)
    orders = desk.read_orders(home)
    came: dict[str, Came] = {}
    for document in result.documents:
        found = [
            FoundOrder(orders[n].order, orders[n].stage, orders[n].missing) for n in document.orders if n in orders
        ]
        problems = [
            FoundProblem(
                problem.severity, problem.code, "!".join(filter(None, (problem.sheet, problem.cell))), problem.message
            )
            for problem in document.problems
        ]
        text = write_expected(document.outcome, document.form, found, problems, document.file)
        name = document.file.removeprefix("inbox/")
        came[name] = Came(text, document.outcome, frozenset(problem.code for problem in problems))
    return came


@every_sample
def test_a_sample_comes_out_as_its_expected_text_says(
    sample: Sample, run: Mapping[str, Came], request: pytest.FixtureRequest
) -> None:
    file = SAMPLES / "expected" / f"{sample.name}.txt"
    if request.config.getoption("--regen", default=False):
        file.parent.mkdir(exist_ok=True)
        file.write_text(run[sample.path].text, encoding="utf-8", newline="\n")
    assert run[sample.path].text == file.read_text(encoding="utf-8")


@every_sample
def test_a_sample_comes_out_as_people_said_it_must(sample: Sample, run: Mapping[str, Came]) -> None:
    assert (run[sample.path].outcome, run[sample.path].codes) == (sample.outcome, frozenset(sample.codes))


def test_the_workbooks_are_what_the_stories_tell() -> None:
    templates = ROOT / "templates"
    told = {f"inbox/{name}": content for name, content in make_samples.make_inbox(templates).items()}
    told |= {f"master/{name}": content for name, content in make_samples.make_master(templates).items()}
    lying = {
        f.relative_to(SAMPLES).as_posix(): f.read_bytes()
        for part in ("inbox", "master")
        for f in (SAMPLES / part).rglob("*.xlsx")
    }
    assert lying.keys() == told.keys()
    assert [name for name in told if _members(told[name]) != _members(lying[name])] == []


def test_the_readme_lists_every_sample_with_its_purpose() -> None:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert make_samples.write_readme_table(text) == text


def test_no_expected_text_is_left_over() -> None:
    names = {file.stem for file in (SAMPLES / "expected").glob("*.txt")}
    assert names == {sample.name for sample in make_samples.SAMPLES}


def test_the_samples_cover_a_factory() -> None:
    orders = [told for sample in make_samples.SAMPLES for told in sample.orders]
    customers = {word for row in CUSTOMERS for word in (row["customer_code"], row["name"], row["short_name"])}
    assert len(make_samples.SAMPLES) >= 40
    assert len(CUSTOMERS) == 12
    assert len(PRODUCTS) == 30
    ordered = {line.get("product_code") for told in orders for line in told.lines}
    assert ordered >= {row["product_code"] for row in PRODUCTS}
    assert customers & {told.header.get("customer") for told in orders}
    assert len({told.header.get("order_type") for told in orders}) >= 10
    assert len({row["currency"] for row in CUSTOMERS}) == 5
    assert len({row["payment_terms"] for row in CUSTOMERS}) >= 8


def _members(content: bytes) -> Mapping[str, bytes]:
    """The unpacked members of a workbook: packed bytes may differ from one zlib to the next."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {"": content}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name) for name in book.namelist()}
