"""docs/rules.md, chapter "A new form and a new stage": its YAML put into a desk, and what then happens there."""

import datetime as dt
from pathlib import Path

import pytest

from xltools import desk
from xltools.books.build import build_workbook
from xltools.forms.template import fill_template
from xltools.ledger.standing import assess_order, shipment_gates

HANDBOOK = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
CHAPTER = HANDBOOK.partition("## A new form and a new stage")[2].partition("\n## ")[0]
AS_OF = dt.date(2026, 3, 10)
ORDER = {"order_no": "SO-1", "order_type": "返单", "supply": "库存直发", "contract_mode": "无合同"}
PAID_LATER = {"payment_terms": "月结30天", "delivery_address": "宁波市北仑区明州路 88 号"}


def written_rules():
    """The chapter's files by their path in the desk."""
    blocks = [part.partition("```")[0] for part in CHAPTER.split("```yaml\n")[1:]]
    return {block.partition("\n")[0].removeprefix("# DESK/"): block for block in blocks}


def install(folder):
    for path, text in written_rules().items():
        target = folder.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def fill(folder, form, *rows, **header):
    """A workbook made from the form's template, with these rows, in the inbox."""
    rules = folder.opened.rules
    layout = next(one for one in rules.layouts_of(form) if one.template == f"{form}.xlsx")
    grids = fill_template(rules.forms[form], layout, header, rows)
    mark = {"xltools-form": form}
    name = f"{form}-{len(list((folder.path / 'inbox').iterdir()))}-{abs(hash(repr(rows))) % 1000}.xlsx"
    folder.drop_bytes(name, build_workbook(grids, AS_OF, mark))


def approve(folder):
    said = {"department": "生产PMC", "conclusion": "可接受", "name": "周凯", "date": AS_OF,
            "available_date": dt.date(2026, 3, 28)}  # fmt: skip
    fill(folder, "order-review", {"line_no": "1", **said}, order_no="SO-1")


def stand(folder):
    opened = folder.opened
    return assess_order(opened.replay_ledger().orders["SO-1"], opened.rules, AS_OF)


def outcomes(result):
    return {document.form: document.outcome for document in result.documents}


def inspect(folder, result, line="1"):
    row = {"order_no": "SO-1", "line_no": line, "sampled": 32, "defects": 0, "result": result, "name": "钱红"}
    fill(folder, "inspection-report", row)
    return folder.run()


def ship(folder):
    fill(folder, "shipping-list", {"order_no": "SO-1", "line_no": "1", "quantity": 100}, date=AS_OF)
    return folder.run()


@pytest.fixture
def inspected(folder):
    """A desk with the chapter's rules, and an order from stock that is approved."""
    install(folder)
    folder.drop("a.xlsx", **ORDER, **PAID_LATER)
    approve(folder)
    folder.run()
    return folder


def test_the_chapter_is_four_files_that_are_right(folder):
    assert list(written_rules()) == [
        "rules/forms/inspection-report.yaml",
        "rules/layouts/inspection-report.yaml",
        "rules/workflow.yaml",
        "rules/forms/gate-override.yaml",
    ]
    install(folder)
    rules = folder.opened.rules
    names = [stage.name for stage in rules.workflow.stages]
    assert names.index("inspected") == names.index("in-stock") + 1
    about = [one for one in desk.check_examples(rules, AS_OF) if "inspection-report" in one.place.file]
    assert about == []


def test_its_template_is_made_from_the_rules(folder):
    install(folder)
    written = desk.write_desk_templates(folder.opened.rules, folder.path / "templates")
    assert "inspection-report.xlsx" in written


def test_the_diagram_has_the_new_stage(folder):
    install(folder)
    desk.write_diagrams(folder.opened.rules, folder.path / "rules")
    drawn = (folder.path / "rules" / "workflow.zh.svg").read_text(encoding="utf-8")
    assert "检验合格" in drawn
    assert "检验报告 · 判定 = 合格 / 让步接收 · 每行都要" in drawn
    assert "样品免检" in drawn


def test_the_order_waits_for_inspection_and_moves_once_its_report_comes(inspected):
    standing = stand(inspected)
    assert (standing.stage, [one.gate for one in standing.waiting]) == ("in-stock", ["inspection"])
    assert standing.waiting[0].whom == "quality"
    assert outcomes(inspect(inspected, "不合格")) == {"inspection-report": "accepted"}
    assert stand(inspected).stage == "in-stock"
    assert outcomes(inspect(inspected, "合格")) == {"inspection-report": "accepted"}
    standing = stand(inspected)
    assert (standing.stage, [one.gate for one in standing.waiting]) == ("inspected", ["first-shipment"])


def test_goods_that_are_not_inspected_wait_in_the_inbox_and_leave_by_themselves_afterwards(inspected):
    assert outcomes(ship(inspected)) == {"shipping-list": "waiting"}
    assert [one.gate for one in shipment_gates(stand(inspected), inspected.opened.rules)] == ["inspection"]
    report = inspect(inspected, "让步接收")
    assert outcomes(report) == {"shipping-list": "accepted", "inspection-report": "accepted"}
    assert stand(inspected).stage == "shipped"


def test_a_manager_may_let_them_go_without(inspected):
    row = {"order_no": "SO-1", "gate": "成品检验", "reason": "客户急用，驻厂已看", "name": "林总"}
    fill(inspected, "gate-override", row)
    inspected.run()
    assert stand(inspected).overrides[0][0] == "inspection"
    assert outcomes(ship(inspected)) == {"shipping-list": "accepted"}


def test_without_these_files_nobody_asks_for_an_inspection(folder):
    folder.drop("a.xlsx", **ORDER, **PAID_LATER)
    approve(folder)
    folder.run()
    assert outcomes(ship(folder)) == {"shipping-list": "accepted"}
