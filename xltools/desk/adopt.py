"""The verb `adopt`: a layout for a workbook that people already use, written where a person can correct it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from xltools.books.read import read_workbook
from xltools.core.place import Place
from xltools.core.problem import Problem, error, warning
from xltools.core.sheet import Workbook
from xltools.desk.adopt_text import proposal_table, tell_proposal, write_proposal
from xltools.desk.failure import DONE, RETURNED, RulesError, UsageError
from xltools.desk.reading import tell_failure
from xltools.desk.result import ProblemWriter
from xltools.desk.session import SETTINGS_FILE, Desk, desk_layer, package_layer, package_rules
from xltools.desk.telling import TableRows, tell_problems
from xltools.edge.journal import write_durably
from xltools.edge.workers import Failure, Workers
from xltools.forms.load import load_rules
from xltools.forms.messages import Say
from xltools.forms.model import Form
from xltools.forms.rules import Rules
from xltools.intake.adopt import Proposal, propose_layout
from xltools.intake.document import FOLDER_FIELD
from xltools.intake.identify import Match, identify_layout, named_fields
from xltools.intake.labels import layout_words
from xltools.intake.sheet_view import SheetView

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SHORTEST_NAME = 4  # letters that a file's name must have in ASCII to be a layout's name


@dataclass(frozen=True)
class AdoptRequest:
    """What is asked: the form; the layout's name (the file's unless given), the customer whose workbook it is.

    `force` writes over a layout of that name, `dry_run` writes nothing.
    """

    form: str
    name: str = ""
    customer: str = ""
    force: bool = False
    dry_run: bool = False


@dataclass(frozen=True)
class Adoption:
    """What came of it: the proposal and its text, where it was written (empty where it was not), what is wrong."""

    file: str
    form: str
    proposal: Proposal | None = None
    text: str = ""
    written: str = ""
    problems: tuple[Problem, ...] = ()

    @property
    def answer(self) -> str:
        """The text, where it was written nowhere and is wanted."""
        known = any(problem.code == "adopt-known" for problem in self.problems)
        return "" if self.written or known else self.text

    @property
    def exit_code(self) -> int:
        """1 for a workbook that can't be read, or that lacks a required field; else 0."""
        return RETURNED if any(problem.is_error for problem in self.problems) else DONE


def find_desk_of(path: Path) -> Path | None:
    """The desk that a file lies in, None where it lies in none."""
    return next((folder for folder in path.resolve().parents if (folder / SETTINGS_FILE).is_file()), None)


def adopt_workbook(path: Path, desk: Desk | None, request: AdoptRequest, say: Say) -> Adoption:
    """Proposes a layout for a workbook and writes it into the desk's rules; without a desk, or to try, only its text.

    UsageError for a name that is none or taken. Comments are in the desk's language, without a desk in that of `say`.
    """
    rules = desk.rules if desk else package_rules()
    if request.form not in rules.forms:
        raise UsageError([error("adopt-form-unknown", Place(""), form=request.form, forms=", ".join(rules.forms))])
    workbook = _read(path)
    nothing = Adoption(path.as_posix(), request.form)
    if isinstance(workbook, Problem):
        return replace(nothing, problems=(workbook,))
    customer = request.customer or _folder_customer(path, rules)
    given = (FOLDER_FIELD,) if customer else ()
    form = rules.forms[request.form]
    proposal = propose_layout(workbook, form, rules, given)
    if isinstance(proposal, Problem):
        return replace(nothing, problems=(proposal,))
    name = _choose_name(path, desk, rules, request)
    placed = {one.field for one in proposal.placed}
    defaults = {FOLDER_FIELD: customer} if customer and FOLDER_FIELD not in placed else {}
    text = write_proposal(proposal, rules, name, path.stem, defaults, desk.say if desk else say)
    problems = tuple(_missing_fields(proposal))
    known = _read_already(workbook, desk, name, text, proposal, form, frozenset(given))
    found = replace(nothing, proposal=proposal, text=text, problems=problems)
    if known:
        told = warning("adopt-known", Place(path.as_posix()), layout=known)
        found = replace(found, problems=(*problems, told))
    if desk is None or request.dry_run or (known and not request.force):
        return found
    return _write(found, desk, name)


def _read(path: Path) -> Workbook | Problem:
    file = path.as_posix()
    with Workers() as workers:
        (result,) = workers.map(read_workbook, [(path, file)])
        return tell_failure(result, file, workers.limits) if isinstance(result, Failure) else result


def _folder_customer(path: Path, rules: Rules) -> str:
    """The customer whose folder in the inbox a file lies in."""
    folder = path.resolve().parent
    return folder.name if folder.parent.name == rules.settings.folders.inbox else ""


