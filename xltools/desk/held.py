"""The workbooks that wait in the inbox for a gate, as open items: each closes itself once it is taken or gone."""

from collections.abc import Mapping

from xltools.core.record import Finding, FindingKind
from xltools.desk.book import Book
from xltools.desk.inputs import RunInputs
from xltools.desk.result import DocumentResult
from xltools.ledger.decide import decide_items
from xltools.ledger.replay import Ledger
from xltools.ledger.waiting import find_waiting

_KIND: FindingKind = "document-waiting"


def tell_held(inputs: RunInputs, book: Book, results: Mapping[str, DocumentResult]) -> tuple[Finding, ...]:
    """Opens and closes the items of what waits by now, and gives what the run's manifest keeps of it.

    A run that is done again has the findings of then: the workbooks themselves were not archived, since they waited.
    """
    held = inputs.held
    if held is None:
        # A meeting's sheet waits where it belongs: its tasks are told as the review's.
        beside = inputs.meeting.sheets
        waiting = (one for one in results.values() if one.outcome == "waiting" and one.form and one.file not in beside)
        held = tuple(found for one in waiting for found in find_waiting(one.file, one.problems))
    items = decide_items(held, (), book.ledger, inputs.as_of, frozenset({_KIND}), reread=True)
    book.add(items.events)
    return held


def recall_held(ledger: Ledger) -> tuple[Finding, ...]:
    """What waited when the inbox was last looked into, for a run that leaves it alone."""
    return tuple(
        Finding(item.kind, item.order, typed=item.typed, kept=item.kept, place=item.place)
        for item in ledger.open_items
        if item.kind == _KIND
    )
