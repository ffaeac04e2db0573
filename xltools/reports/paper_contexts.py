"""What each kind of paper says beside what every paper may say."""

from collections.abc import Callable, Mapping
from typing import Any

from xltools.reports.contract import contract_context
from xltools.reports.delivery_note import delivery_note_context
from xltools.reports.packing_list import packing_list_context
from xltools.reports.paper_context import PaperRequest, paper_context
from xltools.reports.production_order import production_order_context

CONTEXTS: Mapping[str, Callable[[PaperRequest], Mapping[str, Any]]] = {
    "confirmation": contract_context,
    "contract": contract_context,
    "proforma": contract_context,
    "production-order": production_order_context,
    "delivery-note": delivery_note_context,
    "packing-list": packing_list_context,
}


def build_context(request: PaperRequest) -> dict[str, Any]:
    """All values that the template of a paper may name; a kind that a desk added has those of every paper.

    ValueError where the order's total has no words: below zero, or too large.
    """
    own = CONTEXTS.get(request.rule.name)
    return {**paper_context(request), **(own(request) if own else {})}
