"""The workflow as a picture: everything that the rules say of stages and gates stands in it."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from xltools import desk
from xltools.desk.diagram import draw_diagrams
from xltools.forms.model import Label
from xltools.forms.rules import Rules
from xltools.forms.workflow import Gate
from xltools.reports.condition_words import condition_words
from xltools.reports.workflow_diagram import draw_workflow

DOCS = Path(__file__).parents[2] / "docs"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return desk.package_rules()


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own text


def words_in(svg: str) -> list[str]:
    return [mark.text or "" for mark in parse(svg).iter(f"{SVG}text")]


def draw(rules: Rules, language: str) -> str:
    return draw_workflow(rules, language, desk.load_messages().speaker(language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_stage_and_gate_stands_in_it_once(rules: Rules, language: str) -> None:
    words = words_in(draw(rules, language))
    for stage in rules.workflow.stages:
        assert words.count(stage.label.text.in_language(language)) == 1
        for gate in stage.gates:
            name = gate.what.text.in_language(language)
            assert words.count(name[:1].upper() + name[1:]) == 1


def test_it_says_who_opens_a_gate_by_what_within_how_long_and_when_it_is_not_needed(rules: Rules) -> None:
    words = words_in(draw(rules, "zh"))
    at = words.index("客户签回合同")
    assert words[at + 1 : at + 3] == ["业务员", "合同登记表 · 事项 = 合同签回 · 限 5 个工作日 · 免：不签单笔合同"]


def test_the_same_rules_draw_the_same_bytes(rules: Rules) -> None:
    assert dict(draw_diagrams(rules)) == dict(draw_diagrams(replace(rules)))


def test_words_of_the_rules_are_text_and_never_marks(rules: Rules) -> None:
    gate = Gate(name="odd", what=Label(zh="<script>&", en="</text>"), whom="quality", form="not-installed")
    stage = replace(rules.workflow.stages[-1], gates=(gate,))
    odd = replace(rules, workflow=replace(rules.workflow, stages=(*rules.workflow.stages[:-1], stage)))
    assert "<script>&" in words_in(draw(odd, "zh"))
    assert any("未跟踪" in words for words in words_in(draw(odd, "zh")))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_drawn_beyond_its_edges(rules: Rules, language: str) -> None:
    picture = parse(draw(rules, language))
    width, height = float(picture.get("width")), float(picture.get("height"))
    for box in picture.iter(f"{SVG}rect"):
        if box.get("width") != "100%":
            assert float(box.get("x")) + float(box.get("width")) <= width
            assert float(box.get("y")) + float(box.get("height")) <= height
    longest = max(len(re.findall(r"[^\x00-\u024f]", words)) * 11 for words in words_in(draw(rules, language)))
    assert longest < width - 60


def test_a_condition_reads_in_labels(rules: Rules) -> None:
    form = rules.forms["contract-register"]
    condition = 'kind in ["production-release", "release"] and amount >= 0.5'
    assert condition_words(condition, form, "zh") == "事项 = 放行生产 / 放款发货 且 金额 ≥ 0.5"
    assert condition_words('payment_due(kind, "x") == none', form, "en") == "payment_due(Fact, x) = blank"
    assert condition_words("unknown != 'a'", None, "en") == "unknown ≠ a"


def test_the_pictures_in_docs_are_as_the_rules_draw_them(rules: Rules, tmp_path: Path) -> None:
    assert desk.stale_diagrams(rules, DOCS) == ()
    assert desk.stale_diagrams(rules, tmp_path) == ("workflow.svg", "workflow.zh.svg")
    assert desk.write_diagrams(rules, tmp_path) == ("workflow.svg", "workflow.zh.svg")
    assert desk.write_diagrams(rules, tmp_path) == ()
