"""Open items: opened once, closed by an answer or by themselves."""

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from order_documents import AS_OF, append, codes, document, item, record, take

from xltools.core.event import EventKind
from xltools.core.place import Place
from xltools.core.record import Answer, Finding
from xltools.ledger.decide import ItemDecision, decide_items
from xltools.ledger.replay import Ledger

SPOT = Place("order-tracker.xlsx", "总表", "A7")
LATER, DAY_AFTER = dt.date(2026, 3, 9), dt.date(2026, 3, 10)
DELETED = Finding("row-deleted", "A-1", "2", place=SPOT, by="王五")
INCOMPLETE = Finding("row-incomplete", typed="宁波泰衡 500", code="field-missing", place=SPOT, by="王五")
RESTORED = Finding("cells-restored", "A-1", "1", cells=(("数量", "600", "500"), ("品名", "", "端盖")), place=SPOT)


def answer(number: str, text: str = "已处理", was: str = "") -> Answer:
    return Answer(number, text, Place("order-tracker.xlsx", "待处理", "H3"), "李雯", was)


def with_order() -> Ledger:
    return take(document(record(item("P1", "5"), item("P2", "5", 1), order_no="A-1")))


def after(ledger: Ledger, *findings: Finding, answers: tuple[Answer, ...] = (), reread: bool = True) -> Ledger:
    return append(ledger, *decide_items(findings, answers, ledger, LATER, reread=reread).events)


def test_each_new_finding_opens_an_item_with_a_short_number() -> None:
    ledger = after(with_order(), DELETED, RESTORED, DELETED, INCOMPLETE)
    assert [(one.id, one.kind, one.since, one.by) for one in ledger.open_items] == [
        ("T-0001", "row-deleted", LATER, "王五"),
        ("T-0002", "cells-restored", LATER, ""),
        ("T-0003", "row-incomplete", LATER, "王五"),
    ]
    assert ledger.items["T-0002"].cells == RESTORED.cells
    history = ledger.orders["A-1"].history
    assert [entry.words["item"] for entry in history if entry.kind is EventKind.ITEM_OPENED] == ["T-0001", "T-0002"]


def test_what_is_open_already_is_not_opened_again_wherever_it_stands_now() -> None:
    ledger = after(with_order(), DELETED)
    moved = Finding("row-deleted", " ａ-1", "2", place=Place("order-tracker.xlsx", "总表", "A99"))
    assert decide_items([moved], [], ledger, LATER, reread=True).events != ()  # a-1 is another order
    moved = Finding("row-deleted", " Ａ-1", "2", place=Place("order-tracker.xlsx", "总表", "A99"))
    assert decide_items([moved], [], ledger, LATER, reread=True) == ItemDecision()


def test_any_answer_closes_an_item_and_is_kept() -> None:
    ledger = after(with_order(), DELETED, RESTORED)
    ledger = after(ledger, answers=(answer("T-0001", " 客户取消 "), answer("T-0002", "  ")))
    assert [one.id for one in ledger.open_items] == ["T-0002"]
    closed = ledger.items["T-0001"]
    assert (closed.closed, closed.answer, closed.since) == (LATER, "客户取消", LATER)
    last = ledger.orders["A-1"].history[-1]
    assert (last.kind, last.by, last.place.sheet) == (EventKind.ITEM_CLOSED, "李雯", "待处理")
    assert last.words == {"item": "T-0001", "answer": "客户取消"}
    # The row is deleted once more: that is a new question, with a number of its own.
    assert [one.id for one in after(ledger, DELETED).open_items] == ["T-0002", "T-0003"]


def test_an_answer_to_no_item_is_told() -> None:
    decision = decide_items([], [answer("T-7")], after(with_order(), DELETED), LATER, reread=True)
    assert (decision.events, codes(decision)) == ((), ["item-unknown"])
    assert not any(problem.is_error for problem in decision.problems)
    assert [problem.values for problem in decision.problems] == [(("item", "T-7"),)]


