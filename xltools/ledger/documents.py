"""The events of documents themselves: accepted, or returned with a marked copy."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from xltools.core.event import Event, EventKind
from xltools.core.place import Place
from xltools.core.record import Document, Record
from xltools.core.text import label_key, normalize_text
from xltools.forms.model import ORDER_FORM
from xltools.ledger.number import normalize_order_number
from xltools.ledger.replay import Ledger, ReturnedDocument, ReturnedOrder

_ID_LENGTH = 12
_MOST_ORDERS = 50  # of a long list that is wrong throughout, this many are enough to know it again by


def return_id(sha256: str) -> str:
    """The id that the marked copy of a returned workbook carries: the start of the workbook's sha256."""
    return sha256[:_ID_LENGTH]


def accept_event(
    document: Document,
    orders: Sequence[str],
    ledger: Ledger,
    as_of: dt.date,
    *,
    archived: str,
    partly: bool,
    answers: str = "",
) -> Event | None:
    """The event that a document's orders went in, all or `partly`; None where the ledger says exactly that already.

    `answers` is the open return that the document answers (find_return): this closes it.
    """
    known = ledger.accepted.get(document.sha256)
    is_answer = answers in ledger.returned and answers != return_id(document.sha256)
    if known and (known.orders, known.partly) == (tuple(orders), partly) and not is_answer:
        return None
    body = {
        "file": document.file,
        "archived": archived,
        "form": document.form,
        "layout": document.layout,
        "orders": list(orders),
        "partly": partly,
        "answers": answers,
    }
    return Event(
        EventKind.DOCUMENT_ACCEPTED,
        as_of,
        Place(document.file),
        body=body,
        document=document.sha256,
        by=document.saved_by,
    )


def return_event(
    file: str,
    sha256: str,
    ledger: Ledger,
    as_of: dt.date,
    *,
    archived: str,
    returned: str,
    form: str,
    problems: int,
    by: str = "",
    records: Iterable[Record] = (),
    answers: str = "",
) -> Event | None:
    """The event that a workbook was returned, its marked copy at `returned`; None where that return is still open.

    `form` is empty where the workbook could not be told, `problems` the number of its errors. `records` are those that
    must be mended; by them the mended workbook is known again. `answers` is the return that the workbook was meant to
    mend (find_return): its own takes that one's place.
    """
    own = return_id(sha256)
    open_return = ledger.returned.get(own)
    if open_return and (open_return.form, open_return.problems) == (form, problems):
        return None
    is_answer = answers != own and (answers in ledger.returned or answers in ledger.closed_returns)
    about = [one for one in dict.fromkeys(map(_returned_order, records)) if one != ReturnedOrder()]
    body = {
        "file": file,
        "archived": archived,
        "returned": returned,
        "form": form,
        "problems": problems,
        "return_id": own,
        "about": [asdict(one) for one in about[:_MOST_ORDERS]],
        "answers": answers if is_answer else "",
    }
    return Event(EventKind.DOCUMENT_RETURNED, as_of, Place(file), body=body, document=sha256, by=by)


def find_return(document: Document, ledger: Ledger, answers: str = "") -> str:
    """The id of the open return that a document mends; empty for none, and for the returned workbook itself.

    `answers` is the return id that the document carries: that return, or the one that took its place since. Without one
    it is the latest return of the same form that is about the same order: by its number, or, where one of them has
    none, by customer PO and customer; of other forms than that of orders, none.
    """
    if return_id(document.sha256) in ledger.returned:
        return ""
    if answers in ledger.returned:
        return answers
    latest_first = tuple(ledger.returned.values())[::-1]
    if answers in ledger.closed_returns:
        for one in latest_first:
            if answers in return_chain(one.return_id, ledger):
                return one.return_id
    if document.form != ORDER_FORM:  # one order has several shipping lists: only the copy itself tells which it mends
        return ""
    asked = {_returned_order(record) for record in (*document.records, *document.rejected)}
    same_form = (one for one in latest_first if one.form == document.form)
    return next((one.return_id for one in same_form if _is_about(one, asked)), "")


def return_chain(return_id: str, ledger: Ledger) -> tuple[str, ...]:
    """The ids of a return and of those before it that its workbook was meant to mend, the latest first."""
    chain: dict[str, None] = {}  # may be a circle: the first workbook of all can come again
    while return_id and return_id not in chain:
        chain[return_id] = None
        found = ledger.returned.get(return_id) or ledger.closed_returns.get(return_id)
        return_id = found.answers if found else ""
    return tuple(chain)


def _returned_order(record: Record) -> ReturnedOrder:
    return ReturnedOrder(
        order=normalize_order_number(record.text("order_no")),
        customer_po=normalize_text(record.text("customer_po")),
        customer=record.text("customer"),
    )


def _is_about(returned: ReturnedDocument, orders: Iterable[ReturnedOrder]) -> bool:
    return any(_is_same_order(one, other) for one in orders for other in returned.about)


def _is_same_order(one: ReturnedOrder, other: ReturnedOrder) -> bool:
    if one.order and other.order:  # a customer's PO may be cut into several orders
        return one.order == other.order
    purchase, customer = one.customer_po, label_key(one.customer)
    return bool(purchase and customer) and (purchase, customer) == (other.customer_po, label_key(other.customer))
