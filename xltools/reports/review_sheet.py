"""The review of one order on one sheet: to be filled at a meeting, and filled for the file once it is through."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from xltools.core.content import CellContent
from xltools.core.order import Order, OrderLine, Statement
from xltools.forms.messages import Say
from xltools.forms.model import Form
from xltools.forms.rules import Rules
from xltools.ledger.review import REVIEW_FORM, ReviewTask
from xltools.ledger.routing import find_route
from xltools.reports.review_list import asked_about, said_cell
from xltools.reports.tracker import cell_content
from xltools.reports.wording import natural_key, value_text

Values = Mapping[str, CellContent]
# What a meeting writes once for the order; it stands in each of its statements.
_OF_MEETING = ("meeting_date", "chair", "participants", "minutes", "risks", "approver", "approved_date")
_OF_ROW = ("conclusion", "condition", "available_date", "promised_date", "name", "date", "condition_done", "remark")


def meeting_values(order: Order, tasks: Sequence[ReviewTask], rules: Rules, say: Say) -> tuple[Values, list[Values]]:
    """The sheet to be filled: the order's header, and a row for each line and department with what is known of it."""
    return _header(order, tasks, rules), list(_rows(order, tasks, rules, say))


def file_values(order: Order, tasks: Sequence[ReviewTask], rules: Rules, say: Say) -> tuple[Values, list[Values]]:
    """The sheet for the file: all verdicts with who signed, deputies named as such, and the promise of each line."""
    form = rules.forms[REVIEW_FORM]
    rows: list[Values] = []
    promised: set[str] = set()
    for task, row in zip(_sorted(tasks), _rows(order, tasks, rules, say), strict=True):
        filled = dict(row)
        if task.verdict and task.verdict.deputy_for:
            name, absent = task.verdict.by, task.verdict.deputy_for
            filled["name"] = say("ui-review-signed-deputy", name=name, absent=absent)
        if (line := order.line(task.line)) and task.line not in promised:
            promised.add(task.line)
            filled["promised_date"] = _cell(line, "promised_date")
        rows.append(filled)
    header = dict(_header(order, tasks, rules))
    if "approved_date" not in header and form.field("approved_date"):
        header["approved_date"] = order.approved
    return header, rows


def _header(order: Order, tasks: Sequence[ReviewTask], rules: Rules) -> Values:
    form = rules.forms[REVIEW_FORM]
    said = [task.verdict for task in tasks if task.verdict]
    route = find_route(order, rules)
    methods = {True: "meeting", False: "circulated" if route and len(route.departments) > 1 else "authorised"}
    header: dict[str, CellContent] = {
        "order_no": order.number,
        "revision": order.reviewed,
        "customer": order.text("customer"),
        "method": _choice(form, "method", methods[any(task.meeting for task in tasks)]),
    }
    for name in _OF_MEETING:
        given = next((one.get(name) for one in reversed(said) if one.get(name) is not None), None)
        if given is not None:
            header[name] = cell_content(given, form.field(name), "zh")
    return {name: value for name, value in header.items() if form.field(name)}


def _rows(order: Order, tasks: Sequence[ReviewTask], rules: Rules, say: Say) -> Iterator[Values]:
    form = rules.forms[REVIEW_FORM]
    told: set[str] = set()
    for task in _sorted(tasks):
        row: dict[str, CellContent] = {"line_no": task.line or None, "department": _choice_of(form, task.department)}
        line = order.line(task.line)
        if line and task.line not in told:  # once for the departments of a line
            told.add(task.line)
            row["asked"] = _asked(line, say)
        row |= _said(task.verdict, form)
        yield {name: value for name, value in row.items() if form.field(name)}


def _said(verdict: Statement | None, form: Form) -> Values:
    fields = [field for name in _OF_ROW if (field := form.field(name))]
    return {field.name: said_cell(verdict.get(field.name), field) for field in fields} if verdict else {}


def _asked(line: OrderLine, say: Say) -> str:
    quantity, requested = (value_text(line.get(name), None, "zh") for name in ("quantity", "requested_date"))
    unit = line.text("unit")
    return say(
        "ui-review-asked", product=asked_about(line), quantity=quantity, unit=unit, requested=requested or "—"
    ).replace(" ，", "，")


def _sorted(tasks: Iterable[ReviewTask]) -> list[ReviewTask]:
    """By line; the departments of a line stay in the order of their route."""
    return sorted(tasks, key=lambda task: natural_key(task.line))


def _choice(form: Form, name: str, value: str) -> CellContent:
    field = form.field(name)
    return said_cell(value, field) if field else value


def _choice_of(form: Form, department: str) -> CellContent:
    return _choice(form, "department", department)


def _cell(line: OrderLine, name: str) -> CellContent:
    return cell_content(line.get(name), None, "zh")
