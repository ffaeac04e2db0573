"""The review list of a department: one row for each order line that it is asked about, with what it says beside it."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from xltools.core.calendar import WorkCalendar
from xltools.core.content import CellContent
from xltools.core.grid import Condition, Style
from xltools.core.order import Order, OrderLine
from xltools.core.record import FieldValue
from xltools.core.text import Language, Text
from xltools.forms.entry import entry_style, entry_validation
from xltools.forms.messages import Say
from xltools.forms.model import Form, FormField
from xltools.forms.rules import Rules
from xltools.ledger.review import REVIEW_FORM, ReviewTask
from xltools.reports.table import SheetTable, TableColumn, TableRow
from xltools.reports.table_drawing import Check, column_condition, row_height
from xltools.reports.tracker import cell_content
from xltools.reports.wording import natural_key

REVIEW_SHEET = "评审 Review"
REVIEW_TABLE = "Review"
TASK_KEY = "task"
ROW_HEIGHT = 33.0  # points, two lines: the next run may write a longer text into a row
# What the department types: fields of the form order-review. The rest of a row is ours.
THEIRS = (
    "accepted_by",
    "conclusion",
    "condition",
    "available_date",
    "name",
    "date",
    "condition_done",
    "remark",
)
_WIDTHS = {"accepted_by": 11, "conclusion": 18, "condition": 26, "available_date": 16, "name": 10, "date": 12}
_WIDTHS |= {"condition_done": 12, "remark": 16}
_OURS = (
    TableColumn("state", "状态 State", 15, Style.CENTER),
    TableColumn("due", "截止 Due", 12, Style.DATE),
    TableColumn("order_line", "订单号-行 Order-Line", 17),
    TableColumn("customer", "客户 Customer", 20),
    TableColumn("product", "品名 Product", 16),
    TableColumn("specification", "规格型号 Specification", 16),
    TableColumn("quantity", "数量 Quantity", 9, Style.QUANTITY),
    TableColumn("unit", "单位 Unit", 6, Style.CENTER),
    TableColumn("requested_date", "要求交期 Requested", 17, Style.DATE),
    TableColumn("what", "评审内容 What Is Asked", 20),
    TableColumn("since", "自 Since", 12, Style.DATE),
)
_KEY = TableColumn(TASK_KEY, "任务号 Task", 30)  # by which a row is found again: never taken away, it may be hidden
_STATES = {
    "asked": Text("待评审", "To review"),
    "overdue": Text("逾期", "Overdue"),
    "condition": Text("条件未完成", "Condition open"),
    "said": Text("已评审", "Reviewed"),
    "refused": Text("不可，已退回", "Refused"),
    "over": Text("已结束", "Closed"),
}


def build_review_list(
    tasks: Iterable[ReviewTask],
    orders: Mapping[str, Order],
    rules: Rules,
    calendar: WorkCalendar,
    language: Language,
    say: Say,
    as_of: dt.date,
) -> SheetTable:
    """The table Review of one department's tasks, done ones too: what is due first stands first in a new list.

    What was said stands in the columns that are theirs, as the ledger has it. A row whose task is gone, since the order
    has a new revision or was cancelled, is closed.
    """
    listed = sorted(tasks, key=lambda task: (task.since, natural_key(task.order), natural_key(task.line)))
    due = {task.id: calendar.add_working_days(task.since, task.limit) for task in listed}
    fields, columns = _their_fields(rules.forms[REVIEW_FORM]), review_table(rules).columns
    rows = []
    for task in listed:
        cells = _cells(task, orders[task.order], due[task.id], fields, language, say, as_of)
        row = tuple(cells.get(column.name) for column in columns)
        rows.append(TableRow((task.id,), row, max(row_height(columns, row), ROW_HEIGHT)))
    open_tasks = [task for task in listed if task.verdict is None]
    overdue = sum(due[task.id] < as_of for task in open_tasks)
    conditions = sum(task.condition_open for task in listed)
    counts = {"open": len(open_tasks), "overdue": overdue, "conditions": conditions}
    caption = say("ui-review-caption", as_of=as_of.isoformat(), **counts) if rows else ""
    return review_table(rules, rows, caption, {"state": _STATES["over"].in_language(language)})


def review_table(
    rules: Rules, rows: Sequence[TableRow] = (), caption: str = "", retired: Mapping[str, CellContent] | None = None
) -> SheetTable:
    """The table with these rows; without any, that of the template."""
    columns = (*_OURS, *(_their_column(field) for field in _their_fields(rules.forms[REVIEW_FORM])), _KEY)
    return SheetTable(REVIEW_SHEET, REVIEW_TABLE, columns, rows, (TASK_KEY,), caption, retired or {})


def review_conditions(rules: Rules) -> tuple[Condition, ...]:
    """Overdue rows show in their state, in either language; those with an open condition, too; the done step back."""
    columns = review_table(rules).columns
    everywhere = [column.name for column in columns]
    done = " ,".join(_starts("state", key) for key in ("said", "refused", "over"))
    return (
        *column_condition(columns, ("state", "due"), f"OR({_starts('state', 'overdue')})", Style.LATE),
        *column_condition(columns, ("state",), f"OR({_starts('state', 'condition')})", Style.AT_RISK),
        *column_condition(columns, everywhere, f"OR({done})", Style.DONE),
    )


def review_checks(rules: Rules) -> Mapping[str, Check]:
    """What Excel offers where the department types."""
    return {field.name: _check_of(field) for field in _their_fields(rules.forms[REVIEW_FORM])}


def said_cell(value: FieldValue | None, field: FormField) -> CellContent:
    """What was said as a cell of theirs holds it: a choice as the drop-down offers it, in both languages."""
    chosen = next((one for one in field.choices if one.value == value), None)
    return chosen.label.text.both if chosen else cell_content(value, field, "zh")


def asked_about(line: OrderLine | None) -> str:
    """The line in a few words: `电机端盖 Φ86×12`."""
    return "" if line is None else " ".join(filter(None, (line.text("product"), line.text("specification"))))


def _cells(
    task: ReviewTask,
    order: Order,
    due: dt.date,
    fields: Sequence[FormField],
    language: Language,
    say: Say,
    as_of: dt.date,
) -> dict[str, CellContent]:
    """A row by column: ours, and what was said in theirs, which are `fields` of the form."""
    line = order.line(task.line)
    said = task.verdict or task.accepted
    theirs = {field.name: said_cell(said.get(field.name), field) for field in fields} if said else {}
    if task.accepted and theirs.get("accepted_by") is None:
        theirs["accepted_by"] = task.accepted.text("accepted_by")
    return theirs | {
        "state": _state(task, due, language, say, as_of),
        "due": due,
        "order_line": f"{task.order}-{task.line}" if task.line else task.order,
        "customer": order.text("customer") or None,
        "product": (line.text("product") or None) if line else None,
        "specification": (line.text("specification") or None) if line else None,
        "quantity": line.quantity if line else None,
        "unit": (line.text("unit") or None) if line else None,
        "requested_date": cell_content(line.get("requested_date"), None, language) if line else None,
        "what": task.what.in_language(language),
        "since": task.since,
        TASK_KEY: task.id,
    }


def _state(task: ReviewTask, due: dt.date, language: Language, say: Say, as_of: dt.date) -> str:
    """Where the task stands; who signed for somebody else is named: `已评审（代 张三）`."""
    if task.verdict is None:
        state = "overdue" if due < as_of else "asked"
    elif task.condition_open:
        state = "condition"
    else:
        state = "refused" if task.verdict.text("conclusion") == "rejected" else "said"
    words = _STATES[state].in_language(language)
    if state == "overdue":
        return say("ui-review-overdue", state=words, days=(as_of - due).days)
    if task.verdict and task.verdict.deputy_for:
        return say("ui-review-deputy", state=words, name=task.verdict.deputy_for)
    return words


def _their_fields(form: Form) -> tuple[FormField, ...]:
    return tuple(field for name in THEIRS if (field := form.field(name)))


def _their_column(field: FormField) -> TableColumn:
    width = _WIDTHS.get(field.name, 14)
    return TableColumn(field.name, field.label.text.both, width, entry_style(field), editable=True)


def _check_of(field: FormField) -> Check:
    return lambda block: entry_validation(field, block)


def _starts(column: str, state: str) -> str:
    """A formula's part: the column begins with a state's words, in either language."""
    words = _STATES[state]
    return ",".join(f'LEFT({{{column}}},{len(one)})="{one}"' for one in (words.zh, words.en))
