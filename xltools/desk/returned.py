"""What goes back to the sender: their own workbook with its faults marked, or untouched with a list beside it."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from xltools.books.build import build_workbook
from xltools.books.marks import mark_workbook
from xltools.core.codec import canonical_json
from xltools.core.plan import Action, RemoveFile, WriteFile
from xltools.core.problem import Problem
from xltools.desk.inputs import RETURNED_STATE, ReceivedFile, RunInputs
from xltools.desk.reading import find_verdict
from xltools.desk.result import ProblemWriter
from xltools.edge.folders import archive_path
from xltools.intake.returned import RETURN_PROPERTY
from xltools.ledger.documents import return_id
from xltools.ledger.replay import Ledger
from xltools.reports.marks import gather_marks
from xltools.reports.problems import problem_list


def returned_path(archived: str, inputs: RunInputs) -> str:
    """The path in returned/ under the archive's name for a file, which is unique and safe already."""
    return f"{inputs.rules.settings.folders.returned}/{PurePosixPath(archived).name}"


def plan_returned_copy(
    received: ReceivedFile, returned: str, problems: Sequence[Problem], inputs: RunInputs, writer: ProblemWriter
) -> list[Action]:
    """The sender's own file at `returned`: each faulty cell filled and noted, a list of the problems in front.

    Where that can't be done safely (.xls .xlsb .ods, a signed or unreadable file, one that took too long to read), it
    is untouched, and the list is a workbook of its own beside it.
    """
    say = writer.catalogue.speaker(writer.language)
    told = [{**writer.write(problem), "field": writer.label(problem.field)} for problem in problems]
    listing = problem_list(received.file, told, say)
    properties = {RETURN_PROPERTY: return_id(received.sha256)}
    marks = gather_marks(told, say)
    # At what a worker came to grief, this process would too.
    is_markable = not find_verdict(problems)
    marked = is_markable and mark_workbook(received.content, marks, listing, properties, file=received.file)
    if isinstance(marked, bytes):
        return _write_copies({returned: marked}, received, inputs)
    name = f"{PurePosixPath(received.file).stem}.problems.xlsx"
    beside = returned_path(archive_path(inputs.rules.settings.folders, inputs.as_of, name, received.sha256), inputs)
    listing = problem_list(received.file, told, say, linked=False)
    content = build_workbook([listing], inputs.as_of, properties, title=say("ui-problems-title"))
    return _write_copies({returned: received.content, beside: content}, received, inputs)


def plan_tidying(inputs: RunInputs, ledger: Ledger) -> list[Action]:
    """Takes away the copies of returns that are closed by now; one that somebody works in is left alone."""
    actions: list[Action] = []
    for closed in sorted(inputs.ledger.returned.keys() - ledger.returned.keys()):
        kept = inputs.copies.get(closed)
        if kept is not None:
            actions += [RemoveFile(path, sha256) for path, sha256 in kept.items()]
            actions.append(RemoveFile(copies_file(closed), None))
    return actions


def copies_file(return_id: str) -> str:
    """Where it is kept which copies of ours lie in returned/ for a return, by their hashes."""
    return f"{RETURNED_STATE}/{return_id}.json"


def _write_copies(copies: Mapping[str, bytes], received: ReceivedFile, inputs: RunInputs) -> list[Action]:
    """Writes copies, and what is known of them; one that somebody has begun to mend is not written over."""
    own = return_id(received.sha256)
    before = inputs.copies.get(own, {})
    known = {**before, **{path: hashlib.sha256(content).hexdigest() for path, content in copies.items()}}
    written = [WriteFile(path, content, expected=before.get(path, "")) for path, content in copies.items()]
    return [*written, WriteFile(copies_file(own), canonical_json(known).encode(), expected=None)]
