"""The sample desk, run once: every workbook comes out as samples/expected says, and as people said it must."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import make_samples
import pytest
from expected import FoundOrder, FoundProblem, write_expected
from factory import CUSTOMERS, PRODUCTS
from fill import ROOT, members
from story import AS_OF, Sample

from xltools import desk

SAMPLES = ROOT / "samples"
every_sample = pytest.mark.parametrize("sample", make_samples.SAMPLES, ids=lambda sample: sample.name.partition("-")[0])


@dataclass(frozen=True)
class Came:
    """What came of one workbook."""

    text: str
    outcome: str
    codes: frozenset[str]


@pytest.fixture(scope="session")
def came(demo: tuple[desk.Desk, desk.RunResult]) -> Mapping[str, Came]:
    """What came of each workbook, by its path under inbox/."""
    opened, result = demo
    ledger = opened.replay_ledger()
    standings = opened.assess(ledger, AS_OF).standings
    writer = desk.ProblemWriter(desk.load_messages(), "en", opened.rules)
    all_of_it: dict[str, Came] = {}
    for document in result.documents:
        orders = [
            FoundOrder(ledger.orders[number], standings[number].stage, standings[number].missing)
            for number in document.orders
        ]
        problems = [
            FoundProblem(one.severity, one.code, f"{one.place.sheet}!{one.place.cell}".strip("!"), written["message"])
            for one, written in zip(document.problems, writer.write_all(document.problems), strict=True)
        ]
        text = write_expected(document.outcome, document.form, orders, problems, document.file)
        codes = frozenset(problem.code for problem in problems)
        all_of_it[document.file.removeprefix("inbox/")] = Came(text, document.outcome, codes)
    return all_of_it


@every_sample
def test_a_sample_comes_out_as_its_expected_text_says(sample: Sample, came: Mapping[str, Came], regen: bool) -> None:
    file = SAMPLES / "expected" / f"{sample.name}.txt"
    if regen:
        file.parent.mkdir(exist_ok=True)
        file.write_text(came[sample.path].text, encoding="utf-8", newline="\n")
    assert came[sample.path].text == file.read_text(encoding="utf-8")


@every_sample
def test_a_sample_comes_out_as_people_said_it_must(sample: Sample, came: Mapping[str, Came]) -> None:
    assert (came[sample.path].outcome, came[sample.path].codes) == (sample.outcome, frozenset(sample.codes))


def test_the_demo_knows_how_it_must_come_out(demo: tuple[desk.Desk, desk.RunResult], regen: bool) -> None:
    if regen:
        outcomes = {document.file: document.outcome for document in demo[1].documents}
        text = json.dumps(outcomes, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        (SAMPLES / "outcomes.json").write_text(text, encoding="utf-8", newline="\n")
    assert desk.is_demo_as_expected(demo[1])


def test_the_demo_shows_what_a_desk_is_for(demo: tuple[desk.Desk, desk.RunResult]) -> None:
    opened, result = demo
    orders = opened.replay_ledger().orders
    lines = opened.assess(opened.replay_ledger(), AS_OF).lines
    contracts = [order for order in orders.values() if order.papers]
    assert result.problems == ()  # master data and settings are clean: what is wrong is the workbooks'
    assert {order.get("currency") for order in contracts} >= {"CNY", "USD"}
    assert any(not line.status.is_open for line in lines)
    late, at_risk = (sum(row["kind"] == kind for row in result.late) for kind in ("late", "at-risk"))
    assert 5 <= late <= len(lines) / 4, "some are late, most are not"
    assert 5 <= at_risk <= len(lines) / 4
    assert desk.verify_desk_at(opened).is_ok


def test_the_workbooks_are_what_the_stories_tell() -> None:
    templates = ROOT / "templates"
    told = {f"inbox/{name}": content for name, content in make_samples.make_inbox(templates).items()}
    told |= {f"master/{name}": content for name, content in make_samples.make_master(templates).items()}
    lying = {
        file.relative_to(SAMPLES).as_posix(): file.read_bytes()
        for part in ("inbox", "master")
        for file in (SAMPLES / part).rglob("*.xlsx")
    }
    assert lying.keys() == told.keys()
    assert [name for name in told if members(told[name]) != members(lying[name])] == []


def test_the_readme_lists_every_sample_with_its_purpose() -> None:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert make_samples.write_readme_table(text) == text


def test_no_expected_text_is_left_over(regen: bool) -> None:
    told = {sample.name for sample in make_samples.SAMPLES}
    left = [file for file in (SAMPLES / "expected").glob("*.txt") if file.stem not in told]
    for file in left if regen else ():
        file.unlink()
    assert regen or left == []


def test_the_samples_cover_a_factory() -> None:
    orders = [told for sample in make_samples.SAMPLES for told in sample.orders]
    assert len(make_samples.SAMPLES) >= 40
    assert len(CUSTOMERS) == 12
    assert len(PRODUCTS) == 30
    ordered = {line.get("product_code") for told in orders for line in told.lines}
    assert ordered >= {row["product_code"] for row in PRODUCTS}
    typed = {told.header.get("customer") for told in orders}
    for row in CUSTOMERS:
        assert typed & {row["customer_code"], row["name"], row["short_name"]}, f"nobody orders for {row['name']}"
    assert len({told.header.get("order_type") for told in orders}) >= 10
    assert len({row["currency"] for row in CUSTOMERS}) == 5
    assert len({row["payment_terms"] for row in CUSTOMERS}) >= 8
