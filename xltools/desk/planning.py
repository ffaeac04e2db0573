"""A run, decided whole before any of it is carried out: inputs → plan and result. No I/O but the bytes it is given."""

import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from xltools.books.build import build_workbook
from xltools.books.read import read_workbook
from xltools.core.event import ChainedEvent, Event, chain_events
from xltools.core.place import Place
from xltools.core.plan import Action, AppendEvents, ArchiveFile, Plan, WriteFile
from xltools.core.problem import Problem, error
from xltools.core.record import Document, Table
from xltools.desk.inputs import CONTRACT_TEMPLATE, ReceivedFile, RunInputs
from xltools.desk.manifest import Manifest, ManifestDocument, layers_text, manifest_name, write_manifest
from xltools.desk.papers import issue_contracts
from xltools.desk.result import DocumentResult, ProblemWriter, RunResult
from xltools.desk.session import INSTALLED_PAPERS, assess
from xltools.desk.tracker import plan_tracker
from xltools.edge.folders import archive_path
from xltools.forms.messages import Catalogue
from xltools.forms.model import ORDER_FORM
from xltools.intake.document import read_document
from xltools.ledger.decide import decide_edits, decide_intake
from xltools.ledger.documents import accept_event, return_event, return_id
from xltools.ledger.replay import Ledger, extend, orders_table
from xltools.reports.late import late_json, list_late
from xltools.reports.problems import problem_list

