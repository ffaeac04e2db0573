"""What people typed in the tracker and a later revision of the order: nothing vanishes, nothing comes back."""

import pytest
from order_documents import AS_OF, append, codes, decide, document, item, on, package_rules, record, take

from xltools.core.event import EventKind
from xltools.core.place import Place
from xltools.core.record import Edit, FieldValue
from xltools.ledger.decide import Decision, decide_edits
from xltools.ledger.replay import Ledger

SPOT = Place("order-tracker.xlsx", "总表", "K2", sha256="e" * 64)
PROMISED = on("2026-04-01")


def first(**fields: FieldValue) -> Ledger:
    return take(document(record(item("P1", "5", **fields), item("P2", "5", 1), order_no="A-1", revision=1)))


def typed(ledger: Ledger, field: str, value: FieldValue | None, was: FieldValue | None, line: str = "1") -> Ledger:
    edits = [Edit("A-1", line, field, value, SPOT, "王五", was)]
    decision = decide_edits(edits, ledger, package_rules(), AS_OF)
    assert decision.refused == ()
    return append(ledger, *decision.events)


def revise(ledger: Ledger, revision: int, *lines: object, **fields: FieldValue) -> tuple[Decision, Ledger]:
    given = document(record(*lines, order_no="A-1", revision=revision, **fields), name=f"改{revision}.xlsx")
    return decide(given, ledger), take(given, ledger)


def promise(ledger: Ledger) -> FieldValue | None:
    return ledger.orders["A-1"].lines[0].get("promised_date")


def opened(ledger: Ledger) -> list[tuple[str, str, str, str, str]]:
    return [(one.kind, one.line, one.field, one.typed, one.kept) for one in ledger.open_items]


def test_a_promise_blanked_in_the_tracker_stays_blank_after_a_revision_that_says_nothing_new_of_it() -> None:
    ledger = typed(first(promised_date=PROMISED), "promised_date", None, PROMISED)
    for revision in (2, 3):
        decision, ledger = revise(
            ledger, revision, item("P1", str(revision), promised_date=PROMISED), item("P2", "5", 1)
        )
        assert [event.kind for event in decision.events] == [EventKind.ORDER_REVISED]
        assert promise(ledger) is None
        assert ledger.orders["A-1"].lines[0].deliveries[0].promised is None
        assert ledger.orders["A-1"].lines[0].deliveries[0].first_promised is not None


@pytest.mark.parametrize(
    ("value", "said", "words"),
    [
        (on("2026-04-09"), on("2026-05-01"), ("2026-05-01", "2026-04-09")),
        (None, on("2026-05-01"), ("2026-05-01", "")),
        (on("2026-04-09"), None, ("", "2026-04-09")),
    ],
)
def test_a_revision_that_changes_what_was_typed_over_is_a_conflict_and_what_was_typed_stands(
    value: FieldValue | None, said: FieldValue | None, words: tuple[str, str]
) -> None:
    ledger = typed(first(promised_date=PROMISED), "promised_date", value, PROMISED)
    more = {} if said is None else {"promised_date": said}
    decision, ledger = revise(ledger, 2, item("P1", "5", **more), item("P2", "5", 1))
    assert codes(decision) == ["edit-conflict"]
    assert decision.outcome == "accepted"
    assert promise(ledger) == value
    assert opened(ledger) == [("edit-conflict", "1", "promised_date", *words)]
    (found,) = ledger.open_items
    assert (found.by, found.place.cell != SPOT.cell) == ("李雯", True)
    # The next revision says it again: that is no change, and the question is asked already.
    decision, ledger = revise(ledger, 3, item("P1", "6", **more), item("P2", "5", 1))
    assert (codes(decision), len(ledger.open_items)) == ([], 1)


def test_a_revision_that_agrees_with_what_was_typed_is_no_conflict() -> None:
    later = on("2026-04-09")
    ledger = typed(first(promised_date=PROMISED), "promised_date", later, PROMISED)
    decision, ledger = revise(ledger, 2, item("P1", "5", promised_date=later), item("P2", "5", 1))
    assert (codes(decision), opened(ledger), promise(ledger)) == ([], [], later)


def test_what_was_typed_on_a_line_that_a_revision_drops_is_kept_as_an_item() -> None:
    ledger = typed(first(), "shortage", "缺铝锭", None, line="2")
    ledger = typed(ledger, "pmc_remark", "急", None, line="2")
    ledger = typed(ledger, "pmc_remark", None, "急", line="2")  # blanked again: nothing of it is left to lose
    _, ledger = revise(ledger, 2, item("P1", "5"))
    assert opened(ledger) == [("edit-conflict", "2", "shortage", "缺铝锭", "")]
    (found,) = ledger.open_items
    assert (found.place, found.place.sha256, found.by) == (SPOT, SPOT.sha256, "王五")
    # The line comes back: what was typed on the one that went is nothing to it.
    for revision, said in ((3, "缺螺丝"), (4, "缺垫片")):
        _, ledger = revise(ledger, revision, item("P1", "5"), item("P2", "5", 1, line_no="2", shortage=said))
        assert ledger.orders["A-1"].lines[1].text("shortage") == said


def test_an_order_whose_promise_was_typed_over_is_the_same_when_it_is_sent_again() -> None:
    lines = [item("P1", "5", promised_date=PROMISED), item("P1", "5", 1, promised_date=on("2026-05-01"))]
    ledger = take(document(record(*lines, order_no="A-1", revision=1)))
    ledger = typed(ledger, "promised_date", on("2026-06-01"), PROMISED)
    ledger = typed(ledger, "promised_date", None, on("2026-05-01"), line="2")
    decision, _ = revise(ledger, 1, *lines)
    assert (decision.outcome, codes(decision)) == ("duplicate", [])
