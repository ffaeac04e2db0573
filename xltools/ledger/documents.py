"""The events of documents themselves: accepted, or returned with a marked copy."""

import datetime as dt
from collections.abc import Sequence

from xltools.core.event import Event, EventKind
from xltools.core.place import Place
from xltools.core.record import Document
from xltools.ledger.replay import Ledger

_ID_LENGTH = 12


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
    """The event that a document's orders went in, all or `partly`; None where the ledger says exactly that already."""
    known = ledger.accepted.get(document.sha256)
    if known and (known.orders, known.partly) == (tuple(orders), partly) and answers not in ledger.returned:
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
) -> Event | None:
    """The event that a workbook was returned, its marked copy at `returned`; None where that return is still open.

    `form` is empty where the workbook could not be told, `problems` the number of its errors.
    """
    open_return = ledger.returned.get(return_id(sha256))
    if open_return and (open_return.form, open_return.problems) == (form, problems):
        return None
    body = {
        "file": file,
        "archived": archived,
        "returned": returned,
        "form": form,
        "problems": problems,
        "return_id": return_id(sha256),
    }
    return Event(EventKind.DOCUMENT_RETURNED, as_of, Place(file), body=body, document=sha256, by=by)
