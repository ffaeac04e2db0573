"""One received workbook: read, understood, decided; what becomes of its original, and what goes back."""

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

from xltools.core.place import Place
from xltools.core.plan import Action, ArchiveFile
from xltools.core.problem import error
from xltools.core.record import Document, Record
from xltools.core.sheet import Workbook
from xltools.desk.book import Book, RunTables
from xltools.desk.inputs import ReceivedFile, RunInputs, is_taken
from xltools.desk.result import DocumentResult, Outcome, ProblemWriter
from xltools.desk.returned import plan_returned_copy, returned_path
from xltools.edge.folders import archive_path
from xltools.forms.model import Form
from xltools.intake.document import read_document
from xltools.intake.identify import identify_layout
from xltools.intake.returned import carried_return, without_listing
from xltools.ledger.changing import decide_changes
from xltools.ledger.decide import Decision, decide_intake
from xltools.ledger.documents import accept_event, find_return, return_event, return_id
from xltools.ledger.replay import Ledger
from xltools.ledger.shipping import decide_shipments
from xltools.ledger.statements import decide_statements

Kind = Literal["reviews", "changes", "shipments", "rest"]
KINDS: tuple[Kind, ...] = get_args(Kind)  # in the order in which they are taken
_KINDS: Mapping[str, Kind] = {"change": "changes", "shipment": "shipments"}


@dataclass(frozen=True)
class _Taken:
    """What is known of a workbook so far: its document, the return it answers, the records that must be mended."""

    result: DocumentResult
    document: Document | None = None
    rejected: tuple[Record, ...] = ()
    answers: str = ""
    goes_back: bool = True


def take_documents(
    received: Iterable[ReceivedFile], inputs: RunInputs, book: Book, writer: ProblemWriter
) -> "TakenDocuments":
    """Takes orders as they come; the other documents wait for the turn of their kind."""
    taken = TakenDocuments(inputs, book, writer)
    for one in received:
        kind = _tell_kind(one, inputs)
        if kind:
            taken.later.setdefault(kind, []).append(one)
            taken.results[one.file] = DocumentResult(one.file, one.sha256, "", (), "waiting", ())
        else:
            taken.take(one)
    return taken


def _tell_kind(received: ReceivedFile, inputs: RunInputs) -> Kind | None:
    """Which kind's turn a workbook waits for; none for orders, and for what is no document of any form."""
    if not isinstance(received.workbook, Workbook):
        return None
    form = _find_form(received, inputs)
    if form is None or form.purpose == "master" or form.effect == "order":
        return None
    reviewed = {gate.form for stage in inputs.rules.workflow.stages for gate in stage.gates if gate.current}
    if form.name in reviewed:
        return "reviews"
    return _KINDS.get(form.effect, "rest")


def _find_form(received: ReceivedFile, inputs: RunInputs) -> Form | None:
    if not isinstance(received.workbook, Workbook):
        return None
    try:
        match, _ = identify_layout(without_listing(received.workbook), inputs.rules, None, frozenset())
    except Exception:  # told when it is read
        return None
    return inputs.rules.forms[match.layout.form] if match else None


class TakenDocuments:
    """The documents of a run: what became of each, and what is to be done with its file."""

    def __init__(self, inputs: RunInputs, book: Book, writer: ProblemWriter) -> None:
        """Nothing taken yet."""
        self.inputs, self.book, self.writer = inputs, book, writer
        self.results: dict[str, DocumentResult] = {}
        self.actions: list[Action] = []
        self.waiting: dict[str, ReceivedFile] = {}
        self.later: dict[Kind, list[ReceivedFile]] = {}

    def take_kind(self, kind: Kind) -> None:
        """The documents whose turn it is."""
        for received in self.later.pop(kind, []):
            self.take(received)

    def take(self, received: ReceivedFile) -> None:
        """One workbook: read, understood, decided; its events go into the book."""
        result, actions = _take_document(received, self.inputs, self.book, self.writer)
        self.results[received.file] = result
        self.actions += actions
        if result.outcome == "waiting" and result.form:
            self.waiting[received.file] = received
        else:
            self.waiting.pop(received.file, None)

    def retry(self) -> None:
        """What waits at a gate once more: it may have been opened since."""
        for received in tuple(self.waiting.values()):
            self.take(received)


def _take_document(
    received: ReceivedFile, inputs: RunInputs, book: Book, writer: ProblemWriter
) -> tuple[DocumentResult, list[Action]]:
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
    if taken.result.outcome == "waiting":
        return taken.result, []
    result = replace(taken.result, archived=archive.archived)
    if not taken.goes_back:
        return result, [archive]
    returned = _returned(received, inputs)
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


def _returned(received: ReceivedFile, inputs: RunInputs) -> str:
    """Where its marked copy goes, by the name it came under: one that came before may lie in archive/ by another."""
    name = Path(received.file).name
    return returned_path(archive_path(inputs.rules.settings.folders, inputs.as_of, name, received.sha256), inputs)


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
    form = inputs.rules.forms[document.form]
    if form.purpose == "master":
        problem = error("master-in-inbox", Place(received.file), form=form.label.text.both)
        return _Taken(replace(nothing, form=form.name, outcome="returned", problems=(problem,)))
    answers = find_return(document, book.ledger, carried)
    return _Taken(replace(nothing, problems=reading.problems), document, answers=answers)


def _decide_document(document: Document, inputs: RunInputs, book: Book, answers: str) -> Decision:
    """What a document does to the ledger, by the effect of its form."""
    rules, ledger, as_of = inputs.rules, book.ledger, inputs.as_of
    match rules.forms[document.form].effect:
        case "order":
            return decide_intake(document, rules.layouts[document.layout], ledger, rules, as_of, answers=answers)
        case "change":
            return decide_changes(document, ledger, rules, RunTables(inputs.tables, book), as_of)
        case "shipment":
            tables = RunTables(inputs.tables, book)
            return decide_shipments(document, ledger, rules, tables, as_of, answers=answers)
        case "statement":
            return decide_statements(document, ledger, rules, RunTables(inputs.tables, book), as_of)


def _last_line(trouble: Exception) -> str:
    """The error, and where of ours it came from."""
    frame = traceback.extract_tb(trouble.__traceback__)[-1]
    return f"{type(trouble).__name__}: {trouble} ({Path(frame.filename).name}, {frame.name})"


def _decide(read: _Taken, archived: str, inputs: RunInputs, book: Book) -> _Taken:
    """Takes the document's orders into the book."""
    document = read.document
    if document is None:
        return read
    decision = _decide_document(document, inputs, book, read.answers)
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