def _choose_name(path: Path, desk: Desk | None, rules: Rules, request: AdoptRequest) -> str:
    """The layout's name: the one given, else the file's, else the form's with a number that is free."""
    if request.name:
        _check_name(request.name, desk, rules, request.force or request.dry_run)
        return request.name
    ascii_stem = re.sub(r"[^a-z0-9]+", "-", path.stem.casefold()).strip("-")
    if _NAME.fullmatch(ascii_stem) and len(ascii_stem) >= _SHORTEST_NAME:
        _check_name(ascii_stem, desk, rules, request.force or request.dry_run)
        return ascii_stem
    return next(name for name in _numbered_names(request.form) if name not in rules.layouts)


def _numbered_names(form: str) -> Iterator[str]:
    number = 1
    while True:
        yield f"{form}-{number}"
        number += 1


def _check_name(name: str, desk: Desk | None, rules: Rules, force: bool) -> None:
    """UsageError for a name that is none, or that of a layout: one of the desk's own may be written over."""
    place = Place(f"rules/layouts/{name}.yaml")
    if not _NAME.fullmatch(name):
        raise UsageError([error("adopt-bad-name", Place(""), name=name)])
    own = desk is not None and (desk.path / place.file).exists()
    package = f"layouts/{name}.yaml" in package_layer()
    if package or ((own or name in rules.layouts) and not force):
        raise UsageError([error("adopt-name-taken", place, name=name)])


def _missing_fields(proposal: Proposal) -> Iterator[Problem]:
    at = proposal.columns[0].seen.cell.place if proposal.columns else Place(proposal.file)
    place = Place(proposal.file, at.sheet)
    return (error("adopt-field-missing", place, name, name=name) for name in proposal.missing)


def _read_already(
    workbook: Workbook, desk: Desk | None, name: str, text: str, proposal: Proposal, form: Form, known: frozenset[str]
) -> str:
    """The layout that goes on reading the workbook, were this one written, and reads as much; empty for none."""
    own = f"layouts/{name}.yaml"
    others = desk_layer(desk.path) if desk else {}
    before = _identify(workbook, {file: each for file, each in others.items() if file != own}, known)
    after = _identify(workbook, others | {own: text}, known)
    if before is None or (after and after.layout.name == name):
        return ""
    # One that lacks a field is not taken before a person has mended it, and then it may read more.
    words = layout_words(form, before.layout) if before.layout.form == form.name else None
    read = {name for sheet in before.sheets for name in named_fields(SheetView(sheet), words)} if words else set()
    return before.layout.name if len(read) >= len({one.field for one in proposal.placed}) else ""


def _identify(workbook: Workbook, layer: Mapping[str, str], known: frozenset[str]) -> Match | None:
    """The layout that a workbook is in by these rules, None where it is in none or several."""
    rules, problems = load_rules((package_layer(), layer), ({}, {"settings.yaml": SETTINGS_FILE}))
    if rules is None:
        raise RulesError(problems)
    return identify_layout(workbook, rules, None, known)[0]


def _write(found: Adoption, desk: Desk, name: str) -> Adoption:
    file = f"rules/layouts/{name}.yaml"
    target = desk.path / file
    try:
        write_durably(target, found.text.encode())
    except OSError as trouble:
        told = error("adopt-not-written", Place(file), reason=trouble.strerror or trouble)
        return replace(found, problems=(*found.problems, told))
    return replace(found, written=target.as_posix())


def adoption_table(found: Adoption, desk: Desk | None, say: Say) -> TableRows:
    """The header and rows of the table of columns; no rows where nothing could be proposed."""
    rules = desk.rules if desk else package_rules()
    return proposal_table(found.proposal, rules, say) if found.proposal else ([], [])


def tell_adoption(found: Adoption, desk: Desk | None, writer: ProblemWriter, say: Say) -> Iterator[str]:
    """What is proposed beside the columns, what is wrong, and where it was written."""
    if found.proposal:
        yield from tell_proposal(found.proposal, desk.rules if desk else package_rules(), say)
    yield from tell_problems(found.problems, writer)
    if found.written and desk:
        yield say("ui-adopt-written", file=found.written, workbook=found.file, desk=desk.path.as_posix())
    else:
        yield say("ui-adopt-unwritten")


def adoption_json(found: Adoption, writer: ProblemWriter) -> dict[str, object]:
    """The JSON shape of `adopt`."""
    proposal = found.proposal
    return {
        "file": found.file,
        "form": found.form,
        "sheet": proposal.sheets[0] if proposal else "",
        "header_row": proposal.header_row if proposal else None,
        "kind": proposal.kind if proposal else "",
        "columns": [
            {
                "sheet": one.sheet,
                "column": one.seen.cell.place.cell.rstrip("0123456789"),
                "cell": one.seen.cell.place.cell,
                "header": one.seen.header,
                "field": one.field,
                "score": round(one.score),
                "samples": list(one.seen.samples),
            }
            for one in (proposal.placed if proposal else ())
        ],
        "left_over": [one.seen.header for one in (proposal.left_over if proposal else ())],
        "missing": list(proposal.missing) if proposal else [],
        "group_by": proposal.group_by if proposal else "",
        "dates_across": proposal.dates_across if proposal else "",
        "date_order": proposal.date_order if proposal else "",
        "written": found.written,
        "text": found.answer,
        "problems": writer.write_all(found.problems),
    }