Watch = Callable[[Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True)
class RunPlan:
    """What a run will do, and what it will then report."""

    plan: Plan
    ledger: Ledger
    result: RunResult


class Book:
    """The ledger while a run writes into it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.events: list[ChainedEvent] = []

    def add(self, events: Iterable[Event | None]) -> None:
        """Appends events; None stands for nothing new to say."""
        new = tuple(event for event in events if event)
        chained = tuple(chain_events(new, self.ledger.number, self.ledger.head))
        self.events.extend(chained)
        self.ledger = extend(self.ledger, chained)


class RunTables(Mapping[str, Table]):
    """Master data, and the orders as they stand at this moment of the run."""

    def __init__(self, master: Mapping[str, Table], book: Book) -> None:
        self._master, self._book = master, book

    def __getitem__(self, name: str) -> Table:
        return orders_table(self._book.ledger) if name == "orders" else self._master[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._master
        yield "orders"

    def __len__(self) -> int:
        return len(self._master) + 1


def plan_run(inputs: RunInputs, catalogue: Catalogue, watch: Watch = iter) -> RunPlan:
    """Edits, documents, papers, tracker, manifest: the plan of a run.

    Events come first in it, so that nothing else is done where the ledger has moved on; `watch` goes through the
    received files, for a progress bar.
    """
    book = Book(inputs.ledger)
    language = inputs.rules.settings.language
    writer = ProblemWriter(catalogue, language, inputs.rules)
    edited = decide_edits(inputs.edits, book.ledger, inputs.rules, inputs.as_of)
    book.add(edited.events)
    files: list[Action] = []
    documents = []
    for received in watch(inputs.received):
        taken, its_actions = _take_document(received, inputs, book, writer)
        documents.append(taken)
        files.extend(its_actions)
    papers = issue_contracts(inputs, book.ledger)
    book.add(papers.events)
    assessment = assess(book.ledger, inputs.rules, inputs.as_of)
    tracker = plan_tracker(inputs, book.ledger, assessment, catalogue, edits=len(edited.events))
    snapshots = _plan_manifest(inputs, book, [one for one in documents if one.archived], papers.files)
    say = catalogue.speaker(language)
    actions = (
        *((AppendEvents(tuple(book.events)),) if book.events else ()),
        *files,
        *snapshots,
        *papers.actions,
        *tracker.actions,
    )
    waiting = tuple(DocumentResult(found.file, "", "", (), "waiting", (found.problem,)) for found in inputs.waiting)
    late = list_late(assessment.lines, inputs.rules, inputs.as_of, language, say)
    result = RunResult(
        as_of=inputs.as_of,
        documents=(*documents, *waiting),
        tracker=tracker.result,
        papers=papers.files,
        late=tuple(late_json(row) for row in late),
        problems=(*inputs.problems, *edited.problems, *papers.problems, *assessment.problems),
    )
    return RunPlan(Plan(actions), book.ledger, result)


def _take_document(
    received: ReceivedFile, inputs: RunInputs, book: Book, writer: ProblemWriter
) -> tuple[DocumentResult, list[Action]]:
    """One workbook: read, understood, decided; its events go into the book."""
    archive = ArchiveFile(received.file, received.sha256, _archived(received, book.ledger))
    known = book.ledger.accepted.get(received.sha256)
    if known and not known.partly:
        result = DocumentResult(
            received.file, received.sha256, known.form, known.orders, "duplicate", (), archive.archived
        )
        return result, [archive]
    reading = _read(received, inputs, book)
    if isinstance(reading, DocumentResult):
        result, rejected = reading, True
        if reading.outcome == "waiting":
            return reading, []
    else:
        result, rejected = _decide(*reading, inputs, book)
    result = replace(result, archived=archive.archived)
    if not rejected:
        return result, [archive]
    returned = _returned_path(received, inputs)
    errors = sum(problem.is_error for problem in result.problems)
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
                problems=errors,
                by=by,
            )
        ]
    )
    return replace(result, returned=returned), [archive, *_returned_copy(received, returned, result, inputs, writer)]


def _archived(received: ReceivedFile, ledger: Ledger) -> str:
    """Where the original is kept: where it lies already, for one that came before."""
    known = ledger.accepted.get(received.sha256) or ledger.returned.get(return_id(received.sha256))
    return known.archived if known else received.archived


def _read(
    received: ReceivedFile, inputs: RunInputs, book: Book
) -> tuple[Document, tuple[Problem, ...]] | DocumentResult:
    """What the workbook says; a result instead where it can't be understood.

    An error of ours in reading it must not stop the other workbooks: it stays in the inbox, and the run ends with 70.
    """
    nothing = DocumentResult(received.file, received.sha256, "", (), "unreadable", ())
    try:
        workbook = read_workbook(Path(received.file), received.file, received.content)
        if isinstance(workbook, Problem):
            return replace(nothing, problems=(workbook,))
        tables = RunTables(inputs.tables, book)
        reading = read_document(workbook, inputs.rules, tables, inputs.as_of, received.customer)
    except Exception as trouble:
        problem = error("program-error", Place(received.file), reason=_last_line(trouble))
        return replace(nothing, outcome="waiting", problems=(problem,))
    document = reading.document
    if document is None:
        return replace(nothing, outcome="returned", problems=reading.problems)
    if document.form != ORDER_FORM:
        form = inputs.rules.forms[document.form]
        code = "master-in-inbox" if form.purpose == "master" else "form-not-taken"
        problem = error(code, Place(received.file), form=form.label.text.both)
        return replace(nothing, form=form.name, outcome="returned", problems=(problem,))
    return document, reading.problems


def _last_line(trouble: Exception) -> str:
    """The error, and where of ours it came from."""
    frame = traceback.extract_tb(trouble.__traceback__)[-1]
    return f"{type(trouble).__name__}: {trouble} ({Path(frame.filename).name}, {frame.name})"


def _decide(
    document: Document, problems: tuple[Problem, ...], inputs: RunInputs, book: Book
) -> tuple[DocumentResult, bool]:
    """Takes the document's orders into the book; True where something of it must go back."""
    layout = inputs.rules.layouts[document.layout]
    decision = decide_intake(document, layout, book.ledger, inputs.rules, inputs.as_of, papers=INSTALLED_PAPERS)
    book.add(decision.events)
    if decision.orders and not decision.duplicate:
        accepted = accept_event(
            document,
            decision.orders,
            book.ledger,
            inputs.as_of,
            archived=_archived_document(document, inputs, book.ledger),
            partly=bool(decision.rejected),
        )
        book.add([accepted])
    result = DocumentResult(
        document.file,
        document.sha256,
        document.form,
        decision.orders,
        decision.outcome,
        (*problems, *decision.problems),
    )
    return result, bool(decision.rejected) or decision.outcome == "returned"


def _archived_document(document: Document, inputs: RunInputs, ledger: Ledger) -> str:
    return next(_archived(one, ledger) for one in inputs.received if one.file == document.file)


def _returned_path(received: ReceivedFile, inputs: RunInputs) -> str:
    return _returned_name(received.archived, inputs)


def _returned_name(archived: str, inputs: RunInputs) -> str:
    """The path in returned/ under the archive's name for a file, which is unique and safe already."""
    return f"{inputs.rules.settings.folders.returned}/{PurePosixPath(archived).name}"


def _returned_copy(
    received: ReceivedFile, returned: str, result: DocumentResult, inputs: RunInputs, writer: ProblemWriter
) -> list[Action]:
    """The sender's own file, and beside it a workbook that lists what to mend."""
    say = writer.catalogue.speaker(writer.language)
    problems = [{**writer.write(problem), "field": writer.label(problem.field)} for problem in result.problems]
    grid = problem_list(received.file, problems, say)
    name = f"{PurePosixPath(received.file).stem}.problems.xlsx"
    listed = _returned_name(archive_path(inputs.rules.settings.folders, inputs.as_of, name, received.sha256), inputs)
    return [
        WriteFile(returned, received.content),
        WriteFile(listed, build_workbook([grid], inputs.as_of, title=say("ui-problems-title")), expected=None),
    ]


def _plan_manifest(
    inputs: RunInputs, book: Book, documents: list[DocumentResult], papers: tuple[str, ...]
) -> list[Action]:
    """The run's manifest, and copies of what it depended on; none for a run that took nothing in."""
    known = inputs.ledger.accepted
    if not book.events and all(one.sha256 in known and one.outcome == "duplicate" for one in documents):
        return []  # nothing that archive/ and its manifests don't hold already
    archive = inputs.rules.settings.folders.archive
    customers = {received.file: received.customer for received in inputs.received}
    contents = {one.form: one.content for one in inputs.master if one.content is not None}
    master = {form: _sha256(content) for form, content in contents.items()}
    layers = layers_text(inputs.layers)
    templates = {name: _sha256(content) for name, content in inputs.templates.items()}
    manifest = Manifest(
        number=inputs.number,
        as_of=inputs.as_of,
        rules=_sha256(layers),
        master=master,
        templates=templates,
        edits=inputs.edits,
        documents=tuple(
            ManifestDocument(one.file, one.sha256, one.archived, customers[one.file], one.outcome, tuple(one.orders))
            for one in documents
        ),
        numbers=tuple(dict.fromkeys(number for one in documents for number in one.orders)),
        papers=papers,
        first_event=inputs.ledger.number + 1,
        last_event=book.ledger.number,
        head=book.ledger.head,
    )
    copies: list[Action] = [
        _keep(rules_copy(archive, manifest.rules), layers),
        *(_keep(master_copy(archive, _sha256(content)), content) for content in contents.values()),
        *(_keep(template_copy(archive, templates[name]), content) for name, content in inputs.templates.items()),
    ]
    path = f"{archive}/{inputs.as_of:%Y}/{inputs.as_of:%m}/{manifest_name(inputs.number)}"
    return [*copies, WriteFile(path, write_manifest(manifest))]


def rules_copy(archive: str, sha256: str) -> str:
    """Where rules are kept in archive/."""
    return f"{archive}/rules/{sha256}.json"


def master_copy(archive: str, sha256: str) -> str:
    """Where a master workbook is kept in archive/."""
    return f"{archive}/master/{sha256}.xlsx"


def template_copy(archive: str, sha256: str) -> str:
    """Where a paper's template is kept in archive/."""
    return f"{archive}/templates/{sha256}{PurePosixPath(CONTRACT_TEMPLATE).suffix}"


def _keep(path: str, content: bytes) -> WriteFile:
    """A copy under its own hash: right already where one is."""
    return WriteFile(path, content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
