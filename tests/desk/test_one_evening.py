"""All that happened to an order lies in the inbox one evening, whatever the files are called: one run takes it all."""

import datetime as dt

from xltools import desk

from .test_shipping import AS_OF, LINE, STOCK, drop_form, drop_list, drop_review, outcomes, rebuilt_head, shipped

REPEAT = {**STOCK, "payment_terms": "30/70", "currency": "人民币 CNY", "supply": None}


def drop_everything(folder):
    """From last to first by name; each counts on those after it."""
    drop_form(folder, "1-结案.xlsx", "order-closing", {"order_no": "SO1", "name": "李雯"})
    drop_form(
        folder,
        "2-签收.xlsx",
        "delivery-receipt",
        {"order_no": "SO1", "received_by": "赵敏", "date": dt.date(2026, 3, 12)},
    )
    drop_list(folder, "3-发货.xlsx", ("SO1", "1", 120))
    paid = {"order_no": "SO1", "kind": "收款", "date": AS_OF, "amount": 1500, "name": "孙丽"}
    drop_form(folder, "4-到账.xlsx", "contract-register", paid)
    notice = {"order_no": "SO1", "reason": "加量", "requested_by": "客户", "date": AS_OF, "consent": "PO 更改单"}
    signed = {"sign_business": "同意 叶青 2026-03-10", "sign_production": "同意 周凯 2026-03-10"}
    drop_form(
        folder,
        "5-变更.xlsx",
        "change-notice-sheet",
        {**notice, **signed},
        {"line_no": "1", "what": "数量", "after": 120},
    )
    drop_review(folder, "6-评审.xlsx")
    folder.drop("7-接单.xlsx", {**LINE, "product_code": "P1", "requested_date": "2026-03-30"}, **REPEAT)


def test_a_whole_life_is_taken_in_one_run_whatever_the_files_are_called(folder, tmp_path):
    drop_everything(folder)
    result = folder.run()
    assert set(outcomes(result).values()) == {"accepted"}
    order = folder.orders()["SO1"]
    assert (order.revision, shipped(folder), order.approved) == (2, [120], AS_OF)
    standing = folder.opened.assess(folder.opened.replay_ledger(), AS_OF).standings["SO1"]
    assert (standing.stage, standing.waiting) == ("closed", ())
    kinds = {paper.kind: paper for paper in order.papers if not paper.voided}
    assert {"confirmation", "delivery-note", "review-form"} <= kinds.keys()
    assert kinds["confirmation"].revision == 2
    assert [path.name for path in (folder.path / "inbox").iterdir()] == []
    assert rebuilt_head(folder, tmp_path / "重建") == folder.opened.store.head()


def test_a_second_run_finds_nothing_to_do(folder):
    drop_everything(folder)
    folder.run()
    before, events = folder.files(), folder.event_count()
    folder.run()
    assert (folder.files(), folder.event_count()) == (before, events)


def test_the_same_workbooks_once_more_change_nothing(folder):
    drop_everything(folder)
    kept = {path.name: path.read_bytes() for path in (folder.path / "inbox").iterdir()}
    folder.run()
    events = folder.event_count()
    for name, content in kept.items():
        folder.drop_bytes(f"又来-{name}", content)
    result = folder.run()
    assert set(outcomes(result).values()) == {"duplicate"}
    assert folder.event_count() == events
    assert desk.verify_desk_at(folder.opened).is_ok