def test_who_changes_an_answer_that_they_saw_is_taken_at_their_word() -> None:
    ledger = after(with_order(), DELETED, answers=(answer("T-0001"),))
    ledger = after(ledger, answers=(answer("T-0001", "取消"),))
    closed = ledger.items["T-0001"]
    assert after(ledger, answers=(answer("T-0001", "取消", was="取消"),)) == ledger
    changed = append(
        ledger, *decide_items([], [answer("T-0001", "不取消", "取消")], ledger, DAY_AFTER, reread=True).events
    )
    assert changed.items["T-0001"] == replace(closed, answer="不取消")
    assert changed.open_items == ()
    said = [entry.words["answer"] for entry in changed.orders["A-1"].history if entry.kind is EventKind.ITEM_CLOSED]
    assert said == ["取消", "不取消"]


def test_an_answer_by_who_did_not_know_that_there_was_one_is_an_item_of_its_own() -> None:
    ledger = after(with_order(), DELETED)
    ledger = after(ledger, answers=(answer("T-0001", "取消"), answer("T-0001", "不取消")))
    assert ledger.items["T-0001"].answer == "取消"
    (conflict,) = ledger.open_items
    assert (conflict.kind, conflict.order, conflict.field) == ("answer-conflict", "A-1", "T-0001")
    assert (conflict.typed, conflict.kept) == ("不取消", "取消")
    assert after(ledger, answers=(answer("T-0001", "不取消"),)) == ledger
    ledger = after(ledger, answers=(answer("T-0002", "好"),))
    assert after(ledger, answers=(answer("T-0001", "不取消"),)) == ledger


def test_what_resolved_itself_may_be_answered_still() -> None:
    ledger = after(after(with_order(), INCOMPLETE))
    ledger = after(ledger, answers=(answer("T-0001", "草稿"),))
    assert (ledger.items["T-0001"].answer, ledger.open_items) == ("草稿", ())


def test_what_lay_in_the_workbook_and_does_not_any_more_has_resolved_itself() -> None:
    ledger = after(with_order(), DELETED, INCOMPLETE)
    assert after(ledger, DELETED, INCOMPLETE) == ledger
    assert after(ledger, reread=False) == ledger
    resolved = after(ledger)
    assert [one.id for one in resolved.open_items] == ["T-0001"]  # a deleted row was put back: the question stays
    assert (resolved.items["T-0002"].closed, resolved.items["T-0002"].answer) == (LATER, "")
    assert [one.id for one in after(resolved, INCOMPLETE).open_items] == ["T-0001", "T-0003"]


def test_a_row_that_people_said_a_word_to_is_not_asked_about_again() -> None:
    ledger = after(with_order(), INCOMPLETE)
    ledger = after(ledger, INCOMPLETE, answers=(answer("T-0001", "草稿，先放着"),))
    assert ledger.open_items == ()
    assert after(ledger, INCOMPLETE) == ledger


FINDINGS = st.lists(st.sampled_from([DELETED, INCOMPLETE, RESTORED]), max_size=3)
ANSWERS = st.lists(
    st.builds(answer, st.sampled_from(["T-0001", "T-0002", "T-0003"]), st.sampled_from(["已处理", "取消"])), max_size=2
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(FINDINGS, ANSWERS, st.booleans()), max_size=5))
def test_the_same_reading_twice_adds_nothing(runs: list[tuple[list[Finding], list[Answer], bool]]) -> None:
    ledger = with_order()
    for findings, written, reread in runs:
        before, answers = ledger, [one for one in written if one.item in ledger.items]
        decision = decide_items(findings, answers, ledger, LATER, reread=reread)
        ledger = append(ledger, *decision.events)
        keys = [one.key for one in ledger.open_items]
        assert len(set(keys)) == len(keys)
        assert list(ledger.items) == [f"T-{number:04}" for number in range(1, len(ledger.items) + 1)]
        assert all(one == ledger.items[name] for name, one in before.items.items() if one.answer)
        assert decide_items([], answers, ledger, LATER, reread=False).events == ()
        if not answers:
            assert decide_items(findings, [], ledger, AS_OF, reread=reread) == ItemDecision()
