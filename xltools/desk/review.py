"""What follows of reviews: the signed form of one that is through, and the return of an order that was refused."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from xltools.core.order import Order, Statement
from xltools.core.place import Place
from xltools.core.plan import Action, WriteFile
from xltools.core.problem import Problem, error
from xltools.core.record import Answer, Record, Value
from xltools.desk.inputs import ReceivedFile, RunInputs
from xltools.desk.meetings import build_review_form
from xltools.desk.papers import IssuedPapers
from xltools.desk.result import ProblemWriter
from xltools.desk.returned import plan_returned_copy, returned_path
from xltools.edge.folders import safe_name
from xltools.forms.messages import Say
from xltools.intake.typed_rows import TRACKER_LAYOUT
from xltools.ledger.decide import issue_paper
from xltools.ledger.documents import return_event, return_id
from xltools.ledger.items import close_return_event
from xltools.ledger.replay import AcceptedDocument, Ledger, ReturnedDocument
from xltools.ledger.review import REVIEW_FORM, list_refusals
from xltools.reports.wording import role_text

REVIEW_PAPER = "review-form"


def settle_reviews(orders: Iterable[Order], inputs: RunInputs, ledger: Ledger, writer: ProblemWriter) -> IssuedPapers:
    """The signed form of each review that is through, and the return of each order that was refused.

    A return whose order passes after all, since the department took its word back, is closed.
    """
    settled = IssuedPapers()
    if REVIEW_FORM not in inputs.rules.forms:
        return settled
    say = writer.catalogue.speaker(writer.language)
    for order in orders:
        if order.approved is None:
            settled += _send_back(order, inputs, ledger, writer, say)
        else:
            settled += _file_form(order, inputs, say)
            settled += _close_return(order, inputs, ledger)
    return settled


def _file_form(order: Order, inputs: RunInputs, say: Say) -> IssuedPapers:
    """The form for the file, once for each revision that was reviewed."""
    if any(paper.kind == REVIEW_PAPER and paper.revision >= order.reviewed for paper in order.papers):
        return IssuedPapers()
    content = build_review_form(order, inputs, say)
    if not content:
        return IssuedPapers()
    sha256 = hashlib.sha256(content).hexdigest()
    name = safe_name(f"{inputs.rules.settings.folders.review_sheet}-{order.number}", f"-r{order.reviewed}.xlsx")
    wanted = f"{inputs.rules.settings.folders.papers}/{safe_name(order.number)}/{name}"
    path = inputs.shelf.find_room(wanted, sha256)
    event = issue_paper(REVIEW_PAPER, order, number=order.number, file=path, sha256=sha256, as_of=inputs.as_of)
    return IssuedPapers((path,), (event,), (WriteFile(path, content),))


def _send_back(order: Order, inputs: RunInputs, ledger: Ledger, writer: ProblemWriter, say: Say) -> IssuedPapers:
    """The order's own workbook goes back with the departments' reasons; nothing where it went back for them already."""
    refusals, accepted = list_refusals(order, inputs.rules), ledger.accepted.get(order.document)
    if not refusals or accepted is None or _is_back(order, refusals, ledger):
        return IssuedPapers()
    problems = tuple(_tell_refusal(one, order, inputs, say) for one in refusals)
    in_tracker = order.layout == TRACKER_LAYOUT  # typed there: the row is mended, not a copy of the whole tracker
    received = _original(accepted, inputs)
    returned = accepted.file if in_tracker else returned_path(received.archived, inputs)
    own = ledger.returned.get(return_id(accepted.sha256))  # other orders of the same list may be with their sender
    event = return_event(
        accepted.file,
        accepted.sha256,
        ledger,
        inputs.as_of,
        archived=accepted.archived,
        returned=returned,
        form=accepted.form,
        problems=len(problems) + (own.problems if own else 0),
        by=accepted.by,
        records=(Record(order.place, order.values), *_records(own)),
    )
    copies: list[Action] = []
    if received.content and not in_tracker:
        copies = plan_returned_copy(received, returned, problems, inputs, writer)
    return IssuedPapers((), (event,) if event else (), tuple(copies), problems)


def _is_back(order: Order, refusals: Iterable[Statement], ledger: Ledger) -> bool:
    """True where the workbook went back, or somebody closed its return, on the day of the last refusal or since."""
    own = return_id(order.document)
    found = ledger.returned.get(own) or ledger.closed_returns.get(own)
    about = found is not None and any(one.order == order.number for one in found.about)
    return about and found is not None and found.when >= max(one.when for one in refusals)


def _tell_refusal(refusal: Statement, order: Order, inputs: RunInputs, say: Say) -> Problem:
    """A refusal at the cell of the sender's own workbook that it is about."""
    line = order.line(refusal.line)
    place = line.place if line and line.place.sha256 in {"", order.document} else order.place
    name = refusal.by or "—"
    if refusal.deputy_for:
        name = say("ui-review-signed-deputy", name=name, absent=refusal.deputy_for)
    told = {
        "department": role_text(refusal.text("department"), inputs.rules, inputs.rules.settings.language, say),
        "order": order.number,
        "name": name,
        "date": refusal.text("date"),
        "reason": refusal.text("condition") or refusal.text("remark") or "—",
    }
    return error("order-refused", place, **told)


def _original(accepted: AcceptedDocument, inputs: RunInputs) -> ReceivedFile:
    """The workbook that the order came in; of one that can't be read now only its names are known."""
    now = next((one for one in inputs.received if one.sha256 == accepted.sha256), None)
    if now is not None:
        return replace(now, archived=accepted.archived)
    try:
        content = inputs.read_archived(accepted.archived)
    except OSError:
        content = b""
    return ReceivedFile(accepted.file, "", content, accepted.sha256, accepted.archived)


def _records(returned: ReturnedDocument | None) -> Iterable[Record]:
    """What a return is about already, as the records that it was made of."""
    for one in returned.about if returned else ():
        given = {"order_no": one.order, "customer_po": one.customer_po, "customer": one.customer}
        yield Record(Place(""), {name: Value(text, Place("")) for name, text in given.items() if text})


def _close_return(order: Order, inputs: RunInputs, ledger: Ledger) -> IssuedPapers:
    """The order passed after all: its workbook need not be mended."""
    own, accepted = return_id(order.document), ledger.accepted.get(order.document)
    returned = ledger.returned.get(own)
    if returned is None or accepted is None or accepted.partly or not _is_about_alone(order, returned):
        return IssuedPapers()
    return IssuedPapers(events=(close_return_event(own, inputs.as_of, Answer(own, "", Place(""))),))


def _is_about_alone(order: Order, returned: ReturnedDocument) -> bool:
    return {one.order for one in returned.about} == {order.number}
