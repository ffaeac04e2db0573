"""One review sheet for each order that is reviewed at a meeting, and the signed form of each review for the file."""

import hashlib
from collections.abc import Sequence, Set

from xltools.books.build import build_workbook
from xltools.core.codec import canonical_json
from xltools.core.order import Order
from xltools.core.plan import Action, RemoveFile, WriteFile
from xltools.desk.inputs import RunInputs
from xltools.desk.meeting_folder import MEETING_STATE, meeting_path
from xltools.edge.folders import safe_name
from xltools.forms.messages import Say
from xltools.forms.model import Layout
from xltools.forms.rules import Rules
from xltools.forms.template import fill_template
from xltools.ledger.replay import Ledger
from xltools.ledger.review import REVIEW_FORM, ReviewTask, asked_tasks, list_refusals
from xltools.reports.review_sheet import Values, file_values, meeting_values


def plan_meeting_sheets(inputs: RunInputs, ledger: Ledger, say: Say, taken: Set[str] = frozenset()) -> list[Action]:
    """A sheet in review/meeting/ for each order that waits for its meeting; untouched ones of others are taken away.

    What lies there is left as people have it, but for those that this run has `taken` to archive/: one that can't be
    read, or lacks rows, is drawn anew. It is remembered how ours were written, to tell them from people's.
    """
    folder, rules = inputs.meeting, inputs.rules
    layout = sheet_layout(rules)
    if layout is None:
        return []
    actions: list[Action] = []
    sheets = {path: sha256 for path, sha256 in folder.sheets.items() if path not in taken}
    written = {path: sha256 for path, sha256 in folder.written.items() if path in sheets}
    wanted: set[str] = set()
    for order in ledger.orders.values():
        tasks = _await_meeting(order, ledger, rules)
        if not tasks:
            continue
        path = _sheet_path(order, rules)
        wanted.add(path)
        if path not in sheets:
            content = _build_sheet(layout, meeting_values(order, tasks, rules, say), inputs)
            actions.append(WriteFile(path, content))
            written[path] = hashlib.sha256(content).hexdigest()
    for path, sha256 in sheets.items():
        if path not in wanted and folder.written.get(path) == sha256:
            actions.append(RemoveFile(path, sha256))
            written.pop(path, None)
    if written != folder.written:
        actions.append(WriteFile(MEETING_STATE, canonical_json(dict(written)).encode(), expected=None))
    return actions


def build_review_form(order: Order, inputs: RunInputs, say: Say) -> bytes:
    """The form of a review that is through, for the file; without verdicts none, and without a layout to draw it by."""
    layout, tasks = sheet_layout(inputs.rules), asked_tasks(order, inputs.rules)
    if layout is None or not any(task.verdict for task in tasks):
        return b""
    return _build_sheet(layout, file_values(order, tasks, inputs.rules, say), inputs)


def sheet_layout(rules: Rules) -> Layout | None:
    """The layout by which a review is drawn on one sheet."""
    return next((one for one in rules.layouts_of(REVIEW_FORM) if one.template and one.kind == "sheet"), None)


def _await_meeting(order: Order, ledger: Ledger, rules: Rules) -> tuple[ReviewTask, ...]:
    """What a meeting is still to say; nothing while a sheet of the order that went back is to be mended."""
    if order.approved is not None:
        return ()
    tasks = tuple(task for task in asked_tasks(order, rules) if task.meeting)
    if all(task.verdict for task in tasks) or list_refusals(order, rules):
        return ()
    returned = (one for one in ledger.returned.values() if one.form == REVIEW_FORM)
    return () if any(about.order == order.number for one in returned for about in one.about) else tasks


def _sheet_path(order: Order, rules: Rules) -> str:
    folders = rules.settings.folders
    name = safe_name(f"{folders.review_sheet}-{order.number}", f"-r{order.reviewed}.xlsx")
    return f"{meeting_path(folders)}/{name}"


def _build_sheet(layout: Layout, values: tuple[Values, Sequence[Values]], inputs: RunInputs) -> bytes:
    form = inputs.rules.forms[REVIEW_FORM]
    placed = {placement.field for placement in layout.placements()}
    header, rows = values
    grids = fill_template(form, layout, _placed(header, placed), [_placed(row, placed) for row in rows], spare=0)
    return build_workbook(grids[:1], inputs.as_of, {"xltools-form": form.name}, form.label.text.both)


def _placed(values: Values, placed: set[str]) -> Values:
    """What a desk's own layout has a place for."""
    return {name: value for name, value in values.items() if name in placed}
