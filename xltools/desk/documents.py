"""One received workbook: read, understood, decided; what becomes of its original, and what goes back."""

import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from xltools.core.place import Place
from xltools.core.plan import Action, ArchiveFile
from xltools.core.problem import error
from xltools.core.record import Document, Record
from xltools.core.sheet import Workbook
from xltools.desk.book import Book, RunTables
from xltools.desk.inputs import ReceivedFile, RunInputs, is_taken
from xltools.desk.result import DocumentResult, Outcome, ProblemWriter
from xltools.desk.returned import plan_returned_copy, returned_path
from xltools.desk.session import INSTALLED_PAPERS
from xltools.forms.model import ORDER_FORM
from xltools.intake.document import read_document
from xltools.intake.returned import carried_return
from xltools.ledger.decide import decide_intake
from xltools.ledger.documents import accept_event, find_return, return_event, return_id
from xltools.ledger.replay import Ledger


@dataclass(frozen=True)
class _Taken:
    """What is known of a workbook so far: its document, the return it answers, the records that must be mended."""

    result: DocumentResult
    document: Document | None = None
    rejected: tuple[Record, ...] = ()
    answers: str = ""
    goes_back: bool = True


def take_document(
    received: ReceivedFile, inputs: RunInputs, book: Book, writer: ProblemWriter
) -> tuple[DocumentResult, list[Action]]:
    """One workbook: read, understood, decided; its events go into the book."""
    archive = ArchiveFile(received.file, received.sha256, _archived(received, book.ledger))
    if is_taken(received.sha256, book.ledger):
        known = book.ledger.accepted[received.sha256]
        result = DocumentResult(
            received.file, received.sha256, known.form, known.orders, "duplicate", (), archive.archived
        )
        return result, [archive]
    reading = _read(received, inputs, book)
    if reading.result.outcome == "waiting":
        return reading.result, []
    taken = reading if reading.document is None else _decide(reading, archive.archived, inputs, book)
    result = replace(taken.result, archived=archive.archived)
    if not taken.goes_back:
        return result, [archive]
    returned = returned_path(received.archived, inputs)
    by = book.ledger.accepted[received.sha256].by if received.sha256 in book.ledger.accepted else ""
    book.add(
        [
            return_event(
                received.file,
                received.sha256,
                book.ledger,
                inputs.as_of,
                archived=archive.archived,
                returned=returned,
                form=result.form,
                problems=sum(problem.is_error for problem in result.problems),
                by=by,
                records=taken.rejected,
                answers=taken.answers,
            )
        ]
    )
    copies = plan_returned_copy(received, returned, result.problems, inputs, writer)
    return replace(result, returned=returned), [archive, *copies]


def _archived(received: ReceivedFile, ledger: Ledger) -> str:
    """Where the original is kept: where it lies already, for one that came before."""
    own = return_id(received.sha256)
    known = ledger.accepted.get(received.sha256) or ledger.returned.get(own) or ledger.closed_returns.get(own)
    return known.archived if known else received.archived


def _read(received: ReceivedFile, inputs: RunInputs, book: Book) -> _Taken:
    """What the workbook says; without a document where it can't be understood.

    An error of ours in reading it must not stop the other workbooks: it stays in the inbox, and the run ends with 70.
    """
    nothing = DocumentResult(received.file, received.sha256, "", (), "unreadable", ())
    workbook = received.workbook
    if not isinstance(workbook, Workbook):
        problem = workbook or error("program-error", Place(received.file), reason="unread")
        outcome: Outcome = "waiting" if problem.code == "program-error" else "unreadable"
        return _Taken(replace(nothing, outcome=outcome, problems=(problem,)))
    try:
        tables = RunTables(inputs.tables, book)
        reading = read_document(workbook, inputs.rules, tables, inputs.as_of, received.customer)
    except Exception as trouble:
        problem = error("program-error", Place(received.file), reason=_last_line(trouble))
        return _Taken(replace(nothing, outcome="waiting", problems=(problem,)))
    carried, document = carried_return(workbook), reading.document
    if document is None:
        return _Taken(replace(nothing, outcome="returned", problems=reading.problems), answers=carried)
    if document.form != ORDER_FORM:
        form = inputs.rules.forms[document.form]
        code = "master-in-inbox" if form.purpose == "master" else "form-not-taken"
        problem = error(code, Place(received.file), form=form.label.text.both)
        return _Taken(replace(nothing, form=form.name, outcome="returned", problems=(problem,)))
    answers = find_return(document, book.ledger, carried)
    return _Taken(replace(nothing, problems=reading.problems), document, answers=answers)


def _last_line(trouble: Exception) -> str:
    """The error, and where of ours it came from."""
    frame = traceback.extract_tb(trouble.__traceback__)[-1]
    return f"{type(trouble).__name__}: {trouble} ({Path(frame.filename).name}, {frame.name})"


def _decide(read: _Taken, archived: str, inputs: RunInputs, book: Book) -> _Taken:
    """Takes the document's orders into the book."""
    document = read.document
    if document is None:
        return read
    decision = decide_intake(
        document,
        inputs.rules.layouts[document.layout],
        book.ledger,
        inputs.rules,
        inputs.as_of,
        papers=INSTALLED_PAPERS,
        answers=read.answers,
    )
    book.add(decision.events)
    if decision.orders and not decision.duplicate:
        accepted = accept_event(
            document,
            decision.orders,
            book.ledger,
            inputs.as_of,
            archived=archived,
            partly=bool(decision.rejected),
            answers=read.answers,
        )
        book.add([accepted])
    result = DocumentResult(
        document.file,
        document.sha256,
        document.form,
        decision.orders,
        decision.outcome,
        (*read.result.problems, *decision.problems),
    )
    goes_back = bool(decision.rejected) or decision.outcome == "returned"
    return replace(read, result=result, rejected=decision.rejected, goes_back=goes_back)
